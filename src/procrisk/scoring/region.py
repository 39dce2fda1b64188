"""The score of a region, by scope and period: mean of its process scores, with an interval and a range of ranks.

The mean is drawn towards the mean of the scope as if the region had `SHRINKAGE` more processes, all of them average: a
region with three processes does not lead the table by chance. How the interval comes about: uncertainty.py; the ranks:
ranks.py. National entities are shown by their seat and never ranked.
"""

from datetime import date

import numpy as np
import polars as pl

from procrisk.records.regions import REGIONS
from procrisk.scoring.periods import Period, membership, month_index, periods
from procrisk.scoring.ranks import rank_sets
from procrisk.scoring.uncertainty import Estimates, Floats, Sums, buyer_weights, estimate, normal_draws
from procrisk.settings import Scores

SHRINKAGE = 20.0
"""Average processes that are added to each region."""
CONFIDENCE = (0.025, 0.975)
"""Quantiles of the replicates that bound the interval: 95 %."""
SCOPES = ("regional_government", "local_government", "subnational", "delivered_in_region", "national")
UNRANKED = "national"
MILLI = 1000

SCHEMA: dict[str, type[pl.DataType]] = {
    "region_code": pl.String,
    "region": pl.String,
    "scope": pl.String,
    "period": pl.String,
    "score": pl.Float64,
    "score_low": pl.Float64,
    "score_high": pl.Float64,
    "rank_low": pl.Int32,
    "rank_high": pl.Int32,
    "n_processes": pl.Int32,
    "n_scored": pl.Int32,
    "n_buyers": pl.Int32,
    "amount_pen": pl.Float64,
    "share_evaluable": pl.Float64,
}
_SUMMED = ("score", "n", "squares", "processes", "cents", "evaluated", "applicable")


def score_regions(processes: pl.DataFrame, settings: Scores, as_of: date) -> pl.DataFrame:
    """Score every region in every scope and period that has data.

    Args:
        processes: from score_processes.
        settings: replicates and seed of the bootstrap.
        as_of: the day as of which the records are read; later calls are left out.

    Returns:
        columns of SCHEMA, sorted by scope, period and region code. All 26 regions stand in each scope and period with a
        process; a region without one has score and ranks null and n_processes 0. rank 1 is the riskiest.
    """
    base = _base(processes).filter(pl.col("month") <= month_index(as_of))
    spans = periods(base["month"].unique().to_list(), as_of)
    buyers = base["buyer"].unique().sort().to_list()
    weights = buyer_weights(buyers, settings.replicates, settings.seed)
    draws = normal_draws(list(REGIONS), settings.replicates, settings.seed)
    numbered = base.with_columns(
        buyer_at=pl.col("buyer").replace_strict(buyers, range(len(buyers)), return_dtype=pl.Int64)
    )
    parts = [_scope(scope, _select(numbered, scope), spans, weights, draws) for scope in SCOPES]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *parts]).sort("scope", "period", "region_code")


def _base(processes: pl.DataFrame) -> pl.DataFrame:
    milli = (pl.col("score") * MILLI).round().cast(pl.Int64)
    evaluated = (pl.col("n_raised") + pl.col("n_clear")).cast(pl.Int64)
    return processes.select(
        "region_code",
        "delivery_region_code",
        "scope",
        buyer=pl.coalesce("buyer_id", "buyer", pl.lit("")),
        month=pl.col("reference_date").dt.year().cast(pl.Int64) * 12 + pl.col("reference_date").dt.month() - 1,
        score=milli.fill_null(0),
        n=milli.is_not_null().cast(pl.Int64),
        squares=(milli * milli).fill_null(0),
        processes=pl.lit(1, dtype=pl.Int64),
        cents=pl.col("amount_pen_cents").fill_null(0),
        evaluated=evaluated,
        applicable=evaluated + pl.col("n_not_evaluable"),
    )


def _select(base: pl.DataFrame, scope: str) -> pl.DataFrame:
    """Processes of a scope, with the region in which they count there."""
    if scope == "delivered_in_region":
        chosen = base.with_columns(region_code=pl.col("delivery_region_code"))
    elif scope == "subnational":
        chosen = base.filter(pl.col("scope").is_in(["regional_government", "local_government"]))
    else:
        chosen = base.filter(pl.col("scope") == scope)
    return chosen.filter(pl.col("region_code").is_in(list(REGIONS)))


