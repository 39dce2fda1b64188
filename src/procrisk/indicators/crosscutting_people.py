"""Indicators on committees, rivals with the same owners, declarations that were due and young firms. Persons are counted."""

from procrisk.indicators.idiom import Rule, col, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import COMPETITIVE, DIRECT

ANY = COMPETITIVE | DIRECT


@indicator(
    "CRO-28",
    risks=["R62", "R44"],
    subject="process",
    evidence=["committee_n", "member_owners_n"],
    value="member_owners_n",
    threshold="min_people",
)
def member_owns_bidder(min_people: int) -> Rule:
    """A member of the committee has the name of one who controls a bidder."""
    return when(ANY).then(col("member_owners_n") >= min_people)


@indicator(
    "CRO-29",
    risks=["R72"],
    subject="process",
    evidence=["committee_n", "certified_n", "call_date"],
    value="certified_n",
    threshold="min_certified",
)
def committee_uncertified(min_certified: int) -> Rule:
    """Nobody on the committee held a valid certification on the day of the call."""
    return when(COMPETITIVE, col("committee_n") > 0).then(col("certified_n") < min_certified)


@indicator(
    "CRO-31",
    risks=["R44"],
    subject="buyer",
    evidence=["call_date", "declaring_n", "undeclared_n"],
    value="undeclared_n",
    threshold="min_people",
)
def interests_undeclared(min_people: int) -> Rule:
    """People in office in the buyer had not filed the declaration of interests that was due by the call."""
    return when(ANY).then(col("undeclared_n") >= min_people)


@indicator(
    "CRO-32",
    risks=["R76"],
    ocp="R032",
    subject="process",
    evidence=["same_beneficiary_n"],
    value="same_beneficiary_n",
    threshold="min_firms",
)
def rivals_share_beneficial_owner(min_firms: int) -> Rule:
    """Bidders of one process have the same beneficial owner."""
    return when(COMPETITIVE).then(col("same_beneficiary_n") >= min_firms)


@indicator(
    "CRO-33",
    risks=["R76"],
    ocp="R033",
    subject="process",
    evidence=["same_control_n"],
    value="same_control_n",
    threshold="min_firms",
)
def rivals_share_control(min_firms: int) -> Rule:
    """Bidders of one process have the same major shareholder, representative or director."""
    return when(COMPETITIVE).then(col("same_control_n") >= min_firms)


@indicator(
    "CRO-38",
    risks=["R79"],
    cri="new_company",
    subject="supplier",
    evidence=["supplier", "started", "event_date", "age_days"],
    value="age_days",
    threshold="max_days",
)
def new_company(max_days: int) -> Rule:
    """The winner began its activities less than a year before the award."""
    return when(ANY).then(col("age_days") < max_days)


@indicator(
    "CRO-39",
    risks=["R79"],
    subject="supplier",
    evidence=["supplier", "started", "call_date", "call_age_days"],
    value="call_age_days",
    threshold="max_days",
)
def founded_for_the_call(max_days: int) -> Rule:
    """The winner began its activities less than a month before the call, or after it."""
    return when(ANY).then(col("call_age_days") < max_days)
