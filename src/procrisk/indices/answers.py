"""Filled forms, CSV or XLSX, read and checked cell by cell.

What is wrong is told with file, row, column and what to write instead, and goes to quarantine; everything else is read.
For each file, rows read = accepted + quarantined + unanswered + blank.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from procrisk.errors import InputMissingError
from procrisk.indices import cells, faults, periods
from procrisk.indices.faults import Fault
from procrisk.indices.frameworks import INDICES, VERSIONS, Framework, load
from procrisk.indices.scores import ITEMS, SIMULATED
from procrisk.records import assessment_words, cleaning, rows
from procrisk.records.spec import header_key
from procrisk.records.vocabulary import fold

COLUMNS = (
    "REGION",
    "PERIODO",
    "MARCO",
    "ITEM",
    "PREGUNTA",
    "COMO_RESPONDER",
    "RESPUESTA",
    "ENLACE_EVIDENCIA",
    "FECHA_EVIDENCIA",
    "NOTA",
    "FUENTE",
)
"""Columns of the form, in order. FUENTE: the function that answers, never a person; SIMULADO where answers are made up."""
NEEDED = tuple(c for c in COLUMNS if c not in ("PREGUNTA", "COMO_RESPONDER", "FUENTE"))

OF_ONE_INDEX = ("region_code", "period", "index", "framework")

COUNTS: dict[str, type[pl.DataType]] = {
    "file": pl.String,
    "read": pl.Int32,
    "accepted": pl.Int32,
    "quarantined": pl.Int32,
    "unanswered": pl.Int32,
    "blank": pl.Int32,
}


@dataclass(frozen=True, slots=True)
class Answers:
    """items: columns of `scores.ITEMS`; quarantine: columns of `faults.SCHEMA`; counts: COUNTS, one row a file."""

    items: pl.DataFrame
    quarantine: pl.DataFrame
    counts: pl.DataFrame


@dataclass(slots=True)
class _Tally:
    read: int = 0
    unanswered: int = 0
    blank: int = 0


def read(paths: Iterable[Path]) -> Answers:
    """The answers of filled forms.

    A file that is no form (no row of titles, a column lacks, a workbook that does not open) is one fault without a row:
    what the other files say is read all the same.

    Args:
        paths: CSV or XLSX files; each may hold one region and period or several. Their order does not matter.

    Raises:
        InputMissingError: a file does not exist or cannot be read; says which.
    """
    found: list[Fault] = []
    accepted: list[dict[str, Any]] = []
    tallies: dict[str, _Tally] = {}
    for name, table in _named(paths):
        tally = tallies.setdefault(name, _Tally())
        if isinstance(table, Fault):
            found.append(table)
            continue
        tally.read += table.cells.height + table.n_blank + len(table.refusals)
        tally.blank += table.n_blank
        found += [Fault(name, r.line, "", "row_ragged", "") for r in table.refusals]
        for line, said in zip(table.lines, _cells(table), strict=True):
            if not any(said[c] for c in ("RESPUESTA", "ENLACE_EVIDENCIA", "FECHA_EVIDENCIA", "NOTA")):
                tally.unanswered += 1
                continue
            item, wrong = _row(name, line, said)
            found += wrong
            accepted += [] if wrong else [item]
    kept, wrong = _real_first(accepted)
    found += wrong
    good, wrong = _told_once(kept)
    found += wrong
    bad = {(f.file, f.row) for f in found if f.row is not None}
    counts = [
        {"file": name, "read": t.read, "unanswered": t.unanswered, "blank": t.blank}
        | {"accepted": sum(g["_file"] == name for g in good), "quarantined": sum(f == name for f, _ in bad)}
        for name, t in sorted(tallies.items())
    ]
    items = pl.DataFrame([{c: g[c] for c in ITEMS} for g in good], schema=ITEMS)
    return Answers(
        items.sort("region_code", "period", "index", "framework", "item"),
        faults.frame(found),
        pl.DataFrame(counts, schema=COUNTS),
    )


def _named(paths: Iterable[Path]) -> Iterator[tuple[str, rows.Rows | Fault]]:
    """Each form with a name of its own: the file's; with as many folders above it as tell two of one name apart, its number where a book holds several.

    Where a file, or a table in it, is no form, what is wrong with it stands in its place.
    """
    files = sorted(set(paths), key=lambda p: (p.name, str(p)))
    for path in files:
        own = _own_name(path, [p for p in files if p != path])
        for n, table in enumerate(_tables(path, own), 1):
            yield own + (f" [{n}]" if n > 1 else ""), table


def _own_name(path: Path, others: Sequence[Path]) -> str:
    """The shortest end of a path that no other has."""
    for depth in range(1, len(path.parts)):
        if not any(p.parts[-depth:] == path.parts[-depth:] for p in others):
            return "/".join(path.parts[-depth:])
    return str(path)


def _tables(path: Path, name: str) -> Iterator[rows.Rows | Fault]:
    """The tables of a file that are forms, or why there is none."""
    try:
        data = path.read_bytes()
    except OSError as e:
        raise InputMissingError(
            f"{path}: no se puede leer, {e.strerror} · cannot be read; revise la ruta · check the path"
        ) from e
    try:
        tables = list(rows.read(data, lambda header: {"ITEM", "RESPUESTA"} <= {header_key(h) for h in header}))
    except ValueError:
        yield Fault(name, None, "", "no_workbook")
        return
    if not tables:
        yield Fault(name, None, "", "no_header", known=str(rows.HEADER_WITHIN))
    for table in tables:
        titles = [header_key(h) for h in table.header]
        lack = [c for c in NEEDED if header_key(c) not in titles]
        yield Fault(name, None, "", "columns_missing", ", ".join(lack)) if lack else table


def _cells(table: rows.Rows) -> list[dict[str, Any]]:
    """Each row by column of the form, text trimmed; with the region's code, the day read and the answer folded."""
    titles = [header_key(h) for h in table.header]
    at = {c: str(titles.index(header_key(c))) for c in COLUMNS if header_key(c) in titles}
    frame = table.cells.select(
        pl.col(at[c]).alias(c) if c in at else pl.lit(None, pl.String).alias(c) for c in COLUMNS
    ).with_columns(
        _region=assessment_words.region(pl.col("REGION")),
        _day=cleaning.day(pl.col("FECHA_EVIDENCIA")),
        _answer=fold(pl.col("RESPUESTA")),
    )
    return [{k: "" if v is None and k in COLUMNS else v for k, v in r.items()} for r in frame.iter_rows(named=True)]


