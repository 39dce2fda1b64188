"""A weighting of indicators learnt from labels: a logistic regression with an L1 penalty, beside the experts' fixed weights.

A raised or clear indicator stands as its distance from the base rate of the training processes, in standard deviations; one
that is not evaluable stands at the base rate, so that it speaks neither way. Weights may be zero or negative: flags that
everyone watches can go with fewer outcomes (Decarolis and Giorgiantonio, EPJ Data Science 11:16, 2022).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0)
"""Inverse strengths (C) that are tried, strongest penalty first; the first of those that are equally good is taken."""
FOLDS = 5
MIN_RAISED = 5
"""Training processes on which an indicator has to be raised, and clear, to have a weight at all."""
SEED = 20261123
DECIMALS = 6
"""Weights are rounded here, so that the last bits of the arithmetic library change no model."""
MIDDLE = 0.5
"""Where a process stands in a fold for which nothing could be learnt: weights that are all zero rank nobody."""
_INTERCEPT_SCALING = 10.0


@dataclass(frozen=True, slots=True)
class Learnt:
    """Weights in log odds. One entry an indicator: `rate` and `spread` of the training processes, `weight` a spread."""

    ids: tuple[str, ...]
    rate: Floats
    spread: Floats
    weight: Floats
    intercept: float
    penalty: float

    def parts(self, states: pl.DataFrame) -> Floats:
        """What each indicator (column) adds to the log odds of each process (row)."""
        made: Floats = _centred(_matrix(states, self.ids), self.rate, self.spread) * self.weight
        return made

    def score(self, states: pl.DataFrame) -> Floats:
        """Log odds less the intercept, rounded; NaN where no indicator with a weight was evaluable."""
        known = [i for i, w in zip(self.ids, self.weight, strict=True) if w != 0.0 and i in states.columns]
        if not known:
            return np.full(states.height, np.nan)
        some = states.select(pl.any_horizontal(pl.col(known).is_not_null())).to_series().to_numpy()
        total = np.round(self.parts(states).sum(axis=1), DECIMALS)
        return np.where(some, total, np.nan)


def fit(states: pl.DataFrame, positive: Floats, groups: Sequence[str], seed: int = SEED) -> Learnt:
    """Learn weights; the penalty is chosen by cross-validation in which no group is on both sides.

    Args:
        states: a Boolean column per indicator (null: not evaluable), other columns are ignored; rows sorted by process.
        positive: 1 or 0 for each row.
        groups: what must not be on both sides, a firm for instance, one a row.
        seed: of the folds and of the solver.
    """
    raised_clear = states.select(
        pl.col(pl.Boolean).sum().name.prefix("+"), pl.col(pl.Boolean).not_().sum().name.prefix("-")
    )
    counts = raised_clear.row(0, named=True) if states.height else {}
    ids = tuple(
        sorted(
            i for i, t in states.schema.items() if t == pl.Boolean and _enough(counts.get(f"+{i}"), counts.get(f"-{i}"))
        )
    )
    x = _matrix(states, ids)
    if not ids or positive.min() == positive.max():
        none = np.zeros(len(ids))
        return Learnt(ids, none, none + 1.0, none, 0.0, PENALTIES[0])
    share = (x == 1.0).sum(axis=0) / (~np.isnan(x)).sum(axis=0)
    rate, spread = np.round(share, DECIMALS), np.round(np.sqrt(share * (1.0 - share)), DECIMALS)
    z = _centred(x, rate, spread)
    penalty = _choose(z, positive, folds(groups, FOLDS, seed), seed)
    weight, intercept = _solve(z, positive, penalty, seed)
    return Learnt(ids, rate, spread, weight, intercept, penalty)


def folds(groups: Sequence[str], n: int, seed: int = SEED) -> Ints:
    """Fold of each row, 0 to n - 1; rows of a group share one. Depends on the groups there are, not on the order of rows."""
    names = pl.DataFrame({"name": pl.Series(groups, dtype=pl.String)})
    distinct = names.unique().sort("name")
    drawn = np.random.default_rng(seed).permutation(distinct.height) % n
    at = names.join(distinct.with_columns(fold=pl.Series(drawn)), on="name", how="left", maintain_order="left")
    return at["fold"].to_numpy().astype(np.intp)


def crossfit(
    states: pl.DataFrame, positive: Floats, fold: Ints, groups: Sequence[str], firms: pl.DataFrame | None = None
) -> Floats:
    """A score for every process from weights learnt on the other folds.

    Args:
        states: process_id and the indicators.
        positive: 1 or 0 for each row.
        fold: of each row.
        groups: see `fit`.
        firms: process_id, ruc: a training process that shares a firm with the fold that is scored is left out.

    Returns:
        the percentile (0 to 1) of each process within its fold, since the weights of two folds have no common scale; NaN where not evaluable.
    """
    made = np.full(states.height, np.nan)
    names = np.asarray(groups, dtype=object)
    for f in np.unique(fold):
        here = fold == f
        train = ~here if firms is None else ~here & apart(states["process_id"], here, firms)
        learnt = fit(states.filter(pl.Series(train)), positive[train], names[train].tolist())
        made[here] = percentile(learnt.score(states.filter(pl.Series(here)))) if learnt.weight.any() else MIDDLE
    return made


def apart(processes: pl.Series, tested: npt.NDArray[np.bool_], firms: pl.DataFrame) -> npt.NDArray[np.bool_]:
    """Which processes share no firm with those that are tested."""
    frame = pl.DataFrame({"process_id": processes, "tested": tested})
    theirs = firms.join(frame.filter("tested"), on="process_id", how="semi").select("ruc").unique()
    touched = firms.join(theirs, on="ruc", how="semi").select("process_id").unique().with_columns(shares=True)
    shares = frame.join(touched, on="process_id", how="left", maintain_order="left")["shares"]
    return shares.is_null().to_numpy()


def percentile(score: Floats) -> Floats:
    """Share of the evaluable ones that are lower, ties counted half."""
    ranks = pl.Series(score).fill_nan(None).rank("average")
    return ((ranks - 0.5) / max(1, ranks.count())).cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _enough(raised: int | None, clear: int | None) -> bool:
    return (raised or 0) >= MIN_RAISED and (clear or 0) >= MIN_RAISED


def _matrix(states: pl.DataFrame, ids: Sequence[str]) -> Floats:
    given = [pl.col(i) if i in states.columns else pl.lit(None, pl.Boolean).alias(i) for i in ids]
    made = states.select(e.cast(pl.Float64).fill_null(float("nan")) for e in given).to_numpy()
    return np.asarray(made, dtype=np.float64).reshape(states.height, len(ids))


def _centred(x: Floats, rate: Floats, spread: Floats) -> Floats:
    made: Floats = np.where(np.isnan(x), 0.0, (x - rate) / spread)
    return made


def _choose(z: Floats, positive: Floats, fold: Ints, seed: int) -> float:
    """The penalty with the least log loss on folds that were left out."""
    losses = []
    for penalty in PENALTIES:
        loss = 0.0
        for f in range(FOLDS):
            here = fold == f
            if not here.any() or positive[~here].min() == positive[~here].max():
                continue
            weight, intercept = _solve(z[~here], positive[~here], penalty, seed)
            eta = z[here] @ weight + intercept
            loss += float(np.sum(np.logaddexp(0.0, eta) - positive[here] * eta))
        losses.append(round(loss, DECIMALS))
    return PENALTIES[losses.index(min(losses))]


def _solve(z: Floats, positive: Floats, penalty: float, seed: int) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 slow to import

    model = LogisticRegression(
        C=penalty,
        l1_ratio=1.0,
        solver="liblinear",
        intercept_scaling=_INTERCEPT_SCALING,
        tol=1e-6,
        max_iter=2000,
        random_state=seed % 2**31,
    )
    model.fit(z, positive.astype(np.int64))
    weight: Floats = np.round(model.coef_[0], DECIMALS) + 0.0
    return weight, round(float(model.intercept_[0]), DECIMALS)
