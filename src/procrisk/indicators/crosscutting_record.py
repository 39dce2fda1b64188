"""Indicators on how a buyer's procedures are registered."""

from procrisk.indicators.idiom import Rule, col, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import COMPETITIVE, DIRECT

ANY = COMPETITIVE | DIRECT


@indicator(
    "CRO-41",
    risks=["R42"],
    subject="process",
    evidence=["title", "call_date", "same_title_n"],
    value="same_title_n",
    threshold="min_processes",
)
def registered_twice(min_processes: int) -> Rule:
    """The buyer registered several procedures under one nomenclature on one day."""
    return when(ANY).then(col("same_title_n") >= min_processes)


@indicator(
    "CRO-45",
    risks=["R81", "R42"],
    subject="process",
    evidence=["call_date", "buyer_day_n", "buyer_calls_n", "buyer_day_share"],
    value="buyer_day_share",
    threshold="max_share",
)
def calls_on_one_day(max_share: float, min_calls: int) -> Rule:
    """A large part of the buyer's calls of the year falls on one day."""
    # a product and not a quotient: polars may divide by a constant through its reciprocal, and 6 / 20 then passes 0.3
    crowded = col("buyer_day_n") > max_share * col("buyer_calls_n")
    return when(ANY).enough(col("buyer_calls_n") >= min_calls).then(crowded)
