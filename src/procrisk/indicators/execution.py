"""Indicators on the contract: signature, price, changes, penalties."""

from procrisk.indicators.idiom import Rule, col, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import COMPETITIVE, DIRECT

_SIGNED = col("signed_date").is_not_null()
_ADDED = col("additional_law_ratio")
_MOST = col("law_additional_max")


@indicator(
    "EXE-01",
    risks=["R67", "R46"],
    ocp="R060",
    subject="contract",
    evidence=["consented", "signed_date", "sign_days", "law_sign_days"],
    value="sign_days",
    threshold="law_sign_days",
)
def signed_late(tolerance: int) -> Rule:
    """The contract was signed later than the law's terms add up to."""
    most = col("law_sign_days")
    return when(COMPETITIVE, _SIGNED, most.is_not_null()).then(col("sign_days") > most + tolerance)


@indicator(
    "EXE-02",
    risks=["R32"],
    ocp="R059",
    subject="contract",
    evidence=["amount_pen_cents", "award_amount_cents", "contract_over_award"],
    value="contract_over_award",
    threshold="max_ratio",
)
def contract_above_award(max_ratio: float) -> Rule:
    """The contract is worth more than what was awarded."""
    return when(COMPETITIVE | DIRECT, col("amount_pen_cents") > 0).then(col("contract_over_award") > max_ratio)


@indicator(
    "EXE-03",
    risks=["R33", "R32"],
    ocp="R069",
    subject="contract",
    evidence=["additional_cents", "reduction_cents", "amount_pen_cents", "additional_law_ratio", "law_additional_max"],
    value="additional_law_ratio",
    threshold="law_additional_max",
)
def additional_above_limit() -> Rule:
    """Additional work passes the most that the law allows."""
    return when(_MOST.is_not_null()).then(_ADDED > _MOST)


@indicator(
    "EXE-04",
    risks=["R33"],
    ocp="R069",
    subject="contract",
    evidence=["additional_cents", "reduction_cents", "amount_pen_cents", "additional_law_ratio", "law_additional_max"],
    value="additional_law_ratio",
    threshold="law_additional_max",
)
def additional_near_limit(from_share: float) -> Rule:
    """Additional work stops just short of the most that the law allows."""
    return when(_MOST.is_not_null()).then((_MOST * from_share <= _ADDED) & (_ADDED <= _MOST))


@indicator(
    "EXE-05",
    risks=["R34", "R69"],
    subject="contract",
    evidence=["start_date", "end_date", "end_date_updated", "end_date_actual", "extension_ratio"],
    value="extension_ratio",
    threshold="max_ratio",
)
def term_extended(max_ratio: float) -> Rule:
    """The contract lasted, or is to last, far longer than agreed."""
    return when(_SIGNED).then(col("extension_ratio") > max_ratio)


@indicator(
    "EXE-06",
    risks=["R42", "R29"],
    subject="contract",
    evidence=["signed_date", "published_date", "publish_days"],
    value="publish_days",
    threshold="max_days",
)
def contract_published_late(max_days: int) -> Rule:
    """The contract was published long after it was signed."""
    return when(_SIGNED).then(col("publish_days") > max_days)


@indicator(
    "EXE-07", risks=["R42"], ocp="R063", subject="contract", evidence=["signed_date"], value="n_contract_documents"
)
def contract_not_shown() -> Rule:
    """The contract's text is not among the documents published."""
    return when(_SIGNED).then(col("n_contract_documents") == 0)


@indicator("EXE-08", risks=["R49"], subject="contract", evidence=["signed_date", "amount_pen_cents"])
def contract_resolved() -> Rule:
    """The contract was terminated before its end."""
    return when(_SIGNED).then(col("has_resolution"))


@indicator(
    "EXE-09",
    risks=["R49", "R36"],
    subject="contract",
    evidence=["penalties_cents", "amount_pen_cents", "penalty_ratio"],
    value="penalty_ratio",
    threshold="law_penalty_max",
)
def penalties_at_the_cap(tolerance: float) -> Rule:
    """Penalties reached the share of the contract at which it may be terminated."""
    most = col("law_penalty_max")
    return when(_SIGNED, most.is_not_null()).then(col("penalty_ratio") >= most - tolerance)


@indicator(
    "EXE-10",
    risks=["R46", "R42"],
    subject="process",
    evidence=["consent_date", "consented_since_days"],
    value="consented_since_days",
    threshold="max_days",
)
def no_contract(max_days: int) -> Rule:
    """Long after the award became final there is no contract."""
    due = col("consented_since_days") > max_days
    return when(COMPETITIVE, col("consent_date").is_not_null(), due).then(col("n_contracts") == 0)


@indicator(
    "EXE-11",
    risks=["R32"],
    ocp="R068",
    subject="contract",
    evidence=["final_cents", "amount_cents", "final_over_contract"],
    value="final_over_contract",
    threshold="max_ratio",
)
def final_cost_above_contract(max_ratio: float) -> Rule:
    """What was finally paid is well above the contract."""
    return when(_SIGNED, col("amount_cents") > 0).then(col("final_over_contract") > max_ratio)


@indicator("EXE-12", risks=["R47"], subject="contract", evidence=["supplier_id", "payee_id"])
def paid_to_another_firm() -> Rule:
    """Payment goes to a firm that is neither the contractor nor a member of its consortium."""
    return when(_SIGNED).then(col("paid_to_another"))


@indicator(
    "EXE-13",
    risks=["R56"],
    subject="contract",
    evidence=["signed_date", "consented", "signed_before"],
    value="signed_before",
    threshold="min_days",
)
def signed_before_final(min_days: int) -> Rule:
    """The contract was signed before the award was final."""
    return when(COMPETITIVE, _SIGNED).then(col("signed_before") >= min_days)
