"""Indicators on what became of a contract: signature under appeal, delivery, payment, penalties, subcontracting."""

from procrisk.indicators.idiom import Rule, col, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import COMPETITIVE, DIRECT

_SIGNED = col("signed_date").is_not_null()
_ENDED_LATE = col("ended_late_days") > 0


@indicator(
    "EXE-27",
    risks=["R49"],
    subject="contract",
    evidence=["signed_date", "n_later", "again_days"],
    value="again_days",
    threshold="max_days",
)
def contracted_again_after_termination(max_days: int) -> Rule:
    """The contract was terminated and the same firm signed another one with the same buyer soon after."""
    return when(_SIGNED, col("has_resolution")).then((col("n_later") > 0) & (col("again_days") <= max_days))


@indicator("EXE-28", risks=["R56"], subject="contract", evidence=["signed_date", "appeal_date"])
def signed_under_appeal() -> Rule:
    """The contract was signed while an appeal was pending."""
    return when(_SIGNED).then(col("appeal_pending"))


@indicator("EXE-29", risks=["R38"], subject="contract", evidence=["signed_date", "annulled_date"])
def annulled_after_signature() -> Rule:
    """The procedure was declared void after the contract had been signed."""
    return when(_SIGNED).then(col("annulled"))


@indicator(
    "EXE-30",
    risks=["R37"],
    subject="contract",
    evidence=["n_deliveries", "n_payments", "unpaid_days"],
    value="unpaid_days",
    threshold="max_days",
)
def paid_late(max_days: int) -> Rule:
    """A delivery waited long for its payment."""
    return when(_SIGNED, col("n_deliveries") > 0).then(col("unpaid_days") > max_days)


@indicator(
    "EXE-31",
    risks=["R36", "R39"],
    subject="contract",
    evidence=["first_met", "paid_pen_cents", "early_ratio"],
    value="early_ratio",
    threshold="max_ratio",
)
def paid_before_delivery(max_ratio: float) -> Rule:
    """More than the usual advance was paid before anything was delivered."""
    return when(_SIGNED, col("n_deliveries") > 0).then(col("early_ratio") > max_ratio)


@indicator(
    "EXE-32",
    risks=["R32", "R36"],
    ocp="R068",
    subject="contract",
    evidence=["paid_pen_cents", "amount_pen_cents", "growth_cents", "paid_excess_ratio"],
    value="paid_excess_ratio",
    threshold="max_ratio",
)
def paid_above_contract(max_ratio: float) -> Rule:
    """Payments come to more than the contract and what was added to it."""
    return when(_SIGNED, col("amount_cents") > 0).then(col("paid_excess_ratio") > max_ratio)


@indicator(
    "EXE-33",
    risks=["R39", "R49"],
    ocp="R067",
    subject="contract",
    evidence=["n_deliveries", "delivery_late_days"],
    value="delivery_late_days",
    threshold="max_days",
)
def delivered_late(max_days: int) -> Rule:
    """A delivery came after its agreed day, or is overdue."""
    return when(_SIGNED, col("n_deliveries") > 0).then(col("delivery_late_days") > max_days)


@indicator(
    "EXE-34",
    risks=["R36"],
    subject="contract",
    evidence=["end_date", "end_date_updated", "end_date_actual", "ended_late_days", "end_penalties_cents"],
    value="ended_late_days",
    threshold="min_days",
)
def late_without_penalty(min_days: int) -> Rule:
    """The contract ended late and no penalty is registered."""
    return when(_SIGNED, col("ended_late_days") >= min_days).then(col("end_penalties_cents") == 0)


@indicator(
    "EXE-35",
    risks=["R36"],
    subject="contract",
    evidence=["ended_late_days", "end_penalties_cents", "penalty_due_cents"],
    value="end_penalties_cents",
    threshold="penalty_due_cents",
)
def penalty_below_formula(min_share: float) -> Rule:
    """The penalty registered is less than the legal formula gives for the delay."""
    due, fined = col("penalty_due_cents"), col("end_penalties_cents") > 0
    known = col("law_penalty_f_60").is_not_null()
    return when(_SIGNED, known, _ENDED_LATE, fined).then(col("end_penalties_cents") < due * min_share)


