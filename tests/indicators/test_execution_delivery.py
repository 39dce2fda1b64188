"""What became of contracts: each indicator below, at and above its limit; the figures on made-up records."""

from datetime import date

import pytest
from tests.indicators.made import (
    ABSENT,
    AS_OF,
    CLEAR,
    MISSING,
    OUT,
    PEERS,
    RAISED,
    Records,
    outcome,
    process,
    records,
    table,
)

from procrisk.indicators import INDICATORS, evaluate, features

DAY = date(2022, 3, 1)
SIGNED = {"signed_date": DAY}
UNSIGNED = (OUT, {"signed_date": None})


@table(
    {**SIGNED, "has_resolution": True, "n_later": 1, "again_days": 365},
    (CLEAR, {"again_days": 366}),
    (CLEAR, {"n_later": 0, "again_days": None}),
    (OUT, {"has_resolution": False}),
    UNSIGNED,
    (MISSING, {"has_resolution": None}),
    (MISSING, {"n_later": None, "again_days": None}),
)
def test_exe_27_contracted_again_after_termination(expected, row):
    assert outcome("EXE-27", row) == expected


@table(
    {**SIGNED, "appeal_pending": True},
    (CLEAR, {"appeal_pending": False}),
    UNSIGNED,
    (MISSING, {"appeal_pending": None}),
)
def test_exe_28_signed_under_appeal(expected, row):
    assert outcome("EXE-28", row) == expected


@table({**SIGNED, "annulled": True}, (CLEAR, {"annulled": False}), UNSIGNED, (MISSING, {"annulled": None}))
def test_exe_29_annulled_after_signature(expected, row):
    assert outcome("EXE-29", row) == expected


@table(
    {**SIGNED, "n_deliveries": 1, "unpaid_days": 31},
    (CLEAR, {"unpaid_days": 30}),
    UNSIGNED,
    (MISSING, {"n_deliveries": None}),
    (MISSING, {"unpaid_days": None}),
)
def test_exe_30_paid_late(expected, row):
    assert outcome("EXE-30", row) == expected


@table(
    {**SIGNED, "n_deliveries": 1, "early_ratio": 0.3001},
    (CLEAR, {"early_ratio": 0.3}),
    UNSIGNED,
    (MISSING, {"n_deliveries": None}),
    (MISSING, {"early_ratio": None}),
)
def test_exe_31_paid_before_delivery(expected, row):
    assert outcome("EXE-31", row) == expected


@table(
    {**SIGNED, "amount_cents": 100, "paid_excess_ratio": 0.0101},
    (CLEAR, {"paid_excess_ratio": 0.01}),
    (CLEAR, {"paid_excess_ratio": -0.5}),
    (OUT, {"amount_cents": 0}),
    UNSIGNED,
    (MISSING, {"paid_excess_ratio": None}),
)
def test_exe_32_paid_above_contract(expected, row):
    assert outcome("EXE-32", row) == expected


@table(
    {**SIGNED, "n_deliveries": 1, "delivery_late_days": 1},
    (CLEAR, {"delivery_late_days": 0}),
    UNSIGNED,
    (MISSING, {"n_deliveries": None}),
    (MISSING, {"delivery_late_days": None}),
)
def test_exe_33_delivered_late(expected, row):
    assert outcome("EXE-33", row) == expected


@table(
    {**SIGNED, "ended_late_days": 5, "end_penalties_cents": 0},
    (CLEAR, {"end_penalties_cents": 1}),
    (OUT, {"ended_late_days": 4}),
    UNSIGNED,
    (MISSING, {"ended_late_days": None}),
    (MISSING, {"end_penalties_cents": None}),
)
def test_exe_34_late_without_penalty(expected, row):
    assert outcome("EXE-34", row) == expected


@table(
    {
        **SIGNED,
        "law_penalty_f_60": 0.4,
        "ended_late_days": 1,
        "end_penalties_cents": 899,
        "penalty_due_cents": 1000,
    },
    (CLEAR, {"end_penalties_cents": 900}),
    (OUT, {"end_penalties_cents": 0}),
    (OUT, {"ended_late_days": 0}),
    (OUT, {"law_penalty_f_60": None}),
    UNSIGNED,
    (MISSING, {"penalty_due_cents": None}),
    (MISSING, {"end_penalties_cents": None}),
)
def test_exe_35_penalty_below_formula(expected, row):
    assert outcome("EXE-35", row) == expected


