"""One process score of several layers: the formula by hand, monotone, tri-state, and what the table may hold."""

from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scoring import made

from procrisk import resources
from procrisk.errors import UsageError
from procrisk.scoring import layers
from procrisk.scoring.process import score_processes

NAMES = list(layers.table())
PARTS = st.dictionaries(st.sampled_from(NAMES), st.none() | st.floats(0, 100), min_size=1)


def one(parts, changed=None):
    return float(layers.combine({k: np.array([np.nan if v is None else v]) for k, v in parts.items()}, changed)[0])


def test_by_hand():
    w = layers.weights({"anomaly": 0.3, "collusion": 0.5})
    assert w["rules"] == 1.0
    got = one({"rules": 40.0, "anomaly": 50.0, "collusion": 80.0}, {"anomaly": 0.3, "collusion": 0.5})
    beyond = (80 - layers.table()["collusion"].least) / (100 - layers.table()["collusion"].least)
    assert got == pytest.approx(100 * (1 - 0.6 * 0.85 * (1 - 0.5 * beyond)))


@pytest.mark.parametrize(
    ("score", "counts"), [(np.nan, 0.0), (0.0, 0.0), (40.0, 0.0), (40.6, 1.0), (70.0, 50.0), (100.0, 100.0)]
)
def test_a_layer_counts_from_where_the_table_says(score, counts):
    assert layers.counted(np.array([score]), 40.0)[0] == pytest.approx(counts)


@given(PARTS, st.sampled_from(NAMES), st.floats(0, 100))
def test_a_layer_that_sees_more_never_lowers_the_score(parts, name, more):
    before = one(parts)
    after = one({**parts, name: max(parts.get(name) or 0.0, more)})
    assert np.isnan(before) or after >= before - 1e-9
    assert np.isnan(after) or 0 <= after <= 100


@given(PARTS)
def test_a_layer_that_could_not_be_evaluated_adds_nothing_and_clears_nothing(parts):
    known = {k: v for k, v in parts.items() if v is not None}
    if known:
        assert one(parts) == pytest.approx(one(known), nan_ok=True)
    alone = any(layers.table()[k].scores_alone for k in known)
    assert np.isnan(one(parts)) is not alone


def test_an_anomaly_alone_never_leaves_the_middle_band():
    assert one({"rules": 0.0, "anomaly": 100.0}) == pytest.approx(100 * layers.table()["anomaly"].weight)
    assert 100 * layers.table()["anomaly"].weight <= 50
    assert np.isnan(one({"anomaly": 100.0}))


@pytest.mark.parametrize(
    "changed", [{"anomalies": 0.1}, {"anomaly": 1.1}, {"anomaly": -0.1}, {"anomaly": True}, {"anomaly": "0.1"}]
)
def test_refuses_weights_that_are_none(changed):
    with pytest.raises(UsageError, match=r"\[layers\]"):
        layers.weights(changed)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("rules,1,0,1.0", "rules,1,0,1.5", "weight"),
        ("rules,1,0,", "rules,1,100,", "from"),
        ("anomaly,1", "rules,1", "twice"),
        (",no,anomalía", ",perhaps,anomalía", "scores_alone"),
    ],
)
def test_says_where_the_table_is_wrong(tmp_path, monkeypatch, old, new, says):
    text = (resources.data_dir("risk_catalogue") / layers.TABLE).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / layers.TABLE).write_text(text.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(layers, "data_dir", lambda _: tmp_path)
    with pytest.raises(UsageError, match=says):
        layers.table.__wrapped__()


def test_sub_scores_are_kept_and_give_the_score():
    frame = made.processes(300)
    states, why = made.states(frame, 10)
    ids = frame["process_id"].sort()
    rng = np.random.default_rng(5)
    others = {
        name: pl.DataFrame({"process_id": ids, f"score_{name}": rng.uniform(0, 100, len(ids)).round(3)})
        for name in ("anomaly", "collusion", "learnt")
    }
    others["collusion"] = others["collusion"].with_columns(
        pl.when(pl.int_range(pl.len()) % 3 > 0).then("score_collusion")
    )
    scored = score_processes(frame, states, why, others, made.indicators(10))
    w = layers.weights()
    for r in scored.iter_rows(named=True):
        kept = {n: r[f"score_{n}"] for n in NAMES}
        left = 1.0
        for n, s in kept.items():
            left *= 1 - w[n] * layers.counted(np.array([s or 0.0]), layers.table()[n].least)[0] / 100
        if kept["rules"] is None and kept["collusion"] is None:
            assert r["score"] is None
        else:
            assert r["score"] == pytest.approx(100 * (1 - left), abs=0.002)


@pytest.mark.parametrize("change", list(product([0.0, 0.5], repeat=2)))
def test_changed_weights_reach_the_score(change):
    changed = dict(zip(("anomaly", "collusion"), change, strict=True))
    want = 100 * (1 - 0.9 * (1 - change[0]) * (1 - change[1]))
    assert one({"rules": 10.0, "anomaly": 100.0, "collusion": 100.0}, changed) == pytest.approx(want)
