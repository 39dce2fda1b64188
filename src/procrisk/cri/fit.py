"""Fit one component at a time: logit(outcome) = bins of the component + controls (docs/cri.md).

Controls: method, object, level of government, year, log of the value, region. Bins of numbers are the fifths of the records, so that
no threshold is chosen by hand; words are bins as they are. A missing value is a bin of its own. Only processes of
competitive markets enter: those in which MARKET_MIN suppliers or more were ever observed.
"""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl

from procrisk.cri.logit import Floats, firth, independent
from procrisk.indicators.cri_bins import COMPONENTS, Component

MARKET_MIN = 3
"""Suppliers ever observed in a market that is competitive; methods.md of the index: 3 to 10."""
BIN_MIN = 10
"""Records below which a bin is neither fitted nor told: its odds would be those of the penalty."""
FIFTHS = (0.2, 0.4, 0.6, 0.8)
Z = NormalDist().inv_cdf(0.975)
CONTROLS = ("method", "object", "buyer_level", "year", "log_value", "region_code")
MISSING = "missing"
DIGITS = 4
"""Significant digits of odds: what stands behind them changes with the arithmetic of the machine."""


@dataclass(frozen=True, slots=True)
class Told:
    """A bin with its odds against the reference bin."""

    component: str
    word: str
    low: float | None
    high: float | None
    n: int
    n_outcome: int
    odds_ratio: float
    ci_low: float
    ci_high: float
    bin: str
    controls: str


def fit(frame: pl.DataFrame, component: str, outcome: str) -> list[Told]:
    """Odds ratios of a component's bins.

    Args:
        frame: a row a process: the component's figure, `outcome` (Boolean), market_holders_n and CONTROLS; a control that is
            absent from the frame, the same everywhere or the component itself takes no part.
        component: key of `cri_bins.COMPONENTS`.
        outcome: column that holds what happened.

    Returns:
        the reference bin first, the others in order, missing last; empty where the figure has fewer than two bins of BIN_MIN
        records, or the outcome never or always happened.

    Raises:
        ProcriskError: the regression found no maximum.
    """
    c = COMPONENTS[component]
    known = frame.filter(pl.col(outcome).is_not_null() & (pl.col("market_holders_n") >= MARKET_MIN))
    binned, bounds = _binned(known, c)
    large = binned.group_by("_bin").len().filter(pl.col("len") >= BIN_MIN)["_bin"].to_list()
    binned = binned.filter(pl.col("_bin").is_in(large)).sort(pl.all().exclude(pl.List))
    reference = _reference(binned, c)
    others = sorted(b for b in large if b != reference)
    y = binned[outcome].cast(pl.Float64).to_numpy()
    if reference not in large or not any(b != MISSING for b in others) or y.mean() in (0.0, 1.0):
        return []
    bins = [(binned["_bin"] == b).cast(pl.Float64).to_numpy() for b in others]
    columns, used = _controls(binned.drop(c.figure))
    design = np.column_stack([np.ones(len(y)), *bins, *columns])
    kept = independent(design)
    found = firth(design[:, kept], y)
    at = {j: k for k, j in enumerate(kept)}

    def told(name: str, beta: float, se: float, kind: str) -> Told:
        rows = binned.filter(pl.col("_bin") == name)
        low, high = bounds.get(name, (None, None))
        word = "" if name in bounds or name == MISSING else name
        odds, least, most = (_rounded(float(np.exp(beta + Z * se * side))) for side in (0, -1, 1))
        counted = (rows.height, int(rows[outcome].sum()))
        return Told(component, word, low, high, *counted, odds, least, most, kind, " ".join(used))

    made = [told(reference, 0.0, 0.0, "reference")]
    for j, name in enumerate(others, 1):
        if j not in at:
            continue
        beta, se = float(found.beta[at[j]]), float(found.se[at[j]])
        risky = _rounded(float(np.exp(beta - Z * se))) > 1
        made.append(told(name, beta, se, MISSING if name == MISSING else "risky" if risky else "other"))
    return sorted(made, key=lambda t: (t.bin != "reference", t.bin == MISSING, t.low or -np.inf, t.word))


def _binned(frame: pl.DataFrame, c: Component) -> tuple[pl.DataFrame, dict[str, tuple[float | None, float | None]]]:
    """The frame with `_bin`, and the bounds of bins that are intervals."""
    figure = pl.col(c.figure)
    if frame.schema[c.figure] == pl.String:
        word = pl.when(figure.is_in(c.reference)).then(pl.lit(";".join(c.reference))).otherwise(figure)
        return frame.with_columns(_bin=word.fill_null(MISSING)), {}
    values = frame[c.figure].drop_nulls().to_numpy()
    cuts = sorted({_rounded(x) for x in np.quantile(values, FIFTHS, method="lower")}) if len(values) else []
    edges = [None, *cuts, None]
    bounds = {f"{k:02d}": (edges[k], edges[k + 1]) for k in range(len(edges) - 1)}
    told = pl.when(figure.is_not_null()).then(pl.sum_horizontal(*(figure > e for e in cuts), pl.lit(0, pl.Int64)))
    return frame.with_columns(_bin=told.cast(pl.String).str.zfill(2).fill_null(MISSING)), bounds


def _reference(binned: pl.DataFrame, c: Component) -> str:
    """The words of reference, or the interval in which the median lies."""
    if c.reference:
        return ";".join(c.reference)
    known = binned.filter(pl.col("_bin") != MISSING).sort(c.figure)
    return str(known["_bin"][known.height // 2]) if known.height else ""


def _controls(frame: pl.DataFrame) -> tuple[list[Floats], list[str]]:
    """Columns of the controls: a dummy for each word but the most frequent, the number for the log of the value."""
    made: list[Floats] = []
    used: list[str] = []
    for name in CONTROLS:
        if name not in frame.columns or frame[name].n_unique() < 2:
            continue
        used.append(name)
        x = frame[name]
        if name == "log_value":
            made += [x.fill_null(0.0).to_numpy(), x.is_null().cast(pl.Float64).to_numpy()]
            continue
        words = x.cast(pl.String).fill_null("?")
        counts: Any = words.value_counts().sort("count", name, descending=[True, False])
        made += [(words == w).cast(pl.Float64).to_numpy() for w in counts[name].to_list()[1:]]
    return made, used


def _rounded(x: float) -> float:
    return float(f"{min(x, 1e6):.{DIGITS}g}")
