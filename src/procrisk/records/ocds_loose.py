"""A record that the typed decoder refused, or that looks suspect: read strictly but without types, to mend it or say why.

Mended: null fields are left out, a plain decimal in text ("1234.50") becomes a number, a versioned release its latest
values. Refused, with a reason: whatever leaves doubt about what was published.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, Never

import msgspec

from procrisk.records.batch import Reason
from procrisk.records.ocds_merge import MergeFailedError, is_versioned, latest, merge
from procrisk.records.ocds_structs import Entry, Release, decode

MAX_DEPTH = 64
MAX_INTEGER = 2**64
MAX_BYTES = 64 * 2**20
"""A record longer than this is refused unread."""

_NUMBERS = frozenset(("amount", "amount_PEN", "quantity", "numberOfTenderers", "minimumPercentage", "shareholding"))
# Lists that some publishers give as one object or one id.
_LISTS = frozenset(
    (
        *("beneficialOwners", "changes", "complaints", "enquiries", "milestones", "participationFees", "relatedBids"),
        *("lots", "relatedLots", "shareholders", "subcontracts", "suppliers", "transactions", "unstructuredChanges"),
    )
)
_PLAIN = re.compile(r"\s*-?\d{1,18}(?:\.\d{1,6})?\s*", re.ASCII)
_TOKENS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)
_OCID = re.compile(rb'"ocid"\s*:\s*"([^"\\]{1,200})"')
_ARRAY = re.compile(rb'\s*\[|\s*\{[^\[]*?"(?:records|releases)"\s*:\s*\[', re.DOTALL)


class UnreadableError(Exception):
    """A record that cannot be read: a reason of the closed list, and what stands where."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def reread(raw: bytes) -> Entry:
    """The record, mended. Raises UnreadableError."""
    if len(raw) > MAX_BYTES:
        raise UnreadableError(Reason.RECORD_TOO_LONG, f"{len(raw)} bytes; at most {MAX_BYTES} are read")
    document = parse(raw)
    if not isinstance(document, dict):
        raise UnreadableError(Reason.TYPE_MISMATCH, f"an object belongs here, not {_kind(document)}")
    if is_versioned(document):
        document = latest(document)
    elif document.get("versionedRelease") is not None and not _has_release(document):
        document = latest(_object(document["versionedRelease"], "versionedRelease"))
    mended = _mended(document, "$")
    try:
        return decode(msgspec.json.encode(mended))
    except msgspec.ValidationError as error:
        raise UnreadableError(Reason.TYPE_MISMATCH, str(error)) from error


def compiled(raws: Sequence[bytes]) -> Release:
    """One release from the releases of one ocid. Raises UnreadableError."""
    releases = []
    for n, raw in enumerate(raws):
        release = parse(raw)
        if not isinstance(release, dict):
            raise UnreadableError(Reason.TYPE_MISMATCH, f"releases[{n}]: an object belongs here, not {_kind(release)}")
        if "url" in release and "ocid" not in release:
            detail = "releases are only linked and there is no compiledRelease: nothing to read"
            raise UnreadableError(Reason.LINKED_RELEASE, detail)
        releases.append(_mended(release, f"releases[{n}]"))
    try:
        return reread(msgspec.json.encode(merge(releases)))
    except MergeFailedError as error:
        raise UnreadableError(Reason.MERGE_FAILED, str(error)) from error


