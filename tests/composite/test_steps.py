"""Each step on its own: gaps, outliers, scales; and what has to hold whatever the data."""

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from tests.composite import small

from procrisk.composite.build import build, fix, rank
from procrisk.composite.framework import Framework, Group, Indicator
from procrisk.composite.method import Method
from procrisk.composite.normalise import normalise
from procrisk.composite.prepare import denominate, impute, known_enough
from procrisk.composite.treat import shape, treat
from procrisk.errors import UsageError

NAN = np.nan
STEADY = Method(outliers="none", impute="none")
numbers = arrays(np.float64, st.integers(4, 30), elements=st.integers(-1000, 1000).map(float))
tables = arrays(np.float64, st.tuples(st.integers(5, 9), st.just(5)), elements=st.integers(0, 100).map(float))


@settings(deadline=None)
@given(x=numbers)
def test_skewness_and_kurtosis_are_the_corrected_ones(x):
    assume(np.ptp(x) > 0)
    assert shape(x)[0] == pytest.approx(stats.skew(x, bias=False), rel=1e-9, abs=1e-9)
    assert shape(x)[1] == pytest.approx(stats.kurtosis(x, bias=False), rel=1e-9, abs=1e-9)


def test_outliers_move_to_the_next_value():
    x = np.array([*range(1, 21), 500.0, NAN])
    high = treat(x, 3)
    assert (high.done, high.low, high.high) == ("winsorised", 0, 1)
    assert high.values[20] == 20
    assert np.isnan(high.values[21])
    low = treat(-x, 3)
    assert (low.done, low.low, low.high) == ("winsorised", 1, 0)
    assert np.array_equal(low.values, -high.values, equal_nan=True)


def test_points_tied_at_the_end_move_together():
    x = np.array([*range(1, 41), 500.0, 500.0])
    t = treat(x, 2)
    assert t.high == 2
    assert t.values.max() == 40


def test_the_logarithm_is_of_the_values_as_they_came():
    x = np.array([*range(1, 40), 300.0, 600.0, 1200.0])
    t = treat(x, 1)
    assert (t.done, t.high) == ("log", 0)
    assert t.values == pytest.approx(np.log(x - 1 + 0.01 * 1199))
    assert np.array_equal(treat(x, 1, fallback="none").values, x)
    assert treat(x, 1, fallback="none").done == "left"
    assert treat(x, 3).done == "winsorised"


@pytest.mark.parametrize("x", [[5.0] * 8, [1.0, 2, 900], [NAN] * 5, list(range(30))])
def test_nothing_to_treat(x):
    assert treat(np.array(x, dtype=float), 5).done == "none"


@settings(deadline=None)
@given(x=numbers, winmax=st.integers(0, 5))
def test_treatment_keeps_the_order_and_touches_the_ends_alone(x, winmax):
    t = treat(x, winmax)
    order = np.argsort(x, kind="stable")
    assert (np.diff(t.values[order]) >= 0).all()
    if t.done == "winsorised":
        assert (t.values != x).sum() <= t.low + t.high
        assert t.values.min() >= x.min()
        assert t.values.max() <= x.max()


@pytest.mark.parametrize(
    ("how", "direction", "scale", "goalposts", "expected"),
    [
        ("minmax", 1, (0, 100), None, [0, 25, NAN, 100, 25]),
        ("minmax", -1, (0, 100), None, [100, 75, NAN, 0, 75]),
        ("minmax", 1, (1, 100), None, [1, 25.75, NAN, 100, 25.75]),
        ("minmax", 1, (0, 100), (0, 20), [50, 60, NAN, 90, 60]),
        ("minmax", -1, (0, 100), (0, 20), [50, 40, NAN, 10, 40]),
        ("minmax", 1, (0, 100), (11, 13), [0, 50, NAN, 100, 50]),
        ("rank", 1, (0, 100), None, [1, 2, NAN, 4, 2]),
        ("rank", -1, (0, 100), None, [4, 2, NAN, 1, 2]),
        ("percentile", 1, (0, 100), None, [0, 100 / 3, NAN, 100, 100 / 3]),
    ],
)
def test_scales(how, direction, scale, goalposts, expected):
    x = np.array([10, 12, NAN, 18, 12])
    assert normalise(x, direction, how, scale, goalposts) == pytest.approx(np.array(expected), nan_ok=True)


