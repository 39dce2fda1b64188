"""OECE's monthly OCDS tables in CSV, path headers or Spanish ones (`oece_paths` makes them one): a `Spec` each.

Files mix the two families of header, and a column that is empty all month is absent. Tables whose rows hold only the ocid put it in `process_id`; assembly
translates it. Exchange rates, sources and linked releases are not read: `recognise` gives None for them.
"""

import polars as pl

from procrisk.records.oece_paths import path
from procrisk.records.spec import Spec

c = pl.col

_OCID = {"ocid": ("ocid", "code"), "id": ("version", "datetime"), "tender/id": ("tender_id", "code")}
_PROCESS_ID = {"process_id": pl.coalesce("tender_id", "ocid")}
_IN_SOLES = c("currency") == "PEN"


def _money(at: str) -> dict[str, tuple[str, str]]:
    """A value's amount, soles and currency. Zero is a value withheld until the award."""
    return {
        f"{at}/amount": ("amount", "value"),
        f"{at}/amount_PEN": ("amount_soles", "value"),
        f"{at}/currency": ("currency", "currency"),
        f"{at}/currencyName": ("currency", "currency"),
    }


_AMOUNTS: dict[str, str | pl.Expr] = {
    "amount_cents": "amount",
    "amount_pen_cents": pl.coalesce(c("amount_soles"), pl.when(_IN_SOLES).then(c("amount"))),
    "currency": "currency",
}
_VALUES: dict[str, str | pl.Expr] = {
    "value_cents": _AMOUNTS["amount_cents"], "value_pen_cents": _AMOUNTS["amount_pen_cents"], "currency": "currency"
}  # fmt: skip


# of most suppliers the table repeats name and id
_KNOWN_PLACE = pl.any_horizontal(
    c(n).is_not_null() for n in ("department", "province", "district", "address", "telephone", "email")
)


def _child(kind: str, needs: tuple[str, ...], columns: dict[str, tuple[str, str]], tables: dict[str, dict[str, str | pl.Expr]],
           required: tuple[str, ...], lacks: tuple[str, ...] = (), keep: dict[str, pl.Expr] | None = None) -> Spec:  # fmt: skip
    return Spec(
        f"oece:{kind}",
        needs=("ocid", *needs),
        lacks=lacks,
        columns=_OCID | columns,
        derived=_PROCESS_ID,
        tables={name: {"process_id": "process_id", **mapping} for name, mapping in tables.items()},
        keep=keep,
        required=("ocid", *required),
        process="process_id",
        ocid="ocid",
        version="version",
        # the publisher's segment is not in these tables; the call's year is in the ocid of those that name a plan
        year=c("ocid").str.extract(r"-(20\d{2})-\d+-\d+$").cast(pl.Int32, strict=False),
    )


RECORDS = Spec(
    "oece:records",
    needs=("ocid", "tender/id", "buyer/id|tender/procuringEntity/id", "tender/title|tender/procurementMethodDetails"),
    columns={
        "ocid": ("ocid", "code"),
        "date": ("version", "code"),
        "tender/id": ("tender_id", "code"),
        "tender/title": ("title", "text"),
        "tender/description": ("description", "text"),
        "tender/procuringEntity/id": ("buyer_consucode", "numeral"),
        "buyer/id": ("buyer_consucode", "numeral"),
        "buyer/name": ("buyer_name", "text"),
        "tender/procuringEntity/name": ("buyer_name", "text"),
        "tender/procurementMethodDetails": ("method_details", "text"),
        "tender/procurementMethod": ("method_ocds", "code"),
        "tender/mainProcurementCategory": ("object", "category"),
        **_money("tender/value"),
        "tender/hasTenderInformationProtectedByLaw": ("reserved", "yes"),
        "planning/budget/amount/amount": ("planned_cents", "value"),
        "planning/budget/projectID": ("project_id", "code"),
        "tender/tenderPeriod/startDate": ("call_date", "day"),
        "tender/datePublished": ("published_date", "day"),
        "tender/enquiryPeriod/startDate": ("enquiry_start", "day"),
        "tender/enquiryPeriod/endDate": ("enquiry_end", "day"),
        "tender/numberOfTenderers": ("n_registered", "whole"),
        "dataSegmentation/id": ("segment", "code"),
    },
    derived=_PROCESS_ID,
    tables={
        "processes": {
            name: name
            for name in [
                "process_id",
                "ocid",
                "title",
                "description",
                "buyer_consucode",
                "buyer_name",
                "method_details",
                "method_ocds",
                "object",
                "planned_cents",
                "project_id",
                "call_date",
                "published_date",
                "enquiry_start",
                "enquiry_end",
                "n_registered",
            ]
        }
        | _VALUES
        | {"value_reserved": c("reserved") & c("amount").is_null()}
    },
    required=("ocid",),
    process="process_id",
    ocid="ocid",
    version="version",
    year=pl.coalesce(
        c("call_date").dt.year(), c("published_date").dt.year(), c("segment").str.head(4).cast(pl.Int32, strict=False)
    ),
)

