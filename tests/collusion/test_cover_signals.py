"""What the prices of the same rivals say together, and in which words."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.collusion.cover_cases import market, same_rivals, tables

from procrisk.collusion import cover, cover_signals, layer, neighbours, network, network_signals, screen_signals

A, B, C, D = "20100000001", "20100000002", "20100000003", "20100000004"
PERSON = "10444444441"


def signals(contests):
    return {r["process_id"]: r for r in cover_signals.signals(tables(contests)).to_dicts()}


def of(found, prefix):
    return [r for p, r in found.items() if p.startswith(prefix)]


@pytest.mark.parametrize(("share", "least"), [(0.6, 0.4), (1.0, 0.6)])
def test_a_ring_is_seen_at_middle_strength_and_its_look_alike_is_not(share, least):
    ring, twin = same_rivals(10, [A, B, C, D], share), same_rivals(10, ["201", "202", "203", "204"], 0.0, prefix="T")
    found = signals(market(400) | ring | twin)
    assert min(r["prices"] for r in of(found, "R")) >= least
    assert {r["prices"] for r in of(found, "T")} == {0.0}
    others = [r["prices"] for r in of(found, "M")]
    assert np.mean([bool(x) for x in others]) < 0.02


def test_no_contest_of_a_half_hearted_ring_is_odd_by_itself():
    """Pooling is the power: what convicts ten contests together is in none of them."""
    contests = market(400) | same_rivals(10, [A, B, C, D], 0.6)
    alone = cover.scores(cover.contests(tables(contests).tables)).filter(pl.col("process_id").str.starts_with("R"))
    together = cover_signals.pooled(*_parts(tables(contests).tables)).filter(pl.col("process_id").str.starts_with("R"))
    assert alone["narrow"].max() < together["z"].min()


def _parts(made):
    entered = network.entries(made)
    return entered, neighbours.carried(entered), cover.scores(cover.contests(made))


@pytest.mark.parametrize(("contests", "known"), [(2, False), (3, True)])
def test_rivals_that_met_too_seldom_are_not_evaluable(contests, known):
    found = signals(market(200) | same_rivals(contests, [A, B, C, D], 1.0))
    assert [r["prices"] is not None for r in of(found, "R")] == [known] * contests
    assert [r["reasons_es"] is not None for r in of(found, "R")] == [known] * contests


def test_without_prices_or_winners_nothing_is_evaluable():
    made = tables(market(60) | same_rivals(9, [A, B, C], 1.0))
    unpriced = made.tables["bids"].with_columns(amount_cents=pl.lit(None, pl.Int64))
    for more in ({"bids": unpriced}, {"award_suppliers": made.tables["award_suppliers"].clear()}):
        found = cover_signals.signals(type(made)({**made.tables, **more}))
        assert found.height == 69
        assert found["prices"].null_count() == 69


def test_exchanged_prices_raise_as_many_as_the_threshold_says():
    entered, pairs, prices = _parts(tables(market(600, 4, 25)).tables)
    rng = np.random.default_rng(4)
    raised, tested = 0, 0
    for _ in range(10):
        mixed = prices[rng.permutation(prices.height)].with_columns(prices["process_id"])
        found = cover_signals.pooled(entered, pairs, mixed)
        raised += found.filter(pl.col("p_prices") <= cover_signals.LEAST_P).height
        tested += found.height
    assert tested > 1000
    assert raised <= cover_signals.LEAST_P * tested


def test_the_sentence_names_firms_numbers_and_peers():
    found = signals(market(400) | same_rivals(10, [A, B, C, D], 1.0))
    (es,), (en,) = found["R0"]["reasons_es"], found["R0"]["reasons_en"]
    assert es.startswith(
        f"FIRMA {A} ({A}), FIRMA {B} ({B}) y 2 firmas más compiten una y otra vez: en 10 procedimientos, 0 de 30 ofertas se acercan a "
        "menos de 2.0 % de la más baja (en procedimientos comparables, "
    )
    assert es.endswith("probabilidad de tales precios por azar: 0.1 % o menos")
    assert en.startswith(
        f"FIRMA {A} ({A}), FIRMA {B} ({B}) and 2 other firms compete again and again: in 10 procedures, 0 of 30 bids"
    )


def test_natural_persons_are_masked():
    found = signals(market(400) | same_rivals(10, [PERSON, B, C], 1.0))
    (text,) = found["R0"]["reasons_es"]
    assert "10*******41" in text
    assert PERSON not in text


def test_row_order_does_not_matter():
    made = tables(market(150) | same_rivals(9, [A, B, C, D], 0.5))
    mixed = type(made)({k: v.sample(fraction=1, shuffle=True, seed=2) for k, v in made.tables.items()})
    assert_frame_equal(cover_signals.signals(mixed), cover_signals.signals(made), check_exact=True)


@pytest.mark.parametrize(("p", "part"), [(0.49, 1.0), (0.5, cover_signals.IN_THE_OPEN), (None, 1.0)])
def test_turns_and_single_contests_are_worth_less_beside_open_competition(p, part):
    made = tables(market(200) | same_rivals(9, [A, B, C, D], 1.0))
    every = made.tables["processes"].select("process_id", p_prices=pl.lit(p, pl.Float64))
    net = network.build(made.tables)
    plain, beside = (network_signals.of_network(net, made.tables, x) for x in (None, every))
    assert plain["turns"].max() > 0.3
    assert np.allclose(beside["turns"].fill_null(0), part * plain["turns"].fill_null(0))
    screens, less = (screen_signals.signals(made, prices=x) for x in (None, every))
    assert screens["learnt"].max() > 0.1
    assert np.allclose(less["learnt"].fill_null(0), part * screens["learnt"].fill_null(0))


def test_the_layer_puts_the_ring_on_top():
    contests = market(400) | same_rivals(10, [A, B, C, D], 0.6)
    found = layer.score(tables(contests)).sort("score_collusion", descending=True, nulls_last=True)
    assert all(p.startswith("R") for p in found.head(10)["process_id"])
    assert found["collusion_es"][0][0].count("compiten una y otra vez") == 1
