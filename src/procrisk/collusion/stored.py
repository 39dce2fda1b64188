"""The classifier in a folder of `models/`: arrays without pickle, and a card that says what they are."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from procrisk.collusion.classifier import IDS, Model
from procrisk.errors import InputMissingError, UsageError
from procrisk.resources import data_dir

FORMAT = 1
"""Version of the stored arrays."""
ARRAYS, CARD, PAGE = "terms.npz", "card.json", "card.md"
CURRENT = "COLLUSION"
"""File of `models/` that names the classifier in use."""
MAX_BYTES = 1_000_000
"""A larger file is refused before it is read."""
_FIELDS = ("knots", "rises", "level", "medians")


def to_bytes(model: Model) -> bytes:
    """The arrays as npz: the same bytes for the same model."""
    buffer = io.BytesIO()
    arrays: dict[str, npt.NDArray[Any]] = {k: getattr(model, k).astype("<f8") for k in _FIELDS}
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def store(model: Model, folder: Path, card: dict[str, Any], page: str) -> None:
    """Write arrays, card.json and card.md; the card gets what `load` checks."""
    folder.mkdir(parents=True, exist_ok=True)
    body = to_bytes(model)
    (folder / ARRAYS).write_bytes(body)
    checked = {"format": FORMAT, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    document = json.dumps(
        {**card, "features": list(IDS), "arrays": checked}, ensure_ascii=False, indent=2, sort_keys=True
    )
    (folder / CARD).write_text(document + "\n", encoding="utf-8")
    (folder / PAGE).write_text(page, encoding="utf-8")


def current() -> Path:
    """Folder of the classifier in use.

    Raises:
        InputMissingError: no file names it.
    """
    root = data_dir("models")
    try:
        return root / (root / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError as e:
        raise InputMissingError(f"{root.name}/{CURRENT} is missing: it names the classifier of bids in use") from e


def load(folder: Path) -> tuple[Model, dict[str, Any]]:
    """Read a stored classifier, having checked that it is what its card says.

    Raises:
        InputMissingError: the folder or one of its files is absent.
        UsageError: format, features, size, hash or shape are not as they should be.
    """
    try:
        card: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
        size = (folder / ARRAYS).stat().st_size
    except FileNotFoundError as e:
        raise InputMissingError(f"model {folder.name}: {Path(e.filename).name} is missing; see models/README.md") from e
    except ValueError as e:
        raise UsageError(f"model {folder.name}: {CARD} is not JSON: {e}") from e
    said = card.get("arrays", {})
    again = "fit it again with `python -m procrisk.collusion fit`"
    if said.get("format") != FORMAT:
        raise UsageError(f"model {folder.name}: format {said.get('format')}, this version reads {FORMAT}; {again}")
    if tuple(card.get("features", ())) != IDS:
        raise UsageError(f"model {folder.name} was fitted on other features than this version computes; {again}")
    if size != said.get("bytes") or size > MAX_BYTES:
        raise UsageError(f"model {folder.name}: {ARRAYS} has {size} bytes, its card says {said.get('bytes')}")
    body = (folder / ARRAYS).read_bytes()
    if hashlib.sha256(body).hexdigest() != said.get("sha256"):
        raise UsageError(f"model {folder.name}: {ARRAYS} is not the file that its card describes (sha256 differs)")
    with np.load(io.BytesIO(body), allow_pickle=False) as stored:
        if set(stored.files) != set(_FIELDS):
            raise UsageError(f"model {folder.name}: {ARRAYS} holds {sorted(stored.files)}, should be {list(_FIELDS)}")
        model = Model(**{k: stored[k].astype(np.float64) for k in _FIELDS})
    _refuse_broken(model, folder.name)
    return model, card


def _refuse_broken(model: Model, name: str) -> None:
    n, k = len(IDS), model.knots.shape[-1]
    sound = (
        model.knots.shape == (n, k)
        and k >= 2
        and model.rises.shape == (n, k - 1)
        and model.level.shape == model.medians.shape == (n,)
        and bool((np.diff(model.knots, axis=1) >= 0).all())
        and all(bool(np.isfinite(getattr(model, f)).all()) for f in _FIELDS)
    )
    if not sound:
        raise UsageError(f"model {name}: the terms in {ARRAYS} are not well formed; fit it again")
