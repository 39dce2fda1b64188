"""Committees, rivals with the same owners, declarations, young firms: limits of each indicator, figures on made-up rows."""

from datetime import date

import pytest
from tests.indicators.made import AS_OF, CLEAR, MISSING, OUT, RAISED, outcome, process, records, table

from procrisk.indicators import features


@table(
    {"method": "AS", "member_owners_n": 1},
    (CLEAR, {"member_owners_n": 0}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"member_owners_n": None}),
)
def test_cro_28_member_owns_bidder(expected, row):
    assert outcome("CRO-28", row) == expected


@table(
    {"method": "AS", "committee_n": 3, "certified_n": 0},
    (CLEAR, {"certified_n": 1}),
    (OUT, {"method": "CD"}),
    (MISSING, {"certified_n": None}),
    (MISSING, {"committee_n": None}),
)
def test_cro_29_committee_uncertified(expected, row):
    assert outcome("CRO-29", row) == expected


@table(
    {"method": "CD", "undeclared_n": 1},
    (CLEAR, {"undeclared_n": 0}),
    (OUT, {"method": "INT"}),
    (MISSING, {"undeclared_n": None}),
)
def test_cro_31_interests_undeclared(expected, row):
    assert outcome("CRO-31", row) == expected


@table(
    {"method": "AS", "same_beneficiary_n": 2},
    (CLEAR, {"same_beneficiary_n": 0}),
    (OUT, {"method": "CD"}),
    (MISSING, {"same_beneficiary_n": None}),
)
def test_cro_32_rivals_share_beneficial_owner(expected, row):
    assert outcome("CRO-32", row) == expected


@table(
    {"method": "AS", "same_control_n": 2},
    (CLEAR, {"same_control_n": 0}),
    (OUT, {"method": "CD"}),
    (MISSING, {"same_control_n": None}),
)
def test_cro_33_rivals_share_control(expected, row):
    assert outcome("CRO-33", row) == expected


@table(
    {"method": "AS", "age_days": 364},
    (CLEAR, {"age_days": 365}),
    (RAISED, {"age_days": -1}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"age_days": None}),
)
def test_cro_38_new_company(expected, row):
    assert outcome("CRO-38", row) == expected


@table(
    {"method": "AS", "call_age_days": 29},
    (CLEAR, {"call_age_days": 30}),
    (RAISED, {"call_age_days": -10}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"call_age_days": None}),
)
def test_cro_39_founded_for_the_call(expected, row):
    assert outcome("CRO-39", row) == expected


ONE, TWO, BUYER = "20500000001", "20500000002", "20100000001"


def people(**tables):
    """The row of a process won by ONE against TWO."""
    made = {
        "processes": [process("1")],
        "awards": [{"process_id": "1", "award_id": "a", "date": date(2022, 2, 15)}],
        "award_suppliers": [{"process_id": "1", "award_id": "a", "party_id": ONE, "ruc": ONE}],
        "bids": [{"process_id": "1", "party_id": f, "lot_id": lot} for f in (ONE, TWO) for lot in "12"],
    }
    return features.build(records(**{**made, **tables}), AS_OF)["processes"].row(0, named=True)


def owner(ruc=ONE, person="40000001", kind="director", **more):
    return {"ruc": ruc, "person_id": person, "kind": kind, **more}


def member(name, process_id="1"):
    return {"process_id": process_id, "member": name}


@pytest.mark.parametrize(
    ("name", "n"), [("Ana Pérez  Ejemplo", 1), ("EJEMPLO ANA PEREZ", 1), ("ANA PEREZ", 0), ("Ana Pérez Otra", 0)]
)
def test_names_are_compared_whole_in_any_order(name, n):
    row = people(committee=[member(name)], owners=[owner(TWO, name="PEREZ EJEMPLO, ANA".replace(",", ""))])
    assert row["member_owners_n"] == n


