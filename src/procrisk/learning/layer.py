"""The learnt layer of a run: a stored weighting over the states at hand, where it earned its use."""

import numpy as np
import polars as pl

from procrisk.indicators.registry import INDICATORS
from procrisk.learning import stored
from procrisk.learning.weights import Floats, Learnt

REASONS = 3
LEAST = 0.05
"""Log odds that a raised indicator has to add to be a reason: a twentieth more."""
_SCHEMA: dict[str, pl.DataType] = {
    "process_id": pl.String(),
    "score_learnt": pl.Float64(),
    "learnt_es": pl.List(pl.String),
    "learnt_en": pl.List(pl.String),
}


def score(states: pl.DataFrame, model: str = "") -> pl.DataFrame:
    """What weights learnt from outcomes say of each process.

    Args:
        states: process_id and a Boolean column per indicator, as `evaluate` gives them.
        model: see `stored.locate`.

    Returns:
        one row a process, sorted by process_id: score_learnt (0 to 100: share of the training processes that stand lower;
        null where nothing with a weight was evaluable, where no weighting is in use, and where the one in use did not beat the
        fixed weights out of time), learnt_es and learnt_en (raised indicators that add most, strongest first; null likewise).
    """
    ordered = states.sort("process_id")
    folder = stored.locate(model)
    if folder is None:
        return _nothing(ordered)
    learnt, scale, card = stored.load(folder)
    if not card["earned"]:
        return _nothing(ordered)
    return apply(ordered, learnt, scale, str(card["outcome_es"]), str(card["outcome_en"]))


def apply(states: pl.DataFrame, learnt: Learnt, scale: Floats, outcome_es: str, outcome_en: str) -> pl.DataFrame:
    """Score with weights at hand; see `score`. `outcome_*`: what they were learnt from, for the reasons."""
    total = learnt.score(states)
    low, high = (np.searchsorted(scale, total, side=s) for s in ("left", "right"))
    placed = np.round(100.0 * (low + high) / 2.0 / max(1, len(scale)), 3)
    framed = states.with_columns(
        score_learnt=pl.Series(np.where(np.isnan(total), np.nan, placed)).fill_nan(None),
        learnt_es=_reasons(learnt, states.columns, "es", outcome_es),
        learnt_en=_reasons(learnt, states.columns, "en", outcome_en),
    )
    known = pl.col("score_learnt").is_not_null()
    shown = (pl.when(known).then(pl.col(c)).alias(c) for c in ("learnt_es", "learnt_en"))
    return framed.select("process_id", "score_learnt", *shown).cast(pl.Schema(_SCHEMA))


def _nothing(states: pl.DataFrame) -> pl.DataFrame:
    return states.select("process_id", *(pl.lit(None, t).alias(c) for c, t in _SCHEMA.items() if c != "process_id"))


def _reasons(learnt: Learnt, columns: list[str], language: str, outcome: str) -> pl.Expr:
    """The raised indicators that add most; what a raised one adds is the same for every process, so one order serves all."""
    adds = learnt.weight * (1.0 - learnt.rate) / learnt.spread
    said = [
        pl.when(pl.col(i)).then(pl.lit(_sentence(i, float(a), float(r), language, outcome)))
        for a, i, r in sorted(zip(-adds, learnt.ids, learnt.rate, strict=True))
        if -a >= LEAST and i in columns
    ]
    none: pl.Expr = pl.lit([], dtype=pl.List(pl.String))
    return pl.concat_list(said).list.drop_nulls().list.head(REASONS) if said else none


def _sentence(id_: str, less: float, rate: float, language: str, outcome: str) -> str:
    times, known = np.exp(-less), INDICATORS.get(id_)
    name = id_ if known is None else f"{getattr(known, f'name_{language}')} ({id_})"
    if language == "es":
        return (
            f"{name}: la lleva {rate:.1%} de los procedimientos de los que se aprendió; "
            f"con ella, {outcome} tuvo {times:.1f} veces la chance de un procedimiento promedio"
        )
    return f"{name}: on {rate:.1%} of the procedures learnt from; with it, {outcome} had {times:.1f} times the odds of the average one"
