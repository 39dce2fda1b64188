"""Learnt weights: they find what is there, may be zero or negative, and never see a firm of the test."""

import numpy as np
import polars as pl
import pytest

from procrisk.learning import weights

N = 1200


@pytest.fixture(scope="module")
def made():
    """A goes with the outcome, B against it, C is noise, D is never known; E is raised twice."""
    rng = np.random.default_rng(7)
    y = rng.random(N) < 0.2
    a = rng.random(N) < np.where(y, 0.6, 0.1)
    b = rng.random(N) < np.where(y, 0.1, 0.4)
    c = rng.random(N) < 0.3
    states = pl.DataFrame(
        {
            "process_id": [f"{i:05}" for i in range(N)],
            "A": a,
            "B": b,
            "C": c,
            "D": pl.Series([None] * N, dtype=pl.Boolean),
            "E": [i < 2 for i in range(N)],
        }
    )
    return states, y.astype(float), [f"f{i // 3}" for i in range(N)]


def test_signs_are_found_and_noise_is_near_zero(made):
    learnt = weights.fit(*made)
    by = dict(zip(learnt.ids, learnt.weight, strict=True))
    assert set(by) == {"A", "B", "C"}  # what is never known, or hardly ever raised, has no weight
    assert by["A"] > 0.3 > abs(by["C"]) * 3
    assert by["B"] < -0.2


def test_pure_noise_learns_nothing(made):
    states, y, firms = made
    learnt = weights.fit(states, np.random.default_rng(3).permutation(y), firms)
    assert np.abs(learnt.weight).max() < 0.15


def test_one_outcome_alone_teaches_nothing(made):
    states, y, firms = made
    assert not weights.fit(states, np.zeros_like(y), firms).weight.any()


def test_not_evaluable_speaks_neither_way(made):
    states, y, firms = made
    learnt = weights.fit(states, y, firms)
    one = pl.DataFrame({"A": [True, False, None], "B": [None, None, None]}, schema={"A": pl.Boolean, "B": pl.Boolean})
    parts = dict(zip(learnt.ids, learnt.parts(one).T, strict=True))
    assert parts["A"][0] > 0.0 > parts["A"][1]
    assert parts["A"][2] == 0.0
    assert np.isnan(learnt.score(one)[2])


def test_the_order_of_columns_changes_nothing(made):
    states, y, firms = made
    again = weights.fit(states.select("E", "C", "process_id", "B", "D", "A"), y, firms)
    first = weights.fit(states, y, firms)
    assert again.ids == first.ids
    assert again.weight.tolist() == first.weight.tolist()
    assert again.penalty == first.penalty


def test_folds_keep_a_firm_together_and_depend_on_no_order(made):
    firms = made[2]
    fold = weights.folds(firms, 5)
    assert set(fold) == set(range(5))
    assert all(len(set(fold[i : i + 3])) == 1 for i in range(0, N, 3))
    assert weights.folds(firms[::-1], 5).tolist() == fold[::-1].tolist()


def test_processes_that_share_any_firm_with_the_test_do_not_teach():
    firms = pl.DataFrame({"process_id": ["1", "1", "2", "3"], "ruc": ["x", "y", "y", "z"]})
    free = weights.apart(pl.Series(["1", "2", "3", "4"]), np.array([True, False, False, False]), firms)
    assert free.tolist() == [False, False, True, True]


def test_crossfit_ranks_what_it_did_not_see(made):
    states, y, firms = made
    score = weights.crossfit(states, y, weights.folds(firms, 5), firms)
    assert np.nanmean(score[y == 1]) > np.nanmean(score[y == 0]) + 0.2
