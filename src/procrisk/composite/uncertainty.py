"""What ranks would other defensible choices have given? Monte Carlo over the choices, and the index without each part.

The choices varied are those of COINr's case: how many outlying points are moved (1 to 5), the scale (min-max from 1 to 100,
or z with mean 10 and deviation 2), the weights (each drawn uniformly within 25 % of its own on the levels between indicators
and index), and the mean (arithmetic or geometric, in all groups). Saisana, Saltelli and Tarantola (2005), JRSS A 168(2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from procrisk.composite.aggregate import Floats, How
from procrisk.composite.build import Built, aggregate_all, normalise_all, rank, treat_all, weights_of
from procrisk.composite.method import Scaling
from procrisk.errors import UsageError

NAMES = ("winmax", "normalise", "weights", "aggregation")
"""What is varied, in the order of the columns of a design."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The alternatives; each is as likely as the others."""

    winmax: tuple[int, ...] = (1, 2, 3, 4, 5)
    normalise: tuple[tuple[Scaling, tuple[float, float]], ...] = (("minmax", (1.0, 100.0)), ("z", (10.0, 2.0)))
    noise: float = 0.25
    """A weight is multiplied by a number drawn uniformly from 1 - noise to 1 + noise."""
    levels: tuple[int, ...] = ()
    """Levels whose weights vary; empty: all between indicators and index, or the indicators' where there is none."""
    weight_sets: int = 1000
    aggregation: tuple[How, ...] = ("arithmetic", "geometric")


class Runs:
    """An index computed again and again under other choices."""

    def __init__(self, built: Built, choices: Choices | None = None, seed: int = 1) -> None:
        """Ready to run.

        Args:
            built: the index under its own choices, the nominal ones.
            choices: the alternatives.
            seed: of the sets of weights.

        Raises:
            UsageError: no unit has a score, so that there is nothing to rank.
        """
        self.built, self.choices = built, choices or Choices()
        self._imputed = np.column_stack([built.imputed[i].fill_null(np.nan).to_numpy() for i in built.framework.ids])
        self._weights = self._weight_sets(np.random.default_rng([seed, 1]))
        self._scaled: dict[tuple[int, int], Floats] = {}
        self.nominal = rank(built.scores(built.framework.top))
        if np.isnan(self.nominal).all():
            raise UsageError(
                "no unit has a score: lower the limits of what has to be known (least_known), then try other choices"
            )

    def ranks(self, design: Floats) -> Floats:
        """Ranks of the index under each row of a design.

        Args:
            design: runs x 4, between 0 and 1: which alternative of each of `NAMES`.

        Returns:
            runs x units; a row of NaN where the choices do not go together (a geometric mean of values at or below 0).
        """
        return np.array([self._run(row) for row in design])

    def _run(self, row: Floats) -> Floats:
        c, framework = self.choices, self.built.framework
        sizes = (len(c.winmax), len(c.normalise), len(self._weights), len(c.aggregation))
        w, s, k, a = (min(int(x * n), n - 1) for x, n in zip(row, sizes, strict=True))
        how, scale = c.normalise[s]
        method = replace(
            self.built.method, winmax=c.winmax[w], normalise=how, scale=scale, aggregation=c.aggregation[a]
        )
        if (w, s) not in self._scaled:
            self._scaled[w, s] = normalise_all(framework, treat_all(framework, self._imputed, method), method)
        try:
            scores = aggregate_all(framework, self._scaled[w, s], method, self._weights[k])
        except UsageError:
            return np.full(len(self.nominal), np.nan)
        return rank(scores[framework.top])

    def _weight_sets(self, rng: np.random.Generator) -> list[dict[str, float]]:
        framework = self.built.framework
        own = weights_of(framework, self.built.method)
        between = {g.level for g in framework.groups if g.id != framework.top}
        levels = set(self.choices.levels) or between or {1}
        varied = sorted(k for k, x in framework.by_id.items() if x.level in levels and k != framework.top)
        factors = 1 + self.choices.noise * (2 * rng.random((self.choices.weight_sets, len(varied))) - 1)
        return [{**own, **{k: own[k] * f for k, f in zip(varied, row, strict=True)}} for row in factors.tolist()]


def uncertainty(built: Built, n: int, seed: int = 1, choices: Choices | None = None) -> pl.DataFrame:
    """Ranks under `n` combinations of choices drawn at random.

    Returns:
        see `rank_table`.

    Raises:
        UsageError: `n` is below 1, or no combination gave ranks.
    """
    if n < 1:
        raise UsageError(f"the uncertainty analysis needs one run at least (found {n})")
    design = np.random.default_rng([seed, 0]).random((n, len(NAMES)))
    runs = Runs(built, choices, seed)
    return rank_table(built, runs.nominal, runs.ranks(design))


def rank_table(built: Built, nominal: Floats, ranks: Floats) -> pl.DataFrame:
    """What becomes of each unit's rank.

    Args:
        built: the index.
        nominal: ranks under its own choices.
        ranks: runs x units; rows of NaN are runs whose choices did not go together, and count nowhere.

    Returns:
        unit, name, nominal, mean, median, q5, q95 (5 and 95 % quantiles, interpolated linearly), sorted by unit; null for a
        unit without a score.

    Raises:
        UsageError: no run gave ranks.
    """
    good = ranks[~np.isnan(ranks).all(axis=1)]
    if not len(good):
        raise UsageError("no combination of choices gave ranks: a geometric mean needs a scale above 0")
    columns = {
        "nominal": nominal,
        "mean": good.mean(axis=0),
        "median": np.median(good, axis=0),
        "q5": np.quantile(good, 0.05, axis=0),
        "q95": np.quantile(good, 0.95, axis=0),
    }
    table = built.data.select("unit", "name")
    return table.with_columns(pl.Series(k, v, nan_to_null=True) for k, v in columns.items()).with_columns(
        pl.col("nominal").cast(pl.Int64)
    )


def without_each(built: Built) -> pl.DataFrame:
    """The index without each indicator and group, the others making up its weight.

    Returns:
        part, level, mean_change and max_change (absolute ranks), unit (that of the largest change, the first by id); a part
        that is all its parent has is not left out.
    """
    own = weights_of(built.framework, built.method)
    normalised = np.column_stack([built.scores(i) for i in built.framework.ids])
    nominal = rank(built.scores(built.framework.top))
    rows = []
    for part in built.framework.by_id.values():
        siblings = [p.id for p in built.framework.parts(part.parent)] if part.parent else []
        if not any(own[s] > 0 for s in siblings if s != part.id) or own[part.id] == 0:
            continue
        rows.append(
            {"part": part.id, "level": part.level, **_change(built, normalised, nominal, {**own, part.id: 0.0})}
        )
    return pl.DataFrame(rows, schema=_WITHOUT)


_WITHOUT = {
    "part": pl.String,
    "level": pl.Int64,
    "mean_change": pl.Float64,
    "max_change": pl.Int64,
    "unit": pl.String,
}


def _change(built: Built, normalised: Floats, nominal: Floats, weights: Mapping[str, float]) -> dict[str, object]:
    scores = aggregate_all(built.framework, normalised, built.method, weights)
    change = np.abs(rank(scores[built.framework.top]) - nominal)
    if np.isnan(change).all():
        return {"mean_change": None, "max_change": None, "unit": None}
    at = int(np.nanargmax(change))
    return {"mean_change": float(np.nanmean(change)), "max_change": int(change[at]), "unit": built.units[at]}
