"""How the layers of a process score are joined: one formula, one table (risk_catalogue/layers.csv).

    score = 100 * (1 - product over layers of (1 - weight * layer / 100))

A noisy-or: a layer that sees more never lowers the score, and one that could not be evaluated adds nothing and clears nothing
(docs/adr/0022-one-process-score.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from procrisk.errors import UsageError
from procrisk.resources import data_dir, read_rows
from procrisk.scoring.weights import Floats

TABLE = "layers.csv"
_COLUMNS = (
    *("layer", "version", "weight", "scores_alone", "label_es", "label_en"),
    *("rationale_es", "rationale_en", "source"),
)


@dataclass(frozen=True, slots=True)
class Layer:
    """One row of the table."""

    id: str
    version: str
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
        try:
            weight = float(row["weight"])
        except ValueError:
            weight = -1.0
        if not 0.0 <= weight <= 1.0:
            raise row.refuse("weight", "should be a number from 0 to 1")
        if row["layer"] in found:
            raise row.refuse("layer", "stands there twice")
        alone = row.choose("scores_alone", ("yes", "no")) == "yes"
        found[row["layer"]] = Layer(row["layer"], row["version"], weight, alone, row["label_es"], row["label_en"])
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
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0.0 <= weight <= 1.0:
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
        left *= 1.0 - weight[name] * np.nan_to_num(parts[name], nan=0.0) / 100.0
        if known[name].scores_alone:
            seen |= ~np.isnan(parts[name])
    score: Floats = np.where(seen, 100.0 * (1.0 - left), np.nan)
    return score
