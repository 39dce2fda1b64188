"""The fit finds the odds that were planted, keeps what is missing apart, and the stored table is what the command gives."""

import csv
from io import StringIO
from math import exp, log

import numpy as np
import polars as pl
import pytest
from tests.conftest import ROOT

from procrisk.cri import __main__ as command
from procrisk.cri.fit import fit
from procrisk.cri.logit import firth, independent
from procrisk.indicators.cri_bins import COLUMNS, REAL

TABLE = ROOT / "risk_catalogue" / "cri_bins.csv"


def planted(n=6000, seed=3, **odds):
    """Processes whose method multiplies the odds of a single bid; bid_days is missing for a fifth of them."""
    rng = np.random.default_rng(seed)
    method = rng.choice(["LP", "CP", *odds], n)
    region = rng.choice(["08", "15", "21"], n)
    days = rng.integers(5, 40, n)
    logit = -2 + np.array([log(odds.get(m, 1)) for m in method]) + 0.7 * (region == "15") + log(3) * (days < 8)
    single = rng.random(n) < 1 / (1 + np.exp(-logit))
    return pl.DataFrame(
        {
            "process_id": [str(i) for i in range(n)],
            "method": method,
            "object": "works",
            "buyer_level": "local",
            "year": pl.Series([2022] * n, dtype=pl.Int16),
            "region_code": region,
            "log_value": rng.normal(12, 1, n),
            "bid_days": pl.Series([d if rng.random() > 0.2 else None for d in days.tolist()], dtype=pl.Int64),
            "market_holders_n": pl.Series([5] * n, dtype=pl.Int64),
            "single_bid": single,
        }
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_finds_the_odds_that_were_planted(seed):
    found = {t.word: t for t in fit(planted(seed=seed, AS=3.0, SIE=1.0, RES=0.4), "procedure_type", "single_bid")}
    for word, odds in (("AS", 3.0), ("SIE", 1.0), ("RES", 0.4)):
        t = found[word]
        se = (log(t.ci_high) - log(t.ci_low)) / 2 / 1.96
        assert abs(log(t.odds_ratio) - log(odds)) < 3 * se
    assert found["AS"].bin == "risky"
    assert found["RES"].bin == "other"
    assert found["LP;CP"].bin == "reference"
    assert found["LP;CP"].odds_ratio == 1.0


def test_the_interval_covers_as_often_as_it_says():
    """With ratios of 2, nineteen of twenty intervals hold 2; 40 trials seldom miss more than 6."""
    missed = 0
    for seed in range(40):
        t = next(t for t in fit(planted(800, seed, AS=2.0), "procedure_type", "single_bid") if t.word == "AS")
        missed += not t.ci_low <= 2.0 <= t.ci_high
    assert missed <= 6


def test_fifths_find_where_the_risk_begins_and_missing_is_a_bin_of_its_own():
    found = fit(planted(AS=1.0), "advertisement_period", "single_bid")
    assert [t.bin for t in found].count("reference") == 1
    first = min((t for t in found if t.bin != "missing"), key=lambda t: -1 if t.low is None else t.low)
    assert first.low is None
    assert first.bin == "risky"
    assert found[-1].bin == "missing"
    assert found[-1].n > 1000
    frame = planted(AS=1.0)
    assert sum(t.n for t in found) == frame.height
    assert "method" in found[0].controls


def test_a_bin_of_single_bids_alone_has_finite_odds():
    frame = planted(600, AS=1.0).with_columns(
        single_bid=pl.when(pl.col("method") == "AS").then(True).otherwise("single_bid")
    )
    t = next(t for t in fit(frame, "procedure_type", "single_bid") if t.word == "AS")
    assert t.n == t.n_outcome
    assert t.bin == "risky"
    assert t.ci_high < 1e6


def test_firth_is_the_known_estimate():
    """One bin of 5 in 5 against 1 in 5: with the penalty, half a case is added to each cell (Heinze and Schemper)."""
    x = np.array([[1.0, g] for g in (0, 1) for _ in range(5)])
    y = np.array([1.0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    assert firth(x, y).beta == pytest.approx([log(1.5 / 4.5), log(5.5 / 0.5) - log(1.5 / 4.5)], abs=1e-6)


def test_markets_with_few_suppliers_stay_out():
    frame = planted(AS=3.0).with_columns(market_holders_n=pl.lit(2, pl.Int64))
    assert fit(frame, "procedure_type", "single_bid") == []


def test_small_bins_are_not_told():
    frame = planted(AS=3.0).with_columns(
        method=pl.when(pl.int_range(pl.len()) < 9).then(pl.lit("ABR")).otherwise("method")
    )
    assert "ABR" not in {t.word for t in fit(frame, "procedure_type", "single_bid")}


def test_nothing_to_compare():
    frame = planted(500)
    assert fit(frame.with_columns(single_bid=pl.lit(value=True)), "advertisement_period", "single_bid") == []
    assert fit(frame.with_columns(bid_days=pl.lit(None, pl.Int64)), "advertisement_period", "single_bid") == []


def test_the_order_of_rows_does_not_show():
    frame = planted(AS=3.0)
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=1)
    for component in ("procedure_type", "advertisement_period"):
        assert fit(frame, component, "single_bid") == fit(shuffled, component, "single_bid")


def test_columns_that_repeat_others_are_left_out():
    one = np.ones(6)
    a = np.array([1.0, 0, 1, 0, 1, 0])
    assert independent(np.column_stack([one, a, 1 - a, a * 0, np.arange(6)])) == [0, 1, 4]


def stored():
    return [r for r in csv.DictReader(StringIO(TABLE.read_text(encoding="utf-8"))) if r["records"] == REAL]


def test_the_stored_table_is_what_the_command_gives(shared_data):
    works, records = shared_data / "works_bids", [shared_data / "conosce"]
    made = command.table(works, records, [shared_data / "entities"], None)
    shown = [{c: "" if row[c] is None else str(row[c]) for c in COLUMNS if c != "command"} for row in made]
    assert shown == [{c: row[c] for c in COLUMNS if c != "command"} for row in stored()]


def test_odds_of_the_sample_of_works_are_those_of_its_counts(shared_data):
    """Without controls the odds follow from a table of four cells: a check of the reading and of the fit."""
    frame = command.works.sample(shared_data / "works_bids")
    told = {
        t.word: t for t in fit(frame.select("method", "single_bid", "market_holders_n"), "procedure_type", "single_bid")
    }
    known = frame.filter(pl.col("market_holders_n") >= 3)
    of = {m: known.filter(pl.col("method").is_in(m.split(";")))["single_bid"] for m in ("LP;CP", "AS")}
    cells = {m: (s.sum() + 0.5, s.len() - s.sum() + 0.5) for m, s in of.items()}
    odds = {m: a / b for m, (a, b) in cells.items()}
    assert told["AS"].odds_ratio == pytest.approx(odds["AS"] / odds["LP;CP"], rel=1e-3)
    assert exp(0) == told["LP;CP"].odds_ratio


def test_works_counts_a_consortium_once(tmp_path):
    one = "IDENTIFICADOR_OBRA,METODO_CONTRATACION,OBJETO_PROCESO,NIVEL_GOBIERNO,DEPARTAMENTO\n"
    (tmp_path / command.works.WORKS).write_text(
        one
        + "1-1-77-5-9,Licitación Pública,Obra,GOBIERNO LOCAL,CUSCO\n1-1-78-6-9,Contratación Directa,Obra,GOBIERNO LOCAL,CUSCO\n"
    )
    rows = [("77", "1", "1"), ("77", "1", "2"), ("77", "2", "1"), ("77", "2", "2"), ("78", "1", "1")]
    bidders = "".join(f"1-1-{c}-5-9,{w},{b},100\n" for c, w, b in rows)
    (tmp_path / command.works.BIDDERS).write_text(
        "Identificador_Obra,RUC_GANADOR,RUC_PARTICIPANTE,MONTO_OFERTADO\n" + bidders
    )
    made = command.works.sample(tmp_path)
    assert made.select("process_id", "n_bidders", "single_bid", "method").rows() == [("77", 1, True, "LP")]
