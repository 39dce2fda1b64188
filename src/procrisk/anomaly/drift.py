"""How far the records of a run are from those the model was trained on: the population stability index (PSI).

PSI = sum over bins of (p - q) ln(p / q), p the share now and q the share in training; bins are the tenths of the training records, and one for what is unknown. It
is taken within one law (regime): records under a law that the model never saw are a break, which no index measures, and amounts are in UIT, so that the thresholds of a new year
are no drift either.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk import law
from procrisk.anomaly import features

WATCH, ACT = 0.1, 0.25
"""PSI from which to look and from which to train again: the usual rule of credit scoring (Siddiqi 2006)."""
MIN_ROWS = 100
"""Fewer processes than this in training or now are not compared: chance alone moves them more."""
TENTHS = tuple(q / 10 for q in range(1, 10))
SCORE = "score"
"""The forest's isolation score, beside the features."""
UNKNOWN = "?"
ALL = "all"


def describe(processes: pl.DataFrame, raw: pl.DataFrame, isolation: npt.NDArray[np.float64]) -> dict[str, Any]:
    """What `measure` compares with, to be kept with a model.

    Args:
        processes: sorted by process_id: call_date, object, method, and regime and region_code where known.
        raw: from features.values.
        isolation: the forest's score of each process.

    Returns:
        regime to {"edges": {feature: bounds of tenths}, "counts": {region or "all": {feature: processes by bin}}}.
    """
    frame = _frame(processes, raw, isolation)
    out: dict[str, Any] = {}
    for (regime,), rows in frame.sort("regime").group_by("regime", maintain_order=True):
        if rows.height < MIN_ROWS:
            continue
        edges = {c: _edges(rows[c]) for c in (*features.IDS, SCORE)}
        out[str(regime)] = {"edges": edges, "counts": _counts(rows, edges)}
    return out


def measure(
    processes: pl.DataFrame, raw: pl.DataFrame, isolation: npt.NDArray[np.float64], reference: dict[str, Any]
) -> dict[str, Any]:
    """The drift of a run from a model's training records, for the quality report.

    Args:
        processes: as in `describe`.
        raw: as in `describe`.
        isolation: as in `describe`.
        reference: from `describe`, at training.

    Returns:
        "breaks": regimes that the model never saw and how many processes are under them; "psi": regime to region (or
        "all") to feature or "score" to PSI; "watch" and "act": how many of these are at or above WATCH and ACT.
    """
    frame = _frame(processes, raw, isolation)
    breaks: dict[str, int] = {}
    found: dict[str, Any] = {}
    for (regime,), rows in frame.sort("regime").group_by("regime", maintain_order=True):
        if str(regime) not in reference:
            breaks[str(regime)] = rows.height
            continue
        known = reference[str(regime)]
        now = _counts(rows, known["edges"])
        there = sorted(set(now) & set(known["counts"]))
        found[str(regime)] = {
            region: {c: psi(now[region][c], known["counts"][region][c]) for c in sorted(known["edges"])}
            for region in there
        }
    every = [v for regions in found.values() for by in regions.values() for v in by.values()]
    return {
        "breaks": breaks,
        "psi": found,
        "watch": sum(v >= WATCH for v in every),
        "act": sum(v >= ACT for v in every),
    }


def psi(now: list[int], before: list[int]) -> float:
    """PSI of two counts over the same bins, half a process added to each bin so that an empty one is not infinite."""
    p, q = ((np.array(c) + 0.5) / (sum(c) + 0.5 * len(c)) for c in (now, before))
    return round(float(((p - q) * np.log(p / q)).sum()), 4)


def _frame(processes: pl.DataFrame, raw: pl.DataFrame, isolation: npt.NDArray[np.float64]) -> pl.DataFrame:
    def text(column: str) -> pl.Expr:
        there = pl.col(column).cast(pl.String) if column in processes.columns else pl.lit(None, pl.String)
        return there.fill_null(UNKNOWN).alias(column)

    units = law.attach(processes.select("call_date", "object", "method"))["law_uit_cents"]
    who = processes.select(text("regime"), text("region_code"))
    return pl.concat([raw, who], how="horizontal").with_columns(
        pl.Series(SCORE, isolation), amount=pl.col("amount") * 100 / units
    )


def _edges(values: pl.Series) -> list[float]:
    known = values.drop_nulls()
    found = [known.quantile(q, "lower") for q in TENTHS] if len(known) else []
    return sorted({float(v) for v in found if v is not None})


def _counts(rows: pl.DataFrame, edges: dict[str, list[float]]) -> dict[str, dict[str, list[int]]]:
    """Processes by bin, of all and of each region with MIN_ROWS or more. A bin is up to and with its edge; the last two are beyond and unknown."""
    sizes = rows.group_by("region_code").len().filter((pl.col("len") >= MIN_ROWS) & (pl.col("region_code") != UNKNOWN))
    parts = {ALL: rows} if rows.height >= MIN_ROWS else {}
    parts |= {r: rows.filter(pl.col("region_code") == r) for r in sorted(sizes["region_code"])}
    return {name: {c: _binned(part[c], bounds) for c, bounds in edges.items()} for name, part in parts.items()}


def _binned(values: pl.Series, bounds: list[float]) -> list[int]:
    at = np.searchsorted(np.array(bounds), values.drop_nulls().to_numpy(), side="left")
    counts: list[int] = np.bincount(at, minlength=len(bounds) + 1).tolist()
    return [*counts, values.null_count()]
