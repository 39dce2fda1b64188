"""Every write that must last goes through here: one place to flush, to name what failed, and to make fail in tests.

Only functions of `os` touch the disk, one call a step, so that a test can replace this module's `os` and let the n-th
step fail. An `OSError` leaves as `PublicationIOError`, with the path and what the operator can do about it.
"""

import errno
import io
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from procrisk.errors import PublicationIOError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

TEMPORARY = ".tmp-"
"""How the name of everything unfinished begins; what a killed run leaves is found by it and swept."""

ADVICE = {
    errno.ENOSPC: "the disk is full: free some space and run again",
    errno.EDQUOT: "the disk quota is used up: free some space and run again",
    errno.EFBIG: "the file is larger than this process may write: raise the limit (ulimit -f)",
    errno.EROFS: "the file system is mounted read-only",
    errno.EACCES: "this user has no permission there",
    errno.EPERM: "this user has no permission there",
    errno.EMFILE: "too many open files: raise the limit (ulimit -n)",
    errno.EIO: "the device reported an error: check the disk",
}


@contextmanager
def reporting(doing: str, path: Path) -> Iterator[None]:
    """Turn an `OSError` into a `PublicationIOError` that says what could not be done, where, and what to do."""
    try:
        yield
    except OSError as e:
        advice = ADVICE.get(e.errno or 0, "what was published before is untouched; mend the cause and run again")
        raise PublicationIOError(f"cannot {doing} {path}: {e.strerror or e}; {advice}") from e


def temporary(folder: Path) -> Path:
    """A name in `folder` that nobody uses and that a sweep recognises."""
    return folder / f"{TEMPORARY}{secrets.token_hex(8)}"


class Writer(io.RawIOBase):
    """A file being written. It remembers its failure, because a library may hide it in an exception of its own."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.failure: OSError | None = None
        self._fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o666)

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write all of `data`: a short write (signal, quota) goes on with the rest."""
        view = memoryview(data).cast("B")
        done = 0
        try:
            while done < len(view):
                done += os.write(self._fd, view[done:])
        except OSError as e:
            self.failure = e
            raise
        return done

    def close(self) -> None:
        """Close; flushing to the device is `sync`'s task, once the version is complete."""
        if not self.closed:
            os.close(self._fd)
        super().close()


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """A new file at `path`, which must not exist yet, to be filled by the caller.

    Raises:
        PublicationIOError: it could not be made or filled, whatever exception the caller's library made of that.
    """
    with reporting("write", path):
        writer = Writer(path)
        try:
            with writer:
                yield cast("IO[bytes]", writer)  # typing.IO asks for more than any writer of bytes needs
        except Exception:
            if writer.failure is not None:
                raise writer.failure from None
            raise


def write_file(path: Path, data: bytes) -> None:
    """A new file with `data`, flushed to the device."""
    with writing(path) as f:
        f.write(data)
    sync(path)


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` at `path`, new or in place of an old file: a reader sees the old bytes or the new ones, no mix."""
    beside = temporary(path.parent)
    try:
        write_file(beside, data)
        with reporting("replace", path):
            os.replace(beside, path)  # noqa: PTH105 - see the module's docstring
    finally:
        remove(beside)
    sync(path.parent)


def append(path: Path, data: bytes) -> None:
    """Add `data` at the end of `path`, flushed to the device, the folder too where the file is new."""
    with reporting("append to", path):
        new = not path.exists()
        fd = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC, 0o666)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(fd, view) :]
            os.fsync(fd)
        finally:
            os.close(fd)
    if new:
        sync(path.parent)


def truncate(path: Path, size: int) -> None:
    """Keep the first `size` bytes of `path`."""
    with reporting("repair", path):
        os.truncate(path, size)
        sync(path)


def sync(path: Path) -> None:
    """Flush a file, or the entries of a folder, to the device."""
    with reporting("flush", path):
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def make_folder(path: Path) -> None:
    """Make `path` and the folders above it, where they are missing."""
    with reporting("make", path):
        if not path.is_dir():
            if not path.parent.is_dir():
                make_folder(path.parent)
            os.mkdir(path)  # noqa: PTH102 - see the module's docstring


def rename(old: Path, new: Path) -> None:
    """Rename within one file system; both folders are flushed."""
    with reporting("rename", old):
        os.rename(old, new)  # noqa: PTH104 - see the module's docstring
    for folder in {old.parent, new.parent}:
        sync(folder)


def point(link: Path, target: str) -> None:
    """Make the symlink `link` lead to `target`, atomically: a new link is made beside it and takes its name."""
    beside = temporary(link.parent)
    try:
        with reporting("re-point", link):
            os.symlink(target, beside)  # noqa: PTH211 - see the module's docstring
            os.replace(beside, link)  # noqa: PTH105
    finally:
        remove(beside)
    sync(link.parent)


def remove(path: Path) -> bool:
    """Remove a file, a link or a whole folder. Says whether it is gone; a failure is not raised, it hides the cause."""
    if path.is_symlink() or path.is_file():
        try:
            path.unlink()
        except OSError:
            return False
    elif path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    return not path.exists()
