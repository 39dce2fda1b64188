"""Structs to columns, a table a function: one comprehension a column over the flat list of what the table holds.

`at` says, for each struct, which release it comes from. Nothing is put right here: see `ocds_frames`.
"""

from collections.abc import Sequence

from procrisk.records import ocds_structs as o
from procrisk.records.ocds_columns import Builder
from procrisk.records.ocds_extensions import (
    amendments,
    award_bids,
    criteria_length,
    execution,
    highest_fee,
    owners,
    ruc,
    signed_value,
    subcontractors,
)
from procrisk.records.ocds_flat import CODE, PERIOD, REFERENCE, VALUE, Flat, Places, code, flatten, ids, places

KIND = "ocds"

# What stands in for an object that a record does not have, so that its fields read as null.
_UNIT, _PLACE, TENDER, _BUDGET, PLANNING = o.Unit(), o.Place(), o.Tender(), o.Budget(), o.Planning()
_ADDRESS, _CONTACT, _IMPLEMENTATION, _BIDS = o.Address(), o.ContactPoint(), o.Implementation(), o.Bids()


def records(build: Builder, at: Places, releases: Sequence[o.Release], tenders: Sequence[o.Tender]) -> None:
    """The record itself."""
    build.add(
        "records",
        at,
        {
            "kind": [KIND] * len(at),
            "ocid": [r.ocid for r in releases],
            "version_date": [r.date for r in releases],
            "year": [_year(r, t) for r, t in zip(releases, tenders, strict=True)],
        },
    )


def _year(release: o.Release, tender: o.Tender) -> int:
    """Year of the call, else of its publication, else of the release; 0 where none can be read."""
    for day in ((tender.tender_period or PERIOD).start_date, tender.date_published, release.date):
        if day and day[:4].isdecimal() and "1950" <= day[:4] <= "2200":
            return int(day[:4])
    return 0


def processes(build: Builder, at: Places, releases: Sequence[o.Release], tenders: Sequence[o.Tender]) -> None:
    """One process a release; `_buyer` names its entity."""
    buyers = [r.buyer or t.procuring_entity or REFERENCE for r, t in zip(releases, tenders, strict=True)]
    values = [t.value or VALUE for t in tenders]
    periods = [t.tender_period or PERIOD for t in tenders]
    enquiries = [t.enquiry_period or PERIOD for t in tenders]
    budgets = [(r.planning or PLANNING).budget or _BUDGET for r in releases]
    planned = [b.amount or VALUE for b in budgets]
    build.add(
        "processes",
        at,
        {
            "ocid": [r.ocid for r in releases],
            "title": [t.title for t in tenders],
            "description": [t.description for t in tenders],
            "buyer_name": [b.name for b in buyers],
            "method_details": [t.procurement_method_details for t in tenders],
            "method_ocds": [t.procurement_method for t in tenders],
            "object": [t.main_procurement_category for t in tenders],
            "cause": [t.procurement_method_rationale for t in tenders],
            "value_cents": [v.amount for v in values],
            "value_pen_cents": [v.amount_pen for v in values],
            "currency": [v.currency or p.currency for v, p in zip(values, planned, strict=True)],
            "value_reserved": [t.has_tender_information_protected_by_law for t in tenders],
            "planned_cents": [
                p.amount if p.currency == (v.currency or p.currency) else None
                for v, p in zip(values, planned, strict=True)
            ],
            "project_id": [b.project_id for b in budgets],
            "call_date": [p.start_date for p in periods],
            "published_date": [t.date_published for t in tenders],
            "enquiry_start": [e.start_date for e in enquiries],
            "enquiry_end": [e.end_date for e in enquiries],
            "bid_deadline": [p.end_date for p in periods],
            "n_registered": [t.number_of_tenderers for t in tenders],
            "status": [t.status for t in tenders],
            "award_criteria": [t.award_criteria for t in tenders],
            "bid_opening": [t.bid_opening and t.bid_opening.date for t in tenders],
            "evaluation_start": [t.award_period and t.award_period.start_date for t in tenders],
            "fee_cents": [highest_fee(t) if t.participation_fees else None for t in tenders],
            "criteria_length": [
                criteria_length(t)
                if t.eligibility_criteria or t.selection_criteria or t.other_requirements or t.criteria
                else None
                for t in tenders
            ],
            "_buyer": [b.id or code(b) for b in buyers],
        },
    )