def _scope(scope: str, chosen: pl.DataFrame, spans: list[Period], weights: Floats, draws: Floats) -> pl.DataFrame:
    """Rows of one scope: every region in every period that has a process."""
    cells = (
        chosen.group_by("region_code", "buyer_at", "month")
        .agg(pl.col(_SUMMED).sum())
        .sort("region_code", "buyer_at", "month")
    )
    if cells.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    pairs = cells.select("region_code", "buyer_at").unique(maintain_order=True)
    summed = _by_period(cells, spans)
    codes = pairs["region_code"]
    starts = [int(codes.search_sorted(c, side="left")) for c in REGIONS]
    ends = [int(codes.search_sorted(c, side="right")) for c in REGIONS]
    slices = [slice(a, b) for a, b in zip(starts, ends, strict=True)]
    sums = Sums(summed["score"], summed["n"], summed["squares"].sum(axis=0), slices)
    found = estimate(sums, weights[:, pairs["buyer_at"].to_numpy()], draws, SHRINKAGE)
    buyers = (summed["processes"] > 0).astype(np.float64)
    totals = {k: np.array([v[r].sum(axis=0) for r in slices]) for k, v in {**summed, "buyers": buyers}.items()}
    return _frame(scope, spans, totals, found)


def _by_period(cells: pl.DataFrame, spans: list[Period]) -> dict[str, Floats]:
    """Each summed column as region and buyer (row) by period (column)."""
    row = cells.select(pl.struct("region_code", "buyer_at").rle_id().cast(pl.Int64)).to_series().to_numpy()
    months = cells["month"].unique().sort()
    column = months.search_sorted(cells["month"]).to_numpy()
    inside = membership(months.to_list(), spans)
    made = {}
    for name in _SUMMED:
        dense = np.zeros((int(row[-1]) + 1, len(months)))
        dense[row, column] = cells[name].to_numpy()
        made[name] = dense @ inside  # whole numbers below 2**53: exact, whatever the order of summation
    return made


def _frame(scope: str, spans: list[Period], totals: dict[str, Floats], found: Estimates) -> pl.DataFrame:
    """Region x period arrays to rows, periods without a process left out."""
    score = np.rint(found.score)
    whole = np.rint(found.replicates)
    with np.errstate(invalid="ignore"):
        low, high = np.rint(np.quantile(whole, CONFIDENCE, axis=2)).clip(0, 100 * MILLI)
    low, high = np.fmin(low, score), np.fmax(high, score)
    ranks = np.full((2, *score.shape), np.nan)
    for at in range(len(spans) if scope != UNRANKED else 0):
        scored = np.flatnonzero(~np.isnan(score[:, at]))
        if len(scored):
            own = score[scored, at].astype(np.int64)
            ranks[:, scored, at] = rank_sets(own, whole[scored, at].T.astype(np.int64) - own)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = totals["evaluated"] / totals["applicable"]
    numbers = {
        "score": score / MILLI,
        "score_low": low / MILLI,
        "score_high": high / MILLI,
        "rank_low": ranks[0],
        "rank_high": ranks[1],
        "n_processes": totals["processes"],
        "n_scored": totals["n"],
        "n_buyers": totals["buyers"],
        "amount_pen": totals["cents"] / 100,
        "share_evaluable": share,
    }
    names = pl.DataFrame({"region_code": list(REGIONS), "region": list(REGIONS.values())})
    spread = names.join(pl.DataFrame({"period": [p.name for p in spans]}), how="cross", maintain_order="left_right")
    columns = [pl.Series(k, v.ravel()).fill_nan(None) for k, v in numbers.items()]
    busy = np.tile(totals["processes"].sum(axis=0) > 0, len(REGIONS))
    rows = spread.with_columns(*columns, scope=pl.lit(scope)).with_columns(pl.col("share_evaluable").round(6))
    return rows.filter(pl.Series(busy)).select(pl.col(c).cast(t) for c, t in SCHEMA.items())
