"""The worked examples of the pages, run: made-up records through the very engine that judges real ones."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from procrisk.errors import UsageError
from procrisk.indicators import INDICATORS
from procrisk.indicators.evaluate import judge
from procrisk.indicators.features import build
from procrisk.indicators.pages import Example, Page, page
from procrisk.law import regime
from procrisk.records import tables
from procrisk.records.assemble import Dataset, assemble

PROCESS = {
    "buyer_id": "20100000001",
    "buyer_ruc": "20100000001",
    "buyer_level": "local",
    "region_code": "08",
    "method": "AS",
    "object": "goods",
    "object_inferred": False,
    "call_number": 1,
    "n_awards": 1,
    "n_lots": 1,
    "sources": ["conosce:adjudicaciones"],
}
"""What every process of an example has unless its entry says otherwise; the call is of 2022-02-01."""
CALL = pl.date(2022, 2, 1)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the engine says of the example's process."""

    state: str
    """raised, clear or not_evaluable."""
    value: float | None
    threshold: float | None
    sentence: dict[str, str]
    evidence: str


@cache
def empty() -> dict[str, pl.DataFrame]:
    """The assembled tables without rows: their columns and types."""
    live = tables.empty(tables.TABLES["records"]).with_columns(
        key=pl.lit(None, pl.Binary),
        input=pl.lit(None, pl.String),
        line=pl.lit(None, pl.Int64),
        offset=pl.lit(None, pl.Int64),
    )
    return assemble(lambda name: tables.empty(tables.TABLES[name]), live, 0).tables


def records(rows: dict[str, list[dict[str, Any]]]) -> Dataset:
    """Assembled tables with these rows; columns not named are null, tables not named are empty.

    Raises:
        UsageError: an unknown table or column.
    """
    made = dict(empty())
    for name, entries in rows.items():
        if name not in made:
            raise UsageError(f"example: unknown table {name!r}; known: {', '.join(sorted(made))}")
        schema = made[name].schema
        full = [row for entry in entries for row in _repeated(entry)]
        if unknown := sorted({k for row in full for k in row} - set(schema)):
            raise UsageError(f"example: {name} has no column {', '.join(unknown)}")
        start = PROCESS if name == "processes" else {}
        frame = pl.DataFrame([{c: {**start, **row}.get(c) for c in schema} for row in full], schema=schema)
        made[name] = _dated(frame, full) if name == "processes" else frame
    return Dataset(made)


def _repeated(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of an entry: one, or `repeat` of them with {n} in their texts counted from 1."""
    row = {k: v for k, v in entry.items() if k != "repeat"}
    if "repeat" not in entry:
        return [row]
    return [
        {k: v.replace("{n}", str(n)) if isinstance(v, str) else v for k, v in row.items()}
        for n in range(1, entry["repeat"] + 1)
    ]


def _dated(frame: pl.DataFrame, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """The day of the call where the entry names none, and year, regime and reference date by it."""
    silent = pl.Series(["call_date" not in row for row in rows], dtype=pl.Boolean)
    called = frame.with_columns(call_date=pl.when(silent).then(CALL).otherwise("call_date"))
    return called.with_columns(
        year=pl.coalesce("year", pl.col("call_date").dt.year()).cast(pl.Int16),
        regime=pl.coalesce("regime", regime(pl.col("call_date"))),
        reference_date=pl.coalesce("reference_date", "call_date"),
    )


def run(id_: str, example: Example, rows: dict[str, list[dict[str, Any]]] | None = None) -> Shown:
    """Judge the example (or other rows in its place) by one indicator.

    Raises:
        UsageError: the rows name unknown tables or columns, or not the process.
    """
    dataset = records(example.rows if rows is None else rows)
    judged = judge(build(dataset, example.as_of), [INDICATORS[id_]], {})
    state = judged.states.filter(pl.col("process_id") == example.process)
    if state.is_empty():
        raise UsageError(f"{id_}: the example has no process {example.process!r}")
    raised = state[id_].item()
    flags = judged.flags.filter(pl.col("process_id") == example.process).to_dicts()
    flag = flags[0] if flags else {}
    return Shown(
        state="raised" if raised else "not_evaluable" if raised is None else "clear",
        value=flag.get("value"),
        threshold=flag.get("threshold"),
        sentence={g: flag.get(f"sentence_{g}", "") for g in ("es", "en")},
        evidence=flag.get("evidence", ""),
    )


@cache
def shown(id_: str) -> Shown:
    """What the engine says of an indicator's own example: run once, read by its page and by whoever checks it."""
    return run(id_, page(id_).example)


def changed(source: Page) -> dict[str, list[dict[str, Any]]] | None:
    """The example's rows after its smallest change; None where the page names none."""
    after = source.example.otherwise
    if after is None:
        return None
    entries = [
        {**entry, **after.set} if n == after.row else entry for n, entry in enumerate(source.example.rows[after.table])
    ]
    return {**source.example.rows, after.table: entries}
