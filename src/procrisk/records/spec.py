"""How a published table is described, once, and how the description is carried out on its rows.

A `Spec` maps headers to named values with a parser each, and named values to canonical columns. Readers hold specs as
data; the one engine here parses, refuses and fills the canonical tables.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from procrisk.records import assessment_words, cleaning, register_words
from procrisk.records.batch import Reason
from procrisk.records.tables import RECORD, TABLES
from procrisk.records.vocabulary import fold

Exp = Callable[[pl.Expr], pl.Expr]

_ACCENTED, _PLAIN = "ÁÉÍÓÚÜÑ", "AEIOUUN"
_UNACCENTED = str.maketrans(_ACCENTED, _PLAIN)


def header_key(header: str) -> str:
    """A header for comparison: upper case letters and digits alone (`DEPARTAMENTO__ENTIDAD`, `ID CONTRATO`, `AÑO`)."""
    bare = header.upper().translate(_UNACCENTED)
    return "".join(c for c in bare if c.isascii() and c.isalnum())


@dataclass(frozen=True, slots=True)
class Parser:
    """A cell's parser: its value and, where a cell may be unreadable, why (a Reason's value, else null)."""

    value: Exp
    fault: Exp | None = None


def _zero_is_missing(raw: pl.Expr) -> pl.Expr:
    amount = cleaning.money(raw)
    return pl.when(amount != 0).then(amount)


def _quantity_fault(raw: pl.Expr) -> pl.Expr:
    return cleaning.number_fault(raw, cleaning.number(raw))


def _unsigned(raw: pl.Expr) -> pl.Expr:
    return raw.str.replace(r"^-\s*", "")


PARSERS: dict[str, Parser] = {
    "text": Parser(cleaning.text),
    "upper": Parser(cleaning.upper),
    "code": Parser(cleaning.code),
    "numeral": Parser(cleaning.numeral),
    "currency": Parser(cleaning.currency),
    "category": Parser(cleaning.category),
    "supplier_kind": Parser(cleaning.supplier_kind),
    "yes": Parser(cleaning.yes),
    "whole": Parser(cleaning.whole),
    "day": Parser(cleaning.day, cleaning.day_fault),
    "money": Parser(cleaning.money, cleaning.money_fault),
    # a reference value of 0 is one that the law reserves until the award
    "value": Parser(_zero_is_missing, cleaning.money_fault),
    # a reduction is published with or without its sign
    "change": Parser(lambda c: _zero_is_missing(_unsigned(c)), lambda c: cleaning.money_fault(_unsigned(c))),
    "number": Parser(cleaning.number, _quantity_fault),
    "penalty": Parser(lambda c: pl.when(fold(c).str.contains("MORA")).then(pl.lit("late")).otherwise(pl.lit("other"))),
    # OECE writes "Ver dato en ficha del proveedor" where it does not publish a contact
    "contact": Parser(lambda c: pl.when(~fold(c).str.starts_with("VER DATO")).then(cleaning.text(c))),
    # of registers
    "document": Parser(register_words.document),
    "person": Parser(register_words.person),
    "related": Parser(register_words.related),
    "stated": Parser(register_words.stated),
    "part": Parser(register_words.progress, register_words.part_fault),
    "progress": Parser(register_words.progress, register_words.progress_fault),
    "owner_kind": Parser(*register_words.coded(register_words.OWNER_KINDS)),
    "office_kind": Parser(*register_words.coded(register_words.OFFICE_KINDS)),
    "tie_kind": Parser(*register_words.coded(register_words.TIE_KINDS)),
    "list": Parser(*register_words.coded(register_words.LISTS)),
    "challenge_kind": Parser(*register_words.coded(register_words.CHALLENGE_KINDS)),
    "outcome": Parser(register_words.outcome),
    "decision": Parser(*register_words.coded(register_words.DECISIONS)),
    "reviewer": Parser(*register_words.coded(register_words.REVIEWERS)),
    "region": Parser(assessment_words.region, assessment_words.fault(assessment_words.region)),
    "question": Parser(assessment_words.question, assessment_words.fault(assessment_words.question)),
    "answer": Parser(assessment_words.answer, assessment_words.fault(assessment_words.answer)),
    "datetime": Parser(lambda c: c.str.extract(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\S*)$")),
}
"""Parsers by name, as specs write them."""

_RARELY_DISTINCT = {
    "day", "currency", "category", "supplier_kind", "upper", "yes", "whole", "code", "numeral",
    "stated", "part", "progress", "owner_kind", "office_kind", "tie_kind", "list", "challenge_kind", "outcome", "region", "question", "answer",
    "decision", "reviewer",
}  # fmt: skip

Value = str | pl.Expr


@dataclass(frozen=True, slots=True)
class Spec:
    """A published table.

    kind: its name. needs: headers (as `header_key` writes them) of which each group must be there, alternatives parted
    by |. lacks: headers that it never has. columns: header -> (value name, parser); headers with one name fill each
    other's gaps in order. required: names without which a row has no identity. derived: names computed from names.
    tables: canonical table -> column -> name or expression. keep: rows a table takes (default: its identity is known).
    process, year, ocid, version: what goes into `records`; year is a day, a whole number or null. personal: its rows name
    people, so none is shown raw. attached: its rows speak of processes that others make known; a process
    of which nobody else speaks is not made of them.
    """

    kind: str
    needs: tuple[str, ...]
    columns: Mapping[str, tuple[str, str]]
    tables: Mapping[str, Mapping[str, Value]]
    required: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    derived: Mapping[str, pl.Expr] | None = None
    keep: Mapping[str, pl.Expr] | None = None
    process: str | None = None
    year: pl.Expr | None = None
    ocid: str | None = None
    version: str | None = None
    personal: bool = False
    attached: bool = False

    def fits(self, headers: set[str]) -> bool:
        """Whether a table with these headers is this one."""
        needed = all(any(h in headers for h in group.split("|")) for group in self.needs)
        return needed and not any(h in headers for h in self.lacks)


def parse(spec: Spec, cells: pl.DataFrame, keys: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Named values of every row, and its faults (one String column per parsed column that can be at fault).

    cells: columns "0", "1", ..., whose headers are `keys`. A name that no header gives is a null column.
    """
    found: dict[str, list[pl.Series]] = {}
    faults: dict[str, pl.Series] = {}
    at = {key: str(i) for i, key in reversed(list(enumerate(keys)))}
    for key, (name, parser) in spec.columns.items():
        if key not in at:
            continue
        value, fault = _parse_column(cells[at[key]], parser)
        found.setdefault(name, []).append(value.alias(name))
        if fault is not None:
            faults[f"{name}\t{at[key]}"] = fault
    frame = pl.DataFrame([_first(series) for series in found.values()] or [pl.Series("_", [None] * cells.height)])
    absent = {name: _dtype(parser) for name, parser in spec.columns.values() if name not in found}
    frame = frame.with_columns(pl.lit(None, dtype=dtype).alias(name) for name, dtype in absent.items())
    for name, expr in (spec.derived or {}).items():
        frame = frame.with_columns(expr.alias(name))
    return frame, pl.DataFrame(faults)


