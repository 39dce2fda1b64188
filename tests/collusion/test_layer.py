"""Bid screens of Peruvian contests, and the score of the collusion layer."""

from itertools import permutations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from tests.indicators.made import records

from procrisk.collusion import classifier, layer, screen_signals, stored
from procrisk.collusion.classifier import IDS


def contests(prices, **process):
    """Records of contests given as {process: [price in cents of each bidder, ...]}, in the order of firms."""
    processes = [
        {"process_id": p, "object": "goods", "method": "AS", "year": 2022, "currency": "PEN", **process} for p in prices
    ]
    bids = [
        {
            "process_id": p,
            "lot_id": "",
            "party_id": f"20{i:09d}",
            "bid_id": "",
            "amount_cents": int(c),
            "currency": "PEN",
        }
        for p, cents in prices.items()
        for i, c in enumerate(cents)
    ]
    return records(processes=processes, bids=bids)


def rivals(n, seed=4, bidders=5):
    rng = np.random.default_rng(seed)
    return {f"M{i:03d}": (1e7 * np.exp(rng.normal(0, 0.12, bidders))).round() for i in range(n)}


COVER = [10_000_000, 10_600_000, 10_620_000, 10_650_000, 10_660_000]


def test_cover_bids_are_seen_among_comparable_contests():
    got = screen_signals.signals(contests({**rivals(99), "R": COVER}))
    assert got.height == 100
    assert got.sort("cover", descending=True)["process_id"][0] == "R"
    row = got.row(by_predicate=pl.col("process_id") == "R", named=True)
    assert row["cover"] > 0.2
    first = row["reasons_es"][0]
    assert first.startswith("ofertas juntas y la más baja aparte: dispersión de las ofertas: 2.7 % (lo usual: ")
    assert first.endswith("100 concursos comparables: bienes, 2022")
    assert len(row["reasons_es"]) == len(row["reasons_en"])
    assert "comparable contests: goods, 2022" in row["reasons_en"][0]


def test_most_contests_of_a_market_without_agreement_have_no_sign():
    got = screen_signals.signals(contests(rivals(200)))
    assert got["screens"].null_count() == 0
    assert got["screens"].is_between(0, 1).all()
    assert (got["learnt"] > 0).mean() <= 0.2
    assert (got["screens"] > 0.3).mean() <= 0.05


@pytest.mark.parametrize(("n", "known"), [(29, False), (30, True)])
def test_too_few_comparable_contests_are_not_evaluable(n, known):
    got = screen_signals.signals(contests(rivals(n)))
    assert got["screens"].is_not_null().all() == known
    assert got["reasons_es"].is_not_null().all() == known


def test_fewer_than_four_bids_are_not_evaluable_and_no_peers():
    got = screen_signals.signals(contests({**rivals(40), "few": [100_000, 101_000, 102_000]}))
    assert got.filter(process_id="few")["screens"].to_list() == [None]
    assert got["screens"].null_count() == 1


def test_direct_awards_do_not_compete():
    assert screen_signals.signals(contests(rivals(40), method="CD"))["screens"].null_count() == 40


def test_a_withdrawn_bid_and_a_second_bid_of_a_firm_do_not_count():
    made = contests({"a": [100, 110, 120, 130, 140]})
    bids = made.tables["bids"].with_columns(
        status=pl.Series(["Valid", "Valid", "Valid", "Valid", "Withdrawn"]),
        party_id=pl.Series(["201", "201", "203", "204", "205"]),
        bid_id=pl.Series(["1", "2", "3", "4", "5"]),
    )
    got, about = screen_signals.contests({**made.tables, "bids": bids})
    assert sorted(got["price"]) == [100, 120, 130]
    assert about["process_id"].to_list() == ["a"]


def test_a_price_that_the_law_dictates_is_left_out(monkeypatch):
    made = contests(
        {"a": [9_000_000, 9_000_000, 9_500_000, 9_700_000]}, value_cents=10_000_000, value_pen_cents=10_000_000
    )
    attached = screen_signals.law.attach

    def with_floor(processes):
        return attached(processes).with_columns(law_price_floor=pl.lit(0.9))

    assert len(screen_signals.contests(made.tables)[0]) == 4
    monkeypatch.setattr(screen_signals.law, "attach", with_floor)
    assert sorted(screen_signals.contests(made.tables)[0]["price"]) == [9_500_000, 9_700_000]


def test_of_several_lots_the_strongest_speaks():
    made = contests({**rivals(60), "R": [*rivals(1, 9)["M000"], *COVER]})
    at = pl.int_range(pl.len()).over("process_id")
    bids = made.tables["bids"].with_columns(
        lot_id=pl.when(pl.col("process_id") == "R").then(pl.when(at < 5).then(pl.lit("1")).otherwise(pl.lit("2"))).otherwise(pl.lit(""))
    )  # fmt: skip
    got = screen_signals.signals(type(made)({**made.tables, "bids": bids}))
    assert got.height == 61
    assert got.filter(process_id="R")["cover"][0] > 0.1