@table(
    {**SIGNED, "days_since_end": 181, "is_closed": False},
    (CLEAR, {"is_closed": True}),
    (OUT, {"days_since_end": 180}),
    UNSIGNED,
    (MISSING, {"days_since_end": None}),
    (MISSING, {"is_closed": None}),
)
def test_exe_36_never_closed(expected, row):
    assert outcome("EXE-36", row) == expected


@table(
    {**SIGNED, "days_since_end": 91, "n_implementation_documents": 0},
    (CLEAR, {"n_implementation_documents": 1}),
    (OUT, {"days_since_end": 90}),
    UNSIGNED,
    (MISSING, {"n_implementation_documents": None}),
)
def test_exe_37_execution_not_documented(expected, row):
    assert outcome("EXE-37", row) == expected


@table(
    {**SIGNED, "object": "works", "contract_days": 59},
    (CLEAR, {"contract_days": 60}),
    (OUT, {"object": "services"}),
    UNSIGNED,
    (MISSING, {"contract_days": None}),
)
def test_exe_38_works_too_short(expected, row):
    assert outcome("EXE-38", row) == expected


@table(
    {"method": "AS", "n_contracts": 2, "awarded_pen_cents": 100, "contracts_over_awards": 1.011},
    (CLEAR, {"contracts_over_awards": 1.01}),
    (OUT, {"method": "CONV"}),
    (OUT, {"n_contracts": 0}),
    (OUT, {"awarded_pen_cents": 0}),
    (MISSING, {"contracts_over_awards": None}),
)
def test_exe_40_contracts_above_awards(expected, row):
    assert outcome("EXE-40", row) == expected


@table(
    {**SIGNED, "method": "AS", "n_losing": 1},
    (CLEAR, {"n_losing": 0}),
    (OUT, {"method": "CD"}),
    UNSIGNED,
    (MISSING, {"n_losing": None}),
)
def test_exe_41_losing_bidder_subcontracted(expected, row):
    assert outcome("EXE-41", row) == expected


@table(
    {**SIGNED, "law_subcontract_max": 0.4, "subcontract_share": 0.4001},
    (CLEAR, {"subcontract_share": 0.4}),
    (OUT, {"law_subcontract_max": None}),
    UNSIGNED,
    (MISSING, {"subcontract_share": None}),
)
def test_exe_42_subcontracted_above_limit(expected, row):
    assert outcome("EXE-42", row) == expected


@table(
    {
        "buyer_id": "1",
        "buyer_told_n": 10,
        "peer_subcontract_n": 10,
        "buyer_subcontract_share": 0.6,
        "peer_subcontract_limit": 0.5,
    },
    (CLEAR, {"buyer_subcontract_share": 0.5}),
    (OUT, {"buyer_id": None}),
    (PEERS, {"buyer_told_n": 9}),
    (PEERS, {"peer_subcontract_n": 9}),
)
def test_exe_43_buyer_subcontracts_much(expected, row):
    assert outcome("EXE-43", row) == expected


@table(
    {
        "method": "AS",
        "firm_contracts_n": 3,
        "peer_additional_n": 30,
        "firm_additional_ratio": 0.2,
        "peer_additional_limit": 0.1,
    },
    (CLEAR, {"firm_additional_ratio": 0.1}),
    (CLEAR, {"firm_additional_ratio": 0.04, "peer_additional_limit": 0.0}),
    (OUT, {"method": "CONV"}),
    (PEERS, {"firm_contracts_n": 2}),
    (PEERS, {"peer_additional_n": 29}),
)
def test_exe_44_additions_concentrate(expected, row):
    assert outcome("EXE-44", row) == expected


BUILT = {"start_date": DAY}


