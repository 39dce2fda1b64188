"""Quartiles against numpy's, fences against exact fractions, rounding at halves."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procrisk.cardinal.quartiles import lower_fence, quantile, quartiles, rounded, upper_fence

NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)


@given(st.lists(NUMBERS, min_size=1, max_size=60))
def test_quartiles_are_median_unbiased(values):
    expected = np.percentile(values, [25, 75], method="median_unbiased")
    assert quartiles(values) == pytest.approx(tuple(expected), rel=1e-9, abs=1e-6)


@given(st.lists(st.integers(1, 500).map(float), min_size=1, max_size=60), st.integers(0, 100))
def test_percentiles_are_median_unbiased(values, p):
    expected = np.percentile(values, p, method="median_unbiased")
    assert quantile(sorted(values), p / 100) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("values", "tau"), [([], 0.5), ([1.0], 1.01), ([1.0], -0.01)])
def test_no_quantile(values, tau):
    assert math.isnan(quantile(values, tau))


@given(NUMBERS, NUMBERS)
def test_fences_are_rounded_once(q1, q3):
    between = Fraction(q3 - q1) * 3 / 2
    assert lower_fence(q1, q3) == float(Fraction(q1) - between)
    assert upper_fence(q1, q3) == float(Fraction(q3) + between)


def test_fence_differs_from_two_roundings():
    q1, q3 = 0.1, 0.7
    assert any(upper_fence(a, b) != b + 1.5 * (b - a) for a, b in ((q1 * k, q3 * k) for k in range(1, 50)))


def test_fences_of_the_infinite():
    assert upper_fence(1.0, math.inf) == math.inf
    assert math.isnan(upper_fence(math.inf, math.inf))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.00005, 0.0001), (-0.00005, -0.0001), (0.00004999, 0.0), (66.33333333, 66.3333), (2.0, 2.0), (1e300, 1e300)],
)
def test_rounding_away_from_zero(value, expected):
    assert rounded(value) == expected


def test_nothing_to_round():
    assert math.isnan(rounded(math.nan))
    assert rounded(math.inf) == math.inf
