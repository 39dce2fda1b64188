"""What a reader gives: records seen, rows decoded, records refused. Nothing else passes from readers to the lake."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

import polars as pl

RAW_KEPT = 4096
"""Bytes of a refused record that quarantine keeps; the rest is found by file, line and offset."""


class Reason(StrEnum):
    """Why a record was refused: the closed list of quarantine."""

    JSON_INVALID = "json_invalid"
    JSON_NOT_FINITE = "json_not_finite"  # NaN, Infinity, 1e999
    JSON_INTEGER_TOO_LARGE = "json_integer_too_large"
    JSON_DUPLICATE_KEY = "json_duplicate_key"
    JSON_SURROGATE = "json_surrogate"
    JSON_TOO_DEEP = "json_too_deep"
    ENCODING_INVALID = "encoding_invalid"
    TYPE_MISMATCH = "type_mismatch"  # an object where a list belongs, text where a number belongs
    ID_MISSING = "id_missing"
    LINKED_RELEASE = "linked_release"  # a record that only links to its releases: nothing to read
    MERGE_FAILED = "merge_failed"
    RECORD_TOO_LONG = "record_too_long"
    ROW_RAGGED = "row_ragged"  # more or fewer cells than the header
    AMOUNT_INVALID = "amount_invalid"
    AMOUNT_NEGATIVE = "amount_negative"
    AMOUNT_TOO_LARGE = "amount_too_large"
    DATE_INVALID = "date_invalid"
    CODE_UNKNOWN = "code_unknown"  # a word that stands for none of the kinds that its column tells apart
    PERIOD_REVERSED = "period_reversed"
    GZIP_TRUNCATED = "gzip_truncated"
    GZIP_CORRUPT = "gzip_corrupt"
    ZIP_CORRUPT = "zip_corrupt"
    ZIP_UNSAFE_PATH = "zip_unsafe_path"
    ARCHIVE_TOO_LARGE = "archive_too_large"  # ratio, total bytes, files or nesting beyond the caps
    SHA_MISMATCH = "sha_mismatch"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One record that was not accepted, and where it stands in its file."""

    line: int
    """1-based line (JSON Lines), row (tables, the header being row 1) or ordinal (packages)."""
    offset: int
    """Byte offset of its first byte in the decompressed file; -1 where the format has none (XLSX)."""
    reason: Reason
    detail: str
    """What was wrong, with the path or column and the value, in English."""
    raw: bytes
    """Its first RAW_KEPT bytes."""
    record_id: str | None = None
    """ocid or process id, where it could still be read."""


@dataclass(slots=True)
class Chunk:
    """A stretch of a file. `lines`, `offsets` and `keys` run in parallel, one per record that could be told apart.

    `tables` hold rows of the records that were decoded (those whose key was not known before): canonical columns
    and `record`, the position in `keys`. Every decoded record has exactly one row in `tables["records"]`.
    A record is either in `keys` or in `refusals`, never in both.
    """

    lines: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    keys: list[bytes] = field(default_factory=list)
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    n_blank: int = 0


Chunks = Iterator[Chunk]


def content_key(raw: bytes) -> bytes:
    """The 16 bytes that name a record by its content: two records with one key are the same record."""
    return sha256(raw).digest()[:16]
