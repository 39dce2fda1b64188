"""Versions of a publication: staged where nobody reads, sealed with a manifest, swapped in by one atomic step.

    with lock(out):                                  # one run at a time; sweeps what a killed one left
        staged = stage(out)                          # DIR/versions/.tmp-...
        ...                                          # write files into it
        version = seal(staged, manifest)             # fsync, hashes, manifest.json last; the id is their hash
        commit(out, staged, version, command="run")  # rename, swap DIR/current, log

Until the symlink is replaced readers see the old version, afterwards the new one. A version is never changed.
"""

import csv
import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from procrisk import fsio
from procrisk.errors import LockedError
from procrisk.publication import log
from procrisk.publication.verify import CURRENT, MANIFEST, VERSIONS, contained, verify_version

LOCK = ".lock"
ID = re.compile(r"[0-9a-f]{16}")


@contextmanager
def lock(out: Path) -> Iterator[None]:
    """Hold the publication for writing. The kernel drops the lock with the process, also after kill -9.

    On entry what a killed run left is settled and swept; on exit, also by an exception, so is this run's own.

    Raises:
        LockedError: another run holds it; nothing was waited for or changed.
        PublicationIOError: the folder cannot be made or written.
    """
    fsio.make_folder(out)
    with fsio.reporting("lock", out / LOCK):
        fd = os.open(out / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o666)
        try:
            _take(fd, out)
        except BaseException:
            os.close(fd)
            raise
    try:
        log.settle(out, current(out))
        sweep(out)
        yield
    finally:
        sweep(out)
        fcntl.flock(fd, fcntl.LOCK_UN)  # closing alone would leave it with a child that inherited the descriptor
        os.close(fd)


def _take(fd: int, out: Path) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(fd, 32).decode(errors="replace").strip()
        raise LockedError(
            f"another run{f' (process {holder})' if holder else ''} holds {out / LOCK}: wait until it ends and run again"
        ) from None
    os.ftruncate(fd, 0)
    os.write(fd, f"{os.getpid()}\n".encode())  # for the message above alone: the lock is the kernel's


def sweep(out: Path) -> None:
    """Remove unfinished files, links and versions. The caller holds the lock, so they are nobody's."""
    for folder in (out, out / VERSIONS):
        for left in folder.glob(f"{fsio.TEMPORARY}*"):
            fsio.remove(left)


def current(out: Path) -> str | None:
    """Id of the version that DIR/current leads to; None where there is none."""
    link = out / CURRENT
    if not link.is_symlink() or not link.is_dir():
        return None
    return link.readlink().name


def stage(out: Path) -> Path:
    """An empty folder, on the file system of the versions, for the files of a version to be."""
    folder = fsio.temporary(out / VERSIONS)
    fsio.make_folder(folder)
    return folder


def seal(staged: Path, manifest: Mapping[str, Any], rows: Mapping[str, int] | None = None) -> str:
    """Flush the staged files, add `outputs` to the manifest, write it last and name the version.

    Args:
        staged: what `stage` gave, with the files written: plain files and folders of them.
        manifest: everything but `outputs`; no clock and no trace of an earlier version, or ids would differ.
        rows: rows of files that are neither Parquet nor CSV, where rows mean something, by name of the output.

    Returns:
        the id: first 16 hex digits of the SHA-256 of the manifest's bytes.
    """
    outputs = []
    for name, path in contained(staged).items():
        if path.is_symlink() or not path.is_file():
            raise ValueError(f"{name}: a version holds plain files alone")
        fsio.sync(path)
        with fsio.reporting("read", path), path.open("rb") as f:
            digest = file_digest(f, "sha256").hexdigest()
        outputs.append({"name": name, "sha256": digest, "rows": (rows or {}).get(name, _count(path))})
    document = {**manifest, "outputs": outputs}
    data = json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1).encode() + b"\n"
    fsio.write_file(staged / MANIFEST, data)
    for folder in {(staged / str(o["name"])).parent for o in outputs} | {staged}:
        fsio.sync(folder)
    return sha256(data).hexdigest()[:16]


def _count(path: Path) -> int | None:
    if path.suffix == ".parquet":
        import polars as pl  # noqa: PLC0415 - the lock and the swap need no data frames

        return int(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as f:
            return sum(1 for _ in csv.reader(f)) - 1
    return None


def commit(
    out: Path,
    staged: Path,
    version: str,
    *,
    command: str,
    drift: Any = None,
    accepted: str | None = None,
    clock: log.Clock = log.utc_now,
) -> bool:
    """Make the sealed version the current one; the caller holds the lock.

    A version of that id that is already there is kept if it verifies, else replaced: same id, same bytes.

    Args:
        out: folder of the publication.
        staged: the folder that was sealed; it is gone afterwards.
        version: its id.
        command: what made it, for the log.
        drift: what was measured against the version before, for the log.
        accepted: why an operator published in spite of it.
        clock: time of the log's line.

    Returns:
        False where this version was current already: nothing new, nothing logged.
    """
    target = out / VERSIONS / version
    if target.is_dir() and not verify_version(target):
        fsio.remove(staged)
    else:
        if target.exists() or target.is_symlink():
            # readers of this very version miss it for a moment; what they would read is damaged
            fsio.rename(target, fsio.temporary(target.parent))
        fsio.rename(staged, target)
    fsio.sync(target.parent)
    return point(out, version, command=command, drift=drift, accepted=accepted, clock=clock)


def point(
    out: Path,
    version: str,
    *,
    command: str,
    drift: Any = None,
    accepted: str | None = None,
    clock: log.Clock = log.utc_now,
) -> bool:
    """Lead DIR/current to a version that is there, and log it; the caller holds the lock. False: it did already."""
    entries = log.read(out).effective(version)
    if current(out) == version and entries and entries[-1].get("version") == version:
        return False
    entry = log.announce(out, version, command=command, drift=drift, accepted=accepted, clock=clock)
    fsio.point(out / CURRENT, f"{VERSIONS}/{version}")
    log.record(out, entry)
    return True
