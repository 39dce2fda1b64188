"""The lake: rows of records already decoded, as Parquet on disk, so that a night decodes only what is new.

    <lake>/lake.json                           what counts: parts, files read, next record number; swapped in last
    <lake>/<table>/year=YYYY/<part>.parquet    rows of a canonical table; each run appends parts, none is changed
    <lake>/files/<sha256>.parquet, .refusals.parquet    which records a source file holds, and which were refused

The table `records` has one more column, `key`: the 16 bytes that name a record by its content. It is the state: a
record whose key is in it is not decoded again. `record` is the record's number in this lake, in every table.

The lake is a cache. What a run publishes depends on its sources alone, never on the numbers or on which run wrote what;
deleting the folder and running again gives the same. A part that `lake.json` does not name (a run that was killed) is
swept; a part that is missing or short makes the lake start afresh.
"""

import json
import os
import shutil
from array import array
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl
import structlog

from procrisk.records.batch import Chunk, Refusal
from procrisk.records.tables import RECORD, TABLES, empty

# What these make is computed anew from the lake on every run; any other module here decides what a record's rows are.
_NOT_READERS = {"assemble", "consortia", "derive", "download", "fetch", "ingest", "merge", "regions", "vocabulary"}

_POINTER = "lake.json"
_FILES = "files"
_FLUSH_BYTES = 48 * 2**20
_MANY_PARTS = 24
_DEAD_SHARE = 0.5
_DEAD_ENOUGH = 1000
_POSITIONS = {"unit": pl.UInt16, "line": pl.Int64, "offset": pl.Int64, RECORD: pl.UInt32}
_REFUSALS = {
    "unit": pl.UInt16,
    "line": pl.Int64,
    "offset": pl.Int64,
    "reason": pl.String,
    "detail": pl.String,
    "record_id": pl.String,
    "raw": pl.Binary,
}

_log = structlog.get_logger(__name__)


@cache
def readers_version() -> str:
    """Hash of the readers' source: rows made by other readers are not kept, and nobody has to remember to say so."""
    sources = [p for p in sorted(Path(__file__).parent.glob("*.py")) if p.stem not in _NOT_READERS]
    return sha256(b"\0".join(p.name.encode() + p.read_bytes() for p in sources)).hexdigest()


