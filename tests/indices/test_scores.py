"""RIFI and CRAPI by hand, at the limits, and what must hold whatever the answers."""

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procrisk.indices.frameworks import load
from procrisk.indices.scores import SCHEMA, climb, pillar_part, score
from tests.indices.made import items, pillar

ALL_CRAPI = {"A1": 1, "A2": 1, "A3": 1, "A4": 0, "B1": 0.5, "B2": 0.8, "B3": 0.2, "C1": 1, "C2": 1, "C3": 0, "C4": 0}
ALL_CRAPI |= {"D1": 0.6, "D2": 0.4, "E1": 1.0, "E2": 0.5, "E3": 0}


def test_a_whole_index_by_hand():
    """Pillars 75, 50, 50, 50, 50: weighted geometric mean on [1, 100], taken back to 0..100."""
    expected = {"A": 75.0, "B": 50.0, "C": 50.0, "D": 50.0, "E": 50.0}
    frame = items(**ALL_CRAPI)
    for name, value in expected.items():
        assert pillar(frame, name)["score"] == pytest.approx(value)
    weights = {"A": 15, "B": 25, "C": 20, "D": 25, "E": 15}
    logs = sum(w * math.log(1 + 0.99 * expected[p]) for p, w in weights.items()) / 100
    by_hand = (math.exp(logs) - 1) / 0.99
    assert pillar(frame, "all")["score"] == pytest.approx(by_hand, abs=1e-6)
    assert by_hand == pytest.approx(53.14, abs=0.01)
    assert pillar(frame, "all")["score_low"] == pillar(frame, "all")["score_high"] == pillar(frame, "all")["score"]


def test_the_frame_has_the_agreed_columns_and_a_row_a_pillar():
    frame = score(items(**ALL_CRAPI))
    assert frame.columns == list(SCHEMA)
    assert frame["pillar"].to_list() == ["A", "B", "C", "D", "E", "all"]
    assert frame["weight"].to_list() == [15, 25, 20, 25, 15, 100]
    assert frame["weight_is_ours"].all()


def test_equal_pillars_give_their_own_value_and_the_ends_are_0_and_100():
    same = dict.fromkeys(ALL_CRAPI, 0.5)
    assert pillar(items(**same), "all")["score"] == pytest.approx(50, abs=1e-6)
    assert pillar(items(**dict.fromkeys(ALL_CRAPI, 1)), "all")["score"] == 100
    assert pillar(items(**dict.fromkeys(ALL_CRAPI, 0)), "all")["score"] == 0


def test_a_pillar_at_zero_drags_the_index_down_but_not_to_zero():
    """Openness at 0 (weight 15), all else at 100: (100^0.85 - 1) / 0.99, while an arithmetic mean says 85."""
    answers = dict.fromkeys(ALL_CRAPI, 1) | {"E1": 0, "E2": 0, "E3": 0}
    assert pillar(items(**answers), "all")["score"] == pytest.approx((100**0.85 - 1) / 0.99, abs=1e-6)
    assert pillar(items(**answers), "all")["score"] == pytest.approx(49.62, abs=0.01)


def test_no_evidence_is_not_no():
    no = pillar(items(A1=1, A2=1, A3=1, A4=0), "A")
    unknown = pillar(items(A1=1, A2=1, A3=1, A4="no evidence"), "A")
    assert (no["score"], no["score_low"], no["score_high"]) == (75, 75, 75)
    assert (unknown["score"], unknown["score_low"], unknown["score_high"]) == (100, 75, 100)
    assert (unknown["n_no_evidence"], unknown["n_no"], unknown["known"]) == (1, 0, 0.75)


def test_silence_is_as_unknown_as_no_evidence_and_is_counted_apart():
    silent = pillar(items(A1=1, A2=1, A3=0), "A")
    assert (silent["score"], silent["n_unanswered"], silent["n_no_evidence"]) == (pytest.approx(200 / 3), 1, 0)


