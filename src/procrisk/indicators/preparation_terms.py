"""Indicators on the terms of a call: time, fee, criteria, questions, documents, items and brands."""

from procrisk.indicators.idiom import Rule, col, one_of, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import COMPETITIVE, CONTESTED, FIRST_CALL, GOODS_SERVICES, TENDER


@indicator(
    "PRE-11",
    risks=["R65"],
    ocp="R003;R014",
    cri="advertisement_period",
    subject="process",
    evidence=["call_date", "bid_deadline", "bid_opening", "general_days"],
    value="general_days",
    threshold="min_days",
)
def short_term_outside_peru(min_days: int) -> Rule:
    """Under a law other than Peru's, bids were due only days after the call (OCP R003 and R014)."""
    return when(col("regime").is_null(), CONTESTED).then(col("general_days") < min_days)


@indicator(
    "PRE-12",
    risks=["R65", "R20"],
    ocp="R008",
    cri="document_price",
    subject="process",
    evidence=["fee_cents", "value_cents", "currency"],
    value="fee_share",
    threshold="max_share",
)
def costly_to_take_part(max_share: float) -> Rule:
    """Taking part costs too much beside the value of the call."""
    return when(CONTESTED).then(col("fee_share") > max_share)


@indicator(
    "PRE-13",
    risks=["R15", "R02"],
    ocp="R016",
    subject="process",
    evidence=["value_pen_cents", "item_class", "peer_value_n", "peer_value_z"],
    value="value_over_typical",
    threshold="min_ratio",
)
def value_unlike_its_class(min_z: float, min_ratio: float, min_peers: int) -> Rule:
    """The value of a call lies far above that of like purchases."""
    far = (col("peer_value_z") > min_z) & (col("value_over_typical") >= min_ratio)
    return (
        when(COMPETITIVE, GOODS_SERVICES, col("value_pen_cents") > 0).enough(col("peer_value_n") >= min_peers).then(far)
    )


@indicator(
    "PRE-14",
    risks=["R20", "R02"],
    ocp="R021",
    cri="non_price_criteria",
    subject="buyer",
    evidence=["buyer_rated_n", "buyer_criteria_n", "buyer_rated_share", "peer_rated_limit", "peer_rated_n"],
    value="buyer_rated_share",
    threshold="peer_rated_limit",
)
def buyer_weighs_more_than_price(min_processes: int, min_peers: int) -> Rule:
    """A buyer awards by points or quality far more often than buyers of its level of government."""
    enough = (col("buyer_criteria_n") >= min_processes) & (col("peer_rated_n") >= min_peers)
    rated = one_of("award_criteria", "ratedCriteria", "qualityOnly")
    return when(rated).enough(enough).then(col("buyer_rated_share") > col("peer_rated_limit"))


@indicator(
    "PRE-15",
    risks=["R25", "R65"],
    ocp="R039",
    subject="process",
    evidence=["n_unanswered", "n_enquiries"],
    value="n_unanswered",
    threshold="min_unanswered",
)
def questions_without_answer(min_unanswered: int) -> Rule:
    """Questions on the terms were left without an answer."""
    return when(CONTESTED).then(col("n_unanswered") >= min_unanswered)


@indicator(
    "PRE-16",
    risks=["R20", "R07", "R65"],
    subject="process",
    evidence=["n_enquiries", "peer_enquiries_median", "peer_enquiries_n"],
    value="n_enquiries",
    threshold="peer_enquiries_median",
)
def many_questions(min_z: float, min_peers: int) -> Rule:
    """A call drew far more questions than calls of its method and object."""
    return when(CONTESTED).enough(col("peer_enquiries_n") >= min_peers).then(col("peer_enquiries_z") > min_z)


@indicator("PRE-17", risks=["R02", "R08"], ocp="R007", subject="process", evidence=["brand_text", "method"])
def names_a_brand() -> Rule:
    """A competitive call names a brand without admitting an equivalent."""
    return when(COMPETITIVE, GOODS_SERVICES).then(col("names_brand"))


