"""The tables of COINr, for those who come from it: iMeta (version 1), or IndMeta of version 0, which holds the structure too.

Becker, W. et al. (2022), COINr: An R package for developing composite indicators, Journal of Open Source Software 7(78).
Its names are in one language; both of ours get it. Targets are not read: goalposts are set in procrisk's own layout.
"""

from collections.abc import Sequence

from procrisk.composite.framework import Framework, Group, Indicator
from procrisk.errors import UsageError
from procrisk.resources import Row

NEW = ("Level", "iCode", "iName", "Direction", "Weight", "Parent", "Type")
OLD = ("IndName", "IndCode", "Direction", "IndWeight", "Agg1")


def framework(rows: Sequence[Row]) -> Framework:
    """The framework that either table describes. The means are arithmetic and all weights of IndMeta's groups are 1.

    Raises:
        UsageError: the columns are of neither, or a row does not fit.
    """
    columns = rows[0].cells
    if all(c in columns for c in NEW):
        return _new(rows)
    if all(c in columns for c in OLD):
        return _old(rows)
    name = rows[0].path.name
    raise UsageError(
        f"{name}, line 1: neither COINr's iMeta ({', '.join(NEW)}) nor its IndMeta ({', '.join(OLD)}); "
        "a framework of procrisk is a TOML file or a folder with indicators.csv and structure.csv"
    )


def _new(rows: Sequence[Row]) -> Framework:
    indicators, groups = [], []
    for r in rows:
        if r["Type"] == "Indicator":
            indicators.append(
                Indicator(
                    r["iCode"],
                    r["iName"],
                    r["iName"],
                    _direction(r),
                    _number(r, "Weight"),
                    r["Parent"],
                    r.cells.get("Denominator", ""),
                    where=_where(r),
                )
            )
        elif r["Type"] == "Aggregate":
            level = int(_number(r, "Level"))
            weight = _number(r, "Weight")
            groups.append(Group(r["iCode"], r["iName"], r["iName"], level, r["Parent"], weight, where=_where(r)))
    return Framework(tuple(indicators), tuple(groups))


def _old(rows: Sequence[Row]) -> Framework:
    levels = [c for c in rows[0].cells if c.startswith("Agg")]
    groups: dict[str, Group] = {}
    for r in rows:
        for n, column in enumerate(levels):
            above = r[levels[n + 1]] if n + 1 < len(levels) else ""
            groups.setdefault(r[column], Group(r[column], r[column], r[column], n + 2, above, 1.0, where=_where(r)))
    indicators = [
        Indicator(
            r["IndCode"],
            r["IndName"],
            r["IndName"],
            _direction(r),
            _number(r, "IndWeight"),
            r["Agg1"],
            r.cells.get("Denominator", ""),
            where=_where(r),
        )
        for r in rows
    ]
    return Framework(tuple(indicators), tuple(groups.values()))


def _direction(row: Row) -> int:
    direction = _number(row, "Direction")
    if direction not in (1, -1):
        raise row.refuse("Direction", "should be 1 or -1")
    return int(direction)


def _number(row: Row, column: str) -> float:
    try:
        return float(row[column])
    except ValueError:
        raise row.refuse(column, "should be a number") from None


def _where(row: Row) -> str:
    return f"{row.path.name}, line {row.line}: "
