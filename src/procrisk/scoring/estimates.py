"""The engine of every regional score: a value of each process, what was expected of it, and its weight, by region and period.

One way for all of them, by count or by soles, whole or by part: sums of integers over region, buyer and month; their mean,
crude and standardised (strata.py); the error by drawing buyers again (uncertainty.py); drawn towards the mean of the regions
(shrinkage.py). Regions are those of REGIONS, in that order, everywhere in here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from procrisk.records.regions import REGIONS
from procrisk.scoring.periods import Period, membership
from procrisk.scoring.shrinkage import Shrunk, interval, shrink
from procrisk.scoring.strata import MILLI, SUBNATIONAL, milli
from procrisk.scoring.uncertainty import PRIOR_FREEDOM, Floats, Sampled, Sums, buyer_weights, normal_draws, sample

SCOPES = ("regional_government", "local_government", "subnational", "delivered_in_region", "national")
UNRANKED = "national"
WEIGHTINGS = ("count", "soles")
THOUSAND_SOLES = 100_000
"""Cents. By soles a process weighs its amount in whole thousands, at least one; without an amount, nothing."""
_CODES = list(REGIONS)
_SUMMED = (
    "n",
    "excess",
    "squares",
    "weight",
    "weight2",
    "seen",
    "value",
    "weighted_excess",
    "weighted_excess_free",
    "if_clear",
    "if_raised",
    "bounded",
    "processes",
    "cents",
    "evaluated",
    "applicable",
)


@dataclass(frozen=True, slots=True)
class Draws:
    """The random numbers of a run: the same for every scope, period and part."""

    buyers: Floats
    """Replicates x buyers: Poisson weights."""
    regions: Floats
    """Replicates x regions: standard normal."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """Arrays of regions (row) by period (column); points in whole thousandths, NaN where a region has no scored process."""

    spans: Sequence[Period]
    totals: dict[str, Floats]
    """Sums of integers: processes, n, buyers, cents, evaluated, applicable, ..."""
    crude: Floats
    standardised: Floats
    free: Floats
    """Standardised without the method."""
    mix: Floats
    """crude - standardised: what a region buys and how, and how much of it could be looked at."""
    rate: Floats
    """standardised - mean of the scope."""
    low: Floats
    high: Floats
    bound_low: Floats
    bound_high: Floats
    sampled: Sampled
    shrunk: Shrunk

    @property
    def score(self) -> Floats:
        """The shrunk estimate, within 0 and 100 points."""
        return np.rint(self.shrunk.estimate).clip(0, 100 * MILLI)


def draws(buyers: Sequence[str], replicates: int, seed: int) -> Draws:
    """Random numbers for these buyers and all regions."""
    return Draws(buyer_weights(buyers, replicates, seed), normal_draws(_CODES, replicates, seed))


def base(
    processes: pl.DataFrame,
    value: str = "score",
    expected: pl.DataFrame | None = None,
    bounds: tuple[str, str] | None = ("score_if_clear", "score_if_raised"),
) -> tuple[pl.DataFrame, list[str]]:
    """Processes as the engine reads them, in whole thousandths, and the buyers that `buyer_at` counts.

    Args:
        processes: from score_processes, with the columns of standard.py.
        value: what is averaged (0 to 100; null = nothing could be evaluated).
        expected: process_id, visibility, score_expected, score_expected_free of `value`; those of `processes` when None.
        bounds: the value if everything not evaluable were clear, and raised; None where that is not known.
    """
    of_value = (
        processes
        if expected is None
        else processes.select("process_id").join(expected, on="process_id", how="left", maintain_order="left")
    )
    evaluated = (pl.col("n_raised") + pl.col("n_clear")).cast(pl.Int64)
    nothing = pl.lit(None, dtype=pl.Int64)
    low, high = (milli(b) for b in bounds) if bounds else (nothing, nothing)
    made = processes.with_columns(of_value.select("visibility", "score_expected", "score_expected_free")).select(
        "region_code",
        "delivery_region_code",
        "scope",
        buyer=pl.coalesce("buyer_id", "buyer", pl.lit("")),
        month=pl.col("reference_date").dt.year().cast(pl.Int64) * 12 + pl.col("reference_date").dt.month() - 1,
        value=milli(value),
        expected=milli("score_expected"),
        free=milli("score_expected_free"),
        visibility=milli("visibility"),
        low=low,
        high=high,
        cents=pl.col("amount_pen_cents"),
        evaluated=evaluated,
        applicable=evaluated + pl.col("n_not_evaluable"),
    )
    buyers = made["buyer"].unique().sort().to_list()
    at = pl.col("buyer").replace_strict(buyers, range(len(buyers)), return_dtype=pl.Int64)
    return made.with_columns(buyer_at=at), buyers


def select(made: pl.DataFrame, scope: str) -> pl.DataFrame:
    """Processes of a scope, with the region in which they count there."""
    if scope == "delivered_in_region":
        chosen = made.with_columns(region_code=pl.col("delivery_region_code"))
    elif scope == "subnational":
        chosen = made.filter(pl.col("scope").is_in(SUBNATIONAL))
    else:
        chosen = made.filter(pl.col("scope") == scope)
    return chosen.filter(pl.col("region_code").is_in(_CODES))


def estimate(
    chosen: pl.DataFrame,
    spans: list[Period],
    drawn: Draws,
    weighting: str = "count",
    freedom: float = PRIOR_FREEDOM,
) -> Estimates | None:
    """Estimates of a scope's processes; None where there is none.

    Args:
        chosen: from `select`.
        spans: periods.
        drawn: random numbers, with a column for every `buyer_at`.
        weighting: one of WEIGHTINGS.
        freedom: what the prior variances are worth (uncertainty.py).
    """
    cells = _cells(chosen, weighting)
    if cells.is_empty():
        return None
    pairs = cells.select("region_code", "buyer_at").unique(maintain_order=True)
    summed = _by_period(cells, spans)
    codes = pairs["region_code"]
    ends = [[int(codes.search_sorted(c, side=side)) for c in _CODES] for side in ("left", "right")]
    slices = [slice(a, b) for a, b in zip(*ends, strict=True)]
    summed["buyers"] = (summed["processes"] > 0).astype(np.float64)
    totals = {k: np.array([v[r].sum(axis=0) for r in slices]) for k, v in summed.items()}
    sums = Sums(
        excess=summed["weighted_excess"],
        weight=summed["seen"],
        squared_weight=summed["weight2"],
        n=summed["n"],
        plain=summed["excess"],
        squares=summed["squares"].sum(axis=0),
        regions=slices,
    )
    sampled = sample(sums, drawn.buyers[:, pairs["buyer_at"].to_numpy()], drawn.regions, freedom)
    return _estimates(spans, totals, sampled)


def _cells(chosen: pl.DataFrame, weighting: str) -> pl.DataFrame:
    """Sums by region, buyer and month of everything that is ever added up: whole numbers."""
    there = pl.col("value").is_not_null()
    each: pl.Expr = pl.lit(1, dtype=pl.Int64)
    if weighting == "soles":
        each = ((pl.col("cents") + THOUSAND_SOLES // 2) // THOUSAND_SOLES).clip(1).fill_null(0)
    excess = pl.col("value") - pl.col("expected")
    weight = pl.when(there).then(each).otherwise(0)
    bounded = pl.when(pl.col("low").is_not_null()).then(each).otherwise(0)
    given = chosen.select(
        "region_code",
        "buyer_at",
        "month",
        n=there.cast(pl.Int64),
        excess=excess.fill_null(0),
        squares=(excess * excess).fill_null(0),
        weight=weight,
        weight2=weight * weight,
        seen=(weight * pl.col("visibility")).fill_null(0),
        value=(weight * pl.col("value")).fill_null(0),
        weighted_excess=(weight * excess).fill_null(0),
        weighted_excess_free=(weight * (pl.col("value") - pl.col("free"))).fill_null(0),
        if_clear=(bounded * pl.col("low")).fill_null(0),
        if_raised=(bounded * pl.col("high")).fill_null(0),
        bounded=bounded,
        processes=pl.lit(1, dtype=pl.Int64),
        cents=pl.col("cents").fill_null(0),
        evaluated="evaluated",
        applicable="applicable",
    )
    keys = ("region_code", "buyer_at", "month")
    return given.group_by(keys).agg(pl.col(_SUMMED).sum()).sort(keys)


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


def _estimates(spans: list[Period], totals: dict[str, Floats], sampled: Sampled) -> Estimates:
    """Means from sums. Published figures are rounded so that crude - mean = mix + rate holds to the last digit."""
    whole = {k: v.sum(axis=0) for k, v in totals.items()}
    with np.errstate(invalid="ignore", divide="ignore"):
        crude = np.rint(totals["value"] / totals["weight"])
        mean = np.rint(whole["value"] / whole["weight"])
        moved = {}
        for name in ("weighted_excess", "weighted_excess_free"):
            own = MILLI * totals[name] / totals["seen"]
            moved[name] = np.rint(mean + own - MILLI * whole[name] / whole["seen"])
        bounds = [np.rint(totals[name] / totals["bounded"]) for name in ("if_clear", "if_raised")]
    standardised = moved["weighted_excess"]
    shrunk = shrink(standardised, sampled.variance)
    score = np.rint(shrunk.estimate).clip(0, 100 * MILLI)
    low, high = (np.rint(bound).clip(0, 100 * MILLI) for bound in interval(shrunk, standardised, sampled.variance))
    return Estimates(
        spans=spans,
        totals=totals,
        crude=crude,
        standardised=standardised,
        free=moved["weighted_excess_free"],
        mix=crude - standardised,
        rate=standardised - mean,
        low=np.fmin(low, score),
        high=np.fmax(high, score),
        bound_low=bounds[0],
        bound_high=bounds[1],
        sampled=sampled,
        shrunk=shrunk,
    )
