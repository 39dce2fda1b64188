"""Indicators on bids, prices and decisions."""

import polars as pl

from procrisk.indicators.idiom import Rule, col, one_of, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import COMPETITIVE, DIRECT, GOODS_SERVICES, TENDER, WORKS

_RATIO = col("award_ratio")
_LOT = ["lot_cents", "awarded_cents", "method"]


@indicator(
    "SEL-01",
    risks=["R66"],
    ocp="R018",
    cri="single_bid",
    subject="process",
    evidence=["n_bidders"],
    value="n_bidders",
    threshold="max_bidders",
)
def single_bid(max_bidders: int) -> Rule:
    """A competitive procedure was awarded on a single bid."""
    return when(COMPETITIVE, col("n_awards") > 0).then(col("n_bidders") <= max_bidders)


@indicator(
    "SEL-02",
    risks=["R59", "R66"],
    subject="process",
    evidence=["n_bidders"],
    value="n_bidders",
    threshold="law_auction_min_bids",
)
def auction_without_rivals() -> Rule:
    """An electronic auction was awarded with fewer bidders than the law asks for."""
    least = col("law_auction_min_bids")
    return when(col("method") == "SIE", least.is_not_null(), col("n_awards") > 0).then(col("n_bidders") < least)


@indicator(
    "SEL-03",
    risks=["R19", "R15"],
    ocp="R031",
    subject="lot",
    evidence=[*_LOT, "peer_equal_share", "peer_equal_n"],
    value="peer_equal_share",
    threshold="rare_share",
)
def award_equals_reference(rare_share: float, min_peers: int) -> Rule:
    """A lot was awarded at exactly the reference value where that is rare for the method."""
    rare = (col("peer_equal_share") <= rare_share) | (col("peer_equal_n") < min_peers)
    return (
        when(COMPETITIVE, col("lot_cents") > 0, rare)
        .enough(col("peer_equal_n") >= min_peers)
        .then(col("equals_reference"))
    )


@indicator(
    "SEL-04",
    risks=["R15"],
    ocp="R031",
    subject="lot",
    evidence=_LOT,
    value="award_ratio",
    threshold="max_ratio",
)
def award_above_reference(max_ratio: float) -> Rule:
    """A lot was awarded well above its reference value."""
    return when(COMPETITIVE | DIRECT, col("lot_cents") > 0).then(max_ratio < _RATIO)


@indicator(
    "SEL-05",
    risks=["R15"],
    ocp="R031",
    subject="lot",
    evidence=_LOT,
    value="award_ratio",
    threshold="min_ratio",
)
def award_far_below_reference(min_ratio: float) -> Rule:
    """A lot of goods or services was awarded far below its reference value."""
    return when(COMPETITIVE, GOODS_SERVICES, col("lot_cents") > 0).then(min_ratio > _RATIO)


@indicator(
    "SEL-06",
    risks=["R23"],
    subject="lot",
    evidence=[*_LOT, "law_price_floor", "law_price_ceiling", "award_ratio"],
    value="award_ratio",
    threshold="price_limit",
)
def outside_price_band(tolerance: float) -> Rule:
    """Works or works consultancy were awarded outside the band in which the law admits bids."""
    low, high = col("law_price_floor") - tolerance, col("law_price_ceiling") + tolerance
    banded = col("law_price_floor").is_not_null() & col("law_price_ceiling").is_not_null()
    # the band is that of works: an object told from the text cannot say that a price lies outside it
    outside = pl.when(~col("object_inferred")).then((low > _RATIO) | (high < _RATIO))
    return when(TENDER, WORKS, banded, col("lot_cents") > 0).then(outside)


@indicator(
    "SEL-07",
    risks=["R02"],
    ocp="R061",
    subject="process",
    evidence=["call_date", "award_date", "award_days", "law_min_bid_days"],
    value="award_days",
    threshold="law_min_bid_days",
)
def awarded_before_bids_were_due(tolerance: int) -> Rule:
    """The award came before the least term for bids was over; one before the call is a slip of dates, which CRO-02 shows."""
    least, days = col("law_min_bid_days"), col("award_days")
    early = pl.when(days >= 0).then(days < least - tolerance)
    return when(TENDER, least.is_not_null(), col("n_awards") > 0).then(early)


