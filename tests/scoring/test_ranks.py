"""Confidence sets of ranks: the published case, a naive twin, and coverage in worlds with ties."""

import csv

import numpy as np
import pytest

from procrisk.scoring import ranks
from procrisk.scoring.ranks import from_covariance, from_replicates, marginal, simultaneous


def draws(rng, sd, k=500):
    sd = np.asarray(sd, dtype=float)
    return np.rint(rng.normal(0, sd, (k, len(sd))))


def both(score, deviations):
    family = from_replicates(score, deviations)
    return marginal(family), simultaneous(family)


def test_units_that_are_alike_share_all_ranks():
    for low, high in both(np.full(26, 30_000), draws(np.random.default_rng(1), [2000] * 26)):
        assert low.tolist() == [1] * 26
        assert high.tolist() == [26] * 26


def test_units_far_apart_have_one_rank_each():
    for low, high in both(np.array([10_000, 90_000, 50_000, 70_000]), draws(np.random.default_rng(2), [100] * 4)):
        assert low.tolist() == high.tolist() == [4, 1, 3, 2]


def test_an_uncertain_unit_overlaps_while_sure_ones_do_not():
    score = np.array([80_000, 60_000, 20_000, 10_000])
    for low, high in both(score, draws(np.random.default_rng(3), [100, 100, 100, 60_000])):
        assert (low[:3].tolist(), high[0], low[3], high[3]) == ([1, 2, 3], 2, 1, 4)


def test_one_unit_alone_is_first_and_last():
    for low, high in both(np.array([5]), np.zeros((10, 1))):
        assert (low.tolist(), high.tolist()) == ([1], [1])


@pytest.mark.parametrize("seed", range(5))
def test_the_sets_hold_the_rank_of_the_point_estimate_and_the_simultaneous_hold_the_marginal(seed):
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 100_000, 12)
    (low, high), (low_all, high_all) = both(score, draws(rng, rng.uniform(10, 20_000, 12)))
    rank = (score[None, :] > score[:, None]).sum(axis=1) + 1
    assert (low <= rank).all()
    assert (rank <= high).all()
    assert (low_all <= low).all()
    assert (high <= high_all).all()
    assert low_all.min() >= 1
    assert high_all.max() <= 12


def naive(score, d, pairs):
    """Stepdown over directed pairs (first > second), one loop at a time."""
    k = len(d)
    sd = {(a, b): np.std(d[:, a] - d[:, b], ddof=1) for a, b in pairs}
    active, decided = set(pairs), set()
    while active:
        largest = sorted(max((row[a] - row[b]) / sd[a, b] for a, b in active) for row in d)
        critical = largest[int(np.ceil(0.95 * (k + 1))) - 1]
        new = {(a, b) for a, b in active if (score[a] - score[b]) / sd[a, b] > critical}
        if not new:
            break
        active, decided = active - new, decided | new
    return decided


@pytest.mark.parametrize("seed", range(4))
def test_the_sets_are_those_of_the_naive_stepdown(seed):
    rng = np.random.default_rng(seed)
    score, d = rng.integers(20_000, 40_000, 6), draws(rng, rng.uniform(500, 4000, 6), k=200)
    (low, high), (low_all, high_all) = both(score, d)
    everything = naive(score, d, [(a, b) for a in range(6) for b in range(6) if a != b])
    for j in range(6):
        own = naive(score, d, [p for k in range(6) if k != j for p in ((j, k), (k, j))])
        assert (low[j], high[j]) == (1 + sum(b == j for _, b in own), 6 - sum(a == j for a, _ in own))
        assert low_all[j] == 1 + sum(b == j for _, b in everything)
        assert high_all[j] == 6 - sum(a == j for a, _ in everything)


@pytest.fixture(scope="module")
def pisa(shared_data):
    with (shared_data / "rank_sets" / "pisa2018.csv").open() as f:
        rows = list(csv.DictReader(f))
    names = [r["jurisdiction"] for r in rows]
    scores, errors = (np.array([float(r[f"math_{c}"]) for r in rows]) for c in ("score", "se"))
    return names, from_covariance(scores, errors, draws=10_000, seed=1)


def test_pisa_2018_mathematics_is_reproduced(pisa):
    """The published example of the authors' own package; R = 10,000 draws (at 4,000 a bound moves by one rank)."""
    names, family = pisa
    low, high = marginal(family)
    uk = names.index("United Kingdom")
    assert (family.estimates > family.estimates[uk]).sum() + 1 == 13
    assert (low[uk], high[uk]) == (7, 23)
    low_all, high_all = simultaneous(family)
    korea, germany = names.index("Korea"), names.index("Germany")
    assert (low_all[korea], high_all[korea]) == (1, 7)
    assert (low_all[germany], high_all[germany]) == (7, 25)


def test_pisa_2018_the_set_of_the_first_five(pisa):
    _, family = pisa
    assert ranks.best(simultaneous(family)[0], 5).sum() == 12
    assert ranks.best(simultaneous(family, alpha=0.25)[0], 5).sum() == 11


def test_pisa_2018_every_set_of_our_first_reading(pisa, shared_data):
    names, family = pisa
    with (shared_data / "rank_sets" / "pisa2018_math_ranksets_pyport.csv").open() as f:
        want = {r["name"]: r for r in csv.DictReader(f)}
    for kind, (low, high) in (("marg", marginal(family)), ("sim", simultaneous(family))):
        off = [
            abs(low[i] - int(want[n][f"{kind}L"])) + abs(high[i] - int(want[n][f"{kind}U"]))
            for i, n in enumerate(names)
        ]
        assert sum(off) <= 6  # 74 bounds: other draws move a few by one rank


def test_correlated_estimates_are_told_apart_by_their_difference():
    """A common error moves both and hides nothing: the same standard errors, independent, would tell nothing."""
    shared = np.full((2, 2), 9.0) + np.eye(2) * 0.01
    assert marginal(from_covariance([10.0, 11.0], shared, 2000, 1))[0].tolist() == [2, 1]
    assert marginal(from_covariance([10.0, 11.0], [3.0, 3.0], 2000, 1))[0].tolist() == [1, 1]


def test_first_and_last_of_the_sets():
    low, high = np.array([1, 1, 3, 4]), np.array([2, 3, 4, 4])
    assert ranks.best(low, 1).tolist() == [True, True, False, False]
    assert ranks.worst(high, 1).tolist() == [False, False, True, True]


def held(truth, low, high):
    """Whether each set holds every rank that the unit shares with those it is tied with."""
    first = (truth[None, :] > truth[:, None]).sum(axis=1) + 1
    last = len(truth) - (truth[None, :] < truth[:, None]).sum(axis=1)
    return (low <= first) & (last <= high)


@pytest.mark.parametrize("truth", [[50, 50, 50, 40, 38, 30, 30, 29], [30] * 8, [80, 70, 60, 50, 40, 30, 20, 10]])
def test_sets_hold_the_true_rank_about_as_often_as_they_say(truth):
    rng = np.random.default_rng(5)
    truth, rounds = np.array(truth) * 1000.0, 1000
    sd = np.linspace(1500, 6000, len(truth))
    one, together = np.zeros(len(truth)), 0
    for _ in range(rounds):
        sets = both(np.rint(truth + rng.normal(0, sd)), draws(rng, sd))
        one += held(truth, *sets[0])
        together += held(truth, *sets[1]).all()
    assert one.mean() / rounds >= 0.93
    assert one.min() / rounds >= 0.93
    assert together / rounds >= 0.93
