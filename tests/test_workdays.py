"""Business days, counted by hand on a calendar."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procrisk.workdays import business_days, decreed_days, holiday_list, national_holidays

CASES = [
    # start, end, days: what lies between, by hand
    ("2022-01-03", "2022-01-03", 0),  # the day itself does not count
    ("2022-01-03", "2022-01-04", 1),  # Monday to Tuesday
    ("2022-01-07", "2022-01-10", 1),  # Friday to Monday
    ("2022-01-08", "2022-01-09", 0),  # Saturday to Sunday
    ("2022-01-08", "2022-01-10", 1),  # Saturday to Monday
    ("2021-12-31", "2022-01-03", 1),  # over New Year, a Saturday
    # Holy Week 2022: Thursday 14 and Friday 15 April
    ("2022-04-13", "2022-04-18", 1),  # Wednesday to Monday
    ("2022-04-11", "2022-04-18", 3),  # 12, 13, 18
    ("2022-04-13", "2022-04-15", 0),  # ends on Good Friday
    ("2024-03-27", "2024-04-01", 1),  # Holy Week 2024: 28 and 29 March
    # 28 and 29 July
    ("2022-07-27", "2022-08-01", 1),  # Thursday 28 and Friday 29 are holidays
    ("2021-07-27", "2021-07-30", 1),  # Wednesday and Thursday
    # 6 August: a holiday from 2022 on
    ("2021-08-05", "2021-08-09", 2),  # Friday 6 and Monday 9
    ("2024-08-05", "2024-08-07", 1),  # Tuesday 6 is one
    ("2025-08-05", "2025-08-07", 1),  # Wednesday 6 is one
    ("2020-08-05", "2020-08-07", 2),  # Thursday 6 was not
    # 9 December: from 2022 on
    ("2021-12-07", "2021-12-10", 2),  # 8 is, 9 was not: 9 and 10
    ("2022-12-07", "2022-12-12", 1),  # 8 and 9 are: Monday 12
    # 7 June: from 2024 on
    ("2023-06-06", "2023-06-08", 2),  # Wednesday 7 was not
    ("2024-06-06", "2024-06-10", 1),  # Friday 7 is
    # 23 July: first in 2023, a Sunday; in 2024 a Tuesday
    ("2021-07-22", "2021-07-26", 2),  # Friday 23 was not: 23 and 26
    ("2023-07-21", "2023-07-24", 1),  # Sunday 23: nothing changes
    ("2024-07-22", "2024-07-24", 1),  # Tuesday 23 is
    # 22 business days from a call on Monday 3 January 2022 end on Wednesday 2 February
    ("2022-01-03", "2022-02-02", 22),
    # backwards, with the sign
    ("2022-04-18", "2022-04-13", -1),
    ("2022-01-10", "2022-01-07", -1),
]


@pytest.mark.parametrize(("start", "end", "days"), CASES)
def test_counts_by_hand(start, end, days):
    frame = pl.DataFrame({"a": [date.fromisoformat(start)], "b": [date.fromisoformat(end)]})
    assert frame.select(business_days(pl.col("a"), pl.col("b"))).item() == days


def test_null_and_unknown_years_are_null():
    frame = pl.DataFrame(
        {
            "a": [None, date(2022, 1, 3), date(1989, 12, 29), date(2022, 1, 3), date(1, 1, 1)],
            "b": [date(2022, 1, 3), None, date(1990, 1, 5), date(2099, 1, 1), date(9999, 12, 31)],
        },
        schema={"a": pl.Date, "b": pl.Date},
    )
    counted = frame.select(n=business_days(pl.col("a"), pl.col("b")))
    assert counted["n"].to_list() == [None] * 5
    assert counted.schema["n"] == pl.Int32


def test_edges_of_the_years_covered():
    frame = pl.DataFrame({"a": [date(1990, 1, 1), date(2035, 12, 28)], "b": [date(1990, 1, 2), date(2035, 12, 31)]})
    assert frame.select(n=business_days(pl.col("a"), pl.col("b")))["n"].to_list() == [1, 1]


def test_register_adds_days():
    # a bridge day before 28 July 2022
    names = ["puente", "?", "otra vez"]
    register = pl.DataFrame({"date": [date(2022, 7, 27), None, date(2022, 7, 28)], "region": "", "name": names})
    days = holiday_list(register)
    frame = pl.DataFrame({"a": [date(2022, 7, 26)], "b": [date(2022, 8, 1)]})
    assert frame.select(business_days(pl.col("a"), pl.col("b"))).item() == 2  # 27 and 1
    assert frame.select(business_days(pl.col("a"), pl.col("b"), days)).item() == 1
    assert len(days) == len(national_holidays()) + 1


def test_empty_or_absent_register_is_the_national_list():
    empty = pl.DataFrame(schema={"date": pl.Date, "region": pl.String, "name": pl.String})
    assert holiday_list(empty) == holiday_list(None) == national_holidays()


@pytest.mark.parametrize(
    ("year", "present", "absent"),
    [
        (2015, ["04-02", "04-03", "06-29", "10-08", "11-01"], ["06-07", "07-23", "08-06", "12-09"]),
        (2022, ["08-06", "12-09", "08-30", "12-08"], ["06-07", "07-23"]),
        (2023, ["07-23", "08-06", "12-09"], ["06-07"]),
        (2024, ["06-07", "07-23", "08-06", "12-09"], []),
    ],
)
def test_holidays_begin_in_their_year(year, present, absent):
    days = {d.isoformat()[5:] for d in national_holidays() if d.year == year}
    assert days.issuperset(present)
    assert days.isdisjoint(absent)


DAYS = st.dates(date(2010, 1, 1), date(2030, 12, 31))


@settings(deadline=None, max_examples=60)
@given(DAYS, DAYS, DAYS)
def test_agrees_with_a_loop_over_days_and_adds_up(a, b, c):
    a, b, c = sorted((a, b, c))
    frame = pl.DataFrame({"a": [a], "b": [b], "c": [c]})
    ab, bc, ac, ba = frame.select(
        ab=business_days(pl.col("a"), pl.col("b")),
        bc=business_days(pl.col("b"), pl.col("c")),
        ac=business_days(pl.col("a"), pl.col("c")),
        ba=business_days(pl.col("b"), pl.col("a")),
    ).row(0)
    closed = set(national_holidays())
    naive, day = 0, a
    while day < b:
        day += timedelta(days=1)
        naive += day.weekday() < 5 and day not in closed
    assert ab == naive
    assert ab + bc == ac
    assert ba == -ab


def test_agrees_with_numpy_on_many_days():
    drawn = np.random.default_rng(7).integers(0, 5000, (2, 20_000))
    a, b = (np.datetime64("2012-01-01") + drawn).astype("datetime64[D]")
    a, b = np.minimum(a, b), np.maximum(a, b)
    frame = pl.DataFrame({"a": a, "b": b}).cast(pl.Date)
    counted = frame.select(n=business_days(pl.col("a"), pl.col("b")))["n"].to_numpy()
    twin = np.busday_count(a + 1, b + 1, holidays=np.array(national_holidays(), "datetime64[D]"))
    assert (counted == twin).all()


def test_a_day_that_nobody_could_cite_only_ever_gives_tolerance():
    """Friday 26 July 2024, decreed as far as is known: it makes a long term shorter and a short one no shorter."""
    assert (date(2024, 7, 26), "C") in decreed_days()
    frame = pl.DataFrame({"a": [date(2024, 7, 25)], "b": [date(2024, 7, 30)]})
    counted = {
        lenient: frame.select(business_days(pl.col("a"), pl.col("b"), holiday_list(lenient=lenient))).item()
        for lenient in (False, True)
    }
    assert counted == {False: 2, True: 1}


def test_a_regional_day_only_ever_gives_tolerance():
    """Monday 15 August 2022, anniversary of Arequipa: no working day there, and one in the rest of the country."""
    register = pl.DataFrame({"date": [date(2022, 8, 15), date(2022, 8, 16)], "region": ["AREQUIPA", None]})
    frame = pl.DataFrame({"a": [date(2022, 8, 12)], "b": [date(2022, 8, 17)]})
    counted = {
        lenient: frame.select(business_days(pl.col("a"), pl.col("b"), holiday_list(register, lenient=lenient))).item()
        for lenient in (False, True)
    }
    assert counted == {False: 2, True: 1}  # Tuesday 16, of no region, counts in neither


def test_decreed_days_are_working_days_otherwise_and_none_comes_twice():
    days = [d for d, _ in decreed_days()]
    assert len(set(days)) == len(days)
    assert all(d.weekday() < 5 and d not in national_holidays() for d in days)


def test_a_decreed_day_that_was_read_counts_everywhere(tmp_path, monkeypatch):
    from procrisk import workdays

    lines = ["date,scope,norm,confidence,note", "2024-07-26,public_sector,D.S. de prueba,A,"]
    (tmp_path / workdays.FILE).write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(workdays, "data_dir", lambda _: tmp_path)
    decreed_days.cache_clear()
    try:
        assert date(2024, 7, 26) in holiday_list()
    finally:
        decreed_days.cache_clear()
