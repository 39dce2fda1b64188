"""Empirical Bayes against plain loops, and what has to hold at the edges."""

import numpy as np
import pytest
from scipy.optimize import brentq

from procrisk.scoring.shrinkage import Z95, interval, paule_mandel, shrink


def naive(y, s2):
    """tau2 by a root finder, then estimate, B and mean squared error one region at a time."""
    k = len(y)

    def q(tau2):
        w = [1 / (s + tau2) for s in s2]
        m = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
        return sum(a * (b - m) ** 2 for a, b in zip(w, y, strict=True)) - (k - 1)

    tau2 = brentq(q, 0, 1e6) if q(0) > 0 else 0.0
    w = [1 / (s + tau2) for s in s2]
    m = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
    found = []
    for yi, si in zip(y, s2, strict=True):
        b = (k - 3) / (k - 1) * si / (si + tau2)
        g3 = ((k - 3) / (k - 1)) ** 2 * si**2 / (si + tau2) ** 3 * 2 * k / sum(w) ** 2
        found.append((b * m + (1 - b) * yi, b, (1 - b) * si + b**2 / sum(w) + 2 * g3))
    return tau2, found


@pytest.mark.parametrize(("seed", "between"), [(1, 0.0), (2, 2.0), (3, 8.0), (4, 0.5)])
def test_is_the_naive_fay_herriot(seed, between):
    rng = np.random.default_rng(seed)
    s2 = rng.uniform(0.5, 20, 26)
    y = 30 + rng.normal(0, between, 26) + rng.normal(0, np.sqrt(s2))
    tau2, want = naive(y, s2)
    got = shrink(y[:, None], s2[:, None])
    assert got.tau2[0] == pytest.approx(tau2, abs=1e-6)
    assert np.allclose(np.column_stack([got.estimate, got.shrinkage, got.error]), np.array(want))


def test_periods_do_not_touch_each_other_and_gaps_are_left_out():
    rng = np.random.default_rng(5)
    y, s2 = rng.normal(30, 4, (26, 3)), rng.uniform(1, 9, (26, 3))
    y[::2, 1], s2[::2, 1] = np.nan, np.nan
    y[:, 2], s2[:, 2] = np.nan, np.nan
    both, alone = shrink(y, s2), shrink(y[:, [0]], s2[:, [0]])
    assert np.allclose(both.estimate[:, [0]], alone.estimate, rtol=1e-12)
    some = shrink(y[1::2, [1]], s2[1::2, [1]])
    assert np.allclose(both.estimate[1::2, [1]], some.estimate)
    assert np.isnan(both.estimate[::2, 1]).all()
    assert np.isnan(both.estimate[:, 2]).all()


@pytest.mark.parametrize("k", [1, 2, 3])
def test_up_to_three_regions_are_not_drawn_together(k):
    y = np.array([10.0, 50.0, 90.0])[:k, None]
    got = shrink(y, np.full((k, 1), 400.0))
    assert np.array_equal(got.estimate, y)
    assert (got.shrinkage == 0).all()


def test_no_difference_between_regions_draws_them_together_as_far_as_morris_lets():
    got = shrink(np.full((26, 1), 30.0), np.full((26, 1), 4.0))
    assert got.tau2[0] == 0
    assert np.allclose(got.shrinkage, 23 / 25)
    assert paule_mandel(np.full((26, 1), 30.0), np.full((26, 1), 4.0))[0] == 0


def test_a_region_of_one_process_is_drawn_to_the_mean_and_its_interval_is_wide():
    rng = np.random.default_rng(6)
    y, s2 = np.append(30 + rng.normal(0, 2, 25), 85.0)[:, None], np.append(np.full(25, 1.0), 500.0)[:, None]
    got = shrink(y, s2)
    low, high = interval(got, y, s2)
    assert got.estimate[-1, 0] < 40
    assert high[-1, 0] - low[-1, 0] > 4 * (high[:-1] - low[:-1]).mean()
    assert high[-1, 0] == pytest.approx(85 + Z95 * np.sqrt(500))  # as far as its own estimate reaches


def test_an_interval_holds_the_estimate():
    rng = np.random.default_rng(7)
    s2 = rng.uniform(0.1, 60, (26, 40))
    y = rng.normal(0, 5, (26, 40)) + rng.normal(0, np.sqrt(s2))
    got = shrink(y, s2)
    low, high = interval(got, y, s2)
    assert (low <= got.estimate).all()
    assert (got.estimate <= high).all()
    assert ((got.shrinkage >= 0) & (got.shrinkage <= 23 / 25 + 1e-12)).all()
