"""What other weights and another mean would have given."""

import math

import polars as pl
import pytest

from procrisk.indices.robustness import SCHEMA, robustness
from procrisk.indices.scores import score
from tests.indices.made import items
from tests.indices.test_scores import ALL_CRAPI


def whole(region, **changed):
    return items(region=region, **(ALL_CRAPI | changed))


def test_even_pillars_do_not_depend_on_weights_or_mean():
    found = robustness(score(items(**dict.fromkeys(ALL_CRAPI, 0.5)))).row(0, named=True)
    for column in ("score", "score_arithmetic", "score_p05", "score_p95"):
        assert found[column] == pytest.approx(50, abs=1e-6)


def test_uneven_pillars_move_and_the_arithmetic_mean_forgives():
    """Pillars 75, 50, 50, 50, 0: arithmetic 0.15 75 + 0.7 50 = 46.25."""
    found = robustness(score(whole("08", E1=0, E2=0, E3=0))).row(0, named=True)
    assert found["score_arithmetic"] == pytest.approx(46.25)
    geometric = (math.exp(0.15 * math.log(75.25) + 0.7 * math.log(50.5)) - 1) / 0.99
    assert found["score"] == pytest.approx(geometric, abs=1e-6)
    assert found["score_p05"] < found["score"] < found["score_arithmetic"] < found["score_p95"]


def test_ranks_are_among_those_with_a_score_of_the_same_period_and_kind():
    frame = pl.concat(
        [
            whole("08"),
            whole("07", A4=1),
            whole("06", E1="no evidence", E2="no evidence"),
            items(region="05", simulated=True, **ALL_CRAPI),
        ]
    )
    found = {r["region_code"]: r for r in robustness(score(frame)).iter_rows(named=True)}
    assert found.keys() == {"05", "07", "08"}
    assert [
        (found[c]["rank"], found[c]["rank_p05"], found[c]["rank_p95"], found[c]["of"]) for c in ("07", "08", "05")
    ] == [
        (1, 1, 1, 2),
        (2, 2, 2, 2),
        (1, 1, 1, 1),
    ]


def test_equal_regions_share_a_rank_and_the_same_input_gives_the_same_numbers():
    frame = score(pl.concat([whole("08"), whole("07")]))
    found = robustness(frame)
    assert found["rank"].to_list() == found["rank_p95"].to_list() == [1, 1]
    assert found.equals(robustness(frame))


def test_nobody_gives_an_empty_table():
    assert robustness(score(items(A1=1))).schema == pl.Schema(SCHEMA)


def test_a_pillar_in_which_nothing_applies_leaves_these_too():
    from tests.indices.test_scores import rifi_items

    answers = rifi_items() | {"D1": "not applicable", "D2": "not applicable", "D3": "not applicable"}
    found = robustness(score(items("RIFI", **answers))).row(0, named=True)
    assert found["score_p05"] < found["score"] < found["score_p95"]
