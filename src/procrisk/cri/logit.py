"""Logistic regression with standard errors, by Firth's penalised likelihood (Biometrika 80, 1993).

Firth's penalty (half the log determinant of the information) keeps the estimates finite where a bin has single bids only or none
at all (Heinze and Schemper, Statistics in Medicine 21, 2002), which small bins of real records often do; with many rows it
vanishes and maximum likelihood remains.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from procrisk.errors import ProcriskError

Floats = NDArray[np.float64]
_STEPS, _HALVINGS = 200, 30
_SMALL = 1e-6
"""A step in log odds below which the maximum is reached: six decimals of them."""
_RISE = 0.25
"""Part of the rise that the slope promises which a step has to bring (Armijo), else it is halved."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients (log odds) and their standard errors, one a column of the design."""

    beta: Floats
    se: Floats


def firth(x: Floats, y: Floats) -> Fit:
    """Fit P(y = 1) = 1 / (1 + exp(-x beta)).

    Args:
        x: design, rows times columns, of full column rank; the intercept is a column like any other.
        y: 0 or 1 a row.

    Raises:
        ProcriskError: no maximum was found.
    """
    beta = np.zeros(x.shape[1])
    inside, information = _likelihood(x, y, beta)
    for _ in range(_STEPS):
        covariance = np.linalg.inv(information)
        p = 1.0 / (1.0 + np.exp(-(x @ beta)))
        weighted = x * np.sqrt(p * (1.0 - p))[:, None]
        leverage = np.einsum("ij,jk,ik->i", weighted, covariance, weighted, optimize=True)
        slope = x.T @ (y - p + leverage * (0.5 - p))
        step = covariance @ slope
        if np.abs(step).max() < _SMALL:
            return Fit(beta, np.sqrt(np.diag(covariance)))
        for halving in range(_HALVINGS):
            tried = beta + step / 2.0**halving
            reached, information = _likelihood(x, y, tried)
            if reached >= inside + _RISE * float(slope @ step) / 2.0**halving:
                break
        beta, inside = tried, reached
    raise ProcriskError(f"the logistic regression of {len(y)} rows and {x.shape[1]} columns found no maximum")


def _likelihood(x: Floats, y: Floats, beta: Floats) -> tuple[float, Floats]:
    """Penalised log likelihood, and the information matrix."""
    eta = x @ beta
    p = 1.0 / (1.0 + np.exp(-eta))
    information = (x * (p * (1.0 - p))[:, None]).T @ x
    sign, size = np.linalg.slogdet(information)
    log = float(np.sum(y * eta - np.logaddexp(0.0, eta)))
    return (log + 0.5 * float(size) if sign > 0 else -np.inf), information


def independent(x: Floats) -> list[int]:
    """Columns of a design that are no combination of those before them, in order."""
    size = np.linalg.norm(x, axis=0)
    scaled = x / np.where(size > 0, size, 1.0)
    diagonal = np.abs(np.diag(np.linalg.qr(scaled, mode="r")))
    return [j for j, d in enumerate(diagonal) if d > 1e-7 and size[j] > 0]
