"""Lists of decoded values to columns of a canonical table: money to cents, days, codes, text.

One Polars query a table: each query costs a fixed time, however few its rows.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from procrisk.records import cleaning
from procrisk.records.tables import CENTS, COUNT, DAY, RECORD, TABLES

FAULTS = {RECORD: pl.UInt32, "column": pl.String, "raw": pl.String}
"""Cells that hold something that is no day: record, table.column, cell as published."""

_AT = "_at"
_LIMIT = 9e18  # int64 ends a little above: amounts beyond are refused later, they must only not overflow here


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
    day = raw.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False, cache=False)
    return pl.when(day.is_between(date(1950, 1, 1), date(2200, 12, 31))).then(day)


def clean(column: str) -> pl.Expr:
    """Text for people, without the publisher's artefacts."""
    return pl.col(column).map_batches(cleaning.clean_text, return_dtype=pl.String)


_EXPRESSIONS: dict[type[pl.DataType], Callable[[pl.Expr], pl.Expr]] = {
    CENTS: _cents,
    DAY: _day,
    COUNT: lambda x: x.cast(pl.Int32, strict=False),
}
_RAW = {CENTS: pl.Float64, COUNT: pl.Float64, DAY: pl.String}


class Builder:
    """Makes the tables of one chunk from columns that are added a little at a time.

    Decoded structs are turned into columns while the processor's cache still holds them, and are gone before the next
    are decoded; what works on whole columns is done once, at the end.
    """

    def __init__(self) -> None:
        self.faults: list[pl.DataFrame] = []
        self._raw: dict[str, dict[str, list[pl.Series]]] = {}
        self._record: list[pl.Series] = []
        self._process: list[pl.Series] = []
        self.n_releases = 0

    def begin(self, record: Sequence[int], process: Sequence[Any]) -> None:
        """The next releases: the record that each is, and its process."""
        self.n_releases += len(record)
        self._record.append(pl.Series(RECORD, record, dtype=pl.UInt32))
        self._process.append(texts(process))

    def add(self, name: str, at: Any, data: Mapping[str, Any]) -> None:
        """Rows of the table `name`; row i belongs to the release at[i], counted from the first of the chunk.

        Columns that are not the table's are text, for `finish` to work with.
        """
        if not len(at):
            return
        columns = self._raw.setdefault(name, {c: [] for c in (_AT, *data)})
        columns[_AT].append(pl.Series(at, dtype=pl.UInt32))
        dtypes = TABLES[name].schema
        for column, values in data.items():
            columns[column].append(_series(values, dtypes.get(column, pl.String)))

    def has(self, name: str) -> bool:
        """Whether rows of the table `name` were added."""
        return name in self._raw

    def table(self, name: str, mend: Sequence[pl.Expr] = (), keep: Sequence[str] = ()) -> pl.DataFrame:
        """The table `name`. Columns of the table that were not added are null.

        `mend` puts right columns as they were published (text, units), before the rest is done; `keep` names columns
        that are not the table's and stay.
        """
        dtypes = TABLES[name].schema
        added = self._raw.get(name)
        if added is None:
            return pl.DataFrame(schema={RECORD: pl.UInt32, **dtypes, **dict.fromkeys(keep, pl.String)})
        raw = pl.DataFrame({c: pl.concat(parts) for c, parts in added.items()})
        record = pl.lit(pl.concat(self._record)).gather(_AT).alias(RECORD)
        columns = [self._column(c, t, c in added) for c, t in dtypes.items()]
        made = raw.lazy().with_columns(*mend).select(record, *columns, *keep).collect()
        for column in (c for c in added if dtypes.get(c) is DAY):
            if made[column].null_count() > raw[column].null_count():
                made = self._mend_days(name, column, raw[column], made)
        return made

    def _column(self, column: str, dtype: type[pl.DataType], given: bool) -> pl.Expr:
        if given:
            to = _EXPRESSIONS.get(dtype)
            return to(pl.col(column)) if to else pl.col(column)
        if column == "process_id":
            return pl.lit(pl.concat(self._process)).gather(_AT).alias(column)
        return pl.lit(None, dtype=dtype).alias(column)

    def _mend_days(self, table: str, column: str, raw: pl.Series, made: pl.DataFrame) -> pl.DataFrame:
        """Reads days in other shapes, and notes what is no day. Rare."""
        odd = (made[column].is_null() & raw.is_not_null()).arg_true()
        # a date-time's written day: 0001-01-01T00:00Z means "none", not the last of December in Lima
        cell = cleaning.cell(pl.coalesce(pl.col("raw").str.extract(r"^(\d{4}-\d{2}-\d{2})T"), "raw"))
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
