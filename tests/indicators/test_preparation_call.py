"""The day, the kind and the fee of a call: features on made-up records, and each indicator at its limits."""

from datetime import date, timedelta

import pytest
from tests.indicators.made import ABSENT, AS_OF, CLEAR, MISSING, OUT, PEERS, outcome, process, records, table

from procrisk.indicators import features

CALL = date(2022, 2, 1)


def frame(*processes, **tables):
    made = records(processes=list(processes), **tables)
    return {r["process_id"]: r for r in features.build(made, AS_OF)["processes"].to_dicts()}


@pytest.mark.parametrize(
    ("call", "due", "quiet"),
    [
        (date(2022, 2, 1), date(2022, 2, 8), 1),
        (date(2022, 2, 4), date(2022, 2, 9), 3),
        (date(2022, 4, 13), date(2022, 4, 27), 5),  # Wednesday before Holy Thursday and Friday
        (date(2022, 4, 5), date(2022, 4, 18), 5),  # bids on the Monday after
        (date(2022, 2, 5), date(2022, 2, 9), 2),  # a call on a Saturday
        (date(2022, 2, 1), None, 1),
        (None, None, None),
    ],
)
def test_breaks_beside_the_call_and_the_deadline(call, due, quiet):
    assert frame(process("1", call_date=call, bid_deadline=due))["1"]["quiet_days"] == quiet


@pytest.mark.parametrize(
    ("day", "left"),
    [(date(2022, 12, 30), 0), (date(2022, 12, 28), 2), (date(2022, 12, 31), 0), (date(2022, 12, 23), 5)],
)
def test_business_days_left_in_the_year(day, left):
    assert frame(process("1", call_date=day))["1"]["year_end_days"] == left


@pytest.mark.parametrize(
    ("cause", "may"),
    [
        ("Situación de Emergencia", True),
        ("SITUACION DE EMERGENCIA", True),
        ("Proveedor único de bienes", False),
        (None, None),
    ],
)
def test_grounds_that_may_be_approved_afterwards(cause, may):
    assert frame(process("1", method="CD", cause=cause))["1"]["may_regularise"] is may


def test_fees_are_held_against_the_buyers_earlier_ones():
    def call(n, fee, **more):
        return process(f"{n}", fee_cents=fee, currency="PEN", call_date=CALL + timedelta(days=n), **more)

    got = frame(
        call(1, 1_000),
        call(2, 3_000),
        call(3, 0),
        call(4, 2_000, buyer_id="other"),
        call(5, 8_000),
        call(2000, 1_000),
        process("usd", fee_cents=50, currency="USD", call_date=CALL + timedelta(days=6)),
    )
    five = got["5"]
    assert (five["peer_fee_n"], five["peer_fee_cents"], five["fee_over_earlier"]) == (2, 2_000.0, 4.0)
    assert got["1"]["peer_fee_n"] == 0
    assert got["1"]["fee_over_earlier"] is None
    assert got["4"]["peer_fee_n"] == 0
    assert got["2000"]["peer_fee_n"] == 0
    assert got["usd"]["peer_fee_n"] == 0


def test_fees_of_one_day_are_no_earlier_ones():
    both = [process(n, fee_cents=1_000, currency="PEN") for n in "12"]
    assert [r["peer_fee_n"] for r in frame(*both).values()] == [0, 0]


def test_homologated_lots():
    lots = [
        {"process_id": "1", "lot_id": n, "classification": c} for n, c in (("1", "4618150000"), ("2", "1111111111"))
    ]
    listed = [{"classification": "46181500", "list": "homologated", "valid_from": date(2021, 1, 1)}]
    got = frame(process("1", special_regime="homologación"), process("2"), lots=lots, listed_items=listed)
    assert (got["1"]["homologated_lots"], got["1"]["homologation"]) == (1, True)
    assert (got["2"]["homologated_lots"], got["2"]["homologation"]) == (None, False)
    assert frame(process("1"), lots=lots)["1"]["homologated_lots"] is None