@indicator(
    "SEL-08",
    risks=["R23"],
    ocp="R061",
    cri="decision_period",
    subject="process",
    evidence=["award_days", "peer_days_typical", "peer_days_z", "peer_days_n"],
    value="award_days",
    threshold="peer_days_typical",
)
def decided_fast(deviations: float, min_peers: int) -> Rule:
    """From call to award far faster than procedures of the same method and object."""
    return (
        when(TENDER, col("n_awards") > 0, col("award_days") >= 0)
        .enough(col("peer_days_n") >= min_peers)
        .then(col("peer_days_z") <= -deviations)
    )


@indicator(
    "SEL-09",
    risks=["R81"],
    ocp="R062",
    cri="decision_period",
    subject="process",
    evidence=["award_days", "peer_days_typical", "peer_days_z", "peer_days_n"],
    value="award_days",
    threshold="peer_days_typical",
)
def decided_slowly(deviations: float, min_peers: int) -> Rule:
    """From call to award far slower than procedures of the same method and object."""
    return (
        when(COMPETITIVE, col("n_awards") > 0, col("award_days") >= 0)
        .enough(col("peer_days_n") >= min_peers)
        .then(col("peer_days_z") >= deviations)
    )


@indicator(
    "SEL-10",
    risks=["R28", "R42"],
    subject="award",
    evidence=["date", "consent_date", "consent_days", "law_consent_days", "n_bidders"],
    value="consent_days",
    threshold="law_consent_days",
)
def consented_early(tolerance: int) -> Rule:
    """The award was declared final before the others' term to appeal was over.

    With a single bid the law lets it become final on the same day, and SEACE shows that on the next one at the latest. So where
    the number of bidders is unknown, a term of 0 or 1 day cannot be judged, and one from 2 days on is not a single bid's.
    A consent dated before its award is a slip in the record (CRO-02), no early consent.
    """
    days, least = col("consent_days"), col("law_consent_days")
    several = (days >= 0) & ((col("n_bidders") >= 2) | (col("n_bidders").is_null() & (days >= 2)))
    judged = when(
        COMPETITIVE, least.is_not_null(), col("consent_date").is_not_null(), col("n_bidders").fill_null(2) >= 2
    )
    return judged.then(pl.when(several).then(days < least - tolerance))


@indicator(
    "SEL-11",
    risks=["R02"],
    ocp="R040",
    subject="pair",
    evidence=["supplier", "pair_open_n", "buyer_open_n", "pair_open_share"],
    value="pair_open_share",
    threshold="max_share",
)
def repeated_winner(max_share: float, min_wins: int, min_processes: int) -> Rule:
    """One supplier wins much of what a buyer puts out to competition in a year."""
    return (
        when(COMPETITIVE)
        .enough(col("buyer_open_n") >= min_processes)
        .then((col("pair_open_n") >= min_wins) & (col("pair_open_share") > max_share))
    )


@indicator(
    "SEL-12",
    risks=["R02"],
    ocp="R050",
    subject="buyer",
    evidence=[
        "buyer_hhi",
        "buyer_awards_n",
        "buyer_holders_n",
        "buyer_top_share",
        "buyer_top_shown",
        "buyer_top_cents",
    ],
    value="buyer_hhi",
    threshold="max_hhi",
)
def buyer_concentrated(max_hhi: float, min_awards: int) -> Rule:
    """What a buyer awards in a year goes to very few suppliers."""
    return when(COMPETITIVE).enough(col("buyer_awards_n") >= min_awards).then(col("buyer_hhi") > max_hhi)


@indicator(
    "SEL-13",
    risks=["R02", "R76"],
    subject="pair",
    evidence=["supplier", "pair_bids_n", "pair_win_ratio"],
    value="pair_win_ratio",
    threshold="max_ratio",
)
def wins_whenever_it_bids(max_ratio: float, min_bids: int) -> Rule:
    """A supplier wins nearly every time that it bids to a buyer."""
    enough = col("pair_bids_n").fill_null(min_bids) >= min_bids
    return when(COMPETITIVE).enough(enough).then(col("pair_win_ratio") > max_ratio)


@indicator(
    "SEL-14",
    risks=["R79"],
    subject="supplier",
    evidence=["supplier", "registered_from", "call_date", "registered_days"],
    value="registered_days",
    threshold="max_days",
)
def registered_just_before(max_days: int) -> Rule:
    """The winner entered the register of suppliers shortly before the call."""
    return when(COMPETITIVE | DIRECT).then(col("registered_days").is_between(0, max_days))


@indicator(
    "SEL-15",
    risks=["R53"],
    ocp="R045",
    subject="supplier",
    evidence=["supplier", "registered_from", "award_date", "method"],
    value="late_days",
    threshold="min_days",
)
def not_registered_at_award(min_days: int) -> Rule:
    """The winner's registration began only after the award."""
    return when(COMPETITIVE).then(col("late_days") >= min_days)


