"""The score of a process: 0 to 100, more is riskier; null where nothing that scores could be evaluated.

Formula (docs/adr/0002-score-formula.md). Indicators that are signs of the same risk form a family, and only the strongest
of a family counts. With w the weight of a raised indicator (weights.py) and p its base rate,

    N = sum over families of the largest w raised
    C = sum over families of the largest p*w found clear      (what the clear ones were expected to add)
    rules = 1 - exp(-K * N^2 / (N + C + PRIOR))
    score = 100 * (1 - (1 - rules) * (1 - ANOMALY_WEIGHT * anomaly))

An indicator that is not evaluable appears in none of the sums: neither as raised nor as clear. Nor does one whose role is
information: it is counted and listed, and does not score.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from procrisk import catalogue
from procrisk.scoring import layers
from procrisk.scoring.weights import STRATA, Bools, Floats, Rated, indicator_columns, scoring, weigh

K = 0.045
"""Set so that one moderate flag that a twentieth of the peers carry ends near 10, and a rare severe one near 55."""
POWER = 2.0
"""Several signs add up more slowly than their sum: signs of different risks overlap too, and one grave rare sign is not to be
buried under many common ones. 1 is the sum, infinity the strongest alone (docs/adr/0022-one-process-score.md)."""
PRIOR = 10.0
"""Weight of what was not looked at: with little evaluated, a single flag does not carry a process to the top."""
BANDS = ((25.0, "bajo"), (50.0, "medio"), (75.0, "alto"), (np.inf, "muy_alto"))
"""Upper bounds (exclusive) of the bands."""
PHASES = tuple(catalogue.PHASES)
CATEGORIES = tuple(catalogue.CATEGORIES)
SCOPES = {"regional": "regional_government", "local": "local_government", "national": "national"}
"""Level of government to the scope of the regional scores."""
EVALUATED, OUT_OF_SCOPE = 0, 1
"""Codes of the `why` frame that scoring needs; the others say why an indicator in scope was not evaluable."""
_TEXTS = pl.List(pl.String)
_OTHERS: Mapping[str, Mapping[str, type[pl.DataType] | pl.DataType]] = {
    "anomaly": {
        "score_anomaly": pl.Float64,
        "one_in": pl.Float64,
        "score_anomaly_ex_ante": pl.Float64,
        "peers": pl.String,
        "n_peers": pl.Int64,
        "anomaly_es": _TEXTS,
        "anomaly_en": _TEXTS,
    },
    "collusion": {
        "score_collusion": pl.Float64,
        "collusion_screens": pl.Float64,
        "collusion_network": pl.Float64,
        "collusion_prices": pl.Float64,
        "collusion_es": _TEXTS,
        "collusion_en": _TEXTS,
    },
    "learnt": {"score_learnt": pl.Float64, "learnt_es": _TEXTS, "learnt_en": _TEXTS},
}
"""What a process takes from each layer beside the rules."""
_RENAMED = {"one_in": "anomaly_one_in", "peers": "anomaly_peers", "n_peers": "anomaly_n_peers"}
DECIMALS = 3
"""Scores are rounded here, once: thousandths, so that regions can add them up as integers."""


def score_processes(
    processes: pl.DataFrame,
    states: pl.DataFrame,
    why: pl.DataFrame,
    others: Mapping[str, pl.DataFrame | None] | None = None,
    indicators: Mapping[str, Rated] | None = None,
    changed: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Score every process.

    Args:
        processes: as assembled: process_id, ocid, region_code, delivery_region_code, buyer_level, buyer_name, buyer_id,
            title, description, method, object, year, call_date, reference_date, amount_pen_cents,
            source_url.
        states: process_id and a Boolean column per indicator (raised, clear, null = not evaluable).
        why: process_id and a UInt8 column per indicator (0 evaluated, 1 out of scope, 2.. why not evaluable).
        others: what the layers beside the rules say: "anomaly" (anomaly.layer.score), "collusion" (collusion.layer.score),
            "learnt" (learning.layer.score), each process_id, score_<layer> (0 to 100) and its reasons; None or absent where
            the layer is not used.
        indicators: what is known of each; the registry when None.
        changed: weights of layers that depart from the table's.

    Returns:
        the frame of processes.parquet, sorted by process_id. amount_pen in soles, scores from 0 to 100. `n_not_evaluable`
        counts indicators in whose scope the process is and that could not be decided; `reasons` holds the raised
        indicators, largest contribution first and those for information last.
    """
    known = registered() if indicators is None else indicators
    ordered = processes.sort("process_id")
    key = ordered.select("process_id")
    aligned = key.join(states, on="process_id", how="left", maintain_order="left")
    reasons_why = key.join(why, on="process_id", how="left", maintain_order="left")
    ids = indicator_columns(states)
    raised = _mask(aligned.select(pl.col(i).fill_null(value=False) for i in ids))
    clear = _mask(aligned.select((~pl.col(i)).fill_null(value=False) for i in ids))
    weights = weigh(ordered.select(STRATA[0]), aligned, known)
    w, e = weights.weight[weights.row], (weights.weight * weights.rate)[weights.row]
    families = [family(known[i]) for i in ids]
    counts_in = scoring(ids, known)
    of_score = [j for j in range(len(ids)) if counts_in[j]]
    scores = {"score_rules": _part(of_score, w, e, raised, clear, families)}
    for prefix, values in (("phase", PHASES), ("category", CATEGORIES)):
        for value in values:
            at = [j for j in of_score if getattr(known[ids[j]], prefix) == value]
            scores[f"score_{value}"] = _part(at, w, e, raised, clear, families)
    in_scope = _mask(reasons_why.select((pl.col(i) != OUT_OF_SCOPE).fill_null(value=False) for i in ids))
    counts = {
        "n_raised": raised.sum(axis=1),
        "n_clear": clear.sum(axis=1),
        "n_not_evaluable": (in_scope & ~raised & ~clear).sum(axis=1),
    }
    beside = _beside(key, others or {})
    given = {name: beside[f"score_{name}"].fill_null(float("nan")).to_numpy() for name in _OTHERS}
    whole = {"score": layers.combine({"rules": scores["score_rules"], **given}, changed), **scores}
    return _frame(ordered, whole, counts, _reasons(w, raised, families, ids, counts_in), beside)


