"""Learnt weights in a folder of `models/`: weights.json, and a card that says what they are and whether they earned their use."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from procrisk.errors import InputMissingError, UsageError
from procrisk.learning.weights import DECIMALS, Floats, Learnt
from procrisk.resources import data_dir

FORMAT = 1
"""Version of weights.json."""
WEIGHTS, CARD, PAGE = "weights.json", "card.json", "card.md"
CURRENT = "LEARNT"
"""File of `models/` that names the weighting in use; without it there is none."""
NONE = "none"
MAX_BYTES = 200_000
"""A larger file is refused before it is read."""
QUANTILES = 200
_ARRAYS = ("rate", "spread", "weight")


def reference(score: Floats) -> Floats:
    """Quantiles of the scores of the training processes, against which later ones are placed."""
    known = score[~np.isnan(score)]
    return np.round(np.quantile(known, np.linspace(0.0, 1.0, QUANTILES + 1)), DECIMALS) if len(known) else known


def store(learnt: Learnt, scale: Floats, folder: Path, card: dict[str, Any], page: str) -> None:
    """Write weights.json, card.json and card.md; the card gets what `load` checks.

    Args:
        learnt: the weights.
        scale: see `reference`.
        folder: that receives the files.
        card: with `earned` and what a reader should know.
        page: card.md.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = {"ids": list(learnt.ids), "intercept": learnt.intercept, "penalty": learnt.penalty, "scale": scale.tolist()}
    held |= {name: getattr(learnt, name).tolist() for name in _ARRAYS}
    body = (json.dumps(held, indent=1, sort_keys=True) + "\n").encode()
    (folder / WEIGHTS).write_bytes(body)
    checked = {"format": FORMAT, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    document = json.dumps({**card, "weights": checked}, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / CARD).write_text(document + "\n", encoding="utf-8")
    (folder / PAGE).write_text(page, encoding="utf-8")


def locate(model: str = "") -> Path | None:
    """Folder of a weighting.

    Args:
        model: name of a folder of `models/`; empty takes the one that LEARNT names, if any; "none" is none.

    Raises:
        UsageError: no such model.
    """
    root = data_dir("models")
    current = root / CURRENT
    name = model or (current.read_text(encoding="utf-8").strip() if current.is_file() else NONE)
    if name == NONE:
        return None
    if not (root / name / WEIGHTS).is_file():
        raise UsageError(f"models/{name} holds no learnt weights ({WEIGHTS} is missing); {NONE!r} works without")
    return root / name


def load(folder: Path) -> tuple[Learnt, Floats, dict[str, Any]]:
    """Read a stored weighting, having checked that it is what its card says.

    Returns:
        the weights, the quantiles of the training scores, and the card.

    Raises:
        InputMissingError: the folder or one of its files is absent.
        UsageError: format, size, hash or shape are not as they should be.
    """
    try:
        card: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
        size = (folder / WEIGHTS).stat().st_size
    except FileNotFoundError as e:
        raise InputMissingError(f"model {folder.name}: {Path(e.filename).name} is missing; see models/README.md") from e
    except ValueError as e:
        raise UsageError(f"model {folder.name}: {CARD} is not JSON: {e}") from e
    said = card.get("weights", {})
    again = "fit it again with `python -m procrisk.learning fit`"
    if said.get("format") != FORMAT:
        raise UsageError(f"model {folder.name}: format {said.get('format')}, this version reads {FORMAT}; {again}")
    if size != said.get("bytes") or size > MAX_BYTES:
        raise UsageError(f"model {folder.name}: {WEIGHTS} has {size} bytes, its card says {said.get('bytes')}; {again}")
    body = (folder / WEIGHTS).read_bytes()
    if hashlib.sha256(body).hexdigest() != said.get("sha256"):
        raise UsageError(f"model {folder.name}: {WEIGHTS} is not the file that its card describes (sha256 differs)")
    held = json.loads(body)
    arrays = {name: np.array(held[name], dtype=np.float64) for name in _ARRAYS}
    learnt = Learnt(tuple(held["ids"]), **arrays, intercept=held["intercept"], penalty=held["penalty"])
    whole = all(len(a) == len(learnt.ids) and np.isfinite(a).all() for a in arrays.values())
    if not whole or not (arrays["spread"] > 0.0).all():
        raise UsageError(f"model {folder.name}: the numbers in {WEIGHTS} are not well formed; {again}")
    return learnt, np.array(held["scale"], dtype=np.float64), card
