"""Rates on real records and the roles that follow: the arithmetic, the table and that it is not out of date."""

import math

import polars as pl
import pytest
from tests.conftest import ROOT

from procrisk.documentation import calibration, calibration_page
from procrisk.indicators import INDICATORS, roles
from procrisk.resources import data_dir, read_rows

TABLE = {r["indicator"]: r for r in read_rows(data_dir("risk_catalogue") / roles.FILE, roles.COLUMNS)}


@pytest.mark.parametrize(
    ("evaluated", "raised", "breach", "expected"),
    [
        (99, 50, False, ("uncalibrated", "few_evaluated")),
        (99, 0, True, ("uncalibrated", "few_evaluated")),
        (100, 25, False, ("score", "measured")),
        (100, 26, False, ("information", "common")),
        (100, 26, True, ("score", "breach")),
        (100, 5, False, ("score", "measured")),
        (100, 4, False, ("information", "rare")),
        (100, 4, True, ("score", "breach")),
        (100, 0, False, ("information", "rare")),
    ],
)
def test_role_by_counts(evaluated, raised, breach, expected):
    assert calibration.role(evaluated, raised, breach=breach) == expected


def made(*rows):
    """Processes and states of one indicator from (buyer, region, state)."""
    ids = [str(n) for n in range(len(rows))]
    processes = pl.DataFrame(
        {"process_id": ids, "buyer_id": [r[0] for r in rows], "region_code": [r[1] for r in rows]},
        schema_overrides={"buyer_id": pl.String, "region_code": pl.String},
    )
    states = pl.DataFrame({"process_id": ids, "X": [r[2] for r in rows]}, schema_overrides={"X": pl.Boolean})
    return processes, states


def wilson(p, n):
    z = 1.959964
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def test_what_was_not_evaluated_is_in_no_rate():
    processes, states = made(*[("a", "08", None)] * 7, *[(f"b{n}", "08", n < 3) for n in range(10)])
    row = calibration.rates(processes, states).row(0, named=True)
    assert (row["evaluated"], row["raised"], row["buyers"], row["rate"]) == (10, 3, 10, 0.3)
    # one process a buyer: the sample variance of a share, n/(n-1) p(1-p)/n
    assert (row["rate_low"], row["rate_high"]) == pytest.approx(wilson(0.3, 9))


def test_flags_of_one_buyer_count_as_fewer_processes():
    spread = made(*[(f"b{n}", "08", n % 4 == 0) for n in range(40)])
    together = made(*[(f"b{n // 10}", "08", n < 10) for n in range(40)])
    wide, narrow = (calibration.rates(*x).row(0, named=True) for x in (together, spread))
    assert wide["rate"] == narrow["rate"] == 0.25
    assert wide["rate_high"] - wide["rate_low"] > 2 * (narrow["rate_high"] - narrow["rate_low"])
    # four buyers, all or nothing: the design effect is 4/3 * 75 / 7.5 = 40/3, so that 40 processes say what 3 would
    assert (wide["rate_low"], wide["rate_high"]) == pytest.approx(wilson(0.25, 3))


def test_none_raised_counts_each_buyer_once():
    processes, states = made(*[(f"b{n % 5}", "08", False) for n in range(100)])
    row = calibration.rates(processes, states).row(0, named=True)
    assert row["rate_low"] == 0.0
    assert row["rate_high"] == pytest.approx(wilson(0.0, 5)[1])


def test_groups_leave_out_processes_without_the_value():
    processes, states = made(("a", "08", True), ("b", "08", False), ("c", "09", True), ("d", None, True))
    found = calibration.rates(processes, states, "region_code")
    assert found.select("region_code", "evaluated", "raised").rows() == [("08", 2, 1), ("09", 1, 1)]


def test_every_indicator_has_a_row_of_its_present_version():
    assert set(TABLE) == set(INDICATORS), "run make calibrate"
    assert {i: TABLE[i]["version"] for i in TABLE} == {i.id: i.version for i in INDICATORS.values()}


@pytest.mark.parametrize("id_", sorted(TABLE))
def test_roles_follow_from_the_counts_of_their_row(id_):
    row = TABLE[id_]
    i = INDICATORS[id_]
    expected = calibration.role(int(row["evaluated"]), int(row["raised"]), breach=bool(i.breach), record=i.record)
    assert (row["role"], row["reason"]) == expected
    assert INDICATORS[id_].role == row["role"]
    why = ("column_absent", "value_missing", "too_few_peers")
    assert int(row["applicable"]) == int(row["evaluated"]) + sum(int(row[c]) for c in why)


def test_what_speaks_of_the_record_informs_whatever_its_rate():
    assert calibration.role(1000, 50, breach=False, record=True) == ("information", "record")
    assert {i.id for i in INDICATORS.values() if i.record} == {"CRO-02", "CRO-41"}
    assert INDICATORS["CRO-41"].role == "information"


def test_an_indicator_changed_since_is_uncalibrated():
    measured = next(i for i in TABLE if TABLE[i]["role"] == "score")
    assert roles.role(measured, TABLE[measured]["version"]) == "score"
    assert roles.role(measured, "99.0") == roles.role("XXX-01", "1.0") == "uncalibrated"


def test_a_breach_names_its_norm():
    for i in INDICATORS.values():
        if i.breach:
            assert i.law or "art." in i.breach, f"{i.id}: which norm is broken?"


def test_the_table_and_its_page_are_what_the_real_records_say(shared_data):
    sources, context = (
        [shared_data / n for n in names] for names in (("conosce", "emergency_2020"), ("entities", "sanctions"))
    )
    measured = calibration.measure(sources, context)
    rows = calibration.table(measured)
    table = (data_dir("risk_catalogue") / roles.FILE).read_text(encoding="utf-8")
    assert calibration.text(rows, roles.COLUMNS) == table, "run make calibrate"
    page = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    assert calibration_page.render(measured, rows) == page, "run make calibrate"
