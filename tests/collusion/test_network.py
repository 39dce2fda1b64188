"""Meetings beyond chance, groups, turns: on made-up markets, and against plain counting."""

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from tests.collusion.network_cases import market, ring, tables

from procrisk.collusion import network, rotation

A, B, C, D = "20100000001", "20100000002", "20100000003", "20100000004"


def build(bids, winners=(), consortia=(), **more):
    return network.build(tables(bids, winners, consortia, **more).tables)


def test_meetings_are_those_counted_one_by_one():
    bids, winners = market(60, 4, 12)
    net = network.pairs(network.entries(tables(bids, winners).tables))
    counted = {}
    for firms in bids.values():
        for pair in combinations(sorted(firms), 2):
            counted[pair] = counted.get(pair, 0) + 1
    assert {r[:3] for r in net.select("firm", "firm_b", "n").rows()} == {(*k, n) for k, n in counted.items() if n >= 3}


def test_what_is_expected_is_the_mean_of_the_shuffles():
    bids, winners = market(40, 3, 8)
    entered = network.entries(tables(bids, winners).tables)
    slots = network._Slots.of(entered)
    a, b = (np.array(x) for x in zip(*combinations(range(8), 2), strict=True))
    rng, total = np.random.default_rng(5), np.zeros(28)
    for _ in range(400):
        i, j, n = slots.meetings(slots.firm[rng.permutation(len(slots.firm))])
        total[[int(np.flatnonzero((a == x) & (b == y))[0]) for x, y in zip(i, j, strict=True)]] += n
    # a firm that draws two places of one contest is there once: a little less than expected
    assert total / 400 == pytest.approx(slots.expected(a, b), rel=0.25)
    assert 0.85 < total.sum() / 400 / slots.expected(a, b).sum() <= 1


def test_a_market_of_chance_has_no_ties():
    bids, winners = market(400, 4, 60)
    net = build(bids, winners)
    assert net.pairs["tied"].sum() <= 0.05 * net.pairs.height


def test_firms_that_always_meet_are_tied_and_are_one_group():
    bids, winners = market(400, 4, 60)
    more, won = ring(8, [A, B, C])
    net = build(bids | more, winners | won)
    found = net.members.filter(pl.col("firm").is_in([A, B, C]))
    assert found.height == 3
    assert found["group"].n_unique() == 1
    pair = net.pairs.filter(firm=A, firm_b=B).to_dicts()[0]
    assert (pair["n"], pair["tied"], pair["overlap"]) == (8, True, 1.0)
    assert pair["lift"] > 10
    (group,) = net.groups.filter(group=found["group"][0]).to_dicts()
    assert group["exclusivity"] == 1.0
    assert group["cohesion"] == pytest.approx(1.0)
    assert group["density"] == 1.0


def test_exclusivity_falls_with_meetings_outside_and_cohesion_with_unequal_ones():
    pairs = pl.DataFrame(
        [(A, B, 9, True), (A, C, 3, True), (B, C, 3, True), (C, D, 15, False)],
        schema=["firm", "firm_b", "n", "tied"], orient="row",
    )  # fmt: skip
    members = pl.DataFrame({"group": [0, 0, 0], "firm": [A, B, C]})
    (group,) = network.groups(pairs, members).to_dicts()
    assert group["meetings"] == 15
    assert group["exclusivity"] == pytest.approx(30 / 45)
    assert group["cohesion"] == pytest.approx((81) ** (1 / 3) / 5)


def test_partners_in_a_consortium_are_no_rivals():
    bids = {f"P{i}": [(A, "CONSORCIO"), (B, "CONSORCIO"), C] for i in range(5)}
    net = build(bids, {p: [A, B] for p in bids})
    assert {(r["firm"], r["firm_b"]) for r in net.pairs.to_dicts()} == {(A, C), (B, C)}
    assert net.entries.filter("won")["firm"].unique().sort().to_list() == [A, B]
    assert net.entries["n_bidders"].unique().to_list() == [2]


def test_a_consortium_of_the_register_is_its_members():
    net = build({"P1": ["900", C]}, {"P1": "900"}, consortia=[("900", A), ("900", B)])
    assert net.entries.select("firm", "bidder", "won").rows() == [(A, "900", True), (B, "900", True), (C, C, False)]


def test_a_winner_is_unknown_without_an_award_and_a_void_award_is_none():
    got = tables({"P1": [A, B], "P2": [A, B]}, {"P2": A}).tables
    got["awards"] = got["awards"].with_columns(status=pl.lit("NULO"))
    assert network.entries(got)["won"].to_list() == [None] * 4


def test_direct_awards_take_no_part():
    got = tables({"P1": [A, B]}).tables
    got["processes"] = got["processes"].with_columns(method=pl.lit("CD"))
    assert network.entries(got).is_empty()


