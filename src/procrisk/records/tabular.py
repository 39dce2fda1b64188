"""Published tables, CSV or XLSX, recognised by their header and read into canonical tables.

`recognise` names the kind; `read` gives Chunks in which every row of the table is either a key, a refusal or blank.
"""

from collections.abc import Container, Iterator

import polars as pl

from procrisk.records import checks, conosce, contraloria_works, oece_csv, oece_paths, registers, rows
from procrisk.records.batch import Chunk, Reason, Refusal, content_key
from procrisk.records.rows import Rows
from procrisk.records.spec import Spec, fill, header_key, parse, refused

CHUNK_ROWS = 100_000
"""Rows parsed at a time: bounds memory, and is large enough for Polars to run at full speed."""

_SPECS = (*contraloria_works.PROCESS_SPECS, *conosce.SPECS, *registers.SPECS)
KINDS = (*(s.kind for s in _SPECS), *(s.kind for s in oece_csv.SPECS))
"""Every kind of table that can be read."""
PERSONAL = frozenset(s.kind for s in _SPECS if s.personal)
"""Kinds whose rows name people: committees, owners, offices, ties, ..."""


def is_workbook(head: bytes) -> bool:
    """Whether `recognise` needs the whole file: an XLSX keeps its header deep inside."""
    return rows.is_workbook(head)


def recognise(head: bytes) -> str | None:
    """Kind of the table that begins with `head`, by its header row; None when it is none we know.

    head: the first 64 kB or so of a text table; the whole file of a workbook (`is_workbook`). A workbook of several
    tables is named by the first; `read` reads them all.
    """
    return next((spec.kind for header in rows.headers(head) if (spec := _spec(header)) is not None), None)


def read(data: bytes, kind: str, known: Container[bytes]) -> Iterator[Chunk]:
    """The rows of the table as Chunks.

    data: the whole file. kind: what `recognise` said; it only serves to say what was looked for when the header cannot
    be found. known: keys of rows already accepted, which are not parsed again. Never raises on bad content.
    """
    try:
        found = False
        for table in rows.read(data, lambda header: _spec(header) is not None):
            found = True
            spec = _spec(table.header)
            assert spec is not None
            yield from _chunks(table, spec, known)
    except ValueError as error:
        yield Chunk(refusals=[Refusal(1, 0, Reason.ZIP_CORRUPT, str(error), data[:64])])
        return
    if not found:
        detail = f"no header of {kind} in the first {rows.HEADER_WITHIN} rows"
        yield Chunk(refusals=[Refusal(1, 0, Reason.TYPE_MISMATCH, detail, data[:256])])


def _spec(header: list[str]) -> Spec | None:
    if len(header) < 2:
        return None
    keys = set(map(header_key, header))
    for spec in _SPECS:
        if spec.fits(keys) and (spec is not registers.HOLIDAYS or len(header) <= registers.MAX_HOLIDAY_COLUMNS):
            return spec
    return oece_csv.recognise(header)


def _keys(spec: Spec, header: list[str]) -> list[str]:
    return (
        [oece_paths.path(h) or "" for h in header] if spec.kind.startswith("oece:") else [header_key(h) for h in header]
    )


def _chunks(table: Rows, spec: Spec, known: Container[bytes]) -> Iterator[Chunk]:
    headers = _keys(spec, table.header)
    if table.refusals or table.n_blank or not table.cells.height:
        yield Chunk(refusals=table.refusals, n_blank=table.n_blank)
    for start in range(0, table.cells.height, CHUNK_ROWS):
        yield _chunk(table, spec, headers, start, known)


def _chunk(table: Rows, spec: Spec, headers: list[str], start: int, known: Container[bytes]) -> Chunk:
    cells = table.cells.slice(start, CHUNK_ROWS)
    keys = _content_keys(spec.kind, cells, headers)
    new = [i for i, key in enumerate(keys) if key not in known]
    fresh = cells if len(new) == len(keys) else cells[new]
    values, faults = parse(spec, fresh, headers)
    bad = refused(spec, values, faults, fresh, table.header)
    chunk = Chunk(
        lines=table.lines[start : start + CHUNK_ROWS],
        offsets=table.offsets[start : start + CHUNK_ROWS],
        keys=keys,
        tables=_placed(fill(spec, values), new),
    )
    return checks.refuse(chunk, lambda n: table.raw(start + n), {new[i]: fault for i, fault in bad.items()})


def _placed(tables: dict[str, pl.DataFrame], positions: list[int]) -> dict[str, pl.DataFrame]:
    """`record` turned from the row's place among the parsed ones into its place among the chunk's keys."""
    if positions == list(range(len(positions))):
        return tables
    to = pl.Series(positions, dtype=pl.UInt32)
    return {name: t.with_columns(record=to.gather(t["record"])) for name, t in tables.items()}


def _content_keys(kind: str, cells: pl.DataFrame, headers: list[str]) -> list[bytes]:
    """One key per row: of the kind and of each non-empty cell with its header, whatever the order of the columns."""
    named = sorted(zip(headers, cells.columns, strict=True))
    parts = [pl.lit(f"\x1f{header}\x1e") + pl.col(column) for header, column in named]
    joined = cells.select(pl.concat_str(pl.lit(kind), *parts, ignore_nulls=True))[:, 0]
    return [content_key(row.encode()) for row in joined]
