"""Contests in which the same rivals meet again, and how much each counts."""

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from tests.collusion.network_cases import market, ring, tables

from procrisk.collusion import neighbours, network

A, B, C, D = "20100000001", "20100000002", "20100000003", "20100000004"


def weights(bids):
    entered = network.entries(tables(bids).tables)
    known = pl.Series("process_id", sorted(bids))
    found = {}
    for b in neighbours.blocks(entered, neighbours.carried(entered), known):
        for i, j, loose, tight in zip(b.own, b.other, b.loose, b.tight, strict=True):
            found[known[int(i)], known[int(j)]] = (loose, tight)
    return found


def naive(bids):
    """The same, pair of contests by pair of contests."""
    entered = network.entries(tables(bids).tables)
    carries = {(a, b): c for a, b, c in neighbours.carried(entered).select("firm", "firm_b", "carries").rows()}
    found = {}
    for p, q in ((p, q) for p in bids for q in bids if p != q):
        shared = [carries[x] for x in combinations(sorted(set(bids[p]) & set(bids[q])), 2) if x in carries]
        if shared:
            many = len(shared) >= neighbours.TRIANGLE
            found[p, q] = tuple(max(shared) ** 2 * (1 if many else few) for few in (neighbours.LOOSE, neighbours.TIGHT))
    for p in bids:
        if own := [w for (a, _), w in found.items() if a == p]:
            found[p, p] = tuple(max(w[k] for w in own) for k in (0, 1))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_a_naive_twin_agrees(seed):
    bids, _ = market(60, 4, 14, seed)
    more, _ = ring(7, [A, B, C])
    got, wanted = weights(bids | more), naive(bids | more)
    assert got.keys() == wanted.keys()
    assert np.allclose([got[k] for k in got], [wanted[k] for k in got])


def test_blocks_of_any_size_say_the_same(monkeypatch):
    bids, _ = market(60, 4, 14)
    whole = weights(bids)
    monkeypatch.setattr(neighbours, "_BLOCK", 7)
    assert weights(bids) == whole


def test_a_pair_that_meets_as_often_as_chance_has_it_carries_next_to_nothing():
    every = list(combinations([f"2090000{i:04d}" for i in range(12)], 2))
    entered = network.entries(tables({f"P{i}": list(p) for i, p in enumerate(every + every)}).tables)
    pairs = neighbours.carried(entered)
    assert pairs.height == len(every)
    assert pairs["carries"].max() < 0.1


def test_usual_rivals_of_a_small_market_carry():
    bids, _ = ring(9, [A, B, C])
    entered = network.entries(tables(bids).tables)
    pairs = neighbours.carried(entered)
    assert pairs["n"].to_list() == [9, 9, 9]
    assert pairs["carries"].to_list() == [1.0, 1.0, 1.0]


def test_far_meetings_do_not_count(monkeypatch):
    monkeypatch.setattr(neighbours, "REACH", 2)
    bids, _ = ring(9, [A, B, C])
    near = {k for k in weights(bids) if k[0] == "R4"}
    assert near == {("R4", f"R{i}") for i in (2, 3, 4, 5, 6)}


def test_contests_without_prices_are_left_out():
    bids, _ = ring(6, [A, B, C])
    entered = network.entries(tables(bids).tables)
    known = pl.Series("process_id", ["R0", "R3"])
    (block,) = neighbours.blocks(entered, neighbours.carried(entered), known)
    assert sorted(zip(block.own.tolist(), block.other.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
