"""What each layer of a process score says, in words: for `procrisk explain`, the page and the workbook alike."""

from dataclasses import dataclass
from typing import Any

from procrisk.scoring import layers

Row = dict[str, Any]
SILENT = {
    "rules": (
        "no evaluable: ningún indicador que puntúa se pudo decidir",
        "not evaluable: no indicator that scores could be decided",
    ),
    "anomaly": ("no evaluable: sin modelo o sin comparables", "not evaluable: no model, or no peers"),
    "collusion": (
        "no evaluable: no se conocen dos ofertas, o no es un procedimiento en que se compite",
        "not evaluable: two bids are not known, or nobody competes in the procedure",
    ),
    "learnt": ("sin uso: ningún peso aprendido superó a los fijos", "not in use: no learnt weight beat the fixed ones"),
}
"""What is said of a layer without a score."""


PARTS = (
    ("prices", ("precios de los mismos rivales", "prices of the same rivals")),
    ("screens", ("precios de este concurso", "prices of this contest")),
    ("network", ("red de postores", "network of bidders")),
)
"""Parts of the collusion layer."""


@dataclass(frozen=True, slots=True)
class Said:
    """One layer of one process."""

    id: str
    label_es: str
    label_en: str
    score: float | None
    line_es: str
    line_en: str
    reasons_es: list[str]
    reasons_en: list[str]

    @property
    def speaks(self) -> bool:
        """Whether it says anything, be it enough to count or not."""
        return bool(self.score)


def said(process: Row) -> list[Said]:
    """The layers of a process, in the order of the table.

    Args:
        process: a row of processes.parquet.
    """
    made = []
    for layer in layers.table().values():
        score = process.get(f"score_{layer.id}")
        es, en = SILENT[layer.id] if score is None else _line(layer, score, process)
        reasons = [list(process.get(f"{layer.id}_{language}") or []) for language in ("es", "en")]
        made.append(Said(layer.id, layer.label_es, layer.label_en, score, es, en, *reasons))
    return made


def _line(layer: layers.Layer, score: float, process: Row) -> tuple[str, str]:
    es, en = (
        f"{score:.1f} de 100, por sí sola llega a {100 * layer.weight:.0f} puntos",
        f"{score:.1f} of 100, alone it reaches {100 * layer.weight:.0f} points",
    )
    if 0.0 < score <= layer.least:
        es, en = f"{es}; cuenta desde {layer.least:.0f}", f"{en}; it counts from {layer.least:.0f} on"
    one_in, peers = process.get("anomaly_one_in"), process.get("anomaly_n_peers")
    if layer.id == "anomaly" and one_in is not None and peers is not None:
        es += f"; 1 de cada {one_in:,.0f} de {peers:,} comparables es al menos así de poco común"
        en += f"; 1 in {one_in:,.0f} of {peers:,} comparable procedures is at least as uncommon"
    if layer.id == "collusion":
        parts = [
            (name, process[f"collusion_{key}"])
            for key, name in PARTS
            if process.get(f"collusion_{key}") is not None
        ]
        es += "".join(f"; {names[0]} {value:.1f}" for names, value in parts)
        en += "".join(f"; {names[1]} {value:.1f}" for names, value in parts)
    return es, en


def lines(process: Row) -> list[str]:
    """The same as plain text, Spanish first: a line for each layer, and its reasons below it."""
    told = ["Capas del puntaje / layers of the score:"]
    for s in said(process):
        told += [f"  {s.label_es}: {s.line_es}", f"    {s.label_en}: {s.line_en}"]
        for es, en in zip(s.reasons_es, s.reasons_en, strict=False):
            told += [f"    - {es}", f"      {en}"]
    return told
