"""Fit the classifier on a labelled file and store it in a folder named by what went into it."""

import hashlib
import json
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from procrisk.collusion import classifier, measures, stored, tenders
from procrisk.collusion.classifier import FALLING, IDS, Parameters
from procrisk.errors import UsageError

MIN_TENDERS = 200
"""Tenders with enough bids that a fit needs, and at least a tenth of each kind."""


def fit(path: Path, models: Path, parameters: Parameters | None = None) -> Path:
    """Fit on every tender of a file and store the model.

    Args:
        path: a file for `tenders.read`, with Collusive_competitor and Date.
        models: folder that receives `collusion-screens-<hash>/`.
        parameters: of the fit.

    Returns:
        the model's folder: the same file and parameters give the same bytes.

    Raises:
        UsageError: the file has no labels or dates, or too few tenders of a kind.
    """
    chosen = parameters or Parameters()
    frame = tenders.featured(tenders.read(path))
    if lacking := {"collusive", "date"} - set(frame.columns):
        raise UsageError(
            f"{path}: no column for {', '.join(sorted(lacking))}; Collusive_competitor and Date are needed"
        )
    y = frame["collusive"].to_numpy()
    if len(y) < MIN_TENDERS or not 0.1 <= y.mean() <= 0.9:
        raise UsageError(f"{path}: {len(y)} tenders, {y.sum()} of them collusive, are too few to fit on")
    x = classifier.matrix(classifier.compare(frame, ["period"]))
    model = classifier.fit(x, y, tenders.medians(frame), chosen)
    trained_on = hashlib.sha256(np.column_stack([x, y]).round(9).tobytes()).hexdigest()
    identity = {"parameters": asdict(chosen), "training_sha256": trained_on, "features": list(IDS)}
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    card: dict[str, Any] = {
        "name": f"collusion-screens-{digest[:12]}",
        **identity,
        "training_file": path.name,
        "training_tenders": len(y),
        "training_share_collusive": round(float(y.mean()), 4),
        "falling": [i for i, f in zip(IDS, FALLING, strict=True) if f],
        "out_of_time": _out_of_time(frame, chosen),
        "fitted_with": {"numpy": version("numpy")},
    }
    folder = models / str(card["name"])
    stored.store(model, folder, card, _page(card))
    return folder


def _out_of_time(frame: pl.DataFrame, parameters: Parameters) -> list[dict[str, float]]:
    """For each date but the first two and the last: fitted up to it, judged after it."""
    x = classifier.matrix(classifier.compare(frame, ["period"]))
    y, dates, n = frame["collusive"].to_numpy(), frame["date"].to_numpy(), frame["n_bids"].to_numpy()
    made = []
    for cut in np.unique(dates)[2:-1]:
        old, new = dates <= cut, dates > cut
        score = classifier.fit(x[old], y[old], np.zeros(len(IDS)), parameters).score(x[new])
        low, high = measures.interval(y[new], score, dates[new])
        figures = {
            "after": float(cut),
            "tenders": float(new.sum()),
            "majority": max(y[new].mean(), 1 - y[new].mean()),
            "accuracy": measures.accuracy(y[new], score, y[old].mean()),
            "auc": measures.auc(y[new], score),
            "auc_low": low,
            "auc_high": high,
            "auc_equal_bids": measures.auc(y[new], score, n[new]),
        }
        made.append({k: round(float(v), 3) for k, v in figures.items()})
    return made


def _page(card: dict[str, Any]) -> str:
    lines = [
        f"| {m['after']:g} | {m['tenders']:g} | {m['majority']:.3f} | {m['accuracy']:.3f} | {m['auc']:.3f} "
        f"({m['auc_low']:.3f} a {m['auc_high']:.3f}) | {m['auc_equal_bids']:.3f} |"
        for m in card["out_of_time"]
    ]
    p = card["parameters"]
    return f"""# {card["name"]}

Clasificador de filtros de ofertas: ordena procedimientos con cuatro o más ofertas según cuánto se parecen sus precios a los de un
cartel suizo de obras, establecido por los tribunales. Cada cifra se compara con la mediana de los procedimientos de su periodo o mercado.
No conoce tipo de contrato, monto, entidad ni postor. Es una señal para mirar, nunca una acusación, y no es una probabilidad.

*Classifier of bid screens: orders procedures with four or more bids by how much their prices resemble those of a Swiss construction
cartel established in court. Each figure is compared with the median of the procedures of its period or market. It knows no contract type,
amount, buyer or bidder. A signal to look, never an accusation, and no probability.*

- Entrenado con / fitted on: `{card["training_file"]}`, {card["training_tenders"]} procedimientos / procedures, colusorios / collusive {card["training_share_collusive"]:.1%}
- Modelo / model: logística aditiva por tramos / additive, piecewise linear logistic; nudos / knots {p["knots"]}, penalización / penalty {p["penalty"]:g}; sin azar / no randomness
- Uso / use: un componente de la capa de colusión / one part of the collusion layer. No sirve para decidir / not fit to decide anything alone.

| entrenado hasta / fitted up to | probados / tested | mayoría / majority | exactitud / accuracy | AUC (95 %) | AUC con igual número de ofertas / at equal numbers of bids |
|---|---|---|---|---|---|
{chr(10).join(lines)}

Límites: la exactitud queda por debajo de la de decir siempre "colusorio" (la mayoría): el modelo sirve para ordenar, no para clasificar. Gran parte del orden viene de cuántas ofertas hubo, que se filtra por los
subgrupos: entre procedimientos con igual número de ofertas el AUC es la última columna. Un cartel de otro país puede dejar otra huella.

*Limits: accuracy stays below that of always saying "collusive" (the majority): the model orders, it does not classify. Much of the order comes from how many bids there were, which shows through the subgroups:
among procedures with equal numbers of bids the AUC is the last column. A cartel elsewhere may leave another trace.*
"""
