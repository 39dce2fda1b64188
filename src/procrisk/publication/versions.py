"""Which versions a publication has, and, where wanted, how many of them are kept."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from procrisk import fsio
from procrisk.errors import InputMissingError, UsageError
from procrisk.publication import log, store
from procrisk.publication.verify import MANIFEST, VERSIONS

GRACE = timedelta(hours=1)
"""A version that was current within this time may still be open in a reader's hands."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version on disk."""

    id: str
    is_current: bool
    since: str | None
    """When it last became current, UTC; None where the log does not say."""
    seq: int
    """Line of the log that made it current last; 0 where there is none."""
    rows: dict[str, int]
    """Rows of each output that has rows."""


def versions(out: Path) -> list[Version]:
    """The versions of DIR in the order in which they last became current.

    Raises:
        InputMissingError: `out` holds no publication.
    """
    if not (out / VERSIONS).is_dir():
        raise InputMissingError(f"{out} holds no publication: {VERSIONS}/ is not there")
    now = store.current(out)
    last = {e.get("version"): e for e in log.read(out).effective(now)}
    found = []
    for folder in (out / VERSIONS).iterdir():
        if not store.ID.fullmatch(folder.name):
            continue
        entry = last.get(folder.name, {})
        found.append(Version(folder.name, folder.name == now, entry.get("time"), entry.get("seq", 0), _rows(folder)))
    return sorted(found, key=lambda v: (v.seq, v.id))


def _rows(folder: Path) -> dict[str, int]:
    try:
        outputs = json.loads((folder / MANIFEST).read_bytes())["outputs"]
        return {o["name"]: o["rows"] for o in outputs if o["rows"] is not None}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # damaged: verify says how


def text(out: Path) -> str:
    """The versions as lines for people: the mark of the current one, id, since when, rows."""
    lines = []
    for v in versions(out):
        rows = " · ".join(
            f"{name.removesuffix('.parquet')} {n:,}" for name, n in sorted(v.rows.items()) if name.endswith(".parquet")
        )
        lines.append(f"{'*' if v.is_current else ' '} {v.id}  {v.since or 'sin registro / not in the log'}  {rows}")
    return "\n".join(lines)


def resolve(out: Path, name: str) -> str:
    """The id that `name` means: an id, a beginning that only one id has, or `current`.

    Raises:
        InputMissingError: `out` holds no publication.
        UsageError: none or several ids fit.
    """
    ids = [v.id for v in versions(out)]
    now = store.current(out)
    if name == "current" and now is not None:
        return now
    fitting = [i for i in ids if i.startswith(name)]
    if len(fitting) != 1 or not name:
        what = "no version" if not fitting else "more than one version"
        raise UsageError(f"{what} of {out} begins with {name!r}; versions: {', '.join(ids) or 'none'}")
    return fitting[0]


def retain(out: Path, keep: int, *, clock: log.Clock = log.utc_now) -> list[str]:
    """Remove the oldest versions until `keep` are left; the caller holds the lock. Not done unless asked for.

    The current version stays, and so does any that was replaced within the last hour: someone may be reading it.

    Returns:
        the ids that were removed.

    Raises:
        UsageError: `keep` is under 2: without a second version there is nothing to roll back to.
    """
    if keep < 2:
        raise UsageError(f"{keep} versions to keep are too few: keep at least 2, the current one and the one before it")
    entries = log.read(out).effective(store.current(out))
    replaced = {e["previous"]: datetime.fromisoformat(e["time"]) for e in entries if e.get("previous")}
    removed = []
    for v in versions(out)[:-keep]:
        if v.is_current or (v.id in replaced and clock() - replaced[v.id] < GRACE):
            continue
        away = fsio.temporary(out / VERSIONS)
        fsio.rename(out / VERSIONS / v.id, away)  # first out of sight at once, then removed
        fsio.remove(away)
        removed.append(v.id)
    return removed
