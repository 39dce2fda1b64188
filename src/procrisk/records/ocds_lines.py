"""A stream cut into what stands alone: the lines of JSON Lines, or the elements of one JSON document."""

from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, NamedTuple

import msgspec

from procrisk.records import ocds_loose
from procrisk.records.batch import RAW_KEPT, Chunk, Reason, Refusal

BLOCK = 2**20
MAX_DOCUMENT = 4 * 2**30
"""A single JSON document is held in memory; beyond this it is refused. JSON Lines have no such bound."""

_BOM = b"\xef\xbb\xbf"
_HEAD_LINES = 100


class Line(NamedTuple):
    """A record's bytes and where they stand."""

    number: int
    """1-based line, or ordinal in a document."""
    offset: int
    """Byte offset in the decompressed file."""
    raw: bytes


class _Envelope(msgspec.Struct):
    ocid: msgspec.Raw = msgspec.Raw()  # present or not: unread
    records: list[msgspec.Raw] | None = None
    releases: list[msgspec.Raw] | None = None


def lines(stream: BinaryIO) -> Iterator[Line | Chunk]:
    """The records; in between, chunks that hold no record but count blank lines or refuse what is too long."""
    head = stream.read(BLOCK)
    start = len(_BOM) if head.startswith(_BOM) else 0
    if _is_lines(head[start:], whole=len(head) < BLOCK):
        yield from _json_lines(stream, head, start)
    else:
        rest = stream.read(MAX_DOCUMENT - len(head) + 1)
        if len(head) + len(rest) > MAX_DOCUMENT:
            detail = f"one JSON document of more than {MAX_DOCUMENT} bytes; publish it as JSON Lines"
            yield Chunk(refusals=[Refusal(1, 0, Reason.RECORD_TOO_LONG, detail, head[:RAW_KEPT])])
            while stream.read(BLOCK):
                pass
            return
        yield from _document(head + rest, start)


def _is_lines(head: bytes, *, whole: bool) -> bool:
    """Whether this is JSON Lines, from the first lines; one that is damaged does not make a document of the file.

    A document may be one line too; it is read as such, for its encoding may then be another than UTF-8.
    """
    found = [line.strip() for line in head.split(b"\n", _HEAD_LINES)[:_HEAD_LINES] if line.strip()]
    if not found or found[0][:1] == b"[":
        return False
    if len(found) == 1:
        return not whole
    closed = [line[:1] == b"{" and line[-1:] == b"}" and len(line) > 2 for line in found]
    goes_on = found[0][-1:] in (b"{", b"[", b",")
    return closed[0] or (sum(closed) * 2 >= len(found) and not goes_on)


def _json_lines(stream: BinaryIO, head: bytes, start: int) -> Iterator[Line | Chunk]:
    offset, blank = start, 0
    for number, (raw, size) in enumerate(_raw_lines(stream, head[start:]), 1):
        line = raw.strip()
        if size > len(raw):
            yield _too_long(number, offset, size, raw)
        elif line:
            yield Line(number, offset, line)
        else:
            blank += 1
        offset += size + 1
    if blank:
        yield Chunk(n_blank=blank)


def _raw_lines(stream: BinaryIO, head: bytes) -> Iterator[tuple[bytes, int]]:
    """Lines without their newline, and their length; of one that is too long only the beginning."""
    carry, dropped = b"", 0
    for block in chain([head], iter(lambda: stream.read(BLOCK), b"")):
        pieces = (carry + block).split(b"\n")
        carry = pieces.pop()
        if dropped and pieces:
            yield pieces[0][:RAW_KEPT], dropped + len(pieces.pop(0))
            dropped = 0
        yield from ((piece, len(piece)) for piece in pieces)
        if dropped or len(carry) > ocds_loose.MAX_BYTES:
            dropped += len(carry) - RAW_KEPT
            carry = carry[:RAW_KEPT]
    if carry:
        yield carry, dropped + len(carry)


def _too_long(number: int, offset: int, size: int, raw: bytes) -> Chunk:
    detail = f"{size} bytes; at most {ocds_loose.MAX_BYTES} are read"
    return Chunk(refusals=[Refusal(number, offset, Reason.RECORD_TOO_LONG, detail, raw[:RAW_KEPT])])


def _document(data: bytes, start: int) -> Iterator[Line]:
    text, shift = data[start:], start
    if _is_latin_1(text):
        # offsets are then those of the file: one byte a character
        text = text.decode("latin-1").encode()
    latin = len(text) != len(data) - start
    if not text.strip():
        return
    at = seen = 0
    for number, raw in enumerate(_elements(text), 1):
        found = max(text.find(raw, at), at)
        offset = seen + (len(text[at:found].decode()) if latin else found - at)
        yield Line(number, shift + offset, raw)
        at = found + len(raw)
        seen = offset + (len(raw.decode()) if latin else len(raw))


def _elements(text: bytes) -> list[bytes]:
    """Elements of an array or package; a sound document that is neither, or anything else, is one element."""
    try:
        if text.lstrip()[:1] == b"[":
            return [bytes(r) for r in msgspec.json.decode(text, type=list[msgspec.Raw])]
        envelope = msgspec.json.decode(text, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [raw for _, raw in ocds_loose.split(text)] or [text.strip()]
    if envelope.records is not None:
        return [bytes(r) for r in envelope.records]
    if envelope.releases is not None and not bytes(envelope.ocid):
        return [bytes(r) for r in envelope.releases]
    return [text.strip()]


def _is_latin_1(text: bytes) -> bool:
    """Whether a document is latin-1: it holds bytes beyond ASCII and not one well-formed UTF-8 pair."""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return not any(ord(c) > 127 and c != "\ufffd" for c in set(text.decode("utf-8", errors="replace")))
    return False
