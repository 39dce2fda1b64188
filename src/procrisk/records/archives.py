"""Files, and what is packed inside them, as streams of plain bytes; whatever is unsafe or damaged is refused whole.

gzip goes through isal (several times faster than zlib). A stream that ends without a confirmed checksum raises, so that
its reader can drop what it read; nothing is unpacked to disk, and no name inside an archive becomes a path.
"""

import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import IO, Any, BinaryIO, cast

from isal import igzip, isal_zlib

from procrisk.records.batch import Reason

MAX_RATIO = 200
"""Unpacked bytes for one packed byte, at most; text packs 5 to 30 times."""
MAX_BYTES = 64 * 2**30
"""Unpacked bytes of one file, at most."""
MAX_FILES = 10_000
"""Members of one archive, at most."""
MAX_NESTING = 3
"""Archives inside archives, at most."""
MAX_INNER = 2**30
"""Bytes of an archive inside an archive, at most: it is held in memory."""

_RATIO_FROM = 4 * 2**20  # small files may be as repetitive as they like
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_ZIP_EMPTY = b"PK\x05\x06"
_open_gzip: Any = igzip.IGzipFile
_ISAL_ERROR: Any = isal_zlib.error
_WORKBOOK = "[Content_Types].xml"

Opener = Callable[[], BinaryIO]


class ArchiveRefused(Exception):  # noqa: N818 (a refusal, kept in quarantine, not an error of the program)
    """A file that is damaged or unsafe: nothing of it may be read."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Unit:
    """One plain file: the file itself, what a .gz holds, or a member of a zip."""

    name: str
    """The file's name; for a member of a zip `<file>/<member>`. For people: never a path to open."""
    path: Path
    """The file on disk that it comes from."""
    size: int
    """Its packed size in bytes."""
    open: Opener
    """Its unpacked bytes from the start. Reading raises ArchiveRefused where the archive is damaged or a bomb."""


@dataclass(slots=True)
class _Budget:
    """What one file may still unpack to; shared by all that is in it."""

    left: int = MAX_BYTES
    files: int = MAX_FILES


def units(path: Path) -> Iterator[Unit]:
    """The plain files in `path`, in the order of the archive.

    Raises ArchiveRefused, here or when a unit is read, with the reason; then nothing of the file counts.
    """
    size = path.stat().st_size
    yield from _units(path.name, path, size, lambda: path.open("rb"), _Budget(), 0)


def _units(name: str, path: Path, size: int, opener: Opener, budget: _Budget, level: int) -> Iterator[Unit]:
    with opener() as stream:
        magic = stream.read(4)
    if level > MAX_NESTING and magic[:2] in (_GZIP, b"PK"):
        raise ArchiveRefused(Reason.ARCHIVE_TOO_LARGE, f"{name}: more than {MAX_NESTING} archives inside one another")
    if magic.startswith(_GZIP):
        inner = _gzip_opener(name, size, opener)
        yield from _units(name, path, size, inner, budget, level + 1)
    elif magic in (_ZIP, _ZIP_EMPTY):
        yield from _zip_units(name, path, size, opener, budget, level)
    else:
        yield Unit(name, path, size, opener)


# --- gzip --------------------------------------------------------------------------------------------------------


def _gzip_opener(name: str, size: int, opener: Opener) -> Opener:
    def unpack() -> BinaryIO:
        source = opener()
        unpacked = cast("IO[bytes]", _open_gzip(fileobj=source, mode="rb"))
        return _guarded(name, size, unpacked, source)

    return unpack


