"""Structs to columns for what few publishers give: bids that won, enquiries, complaints, execution, owners, criteria.

Peru's records have none of these. Each function looks first whether anything is there, so that it costs next to nothing
where it is not. Field names: OCDS 1.1, its extensions (bids, bid opening, participation fees, enquiries, subcontracting,
beneficial owners, shareholders, selection criteria, unstructured changes) and ProZorro's complaints.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np

from procrisk.records import ocds_structs as o
from procrisk.records.ocds_columns import Builder
from procrisk.records.ocds_flat import CODE, REFERENCE, VALUE, Flat, Places, code, flatten, given, ids, places

_FEES = frozenset(("document", "submission"))
_OUTCOMES = {
    **dict.fromkeys(("resolved", "satisfied", "upheld"), "upheld"),
    **dict.fromkeys(("declined", "invalid", "rejected", "dismissed"), "rejected"),
    **dict.fromkeys(("cancelled", "withdrawn", "stopped", "mistaken"), "other"),
}
_VALUE_FIELD = re.compile(r"(?:^|[./])value(?:[./]amount)?$", re.IGNORECASE)
_VALUE_LABEL = re.compile(r"\b(?:value|amount|valor|monto|importe)\b", re.IGNORECASE)
_PLAIN = re.compile(r"\d{1,15}(?:\.\d+)?", re.ASCII)


def highest_fee(tender: o.Tender) -> float | None:
    """The dearest fee for documents or bids in the call's currency; deposits come back, and winners alone pay `win`."""
    currency = (tender.value or VALUE).currency
    amounts = [
        value.amount
        for fee in tender.participation_fees or ()
        if (value := fee.value) is not None
        and value.amount is not None
        and (value.currency is None or currency is None or value.currency == currency)
        and (not fee.type or not _FEES.isdisjoint([fee.type] if isinstance(fee.type, str) else fee.type))
    ]
    return max(amounts, default=None)


def criteria_length(tender: o.Tender) -> int | None:
    """Characters of what the call demands of bidders; null where it says nothing."""
    found = (tender.eligibility_criteria, tender.selection_criteria, tender.other_requirements, tender.criteria)
    return sum(len(x) if isinstance(x, str) else sum(map(len, _descriptions(x))) for x in found) or None


def _descriptions(x: Any) -> Iterator[str]:
    if isinstance(x, dict):
        if isinstance(said := x.get("description"), str):
            yield said
        x = [v for v in x.values() if not isinstance(v, str)]
    if isinstance(x, list):
        for inner in x:
            yield from [inner] if isinstance(inner, str) else _descriptions(inner)


def award_bids(build: Builder, awards: Flat, award_id: Sequence[o.Id]) -> None:
    """The bids that each award names."""
    found, at = awards
    if not given(found, "related_bid", "related_bids"):
        return
    won = [
        dict.fromkeys(map(str, (*([a.related_bid] if a.related_bid else ()), *(a.related_bids or ())))) for a in found
    ]
    of = np.repeat(places(found), list(map(len, won)))
    build.add(
        "award_bids", at[of], {"award_id": [award_id[n] for n in of.tolist()], "bid_id": list(chain.from_iterable(won))}
    )


def enquiries(build: Builder, at: Places, tenders: Sequence[o.Tender]) -> None:
    """Questions on calls. One that has a day of answer is answered, even where the answer itself is not published."""
    if not given(tenders, "enquiries"):
        return
    found, of = flatten(tenders, "enquiries", at)
    build.add(
        "enquiries",
        of,
        {
            "enquiry_id": ids(found, of),
            "date": [e.date for e in found],
            "answered_date": [e.date_answered for e in found],
            "answered": [bool(e.answer or e.date_answered) for e in found],
        },
    )


