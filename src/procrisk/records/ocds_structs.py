"""The part of an OCDS release that the canonical tables need, as typed structs that msgspec decodes without a detour.

What is not named here is skipped by the decoder, unread: unknown fields and extensions cost next to nothing and never
refuse a record. Identifiers may be numbers; any field may be null. Structs hold no cycles, hence `gc=False`.
"""

from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, field

Id = str | int | None


class Value(Struct, gc=False):
    """An amount of money, in units of `currency`."""

    amount: float | None = None
    currency: str | None = None
    amount_pen: float | None = field(default=None, name="amount_PEN")


class Period(Struct, gc=False, rename="camel"):
    """Two days, as text."""

    start_date: str | None = None
    end_date: str | None = None


class Code(Struct, gc=False):
    """A classification or an identifier: a scheme and an id in it."""

    scheme: str | None = None
    id: Id = None


class Address(Struct, gc=False, rename="camel"):
    """`region` is the province and `locality` the district in OECE's records; `department` is its own extension."""

    street_address: str | None = None
    locality: str | None = None
    region: str | None = None
    department: str | None = None


class ContactPoint(Struct, gc=False):
    """How to reach an organisation."""

    telephone: str | None = None
    email: str | None = None


class Reference(Struct, gc=False):
    """An organisation named by id and name; OCDS 1.0 has its identifier in place instead."""

    id: Id = None
    name: str | None = None
    identifier: Code | None = None


class Person(Struct, gc=False):
    """A beneficial owner; its id is good within its list alone, unlike its identifier."""

    id: Id = None
    name: str | None = None
    identifier: Code | None = None


class Shareholding(Struct, gc=False):
    """A share of a firm and who holds it; `shareholding` from 0 to 1."""

    id: Id = None
    shareholder: Reference | None = None
    shareholding: float | None = None


class Party(Struct, gc=False, rename="camel"):
    """An organisation described. Its identifier says again what its id says, and is left unread."""

    id: Id = None
    name: str | None = None
    additional_identifiers: tuple[Code, ...] | None = None
    address: Address | None = None
    contact_point: ContactPoint | None = None
    roles: tuple[str, ...] | None = None
    beneficial_owners: tuple[Person, ...] | None = None
    shareholders: tuple[Shareholding, ...] | None = None


class Document(Struct, gc=False, rename="camel"):
    """A published document."""

    id: Id = None
    document_type: str | None = None
    date_published: str | None = None


class Unit(Struct, gc=False):
    """Unit of measure."""

    name: str | None = None
    value: Value | None = None


class Place(Struct, gc=False):
    """Where an item is delivered, where published."""

    department: str | None = None
    region: str | None = None
    locality: str | None = None


class Item(Struct, gc=False, rename="camel"):
    """A line of a call or of an award."""

    id: Id = None
    position: Id = None
    description: str | None = None
    status: str | None = None
    status_details: str | None = None
    classification: Code | None = None
    additional_classifications: tuple[Code, ...] | None = None
    quantity: float | None = None
    unit: Unit | None = None
    total_value: Value | None = None
    delivery_address: Place | None = None
    related_lot: Id = None


class Lot(Struct, gc=False):
    """A lot of a call (lots extension)."""

    id: Id = None
    title: str | None = None
    description: str | None = None
    status: str | None = None
    value: Value | None = None


class BidOpening(Struct, gc=False):
    """When bids are opened (bid opening extension)."""

    date: str | None = None


class Fee(Struct, gc=False):
    """A price of taking part; `type` is a list of document, deposit, submission, win (participation fees extension)."""

    type: Any = None
    value: Value | None = None


class Enquiry(Struct, gc=False, rename="camel"):
    """A question on a call and its answer."""

    id: Id = None
    date: str | None = None
    date_answered: str | None = None
    answer: str | None = None


class Complaint(Struct, gc=False, rename="camel"):
    """A complaint about a call or an award, in the terms of ProZorro's extension."""

    id: Id = None
    date: str | None = None
    date_submitted: str | None = None
    date_decision: str | None = None
    date_answered: str | None = None
    status: str | None = None
    resolution_type: str | None = None
    author: Reference | None = None
    complainant: Reference | None = None


class Tender(Struct, gc=False, rename="camel"):
    """The call. Criteria are published as text, lists or objects: only their length is read."""

    id: Id = None
    title: str | None = None
    description: str | None = None
    status: str | None = None
    procuring_entity: Reference | None = None
    date_published: str | None = None
    procurement_method: str | None = None
    procurement_method_details: str | None = None
    procurement_method_rationale: str | None = None
    main_procurement_category: str | None = None
    value: Value | None = None
    tender_period: Period | None = None
    enquiry_period: Period | None = None
    number_of_tenderers: float | None = None
    tenderers: tuple[Reference, ...] | None = None
    items: tuple[Item, ...] | None = None
    documents: tuple[Document, ...] | None = None
    has_tender_information_protected_by_law: bool | None = None
    lots: tuple[Lot, ...] | None = None
    award_criteria: str | None = None
    award_period: Period | None = None
    bid_opening: BidOpening | None = None
    participation_fees: tuple[Fee, ...] | None = None
    eligibility_criteria: Any = None
    selection_criteria: Any = None
    other_requirements: Any = None
    criteria: Any = None
    enquiries: tuple[Enquiry, ...] | None = None
    complaints: tuple[Complaint, ...] | None = None


