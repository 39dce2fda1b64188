"""Indicators on complaints and appeals."""

from procrisk.indicators.idiom import Rule, col, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import COMPETITIVE


@indicator(
    "SEL-50",
    risks=["R20", "R25"],
    ocp="R020",
    subject="process",
    evidence=["challenges_n", "appeals_n"],
    value="challenges_n",
    threshold="min_challenges",
)
def challenged(min_challenges: int) -> Rule:
    """Complaints or appeals were lodged against the procedure."""
    return when(COMPETITIVE).then(col("challenges_n") >= min_challenges)


@indicator(
    "SEL-51",
    risks=["R56"],
    subject="process",
    evidence=["appeals_n", "signed_in_appeal_n"],
    value="signed_in_appeal_n",
    threshold="min_contracts",
)
def signed_while_appealed(min_contracts: int) -> Rule:
    """A contract was signed while an appeal was pending."""
    return when(COMPETITIVE, col("appeals_n") > 0).then(col("signed_in_appeal_n") >= min_contracts)
