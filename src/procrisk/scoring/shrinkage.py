"""Empirical Bayes: estimates of few processes are drawn towards the mean of the regions, as far as their error warrants.

Fay and Herriot (1979): y = theta + e, with theta ~ N(mean, tau2) among regions and e ~ N(0, s2) known. tau2 by Paule and Mandel
(1982); the factor (k - 3) / (k - 1) for k regions by Morris (1983), so that a few regions are not drawn together as if tau2 were
known. Mean squared error: that of a known model, plus the parts for the estimated mean (Prasad and Rao 1990) and for the
estimated tau2 (Datta, Rao and Smith 2005, for the Paule-Mandel estimate).

That error is an average over regions. One that really lies apart is drawn in wrongly, and an interval of that width misses it in a
third of the cases (measured in tests/scoring/test_regional_coverage.py). So on the side of its own estimate an interval
reaches as far as the interval of that estimate alone; on the other side as far as the error says.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

Z95 = 1.959963984540054
"""Quantile of the normal distribution behind 95 %."""
STEPS = 60
"""Halvings of the interval in which tau2 is sought: its relative error ends below 1e-15."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Regions (row) by period (column); NaN where there is no estimate."""

    estimate: Floats
    shrinkage: Floats
    """B: 0 is the region's own estimate, 1 the mean of the regions."""
    error: Floats
    """Mean squared error of `estimate`."""
    tau2: Floats
    """Variance between regions, per period."""
    mean: Floats
    """Towards which estimates are drawn, per period."""


def paule_mandel(y: Floats, s2: Floats) -> Floats:
    """The tau2 at which the weighted sum of squares equals its expectation, k - 1; 0 where it is below that without any tau2.

    Args:
        y: estimates, regions x periods; NaN is no estimate.
        s2: variance of their errors, positive.
    """
    k = (~np.isnan(y)).sum(axis=0)
    low = np.zeros(y.shape[1])
    spread = np.where(np.isnan(y), 0.0, (y - np.nanmin(np.where(np.isnan(y), np.inf, y), axis=0)) ** 2)
    high = spread.sum(axis=0) + 1.0  # here the weighted sum of squares is below 1
    for _ in range(STEPS):
        middle = (low + high) / 2
        above = _squares(y, s2, middle) > k - 1
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where((k > 1) & (_squares(y, s2, np.zeros_like(low)) > k - 1), (low + high) / 2, 0.0)


def shrink(y: Floats, s2: Floats) -> Shrunk:
    """Draw each estimate towards the mean of its period.

    Args:
        y: estimates, regions x periods; NaN is no estimate.
        s2: variance of their errors, positive where there is an estimate.
    """
    there = ~np.isnan(y)
    k = there.sum(axis=0)
    tau2 = paule_mandel(y, s2)
    w = np.where(there, 1.0 / (np.where(there, s2, 1.0) + tau2), 0.0)
    total = np.where(k > 0, w.sum(axis=0), 1.0)
    mean = np.where(there, w * np.where(there, y, 0.0), 0.0).sum(axis=0) / total
    factor = np.clip((k - 3) / np.maximum(k - 1, 1), 0.0, 1.0)
    b = np.where(there, factor * s2 * w, np.nan)
    of_tau2 = 2.0 * k / total**2
    error = (1.0 - b) * s2 + b**2 / total + 2.0 * factor**2 * s2**2 * w**3 * of_tau2
    return Shrunk(y + b * (mean - y), b, error, tau2, mean)


def interval(shrunk: Shrunk, y: Floats, s2: Floats) -> tuple[Floats, Floats]:
    """Bounds that hold the true value of a region in about 95 % of cases or more, also of one that lies apart from the others.

    Args:
        shrunk: of `y`.
        y: the estimates before they were drawn.
        s2: variance of their errors.
    """
    half, alone = Z95 * np.sqrt(shrunk.error), Z95 * np.sqrt(s2)
    low, high = shrunk.estimate - half, shrunk.estimate + half
    return (
        np.where(y < shrunk.estimate, np.fmin(low, y - alone), low),
        np.where(y > shrunk.estimate, np.fmax(high, y + alone), high),
    )


def _squares(y: Floats, s2: Floats, tau2: Floats) -> Floats:
    there = ~np.isnan(y)
    w = np.where(there, 1.0 / (np.where(there, s2, 1.0) + tau2), 0.0)
    filled = np.where(there, y, 0.0)
    mean = (w * filled).sum(axis=0) / np.where(there.any(axis=0), w.sum(axis=0), 1.0)
    found: Floats = (w * (filled - mean) ** 2).sum(axis=0)
    return found
