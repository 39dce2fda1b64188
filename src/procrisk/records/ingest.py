"""Sources to a dataset: find the files, read what is new into the lake, count every record, assemble.

For every input, records read = accepted + quarantined + duplicate + blank; the sum is asserted here, before anything is
made of the records. A record is accepted once: where the same content stands in two places, the first counts, in the
order of (file name, content hash), so that the order in which sources are named changes nothing.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path
from typing import Any

import polars as pl
import structlog

from procrisk import progress
from procrisk.errors import InputMissingError, ProcriskError, PublicationIOError
from procrisk.records import ocds, tabular
from procrisk.records.archives import ArchiveRefused, Unit, units
from procrisk.records.assemble import Dataset, assemble
from procrisk.records.batch import RAW_KEPT, Chunks, Refusal
from procrisk.records.lake import FileResult, Lake, Positions, UnitResult
from procrisk.records.recognise import recognise
from procrisk.records.tables import RECORD

LOOKED_FOR = (
    "OCDS releases, records or packages (JSON, JSON Lines, .gz, .zip), OECE monthly CSV, CONOSCE tables (CSV, XLSX) "
    "or a register (entities, suppliers, sanctions, owners, taxpayers, works, ...: docs/registers.md)"
)
_OCDS = "ocds"
_ARCHIVE = "archive"
_HIDDEN = (".", "~$")
_UTF8_LONGEST = 4
QUARANTINE = {
    "source": pl.String,
    "sha256": pl.String,
    "kind": pl.String,
    "line": pl.Int64,
    "offset": pl.Int64,
    "reason": pl.String,
    "detail": pl.String,
    "record_id": pl.String,
    "raw": pl.String,
}
"""Columns of the quarantine; `raw` holds the first bytes of the record as text (see `_text`), unmasked."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Ingested:
    """What was read. `dataset` is assembled when first asked for, so that a night with nothing new never pays for it.

    inputs: one dict a unit read: name, sha256, bytes, kind, counts {read, accepted, quarantined, duplicate, blank}.
    skipped: files inside folders that hold nothing procrisk reads: name, sha256, bytes, reason.
    quarantine: the refused records, columns of QUARANTINE.
    """

    inputs: list[dict[str, Any]]
    skipped: list[dict[str, Any]]
    quarantine: pl.DataFrame
    _build: Callable[[], Dataset]
    _dataset: Dataset | None = field(default=None, repr=False)

    @property
    def dataset(self) -> Dataset:
        """The canonical tables after merging."""
        if self._dataset is None:
            self._dataset = self._build()
        return self._dataset


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    sha256: str
    named: bool


def expand(sources: Sequence[Path]) -> list[Path]:
    """Files behind `sources` (files, folders, globs), each once, by name. Folders are read to the bottom.

    Raises InputMissingError for a source behind which there is no file.
    """
    return sorted(_expand(sources), key=lambda p: (p.name, p.as_posix()))


def _expand(sources: Sequence[Path]) -> dict[Path, bool]:
    """File -> whether it was named itself (or by a glob), not met inside a folder."""
    found: dict[Path, bool] = {}
    for source in sources:
        if source.is_dir():
            inside = (p for p in source.rglob("*") if p.is_file() and not p.name.startswith(_HIDDEN))
            for path in inside:
                found.setdefault(path.resolve(), False)
        elif source.exists():
            found[source.resolve()] = True
        else:
            matches = [Path(m) for m in glob(str(source), recursive=True)]  # noqa: PTH207 (the pattern may be absolute)
            if not matches:
                raise InputMissingError(f"{source}: no such file, folder or pattern; check the path")
            for path, named in _expand(matches).items():
                found[path] = named or found.get(path, False)
    return found


def ingest(sources: Sequence[Path], context: Sequence[Path], lake_dir: Path | None) -> Ingested:
    """Read `sources` and `context` (registers) through the lake in `lake_dir` (None: a temporary one).

    Raises InputMissingError where a named source is missing or holds nothing procrisk reads, PublicationIOError where
    reading or writing fails.
    """
    if lake_dir is not None:
        return _ingest(sources, context, Lake(lake_dir))
    folder = Path(tempfile.mkdtemp(prefix="procrisk-lake-"))
    try:
        ingested = _ingest(sources, context, Lake(folder))
        _ = ingested.dataset
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return ingested


def _ingest(sources: Sequence[Path], context: Sequence[Path], lake: Lake) -> Ingested:
    try:
        files = _hashed([*sources, *context])
        for done, source in enumerate(files, 1):
            fill(lake, source.path, source.sha256)
            progress.report("archivos leídos / files read", done, len(files))
        lake.commit()
    except OSError as error:
        raise PublicationIOError(f"reading sources or writing the lake failed: {error}; run again") from error
    return _report(files, lake)


def _hashed(sources: Sequence[Path]) -> list[_Source]:
    found = []
    for path, named in _expand(sources).items():
        with path.open("rb") as stream:
            found.append(_Source(path, hashlib.file_digest(stream, "sha256").hexdigest(), named))
    return sorted(found, key=lambda s: (s.path.name, s.sha256, s.path.as_posix()))


def fill(lake: Lake, path: Path, sha256: str) -> None:
    """Read one file into the lake, unless the lake knows it by its hash already."""
    if lake.units(sha256) is not None:
        return
    found = Positions()
    results: list[UnitResult] = []
    try:
        for number, unit in enumerate(units(path)):
            results.append(_read_unit(lake, unit, number, path, sha256, found))
    except ArchiveRefused as refused:
        # Nothing of a damaged archive counts: without its last checksum nobody knows what is missing.
        size = path.stat().st_size
        with path.open("rb") as stream:
            refusal = Refusal(1, 0, refused.reason, refused.detail, stream.read(64))
        found, results = Positions(), [UnitResult("", sha256, size, _ARCHIVE, 0)]
        found.refusals.append((0, refusal))
    lake.remember(sha256, found.result(results))


