"""What the law said on the day of the call: thresholds, terms and limits, as columns beside every process.

A procedure keeps the law of its call, so everything is keyed by the date of the call (which gives the regime), the object and the
method; never by today and never by the date of the award. Values come from `risk_catalogue/legal_parameters.csv`, each with
the norm it was read in and how sure that is. A value of confidence C (general knowledge, one secondary source) is never
attached: its column is null there, so that an indicator resting on it is not evaluable instead of resting on a guess. `value` and
`citation` still show it, with its confidence, to whoever asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from procrisk.errors import UsageError
from procrisk.legal_parameters import METHODS, OBJECTS, REGIMES, Legal, known, legal_parameters
from procrisk.workdays import business_days, holiday_list

__all__ = ["ATTACHED", "Attached", "attach", "business_days", "citation", "holiday_list", "norms", "regime", "value"]

_CERTAIN = ("A", "B")
_DIMS = {"object": OBJECTS, "method": METHODS}
_TABLE = {
    "_from": pl.Date,
    "_to": pl.Date,
    "_v": pl.Float64,
    "_uit": pl.Boolean,
    "_norm": pl.String,
    "_object": pl.String,
    "_method": pl.String,
}
_OF = ("_object", "_method")


@dataclass(frozen=True, slots=True)
class Attached:
    """A column that `attach` adds: the parameter it comes from, how it is written, what it means."""

    column: str
    parameter: str
    dtype: type[pl.DataType]
    """Int64: céntimos of soles; Int32: business days or a count; Float64: a ratio."""
    meaning: str


_MONEY, _DAYS, _COUNT, _RATIO = pl.Int64, pl.Int32, pl.Int32, pl.Float64
ATTACHED = (
    Attached("law_uit_cents", "uit", _MONEY, "UIT of the year of the call"),
    Attached("law_procedure_min_cents", "minor_purchase_max", _MONEY, "at or below it no procedure is needed (8 UIT)"),
    Attached("law_lp_threshold_cents", "lp_cp_threshold", _MONEY, "from it on LP or CP, for the object"),
    Attached("law_cprec_max_cents", "cprec_max", _MONEY, "up to it a comparison of prices"),
    Attached("law_guarantee_exempt_cents", "guarantee_exempt_max", _MONEY, "contracts up to it need no guarantee"),
    Attached("law_auction_min_bids", "sie_min_valid_bids", _COUNT, "valid bids that an electronic auction needs"),
    Attached("law_min_bid_days", "bid_days_min", _DAYS, "least from call to bids"),
    Attached("law_enquiry_days", "enquiry_days_min", _DAYS, "least for enquiries"),
    Attached("law_integration_days", "integration_days_min", _DAYS, "least from integrated terms to bids"),
    Attached("law_consent_days", "consent_days", _DAYS, "from award to consent where there were two or more bids"),
    Attached("law_appeal_days", "appeal_days", _DAYS, "to appeal"),
    Attached("law_documents_days", "sign_documents_days", _DAYS, "from consent to the winner's documents"),
    Attached("law_sign_days", "sign_total_days", _DAYS, "most from consent to signature"),
    Attached("law_publish_days", "direct_award_publish_days", _DAYS, "to publish the approval of a direct award"),
    Attached("law_additional_max", "additional_max", _RATIO, "additional work over the original contract"),
    Attached(
        "law_additional_without_cgr_max", "additional_without_cgr_max", _RATIO, "the same, works, without the CGR"
    ),
    Attached("law_reduction_max", "reduction_max", _RATIO, "reductions over the original contract"),
    Attached("law_complementary_max", "complementary_max", _RATIO, "complementary over the original contract"),
    Attached("law_penalty_max", "penalty_total_max", _RATIO, "all penalties over the contract"),
    Attached("law_penalty_f_60", "penalty_f_to_60_days", _RATIO, "F of the penalty for delay, terms up to 60 days"),
    Attached("law_penalty_f_120", "penalty_f_61_to_120_days", _RATIO, "the same, terms of 61 to 120 days"),
    Attached("law_penalty_f_over", "penalty_f_over_120_days", _RATIO, "the same, longer terms"),
    Attached("law_subcontract_max", "subcontract_max", _RATIO, "subcontracted over the contract"),
    Attached("law_price_floor", "price_floor", _RATIO, "lowest bid admitted over the reference value"),
    Attached("law_price_ceiling", "price_ceiling", _RATIO, "highest bid admitted over the reference value"),
    Attached("law_oscebid_bid_days", "oscebid_bid_days_min", _DAYS, "least from call to bids, OSCE-BID flag 3"),
    Attached("law_oscebid_consent_days", "oscebid_consent_days", _DAYS, "least to consent, OSCE-BID flag 17"),
    Attached("law_oscebid_change_low", "oscebid_additional_low", _RATIO, "changes from it on, OSCE-BID flag 23a"),
    Attached("law_oscebid_change_high", "oscebid_additional_high", _RATIO, "changes up to it, OSCE-BID flag 23a"),
)
"""What `attach` adds, besides law_8uit_cents and law_15uit_cents (8 and 15 UIT of the year)."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value in force, with its norm and how sure it is."""

    value: float
    unit: str
    norm: str
    confidence: str
    note: str