def parties(build: Builder, everywhere: Places, releases: Sequence[o.Release]) -> None:
    """Organisations of which more is known than id, name and country, and who owns them."""
    found: list[o.Party] = []
    at: list[int] = []
    for n, release in zip(everywhere.tolist(), releases, strict=True):
        for p in release.parties or ():
            a = p.address
            placed = a is not None and (a.department or a.region or a.locality or a.street_address)
            if placed or p.additional_identifiers or p.contact_point or p.beneficial_owners or p.shareholders:
                found.append(p)
                at.append(n)
    owners(build, found, at)
    addresses = [p.address or _ADDRESS for p in found]
    contacts = [p.contact_point or _CONTACT for p in found]
    build.add(
        "parties",
        at,
        {
            "party_id": [p.id or p.name for p in found],
            "name": [p.name for p in found],
            "ruc": [ruc(p) for p in found],
            "roles": [";".join(p.roles) if p.roles else None for p in found],
            "department": [a.department for a in addresses],
            "province": [a.region for a in addresses],
            "district": [a.locality for a in addresses],
            "address": [a.street_address for a in addresses],
            "telephone": [c.telephone for c in contacts],
            "email": [c.email for c in contacts],
        },
    )


def lots(build: Builder, items: Flat) -> None:
    """Items of calls; `_item` is their id."""
    found, at = items
    codes = [i.classification or CODE for i in found]
    places = [i.delivery_address or _PLACE for i in found]
    values = [i.total_value or _unit_total(i) for i in found]
    build.add(
        "lots",
        at,
        {
            "lot_id": _lot_ids(found),
            "description": [i.description for i in found],
            "classification": [c.id for c in codes],
            "classification_scheme": [c.scheme for c in codes],
            "unspsc": [_unspsc(i) if i.additional_classifications else None for i in found],
            "quantity": [i.quantity for i in found],
            "unit": [(i.unit or _UNIT).name for i in found],
            "value_cents": [v.amount for v in values],
            "value_pen_cents": [v.amount_pen for v in values],
            "currency": [v.currency for v in values],
            "status": [i.status_details or i.status for i in found],
            "department": [p.department for p in places],
            "province": [p.region for p in places],
            "district": [p.locality for p in places],
            "_item": [i.id for i in found],
        },
    )


def _lot_ids(items: Sequence[o.Item]) -> list[o.Id]:
    return [i.position or i.id for i in items]


def _unit_total(item: o.Item) -> o.Value:
    """Unit value times quantity, as OCDS has it where a publisher does not give totals."""
    each = (item.unit or _UNIT).value
    if each is None or each.amount is None or item.quantity is None:
        return VALUE
    return o.Value(each.amount * item.quantity, each.currency)


def _unspsc(item: o.Item) -> o.Id:
    for other in item.additional_classifications or ():
        if other.scheme == "UNSPSC":
            return other.id
    return None


def tenderers(build: Builder, tenderers: Flat) -> None:
    """Registered participants."""
    found, at = tenderers
    build.add("tenderers", at, {"party_id": [t.id or code(t) for t in found], "name": [t.name for t in found]})


def bids(build: Builder, at: Places, releases: Sequence[o.Release]) -> None:
    """One row a bid and bidder; the lot where the bid names exactly one."""
    rows = [
        (n, b, t)
        for n, r in zip(at.tolist(), releases, strict=True)
        if r.bids
        for b in r.bids.details or ()
        for t in b.tenderers or (REFERENCE,)
    ]
    bids = [b for _, b, _ in rows]
    values = [b.value or VALUE for b in bids]
    build.add(
        "bids",
        [n for n, _, _ in rows],
        {
            "lot_id": [b.related_lots[0] if b.related_lots and len(b.related_lots) == 1 else "" for b in bids],
            "party_id": [code(t) for _, _, t in rows],
            "bid_id": ["" if b.id is None else b.id for b in bids],
            "name": [t.name for _, _, t in rows],
            "date": [b.date for b in bids],
            "amount_cents": [v.amount for v in values],
            "currency": [v.currency for v in values],
            "status": [b.status for b in bids],
        },
    )


