import math
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from tests.scoring import made

from procrisk.scoring import weights
from procrisk.scoring.process import POWER, PRIOR, K, rules_score, score_processes

CLEAR, RAISED, UNKNOWN = 0, 1, 2


def one(w, p, states, families):
    """Score of a single process from lists."""
    row = np.array([w], dtype=float)
    state = np.array([states])
    return float(rules_score(row, row * np.array([p]), state == RAISED, state == CLEAR, families)[0])


@st.composite
def cases(draw):
    m = draw(st.integers(1, 8))
    p = draw(st.lists(st.floats(0.002, 0.5), min_size=m, max_size=m))
    severity = draw(st.lists(st.integers(1, 5), min_size=m, max_size=m))
    w = weights.weight_of(np.array(severity, dtype=float), np.array(p)).tolist()
    states = draw(st.lists(st.sampled_from([CLEAR, RAISED, UNKNOWN]), min_size=m, max_size=m))
    families = draw(st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=m, max_size=m))
    return w, p, states, families, draw(st.integers(0, m - 1))


def switched(states, at, to):
    return [*states[:at], to, *states[at + 1 :]]


@given(cases())
@settings(deadline=None, max_examples=300)
def test_raising_a_flag_never_lowers_the_score(case):
    w, p, states, families, at = case
    raised = one(w, p, switched(states, at, RAISED), families)
    for before in (CLEAR, UNKNOWN):
        score = one(w, p, switched(states, at, before), families)
        assert math.isnan(score) or raised >= score - 1e-9


@given(cases())
@settings(deadline=None, max_examples=300)
def test_clear_never_raises_the_score_and_is_not_the_same_as_not_evaluable(case):
    w, p, states, families, at = case
    families = [*families[:at], "alone", *families[at + 1 :]]
    clear = one(w, p, switched(states, at, CLEAR), families)
    unknown = one(w, p, switched(states, at, UNKNOWN), families)
    if math.isnan(unknown):
        assert clear == 0.0
    elif unknown > 1e-6 and unknown < 99.9:
        assert clear < unknown
    else:
        assert clear <= unknown + 1e-9


@given(st.floats(0.002, 0.5), st.floats(0.002, 0.5), st.integers(1, 5), st.floats(0, 40))
@settings(deadline=None, max_examples=300)
def test_a_rare_flag_weighs_more_than_a_common_one(a, b, severity, others):
    rare, common = sorted((a, b))
    if common - rare < 1e-6:
        return
    p = [rare, common, 0.1]
    w = [*weights.weight_of(np.array([severity, severity], dtype=float), np.array(p[:2])), others / 0.1]
    first, second = (one(w, p, s, ["x", "y", "z"]) for s in ([RAISED, CLEAR, CLEAR], [CLEAR, RAISED, CLEAR]))
    assert first > second


@given(cases())
@settings(deadline=None, max_examples=100)
def test_scores_stay_between_0_and_100(case):
    w, p, states, families, _ = case
    score = one(w, p, states, families)
    assert math.isnan(score) == all(s == UNKNOWN for s in states)
    assert math.isnan(score) or 0 <= score <= 100


def test_signs_of_one_risk_count_once():
    w, p = [9.0, 6.0], [0.05, 0.13]
    assert one(w, p, [RAISED, RAISED], ["a", "a"]) == one(w, p, [RAISED, UNKNOWN], ["a", "a"])
    assert one(w, p, [RAISED, RAISED], ["a", "b"]) > one(w, p, [RAISED, RAISED], ["a", "a"])


def test_a_flag_that_a_quarter_of_the_peers_carry_barely_counts():
    common, usual = weights.weight_of(np.array([5.0, 5.0]), np.array([0.26, 0.10]))
    assert common < 0.05 * usual
    assert one([common], [0.26], [RAISED], ["a"]) < 0.2


