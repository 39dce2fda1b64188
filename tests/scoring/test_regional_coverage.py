"""Do intervals and sets of ranks hold the truth as often as they say? Simulated records, through the whole engine."""

import numpy as np
import pytest
from tests.scoring import made

from procrisk.records.regions import REGIONS
from procrisk.scoring.estimates import base, draws, estimate, select
from procrisk.scoring.periods import Period
from procrisk.scoring.region import rank_bounds
from procrisk.scoring.strata import MILLI

CODES = list(REGIONS)
SPAN = [Period("2022-01", 2022 * 12, 2022 * 12)]
WORLDS = {
    # points by which the regions' true means differ: all alike, in three groups, each its own
    "tied": [0.0] * 26,
    "groups": [4.0] * 3 + [0.0] * 20 + [-3.0] * 3,
    "spread": list(np.linspace(-3, 5, 26)),
}


def world(rng, shifts):
    """Processes of 26 regions with 2 to 60 buyers: most score nothing, some a lot, as the real ones (mean near 8, deviation near 13).

    Returns:
        the processes and the true mean of each region.
    """
    region, buyer, score = [], [], []
    truth = np.array([8.0 + s for s in shifts])
    for r, code in enumerate(CODES):
        for b in range(int(rng.integers(2, 60))):
            n = int(rng.integers(1, 12))
            level = truth[r] * rng.gamma(9.0, 1 / 9.0)  # buyers differ by a third of the mean
            # half of the processes show something, exponentially distributed
            drawn = np.where(rng.random(n) < 0.5, rng.exponential(2 * level, n), 0.0).clip(0, 100)
            region += [code] * n
            buyer += [f"{code}-{b}"] * n
            score += drawn.round(3).tolist()
    return made.simple(list(zip(buyer, region, score, strict=True))), truth


def tally(shifts, rounds, replicates, seed):
    rng = np.random.default_rng(seed)
    intervals, one, together = np.zeros(26), np.zeros(26), 0
    for i in range(rounds):
        frame, truth = world(rng, shifts)
        read, buyers = base(frame)
        found = estimate(select(read, "local_government"), SPAN, draws([f"{i}:{b}" for b in buyers], replicates, seed))
        low, high = found.low[:, 0] / MILLI, found.high[:, 0] / MILLI
        intervals += (low <= truth) & (truth <= high)
        first = (truth[None, :] > truth[:, None] + 1e-9).sum(axis=1) + 1
        last = 26 - (truth[None, :] < truth[:, None] - 1e-9).sum(axis=1)
        low_one, high_one, low_all, high_all = rank_bounds(found)[:, :, 0]
        one += (low_one <= first) & (last <= high_one)
        together += ((low_all <= first) & (last <= high_all)).all()
    return intervals / rounds, one / rounds, together / rounds


@pytest.mark.parametrize("name", WORLDS)
def test_intervals_and_ranks_hold_the_truth(name):
    intervals, one, together = tally(WORLDS[name], rounds=60, replicates=300, seed=7)
    assert intervals.mean() >= 0.93
    assert intervals.min() >= 0.8  # the region that lies furthest apart, in a world of skewed scores
    assert one.mean() >= 0.93
    assert together >= 0.88  # 60 rounds: 0.95 less two standard errors and a half


@pytest.mark.campaign
@pytest.mark.parametrize("name", WORLDS)
def test_intervals_and_ranks_hold_the_truth_in_many_worlds(name):
    intervals, one, together = tally(WORLDS[name], rounds=1000, replicates=500, seed=11)
    assert intervals.mean() >= 0.93
    assert intervals.min() >= 0.85
    assert one.mean() >= 0.93
    assert one.min() >= 0.93
    assert together >= 0.93
