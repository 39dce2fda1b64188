"""Precision, recall, lift and ranking at a budget, against counts by hand."""

import numpy as np
import pytest

from procrisk.learning import evaluation as ev

N = 200
POSITIVE = np.array([1.0] * 10 + [0.0] * (N - 10))
BUYERS = [f"b{i % 40}" for i in range(N)]


def row(score, positive=POSITIVE):
    return ev.table({"s": np.asarray(score, dtype=float)}, positive, BUYERS).row(0, named=True)


def test_a_perfect_score_finds_all_that_fits():
    told = row(np.arange(N, 0, -1))
    assert told["precision_1"] == told["precision_5"] == 1.0
    assert told["recall_1"] == pytest.approx(0.2)
    assert told["recall_5"] == pytest.approx(1.0)
    assert told["lift_5"] == pytest.approx(20.0)
    assert told["auc"] == 1.0


def test_a_score_that_says_nothing_has_the_base_rate():
    told = row(np.zeros(N))
    assert told["precision_1"] == told["precision_5"] == pytest.approx(0.05)
    assert told["lift_5"] == pytest.approx(1.0)
    assert told["auc"] == pytest.approx(0.5)


def test_the_order_of_rows_is_no_information():
    rng = np.random.default_rng(1)
    score, order = rng.integers(0, 4, N).astype(float), rng.permutation(N)
    a = ev.Ranked.of(score, POSITIVE, np.ones((1, N)))
    b = ev.Ranked.of(score[order], POSITIVE[order], np.ones((1, N)))
    assert a.precision(0.05) == b.precision(0.05)
    assert a.auc() == b.auc()


def test_ties_at_the_edge_are_shared():
    # 5 places, 10 at the top of which 4 are positive: each has half a place
    score = np.array([1.0] * 10 + [0.0] * 90)
    positive = np.array([1.0] * 4 + [0.0] * 96)
    assert ev.Ranked.of(score, positive, np.ones((1, 100))).precision(0.05)[0] == pytest.approx(2 / 5)


def test_what_is_not_evaluable_comes_last_and_is_counted():
    score = np.full(N, np.nan)
    score[N - 5 :] = 1.0
    told = row(score)
    assert told["evaluable"] == pytest.approx(0.025)
    assert told["precision_1"] == 0.0


def test_intervals_are_wider_where_positives_share_a_buyer():
    score = np.arange(N, 0, -1).astype(float)
    positive = np.zeros(N)
    positive[:10:2] = 1.0
    scattered = ev.table({"s": score}, positive, [str(i) for i in range(N)])
    together = ev.table({"s": score}, positive, ["one" if p else str(i) for i, p in enumerate(positive)])
    assert together["recall_5_high"][0] >= scattered["recall_5_high"][0]
    width = [t["precision_5_high"][0] - t["precision_5_low"][0] for t in (scattered, together)]
    assert width[1] > width[0]


def test_the_gain_of_a_score_over_itself_is_nothing():
    score = np.arange(N, 0, -1).astype(float)
    assert ev.gain(score, score, POSITIVE, BUYERS, 0.05) == (0.0, 0.0, 0.0)
    value, low, _ = ev.gain(score, -score, POSITIVE, BUYERS, 0.05)
    assert value == 1.0
    assert low > 0.0
