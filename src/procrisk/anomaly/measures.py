"""What the layer is worth without labels: how much of its top is luck, and whether its first reason is one."""

import numpy as np
import numpy.typing as npt

from procrisk.anomaly import detectors, forest, layer
from procrisk.anomaly.compare import Compared
from procrisk.anomaly.peers import Peers

Floats = npt.NDArray[np.float64]
TOP = 0.01
LOOKED_AT = 0.05
"""Share of the most surprising processes whose first reasons are put to the test."""


def stability(ready: layer.Prepared, one: forest.Forest, other: forest.Forest) -> dict[str, float]:
    """Jaccard overlap of the top 1 % between forests of two seeds: of the forest alone, and of the whole ensemble."""
    matrix = ready.compared.matrix
    tops: dict[str, list[set[int]]] = {"forest": [], "ensemble": []}
    for grown in (one, other):
        tops["forest"].append(top(grown.score(matrix), TOP))
        tops["ensemble"].append(top(layer.scores(ready.compared, ready.groups, grown)["mean"], TOP))
    return {k: round(len(a & b) / len(a | b), 3) for k, (a, b) in tops.items()}


def top(score: Floats, share: float) -> set[int]:
    """Rows with the largest scores, at least one; of equal ones the first."""
    k = max(1, int(len(score) * share))
    found: list[int] = np.argsort(-np.round(score, detectors.GRID), kind="stable")[:k].tolist()
    return set(found)


def faithfulness(ready: layer.Prepared, fitted: forest.Forest) -> dict[str, float]:
    """Set the first reason of the most surprising processes to the peers' median; in how many does the surprise fall?

    Returns:
        processes tested, and the share in which the mean -ln(share of peers at least as far out) over the detectors falls.
    """
    c, groups = ready.compared, ready.groups
    found = layer.scores(c, groups, fitted)
    rows = np.array(sorted(top(found["mean"], LOOKED_AT)))
    rows = rows[c.tails[rows].max(axis=1) > 0]
    first = c.tails[rows].argmax(axis=1)
    signs, tails = c.signs.copy(), c.tails.copy()
    signs[rows, first], tails[rows, first] = 0, 0.0
    raw, changed = layer.outlying(groups, fitted, (c, c), (Compared(signs, tails, c.medians), c))
    after = np.mean([_against(changed[k], raw[k], groups, rows) for k in raw], axis=0)
    before = np.mean([_against(raw[k], raw[k], groups, rows) for k in raw], axis=0)
    return {"processes": len(rows), "share": round(float((after < before).mean()), 4) if len(rows) else 0.0}


def _against(score: Floats, others: Floats, groups: Peers, rows: npt.NDArray[np.int64]) -> Floats:
    """-ln of the share of peers whose own score is at least that of each row."""
    score, others = np.round(score, detectors.GRID), np.round(others, detectors.GRID)
    members, sizes = groups.members["row"].to_numpy(), groups.groups["n_peers"].to_numpy().astype(np.int64)
    first, own = np.concatenate([[0], np.cumsum(sizes)]), groups.own.to_numpy()
    out = np.zeros(len(rows))
    for group in np.unique(own[rows]):
        here = own[rows] == group
        ranked = np.sort(others[members[first[group] : first[group + 1]]])
        above = len(ranked) - np.searchsorted(ranked, score[rows[here]], side="left")
        out[here] = -np.log(np.maximum(above, 1) / len(ranked))
    return out