def _first(series: list[pl.Series]) -> pl.Series:
    out = series[0]
    for other in series[1:]:
        out = out.zip_with(out.is_not_null(), other)
    return out


def _dtype(parser: str) -> pl.DataType:
    return pl.DataFrame({"x": pl.Series([], dtype=pl.String)}).select(PARSERS[parser].value(pl.col("x"))).dtypes[0]


def _parse_column(cells: pl.Series, parser: str) -> tuple[pl.Series, pl.Series | None]:
    if parser == "text":
        return cleaning.clean_text(cells), None
    cells = cells.alias("c")
    chosen = PARSERS[parser]
    wanted = [chosen.value(pl.col("c")).alias("v")]
    if chosen.fault is not None:
        wanted.append(chosen.fault(pl.col("c")).alias("f"))
    whole = cells.to_frame()
    if parser in _RARELY_DISTINCT:  # a month has few days and currencies: each is parsed once
        distinct = whole.unique(maintain_order=True)
        parsed = distinct.lazy().with_columns(wanted).collect()
        done = whole.join(parsed, on="c", how="left", nulls_equal=True, maintain_order="left")
    else:
        done = whole.lazy().with_columns(wanted).collect()  # lazily: value and fault share their steps
    fault = done["f"] if chosen.fault is not None else None
    return done["v"], fault if fault is not None and fault.null_count() < fault.len() else None


def refused(
    spec: Spec, values: pl.DataFrame, faults: pl.DataFrame, cells: pl.DataFrame, header: list[str]
) -> dict[int, tuple[Reason, str]]:
    """Row -> (reason, detail) for the rows that cannot be accepted; the first fault of a row names it."""
    out: dict[int, tuple[Reason, str]] = {}
    for label in faults.columns:
        at = label.split("\t")[1]
        for i in faults[label].is_not_null().arg_true().to_list():
            reason = Reason(faults[label][i])
            out.setdefault(i, (reason, f"{header[int(at)]}: {cells[at][i]!r}"))
    for name in spec.required:
        for i in values[name].is_null().arg_true().to_list():
            wanted = [k for k, (n, _) in spec.columns.items() if n == name]
            out.setdefault(i, (Reason.ID_MISSING, f"{' or '.join(wanted)}: empty"))
    return out


def fill(spec: Spec, values: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Canonical tables (with `record`, that is, the row's place in `values`, offset by the caller) of accepted rows."""
    frame = values.with_row_index(RECORD)
    year = spec.year if spec.year is not None else pl.lit(0)
    records = frame.select(
        pl.col(RECORD).cast(pl.UInt32),
        pl.lit(spec.kind).alias("kind"),
        _named(spec.process).alias("process_id"),
        _named(spec.ocid).alias("ocid"),
        _named(spec.version).alias("version_date"),
        year.fill_null(0).cast(pl.Int16).alias("year"),
    )
    tables = {"records": records}
    for name, mapping in spec.tables.items():
        rows = frame
        if spec.keep is not None and name in spec.keep:
            rows = frame.filter(spec.keep[name].fill_null(value=False))
        tables[name] = _table(name.split("#")[0], mapping, rows)
    merged: dict[str, pl.DataFrame] = {}
    for name, table in tables.items():  # "modifications#additional" and its kin fill one table
        plain = name.split("#")[0]
        merged[plain] = pl.concat([merged[plain], table]) if plain in merged else table
    return merged


def _named(name: str | None) -> pl.Expr:
    return pl.lit(None, dtype=pl.String) if name is None else pl.col(name)


def _table(name: str, mapping: Mapping[str, Value], rows: pl.DataFrame) -> pl.DataFrame:
    schema = TABLES[name].schema
    unknown = set(mapping) - set(schema)
    assert not unknown, f"no column {unknown} in {name}"
    exprs = [pl.col(RECORD).cast(pl.UInt32)]
    for column, dtype in schema.items():
        source = mapping.get(column)
        expr = pl.lit(None) if source is None else pl.col(source) if isinstance(source, str) else source
        exprs.append(expr.cast(dtype).alias(column))
    return rows.select(exprs)