@table(
    {**BUILT, "state": "PARALIZADA"},
    (CLEAR, {"state": "EN EJECUCION"}),
    (OUT, {"start_date": None}),
    (MISSING, {"state": None}),
)
def test_exe_39_works_stopped(expected, row):
    assert outcome("EXE-39", row) == expected


@table(
    {**BUILT, "resident_overlap_days": 16},
    (CLEAR, {"resident_overlap_days": 15}),
    (OUT, {"start_date": None}),
    (MISSING, {"resident_overlap_days": None}),
)
def test_exe_45_resident_shared(expected, row):
    assert outcome("EXE-45", row) == expected


@table(
    {**BUILT, "supervisor_overlap_days": 16, "same_person": False},
    (RAISED, {"supervisor_overlap_days": 0, "same_person": True}),
    (CLEAR, {"supervisor_overlap_days": 15}),
    (OUT, {"start_date": None}),
    (MISSING, {"supervisor_overlap_days": 0, "same_person": None}),
)
def test_exe_46_supervisor_shared(expected, row):
    assert outcome("EXE-46", row) == expected


@table(
    {"actual_end": DAY, "reception_days": 61},
    (CLEAR, {"reception_days": 60}),
    (OUT, {"actual_end": None}),
    (MISSING, {"reception_days": None}),
)
def test_exe_47_received_late(expected, row):
    assert outcome("EXE-47", row) == expected


@table(
    {**BUILT, "progress_gap": 0.21},
    (CLEAR, {"progress_gap": 0.2}),
    (OUT, {"start_date": None}),
    (MISSING, {"progress_gap": None}),
)
def test_exe_48_paid_beyond_progress(expected, row):
    assert outcome("EXE-48", row) == expected


@table(
    {"control_n": 1, "control_open_n": 1, "control_days": 91},
    (CLEAR, {"control_days": 90}),
    (CLEAR, {"control_open_n": 0, "control_days": None}),
    (OUT, {"control_n": 0}),
    (MISSING, {"control_n": None}),
    (MISSING, {"control_days": None}),
)
def test_exe_49_control_not_heeded(expected, row):
    assert outcome("EXE-49", row) == expected


def test_without_a_register_of_control_the_column_is_absent():
    assert outcome("EXE-49", {"control_n": None}, absent=("control_n",)) == ABSENT


KEY = {"process_id": "1", "contract_id": "C1"}


def contract(id_="C1", **columns):
    plain = {"process_id": "1", "contract_id": id_, "supplier_id": "20500000001", "signed_date": DAY, "currency": "PEN"}
    ends = {"start_date": DAY, "end_date": date(2022, 5, 30)}
    return {**plain, **ends, "amount_cents": 1_000_00, "amount_pen_cents": 1_000_00, **columns}


def built(contracts=None, processes=None, **rows):
    made = records(processes=processes or [process("1")], contracts=contracts or [contract()], **rows)
    return features.build(made, AS_OF)


def figures(contracts=None, **rows):
    return built(contracts, **rows)["contracts"].sort("contract_id").to_dicts()


def delivery(id_="1", **columns):
    return {**KEY, "milestone_id": id_, "kind": "delivery", **columns}


def payment(id_="1", **columns):
    return {**KEY, "transaction_id": id_, "currency": "PEN", "amount_cents": 400_00, **columns}


def test_payments_are_summed_once_and_not_times_deliveries():
    row = figures(
        milestones=[delivery("1", met_date=date(2022, 4, 1)), delivery("2", met_date=date(2022, 5, 1))],
        transactions=[payment("1", date=date(2022, 3, 15)), payment("2", date=date(2022, 4, 20))],
        documents=[{"process_id": "1", "section": "contract", "document_id": str(n)} for n in range(3)],
    )[0]
    assert (row["paid_pen_cents"], row["n_payments"], row["n_deliveries"]) == (800_00, 2, 2)
    assert row["early_ratio"] == pytest.approx(0.4)
    assert row["unpaid_days"] == (AS_OF - date(2022, 5, 1)).days  # the second delivery still waits


