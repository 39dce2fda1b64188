"""The 19 red flags of OSCE and the IDB (2021), each with the method's own windows, exclusions and numbers.

Source: OSCE and BID, "Metodología de construcción de indicadores del modelo de riesgos" (2021). Where another indicator asks
the same of the law of the day, both have the same first risk, so that a process never counts twice for it.
"""

import polars as pl

from procrisk.indicators.idiom import Rule, col, one_of, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import COMPETITIVE, DIRECT, GOODS_SERVICES

_ANY = COMPETITIVE | DIRECT
_SIGNED = col("signed_date").is_not_null()
_AWARDED = col("n_awards") > 0


def _standing(name: str) -> list[str]:
    return [f"peer_{name}_mean", f"peer_{name}_sd", f"peer_{name}_n"]


def _history(min_days: int, figure: str) -> pl.Expr:
    """Contracts are known from so long before the call that a firm without any is new; a missing figure is another matter."""
    return (col("peer_history_days") >= min_days) | col(figure).is_null()


def _compared(figure: str, name: str) -> pl.Expr:
    """Enough others to compare with; a figure that is missing is no matter of peers."""
    return col(f"peer_{name}_z").is_not_null() | col(figure).is_null()


def _distance(figure: str, name: str) -> pl.Expr:
    """Standard deviations between the figure and the mean of its peers; null where it is missing."""
    return pl.when(col(figure).is_not_null()).then(f"peer_{name}_z")


@indicator(
    "BID-01",
    risks=["R04", "R81"],
    osce_bid="1",
    subject="buyer",
    evidence=["buyer_plan_versions", "budget_group", *_standing("plan")],
    value="peer_plan_z",
    threshold="deviations",
)
def plan_versions(deviations: float) -> Rule:
    """The buyer's annual plan has far more versions than those of procedures in its group by budget."""
    figure, name = "buyer_plan_versions", "plan"
    return (
        when(col("buyer_id").is_not_null()).enough(_compared(figure, name)).then(_distance(figure, name) > deviations)
    )


@indicator(
    "BID-02",
    risks=["R57"],
    osce_bid="2",
    subject="process",
    evidence=["direct_item", "direct_item_share", *_standing("item")],
    value="peer_item_z",
    threshold="deviations",
)
def direct_share_of_item(deviations: float) -> Rule:
    """The buyer awards an item of the call directly far more often than other buyers of it."""
    figure, name = "direct_item_share", "item"
    return when(DIRECT, col("open_item")).enough(_compared(figure, name)).then(_distance(figure, name) > deviations)


@indicator(
    "BID-03",
    risks=["R02", "R65"],
    osce_bid="3",
    subject="process",
    evidence=["call_date", "bid_deadline", "bid_days", "law_oscebid_bid_days"],
    value="bid_days",
    threshold="law_oscebid_bid_days",
)
def bid_term_short() -> Rule:
    """Between call and bids there are fewer business days than the method asks for; bids before the call are a slip."""
    least, days = col("law_oscebid_bid_days"), col("bid_days")
    return when(COMPETITIVE, least.is_not_null()).then(pl.when(days >= 0).then(days < least))


@indicator(
    "BID-03a",
    risks=["R81"],
    osce_bid="3a",
    subject="process",
    evidence=["call_date", "bid_deadline", "term_days", *_standing("term")],
    value="peer_term_z",
    threshold="deviations",
)
def bid_term_long(deviations: float) -> Rule:
    """Between call and bids far more days went by than in procedures of the same method and year."""
    return when(_ANY).enough(_compared("term_days", "term")).then(_distance("term_days", "term") > deviations)


@indicator("BID-04", risks=["R42"], osce_bid="4", subject="process", evidence=["award_date", "peer_bids_share"])
def no_bidder_on_record(min_coverage: float) -> Rule:
    """An awarded procedure is missing from the table of bidders."""
    covered = (col("peer_bids_share") >= min_coverage) | col("has_bids").is_null()
    return when(_ANY, _AWARDED).enough(covered).then(~col("has_bids"))


@indicator(
    "BID-04a",
    risks=["R20", "R66"],
    osce_bid="4a",
    subject="process",
    evidence=["n_bidders", "n_participants", "bid_rate", *_standing("rate")],
    value="peer_rate_z",
    threshold="deviations",
)
def few_participants_bid(deviations: float) -> Rule:
    """Far fewer of the registered participants made a bid than in procedures of the same method and year."""
    return when(_ANY).enough(_compared("bid_rate", "rate")).then(_distance("bid_rate", "rate") < -deviations)


@indicator(
    "BID-05",
    risks=["R57", "R79"],
    osce_bid="5",
    subject="supplier",
    evidence=["supplier", "call_date", "peer_history_days"],
    value="peer_history_days",
    threshold="min_days",
)
def direct_to_first_timer(min_days: int) -> Rule:
    """A direct award went to a firm without any earlier contract with the State."""
    return when(DIRECT).enough(_history(min_days, "had_contract")).then(~col("had_contract"))


@indicator(
    "BID-05a",
    risks=["R79"],
    osce_bid="5a",
    subject="process",
    evidence=["newcomers_n", "n_known_bidders", "peer_history_days"],
    value="newcomers_n",
)
def bidder_new_to_the_group(min_days: int) -> Rule:
    """A bidder never had a contract in the group of items that it bids for."""
    return when(_ANY).enough(_history(min_days, "newcomers_n")).then(col("newcomers_n") > 0)