def awards(build: Builder, awards: Flat) -> None:
    """Awards, with what hangs on them: lines, suppliers, documents, winning bids."""
    found, at = awards
    award_id = ids(found, at)
    values = [a.value or VALUE for a in found]
    build.add(
        "awards",
        at,
        {
            "award_id": award_id,
            "date": [a.date for a in found],
            "amount_cents": [v.amount for v in values],
            "amount_pen_cents": [v.amount_pen for v in values],
            "currency": [v.currency for v in values],
            "status": [a.status for a in found],
            "has_subcontracting": [a.has_subcontracting for a in found],
            "subcontract_share": [a.subcontracting and a.subcontracting.minimum_percentage for a in found],
        },
    )
    _award_lines(build, awards, award_id)
    _award_suppliers(build, awards, award_id)
    award_bids(build, awards, award_id)
    subcontractors(build, awards, [""] * len(found))
    documents(build, "award", flatten(found, "documents", at))


def _award_lines(build: Builder, awards: Flat, award_id: list[o.Id]) -> None:
    lines, of = flatten(awards[0], "items", places(awards[0]))
    values = [i.total_value or VALUE for i in lines]
    build.add(
        "award_lines",
        awards[1][of],
        {
            "award_id": [award_id[n] for n in of],
            "lot_id": _lot_ids(lines),
            "quantity": [i.quantity for i in lines],
            "amount_cents": [v.amount for v in values],
            "amount_pen_cents": [v.amount_pen for v in values],
            "currency": [v.currency for v in values],
            "_item": [None if i.position else i.id for i in lines],
        },
    )


def _award_suppliers(build: Builder, awards: Flat, award_id: list[o.Id]) -> None:
    found, of = flatten(awards[0], "suppliers", places(awards[0]))
    build.add(
        "award_suppliers",
        awards[1][of],
        {
            "award_id": [award_id[n] for n in of],
            "party_id": [s.id or code(s) for s in found],
            "name": [s.name for s in found],
        },
    )


def _at_rate(value: o.Value, signed: float | None) -> float | None:
    """The amount in soles, of the value with which the contract was signed at the rate of the present one."""
    if signed is None or value.amount_pen is None:
        return value.amount_pen
    return signed * value.amount_pen / value.amount if value.amount else None


def contracts(build: Builder, contracts: Flat) -> None:
    """Contracts, with their amendments and documents."""
    found, at = contracts
    values = [c.value or VALUE for c in found]
    signed = [signed_value(c) for c in found]
    periods = [c.period or PERIOD for c in found]
    done = [c.implementation or _IMPLEMENTATION for c in found]
    build.add(
        "contracts",
        at,
        {
            "contract_id": [c.id for c in found],
            "award_id": [c.award_id for c in found],
            "number": [c.title for c in found],
            "supplier_id": [_sole(c.suppliers) if c.suppliers else None for c in found],
            "signed_date": [c.date_signed for c in found],
            "start_date": [p.start_date for p in periods],
            "end_date": [p.end_date for p in periods],
            "end_date_actual": [d.end_date for d in done],
            "amount_cents": [v.amount if s is None else s for v, s in zip(values, signed, strict=True)],
            "amount_pen_cents": [_at_rate(v, s) for v, s in zip(values, signed, strict=True)],
            "final_cents": [(d.final_value or VALUE).amount for d in done],
            "currency": [v.currency for v in values],
            "status": [c.status for c in found],
        },
    )
    documents(build, "contract", flatten(found, "documents", at))
    amendments(build, contracts)
    execution(build, contracts)
    subcontractors(build, contracts, [c.id for c in found])
    documents(build, "implementation", flatten(done, "documents", at))


def _sole(organisations: Sequence[o.Reference]) -> o.Id:
    return code(organisations[0]) if len(organisations) == 1 else None


def documents(build: Builder, section: str, documents: Flat) -> None:
    """The documents of one section."""
    found, at = documents
    build.add(
        "documents",
        at,
        {
            "section": [section] * len(found),
            "document_id": ["" if d.id is None else d.id for d in found],
            "document_type": [d.document_type for d in found],
            "date": [d.date_published for d in found],
        },
    )
