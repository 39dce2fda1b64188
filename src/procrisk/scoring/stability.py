"""How much the order of the regions depends on choices: the headline, seeds, priors, thresholds, single indicators, single buyers."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from procrisk.indicators import INDICATORS
from procrisk.indicators.evaluate import evaluate
from procrisk.indicators.features import Records
from procrisk.scoring.association import spearman
from procrisk.scoring.process import score_processes
from procrisk.scoring.region import score_regions
from procrisk.scoring.standard import standardise
from procrisk.scoring.weights import INFORMATION
from procrisk.settings import Settings

SCHEMA: dict[str, type[pl.DataType]] = {
    "check": pl.String,
    "scope": pl.String,
    "period": pl.String,
    "top5_shared": pl.Int32,
    "jaccard_top5": pl.Float64,
    "max_rank_move": pl.Float64,
    "largest_move_region": pl.String,
    "spearman": pl.Float64,
    "n": pl.Int32,
}
CHOICES = {
    "plain mean": "crude",
    "not drawn to the centre": "standardised",
    "method not excused": "standardised_free",
    "by soles": "score_soles",
}
"""Other figures of the same table that could have been the headline."""
TOP = 5
SEEDS = (1, 2, 3)
"""Other seeds of the bootstrap."""
FREEDOMS = (1.0, 16.0)
"""Other weights of the prior variances, instead of 4 degrees of freedom."""
SCALES = (0.9, 1.1)
"""Thresholds, by these factors."""
BUYERS = 5
"""Of the largest buyers (by processes), each is left out in turn."""


def agreement(check: str, usual: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Compare two tables of regions, scope by scope and period by period.

    Args:
        check: name of what differs.
        usual: region_code, scope, period, score.
        other: the same, made otherwise.

    Returns:
        columns of SCHEMA. Ranks of the scores, ties share the mean; regions that lack a score in either are left out. `n` is the
        number of regions compared; the first five are all of them where there are no more.
    """
    key = ["scope", "period", "region_code"]
    both = usual.select(*key, a="score").join(other.select(*key, b="score"), on=key, how="inner", maintain_order="left")
    made = []
    for (scope, period), group in (
        both.drop_nulls(["a", "b"]).sort(key).group_by("scope", "period", maintain_order=True)
    ):
        ranks = {c: group[c].rank("average", descending=True).to_numpy() for c in "ab"}
        # of regions tied at the fifth place the first by code is taken, in both tables alike
        top = [set(group.sort(c, "region_code", descending=[True, False]).head(TOP)["region_code"]) for c in "ab"]
        moves = np.abs(ranks["a"] - ranks["b"])
        made.append(
            {
                "check": check,
                "scope": scope,
                "period": period,
                "top5_shared": len(top[0] & top[1]),
                "jaccard_top5": round(len(top[0] & top[1]) / len(top[0] | top[1]), 4),
                "max_rank_move": float(moves.max()),
                "largest_move_region": group["region_code"][int(moves.argmax())] if moves.max() > 0 else None,
                "spearman": spearman(group["a"].to_numpy(), group["b"].to_numpy()),
                "n": group.height,
            }
        )
    return pl.DataFrame(made, SCHEMA)


@dataclass(frozen=True, slots=True)
class Run:
    """What a run needs to be made again otherwise."""

    dataset: Records
    as_of: date
    settings: Settings
    others: Mapping[str, pl.DataFrame | None] | None = None
    """What the layers beside the rules say (score_processes); they are kept as they are in every check."""

    def regions(self, states: pl.DataFrame, why: pl.DataFrame) -> pl.DataFrame:
        """The table of regions from these states."""
        return score_regions(self.processes(states, why), self.settings.scores, self.as_of)

    def processes(self, states: pl.DataFrame, why: pl.DataFrame) -> pl.DataFrame:
        """Scored processes from these states."""
        listed, changed = self.dataset.tables["processes"], self.settings.layers
        scored = score_processes(listed, states, why, self.others, changed=changed)
        return standardise(listed, scored, states, why, changed=changed)