@indicator(
    "BID-08",
    risks=["R38", "R28"],
    osce_bid="8",
    subject="process",
    evidence=["ruling_date", "ruling_outcome", "consent_date"],
)
def awarded_despite_ruling() -> Rule:
    """The award became final although an earlier ruling called for nullity."""
    return when(_ANY, _AWARDED).then(col("awarded_after_ruling"))


@indicator(
    "BID-13", risks=["R51"], osce_bid="13", subject="supplier", evidence=["supplier", "tax_condition", "event_date"]
)
def winner_not_found() -> Rule:
    """The tax authority could not find the winner at its address."""
    return when(_ANY).then(one_of("tax_condition", "NO HABIDO", "NO HALLADO"))


@indicator(
    "BID-15",
    risks=["R66", "R19"],
    osce_bid="15",
    subject="process",
    evidence=["n_bidders", "bid_cents", "bid_reference_cents"],
    value="bid_distance",
    threshold="max_distance",
)
def single_bid_near_reference(max_distance: float) -> Rule:
    """The only bidder for goods or services offered about the reference value."""
    return when(COMPETITIVE, GOODS_SERVICES, col("n_bidders") == 1).then(col("bid_distance") <= max_distance)


@indicator(
    "BID-16",
    risks=["R02", "R76"],
    osce_bid="16",
    subject="process",
    evidence=["winner_shown", "winner_family", "winner_won_n", "winner_bids_n"],
    value="winner_ratio",
    threshold="max_ratio",
)
def wins_consistently(max_ratio: float) -> Rule:
    """A bidder wins nearly all that it bids for with this buyer in this family of items."""
    tried = col("peer_tries_n").fill_null(2) > 1
    return when(_ANY).enough(tried).then(col("winner_ratio") > max_ratio)


@indicator(
    "BID-17",
    risks=["R28", "R42"],
    osce_bid="17",
    subject="award",
    evidence=["date", "consent_date", "consent_days", "law_oscebid_consent_days", "n_bidders"],
    value="consent_days",
    threshold="law_oscebid_consent_days",
)
def consented_soon() -> Rule:
    """With several bidders, the award became final in fewer business days than the method asks for."""
    least = col("law_oscebid_consent_days")
    return when(COMPETITIVE, least.is_not_null(), col("n_bidders") > 1).then(col("consent_days") < least)


@indicator(
    "BID-19",
    risks=["R15"],
    osce_bid="19",
    subject="lot",
    evidence=["cubso", "unit", "coded_price", *_standing("paid")],
    value="peer_paid_z",
    threshold="deviations",
)
def unit_price_above_history(deviations: float) -> Rule:
    """A unit price is far above those of the same item in the two months before the call."""
    goods = col("object") == "goods"
    return (
        when(_ANY, goods).enough(_compared("coded_price", "paid")).then(_distance("coded_price", "paid") > deviations)
    )


@indicator(
    "BID-21",
    risks=["R57", "R12"],
    osce_bid="21",
    subject="process",
    evidence=["method", "planned_method", "value_pen_cents"],
)
def method_differs_from_plan() -> Rule:
    """The procedure used is not the one in the annual plan."""
    return when(_ANY).then(col("method") != col("planned_method"))


@indicator(
    "BID-22",
    risks=["R67", "R46"],
    osce_bid="22",
    subject="contract",
    evidence=["consented", "signed_date", "sign_days"],
    value="sign_days",
    threshold="max_days",
)
def signed_after_sixteen_days(max_days: int) -> Rule:
    """From the final award to the contract more business days went by than the method allows."""
    return when(COMPETITIVE, _SIGNED).then(col("sign_days") > max_days)


@indicator(
    "BID-23a",
    risks=["R33"],
    osce_bid="23a",
    subject="contract",
    evidence=["amount_cents", "additional_ratio", "reduction_ratio", "complementary_ratio"],
    value="change_ratio",
    threshold="law_oscebid_change_high",
)
def change_near_limit() -> Rule:
    """The contract was changed by nearly as much as is allowed."""
    low, high = col("law_oscebid_change_low"), col("law_oscebid_change_high")
    return when(_ANY, high.is_not_null()).then(col("change_ratio").is_between(low, high))


@indicator(
    "BID-27",
    risks=["R27"],
    osce_bid="27",
    subject="contract",
    evidence=["offered_cents", "amount_cents", "offer_over_contract"],
    value="offer_over_contract",
    threshold="max_ratio",
)
def offer_above_contract(max_ratio: float) -> Rule:
    """The winner had offered more than what was contracted."""
    return when(_ANY, col("amount_cents") > 0).then(col("offer_over_contract") > max_ratio)


@indicator(
    "BID-29",
    risks=["R15", "R32"],
    osce_bid="29",
    subject="contract",
    evidence=["amount_pen_cents", "reference_cents", "contract_over_reference"],
    value="contract_over_reference",
    threshold="max_ratio",
)
def contract_far_above_reference(max_ratio: float) -> Rule:
    """A contract of goods or services is worth far more than the reference value."""
    return when(_ANY, GOODS_SERVICES, col("amount_pen_cents") > 0).then(col("contract_over_reference") > max_ratio)
