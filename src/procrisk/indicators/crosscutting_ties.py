"""Indicators on ties between who wins and who decides. Persons are counted, never named."""

from procrisk.indicators.idiom import Rule, col, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import COMPETITIVE, DIRECT

ANY = COMPETITIVE | DIRECT


@indicator(
    "CRO-21",
    risks=["R41"],
    subject="supplier",
    evidence=["supplier", "event_date", "sibling_n", "sibling_shown"],
    value="sibling_n",
    threshold="min_firms",
)
def sibling_of_debarred(min_firms: int) -> Rule:
    """Who controls the winner also controls a firm that was debarred on the day."""
    return when(ANY).then(col("sibling_n") >= min_firms)


@indicator(
    "CRO-22",
    risks=["R41", "R44"],
    subject="supplier",
    evidence=["supplier", "event_date", "in_office_n"],
    value="in_office_n",
    threshold="min_people",
)
def controlled_by_official(min_people: int) -> Rule:
    """The winner is controlled by an authority or official of the buyer in office."""
    return when(ANY).then(col("in_office_n") >= min_people)


@indicator(
    "CRO-23",
    risks=["R61"],
    subject="supplier",
    evidence=["supplier", "event_date", "left_n", "left_days"],
    value="left_days",
    threshold="max_days",
)
def revolving_door(max_days: int) -> Rule:
    """The winner is controlled by someone who left office in the buyer not long before."""
    return when(ANY).then((col("left_n") > 0) & (col("left_days") <= max_days))


@indicator(
    "CRO-24",
    risks=["R62"],
    subject="supplier",
    evidence=["supplier", "event_date", "drafting_n", "drafted_n", "drafted_days"],
)
def controlled_by_drafter(max_days: int) -> Rule:
    """The winner is controlled by one who evaluates or asks for purchases in the buyer, or did so not long before."""
    lately = (col("drafted_n") > 0) & (col("drafted_days") <= max_days)
    return when(ANY).then((col("drafting_n") > 0) | lately)


@indicator(
    "CRO-25",
    risks=["R63"],
    subject="supplier",
    evidence=["supplier", "event_date", "kin_n", "kin_degree"],
    value="kin_degree",
    threshold="max_degree",
)
def kin_of_official(max_degree: int) -> Rule:
    """The winner is controlled by close kin of an authority or official of the buyer in office."""
    return when(ANY).then((col("kin_n") > 0) & (col("kin_degree") <= max_degree))


@indicator(
    "CRO-26",
    risks=["R44"],
    subject="supplier",
    evidence=["supplier", "event_date", "interest_n"],
    value="interest_n",
    threshold="min_people",
)
def declared_interest(min_people: int) -> Rule:
    """Someone in office in the buyer had declared an interest in the winner."""
    return when(ANY).then(col("interest_n") >= min_people)


@indicator(
    "CRO-27",
    risks=["R80"],
    subject="supplier",
    evidence=["supplier", "event_date", "politics_n"],
    value="politics_n",
    threshold="min_people",
)
def political_tie(min_people: int) -> Rule:
    """The winner and an elected authority of the buyer share a political organisation."""
    return when(ANY).then(col("politics_n") >= min_people)
