"""`procrisk fetch oece`: the publisher's monthly files, complete, checked and up to date.

OECE publishes a zip of JSON for each month of calls, and the SHA-256 of the JSON inside (not of the zip). Old months are
compiled anew now and then: each run asks for the sha of every month wanted and downloads those that changed. What is at
hand is in DIR/.fetch.json: month to sha, file name, bytes and sha256 of the file. A folder that was filled once costs
one small request a month.

Addresses, below https://contratacionesabiertas.oece.gob.pe (as of 2026-11):
    /api/v1/files?page=N&paginateBy=100&format=json   the index: results[].files.json, pagination.num_pages
    /api/v1/file/seace_v3/json/YYYY/MM                the zip (csv: the tables)
    /api/v1/file/seace_v3/sha/YYYY/MM                 64 hex digits
"""

import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO, Any, Literal

from procrisk import fsio, logs
from procrisk.errors import InputMissingError, PublicationIOError, UsageError
from procrisk.records.download import Client

BASE_URL = "https://contratacionesabiertas.oece.gob.pe"
HOSTS = frozenset({"contratacionesabiertas.oece.gob.pe", "contratacionesabiertas.osce.gob.pe"})
"""The publisher under its new name and the one it had until 2025; both redirect to each other."""
STATE = ".fetch.json"
SOURCE = "seace_v3"

Kind = Literal["json", "csv"]

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_INDEXED = re.compile(rf"/file/{SOURCE}/json/(\d{{4}})/(\d{{1,2}})\b")
_RATIO, _LARGEST = 200, 8 << 30
"""Uncompressed against compressed size, and bytes, beyond which an archive is a bomb; real months are 10:1 and 0.1 GB."""


def fetch_oece(
    first: str, last: str, into: Path, *, base_url: str = BASE_URL, kind: Kind = "json", client: Client | None = None
) -> list[Path]:
    """Download the months from `first` to `last` (YYYY-MM, both included) that are new or changed.

    Args:
        first: first month.
        last: last month.
        into: folder; made where it is missing.
        base_url: where the publisher is.
        kind: `json` (compiled releases, sha checked) or `csv` (the tables; the month's sha only says that it changed).
        client: another client, for tests; it has its own address.

    Returns:
        the files of the months wanted, at hand before or new, in order of months.

    Raises:
        UsageError: a month is not YYYY-MM, or the first comes after the last.
        InputMissingError: the publisher has none of these months.
        PublicationIOError: the publisher cannot be reached or a file is not what its sha says (kept as *.wrong-sha).
    """
    wanted = months(first, last)
    fsio.make_folder(into)
    with client or Client(base_url, hosts=HOSTS) as http:
        published = set(_index(http))
        if missing := [m for m in wanted if m not in published]:
            logs.get().warning("months not published", months=missing)
        if len(missing) == len(wanted):
            raise InputMissingError(f"{base_url} publishes none of the months from {first} to {last}")
        state, found, wrong = _read_state(into), [], []
        for month in (m for m in wanted if m in published):
            try:
                found.append(_month(http, month, kind, into, state))
            except _WrongShaError as e:
                wrong.append(str(e))
    if wrong:
        raise PublicationIOError("; ".join(wrong))
    return found


def months(first: str, last: str) -> list[str]:
    """The months from `first` to `last`, both included, as YYYY-MM.

    Raises:
        UsageError: one of them is no month, or the first comes after the last.
    """
    bounds = []
    for text in (first, last):
        match = _MONTH.fullmatch(text)
        if not match:
            raise UsageError(f"{text!r} is not a month; write it as 2022-01")
        bounds.append(int(match.group(1)) * 12 + int(match.group(2)) - 1)
    if bounds[0] > bounds[1]:
        raise UsageError(f"the first month, {first}, comes after the last, {last}")
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(bounds[0], bounds[1] + 1)]


class _WrongShaError(PublicationIOError):
    """One month is damaged at the publisher; the others can still be had."""


def _index(http: Client) -> Iterator[str]:
    page, pages = 1, 1
    while page <= pages:
        path = f"/api/v1/files?page={page}&paginateBy=100&format=json"
        try:
            document = json.loads(http.get(path))
            pages = min(int(document["pagination"]["num_pages"]), 1000)
            addresses = [str(item["files"].get("json", "")) for item in document["results"]]
        except (ValueError, KeyError, TypeError, AttributeError) as e:
            raise PublicationIOError(f"the publisher's index ({path}) has another form than expected: {e!r}") from e
        for address in addresses:
            if match := _INDEXED.search(address):
                yield f"{match.group(1)}-{int(match.group(2)):02d}"
        page += 1


