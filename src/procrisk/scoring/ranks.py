"""Ranks with their uncertainty: units that cannot be told apart share ranks.

Marginal confidence sets for ranks after Mogstad, Romano, Shaikh and Wilhelm (2023), "Inference for ranks", from bootstrap
replicates: unit j is told apart from k when their difference exceeds c_j times its standard error, c_j being the
1 - alpha quantile, over the replicates, of the largest standardised difference between j and any other unit.
"""

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

ALPHA = 0.05


def rank_sets(score: Integers, deviations: Integers, alpha: float = ALPHA) -> tuple[Integers, Integers]:
    """Lowest and highest rank of each unit, 1 being the largest score.

    Args:
        score: one per unit, as integers (thousandths of a point), so that sums below are exact whatever the threads.
        deviations: replicates x units, replicate less score, in the same units.
        alpha: each unit's set leaves its true rank out with about this probability.

    Returns:
        rank_low and rank_high: 1 + the units surely above, and the number of units less those surely below.
    """
    k, units = deviations.shape
    if units < 2:
        return np.ones(units, dtype=np.int64), np.full(units, units, dtype=np.int64)
    spread = _spread(deviations)
    with np.errstate(divide="ignore"):
        inverse = np.where(spread > 0, 1.0 / spread, 0.0)
    apart = np.zeros((units, units), dtype=np.bool_)
    at = min(k - 1, int(np.ceil((1.0 - alpha) * k)) - 1)
    for j in range(units):
        largest = (np.abs(deviations - deviations[:, [j]]) * inverse[j]).max(axis=1)
        critical = np.partition(largest, at)[at]
        apart[j] = np.abs(score - score[j]) * inverse[j] > critical
    above, below = score[None, :] > score[:, None], score[None, :] < score[:, None]
    low = 1 + (apart & above).sum(axis=1)
    high = units - (apart & below).sum(axis=1)
    return low.astype(np.int64), high.astype(np.int64)


def _spread(deviations: Integers) -> npt.NDArray[np.float64]:
    """Standard deviation of the difference of each pair of units over the replicates."""
    d = deviations.astype(np.float64)
    product, total = d.T @ d, d.sum(axis=0)  # integers below 2**53: exact in any order of summation
    k = len(d)
    centred = product - np.outer(total, total) / k
    own = np.diag(centred)
    variance = np.maximum(own[:, None] + own[None, :] - 2.0 * centred, 0.0) / max(k - 1, 1)
    spread: npt.NDArray[np.float64] = np.sqrt(variance)
    return spread
