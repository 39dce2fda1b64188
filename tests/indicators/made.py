"""Small made-up records for the indicators: assembled tables from a few dicts, and one row of a subject's frame."""

from dataclasses import dataclass, field
from datetime import date
from functools import cache

import polars as pl
import pytest

from procrisk.indicators import INDICATORS, features
from procrisk.indicators.idiom import CLEAR, RAISED
from procrisk.indicators.idiom import COLUMN_ABSENT as ABSENT
from procrisk.indicators.idiom import OUT_OF_SCOPE as OUT
from procrisk.indicators.idiom import TOO_FEW_PEERS as PEERS
from procrisk.indicators.idiom import VALUE_MISSING as MISSING
from procrisk.records import tables

AS_OF = date(2022, 6, 30)
NAMES = {RAISED: "raised", CLEAR: "clear", OUT: "out", ABSENT: "absent", MISSING: "missing", PEERS: "peers"}

DERIVED = {
    "buyer_id": pl.String,
    "buyer_level": pl.String,
    "region_code": pl.String,
    "delivery_region_code": pl.String,
    "method": pl.String,
    "object_inferred": pl.Boolean,
    "special_regime": pl.String,
    "call_number": pl.Int16,
    "year": pl.Int16,
    "regime": pl.String,
    "awarded_pen_cents": pl.Int64,
    "amount_pen_cents": pl.Int64,
    "award_date": pl.Date,
    "consent_date": pl.Date,
    "n_lots": pl.Int32,
    "n_bidders": pl.Int32,
    "n_awards": pl.Int32,
    "sources": pl.List(pl.String),
}
MORE = {"processes": DERIVED, "award_suppliers": {"ruc": pl.String, "natural": pl.Boolean}}


@dataclass
class Records:
    """What assembly gives, as far as the indicators read it."""

    tables: dict[str, pl.DataFrame] = field(default_factory=dict)


def records(**rows: list[dict]) -> Records:
    """Assembled tables with these rows; every column not named is null, tables not named are empty."""
    made = {}
    for name, table in tables.TABLES.items():
        schema = {**table.schema, **MORE.get(name, {})}
        given = rows.pop(name, [])
        unknown = {k for r in given for k in r} - set(schema)
        assert not unknown, f"{name} has no column {unknown}"
        made[name] = pl.DataFrame([{c: r.get(c) for c in schema} for r in given], schema=schema, orient="row")
    assert not rows, f"unknown tables {sorted(rows)}"
    return Records(made)


def process(id_: str, **columns) -> dict:
    """A row of `processes` with the least that every assembled one has."""
    day = columns.get("call_date", date(2022, 2, 1))
    plain = {
        "process_id": id_,
        "buyer_id": "20100000001",
        "buyer_ruc": "20100000001",
        "buyer_level": "local",
        "region_code": "08",
        "method": "AS",
        "object": "goods",
        "object_inferred": False,
        "call_date": day,
        "year": day.year if day else None,
        "regime": "L30225",
        "call_number": 1,
        "n_awards": 1,
        "n_lots": 1,
        "sources": ["conosce:adjudicaciones"],
    }
    return {**plain, **columns}


@cache
def schemas() -> dict[str, dict[str, pl.DataType]]:
    """Columns of every frame, as `features.build` makes them."""
    return {name: dict(f.schema) for name, f in features.build(records(), AS_OF).frames.items()}


def outcome(id_: str, row: dict, absent: tuple[str, ...] = (), **params: float) -> int:
    """Outcome of an indicator on one row of its subject's frame; columns not named are null."""
    known = INDICATORS[id_]
    schema = schemas()[features.SUBJECTS[known.subject].frame]
    unknown = set(row) - set(schema)
    assert not unknown, f"the frame of {id_} has no column {sorted(unknown)}"
    frame = pl.DataFrame([{c: row.get(c) for c in schema}], schema=schema, orient="row")
    rule = known.rule(params)
    unread = set(row) - set(rule.inputs)
    assert not unread, f"{id_} does not read {sorted(unread)}: the case says nothing"
    return frame.select(rule.outcome({c: pl.lit(value=True) for c in absent})).item()


def table(base: dict, *cases: tuple[int, dict]):
    """Parametrise a test over (expected outcome, what differs from the base row). The base row itself is raised."""
    rows = [(RAISED, {}), *cases]
    ids = [f"{NAMES[o]}-{'-'.join(f'{k}={v}' for k, v in d.items()) or 'base'}" for o, d in rows]
    return pytest.mark.parametrize(("expected", "row"), [(o, {**base, **d}) for o, d in rows], ids=ids)
