"""Quartiles and fences as OCP Cardinal computes them, to the last bit.

Quantiles are Hyndman and Fan's type 8 (1996, Sample Quantiles in Statistical Packages), as in the `statrs` library:
`numpy.percentile(..., method="median_unbiased")` up to rounding. Fences lie 1.5 interquartile ranges away (Tukey 1977).
"""

import math
from collections.abc import Iterable
from fractions import Fraction

TUKEY = 1.5


def quantile(ordered: list[float], tau: float) -> float:
    """The `tau` quantile of numbers in ascending order; NaN if there are none, or if `tau` is outside 0 to 1."""
    n = len(ordered)
    if not n or not 0 <= tau <= 1:
        return math.nan
    h = (n + 1 / 3) * tau + 1 / 3
    rank = int(h)
    if rank <= 0 or tau == 0:
        return ordered[0]
    if rank >= n or tau == 1:
        return ordered[-1]
    low, high = ordered[rank - 1], ordered[rank]
    return low + (h - rank) * (high - low)


def quartiles(values: Iterable[float]) -> tuple[float, float]:
    """First and third quartile."""
    ordered = sorted(values, key=lambda v: (math.isnan(v), v))
    return quantile(ordered, 0.25), quantile(ordered, 0.75)


def lower_fence(q1: float, q3: float) -> float:
    """q1 - 1.5 (q3 - q1), rounded once."""
    return _fused(q3 - q1, -TUKEY, q1)


def upper_fence(q1: float, q3: float) -> float:
    """q3 + 1.5 (q3 - q1), rounded once."""
    return _fused(q3 - q1, TUKEY, q3)


def _fused(a: float, b: float, c: float) -> float:
    """The sum a * b + c, rounded once: `math.fma` of Python 3.13."""
    if not all(map(math.isfinite, (a, b, c))):
        return a * b + c
    try:
        return float(Fraction(a) * Fraction(b) + Fraction(c))
    except OverflowError:
        return a * b + c


def rounded(value: float) -> float:
    """To 4 decimals, halves away from zero."""
    scaled = value * 10_000
    if not math.isfinite(scaled):
        return scaled
    whole = math.trunc(scaled)
    if abs(scaled - whole) >= 0.5:
        whole += 1 if scaled > 0 else -1
    return whole / 10_000
