"""Ranks with their uncertainty: units that cannot be told apart share ranks.

Confidence sets for ranks after Mogstad, Romano, Shaikh and Wilhelm (2023), "Inference for ranks", stepdown. Unit j is surely
larger than k where (estimate j - estimate k) / (standard error of the difference) exceeds the 1 - alpha quantile, over draws
of the estimation error, of the largest such ratio in a family of pairs; pairs already decided leave the family, and the rest
is tested again until nothing is added. A marginal set speaks for one unit (the family is the pairs with it, in both
directions), simultaneous sets for all units at once (the family is all pairs).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Family:
    """Estimates with draws of their error: what every set below is made from."""

    estimates: Floats
    """One per unit, larger is nearer to rank 1. Whole numbers where results have to be exact whatever the threads."""
    deviations: Floats
    """Draws x units: bootstrap replicate less estimate, or draws from the estimates' normal distribution."""
    spread: Floats
    """Standard error of the difference of each pair of units; 0 where there is nothing to tell apart."""


def from_replicates(estimates: npt.ArrayLike, deviations: npt.ArrayLike) -> Family:
    """Estimates with bootstrap replicates (less the estimate); standard errors are those of the replicates."""
    d = np.asarray(deviations, dtype=np.float64)
    return Family(np.asarray(estimates, dtype=np.float64), d, _spread(d))


def from_covariance(estimates: npt.ArrayLike, covariance: npt.ArrayLike, draws: int, seed: int) -> Family:
    """Estimates whose error is normal.

    Args:
        estimates: one per unit.
        covariance: of the errors (units x units); or their standard errors (units), where they are independent.
        draws: R of the paper; a bound of a set moves by about one rank between seeds below 10,000.
        seed: of the draws.
    """
    given = np.asarray(covariance, dtype=np.float64)
    sigma = np.diag(given**2) if given.ndim == 1 else given
    values, vectors = np.linalg.eigh(sigma)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    z = np.random.default_rng(seed).standard_normal((draws, len(sigma)))
    own = np.diag(sigma)
    variance = np.maximum(own[:, None] + own[None, :] - 2.0 * sigma, 0.0)
    np.fill_diagonal(variance, 0.0)
    return Family(np.asarray(estimates, dtype=np.float64), z @ root.T, np.sqrt(variance))


def marginal(family: Family, alpha: float = ALPHA) -> tuple[Integers, Integers]:
    """Lowest and highest rank of each unit; each set leaves the unit's true rank out with a probability of about alpha."""
    units = len(family.estimates)
    low, high = np.ones(units, dtype=np.int64), np.full(units, units, dtype=np.int64)
    ratio, inverse = _ratios(family)
    for j in range(units if units > 1 else 0):
        drawn = (family.deviations - family.deviations[:, [j]]) * inverse[j]
        others = np.arange(units) != j
        above, below = _stepdown(ratio[:, j][others], drawn[:, others], alpha)
        low[j] += above.sum()
        high[j] -= below.sum()
    return low, high


def simultaneous(family: Family, alpha: float = ALPHA) -> tuple[Integers, Integers]:
    """Lowest and highest rank of each unit; all the sets hold together with a probability of about 1 - alpha."""
    larger = apart(family, alpha)
    units = len(family.estimates)
    return 1 + larger.sum(axis=0, dtype=np.int64), units - larger.sum(axis=1, dtype=np.int64)


def apart(family: Family, alpha: float = ALPHA) -> Bools:
    """Units x units: where the first is surely larger than the second, all pairs together at 1 - alpha."""
    units = len(family.estimates)
    larger = np.zeros((units, units), dtype=np.bool_)
    if units > 1:
        ratio, inverse = _ratios(family)
        j, k = np.triu_indices(units, 1)
        drawn = (family.deviations[:, j] - family.deviations[:, k]) * inverse[j, k]
        larger[j, k], larger[k, j] = _stepdown(ratio[j, k], drawn, alpha)
    return larger


def critical(family: Family, alpha: float = ALPHA) -> float:
    """The first step's critical value of all pairs: differences within it times their standard error tell nothing."""
    units = len(family.estimates)
    if units < 2:
        return 0.0
    _, inverse = _ratios(family)
    j, k = np.triu_indices(units, 1)
    drawn = np.abs(family.deviations[:, j] - family.deviations[:, k]) * inverse[j, k]
    return _quantile(drawn.max(axis=1), alpha)


def best(low: Integers, tau: int) -> Bools:
    """Units that may be among the first tau, from the lowest ranks of the simultaneous sets: they hold all true ones."""
    among: Bools = low <= tau
    return among


def worst(high: Integers, tau: int) -> Bools:
    """Units that may be among the last tau, from the highest ranks of the simultaneous sets."""
    among: Bools = high > len(high) - tau
    return among


def _stepdown(ratio: Floats, drawn: Floats, alpha: float) -> tuple[Bools, Bools]:
    """Which pairs are decided, as first > second and as second > first.

    Args:
        ratio: standardised difference of each pair.
        drawn: draws x pairs, the same of the error alone.
        alpha: of the family, which is every pair in both directions.
    """
    plus, minus = np.zeros((2, len(ratio)), dtype=np.bool_)
    while True:
        still_plus = np.where(plus, -np.inf, drawn).max(axis=1)
        still_minus = np.where(minus, -np.inf, -drawn).max(axis=1)
        bound = _quantile(np.maximum(still_plus, still_minus), alpha)
        new_plus, new_minus = plus | (ratio > bound), minus | (-ratio > bound)
        if (new_plus == plus).all() and (new_minus == minus).all():
            return plus, minus
        plus, minus = new_plus, new_minus


def _quantile(largest: Floats, alpha: float) -> float:
    """The value that one more draw exceeds with a probability of at most alpha: of k draws, number (1 - alpha)(k + 1)."""
    k = len(largest)
    at = min(k, int(np.ceil((1.0 - alpha) * (k + 1)))) - 1
    return float(np.partition(largest, at)[at])


def _ratios(family: Family) -> tuple[Floats, Floats]:
    """Standardised difference of each pair and the inverse of its standard error; 0 where that is 0."""
    with np.errstate(divide="ignore"):
        inverse = np.where(family.spread > 0, 1.0 / family.spread, 0.0)
    return (family.estimates[:, None] - family.estimates[None, :]) * inverse, inverse


def _spread(d: Floats) -> Floats:
    """Standard deviation of the difference of each pair of units over the replicates."""
    product, total = d.T @ d, d.sum(axis=0)  # of whole numbers, below 2**53: exact in any order of summation
    k = len(d)
    centred = product - np.outer(total, total) / k
    own = np.diag(centred)
    variance = np.maximum(own[:, None] + own[None, :] - 2.0 * centred, 0.0) / max(k - 1, 1)
    spread: Floats = np.sqrt(variance)
    return spread
