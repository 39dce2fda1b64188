"""Indicators on the call: its kind of procedure, its day, its fee, direct awards at once, homologated goods."""

import polars as pl

from procrisk.indicators.idiom import Rule, col, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import COMPETITIVE, CONTESTED, DIRECT, TENDER


@indicator(
    "PRE-26",
    risks=["R59"],
    cri="procedure_type",
    subject="process",
    evidence=[
        "method",
        "object",
        "procedure_type_odds",
        "procedure_type_odds_low",
        "procedure_type_odds_high",
        "peer_procedure_type_n",
    ],
    value="procedure_type_odds",
    threshold="min_odds",
)
def procedure_that_goes_with_single_bids(min_odds: float, min_records: int) -> Rule:
    """The procedure is of a kind that draws a single bid significantly more often than open tenders do."""
    fitted = col("peer_procedure_type_n") >= min_records
    return when(CONTESTED).enough(fitted).then(col("procedure_type_odds_low") > min_odds)


@indicator(
    "PRE-27",
    risks=["R65", "R20"],
    ocp="R009",
    subject="process",
    evidence=["fee_cents", "currency", "peer_fee_cents", "peer_fee_n"],
    value="fee_over_earlier",
    threshold="min_ratio",
)
def fee_raised(min_ratio: float, min_earlier: int) -> Rule:
    """Taking part costs far more than in the buyer's earlier calls."""
    return (
        when(CONTESTED)
        .enough(col("peer_fee_n") >= min_earlier)
        .then(col("fee_cents") >= min_ratio * col("peer_fee_cents"))
    )


@indicator(
    "PRE-28",
    risks=["R57", "R65"],
    subject="process",
    evidence=["call_date", "award_date", "award_days", "cause"],
    value="award_days",
    threshold="min_days",
)
def direct_award_at_once(min_days: int) -> Rule:
    """A direct award that could have waited was made within a day or two of being announced."""
    return when(DIRECT, ~col("may_regularise")).then(col("award_days") < min_days)


@indicator(
    "PRE-29",
    risks=["R65"],
    subject="process",
    evidence=["call_date", "bid_deadline", "bid_days", "law_min_bid_days", "quiet_days", "year_end_days"],
    value="bid_days",
    threshold="law_min_bid_days",
)
def called_when_few_look(min_break: int, year_end: int) -> Rule:
    """A call with no more than the least term for bids falls on the eve of a long break or on the last days of the year."""
    least = col("law_min_bid_days")
    quiet = (col("quiet_days") >= min_break) | (col("year_end_days") < year_end)
    # without the deadline neither the term nor the break before it is known: that the call's day is quiet clears nothing
    told = pl.when(col("bid_days").is_not_null()).then((col("bid_days") <= least) & quiet)
    return when(TENDER, least.is_not_null()).then(told)


@indicator(
    "PRE-30",
    risks=["R10", "R59"],
    subject="process",
    evidence=["homologated_lots", "n_lots", "method", "value_pen_cents"],
    value="homologated_lots",
)
def homologation_passed_over() -> Rule:
    """Goods whose homologation is in force are all bought by a procedure other than the one for homologated goods."""
    whole = (col("homologated_lots") > 0) & (col("homologated_lots") >= col("n_lots"))
    return when(COMPETITIVE, ~col("homologation")).then(whole)
