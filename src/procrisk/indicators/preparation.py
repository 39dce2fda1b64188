"""Indicators on how the purchase was prepared: the method chosen, its grounds, terms for bidders, the reference value."""

import polars as pl

from procrisk.indicators.idiom import Rule, col, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import DIRECT, FIRST_CALL, HAS_VALUE, ORDINARY, TENDER

_AS = col("method") == "AS"
_SOLES = 100
_ROUND = 100_000 * _SOLES
"""Groucho's rounded amount: its last five digits are zeros."""


def _shorter(days: str, least: pl.Expr) -> pl.Expr:
    """The term is shorter; unknown where it would end before it began, which is a slip and no term."""
    return pl.when(col(days) >= 0).then(col(days) < least)


@indicator("PRE-01", risks=["R57"], ocp="R010", subject="process", evidence=["method", "value_pen_cents"])
def direct_without_cause() -> Rule:
    """A direct award is published without its ground."""
    return when(DIRECT).then(~col("has_cause"))


@indicator("PRE-02", risks=["R57"], ocp="R010", subject="process", evidence=["cause", "value_pen_cents"])
def direct_with_weak_cause() -> Rule:
    """A direct award rests on a ground that the buyer itself brings about or states."""
    return when(DIRECT, col("has_cause")).then(col("weak_cause"))


@indicator(
    "PRE-03",
    risks=["R57"],
    ocp="R013",
    subject="buyer",
    evidence=["buyer_direct_n", "buyer_n", "buyer_direct_share", "peer_direct_limit", "peer_direct_n"],
    value="buyer_direct_share",
    threshold="peer_direct_limit",
)
def buyer_awards_directly(min_direct: int, min_processes: int, min_peers: int) -> Rule:
    """A buyer awards directly far more often than buyers of its level of government."""
    enough = (col("buyer_n") >= min_processes) & (col("peer_direct_n") >= min_peers)
    return (
        when(DIRECT)
        .enough(enough)
        .then((col("buyer_direct_n") >= min_direct) & (col("buyer_direct_share") > col("peer_direct_limit")))
    )


@indicator(
    "PRE-04",
    risks=["R59", "R57"],
    subject="process",
    evidence=["value_pen_cents", "law_lp_threshold_cents", "object", "call_number"],
    value="value_pen_cents",
    threshold="law_lp_threshold_cents",
)
def simplified_above_the_line() -> Rule:
    """A simplified award at or above the line of LP and CP, first call and no special regime named."""
    above = col("value_pen_cents") >= col("law_lp_threshold_cents")
    # the line depends on the object, so one told from the text proves nothing where it would matter
    doubtful = col("object_inferred") & (above | (col("object") == "works"))
    return when(_AS, FIRST_CALL, ORDINARY, HAS_VALUE).then(pl.when(~doubtful).then(above))


@indicator(
    "PRE-05",
    risks=["R59"],
    subject="process",
    evidence=["value_pen_cents", "law_cprec_max_cents"],
    value="value_pen_cents",
    threshold="law_cprec_max_cents",
)
def quotes_above_the_limit() -> Rule:
    """A price comparison is worth more than the law allows."""
    return when(col("method") == "CPRE", HAS_VALUE).then(col("value_pen_cents") > col("law_cprec_max_cents"))


@indicator(
    "PRE-06",
    risks=["R02", "R65"],
    ocp="R003",
    cri="advertisement_period",
    subject="process",
    evidence=["call_date", "bid_deadline", "bid_days", "law_min_bid_days"],
    value="bid_days",
    threshold="law_min_bid_days",
)
def bid_term_too_short(tolerance: int) -> Rule:
    """Bidders had fewer business days than the law gives them."""
    least = col("law_min_bid_days")
    return when(TENDER, least.is_not_null()).then(_shorter("bid_days", least - tolerance))


@indicator(
    "PRE-07",
    risks=["R65", "R25"],
    subject="process",
    evidence=["enquiry_start", "enquiry_end", "enquiry_days", "law_enquiry_days"],
    value="enquiry_days",
    threshold="law_enquiry_days",
)
def enquiry_term_too_short(tolerance: int) -> Rule:
    """Participants had fewer business days for questions than the law gives them."""
    least = col("law_enquiry_days")
    return when(TENDER, least.is_not_null()).then(_shorter("enquiry_days", least - tolerance))


@indicator("PRE-08", risks=["R15"], subject="process", evidence=["value_pen_cents", "method"], value="value_pen_cents")
def round_reference_value(min_soles: float) -> Rule:
    """The reference value is a round number, which a market study seldom gives."""
    value = col("value_pen_cents")
    return when(TENDER, value >= min_soles * _SOLES).then(value % _ROUND == 0)


@indicator("PRE-09", risks=["R74", "R65"], ocp="R005", subject="process", evidence=["n_documents"], value="n_documents")
def no_bidding_documents() -> Rule:
    """A tender is published without its bidding documents."""
    return when(TENDER).then(col("n_bidding_documents") == 0)


@indicator(
    "PRE-10",
    risks=["R20"],
    subject="process",
    evidence=["integration_date", "bid_deadline", "integration_days", "law_integration_days"],
    value="integration_days",
    threshold="law_integration_days",
)
def integrated_terms_too_late(tolerance: int) -> Rule:
    """Bids were due sooner after the integrated terms than the law allows."""
    least = col("law_integration_days")
    return when(TENDER, least.is_not_null()).then(_shorter("integration_days", least - tolerance))