def test_small_shareholders_are_no_tie_and_unknown_firms_no_clean_ones():
    held = owner(kind="shareholder", share=0.3, name="ANA PEREZ")
    assert people(committee=[member("ANA PEREZ")], owners=[held])["member_owners_n"] == 0
    assert people(committee=[member("ANA PEREZ")], owners=[owner("20599999999")])["member_owners_n"] is None
    assert people(owners=[owner(name="ANA PEREZ")])["member_owners_n"] is None


@pytest.mark.parametrize(
    ("start", "end", "n"),
    [
        (date(2020, 1, 1), None, 1),
        (date(2020, 1, 1), date(2022, 2, 1), 1),
        (date(2020, 1, 1), date(2022, 1, 31), 0),
        (date(2022, 2, 2), None, 0),
    ],
)
def test_certified_on_the_day_of_the_call(start, end, n):
    held = {"name": "PEREZ ANA", "valid_from": start, "valid_to": end}
    row = people(committee=[member("Ana Pérez"), member("Luis Ruiz")], certifications=[held, {**held, "level": "2"}])
    assert (row["committee_n"], row["certified_n"]) == (2, n)


def test_without_the_register_nobody_is_uncertified():
    assert people(committee=[member("ANA")])["certified_n"] is None


def test_a_bidder_with_several_lots_is_one():
    row = people(owners=[owner(), owner(TWO, "40000002")])
    assert (row["same_control_n"], row["same_beneficiary_n"]) == (0, None)
    assert people(owners=[owner(), owner(TWO)])["same_control_n"] == 2
    both = people(owners=[owner(kind="beneficial_owner"), owner(TWO, kind="beneficial_owner")])
    assert (both["same_control_n"], both["same_beneficiary_n"]) == (0, 2)


def test_registered_participants_stand_in_only_where_no_bid_is_known():
    registered = [{"process_id": "1", "party_id": f} for f in (ONE, TWO)]
    assert people(owners=[owner(), owner(TWO)], bids=[], tenderers=registered)["same_control_n"] == 2
    bid = [{"process_id": "1", "party_id": ONE, "lot_id": "1"}]
    assert people(owners=[owner(), owner(TWO)], bids=bid, tenderers=registered)["same_control_n"] is None


def test_members_of_one_consortium_may_share_an_owner():
    held = [{"process_id": "1", "award_id": "a", "party_id": f, "ruc": f, "consortium_id": "C1"} for f in (ONE, TWO)]
    assert people(owners=[owner(), owner(TWO)], bids=[], award_suppliers=held)["same_control_n"] is None


def test_the_last_declaration_due_by_the_call_counts():
    post = {"person_id": "1", "buyer_ruc": BUYER, "kind": "official", "start_date": date(2019, 1, 1)}

    def due(day, filed):
        return {"person_id": "1", "buyer_ruc": BUYER, "date": day, "filed": filed}

    early, late, after = date(2021, 1, 1), date(2022, 1, 1), date(2022, 2, 2)
    assert people(offices=[post], declarations=[due(early, False), due(late, True)])["undeclared_n"] == 0
    assert people(offices=[post], declarations=[due(early, True), due(late, False)])["undeclared_n"] == 1
    assert people(offices=[post], declarations=[due(after, False)])["undeclared_n"] is None
    left = {**post, "end_date": date(2022, 1, 15)}
    assert people(offices=[left], declarations=[due(late, False)])["undeclared_n"] is None


def test_age_of_the_firm():
    made = records(
        processes=[process("1")],
        awards=[{"process_id": "1", "award_id": "a", "date": date(2022, 2, 15)}],
        award_suppliers=[{"process_id": "1", "award_id": "a", "party_id": ONE, "ruc": ONE}],
        taxpayers=[{"ruc": ONE, "started": date(2022, 1, 31)}],
    )
    row = features.build(made, AS_OF)["suppliers"].row(0, named=True)
    assert (row["age_days"], row["call_age_days"]) == (15, 1)
