"""DIR/log.jsonl: which version became current, when, over which, by which command, and with which drift accepted why.

Append-only, one JSON object a line with sorted keys: `seq` (from 1), `time` (UTC, the only clock of a publication),
`version`, `previous` (version of the line before), `command`, `drift`, `accepted_reason`, `prev_hash` and `hash`, the SHA-256
of the line without it. Each line holds the hash of the one before, so that an edit, a deletion or another order shows.

The line is announced in DIR/.log-head.json before the pointer moves and appended after. A crash in between is told
from the pointer: if it moved, the announced line is appended by the next run; if not, the announcement is dropped. Once
appended, the line stays in the head as recorded: lines cut off the end of the log are missed by it, also by later lines.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from procrisk import fsio

LOG = "log.jsonl"
HEAD = ".log-head.json"
ZERO = "0" * 64
"""prev_hash of the first line."""

Clock = Callable[[], datetime]
Entry = dict[str, Any]


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class History:
    """What is on disk: complete lines in order (None where one is unreadable), bytes of a torn last one, the head."""

    entries: list[Entry | None]
    torn: bytes
    whole: int
    """Bytes of the complete lines."""
    head: Entry | None
    """The line that the head names."""
    recorded: bool
    """The head says that its line was appended."""

    @property
    def last(self) -> Entry | None:
        """The last readable line."""
        return next((e for e in reversed(self.entries) if e is not None), None)

    @property
    def last_hash(self) -> str:
        """Hash of the last readable line."""
        return str(self.last.get("hash")) if self.last is not None else ZERO

    @property
    def pending(self) -> Entry | None:
        """The line that is announced and not appended."""
        head = self.head
        return head if head is not None and not self.recorded and head.get("prev_hash") == self.last_hash else None

    @property
    def anchor(self) -> Entry | None:
        """The line that the next one follows: the last one that was ever recorded, even if it was cut off the log."""
        return self.head if self.head is not None and self.recorded else self.last

    def effective(self, current: str | None) -> list[Entry]:
        """Readable lines, with the announced one if the pointer moved to its version and a crash kept it out."""
        done = [e for e in self.entries if e is not None]
        pending = self.pending
        return [*done, pending] if pending is not None and pending.get("version") == current else done


def read(out: Path) -> History:
    """Read DIR's log; an absent one is empty.

    Raises:
        PublicationIOError: it is there and cannot be read.
    """
    with fsio.reporting("read", out / LOG):
        data = (out / LOG).read_bytes() if (out / LOG).exists() else b""
        head = (out / HEAD).read_bytes() if (out / HEAD).exists() else b""
    whole = data.rfind(b"\n") + 1
    named = _parse(head) or {}
    entry = named.get("entry")
    return History(
        [_parse(line) for line in data[:whole].splitlines()],
        data[whole:],
        whole,
        head=entry if isinstance(entry, dict) else None,
        recorded=named.get("recorded") is True,
    )


def problems(history: History, current: str | None) -> list[str]:
    """What is wrong with the log, each in a sentence that names the line; nothing for an honest log, even after a crash."""
    found: list[str] = []
    before, previous = ZERO, None
    for number, entry in enumerate(history.entries, start=1):
        where = f"{LOG}, line {number}"
        if entry is None:
            found.append(f"{where}: not a JSON object")
            continue
        if entry.get("hash") != _hash(entry):
            found.append(f"{where}: was edited (its hash does not fit its content)")
        if entry.get("prev_hash") != before or entry.get("seq") != number or entry.get("previous") != previous:
            found.append(f"{where}: does not follow the line before it: lines were removed, added or moved")
        before, previous = str(entry.get("hash")), entry.get("version")
    effective, pending = history.effective(current), history.pending
    if history.torn and not (pending is not None and _line(pending).startswith(history.torn)):
        found.append(f"{LOG}: the last line is cut off")
    if history.head is None and history.entries:
        found.append(f"{HEAD}: missing or unreadable")
    elif history.head is not None and pending is None and history.head.get("hash") != history.last_hash:
        found.append(f"{LOG}: ends before the line that {HEAD} names: lines were removed from its end")
    last = effective[-1].get("version") if effective else None
    if current != last:
        found.append(f"current: leads to version {current}; the log says that {last} is current")
    return found


def announce(
    out: Path, version: str, *, command: str, drift: Any = None, accepted: str | None = None, clock: Clock = utc_now
) -> Entry:
    """Write down the line that `record` will append once the pointer leads to `version`."""
    anchor = read(out).anchor or {}
    entry: Entry = {
        "seq": int(anchor.get("seq", 0)) + 1,
        "time": clock().astimezone(UTC).isoformat(timespec="seconds"),
        "version": version,
        "previous": anchor.get("version"),
        "command": command,
        "drift": drift,
        "accepted_reason": accepted,
        "prev_hash": anchor.get("hash", ZERO),
    }
    entry["hash"] = _hash(entry)
    _write_head(out, entry, recorded=False)
    return entry


def record(out: Path, entry: Entry) -> None:
    """Append the announced line. A last line torn by something else than a crash of ours stays, on a line of its own."""
    fsio.append(out / LOG, (b"\n" if read(out).torn else b"") + _line(entry))
    _write_head(out, entry, recorded=True)


def settle(out: Path, current: str | None) -> None:
    """Finish or drop what a crash left announced; the caller holds the lock."""
    history = read(out)
    pending = history.pending
    if pending is None:
        if history.head is not None and not history.recorded and history.head.get("hash") == history.last_hash:
            _write_head(out, history.head, recorded=True)
        return
    if history.torn:
        fsio.truncate(out / LOG, history.whole)
    if pending.get("version") == current:
        record(out, pending)
    elif history.last is None:
        fsio.remove(out / HEAD)
    else:
        _write_head(out, history.last, recorded=True)


def _write_head(out: Path, entry: Entry, *, recorded: bool) -> None:
    fsio.replace_file(out / HEAD, _dumps({"entry": entry, "recorded": recorded}) + b"\n")


def _hash(entry: Entry) -> str:
    body = {k: v for k, v in entry.items() if k != "hash"}
    return sha256(_dumps(body)).hexdigest()


def _line(entry: Entry) -> bytes:
    return _dumps(entry) + b"\n"


def _dumps(document: Any) -> bytes:
    return json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _parse(line: bytes) -> Entry | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None
