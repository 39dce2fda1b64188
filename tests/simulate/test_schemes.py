"""Planted schemes: present, pointing at what exists, beside clean look-alikes, and stronger when asked to be."""

from collections import defaultdict
from functools import cache
from statistics import mean

import numpy as np
import pytest
from tests.simulate.conftest import table

from procrisk.simulate import constants, market, processes, schemes, simulate

SCHEMES = {"ring", "splitting", "tailored", "shell", "ballooning", "capture", "artefact"}


@cache
def plotted(strength: float, seed: int = 8, n: int = 8000):
    """The same country with schemes of one strength or another."""
    a, b, c = (np.random.Generator(np.random.PCG64(s)) for s in np.random.SeedSequence(seed).spawn(3))
    country = market.build(a, n, processes.day_number("2021-01-01"))
    d = processes.draw(b, country, n, (2021, 2022))
    return country, d, schemes.plant(c, country, d, strength=strength, rate=0.05)


def instances(plot, scheme, *, twin=False):
    return [i for i in plot.instances if i.scheme == scheme and i.twin is twin]


@pytest.mark.parametrize("twin", [False, True])
def test_every_scheme_is_there(truth, twin):
    assert {i["scheme"] for i in truth if i["twin"] is twin} == SCHEMES


def test_a_thousand_processes_hold_every_scheme(tmp_path):
    made = simulate(tmp_path, 1000, 4)
    assert made.twins == len(schemes.PLANS)
    assert made.instances == len(schemes.PLANS) + 2  # three kinds of artefact


