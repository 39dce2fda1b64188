"""Fit the anomaly model on the records at hand and store it in a folder named by what went into it."""

import hashlib
import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.anomaly import features, forest, layer
from procrisk.errors import UsageError

MIN_ROWS = 100


@dataclass(frozen=True, slots=True)
class Parameters:
    """How the forest is grown. Every field is part of the model's name."""

    trees: int = 500
    max_samples: int = 256
    seed: int = 20260101


def train(records: layer.Records, models: Path, parameters: Parameters | None = None) -> Path:
    """Fit an isolation forest and store it.

    Args:
        records: with the tables processes, awards and award_suppliers, as assembled.
        models: folder that receives `<name>/`, name being isolation-forest-<hash of parameters and training input>.
        parameters: of the forest.

    Returns:
        the model's folder. The same records and parameters give the same name and, with the same scikit-learn, the same
        bytes; an existing folder is written again.

    Raises:
        UsageError: fewer than MIN_ROWS processes.
    """
    chosen = parameters or Parameters()
    raw, groups = layer.prepare(records.tables)
    if raw.height < MIN_ROWS:
        raise UsageError(f"{raw.height} processes are too few to train on; give at least {MIN_ROWS}")
    compared = features.compare(raw, groups)
    matrix = compared.matrix[np.lexsort(compared.matrix.T[::-1])]
    fitted = forest.fit(matrix, trees=chosen.trees, max_samples=chosen.max_samples, seed=chosen.seed)
    card = _card(raw, matrix, chosen, compared, fitted)
    folder = models / str(card["name"])
    forest.store(fitted, folder, card)
    (folder / "card.md").write_text(_page(card), encoding="utf-8")
    return folder


def top_agreement(matrix: npt.NDArray[np.float32], parameters: Parameters, share: float = 0.01) -> float:
    """Jaccard overlap of the most isolated `share` of rows between forests of two seeds: how far the top list is luck."""
    tops = []
    for seed in (parameters.seed, parameters.seed + 1):
        grown = forest.fit(matrix, trees=parameters.trees, max_samples=parameters.max_samples, seed=seed)
        k = max(1, int(len(matrix) * share))
        tops.append(set(np.argsort(-grown.score(matrix), kind="stable")[:k].tolist()))
    return len(tops[0] & tops[1]) / len(tops[0] | tops[1])


def _card(
    raw: pl.DataFrame,
    matrix: npt.NDArray[np.float32],
    parameters: Parameters,
    compared: features.Compared,
    fitted: forest.Forest,
) -> dict[str, Any]:
    trained_on = hashlib.sha256(matrix.tobytes()).hexdigest()
    identity = {"parameters": asdict(parameters), "features": list(features.IDS), "training_sha256": trained_on}
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    signs = {f: round(float((compared.matrix[:, j] > 0).mean()), 4) for j, f in enumerate(features.IDS)}
    known = {f: round(1.0 - raw[f].null_count() / raw.height, 4) for f in features.IDS}
    return {
        "name": f"isolation-forest-{digest[:12]}",
        **identity,
        "training_rows": len(matrix),
        "nodes": int(fitted.start[-1]),
        "share_known": known,
        "share_with_signal": signs,
        "top_1_percent_agreement_between_seeds": round(top_agreement(matrix, parameters), 3),
        "fitted_with": {p: version(p) for p in ("scikit-learn", "numpy")},
    }


def _page(card: dict[str, Any]) -> str:
    p = card["parameters"]
    lines = [
        f"| {f.id} | {f.name_es} | {f.name_en} | {'más' if f.direction > 0 else 'menos'} | {card['share_known'][f.id]:.1%} |"
        for f in features.FEATURES
    ]
    return f"""# {card["name"]}

Bosque de aislamiento: señala procedimientos poco comunes entre sus comparables (mismo objeto, método, rango de monto y año).
Es una señal para mirar, nunca una acusación; no se entrenó con casos de corrupción y no estima su probabilidad.

*Isolation forest: points at procedures that are unusual among comparable ones (same object, method, value band and year).
A signal to look, never an accusation; it was not trained on cases of corruption and estimates no probability of it.*

- Árboles / trees: {p["trees"]}, muestra / sample: {p["max_samples"]}, semilla / seed: {p["seed"]}, nodos / nodes: {card["nodes"]}
- Procedimientos de entrenamiento / training procedures: {card["training_rows"]}
- Coincidencia del 1 % más aislado entre dos semillas / agreement of the most isolated 1 % between two seeds: {card["top_1_percent_agreement_between_seeds"]}
- Ajustado con / fitted with: scikit-learn {card["fitted_with"]["scikit-learn"]}, numpy {card["fitted_with"]["numpy"]}

Solo cuenta la dirección de riesgo; un dato ausente no es señal. / *Only the direction of risk counts; a missing value is no sign.*

| id | característica | feature | riesgo si es | con dato / known |
|---|---|---|---|---|
{chr(10).join(lines)}
"""