@pytest.mark.parametrize(
    ("severity", "rate", "low", "high"),
    [(3, 0.05, 5, 20), (5, 0.002, 45, 65), (1, 0.2, 0, 1)],
)
def test_single_flags_end_where_the_module_says(severity, rate, low, high):
    w = weights.weight_of(np.array([float(severity)]), np.array([rate]))[0]
    assert low <= one([w, *[8.0] * 15], [rate, *[0.05] * 15], [RAISED, *[CLEAR] * 15], list("abcdefghijklmnop")) <= high


# --- the whole frame -------------------------------------------------------------------------------------------------


def oracle(processes, states, indicators):
    """The score in plain Python, process by process."""
    rows = {r["process_id"]: r for r in processes.to_dicts()}
    state = {r.pop("process_id"): r for r in states.to_dicts()}
    ids = sorted(next(iter(state.values())))

    def rate(i, own):
        raised, evaluated = (
            sum(f(s[i]) for s in state.values()) for f in (lambda x: x is True, lambda x: x is not None)
        )
        overall = (raised + 0.5) / (evaluated + 1)
        for keys in weights.STRATA[:-1]:
            peers = [s[i] for k, s in state.items() if all(rows[k][c] == own[c] for c in keys)]
            known = [x for x in peers if x is not None]
            if len(known) >= weights.MIN_EVALUATED:
                p = (sum(known) + weights.PSEUDO * overall) / (len(known) + weights.PSEUDO)
                return min(max(p, weights.RATE_LOW), weights.RATE_HIGH)
        return min(max(overall, weights.RATE_LOW), weights.RATE_HIGH)

    found = {}
    for k, own in rows.items():
        if all(state[k][i] is None for i in ids):
            found[k] = None
            continue
        n, c = {}, {}
        for i in ids:
            p = rate(i, own)
            fade = min(max((0.25 - p) / 0.10, 0.05), 1.0)
            w = indicators[i].severity * -math.log(p) * fade
            family = indicators[i].risks[0]
            if state[k][i] is True:
                n[family] = max(n.get(family, 0), w)
            if state[k][i] is False:
                c[family] = max(c.get(family, 0), p * w)
        total = sum(x**POWER for x in n.values()) ** (1 / POWER)
        found[k] = 100 * (1 - math.exp(-K * total**2 / (total + sum(c.values()) + PRIOR)))
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_agrees_with_a_plain_python_oracle(seed):
    frame = made.processes(260, seed)
    states, why = made.states(frame, 9, seed)
    scored = score_processes(frame, states, why, None, made.indicators(9))
    expected = oracle(frame, states, made.indicators(9))
    for r in scored.iter_rows(named=True):
        want = expected[r["process_id"]]
        assert r["score"] is None if want is None else r["score"] == pytest.approx(want, abs=0.0006)


def test_row_order_does_not_matter():
    frame = made.processes(500)
    states, why = made.states(frame, 10)
    first = score_processes(frame, states, why, None, made.indicators(10))
    mixed = score_processes(
        frame.sample(fraction=1, shuffle=True, seed=1),
        states.reverse(),
        why.sample(fraction=1, shuffle=True, seed=2).select("process_id", *reversed(why.columns[1:])),
        None,
        made.indicators(10),
    )
    assert_frame_equal(first, mixed, check_exact=True)


def test_nothing_evaluable_gives_no_score_and_no_band():
    frame = made.processes(60)
    states, why = made.states(frame, 3)
    mute = frame["process_id"][0]
    states = states.with_columns(
        pl.when(pl.col("process_id") != mute).then(pl.col(i)).alias(i) for i in states.columns[1:]
    )
    unusual = pl.DataFrame({"process_id": [mute], "score_anomaly": [90.0], "one_in": [500.0]}).with_columns(
        anomaly_es=pl.lit(None, dtype=pl.List(pl.String)), anomaly_en=pl.lit(None, dtype=pl.List(pl.String))
    )
    row = score_processes(frame, states, why, {"anomaly": unusual}, made.indicators(3)).row(
        by_predicate=pl.col("process_id") == mute, named=True
    )
    assert (row["score"], row["band"], row["n_raised"], row["n_clear"]) == (None, None, 0, 0)
    assert row["reasons"] == []
    assert (row["score_anomaly"], row["anomaly_one_in"]) == (90.0, 500.0)