def challenges(
    build: Builder, at: Places, releases: Sequence[o.Release], tenders: Sequence[o.Tender], awards: Flat
) -> None:
    """Complaints about processes, calls and awards."""
    parts = [
        flatten(parents, "complaints", of)
        for parents, of in ((releases, at), (tenders, at), awards)
        if given(parents, "complaints")
    ]
    for found, of in parts:
        build.add(
            "challenges",
            of,
            {
                "challenge_id": ids(found, of),
                "kind": ["complaint"] * len(found),
                "date": [c.date_submitted or c.date for c in found],
                "resolved_date": [c.date_decision or c.date_answered for c in found],
                "outcome": [_outcome(c) for c in found],
                "challenger_id": [code(c.author or c.complainant or REFERENCE) for c in found],
            },
        )


def _outcome(complaint: o.Complaint) -> str | None:
    """How it ended; null while it has not. A decision in unknown words is `other`."""
    told = _OUTCOMES.get(complaint.resolution_type or "") or _OUTCOMES.get(complaint.status or "")
    return told or ("other" if complaint.date_decision else None)


def owners(build: Builder, parties: Sequence[o.Party], at: Sequence[int]) -> None:
    """Beneficial owners and shareholders of parties: a register that some publishers give with their processes."""
    if given(parties, "beneficial_owners"):
        held = [(n, p, b, b.name, None) for n, p in zip(at, parties, strict=True) for b in p.beneficial_owners or ()]
        _owners(build, held, "beneficial_owner")
    if given(parties, "shareholders"):
        shares = [(n, p, s) for n, p in zip(at, parties, strict=True) for s in p.shareholders or ()]
        who = [s.shareholder or REFERENCE for _, _, s in shares]
        _owners(
            build,
            [(n, p, w, w.name, s.shareholding) for (n, p, s), w in zip(shares, who, strict=True)],
            "shareholder",
        )


def _owners(build: Builder, held: Sequence[tuple[Any, ...]], kind: str) -> None:
    firms = [_firm(p) for _, p, *_ in held]
    build.add(
        "owners",
        [n for n, *_ in held],
        {
            "ruc": firms,
            "firm_name": [p.name for _, p, *_ in held],
            "person_id": [_person(w, kind, firm) for firm, (_, _, w, *_) in zip(firms, held, strict=True)],
            "name": [name for *_, name, _ in held],
            "kind": [kind] * len(held),
            "share": [share for *_, share in held],
        },
    )


def _firm(party: o.Party) -> o.Id:
    return ruc(party) or party.id or party.name


def _person(who: Any, kind: str, firm: o.Id) -> o.Id:
    """Document of an owner. The id of a beneficial owner is good in its firm alone: it must not meet another firm's."""
    if number := (who.identifier or CODE).id:
        return number
    return who.id if kind == "shareholder" and who.id else f"#{firm}-{who.id or who.name or ''}"


def ruc(party: o.Party) -> o.Id:
    """RUC of a party, from its other identifiers or its id."""
    for other in party.additional_identifiers or ():
        if other.scheme == "PE-RUC" and other.id:
            return str(other.id).removeprefix("PE-RUC-")
    return str(party.id).removeprefix("PE-RUC-") if str(party.id).startswith("PE-RUC-") else None


def execution(build: Builder, contracts: Flat) -> None:
    """Milestones and payments of contracts."""
    found, at = contracts
    done = [c.implementation for c in found]
    # what became of a milestone goes before what was planned of it: the first that says something is believed
    for parents in ([d or _NOTHING for d in done], found):
        if given(parents, "milestones"):
            _milestones(build, found, at, parents)
    if any(d is not None and d.transactions for d in done):
        _transactions(build, found, at, [d or _NOTHING for d in done])


_NOTHING = o.Implementation()


def _milestones(build: Builder, contracts: Sequence[o.Contract], at: Places, parents: Sequence[Any]) -> None:
    found, of = flatten(parents, "milestones", places(parents))
    build.add(
        "milestones",
        at[of],
        {
            "contract_id": [contracts[n].id for n in of.tolist()],
            "milestone_id": ids(found, of),
            "kind": [m.type for m in found],
            "due_date": [m.due_date for m in found],
            "met_date": [m.date_met for m in found],
            "status": [m.status for m in found],
        },
    )


