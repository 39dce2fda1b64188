"""How much of a process could be looked at, and what its score would be if the rest were known.

The score leaves out what is not evaluable, and with it the chance of a flag: of two processes alike, the one with half of its
data hidden has on average half of the flags. `opportunity` is what the indicators that could be evaluated were expected to add
(sum of base rate times weight); strata.py compares processes per unit of it. The two bounds are the
score if everything in scope that could not be evaluated were clear, or raised.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import polars as pl

from procrisk.scoring.layers import combine
from procrisk.scoring.process import DECIMALS, OUT_OF_SCOPE, family, registered, rules_score
from procrisk.scoring.weights import STRATA, Bools, Floats, Rated, Weights, indicator_columns, scoring, weigh

_LEAST_LEFT = 1e-9
"""A score of 100 by the rules alone leaves nothing to the other layers."""


def visibility(
    processes: pl.DataFrame,
    scored: pl.DataFrame,
    states: pl.DataFrame,
    why: pl.DataFrame,
    indicators: Mapping[str, Rated] | None = None,
    changed: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Opportunity and bounds of each process.

    Args:
        processes: as assembled, with process_id, method, object and year.
        scored: from score_processes, sorted by process_id: process_id and score.
        states: process_id and a Boolean per indicator; null is not evaluable.
        why: process_id and a UInt8 per indicator: 1 is out of scope.
        indicators: what is known of each; the registry when None.
        changed: weights of layers that depart from the table's.

    Returns:
        process_id; opportunity (points of weight, 3 decimals; null where nothing that scores was evaluated); score_if_clear and
        score_if_raised (0 to 100; null where no indicator that scores has the process in its scope), in the order of `scored`.
    """
    known = registered() if indicators is None else indicators
    ids = [i for i, s in zip(indicator_columns(states), scoring(indicator_columns(states), known), strict=True) if s]
    key = scored.select("process_id")
    raised = _mask(key, states, ids, lambda state: state)
    clear = _mask(key, states, ids, lambda state: ~state)
    within = _mask(key, why, ids, lambda code: code != OUT_OF_SCOPE)
    w, e = _weights(weigh(_strata(key, processes), _aligned(key, states), known), states, ids)
    families = [family(known[i]) for i in ids]
    hidden = within & ~raised & ~clear
    own = rules_score(w, e, raised, clear, families)
    bounds = (
        rules_score(w, e, raised, clear | hidden, families),
        rules_score(w, e, raised | hidden, clear, families),
    )
    score = scored["score"].fill_null(float("nan")).to_numpy()
    low, high = (_with_other_layers(score, own, b, changed) for b in bounds)
    made = {
        "opportunity": _opportunity(e, raised | clear),
        "score_if_clear": low,
        "score_if_raised": high,
    }
    return key.with_columns(pl.Series(k, v, dtype=pl.Float64).fill_nan(None).round(DECIMALS) for k, v in made.items())


def opportunities(
    processes: pl.DataFrame,
    states: pl.DataFrame,
    parts: Mapping[str, Sequence[str]],
    indicators: Mapping[str, Rated] | None = None,
) -> pl.DataFrame:
    """Opportunity of each process within parts of the indicators.

    Args:
        processes: process_id, method, object, year.
        states: process_id and a Boolean per indicator.
        parts: name of a part to the ids of its indicators.
        indicators: what is known of each; the registry when None.

    Returns:
        process_id and a column per part, null where nothing in it was evaluated; sorted by process_id.
    """
    known = registered() if indicators is None else indicators
    key = processes.select("process_id").sort("process_id")
    weights = weigh(_strata(key, processes), _aligned(key, states), known)
    made = {}
    for name, wanted in parts.items():
        ids = sorted(wanted)
        evaluated = _mask(key, states, ids, pl.Expr.is_not_null)
        made[name] = _opportunity(_weights(weights, states, ids)[1], evaluated)
    return key.with_columns(pl.Series(k, v, dtype=pl.Float64).fill_nan(None).round(DECIMALS) for k, v in made.items())


def _opportunity(expected: Floats, evaluated: Bools) -> Floats:
    """Sum of the expected weights that could be evaluated; NaN where none could.

    All of a family, though only its strongest sign scores: two signs of one risk are two chances to see it. Where they always come
    together, the sum expects too much of a process on which both were seen, and hiding one of them costs instead of paying.
    """
    total: Floats = np.where(evaluated, expected, 0.0).sum(axis=1)
    total[~evaluated.any(axis=1)] = np.nan
    return total


def _with_other_layers(
    score: Floats, rules: Floats, other_rules: Floats, changed: Mapping[str, float] | None
) -> Floats:
    """The score with `other_rules` in the place of its own `rules`; layers join as a noisy-or, so what they leave multiplies.

    Where there is no score there is no other layer: the rules stand alone.
    """
    own, other = (100.0 - np.nan_to_num(combine({"rules": r}, changed), nan=0.0) for r in (rules, other_rules))
    alone = np.isnan(score) | (own < _LEAST_LEFT)
    left = np.where(alone, 1.0, (100.0 - score) / np.maximum(own, _LEAST_LEFT))
    made: Floats = np.where(np.isnan(other_rules), np.nan, 100.0 - other * np.minimum(left, 1.0))
    return made


def _strata(key: pl.DataFrame, processes: pl.DataFrame) -> pl.DataFrame:
    chosen = processes.select("process_id", *STRATA[0])
    return key.join(chosen, on="process_id", how="left", maintain_order="left").select(STRATA[0])


def _aligned(key: pl.DataFrame, states: pl.DataFrame) -> pl.DataFrame:
    return key.join(states, on="process_id", how="left", maintain_order="left")


def _weights(weights: Weights, states: pl.DataFrame, ids: list[str]) -> tuple[Floats, Floats]:
    """Weight of these indicators (columns) for each process (row), and its base rate times it."""
    at = [indicator_columns(states).index(i) for i in ids]
    return weights.weight[:, at][weights.row], (weights.weight * weights.rate)[:, at][weights.row]


def _mask(key: pl.DataFrame, frame: pl.DataFrame, ids: list[str], test: Callable[[pl.Expr], pl.Expr]) -> Bools:
    """Where the test of an indicator's column (column) is true of a process (row); null is not."""
    aligned = _aligned(key, frame.select("process_id", *ids))
    found = aligned.select(test(pl.col(i)).fill_null(value=False) for i in ids).to_numpy()
    made: Bools = np.ascontiguousarray(found).astype(np.bool_).reshape(key.height, len(ids))
    return made
