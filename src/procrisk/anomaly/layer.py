"""The anomaly layer of a run: a stored model over the records at hand."""

from pathlib import Path
from typing import Protocol

import polars as pl

from procrisk.anomaly import calibrate, explain, features, forest, peers
from procrisk.errors import UsageError
from procrisk.resources import data_dir

NONE = "none"
CURRENT = "CURRENT"
"""File of `models/` that names the model in use."""


class Records(Protocol):
    """Anything with the canonical tables."""

    @property
    def tables(self) -> features.Tables: ...


def locate(model: str) -> Path | None:
    """Folder of a model.

    Args:
        model: name of a folder of `models/`; empty takes the one that CURRENT names; "none" is no model.

    Raises:
        UsageError: no such model; the message lists those there are.
    """
    if model == NONE:
        return None
    root = data_dir("models")
    current = root / CURRENT
    name = model or (current.read_text(encoding="utf-8").strip() if current.is_file() else NONE)
    if name == NONE:
        return None
    there = sorted(p.parent.name for p in root.glob(f"*/{forest.CARD}"))
    if name not in there:
        raise UsageError(
            f"no model is called {name!r}; there are: {', '.join(there) or 'none'}, and {NONE!r} for no model"
        )
    return root / name


def score(records: Records, model: str = "") -> pl.DataFrame | None:
    """How anomalous each process is among its peers.

    Args:
        records: with the tables processes, awards and award_suppliers, as assembled.
        model: see `locate`.

    Returns:
        one row a process, sorted by process_id: score_anomaly (0 to 100), one_in (1 in N comparable processes is at least
        as isolated), as_isolated, n_peers, peers (what they have in common), anomaly_features, anomaly_es, anomaly_en
        (null where nothing stands out). None where no model is in use.
    """
    folder = locate(model)
    if folder is None:
        return None
    fitted, _ = forest.load(folder, features.IDS)
    return apply(records.tables, fitted)


def apply(tables: features.Tables, fitted: forest.Forest) -> pl.DataFrame:
    """Score with a forest at hand; see `score`."""
    raw, groups = prepare(tables)
    compared = features.compare(raw, groups)
    made = calibrate.exceedance(fitted.score(compared.matrix), groups)
    labels = groups.groups["label"].gather(groups.own)
    words = explain.reasons(raw, compared, made["n_peers"], fitted.used)
    framed = pl.concat([raw.select("process_id"), made], how="horizontal").with_columns(peers=labels)
    return framed.join(words, on="process_id", how="left", maintain_order="left")


def prepare(tables: features.Tables) -> tuple[pl.DataFrame, peers.Peers]:
    """Raw values of every process, sorted by process_id, and its peers."""
    ordered = tables["processes"].sort("process_id")
    return features.values(tables), peers.assign(ordered)
