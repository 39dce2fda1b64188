"""Strata: bands, the fall back to coarser ones, and the expected score, each against a loop over dictionaries."""

from datetime import date
from fractions import Fraction
from functools import cache

import polars as pl
import pytest
from tests.scoring import made

from procrisk.scoring.strata import (
    FREE_STEPS,
    MIN_REFERENCE,
    NO_AMOUNT,
    STEPS,
    SUBNATIONAL,
    VISIBILITY_HIGH,
    VISIBILITY_LOW,
    band,
    bands,
    expected,
)

DAY = date(2022, 1, 5)


def test_bands_begin_at_nothing_and_ascend():
    lower = [soles for _, soles in bands()]
    assert lower[0] == 0
    assert lower == sorted(set(lower))


@pytest.mark.parametrize(
    ("cents", "name"),
    [
        (0, "<100k"),
        (99_999_99, "<100k"),
        (100_000_00, "100k-400k"),
        (399_999_99, "100k-400k"),
        (400_000_00, "400k-1.8M"),
        (1_800_000_00, "1.8M-10M"),
        (10_000_000_00, ">=10M"),
        (None, NO_AMOUNT),
    ],
)
def test_an_amount_falls_into_one_band_to_the_cent(cents, name):
    frame = pl.DataFrame({"c": pl.Series([cents], dtype=pl.Int64)})
    assert frame.select(band(pl.col("c"))).item() == name


def naive(rows):
    """process_id to (stratum, stratum_free, visibility, expected, expected_free), in thousandths, by plain loops."""

    def kind(r):
        cents = r["amount_pen_cents"]
        named = NO_AMOUNT if cents is None else [n for n, s in bands() if cents >= s * 100][-1]
        return {
            "object": r["object"] or "-",
            "method": r["method"] or "-",
            "band": named,
            "year": str(r["reference_date"].year) if r["reference_date"] else "-",
        }

    @cache
    def label(i, step):
        return "|".join(kind(by_id[i])[d] if d in step else "*" for d in ("object", "method", "band", "year"))

    @cache
    def peers_of(step, name):
        return [p for p in reference if label(p["process_id"], step) == name]

    def place(r, steps):
        for step in steps:
            name = label(r["process_id"], step)
            if len(peers_of(step, name)) >= MIN_REFERENCE or not step:
                return name, peers_of(step, name)
        raise AssertionError

    def half_up(q):
        return int(q + Fraction(1, 2))

    by_id = {r["process_id"]: r for r in rows}
    scored = [r for r in rows if r["score"] is not None]
    reference = [r for r in scored if r["scope"] in SUBNATIONAL] or scored
    seen = {}
    for r in scored:
        chances = [round(p["opportunity"] * 1000) for p in place(r, STEPS)[1] if p["opportunity"] is not None]
        own = r["opportunity"]
        v = 1000
        if own is not None and sum(chances):
            v = half_up(Fraction(round(own * 1000) * 1000 * len(chances), sum(chances)))
        seen[r["process_id"]] = min(max(v, VISIBILITY_LOW), VISIBILITY_HIGH)
    found = {}
    for r in rows:
        row = []
        for steps in (STEPS, FREE_STEPS):
            name, peers = place(r, steps)
            s, v = sum(round(p["score"] * 1000) for p in peers), sum(seen[p["process_id"]] for p in peers)
            row.append((name, half_up(Fraction(s * seen[r["process_id"]], v)) if r["score"] is not None else None))
        found[r["process_id"]] = (row[0][0], row[1][0], seen.get(r["process_id"]), row[0][1], row[1][1])
    return found


def test_expected_scores_are_those_of_the_naive_loop():
    frame = made.scored(700, m=6)[0].with_columns(
        amount_pen_cents=pl.when(pl.int_range(pl.len()) % 9 > 0).then("amount_pen_cents"),
        method=pl.when(pl.int_range(pl.len()) % 31 > 0).then("method"),
    )
    want = naive(frame.to_dicts())
    got = expected(frame)
    assert got["process_id"].to_list() == frame["process_id"].to_list()
    steps = set()
    for r in got.iter_rows(named=True):
        numbers = [
            r[c] if r[c] is None else round(r[c] * 1000)
            for c in ("visibility", "score_expected", "score_expected_free")
        ]
        assert (r["stratum"], r["stratum_free"], *numbers) == want[r["process_id"]]
        steps.add(r["stratum"].count("*"))
    assert len(steps) >= 3  # the case does fall back


def test_a_stratum_needs_its_number_of_references_and_gets_them_from_subnational_processes():
    rows = [(f"b{i}", "01", 20.0, DAY, 50_000_00) for i in range(MIN_REFERENCE)]
    rows += [(f"c{i}", "01", 60.0, DAY, 500_000_00) for i in range(MIN_REFERENCE - 1)]
    frame = made.simple(rows).drop("stratum", "stratum_free", "visibility", "score_expected", "score_expected_free")
    got = expected(frame)
    assert got["stratum"].to_list() == ["goods|AS|<100k|2022"] * 30 + ["goods|AS|*|*"] * 29
    assert set(got["score_expected"][:30]) == {20.0}
    assert set(got["score_expected"][30:]) == {round((20 * 30 + 60 * 29) / 59, 3)}
    national = frame.with_columns(scope=pl.lit("national"))
    both = pl.concat([frame, national.with_columns(pl.lit(90.0).alias("score"), process_id="n" + pl.col("process_id"))])
    assert expected(both).head(59).equals(got)
    assert (
        expected(national)["score_expected"].to_list() == got["score_expected"].to_list()
    )  # compared among themselves


def test_the_references_of_a_whole_stratum_add_up_to_its_scores():
    frame = made.scored(6000)[0]
    home = frame.filter(pl.col("scope").is_in(SUBNATIONAL), ~pl.col("stratum").str.contains("*", literal=True))
    sums = home.group_by("stratum").agg(s=pl.col("score").sum(), e=pl.col("score_expected").sum(), n=pl.len())
    assert sums.height > 20
    assert sums.filter((pl.col("s") - pl.col("e")).abs() > 0.0006 * pl.col("n")).is_empty()


def test_what_was_not_seen_is_not_expected():
    rows = [(f"b{i}", "01", 20.0, DAY) for i in range(40)]
    frame = made.simple(rows).drop("stratum", "stratum_free", "visibility", "score_expected", "score_expected_free")
    half = frame.with_columns(opportunity=pl.when(pl.int_range(pl.len()) < 20).then(0.5).otherwise(1.5))
    got = expected(half)
    assert got["visibility"].to_list() == [0.5] * 20 + [1.5] * 20
    assert got["score_expected"].to_list() == [10.0] * 20 + [30.0] * 20