def test_counts_leave_out_what_is_out_of_scope():
    frame = made.processes(300)
    states, why = made.states(frame, 10)
    scored = score_processes(frame, states, why, None, made.indicators(10))
    out = why.select("process_id", out=pl.sum_horizontal(pl.col(i) == 1 for i in why.columns[1:]))
    total = scored.join(out, on="process_id").select(
        t=pl.sum_horizontal("n_raised", "n_clear", "n_not_evaluable", "out")
    )
    assert total["t"].unique().to_list() == [10]
    share = (pl.col("n_raised") + pl.col("n_clear")) / pl.sum_horizontal("n_raised", "n_clear", "n_not_evaluable")
    assert scored.select(((pl.col("share_evaluable") - share).abs() < 1e-6).all()).item()


def test_reasons_are_the_raised_indicators_strongest_first():
    frame = made.processes(400)
    states, why = made.states(frame, 12)
    indicators = made.indicators(12)
    scored = score_processes(frame, states, why, None, indicators)
    by_id = {r["process_id"]: r for r in states.to_dicts()}
    w = weights.weigh(
        frame.sort("process_id").select("method", "object", "year"), states.sort("process_id"), indicators
    )
    ids = weights.indicator_columns(states)
    several = 0
    for at, r in enumerate(scored.iter_rows(named=True)):
        raised = {i for i in ids if by_id[r["process_id"]][i] is True}
        assert set(r["reasons"]) == raised
        weight = {i: w.weight[w.row[at], ids.index(i)] for i in raised}
        seen, counting, covered = set(), [], []
        for i in r["reasons"]:
            family = indicators[i].risks[0]
            (covered if family in seen else counting).append(weight[i])
            assert not (family not in seen and covered), "a reason that counts stands after one that does not"
            seen.add(family)
        assert counting == sorted(counting, reverse=True)
        several += len(counting) > 1
    assert several > 20


def test_sub_scores_see_only_their_own_indicators():
    frame = made.processes(300)
    states, why = made.states(frame, 10)
    indicators = made.indicators(10)
    scored = score_processes(frame, states, why, None, indicators)
    assert [c for c in scored.columns if c.startswith("score_")] == [
        "score_rules",
        *(f"score_{p}" for p in ("planning", "preparation", "selection", "execution", "crosscutting")),
        *(f"score_{c}" for c in ("efficiency", "competition", "integrity")),
        "score_anomaly",
        "score_anomaly_ex_ante",
        "score_collusion",
        "score_learnt",
    ]
    ids = [i for i in indicators if indicators[i].phase == "planning"]
    mute = states.select("process_id", nothing=pl.all_horizontal(pl.col(i).is_null() for i in ids))
    joined = scored.join(mute, on="process_id")
    assert joined.select((pl.col("score_planning").is_null() == pl.col("nothing")).all()).item()
    assert joined["nothing"].any()


def test_amounts_scope_and_bands():
    frame = made.processes(2000)
    states, why = made.states(frame, 20)
    scored = score_processes(frame, states, why, None, made.indicators(20))
    assert scored["amount_pen"].to_list() == [cents / 100 for cents in scored["amount_pen_cents"]]
    assert set(scored["scope"]) == {"regional_government", "local_government", "national"}
    edges = scored.group_by("band").agg(low=pl.col("score").min(), high=pl.col("score").max())
    for r in edges.iter_rows(named=True):
        low, high = {"bajo": (0, 25), "medio": (25, 50), "alto": (50, 75), "muy_alto": (75, 101)}[r["band"]]
        assert low <= r["low"] <= r["high"] < high