def parse(raw: bytes) -> Any:
    """JSON without types, strictly: no NaN, no infinity, no repeated key, no lone surrogate. Raises UnreadableError."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        detail = f"byte {error.start} (0x{raw[error.start]:02x}) is not UTF-8: {error.reason}"
        raise UnreadableError(Reason.ENCODING_INVALID, detail) from error
    deep = depth(raw)
    if deep > MAX_DEPTH:
        raise UnreadableError(Reason.JSON_TOO_DEEP, f"nested {deep} deep; at most {MAX_DEPTH} are read")
    try:
        document = json.loads(
            text, object_pairs_hook=_object_once, parse_constant=_not_finite, parse_float=_float, parse_int=_int
        )
    except json.JSONDecodeError as error:
        raise UnreadableError(Reason.JSON_INVALID, f"{error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise UnreadableError(Reason.JSON_TOO_DEEP, "nested too deep") from error
    if "\\u" in text:
        _no_surrogates(document)
    return document


def record_id(raw: bytes) -> str | None:
    """The first ocid in the bytes, readable or not."""
    found = _OCID.search(raw)
    return found.group(1).decode("utf-8", errors="replace") if found else None


def depth(raw: bytes) -> int:
    """How deep arrays and objects are nested."""
    level = deepest = 0
    for token in _TOKENS.finditer(raw):
        first = raw[token.start()]
        if first in b"{[":
            level += 1
            deepest = max(deepest, level)
        elif first in b"}]":
            level -= 1
    return deepest


def split(document: bytes) -> list[tuple[int, bytes]]:
    """Offset and bytes of the elements of an array, or of a package's records or releases, sound or not.

    For a document that is no sound JSON, so that one bad record does not take the others with it. Empty where there is
    no such array.
    """
    head = _ARRAY.match(document)
    if head is None:
        return []
    found: list[tuple[int, bytes]] = []
    level, start = 0, -1
    for token in _TOKENS.finditer(document, head.end()):
        first = document[token.start()]
        if first in b"{[":
            if level == 0:
                start = token.start()
            level += 1
        elif first in b"}]":
            level -= 1
            if level < 0:
                return found
            if level == 0:
                found.append((start, document[start : token.end()]))
                start = -1
    if start >= 0:  # cut off: the rest is one bad record
        found.append((start, document[start:]))
    return found


def _object_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                values = [v for k, v in pairs if k == key]
                detail = f"key {key!r} stands {len(values)} times in one object: {str(values)[:200]}"
                raise UnreadableError(Reason.JSON_DUPLICATE_KEY, detail)
            seen.add(key)
    return found


def _not_finite(literal: str) -> Never:
    raise UnreadableError(Reason.JSON_NOT_FINITE, f"{literal} is no number")


def _float(literal: str) -> float:
    value = float(literal)
    if value in (float("inf"), float("-inf")):
        raise UnreadableError(Reason.JSON_NOT_FINITE, f"{literal[:40]} is beyond any number")
    return value


def _int(literal: str) -> int:
    if len(literal) > 20 or abs(int(literal)) > MAX_INTEGER:
        raise UnreadableError(Reason.JSON_INTEGER_TOO_LARGE, f"{literal[:40]} ({len(literal)} characters)")
    return int(literal)


def _no_surrogates(document: Any) -> None:
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        found = f"\\u{ord(error.object[error.start]):04x}"
        raise UnreadableError(Reason.JSON_SURROGATE, f"{found} is half a character") from error


def _mended(value: Any, path: str) -> Any:
    if isinstance(value, dict):
        return {k: _field(k, v, f"{path}.{k}") for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_mended(v, f"{path}[{n}]") for n, v in enumerate(value) if v is not None]
    return value


def _field(key: str, value: Any, path: str) -> Any:
    if key in _NUMBERS and isinstance(value, str):
        if not value.strip():
            return None
        if not _PLAIN.fullmatch(value):
            raise UnreadableError(Reason.AMOUNT_INVALID, f"{path} is {value[:80]!r}: no plain number")
        return float(value)
    mended = _mended(value, path)
    return [mended] if key in _LISTS and not isinstance(mended, list) else mended


def _has_release(record: dict[str, Any]) -> bool:
    releases = record.get("releases")
    embedded = isinstance(releases, list) and any(isinstance(r, dict) and "ocid" in r for r in releases)
    return record.get("compiledRelease") is not None or embedded


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableError(Reason.TYPE_MISMATCH, f"{name}: an object belongs here, not {_kind(value)}")
    return value


def _kind(value: Any) -> str:
    names = {list: "an array", str: "text", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "null")