def test_nothing_comes_of_nothing():
    net = build({})
    assert (net.pairs.height, net.members.height, net.groups.height) == (0, 0, 0)
    assert rotation.turns(net.entries, net.members).is_empty()


def test_a_part_that_is_too_large_is_cut_at_its_weakest_ties():
    firms = [f"201000000{i:02d}" for i in range(14)]
    ties = [(*pair, 9) for half in (firms[:7], firms[7:]) for pair in combinations(half, 2)] + [(firms[6], firms[7], 4)]
    frame = pl.DataFrame(ties, schema=["firm", "firm_b", "n"], orient="row").with_columns(tied=True, usual=False)
    groups = network.members(frame).group_by("group").agg("firm").sort("group")["firm"].to_list()
    assert [sorted(g) for g in groups] == [firms[:7], firms[7:]]


def test_nothing_depends_on_the_order_of_the_rows():
    bids, winners = market(120, 4, 20)
    made = tables(bids, winners).tables
    mixed = {n: t.sample(fraction=1.0, shuffle=True, seed=1) for n, t in made.items()}
    one, other = network.build(made), network.build(mixed)
    for name in ("entries", "pairs", "members", "groups"):
        assert getattr(one, name).equals(getattr(other, name)), name


@pytest.mark.parametrize(
    ("order", "p_below", "turns"), [([0, 1, 2] * 4, 0.01, 12), ([0] * 12, None, None), ([0, 0, 1, 2, 2, 1, 1, 0, 2, 0, 0, 1], None, None)]
)  # fmt: skip
def test_winning_by_turns(order, p_below, turns):
    firms = [A, B, C]
    bids = {f"P{i}": firms for i in range(12)}
    net = build(bids, {f"P{i}": firms[k] for i, k in enumerate(order)})
    (found,) = rotation.turns(net.entries, net.members).to_dicts()
    assert found["contests"] == 12
    if p_below is None:
        assert found["p_turns"] > 0.05
    else:
        assert found["p_turns"] < p_below
        assert found["turns"] == turns
        assert found["evenness"] == pytest.approx(1.0)


def test_turns_are_counted_by_hand():
    # B is absent from the third: of A and C the one that has waited longer is C
    bids = {"P1": [A, B, C], "P2": [A, B, C], "P3": [A, C], "P4": [A, B, C], "P5": [A, B, C]}
    members = pl.DataFrame({"group": [0, 0, 0], "firm": [A, B, C]})
    entered = network.entries(tables(bids, {"P1": A, "P2": B, "P3": C, "P4": C, "P5": A}).tables)
    (found,) = rotation.turns(entered, members).to_dicts()
    assert found["turns"] == 4, "the fourth was A's turn, and C won"
    assert found["winners"] == 3


def test_too_few_contests_say_nothing_of_turns():
    members = pl.DataFrame({"group": [0, 0], "firm": [A, B]})
    entered = network.entries(
        tables({f"P{i}": [A, B] for i in range(4)}, {f"P{i}": [A, B][i % 2] for i in range(4)}).tables
    )
    assert rotation.turns(entered, members)["p_turns"].to_list() == [None]


def test_contests_that_an_outsider_wins_are_not_the_groups():
    members = pl.DataFrame({"group": [0, 0], "firm": [A, B]})
    bids = {f"P{i}": [A, B, D] for i in range(8)}
    entered = network.entries(tables(bids, {f"P{i}": [A, B, D, D][i % 4] for i in range(8)}).tables)
    assert rotation.turns(entered, members)["contests"].to_list() == [4]


def test_without_agreement_turns_are_rare():
    rng = np.random.default_rng(11)
    low = 0
    for i in range(60):
        bids = {f"G{i}P{k}": [A, B, C] for k in range(9)}
        entered = network.entries(tables(bids, {p: [A, B, C][int(rng.integers(3))] for p in bids}).tables)
        members = pl.DataFrame({"group": [0, 0, 0], "firm": [A, B, C]})
        low += rotation.turns(entered, members)["p_turns"][0] <= 0.05
    assert low <= 8, "about 5 % of groups without agreement"


def test_codes_of_calls_stand_in_for_days_where_there_are_none():
    firms, members = [A, B, C], pl.DataFrame({"group": [0, 0, 0], "firm": [A, B, C]})
    names = [str(n) for n in range(995, 1007)]  # as texts 1000 comes before 995
    got = tables(dict.fromkeys(names, firms), {n: firms[i % 3] for i, n in enumerate(names)}).tables
    got["processes"] = got["processes"].with_columns(call_date=pl.lit(None, pl.Date))
    assert rotation.turns(network.entries(got), members)["turns"].to_list() == [12]