def test_empty_input_gives_an_empty_frame_with_all_columns():
    frame = made.processes(10)
    states, why = made.states(frame, 3)
    full = score_processes(frame, states, why, None, made.indicators(3))
    none = score_processes(frame.clear(), states.clear(), why.clear(), None, made.indicators(3))
    assert none.height == 0
    assert none.schema == full.schema


SCRIPT = """
import hashlib, io, sys
from datetime import date
from procrisk.scoring.process import score_processes
from procrisk.scoring.region import score_regions
from procrisk.scoring.coverage import coverage
from procrisk.scoring.standard import standardise
from procrisk.settings import Scores
from tests.scoring import made
frame = made.processes(20_000)
states, why = made.states(frame, 15)
known = made.indicators(15)
scored = standardise(frame, score_processes(frame, states, why, None, known), states, why, known)
for made_frame in (scored, score_regions(scored, Scores(replicates=50), date(2022, 2, 28)), coverage(scored, states, why, known)):
    out = io.BytesIO()
    made_frame.write_parquet(out)
    print(hashlib.sha256(out.getvalue()).hexdigest())
"""


def test_same_bytes_with_one_and_with_two_threads():
    def run(threads, zone):
        names = ("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
        env = {**os.environ, **dict.fromkeys(names, threads), "TZ": zone, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run([sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    one_thread, two_threads = run("1", "UTC"), run("2", "America/Lima")
    assert len(one_thread) == 3
    assert one_thread == two_threads


# --- roles -----------------------------------------------------------------------------------------------------------


def as_role(indicators, ids, **changes):
    return {i: replace(known, **changes) if i in ids else known for i, known in indicators.items()}


def test_information_is_counted_and_listed_last_and_does_not_score():
    frame = made.processes(400)
    states, why = made.states(frame, 12)
    silent = {"I-00", "I-05"}
    indicators = as_role(made.indicators(12), silent, role="information")
    scored = score_processes(frame, states, why, None, indicators)
    without = score_processes(frame, states.drop(silent), why.drop(silent), None, indicators)
    scores = [c for c in scored.columns if c.startswith("score")]
    assert_frame_equal(scored.select(scores), without.select(scores), check_exact=True)
    assert (scored["n_raised"] > without["n_raised"]).any()
    mixed = 0
    for r in scored.iter_rows(named=True):
        told = [i in silent for i in r["reasons"]]
        assert told == sorted(told), "information stands before what scores"
        mixed += len(set(told)) == 2
    assert mixed > 20


def test_a_process_of_which_only_information_is_known_has_no_score():
    frame = made.processes(60)
    states, why = made.states(frame, 3)
    indicators = as_role(made.indicators(3), {"I-00", "I-01", "I-02"}, role="information")
    scored = score_processes(frame, states, why, None, indicators)
    assert scored["score"].null_count() == scored["band"].null_count() == 60
    assert scored["n_raised"].sum() > 0


def test_an_uncalibrated_indicator_scores_like_any_other():
    frame = made.processes(200)
    states, why = made.states(frame, 6)
    usual = score_processes(frame, states, why, None, made.indicators(6))
    new = as_role(made.indicators(6), {"I-01"}, role="uncalibrated")
    assert_frame_equal(usual, score_processes(frame, states, why, None, new), check_exact=True)


def test_a_common_breach_keeps_its_weight():
    """Of a flag that 40 % of the peers carry next to nothing is left, unless it is a norm that they break."""
    frame = made.processes(600)
    states, _ = made.states(frame, 1)
    indicators = made.indicators(1)
    w = weights.weigh(frame.select("method", "object", "year"), states, indicators)
    kept = weights.weigh(
        frame.select("method", "object", "year"), states, as_role(indicators, {"I-00"}, breach="art. 1")
    )
    assert (w.rate == kept.rate).all()
    common = w.rate[:, 0] > 0.25
    assert common.any()
    severity = indicators["I-00"].severity
    assert kept.weight[common, 0] == pytest.approx(severity * -np.log(w.rate[common, 0]))
    assert w.weight[common, 0] == pytest.approx(0.05 * kept.weight[common, 0])
