"""How the layers of a process score are joined: one formula, one table (risk_catalogue/layers.csv).

    score = 100 * (1 - product over layers of (1 - weight * max(0, layer - from) / (100 - from)))

A noisy-or: a layer that sees more never lowers the score, and one that could not be evaluated adds nothing and clears nothing
(docs/adr/0022-one-process-score.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from procrisk.errors import UsageError
from procrisk.resources import Row, data_dir, read_rows
from procrisk.scoring.weights import Floats

TABLE = "layers.csv"
_COLUMNS = (
    *("layer", "version", "from", "weight", "scores_alone", "label_es", "label_en"),
    *("rationale_es", "rationale_en", "source"),
)


@dataclass(frozen=True, slots=True)
class Layer:
    """One row of the table."""

    id: str
    version: str
    least: float
    """Where it begins to count, of its own 0 to 100."""
    weight: float
    """The most that it alone can give, 0 to 1 of the whole scale."""
    scores_alone: bool
    """Whether a process of which only this layer was evaluated has a score."""
    label_es: str
    label_en: str


@cache
def table() -> Mapping[str, Layer]:
    """The layers by id, in the order of the table.

    Raises:
        UsageError: a weight is no number from 0 to 1, `scores_alone` is neither yes nor no, or a layer comes twice.
    """
    found: dict[str, Layer] = {}
    for row in read_rows(data_dir("risk_catalogue") / TABLE, _COLUMNS):
        weight, least = _number(row, "weight", 1.0), _number(row, "from", 99.0)
        if row["layer"] in found:
            raise row.refuse("layer", "stands there twice")
        alone = row.choose("scores_alone", ("yes", "no")) == "yes"
        found[row["layer"]] = Layer(
            row["layer"], row["version"], least, weight, alone, row["label_es"], row["label_en"]
        )
    return found


def _number(row: Row, column: str, most: float) -> float:
    try:
        found = float(row[column])
    except ValueError:
        found = -1.0
    if not 0.0 <= found <= most:
        raise row.refuse(column, f"should be a number from 0 to {most:g}")
    return found


def weights(changed: Mapping[str, float] | None = None) -> dict[str, float]:
    """Weight of each layer, with those that the settings change.

    Raises:
        UsageError: no such layer, or a weight outside 0 to 1.
    """
    known = {i: layer.weight for i, layer in table().items()}
    for name, weight in (changed or {}).items():
        if name not in known:
            raise UsageError(f"[layers] has no layer {name!r}; known: {', '.join(known)}")
        if type(weight) not in (int, float) or not 0.0 <= weight <= 1.0:
            raise UsageError(f"[layers] {name} = {weight!r} should be a number from 0 to 1")
    return {**known, **(changed or {})}


def combine(parts: Mapping[str, Floats], changed: Mapping[str, float] | None = None) -> Floats:
    """Join the layers' scores of each process.

    Args:
        parts: layer to its scores, 0 to 100; NaN where it could not be evaluated.
        changed: weights that depart from the table's.

    Returns:
        0 to 100; NaN where no layer that scores alone was evaluated.
    """
    weight, known = weights(changed), table()
    first = next(iter(parts.values()))
    left, seen = np.ones(len(first)), np.zeros(len(first), dtype=np.bool_)
    for name in sorted(parts):
        left *= 1.0 - weight[name] * counted(parts[name], known[name].least) / 100.0
        if known[name].scores_alone:
            seen |= ~np.isnan(parts[name])
    score: Floats = np.where(seen, 100.0 * (1.0 - left), np.nan)
    return score


def counted(score: Floats, least: float) -> Floats:
    """The part of a layer's score that counts: 0 up to `least`, from there in a line to 100; unknown counts nothing."""
    beyond: Floats = 100.0 * np.clip((np.nan_to_num(score, nan=0.0) - least) / (100.0 - least), 0.0, 1.0)
    return beyond
