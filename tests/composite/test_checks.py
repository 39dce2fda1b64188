"""Checks agree with their textbook formulas and say, in both languages, what they mean."""

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.decomposition import PCA
from tests.composite import small

from procrisk.composite.build import build
from procrisk.composite.checks import alpha, checks, components, correlation
from procrisk.composite.framework import Framework, Group, Indicator
from procrisk.composite.method import Method

tables = arrays(np.float64, st.tuples(st.integers(6, 20), st.integers(2, 5)), elements=st.integers(0, 50).map(float))


@settings(deadline=None)
@given(x=tables)
def test_alpha_is_that_of_mean_covariances(x):
    assume(x.sum(axis=1).var() > 0)
    k, cov = x.shape[1], np.cov(x, rowvar=False)
    variance, shared = np.trace(cov) / k, (cov.sum() - np.trace(cov)) / (k * (k - 1))
    assert alpha(x) == pytest.approx(k * shared / (variance + (k - 1) * shared), rel=1e-6, abs=1e-6)


@settings(deadline=None)
@given(x=tables)
def test_components_are_those_of_standardised_parts(x):
    assume((np.ptp(x, axis=0) > 0).all())
    fitted = PCA().fit((x - x.mean(axis=0)) / x.std(axis=0))
    assert components(x)[0] == pytest.approx(fitted.explained_variance_ratio_[0], rel=1e-6)


def test_alpha_of_equal_and_of_unrelated_parts():
    x = np.arange(10.0)
    assert alpha(np.column_stack([x, x, x])) == pytest.approx(1)
    assert components(np.column_stack([x, x, x])) == pytest.approx((1, 1))
    assert np.isnan(alpha(np.column_stack([x, -x])))  # their sum never changes
    assert alpha(np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])) == pytest.approx(0)


def test_too_few_units_say_nothing():
    assert correlation(np.arange(4.0), np.arange(4.0)) == pytest.approx((np.nan, 4), nan_ok=True)
    assert np.isnan(correlation(np.ones(9), np.arange(9.0))[0])
    x = np.arange(8.0)
    assert correlation(x, np.where(x < 3, np.nan, 2 * x)) == pytest.approx((1, 5))


def planted(**columns):
    """One pillar of the given columns; nothing else."""
    told = [Indicator(k, f"el {k}", f"the {k}", 1, 1, "top") for k in columns]
    frame = small.data(np.column_stack(list(columns.values()))).rename({f"i{n}": k for n, k in enumerate(columns)})
    return build(Framework(tuple(told), (Group("top", "índice", "index", 2, "", 1),)), frame, Method(outliers="none"))


def test_each_verdict_is_found_where_it_was_planted():
    rng = np.random.default_rng(4)
    base = rng.normal(size=400)
    found = checks(
        planted(
            a=base + rng.normal(size=400),
            b=base + rng.normal(size=400),
            twin=base,
            twin2=base + 0.01 * rng.normal(size=400),
            alone=rng.normal(size=400),
            against=-1.2 * base + rng.normal(size=400),
        )
    )
    verdict = {(r["check"], r["part"]): r["verdict"] for r in found.iter_rows(named=True)}
    assert verdict["correlation", "a"] == "fits"
    assert verdict["correlation", "against"] == "against"
    assert verdict["correlation", "alone"] in ("fits", "weak")
    assert [p for c, p in verdict if c == "pair"] == ["twin|twin2"]
    assert verdict["alpha", ""] == "loose"


def test_one_thing_and_two_things_are_told_apart():
    rng = np.random.default_rng(5)
    one, other = rng.normal(size=(2, 200))
    noise = rng.normal(size=(4, 200))
    same = checks(planted(a=one + noise[0], b=one + noise[1], c=one + noise[2], d=one + noise[3]))
    two = checks(planted(a=one + noise[0], b=one + noise[1], c=other + noise[2], d=other + noise[3]))
    verdicts = [
        dict(f.select("check", "verdict").filter(pl.col("check") != "correlation").iter_rows()) for f in (same, two)
    ]
    assert verdicts == [{"alpha": "consistent", "components": "one"}, {"alpha": "loose", "components": "several"}]


@pytest.mark.parametrize(
    ("r", "verdict"), [(0.29, "weak"), (0.31, "fits"), (0.91, "fits"), (0.93, "redundant"), (-0.1, "against")]
)
def test_both_sides_of_each_limit(r, verdict):
    """A part of given correlation with its group, by weight: score = part + k · the rest, orthogonal to it."""
    x = np.tile([-1.0, 1, -1, 1], 5)
    y = np.tile([-1.0, -1, 1, 1], 5)
    sign, r = (1, r) if r > 0 else (-1, -r)
    part = sign * x + 50
    other = x + y * np.sqrt(1 - r**2) / r
    # the group is the other part alone in effect: its weight is a million times larger
    told = (Indicator("part", "p", "p", 1, 1e-6, "top"), Indicator("other", "o", "o", 1, 1, "top"))
    frame = small.data(np.column_stack([part, other])).rename({"i0": "part", "i1": "other"})
    built = build(Framework(told, (Group("top", "í", "i", 2, "", 1),)), frame, Method(outliers="none"))
    row = checks(built).row(0, named=True)
    assert (row["part"], row["verdict"]) == ("part", verdict)
    assert row["value"] == pytest.approx(sign * r, abs=1e-4)


def test_sentences_name_part_group_and_number():
    rng = np.random.default_rng(1)
    base = rng.normal(size=60)
    found = checks(planted(a=base, b=-base + 0.5 * rng.normal(size=60), c=base + 0.1 * rng.normal(size=60), d=base))
    row = next(r for r in found.iter_rows(named=True) if (r["check"], r["part"]) == ("correlation", "b"))
    assert row["sentence_es"].startswith("«el b» va en contra de «índice»: correlación -0.")
    assert row["sentence_en"].startswith("“the b” goes against “index”: correlation -0.")
    pair = next(r for r in found.iter_rows(named=True) if r["check"] == "pair")
    assert "«el a» y «el c»" in pair["sentence_es"]


def test_a_handful_of_units_is_said_to_be_too_few():
    found = checks(planted(a=[1, 2, 3], b=[2, 1, 3]))
    assert set(found["verdict"]) == {"unknown"}
    assert found["value"].null_count() == len(found)
    assert "no se puede comprobar" in found["sentence_es"][0]


def test_a_group_of_one_part_is_not_checked():
    assert checks(planted(a=np.arange(9.0))).is_empty()


def test_the_peers_case_has_the_oddities_it_is_known_for(peer):
    found = {(r["check"], r["group"], r["part"]): r for r in checks(peer).iter_rows(named=True)}
    assert found["correlation", "Instit", "TBTs"]["verdict"] == "against"
    assert found["correlation", "Environ", "Forest"]["verdict"] == "weak"
    assert found["correlation", "Index", "Conn"]["verdict"] == "redundant"
    r = np.corrcoef(peer.scores("LPI"), peer.scores("Physical"))[0, 1]
    assert found["correlation", "Physical", "LPI"]["value"] == pytest.approx(r)
