"""What a canonical table is: its grain, its key and its columns, each with type, unit and meaning."""

from dataclasses import dataclass

import polars as pl

CENTS = pl.Int64
TEXT = pl.String
DAY = pl.Date
COUNT = pl.Int32
YES = pl.Boolean
SHARE = pl.Float64


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, Polars type, and what it means (with the unit)."""

    name: str
    dtype: type[pl.DataType]
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table: its grain (`key` names one row) and its columns."""

    name: str
    key: tuple[str, ...]
    grain: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> dict[str, type[pl.DataType]]:
        """Column name to Polars type, in order."""
        return {c.name: c.dtype for c in self.columns}


def table(name: str, key: str, grain: str, *columns: tuple[str, type[pl.DataType], str]) -> Table:
    """A table from its name, its key (words), its grain and (name, type, meaning) of each column."""
    return Table(name, tuple(key.split()), grain, tuple(Column(*c) for c in columns))
