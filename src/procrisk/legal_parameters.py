"""`risk_catalogue/legal_parameters.csv`, read and checked: what each norm fixed, for which calls, from when to when."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from procrisk.errors import UsageError
from procrisk.resources import Row, data_dir, read_rows

FILE = "legal_parameters.csv"
COLUMNS = (
    "parameter",
    "kind",
    "regime",
    "object",
    "method",
    "valid_from",
    "valid_to",
    "value",
    "unit",
    "norm",
    "confidence",
    "note",
)
OBJECTS = ("goods", "services", "works", "consultancy")
METHODS = tuple("LP CP AS SIE CPRE SCI CD LPA CPA RES CONV INT PEC ADP ADS AMC OTHER".split())  # noqa: SIM905 - reads best
KINDS = ("law", "derived", "methodology")
"""Printed in the norm; a sum of what the norm prints; a threshold of the OSCE-BID study of 2021, which is no norm."""
CONFIDENCES = ("A", "B", "C")
"""A: read in the text of the norm. B: in two independent sources, or in a publication of OSCE/OECE. C: general knowledge
or one secondary source: kept to be checked, never decides a flag."""


@dataclass(frozen=True, slots=True)
class Regime:
    """A procurement law: it governs the procedures called from `start` to `end` (both included; None: still in force)."""

    id: str
    start: date
    end: date | None
    norm: str


REGIMES = (
    Regime("DL1017", date(2009, 2, 1), date(2016, 1, 8), "Decreto Legislativo 1017"),
    Regime("L30225", date(2016, 1, 9), date(2025, 4, 21), "Ley 30225"),
    Regime("L32069", date(2025, 4, 22), None, "Ley 32069"),
)
"""A procedure keeps the law of its call (Ley 32069, final provisions: "se rigen por las normas vigentes al momento de su
convocatoria"). Before 2009-02-01 (a date from general knowledge) there is no regime here, and nothing to evaluate."""

_DAYS, _RATIO, _SOLES, _MONEY, _COUNT = ("business_days",), ("ratio",), ("soles",), ("soles", "uit"), ("count",)
PARAMETERS: dict[str, tuple[tuple[str, ...], str]] = {
    "uit": (_SOLES, "unidad impositiva tributaria of the year"),
    "minor_purchase_max": (_MONEY, "at or below it no selection procedure is needed"),
    "minor_purchase_max_emergency": (_MONEY, "the same, raised for a while in 2022"),
    "lp_cp_threshold": (_SOLES, "from it on, licitación or concurso público"),
    "adp_min": (_SOLES, "from it on, adjudicación directa pública"),
    "lp_prequalification_threshold": (_SOLES, "from it on, licitación with prequalification"),
    "supervision_mandatory_min": (_SOLES, "from it on, works need a supervisor"),
    "cprec_max": (_MONEY, "up to it, comparación de precios"),
    "cprec_min_quotes": (_COUNT, "quotations"),
    "cprec_min_invitations": (_COUNT, "suppliers invited"),
    "cprec_min_valid_bids": (_COUNT, "bids that qualify"),
    "sie_min_valid_bids": (_COUNT, "valid bids, else it is void"),
    "bid_days_min": (_DAYS, "from call to bids"),
    "bid_days_min_after_notice": (("calendar_days",), "from call to bids, after a prior notice"),
    "integration_days_min": (_DAYS, "from integrated terms to bids"),
    "enquiry_days_min": (_DAYS, "for enquiries and observations"),
    "consent_days": (_DAYS, "from award to consent, two or more bids"),
    "consent_days_large": (_DAYS, "the same in an auction of LP or CP size"),
    "consent_days_single": (_DAYS, "from award to consent, a single bid"),
    "appeal_days": (_DAYS, "to appeal against the award"),
    "sign_documents_days": (_DAYS, "for the winner's documents, from consent"),
    "sign_documents_days_no_guarantee": (_DAYS, "the same where no guarantee is due"),
    "sign_entity_days": (_DAYS, "for the entity to sign or object"),
    "sign_correction_days": (_DAYS, "for the winner to correct"),
    "sign_guarantee_extra_days": (_DAYS, "more, where the guarantee is under way"),
    "sign_after_correction_days": (_DAYS, "to sign once corrected"),
    "sign_total_days": (_DAYS, "from consent to signature, all told"),
    "additional_max": (_RATIO, "additional work, of the original contract, whoever approves"),
    "additional_without_cgr_max": (_RATIO, "the same without the Comptroller's authorisation"),
    "additional_authority_max": (_RATIO, "the same without the head of the entity"),
    "supervision_variation_max": (_RATIO, "variation of a supervision contract without the Comptroller"),
    "reduction_max": (_RATIO, "reductions, of the original contract"),
    "complementary_max": (_RATIO, "complementary contract, of the original one"),
    "complementary_months": (("months",), "to make a complementary contract"),
    "guarantee": (_RATIO, "performance guarantee, of the contract"),
    "guarantee_accessory": (_RATIO, "guarantee of accessory services"),
    "guarantee_exempt_max": (_MONEY, "contracts up to it need no guarantee"),
    "guarantee_retention_max": (_SOLES, "up to it a retention may stand for the guarantee"),
    "advance_direct_max": (_RATIO, "direct advance payment"),
    "advance_materials_max": (_RATIO, "advance for materials"),
    "penalty_late_max": (_RATIO, "penalties for delay"),
    "penalty_other_max": (_RATIO, "other penalties"),
    "penalty_total_max": (_RATIO, "all penalties"),
    "penalty_f_to_60_days": (("factor",), "F of the daily penalty, terms up to 60 days"),
    "penalty_f_61_to_120_days": (("factor",), "F, 61 to 120 days"),
    "penalty_f_over_120_days": (("factor",), "F, more than 120 days"),
    "extension_request_days": (_DAYS, "to ask for an extension"),
    "extension_answer_days": (_DAYS, "to answer, else it is approved"),
    "subcontract_max": (_RATIO, "subcontracted share"),
    "emergency_regularise_days": (_DAYS, "to regularise an emergency purchase"),
    "direct_award_publish_days": (_DAYS, "to publish the approval of a direct award"),
    "price_floor": (_RATIO, "lowest bid admitted, of the reference value"),
    "price_ceiling": (_RATIO, "highest bid admitted, of the reference value"),
    "price_fixed": (_RATIO, "the only bid admitted, where the terms fix the price"),
    "oscebid_bid_days_min": (_DAYS, "flag 3"),
    "oscebid_consent_days": (_DAYS, "flag 17"),
    "oscebid_sign_total_days": (_DAYS, "flag 22"),
    "oscebid_price_proximity": (_RATIO, "flag 15"),
    "oscebid_win_ratio": (_RATIO, "flag 16"),
    "oscebid_additional_low": (_RATIO, "flag 23a, from"),
    "oscebid_additional_high": (_RATIO, "flag 23a, to"),
    "oscebid_complementary_max": (_RATIO, "flag 23a"),
    "oscebid_contract_over_reference": (_RATIO, "flag 29"),
    "oscebid_direct_market_share_max": (_RATIO, "flag 2"),
    "oscebid_deviations": (_COUNT, "standard deviations above the mean"),
}
"""Parameter to the units it may be written in and what it means."""


@dataclass(frozen=True, slots=True)
class Legal:
    """One row: a value, for calls of `objects` and `methods` (empty: all) from `start` to `end` (None: still in force)."""

    parameter: str
    kind: str
    regime: str
    objects: tuple[str, ...]
    methods: tuple[str, ...]
    start: date
    end: date | None
    value: float
    unit: str
    norm: str
    confidence: str
    note: str

    def covers(self, on: date) -> bool:
        """Whether it governs a call of that day."""
        return self.start <= on and (self.end is None or on <= self.end)

    def meets(self, other: "Legal") -> bool:
        """Whether one call could fall under both."""
        return (
            self.parameter == other.parameter
            and self.start <= (other.end or date.max)
            and other.start <= (self.end or date.max)
            and (not self.objects or not other.objects or bool(set(self.objects) & set(other.objects)))
            and (not self.methods or not other.methods or bool(set(self.methods) & set(other.methods)))
        )


@cache
def legal_parameters() -> tuple[Legal, ...]:
    """The legal parameters, in file order.

    Raises:
        UsageError: the file is not as it should be; says line and column.
    """
    return read(data_dir("risk_catalogue") / FILE)


def read(path: Path) -> tuple[Legal, ...]:
    """Read and check a file of legal parameters.

    Raises:
        InputMissingError: there is no such file.
        UsageError: an unknown parameter, regime, object, method or unit, a row without its norm, a validity that ends before
            it begins or leaves its regime, or two rows that one call could fall under; says line and column.
    """
    rows = read_rows(path, COLUMNS)
    made = [(row, _legal(row)) for row in rows]
    for n, (row, legal) in enumerate(made):
        for earlier, other in made[:n]:
            if legal.meets(other):
                raise row.refuse(
                    "valid_from", f"{legal.parameter} of line {earlier.line} holds on some of these days too"
                )
    return tuple(legal for _, legal in made)


def _legal(row: Row) -> Legal:
    parameter = row.choose("parameter", tuple(PARAMETERS))
    row.choose("unit", PARAMETERS[parameter][0])
    regime = row.choose("regime", ("", *(r.id for r in REGIMES)))
    if not row["norm"]:
        raise row.refuse("norm", "is empty: a value without its source is no law")
    start, end = _day(row, "valid_from"), _day(row, "valid_to") if row["valid_to"] else None
    if end is not None and end < start:
        raise row.refuse("valid_to", f"ends before it begins on {start}")
    for r in REGIMES:
        last = r.end or date.max
        if r.id == regime and not (r.start <= start <= (end or date.max) <= last):
            raise row.refuse("valid_from", f"leaves {regime}, which governs calls from {r.start} to {r.end or 'today'}")
    return Legal(
        parameter=parameter,
        kind=row.choose("kind", KINDS),
        regime=regime,
        objects=tuple(row.several("object", OBJECTS)),
        methods=tuple(row.several("method", METHODS)),
        start=start,
        end=end,
        value=_number(row),
        unit=row["unit"],
        norm=row["norm"],
        confidence=row.choose("confidence", CONFIDENCES),
        note=row["note"],
    )


def _day(row: Row, column: str) -> date:
    try:
        return date.fromisoformat(row[column])
    except ValueError as e:
        raise row.refuse(column, "should be a day such as 2025-04-22") from e


def _number(row: Row) -> float:
    # decimals alone: float() would take nan and inf, and 1_000 or 1e3 are not how people check a table
    if not row["value"].replace(".", "", 1).isdecimal():
        raise row.refuse("value", "should be a number such as 480000 or 0.25")
    return float(row["value"])


def known(parameter: str) -> str:
    """`parameter`, if it is one.

    Raises:
        UsageError: it is not.
    """
    if parameter not in PARAMETERS:
        raise UsageError(f"no legal parameter is called {parameter!r}; known: {', '.join(PARAMETERS)}")
    return parameter