@settings(deadline=None)
@given(x=numbers)
def test_z_has_the_mean_and_deviation_asked_for(x):
    assume(np.ptp(x) > 0)
    z = normalise(x, 1, "z", (10, 2))
    assert (z.mean(), z.std(ddof=1)) == pytest.approx((10, 2))
    assert normalise(x, -1, "z", (10, 2)) == pytest.approx(20 - z)


@settings(deadline=None)
@given(x=numbers, unit=st.sampled_from([0.001, 0.25, 3.7, 1e6]), shift=st.sampled_from([0, -17.5, 1000]))
def test_the_unit_of_measure_does_not_matter(x, unit, shift):
    assume(np.ptp(x) > 0)
    for how in ("minmax", "z", "rank", "percentile"):
        assert normalise(x * unit + shift, 1, how, (1, 100)) == pytest.approx(normalise(x, 1, how, (1, 100)), abs=1e-6)


def test_an_indicator_that_tells_nobody_apart_is_refused():
    with pytest.raises(UsageError, match=r"the indicator gasto has the same value .* goalposts"):
        normalise(np.array([3.0, 3, NAN]), 1, "minmax", (0, 100), name="gasto")
    assert normalise(np.array([3.0, 3, NAN]), 1, "minmax", (0, 100), (0, 6))[0] == 50
    assert normalise(np.array([3.0, 3, NAN]), 1, "z", (10, 2), (0, 6))[0] == 10


def test_gaps_take_what_their_group_has():
    x = np.array([[1.0, NAN], [3, NAN], [NAN, NAN], [NAN, 8], [7, 4], [17, 3]])
    groups = ["n", "n", "n", "s", "s", "s"]
    assert impute(x, groups, "mean")[:, 0].tolist() == [1, 3, 2, 12, 7, 17]
    assert impute(x, ["all"] * 6, "median")[2].tolist() == [5, 4]
    assert np.isnan(impute(x, groups, "mean")[:3, 1]).all()
    assert np.array_equal(impute(x, groups, "none"), x, equal_nan=True)


def test_sizes_are_above_zero():
    assert denominate(np.array([6.0, 1, NAN]), np.array([3.0, NAN, 2]), "gente") == pytest.approx(
        [2, NAN, NAN], nan_ok=True
    )
    with pytest.raises(UsageError, match="the denominator gente is 0 or less"):
        denominate(np.array([6.0]), np.array([0.0]), "gente")


def test_a_unit_of_which_little_is_known_has_no_score_and_moves_nobody():
    x = np.array([[1.0, 2, 3, 4, 5], [NAN, 4, 3, 2, 1], [2, 8, 4, 1, 0], [900, NAN, NAN, NAN, -900]])
    assert known_enough(x, 0.5).tolist() == [True, True, True, False]
    method = Method(least_known_unit=0.5, impute="mean", outliers="none")
    with_it, without = (build(small.framework(), small.data(v), method) for v in (x, x[:3]))
    assert with_it.aggregated["top"].to_list() == [*without.aggregated["top"].to_list(), None]
    assert with_it.ranks["top"].to_list()[3] is None
    assert with_it.known["scored"].to_list() == [True, True, True, False]


@settings(deadline=None)
@given(x=tables, cell=st.tuples(st.integers(0, 4), st.integers(0, 4)), loss=st.integers(1, 100))
def test_to_get_worse_never_helps(x, cell, loss):
    """With goalposts, through the whole way: direction, scale, two levels of means."""
    f = fixed_ends()
    worse = x.copy()
    worse[cell] = np.clip(x[cell] - f.indicators[cell[1]].direction * loss, 0, 100)
    before, after = (build(f, small.data(v), STEADY).scores("top") for v in (x, worse))
    assert after[cell[0]] <= before[cell[0]]
    others = np.arange(len(x)) != cell[0]
    assert (after[others] == before[others]).all()


@settings(deadline=None)
@given(x=tables, unit=st.integers(0, 4), hidden=st.sets(st.integers(0, 4), min_size=1, max_size=4), ends=st.booleans())
def test_to_hide_a_number_never_helps_where_gaps_get_the_worst(x, unit, hidden, ends):
    f = fixed_ends() if ends else small.framework()
    less = x.copy()
    less[unit, sorted(hidden)] = NAN
    assume(ends or all(len({*c[~np.isnan(c)]}) > 1 for c in less.T))
    before, after = (build(f, small.data(v), Method(outliers="none", impute="worst")).scores("top") for v in (x, less))
    assert after[unit] <= before[unit] + 1e-9


