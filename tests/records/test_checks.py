"""Checks of canonical rows: which records go, which stay, and how they are numbered afterwards."""

from datetime import date

import polars as pl
import pytest

from procrisk.records.batch import Chunk, Reason, Refusal
from procrisk.records.checks import CHECKS, MAX_CENTS, failures, refuse
from procrisk.records.tables import CENTS, RECORD, TABLES, empty


def table(name: str, *rows: dict) -> pl.DataFrame:
    schema = {RECORD: pl.UInt32, **TABLES[name].schema}
    return pl.DataFrame([{c: r.get(c) for c in schema} for r in rows], schema=schema)


def chunk(n: int, **tables: pl.DataFrame) -> Chunk:
    records = table("records", *({RECORD: i, "ocid": f"o{i}"} for i in range(n)))
    return Chunk(
        [i + 1 for i in range(n)],
        [i * 10 for i in range(n)],
        [b"k%d" % i for i in range(n)],
        {"records": records, **tables},
    )


MONEY = [(t.name, c.name) for t in TABLES.values() for c in t.columns if c.dtype is CENTS]


@pytest.mark.parametrize(("name", "column"), MONEY)
@pytest.mark.parametrize(
    ("cents", "reason"),
    [
        (-1, Reason.AMOUNT_NEGATIVE),
        (0, None),
        (None, None),
        (MAX_CENTS, None),
        (MAX_CENTS + 1, Reason.AMOUNT_TOO_LARGE),
        (10**17, Reason.AMOUNT_TOO_LARGE),
    ],
)
def test_every_column_of_money_has_its_bounds(name, column, cents, reason):
    found = failures({name: table(name, {RECORD: 0, column: 1}, {RECORD: 1, column: cents})})
    assert {n: f[0] for n, f in found.items()} == ({1: reason} if reason else {})
    if reason:
        assert column in found[1][1]
        assert str(cents) in found[1][1]


@pytest.mark.parametrize(
    ("start", "end", "fails"),
    [
        (date(2024, 1, 2), date(2024, 1, 1), True),
        (date(2024, 1, 2), date(2024, 1, 2), False),
        (None, date(2024, 1, 1), False),
        (date(2024, 1, 1), None, False),
    ],
)
def test_a_contract_does_not_end_before_it_starts(start, end, fails):
    rows = table("contracts", {RECORD: 3, "start_date": start, "end_date": end})
    assert (failures({"contracts": rows}).get(3, (None,))[0] is Reason.PERIOD_REVERSED) == fails


def test_nothing_is_touched_where_nothing_fails():
    whole = chunk(3, awards=table("awards", {RECORD: 1, "amount_cents": 5}), bids=empty(TABLES["bids"]))
    assert refuse(whole, lambda n: b"") is whole


def test_refused_records_go_with_all_their_rows_and_the_others_are_renumbered():
    before = Refusal(2, 15, Reason.JSON_INVALID, "x", b"")
    whole = chunk(
        4,
        lots=table("lots", *({RECORD: n, "lot_id": str(n)} for n in (0, 1, 1, 3))),
        awards=table("awards", {RECORD: 1, "amount_cents": -5}, {RECORD: 3, "amount_cents": 7}),
        bids=table("bids", {RECORD: 1, "amount_cents": 1}),
    )
    whole.refusals.append(before)
    done = refuse(whole, lambda n: b"raw%d" % n * 5000, {2: (Reason.DATE_INVALID, "no day")})
    assert done.keys == [b"k0", b"k3"]
    assert (done.lines, done.offsets) == ([1, 4], [0, 30])
    assert done.tables["records"]["ocid"].to_list() == ["o0", "o3"]
    assert done.tables["records"][RECORD].to_list() == [0, 1]
    assert done.tables["lots"].select(RECORD, "lot_id").rows() == [(0, "0"), (1, "3")]
    assert done.tables["awards"][RECORD].to_list() == [1]
    assert "bids" not in done.tables
    assert [(r.line, r.reason, r.record_id) for r in done.refusals] == [
        (2, Reason.AMOUNT_NEGATIVE, "o1"),
        (2, Reason.JSON_INVALID, None),
        (3, Reason.DATE_INVALID, "o2"),
    ]
    assert all(len(r.raw) <= 4096 for r in done.refusals)
    assert len(done.keys) + len(done.refusals) == 4 + 1


def test_a_chunk_may_lose_all_its_records():
    done = refuse(chunk(1, awards=table("awards", {RECORD: 0, "amount_cents": -1})), lambda n: b"")
    assert done.keys == []
    assert done.tables["records"].is_empty()


def test_checks_name_columns_that_are_there():
    for name, checks in CHECKS.items():
        for check in checks:
            assert set(check.shows) <= set(TABLES[name].schema), name
            check.sentence.format(*check.shows)
