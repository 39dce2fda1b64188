"""What the records say that cannot be so."""

from datetime import date

import polars as pl
from tests.indicators.made import AS_OF, process, records

from procrisk.indicators import INDICATORS, evaluate, features
from procrisk.records import data_quality

TITLE = "AS-SM-1-2022-X-1"


def twice(**other):
    same = {"title": TITLE, "value_cents": 100, "awarded_pen_cents": 90, "award_date": date(2022, 3, 1)}
    return [process("1", **same), process("2", **{**same, **other}), process("3")]


def copies(rows):
    return data_quality.copies(records(processes=rows).tables["processes"]).rows()


def test_the_first_of_two_equal_registrations_stands_for_both():
    assert copies(twice()) == [("1", "1"), ("2", "1")]


def test_one_nomenclature_with_another_value_award_or_day_is_another_procedure():
    for other in (
        {"value_cents": 101},
        {"awarded_pen_cents": None},
        {"award_date": date(2022, 3, 2)},
        {"call_date": date(2022, 2, 2)},
        {"buyer_id": "20100000002"},
        {"title": "AS-SM-2-2022-X-1"},
    ):
        assert copies(twice(**other)) == [], other


def test_processes_without_a_nomenclature_are_no_copies():
    assert copies([process("1"), process("2")]) == []


def test_findings_by_kind():
    rows = [
        *twice(),
        process("4", call_date=date(2022, 3, 1), award_date=date(2022, 2, 1)),
        process("5", call_date=date(2022, 3, 1), bid_deadline=date(2022, 2, 28)),
        process("6", award_date=date(2022, 3, 2), consent_date=date(2022, 3, 1)),
        process("7", call_date=date(2022, 3, 1), award_date=date(2022, 3, 1), bid_deadline=date(2022, 3, 1)),
        process("8", currency="USD", value_cents=5),
        process("9", currency="USD"),
        process("A", award_date=date(2022, 2, 20), bid_deadline=date(2022, 2, 21)),
        process("B", award_date=date(2022, 2, 20), bid_deadline=date(2022, 2, 21), method="CD"),
        process("C", award_date=date(2022, 2, 21), bid_deadline=date(2022, 2, 21)),
    ]
    awards = [{"process_id": "9", "award_id": "a", "currency": "EUR", "amount_cents": 3}]
    found = data_quality.findings(records(processes=rows, awards=awards).tables)
    assert found.select("process_id", "kind").rows() == [
        ("1", data_quality.COPY),
        ("2", data_quality.COPY),
        ("4", data_quality.ORDER),
        ("5", data_quality.ORDER),
        ("6", data_quality.ORDER),
        ("8", data_quality.CURRENCY),
        ("9", data_quality.CURRENCY),
        ("A", data_quality.ORDER),
    ]
    assert data_quality.counts(found) == {data_quality.COPY: 2, data_quality.ORDER: 4, data_quality.CURRENCY: 2}


def judged(rows, ids, **tables):
    built = features.build(records(processes=rows, **tables), AS_OF)
    return evaluate.judge(built, [INDICATORS[i] for i in ids], {})


def test_a_copy_is_judged_nowhere_and_feeds_no_sum():
    awards = [
        {"process_id": p, "award_id": p, "amount_pen_cents": 90, "currency": "PEN", "date": date(2022, 3, 1)}
        for p in ("1", "2")
    ]
    seen = judged(twice(), ["SEL-23", "CRO-41"], awards=awards)
    assert seen.states.select("process_id", "SEL-23", "CRO-41").rows() == [
        ("1", False, True),
        ("2", None, None),
        ("3", None, None),
    ]
    assert seen.why["SEL-23"].to_list()[1] == 1
    apart = [{**a, "process_id": p} for a, p in zip(awards, ("1", "3"), strict=True)]
    rows = [process(p, title=None, awarded_pen_cents=90) for p in ("1", "3")]
    assert judged(rows, ["SEL-23"], awards=apart).states["SEL-23"].to_list() == [True, True]


def test_days_in_the_wrong_order_set_no_term():
    terms = ["PRE-06", "BID-03"]
    rows = [
        process("1", call_date=date(2022, 3, 1), bid_deadline=date(2022, 3, 3), award_date=date(2022, 3, 20)),
        process("2", call_date=date(2022, 3, 20), bid_deadline=date(2022, 3, 3), award_date=date(2022, 3, 1)),
        process("3", call_date=date(2022, 3, 20), bid_deadline=date(2022, 3, 22), award_date=date(2022, 3, 1)),
    ]
    states = judged(rows, terms).states.sort("process_id")
    assert states.select(pl.exclude("process_id")).rows() == [(True, True), (None, None), (None, None)]
