"""Indicators on works in execution (works register) and on what the Comptroller General told the entity."""

from procrisk.indicators.idiom import Rule, col, when
from procrisk.indicators.registry import indicator

_STARTED = col("start_date").is_not_null()


@indicator(
    "EXE-39",
    risks=["R49", "R39"],
    subject="work",
    evidence=["state", "physical_share", "cut_date"],
    value="physical_share",
)
def works_stopped() -> Rule:
    """The works stand still before they are finished."""
    return when(_STARTED).then(col("state").str.contains("PARALIZ"))


@indicator(
    "EXE-45",
    risks=["R48"],
    subject="work",
    evidence=["start_date", "planned_end", "resident_overlap_days"],
    value="resident_overlap_days",
    threshold="max_days",
)
def resident_shared(max_days: int) -> Rule:
    """The resident engineer is resident of another work at the same time."""
    return when(_STARTED).then(col("resident_overlap_days") > max_days)


@indicator(
    "EXE-46",
    risks=["R68", "R48"],
    subject="work",
    evidence=["start_date", "planned_end", "supervisor_overlap_days", "same_person"],
    value="supervisor_overlap_days",
    threshold="max_days",
)
def supervisor_shared(max_days: int) -> Rule:
    """The supervisor supervises another work at the same time, or is the resident."""
    return when(_STARTED).then((col("supervisor_overlap_days") > max_days) | col("same_person"))


@indicator(
    "EXE-47",
    risks=["R71"],
    subject="work",
    evidence=["actual_end", "reception_date", "reception_days"],
    value="reception_days",
    threshold="max_days",
)
def received_late(max_days: int) -> Rule:
    """Finished works waited long to be received."""
    return when(col("actual_end").is_not_null()).then(col("reception_days") > max_days)


@indicator(
    "EXE-48",
    risks=["R36", "R39"],
    subject="work",
    evidence=["physical_share", "financial_share", "progress_gap", "cut_date"],
    value="progress_gap",
    threshold="max_gap",
)
def paid_beyond_progress(max_gap: float) -> Rule:
    """Far more of the works is paid than is built."""
    return when(_STARTED).then(col("progress_gap") > max_gap)


@indicator(
    "EXE-49",
    risks=["R70"],
    subject="process",
    evidence=["control_n", "control_open_n", "control_date", "control_days"],
    value="control_days",
    threshold="max_days",
)
def control_not_heeded(max_days: int) -> Rule:
    """An adverse situation that the Comptroller General reported stays open."""
    late = col("control_days") > max_days
    return when(col("control_n") > 0).then((col("control_open_n") > 0) & late)
