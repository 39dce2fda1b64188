import numpy as np
import polars as pl
import pytest
from tests.anomaly import made

from procrisk.anomaly import detectors, peers


@pytest.fixture(scope="module")
def groups():
    return peers.assign(made.records(300).tables["processes"].sort("process_id"))


@pytest.fixture(scope="module")
def signs(groups):
    rng = np.random.default_rng(2)
    return np.where(rng.random((300, 4)) < 0.3, rng.integers(1, 50, (300, 4)), 0).astype(np.uint16)


def naive(row, sample):
    distances = sorted(sum(max(int(a) - int(b), 0) ** 2 for a, b in zip(row, s, strict=True)) for s in sample)
    return np.sqrt(distances[detectors.NEAREST - 1])


def test_local_is_the_distance_beyond_the_fifth_nearest_of_the_sample(signs, groups):
    got = detectors.local(signs, groups)
    members = {g[0]: rows["row"].to_list() for g, rows in groups.members.group_by("group")}
    for row in range(0, 300, 7):
        mates = members[groups.own[row]]
        at = np.linspace(0, len(mates) - 1, min(detectors.SAMPLE, len(mates))).astype(int)
        chosen = [mates[i] for i in at if mates[i] != row]
        assert got[row] == pytest.approx(naive(signs[row], signs[chosen]) if signs[row].any() else 0)


def test_no_sign_is_no_distance(groups):
    lonely = np.full((300, 4), 30, dtype=np.uint16)
    lonely[5] = 0
    assert detectors.local(lonely, groups)[5] == 0


def test_the_ensemble_ranks_the_mean_of_the_detectors_logarithms(groups):
    rng = np.random.default_rng(8)
    scores = {"a": rng.random(300), "b": rng.random(300).round(1)}
    got = detectors.surprise(scores, groups)
    members = {g[0]: rows["row"].to_numpy() for g, rows in groups.members.group_by("group")}
    for row in range(0, 300, 11):
        mates = members[groups.own[row]]
        for name, values in scores.items():
            assert got[name][row] == pytest.approx(-np.log((values[mates] >= values[row]).mean()))
        assert got["mean"][row] == pytest.approx((got["a"][row] + got["b"][row]) / 2)
    assert got["all"].min() == 0
    assert got["all"].max() <= np.log(pl.Series(groups.groups["n_peers"]).max())
