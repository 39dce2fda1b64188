"""An isolation forest as plain arrays: fitted with scikit-learn, stored without pickle, scored with NumPy.

Scoring needs no scikit-learn (importing it costs more than scoring 100,000 processes) and no private structure of it, so a
stored model outlives its version. The score is that of Liu, Ting and Zhou (2008), 2^(-E[h(x)] / c(psi)): near 1 is isolated.
"""

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from procrisk.errors import InputMissingError, UsageError

FORMAT = 1
"""Version of the stored arrays."""
ARRAYS = "forest.npz"
CARD = "card.json"
MAX_BYTES = 8_000_000
"""A larger file is refused before it is read."""
CHUNK = 8_192
"""Rows walked at a time: bounds the memory, changes no score."""
_EULER = 0.5772156649015329
_DTYPES = {"start": "<i4", "left": "<i4", "right": "<i4", "feature": "<i2", "threshold": "<f8", "path": "<f8"}


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees one after another in flat arrays. A leaf points at itself and carries the path length of who ends there."""

    start: npt.NDArray[np.int32]
    """First node of each tree, and the number of nodes at the end."""
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int16]
    threshold: npt.NDArray[np.float64]
    path: npt.NDArray[np.float64]
    """Depth of a leaf + c(samples in it); 0 at other nodes."""
    max_samples: int
    max_depth: int

    def score(self, matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Isolation of each row: 0 to 1, more is more isolated. Equal rows are walked once.

        Args:
            matrix: rows x features, float32.
        """
        first, back = _distinct(matrix)
        distinct = matrix[first]
        parts = [self._paths(distinct[a : a + CHUNK]) for a in range(0, len(distinct), CHUNK)]
        total = np.concatenate([np.zeros(0), *parts])
        trees = len(self.start) - 1
        scored: npt.NDArray[np.float64] = 2.0 ** (-total / (trees * mean_path(np.array([self.max_samples]))[0]))
        return scored[back]

    @property
    def used(self) -> npt.NDArray[np.int64]:
        """Features that some tree splits on: one that no training record knew is not among them."""
        inner = self.left != np.arange(len(self.left))
        return np.unique(self.feature[inner]).astype(np.int64)

    def _paths(self, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Path length of each row, summed over the trees."""
        flat = np.ascontiguousarray(rows).ravel()
        base = np.arange(len(rows), dtype=np.intp) * rows.shape[1]
        step = np.stack([self.right, self.left], axis=1).ravel().astype(np.intp)
        feature = self.feature.astype(np.intp)
        total = np.zeros(len(rows))
        for root in self.start[:-1]:
            node = np.full(len(rows), root, dtype=np.intp)
            for _ in range(self.max_depth):
                at = feature.take(node)
                at += base
                goes_left = flat.take(at) <= self.threshold.take(node)
                node *= 2
                node += goes_left
                node = step.take(node)
            total += self.path.take(node)
        return total

    def to_bytes(self) -> bytes:
        """The arrays as a compressed npz: the same bytes for the same forest."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **{k: getattr(self, k).astype(t) for k, t in _DTYPES.items()})
        return buffer.getvalue()


def _distinct(matrix: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """A row of each kind, and which of them each row is: np.unique(axis=0) with integer keys, ten times as fast."""
    key = np.zeros(len(matrix), dtype=np.int64)
    first = np.zeros(min(1, len(matrix)), dtype=np.int64)
    for column in matrix.T:
        values, code = np.unique(column, return_inverse=True)
        _, first, key = np.unique(key * len(values) + code.ravel(), return_index=True, return_inverse=True)
        key = key.ravel()
    return first, key


def mean_path(n: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """c(n): mean path length of an unsuccessful search in a binary tree of n samples."""
    wide = np.maximum(n, 3).astype(np.float64)
    many = 2.0 * (np.log(wide - 1.0) + _EULER) - 2.0 * (wide - 1.0) / wide
    return np.where(n <= 1, 0.0, np.where(n == 2, 1.0, many))


def fit(matrix: npt.NDArray[np.float32], *, trees: int, max_samples: int, seed: int) -> Forest:
    """Fit with scikit-learn and take the trees out of it through its public attributes."""
    from sklearn.ensemble import IsolationForest  # noqa: PLC0415

    model = IsolationForest(n_estimators=trees, max_samples=min(max_samples, len(matrix)), random_state=seed, n_jobs=1)
    model.fit(matrix)
    parts: dict[str, list[npt.NDArray[Any]]] = {k: [] for k in _DTYPES if k != "start"}
    start, deepest = [0], 0
    for tree in (e.tree_ for e in model.estimators_):
        offset, count = start[-1], tree.node_count
        leaf = tree.children_left < 0
        own = np.arange(count)
        depth = _depths(tree.children_left, tree.children_right)
        parts["left"].append(np.where(leaf, own, tree.children_left) + offset)
        parts["right"].append(np.where(leaf, own, tree.children_right) + offset)
        parts["feature"].append(np.where(leaf, 0, tree.feature))
        parts["threshold"].append(np.where(leaf, 0.0, tree.threshold))
        parts["path"].append(np.where(leaf, depth + mean_path(tree.n_node_samples), 0.0))
        start.append(offset + count)
        deepest = max(deepest, int(depth.max()))
    arrays = {k: np.concatenate(v).astype(_DTYPES[k]) for k, v in parts.items()}
    return Forest(np.array(start, dtype=np.int32), **arrays, max_samples=model.max_samples_, max_depth=deepest)


def _depths(left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Depth of each node; scikit-learn numbers a parent before its children."""
    depth = np.zeros(len(left), dtype=np.int64)
    for node in range(len(left)):
        if left[node] >= 0:
            depth[left[node]] = depth[right[node]] = depth[node] + 1
    return depth


def store(forest: Forest, folder: Path, card: dict[str, Any]) -> None:
    """Write the arrays and card.json; the card gets what `load` checks: format, size, hash, sizes of the forest."""
    folder.mkdir(parents=True, exist_ok=True)
    body = forest.to_bytes()
    (folder / ARRAYS).write_bytes(body)
    checked = {
        "format": FORMAT,
        "bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "max_samples": forest.max_samples,
        "max_depth": forest.max_depth,
    }
    document = json.dumps({**card, "arrays": checked}, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / CARD).write_text(document + "\n", encoding="utf-8")


def load(folder: Path, features: tuple[str, ...]) -> tuple[Forest, dict[str, Any]]:
    """Read a stored model, having checked that it is what its card says.

    Args:
        folder: with card.json and the arrays.
        features: what the caller will feed it, in order.

    Raises:
        InputMissingError: the folder or one of its files is absent.
        UsageError: format, size, hash, features or the shape of the trees are not as they should be.
    """
    try:
        card: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
        size = (folder / ARRAYS).stat().st_size
    except FileNotFoundError as e:
        raise InputMissingError(f"model {folder.name}: {Path(e.filename).name} is missing; see models/README.md") from e
    except ValueError as e:
        raise UsageError(f"model {folder.name}: {CARD} is not JSON: {e}") from e
    said = card.get("arrays", {})
    if said.get("format") != FORMAT:
        raise UsageError(
            f"model {folder.name}: format {said.get('format')}, this version reads {FORMAT}; train it again"
        )
    if tuple(card.get("features", ())) != features:
        raise UsageError(
            f"model {folder.name} was trained on other features than this version computes; train it again"
        )
    if size != said.get("bytes") or size > MAX_BYTES:
        raise UsageError(f"model {folder.name}: {ARRAYS} has {size} bytes, its card says {said.get('bytes')}")
    body = (folder / ARRAYS).read_bytes()
    if hashlib.sha256(body).hexdigest() != said.get("sha256"):
        raise UsageError(f"model {folder.name}: {ARRAYS} is not the file that its card describes (sha256 differs)")
    with np.load(io.BytesIO(body), allow_pickle=False) as stored:
        if set(stored.files) != set(_DTYPES):
            raise UsageError(f"model {folder.name}: {ARRAYS} holds {sorted(stored.files)}, should be {sorted(_DTYPES)}")
        arrays = {k: stored[k].astype(t) for k, t in _DTYPES.items()}
    forest = Forest(**arrays, max_samples=int(said["max_samples"]), max_depth=int(said["max_depth"]))
    _refuse_broken(forest, folder.name, len(features))
    return forest, card


def _refuse_broken(forest: Forest, name: str, features: int) -> None:
    """A path that leaves the arrays would read another tree's nodes, or fail far from here."""
    nodes = len(forest.left)
    own = np.arange(nodes)
    sound = (
        all(len(getattr(forest, k)) == nodes for k in ("right", "feature", "threshold", "path"))
        and nodes > 0
        and forest.start[0] == 0
        and forest.start[-1] == nodes
        and bool((np.diff(forest.start) > 0).all())
        and bool(((forest.left >= own) & (forest.left < nodes)).all())
        and bool(((forest.right >= own) & (forest.right < nodes)).all())
        and bool(((forest.feature >= 0) & (forest.feature < features)).all())
        and 0 <= forest.max_depth <= 64
        and forest.max_samples >= 2
    )
    if not sound:
        raise UsageError(f"model {name}: the trees in {ARRAYS} are not well formed; train it again")
