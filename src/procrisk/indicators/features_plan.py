"""What the annual plan says of a process: whether it is in it, since when, for which month.

A process is linked to a line of the plan by its ocid, which names year, entity and reference of the line
(ocds-dgv273-seacev3-2026-1234-15). Where the plan of the buyer and year is not among the records nothing is known.
"""

import polars as pl

from procrisk.records.vocabulary import fold

LINK = r"-(?<year>\d{4})-(?<consucode>\d+)-(?<reference>\d+)$"
MONTHS = (
    "ENERO",
    "FEBRERO",
    "MARZO",
    "ABRIL",
    "MAYO",
    "JUNIO",
    "JULIO",
    "AGOSTO",
    "SETIEMBRE",
    "OCTUBRE",
    "NOVIEMBRE",
    "DICIEMBRE",
)


def with_plan(frame: pl.DataFrame, plan: pl.DataFrame) -> pl.DataFrame:
    """The frame of processes with in_plan, plan_lead_days, plan_month_gap and value_over_planned.

    in_plan: the ocid names a line of the plan; null where it names no line at all or the buyer's plan of the year is not
    known. plan_lead_days: calendar
    days from the first version with that line to the call. plan_month_gap: months between the one foreseen in the last
    version and the call's, without sign. value_over_planned: value over the amount in plan or budget, both in `currency`.
    """
    link = ["_year", "_consucode", "_reference"]
    linked = pl.col("ocid").str.extract_groups(LINK)
    month = _month(pl.col("month"))
    lines = (
        plan.drop_nulls(["year", "buyer_consucode", "reference"])
        .sort("year", "buyer_consucode", "reference", "version", "lot_id", nulls_last=False)
        .group_by(_year="year", _consucode=pl.col("buyer_consucode").str.strip_chars_start("0"), _reference="reference")
        .agg(_first=pl.col("published_date").min(), _month=month.drop_nulls().last(), _line=pl.lit(value=True))
    )
    known = lines.select("_year", "_consucode", _known=pl.lit(value=True)).unique()
    named = frame.with_columns(
        _year=linked.struct["year"].cast(pl.Int16, strict=False),
        _consucode=linked.struct["consucode"].str.strip_chars_start("0"),
        _reference=linked.struct["reference"],
        _own=pl.col("buyer_consucode").str.strip_chars_start("0"),
    )
    joined = named.join(lines, on=link, how="left", maintain_order="left").join(
        known, left_on=["year", "_own"], right_on=["_year", "_consucode"], how="left", maintain_order="left"
    )
    line = pl.col("_line").fill_null(value=False)
    # a process of this year may run on a line of last year's plan
    gap = (
        (pl.col("call_date").dt.year() - pl.col("_year").cast(pl.Int32)) * 12
        + pl.col("call_date").dt.month().cast(pl.Int32)
        - pl.col("_month")
    ).abs()
    return joined.with_columns(
        in_plan=pl.when(line | (pl.col("_known") & pl.col("_reference").is_not_null())).then(line),
        plan_lead_days=(pl.col("call_date") - pl.col("_first")).dt.total_days(),
        plan_month_gap=gap.cast(pl.Int64),
        value_over_planned=pl.when(pl.col("planned_cents") > 0).then(pl.col("value_cents") / pl.col("planned_cents")),
    ).drop(*link, "_own", "_first", "_month", "_line", "_known")


def _month(text: pl.Expr) -> pl.Expr:
    """Month of the year, 1 to 12, from a number or a Spanish name."""
    number = text.str.strip_chars().cast(pl.Int32, strict=False)
    words = fold(text).str.replace("SEPTIEMBRE", "SETIEMBRE")
    named = words.replace_strict(list(MONTHS), list(range(1, 13)), default=None, return_dtype=pl.Int32)
    return pl.when(number.is_between(1, 12)).then(number).otherwise(named)
