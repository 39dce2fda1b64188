"""What a run depends on, as hashes: so that a night with nothing new stops at once, and a version says what made it."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

import procrisk
from procrisk.records.ingest import expand
from procrisk.resources import data_dir, file_sha256

ROLES = "calibration.csv"
"""Of the risk catalogue; apart from the rest of it, so that a change of roles shows as one."""
MEMORY = "lake/last_run.json"
"""Beside the versions, not in them: which run made the current version. Losing it costs one full run."""


def of_folder(folder: Path, patterns: Iterable[str], apart: Iterable[str] = ()) -> str:
    """One hash of the names and bytes of the files below `folder` that match, without those named `apart`."""
    files = sorted({p for pattern in patterns for p in folder.rglob(pattern) if p.name not in apart})
    lines = [f"{p.relative_to(folder).as_posix()} {file_sha256(p)}" for p in files]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@cache
def code() -> dict[str, str]:
    """The code that runs: procrisk's own files and the libraries that compute numbers."""
    own = of_folder(Path(procrisk.__file__).parent, ["*.py", "*.html", "*.css", "*.csv", "*.toml", "*.typ"])
    return {"sha256": own, **{p: version(p) for p in ("polars", "scikit-learn", "numpy")}}


@cache
def catalogue() -> str:
    """The catalogue of risks, the question bank, the table of indicators and the tables that they read; not their pages, the law or the roles."""
    return of_folder(data_dir("risk_catalogue"), ["*.csv", "indicators.toml"], ["legal_parameters.csv", ROLES])


@cache
def roles() -> str:
    """The measured roles of the indicators."""
    return file_sha256(data_dir("risk_catalogue") / ROLES)


@cache
def law() -> str:
    """The legal parameters."""
    return file_sha256(data_dir("risk_catalogue") / "legal_parameters.csv")


@cache
def models() -> str:
    """The fitted models."""
    return of_folder(data_dir("models"), ["CURRENT", "*.json", "*.npz"])


def of_run(sources: Sequence[Path], context: Sequence[Path], *rest: str) -> str:
    """One hash of the bytes of every input and of everything else that the published version depends on."""
    inputs = [[f"{p.name} {file_sha256(p)}" for p in expand(group)] for group in (sources, context)]
    document = [sorted(inputs[0]), sorted(inputs[1]), code(), catalogue(), roles(), law(), models(), *rest]
    return hashlib.sha256(json.dumps(document).encode()).hexdigest()


def remember(out: Path, run: str, published: str) -> None:
    """Note that `run` made the version `published`."""
    path = out / MEMORY
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([run, published]), encoding="utf-8")


def last(out: Path) -> tuple[str, str] | None:
    """The last run remembered and the version it made; None where nothing (readable) is remembered."""
    try:
        run, published = json.loads((out / MEMORY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return run, published