class _Guard(io.RawIOBase):
    """A stream of unpacked bytes that stops at the caps and says in our words what is wrong with an archive."""

    def __init__(self, name: str, packed: int, stream: IO[bytes], source: IO[bytes] | None) -> None:
        self._name, self._packed, self._stream, self._source = name, packed, stream, source
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _read(self, size: int) -> bytes:
        try:
            data = self._stream.read(size)
        except EOFError as error:
            raise ArchiveRefused(
                Reason.GZIP_TRUNCATED, f"{self._name}: ends before its checksum; fetch it again"
            ) from error
        except zipfile.BadZipFile as error:
            raise ArchiveRefused(Reason.ZIP_CORRUPT, f"{self._name}: {error}") from error
        except (zlib.error, _ISAL_ERROR, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the disk, not the archive
            reason = Reason.ZIP_CORRUPT if self._source is None else Reason.GZIP_CORRUPT
            raise ArchiveRefused(reason, f"{self._name}: damaged: {error}; fetch it again") from error
        self._given += len(data)
        over_ratio = self._given > max(self._packed * MAX_RATIO, _RATIO_FROM)
        if over_ratio or self._given > MAX_BYTES:
            detail = (
                f"{self._name}: unpacks to more than {self._given} bytes from {self._packed}; a decompression bomb?"
            )
            raise ArchiveRefused(Reason.ARCHIVE_TOO_LARGE, detail)
        return data

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            if self._source is not None:
                self._source.close()
        super().close()


def _guarded(name: str, packed: int, stream: IO[bytes], source: IO[bytes] | None) -> BinaryIO:
    return io.BufferedReader(_Guard(name, packed, stream, source), 256 * 1024)


# --- zip ---------------------------------------------------------------------------------------------------------


def _zip_units(name: str, path: Path, size: int, opener: Opener, budget: _Budget, level: int) -> Iterator[Unit]:
    stream = _seekable(name, opener)
    try:
        archive = zipfile.ZipFile(stream)
        members = [m for m in archive.infolist() if not m.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        stream.close()
        raise ArchiveRefused(Reason.ZIP_CORRUPT, f"{name}: {error}; fetch it again") from error
    with stream, archive:
        if any(m.filename == _WORKBOOK for m in members):
            yield Unit(name, path, size, opener)
            return
        _admit(name, members, budget)
        for member in members:
            inner = _member_opener(f"{name}/{member.filename}", opener, member)
            yield from _units(f"{name}/{member.filename}", path, member.compress_size, inner, budget, level + 1)


def _seekable(name: str, opener: Opener) -> BinaryIO:
    stream = opener()
    if stream.seekable():
        return stream
    with stream:
        data = stream.read(MAX_INNER + 1)
    if len(data) > MAX_INNER:
        raise ArchiveRefused(
            Reason.ARCHIVE_TOO_LARGE, f"{name}: an archive inside an archive of over {MAX_INNER} bytes"
        )
    return io.BytesIO(data)


def _admit(name: str, members: list[zipfile.ZipInfo], budget: _Budget) -> None:
    """Refuses by what the archive says of itself; what it hides is caught when it is read."""
    budget.files -= len(members)
    if budget.files < 0:
        raise ArchiveRefused(Reason.ARCHIVE_TOO_LARGE, f"{name}: more than {MAX_FILES} files")
    for member in members:
        where = f"{name}: member {member.filename!r}"
        if _unsafe(member):
            raise ArchiveRefused(Reason.ZIP_UNSAFE_PATH, f"{where} points outside the archive")
        if member.flag_bits & 1:
            raise ArchiveRefused(Reason.ZIP_CORRUPT, f"{where} is encrypted")
        if member.file_size > max(member.compress_size * MAX_RATIO, _RATIO_FROM):
            detail = f"{where} unpacks to {member.file_size} bytes from {member.compress_size}; a decompression bomb?"
            raise ArchiveRefused(Reason.ARCHIVE_TOO_LARGE, detail)
        budget.left -= member.file_size
    if budget.left < 0:
        raise ArchiveRefused(Reason.ARCHIVE_TOO_LARGE, f"{name}: unpacks to more than {MAX_BYTES} bytes")


def _unsafe(member: zipfile.ZipInfo) -> bool:
    """An absolute path, a drive, a way up, a NUL, or a symbolic link."""
    original = member.orig_filename
    path = PureWindowsPath(original)  # takes both kinds of slash
    link = stat.S_ISLNK(member.external_attr >> 16)
    return link or "\0" in original or path.anchor != "" or ".." in path.parts


def _member_opener(name: str, opener: Opener, member: zipfile.ZipInfo) -> Opener:
    def unpack() -> BinaryIO:
        stream = _seekable(name, opener)
        try:
            archive = zipfile.ZipFile(stream)
            inner = archive.open(member.filename)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, KeyError) as error:
            stream.close()
            raise ArchiveRefused(Reason.ZIP_CORRUPT, f"{name}: {error}; fetch it again") from error
        return _guarded(name, member.compress_size, cast("IO[bytes]", _Member(inner, archive, stream)), None)

    return unpack


class _Member:
    """A member's stream that closes its archive with it."""

    def __init__(self, inner: IO[bytes], *outer: IO[bytes] | zipfile.ZipFile) -> None:
        self._inner, self._outer = inner, outer

    def read(self, size: int) -> bytes:
        try:
            return self._inner.read(size)
        except EOFError as error:
            raise zipfile.BadZipFile(f"ends before its last byte: {error}") from error

    def close(self) -> None:
        self._inner.close()
        for stream in self._outer:
            stream.close()
