"""What a winner holds and how its awards grow: limits of each indicator, figures on made-up rows."""

from datetime import date, timedelta

import pytest
from tests.indicators.made import AS_OF, CLEAR, MISSING, OUT, PEERS, RAISED, outcome, process, records, table

from procrisk.indicators import INDICATORS, evaluate, features


@table(
    {"method": "AS", "region_code": "08", "family": "fuel", "market_year_n": 10, "market_year_share": 0.31},
    (CLEAR, {"market_year_share": 0.3}),
    (PEERS, {"market_year_n": 9}),
    (OUT, {"method": "CD"}),
    (OUT, {"family": None}),
    (MISSING, {"market_year_share": None}),
)
def test_sel_52_market_share_high(expected, row):
    assert outcome("SEL-52", row) == expected


@table(
    {"method": "AS", "own_cents": 1000, "earlier_wins_n": 2, "earlier_max_cents": 100},
    (CLEAR, {"own_cents": 999}),
    (PEERS, {"earlier_wins_n": 1}),
    (OUT, {"method": "CONV"}),
    (OUT, {"own_cents": 0}),
    (MISSING, {"own_cents": None}),
)
def test_sel_53_sudden_growth(expected, row):
    assert outcome("SEL-53", row) == expected


@table(
    {"method": "CD", "own_cents": 1000, "pair_earlier_n": 1, "pair_first_cents": 100},
    (CLEAR, {"own_cents": 999}),
    (PEERS, {"pair_earlier_n": 0, "pair_first_cents": None}),
    (OUT, {"method": "INT"}),
    (MISSING, {"own_cents": None}),
)
def test_sel_54_small_then_large(expected, row):
    assert outcome("SEL-54", row) == expected


FIRM, OTHER = "20500000001", "20500000002"


def won(n, day, cents, party=FIRM, buyer="20100000001", consortium=None, award="a", status=None):
    p = process(n, buyer_id=buyer, buyer_ruc=buyer, description="ADQUISICION DE COMBUSTIBLE DIESEL")
    a = {"process_id": n, "award_id": award, "date": day, "amount_pen_cents": cents, "status": status}
    s = {"process_id": n, "award_id": award, "party_id": party, "ruc": party, "consortium_id": consortium}
    return p, a, s


def built(*wins):
    processes = {p["process_id"]: p for p, _, _ in wins}
    awards = {(a["process_id"], a["award_id"]): a for _, a, _ in wins}
    made = records(
        processes=list(processes.values()), awards=list(awards.values()), award_suppliers=[s for _, _, s in wins]
    )
    return features.build(made, AS_OF)


def last(*wins):
    return built(*wins)["suppliers"].sort("event_date", "process_id", "party_id").row(-1, named=True)


FIRST, SECOND, THIRD = date(2021, 1, 4), date(2021, 6, 1), date(2022, 2, 15)


def test_growth_looks_at_earlier_days_alone():
    row = last(won("1", FIRST, 100), won("2", SECOND, 400), won("3", THIRD, 900), won("4", THIRD, 5000))
    assert (row["earlier_wins_n"], row["earlier_max_cents"], row["own_cents"]) == (2, 400, 5000)
    assert row["growth_ratio"] == 12.5


def test_a_pair_is_measured_against_its_first_day():
    elsewhere = won("0", FIRST, 7, buyer="20100000002")
    row = last(elsewhere, won("1", SECOND, 60), won("2", SECOND, 40), won("3", THIRD, 900))
    assert (row["pair_earlier_n"], row["pair_first_cents"], row["pair_growth_ratio"]) == (2, 100, 9.0)
    assert (row["earlier_wins_n"], row["earlier_max_cents"]) == (3, 60)


def test_the_first_time_there_is_nothing_to_compare_with():
    row = last(won("1", THIRD, 900))
    assert (row["earlier_wins_n"], row["pair_earlier_n"], row["growth_ratio"]) == (0, 0, None)


def test_what_a_consortium_wins_is_not_its_members():
    row = last(won("1", FIRST, 100, consortium="C1"), won("2", THIRD, 900))
    assert (row["earlier_wins_n"], row["own_cents"]) == (0, 900)
    frame = built(won("1", FIRST, 100, consortium="C1"))["suppliers"]
    assert frame["own_cents"].to_list() == [None]


def test_several_awards_of_a_process_are_added_and_void_ones_left_out():
    row = last(won("1", THIRD, 100), won("1", THIRD, 50, award="b"), won("1", THIRD, 7, award="c", status="NULO"))
    assert row["own_cents"] == 150


def test_half_an_amount_is_no_amount():
    assert last(won("1", THIRD, 100), won("1", THIRD, None, award="b"))["own_cents"] is None


