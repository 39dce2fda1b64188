"""How much of the catalogue the records could decide: each of the 81 risks in each of the 26 regions.

A process counts once per risk, however many indicators the risk has: raised where any of them is, evaluated where any could
be, and in the risk's scope where it is in the scope of any.
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

from procrisk import catalogue
from procrisk.records.regions import REGIONS
from procrisk.records.register_tables import ANSWERS
from procrisk.scoring.assessment import by_risk
from procrisk.scoring.process import registered
from procrisk.scoring.weights import Rated, indicator_columns

WHY = {
    2: ("columna ausente de la fuente", "column absent from the source"),
    3: ("valor no publicado", "value not published"),
    4: ("muy pocos pares", "too few peers"),
}
"""Codes of the `why` frame for a process in scope that could not be evaluated, in Spanish and in English. Where several
indicators of a risk could not be evaluated, the last in this order is named: the one that came nearest to a decision."""

NO_INDICATOR = {
    "rule": ("regla aún sin indicador", "rule without an indicator yet"),
    "anomaly": ("se evalúa con el modelo de anomalías", "evaluated by the anomaly model"),
    "collusion": ("se evalúa con la detección de colusión", "evaluated by the collusion screen"),
    "assessment": (
        "se evalúa con evidencia de la entidad, no con el registro de contrataciones",
        "evaluated with the entity's evidence, not from procurement records",
    ),
    "not_observable": ("no observable en datos públicos", "not observable in public data"),
}
"""What to say of a risk without an indicator, by the way in which the catalogue evaluates it."""
NO_PROCESS = ("ningún proceso en su ámbito", "no process in its scope")
ANSWERED = ("; {} de {} preguntas con respuesta que cuenta", "; {} of {} questions with an answer that counts")
_LAYER = ("questions", "answered", "known", "score_assessment", "assessment_low", "assessment_high")
_COUNTS = ("applicable", "evaluated", "raised", "not_evaluable")


def coverage(
    processes: pl.DataFrame,
    states: pl.DataFrame,
    why: pl.DataFrame,
    indicators: Mapping[str, Rated] | None = None,
    risks: pl.DataFrame | None = None,
    assessed: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Count what could be decided.

    Args:
        processes: with process_id and region_code (seat of the buyer); those without a region are left out.
        states: process_id and a Boolean column per indicator; null is not evaluable.
        why: process_id and a UInt8 column per indicator: 0 evaluated, 1 out of scope, 2.. a key of WHY.
        indicators: what is known of each; the registry when None.
        risks: the catalogue (id, evaluation: a list); the 81 when None.
        assessed: from assessment.by_risk; None where nobody answered the structured assessment.

    Returns:
        a row per risk and region, sorted: risk, region_code, applicable = evaluated + not_evaluable, evaluated, raised,
        not_evaluable, why (Spanish: reasons with counts, most frequent first), why_en, and of the structured assessment
        questions, answered, known, score_assessment, assessment_low, assessment_high (null where the risk has no question).
    """
    known = registered() if indicators is None else indicators
    listed = catalogue.risks() if risks is None else risks
    every = listed.select(pl.col("id").alias("risk"), "evaluation").join(
        pl.DataFrame({"region_code": list(REGIONS)}), how="cross", maintain_order="left_right"
    )
    ids = indicator_columns(states)
    signs = {r: [i for i in ids if r in known[i].risks] for r in listed["id"]}
    counted = _count(processes, states, why, {r: s for r, s in signs.items() if s})
    plain = listed.select(
        pl.col("id").alias("risk"), bare=pl.Series([not signs[r] for r in listed["id"]], dtype=pl.Boolean)
    )
    layer = by_risk(pl.DataFrame(schema=ANSWERS.schema), date.min) if assessed is None else assessed
    return (
        every.join(counted, on=["risk", "region_code"], how="left")
        .join(plain, on="risk", how="left")
        .with_columns(pl.col(_COUNTS).fill_null(0).cast(pl.Int32))
        .with_columns(_explained(0, "why"), _explained(1, "why_en"))
        .join(layer, on=["risk", "region_code"], how="left")
        .with_columns(_answered("bare", 0, "why"), _answered("bare", 1, "why_en"))
        .select("risk", "region_code", *_COUNTS, "why", "why_en", *_LAYER)
        .sort("risk", "region_code")
    )


