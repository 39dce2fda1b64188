"""Uncertainty and sensitivity: oracles where the answer is known, and the peer's published results."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import sobol_indices, uniform
from tests.composite import small

from procrisk.composite.build import build
from procrisk.composite.method import Method
from procrisk.composite.sensitivity import design, estimate, sensitivity
from procrisk.composite.uncertainty import NAMES, Choices, Runs, uncertainty, without_each
from procrisk.errors import UsageError

ONE = Choices((6,), (("minmax", (0.0, 100.0)),), 0.0, (), 1, ("arithmetic",))
ISHIGAMI = {"first": (0.3139, 0.4424, 0), "total": (0.5576, 0.4424, 0.2437)}


def ishigami(x):
    """On (-pi, pi)³, a = 7, b = 0.1 (Ishigami and Homma 1990): its indices are known."""
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def spread(n, seed):
    rng = np.random.default_rng(seed)
    y = ishigami((2 * np.pi * design(n, 3, rng) - np.pi).T)
    return y, estimate(y, n, ("x1", "x2", "x3"), rng)


def test_the_indices_of_ishigami_are_found():
    _, found = spread(10_000, 1)
    for kind, known in ISHIGAMI.items():
        assert found[kind].to_list() == pytest.approx(known, abs=0.03)


def test_scipy_says_the_same_of_the_same_runs():
    n = 512
    y, found = spread(n, 2)
    parts = y.reshape(5, 1, n)
    theirs = sobol_indices(func={"f_A": parts[0], "f_B": parts[1], "f_AB": parts[2:]}, n=n)
    by = (2 * n - 1) / (2 * n)  # our variance has 2 n - 1 below
    assert found["first"].to_numpy() == pytest.approx(theirs.first_order.ravel() * by, rel=1e-9)
    assert found["total"].to_numpy() == pytest.approx(theirs.total_order.ravel() * by, rel=1e-9)


def test_scipys_own_sample_leads_to_the_same_place():
    theirs = sobol_indices(func=ishigami, n=4096, dists=[uniform(-np.pi, 2 * np.pi)] * 3, rng=np.random.default_rng(1))
    _, ours = spread(10_000, 3)
    assert ours["first"].to_numpy() == pytest.approx(theirs.first_order, abs=0.03)
    assert ours["total"].to_numpy() == pytest.approx(theirs.total_order, abs=0.03)


def test_the_bootstrap_holds_what_is_true():
    """Intervals of 90 %: of thirty each, most hold; fewer than 22 would happen once in hundreds of thousands."""
    held = dict.fromkeys(ISHIGAMI, 0)
    for seed in range(30):
        _, found = spread(300, seed + 10)
        for kind, known in ISHIGAMI.items():
            held[kind] += found[f"{kind}_q5"][1] <= known[1] <= found[f"{kind}_q95"][1]
    assert min(held.values()) >= 22


def test_a_design_changes_one_column_at_a_time():
    x = design(4, 3, np.random.default_rng(1)).reshape(5, 4, 3)
    for i in range(3):
        assert (x[2 + i][:, i] == x[1][:, i]).all()
        rest = [k for k in range(3) if k != i]
        assert (x[2 + i][:, rest] == x[0][:, rest]).all()


def test_without_alternatives_ranks_stay(peer):
    table = uncertainty(peer, 5, choices=ONE)
    for column in ("mean", "median", "q5", "q95"):
        assert table[column].to_list() == peer.ranks["Index"].to_list()
    found = sensitivity(peer, 4, choices=ONE)
    assert found.mean_change == 0
    assert found.indices["total"].null_count() == 4


def test_each_run_is_the_index_built_under_its_choices(peer):
    """A row of a design against `build` itself: two ways to the same ranks."""
    runs = Runs(peer)
    row = np.array([[0.1, 0.1, 0.0, 0.9]])  # one point, min-max from 1, first set of weights, geometric
    method = Method(impute="mean", impute_group="Group_EurAsia", winmax=1, scale=(1, 100), aggregation="geometric")
    weights = Runs(peer)._weights[0]
    framework = peer.framework
    noisy = type(framework)(
        tuple(_with(i, weights) for i in framework.indicators), tuple(_with(g, weights) for g in framework.structure)
    )
    assert runs.ranks(row)[0].tolist() == build(noisy, peer.data, method).ranks["Index"].to_list()


def _with(x, weights):
    from dataclasses import replace

    return replace(x, weight=weights[x.id])


def test_weights_move_within_their_noise_on_the_levels_between(peer):
    sets = Runs(peer)._weights
    assert len(sets) == 1000
    for k, x in peer.framework.by_id.items():
        drawn = np.array([s[k] for s in sets])
        if x.level in (2, 3):
            assert 0.75 <= drawn.min() < 0.76
            assert 1.24 < drawn.max() <= 1.25
            assert drawn.mean() == pytest.approx(1, abs=0.02)
        else:
            assert (drawn == 1).all()


def test_the_same_seed_gives_the_same_table(peer):
    a, b, c = (uncertainty(peer, 20, seed) for seed in (3, 3, 4))
    assert a.equals(b)
    assert not a.equals(c)


def test_the_peers_published_indices_lie_where_chance_may_put_them(peer):
    """COINr's single analysis (N = 100): its total effects are within the spread of ours over seeds, and the order is theirs."""
    published = {"winmax": 0.048, "normalise": 0.271, "weights": 0.178, "aggregation": 0.618}
    ours = np.array([sensitivity(peer, 100, seed).indices["total"].to_list() for seed in range(1, 9)])
    for k, name in enumerate(NAMES):
        mean, deviation = ours[:, k].mean(), ours[:, k].std(ddof=1)
        assert abs(published[name] - mean) <= 2 * deviation
    assert [NAMES[k] for k in np.argsort(-ours.mean(axis=0))] == sorted(NAMES, key=lambda n: -published[n])


