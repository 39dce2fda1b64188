"""Lists of decoded values to columns of a canonical table: money to cents, days, codes, text.

One Polars query a table: each query costs a fixed time, however few its rows.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from procrisk.records import cleaning
from procrisk.records.tables import CENTS, COUNT, DAY, RECORD, TABLES

FAULTS = {RECORD: pl.UInt32, "column": pl.String, "raw": pl.String}
"""Cells that hold something that is no day: record, table.column, cell as published."""

_AT = "_at"
_LIMIT = 9e18  # int64 ends a little above: amounts beyond are refused later, they must only not overflow here
_ARTEFACTS = ["\\n", "\\r", "\\t", "\n", "\r", "\t", "\u00a0", "  ", "¿", "Â", "Ã"]


def texts(values: Sequence[Any]) -> pl.Series:
    """Text from strings, numbers (identifiers may be either) and nulls."""
    try:
        return pl.Series(values, dtype=pl.String)
    except TypeError:
        return pl.Series([v if v is None or isinstance(v, str) else str(v) for v in values], dtype=pl.String)


def party_code(raw: pl.Expr) -> pl.Expr:
    """RUC, CONSUCODE-<n> without zeros, consortium code or foreign code: no scheme prefix (PE-RUC-, GB-COH-)."""
    return (
        pl.when(raw.str.starts_with("PE-RUC-"))
        .then(raw.str.strip_prefix("PE-RUC-"))
        .when(raw.str.contains("^[A-Z]{2}-[A-Z]"))
        .then(raw.str.replace("^PE-CONSUCODE-0*", "CONSUCODE-").str.replace("^[A-Z]{2}-[A-Z][A-Z0-9_]*-(.)", "${1}"))
        .otherwise(raw)
    )


def _cents(units: pl.Expr) -> pl.Expr:
    return (units * 100).round(0).clip(-_LIMIT, _LIMIT).cast(pl.Int64)


def _day(raw: pl.Expr) -> pl.Expr:
    """The day that is written first (times are Lima's in Peru); null for anything else."""
    day = raw.str.head(10).str.to_date("%Y-%m-%d", strict=False)
    return pl.when(day.dt.year().is_between(1950, 2200)).then(day)


def clean(raw: pl.Series) -> pl.Series:
    """Text for people, without the publisher's artefacts; only text that may hold one is worked on."""
    x = pl.col("x")
    dirty = raw.to_frame("x").select(
        (x.str.contains_any(_ARTEFACTS) | x.str.starts_with(" ") | x.str.ends_with(" ") | (x == "")).arg_true()
    )["x"]
    if dirty.is_empty():
        return raw
    return raw.scatter(dirty, cleaning.clean_text(raw.gather(dirty)))


_EXPRESSIONS: dict[type[pl.DataType], Callable[[pl.Expr], pl.Expr]] = {
    CENTS: _cents,
    DAY: _day,
    COUNT: lambda x: x.cast(pl.Int32, strict=False),
}
_RAW = {CENTS: pl.Float64, COUNT: pl.Float64, DAY: pl.String}


class Builder:
    """Makes the tables of one chunk; `process` and `record` say, by position of the release, what a row belongs to."""

    def __init__(self, process: pl.Series, record: Sequence[int]) -> None:
        self.process = process
        self.record = pl.Series(RECORD, record, dtype=pl.UInt32)
        self.faults: list[pl.DataFrame] = []

    def table(self, name: str, at: Any, data: Mapping[str, Any], mend: Sequence[pl.Expr] = ()) -> pl.DataFrame:
        """The table `name`, row i of the release at[i]. Columns of the table that are not in `data` are null.

        `mend` puts right columns as they were published (text, units), before the rest is done.
        """
        dtypes = TABLES[name].schema
        if not len(at):
            return pl.DataFrame(schema={RECORD: pl.UInt32, **dtypes})
        raw = pl.DataFrame({_AT: pl.Series(at, dtype=pl.UInt32), **{c: _series(v, dtypes[c]) for c, v in data.items()}})
        columns = [self._column(c, t, c in data) for c, t in dtypes.items()]
        record = pl.lit(self.record).gather(_AT).alias(RECORD)
        made = raw.lazy().with_columns(*mend).select(record, *columns).collect()
        for column in (c for c in data if dtypes[c] is DAY):
            if made[column].null_count() > raw[column].null_count():
                made = self._mend_days(name, column, raw[column], made)
        return made

    def _column(self, column: str, dtype: type[pl.DataType], given: bool) -> pl.Expr:
        if given:
            to = _EXPRESSIONS.get(dtype)
            return to(pl.col(column)) if to else pl.col(column)
        if column == "process_id":
            return pl.lit(self.process).gather(_AT).alias(column)
        return pl.lit(None, dtype=dtype).alias(column)

    def _mend_days(self, table: str, column: str, raw: pl.Series, made: pl.DataFrame) -> pl.DataFrame:
        """Reads days in other shapes, and notes what is no day. Rare."""
        odd = (made[column].is_null() & raw.is_not_null()).arg_true()
        cell = cleaning.cell(pl.col("raw"))
        again = pl.DataFrame({RECORD: made[RECORD].gather(odd), "raw": raw.gather(odd)}).with_columns(
            day=cleaning.day(cell), bad=cleaning.day_fault(cell).is_not_null()
        )
        self.faults.append(again.filter("bad").select(RECORD, pl.lit(f"{table}.{column}").alias("column"), "raw"))
        return made.with_columns(made[column].scatter(odd, again["day"]))


def _series(values: Sequence[Any], dtype: type[pl.DataType]) -> pl.Series:
    if isinstance(values, pl.Series):
        return values
    raw = _RAW.get(dtype, dtype)
    return texts(values) if raw is pl.String else pl.Series(values, dtype=raw)