def test_not_applicable_leaves_numerator_and_denominator():
    some = pillar(items(E1=0.5, E2="not applicable", E3=1), "E")
    assert (some["score"], some["score_low"], some["score_high"]) == (75, 75, 75)
    assert (some["known"], some["n_not_applicable"]) == (1.0, 1)


def test_a_pillar_in_which_nothing_applies_leaves_the_index():
    rifi = rifi_items() | {"D1": "not applicable", "D2": "not applicable", "D3": "not applicable"}
    frame = items("RIFI", **rifi)
    assert pillar(frame, "D")["score"] is None
    assert pillar(frame, "D")["known"] is None
    assert pillar(frame, "all")["score"] is not None


@pytest.mark.parametrize(
    ("known", "has_data"), [({"A1": 1}, False), ({"A1": 1, "A2": 1}, False), ({"A1": 1, "A2": 1, "A3": 0}, True)]
)
def test_two_thirds_of_four_items_are_three(known, has_data):
    assert (pillar(items(**known), "A")["score"] is not None) is has_data


def test_two_of_three_items_are_exactly_two_thirds():
    assert pillar(items(B1=0.5, B2=0.5), "B")["score"] == 50
    assert pillar(items(B1=0.5), "B")["score"] is None
    assert pillar(items(E1=1.0, E3=1, E2="not applicable"), "E")["score"] == 100


def test_an_index_without_one_pillar_is_no_data_with_bounds():
    known = {k: v for k, v in ALL_CRAPI.items() if not k.startswith("E")}
    whole = pillar(items(**known), "all")
    assert whole["score"] is None
    full = pillar(items(**known, E1=1.0, E2=1.0, E3=1), "all")["score"]
    none = pillar(items(**known, E1=0.0, E2=0.0, E3=0), "all")["score"]
    assert (whole["score_low"], whole["score_high"]) == (pytest.approx(none), pytest.approx(full))


# --- the ladder ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shares", "value", "reached"),
    [
        ((0.8999, 1.0, 1.0), 0.8999, ()),
        ((0.9, 0.5, 1.0), 1.4, (1,)),
        ((1.0, 0.8999, 1.0), 1.8999, (1,)),
        ((0.9, 0.9, 0.4), 2.2, (1, 2)),
        ((1.0, 1.0, 1.0), 3.0, (1, 2, 3)),
        ((0.5, None, None), 0.5, ()),
        ((0.95, None, 1.0), None, (1,)),
        ((None, 1.0, 1.0), None, ()),
    ],
)
def test_the_next_rung_counts_from_nine_tenths_on(shares, value, reached):
    found, rungs = climb(shares, 0.9)
    assert found == (None if value is None else pytest.approx(value))
    assert rungs == reached


def stage(n, share):
    return {f"B{c}_{n}": share for c in range(1, 10)}


def rifi_items():
    return {**dict.fromkeys(("A1", "A2", "A3", "A4", "A5", "A6", "C1", "C5", "E1", "E2", "E3"), 1)} | {
        **dict.fromkeys(("C2", "C3", "C4", "D1", "D2", "D3"), 0.5),
        **stage(1, 0.5),
    }


@pytest.mark.parametrize(
    ("first", "ladder", "apt"), [(0.8999, 0.8999, []), (0.9, 1.5, [1]), (1.0, 1.6, [1])], ids=["below", "at", "above"]
)
def test_the_ladder_in_points_of_a_hundred(first, ladder, apt):
    found = pillar(items("RIFI", **stage(1, first), **stage(2, 0.6), **stage(3, 1.0)), "B")
    assert found["ladder"] == pytest.approx(ladder)
    assert found["score"] == pytest.approx(100 * ladder / 3, abs=1e-4)
    assert (found["apt"] or []) == apt


def test_a_stage_that_does_not_count_yet_need_not_be_answered():
    assert pillar(items("RIFI", **stage(1, 0.6)), "B")["score"] == pytest.approx(20)
    needed = pillar(items("RIFI", **stage(1, 0.9)), "B")
    assert (needed["score"], needed["apt"]) == (None, [1])
    assert (needed["score_low"], needed["score_high"]) == (pytest.approx(30), pytest.approx(100 * 2.9 / 3, abs=1e-4))


