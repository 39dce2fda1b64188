"""Several parts in one number: weighted means, which may or may not let a good part make up for a bad one, and outranking.

arithmetic  sum(w x) / sum(w)              a point lost in one part is made good by a point gained in another
geometric   exp(sum(w ln x) / sum(w))      costs more the more uneven the parts are
harmonic    sum(w) / sum(w / x)            costs still more
Copeland    pairs won less pairs lost      no part's distance counts, only who is ahead

What is not known (NaN) is left out and the other weights make up the whole; where too little is known there is no mean.
OECD and JRC (2008), Handbook on Constructing Composite Indicators, step 6.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

from procrisk.errors import UsageError

Floats = npt.NDArray[np.float64]
How = Literal["arithmetic", "geometric", "harmonic"]

_THERE: dict[How, Callable[[Floats], Floats]] = {
    "arithmetic": lambda x: x,
    "geometric": np.log,
    "harmonic": lambda x: 1.0 / x,
}
_BACK: dict[How, Callable[[Floats], Floats]] = {
    "arithmetic": lambda x: x,
    "geometric": np.exp,
    "harmonic": lambda x: 1.0 / x,
}
MEANS = tuple(_THERE)


def combine(values: Floats, weights: Floats, how: How, least_known: float) -> Floats:
    """The weighted mean of each unit's known parts.

    The result does not depend on the order of the parts, to the last bit; it lies between the smallest and the largest
    known part; and a smaller part never makes it larger.

    Args:
        values: units x parts; NaN is not known.
        weights: one a part, not negative, on any scale. A part of weight 0 counts nowhere, not even as known.
        how: "arithmetic", "geometric" or "harmonic"; the last two need values above 0 (see `above_one`).
        least_known: smallest share of the *number* of parts (not of their weight) that must be known, between 0 and 1.

    Returns:
        one a unit; NaN where less than `least_known` of the parts, or none, is known.

    Raises:
        UsageError: weights are negative, all zero or of another number than the parts; `how` or `least_known` is not
            one of the above; a value is infinite, or not above 0 where the mean needs it.
    """
    if how not in _THERE:
        raise UsageError(f"no mean is called {how!r}; known: {', '.join(MEANS)}")
    if not 0 <= least_known <= 1:
        raise UsageError(f"least_known is a share of the parts, between 0 and 1 (found {least_known})")
    values, weights = _checked(values, weights)
    known = ~np.isnan(values)
    if how != "arithmetic" and (values[known] <= 0).any():
        raise UsageError(
            f"a {how} mean needs values above 0 (found {values[known].min():g}): "
            "move the scale first, above_one() takes 0..100 to 1..100"
        )
    filled = np.where(known, values, 1.0)
    weight = np.where(known, weights, 0.0)
    total = _sum(weight)
    enough = known.any(axis=1) & (known.sum(axis=1) >= least_known * values.shape[1] - 1e-9)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = _BACK[how](_sum(weight * _THERE[how](filled)) / total)
    low = np.where(known, values, np.inf).min(axis=1)
    high = np.where(known, values, -np.inf).max(axis=1)
    return np.where(enough, np.clip(mean, low, np.maximum(low, high)), np.nan)


def above_one(values: Floats) -> Floats:
    """0..100 as 1..100, so that a geometric or harmonic mean exists where a part is at the very bottom."""
    return 1.0 + 0.99 * values


def copeland(values: Floats, weights: Floats, least_known: float = 0.0) -> Floats:
    """Outranking after Copeland: how many units each is ahead of, less how many it is behind.

    A unit is ahead of another when the parts in which it is better weigh more than half of those known of both; a part
    in which they are equal gives half its weight to each. No part's scale matters, only its order.

    Args:
        values: units x parts, larger being better; NaN is not known.
        weights: one a part, as in `combine`.
        least_known: as in `combine`; a pair that shares fewer parts than this is not compared.

    Returns:
        one a unit, from -(units - 1) to units - 1; NaN for a unit that can be compared with none (a lone unit has 0).

    Raises:
        UsageError: as in `combine`.
    """
    share = outranking(values, weights, least_known)
    compared = ~np.isnan(share)
    net = np.where(compared, np.sign(np.where(compared, share, 0.5) - 0.5), 0.0).sum(axis=1)
    alone = ~compared.any(axis=1) & (len(share) > 1)
    return np.where(alone, np.nan, net)


def outranking(values: Floats, weights: Floats, least_known: float = 0.0) -> Floats:
    """Share of the weight in which the unit of the row is ahead of the unit of the column; equal parts count half.

    Args:
        values: units x parts, larger being better; NaN is not known.
        weights: one a part.
        least_known: smallest share of the parts that both must have.

    Returns:
        units x units, between 0 and 1, the share of [i, j] and of [j, i] adding up to 1; NaN on the diagonal and where
        too little is known.

    Raises:
        UsageError: as in `combine`.
    """
    values, weights = _checked(values, weights)
    units, parts = values.shape
    share = np.full((units, units), np.nan)
    known = ~np.isnan(values)
    for i in range(units):
        both = known & known[i]
        total = _sum(np.where(both, weights, 0.0))
        ahead = _sum(np.where(both, weights * (0.5 + 0.5 * np.sign(values[i] - values)), 0.0))
        enough = both.any(axis=1) & (both.sum(axis=1) >= least_known * parts - 1e-9)
        enough[i] = False
        share[i, enough] = np.round(ahead[enough] / total[enough], 12)  # 0.5 stays 0.5 whatever the weights' decimals
    return share


def _checked(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Both as arrays of numbers, without parts of weight 0."""
    values, weights = np.asarray(values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if values.ndim != 2 or weights.shape != values.shape[1:]:
        raise UsageError(f"{weights.shape} weights do not fit values of {values.shape}: one weight a part (column)")
    if not np.isfinite(weights).all() or (weights < 0).any() or not (weights > 0).any():
        raise UsageError(f"weights are numbers from 0 on, one at least above 0 (found {weights.tolist()})")
    if np.isinf(values).any():
        raise UsageError("a value is infinite: what is not known is NaN")
    return values[:, weights > 0], weights[weights > 0]


def _sum(terms: Floats) -> Floats:
    """Sum of each row, from the smallest term on: the order of the columns leaves no trace in the last digit."""
    total: Floats = np.sort(terms, axis=1).sum(axis=1)
    return total