def _part(at: list[int], w: Floats, e: Floats, raised: Bools, clear: Bools, families: list[str]) -> Floats:
    """The score that the indicators in these columns give."""
    return rules_score(w[:, at], e[:, at], raised[:, at], clear[:, at], [families[j] for j in at])


def family(indicator: Rated) -> str:
    """The family in which an indicator counts: the first risk it is a sign of, else itself."""
    return indicator.risks[0] if indicator.risks else indicator.id


def rules_score(w: Floats, expected: Floats, raised: Bools, clear: Bools, families: list[str]) -> Floats:
    """The part of the score that the indicators give, 0 to 100; NaN where none could be evaluated.

    Args:
        w: weight of each indicator (column) for each process (row), positive.
        expected: rate times weight, the same shape.
        raised: where it is raised.
        clear: where it is clear; not evaluable is neither.
        families: family of each column.
    """
    n, c = np.zeros(len(w)), np.zeros(len(w))
    for name in sorted(set(families)):
        strongest, likeliest = np.zeros(len(w)), np.zeros(len(w))
        for j in (j for j, f in enumerate(families) if f == name):
            np.maximum(strongest, np.where(raised[:, j], w[:, j], 0.0), out=strongest)
            np.maximum(likeliest, np.where(clear[:, j], expected[:, j], 0.0), out=likeliest)
        n += strongest**POWER
        c += likeliest
    n **= 1.0 / POWER
    score: Floats = 100.0 * -np.expm1(-K * n * n / (n + c + PRIOR))
    score[~(raised | clear).any(axis=1)] = np.nan
    return score


