import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.scoring import made

from procrisk import catalogue
from procrisk.scoring.coverage import NO_INDICATOR, WHY, coverage
from procrisk.scoring.process import EVALUATED, OUT_OF_SCOPE


@pytest.fixture(scope="module")
def world():
    frame = made.processes(700)
    states, why = made.states(frame, 12)
    return frame, states, why


@pytest.fixture(scope="module")
def counted(world):
    return coverage(*world, made.indicators(12))


def test_all_81_risks_stand_in_all_26_regions(counted):
    assert counted.height == 81 * 26
    assert counted.select("risk", "region_code").n_unique() == 81 * 26
    assert counted.filter(pl.col("evaluated") + pl.col("not_evaluable") != pl.col("applicable")).is_empty()
    assert counted.filter(pl.col("raised") > pl.col("evaluated")).is_empty()


def test_agrees_with_a_plain_python_oracle(world, counted):
    frame, states, why = world
    indicators = made.indicators(12)
    state, code = ({r["process_id"]: r for r in f.to_dicts()} for f in (states, why))
    region = dict(frame.select("process_id", "region_code").iter_rows())
    for row in counted.iter_rows(named=True):
        ids = [i for i, x in indicators.items() if row["risk"] in x.risks]
        want = dict.fromkeys(("applicable", "evaluated", "raised", "not_evaluable"), 0)
        for p, where in region.items():
            if where != row["region_code"]:
                continue
            evaluated = any(state[p][i] is not None for i in ids)
            scope = any(code[p][i] != OUT_OF_SCOPE for i in ids)
            want["evaluated"] += evaluated
            want["raised"] += any(state[p][i] is True for i in ids)
            want["not_evaluable"] += scope and not evaluated
            want["applicable"] += scope
        assert {k: row[k] for k in want} == want


def test_reasons_add_up_to_what_was_not_evaluable(counted):
    some = counted.filter(pl.col("not_evaluable") > 0)
    assert some.height > 50
    for column in ("why", "why_en"):
        numbers = some[column].str.extract_all(r"\d+").list.eval(pl.element().cast(pl.Int64))
        assert (numbers.list.sum() == some["not_evaluable"]).all()
        assert (numbers == numbers.list.sort(descending=True)).all()


def test_a_risk_without_indicator_says_how_it_is_evaluated(counted):
    covered = {r for i in made.indicators(12).values() for r in i.risks}
    bare = counted.filter(~pl.col("risk").is_in(sorted(covered)))
    assert set(bare["applicable"]) == {0}
    manner = dict(catalogue.risks().select("id", "evaluation").iter_rows())
    for risk, why, why_en in bare.select("risk", "why", "why_en").unique().iter_rows():
        told = NO_INDICATOR[manner[risk][0]]
        assert (why.split("; ")[0], why_en.split("; ")[0]) == told


def test_every_manner_of_evaluation_has_words():
    assert set(NO_INDICATOR) == set(catalogue.EVALUATIONS)
    assert not {EVALUATED, OUT_OF_SCOPE} & set(WHY)


def test_out_of_scope_is_not_applicable_and_partly_evaluable_counts_as_evaluated():
    indicators = {i: made.Made(i, 3, "selection", "integrity", ("R01",)) for i in ("A", "B")}
    states = pl.DataFrame(
        {"process_id": ["1", "2", "3", "4"], "A": [None, None, False, None], "B": [True, None, None, None]}
    )
    why = pl.DataFrame({"process_id": ["1", "2", "3", "4"], "A": [3, 1, 0, 2], "B": [0, 1, 4, 4]}).with_columns(
        pl.col("A", "B").cast(pl.UInt8)
    )
    frame = pl.DataFrame({"process_id": ["1", "2", "3", "4"], "region_code": ["08"] * 4})
    row = coverage(frame, states, why, indicators).row(
        by_predicate=(pl.col("risk") == "R01") & (pl.col("region_code") == "08"), named=True
    )
    assert [row[c] for c in ("applicable", "evaluated", "raised", "not_evaluable")] == [3, 2, 1, 1]
    assert row["why"] == "muy pocos pares: 1"


def test_row_order_does_not_matter(world, counted):
    frame, states, why = world
    again = coverage(frame.reverse(), states.sample(fraction=1, shuffle=True, seed=5), why, made.indicators(12))
    assert_frame_equal(counted, again, check_exact=True)