@pytest.mark.parametrize(("method", "share"), [("AS", 0.75), ("CD", 1.0)])
def test_share_of_the_market_counts_competitive_awards(method, share):
    other = won("2", THIRD, 100, party=OTHER)
    other[0]["method"] = method
    frame = built(won("1", THIRD, 300), other)["awards"].sort("process_id")
    assert frame["market_year_share"][0] == share


def test_members_of_a_consortium_do_not_multiply_the_market():
    both = [won("1", THIRD, 300, party=f, consortium="C1") for f in (FIRM, OTHER)]
    frame = built(*both, won("2", THIRD, 100, party=OTHER))["awards"].sort("process_id")
    assert frame["market_year_share"].to_list() == [0.75, 0.25]
    assert frame["market_year_n"].to_list() == [2, 2]


@table(
    {"method": "AS", "registered_days": 90, "first_win_days": 90, "n_bidders": 2, "won_ratio": 0.95},
    (CLEAR, {"first_win_days": 91}),
    (CLEAR, {"registered_days": 731}),
    (RAISED, {"registered_days": 730}),
    (CLEAR, {"n_bidders": 3}),
    (CLEAR, {"won_ratio": 0.949}),
    (RAISED, {"n_bidders": 4, "own_cents": 101, "peer_newcomer_cents": 100.0, "peer_newcomer_n": 30}),
    (CLEAR, {"n_bidders": 4, "own_cents": 100, "peer_newcomer_cents": 100.0, "peer_newcomer_n": 30}),
    (CLEAR, {"n_bidders": 4, "own_cents": 101, "peer_newcomer_cents": 100.0, "peer_newcomer_n": 29}),
    (RAISED, {"n_bidders": 4, "own_cents": 80, "capacity_cents": 100}),
    (CLEAR, {"n_bidders": 4, "own_cents": 79, "capacity_cents": 100}),
    (RAISED, {"n_bidders": 4, "contact_n": 1}),
    (CLEAR, {"n_bidders": 4, "contact_n": 0}),
    (OUT, {"method": "CD"}),
    (MISSING, {"registered_days": None}),
    (MISSING, {"n_bidders": None}),
)
def test_sel_61_new_firm_beyond_its_size(expected, row):
    assert outcome("SEL-61", row) == expected


COURSE = {
    "method": "AS", "course_n": 10, "course_span": 365, "course_early_n": 5, "course_late_n": 5, "course_early_wins": 2,
    "course_late_wins": 3, "course_wins": 5, "course_known_days": 365, "course_late_share": 0.6, "course_is_late": True, "course_z": 0.8,
}  # fmt: skip


@table(
    COURSE,
    (CLEAR, {"course_is_late": False}),
    (CLEAR, {"course_z": 0.79}),
    (CLEAR, {"course_z": None}),
    (CLEAR, {"course_late_wins": 2, "course_early_wins": 0}),
    (CLEAR, {"course_early_wins": 3, "course_late_wins": 5}),
    (CLEAR, {"course_early_n": 6, "course_late_n": 6, "course_n": 12, "course_late_wins": 2}),
    (RAISED, {"course_late_share": 0.25}),
    (CLEAR, {"course_late_share": 0.24}),
    (PEERS, {"course_n": 9}),
    (CLEAR, {"course_n": None, "course_wins": 2}),
    (PEERS, {"course_n": None, "course_wins": 2, "course_known_days": 364}),
    (PEERS, {"course_wins": None, "course_n": None}),
    (PEERS, {"course_span": 364}),
    (OUT, {"method": "CD"}),
    (MISSING, {"course_is_late": None}),
)
def test_sel_62_growing_share(expected, row):
    assert outcome("SEL-62", row) == expected


def course(wins, n=20, bid=True, tried=None):
    """States of SEL-62 on `n` procedures, one a month, of which FIRM wins those named and bids for those `tried` (all)."""
    days = [date(2020, 7, 1) + timedelta(days=30 * i) for i in range(n)]
    rows = [process(f"{i:02d}", call_date=d) for i, d in enumerate(days)]
    held = [(f"{i:02d}", FIRM if i in wins else OTHER) for i in range(n)]
    bids = [{"process_id": p, "lot_id": "1", "party_id": f, "bid_id": ""} for p, _ in held for f in (FIRM, OTHER)]
    bids = [b for b in bids if tried is None or b["party_id"] == OTHER or int(b["process_id"]) in tried]
    made = records(
        processes=rows,
        awards=[{"process_id": p, "award_id": "a"} for p, _ in held],
        award_suppliers=[{"process_id": p, "award_id": "a", "party_id": f, "ruc": f} for p, f in held],
        bids=bids if bid else [],
    )
    states = evaluate.judge(features.build(made, AS_OF), [INDICATORS["SEL-62"]], {}).states
    return {int(p) for p, s in states.iter_rows() if s}


