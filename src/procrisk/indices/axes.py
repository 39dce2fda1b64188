"""The three axes of a region side by side: procurement risk, RIFI and CRAPI. No column adds one to another."""

import polars as pl

from procrisk.indices import periods
from procrisk.indices.frameworks import INDICES
from procrisk.indices.incremental import approach
from procrisk.indices.scores import ALL
from procrisk.records.regions import REGIONS

_SHOWN = {"": "score", "_low": "score_low", "_high": "score_high", "_known": "known", "_period": "period", "_framework": "framework", "_simulated": "simulated"}  # fmt: skip


def axes(risk: pl.DataFrame, scores: pl.DataFrame, period: str) -> pl.DataFrame:
    """Each region's three axes.

    Args:
        risk: region_code, score, score_low, score_high; one row a region. More is riskier.
        scores: from `scores.score`. More is better.
        period: of the risk score; an index further from its end than the approach allows is not shown.

    Returns:
        one row for each of the 26 regions, by code: region_code, region, risk, risk_low, risk_high, and for each index
        rifi, rifi_low, rifi_high, rifi_known, rifi_period, rifi_framework, rifi_simulated (crapi_ alike); null: no data.
    """
    table = pl.DataFrame({"region_code": list(REGIONS), "region": list(REGIONS.values())})
    own = risk.select("region_code", risk="score", risk_low="score_low", risk_high="score_high")
    table = table.join(own, on="region_code", how="left", validate="1:1")
    for index in INDICES:
        name = index.lower()
        found = nearest(scores.filter(pl.col("index") == index), period)
        shown = found.select("region_code", **{f"{name}{end}": column for end, column in _SHOWN.items()})
        table = table.join(shown, on="region_code", how="left", validate="1:1")
    return table.sort("region_code")


def nearest(scores: pl.DataFrame, period: str) -> pl.DataFrame:
    """Each region's index (pillar "all") about the end of a period, answers of regions before made-up ones, the nearest first.

    Args:
        scores: of one index.
        period: such as 2022 or 2021-03..2022-02.
    """
    whole = scores.filter(pl.col("pillar") == ALL)
    found = periods.near(whole, period, approach().max_age_years)
    order = found.sort("simulated", "_after", "_apart", "framework", descending=[False] * 3 + [True])
    return order.unique("region_code", keep="first", maintain_order=True).drop("_after", "_apart").sort("region_code")