PARTIES = _child(
    "parties",
    ("parties/id", "parties/name|parties/roles|parties/identifier/id"),
    {
        "parties/id": ("published_id", "code"),
        "parties/identifier/scheme": ("scheme", "code"),
        "parties/name": ("name", "text"),
        "parties/identifier/legalName": ("name", "text"),
        "parties/address/streetAddress": ("address", "text"),
        "parties/address/address": ("address", "text"),
        "parties/address/locality": ("district", "text"),
        "parties/address/region": ("province", "text"),
        "parties/address/department": ("department", "text"),
        "parties/contactPoint/telephone": ("telephone", "contact"),
        "parties/contactPoint/email": ("email", "contact"),
        "parties/roles": ("roles", "code"),
    },
    {
        "parties": {
            "party_id": pl.when(c("scheme") == "PE-CONSUCODE").then("CONSUCODE-" + c("published_id")).otherwise(c("published_id")),
            "ruc": pl.when(c("published_id").str.contains(r"^\d{11}$")).then(c("published_id")),
            **{n: n for n in ["name", "roles", "department", "province", "district", "address", "telephone", "email"]},
        }
    },
    ("published_id",),
    lacks=("parties/additionalIdentifiers/id",),
    keep={"parties": _KNOWN_PLACE},
)  # fmt: skip

IDENTIFIERS = _child(
    "identifiers",
    ("parties/id", "parties/additionalIdentifiers/id"),
    {
        "parties/id": ("published_id", "code"),
        "parties/additionalIdentifiers/id": ("ruc", "code"),
        "parties/additionalIdentifiers/legalName": ("name", "text"),
    },
    {
        # only buyers, whose id is a CONSUCODE, have further identifiers, and they are RUCs
        "parties": {
            "party_id": pl.when(c("published_id").str.contains(r"^\d{11}$"))
            .then(c("published_id"))
            .otherwise("CONSUCODE-" + c("published_id")),
            "name": "name",
            "ruc": pl.when(c("ruc").str.contains(r"^\d{11}$")).then(c("ruc")),
        }
    },
    ("published_id",),
)

TENDERERS = _child(
    "tenderers",
    ("tender/tenderers/id",),
    {"tender/tenderers/id": ("party_id", "code"), "tender/tenderers/name": ("name", "text")},
    {"tenderers": {"party_id": "party_id", "name": "name"}},
    ("party_id",),
)


def _documents(kind: str, at: str, section: str) -> Spec:
    return _child(
        kind,
        (f"{at}/documents/id",),
        {
            f"{at}/documents/id": ("document_id", "code"),
            f"{at}/documents/documentType": ("document_type", "code"),
            f"{at}/documents/datePublished": ("date", "day"),
        },
        {
            "documents": {
                "section": pl.lit(section),
                **{n: n for n in ("document_id", "document_type", "date")},
            }
        },
        ("document_id",),
    )


def _items(at: str) -> dict[str, tuple[str, str]]:
    return {
        f"{at}/id": ("item_id", "code"),
        f"{at}/position": ("position", "numeral"),
        f"{at}/description": ("description", "text"),
        f"{at}/classification/id": ("classification", "code"),
        f"{at}/classification/scheme": ("scheme", "code"),
        f"{at}/quantity": ("quantity", "number"),
        f"{at}/unit/name": ("unit", "text"),
        f"{at}/statusDetails": ("status", "upper"),
        **_money(f"{at}/totalValue"),
    }


_LOT_ID = pl.coalesce("position", "item_id")

ITEMS = _child(
    "items",
    ("tender/items/id", "tender/items/description|tender/items/quantity|tender/items/totalValue/amount"),
    _items("tender/items"),
    {
        "lots": {
            "lot_id": _LOT_ID,
            **{n: n for n in ["description", "classification", "quantity", "unit", "status"]},
            "classification_scheme": "scheme",
            # a CUBSO code of 16 digits begins with the UNSPSC code of 8
            "unspsc": pl.when(c("classification").str.contains(r"^\d{16}$")).then(c("classification").str.head(8)),
            **_VALUES,
        }
    },
    ("item_id",),
)