@pytest.mark.parametrize("bid", [True, False])
def test_every_procedure_won_in_the_later_half_carries_a_growing_share(bid):
    assert course({4, 9, 12, 14, 16, 17, 18, 19}, bid=bid) == {12, 14, 16, 17, 18, 19}


def test_a_firm_that_wins_whatever_it_bids_for_and_bids_more_and_more():
    """Of its bids it wins all from the first day: what grows is its share of what the buyer awards."""
    wins = {5, 9, 12, 14, 15, 17, 18, 19}
    assert course(wins, tried=wins) == {12, 14, 15, 17, 18, 19}, "z of 2.55"
    fewer = {3, 7, 11, 13, 14, 16, 17, 19}
    assert course(fewer, tried=fewer) == set(), "z of 1.85 is too little for all that was awarded"
    assert course({1, 3, 6, 8, 11, 13, 16, 18}, tried={1, 3, 6, 8, 11, 13, 16, 18}) == set()


def test_a_share_that_is_large_from_first_to_last_is_no_growing_one():
    assert course({0, 2, 4, 6, 8, 10, 12, 14, 16, 18}) == set()


def test_a_share_that_falls_grows_for_the_rival_alone():
    falling = course({0, 1, 2, 3, 5, 7, 11})
    assert falling == set(range(10, 20)) - {11}


def new(n_bidders, over_reference, registered=date(2022, 1, 15), **party):
    p = process("1", value_pen_cents=100_000, n_bidders=n_bidders)
    made = records(
        processes=[p],
        awards=[{"process_id": "1", "award_id": "a", "amount_pen_cents": over_reference * 1000}],
        award_suppliers=[{"process_id": "1", "award_id": "a", "party_id": FIRM, "ruc": FIRM}],
        suppliers=[{"ruc": FIRM, "category": "B", "valid_from": registered}],
        parties=[{"process_id": "1", "party_id": f, **party} for f in (FIRM, OTHER)] if party else [],
    )
    return evaluate.judge(features.build(made, AS_OF), [INDICATORS["SEL-61"]], {}).states["SEL-61"].item()


def test_a_firm_made_for_the_contract():
    assert new(1, 99) is True
    assert new(4, 92, telephone="987654321") is True


def test_a_firm_that_is_new_and_small_and_competes_is_left_alone():
    assert new(4, 92) is False
    assert new(1, 99, registered=date(2019, 1, 15)) is False


TAILORED = {"method": "AS", "tailor_wins": 3, "tailor_signs": 1.1, "tailor_kinds": 2}


@table(
    TAILORED,
    (CLEAR, {"tailor_signs": 1.09}),
    (CLEAR, {"tailor_wins": 2}),
    (MISSING, {"tailor_kinds": 1}),
    (MISSING, {"tailor_kinds": None}),
    (OUT, {"method": "CD"}),
)
def test_sel_63_terms_made_to_measure(expected, row):
    assert outcome("SEL-63", row) == expected


def measured(*terms, method="AS", firm=FIRM):
    """States of SEL-63 on procedures a month apart, each (bidders, business days for bids or None)."""
    rows = []
    for i, (n, days) in enumerate(terms):
        call = date(2021, 1 + i, 4)
        due = None if days is None else call + timedelta(days=days)
        rows.append(process(f"{i}", call_date=call, n_bidders=n, bid_deadline=due, method=method))
    made = records(
        processes=rows,
        awards=[{"process_id": p["process_id"], "award_id": "a"} for p in rows],
        award_suppliers=[{"process_id": p["process_id"], "award_id": "a", "party_id": firm, "ruc": firm} for p in rows],
    )
    return evaluate.judge(features.build(made, AS_OF), [INDICATORS["SEL-63"]], {}).states["SEL-63"].to_list()


def test_hints_of_all_the_wins_of_a_pair_are_taken_together():
    assert measured((1, 2), (1, 40), (1, 40)) == [True] * 3, "one short term beside three lone bids"
    assert measured((1, 40), (1, 40), (1, 40)) == [False] * 3, "a lone bidder alone is no terms made to measure"
    assert measured((4, 2), (3, 40), (1, 40)) == [False] * 3


def test_a_true_sole_source_by_direct_award_and_a_firm_that_won_twice_are_left_alone():
    assert measured((1, 2), (1, 2), (1, 2), method="CD") == [None] * 3
    assert measured((1, 2), (1, 2)) == [False] * 2


def test_with_one_hint_known_nothing_is_said():
    assert measured((1, None), (1, None), (1, None)) == [None] * 3
