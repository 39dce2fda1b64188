"""What other choices of ours would have given: weights a quarter up or down, and pillars that may make up for each other.

The weights are a proposal, and whoever defends a score has to know how much of it is the proposal's. OECD and JRC (2008), step 7.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.composite.aggregate import Floats, above_one, combine
from procrisk.indices.frameworks import load
from procrisk.indices.scores import ALL

Integers = npt.NDArray[np.int64]

SPREAD = 0.25
"""Weights are multiplied by a factor drawn evenly from 1 - SPREAD to 1 + SPREAD, as COINr does."""
DRAWS, SEED = 1000, 2026
SCHEMA: dict[str, type[pl.DataType]] = {
    "region_code": pl.String,
    "period": pl.String,
    "index": pl.String,
    "framework": pl.String,
    "score": pl.Float64,
    "score_arithmetic": pl.Float64,
    "score_p05": pl.Float64,
    "score_p95": pl.Float64,
    "rank": pl.Int32,
    "rank_p05": pl.Int32,
    "rank_p95": pl.Int32,
    "of": pl.Int32,
}
KEY = ("region_code", "period", "index", "framework")


def robustness(scores: pl.DataFrame) -> pl.DataFrame:
    """Range of each index and of its rank under other weights, half of the draws with an arithmetic mean.

    Args:
        scores: from `scores.score`.

    Returns:
        columns of SCHEMA, one row for each index with a score. score_p05 and _p95: 5 and 95 % of DRAWS; rank 1 is the
        highest score among the `of` regions with one in the same period and framework, made-up answers among themselves.
        The bounds for what is unknown are another matter, see `scores`.
    """
    whole = scores.filter((pl.col("pillar") == ALL) & pl.col("score").is_not_null())
    made = [
        _of(scores, group)
        for _, group in sorted(whole.partition_by("index", "framework", "period", "simulated", as_dict=True).items())
    ]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *made]).sort(KEY)


def _of(scores: pl.DataFrame, group: pl.DataFrame) -> pl.DataFrame:
    first = group.row(0, named=True)
    pillars = load(first["index"], first["framework"]).pillars
    same = [pl.col(c) == first[c] for c in ("index", "framework", "period", "simulated")]
    wide = scores.filter(pl.col("pillar") != ALL, *same).pivot("pillar", index="region_code", values="score")
    values = group.select("region_code").join(wide, on="region_code", how="left", maintain_order="left")
    parts = values.select(*pillars).cast(pl.Float64).fill_null(float("nan")).to_numpy()
    weights = np.array([p.weight for p in pillars.values()])
    factors = np.random.default_rng(SEED).uniform(1 - SPREAD, 1 + SPREAD, (DRAWS, len(weights)))
    drawn = np.array([_index(parts, weights * f, arithmetic=n % 2 == 1) for n, f in enumerate(factors)])
    own = group["score"].to_numpy()
    low, high = np.quantile(drawn, (0.05, 0.95), axis=0)
    ranks = np.quantile(np.array([_ranks(d) for d in drawn]), (0.05, 0.95), axis=0, method="nearest")
    return group.select(
        "region_code",
        "period",
        "index",
        "framework",
        "score",
        score_arithmetic=pl.Series(_index(parts, weights, arithmetic=True).round(6)),
        score_p05=pl.Series(low.round(6)),
        score_p95=pl.Series(high.round(6)),
        rank=pl.Series(_ranks(own), dtype=pl.Int32),
        rank_p05=pl.Series(ranks[0].astype(np.int32)),
        rank_p95=pl.Series(ranks[1].astype(np.int32)),
        of=pl.lit(group.height, pl.Int32),
    )


def _index(
    parts: Floats,
    weights: Floats,
    *,
    arithmetic: bool,
) -> Floats:
    """The index of each row of pillars; a pillar in which nothing applies (NaN) leaves it, as in `scores.index_part`."""
    if arithmetic:
        return combine(parts, weights, "arithmetic", 0.0)
    return (combine(above_one(parts), weights, "geometric", 0.0) - 1.0) / 0.99


def _ranks(
    values: Floats,
) -> Integers:
    """1 for the highest; equal values share the better rank."""
    rounded = values.round(9)
    ranks: Integers = 1 + (rounded[None, :] > rounded[:, None]).sum(axis=1)
    return ranks