def test_both_truth_files_tell_the_same(country, truth):
    lines = (country / "truth.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(truth) + 1
    assert lines[0].split(",")[:4] == ["instance", "scheme", "variant", "twin"]
    assert ";".join(truth[0]["process_ids"]) in lines[1]


def test_truth_names_processes_suppliers_buyers_and_orders_that_exist(country, truth, releases, awards):
    ids = {r["tender"]["id"] for r in releases}
    firms = {i for r in releases for p in r["parties"] for i in [p["id"].removeprefix("PE-RUC-")]} | set(
        awards["RUC_PROVEEDOR"]
    )
    firms |= set(table(country, "POSTOR")["RUC_CODIGO_POSTOR"])
    buyers = {i["id"] for r in releases for p in r["parties"] for i in p.get("additionalIdentifiers", [])}
    orders = set(table(country, "ORDENESCOMPRA")["NRO_DE_ORDEN"])
    for i in truth:
        assert set(i["process_ids"]) <= ids, i
        assert set(i["buyer_rucs"]) <= buyers, i
        assert set(i["order_numbers"]) <= orders, i
        if i["scheme"] != "ring":  # a member of a ring may never have had its turn
            assert set(i["supplier_rucs"]) <= firms, i
        assert bool(i["order_numbers"]) == (i["scheme"] == "splitting")


def test_no_process_belongs_to_two_schemes(truth):
    seen = [p for i in truth for p in i["process_ids"]]
    assert len(seen) == len(set(seen))


def test_the_planted_winner_is_the_published_one(truth, awards):
    won = defaultdict(set)
    for process, firm in zip(awards["CODIGOCONVOCATORIA"], awards["RUC_PROVEEDOR"], strict=True):
        won[process].add(firm)
    for i in truth:
        if not i["twin"] and i["scheme"] in {"tailored", "shell", "splitting"}:
            assert all(won[p] == {i["supplier_rucs"][0]} for p in i["process_ids"]), i


def test_planted_orders_go_to_one_supplier_below_the_limit(country, truth):
    orders = {row["NRO_DE_ORDEN"]: row for row in table(country, "ORDENESCOMPRA").to_dicts()}
    for i in truth:
        if i["scheme"] == "splitting" and not i["twin"]:
            rows = [orders[n] for n in i["order_numbers"]]
            assert {r["RUC_CONTRATISTA"] for r in rows} == {i["supplier_rucs"][0]}
            assert {r["RUC_ENTIDAD"] for r in rows} == set(i["buyer_rucs"])
            assert sum(float(r["MONTO_TOTAL_ORDEN_ORIGINAL"]) for r in rows) > 8 * constants.UIT[2021]
            assert max(float(r["MONTO_TOTAL_ORDEN_ORIGINAL"]) for r in rows) < 8 * constants.UIT[2022]


def test_the_rate_is_the_share_of_planted_processes(tmp_path):
    made = simulate(tmp_path, 12_000, 4, scheme_rate=0.02)
    assert made.planted / made.processes == pytest.approx(0.02, rel=0.35)


def dose(measure):
    """A measure at no, half and full strength."""
    return [measure(*plotted(s)) for s in (0.0, 0.5, 1.0)]


def test_dose_ring_prices_near_the_reference_and_close_together():
    def price(_, d, plot):
        return mean(float(d.ratio[r]) for i in instances(plot, "ring") for r in i.rows)

    def spread(_, d, plot):
        rows = [r for i in instances(plot, "ring") if i.variant == "naive" for r in i.rows if len(plot.bids[r]) > 2]
        return mean(float(np.std([x for _, x in plot.bids[r]])) for r in rows)

    assert dose(price) == sorted(dose(price))
    assert dose(price)[2] == pytest.approx(0.97, abs=0.01)
    assert dose(spread)[0] > dose(spread)[2]


def test_dose_splitting_comes_close_to_the_line():
    def closeness(_, d, plot):
        rows = [r for i in instances(plot, "splitting") if i.variant == "simplified award" for r in i.rows]
        return mean(d.value[rows].tolist()) / 100

    low, middle, high = dose(closeness)
    assert low < middle < high < 400_000


def test_dose_tailored_alone_and_short():
    def alone(_, d, plot):
        rows = [r for i in instances(plot, "tailored") for r in i.rows]
        return float(np.mean(d.bids[rows] == 1)), float(np.mean(d.short[rows]))

    low, middle, high = dose(alone)
    assert low[0] < middle[0] < high[0] == 1
    assert (low[1], high[1]) == (0, 1)
    assert 0.3 < middle[1] < 0.7


def test_dose_shell_wins_more():
    def won(_, d, plot):
        return mean(float(d.value[r]) for i in instances(plot, "shell") for r in i.rows)

    assert dose(won) == sorted(dose(won))


def test_shell_is_days_old():
    country, d, plot = plotted(0.5)
    for i in instances(plot, "shell"):
        age = d.call[i.rows[0]] - country.suppliers.valid_from[i.suppliers[0]]
        assert 5 <= age <= 90


def test_dose_ballooning_adds_more():
    def added(_, d, plot):
        return mean(float(d.additional[r]) for i in instances(plot, "ballooning") for r in i.rows)

    low, middle, high = dose(added)
    assert low == pytest.approx(0.05)
    assert low < middle < high < 0.51
    _, d, plot = plotted(1.0)
    shock = [float(d.additional[r]) for i in instances(plot, "ballooning", twin=True) for r in i.rows]
    assert max(shock) < 0.15


def test_dose_capture_grows_with_time():
    def late_share(_, d, plot):
        wins = [
            plot.bids[r][0][0] == i.suppliers[0]
            for i in instances(plot, "capture")
            for r in i.rows[-len(i.rows) // 3 :]
        ]
        return float(np.mean(wins))

    low, middle, high = dose(late_share)
    assert low < middle < high
    assert high > 0.5


def test_clean_rings_compete():
    _, _d, plot = plotted(1.0)
    for i in instances(plot, "ring", twin=True):
        for r in i.rows:
            prices = [x for _, x in plot.bids[r]]
            assert prices[0] == min(prices)
        assert len(i.rows) >= 3


def test_strength_leaves_the_rest_of_the_country_alone():
    _, weak, a = plotted(0.0)
    _, strong, _ = plotted(1.0)
    rest = ~weak.planted & ~strong.planted
    assert rest.mean() > 0.8
    assert (weak.value[rest] == strong.value[rest]).all()
    assert (weak.buyer[rest] == strong.buyer[rest]).all()
    assert {i.strength for i in a.instances} == {0.0}