def _month(http: Client, month: str, kind: Kind, into: Path, state: dict[str, Any]) -> Path:
    sha = _published_sha(http, month)
    entry, key = state.get(f"{month} {kind}", {}), f"{month} {kind}"
    at_hand = into / str(entry.get("file", ""))
    if entry.get("sha") == sha and at_hand.is_file() and _digest(at_hand) == entry.get("file_sha256"):
        return at_hand
    part = into / f"{month}_{SOURCE}_{kind}.{sha[:12]}.part"
    for stale in into.glob(f"{month}_{SOURCE}_{kind}.*.part"):
        if stale != part:
            fsio.remove(stale)  # of an edition that the publisher has replaced since
    sha = _download(http, month, kind, part, sha)
    final = into / f"{month}_{SOURCE}_{kind}{_suffix(part, kind)}"
    fsio.sync(part)
    with fsio.reporting("rename", part):
        part.replace(final)
    fsio.sync(into)
    state[key] = {"sha": sha, "file": final.name, "bytes": final.stat().st_size, "file_sha256": _digest(final)}
    fsio.replace_file(into / STATE, json.dumps(state, sort_keys=True, indent=1).encode() + b"\n")
    logs.get().info("fetched", month=month, file=final.name, bytes=final.stat().st_size)
    return final


def _download(http: Client, month: str, kind: Kind, part: Path, sha: str) -> str:
    """Fill `part` and check it. Returns the sha it has: the publisher may compile the month anew meanwhile."""
    year, number = month.split("-")
    problem = ""
    for _ in range(2):
        resumed = http.download(f"/api/v1/file/{SOURCE}/{kind}/{year}/{number}", part)
        try:
            inside = _inside(part, kind)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as e:
            problem = f"it cannot be read: {e}"
        else:
            if kind == "csv" or inside == sha:
                return sha
            if (newer := _published_sha(http, month)) != sha:
                sha = newer
                if inside == sha:
                    return sha
            problem = f"its SHA-256 is {inside}, the publisher says {sha}"
        # the same bytes once more: a resumed part may be of two editions, a transfer may have been damaged
        kept = part.with_name(f"{month}_{SOURCE}_{kind}.wrong-sha")
        with fsio.reporting("rename", part):
            part.replace(kept)
        logs.get().warning("not what it should be", month=month, problem=problem, resumed=resumed)
    raise _WrongShaError(
        f"{month}: {problem}; kept as {kept} for a look, nothing of it is used; tell the publisher or run again"
    )


def _published_sha(http: Client, month: str) -> str:
    year, number = month.split("-")
    path = f"/api/v1/file/{SOURCE}/sha/{year}/{number}"
    answer = http.get(path)
    match = re.match(rb"\s*\"?([0-9A-Fa-f]{64})\b", answer)
    if not match:
        raise PublicationIOError(f"{path} should give a SHA-256 and begins with {answer[:80]!r}")
    return match.group(1).decode().lower()


def _suffix(path: Path, kind: Kind) -> str:
    """By content: what is served as `.csv` or `.json` is a zip more often than not."""
    return ".zip" if zipfile.is_zipfile(path) else f".{kind}"


def _inside(path: Path, kind: Kind) -> str:
    """SHA-256 of the one file inside (JSON), reading every member to its checksum; a bare JSON is its own inside."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as f:
            start = f.read(512).lstrip(b"\xef\xbb\xbf \r\n\t")
        if (kind == "json" and start[:1] not in (b"{", b"[")) or start[:1] == b"<" or not start:
            raise ValueError(f"neither a zip nor {kind}: it begins with {start[:40]!r}")
        return _digest(path)
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
        inflated = sum(m.file_size for m in members)
        if inflated > max(_RATIO * path.stat().st_size, 1 << 20) or inflated > _LARGEST:
            raise ValueError(f"{inflated} bytes inside {path.stat().st_size}: not an honest archive")
        shas = {}
        for m in members:
            with archive.open(m) as inner:
                shas[m.filename] = _stream_digest(inner, m.file_size)
    json_members = [n for n in shas if n.lower().endswith(".json")]
    if kind == "csv":
        return ""
    if len(json_members) != 1:
        raise ValueError(f"{len(json_members)} JSON files inside instead of one: {sorted(shas)[:5]}")
    return shas[json_members[0]]


def _stream_digest(stream: IO[bytes], declared: int) -> str:
    digest, read = sha256(), 0
    while piece := stream.read(1 << 20):
        read += len(piece)
        if read > declared:
            raise ValueError("a member is longer than the archive says")
        digest.update(piece)
    return digest.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as f:
        return file_digest(f, "sha256").hexdigest()


def _read_state(into: Path) -> dict[str, Any]:
    try:
        state = json.loads((into / STATE).read_bytes())
    except (OSError, ValueError):
        return {}  # losing it costs one more download
    return state if isinstance(state, dict) else {}
