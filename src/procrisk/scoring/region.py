"""The table of regions of a publication: each region's score in each scope and period, with its interval and ranges of ranks.

The score is what the region's processes score above what is expected of processes like them (strata.py), drawn towards the mean
of the regions as far as its error warrants (shrinkage.py): a region with three processes does not lead the table by chance,
and none is judged by what it buys. Ranks come from the standardised scores, before they are drawn together (ranks.py). National
entities are shown by their seat and never ranked. How to find a figure again by hand: docs/methodology.md.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from procrisk.records.regions import REGIONS
from procrisk.scoring import ranks
from procrisk.scoring.estimates import SCOPES, UNRANKED, Estimates, base, draws, estimate, select
from procrisk.scoring.periods import Period, month_index, periods
from procrisk.scoring.strata import MILLI
from procrisk.scoring.uncertainty import PRIOR_FREEDOM, Floats
from procrisk.settings import Scores

LEAST_RANKED = 10
"""Scored processes from which a region can be told apart from another (own judgement): most processes score little and a few much,
and the mean of a handful says nothing that a normal error could measure."""

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
    "crude": pl.Float64,
    "standardised": pl.Float64,
    "standardised_free": pl.Float64,
    "mix": pl.Float64,
    "rate": pl.Float64,
    "shrinkage": pl.Float64,
    "rank_low_all": pl.Int32,
    "rank_high_all": pl.Int32,
    "bound_low": pl.Float64,
    "bound_high": pl.Float64,
    "score_soles": pl.Float64,
    "score_soles_low": pl.Float64,
    "score_soles_high": pl.Float64,
    "visibility": pl.Float64,
    "standardised_se": pl.Float64,
}


def score_regions(
    processes: pl.DataFrame, settings: Scores, as_of: date, freedom: float = PRIOR_FREEDOM
) -> pl.DataFrame:
    """Score every region in every scope and period that has data.

    Args:
        processes: from score_processes, with the columns of standard.py.
        settings: replicates and seed of the bootstrap.
        as_of: the day as of which the records are read; later calls are left out.
        freedom: what the prior variances are worth (uncertainty.py); another value only to see what hangs on it.

    Returns:
        columns of SCHEMA, sorted by scope, period and region code. All 26 regions stand in each scope and period with a
        process; a region without one has scores and ranks null and n_processes 0. rank 1 is the riskiest.
    """
    made, buyers = base(processes)
    within = made.filter(pl.col("month") <= month_index(as_of))
    spans = periods(within["month"].unique().to_list(), as_of)
    drawn = draws(buyers, settings.replicates, settings.seed)
    parts = [pl.DataFrame(schema=SCHEMA)]
    for scope in SCOPES:
        chosen = select(within, scope)
        found, by_soles = (estimate(chosen, spans, drawn, weighting, freedom) for weighting in ("count", "soles"))
        if found is not None and by_soles is not None:
            soles = {
                "score_soles": by_soles.score / MILLI,
                "score_soles_low": by_soles.low / MILLI,
                "score_soles_high": by_soles.high / MILLI,
            }
            parts.append(
                rows(found, scope, soles, ranked=scope != UNRANKED).select(pl.col(c).cast(t) for c, t in SCHEMA.items())
            )
    return pl.concat(parts).sort("scope", "period", "region_code")


def rows(found: Estimates, scope: str, more: dict[str, Floats], *, ranked: bool) -> pl.DataFrame:
    """Region x period arrays to rows in points, periods without a process left out.

    Args:
        found: of one scope.
        scope: its name.
        more: further columns, regions x periods.
        ranked: whether the regions are ranked.
    """
    totals = found.totals
    low, high, low_all, high_all = rank_bounds(found) if ranked else np.full((4, *found.crude.shape), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = totals["evaluated"] / totals["applicable"]
        seen = totals["seen"] / totals["weight"] / MILLI
    points = {
        "score": found.score,
        "score_low": found.low,
        "score_high": found.high,
        "crude": found.crude,
        "standardised": found.standardised,
        "standardised_free": found.free,
        "mix": found.mix,
        "rate": found.rate,
        "bound_low": found.bound_low,
        "bound_high": found.bound_high,
    }
    numbers = {
        **{k: v / MILLI for k, v in points.items()},
        "rank_low": low,
        "rank_high": high,
        "rank_low_all": low_all,
        "rank_high_all": high_all,
        "n_processes": totals["processes"],
        "n_scored": totals["n"],
        "n_buyers": totals["buyers"],
        "amount_pen": totals["cents"] / 100,
        "share_evaluable": np.round(share, 6),
        "shrinkage": np.round(found.shrunk.shrinkage, 6),
        "visibility": np.round(seen, 6),
        "standardised_se": np.round(np.sqrt(found.sampled.variance) / MILLI, 6),
        **more,
    }
    return spread(found.spans, numbers, busy=totals["processes"].sum(axis=0) > 0).with_columns(scope=pl.lit(scope))


def spread(spans: Sequence[Period], numbers: dict[str, Floats], busy: np.ndarray) -> pl.DataFrame:
    """Arrays of regions x periods as rows with region_code, region and period; NaN becomes null, periods not busy are left out."""
    names = pl.DataFrame({"region_code": list(REGIONS), "region": list(REGIONS.values())})
    laid = names.join(pl.DataFrame({"period": [p.name for p in spans]}), how="cross", maintain_order="left_right")
    columns = [pl.Series(k, v.ravel()).fill_nan(None) for k, v in numbers.items()]
    return laid.with_columns(*columns).filter(pl.Series(np.tile(busy, len(REGIONS))))


def rank_bounds(found: Estimates) -> Floats:
    """rank_low, rank_high (marginal) and rank_low_all, rank_high_all (simultaneous): 4 x regions x periods."""
    bounds = np.full((4, *found.crude.shape), np.nan)
    for at in range(len(found.spans)):
        scored, family = family_of(found, at)
        if len(scored):
            bounds[:, scored, at] = [*ranks.marginal(family), *ranks.simultaneous(family)]
    return bounds


def family_of(found: Estimates, at: int) -> tuple[np.ndarray, ranks.Family]:
    """Positions of the regions scored in a period, and their standardised scores with the draws of their error.

    A region with fewer than LEAST_RANKED scored processes is told apart from none: its pairs have no standard error.
    """
    scored = np.flatnonzero(~np.isnan(found.standardised[:, at]))
    deviations = np.rint(found.sampled.deviations[scored, at].T)
    few = found.totals["n"][scored, at] < LEAST_RANKED
    family = ranks.from_replicates(found.standardised[scored, at], deviations)
    return scored, replace(family, spread=np.where(few[:, None] | few[None, :], 0.0, family.spread))
