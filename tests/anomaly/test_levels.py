"""Gradual capture: each process is like its peers, the pair is not."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from tests.anomaly import made

from procrisk import anomaly
from procrisk.anomaly import forest, layer
from procrisk.anomaly.features import IDS

CALLS = 24


def with_capture(share_first, share_last, seed=3):
    """Records with a buyer that makes CALLS purchases in two years; one supplier's part of them goes from first to last."""
    base = made.records(1500, seed=seed, buyers=20).tables
    rng = np.random.default_rng(seed)
    back = pl.when(pl.col("process_id").str.ends_with("1") | pl.col("process_id").str.ends_with("4")).then(365)
    dates = pl.col("call_date", "award_date") - pl.duration(days=back.otherwise(0))
    base["processes"] = base["processes"].with_columns(dates)
    base["awards"] = base["awards"].with_columns(pl.col("date") - pl.duration(days=back.otherwise(0)))
    rows = base["processes"].head(CALLS)
    day = [date(2021, 1, 15) + timedelta(days=29 * i) for i in range(CALLS)]
    due, wins = 0.5, []
    for i in range(CALLS):
        due += share_first + (share_last - share_first) * i / (CALLS - 1)
        wins.append(due >= 1)
        due -= due >= 1
    ids = rows["process_id"].to_list()
    moved = pl.DataFrame(
        {
            "process_id": ids,
            "buyer_id": "20999999999",
            "object": "goods",
            "call_date": day,
            "award_date": [d + timedelta(days=20) for d in day],
            "winner": ["20888888888" if w else f"20{rng.integers(10**8, 10**9)}" for w in wins],
        }
    )
    processes = base["processes"].update(moved.drop("winner"), on="process_id")
    suppliers = base["award_suppliers"].join(moved.select("process_id", "winner"), on="process_id", how="left")
    suppliers = suppliers.select("process_id", "award_id", party_id=pl.coalesce("winner", "party_id"))
    awards = base["awards"].update(moved.select("process_id", date="award_date"), on="process_id")
    tables = {**base, "processes": processes, "award_suppliers": suppliers, "awards": awards}
    return tables, [p for p, w in zip(ids, wins, strict=True) if w]


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    folder = anomaly.train(made.records(1500), tmp_path_factory.mktemp("m"), anomaly.Parameters(trees=60))
    return forest.load(folder, IDS)[0]


def test_growth_from_a_tenth_to_four_fifths_is_seen_on_the_pair(fitted):
    tables, won = with_capture(0.1, 0.8)
    scored = layer.apply(tables, fitted).filter(pl.col("process_id").is_in(won))
    assert scored["one_in_pair"].min() >= 50  # the first of its 86 peers
    assert scored.filter(pl.col("one_in") >= 20).height >= 0.8 * len(won)  # the pair's score reaches its processes
    assert all("pair" in by for by in scored["anomaly_seen_by"])
    text = " ".join(t for texts in scored["anomaly_es"] for t in texts)
    assert (
        "el proveedor ganó 8 de 13 procedimientos de la entidad por el mismo objeto en el último año y 3 de 11 en el anterior"
        in text
    )


def test_up_to_the_award_a_capture_is_seen_late_and_not_from_the_first(fitted):
    tables, won = with_capture(0.1, 0.8)
    scored = layer.apply(tables, fitted)
    ordered = tables["processes"].filter(pl.col("process_id").is_in(won)).sort("award_date").select("process_id")
    early = ordered.join(scored, on="process_id", maintain_order="left")["one_in_ex_ante"]
    assert early.head(2).max() < early.tail(2).min()


@pytest.mark.parametrize("share", [0.45, 0.8])
def test_a_supplier_that_was_large_from_the_first_does_not_grow(fitted, share):
    tables, won = with_capture(share, share)
    scored = layer.apply(tables, fitted).filter(pl.col("process_id").is_in(won))
    assert scored["one_in_pair"].max() < 20


def test_nobody_is_named(fitted):
    tables, _ = with_capture(0.1, 0.8)
    scored = layer.apply(tables, fitted)
    texts = scored.select(pl.concat_list("anomaly_es", "anomaly_en").explode().drop_nulls()).to_series()
    assert len(texts) > 100
    assert not texts.str.contains(r"\d{11}").any()