def schema_version() -> str:
    """Hash of the canonical tables and of the readers: a lake of another version is not read."""
    columns = [(t.name, c.name, str(c.dtype)) for t in TABLES.values() for c in t.columns]
    return sha256(json.dumps([readers_version(), columns]).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class UnitResult:
    """One thing read out of a source file: the file itself, or a member of an archive (`member` "a/b.csv")."""

    member: str
    sha256: str
    bytes: int
    kind: str | None
    """None: nothing that procrisk reads."""
    blank: int


@dataclass(frozen=True, slots=True)
class FileResult:
    """What a source file holds, by unit: where each record stands (`positions`) and what was refused (`refusals`)."""

    units: list[UnitResult]
    positions: pl.DataFrame
    refusals: pl.DataFrame


@dataclass(slots=True)
class Positions:
    """Grows while a file is read: four compact arrays, and the refusals."""

    units: "array[int]" = field(default_factory=lambda: array("H"))
    lines: "array[int]" = field(default_factory=lambda: array("q"))
    offsets: "array[int]" = field(default_factory=lambda: array("q"))
    records: "array[int]" = field(default_factory=lambda: array("I"))
    refusals: list[tuple[int, Refusal]] = field(default_factory=list)

    def add(self, unit: int, chunk: Chunk, records: "np.ndarray[tuple[int], np.dtype[np.uint32]]") -> None:
        """The records and refusals of one chunk of unit number `unit`."""
        self.units.extend([unit] * len(chunk.keys))
        self.lines.extend(chunk.lines)
        self.offsets.extend(chunk.offsets)
        self.records.frombytes(records.tobytes())
        self.refusals.extend((unit, r) for r in chunk.refusals)

    def result(self, units: list[UnitResult]) -> FileResult:
        """As frames."""
        arrays = (self.units, self.lines, self.offsets, self.records)
        positions = pl.DataFrame({n: np.array(a) for n, a in zip(_POSITIONS, arrays, strict=True)}, schema=_POSITIONS)
        rows = [(u, r.line, r.offset, r.reason.value, r.detail, r.record_id, r.raw) for u, r in self.refusals]
        return FileResult(units, positions, pl.DataFrame(rows, schema=_REFUSALS, orient="row"))


@dataclass(frozen=True, slots=True)
class _Part:
    table: str
    year: int
    name: str
    rows: int
    bytes: int

    @property
    def path(self) -> str:
        return f"{self.table}/year={self.year:04d}/{self.name}.parquet"


class Lake:
    """One lake folder, open for one run. Not for two processes at once: the publication's lock sees to that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._version = schema_version()
        self._run = 1
        self._next = 0
        self._parts: list[_Part] = []
        self._files: dict[str, list[UnitResult]] = {}
        self._known: dict[bytes, int] | None = None
        self._buffer: dict[str, list[pl.DataFrame]] = {}
        self._buffered = 0
        self._years: list[pl.DataFrame] = []
        self._fresh_files: list[str] = []
        self._open()

    # -- opening ---------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        pointer = self.folder / _POINTER
        if pointer.exists():
            try:
                self._load(json.loads(pointer.read_bytes()))
            except (ValueError, KeyError, TypeError, OSError) as error:
                _log.warning("lake_afresh", folder=self.folder.name, why=str(error))
                self._parts, self._files, self._next, self._run = [], {}, 0, 1
                pointer.unlink()
        self._sweep()

    def _load(self, state: dict[str, object]) -> None:
        if state["version"] != self._version:
            raise ValueError("made by another version of the readers or tables")
        parts = [_Part(*row) for row in state["parts"]]  # type: ignore[attr-defined]
        for part in parts:
            if (self.folder / part.path).stat().st_size != part.bytes:
                raise ValueError(f"{part.path} is not as it was written")
        self._parts = parts
        self._files = {sha: [UnitResult(*u) for u in units] for sha, units in state["files"].items()}  # type: ignore[attr-defined]
        self._next = int(state["next"])  # type: ignore[call-overload]
        self._run = int(state["run"]) + 1  # type: ignore[call-overload]

    def _sweep(self) -> None:
        """Remove what no pointer names: parts of a run that did not finish, caches of files forgotten."""
        keep = {self.folder / p.path for p in self._parts} | {self.folder / _POINTER}
        for sha in self._files:
            keep |= {self._file(sha), self._file(sha, refusals=True)}
        for folder in (self.folder / name for name in (*TABLES, _FILES)):
            for path in folder.rglob("*.parquet") if folder.is_dir() else ():
                if path not in keep:
                    path.unlink()
        (self.folder / (_POINTER + ".part")).unlink(missing_ok=True)

    # -- reading sources -------------------------------------------------------------------------------------------

    @property
    def known(self) -> Container[bytes]:
        """Keys of the records that need no decoding: those of the lake and those added in this run."""
        return self._numbers()

    def _numbers(self) -> dict[bytes, int]:
        if self._known is None:
            state = self._scan("records").select("key", RECORD).collect()
            self._known = dict(zip(state["key"].to_list(), state[RECORD].to_list(), strict=True))
        return self._known

    def add(self, chunk: Chunk) -> "np.ndarray[tuple[int], np.dtype[np.uint32]]":
        """Take a chunk's rows; give the lake's record number of each of its keys."""
        known = self._numbers()
        numbers = np.empty(len(chunk.keys), dtype=np.uint32)
        first = np.zeros(len(chunk.keys), dtype=np.bool_)
        for i, key in enumerate(chunk.keys):
            number = known.get(key)
            if number is None:
                number = known[key] = self._next
                self._next += 1
                first[i] = True
            numbers[i] = number
        if first.any():
            self._take(chunk, numbers, first)
        return numbers

    def _take(self, chunk: Chunk, numbers: np.ndarray, first: np.ndarray) -> None:
        lookup = pl.Series(numbers, dtype=pl.UInt32)
        is_first = pl.Series(first)
        records = chunk.tables["records"]
        decoded = records.height
        all_first = decoded == int(first.sum())
        for name, frame in chunk.tables.items():
            rows = frame
            if not all_first:  # the same record twice in one chunk: its rows are wanted once
                rows = rows.filter(is_first.gather(rows[RECORD]))
            if name == "records":
                rows = rows.with_columns(key=pl.Series([chunk.keys[i] for i in rows[RECORD]], dtype=pl.Binary))
                if rows.height != int(first.sum()):
                    raise AssertionError("a reader gave a new record without its row in `records`")
            rows = rows.with_columns(lookup.gather(rows[RECORD]).alias(RECORD))
            if rows.height:
                self._buffer.setdefault(name, []).append(rows)
                self._buffered += int(rows.estimated_size())
        if self._buffered > _FLUSH_BYTES:
            self._flush()

    def _flush(self) -> None:
        """Write the buffered rows as parts, a table and year each."""
        if not self._buffer:
            return
        years = pl.concat([f.select(RECORD, pl.col("year").fill_null(0)) for f in self._buffer["records"]])
        one_year = years["year"].n_unique() == 1
        for name in sorted(self._buffer):
            rows = pl.concat(self._buffer[name])
            if one_year:
                self._write(name, int(years["year"][0]), rows)
                continue
            at = rows.select(RECORD).join(years, on=RECORD, how="left", maintain_order="left")["year"]
            for year in sorted(at.unique()):
                self._write(name, year, rows.filter(at == year))
        self._buffer, self._buffered = {}, 0

    def _write(self, table: str, year: int, rows: pl.DataFrame) -> None:
        part = _Part(table, year, f"{self._run:06d}-{len(self._parts):05d}", rows.height, 0)
        path = self.folder / part.path
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_parquet(rows, path)
        self._parts.append(_Part(table, year, part.name, rows.height, path.stat().st_size))

    # -- files -----------------------------------------------------------------------------------------------------

    def _file(self, sha: str, *, refusals: bool = False) -> Path:
        return self.folder / _FILES / (f"{sha}.refusals.parquet" if refusals else f"{sha}.parquet")

    def units(self, sha: str) -> list[UnitResult] | None:
        """What the file of this hash held when it was last read; None when it was never read."""
        return self._files.get(sha)

    def file(self, sha: str) -> FileResult:
        """The whole result of a file that was read."""
        return FileResult(
            self._files[sha], pl.read_parquet(self._file(sha)), pl.read_parquet(self._file(sha, refusals=True))
        )

    def remember(self, sha: str, result: FileResult) -> None:
        """Keep a file's result: it counts from the next commit on."""
        (self.folder / _FILES).mkdir(exist_ok=True)
        _write_parquet(result.positions, self._file(sha))
        _write_parquet(result.refusals, self._file(sha, refusals=True))
        self._files[sha] = result.units
        self._fresh_files.append(sha)

    # -- committing ------------------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Make what was added count: parts first, the pointer last, by rename."""
        if self._buffer or self._fresh_files:
            self._flush()
            self._point()

    def _point(self) -> None:
        state = {
            "version": self._version,
            "run": self._run,
            "next": self._next,
            "parts": [[p.table, p.year, p.name, p.rows, p.bytes] for p in self._parts],
            "files": {
                sha: [[u.member, u.sha256, u.bytes, u.kind, u.blank] for u in units]
                for sha, units in sorted(self._files.items())
            },
        }
        part = self.folder / (_POINTER + ".part")
        with part.open("w", encoding="utf-8") as out:
            json.dump(state, out)
            out.flush()
            os.fsync(out.fileno())
        part.replace(self.folder / _POINTER)
        self._fresh_files = []

    def compact(self, live: pl.Series, files: Container[str]) -> bool:
        """Merge many small parts into one a table and year; when most rows are dead, leave those out.

        `live`: numbers of the records in use, `files`: hashes of the files in use. Other files' results are forgotten
        when their records go. True when anything was rewritten.
        """
        total = sum(p.rows for p in self._parts if p.table == "records")
        drop_dead = total > _DEAD_ENOUGH and live.len() < total * (1 - _DEAD_SHARE)
        by_slot: dict[tuple[str, int], list[_Part]] = {}
        for part in self._parts:
            by_slot.setdefault((part.table, part.year), []).append(part)
        crowded = {slot for slot, parts in by_slot.items() if len(parts) > _MANY_PARTS}
        if not drop_dead and not crowded:
            return False
        self._run += 1
        self._parts = [p for slot, parts in by_slot.items() if not drop_dead and slot not in crowded for p in parts]
        for table, year in sorted(by_slot if drop_dead else crowded):
            rows = pl.concat([pl.read_parquet(self.folder / p.path) for p in by_slot[table, year]])
            if drop_dead:
                rows = rows.filter(pl.col(RECORD).is_in(live.implode()))
            if rows.height:
                self._write(table, year, rows)
        if drop_dead:
            self._files = {sha: units for sha, units in self._files.items() if sha in files}
            self._known = None
        self._point()
        self._sweep()
        return True

    # -- reading back ----------------------------------------------------------------------------------------------

    @property
    def next_record(self) -> int:
        """One more than the largest record number in use."""
        return self._next

    def _scan(self, table: str) -> pl.LazyFrame:
        paths = [self.folder / p.path for p in self._parts if p.table == table]
        if not paths:
            frame = empty(TABLES[table])
            return (frame.with_columns(key=pl.lit(None, dtype=pl.Binary)) if table == "records" else frame).lazy()
        return pl.scan_parquet(paths, hive_partitioning=False)

    def read(self, table: str) -> pl.DataFrame:
        """All rows of a table that were committed, in no order of meaning; rows of one record stand in theirs."""
        return self._scan(table).collect()

    def tables(self) -> Iterator[str]:
        """Names of the tables that have rows."""
        return iter(sorted({p.table for p in self._parts}))

    def remove(self) -> None:
        """Delete the lake's folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _write_parquet(frame: pl.DataFrame, path: Path) -> None:
    with path.open("wb") as out:
        try:
            frame.write_parquet(out, compression="zstd", compression_level=1, statistics=False)
        except pl.exceptions.PolarsError as error:  # it hides what the disk said
            raise OSError(f"cannot write {path}: {error}") from error
        out.flush()
        os.fsync(out.fileno())
