"""Ties between who wins and who decides: each indicator at its limits, and the figures on made-up registers."""

from datetime import date

import pytest
from tests.indicators.made import ABSENT, AS_OF, CLEAR, MISSING, OUT, RAISED, outcome, process, records, table

from procrisk.indicators import INDICATORS, evaluate, features
from procrisk.settings import Settings


@table(
    {"method": "AS", "sibling_n": 1},
    (CLEAR, {"sibling_n": 0}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"sibling_n": None}),
)
def test_cro_21_sibling_of_debarred(expected, row):
    assert outcome("CRO-21", row) == expected


@table(
    {"method": "AS", "in_office_n": 1},
    (CLEAR, {"in_office_n": 0}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"in_office_n": None}),
)
def test_cro_22_controlled_by_official(expected, row):
    assert outcome("CRO-22", row) == expected


def test_without_registers_of_people_nothing_is_clear():
    assert outcome("CRO-22", {"method": "AS", "in_office_n": None}, absent=("in_office_n",)) == ABSENT


@table(
    {"method": "CD", "left_n": 1, "left_days": 365},
    (CLEAR, {"left_days": 366}),
    (CLEAR, {"left_n": 0, "left_days": None}),
    (OUT, {"method": "INT"}),
    (MISSING, {"left_n": None, "left_days": None}),
)
def test_cro_23_revolving_door(expected, row):
    assert outcome("CRO-23", row) == expected


@table(
    {"method": "AS", "drafting_n": 1, "drafted_n": 0, "drafted_days": None},
    (RAISED, {"drafting_n": 0, "drafted_n": 1, "drafted_days": 365}),
    (CLEAR, {"drafting_n": 0, "drafted_n": 1, "drafted_days": 366}),
    (CLEAR, {"drafting_n": 0}),
    (OUT, {"method": "RES"}),
    (MISSING, {"drafting_n": None, "drafted_n": None}),
)
def test_cro_24_controlled_by_drafter(expected, row):
    assert outcome("CRO-24", row) == expected


@table(
    {"method": "AS", "kin_n": 1, "kin_degree": 2},
    (CLEAR, {"kin_degree": 3}),
    (CLEAR, {"kin_n": 0, "kin_degree": None}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"kin_n": None, "kin_degree": None}),
)
def test_cro_25_kin_of_official(expected, row):
    assert outcome("CRO-25", row) == expected


@table(
    {"method": "AS", "interest_n": 1},
    (CLEAR, {"interest_n": 0}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"interest_n": None}),
)
def test_cro_26_declared_interest(expected, row):
    assert outcome("CRO-26", row) == expected


@table(
    {"method": "AS", "politics_n": 1},
    (CLEAR, {"politics_n": 0}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"politics_n": None}),
)
def test_cro_27_political_tie(expected, row):
    assert outcome("CRO-27", row) == expected


FIRM, BUYER, ANA, LUZ = "20500000001", "20100000001", "40000001", "40000002"
OWNER = {"ruc": FIRM, "person_id": ANA, "kind": "shareholder", "share": 0.31}


def office(person=ANA, kind="official", start=date(2019, 1, 1), end=None, **more):
    return {"person_id": person, "buyer_ruc": BUYER, "kind": kind, "start_date": start, "end_date": end, **more}


def world(ruc=FIRM, owners=(OWNER,), **tables):
    """Records of one award to the firm on 2022-02-15."""
    return records(
        processes=[process("1")],
        awards=[{"process_id": "1", "award_id": "a", "date": date(2022, 2, 15), "amount_pen_cents": 100}],
        award_suppliers=[{"process_id": "1", "award_id": "a", "party_id": ruc, "ruc": ruc, "name": "EMPRESA"}],
        owners=list(owners),
        **tables,
    )


def tie(**given):
    return features.build(world(**given), AS_OF)["suppliers"].row(0, named=True)


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        (OWNER, 1),
        ({**OWNER, "share": 0.30}, 0),
        ({**OWNER, "share": None}, 0),
        ({**OWNER, "kind": "representative", "share": None}, 1),
    ],
)
def test_control_is_more_than_thirty_percent_or_an_office_in_the_firm(owner, expected):
    assert tie(owners=[owner], offices=[office()])["in_office_n"] == expected


