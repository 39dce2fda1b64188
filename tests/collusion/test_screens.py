"""Screens against published values, SciPy and plain sums over subgroups."""

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy import stats

from procrisk.collusion import subgroups
from procrisk.collusion.screens import LEAST, SCREENS, matrices, screens

FIRST = [235254.7, 210899.15, 224101.25, 220034.35]
"""Tender 1 of the Swiss file."""


def bids(*tenders):
    return pl.DataFrame(
        {
            "contest": [f"t{i}" for i, t in enumerate(tenders) for _ in t],
            "price": [float(b) for t in tenders for b in t],
        }
    )


def made(n_tenders=60, seed=3):
    rng = np.random.default_rng(seed)
    return bids(*[np.exp(rng.normal(12, 0.1, rng.integers(1, 17))).round(2) for _ in range(n_tenders)])


def test_the_published_values_of_one_tender():
    got = screens(bids(FIRST)).row(0, named=True)
    expected = {"cv": 0.0454, "spd": 0.1155, "diffp": 0.0433, "kurt": 0.7632, "skew": 0.2826, "ks": 0.25}
    assert {k: round(got[k], 4) for k in expected} == expected
    assert got["n_bids"] == 4


@pytest.mark.parametrize("name", ["CV", "SPD", "SKEW", "KURT", "KSTEST"])
def test_the_swiss_file_is_reproduced_on_every_tender_with_four_bids(shared_data, name):
    path = shared_data / "cartels" / "switzerland_until_cut.csv"
    swiss = pl.read_csv(path, infer_schema_length=None).with_columns(pl.col("Tender").cast(pl.String).alias("contest"))
    theirs = swiss.group_by("contest").agg(pl.col(name).first(), pl.len()).filter(pl.col("len") >= 4)
    ours = screens(swiss.rename({"Bid_value": "price"}))
    both = theirs.join(ours, on="contest", how="left")
    column = {"KSTEST": "ks"}.get(name, name.lower())
    assert both.height > 2000
    assert both[column].null_count() == 0
    assert (both[column] - both[name]).abs().max() <= 1e-3


def test_agrees_with_scipy():
    frame = made()
    got = {r["contest"]: r for r in screens(frame).to_dicts()}
    for (contest,), rows in frame.group_by("contest"):
        b = np.sort(rows["price"].to_numpy())
        r = got[contest]
        if len(b) >= 3:
            assert r["skew"] == pytest.approx(stats.skew(b, bias=False))
            uniform = stats.kstest((b - b[0]) / (b[-1] - b[0]), "uniform")
            assert r["ks"] == pytest.approx(uniform.statistic)
            assert r["rd"] == pytest.approx((b[1] - b[0]) / b[1:].std(ddof=1))
            assert r["rdalt"] == pytest.approx((b[1] - b[0]) / np.diff(b)[1:].mean())
        if len(b) >= 4:
            assert r["kurt"] == pytest.approx(stats.kurtosis(b, bias=False))


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("n", range(1, 6))
def test_null_below_the_fewest_bids(name, n):
    got = screens(bids([100, 103, 104, 111, 112][:n]))[name][0]
    assert (got is None) == (n < LEAST[name])


def test_evenly_spaced_bids_have_a_relative_distance_of_one():
    got = screens(bids([100, 110, 120, 130])).row(0, named=True)
    assert got["rdnor"] == pytest.approx(1)
    assert got["rdalt"] == pytest.approx(1)
    assert got["skew"] == pytest.approx(0)


def test_a_cover_pattern_is_seen_in_its_direction():
    competition, cover = screens(bids([100, 101, 107, 118], [100, 106, 106.5, 107])).to_dicts()
    assert cover["rd"] > 1 > competition["rd"]
    assert cover["rdnor"] > 1 > competition["rdnor"]
    assert cover["skew"] < 0 < competition["skew"]
    assert cover["cv"] < competition["cv"]


def test_equal_prices_have_no_shape():
    got = screens(bids([100] * 5)).row(0, named=True)
    assert (got["cv"], got["spd"], got["diffp"]) == (0, 0, 0)
    assert [got[k] for k in ("rd", "rdnor", "rdalt", "skew", "kurt", "ks")] == [None] * 6


def test_a_bid_without_a_price_is_not_counted():
    frame = pl.DataFrame({"contest": ["a"] * 6, "price": [100.0, None, 0.0, -3.0, float("nan"), 110.0]})
    got = screens(frame).row(0, named=True)
    assert got["n_bids"] == 2
    assert got["spd"] == pytest.approx(0.1)
    assert got["skew"] is None


def test_neither_order_nor_scale_matter():
    frame = made()
    mixed = frame.sample(fraction=1, shuffle=True, seed=1)
    assert_frame_equal(screens(frame), screens(mixed), check_exact=True)
    assert_frame_equal(screens(frame), screens(frame.with_columns(pl.col("price") * 3.7)), rel_tol=1e-7)


def test_no_bids_no_rows():
    assert screens(bids()).is_empty()


def naive(b, size, statistic):
    """One value a subgroup, by the formula."""
    values = []
    for s in map(np.array, combinations(sorted(b), size)):
        if statistic == "cv":
            values.append(np.log(s.std(ddof=1) / s.mean() + 1e-4))
        elif statistic == "spd":
            values.append(np.log((s[-1] - s[0]) / s[0] + 1e-4))
        elif statistic == "diffp":
            values.append(np.log((s[1] - s[0]) / s[0] + 1e-4))
        elif statistic == "rdnor":
            tiny = 1e-4 * s[0]
            values.append(np.log((s[1] - s[0] + tiny) / ((s[-1] - s[0]) / (size - 1) + tiny)))
        else:
            values.append(stats.skew(s, bias=False))
    return values


@pytest.mark.parametrize("size", subgroups.SIZES)
@pytest.mark.parametrize("name", [*subgroups.LOGS, "skew"])
def test_subgroups_agree_with_a_plain_loop(size, name):
    for contests, prices in matrices(made(20)):
        got = subgroups.of_prices(prices)
        for row in range(len(contests)):
            if not 4 <= prices.shape[1] <= 15:
                continue
            v = naive(prices[row], size, name)
            expected = [np.mean(v), np.median(v), np.min(v), np.max(v), np.std(v)]
            assert [got[f"{name}{size}_{a}"][row] for a in subgroups.STATISTICS] == pytest.approx(expected, abs=1e-9)


def test_subgroups_are_bounded_and_null_where_there_are_none():
    assert len(subgroups.chosen(15, 4)) == 1365
    assert len(subgroups.chosen(40, 4)) <= subgroups.MAX_GROUPS
    for n, known in ((3, False), (4, True), (40, True), (41, False)):
        prices = 100 + np.arange(n, dtype=float)[None, :]
        got = subgroups.of_prices(prices)
        assert all(np.isfinite(v).all() == known for v in got.values())


def test_chunks_change_no_value(monkeypatch):
    prices = np.sort(np.exp(np.random.default_rng(1).normal(12, 0.1, (50, 7))), axis=1)
    whole = subgroups.of_prices(prices)
    monkeypatch.setattr(subgroups, "CELLS", 500)
    for k, v in subgroups.of_prices(prices).items():
        assert np.array_equal(v, whole[k])
