"""OCDS in any of its published shapes to chunks of canonical tables.

JSON Lines (each line a release, a record or a package), or one JSON document: a release, a record, a release package, a
record package (1.0, 1.1), an array of those. A *record* here is what stands alone: a compiled release, a record, or all
releases of one ocid in a file, merged. Each is decoded on its own by a typed decoder; only one that fails is read again,
loosely, to mend it or to say why not. Memory is flat for JSON Lines; a document is held whole.
"""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import msgspec
import polars as pl
from msgspec import UNSET

from procrisk.records import checks, ocds_loose
from procrisk.records.batch import RAW_KEPT, Chunk, Reason, Refusal, content_key
from procrisk.records.ocds_frames import Frames
from procrisk.records.ocds_lines import Line, lines
from procrisk.records.ocds_loose import UnreadableError
from procrisk.records.ocds_structs import Entry, Release, decode

CHUNK_RECORDS = 4000
CHUNK_BYTES = 32 * 2**20
"""A chunk is closed at whichever comes first."""

PENDING_BYTES = 512 * 2**20
"""Releases that are not compiled wait for others of their ocid to the end of the file, or until so many bytes wait."""

_COMPILED = b'"compiled"'
_HUGE = re.compile(rb"[:\[,]\s*-?\d{20,}")
# Signs of a repeated key, which no fast decoder reports; a record that shows one is read again strictly. Seen are an
# amount twice in an object that holds no other object, ...
_TWICE = r'"amount"\s*:[^{}]*"amount"\s*:'
# ... a field twice among those before the first nested object, ...
_ABOVE = 512
_TWICE_ABOVE = r'^\s*\{[^{}]*(?:"ocid"\s*:[^{}]*"ocid"|"id"\s*:[^{}]*"id"|"date"\s*:[^{}]*"date")\s*:'
# ... and two tenders. Separate searches, not one pattern: each keeps the literal that makes it fast.
_X = pl.col("x").str
_SUSPECT = _X.contains(_TWICE) | _X.head(_ABOVE).str.contains(_TWICE_ABOVE) | pl.col("x").is_null()
_TENDER_TWICE = _X.count_matches('"tender":', literal=True) > 1
_SIGNS = (_SUSPECT.arg_true().implode().alias("sure"), _TENDER_TWICE.arg_true().implode().alias("twice"))
_RELEASES = b'"releases":'
_TOGETHER = 512
"""Lines taken from bytes to columns together: about what the processor's cache holds."""
_Bad = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read(stream: BinaryIO, known: Container[bytes]) -> Iterator[Chunk]:
    """The records of `stream` as Chunks.

    known: keys of records already accepted; they are counted, not decoded. Bad content is refused, never raised;
    what the stream itself raises (a damaged archive) passes.
    """
    pending = _Pending()
    taken = _Taken()
    some: list[Line] = []
    for line in lines(stream):
        if isinstance(line, Chunk):
            yield line
            continue
        some.append(line)
        if len(some) < _TOGETHER:
            continue
        _take_lines(some, known, pending, taken)
        some = []
        if taken.is_full():
            yield taken.chunk()
            taken = _Taken()
            if pending.size > PENDING_BYTES:
                yield from pending.flush(known)
    _take_lines(some, known, pending, taken)
    if taken.keys or taken.refusals:
        yield taken.chunk()
    yield from pending.flush(known)


@dataclass(slots=True)
class _Taken:
    """What became of the lines of one chunk so far. `releases[n]` belongs to the record at `at[n]`."""

    lines: list[Line] = field(default_factory=list)
    keys: list[bytes] = field(default_factory=list)
    frames: Frames = field(default_factory=Frames)
    releases: list[Release] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    size: int = 0

    def is_full(self) -> bool:
        """Whether it is time to make a chunk of it."""
        return len(self.keys) >= CHUNK_RECORDS or self.size >= CHUNK_BYTES

    def keep(self, line: Line, key: bytes, release: Release | None) -> None:
        """A record: decoded, or known before (None)."""
        if release is not None:
            if not (release.ocid or (release.tender and release.tender.id)):
                self.refuse(line, Reason.ID_MISSING, "neither ocid nor tender.id")
                return
            self.releases.append(release)
            self.at.append(len(self.keys))
        self.lines.append(line)
        self.keys.append(key)
        self.size += len(line.raw)

    def refuse(self, line: Line, reason: Reason, detail: str) -> None:
        """A record that cannot be read."""
        raw = line.raw
        self.refusals.append(
            Refusal(line.number, line.offset, reason, detail, raw[:RAW_KEPT], ocds_loose.record_id(raw))
        )

    def columns(self) -> None:
        """Turns the releases decoded so far into columns, and lets go of them."""
        self.frames.add(self.releases, self.at)
        self.releases, self.at = [], []

    def chunk(self) -> Chunk:
        """The canonical tables, without the records that fail a check."""
        chunk = Chunk([n.number for n in self.lines], [n.offset for n in self.lines], self.keys, {}, self.refusals)
        self.columns()
        chunk.tables, faults = self.frames.finish()
        if not chunk.tables:
            return chunk
        bad = {r: (Reason.DATE_INVALID, f"{column} is {raw!r}: no day") for r, column, raw in faults.iter_rows()}
        done = checks.refuse(chunk, lambda n: self.lines[n].raw, bad)
        if done is not chunk:
            whole = {(n.number, n.offset): n.raw for n in self.lines}
            done.refusals = [_sharper(r, whole.get((r.line, r.offset), b"")) for r in done.refusals]
        return done