def test_a_natural_person_is_its_own_owner():
    row = tie(ruc=f"10{ANA}5", owners=[], offices=[office()])
    assert row["in_office_n"] == 1


def test_of_a_firm_or_buyer_that_no_register_knows_nothing_is_said():
    assert tie(owners=[{**OWNER, "ruc": "20599999999"}], offices=[office()])["in_office_n"] is None
    assert tie(offices=[{**office(), "buyer_ruc": "20199999999"}])["in_office_n"] is None
    assert tie(owners=[], offices=[])["in_office_n"] is None


def test_office_held_twice_counts_once_and_the_one_held_wins():
    row = tie(offices=[office(end=date(2020, 1, 1)), office(start=date(2021, 1, 1))])
    assert (row["in_office_n"], row["left_n"], row["left_days"]) == (1, 0, None)


def test_last_day_in_office_is_in_office():
    assert tie(offices=[office(end=date(2022, 2, 15))])["in_office_n"] == 1
    row = tie(offices=[office(end=date(2022, 2, 14))])
    assert (row["in_office_n"], row["left_n"], row["left_days"]) == (0, 1, 1)


def test_office_that_begins_later_is_no_tie():
    assert tie(offices=[office(start=date(2022, 2, 16))])["in_office_n"] == 0


def test_kin_in_either_direction():
    for pair in ((ANA, LUZ), (LUZ, ANA)):
        kin = {"person_id": pair[0], "related_id": pair[1], "kind": "kinship", "degree": 1}
        row = tie(offices=[office(LUZ)], ties=[kin])
        assert (row["kin_n"], row["kin_degree"]) == (1, 1)


def test_a_register_of_ties_without_kinship_says_nothing_of_kin():
    row = tie(offices=[office(LUZ)], ties=[{"person_id": ANA, "related_id": "X", "kind": "membership"}])
    assert (row["kin_n"], row["politics_n"], row["interest_n"]) == (None, 0, None)


def test_the_firm_itself_may_have_given():
    gave = {"person_id": FIRM, "related_id": "ACCION  EJEMPLO", "kind": "donation"}
    row = tie(offices=[office(LUZ, "elected", organisation="Acción Ejemplo")], ties=[gave])
    assert row["politics_n"] == 1


def test_siblings_are_other_firms_debarred_on_the_day():
    other = {**OWNER, "ruc": "20500000002"}
    ban = {"kind": "debarment", "start_date": date(2021, 1, 1), "cut_date": date(2022, 4, 30)}
    assert tie(owners=[OWNER, other], sanctions=[{**ban, "ruc": "20500000002"}])["sibling_n"] == 1
    assert tie(owners=[OWNER, other], sanctions=[{**ban, "ruc": FIRM}])["sibling_n"] == 0
    ended = {**ban, "ruc": "20500000002", "end_date": date(2022, 2, 14)}
    assert tie(owners=[OWNER, other], sanctions=[ended])["sibling_n"] == 0


def test_no_person_is_named_in_what_is_published():
    kin = {"person_id": LUZ, "related_id": ANA, "kind": "kinship", "degree": 2}
    owner = {**OWNER, "name": "ANA EJEMPLO"}
    made = world(owners=[owner], offices=[office(LUZ, name="LUZ EJEMPLO"), office(name="ANA EJEMPLO")], ties=[kin])
    flags = evaluate.evaluate(made, AS_OF, Settings()).flags.filter(indicator_of_ties())
    assert flags["indicator"].to_list() == ["CRO-22", "CRO-25"]
    text = "".join(flags["evidence"].to_list() + flags["sentence_es"].to_list() + flags["sentence_en"].to_list())
    assert not any(secret in text for secret in (ANA, LUZ, "ANA", "LUZ"))


def indicator_of_ties():
    import polars as pl

    ids = [i for i, known in INDICATORS.items() if known.function.__module__.endswith("crosscutting_ties")]
    return pl.col("indicator").is_in(ids)
