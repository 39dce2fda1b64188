"""The anomaly layer of a run: a stored forest and its companions over the records at hand."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.anomaly import detectors, drift, explain, features, forest, history, levels, peers
from procrisk.anomaly.compare import Compared, compare
from procrisk.errors import UsageError
from procrisk.resources import data_dir

Floats = npt.NDArray[np.float64]
NONE = "none"
NAME = "isolation-forest-"
"""How the names of its models begin: `models/` holds others too."""
CURRENT = "CURRENT"
"""File of `models/` that names the model in use."""
FROM, TO = 10.0, 1000.0
"""1 in FROM comparable processes is where an anomaly begins to count (0); 1 in TO is as anomalous as it gets (100)."""
PROCESS = "process"
WEIGHT = {PROCESS: 1.0, "pair": 1.0, "buyer": 0.5, "supplier": 0.5}
"""What a level's surprise counts for. Own judgement: a buyer or supplier has many processes, and most of them are like any other."""
BESIDE = 0.05
"""Part of the sum of all levels that is added to the largest of them: two levels that agree come before one alone."""
SEEN = np.log(10.0)
"""A detector or level has seen a process from 1 in 10 of its peers on."""


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
    there = sorted(p.parent.name for p in root.glob(f"{NAME}*/{forest.CARD}"))
    if name not in there:
        raise UsageError(
            f"no model is called {name!r}; there are: {', '.join(there) or 'none'}, and {NONE!r} for no model"
        )
    return root / name


@dataclass(frozen=True, slots=True)
class Scored:
    """What a run takes from the layer."""

    processes: pl.DataFrame
    """See `score`."""
    drift: dict[str, Any]
    """How far the records are from those of the training; see drift.measure."""


def score(records: Records, model: str = "") -> pl.DataFrame | None:
    """How anomalous each process is among its peers.

    Args:
        records: with the tables processes, awards and award_suppliers, as assembled; suppliers, contracts and
            modifications are used where they are there.
        model: see `locate`.

    Returns:
        one row a process, sorted by process_id. score_anomaly (0 to 100) and one_in (1 in N comparable processes is at least as
        anomalous) of all that is known; score_anomaly_ex_ante and one_in_ex_ante of what was known on the day of the award;
        as_isolated (peers at least as anomalous), n_peers, peers (what they have in common); one_in_process, one_in_pair,
        one_in_buyer, one_in_supplier (of each level among its own peers, null = not evaluable); anomaly_seen_by (levels, and
        detectors of the process, that put it at 1 in 10 or further out, most surprised first); anomaly_features, anomaly_es,
        anomaly_en (null where both scores are 0 or nothing stands out). None where no model is in use.
    """
    scored = run(records, model)
    return None if scored is None else scored.processes


def run(records: Records, model: str = "") -> Scored | None:
    """Score and measure the drift at once; see `score` and drift.measure. None where no model is in use."""
    folder = locate(model)
    if folder is None:
        return None
    fitted, card = forest.load(folder, features.IDS)
    frame, ready, isolation = _applied(records.tables, fitted)
    processes = records.tables["processes"].sort("process_id")
    return Scored(frame, drift.measure(processes, ready.raw, isolation, card["reference"]))


@dataclass(frozen=True, slots=True)
class Prepared:
    """What models look at, rows sorted by process_id."""

    raw: pl.DataFrame
    groups: peers.Peers
    compared: Compared
    won: pl.DataFrame


def prepare(tables: features.Tables) -> Prepared:
    """Raw values of every process, its peers, and how the two compare."""
    won = history.lines(tables)
    raw = features.values(tables, won)
    groups = peers.assign(tables["processes"].sort("process_id"))
    return Prepared(raw, groups, compare(raw, groups, features.FEATURES), won)


def outlying(groups: peers.Peers, fitted: forest.Forest, *asked: tuple[Compared, Compared]) -> list[dict[str, Floats]]:
    """How far out each process lies, in the unit of each detector.

    Args:
        groups: the peers.
        fitted: the forest.
        asked: what each process is like, and what its peers are like.
    """
    stacked = fitted.score(np.concatenate([own.matrix for own, _ in asked]))  # equal rows are walked once
    return [
        {
            "forest": isolation,
            "tail": own.tails.sum(axis=1),
            "local": detectors.local(theirs.signs, groups, own.signs),
        }
        for (own, theirs), isolation in zip(asked, np.split(stacked, len(asked)), strict=True)
    ]


def scores(compared: Compared, groups: peers.Peers, fitted: forest.Forest) -> dict[str, Floats]:
    """Surprise of each process by each detector, and by their ensemble; see detectors.surprise."""
    return detectors.surprise(outlying(groups, fitted, (compared, compared))[0], groups)


def apply(tables: features.Tables, fitted: forest.Forest) -> pl.DataFrame:
    """Score with a forest at hand; see `score`."""
    return _applied(tables, fitted)[0]