@indicator("SEL-16", risks=["R53"], subject="supplier", evidence=["supplier", "object", "registered_as"])
def registered_for_something_else() -> Rule:
    """None of the winner's registrations is for the kind of object bought."""
    return when(COMPETITIVE | DIRECT).then(pl.when(~col("object_inferred")).then(~col("right_category")))


@indicator(
    "SEL-17",
    risks=["R57", "R79"],
    subject="supplier",
    evidence=["supplier", "history_months"],
    value="history_months",
    threshold="min_months",
)
def first_award_is_direct(min_months: int) -> Rule:
    """A direct award to a firm that the records never saw win before."""
    return when(DIRECT).enough(col("history_months") >= min_months).then(col("is_first"))


@indicator(
    "SEL-18",
    risks=["R77"],
    ocp="R026",
    subject="award",
    evidence=["holder", "n_members", "n_solo", "solo_members", "family"],
    value="n_solo",
    threshold="min_solo",
)
def consortium_of_rivals(min_solo: int) -> Rule:
    """Members of a consortium win alone in the same kind of purchase: they could have competed."""
    return when(COMPETITIVE, col("is_consortium"), col("n_members") >= 2).then(col("n_solo") >= min_solo)


@indicator(
    "SEL-19",
    risks=["R78"],
    cri="relaunched",
    subject="process",
    evidence=["call_number"],
    value="call_number",
    threshold="min_calls",
)
def called_again_and_again(min_calls: int) -> Rule:
    """The procedure had to be called several times."""
    return when(TENDER).then(col("call_number") >= min_calls)


@indicator(
    "SEL-20",
    risks=["R78", "R81"],
    subject="buyer",
    evidence=["buyer_failed_n", "buyer_lots_n", "buyer_failed_share", "peer_failed_limit"],
    value="buyer_failed_share",
    threshold="peer_failed_limit",
)
def buyer_fails_often(min_lots: int, min_peers: int) -> Rule:
    """Far more of a buyer's lots end without a supplier than those of comparable buyers."""
    enough = (col("buyer_lots_n") >= min_lots) & (col("peer_failed_n") >= min_peers)
    return when(COMPETITIVE).enough(enough).then(col("buyer_failed_share") > col("peer_failed_limit"))


@indicator(
    "SEL-21",
    risks=["R01", "R02"],
    ocp="R049",
    subject="pair",
    evidence=["supplier", "event_date", "same_day_n"],
    value="same_day_n",
    threshold="min_awards",
)
def same_day_awards(min_awards: int) -> Rule:
    """One supplier was awarded several procedures of one buyer on one day."""
    return when(one_of("method", "AS", "CPRE", "CD", "LPA", "CPA")).then(col("same_day_n") >= min_awards)


@indicator(
    "SEL-22",
    risks=["R57", "R02"],
    ocp="R049",
    subject="pair",
    evidence=["supplier", "pair_direct_n", "year"],
    value="pair_direct_n",
    threshold="min_awards",
)
def many_direct_awards(min_awards: int) -> Rule:
    """One supplier gets direct award after direct award from one buyer."""
    return when(DIRECT).then(col("pair_direct_n") >= min_awards)


@indicator(
    "SEL-23",
    risks=["R01"],
    subject="award",
    evidence=["amount_pen_cents", "n_same_amount"],
    value="n_same_amount",
    threshold="min_processes",
)
def identical_amounts(min_processes: int, round_soles: float) -> Rule:
    """The same odd amount was awarded in several procedures of one buyer."""
    odd = col("amount_pen_cents") % int(round_soles * 100) != 0
    return when(COMPETITIVE | DIRECT, col("amount_pen_cents") > 0, odd).then(col("n_same_amount") >= min_processes)


@indicator(
    "SEL-24",
    risks=["R02"],
    subject="supplier",
    evidence=["supplier", "supplier_department", "region_code", "award_amount_cents"],
    value="award_amount_cents",
    threshold="law_15uit_cents",
)
def distant_supplier() -> Rule:
    """A small local purchase went to a firm from another region that is not Lima."""
    local = one_of("buyer_level", "local", "regional") & GOODS_SERVICES
    small = col("award_amount_cents") <= col("law_15uit_cents")
    return when(COMPETITIVE | DIRECT, local, small).then(
        (col("supplier_region") != col("region_code")) & ~col("supplier_region").is_in(["1501", "07"])
    )
