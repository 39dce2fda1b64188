"""How far the prices of one contest look like cover."""

from math import exp, log
from statistics import NormalDist, median

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.collusion.cover_cases import market, tables

from procrisk.collusion import cover

A, B, C, D = "20100000001", "20100000002", "20100000003", "20100000004"


def scored(contests, **more):
    found = cover.scores(cover.contests(tables(contests, **more).tables))
    return {r["process_id"]: r for r in found.to_dicts()}


def undercut(contests, share=0.2, seed=1):
    """The same prices, won by somebody else in a share of the contests."""
    rng = np.random.default_rng(seed)
    return {p: [b[i] for i in rng.permutation(len(b))] if rng.random() < share else b for p, b in contests.items()}


def beside(**contests):
    """The scores of contests in a market of 200."""
    return scored(undercut(market(200, 3)) | contests)


COVER = [(A, 0.97), (B, 1.02), (C, 1.03)]


@pytest.mark.parametrize(
    "less",
    [
        pytest.param([(A, 0.97), (B, 0.975), (C, 1.03)], id="a rival comes near"),
        pytest.param([(B, 1.02), (A, 0.97), (C, 1.03)], id="the lowest does not win"),
        pytest.param([(A, 0.70), (B, 0.736), (C, 0.743)], id="far below the reference"),
        pytest.param([(A, 1.0), (B, 1.0515), (C, 1.062)], id="at the reference itself"),
    ],
)
def test_what_speaks_for_cover(less):
    found = beside(P=COVER, Q=less)
    assert found["P"]["narrow"] > 1
    assert found["Q"]["narrow"] < found["P"]["narrow"]


@pytest.mark.parametrize(("gap", "near"), [(0.019, 1), (0.021, 0)])
def test_who_is_near_could_have_won(gap, near):
    found = beside(P=[(A, 0.97), (B, 0.97 * (1 + gap)), (C, 1.05)])["P"]
    assert (found["near"], found["losers"]) == (near, 2)


def test_wide_cover_is_told_by_its_own_shape():
    found = beside(P=[(A, 0.97), (B, 1.17), (C, 1.22)])["P"]
    assert found["wide"] > found["narrow"]


def test_one_bid_or_no_known_winner_is_no_contest():
    made = tables({"P": [(A, 0.9)], "Q": [(A, 0.9), (B, 0.95)]})
    assert cover.contests(made.tables)["process_id"].to_list() == ["Q"]
    nobody = {**made.tables, "award_suppliers": made.tables["award_suppliers"].clear()}
    assert cover.contests(nobody).is_empty()
    assert cover.scores(cover.contests(nobody)).is_empty()


@pytest.mark.parametrize(("n", "known"), [(29, 0), (30, 30)])
def test_few_contests_are_no_market(n, known):
    assert len(scored(market(n))) == known


def test_contests_with_a_rare_number_of_bids_are_held_against_all():
    found = scored(market(200) | {f"P{i}": COVER for i in range(5)})
    assert min(found[f"P{i}"]["narrow"] for i in range(5)) > 0.5


def test_an_unknown_reference_says_nothing_of_the_height():
    found = scored(market(40), value_cents=None, value_pen_cents=None)
    assert {r["height"] for r in found.values()} == {None}
    assert all(r["narrow"] is not None for r in found.values())


def test_scores_of_a_market_are_standard():
    found = cover.scores(cover.contests(tables(market(400)).tables))
    for shape in cover.SHAPES:
        assert abs(found[shape].mean()) < 0.02
        assert 0.9 < found[shape].std() < 1.1


def test_prices_in_another_unit_say_the_same():
    one, ten = (cover.scores(cover.contests(tables(market(120), reference=r).tables)) for r in (10**12, 10**13))
    assert_frame_equal(one, ten, abs_tol=1e-6)