def test_the_peers_published_intervals_of_ranks(peer):
    found = sensitivity(peer, 100)
    assert found.runs == 600
    rows = {r["unit"]: r for r in found.ranks.iter_rows(named=True)}
    assert (rows["AUS"]["nominal"], rows["AUT"]["nominal"]) == (35, 7)
    assert (rows["AUS"]["q5"], rows["AUS"]["q95"]) == pytest.approx((34, 38), abs=1)
    assert (rows["AUT"]["q5"], rows["AUT"]["q95"]) == pytest.approx((5.95, 9), abs=1)


def made(units=12, seed=1):
    return small.data(np.random.default_rng(seed).normal(50, 10, (units, 5)))


def test_choices_that_do_not_go_together_are_counted_out():
    built = build(small.framework(), made())
    below = Choices(normalise=(("minmax", (1.0, 100.0)), ("z", (0.0, 1.0))))
    table = uncertainty(built, 60, choices=below)
    assert table["mean"].null_count() == 0
    with pytest.raises(UsageError, match="do not go together"):
        sensitivity(built, 30, choices=below)
    with pytest.raises(UsageError, match="no combination of choices gave ranks"):
        uncertainty(built, 5, choices=Choices(normalise=(("z", (0.0, 1.0)),), aggregation=("geometric",)))


def test_a_unit_without_a_score_has_no_range():
    data = made().with_columns(
        pl.when(pl.col("unit") == "u03").then(None).otherwise(pl.col(f"i{k}")).alias(f"i{k}") for k in range(5)
    )
    built = build(small.framework(), data)
    table = uncertainty(built, 10)
    assert table.filter(pl.col("mean").is_null())["unit"].to_list() == ["u03"]
    assert sensitivity(built, 5).ranks.filter(pl.col("q5").is_null())["unit"].to_list() == ["u03"]


def test_without_scores_there_is_nothing_to_rank():
    data = made().with_columns(i0=None, i1=None)
    with pytest.raises(UsageError, match="no unit has a score"):
        uncertainty(build(small.framework(least_known=1.0), data), 5)


@pytest.mark.parametrize(
    ("run", "says"), [(lambda b: uncertainty(b, 0), "one run at least"), (lambda b: sensitivity(b, 1), "two rows")]
)
def test_too_few_runs_are_refused(run, says):
    with pytest.raises(UsageError, match=says):
        run(build(small.framework(), made()))


def test_leaving_a_part_out_is_building_without_it():
    f, data = small.framework(), made()
    built = build(f, data, Method(outliers="none"))
    found = {r["part"]: r for r in without_each(built).iter_rows(named=True)}
    assert set(found) == set(f.by_id) - {"top"}
    fewer = type(f)(tuple(i for i in f.indicators if i.id != "i2"), f.structure)
    change = (build(fewer, data, Method(outliers="none")).ranks["top"] - built.ranks["top"]).abs()
    assert found["i2"]["mean_change"] == pytest.approx(change.mean())
    assert found["i2"]["max_change"] == change.max()
    assert found["i2"]["unit"] == built.units[change.arg_max()]


def test_the_only_part_of_a_group_is_not_left_out():
    f = small.framework(indicators=3, parts=2)  # i0, i2 in p0; i1 alone in p1
    found = without_each(build(f, small.data(np.random.default_rng(1).normal(size=(9, 3)))))
    assert "i1" not in found["part"].to_list()
    assert {"i0", "i2", "p0", "p1"} == set(found["part"])