def regime(call_date: pl.Expr) -> pl.Expr:
    """The law of a call: DL1017, L30225 or L32069; null before 2009-02-01 and where the date is null."""
    found: pl.Expr = pl.lit(None, pl.String)
    for r in REGIMES:
        found = pl.when(call_date.is_between(r.start, r.end or date.max)).then(pl.lit(r.id)).otherwise(found)
    return found


def value(parameter: str, on: date, *, object_: str = "", method: str = "") -> Value | None:
    """What held for a call of that day, whatever its confidence; None where nothing is known.

    Args:
        parameter: a key of `legal_parameters.PARAMETERS`.
        on: day of the call.
        object_: goods, services, works or consultancy; may be left out where the parameter does not depend on it.
        method: code such as LP; likewise.

    Raises:
        UsageError: unknown parameter, or several values hold because the object or the method was left out.
    """
    found = _in_force(parameter, on, object_, method)
    if len({(r.value, r.unit) for r in found}) > 1:
        raise UsageError(f"{parameter} on {on} depends on the object or the method: say which")
    return Value(found[0].value, found[0].unit, found[0].norm, found[0].confidence, found[0].note) if found else None


def citation(parameter: str, on: date, *, object_: str = "", method: str = "") -> str:
    """The norm behind a parameter on a day; several joined by `; ` where object or method is left out; empty if unknown.

    Raises:
        UsageError: unknown parameter.
    """
    return "; ".join(dict.fromkeys(r.norm for r in _in_force(parameter, on, object_, method)))


def norms(rows: pl.DataFrame, parameter: str, legal: Sequence[Legal] | None = None) -> pl.Series:
    """The norm behind a parameter for each call, in the order of the rows: `citation`, for a whole frame.

    Args:
        rows: with call_date and, where they are known, object and method.
        parameter: a key of `legal_parameters.PARAMETERS`.
        legal: legal parameters; the packaged ones unless given.

    Returns:
        a String column `norm`; null where `attach` gives no value either.

    Raises:
        UsageError: unknown parameter.
    """
    known(parameter)
    keyed = rows.select(
        "call_date",
        *(
            pl.when(pl.col(dim).is_in(words)).then(dim).otherwise(pl.lit("")).alias(f"_{dim}")
            if dim in rows.columns
            else pl.lit("").alias(f"_{dim}")
            for dim, words in _DIMS.items()
        ),
    )
    found = _in_force_on(keyed, parameter, legal_parameters() if legal is None else legal)
    return found.select(norm=pl.when(pl.col("call_date") <= pl.col("_to")).then("_norm"))["norm"]


def _in_force(parameter: str, on: date, object_: str, method: str) -> list[Legal]:
    known(parameter)
    return [
        r
        for r in legal_parameters()
        if r.parameter == parameter
        and r.covers(on)
        and (not object_ or not r.objects or object_ in r.objects)
        and (not method or not r.methods or method in r.methods)
    ]


