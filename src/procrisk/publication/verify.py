"""Is a publication what it says it is? Reads everything, changes nothing, needs no lock."""

import json
import re
from hashlib import file_digest, sha256
from pathlib import Path, PurePosixPath
from typing import Any

from procrisk import fsio
from procrisk.errors import InputMissingError
from procrisk.publication import log

CURRENT, VERSIONS, MANIFEST = "current", "versions", "manifest.json"
_TARGET = re.compile(rf"{VERSIONS}/([0-9a-f]{{16}})")
_TRIES = 50
"""How often the pointer and the log are read again when a run moves them in between."""


def verify(path: Path, *, every: bool = True) -> list[str]:
    """Hold a publication, or the folder of one version, against its hashes.

    Args:
        path: DIR with `current` and `versions`, or one version's folder (DIR/current too).
        every: look at every version of DIR, not only at the current one.

    Returns:
        what is wrong, each naming its file; nothing where all is well.

    Raises:
        InputMissingError: there is no publication at `path`.
    """
    if not (path / VERSIONS).is_dir():
        folder = path.resolve()
        if folder.is_dir() and (folder.parent.name == VERSIONS or (folder / MANIFEST).exists()):
            return verify_version(folder)
        raise InputMissingError(f"{path} holds no publication: neither {VERSIONS}/ nor {MANIFEST} is there")
    target, history = _snapshot(path)
    found = []
    match = _TARGET.fullmatch(target) if target is not None else None
    if target is None:
        found.append(f"{CURRENT}: missing, or not a symlink")
    elif match is None:
        found.append(f"{CURRENT}: leads to {target!r}, not to {VERSIONS}/<id>")
    elif not (path / target).is_dir():
        found.append(f"{CURRENT}: leads to {target}, which is not there")
    found += log.problems(history, match.group(1) if match else target)
    now = match.group(1) if match else None
    for folder in sorted((path / VERSIONS).iterdir()):
        if folder.name.startswith(fsio.TEMPORARY):
            continue  # a run under way, or swept by the next one
        if every or folder.name == now:
            found += [f"{VERSIONS}/{folder.name}/{problem}" for problem in verify_version(folder)]
    return found


def verify_version(folder: Path) -> list[str]:
    """What is wrong in one version: id, hash of each file, files missing or extra, counts of the inputs."""
    try:
        data = (folder / MANIFEST).read_bytes()
        manifest = json.loads(data)
        outputs = {o["name"]: o["sha256"] for o in manifest["outputs"]}
    except OSError as e:
        return [f"{MANIFEST}: cannot be read: {e.strerror}"]
    except (ValueError, KeyError, TypeError) as e:
        return [f"{MANIFEST}: is not a manifest: {e!r}"]
    found = []
    if sha256(data).hexdigest()[:16] != folder.name:
        found.append(f"{MANIFEST}: its hash begins with {sha256(data).hexdigest()[:16]}, which is not the version's id")
    if len(outputs) != len(manifest["outputs"]):
        found.append(f"{MANIFEST}: names an output twice")
    for name, expected in sorted(outputs.items()):
        found += _verify_file(folder, name, expected)
    found += [f"{name}: is not in the manifest" for name in contained(folder) if name not in {*outputs, MANIFEST}]
    return found + _counts(manifest)


def contained(folder: Path) -> dict[str, Path]:
    """Everything in a version but its folders: name, with `/` below a folder, to path, sorted. A link is not followed."""
    found: dict[str, Path] = {}
    for path in folder.iterdir():
        inside = contained(path) if path.is_dir() and not path.is_symlink() else None
        found |= {path.name: path} if not inside else {f"{path.name}/{name}": p for name, p in inside.items()}
    return dict(sorted(found.items()))


def _verify_file(folder: Path, name: str, expected: str) -> list[str]:
    inside = PurePosixPath(name)
    steps = [folder.joinpath(*inside.parts[: n + 1]) for n in range(len(inside.parts))]
    path = folder / name
    if str(inside) != name or inside.is_absolute() or ".." in inside.parts or any(s.is_symlink() for s in steps):
        return [f"{name}: not a plain file of the version"]
    try:
        with path.open("rb") as f:
            digest = file_digest(f, "sha256").hexdigest()
    except OSError as e:
        return [f"{name}: cannot be read: {e.strerror}"]
    return [] if digest == expected else [f"{name}: is not what the manifest says: its SHA-256 is {digest}"]


def _counts(manifest: dict[str, Any]) -> list[str]:
    found = []
    for i in manifest.get("inputs", []):
        counts = i.get("counts", {})
        parts = [counts.get(k) for k in ("accepted", "quarantined", "duplicate", "blank")]
        if None in parts or counts.get("read") != sum(parts):
            found.append(f"{MANIFEST}: the counts of input {i.get('name')} do not add up: {counts}")
    return found


def _snapshot(out: Path) -> tuple[str | None, log.History]:
    """The pointer and the log of one moment: read again where a run moved the pointer between the two."""
    for _ in range(_TRIES):
        target, history = _target(out), log.read(out)
        if target == _target(out) and history.head == log.read(out).head:
            break
    return target, history


def _target(out: Path) -> str | None:
    try:
        return str((out / CURRENT).readlink())
    except OSError:
        return None