@indicator(
    "PRE-18",
    risks=["R11"],
    subject="process",
    evidence=["package_families", "value_pen_cents"],
    value="package_families",
    threshold="min_families",
)
def package_of_unlike_items(min_families: int) -> Rule:
    """Items of different families are sold in one package."""
    return when(COMPETITIVE).then(col("package_families") >= min_families)


@indicator(
    "PRE-19",
    risks=["R03"],
    subject="process",
    evidence=["catalogue_lots", "n_lots", "method", "value_pen_cents"],
    value="catalogue_lots",
)
def catalogue_passed_over() -> Rule:
    """Items that an electronic catalogue offers are bought by a procedure of the buyer's own."""
    return when(COMPETITIVE).then(col("catalogue_lots") > 0)


@indicator(
    "PRE-20",
    risks=["R10", "R59"],
    subject="process",
    evidence=["sheet_lots", "n_lots", "method", "value_pen_cents"],
    value="sheet_lots",
)
def technical_sheet_passed_over() -> Rule:
    """Items with an approved technical sheet are bought otherwise than by electronic auction."""
    return when(one_of("method", "LP", "AS", "LPA", "CPRE")).then(col("sheet_lots") > 0)


@indicator(
    "PRE-21",
    risks=["R20", "R02"],
    ocp="R006",
    cri="criteria_length",
    subject="process",
    evidence=["criteria_length", "peer_criteria_mean", "peer_criteria_n"],
    value="criteria_over_mean",
    threshold="min_excess",
)
def criteria_longer_than_usual(min_excess: int, min_peers: int) -> Rule:
    """The eligibility criteria are far longer than those of like purchases (characters above the mean of the class)."""
    return when(CONTESTED).enough(col("peer_criteria_n") >= min_peers).then(col("criteria_over_mean") >= min_excess)


@indicator(
    "PRE-22",
    risks=["R13", "R42"],
    ocp="R001",
    subject="process",
    evidence=["n_documents", "n_planning_documents", "peer_planning_share", "peer_planning_n"],
    value="n_planning_documents",
)
def planning_documents_absent(min_share: float, min_peers: int) -> Rule:
    """A buyer that publishes planning documents published none for this procedure."""
    enough = (col("peer_planning_n") >= min_peers) & (col("peer_planning_share") >= min_share)
    return when(CONTESTED).enough(enough).then(col("n_planning_documents") == 0)


@indicator(
    "PRE-23",
    risks=["R65", "R42"],
    ocp="R004",
    subject="process",
    evidence=["call_date", "first_document", "document_days"],
    value="document_days",
    threshold="max_days",
)
def bidding_documents_late(max_days: int) -> Rule:
    """The bidding documents were published days after the call."""
    return when(TENDER).then(col("document_days") > max_days)


@indicator(
    "PRE-24",
    risks=["R23", "R29"],
    ocp="R015",
    subject="process",
    evidence=["bid_opening", "evaluation_start", "opening_days", "peer_opening_median", "peer_opening_n"],
    value="opening_days",
    threshold="peer_opening_median",
)
def bids_wait_for_evaluation(min_z: float, min_peers: int) -> Rule:
    """Opened bids waited far longer for their evaluation than in procedures of the method and object."""
    return when(CONTESTED).enough(col("peer_opening_n") >= min_peers).then(col("peer_opening_z") > min_z)


@indicator(
    "PRE-25",
    risks=["R01", "R09"],
    subject="process",
    evidence=["item_class", "parallel_n", "parallel_with", "call_date"],
    value="parallel_n",
    threshold="min_calls",
)
def like_call_still_open(min_calls: int) -> Rule:
    """A like purchase of the buyer, called weeks before, had not been awarded when this one was called."""
    return when(COMPETITIVE, FIRST_CALL, GOODS_SERVICES).then(col("parallel_n") >= min_calls)
