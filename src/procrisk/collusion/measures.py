"""How well a score orders tenders: AUC, AUC among tenders with one number of bids, accuracy, intervals by date."""

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.collusion.screens import Array

Labels = npt.NDArray[np.bool_]


def auc(collusive: Labels, score: Array, within: npt.NDArray[np.int64] | None = None) -> float:
    """Share of pairs, one tender of each kind, in which the collusive one has the higher score; ties count half.

    Args:
        collusive: the labels.
        score: more is nearer to collusion.
        within: where given, only pairs that agree in it are compared.

    Returns:
        0 to 1; NaN without a pair.
    """
    groups = np.zeros(len(score), dtype=np.int64) if within is None else within
    frame = pl.DataFrame({"g": groups, "y": collusive, "s": score})
    ranked = frame.with_columns(rank=pl.col("s").rank().over("g"))
    by = ranked.group_by("g").agg(
        p=pl.col("y").sum().cast(pl.Float64),
        q=(~pl.col("y")).sum().cast(pl.Float64),
        ranks=(2 * pl.col("rank").filter(pl.col("y"))).sum(),
    )
    won = (by["ranks"] / 2 - by["p"] * (by["p"] + 1) / 2).sum()
    pairs = (by["p"] * by["q"]).sum()
    return float(won) / float(pairs) if pairs else float("nan")


def accuracy(collusive: Labels, score: Array, share: float) -> float:
    """Accuracy when the `share` of tenders with the highest scores is called collusive."""
    called = np.zeros(len(score), dtype=bool)
    called[np.argsort(-score, kind="stable")[: round(share * len(score))]] = True
    return float((called == collusive).mean())


def interval(
    collusive: Labels, score: Array, dates: npt.NDArray[np.int64], *, replicates: int = 500, seed: int = 20260101
) -> tuple[float, float]:
    """95 % interval of the AUC: dates drawn again, and tenders within each date drawn.

    With few dates the first draw alone would say little, and tenders of one date alone too much; both are drawn.
    """
    rng = np.random.default_rng(seed)
    of = [np.flatnonzero(dates == d) for d in np.unique(dates)]
    made = []
    for _ in range(replicates):
        drawn = rng.integers(0, len(of), len(of))
        rows = np.concatenate([rng.choice(of[d], len(of[d])) for d in drawn])
        made.append(auc(collusive[rows], score[rows]))
    low, high = np.nanquantile(made, [0.025, 0.975])
    return float(low), float(high)
