"""Indicators on winners that the procurement tribunal sanctioned: before the award, by infraction, and soon after it."""

import polars as pl

from procrisk.indicators.idiom import Rule, col, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import COMPETITIVE, DIRECT

ANY = COMPETITIVE | DIRECT


def _evidence(motive: str) -> list[str]:
    return ["supplier", "event_date", f"{motive}_date", f"{motive}_resolution", f"{motive}_n", f"{motive}_months"]


def _sanctioned(motive: str, max_months: int) -> Rule:
    """A sanction for the motive began within so many months before the award."""
    return when(ANY).then((col(f"{motive}_n") > 0) & (col(f"{motive}_months") <= max_months))


@indicator(
    "CRO-09",
    risks=["R52"],
    subject="supplier",
    evidence=_evidence("false_documents"),
    value="false_documents_months",
    threshold="max_months",
)
def sanctioned_false_documents(max_months: int) -> Rule:
    """The winner had been sanctioned for forged documents."""
    return _sanctioned("false_documents", max_months)


@indicator(
    "CRO-10",
    risks=["R51"],
    subject="supplier",
    evidence=_evidence("inaccurate"),
    value="inaccurate_months",
    threshold="max_months",
)
def sanctioned_inaccurate(max_months: int) -> Rule:
    """The winner had been sanctioned for inaccurate information."""
    return _sanctioned("inaccurate", max_months)


@indicator(
    "CRO-11",
    risks=["R46"],
    subject="supplier",
    evidence=_evidence("unsigned"),
    value="unsigned_months",
    threshold="max_months",
)
def sanctioned_unsigned(max_months: int) -> Rule:
    """The winner had been sanctioned for not signing a contract that it had won."""
    return _sanctioned("unsigned", max_months)


@indicator(
    "CRO-12",
    risks=["R45"],
    subject="supplier",
    evidence=_evidence("withdrawn"),
    value="withdrawn_months",
    threshold="max_months",
)
def sanctioned_withdrawn(max_months: int) -> Rule:
    """The winner had been sanctioned for withdrawing a bid."""
    return _sanctioned("withdrawn", max_months)


@indicator(
    "CRO-13",
    risks=["R49"],
    subject="supplier",
    evidence=_evidence("terminated"),
    value="terminated_months",
    threshold="max_months",
)
def sanctioned_terminated(max_months: int) -> Rule:
    """The winner had been sanctioned for breach of an earlier contract."""
    return _sanctioned("terminated", max_months)


@indicator(
    "CRO-14",
    risks=["R41"],
    subject="supplier",
    evidence=_evidence("barred"),
    value="barred_months",
    threshold="max_months",
)
def sanctioned_barred(max_months: int) -> Rule:
    """The winner had been sanctioned for contracting while barred."""
    return _sanctioned("barred", max_months)


@indicator(
    "CRO-15",
    risks=["R53"],
    subject="supplier",
    evidence=_evidence("unregistered"),
    value="unregistered_months",
    threshold="max_months",
)
def sanctioned_unregistered(max_months: int) -> Rule:
    """The winner had been sanctioned for contracting without a valid registration or above its capacity."""
    return _sanctioned("unregistered", max_months)


@indicator(
    "CRO-16",
    risks=["R47"],
    subject="supplier",
    evidence=_evidence("subcontracted"),
    value="subcontracted_months",
    threshold="max_months",
)
def sanctioned_subcontracted(max_months: int) -> Rule:
    """The winner had been sanctioned for unauthorised subcontracting."""
    return _sanctioned("subcontracted", max_months)


@indicator(
    "CRO-17",
    risks=["R50"],
    subject="supplier",
    evidence=_evidence("defects"),
    value="defects_months",
    threshold="max_months",
)
def sanctioned_defects(max_months: int) -> Rule:
    """The winner had been sanctioned for hidden defects that it did not remedy."""
    return _sanctioned("defects", max_months)


@indicator(
    "CRO-18",
    risks=["R55"],
    subject="supplier",
    evidence=_evidence("appeals"),
    value="appeals_months",
    threshold="max_months",
)
def sanctioned_appeals(max_months: int) -> Rule:
    """The winner had been sanctioned for malicious or groundless challenges."""
    return _sanctioned("appeals", max_months)


@indicator(
    "CRO-19",
    risks=["R30", "R52"],
    subject="supplier",
    evidence=["supplier", "event_date", "later_date", "later_resolution", "later_n", "later_months"],
    value="later_months",
    threshold="max_months",
)
def sanctioned_afterwards(max_months: int) -> Rule:
    """With hindsight: soon after the award the winner was sanctioned for false or inaccurate papers."""
    soon = (col("later_n") > 0) & (col("later_months") <= max_months)
    return when(ANY).then(pl.when(soon).then(True).when(col("later_known_months") >= max_months).then(False))


@indicator(
    "CRO-20",
    risks=["R31"],
    subject="supplier",
    evidence=["supplier", "event_date", "fines_date", "fines_resolution", "fines_cents", "fines_n", "fines_months"],
    value="fines_months",
    threshold="max_months",
)
def fined_before(max_months: int) -> Rule:
    """The winner had been fined by the tribunal not long before the award."""
    return _sanctioned("fines", max_months)
