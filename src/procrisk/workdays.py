"""Business days in Peru's procurement law: Monday to Friday, without national holidays and declared non-working days.

A term counts from the day AFTER the act that starts it (Ley 27444, art. 144; Reglamento of Ley 30225, art. 70.2: "computado
a partir del día siguiente"): from Monday to Tuesday is one business day, from Friday to Monday one as well.

National holidays come from the package `holidays`, with each day from the year in which it became one (6 August and
9 December from 2022, 23 July from 2023, 7 June from 2024). It also lists Easter Sunday, which is a Sunday anyway. The days
that the government declares non-working for the public sector year by year (bridge days), and regional holidays, are not in
it: holidays_decreed.csv has those that are known, and a `holidays` register adds to them. A day that nobody could cite
(confidence C) and a day of one region alone are only ever counted as non-working where that makes a flag less likely, see
`holiday_list`.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache

import polars as pl

from procrisk.resources import data_dir, read_rows

FILE = "holidays_decreed.csv"
COLUMNS = ("date", "scope", "norm", "confidence", "note")
FIRST_YEAR, LAST_YEAR = 1990, 2035
"""Years covered; outside them a count is null, because nobody knows the holidays."""


@cache
def national_holidays() -> tuple[date, ...]:
    """Peru's national public holidays, sorted, from 1990 to 2035."""
    import holidays  # noqa: PLC0415 - 0.1 s of CPU that only counting days should pay

    found = holidays.country_holidays("PE", years=range(FIRST_YEAR, LAST_YEAR + 1))
    return tuple(sorted(found))


@cache
def decreed_days() -> tuple[tuple[date, str], ...]:
    """Days that decrees made non-working for the public sector, with how sure each is (A, B or C).

    Raises:
        UsageError: holidays_decreed.csv is not as it should be; says line and column.
    """
    days = []
    for row in read_rows(data_dir("risk_catalogue") / FILE, COLUMNS):
        row.choose("scope", ("public_sector",))
        if not row["norm"]:
            raise row.refuse("norm", "is empty: a day without its decree is no holiday")
        try:
            day = date.fromisoformat(row["date"])
        except ValueError as e:
            raise row.refuse("date", "should be a day such as 2024-07-26") from e
        days.append((day, row.choose("confidence", ("A", "B", "C"))))
    return tuple(days)


def holiday_list(register: pl.DataFrame | None = None, *, lenient: bool = False) -> tuple[date, ...]:
    """National holidays, decreed days and the days of the register.

    Args:
        register: the `holidays` table (columns `date` and `region`), or None.
        lenient: with the decreed days of confidence C and the register's regional days too. They make a count shorter, so
            they belong in a term that should not be too long and never in one that should not be too short: doubt may only
            take a flag away. (A buyer may lie in the region; the regional day of another does not bind it.)

    Returns:
        the days, sorted, each once; nulls in the register are passed over.
    """
    decreed = [d for d, confidence in decreed_days() if lenient or confidence != "C"]
    more = []
    if register is not None:
        told = register if lenient else register.filter(pl.col("region").fill_null("") == "")
        more = told["date"].drop_nulls().to_list()
    return tuple(sorted({*national_holidays(), *decreed, *more}))


def business_days(start: pl.Expr, end: pl.Expr, holidays: Sequence[date] | None = None) -> pl.Expr:
    """Business days in the term that the act on `start` opens and `end` closes: those after `start`, up to and with `end`.

    Args:
        start: dates.
        end: dates.
        holidays: from `holiday_list`; without it the national ones.

    Returns:
        Int32: 0 when both are the same day, negative when `end` comes first (the count the other way round, so that the
        order of the days shows), null where either is null or outside 1990-2035.
    """
    days = national_holidays() if holidays is None else tuple(holidays)
    first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
    known = start.is_between(first, last) & end.is_between(first, last)
    # masked before counting: Polars counts a null as an error in some of its versions, and far dates cost time
    a, b = pl.when(known).then(start), pl.when(known).then(end)
    forward = _count(a, b, days)
    backward = _count(b, a, days)
    return pl.when(a <= b).then(forward).otherwise(-backward).cast(pl.Int32)


def _count(start: pl.Expr, end: pl.Expr, days: tuple[date, ...]) -> pl.Expr:
    """Polars counts [start, end); shifting both by one day makes it (start, end]."""
    one = pl.duration(days=1)
    return pl.business_day_count(start + one, end + one, holidays=days)
