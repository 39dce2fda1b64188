"""Indicators on how much a winner holds and how fast its awards grow."""

import polars as pl

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


@indicator(
    "SEL-61",
    risks=["R53", "R79"],
    subject="supplier",
    evidence=[
        "supplier", "registered_from", "first_win_days", "registered_days", "n_bidders", "won_ratio", "own_cents",
        "peer_newcomer_cents", "peer_newcomer_n", "capacity_cents", "contact_n",
    ],
    value="first_win_days",
    threshold="max_days",
)  # fmt: skip
def new_firm_beyond_its_size(
    max_days: int, max_age: int, max_bidders: int, min_ratio: float, min_peers: int, min_capacity: float
) -> Rule:
    """A firm that began to win as soon as it was registered beats nobody, or wins what no newcomer can."""
    young = (col("first_win_days") <= max_days) & col("registered_days").is_between(0, max_age)
    unrivalled = (col("n_bidders") <= max_bidders) & (col("won_ratio") >= min_ratio)
    own = col("own_cents")
    beyond = (col("peer_newcomer_n") >= min_peers) & (own > col("peer_newcomer_cents"))
    full = own >= min_capacity * col("capacity_cents")
    # what few sources publish can add to the sign and never takes it away
    more = [x.fill_null(value=False) for x in (beyond, full, col("contact_n") > 0)]
    joint = pl.any_horizontal(unrivalled, *more)
    known = pl.when(col("registered_days").is_not_null())
    return when(COMPETITIVE).then(known.then(young & joint))


@indicator(
    "SEL-62",
    risks=["R02"],
    subject="pair",
    evidence=[
        "supplier", "course_n", "course_early_n", "course_early_wins", "course_late_n", "course_late_wins", "course_z",
    ],
    value="course_late_share",
    threshold="min_share",
)  # fmt: skip
def growing_share(
    min_tries: int, min_days: int, min_wins: int, min_share: float, max_early: float, min_growth: float, min_z: float
) -> Rule:
    """A firm wins more and more of what it bids for with one buyer."""
    early = col("course_early_wins") * col("course_late_n")
    grew = col("course_late_wins") * col("course_early_n") >= min_growth * early
    small = col("course_early_wins") <= max_early * col("course_early_n")
    large = (col("course_late_wins") >= min_wins) & (col("course_late_share") >= min_share)
    late = col("course_is_late") & (col("course_z") >= min_z).fill_null(value=False)
    # whoever hardly won in all that time has no growing share; what is known of a few months clears nobody
    few = (col("course_wins") < min_wins) & (col("course_known_days") >= min_days)
    enough = few | ((col("course_n") >= min_tries) & (col("course_span") >= min_days))
    return when(COMPETITIVE).enough(enough).then(~few & late & small & large & grew)


@indicator(
    "SEL-63",
    risks=["R20", "R02"],
    subject="pair",
    evidence=["supplier", "tailor_wins", "tailor_alone_n", "tailor_hurried_n", "tailor_lengthy_n", "tailor_kinds"],
    value="tailor_signs",
    threshold="min_signs",
)
def terms_made_to_measure(min_wins: int, min_signs: float, min_kinds: int) -> Rule:
    """A firm wins from one buyer again and again, alone, with little time for others or long requirements."""
    known = pl.when(col("tailor_kinds") >= min_kinds)
    # a firm that has not won again is no repeated winner, whatever the terms
    again = col("tailor_wins") >= min_wins
    return when(COMPETITIVE).then(known.then(again & (col("tailor_signs") >= min_signs)))
