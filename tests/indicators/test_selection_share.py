"""The winner's share of the buyer's spend, and the Corruption Risk Index of a process."""

from datetime import date, timedelta

import polars as pl
import pytest
from tests.indicators.made import ABSENT, AS_OF, CLEAR, MISSING, OUT, PEERS, outcome, process, records, table

from procrisk.indicators import cri_bins, features

DAY = date(2021, 6, 1)


def awarded(*awards):
    """Frame of processes by id: each award is (process, day, firm, soles)."""
    made = records(
        processes=[process(p, n_bidders=1 if p == "a" else 3) for p in dict.fromkeys(a[0] for a in awards)],
        awards=[
            {"process_id": p, "award_id": f"{n}", "date": d, "amount_pen_cents": s * 100}
            for n, (p, d, _, s) in enumerate(awards)
        ],
        award_suppliers=[
            {"process_id": p, "award_id": f"{n}", "party_id": f, "ruc": f} for n, (p, _, f, _) in enumerate(awards)
        ],
    )
    return {r["process_id"]: r for r in features.build(made, AS_OF)["processes"].to_dicts()}


def test_share_of_the_year_up_to_the_award():
    others = [(f"p{n}", DAY + timedelta(days=n), "20100000001", 10) for n in range(5)]
    got = awarded(
        ("old", DAY - timedelta(days=30), "20100000002", 1_000),
        *others,
        ("a", DAY + timedelta(days=340), "20100000002", 50),
        ("late", DAY + timedelta(days=341), "20100000002", 9_000),
    )
    assert (got["a"]["winner_share"], got["a"]["peer_share_n"]) == (0.5, 6)
    assert got["p0"]["winner_share"] is None
    assert got["p0"]["peer_share_n"] == 2


def test_awards_of_one_day_stand_together():
    got = awarded(*[(f"p{n}", DAY, f"2010000000{n}", 10) for n in range(5)])
    assert {r["winner_share"] for r in got.values()} == {0.2}


@table(
    {"method": "AS", "winner_share": 0.31, "peer_share_n": 10},
    (CLEAR, {"winner_share": 0.3}),
    (PEERS, {"peer_share_n": 9}),
    (PEERS, {"peer_share_n": None, "winner_share": None}),
    (OUT, {"method": "CD"}),
)
def test_sel_60_winner_holds_much_of_the_spend(expected, row):
    assert outcome("SEL-60", row) == expected


def test_no_awards_published_is_never_clear():
    assert outcome("SEL-60", {"method": "AS"}, absent=("winner_share",)) == ABSENT
    assert outcome("SEL-60", {"method": None, "winner_share": 0.5, "peer_share_n": 20}) == MISSING


def test_the_index_is_the_mean_of_what_is_known():
    others = [(f"p{n}", DAY + timedelta(days=n), "20100000001", 10) for n in range(5)]
    got = awarded(*others, ("a", DAY + timedelta(days=10), "20100000002", 50))
    assert (got["a"]["cri"], got["a"]["cri_n"]) == (0.75, 2)  # a single bid, and half of the spend
    assert (got["p0"]["cri"], got["p0"]["cri_n"]) == (0.0, 1)


@pytest.mark.parametrize(
    ("columns", "cri", "n"),
    [
        ({"n_bidders": 1, "method": "LP", "object": "works"}, 0.5, 2),
        ({"n_bidders": 3, "method": "RES", "object": "works"}, 0.5, 2),
        ({"n_bidders": 1, "method": "RES", "object": "works"}, 1.0, 2),
        ({"n_bidders": None, "method": "RES", "object": "goods"}, None, 0),
        ({"n_bidders": 1, "method": "CD"}, None, 0),
        ({"n_bidders": None, "method": "AS"}, None, 0),
    ],
)
def test_what_is_missing_renormalises_and_is_never_zero(columns, cri, n):
    got = features.build(records(processes=[process("1", **columns)]), AS_OF)["processes"].row(0, named=True)
    assert (got["cri"], got["cri_n"]) == (cri, n)


def test_bins_of_simulated_records_decide_nothing():
    told = {b.component for b in cri_bins.table() if b.records == cri_bins.SIMULATED}
    assert {"advertisement_period", "decision_period"} <= told
    assert cri_bins.bins_of("advertisement_period") == ()
    got = features.build(
        records(processes=[process("1", bid_deadline=date(2022, 2, 9), award_date=date(2022, 3, 1))]), AS_OF
    )["processes"].row(0, named=True)
    assert got["decision_days"] == 14
    assert "decision_period_odds" not in got
    assert (got["cri"], got["cri_n"]) == (None, 0)


def test_intervals_hold_their_upper_end():
    bins = (
        cri_bins.Bin("advertisement_period", "single_bid", "real", "", "", None, 5.0, 30, 3.0, 2.0, 4.0, "risky"),
        cri_bins.Bin("advertisement_period", "single_bid", "real", "", "", 5.0, None, 40, 1.0, 1.0, 1.0, "reference"),
    )
    frame = pl.DataFrame({"object": ["goods"] * 4, "bid_days": [4, 5, 6, None]})
    assert frame.select(cri_bins._pick(pl.col("bid_days"), bins, "odds_ratio", pl.Float64)).to_series().to_list() == [
        3.0,
        3.0,
        1.0,
        None,
    ]