CLASSIFICATIONS = Spec(
    # names the item by its id alone where the position is absent: then there is no lot to put it on
    "oece:classifications",
    needs=("ocid", "tender/items/id", "tender/items/additionalClassifications/id"),
    columns=_OCID
    | {
        "tender/items/id": ("item_id", "code"),
        "tender/items/position": ("position", "numeral"),
        "tender/items/additionalClassifications/id": ("unspsc", "code"),
    },
    derived=_PROCESS_ID,
    tables={"lots": {"process_id": "process_id", "lot_id": "position", "unspsc": "unspsc"}},
    keep={"lots": c("position").is_not_null()},
    required=("ocid",),
    process="process_id",
    ocid="ocid",
    version="version",
)

AWARDS = _child(
    "awards",
    ("awards/id", "awards/date|awards/value/amount"),
    {"awards/id": ("award_id", "code"), "awards/date": ("date", "day"), "awards/status": ("status", "code"), **_money("awards/value")},
    {"awards": {"award_id": "award_id", "date": "date", "status": "status", **_AMOUNTS}},
    ("award_id",),
)  # fmt: skip

SUPPLIERS = _child(
    "award_suppliers",
    ("awards/id", "awards/suppliers/id"),
    {
        "awards/id": ("award_id", "code"),
        "awards/suppliers/id": ("party_id", "code"),
        "awards/suppliers/name": ("name", "text"),
    },
    {"award_suppliers": {n: n for n in ("award_id", "party_id", "name")}},
    ("award_id", "party_id"),
)

AWARD_ITEMS = _child(
    "award_items",
    ("awards/id", "awards/items/id", "awards/items/description|awards/items/quantity|awards/items/totalValue/amount"),
    {"awards/id": ("award_id", "code"), **_items("awards/items")},
    {"award_lines": {"award_id": "award_id", "lot_id": _LOT_ID, "quantity": "quantity", **_AMOUNTS}},
    ("award_id", "item_id"),
)

CONTRACTS = _child(
    "contracts",
    ("contracts/id", "contracts/value/amount|contracts/dateSigned|contracts/awardID"),
    {
        "contracts/id": ("contract_id", "numeral"),
        "contracts/awardID": ("award_id", "code"),
        "contracts/title": ("number", "text"),
        "contracts/dateSigned": ("signed_date", "day"),
        "contracts/period/startDate": ("start_date", "day"),
        "contracts/period/endDate": ("end_date", "day"),
        "contracts/implementation/endDate": ("end_date_actual", "day"),
        "contracts/implementation/finalValue/amount": ("final_cents", "value"),
        "contracts/status": ("status", "code"),
        **_money("contracts/value"),
    },
    {
        "contracts": {
            **_AMOUNTS,
            **{
                n: n
                for n in [
                    "contract_id",
                    "award_id",
                    "number",
                    "signed_date",
                    "start_date",
                    "end_date",
                    "end_date_actual",
                    "final_cents",
                    "status",
                ]
            },
        }
    },
    ("contract_id",),
)

CONTRACT_ITEMS = _child(
    # what is contracted repeats what is awarded: the row is kept as a record and fills no table
    "contract_items",
    ("contracts/id", "contracts/items/id", "contracts/items/description|contracts/items/quantity"),
    {"contracts/id": ("contract_id", "numeral"), "contracts/items/id": ("item_id", "code")},
    {},
    ("contract_id",),
)

SPECS = (
    IDENTIFIERS,
    TENDERERS,
    _documents("documents", "tender", "tender"),
    _documents("contract_documents", "contracts", "contract"),
    _documents("award_documents", "awards", "award"),
    CLASSIFICATIONS,
    ITEMS,
    SUPPLIERS,
    AWARD_ITEMS,
    CONTRACT_ITEMS,
    CONTRACTS,
    AWARDS,
    PARTIES,
    RECORDS,
)
"""In the order in which a header is held against them: children before parents, whose id they repeat."""


def recognise(header: list[str]) -> Spec | None:
    """The table with this header; None when it is none of OECE's, or one that is not read."""
    paths = {p for h in header if (p := path(h)) is not None}
    if "ocid" not in paths or any("exchangeRates" in p for p in paths):
        return None
    return next((spec for spec in SPECS if spec.fits(paths)), None)
