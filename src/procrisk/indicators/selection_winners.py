"""Indicators on how much a winner holds and how fast its awards grow."""

from procrisk.indicators.idiom import Rule, col, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import COMPETITIVE, DIRECT

ANY = COMPETITIVE | DIRECT


@indicator(
    "SEL-52",
    risks=["R76", "R02"],
    ocp="R050",
    subject="award",
    evidence=["holder_shown", "family", "region_code", "year", "market_year_n", "market_year_share"],
    value="market_year_share",
    threshold="max_share",
)
def market_share_high(max_share: float, min_awards: int) -> Rule:
    """The winner holds a large share of what one region buys of one kind in the year."""
    market = col("region_code").is_not_null() & col("family").is_not_null()
    return (
        when(COMPETITIVE, market).enough(col("market_year_n") >= min_awards).then(col("market_year_share") > max_share)
    )


@indicator(
    "SEL-53",
    risks=["R53", "R02"],
    subject="supplier",
    evidence=["supplier", "own_cents", "earlier_max_cents", "earlier_wins_n", "growth_ratio"],
    value="growth_ratio",
    threshold="min_ratio",
)
def sudden_growth(min_ratio: float, min_wins: int) -> Rule:
    """The award is many times the largest that the firm had won before."""
    return (
        when(ANY, col("own_cents") > 0)
        .enough(col("earlier_wins_n") >= min_wins)
        .then(col("own_cents") >= min_ratio * col("earlier_max_cents"))
    )


@indicator(
    "SEL-54",
    risks=["R02"],
    ocp="R052",
    subject="pair",
    evidence=["supplier", "own_cents", "pair_first_cents", "pair_earlier_n", "pair_growth_ratio"],
    value="pair_growth_ratio",
    threshold="min_ratio",
)
def small_then_large(min_ratio: float, min_wins: int) -> Rule:
    """A small first purchase from the firm is followed by a much larger one of the same buyer."""
    earlier = col("pair_earlier_n") >= min_wins
    return when(ANY, col("own_cents") > 0).enough(earlier).then(col("own_cents") >= min_ratio * col("pair_first_cents"))