def test_the_bins_of_works_say_nothing_of_goods():
    got = frame(
        process("w", method="RES", object="works"),
        process("g", method="RES", object="goods"),
        process("o", method="LP", object="works"),
        process("x", method="OTHER", object="works"),
        process("n", method=None, object="works"),
    )
    assert got["w"]["procedure_type_odds_low"] > 1
    assert got["w"]["peer_procedure_type_n"] >= 10
    assert got["g"]["procedure_type_odds"] is None
    assert got["g"]["peer_procedure_type_n"] is None
    assert got["o"]["procedure_type_odds"] == 1.0
    assert got["x"]["peer_procedure_type_n"] is None
    assert got["n"]["peer_procedure_type_n"] > 100


@table(
    {"method": "RES", "procedure_type_odds_low": 1.1, "peer_procedure_type_n": 10},
    (CLEAR, {"procedure_type_odds_low": 1.0}),
    (CLEAR, {"procedure_type_odds_low": 0.4}),
    (PEERS, {"peer_procedure_type_n": 9}),
    (PEERS, {"peer_procedure_type_n": None, "procedure_type_odds_low": None}),
    (MISSING, {"procedure_type_odds_low": None}),
    (OUT, {"method": "CD"}),
)
def test_pre_26_procedure_that_goes_with_single_bids(expected, row):
    assert outcome("PRE-26", row) == expected


@table(
    {"method": "AS", "fee_cents": 2_000, "peer_fee_cents": 1_000.0, "peer_fee_n": 3},
    (CLEAR, {"fee_cents": 1_999}),
    (CLEAR, {"fee_cents": 0}),
    (PEERS, {"peer_fee_n": 2}),
    (PEERS, {"peer_fee_n": None}),
    (MISSING, {"fee_cents": None}),
    (OUT, {"method": "CD"}),
)
def test_pre_27_fee_raised(expected, row):
    assert outcome("PRE-27", row) == expected


def test_no_fee_published_is_never_clear():
    assert outcome("PRE-27", {"method": "AS", "peer_fee_n": None}, absent=("fee_cents",)) == ABSENT


@table(
    {"method": "CD", "may_regularise": False, "award_days": 1},
    (CLEAR, {"award_days": 2}),
    (MISSING, {"award_days": None}),
    (MISSING, {"may_regularise": None}),
    (OUT, {"may_regularise": True}),
    (OUT, {"method": "AS"}),
)
def test_pre_28_direct_award_at_once(expected, row):
    assert outcome("PRE-28", row) == expected


QUIET = {"method": "AS", "law_min_bid_days": 7, "bid_days": 7, "quiet_days": 4, "year_end_days": 100}


@table(
    QUIET,
    (CLEAR, {"bid_days": 8}),
    (CLEAR, {"quiet_days": 3}),
    (CLEAR, {"quiet_days": 3, "year_end_days": 3}),
    (MISSING, {"bid_days": None}),
    (MISSING, {"bid_days": None, "quiet_days": 1}),
    (MISSING, {"quiet_days": None}),
    (OUT, {"law_min_bid_days": None}),
    (OUT, {"method": "CPRE"}),
)
def test_pre_29_called_when_few_look(expected, row):
    assert outcome("PRE-29", row) == expected


@table({**QUIET, "quiet_days": 1, "year_end_days": 2}, (CLEAR, {"year_end_days": 3}))
def test_pre_29_on_the_last_days_of_the_year(expected, row):
    assert outcome("PRE-29", row) == expected


@table(
    {"method": "LP", "homologated_lots": 2, "n_lots": 2, "homologation": False},
    (CLEAR, {"homologated_lots": 1}),
    (CLEAR, {"homologated_lots": 0}),
    (MISSING, {"homologated_lots": None}),
    (OUT, {"homologation": True}),
    (OUT, {"method": "CD"}),
)
def test_pre_30_homologation_passed_over(expected, row):
    assert outcome("PRE-30", row) == expected


def test_no_list_of_homologated_goods_is_never_clear():
    assert outcome("PRE-30", {"method": "LP", "homologation": False}, absent=("homologated_lots",)) == ABSENT
