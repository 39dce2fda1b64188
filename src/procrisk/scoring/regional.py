"""Tables for comparing regions in depth: by part and weighting, funnel, who can be told apart. The nightly table: region.py.

Beside them stand `stability`, `association` and `drivers`, in the modules of those names.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl

from procrisk.records.regions import REGIONS
from procrisk.scoring import ranks
from procrisk.scoring.association import association
from procrisk.scoring.drivers import drivers
from procrisk.scoring.estimates import SCOPES, UNRANKED, WEIGHTINGS, Estimates, base, draws, estimate, select
from procrisk.scoring.periods import Period, month_index, periods
from procrisk.scoring.process import CATEGORIES, PHASES, registered
from procrisk.scoring.region import family_of, rows, spread
from procrisk.scoring.stability import stability
from procrisk.scoring.strata import MILLI, expected
from procrisk.scoring.told_apart import sentences
from procrisk.scoring.uncertainty import Floats
from procrisk.scoring.visibility import opportunities
from procrisk.scoring.weights import INFORMATION, Rated
from procrisk.settings import Scores

__all__ = ["association", "drivers", "funnel", "parts", "scores", "sentences", "separable", "stability"]

ALL = "all"
FUNNEL_Z = {"95": 1.959963984540054, "998": 3.090232306167813}
"""Quantiles of the limits of a funnel plot: 95 % and 99.8 % (Spiegelhalter 2005)."""
WINSORISED = 0.1
"""Part of the z scores at each end that is pulled in before overdispersion is measured (the same)."""
SCORES: dict[str, type[pl.DataType]] = {
    "region_code": pl.String,
    "region": pl.String,
    "scope": pl.String,
    "period": pl.String,
    "weighting": pl.String,
    "part": pl.String,
    "crude": pl.Float64,
    "standardised": pl.Float64,
    "standardised_free": pl.Float64,
    "mix": pl.Float64,
    "rate": pl.Float64,
    "score": pl.Float64,
    "score_low": pl.Float64,
    "score_high": pl.Float64,
    "shrinkage": pl.Float64,
    "rank_low": pl.Int32,
    "rank_high": pl.Int32,
    "rank_low_all": pl.Int32,
    "rank_high_all": pl.Int32,
    "n_processes": pl.Int32,
    "n_scored": pl.Int32,
    "n_buyers": pl.Int32,
    "amount_pen": pl.Float64,
    "share_evaluable": pl.Float64,
    "bound_low": pl.Float64,
    "bound_high": pl.Float64,
    "n_effective": pl.Float64,
}
FUNNEL: dict[str, type[pl.DataType]] = {
    "region_code": pl.String,
    "scope": pl.String,
    "period": pl.String,
    "n": pl.Float64,
    "standardised": pl.Float64,
    "reference": pl.Float64,
    "z": pl.Float64,
    "low_95": pl.Float64,
    "high_95": pl.Float64,
    "low_998": pl.Float64,
    "high_998": pl.Float64,
    "outside": pl.Boolean,
    "tau2": pl.Float64,
}
SEPARABLE: dict[str, type[pl.DataType]] = {
    "region_code": pl.String,
    "other_code": pl.String,
    "scope": pl.String,
    "period": pl.String,
    "difference": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "apart": pl.Boolean,
}


def parts(indicators: Mapping[str, Rated] | None = None) -> dict[str, list[str]]:
    """Every part by which regions are scored, with its indicators: phases and categories (those that score), single risks (all)."""
    known = registered() if indicators is None else indicators
    scoring = [i for i in sorted(known) if known[i].role != INFORMATION]
    found = {f"phase:{p}": [i for i in scoring if known[i].phase == p] for p in PHASES}
    found |= {f"category:{c}": [i for i in scoring if known[i].category == c] for c in CATEGORIES}
    risks = sorted({r for i in known.values() for r in i.risks})
    found |= {f"risk:{r}": [i for i in sorted(known) if r in known[i].risks] for r in risks}
    return {p: ids for p, ids in found.items() if ids}


def scores(
    processes: pl.DataFrame,
    settings: Scores,
    as_of: date,
    *,
    states: pl.DataFrame | None = None,
    indicators: Mapping[str, Rated] | None = None,
    only_parts: Collection[str] | None = None,
    only_periods: Collection[str] | None = None,
    weightings: Sequence[str] = WEIGHTINGS,
) -> pl.DataFrame:
    """Score every region by part and weighting.

    A phase or category is scored by the indicators that belong to it, a risk by 100 where any of its indicators is raised and
    0 where none is (and one could be evaluated). Each is standardised by its own references. Bounds are known for the whole alone.

    Args:
        processes: rows of processes.parquet.
        settings: replicates and seed of the bootstrap.
        as_of: the day as of which the records are read.
        states: process_id and a Boolean per indicator. Without it single risks are left out, and of a phase or category as much
            counts as visible as of the whole process.
        indicators: what is known of each; the registry when None.
        only_parts: parts wanted ("all" and names of `parts`); every one when None.
        only_periods: names of periods wanted; every one when None.
        weightings: of WEIGHTINGS.

    Returns:
        columns of SCORES, sorted by part, weighting, scope, period and region code. Single risks are not ranked.
    """
    spans = _spans(processes, as_of, only_periods)
    made = [pl.DataFrame(schema=SCORES)]
    drawn = None
    for part, value, expectation in _values(processes, states, indicators, only_parts):
        bounds = ("score_if_clear", "score_if_raised") if part == ALL else None
        read, buyers = base(value, "score", expectation, bounds)
        drawn = drawn or draws(buyers, settings.replicates, settings.seed)
        within = read.filter(pl.col("month") <= month_index(as_of))
        for scope in SCOPES:
            chosen = select(within, scope)
            for weighting in weightings:
                found = estimate(chosen, spans, drawn, weighting)
                if found is not None:
                    made.append(_rows(found, scope, part, weighting))
    return pl.concat(made).sort("part", "weighting", "scope", "period", "region_code")


def _rows(found: Estimates, scope: str, part: str, weighting: str) -> pl.DataFrame:
    ranked = scope != UNRANKED and not part.startswith("risk:")
    full = rows(found, scope, {"n_effective": np.round(found.sampled.effective, 3)}, ranked=ranked)
    named = full.with_columns(part=pl.lit(part), weighting=pl.lit(weighting))
    return named.select(pl.col(c).cast(t) for c, t in SCORES.items())


def _values(
    processes: pl.DataFrame,
    states: pl.DataFrame | None,
    indicators: Mapping[str, Rated] | None,
    only: Collection[str] | None,
) -> Iterator[tuple[str, pl.DataFrame, pl.DataFrame | None]]:
    """Each part with the processes, its value in their column `score`, and what is expected of that (None: as published)."""
    wanted = {p: ids for p, ids in parts(indicators).items() if only is None or p in only}
    if only is None or ALL in only:
        yield ALL, processes, None
    ordered = processes.sort("process_id")
    named = [p for p in wanted if not p.startswith("risk:")]
    seen = None
    if states is not None and named:
        dated = ordered.with_columns(year=pl.col("reference_date").dt.year().cast(pl.Int16))
        seen = opportunities(dated, states, {p: wanted[p] for p in named}, indicators)
    for part in named:
        chance = ordered["opportunity"] if seen is None else seen[part]
        value = ordered.with_columns(score=pl.col(f"score_{part.split(':')[1]}"), opportunity=chance)
        yield part, value, expected(value)
    if states is not None:
        aligned = ordered.select("process_id").join(states, on="process_id", how="left", maintain_order="left")
        for part in (p for p in wanted if p.startswith("risk:")):
            value = ordered.with_columns(
                aligned.select(score=raised(wanted[part])), opportunity=pl.lit(None, pl.Float64)
            )
            yield part, value, expected(value)


def raised(ids: Sequence[str]) -> pl.Expr:
    """100 where any of these indicators is raised, 0 where none is and any could be evaluated, else null."""
    known = pl.any_horizontal(pl.col(i).is_not_null() for i in ids)
    some = pl.any_horizontal(pl.col(i).fill_null(value=False) for i in ids)
    return pl.when(known).then(some.cast(pl.Float64) * 100)


def _spans(processes: pl.DataFrame, as_of: date, only: Collection[str] | None) -> list[Period]:
    day = processes["reference_date"].drop_nulls()
    months = (day.dt.year().cast(pl.Int64) * 12 + day.dt.month().cast(pl.Int64) - 1).unique().to_list()
    return [p for p in periods(months, as_of) if only is None or p.name in only]


def _by_scope(
    processes: pl.DataFrame, settings: Scores, as_of: date, only: Collection[str] | None
) -> Iterator[tuple[str, Estimates]]:
    """Estimates of the whole by count, scope by scope, those never ranked left out."""
    spans = _spans(processes, as_of, only)
    read, buyers = base(processes)
    within = read.filter(pl.col("month") <= month_index(as_of))
    drawn = draws(buyers, settings.replicates, settings.seed)
    for scope in SCOPES:
        found = estimate(select(within, scope), spans, drawn) if scope != UNRANKED else None
        if found is not None:
            yield scope, found


def funnel(
    processes: pl.DataFrame, settings: Scores, as_of: date, only_periods: Collection[str] | None = None
) -> pl.DataFrame:
    """Funnel plot: standardised score against how much is known of it, with limits that allow for overdispersion.

    Spiegelhalter (2005), additive: regions differ for reasons beside chance, and the limits are as wide as that difference, measured on
    winsorised z scores. A region beyond the 99.8 % limits is `outside`: it differs from the others more than they do among each other.

    Args:
        processes: rows of processes.parquet.
        settings: replicates and seed of the bootstrap.
        as_of: the day as of which the records are read.
        only_periods: names of periods wanted; every one when None.

    Returns:
        columns of FUNNEL, a row per region with a score. `n` is the effective number of processes: all limits of a scope and period
        lie on one curve over it. `tau2` in squared points.
    """
    made = [pl.DataFrame(schema=FUNNEL)]
    for scope, found in _by_scope(processes, settings, as_of, only_periods):
        y, s2 = found.standardised, found.sampled.variance
        reference = np.broadcast_to(found.standardised - found.rate, y.shape)
        tau2 = overdispersion(y - reference, s2)
        error = np.sqrt(s2 + tau2)
        limits = {
            f"{side}_{name}": np.rint(reference + sign * z * error) / MILLI
            for name, z in FUNNEL_Z.items()
            for side, sign in (("low", -1), ("high", 1))
        }
        numbers = {
            "n": np.round(found.sampled.effective, 3),
            "standardised": y / MILLI,
            "reference": reference / MILLI,
            "z": np.round((y - reference) / error, 3),
            **limits,
            "tau2": np.broadcast_to(np.round(tau2 / MILLI**2, 6), y.shape),
        }
        laid = spread(found.spans, numbers, found.totals["n"].sum(axis=0) > 0).drop_nulls("standardised")
        outside = (pl.col("standardised") < pl.col("low_998")) | (pl.col("standardised") > pl.col("high_998"))
        named = laid.with_columns(scope=pl.lit(scope), outside=outside)
        made.append(named.select(pl.col(c).cast(t) for c, t in FUNNEL.items()))
    return pl.concat(made).sort("scope", "period", "region_code")


def overdispersion(difference: Floats, s2: Floats) -> Floats:
    """Additive variance between regions, per period: DerSimonian and Laird's on winsorised z scores (Spiegelhalter 2005).

    Args:
        difference: estimate less reference, regions x periods; NaN is no estimate.
        s2: variance of the estimate's error.
    """
    found = np.zeros(difference.shape[1])
    for at in range(difference.shape[1]):
        there = ~np.isnan(difference[:, at])
        z, w = difference[there, at] / np.sqrt(s2[there, at]), 1.0 / s2[there, at]
        k = len(z)
        if k > 1:
            z = z.clip(*np.quantile(z, [WINSORISED, 1.0 - WINSORISED]))
            found[at] = max(0.0, (float((z**2).sum()) - (k - 1)) / (w.sum() - (w**2).sum() / w.sum()))
    return found


def separable(
    processes: pl.DataFrame, settings: Scores, as_of: date, only_periods: Collection[str] | None = None
) -> pl.DataFrame:
    """Which pairs of regions can be told apart: difference of the standardised scores, with simultaneous intervals.

    Args:
        processes: rows of processes.parquet.
        settings: replicates and seed of the bootstrap.
        as_of: the day as of which the records are read.
        only_periods: names of periods wanted; every one when None.

    Returns:
        columns of SEPARABLE, each pair once (region_code before other_code). `low` and `high` bound all differences of a scope and
        period together at 95 % (null where a region has too few processes to be compared); `apart` is the stepdown's answer, which
        may decide a pair more than they do.
    """
    made = [pl.DataFrame(schema=SEPARABLE)]
    codes = np.array(list(REGIONS))
    for scope, found in _by_scope(processes, settings, as_of, only_periods):
        for at, span in enumerate(found.spans):
            scored, family = family_of(found, at)
            if len(scored) < 2:
                continue
            larger, c = ranks.apart(family), ranks.critical(family)
            j, k = np.triu_indices(len(scored), 1)
            difference, spread_jk = family.estimates[j] - family.estimates[k], family.spread[j, k]
            half = np.where(spread_jk > 0, c * spread_jk, np.nan)
            made.append(
                pl.DataFrame(
                    {
                        "region_code": codes[scored[j]],
                        "other_code": codes[scored[k]],
                        "scope": [scope] * len(j),
                        "period": [span.name] * len(j),
                        "difference": difference / MILLI,
                        "low": pl.Series(np.rint(difference - half) / MILLI).fill_nan(None),
                        "high": pl.Series(np.rint(difference + half) / MILLI).fill_nan(None),
                        "apart": larger[j, k] | larger[k, j],
                    },
                    SEPARABLE,
                )
            )
    return pl.concat(made).sort("scope", "period", "region_code", "other_code")
