"""Checks of canonical rows: a record of which one row fails is refused whole, with the reason and the value.

Vectorised: one query a table, and further work only for what fails.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from procrisk.records.batch import RAW_KEPT, Chunk, Reason, Refusal
from procrisk.records.tables import CENTS, RECORD, TABLES

MAX_CENTS = 10**13
"""1e11 in units of the currency: a hundred thousand million soles, a third of Peru's yearly budget, for one row."""


@dataclass(frozen=True, slots=True)
class Check:
    """A check of one table. `fails` is true on a row that must not be accepted; null is no failure."""

    reason: Reason
    fails: pl.Expr
    sentence: str
    """What is wrong; `{0}`, `{1}` stand for the values of `shows`."""
    shows: tuple[str, ...]


def _of_money(column: str) -> tuple[Check, Check]:
    return (
        Check(Reason.AMOUNT_NEGATIVE, pl.col(column) < 0, f"{column} is {{0}}: an amount is not below zero", (column,)),
        Check(
            Reason.AMOUNT_TOO_LARGE,
            pl.col(column) > MAX_CENTS,
            f"{column} is {{0}}: more than {MAX_CENTS} cents is no amount of one record",
            (column,),
        ),
    )


_REVERSED = Check(
    Reason.PERIOD_REVERSED,
    pl.col("end_date") < pl.col("start_date"),
    "the contract ends on {0}, before it starts on {1}",
    ("end_date", "start_date"),
)


def _ends_first(first: str, last: str) -> tuple[Check]:
    sentence = f"{last} {{0}} is before {first} {{1}}"
    return (Check(Reason.PERIOD_REVERSED, pl.col(last) < pl.col(first), sentence, (last, first)),)


_BY_TABLE: dict[str, tuple[Check, ...]] = {
    "contracts": (_REVERSED,),
    "offices": _ends_first("start_date", "end_date"),
    "ties": _ends_first("start_date", "end_date"),
    "certifications": _ends_first("valid_from", "valid_to"),
    "listed_items": _ends_first("valid_from", "valid_to"),
    "control": _ends_first("date", "corrected_date"),
}


def _checks(table: str) -> tuple[Check, ...]:
    money = (c.name for c in TABLES[table].columns if c.dtype is CENTS)
    return (*(check for column in money for check in _of_money(column)), *_BY_TABLE.get(table, ()))


CHECKS: dict[str, tuple[Check, ...]] = {name: checks for name in TABLES if (checks := _checks(name))}
"""Table -> its checks, in the order in which they are tried."""

Faults = dict[int, tuple[Reason, str]]
"""Position of a record in `keys` -> why it is refused."""


def failures(tables: Mapping[str, pl.DataFrame]) -> Faults:
    """The records of which a row fails a check: the first failure of each, by table, check and row."""
    found: Faults = {}
    for name, checks in CHECKS.items():
        frame = tables.get(name)
        if frame is None or frame.is_empty():
            continue
        failed = frame.select(check.fails.any().alias(str(n)) for n, check in enumerate(checks)).row(0)
        for check in (c for c, bad in zip(checks, failed, strict=True) if bad):
            rows = (
                frame.filter(check.fails).select(RECORD, *check.shows).unique(RECORD, keep="first", maintain_order=True)
            )
            for record, *shown in rows.iter_rows():
                found.setdefault(record, (check.reason, f"{name}: {check.sentence.format(*shown)}"))
    return found


def refuse(chunk: Chunk, raw: Callable[[int], bytes], faults: Faults | None = None) -> Chunk:
    """The chunk without the records that fail a check (or are named in `faults`), their refusals added.

    `raw` gives the bytes of the record at a position in `keys`. The same chunk comes back where nothing fails.
    """
    found = {**failures(chunk.tables), **(faults or {})}
    if not found:
        return chunk
    ids = dict(chunk.tables["records"].select(RECORD, pl.coalesce("ocid", "process_id")).iter_rows())
    refusals = [
        Refusal(chunk.lines[n], chunk.offsets[n], reason, detail, raw(n)[:RAW_KEPT], ids.get(n))
        for n, (reason, detail) in sorted(found.items())
    ]
    kept = [n for n in range(len(chunk.keys)) if n not in found]
    new = pl.DataFrame({RECORD: kept, "_new": range(len(kept))}, schema={RECORD: pl.UInt32, "_new": pl.UInt32})
    tables = {}
    for name, frame in chunk.tables.items():
        left = frame.join(new, on=RECORD, how="inner", maintain_order="left")
        left = left.with_columns(pl.col("_new").alias(RECORD)).drop("_new")
        if left.height or name == "records":
            tables[name] = left
    return Chunk(
        [chunk.lines[n] for n in kept],
        [chunk.offsets[n] for n in kept],
        [chunk.keys[n] for n in kept],
        tables,
        sorted([*chunk.refusals, *refusals], key=lambda r: (r.line, r.offset)),
        chunk.n_blank,
    )
