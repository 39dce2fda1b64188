import numpy as np
import pytest

from procrisk.scoring.ranks import rank_sets


def draws(rng, sd, k=500):
    sd = np.asarray(sd, dtype=float)
    return np.rint(rng.normal(0, sd, (k, len(sd)))).astype(np.int64)


def test_regions_that_are_alike_share_all_ranks():
    rng = np.random.default_rng(1)
    low, high = rank_sets(np.full(26, 30_000), draws(rng, [2000] * 26))
    assert low.tolist() == [1] * 26
    assert high.tolist() == [26] * 26


def test_regions_far_apart_have_one_rank_each():
    score = np.array([10_000, 90_000, 50_000, 70_000])
    low, high = rank_sets(score, draws(np.random.default_rng(2), [100] * 4))
    assert low.tolist() == high.tolist() == [4, 1, 3, 2]


def test_an_uncertain_region_overlaps_while_sure_ones_do_not():
    score = np.array([80_000, 60_000, 20_000, 10_000])
    low, high = rank_sets(score, draws(np.random.default_rng(3), [100, 100, 100, 60_000]))
    assert (low[:3].tolist(), high[0], low[3], high[3]) == ([1, 2, 3], 2, 1, 4)


def test_one_region_alone_is_first_and_last():
    low, high = rank_sets(np.array([5]), np.zeros((10, 1), dtype=np.int64))
    assert (low.tolist(), high.tolist()) == ([1], [1])


@pytest.mark.parametrize("seed", range(5))
def test_the_sets_hold_the_rank_of_the_point_estimate(seed):
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 100_000, 12)
    low, high = rank_sets(score, draws(rng, rng.uniform(10, 20_000, 12)))
    rank = (score[None, :] > score[:, None]).sum(axis=1) + 1
    assert (low <= rank).all()
    assert (rank <= high).all()
    assert low.min() >= 1
    assert high.max() <= 12


def test_the_critical_value_is_the_one_computed_naively():
    rng = np.random.default_rng(8)
    score, d = rng.integers(20_000, 30_000, 6), draws(rng, rng.uniform(500, 4000, 6), k=200)
    low, high = rank_sets(score, d)
    for j in range(6):
        others = [k for k in range(6) if k != j]
        sd = {k: np.std(d[:, j] - d[:, k], ddof=1) for k in others}
        largest = sorted(max(abs(row[j] - row[k]) / sd[k] for k in others) for row in d)
        critical = largest[int(np.ceil(0.95 * 200)) - 1]
        above = sum((score[k] - score[j]) / sd[k] > critical for k in others)
        below = sum((score[j] - score[k]) / sd[k] > critical for k in others)
        assert (low[j], high[j]) == (1 + above, 6 - below)


def test_marginal_sets_hold_the_true_rank_about_as_often_as_they_say():
    rng = np.random.default_rng(5)
    truth = np.array([50_000, 50_000, 50_000, 40_000, 38_000, 30_000, 30_000, 29_000])
    first = (truth[None, :] > truth[:, None]).sum(axis=1) + 1
    last = len(truth) - (truth[None, :] < truth[:, None]).sum(axis=1)
    sd = np.full(len(truth), 3000.0)
    hits, rounds = np.zeros(len(truth)), 200
    for _ in range(rounds):
        low, high = rank_sets(np.rint(truth + rng.normal(0, sd)).astype(np.int64), draws(rng, sd, k=300))
        # tied units: the set of ranks that they share has to be inside
        hits += (low <= first) & (last <= high)
    assert (hits / rounds).min() >= 0.91