def _row(file: str, line: int, said: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """The item of a row, and all that is wrong with it."""
    period, version = said["PERIODO"].upper(), said["MARCO"].upper().replace(" ", "")
    wrong = []
    if said["_region"] is None:
        wrong.append(Fault(file, line, "REGION", "region_unknown", said["REGION"]))
    if not periods.is_period(period):
        wrong.append(Fault(file, line, "PERIODO", "period_unknown", said["PERIODO"]))
    if version not in VERSIONS:
        wrong.append(
            Fault(file, line, "MARCO", "framework_unknown", said["MARCO"], " o ".join(VERSIONS), " or ".join(VERSIONS))
        )
        return {}, wrong
    id_ = said["ITEM"].upper()
    framework = _framework(id_, version)
    if framework is None or id_ not in framework.items:
        known = "RIFI-A1" if framework is None else next(iter(framework.items))
        return {}, [*wrong, Fault(file, line, "ITEM", "item_unknown", said["ITEM"], known)]
    item = framework.items[id_]
    if not periods.is_period(period):
        return {}, wrong
    if not item.asked(period):
        return {}, [*wrong, Fault(file, line, "ITEM", "item_not_asked", id_, period=period)]
    row = cells.Row(
        file,
        line,
        period,
        item,
        said["RESPUESTA"],
        said["ENLACE_EVIDENCIA"],
        said["FECHA_EVIDENCIA"],
        said["_day"],
        said["NOTA"],
    )
    answer, value, more = cells.read(row, said["_answer"] or "")
    source = said["FUENTE"]
    made = {
        "region_code": said["_region"],
        "period": period,
        "index": framework.index,
        "framework": version,
        "item": id_,
        "answer": answer,
        "value": value,
        "evidence_url": row.url or None,
        "evidence_date": row.date_read,
        "note": row.note or None,
        "source": source or None,
        "simulated": source.upper().startswith(SIMULATED),
        "_file": file,
        "_line": line,
    }
    return made, [*wrong, *more]


def _framework(item: str, version: str) -> Framework | None:
    index = item.partition("-")[0]
    return load(index, version) if index in INDICES else None


def _told_once(accepted: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[Fault]]:
    """Answers of which there is one; of several alike the first; of several that differ none, since nobody knows which holds."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for said in accepted:
        groups.setdefault(tuple(said[c] for c in ("region_code", "period", "index", "framework", "item")), []).append(
            said
        )
    good, wrong = [], []
    for group in groups.values():
        differ = len({g["answer"] for g in group}) > 1
        kept = [] if differ else group[:1]
        good += kept
        for said in group[len(kept) :]:
            others = [g for g in group if g is not said] if differ else kept
            places = [f"{g['_file']}, fila {g['_line']}" for g in others]
            code = "answered_twice" if differ else "answered_again"
            known, known_en = " y ".join(places), " and ".join(places).replace("fila", "row")
            wrong.append(Fault(said["_file"], said["_line"], "ITEM", code, said["item"], known, known_en))
    return good, wrong


def _real_first(accepted: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[Fault]]:
    """Made-up answers give way where a region has answered the index itself: what is invented neither doubts nor completes it."""
    real = {tuple(said[c] for c in OF_ONE_INDEX): said for said in reversed(accepted) if not said["simulated"]}
    kept, wrong = [], []
    for said in accepted:
        own = real.get(tuple(said[c] for c in OF_ONE_INDEX))
        if own is None or not said["simulated"]:
            kept.append(said)
        else:
            wrong.append(
                Fault(
                    said["_file"], said["_line"], "ITEM", "simulated_beside", said["item"], own["_file"], own["_file"]
                )
            )
    return kept, wrong