@settings(deadline=None)
@given(x=tables, seed=st.integers(0, 99))
def test_the_order_of_units_and_indicators_does_not_matter(x, seed):
    assume((np.ptp(x, axis=0) > 0).all())
    f, rng = small.framework(), np.random.default_rng(seed)
    g = Framework(tuple(f.indicators[k] for k in rng.permutation(5)), tuple(f.structure[k] for k in rng.permutation(3)))
    once = build(f, small.data(x))
    again = build(g, small.data(x).sample(fraction=1, shuffle=True, seed=seed))
    for name in ("p0", "p1", "top"):
        assert once.aggregated[name].equals(again.aggregated[name], null_equal=True)  # to the last bit
        assert once.ranks[name].equals(again.ranks[name], null_equal=True)


@settings(deadline=None)
@given(x=tables, unit=st.sampled_from([0.01, 5.5, 1e4]), k=st.integers(0, 4))
def test_the_unit_of_one_indicator_does_not_matter(x, unit, k):
    assume((np.ptp(x, axis=0) > 0).all())
    other = x.copy()
    other[:, k] = other[:, k] * unit + 3
    a, b = (build(small.framework(), small.data(v), Method(impute="none")).scores("top") for v in (x, other))
    assert a == pytest.approx(b, abs=1e-6)


def test_a_bottom_of_zero_does_not_go_with_a_geometric_mean():
    x = np.array([[1.0, 2, 3, 4, 5], [5, 4, 3, 2, 1], [2, 8, 4, 1, 0]])
    f = small.framework(aggregation="geometric")
    with pytest.raises(UsageError, match=r"p0: a geometric mean needs values above 0 .*scale = \[1, 100\]"):
        build(f, small.data(x))
    assert build(f, small.data(x), Method(scale=(1, 100))).scores("top").min() >= 1


def test_equal_scores_share_the_better_rank():
    assert rank(np.array([5, 7, 7, NAN, 1])) == pytest.approx([3, 1, 1, NAN, 4], nan_ok=True)
    assert rank(np.array([5.004, 5.001, 4]), 2).tolist() == [1, 1, 3]


def test_data_without_their_columns_are_refused():
    f = small.framework()
    with pytest.raises(UsageError, match="columns are missing from the data: i4, zona"):
        build(f, small.data(np.ones((3, 4))), Method(impute="mean", impute_group="zona"))
    with pytest.raises(UsageError, match="another word in every row"):
        build(f, pl.concat([small.data(np.ones((3, 5)))] * 2))


def fixed_ends():
    """All indicators from 0 to 100, whatever the data."""
    f = small.framework()
    ends = tuple(
        Indicator(i.id, i.name_es, i.name_en, i.direction, i.weight, i.parent, "", 0, 100) for i in f.indicators
    )
    return Framework(ends, f.structure)


def test_an_index_of_one_level_is_an_index():
    indicators = tuple(Indicator(f"i{k}", "x", "x", 1, 1, "top") for k in range(2))
    built = build(
        Framework(indicators, (Group("top", "í", "i", 2, "", 1),)), small.data([[1, 2], [3, 1], [2, 8]]), STEADY
    )
    assert built.ranks["top"].to_list() == [3, 2, 1]


def test_a_later_year_is_measured_against_the_first():
    first = np.random.default_rng(2).normal(50, 10, (10, 5))
    built = build(small.framework(), small.data(first), Method(outliers="none"))
    f = fix(built)
    assert build(f, small.data(first)).scores("top") == pytest.approx(built.scores("top"))
    later = first.copy()
    later[0] += 40 * np.array([i.direction for i in f.indicators])
    now = build(f, small.data(later)).scores("top")
    assert now[0] == pytest.approx(100)
    assert now[1:] == pytest.approx(built.scores("top")[1:])
    moving = build(small.framework(), small.data(later)).scores("top")[1:]
    assert moving.mean() < now[1:].mean() - 5  # with the ends of each year's data all others seem to sink


def test_logarithms_give_no_goalposts():
    x = np.random.default_rng(2).normal(50, 10, (40, 5))
    x[:8, 0] = [500, 900, 1500, 3000, 6000, 12000, 40000, 90000]
    built = build(small.framework(), small.data(x), Method(winmax=2))
    assert built.treatment["done"].to_list()[0] == "log"
    with pytest.raises(UsageError, match="by hand for i0: logarithms"):
        fix(built)
