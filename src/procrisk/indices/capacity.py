"""How much capacity a region's integrity function has: its RIFI, else the published stage 1 of the ICP, else nothing is said."""

import polars as pl

from procrisk.indices import periods
from procrisk.indices.incremental import approach
from procrisk.indices.scores import ALL

CAPACITY: dict[str, type[pl.DataType]] = {
    "region_code": pl.String,
    "capacity": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "measure": pl.String,
    "source": pl.String,
    "simulated": pl.Boolean,
}


def capacity_of(scores: pl.DataFrame, official: pl.DataFrame, period: str) -> pl.DataFrame:
    """The capacity of each region about the end of a period: its RIFI, else its published ICP stage 1.

    Args:
        scores: from `scores.score`. Answers of regions come before made-up ones. The ICP that a form quotes counts as published.
        official: facts of `icp_stage1` (`facts.of`): region_code, period, value or low and high (shares), source.
        period: of the risk score, such as 2022, 2022-03 or 2021-03..2022-02. What lies further from its end than the
            approach allows is left out; what came before the end is taken before what came after.

    Returns:
        columns of CAPACITY, in points of 0..100; capacity is null where a source gives a range and no value; a region of
        which nothing is known has no row.
    """
    rifi = scores.filter((pl.col("index") == "RIFI") & (pl.col("pillar") == ALL))
    given = rifi.drop_nulls("score").select(
        "region_code",
        "period",
        "simulated",
        capacity="score",
        low="score_low",
        high="score_high",
        measure=pl.lit("rifi"),
        source=pl.format("RIFI {}, marco {}", "period", "framework"),
    )
    quoted = rifi.drop_nulls("icp_stage1").select(
        "region_code",
        "period",
        "simulated",
        value="icp_stage1",
        low="icp_stage1",
        high="icp_stage1",
        source=pl.format("citado en el formulario RIFI {}", "period"),
    )
    facts = official.select(
        "region_code", "period", "value", "low", "high", "source", simulated=pl.lit(value=False)
    ).select(quoted.columns)
    published = pl.concat([quoted, facts]).select(
        "region_code",
        "period",
        "simulated",
        capacity=100 * pl.col("value"),
        low=100 * pl.coalesce("low", "value"),
        high=100 * pl.coalesce("high", "value"),
        measure=pl.lit("icp_stage1"),
        source=pl.format("ICP {}, etapa 1: {}", "period", "source"),
    )
    found = periods.near(pl.concat([given, published]), period, approach().max_age_years)
    # real answers, RIFI before the ICP, the nearest, and of one period the newer framework, whose name comes later
    order = found.sort(
        "simulated", pl.col("measure") != "rifi", "_after", "_apart", "source", descending=[False] * 4 + [True]
    )
    return order.unique("region_code", keep="first", maintain_order=True).select(list(CAPACITY)).sort("region_code")