def _applied(tables: features.Tables, fitted: forest.Forest) -> tuple[pl.DataFrame, Prepared, Floats]:
    ready = prepare(tables)
    groups, ex_ante = ready.groups, ready.compared.only(features.EX_ANTE)
    lying = outlying(groups, fitted, (ready.compared, ready.compared), (ex_ante, ex_ante))
    now, before = (detectors.surprise(each, groups) for each in lying)
    processes = tables["processes"].sort("process_id")
    found = {level: levels.reached(processes, ready.won, ex_ante.signs, level) for level in levels.LEVELS}
    ids = ready.raw.select("process_id")
    reach = {k.name: ids.join(v[0], on="process_id", how="left", maintain_order="left") for k, v in found.items()}
    full = {PROCESS: now["all"], **{k: v["full"].to_numpy() for k, v in reach.items()}}
    early = {PROCESS: before["all"], **{k: v["ex_ante"].to_numpy() for k, v in reach.items()}}
    counted = detectors.exceedance({"full": together(full), "ex_ante": together(early)}, groups)
    n = pl.col("n_peers")
    sized = pl.concat([ids, counted], how="horizontal").with_columns(
        one_in=n / pl.col("full"), one_in_ex_ante=n / pl.col("ex_ante")
    )
    framed = sized.select(
        "process_id",
        as_isolated="full",
        n_peers="n_peers",
        one_in="one_in",
        score_anomaly=_scale(pl.col("one_in")),
        one_in_ex_ante="one_in_ex_ante",
        score_anomaly_ex_ante=_scale(pl.col("one_in_ex_ante")),
        peers=groups.groups["label"].gather(groups.own),
    ).with_columns(pl.Series(f"one_in_{k}", np.exp(v)).fill_nan(None).round(3) for k, v in full.items())
    seen = _seen({**{k: v for k, v in full.items() if k != PROCESS}, **{k: now[k] for k in detectors.NAMES}})
    counts = (framed["score_anomaly"] > 0) | (framed["score_anomaly_ex_ante"] > 0)
    own = explain.reasons(ready.raw, ready.compared, groups, features.FEATURES, among=counts)
    words = _merged(full, own, {k.name: (reach[k.name]["state"], v[1]) for k, v in found.items()})
    return pl.concat([framed, seen, words], how="horizontal"), ready, lying[0]["forest"]


def together(surprise: dict[str, Floats]) -> Floats:
    """One number a process: the largest weighted surprise of its levels, and BESIDE of their sum. Unknown counts nothing."""
    capped = np.stack([WEIGHT[k] * np.minimum(np.nan_to_num(v), np.log(TO)) for k, v in surprise.items()])
    largest: Floats = capped.max(axis=0)
    summed: Floats = BESIDE * capped.sum(axis=0)
    return np.add(largest, summed)


def _scale(one_in: pl.Expr) -> pl.Expr:
    rise = (one_in.log(10) - float(np.log10(FROM))) / float(np.log10(TO / FROM))
    return (100.0 * rise.clip(0.0, 1.0)).round(3)


def _seen(surprise: dict[str, Floats]) -> pl.DataFrame:
    names, values = list(surprise), np.stack([np.nan_to_num(v) for v in surprise.values()], axis=1)
    row, column = np.nonzero(values >= SEEN)
    long = pl.DataFrame({"row": row, "column": column, "by": values[row, column]})
    listed = (
        long.sort("row", "by", "column", descending=[False, True, False])
        .with_columns(anomaly_seen_by=pl.lit(pl.Series(names)).gather(pl.col("column")))
        .group_by("row", maintain_order=True)
        .agg("anomaly_seen_by")
    )
    every = pl.DataFrame({"row": np.arange(len(values))})
    return every.join(listed, on="row", how="left", maintain_order="left").select("anomaly_seen_by")


def _merged(
    surprise: dict[str, Floats], own: pl.DataFrame, entities: dict[str, tuple[pl.Series, pl.DataFrame]]
) -> pl.DataFrame:
    """The reasons of each process: those of the level that weighs most first, TOP in all."""
    weighed = pl.DataFrame({k: WEIGHT[k] * np.nan_to_num(v) for k, v in surprise.items()}).with_row_index("row")
    parts = [own.select("row", "features", "es", "en", level=pl.lit(PROCESS))]
    for name, (state, words) in entities.items():
        at = pl.DataFrame({"state": state}).with_row_index("row").join(words, on="state")
        parts.append(at.select("row", "features", "es", "en", level=pl.lit(name)))
    order = {k: i for i, k in enumerate(surprise)}
    strength = weighed.unpivot(index="row", variable_name="level", value_name="weight")
    listed = (
        pl.concat(parts)
        .join(strength, on=["row", "level"])
        .filter((pl.col("level") == PROCESS) | (pl.col("weight") >= SEEN * pl.col("level").replace_strict(WEIGHT)))
        .with_columns(order=pl.col("level").replace_strict(order))
        .sort("row", "weight", "order", descending=[False, True, False])
        .group_by("row", maintain_order=True)
        .agg(pl.col(c).list.explode().head(explain.TOP) for c in ("features", "es", "en"))
    )
    every = weighed.select("row").join(listed, on="row", how="left", maintain_order="left")
    return every.select(anomaly_features="features", anomaly_es="es", anomaly_en="en")