def _count(
    processes: pl.DataFrame, states: pl.DataFrame, why: pl.DataFrame, signs: Mapping[str, list[str]]
) -> pl.DataFrame:
    """Counts of the risks that have indicators, by region; `because_<code>` counts the reasons."""
    key = processes.select("process_id", "region_code").filter(pl.col("region_code").is_in(list(REGIONS)))
    ids = sorted({i for some in signs.values() for i in some})
    joined = key.join(states.select("process_id", *ids), on="process_id", how="inner").join(
        why.select("process_id", *(pl.col(i).alias(f"why:{i}") for i in ids)), on="process_id", how="inner"
    )
    per_risk = [e for risk, some in signs.items() for e in _marks(risk, some)]
    columns = ["evaluated", "raised", *(f"because_{c}" for c in WHY)]
    names = [f"{risk}|{c}" for risk in signs for c in columns]
    marked = joined.select("region_code", *per_risk).group_by("region_code").agg(pl.col(names).sum().cast(pl.Int64))
    long = marked.unpivot(index="region_code").with_columns(
        pl.col("variable").str.split_exact("|", 1).struct.rename_fields(["risk", "what"]).alias("part")
    )
    wide = (
        long.unnest("part")
        .select("region_code", "risk", "what", "value")
        .pivot(on="what", on_columns=columns, index=["risk", "region_code"], values="value")
    )
    undecided = pl.sum_horizontal(f"because_{c}" for c in WHY)
    return wide.with_columns(not_evaluable=undecided, applicable=pl.col("evaluated") + undecided)


def _marks(risk: str, ids: list[str]) -> list[pl.Expr]:
    """Booleans of one risk: evaluated, raised, and for what reason it could not be evaluated."""
    evaluated = pl.any_horizontal(pl.col(i).is_not_null() for i in ids)
    raised = pl.any_horizontal(pl.col(i).fill_null(value=False) for i in ids)
    nearest = pl.max_horizontal(f"why:{i}" for i in ids)
    because = [(~evaluated & (nearest == code)).alias(f"{risk}|because_{code}") for code in WHY]
    return [evaluated.alias(f"{risk}|evaluated"), raised.alias(f"{risk}|raised"), *because]


def _explained(language: int, name: str) -> pl.Expr:
    """Reasons with their counts, most frequent first; for a risk without indicator, how the catalogue evaluates it."""
    parts = [
        pl.struct(
            n=-pl.col(f"because_{code}").fill_null(0).cast(pl.Int64),
            text=pl.format("{}: {}", pl.lit(words[language]), pl.col(f"because_{code}").fill_null(0)),
        )
        for code, words in WHY.items()
    ]
    ranked = pl.concat_list(parts).list.sort()
    reasons = ranked.list.eval(pl.element().filter(pl.element().struct.field("n") < 0).struct.field("text")).list.join(
        "; "
    )
    manner = (
        pl.col("evaluation")
        .list.first()
        .replace_strict({k: v[language] for k, v in NO_INDICATOR.items()}, return_dtype=pl.String)
    )
    nothing = pl.col("applicable") == 0
    return pl.when("bare").then(manner).when(nothing).then(pl.lit(NO_PROCESS[language])).otherwise(reasons).alias(name)


def _answered(bare: str, language: int, name: str) -> pl.Expr:
    """What is said of a risk without indicator, with how many of its questions were answered."""
    told = pl.format(ANSWERED[language], pl.col("known"), pl.col("questions"))
    return pl.concat_str(
        name, pl.when(pl.col(bare) & pl.col("questions").is_not_null()).then(told).otherwise(pl.lit(""))
    )
