"""The phrase `when(scope).enough(peers).then(test)` and its six outcomes."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.indicators.made import ABSENT, CLEAR, MISSING, OUT, PEERS, RAISED

from procrisk.indicators.idiom import col, one_of, when

RULE = when(one_of("method", "AS"), col("n") > 0).enough(col("peer_n") >= 10).then(col("x") >= 5)
ROW = {"method": "AS", "n": 1, "peer_n": 10, "x": 5}
SCHEMA = {"method": pl.String, "n": pl.Int64, "peer_n": pl.Int64, "x": pl.Int64}


def told(rule, row, absent=()):
    frame = pl.DataFrame([row], schema=SCHEMA)
    return frame.select(rule.outcome({c: pl.lit(value=True) for c in absent})).item()


@pytest.mark.parametrize(
    ("changes", "absent", "expected"),
    [
        ({}, (), RAISED),
        ({"x": 4}, (), CLEAR),
        ({"method": "CD"}, (), OUT),
        ({"method": "CD", "x": None}, ("x",), OUT),
        ({"n": 0}, (), OUT),
        ({"n": None}, (), MISSING),
        ({"n": None}, ("n",), ABSENT),
        ({"method": None, "n": 0}, (), OUT),
        ({"x": None}, (), MISSING),
        ({"x": None}, ("x",), ABSENT),
        ({"x": None}, ("n",), MISSING),
        ({"peer_n": 9}, (), PEERS),
        ({"peer_n": None}, (), PEERS),
        ({"peer_n": 9, "x": None}, (), PEERS),
        ({"peer_n": 9, "x": None}, ("x",), ABSENT),
    ],
)
def test_outcome(changes, absent, expected):
    assert told(RULE, {**ROW, **changes}, absent) == expected


def test_statistics_of_peers_are_never_a_column_absent():
    rule = when(col("n") > 0).then(col("x") > col("peer_n"))
    assert told(rule, {**ROW, "peer_n": None}, ("peer_n",)) == MISSING


def test_inputs_are_read_off_the_expressions():
    assert RULE.inputs == ["method", "n", "peer_n", "x"]
    assert RULE.own_inputs(RULE.test) == ["x"]


def test_outcomes_are_ordered_so_that_the_largest_is_the_process_own():
    assert OUT < CLEAR < ABSENT < MISSING < PEERS < RAISED


values = st.one_of(st.none(), st.integers(-1, 11))


@settings(deadline=None, max_examples=60)
@given(
    method=st.sampled_from(["AS", "CD", None]), n=values, peers=values, x=values, absent=st.sets(st.sampled_from("nx"))
)
def test_every_row_has_one_outcome_and_raised_needs_all_three(method, n, peers, x, absent):
    got = told(RULE, {"method": method, "n": n, "peer_n": peers, "x": x}, tuple(absent))
    all_true = method == "AS" and (n or 0) > 0 and (peers or 0) >= 10 and x is not None
    assert (got in (RAISED, CLEAR)) == all_true
    if all_true:
        assert (got == RAISED) == (x >= 5)
    if method == "CD" or (n is not None and n <= 0):
        assert got == OUT
