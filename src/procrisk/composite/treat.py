"""Outliers: one very large value would press all others together at the bottom of the scale.

An indicator is treated while its skewness is above 2 in absolute value *and* its excess kurtosis above 3.5, both corrected
for bias (Joanes and Gill 1998, type 2): the most extreme value is moved to the next distinct one, on the side to which the
distribution leans, until `winmax` points were moved. If that was not enough, the values as they came are taken as
ln(x - min + 0.01 (max - min)). These are the rules of the OECD/JRC handbook's practice and of COINr.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from procrisk.composite.aggregate import Floats
from procrisk.composite.method import Fallback

Done = Literal["none", "winsorised", "log", "left"]
"""left: the points were not enough and there is no fallback; the values are as they came."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """What was done to one indicator."""

    values: Floats
    done: Done
    low: int
    """Points moved up from the bottom."""
    high: int
    """Points moved down from the top."""
    skew: float
    kurtosis: float
    """Of the values as they came; NaN where fewer than four values are known or all are equal."""


def treat(
    values: Floats, winmax: int, limits: tuple[float, float] = (2.0, 3.5), fallback: Fallback = "log"
) -> Treatment:
    """Treat one indicator.

    Args:
        values: one a unit; NaN is not known and stays so.
        winmax: most points moved, units tied at the end of the scale being one point each. A step moves all tied there, so
            the last one may go beyond.
        limits: of absolute skewness and excess kurtosis.
        fallback: "log" or "none".

    Returns:
        the treated values and what was done.
    """
    known = ~np.isnan(values)
    x = values[known]
    first = shape(x)
    low = high = 0
    now, (asymmetry, tails) = x.copy(), first
    while _out(asymmetry, tails, limits) and low + high < winmax:
        end, side = (now.max(), 1) if asymmetry >= 0 else (now.min(), -1)
        at = now == end
        now[at] = now[~at].max() if side > 0 else now[~at].min()
        low, high = (low, int(at.sum())) if side > 0 else (int(at.sum()), high)
        asymmetry, tails = shape(now)
    done: Done = "winsorised" if low + high else "none"
    if _out(asymmetry, tails, limits):
        low = high = 0
        done, now = ("log", _log(x)) if fallback == "log" else ("left", x)
    treated = values.copy()
    treated[known] = now
    return Treatment(treated, done, low, high, *first)


def shape(x: Floats) -> tuple[float, float]:
    """Skewness and excess kurtosis of known values, corrected for bias; NaN for fewer than four or all equal ones."""
    if len(x) < 4 or x.min() == x.max():
        return np.nan, np.nan
    n = len(x)
    ordered = np.sort(x)  # the order of the units leaves no trace in the last digit
    centred = ordered - ordered.mean()
    m2, m3, m4 = (float((centred**k).mean()) for k in (2, 3, 4))
    asymmetry = m3 / m2**1.5 * np.sqrt(n * (n - 1)) / (n - 2)
    tails = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (m4 / m2**2 - 3) + 6)
    return float(asymmetry), float(tails)


def _out(asymmetry: float, tails: float, limits: tuple[float, float]) -> bool:
    return abs(asymmetry) > limits[0] and tails > limits[1]


def _log(x: Floats) -> Floats:
    """COINr's logarithm, which exists for any values: the smallest becomes the logarithm of a hundredth of the range."""
    logged: Floats = np.log(x - x.min() + 0.01 * (x.max() - x.min()))
    return logged
