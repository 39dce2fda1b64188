"""The annual plan and the budget: the link, the month, the amount; and the indicators on them."""

from datetime import date

import pytest
from tests.indicators.made import ABSENT, AS_OF, CLEAR, MISSING, OUT, outcome, process, records, table

from procrisk.indicators import features

CALL = date(2022, 5, 10)
OCID = "ocds-dgv273-seacev3-2022-1877-15"


def told(plan, **columns):
    made = records(processes=[process("1", call_date=CALL, buyer_consucode="1877", **columns)], plan=plan)
    return features.build(made, AS_OF)["processes"].row(0, named=True)


def line(**columns):
    plain = {"year": 2022, "buyer_consucode": "1877", "reference": "15", "version": 1, "lot_id": "1", "month": "5"}
    return {**plain, "published_date": date(2022, 1, 20), **columns}


@pytest.mark.parametrize(
    ("ocid", "plan", "found"),
    [
        (OCID, [line()], True),
        (OCID, [line(reference="16")], False),
        ("ocds-dgv273-seacev3-774029", [line()], None),
        (None, [line()], None),
        ("ocds-dgv273-seacev3-2022-001877-15", [line()], True),
        (OCID, [line(buyer_consucode="9")], None),
        (OCID, [line(year=2021)], None),
        (OCID, [], None),
    ],
)
def test_the_ocid_names_the_line(ocid, plan, found):
    assert told(plan, ocid=ocid)["in_plan"] is found


def test_the_first_version_with_the_line_counts_and_items_do_not_multiply():
    plan = [line(version=3, lot_id=str(n), published_date=date(2022, 5, 1)) for n in range(3)]
    got = told([*plan, line(version=2, published_date=date(2022, 4, 10))], ocid=OCID)
    assert got["plan_lead_days"] == 30


@pytest.mark.parametrize(
    ("month", "gap"),
    [("5", 0), ("ENERO", 4), ("Setiembre", 4), ("SEPTIEMBRE", 4), ("12", 7), ("13", None), (None, None)],
)
def test_months_apart(month, gap):
    assert told([line(month=month)], ocid=OCID)["plan_month_gap"] == gap


def test_a_line_of_last_years_plan():
    got = told([line(year=2021, month="11")], ocid="ocds-dgv273-seacev3-2021-1877-15")
    assert (got["in_plan"], got["plan_month_gap"]) == (True, 6)


def test_the_last_version_tells_the_month():
    assert told([line(version=2, month="2"), line(version=1, month="5")], ocid=OCID)["plan_month_gap"] == 3


def test_value_over_planned_needs_both():
    assert told([], value_cents=110, planned_cents=100)["value_over_planned"] == 1.1
    assert told([], value_cents=110, planned_cents=0)["value_over_planned"] is None
    assert told([], value_cents=None, planned_cents=100)["value_over_planned"] is None


@table(
    {"method": "AS", "in_plan": False},
    (CLEAR, {"in_plan": True}),
    (MISSING, {"in_plan": None}),
    (OUT, {"call_number": 2}),
    (OUT, {"method": "CONV"}),
)
def test_pla_13_not_in_the_plan(expected, row):
    assert outcome("PLA-13", row) == expected


@table(
    {"method": "LP", "plan_lead_days": 6},
    (CLEAR, {"plan_lead_days": 7}),
    (MISSING, {"plan_lead_days": None}),
    (OUT, {"call_number": 2}),
)
def test_pla_14_planned_at_the_last_moment(expected, row):
    assert outcome("PLA-14", row) == expected


@table(
    {"method": "CD", "plan_month_gap": 4},
    (CLEAR, {"plan_month_gap": 3}),
    (MISSING, {"plan_month_gap": None}),
    (OUT, {"call_number": 2}),
)
def test_pla_15_called_in_another_month(expected, row):
    assert outcome("PLA-15", row) == expected


@table(
    {"method": "LP", "value_over_planned": 1.11},
    (CLEAR, {"value_over_planned": 1.1}),
    (MISSING, {"value_over_planned": None}),
    (OUT, {"method": "CPRE"}),
)
def test_pla_16_value_above_the_budget(expected, row):
    assert outcome("PLA-16", row) == expected


@pytest.mark.parametrize("id_", ["PLA-13", "PLA-14", "PLA-15"])
def test_no_plan_is_never_clear(id_):
    column = {"PLA-13": "in_plan", "PLA-14": "plan_lead_days", "PLA-15": "plan_month_gap"}[id_]
    assert outcome(id_, {"method": "AS"}, absent=(column,)) == ABSENT
