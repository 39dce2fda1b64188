"""What bids come to: lots, consortia, winners, currencies, the law's own prices, rivals; on a few made-up records each."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.indicators.made import AS_OF, process, records

from procrisk.indicators import features
from procrisk.indicators.features_text import FAMILIES, FAMILY_ES
from procrisk.indicators.peers import fences, quantile8

A, B, C, D = "20100000010", "20100000020", "20100000030", "20100000040"
K = "8000001"


def bid(party, amount, lot="1", process_id="1", **columns):
    return {
        "process_id": process_id,
        "lot_id": lot,
        "party_id": party,
        "bid_id": "",
        "amount_cents": amount,
        "currency": "PEN",
        "status": "valid",
        **columns,
    }


def award(*parties, award_id="a", process_id="1", lots=(), consortium=None):
    of = {"process_id": process_id, "award_id": award_id}
    return {
        "awards": [of],
        "award_suppliers": [{**of, "party_id": p, "consortium_id": consortium} for p in parties],
        "award_lines": [{**of, "lot_id": lot} for lot in lots],
    }


def lot(lot_id, value=None, process_id="1"):
    return {
        "process_id": process_id,
        "lot_id": lot_id,
        "value_cents": value,
        "value_pen_cents": value,
        "currency": "PEN",
    }


def frames(*parts, processes=None, **tables):
    """Frames of records put together from parts; one process unless others are given."""
    rows = {name: list(of) for name, of in tables.items()}
    for part in parts:
        for name, more in part.items():
            rows.setdefault(name, []).extend(more)
    return features.build(records(processes=processes or [process("1")], **rows), AS_OF)


def contest(*parts, lot_id="1", **tables):
    found = frames(*parts, **tables)["contests"].filter(pl.col("lot_id") == lot_id)
    assert found.height == 1
    return found.row(0, named=True)


def test_a_process_without_bids_has_no_contest():
    made = frames(award(A))
    assert made["contests"].height == made["bidders"].height == 0


def test_a_bid_without_lot_is_for_the_only_one():
    found = frames(lots=[lot("7")], bids=[bid(A, 1, lot=""), bid(B, 2, lot="7")])["contests"]
    assert found.select("lot_id", "n_bidders").rows() == [("7", 2)]


def test_a_bid_without_lot_of_several_is_for_the_whole_process():
    found = frames(award(A, lots=("7",)), lots=[lot("7"), lot("8")], bids=[bid(A, 1, lot=""), bid(B, 2, lot="")])
    row = found["contests"].row(0, named=True)
    assert (row["lot_id"], row["contest_id"], row["n_bidders"], row["winner"]) == ("", "1", 2, A)


def test_each_lot_has_its_winner():
    both = frames(
        award(A, award_id="a", lots=("1",)),
        award(B, award_id="b", lots=("2",)),
        lots=[lot("1"), lot("2")],
        bids=[bid(x, n, lot=y) for x, y, n in ((A, "1", 5), (B, "1", 9), (A, "2", 8), (B, "2", 6))],
    )
    rows = both["contests"].select("lot_id", "winner", "win_cents", "next_cents").rows()
    assert rows == [("1", A, 5, 9), ("2", B, 6, 8)]


def test_an_award_without_lines_says_nothing_of_several_lots():
    found = frames(award(A), bids=[bid(A, 1, lot="1"), bid(A, 1, lot="2")])["contests"]
    assert found["n_winners"].to_list() == [None, None]


def test_a_bidder_named_for_several_lots_is_one_bidder_of_the_process_and_of_each():
    found = frames(bids=[bid(A, 1, lot="1"), bid(A, 1, lot="2"), bid(B, 1, lot="2")])
    assert found["contests"]["n_bidders"].to_list() == [1, 2]
    assert found["bidders"].select("firm").to_series().to_list() == [A, B]


def test_rows_of_one_bid_are_one_consortium():
    row = contest(award(A, B), bids=[bid(A, 5, bid_id="x"), bid(B, 5, bid_id="x"), bid(C, 6, bid_id="y")])
    assert (row["n_bidders"], row["n_winners"], row["winner"], row["win_cents"]) == (2, 1, f"{A}+{B}", 5)


def test_a_consortium_that_won_is_known_by_its_code_though_its_members_stand_on_the_award():
    register = [{"consortium_id": K, "member_ruc": x, "year": 2022} for x in (A, B)]
    row = contest(award(A, B, consortium=K), consortia=register, bids=[bid(K, 5), bid(A, 6), bid(C, 7)])
    assert (row["winner"], row["n_winners"], row["next_cents"]) == (K, 1, 6)


def test_members_named_on_the_award_are_found_through_the_register():
    register = [{"consortium_id": K, "member_ruc": x, "year": 2022} for x in (A, B)]
    row = contest(award(A, B), consortia=register, bids=[bid(K, 5), bid(C, 7)])
    assert (row["winner"], row["n_winners"]) == (K, 1)


def test_a_consortiums_bid_is_each_members_in_their_history():
    register = [{"consortium_id": K, "member_ruc": x, "year": 2022} for x in (A, B)]
    found = frames(award(A, B, consortium=K), consortia=register, bids=[bid(K, 5), bid(A, 6), bid(C, 7)])["bidders"]
    assert found.select("firm", "tries_n", "wins_n").rows() == [(A, 1, 1), (B, 1, 1), (C, 1, 0)]


def test_the_winning_bid_is_the_one_that_the_award_names():
    bids = [bid(A, 5, bid_id="x"), bid(A, 9, bid_id="y"), bid(B, 7, bid_id="z")]
    assert contest(award(A), bids=bids)["win_cents"] == 5
    named = {"award_bids": [{"process_id": "1", "award_id": "a", "bid_id": "y"}]}
    assert contest(award(A), named, bids=bids)["win_cents"] == 9


def test_the_winners_lowest_bid_is_one_that_stood():
    bids = [bid(A, 5, bid_id="x", status="disqualified"), bid(A, 9, bid_id="y"), bid(B, 7, bid_id="z")]
    assert contest(award(A), bids=bids)["win_cents"] == 9


def test_a_void_award_has_no_winner():
    made = award(A)
    made["awards"][0] = {**made["awards"][0], "status": "cancelled"}
    assert contest(made, bids=[bid(A, 5), bid(B, 6)])["n_winners"] is None


def test_two_winners_of_a_lot_leave_no_margin():
    row = contest(award(A, award_id="a"), award(B, award_id="b"), bids=[bid(A, 5), bid(B, 6), bid(C, 7)])
    assert (row["n_winners"], row["win_cents"], row["margin"]) == (2, None, None)


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("valid", (2, 0, 0)),
        ("Descalificada", (1, 1, 0)),
        ("disqualified", (1, 1, 0)),
        ("No Admitida", (1, 1, 0)),
        ("Inválida", (1, 1, 0)),
        ("Admitido", (2, 0, 0)),
        ("Ganador", (2, 0, 0)),
        ("withdrawn", (1, 0, 1)),
        ("RETIRADA", (1, 0, 1)),
        ("pending", (None, None, None)),
        (None, (None, None, None)),
    ],
)
def test_states_of_bids(status, counts):
    row = contest(bids=[bid(A, 5), bid(B, 6, status=status)])
    assert (row["n_valid"], row["n_disqualified"], row["n_withdrawn"]) == counts


def test_who_was_invited_and_did_not_bid_is_no_bidder():
    assert contest(bids=[bid(A, 5), bid(B, None, status="invited")])["n_bidders"] == 1


def test_a_price_is_converted_only_with_a_rate_that_is_published():
    bids = [bid(A, 100, currency="USD"), bid(B, 500)]
    assert contest(award(A), bids=bids)["margin"] is None
    rated = [process("1", currency="USD", value_cents=1000, value_pen_cents=4000)]
    row = contest(award(A), processes=rated, bids=bids)
    assert (row["win_cents"], row["next_cents"], row["price_currency"]) == (400, 500, "PEN")


def test_bids_in_one_foreign_currency_need_no_rate():
    row = contest(award(A), bids=[bid(A, 100, currency="USD"), bid(B, 150, currency="USD")])
    assert (row["margin"], row["win_price"]) == (0.5, "USD 1.00")


def test_half_of_the_prices_are_no_lowest_price():
    row = contest(award(A), bids=[bid(A, 5), bid(B, 6), bid(C, None)])
    assert (row["next_cents"], row["spread"], row["refused_cents"], row["n_same"]) == (None, None, None, None)


WORKS = {"object": "works", "method": "LP", "call_date": date(2022, 2, 1)}


@pytest.mark.parametrize(("price", "same"), [(90_000, 0), (110_000, 0), (90_050, 2), (100_000, 2)])
def test_prices_that_the_law_dictates_are_not_identical_by_choice(price, same):
    works = [process("1", **WORKS)]
    row = contest(processes=works, lots=[lot("1", 100_000)], bids=[bid(A, price), bid(B, price)])
    assert row["n_same"] == same


def test_without_a_reference_nobody_knows_whether_the_law_dictates_the_price():
    works = [process("1", **WORKS)]
    assert contest(processes=works, lots=[lot("1")], bids=[bid(A, 5), bid(B, 5)])["n_same"] is None
    assert contest(lots=[lot("1")], bids=[bid(A, 5), bid(B, 5)])["n_same"] == 2


def test_a_fixed_price_of_works_under_the_new_law_is_dictated_too():
    new = {**WORKS, "call_date": date(2025, 6, 2), "regime": "L32069"}
    made = {"lots": [lot("1", 100_000)], "bids": [bid(A, 100_000), bid(B, 100_000)]}
    assert contest(processes=[process("1", **new)], **made)["n_same"] == 0
    assert contest(processes=[process("1", **WORKS)], **made)["n_same"] == 2


def test_one_bidders_two_bids_are_no_agreement():
    assert contest(bids=[bid(A, 5, bid_id="x"), bid(A, 5, bid_id="y"), bid(B, 6)])["n_same"] == 1


def test_a_bid_under_the_floor_is_refused_by_rule():
    works = [process("1", **WORKS)]
    low = bid(A, 89_000, status="disqualified")
    made = {"processes": works, "lots": [lot("1", 100_000)]}
    assert contest(award(B), **made, bids=[low, bid(B, 95_000)])["refused_cents"] == 0
    inside = bid(A, 91_000, status="disqualified")
    assert contest(award(B), **made, bids=[inside, bid(B, 95_000)])["refused_cents"] == 91_000


def test_the_lowest_bid_refused_or_withdrawn():
    row = contest(award(B), bids=[bid(A, 5, status="disqualified"), bid(B, 6), bid(C, 7, status="withdrawn")])
    assert (row["refused_cents"], row["refused_shown"], row["withdrawn_cents"]) == (5, A, 0)
    tied = contest(award(B), bids=[bid(A, 6, status="disqualified"), bid(B, 6)])
    assert tied["refused_cents"] == 0


@pytest.mark.parametrize(
    ("prices", "regular"),
    [((100_000, 105_000, 110_250), True), ((100_000, 103_000, 106_000), True), ((100_000, 103_000, 109_000), False)],
)
def test_prices_in_fixed_steps(prices, regular):
    row = contest(bids=[bid(x, p) for x, p in zip((A, B, C), prices, strict=True)])
    assert row["n_steps"] == 3
    assert (row["step_spread"] <= 0.0005) == regular


def many(n, make):
    """n processes a week apart, each made of (process, bids, awards...) by its number."""
    rows = {"processes": [], "bids": [], "awards": [], "award_suppliers": []}
    for i in range(n):
        day = date(2022, 1, 1 + i)
        rows["processes"].append(process(f"P{i}", call_date=day, description="COMPRA DE COMBUSTIBLE DIESEL"))
        bids, winner = make(i)
        rows["bids"] += [{**b, "process_id": f"P{i}"} for b in bids]
        won = award(winner, process_id=f"P{i}")
        rows["awards"] += won["awards"]
        rows["award_suppliers"] += won["award_suppliers"]
    processes = rows.pop("processes")
    return features.build(records(processes=processes, **rows), AS_OF)


def test_pairs_count_procedures_and_only_one_sided_ones():
    made = many(5, lambda i: ([bid(A, 5), bid(B, 6), bid(A, 5, lot="2"), bid(B, 6, lot="2")], A))["contests"]
    assert made["pair_wins"].unique().to_list() == [None]  # several lots and an award that names none
    one = many(5, lambda i: ([bid(A, 5), bid(B, 6)], A))["contests"]
    assert set(one.select("pair_wins", "pair_n", "pair_winner_shown", "pair_loser_shown").rows()) == {(5, 5, A, B)}
    turn = many(5, lambda i: ([bid(A, 5), bid(B, 6)], A if i else B))["contests"]
    assert set(turn["pair_wins"]) == {0}


def test_members_of_one_consortium_are_no_rivals():
    both = many(5, lambda i: ([bid(A, 5, bid_id="x"), bid(B, 5, bid_id="x"), bid(C, 6, bid_id="y")], A))["contests"]
    assert both["pair_loser_shown"].unique().to_list() == [C]


def test_more_than_forty_bidders_are_not_compared_in_pairs():
    crowd = [bid(f"2030{n:07d}", 100 + n) for n in range(41)]
    assert many(1, lambda i: (crowd, crowd[0]["party_id"]))["contests"]["pair_wins"].to_list() == [None]
    assert many(1, lambda i: (crowd[:40], crowd[0]["party_id"]))["contests"]["pair_wins"].to_list() == [1]


def test_rotation():
    found = many(6, lambda i: ([bid(A, 5), bid(B, 6), bid(C, 9)], A if i % 2 else B))["contests"].row(0, named=True)
    told = [found[f"rota_{x}"] for x in ("n", "winners", "changes", "gap", "presence")]
    assert told == [6, 2, 1.0, 0, 1.0]


def test_rotation_of_those_who_come_only_to_win_is_none():
    found = many(6, lambda i: ([bid(A if i % 2 else B, 5), bid(C, 9)], A if i % 2 else B))["contests"]
    assert found["rota_presence"][0] == 0.5


def test_usual_bidders_that_stay_away():
    found = many(6, lambda i: ([bid(A, 5)] if i == 0 else [bid(A, 5), bid(B, 6), bid(C, 7)], A))["contests"]
    assert found["usual_n"].unique().to_list() == [3]
    assert found["usual_missing_n"].to_list() == [2, 0, 0, 0, 0, 0]
    assert found["usual_shown"][0] == f"{B}; {C}"


def test_order_needs_different_days():
    def on(days):
        return lambda i: ([bid(x, 5, date=date(2022, 3, d)) for x, d in zip((A, B, C), days, strict=True)], A)

    assert many(3, on((1, 2, 3)))["contests"].select("order_n", "order_same_n").unique().rows() == [(3, 3)]
    assert many(3, on((1, 1, 3)))["contests"]["order_n"].unique().to_list() == [None]


def test_alone_again_counts_procedures():
    found = many(5, lambda i: ([bid(A, 5, lot="1"), bid(A, 6, lot="2")], A))["contests"]
    assert set(found.select("lone_n", "bidder_alone").rows()) == {(5, A)}


def contact(party, **columns):
    return {"process_id": "1", "party_id": party, **columns}


@pytest.mark.parametrize(
    ("a", "b", "n", "kind"),
    [
        ({"telephone": "(084) 22-2333"}, {"telephone": "084222333"}, 2, "telephone"),
        ({"telephone": "000000"}, {"telephone": "000000"}, None, None),
        ({"telephone": "084222333"}, {"telephone": "084222334"}, 0, None),
        ({"email": " Ventas@X.pe"}, {"email": "ventas@x.pe"}, 2, "e-mail"),
        ({"address": "Jr. Unión N° 12"}, {"address": "JR UNION N 12"}, 2, "address"),
        ({"address": "Jr. Unión N° 12"}, {"address": "JR UNION N 12", "district": "LIMA"}, 0, None),
        ({"telephone": "084222333"}, {}, None, None),
    ],
)
def test_rivals_with_one_contact(a, b, n, kind):
    row = contest(bids=[bid(A, 5), bid(B, 6)], parties=[contact(A, **a), contact(B, **b)])
    assert (row["sharing_n"], row["sharing_kind"]) == (n, kind)


def test_an_address_of_many_firms_ties_none_of_them():
    crowd = [contact(f"2040{n:07d}", telephone="084222333") for n in range(4)]
    both = [contact(A, telephone="084222333"), contact(B, telephone="084222333")]
    bids = [bid(A, 5), bid(B, 6)]
    assert contest(bids=bids, parties=both + crowd[:3])["sharing_n"] == 2
    assert contest(bids=bids, parties=both + crowd)["sharing_n"] == 0


def test_partners_of_one_consortium_may_share_a_telephone():
    both = [contact(x, telephone="084222333") for x in (A, B)] + [contact(C, telephone="084999111")]
    bids = [bid(A, 5, bid_id="x"), bid(B, 5, bid_id="x"), bid(C, 6, bid_id="y")]
    assert contest(bids=bids, parties=both)["sharing_n"] == 0


def test_direct_awards_take_no_part_in_histories():
    direct = [process("1", method="CD")]
    assert frames(award(A), processes=direct, bids=[bid(A, 5)])["bidders"]["tries_n"].to_list() == [None]


def test_natural_persons_are_masked():
    person = "10412345678"
    row = contest(award(person), bids=[bid(person, 5, name="QUISPE ROJAS JUAN"), bid(B, 6)])
    assert row["winner_shown"] == "10*******78"
    assert "QUISPE" not in str({k: v for k, v in row.items() if k.endswith("_shown")})


def test_every_family_has_a_spanish_name():
    assert set(FAMILY_ES) == set(FAMILIES)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.sampled_from([0.25, 0.5, 0.75]))
@settings(max_examples=60, deadline=None)
def test_quantile_of_type_8_is_numpys_median_unbiased(xs, p):
    got = pl.DataFrame({"x": [*xs, None]}).select(quantile8(pl.col("x"), p)).item()
    assert got == pytest.approx(np.quantile(xs, p, method="median_unbiased"), rel=1e-9, abs=1e-6)


def test_fences_are_of_each_group():
    frame = pl.DataFrame({"g": ["a"] * 5 + ["b", "c"], "x": [1.0, 99, 99, 99, 99, 7, None]})
    found = fences(frame, "x", ["g"], "x").unique("g").sort("g")
    assert found["peer_x_n"].to_list() == [5, 1, 0]
    assert found["peer_x_low"][0] == pytest.approx(66.3333 - 1.5 * (99 - 66.3333), abs=1e-3)
    assert found["peer_x_low"].to_list()[1:] == [7.0, None]
