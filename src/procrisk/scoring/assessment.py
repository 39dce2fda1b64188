"""The layer of the structured assessment: what the answers of each region's integrity function say of each risk.

It stands beside the scores from records and is never blended into them. A question gives 0 for a yes, 50 for a partial yes, 100
for a no. A yes without evidence, "no evidence" and no answer are unknown: they count neither way, and the bounds say what
the score would be if all of them were good (low) or bad (high), so that silence buys nothing. What does not apply is left out.
"""

from datetime import date

import polars as pl

from procrisk import assessment, catalogue
from procrisk.records.regions import REGIONS

VALID_DAYS = 365
"""An answer speaks for a year: the assessment is yearly, and an older one says little of today."""
POINTS = {"yes": 0, "partial": 50, "no": 100}
NEEDS_EVIDENCE = ("yes", "partial")
SCOPE = "regional_government"
"""Answers are those of the regional government itself, and speak for no other scope."""
_SCORES = {"score_assessment": pl.Float64, "assessment_low": pl.Float64, "assessment_high": pl.Float64}


def standing(answers: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """What each region says to each question, as of a day.

    Args:
        answers: the register of answers (region_code, question, answer, evidence, date).
        as_of: later answers and those older than VALID_DAYS are left out; of several the latest stands.

    Returns:
        a row per region and question, whether answered or not: region_code, question, risk, severity, answered (Boolean),
        applies (Boolean), points (0, 50, 100; null = unknown).
    """
    bank = assessment.questions().join(catalogue.risks().select(risk="id", severity="severity"), on="risk", how="left")
    every = pl.DataFrame({"region_code": list(REGIONS)}).join(
        bank.select("risk", "severity", question="id"), how="cross", maintain_order="left_right"
    )
    age = (pl.lit(as_of) - pl.col("date")).dt.total_days()
    latest = (
        answers.filter(age.is_between(0, VALID_DAYS))
        .sort("region_code", "question", "date")
        .unique(["region_code", "question"], keep="last", maintain_order=True)
        .select("region_code", "question", "answer", "evidence")
    )
    joined = every.join(latest, on=["region_code", "question"], how="left", maintain_order="left")
    backed = ~pl.col("answer").is_in(NEEDS_EVIDENCE) | pl.col("evidence").is_not_null()
    return joined.select(
        "region_code",
        "question",
        "risk",
        "severity",
        answered=pl.col("answer").is_not_null(),
        applies=(pl.col("answer") != "not_applicable").fill_null(value=True),
        points=pl.when(backed).then(pl.col("answer").replace_strict(POINTS, default=None, return_dtype=pl.Int64)),
    )


def by_risk(answers: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The layer by risk and region.

    Returns:
        risk, region_code, questions (that apply), answered, known (answers that count), score_assessment, assessment_low and
        assessment_high (0 to 100, more is riskier; null without a known answer or, for the bounds, without a question that applies).
    """
    return _scored(standing(answers, as_of), ["risk", "region_code"]).sort("risk", "region_code")


def by_region(answers: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The layer by region: questions weigh as their risk is severe.

    Returns:
        region_code, score_assessment, assessment_low, assessment_high as in `by_risk`, share_assessed (known answers over
        questions that apply).
    """
    scored = _scored(standing(answers, as_of), ["region_code"])
    return scored.select(
        "region_code",
        *_SCORES,
        share_assessed=pl.when(pl.col("questions") > 0).then(pl.col("known") / pl.col("questions")),
    ).sort("region_code")


def _scored(said: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Weighted means of the points; sums of integers, divided once."""
    weight, points = pl.col("severity").cast(pl.Int64), pl.col("points")
    known = points.is_not_null()
    summed = (
        said.filter("applies")
        .group_by(by)
        .agg(
            questions=pl.len().cast(pl.Int32),
            answered=pl.col("answered").sum().cast(pl.Int32),
            known=known.sum().cast(pl.Int32),
            _sum=(points * weight).sum(),
            _known=weight.filter(known).sum(),
            _all=weight.sum(),
        )
    )
    whole = pl.col("_all") > 0
    return summed.with_columns(
        score_assessment=pl.when(pl.col("_known") > 0).then(pl.col("_sum") / pl.col("_known")),
        assessment_low=pl.when(whole).then(pl.col("_sum") / pl.col("_all")),
        assessment_high=pl.when(whole).then(
            (pl.col("_sum") + 100 * (pl.col("_all") - pl.col("_known"))) / pl.col("_all")
        ),
    ).drop("_sum", "_known", "_all")


def with_layer(regions: pl.DataFrame, answers: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The scores of regions with score_assessment, assessment_low, assessment_high and share_assessed, in the same order.

    Filled for the scope of the regional government alone, and only where some region answered at all.
    """
    layer = by_region(answers, as_of) if answers.height else by_region(answers, as_of).clear()
    own = layer.with_columns(scope=pl.lit(SCOPE))
    return regions.join(own, on=["region_code", "scope"], how="left", maintain_order="left")
