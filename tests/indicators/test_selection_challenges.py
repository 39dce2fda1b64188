"""Complaints and appeals: limits of each indicator, figures on made-up rows."""

from datetime import date

import pytest
from tests.indicators.made import AS_OF, CLEAR, MISSING, OUT, outcome, process, records, table

from procrisk.indicators import features


@table(
    {"method": "AS", "challenges_n": 1},
    (CLEAR, {"challenges_n": 0}),
    (OUT, {"method": "CD"}),
    (MISSING, {"challenges_n": None}),
)
def test_sel_50_challenged(expected, row):
    assert outcome("SEL-50", row) == expected


@table(
    {"method": "LP", "appeals_n": 1, "signed_in_appeal_n": 1},
    (CLEAR, {"signed_in_appeal_n": 0}),
    (OUT, {"appeals_n": 0, "signed_in_appeal_n": None}),
    (OUT, {"method": "CD"}),
    (MISSING, {"signed_in_appeal_n": None}),
    (MISSING, {"appeals_n": None}),
)
def test_sel_51_signed_while_appealed(expected, row):
    assert outcome("SEL-51", row) == expected


APPEAL = {"process_id": "1", "challenge_id": "1", "kind": "appeal", "date": date(2022, 3, 1)}


def built(challenges, signed=None, sources=("a", "a")):
    made = records(
        processes=[process(n, sources=[s]) for n, s in zip("12", sources, strict=True)],
        contracts=[{"process_id": "1", "contract_id": "c", "signed_date": signed}],
        challenges=challenges,
    )
    return features.build(made, AS_OF)["processes"].sort("process_id")


@pytest.mark.parametrize(
    ("signed", "resolved", "n"),
    [
        (date(2022, 2, 28), None, 0),
        (date(2022, 3, 1), None, 1),
        (date(2022, 3, 20), date(2022, 3, 21), 1),
        (date(2022, 3, 21), date(2022, 3, 21), 0),
        (None, None, None),
    ],
)
def test_an_appeal_is_pending_from_its_day_to_its_decision(signed, resolved, n):
    row = built([{**APPEAL, "resolved_date": resolved}], signed).row(0, named=True)
    assert row["signed_in_appeal_n"] == n


def test_two_appeals_are_one_contract():
    row = built([APPEAL, {**APPEAL, "challenge_id": "2"}], date(2022, 3, 5)).row(0, named=True)
    assert (row["appeals_n"], row["signed_in_appeal_n"]) == (2, 1)


def test_a_ruling_is_no_challenge_and_silence_only_counts_where_challenges_are_published():
    assert built([{**APPEAL, "kind": "ruling"}])["challenges_n"].to_list() == [None, None]
    assert built([APPEAL])["challenges_n"].to_list() == [1, 0]
    assert built([APPEAL], sources=("a", "b"))["challenges_n"].to_list() == [1, None]
