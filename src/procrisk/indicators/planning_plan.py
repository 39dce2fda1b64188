"""Indicators on the annual plan and the budget: calls outside it, late in it, in another month, above it."""

import polars as pl

from procrisk.indicators.idiom import Rule, col, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import COMPETITIVE, DIRECT, FIRST_CALL, TENDER

_PLANNED = COMPETITIVE | DIRECT


@indicator(
    "PLA-13", risks=["R04", "R12"], ocp="R012", subject="process", evidence=["ocid", "method", "value_pen_cents"]
)
def not_in_the_plan() -> Rule:
    """A procedure is called that no line of the buyer's annual plan announces."""
    return when(_PLANNED, FIRST_CALL).then(~col("in_plan"))


@indicator(
    "PLA-14",
    risks=["R04", "R12"],
    subject="process",
    evidence=["call_date", "plan_lead_days"],
    value="plan_lead_days",
    threshold="min_days",
)
def planned_at_the_last_moment(min_days: int) -> Rule:
    """A procedure entered the annual plan only days before its call."""
    return when(_PLANNED, FIRST_CALL).then(col("plan_lead_days") < min_days)


@indicator(
    "PLA-15",
    risks=["R04", "R81"],
    subject="process",
    evidence=["call_date", "plan_month_gap"],
    value="plan_month_gap",
    threshold="max_months",
)
def called_in_another_month(max_months: int) -> Rule:
    """A procedure was called months before or after the one foreseen in the annual plan."""
    return when(_PLANNED, FIRST_CALL).then(col("plan_month_gap") > max_months)


@indicator(
    "PLA-16",
    risks=["R60"],
    subject="process",
    evidence=["value_cents", "planned_cents", "currency"],
    value="value_over_planned",
    threshold="max_ratio",
)
def value_above_the_budget(max_ratio: float) -> Rule:
    """A procedure is called for more than the amount published in its plan or budget."""
    return when(TENDER | DIRECT | pl.col("method").is_null()).then(col("value_over_planned") > max_ratio)