@indicator(
    "EXE-36",
    risks=["R39", "R42"],
    subject="contract",
    evidence=["end_date", "days_since_end"],
    value="days_since_end",
    threshold="min_days",
)
def never_closed(min_days: int) -> Rule:
    """Long after its term the contract's end is not on record."""
    return when(_SIGNED, col("days_since_end") > min_days).then(col("is_closed").not_())


@indicator(
    "EXE-37",
    risks=["R42", "R39"],
    ocp="R073",
    subject="contract",
    evidence=["end_date", "days_since_end", "n_implementation_documents"],
    value="days_since_end",
    threshold="min_days",
)
def execution_not_documented(min_days: int) -> Rule:
    """Long after its term no paper of the contract's execution is published."""
    return when(_SIGNED, col("days_since_end") > min_days).then(col("n_implementation_documents") == 0)


@indicator(
    "EXE-38",
    risks=["R54", "R39"],
    subject="contract",
    evidence=["start_date", "end_date", "contract_days"],
    value="contract_days",
    threshold="min_days",
)
def works_too_short(min_days: int) -> Rule:
    """A works contract is to last very few days."""
    return when(col("object") == "works", _SIGNED).then(col("contract_days") < min_days)


@indicator(
    "EXE-40",
    risks=["R32"],
    ocp="R059",
    subject="process",
    evidence=["n_contracts", "contracts_pen_cents", "awarded_pen_cents", "contracts_over_awards"],
    value="contracts_over_awards",
    threshold="max_ratio",
)
def contracts_above_awards(max_ratio: float) -> Rule:
    """The contracts of a process add up to more than its awards."""
    return when(COMPETITIVE | DIRECT, col("n_contracts") > 0, col("awarded_pen_cents") > 0).then(
        col("contracts_over_awards") > max_ratio
    )


@indicator(
    "EXE-41",
    risks=["R47", "R76"],
    ocp="R070",
    subject="contract",
    evidence=["n_subcontractors", "n_losing", "losing"],
    value="n_losing",
    threshold="min_losing",
)
def losing_bidder_subcontracted(min_losing: int) -> Rule:
    """A firm that took part and lost is a subcontractor of the winner."""
    return when(COMPETITIVE, _SIGNED).then(col("n_losing") >= min_losing)


@indicator(
    "EXE-42",
    risks=["R47"],
    ocp="R071",
    subject="contract",
    evidence=["n_subcontractors", "subcontract_share", "law_subcontract_max"],
    value="subcontract_share",
    threshold="law_subcontract_max",
)
def subcontracted_above_limit() -> Rule:
    """More of the contract is subcontracted than the law allows."""
    most = col("law_subcontract_max")
    return when(_SIGNED, most.is_not_null()).then(col("subcontract_share") > most)


@indicator(
    "EXE-43",
    risks=["R47"],
    ocp="R072",
    subject="buyer",
    evidence=["buyer_subcontract_n", "buyer_told_n", "buyer_subcontract_share", "peer_subcontract_limit"],
    value="buyer_subcontract_share",
    threshold="peer_subcontract_limit",
)
def buyer_subcontracts_much(min_awards: int, min_peers: int) -> Rule:
    """Far more of the buyer's awards are subcontracted than among its peers."""
    enough = (col("buyer_told_n") >= min_awards) & (col("peer_subcontract_n") >= min_peers)
    share = col("buyer_subcontract_share")
    return when(col("buyer_id").is_not_null()).enough(enough).then(share > col("peer_subcontract_limit"))


@indicator(
    "EXE-44",
    risks=["R33", "R32"],
    subject="supplier",
    evidence=[
        "supplier",
        "firm_contracts_n",
        "firm_additional_cents",
        "firm_additional_ratio",
        "peer_additional_limit",
    ],
    value="firm_additional_ratio",
    threshold="peer_additional_limit",
)
def additions_concentrate(min_contracts: int, min_peers: int, min_ratio: float) -> Rule:
    """The firm's contracts are added to far more than those of other firms."""
    ratio, fence = col("firm_additional_ratio"), col("peer_additional_limit")
    enough = (col("firm_contracts_n") >= min_contracts) & (col("peer_additional_n") >= min_peers)
    return when(COMPETITIVE | DIRECT).enough(enough).then((ratio >= min_ratio) & (ratio > fence))