def _read_unit(lake: Lake, unit: Unit, number: int, path: Path, sha256: str, found: Positions) -> UnitResult:
    member = unit.name.removeprefix(path.name).lstrip("/") if unit.name.startswith(path.name) else ""
    kind = recognise(unit)
    size = path.stat().st_size
    blank = 0
    if kind is not None:
        for chunk in _chunks(unit, kind, lake):
            found.add(number, chunk, lake.add(chunk))
            blank += chunk.n_blank
            progress.report(f"registros / records: {unit.name}", len(found.lines))
    if member:
        with unit.open() as stream:
            sha256, size = _digest(stream)
    return UnitResult(member, sha256, size, kind, blank)


def _digest(stream: Any) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while block := stream.read(1 << 20):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def _chunks(unit: Unit, kind: str, lake: Lake) -> Chunks:
    with unit.open() as stream:
        if kind == _OCDS:
            yield from ocds.read(stream, lake.known)
        else:
            data = stream.read()
            yield from tabular.read(data, kind, lake.known)


def _report(files: list[_Source], lake: Lake) -> Ingested:
    inputs: list[dict[str, Any]] = []
    skipped: list[dict[str, Any]] = []
    refusals: list[pl.DataFrame] = []
    positions: list[pl.DataFrame] = []
    for source in files:
        result = lake.file(source.sha256)
        _missing(source, result)
        for number, unit in enumerate(result.units):
            name = f"{source.path.name}/{unit.member}" if unit.member else source.path.name
            about = {"name": name, "sha256": unit.sha256, "bytes": unit.bytes}
            if unit.kind is None:
                _log.warning("input_skipped", name=name, looked_for=LOOKED_FOR)
                skipped.append({**about, "reason": f"not recognised; looked for {LOOKED_FOR}"})
                continue
            at = result.positions.filter(pl.col("unit") == number)
            bad = result.refusals.filter(pl.col("unit") == number)
            positions.append(at.with_columns(unit=pl.lit(len(inputs), dtype=pl.UInt32)))
            about_it = {"source": name, "sha256": unit.sha256, "kind": unit.kind}
            refusals.append(bad.with_columns(pl.lit(value).alias(column) for column, value in about_it.items()))
            counts = {"read": at.height + bad.height + unit.blank, "quarantined": bad.height, "blank": unit.blank}
            inputs.append({**about, "kind": unit.kind, "counts": counts})
    where = _accepted(positions, inputs)
    used = {s.sha256 for s in files}

    def build() -> Dataset:
        live = _live(lake, where, [i["name"] for i in inputs])
        dataset = assemble(lake.read, live, lake.next_record)
        lake.compact(where[RECORD], used)
        return dataset

    return Ingested(inputs, skipped, _quarantine(refusals), build)


def _missing(source: _Source, result: FileResult) -> None:
    if source.named and all(unit.kind is None for unit in result.units):
        raise InputMissingError(
            f"{source.path.name}: nothing in it that procrisk reads; looked for {LOOKED_FOR}. Check the file, or leave it out"
        )


def _accepted(positions: list[pl.DataFrame], inputs: list[dict[str, Any]]) -> pl.DataFrame:
    """First place of every record, and the counts of the inputs completed: unit (input's number), line, offset, record."""
    schema = {"unit": pl.UInt32, "line": pl.Int64, "offset": pl.Int64, RECORD: pl.UInt32}
    every = pl.concat(positions) if positions else pl.DataFrame(schema=schema)
    first = every.filter(pl.col(RECORD).is_first_distinct())
    accepted = dict(first.group_by("unit").len().iter_rows())
    placed = dict(every.group_by("unit").len().iter_rows())
    for number, row in enumerate(inputs):
        counts = row["counts"]
        counts["accepted"] = accepted.get(number, 0)
        counts["duplicate"] = placed.get(number, 0) - counts["accepted"]
        row["counts"] = {k: counts[k] for k in ("read", "accepted", "quarantined", "duplicate", "blank")}
        total = sum(counts[k] for k in ("accepted", "quarantined", "duplicate", "blank"))
        if counts["read"] != total:
            raise ProcriskError(
                f"{row['name']}: {counts['read']} records read but {total} accounted for; report this fault"
            )
    return first


def _live(lake: Lake, where: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """The accepted records: the lake's `records` columns with key, and input, line, offset."""
    records = lake.read("records")
    place = where.with_columns(input=pl.Series(names, dtype=pl.String).gather(where["unit"])).drop("unit")
    return records.join(place, on=RECORD, how="inner")


def _quarantine(refusals: list[pl.DataFrame]) -> pl.DataFrame:
    every = pl.concat(refusals) if refusals else pl.DataFrame(schema={**QUARANTINE, "raw": pl.Binary})
    raw = [_text(r) for r in every["raw"]]
    return (
        every.with_columns(raw=pl.Series(raw, dtype=pl.String))
        .select(list(QUARANTINE))
        .sort("source", "sha256", "line", "offset", "reason", "detail", nulls_last=True)
    )


def _text(raw: bytes) -> str:
    """Bytes as text that can be masked: UTF-8 (a character that the cut halved left out), else one character a byte."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        halved = len(raw) == RAW_KEPT and len(raw) - error.start < _UTF8_LONGEST
        return raw[: error.start].decode() if halved else raw.decode("latin-1")
