"""What a score is worth against labels: precision, recall and lift at a budget, ranking, and intervals by buyer.

Ties are shared: where only a part of the processes with one score fits into the budget, each of them is taken with the same
probability, so that a score with few values neither gains nor loses by the order of rows. With labels that are positive and
unlabelled, precision is a lower bound and the recall is that of the known positives.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.scoring.uncertainty import buyer_weights

Floats = npt.NDArray[np.float64]

BUDGETS = (0.01, 0.05)
"""Shares of the processes that analysts can look at."""
REPLICATES = 500
SEED = 20261123
INTERVAL = (2.5, 97.5)
"""Percentiles of the replicates."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Processes in groups of one score, highest first; not evaluable ones last. Weighted counts, replicates x groups."""

    all: Floats
    positive: Floats

    @classmethod
    def of(cls, score: Floats, positive: Floats, weights: Floats) -> "Ranked":
        """Group by score (NaN: not evaluable). `weights`: replicates x processes, whole numbers."""
        order = np.argsort(-np.where(np.isnan(score), -np.inf, score), kind="stable")
        values = np.where(np.isnan(score), -np.inf, score)[order]
        starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
        drawn = weights[:, order]
        return cls(np.add.reduceat(drawn, starts, axis=1), np.add.reduceat(drawn * positive[order], starts, axis=1))

    def precision(self, share: float) -> Floats:
        """Part of the highest `share` of processes that is positive, for each replicate."""
        budget = share * self.all.sum(axis=1)
        before = self.all.cumsum(axis=1) - self.all
        taken = np.clip((budget[:, None] - before) / np.maximum(self.all, 1.0), 0.0, 1.0)
        made: Floats = (taken * self.positive).sum(axis=1) / np.maximum(budget, 1e-9)
        return made

    def base(self) -> Floats:
        """Part of all processes that is positive."""
        made: Floats = self.positive.sum(axis=1) / np.maximum(self.all.sum(axis=1), 1.0)
        return made

    def auc(self) -> Floats:
        """Probability that a positive stands before a negative, ties counted half."""
        negative = self.all - self.positive
        above = self.positive.cumsum(axis=1) - 0.5 * self.positive
        pairs = self.positive.sum(axis=1) * negative.sum(axis=1)
        made: Floats = (above * negative).sum(axis=1) / np.maximum(pairs, 1.0)
        return np.where(pairs > 0, made, np.nan)


def replicates(clusters: Sequence[str], n: int = REPLICATES, seed: int = SEED) -> Floats:
    """Bootstrap weights of processes: those of a cluster (a buyer) are drawn together. First row: everything once."""
    names = pl.Series(clusters, dtype=pl.String)
    distinct = names.unique().sort()
    row = pl.DataFrame({"name": names}).join(
        pl.DataFrame({"name": distinct}).with_row_index("at"), on="name", how="left", maintain_order="left"
    )
    drawn = buyer_weights(distinct.to_list(), n, seed)[:, row["at"].to_numpy()]
    return np.vstack([np.ones((1, len(names))), drawn])


def table(scores: Mapping[str, Floats], positive: Floats, clusters: Sequence[str]) -> pl.DataFrame:
    """Every score against the same labels.

    Args:
        scores: name to a score for each process, higher is riskier, NaN where not evaluable.
        positive: 1 or 0 for each process.
        clusters: buyer of each process, or whatever is drawn together.

    Returns:
        one row a score: score, n, positives, base, evaluable (share), and for each of precision_1, precision_5, lift_1, lift_5,
        recall_1, recall_5, auc the value and its interval `<name>_low`, `<name>_high` (NaN where no replicate has it).
    """
    weights = replicates(clusters)
    return pl.DataFrame([_row(name, score, positive, weights) for name, score in scores.items()])


def gain(better: Floats, than: Floats, positive: Floats, clusters: Sequence[str], share: float) -> tuple[float, ...]:
    """Precision of one score less that of another at a budget, drawn together: value, low, high."""
    weights = replicates(clusters)
    first, second = (Ranked.of(s, positive, weights).precision(share) for s in (better, than))
    return _told(first - second)


def _row(name: str, score: Floats, positive: Floats, weights: Floats) -> dict[str, object]:
    ranked = Ranked.of(score, positive, weights)
    base = ranked.base()
    figures: dict[str, Floats] = {"auc": ranked.auc()}
    for share in BUDGETS:
        precision = ranked.precision(share)
        lift = np.where(base > 0, precision / np.where(base > 0, base, 1.0), np.nan)
        at = f"{share:.0%}".rstrip("%")
        figures |= {f"precision_{at}": precision, f"lift_{at}": lift, f"recall_{at}": lift * share}
    row: dict[str, object] = {
        "score": name,
        "n": len(positive),
        "positives": int(positive.sum()),
        "base": float(base[0]),
        "evaluable": float((~np.isnan(score)).mean()),
    }
    for figure, values in figures.items():
        row |= dict(zip((figure, f"{figure}_low", f"{figure}_high"), _told(values), strict=True))
    return row


def _told(values: Floats) -> tuple[float, ...]:
    """The value on everything, and the interval of the replicates."""
    drawn = values[1:][~np.isnan(values[1:])]
    low, high = np.percentile(drawn, INTERVAL) if len(drawn) else (np.nan, np.nan)
    return float(values[0]), float(low), float(high)
