"""A period of an index: `2025`, `2025-S1` (half year), `2025-Q3` or `2025-04`."""

import re
from datetime import date, timedelta

import polars as pl

from procrisk.errors import UsageError

_READS = re.compile(r"(20\d{2})(?:-(?:S([12])|Q([1-4])|(0[1-9]|1[0-2])))?")
HELP_ES = "escriba el año (2025), el semestre (2025-S1), el trimestre (2025-Q3) o el mes (2025-04)"
HELP_EN = "write the year (2025), half year (2025-S1), quarter (2025-Q3) or month (2025-04)"


def is_period(text: str) -> bool:
    """Whether the text reads as a period."""
    return _READS.fullmatch(text) is not None


def months(period: str) -> int:
    """Number of months of the period: 12, 6, 3 or 1.

    Raises:
        UsageError: the text is no period.
    """
    return _span(period)[1]


def first_day(period: str) -> date:
    """The day on which the period begins.

    Raises:
        UsageError: the text is no period.
    """
    begin, _ = _span(period)
    return date(begin // 12, begin % 12 + 1, 1)


def last_day(period: str) -> date:
    """The day on which the period ends.

    Raises:
        UsageError: the text is no period.
    """
    begin, length = _span(period)
    after = begin + length
    return date(after // 12, after % 12 + 1, 1) - timedelta(days=1)


def order(period: str) -> tuple[date, int]:
    """Sort key: by last day, the longer period last."""
    return last_day(period), months(period)


def near(frame: pl.DataFrame, period: str, years: int) -> pl.DataFrame:
    """Rows whose `period` ends at most so many years before or after the end of `period`.

    period: also a span such as 2021-03..2022-02, as regional scores have.

    Returns:
        the rows, with `_after` (it ends later) and `_apart` (days between the two ends): sorted by both, what was known
        at the end of the period comes first, the newest of it foremost; then what came next.
    """
    end = last_day(period.rpartition("..")[2])
    ends = {p: last_day(p) for p in frame["period"].unique()}
    day = pl.col("period").replace_strict(ends, default=None, return_dtype=pl.Date)
    months = (day.dt.year().cast(pl.Int64) * 12 + day.dt.month()) - (end.year * 12 + end.month)
    return frame.filter(months.abs() <= 12 * years).with_columns(
        _after=day > end, _apart=(day - pl.lit(end)).dt.total_days().abs()
    )


def _span(period: str) -> tuple[int, int]:
    """First month, counted from year 0, and number of months."""
    if not (read := _READS.fullmatch(period)):
        raise UsageError(f"{period!r} no es un periodo: {HELP_ES} · is no period: {HELP_EN}")
    year = 12 * int(read[1])
    if read[2]:
        return year + 6 * (int(read[2]) - 1), 6
    if read[3]:
        return year + 3 * (int(read[3]) - 1), 3
    return (year + int(read[4]) - 1, 1) if read[4] else (year, 12)