def test_row_order_does_not_matter():
    made = contests({**rivals(80), "R": COVER})
    mixed = type(made)({k: v.sample(fraction=1, shuffle=True, seed=2) for k, v in made.tables.items()})
    assert_frame_equal(layer.score(mixed), layer.score(made), check_exact=True)


def test_reasons_name_what_adds_to_the_score():
    made = contests(rivals(60))
    model = stored.load(stored.current())[0]
    got = screen_signals.signals(made, model).filter(pl.col("learnt") > 0, pl.col("cover") == 0)
    bids, about = screen_signals.contests(made.tables)
    frame = classifier.features(bids).join(about, on="contest")
    x = frame.select(pl.col(i) - pl.col(i).median() for i in IDS).to_numpy()
    gives = dict(zip(frame["process_id"], model.contributions(x), strict=True))
    assert got.height > 0
    for process, reasons in got.select("process_id", "reasons_es").iter_rows():
        strongest = IDS[int(np.argmax(gives[process]))]
        assert reasons[0].startswith(screen_signals.name(strongest, 0))


@pytest.mark.parametrize("feature", IDS)
@pytest.mark.parametrize("language", [0, 1])
def test_every_feature_has_a_name(feature, language):
    assert len(screen_signals.name(feature, language)) > 8


def part(name, values, reasons):
    return pl.DataFrame(
        {"process_id": ["a", "b", "c", "d"], name: values, "reasons_es": reasons, "reasons_en": reasons},
        schema={"process_id": pl.String, name: pl.Float64, "reasons_es": pl.List(pl.String), "reasons_en": pl.List(pl.String)},
    )  # fmt: skip


def test_parts_join_so_that_none_lowers_the_other():
    got = layer.combine(
        part("screens", [0.5, None, None, 0.0], [["s"], None, None, []]),
        part("network", [0.6, 0.4, None, 0.0], [["n"], ["n"], None, []]),
        part("prices", [0.5, 0.5, None, None], [["p"], ["p"], None, None]),
    )
    assert got["score_collusion"].to_list() == [90.0, 70.0, None, 0.0]
    assert got["collusion_screens"].to_list() == [50.0, None, None, 0.0]
    assert got["collusion_prices"].to_list() == [50.0, 50.0, None, None]
    assert got["collusion_es"].to_list() == [["n", "s", "p"], ["p", "n"], None, None]


SHARE = st.one_of(st.none(), st.floats(0, 1))


@settings(deadline=None)
@given(st.tuples(SHARE, SHARE, SHARE), st.integers(0, 2), st.floats(0, 1))
def test_a_stronger_part_never_lowers_the_score(parts, which, more):
    raised = list(parts)
    raised[which] = max(raised[which] or 0.0, more)

    def score(values):
        frames = [part(n, [v] * 4, [["r"]] * 4) for n, v in zip(layer.PARTS, values, strict=True)]
        return layer.combine(*frames)["score_collusion"][0] or 0.0

    assert score(raised) >= score(parts) - 1e-9


@pytest.mark.parametrize("order", list(permutations((0.2, 0.5, 0.8))))
def test_the_strongest_part_speaks_first(order):
    frames = [part(n, [v] * 4, [[f"{v}"]] * 4) for n, v in zip(layer.PARTS, order, strict=True)]
    assert layer.combine(*frames)["collusion_es"][0].to_list() == ["0.8", "0.5", "0.2"]


def test_the_lowest_keeps_its_distance_only_where_the_lowest_is_known(monkeypatch):
    made = contests({**rivals(99), "R": COVER}, value_cents=10_000_000, value_pen_cents=10_000_000)
    attached = screen_signals.law.attach

    def with_floor(processes):
        floor = pl.when(pl.col("process_id") == "R").then(0.9)
        return attached(processes).with_columns(law_price_floor=floor)

    monkeypatch.setattr(screen_signals.law, "attach", with_floor)
    low = {"process_id": "R", "lot_id": "", "party_id": "20999999999", "bid_id": "", "currency": "PEN"}
    for cents, floored in ((9_000_000, True), (9_100_000, False)):
        more = records(bids=[{**low, "amount_cents": cents}]).tables["bids"]
        bids = pl.concat([made.tables["bids"], more])
        _, about = screen_signals.contests({**made.tables, "bids": bids})
        assert about.filter(pl.col("process_id") == "R")["floored"].to_list() == [floored]
        if floored:
            got = screen_signals.signals(type(made)({**made.tables, "bids": bids}))
            assert got.filter(process_id="R")["cover"].to_list() == [0.0]


def test_the_layer_scores_every_process_once():
    made = contests({**rivals(60), "R": COVER, "few": [100, 110]})
    got = layer.score(made)
    assert got["process_id"].to_list() == sorted(made.tables["processes"]["process_id"])
    assert got["score_collusion"].drop_nulls().is_between(0, 100).all()
    assert got.filter(process_id="R")["score_collusion"][0] > 10