def _transactions(build: Builder, contracts: Sequence[o.Contract], at: Places, parents: Sequence[Any]) -> None:
    found, of = flatten(parents, "transactions", places(parents))
    values = [t.value or t.amount or VALUE for t in found]
    build.add(
        "transactions",
        at[of],
        {
            "contract_id": [contracts[n].id for n in of.tolist()],
            "transaction_id": ids(found, of),
            "date": [t.date for t in found],
            "amount_cents": [v.amount for v in values],
            "currency": [v.currency for v in values],
            "payee_id": [code(t.payee or t.receiver_organization or REFERENCE) for t in found],
        },
    )


def subcontractors(build: Builder, parents: Flat, contract_id: Sequence[o.Id]) -> None:
    """Firms to which awards and contracts say that work is passed on; the least share is theirs where there is but one."""
    found, at = parents
    if not given(found, "subcontracting"):
        return
    rows = [
        (n, s.subcontractor, x.subcontracting.minimum_percentage if len(x.subcontracting.subcontracts) == 1 else None)
        for n, x in enumerate(found)
        if x.subcontracting is not None
        for s in x.subcontracting.subcontracts or ()
        if s.subcontractor is not None
    ]
    build.add(
        "subcontractors",
        at[[n for n, _, _ in rows]],
        {
            "contract_id": [contract_id[n] for n, _, _ in rows],
            "party_id": [code(who) for _, who, _ in rows],
            "name": [who.name for _, who, _ in rows],
            "share": [share for _, _, share in rows],
        },
    )


def amendments(build: Builder, contracts: Flat) -> None:
    """Changes of contracts; where one tells the value before and after, by how much."""
    if not given(contracts[0], "amendments"):
        return
    found, of = flatten(contracts[0], "amendments", places(contracts[0]))
    changes = [change for contract in contracts[0] for change in _value_changes(contract)]
    build.add(
        "modifications",
        contracts[1][of],
        {
            "contract_id": [contracts[0][n].id for n in of],
            "modification_id": [a.id or "amendment" for a in found],
            "kind": ["additional" if x > 0 else "reduction" if x < 0 else "amendment" for x in changes],
            "date": [a.date for a in found],
            "amount_cents": [abs(x) or None for x in changes],
            "description": [
                ". ".join(dict.fromkeys(filter(None, (a.rationale, a.description)))) or None for a in found
            ],
        },
    )


def _value_changes(contract: o.Contract) -> list[float]:
    """By how much each amendment changed the contract's value, as far as it tells; else 0.

    OCDS 1.0 publishes the former value alone: the new one is the former of the next amendment, at last the contract's own.
    """
    made = contract.amendments or ()
    told = [_told(a) for a in made]
    former = [_former(a) for a in made]
    after = (contract.value or VALUE).amount
    for n in sorted(range(len(made)), key=lambda n: made[n].date or "", reverse=True):
        before = former[n]
        if before is not None:
            told[n] = told[n] or (after - before if after is not None else 0.0)
            after = before
    return told


def signed_value(contract: o.Contract) -> float | None:
    """The value with which a contract was signed, where its amendments tell it: a compiled release has the present one.

    That is what stood before the first amendment of the value; null where no amendment changes it.
    """
    for amendment in sorted(contract.amendments or (), key=lambda a: a.date or ""):
        if (before := _former(amendment)) is not None:
            return before
    return None


def _former(amendment: o.Amendment) -> float | None:
    for change in amendment.changes or ():
        if change.property and _VALUE_FIELD.search(change.property):
            was = change.former_value
            amount = was.get("amount") if isinstance(was, dict) else was
            if isinstance(amount, int | float) and not isinstance(amount, bool):
                return float(amount)
    return None


def _told(amendment: o.Amendment) -> float:
    for change in amendment.unstructured_changes or ():
        if change.where and change.old_value and change.new_value and _VALUE_LABEL.search(change.where.label or ""):
            before, after = change.old_value.text or "", change.new_value.text or ""
            if _PLAIN.fullmatch(before) and _PLAIN.fullmatch(after):
                return float(after) - float(before)
    return 0.0
