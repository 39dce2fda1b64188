"""Labels on made-up records: only what begins after the award, and only what could be known."""

from datetime import date

import polars as pl
import pytest

from procrisk.learning import labels
from procrisk.records.tables import TABLES, empty

AWARD = date(2021, 6, 1)


def tables(**given):
    made = {name: empty(t).drop("record") for name, t in TABLES.items()}
    made["award_suppliers"] = made["award_suppliers"].with_columns(ruc=pl.lit(None, pl.String))
    made["processes"] = made["processes"].with_columns(
        award_date=pl.lit(None, pl.Date), reference_date=pl.lit(None, pl.Date)
    )
    return made | {n: pl.concat([made[n], pl.DataFrame(rows)], how="diagonal_relaxed") for n, rows in given.items()}


def awarded(process="1", ruc="20100000001", day=AWARD):
    return {
        "processes": [{"process_id": process, "reference_date": date(2021, 5, 1)}],
        "awards": [{"process_id": process, "award_id": "a", "date": day}],
        "award_suppliers": [{"process_id": process, "award_id": "a", "party_id": ruc, "ruc": ruc}],
    }


def debarred(*days, ruc="20100000001", kind="debarment"):
    return [{"ruc": ruc, "kind": kind, "start_date": d} for d in days]


@pytest.mark.parametrize(
    ("start", "positive"),
    [
        (date(2021, 5, 31), False),  # before
        (AWARD, False),  # on the day: it was known
        (date(2021, 6, 2), True),
        (date(2021, 12, 31), True),
        (date(2022, 1, 1), False),  # not yet known
    ],
)
def test_a_sanction_counts_that_begins_after_the_award_and_is_known(start, positive):
    found = labels.sanctioned(tables(**awarded(), sanctions=debarred(start)), date(2021, 12, 31))
    assert found["positive"].to_list() == [positive]
    assert found["known"].to_list() == [start if positive else None]


def test_the_first_of_several_later_sanctions_says_when_it_was_known():
    t = tables(**awarded(), sanctions=debarred(date(2021, 9, 1), date(2021, 7, 1), date(2020, 1, 1)))
    assert labels.sanctioned(t, date(2022, 1, 1))["known"].to_list() == [date(2021, 7, 1)]


def test_a_fine_is_no_debarment():
    t = tables(**awarded(), sanctions=debarred(date(2021, 9, 1), kind="fine"))
    assert labels.sanctioned(t, date(2022, 1, 1))["positive"].to_list() == [False]


def test_a_process_whose_winner_is_not_known_or_that_is_awarded_later_has_no_label():
    assert labels.sanctioned(tables(**awarded(ruc=None)), date(2022, 1, 1)).is_empty()
    assert labels.sanctioned(tables(**awarded()), date(2021, 5, 31)).is_empty()


def test_without_a_day_of_award_the_day_of_the_call_stands():
    t = tables(**awarded(day=None), sanctions=debarred(date(2021, 5, 15)))
    assert labels.sanctioned(t, date(2022, 1, 1))["positive"].to_list() == [True]


def test_a_sanction_of_any_member_marks_the_process_once():
    t = awarded()
    t["award_suppliers"] += [{"process_id": "1", "award_id": "a", "party_id": "490001", "ruc": "20100000002"}]
    found = labels.sanctioned(tables(**t, sanctions=debarred(date(2021, 9, 1), ruc="20100000002")), date(2022, 1, 1))
    assert found["positive"].to_list() == [True]


def test_a_process_is_as_risky_as_its_riskiest_work():
    graded = [("1", False), ("1", True), ("2", False), (None, True), ("3", None)]
    rows = [{"process_id": p, "kind": "works_risk", "positive": x} for p, x in graded]
    found = labels.works_risk(tables(outcomes=rows))
    assert dict(found.select("process_id", "positive").iter_rows()) == {"1": True, "2": False}


def test_what_tells_outcomes_is_taken_away():
    left = labels.blind(tables(sanctions=debarred(AWARD), penalties=[{"contract_id": "1"}]))
    assert left["sanctions"].is_empty()
    assert left["penalties"].height == 1


@pytest.mark.parametrize(
    ("given", "positive"),
    [
        ([("A", "confirmed", 1), ("B", "not_confirmed", 1)], True),
        ([("A", "not_confirmed", 1), ("B", "unrelated", 1)], False),
        ([("A", "unrelated", 1)], None),
        ([("A", "confirmed", 1), ("A", "not_confirmed", 2)], False),  # the last one counts
        ([("A", "not_confirmed", 2), ("A", "confirmed", 9)], False),  # not yet decided
    ],
)
def test_decisions_of_a_process(given, positive):
    rows = [
        {"process_id": "1", "indicator": i, "decision": d, "date": date(2022, 5, n), "reviewer": "analyst"}
        for i, d, n in given
    ]
    found = labels.decided(tables(decisions=rows), date(2022, 5, 5))
    assert found["positive"].to_list() == ([] if positive is None else [positive])
