"""Figures beside winners and lots: amounts that are half known, entries of the register, bids that count, the limit that was passed."""

from datetime import date

import pytest
from tests.indicators.made import AS_OF, process, records
from tests.indicators.test_evaluate import award, run, state, together, why

from procrisk.indicators.features import build

FIRM, RIVAL = "20500000001", "20500000002"


def frame(name, made):
    return build(made, AS_OF)[name].sort("process_id").to_dicts()


@pytest.mark.parametrize(("cents", "expected"), [(700, 1700), (None, None)])
def test_what_a_firm_wins_is_unknown_if_a_part_is(cents, expected):
    made = together(
        award("A", FIRM, "1", 1000, award_id="A-1"),
        award("A", FIRM, "2", cents, award_id="A-2"),
        processes=[process("A")],
    )
    suppliers = [{"process_id": "A", "award_id": f"A-{n}", "party_id": FIRM, "ruc": FIRM} for n in (1, 2)]
    made.tables["award_suppliers"] = records(award_suppliers=suppliers).tables["award_suppliers"]
    assert frame("suppliers", made)[0]["award_amount_cents"] == expected


@pytest.mark.parametrize(
    ("categories", "right"),
    [
        (["Ejecutor de Obras", "Proveedor de Bienes"], True),
        (["Ejecutor de Obras", "Proveedor de Servicios"], False),
        ([None], None),
        ([], None),
    ],
)
def test_what_a_firm_is_registered_as(categories, right):
    entries = [{"ruc": FIRM, "category": c, "valid_from": date(2020, 1, 1)} for c in categories]
    row = frame("suppliers", together(award("A", FIRM), processes=[process("A")], suppliers=entries))[0]
    assert row["right_category"] is right
    assert (row["registered_as"] or "") == "; ".join(c.upper() for c in categories if c)
    assert (row["object_es"], row["object_en"], row["region"]) == ("bienes", "goods", "Cusco")


@pytest.mark.parametrize(("day", "late"), [(date(2022, 2, 20), 8), (None, None)])
def test_an_entry_is_late_against_the_award_and_nothing_else(day, late):
    entry = {"ruc": FIRM, "category": "Proveedor de Bienes", "valid_from": date(2022, 2, 28)}
    made = together(award("A", FIRM, day=day), processes=[process("A")], suppliers=[entry])
    assert frame("suppliers", made)[0]["late_days"] == late


def test_a_direct_award_is_no_bid_that_was_won():
    calls = [process("A"), process("B", method="CD"), process("C", method="CD"), process("D")]
    bids = [{"process_id": p, "party_id": FIRM} for p in "ABCD"] + [{"process_id": "D", "party_id": RIVAL}]
    made = together(*(award(p, FIRM) for p in "ABC"), award("D", RIVAL), processes=calls, bids=bids)
    rows = {(r["process_id"], r["party_id"]): r for r in frame("suppliers", made)}
    assert (rows["A", FIRM]["pair_bids_n"], rows["A", FIRM]["pair_win_ratio"]) == (2, 0.5)


@pytest.mark.parametrize(("cents", "limit"), [(89, 0.9), (112, 1.1)])
def test_the_limit_shown_is_the_one_that_was_passed(cents, limit):
    call = process("A", object="works", method="LP")
    found = run(together(award("A", FIRM, cents=cents, value=100), processes=[call]))
    assert state(found, "A", "SEL-06") is True
    assert found.flags.filter(indicator="SEL-06")["threshold"].item() == limit


@pytest.mark.parametrize(("other", "expected"), [("CONSENTIDO", (0, None)), ("DESIERTO", (10, 0.0))])
def test_a_source_that_never_shows_a_failed_lot_clears_no_buyer_of_failures(other, expected):
    """A file of awards holds only what was awarded; buyer A is judged where buyer B's failure shows that the source tells."""
    lots = [{"process_id": "A", "lot_id": str(n), "status": "CONSENTIDO"} for n in range(10)]
    made = records(
        processes=[process("A"), process("B", buyer_id="20100000002")],
        lots=[*lots, {"process_id": "B", "lot_id": "1", "status": other}],
    )
    row = frame("processes", made)[0]
    assert (row["buyer_lots_n"], row["buyer_failed_share"]) == expected


def test_a_source_that_never_shows_a_failed_lot_is_said_to_lack_it():
    made = records(processes=[process("A")], lots=[{"process_id": "A", "lot_id": "1", "status": "CONSENTIDO"}])
    found = run(made)
    assert state(found, "A", "SEL-20") is None
    assert why(found, "A", "SEL-20") == "column_absent"