@cache
def registered() -> Mapping[str, Rated]:
    """What the registry knows of each indicator. Imported here, since scoring works on any other set as well."""
    from procrisk.indicators.registry import INDICATORS  # noqa: PLC0415

    found: Mapping[str, Rated] = INDICATORS
    return found


def _mask(frame: pl.DataFrame) -> Bools:
    made: Bools = np.ascontiguousarray(frame.to_numpy()).astype(np.bool_).reshape(frame.height, frame.width)
    return made


def _beside(key: pl.DataFrame, others: Mapping[str, pl.DataFrame | None]) -> pl.DataFrame:
    """The other layers' columns for each process, null where there is none."""
    made = []
    for name, columns in _OTHERS.items():
        given = others.get(name)
        have = key.with_columns() if given is None else given
        missing = [pl.lit(None).alias(c) for c in columns if c not in have.columns]
        joined = key.join(have.with_columns(missing), on="process_id", how="left", maintain_order="left")
        made.append(joined.select(pl.col(c).cast(t).alias(_RENAMED.get(c, c)) for c, t in columns.items()))
    return pl.concat(made, how="horizontal")


def _reasons(w: Floats, raised: Bools, families: list[str], ids: list[str], counts_in: Bools) -> pl.Series:
    """Raised indicators of each process: those that count by weight, those that a stronger one of the family covers, information."""
    row, column = np.nonzero(raised)
    flags = pl.DataFrame({"row": row, "column": column, "weight": w[row, column], "silent": ~counts_in[column]})
    named = flags.with_columns(
        family=pl.Series(families, dtype=pl.String).gather(flags["column"]),
        id=pl.Series(ids, dtype=pl.String).gather(flags["column"]),
    ).sort("row", "silent", "weight", "id", descending=[False, False, True, False])
    lists = (
        named.with_columns(covered=~pl.struct("row", "family").is_first_distinct())
        .sort("row", "silent", "covered", maintain_order=True)
        .group_by("row", maintain_order=True)
        .agg(pl.col("id"))
    )
    every = pl.DataFrame({"row": np.arange(len(w))}).join(
        lists.with_columns(pl.col("row").cast(pl.Int64)), on="row", how="left", maintain_order="left"
    )
    return every["id"].fill_null(pl.Series([[]], dtype=pl.List(pl.String)))


def _frame(
    ordered: pl.DataFrame, scores: dict[str, Floats], counts: dict[str, Any], reasons: pl.Series, beside: pl.DataFrame
) -> pl.DataFrame:
    columns = [pl.Series(k, v, dtype=pl.Float64).fill_nan(None).round(DECIMALS) for k, v in scores.items()]
    numbers = [pl.Series(k, v, dtype=pl.Int32) for k, v in counts.items()]
    band: pl.Expr = pl.lit(None, dtype=pl.String)
    for below, name in reversed(BANDS):
        band = pl.when(pl.col("score") < below).then(pl.lit(name)).otherwise(band)
    # Polars divides by a constant through its reciprocal: without the rounding an eighth of the amounts are a hair off
    applicable = pl.sum_horizontal("n_raised", "n_clear", "n_not_evaluable")
    return ordered.with_columns(*columns, *numbers, *beside, reasons.alias("reasons")).select(
        "process_id",
        "ocid",
        "region_code",
        "delivery_region_code",
        pl.col("buyer_level").replace_strict(SCOPES, default=None, return_dtype=pl.String).alias("scope"),
        pl.col("buyer_name").alias("buyer"),
        "buyer_id",
        "title",
        "description",
        "method",
        "object",
        "call_date",
        "reference_date",
        (pl.col("amount_pen_cents") / 100).round(2).alias("amount_pen"),
        "amount_pen_cents",
        "score",
        band.alias("band"),
        "score_rules",
        *(f"score_{p}" for p in (*PHASES, *CATEGORIES)),
        *beside.columns,
        *counts,
        pl.when(applicable > 0)
        .then((pl.col("n_raised") + pl.col("n_clear")) / applicable)
        .round(6)
        .alias("share_evaluable"),
        "reasons",
        "source_url",
    )