def test_payments_in_another_currency_or_without_amount_are_no_sum():
    for odd in ({"currency": "USD"}, {"amount_cents": None}):
        row = figures(transactions=[payment("1"), payment("2", **odd)])[0]
        assert row["paid_pen_cents"] is None
        assert row["paid_excess_ratio"] is None


def test_a_payment_of_a_contract_that_grew_is_held_against_what_it_grew_to():
    grown = [{**KEY, "modification_id": "1", "kind": "additional", "amount_cents": 200_00}]
    paid = [payment("1", amount_cents=1_200_00)]
    assert figures(transactions=paid)[0]["paid_excess_ratio"] == pytest.approx(0.2)
    assert figures(transactions=paid, modifications=grown)[0]["paid_excess_ratio"] == pytest.approx(0.0)


def test_a_delivery_met_on_an_unknown_day_is_not_late():
    due = date(2022, 4, 1)
    assert figures(milestones=[delivery(due_date=due, status="met")])[0]["delivery_late_days"] is None
    assert figures(milestones=[delivery(due_date=due)])[0]["delivery_late_days"] == (AS_OF - due).days


def test_penalty_due_follows_the_formula_and_stops_at_a_tenth():
    late = contract(end_date_actual=date(2022, 6, 9))  # 90 days of term, 10 late
    assert figures([late])[0]["penalty_due_cents"] == round(1_000_00 * 0.10 * 10 / (0.25 * 90))
    worse = contract(end_date_actual=date(2023, 5, 30))
    assert figures([worse])[0]["penalty_due_cents"] == 100_00
    extended = contract(end_date_actual=date(2022, 6, 9), end_date_updated=date(2022, 6, 9))
    assert figures([extended])[0]["ended_late_days"] == 0
    assert figures([extended])[0]["penalty_due_cents"] is None


def test_no_penalty_is_known_only_while_the_register_covers_the_end():
    late = contract(end_date_actual=date(2022, 6, 9))
    other = [{"contract_id": "X", "date": d, "amount_cents": 1} for d in (date(2022, 1, 1), date(2022, 6, 8))]
    assert figures([late], penalties=other)[0]["end_penalties_cents"] is None
    other[1]["date"] = date(2022, 6, 9)
    assert figures([late], penalties=other)[0]["end_penalties_cents"] == 0


def test_appeals_and_nullities():
    def challenge(**columns):
        return [{"process_id": "1", "challenge_id": "1", "kind": "appeal", "date": date(2022, 2, 20), **columns}]

    assert figures(challenges=challenge())[0]["appeal_pending"] is True
    assert figures(challenges=challenge(resolved_date=DAY))[0]["appeal_pending"] is False
    assert figures(challenges=challenge(kind="complaint"))[0]["appeal_pending"] is False
    assert figures(challenges=challenge(date=None))[0]["appeal_pending"] is None
    assert figures()[0]["appeal_pending"] is None
    void = challenge(kind="ruling", outcome="nullity", resolved_date=date(2022, 4, 1))
    assert figures(challenges=void)[0]["annulled_date"] == date(2022, 4, 1)
    assert figures(challenges=challenge(outcome="nullity", resolved_date=DAY))[0]["annulled"] is False


def test_the_next_contract_is_of_the_same_firm_and_buyer():
    ended = contract(has_resolution=True)
    same = contract("C2", signed_date=date(2022, 4, 1))
    assert figures([ended, same])[0]["again_days"] == 31
    assert figures([ended, {**same, "supplier_id": "20600000002"}])[0]["n_later"] == 0
    assert figures([ended, {**same, "signed_date": date(2022, 2, 1)}])[0]["n_later"] == 0
    assert figures([contract(has_resolution=True, supplier_id=None)])[0]["n_later"] is None


