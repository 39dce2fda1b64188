"""Means agree with scipy, ignore what is not known, the order of parts and the scale of weights, and never reward a loss."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import gmean, hmean

from procrisk.composite.aggregate import above_one, combine, copeland, outranking
from procrisk.errors import UsageError

MEANS = ("arithmetic", "geometric", "harmonic")
NAN = np.nan
values = st.floats(1, 100) | st.just(NAN)
tables = st.tuples(st.integers(1, 6), st.integers(1, 7)).flatmap(
    lambda s: st.tuples(arrays(np.float64, s, elements=values), arrays(np.float64, s[1], elements=st.floats(0.1, 5)))
)


@pytest.mark.parametrize(
    ("how", "twin"),
    [("arithmetic", lambda x, weights: np.average(x, weights=weights)), ("geometric", gmean), ("harmonic", hmean)],
)
@settings(deadline=None)
@given(table=tables)
def test_is_the_mean_of_what_is_known(how, twin, table):
    x, w = table
    for row, mean in zip(x, combine(x, w, how, 0.0), strict=True):
        known = ~np.isnan(row)
        if known.any():
            assert mean == pytest.approx(twin(row[known], weights=w[known]), rel=1e-12)
        else:
            assert np.isnan(mean)


@settings(deadline=None)
@given(table=tables, seed=st.integers(0, 99), scale=st.sampled_from([0.25, 8]), how=st.sampled_from(MEANS))
def test_order_of_units_and_parts_and_the_scale_of_weights_do_not_matter(table, seed, scale, how):
    x, w = table
    rng = np.random.default_rng(seed)
    units, parts = rng.permutation(x.shape[0]), rng.permutation(x.shape[1])
    once = combine(x, w, how, 0.5)
    again = combine(x[units][:, parts], scale * w[parts], how, 0.5)
    assert np.array_equal(once[units], again, equal_nan=True)  # to the last bit
    assert np.array_equal(copeland(x, w)[units], copeland(x[units][:, parts], w[parts]), equal_nan=True)


@settings(deadline=None)
@given(
    table=tables,
    where=st.tuples(st.integers(0, 5), st.integers(0, 6)),
    loss=st.floats(0, 1),
    how=st.sampled_from(MEANS),
)
def test_a_worse_known_value_never_raises_the_score(table, where, loss, how):
    x, w = table
    i, j = where[0] % x.shape[0], where[1] % x.shape[1]
    assume(not np.isnan(x[i, j]))
    worse = x.copy()
    worse[i, j] = 1 + (x[i, j] - 1) * loss
    before, after = combine(x, w, how, 0.4), combine(worse, w, how, 0.4)
    slack = 0 if how == "arithmetic" else 1e-9  # logarithms are rounded
    assert (np.isnan(before) == np.isnan(after)).all()
    assert not (after > before + slack).any()
    assert not copeland(worse, w)[i] > copeland(x, w)[i]


@settings(deadline=None)
@given(table=tables)
def test_uneven_parts_cost_more_from_mean_to_mean(table):
    x, w = table
    a, g, h = (combine(x, w, how, 0.0) for how in MEANS)
    some = ~np.isnan(a)
    assert (h[some] <= g[some] + 1e-9).all()
    assert (g[some] <= a[some] + 1e-9).all()


@pytest.mark.parametrize("how", MEANS)
def test_equal_parts_are_their_own_mean(how):
    x = np.full((1, 7), 33.3)
    assert combine(x, np.array([0.1, 0.2, 0.3, 0.7, 0.9, 1.3, 1.7]), how, 1.0)[0] == 33.3


@pytest.mark.parametrize(
    ("row", "least", "mean"),
    [
        ([1, 3, NAN, NAN], 0.5, 2),
        ([1, 3, NAN, NAN], 0.51, NAN),
        ([1, 3, 5, NAN], 1.0, NAN),
        ([NAN] * 4, 0.0, NAN),
    ],
)
def test_too_little_known_gives_no_mean(row, least, mean):
    assert np.array_equal(combine(np.array([row]), np.ones(4), "arithmetic", least), [mean], equal_nan=True)


def test_the_limit_counts_parts_and_not_weight():
    assert combine(np.array([[10, NAN, NAN]]), np.array([98, 1, 1]), "arithmetic", 0.5) != 10
    assert combine(np.array([[10, 20, NAN]]), np.array([1, 1, 98]), "arithmetic", 0.5) == 15


def test_a_part_without_weight_is_no_knowledge():
    assert np.isnan(combine(np.array([[10.0, NAN]]), np.array([0, 1]), "arithmetic", 0.0)).all()
    assert combine(np.array([[-1.0, 4]]), np.array([0, 1]), "geometric", 1.0) == 4


def test_the_bottom_of_the_scale_is_moved_to_one():
    assert above_one(np.array([0.0, 50, 100])).tolist() == [1, 50.5, 100]
    assert combine(above_one(np.array([[0.0, 100]])), np.ones(2), "geometric", 1)[0] == pytest.approx(10)


def test_copeland_counts_pairs():
    x = np.array([[3.0, 3, 1], [2, 2, 2], [1, 1, 3], [NAN, NAN, NAN]])
    assert copeland(x, np.ones(3)).tolist()[:3] == [2, 0, -2]
    assert np.isnan(copeland(x, np.ones(3))[3])
    assert copeland(x, np.array([1, 1, 5])).tolist()[:3] == [-2, 0, 2]
    assert outranking(x, np.ones(3))[0, 1] == pytest.approx(2 / 3)
    assert copeland(np.array([[1.0, 2], [2, 1]]), np.array([0.1, 0.1])).tolist() == [0, 0]  # a draw
    assert copeland(np.array([[1.0, NAN], [NAN, 2]]), np.ones(2), 0.5) == pytest.approx([NAN, NAN], nan_ok=True)
    assert copeland(np.array([[1.0]]), np.ones(1)).tolist() == [0]


@pytest.mark.parametrize(
    ("x", "w", "how", "least", "says"),
    [
        ([[1, 0]], [1, 1], "geometric", 0, r"values above 0 \(found 0\).*above_one"),
        ([[1, -2]], [1, 1], "harmonic", 0, "found -2"),
        ([[1, 2]], [1], "arithmetic", 0, "one weight a part"),
        ([[1, 2]], [1, -1], "arithmetic", 0, "from 0 on"),
        ([[1, 2]], [0, 0], "arithmetic", 0, "one at least above 0"),
        ([[1, np.inf]], [1, 1], "arithmetic", 0, "infinite"),
        ([[1, 2]], [1, 1], "median", 0, "known: arithmetic, geometric, harmonic"),
        ([[1, 2]], [1, 1], "arithmetic", 50, "between 0 and 1"),
    ],
)
def test_says_what_is_wrong(x, w, how, least, says):
    with pytest.raises(UsageError, match=says):
        combine(np.array(x, dtype=float), np.array(w, dtype=float), how, least)
