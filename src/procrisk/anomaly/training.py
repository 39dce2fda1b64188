"""Fit the anomaly model on the records at hand and store it in a folder named by what went into it."""

import hashlib
import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from procrisk.anomaly import drift, features, forest, layer, measures
from procrisk.anomaly.compare import LEAST, MOST, STEP
from procrisk.errors import UsageError

MIN_ROWS = 100


@dataclass(frozen=True, slots=True)
class Parameters:
    """How the forest is grown. Every field is part of the model's name."""

    trees: int = 1000
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
    ready = layer.prepare(records.tables)
    if ready.raw.height < MIN_ROWS:
        raise UsageError(f"{ready.raw.height} processes are too few to train on; give at least {MIN_ROWS}")
    fitted = grow(ready, chosen)
    card = _card(ready, chosen, fitted, records.tables["processes"].sort("process_id"))
    folder = models / str(card["name"])
    forest.store(fitted, folder, card)
    (folder / "card.md").write_text(_page(card), encoding="utf-8")
    return folder


def grow(ready: layer.Prepared, parameters: Parameters) -> forest.Forest:
    """Fit on rows in an order of their own, so that the order of the records leaves no trace."""
    matrix = ready.compared.matrix
    matrix = matrix[np.lexsort(matrix.T[::-1])]
    return forest.fit(matrix, trees=parameters.trees, max_samples=parameters.max_samples, seed=parameters.seed)


def _card(
    ready: layer.Prepared, parameters: Parameters, fitted: forest.Forest, processes: pl.DataFrame
) -> dict[str, Any]:
    matrix = ready.compared.matrix
    matrix = matrix[np.lexsort(matrix.T[::-1])]
    trained_on = hashlib.sha256(matrix.tobytes()).hexdigest()
    identity = {
        "parameters": {**asdict(parameters), "step": STEP, "least": LEAST, "most": MOST},
        "features": list(features.IDS),
        "training_sha256": trained_on,
    }
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    raw, signs = ready.raw, ready.compared.signs
    other = grow(ready, Parameters(parameters.trees, parameters.max_samples, parameters.seed + 1))
    return {
        "name": f"{layer.NAME}{digest[:12]}",
        **identity,
        "training_rows": len(matrix),
        "nodes": int(fitted.start[-1]),
        "share_known": {f: round(1.0 - raw[f].null_count() / raw.height, 4) for f in features.IDS},
        "share_with_signal": {f: round(float((signs[:, j] > 0).mean()), 4) for j, f in enumerate(features.IDS)},
        "metrics": {
            "top_1_percent_jaccard_between_seeds": measures.stability(ready, fitted, other),
            "first_reason_faithfulness": measures.faithfulness(ready, fitted),
        },
        "intended_use": "ranks procedures of one publication for people to look at; no finding, no probability, no sanction",
        "limits": "unsupervised: unusual is not irregular; what the records do not say is no sign; peers are those of the run",
        "reference": drift.describe(processes, raw, fitted.score(ready.compared.matrix)),
        "fitted_with": {p: version(p) for p in ("scikit-learn", "numpy")},
    }


def _page(card: dict[str, Any]) -> str:
    p, m = card["parameters"], card["metrics"]
    moment = {features.AWARD: "hasta la buena pro · by the award", features.LATER: "después · later"}
    lines = [
        f"| {f.id} | {f.name_es} | {f.name_en} | {'más · more' if f.direction > 0 else 'menos · less'} "
        f"| {moment[f.moment]} | {card['share_known'][f.id]:.1%} |"
        for f in features.FEATURES
    ]
    seeds, faith = m["top_1_percent_jaccard_between_seeds"], m["first_reason_faithfulness"]
    return f"""# {card["name"]}

Bosque de aislamiento: señala procedimientos poco comunes entre sus comparables (mismo objeto, método, rango de monto y año). Es uno de
los detectores de la capa de anomalías; los otros dos (colas y vecinos) no se ajustan.

*Isolation forest: points at procedures that are unusual among comparable ones (same object, method, value band and year). It is one of the detectors
of the anomaly layer; the other two (tails and neighbours) are not fitted.*

**Uso previsto.** Ordenar los procedimientos de una publicación para que personas los miren. Es una señal, nunca una acusación ni una probabilidad.
*Intended use: to rank the procedures of a publication for people to look at. A signal, never an accusation nor a probability.*

**Límites.** No se entrenó con casos confirmados: poco común no es irregular. Lo que los registros no dicen no es señal: un detector no ve lo que no se
publica. Los comparables son los de la publicación que se puntúa. *Limits: it was not trained on confirmed cases; unusual is not irregular. What the
records do not say is no sign. Peers are those of the publication that is scored.*

- Árboles / trees: {p["trees"]}, muestra / sample: {p["max_samples"]}, semilla / seed: {p["seed"]}, nodos / nodes: {card["nodes"]}
- Procedimientos de entrenamiento / training procedures: {card["training_rows"]}, sha256 {card["training_sha256"][:16]}
- Coincidencia (Jaccard) del 1 % más alto entre dos semillas / agreement of the top 1 % between two seeds: conjunto / ensemble {seeds["ensemble"]}, bosque solo / forest alone {seeds["forest"]}
- Llevado el primer motivo a la mediana de los comparables, la sorpresa baja en / with the first reason set to the peers' median, the surprise falls in: {faith["share"]:.1%} ({faith["processes"]} procedimientos / procedures)
- Ajustado con / fitted with: scikit-learn {card["fitted_with"]["scikit-learn"]}, numpy {card["fitted_with"]["numpy"]}

| id | característica | feature | riesgo si es · risk if | se conoce · known | con dato · with value |
|---|---|---|---|---|---|
{chr(10).join(lines)}
"""
