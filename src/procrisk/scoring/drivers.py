"""Which indicators set a region apart: how often each is raised there, against what its strata expect."""

from collections.abc import Collection
from datetime import date

import polars as pl

from procrisk.scoring.estimates import SCOPES, select
from procrisk.scoring.periods import Period, periods
from procrisk.scoring.strata import MILLI, expected, milli
from procrisk.scoring.weights import indicator_columns

SCHEMA: dict[str, type[pl.DataType]] = {
    "region_code": pl.String,
    "scope": pl.String,
    "period": pl.String,
    "indicator": pl.String,
    "raised": pl.Int32,
    "evaluated": pl.Int32,
    "rate": pl.Float64,
    "expected": pl.Float64,
    "excess": pl.Float64,
    "rank": pl.Int32,
}


def drivers(
    processes: pl.DataFrame, states: pl.DataFrame, as_of: date, only_periods: Collection[str] | None = None
) -> pl.DataFrame:
    """Flags raised above what is expected, by region, scope, period and indicator.

    Args:
        processes: rows of processes.parquet.
        states: process_id and a Boolean per indicator.
        as_of: the day as of which the records are read.
        only_periods: names of periods wanted; every one when None.

    Returns:
        columns of SCHEMA, where an indicator was evaluated: `expected` is the number that the processes would have at the rates of
        their strata (strata.py), excess = raised - expected, rank 1 the largest excess of the region. Sorted by scope, period, region
        and rank.
    """
    day = processes["reference_date"].drop_nulls()
    months = (day.dt.year().cast(pl.Int64) * 12 + day.dt.month().cast(pl.Int64) - 1).unique().to_list()
    spans = [p for p in periods(months, as_of) if only_periods is None or p.name in only_periods]
    made = [pl.DataFrame(schema=SCHEMA)]
    for indicator in indicator_columns(states):
        own = processes.join(
            states.select("process_id", score=pl.col(indicator).cast(pl.Float64) * 100),
            on="process_id",
            how="left",
            maintain_order="left",
            suffix="_state",
        ).with_columns(score=pl.col("score_state"), opportunity=pl.lit(None, pl.Float64))
        known = own.join(
            expected(own).select("process_id", e="score_expected"), on="process_id", how="left", maintain_order="left"
        )
        evaluated = known.drop_nulls("score").filter(pl.col("reference_date").is_not_null())
        if not evaluated.is_empty():
            made.append(
                _counted(evaluated, spans)
                .with_columns(indicator=pl.lit(indicator))
                .select(pl.col(c).cast(t) for c, t in SCHEMA.items() if c != "rank")
                .with_columns(rank=pl.lit(0, pl.Int32))
            )
    every = pl.concat(made)
    key = ["scope", "period", "region_code"]
    return (
        every.sort(*key, "excess", "indicator", descending=[False, False, False, True, False])
        .with_columns(rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over(key))
        .select(list(SCHEMA))
    )


def _counted(evaluated: pl.DataFrame, spans: list[Period]) -> pl.DataFrame:
    """Sums of one indicator by region, scope and period: integers, divided once."""
    month = pl.col("reference_date").dt.year().cast(pl.Int64) * 12 + pl.col("reference_date").dt.month() - 1
    marked = evaluated.select(
        "region_code",
        "delivery_region_code",
        "scope",
        month=month,
        raised=(pl.col("score") > 0).cast(pl.Int64),
        evaluated=pl.lit(1, dtype=pl.Int64),
        expected=milli("e"),
    )
    months = pl.DataFrame(
        [(p.name, m) for p in spans for m in range(p.first, p.last + 1)],
        {"period": pl.String, "month": pl.Int64},
        orient="row",
    )
    scoped = [select(marked, scope).with_columns(scope=pl.lit(scope)) for scope in SCOPES]
    cells = (
        pl.concat(scoped).group_by("region_code", "scope", "month").agg(pl.col("raised", "evaluated", "expected").sum())
    )
    summed = (
        cells.join(months, on="month", how="inner")
        .group_by("region_code", "scope", "period")
        .agg(pl.col("raised", "evaluated", "expected").sum())
    )
    # 100 points in thousandths are one flag
    wanted = (pl.col("expected") / (100 * MILLI)).round(3)
    return summed.with_columns(
        rate=(pl.col("raised") / pl.col("evaluated")).round(6),
        expected=wanted,
        excess=(pl.col("raised") - wanted).round(3),
    )
