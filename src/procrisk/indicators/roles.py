"""What an indicator is for, as measured on real records: it scores, it informs, or it is not calibrated yet.

The table is made by `python -m procrisk.documentation calibrate` and read here; docs/adr/0009-roles.md says why.
"""

from functools import cache

from procrisk.resources import data_dir, read_rows

FILE = "calibration.csv"
SCORE, INFORMATION, UNCALIBRATED = ROLES = ("score", "information", "uncalibrated")
COLUMNS = (
    "indicator",
    "version",
    "role",
    "reason",
    "applicable",
    "evaluated",
    "raised",
    "rate",
    "rate_low",
    "rate_high",
    "buyers",
    "out_of_scope",
    "column_absent",
    "value_missing",
    "too_few_peers",
)
"""Counts are of processes; rates are shares of the evaluated, empty where there are none."""

SHOWN = {
    SCORE: ("puntúa", "scores"),
    INFORMATION: ("informativa, no puntúa", "information, does not score"),
    UNCALIBRATED: ("puntúa, sin calibrar", "scores, uncalibrated"),
}
"""Role in Spanish and in English."""


def role(id_: str, version: str) -> str:
    """The role of an indicator in this version of it; one that was not measured since it changed is uncalibrated."""
    return _measured().get((id_, version), UNCALIBRATED)


@cache
def _measured() -> dict[tuple[str, str], str]:
    rows = read_rows(data_dir("risk_catalogue") / FILE, COLUMNS)
    return {(r["indicator"], r["version"]): r.choose("role", ROLES) for r in rows}