def test_the_official_icp_stands_beside_and_is_not_scored():
    plain = pillar(items("RIFI", **rifi_items()), "all")
    beside = pillar(items("RIFI", **rifi_items(), ICP=2.15, ICP1=0.83), "all")
    assert (beside["icp_official"], beside["icp_stage1"]) == (2.15, 0.83)
    assert (beside["score"], beside["known"]) == (plain["score"], plain["known"])


# --- over time -----------------------------------------------------------------------------------------------------


def test_progress_is_against_the_regions_own_first_period():
    frame = score(
        pl.concat(
            [
                items(period="2025-S1", A1=1, A2=0, A3=0, A4=0),
                items(period="2024", A1=0, A2=0),
                items(period="2025", A1=1, A2=1, A3=1, A4=0),
                items(period="2026", A1=1, A2=1, A3=1, A4=1, simulated=True),
            ]
        )
    ).filter(pl.col("pillar") == "A")
    found = {r["period"]: (r["baseline_period"], r["progress"]) for r in frame.iter_rows(named=True)}
    assert found["2024"] == ("2025-S1", None)  # no data in 2024: too few answers to be a baseline
    assert found["2025-S1"] == ("2025-S1", None)
    assert found["2025"] == ("2025-S1", 50.0)
    assert found["2026"] == ("2026", None)  # made-up answers are no progress on real ones


def test_one_made_up_answer_makes_the_whole_made_up():
    frame = pl.concat([items(A1=1, A2=1, A3=1), items(A4=1, simulated=True)])
    assert score(frame)["simulated"].all()


# --- whatever the answers --------------------------------------------------------------------------------------------

ANSWER = st.one_of(st.none(), st.sampled_from(["n/a"]), st.floats(0, 1))
CRAPI, RIFI = load("CRAPI", "2018"), load("RIFI", "2018")


def split(answers):
    values = {k: v for k, v in answers.items() if isinstance(v, float)}
    return values, {k for k, v in answers.items() if v == "n/a"}


def parts(framework, pillar_, answers):
    return pillar_part(framework, framework.pillars[pillar_], "2025", *split(answers))


@st.composite
def answered(draw):
    framework, pillar_ = draw(st.sampled_from([(CRAPI, "A"), (CRAPI, "B"), (RIFI, "A"), (RIFI, "B")]))
    ids = [i.id for i in framework.asked("2025", pillar_)]
    high = st.one_of(ANSWER, st.floats(0.85, 1)) if framework.pillars[pillar_].ladder else ANSWER
    return framework, pillar_, {i: draw(high) for i in ids}, draw(st.sampled_from(ids)), draw(st.floats(0, 1))


@given(answered())
def test_a_better_answer_never_lowers_a_score_or_a_bound(case):
    framework, pillar_, answers, item, better = case
    if not isinstance(answers[item], float):
        return
    before, after = (parts(framework, pillar_, answers | {item: x}) for x in sorted([answers[item], better]))
    for name in ("score", "low", "high"):
        a, b = getattr(before, name), getattr(after, name)
        if a is not None and b is not None:
            assert b >= a - 1e-9
    # a score is lost only where the answer opens a rung that nobody has answered for
    if before.score is not None and after.score is None:
        assert len(after.apt) > len(before.apt)


@given(answered())
def test_what_is_unknown_never_raises_the_lower_bound_nor_lowers_the_upper(case):
    framework, pillar_, answers, item, _ = case
    if not isinstance(answers[item], float):
        return
    known, unknown = parts(framework, pillar_, answers), parts(framework, pillar_, answers | {item: None})
    assert unknown.low <= known.low + 1e-9
    assert unknown.high >= known.high - 1e-9


@given(answered())
def test_the_score_lies_between_its_bounds(case):
    found = parts(*case[:3])
    if found.score is not None:
        assert found.low - 1e-9 <= found.score <= found.high + 1e-9
        assert 0 <= found.low <= found.high <= 100 + 1e-9