def test_losing_bidders_and_shares_of_subcontractors():
    bidders = [{"process_id": "1", "party_id": p} for p in ("20500000001", "20600000002", "10123456781")]
    won = [{"process_id": "1", "award_id": "A1", "party_id": "20500000001"}]
    subs = [
        {**KEY, "party_id": "20600000002", "name": "SEGUNDA SAC", "share": 0.2},
        {**KEY, "contract_id": "", "party_id": "10123456781", "name": "JUANA PEREZ", "share": 0.1},
        {**KEY, "contract_id": "C9", "party_id": "20700000003", "share": 0.6},
    ]
    row = figures(tenderers=bidders, bids=bidders, award_suppliers=won, subcontractors=subs)[0]
    assert (row["n_subcontractors"], row["n_losing"]) == (2, 2)
    assert row["losing"] == "10*******81; SEGUNDA SAC (20600000002)"
    assert row["subcontract_share"] == pytest.approx(0.3)
    blind = figures(subcontractors=subs)[0]
    assert (blind["n_subcontractors"], blind["n_losing"]) == (2, None)


def test_subcontracting_told_with_the_award():
    award = {"process_id": "1", "award_id": "A1", "has_subcontracting": True, "subcontract_share": 0.5}
    of_award = [contract(award_id="A1")]
    assert figures(of_award, awards=[award])[0]["subcontract_share"] == 0.5
    none = {**award, "has_subcontracting": False, "subcontract_share": None}
    assert figures(of_award, awards=[none])[0]["subcontract_share"] == 0.0
    assert figures(of_award, awards=[{**award, "subcontract_share": None}])[0]["subcontract_share"] is None


def test_contracts_of_a_process_are_summed_unless_one_has_no_amount():
    awarded = [process("1", awarded_pen_cents=1_500_00)]
    two = [contract(), contract("C2")]
    assert built(two, awarded)["processes"]["contracts_over_awards"][0] == pytest.approx(2000 / 1500)
    two[1]["amount_pen_cents"] = None
    assert built(two, awarded)["processes"]["contracts_over_awards"][0] is None


def work(id_, **columns):
    return {"work_id": id_, "start_date": DAY, "planned_end": date(2022, 3, 31), **columns}


def test_works_find_their_process_by_number_contract_or_project():
    processes = [
        process("1"),
        process("2", object="works", project_id="CUI2"),
        process("3", object="works", project_id="CUI3"),
        process("4", object="works", project_id="CUI3"),
    ]
    rows = [
        work("W1", process_id="1", project_id="CUI2"),
        work("W2", contract_id="C1"),
        work("W3", project_id="CUI2"),
        work("W4", project_id="CUI3"),
        work("W5"),
    ]
    found = built(processes=processes, works=rows)["works"]
    assert found.select("work_id", "process_id").rows() == [("W1", "1"), ("W2", "1"), ("W3", "2")]


def test_overlap_counts_the_days_that_two_works_share():
    rows = [
        work("W1", process_id="1", resident_id="A", supervisor_id="A"),
        work("W2", resident_id="A", start_date=date(2022, 3, 22), planned_end=date(2022, 9, 1)),
        work("W3", resident_id="A", start_date=date(2022, 3, 30), planned_end=None),
    ]
    row = built(works=rows)["works"].to_dicts()[0]
    assert (row["resident_overlap_days"], row["supervisor_overlap_days"], row["same_person"]) == (10, 0, True)
    rows[1]["start_date"] = date(2022, 4, 1)
    assert built(works=rows)["works"]["resident_overlap_days"][0] == 0
    rows[0]["resident_id"] = None
    assert built(works=rows)["works"]["resident_overlap_days"][0] is None


def test_works_not_yet_received_wait_until_the_day_of_the_row():
    ended = work("W1", process_id="1", actual_end=DAY, cut_date=date(2022, 3, 11))
    assert built(works=[ended])["works"]["reception_days"][0] == 10
    assert built(works=[{**ended, "cut_date": None}])["works"]["reception_days"][0] == (AS_OF - DAY).days


def test_a_process_without_works_in_the_register_is_out_of_scope_and_without_a_register_unknown():
    def why(**rows):
        made = records(processes=[process("1"), process("2")], **rows)
        judged = evaluate.judge(features.build(Records(made.tables), AS_OF), [INDICATORS["EXE-39"]], {})
        return judged.why.sort("process_id")["EXE-39"].to_list()

    assert why(works=[work("W1", process_id="1", state="EN EJECUCION")]) == [0, 1]
    assert why() == [2, 2]