def attach(processes: pl.DataFrame, rows: Sequence[Legal] | None = None) -> pl.DataFrame:
    """Add what the law said for each call.

    Args:
        processes: with call_date (Date), object and method (text codes) and, where known, value_pen_cents, which decides
            whether an electronic auction (SIE) has the size of an LP or CP and with it the longer term to consent.
        rows: legal parameters; the packaged ones unless given.

    Returns:
        the same rows in the same order with the columns of `ATTACHED`, law_8uit_cents and law_15uit_cents; null where the law
        says nothing, where the date, object or method that it depends on is null, and where it is known with confidence C alone.
    """
    legal = legal_parameters() if rows is None else rows
    keys = processes.select("call_date", "object", "method").unique().drop_nulls("call_date").sort("call_date")
    # what is null or not in the vocabulary falls under the rows that hold for all, and under no other
    keys = keys.with_columns(
        pl.when(pl.col(dim).is_in(words)).then(dim).otherwise(pl.lit("")).alias(f"_{dim}")
        for dim, words in _DIMS.items()
    )
    for column in ATTACHED:
        keys = _join(keys, column.column, column.parameter, legal, column.dtype)
    keys = _join(keys, "_large", "consent_days_large", legal, pl.Int32).with_columns(
        law_8uit_cents=8 * pl.col("law_uit_cents"),
        law_15uit_cents=15 * pl.col("law_uit_cents"),
    )
    joined = processes.join(
        keys, on=["call_date", "object", "method"], how="left", nulls_equal=True, maintain_order="left", validate="m:1"
    )
    if "value_pen_cents" in processes.columns:
        large = pl.col("_large").is_not_null() & (pl.col("value_pen_cents") >= pl.col("law_lp_threshold_cents"))
        consent = pl.when(large).then("_large").otherwise("law_consent_days")
        appeal = pl.when(large).then("_large").otherwise("law_appeal_days")
        joined = joined.with_columns(law_consent_days=consent, law_appeal_days=appeal)
    return joined.drop("_large", "_object", "_method")


def _join(
    keys: pl.DataFrame, column: str, parameter: str, legal: Sequence[Legal], dtype: type[pl.DataType]
) -> pl.DataFrame:
    """One parameter onto the (date, object, method) that occur; UIT has to be attached before what is written in UIT."""
    joined = _in_force_on(keys, parameter, legal)
    held: pl.Expr = pl.when(pl.col("call_date") <= pl.col("_to")).then("_v")
    if dtype == pl.Int64:
        uit = pl.col("law_uit_cents") if "law_uit_cents" in keys.columns else pl.lit(None, pl.Int64)
        held = pl.when(pl.col("_uit")).then(held * uit).otherwise(held * 100).round(0)
    return joined.with_columns(held.cast(dtype).alias(column)).drop("_from", "_to", "_v", "_uit", "_norm", strict=False)


def _in_force_on(keys: pl.DataFrame, parameter: str, legal: Sequence[Legal]) -> pl.DataFrame:
    """The keys (call_date, _object, _method) with the last row of the parameter that began, in the same order.

    Adds _to, _v (its value), _uit (whether that is in UIT) and _norm; the row holds where call_date <= _to.
    """
    rows = [r for r in legal if r.parameter == parameter and r.confidence in _CERTAIN]
    by = [f"_{dim}" for dim in _DIMS if any(getattr(r, f"{dim}s") for r in rows)]
    spread = [
        (r.start, r.end or date.max, r.value, r.unit == "uit", r.norm, o, m)
        for r in rows
        for o in _spread(r.objects, "object", by)
        for m in _spread(r.methods, "method", by)
    ]
    table = pl.DataFrame(spread, schema=_TABLE, orient="row").select([c for c in _TABLE if c not in _OF or c in by])
    # the rows never overlap, so the last one that began is the only one that can hold
    numbered = keys.with_row_index("_at").sort("call_date")
    return (
        numbered.join_asof(
            table.sort("_from"),
            left_on="call_date",
            right_on="_from",
            by=by or None,
            strategy="backward",
            check_sortedness=False,
        )
        .sort("_at")
        .drop("_at")
    )


def _spread(named: tuple[str, ...], dim: str, by: list[str]) -> tuple[str, ...]:
    """The values under which a row is found; a row that names none holds for all, the unknown ("") included."""
    return (named or (*_DIMS[dim], "")) if f"_{dim}" in by else ("",)
