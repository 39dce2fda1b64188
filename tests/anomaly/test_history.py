from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import stats
from tests.anomaly import made

from procrisk.anomaly import history


def test_sums_run_over_the_days_up_to_and_with_the_day():
    days = [date(2022, 1, 1), date(2022, 1, 1), date(2022, 1, 31), date(2022, 2, 1), date(2022, 1, 15)]
    events = pl.DataFrame({"k": ["a", "a", "a", "a", "b"], "day": days, "x": [1, 2, 4, 8, 16]})
    got = history.trailing(events, ["k"], {"x": pl.col("x").sum(), "n": pl.len()}, {"": 31, "_short": 1})
    assert got.rows() == [
        ("a", date(2022, 1, 1), 3, 2, 3, 2),
        ("a", date(2022, 1, 31), 7, 3, 4, 1),  # 31 days: the first of January is the first of them
        ("a", date(2022, 2, 1), 12, 2, 8, 1),
        ("b", date(2022, 1, 15), 16, 1, 16, 1),
    ]


def naive_course(won, buyer, item, supplier, day):
    """The course of one pair as of a day, straight from the definition."""
    rows = [r for r in won.to_dicts() if (r["buyer_id"], r["object"]) == (buyer, item)]
    seen = {}
    for r in rows:
        if day - timedelta(days=history.WINDOW) < r["day"] <= day:
            seen.setdefault((r["process_id"], r["day"]), set()).add(r["supplier"])
    recent = day - timedelta(days=history.RECENT)
    mine = [k for k, who in seen.items() if supplier in who]
    counts = [len(mine), len(seen), sum(k[1] > recent for k in mine), sum(k[1] > recent for k in seen)]
    late = None
    if history.MIN_WINS <= len(mine) < len(seen):
        ranks = dict(zip(seen, stats.rankdata([k[1].toordinal() for k in seen]), strict=True))
        w, n = len(mine), len(seen)
        late = (sum(ranks[k] for k in mine) - w * (n + 1) / 2) / np.sqrt(w * (n - w) * (n + 1) / 12)
    return [*counts, late]


def test_courses_agree_with_their_definition():
    rng = np.random.default_rng(5)
    n = 300
    won = pl.DataFrame(
        {
            "process_id": [str(i // 2) for i in range(n)],
            "supplier": [f"S{i}" for i in rng.integers(0, 4, n)],
            "buyer_id": [f"B{i // 2 % 3}" for i in range(n)],
            "object": "goods",
            "cents": 100,
            "day": [date(2020, 1, 1) + timedelta(days=int(i // 2) * 8 // 3 * 3) for i in range(n)],
        }
    ).unique(["process_id", "supplier"])
    got = history.captures(won)
    assert got["late"].drop_nulls().len() > 50
    for row in got.rows():
        buyer, item, supplier, day, *figures = row
        expected = naive_course(won, buyer, item, supplier, day)
        assert figures[:4] == expected[:4]
        assert figures[4] == (None if expected[4] is None else pytest.approx(expected[4]))


def test_what_is_registered_twice_was_bought_once():
    tables = made.records(50).tables
    one = pl.col("process_id") == tables["processes"]["process_id"][0]
    first = tables["processes"].filter(one).with_columns(title=pl.lit("AS-SM-1-2022-X-1"))
    again = {
        name: pl.concat([tables[name], tables[name].filter(one).with_columns(process_id=pl.lit("copy"))])
        for name in ("awards", "award_suppliers")
    }
    rest = tables["processes"].filter(~one)
    both = pl.concat([rest, first, first.with_columns(process_id=pl.lit("copy"))])
    assert history.lines({**tables, **again, "processes": both}).height == 50
    apart = first.with_columns(process_id=pl.lit("copy"), value_cents=pl.lit(1, pl.Int64))
    assert history.lines({**tables, **again, "processes": pl.concat([rest, first, apart])}).height == 51


def test_a_consortium_and_several_lots_multiply_nothing():
    tables = made.records(50).tables
    one = tables["award_suppliers"].head(1)
    twice = pl.concat([tables["award_suppliers"], one, one.with_columns(party_id=pl.lit("20111111111"))])
    won = history.lines({**tables, "award_suppliers": twice})
    assert won.height == 51
    buyer = tables["processes"].filter(pl.col("process_id") == one["process_id"][0])["buyer_id"][0]
    before = history.buyers(history.lines(tables)).filter(pl.col("buyer_id") == buyer)
    assert history.buyers(won).filter(pl.col("buyer_id") == buyer).equals(before)
