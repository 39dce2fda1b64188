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
from procrisk.scoring.weights import STRATA, Bools, Floats, Rated, indicator_columns, scoring, weigh

K = 0.045
"""Set so that one moderate flag that a twentieth of the peers carry ends near 10, and a rare severe one near 55."""
PRIOR = 10.0
"""Weight of what was not looked at: with little evaluated, a single flag does not carry a process to the top."""
ANOMALY_WEIGHT = 0.2
"""The most that an anomaly alone can give: a process without any flag stays in the lowest band."""
BANDS = ((25.0, "bajo"), (50.0, "medio"), (75.0, "alto"), (np.inf, "muy_alto"))
"""Upper bounds (exclusive) of the bands."""
PHASES = tuple(catalogue.PHASES)
CATEGORIES = tuple(catalogue.CATEGORIES)
SCOPES = {"regional": "regional_government", "local": "local_government", "national": "national"}
"""Level of government to the scope of the regional scores."""
EVALUATED, OUT_OF_SCOPE = 0, 1
"""Codes of the `why` frame that scoring needs; the others say why an indicator in scope was not evaluable."""
_ANOMALY: dict[str, type[pl.DataType] | pl.DataType] = {
    "score_anomaly": pl.Float64,
    "one_in": pl.Float64,
    "anomaly_es": pl.List(pl.String),
    "anomaly_en": pl.List(pl.String),
}
_RENAMED = {"one_in": "anomaly_one_in"}
DECIMALS = 3
"""Scores are rounded here, once: thousandths, so that regions can add them up as integers."""


def score_processes(
    processes: pl.DataFrame,
    states: pl.DataFrame,
    why: pl.DataFrame,
    anomaly: pl.DataFrame | None = None,
    indicators: Mapping[str, Rated] | None = None,
) -> pl.DataFrame:
    """Score every process.

    Args:
        processes: as assembled: process_id, ocid, region_code, delivery_region_code, buyer_level, buyer_name, buyer_id,
            title, description, method, object, year, call_date, reference_date, amount_pen_cents,
            source_url.
        states: process_id and a Boolean column per indicator (raised, clear, null = not evaluable).
        why: process_id and a UInt8 column per indicator (0 evaluated, 1 out of scope, 2.. why not evaluable).
        anomaly: from anomaly.layer.score: process_id, score_anomaly (0 to 100), one_in, anomaly_es, anomaly_en; or None
            where no model is used.
        indicators: what is known of each; the registry when None.

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
    unusual = _anomaly(key, anomaly)
    return _frame(ordered, scores, counts, _reasons(w, raised, families, ids, counts_in), unusual)


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
        n += strongest
        c += likeliest
    score: Floats = 100.0 * -np.expm1(-K * n * n / (n + c + PRIOR))
    score[~(raised | clear).any(axis=1)] = np.nan
    return score


def combine(rules: Floats, anomaly: Floats) -> Floats:
    """Join the rules' score with the anomaly's (both 0 to 100, NaN = unknown) as a noisy-or. Unknown anomaly adds nothing."""
    part = ANOMALY_WEIGHT * np.nan_to_num(anomaly, nan=0.0) / 100.0
    score: Floats = rules + (100.0 - rules) * part
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


def _anomaly(key: pl.DataFrame, anomaly: pl.DataFrame | None) -> pl.DataFrame:
    """The anomaly's columns for each process, null where there is none."""
    given = pl.DataFrame(schema={"process_id": pl.String, **_ANOMALY}) if anomaly is None else anomaly
    joined = key.join(given, on="process_id", how="left", maintain_order="left")
    return joined.select(pl.col(c).cast(t).alias(_RENAMED.get(c, c)) for c, t in _ANOMALY.items())


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
    ordered: pl.DataFrame, scores: dict[str, Floats], counts: dict[str, Any], reasons: pl.Series, unusual: pl.DataFrame
) -> pl.DataFrame:
    anomaly = unusual["score_anomaly"].fill_null(float("nan")).to_numpy()
    made = {"score": combine(scores.pop("score_rules"), anomaly), **scores}
    columns = [pl.Series(k, v, dtype=pl.Float64).fill_nan(None).round(DECIMALS) for k, v in made.items()]
    numbers = [pl.Series(k, v, dtype=pl.Int32) for k, v in counts.items()]
    band: pl.Expr = pl.lit(None, dtype=pl.String)
    for below, name in reversed(BANDS):
        band = pl.when(pl.col("score") < below).then(pl.lit(name)).otherwise(band)
    # Polars divides by a constant through its reciprocal: without the rounding an eighth of the amounts are a hair off
    applicable = pl.sum_horizontal("n_raised", "n_clear", "n_not_evaluable")
    return ordered.with_columns(*columns, *numbers, *unusual, reasons.alias("reasons")).select(
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
        *(f"score_{p}" for p in (*PHASES, *CATEGORIES)),
        *unusual.columns,
        *counts,
        pl.when(applicable > 0)
        .then((pl.col("n_raised") + pl.col("n_clear")) / applicable)
        .round(6)
        .alias("share_evaluable"),
        "reasons",
        "source_url",
    )