class Subcontract(Struct, gc=False):
    """Who does part of the work for the supplier."""

    subcontractor: Reference | None = None


class Subcontracting(Struct, gc=False, rename="camel"):
    """The part of an award that is passed on (subcontracting extension); the share from 0 to 1."""

    minimum_percentage: float | None = None
    subcontracts: tuple[Subcontract, ...] | None = None


class Award(Struct, gc=False, rename="camel"):
    """An award."""

    id: Id = None
    date: str | None = None
    status: str | None = None
    value: Value | None = None
    suppliers: tuple[Reference, ...] | None = None
    items: tuple[Item, ...] | None = None
    documents: tuple[Document, ...] | None = None
    has_subcontracting: bool | None = None
    subcontracting: Subcontracting | None = None
    related_bid: Id = None
    related_bids: tuple[Id, ...] | None = None
    related_lots: tuple[Id, ...] | None = None
    complaints: tuple[Complaint, ...] | None = None


class Milestone(Struct, gc=False, rename="camel"):
    """A milestone of a contract."""

    id: Id = None
    type: str | None = None
    due_date: str | None = None
    date_met: str | None = None
    status: str | None = None


class Transaction(Struct, gc=False, rename="camel"):
    """A payment; OCDS 1.0 had `amount` and `receiverOrganization`."""

    id: Id = None
    date: str | None = None
    value: Value | None = None
    amount: Value | None = None
    payee: Reference | None = None
    receiver_organization: Reference | None = None


class Implementation(Struct, gc=False, rename="camel"):
    """What became of a contract; final value and actual end are OECE's contract completion."""

    final_value: Value | None = None
    end_date: str | None = None
    milestones: tuple[Milestone, ...] | None = None
    transactions: tuple[Transaction, ...] | None = None
    documents: tuple[Document, ...] | None = None


class Change(Struct, gc=False):
    """A changed field and what it was before (OCDS 1.0)."""

    property: str | None = None
    former_value: Any = None


class ChangedText(Struct, gc=False):
    """A value before or after a change."""

    text: str | None = None


class Where(Struct, gc=False):
    """What was changed, in words."""

    label: str | None = None


class UnstructuredChange(Struct, gc=False, rename="camel"):
    """A change told in words (unstructured changes extension)."""

    old_value: ChangedText | None = None
    new_value: ChangedText | None = None
    where: Where | None = None


class Amendment(Struct, gc=False, rename="camel"):
    """A change of a contract."""

    id: Id = None
    date: str | None = None
    rationale: str | None = None
    description: str | None = None
    changes: tuple[Change, ...] | None = None
    unstructured_changes: tuple[UnstructuredChange, ...] | None = None


class Contract(Struct, gc=False, rename="camel"):
    """A contract."""

    id: Id = None
    award_id: Id = field(default=None, name="awardID")
    title: str | None = None
    status: str | None = None
    value: Value | None = None
    period: Period | None = None
    date_signed: str | None = None
    documents: tuple[Document, ...] | None = None
    implementation: Implementation | None = None
    amendments: tuple[Amendment, ...] | None = None
    milestones: tuple[Milestone, ...] | None = None
    subcontracting: Subcontracting | None = None
    suppliers: tuple[Reference, ...] | None = None


class Bid(Struct, gc=False, rename="camel"):
    """An offer (bids extension)."""

    id: Id = None
    date: str | None = None
    status: str | None = None
    tenderers: tuple[Reference, ...] | None = None
    value: Value | None = None
    related_lots: tuple[Id, ...] | None = None


class Bids(Struct, gc=False):
    """The bids extension."""

    details: tuple[Bid, ...] | None = None


class Budget(Struct, gc=False):
    """The money set aside."""

    amount: Value | None = None
    project_id: Id = field(default=None, name="projectID")


class Planning(Struct, gc=False):
    """The planning stage."""

    budget: Budget | None = None
    documents: tuple[Document, ...] | None = None


class Release(Struct, gc=False):
    """A release, compiled or not."""

    ocid: str | None = None
    id: Id = None
    date: str | None = None
    tag: tuple[str, ...] | None = None
    buyer: Reference | None = None
    planning: Planning | None = None
    tender: Tender | None = None
    bids: Bids | None = None
    awards: tuple[Award, ...] | None = None
    contracts: tuple[Contract, ...] | None = None
    parties: tuple[Party, ...] | None = None
    complaints: tuple[Complaint, ...] | None = None


class Entry(Release, gc=False, rename={"compiled": "compiledRelease", "versioned": "versionedRelease"}):
    """Anything that one line, or one element of a package, may hold, told apart by which fields are there."""

    compiled: Release | None = None
    versioned: Raw = Raw()
    releases: list[Raw] | UnsetType = UNSET
    records: list[Raw] | UnsetType = UNSET


decode = msgspec.json.Decoder(Entry).decode
"""Bytes to struct; raises msgspec.DecodeError (ValidationError for a type), UnicodeDecodeError, RecursionError."""
