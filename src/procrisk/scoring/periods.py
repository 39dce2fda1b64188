"""The periods of the regional scores: months, quarters, years, and the last twelve full months."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Period:
    """A run of months, both ends included, as `year * 12 + month - 1`; `name` is what is published."""

    name: str
    first: int
    last: int


def month_index(day: date) -> int:
    """Months since year 0: consecutive across years."""
    return day.year * 12 + day.month - 1


def month_name(index: int) -> str:
    """2022-01."""
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def last_full_month(as_of: date) -> int:
    """The last month that is over on the evening of `as_of`."""
    following = as_of + timedelta(days=1)
    return month_index(following) - 1


def periods(months: list[int], as_of: date) -> list[Period]:
    """Every period that holds one of these months, in order: months, quarters, years, rolling twelve months.

    Args:
        months: months with data, as `month_index` counts them; those after `as_of` are left out, they are mistakes.
        as_of: the day as of which the records are read.

    Returns:
        the periods; the rolling one ends with the last month that has data and was over on `as_of`.
    """
    known = sorted({m for m in months if m <= month_index(as_of)})
    found = [Period(month_name(m), m, m) for m in known]
    found += [Period(f"{q // 4:04d}-Q{q % 4 + 1}", q * 3, q * 3 + 2) for q in sorted({m // 3 for m in known})]
    found += [Period(f"{y:04d}", y * 12, y * 12 + 11) for y in sorted({m // 12 for m in known})]
    full = [m for m in known if m <= last_full_month(as_of)]
    if full:
        last = full[-1]
        found.append(Period(f"{month_name(last - 11)}..{month_name(last)}", last - 11, last))
    return found


def membership(months: list[int], spans: list[Period]) -> npt.NDArray[np.float64]:
    """1 where a month (row) belongs to a period (column), else 0."""
    m = np.array(months, dtype=np.int64)[:, None]
    first, last = (np.array([getattr(s, end) for s in spans], dtype=np.int64)[None, :] for end in ("first", "last"))
    inside: npt.NDArray[np.float64] = ((m >= first) & (m <= last)).astype(np.float64)
    return inside