def test_row_order_does_not_matter():
    made = tables(market(120)).tables
    mixed = {k: v.sample(fraction=1, shuffle=True, seed=2) for k, v in made.items()}
    assert_frame_equal(cover.scores(cover.contests(mixed)), cover.scores(cover.contests(made)), check_exact=True)


def mixture(low, high, ranges):
    parts = [max(min(high, b) - max(low, a), 0) / (b - a) for a, b in ranges]
    return (1 - cover.STRAY) * (cover.MIX * parts[0] + (1 - cover.MIX) * parts[1])


def naive(contests, shape):
    """The same, contest by contest, of one object, market and lot."""

    def gap_class(x):
        return max(i for i, low in enumerate(cover.GAPS[:-1]) if x >= low)

    def height_class(x):
        return min(i for i, high in enumerate(cover.HEIGHTS[1:]) if x <= high)

    gaps, heights, under = {}, {}, {}
    for p, bids in contests.items():
        prices = sorted(x for _, x in bids)
        gaps[p] = [gap_class(x / prices[0] - 1) for x in prices[1:]]
        heights[p], under[p] = bids[0][1], bids[0][1] > prices[0]
    n_gaps, n_heights = len(cover.GAPS) - 1, len(cover.HEIGHTS) - 1
    all_gaps = [g for gs in gaps.values() for g in gs]
    all_heights = [height_class(h) for h in heights.values()]
    usual = sum(under.values()) / len(under)
    value = {}
    for p in contests:
        total = 0.0
        for g in gaps[p]:
            likely = mixture(cover.GAPS[g], cover.GAPS[g + 1], cover.SHAPES[shape]) + cover.STRAY / n_gaps
            total += log(likely / ((all_gaps.count(g) + 1) / (len(all_gaps) + n_gaps)))
        if heights[p] <= cover.SAME:
            h = height_class(heights[p])
            likely = mixture(cover.HEIGHTS[h], cover.HEIGHTS[h + 1], cover.HEIGHT) + cover.STRAY / n_heights
            said = log(likely / (all_heights.count(h) / len(all_heights)))
            total += min(max(said, cover.LEAST_HEIGHT), cover.MOST_HEIGHT)
        if under[p]:
            total += min(log(cover.STRAY / usual), 0.0)
        value[p] = 1 - cover.COVERED + cover.COVERED * exp(min(total, cover.MOST))
    ordered = sorted(value.values())

    def share(v):
        same = [i for i, x in enumerate(ordered) if abs(x - v) < 1e-12]
        return (sum(same) / len(same) + 0.5) / len(ordered)

    return {p: NormalDist().inv_cdf(share(v)) for p, v in value.items()}


@pytest.mark.parametrize("shape", cover.SHAPES)
def test_a_naive_twin_agrees(shape):
    contests = undercut(market(150, seed=9))
    rounded = {p: [(f, round(x * 1e7) / 1e7) for f, x in bids] for p, bids in contests.items()}
    found = scored(rounded)
    wanted = naive(rounded, shape)
    assert {p: r[shape] for p, r in found.items()} == pytest.approx(wanted, abs=1e-9)
    assert found["M0"]["height_peers"] == pytest.approx(median(b[0][1] for b in rounded.values()))


def test_comparable_contests_are_of_the_finest_market_that_is_large_enough():
    """In a region where all keep their distance one more that does is nothing odd."""
    here = {f"H{i}": [(A, 0.97), (B, 1.0 + i / 1e5), (C, 1.03), (D, 1.04)] for i in range(cover.MIN_PEERS)}
    made = tables(market(200) | here)
    there = pl.when(pl.col("process_id").str.starts_with("H")).then(pl.lit("15")).otherwise("region_code")
    split = {**made.tables, "processes": made.tables["processes"].with_columns(region_code=there)}
    together, apart = (cover.scores(cover.contests(t)) for t in (made.tables, split))
    mean = [f.filter(pl.col("process_id").str.starts_with("H"))["narrow"].mean() for f in (together, apart)]
    assert mean[0] > 0.5
    assert abs(mean[1]) < 0.05