def stability(
    run: Run, only_periods: Collection[str] | None = None, checks: Sequence[str] | None = None
) -> pl.DataFrame:
    """Score the regions again under other choices and compare.

    Args:
        run: records, day of reading and settings of the usual run.
        only_periods: periods compared; every one when None.
        checks: of "choices", "seeds", "thresholds", "indicators", "buyers"; every one when None.

    Returns:
        columns of SCHEMA, a row per check, scope and period, in the order in which the checks are made. The seed moves intervals
        alone where errors are those of the variance components, and through them how far scores are drawn together.
    """
    evaluated = evaluate(run.dataset, run.as_of, run.settings)
    usual = run.regions(evaluated.states, evaluated.why)
    made = [pl.DataFrame(schema=SCHEMA)]
    makers: Mapping[str, Callable[[], Iterator[tuple[str, pl.DataFrame]]]] = {
        "choices": lambda: _choices(usual),
        "seeds": lambda: _seeds(run, evaluated.states, evaluated.why),
        "thresholds": lambda: _thresholds(run),
        "indicators": lambda: _indicators(run, evaluated.states, evaluated.why),
        "buyers": lambda: _buyers(run, evaluated.states, evaluated.why),
    }
    for name, maker in makers.items():
        if checks is None or name in checks:
            for check, other in maker():
                compared = agreement(check, usual, other)
                made.append(
                    compared.filter(pl.col("period").is_in(list(only_periods)))
                    if only_periods is not None
                    else compared
                )
    return pl.concat(made)


def _choices(usual: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    for name, column in CHOICES.items():
        yield name, usual.with_columns(score=pl.col(column))


def _seeds(run: Run, states: pl.DataFrame, why: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    scored = run.processes(states, why)
    for seed in SEEDS:
        yield f"seed {seed}", score_regions(scored, replace(run.settings.scores, seed=seed), run.as_of)
    for freedom in FREEDOMS:
        yield f"prior {freedom:g}", score_regions(scored, run.settings.scores, run.as_of, freedom)


def scaled(settings: Settings, factor: float) -> Settings:
    """Every numeric threshold of the indicators times `factor`; whole numbers stay whole and move by at least one."""
    thresholds = {}
    for i in INDICATORS.values():
        given = settings.thresholds.get(i.id, {})
        moved = {n: _moved(given.get(n, v), factor) for n, v in i.params.items()}
        if moved:
            thresholds[i.id] = moved
    return replace(settings, thresholds=thresholds)


def _moved(value: float, factor: float) -> float:
    if isinstance(value, int):
        step = round(value * factor) - value
        return max(0, value + (step or (1 if factor > 1 else -1))) if value else value
    return value * factor


def _thresholds(run: Run) -> Iterator[tuple[str, pl.DataFrame]]:
    for factor in SCALES:
        found = evaluate(run.dataset, run.as_of, scaled(run.settings, factor))
        yield (
            f"thresholds {factor - 1:+.0%}".replace("%", " %"),
            run.regions(found.states, found.why),
        )


def _indicators(run: Run, states: pl.DataFrame, why: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    for i in sorted(INDICATORS):
        if INDICATORS[i].role != INFORMATION and i in states.columns and states[i].any():
            yield f"without indicator {i}", run.regions(states.drop(i), why.drop(i))


def _buyers(run: Run, states: pl.DataFrame, why: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The largest buyers of the regions, each left out; its processes stay in the references of the strata's weights."""
    listed = (
        run.dataset.tables["processes"]
        .drop_nulls("buyer_id")
        .filter(pl.col("buyer_level").is_in(["regional", "local"]))
    )
    largest = listed.group_by("buyer_id").len("n").sort("n", "buyer_id", descending=[True, False]).head(BUYERS)
    scored = run.processes(states, why)
    for buyer in largest["buyer_id"]:
        yield (
            f"without buyer {buyer}",
            score_regions(scored.filter(pl.col("buyer_id").ne_missing(buyer)), run.settings.scores, run.as_of),
        )
