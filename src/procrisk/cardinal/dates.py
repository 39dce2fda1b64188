"""Days between two date-times of RFC 3339, as OCP Cardinal counts them."""

import re
from datetime import date
from functools import lru_cache

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+\u2212-])(\d\d):([0-5]\d))", re.ASCII
)
_DAY = 86_400 * 10**9
_CYCLE, _CYCLE_DAYS = 400, 146_097  # the calendar repeats; Python's has no year 0


@lru_cache(maxsize=10_000)  # processes are published in batches, with the same hours
def nanoseconds(text: str) -> int | None:
    """The moment on one scale in UTC; None if the text is no RFC 3339 date-time, with its offset."""
    m = _RFC3339.fullmatch(text)
    if m is None:
        return None
    year, month, day, hour, minute, second = map(int, m.groups()[:6])
    if hour > 23 or minute > 59 or second > 60 or (m[9] and int(m[9]) > 23):
        return None
    try:
        days = date(year or _CYCLE, month, day).toordinal() - (0 if year else _CYCLE_DAYS)
    except ValueError:
        return None
    offset = (int(m[9]) * 60 + int(m[10])) * (1 if m[8] == "+" else -1) if m[9] else 0
    seconds = days * 86_400 + hour * 3600 + (minute - offset) * 60 + second
    return seconds * 10**9 + int((m[7] or "")[:9].ljust(9, "0"))


def whole_days(start: str, end: str) -> int | None:
    """Whole days from start to end, cut towards zero; None if either is no RFC 3339 date-time."""
    first, last = nanoseconds(start), nanoseconds(end)
    if first is None or last is None:
        return None
    between = last - first
    return between // _DAY if between >= 0 else -(-between // _DAY)
