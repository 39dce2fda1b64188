"""What is publicly known of the regions' integrity function, each fact with its source: `facts/public_facts.csv`.

Only what a source says. Where it gives a range and names, as for the first five regions of the ICP of 2022, the fact is
the range; `listed` is the order in which the source names them, which is not a rank.
"""

from functools import cache
from pathlib import Path

import polars as pl

from procrisk.errors import UsageError
from procrisk.indices.frameworks import CERTAINTIES
from procrisk.records.regions import REGIONS
from procrisk.resources import Row, read_rows

FILE = Path(__file__).parent / "facts" / "public_facts.csv"
SCHEMA: dict[str, type[pl.DataType]] = {
    "measure": pl.String,
    "region_code": pl.String,
    "period": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "unit": pl.String,
    "listed": pl.Int32,
    "source": pl.String,
    "certainty": pl.String,
    "note_es": pl.String,
    "note_en": pl.String,
}
_NUMBERS = ("value", "low", "high", "listed")


@cache
def public_facts() -> pl.DataFrame:
    """Every fact: columns of SCHEMA. region_code null: of the whole country. Either value, or low and high.

    Raises:
        UsageError: a region or certainty is unknown, a number cannot be read, or a fact has no value; says line and column.
    """
    return read(FILE)


def read(path: Path) -> pl.DataFrame:
    """Read and check a table of facts; see `public_facts`."""
    rows = [_checked(row) for row in read_rows(path, list(SCHEMA))]
    return pl.DataFrame(rows, schema=SCHEMA)


def _checked(row: Row) -> dict[str, object]:
    if row["region_code"] and row["region_code"] not in REGIONS:
        raise row.refuse("region_code", "is no region")
    row.choose("certainty", CERTAINTIES)
    if not row["source"]:
        raise row.refuse("source", "is empty: a fact without a source is none")
    numbers: dict[str, float | None] = {}
    for column in _NUMBERS:
        try:
            numbers[column] = float(row[column]) if row[column] else None
        except ValueError as e:
            raise row.refuse(column, "is no number") from e
    low, high = numbers["low"], numbers["high"]
    if (numbers["value"] is None) == (low is None or high is None):
        raise row.refuse("value", "should be a value, or else low and high")
    if low is not None and high is not None and low > high:
        raise row.refuse("low", "is above high")
    texts: dict[str, object] = {c: row[c] or None for c in SCHEMA}
    return texts | numbers | {"listed": int(numbers["listed"] or 0) or None}


def of(measure: str) -> pl.DataFrame:
    """The facts of one measure.

    Raises:
        UsageError: there is none of that name.
    """
    found = public_facts().filter(pl.col("measure") == measure)
    if found.is_empty():
        known = ", ".join(public_facts()["measure"].unique().sort())
        raise UsageError(f"no public fact is called {measure!r}; known: {known}")
    return found