def _sharper(refusal: Refusal, raw: bytes) -> Refusal:
    """An amount that is too large because it is an integer that no float holds exactly."""
    if refusal.reason is Reason.AMOUNT_TOO_LARGE and _HUGE.search(raw):
        return replace(refusal, reason=Reason.JSON_INTEGER_TOO_LARGE)
    return refusal


def _take_lines(some: Sequence[Line], known: Container[bytes], pending: "_Pending", taken: _Taken) -> None:
    """Some hundred lines from bytes to columns, in one go: what one step leaves in the cache, the next one finds."""
    keys = [content_key(line.raw) for line in some]
    known_lines = [key in known and _COMPILED in line.raw for line, key in zip(some, keys, strict=True)]
    doubtful = _doubtful([line.raw for line, is_known in zip(some, known_lines, strict=True) if not is_known])
    n = 0
    for line, key, is_known in zip(some, keys, known_lines, strict=True):
        if is_known:
            taken.keep(line, key, None)
        else:
            _take(line, key, n in doubtful, known, pending, taken)
            n += 1
    taken.columns()


def _doubtful(raws: Sequence[bytes]) -> set[int]:
    """Positions of those of some hundred records that are not UTF-8 or show a repeated key."""
    try:
        text = pl.Series(raws, dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:  # not all of it is UTF-8
        text = pl.Series([_text(raw) for raw in raws], dtype=pl.String)
    sure, twice = text.to_frame("x").select(_SIGNS).row(0)
    # a record, unlike a release, names the tender once for each of its releases
    return {*sure, *(n for n in twice if _RELEASES not in raws[n])}


def _text(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _take(line: Line, key: bytes, doubtful: bool, known: Container[bytes], pending: "_Pending", taken: _Taken) -> None:
    """Decode one line and put what it holds where it belongs."""
    try:
        entry = ocds_loose.reread(line.raw) if doubtful else decode(line.raw)
    except _Bad:
        entry = None
    except UnreadableError as error:
        taken.refuse(line, error.reason, error.detail)
        return
    try:
        if entry is None:
            entry = ocds_loose.reread(line.raw)
        inner = entry.records if entry.records is not UNSET else entry.releases if entry.ocid is None else UNSET
        if inner is not UNSET and entry.compiled is None:
            _take_package(line, inner, known, pending, taken)
            return
        release = _release(entry, line.raw)
    except UnreadableError as error:
        taken.refuse(line, error.reason, error.detail)
        return
    if release is entry and release.tag and "compiled" not in release.tag:
        pending.add(release, line)
    else:
        taken.keep(line, key, None if key in known else release)


def _take_package(
    line: Line, inner: Sequence[msgspec.Raw], known: Container[bytes], pending: "_Pending", taken: _Taken
) -> None:
    """The elements of a package that stands on one line: all are found at that line."""
    offset = 0
    for element in map(bytes, inner):
        offset = max(line.raw.find(element, offset), 0)
        piece = Line(line.number, line.offset + offset, element)
        offset += len(element)
        key = content_key(element)
        _take(piece, key, bool(_doubtful([element])), known, pending, taken)


def _release(entry: Entry, raw: bytes) -> Release:
    """The release to read: the compiled one, the entry itself, or its releases merged."""
    if entry.compiled is not None:
        release = entry.compiled
        if release.ocid is None:
            release.ocid = entry.ocid
        return release
    if entry.releases is not UNSET and entry.tender is None and entry.awards is None:
        if not entry.releases:
            raise UnreadableError(Reason.LINKED_RELEASE, "a record without releases and without compiledRelease")
        versioned = bool(bytes(entry.versioned))
        try:
            return ocds_loose.compiled([bytes(r) for r in entry.releases])
        except UnreadableError as error:
            if error.reason is Reason.LINKED_RELEASE and versioned:
                return ocds_loose.reread(raw)
            raise
    return ocds_loose.reread(raw) if bytes(entry.versioned) else entry


class _Pending:
    """Releases that are not compiled, by ocid: the releases of one process make one record, merged."""

    def __init__(self) -> None:
        self._by_ocid: dict[str, list[Line]] = {}
        self.size = 0

    def add(self, release: Release, line: Line) -> None:
        """A release, to be merged with the others of its ocid; the same release twice counts once."""
        group = self._by_ocid.setdefault(release.ocid or "", [])
        group.append(line)
        self.size += len(line.raw)

    def flush(self, known: Container[bytes]) -> Iterator[Chunk]:
        """What waits, merged, as chunks."""
        taken = _Taken()
        for group in self._by_ocid.values():
            _take_group(group, known, taken)
            if taken.is_full():
                yield taken.chunk()
                taken = _Taken()
        self._by_ocid, self.size = {}, 0
        if taken.keys or taken.refusals:
            yield taken.chunk()


def _take_group(group: list[Line], known: Container[bytes], taken: _Taken) -> None:
    raws = sorted({line.raw for line in group})
    key = content_key(b"\n".join(raws))
    first = group[0]
    if key in known:
        taken.keep(first, key, None)
        return
    try:
        release = ocds_loose.reread(raws[0]) if len(raws) == 1 else ocds_loose.compiled(raws)
    except UnreadableError as error:
        taken.refuse(first, error.reason, error.detail)
        return
    taken.keep(first, key, release)
