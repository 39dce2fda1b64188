"""The layer of the structured assessment: points, evidence, bounds, validity."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procrisk import assessment, catalogue
from procrisk.errors import UsageError
from procrisk.records.register_tables import ANSWERS
from procrisk.scoring.assessment import VALID_DAYS, by_region, by_risk, standing, with_layer

AS_OF = date(2022, 6, 30)
DAY = date(2022, 3, 31)


def answers(*rows):
    made = [{"region_code": "08", "date": DAY, "evidence": "informe 12", **r} for r in rows]
    return pl.DataFrame([{c: r.get(c) for c in ANSWERS.schema} for r in made], schema=ANSWERS.schema)


def of(frame, risk="R05", region="08"):
    return frame.filter(pl.col("risk") == risk, pl.col("region_code") == region).to_dicts()[0]


@pytest.mark.parametrize(
    ("answer", "evidence", "points"),
    [
        ("yes", "informe 12", 0),
        ("partial", "informe 12", 50),
        ("no", None, 100),
        ("yes", None, None),
        ("partial", None, None),
        ("no_evidence", None, None),
    ],
)
def test_points_of_an_answer(answer, evidence, points):
    found = of(by_risk(answers({"question": "Q05-1", "answer": answer, "evidence": evidence}), AS_OF))
    assert found["score_assessment"] == points
    assert (found["questions"], found["answered"], found["known"]) == (2, 1, int(points is not None))
    known = points or 0
    assert found["assessment_low"] == known / 2
    assert found["assessment_high"] == (200 if points is None else known + 100) / 2


def test_silence_buys_nothing():
    """A region that answers only where it does well has a good score and a high bound no better than one that is silent."""
    some = of(by_risk(answers({"question": "Q05-1", "answer": "yes"}), AS_OF))
    assert (some["score_assessment"], some["assessment_low"], some["assessment_high"]) == (0, 0, 50)
    silent = of(by_risk(answers({"question": "Q05-1", "answer": "yes"}), AS_OF), region="09")
    assert (silent["score_assessment"], silent["assessment_low"], silent["assessment_high"]) == (None, 0, 100)


def test_what_does_not_apply_is_left_out():
    found = of(by_risk(answers({"question": "Q05-1", "answer": "not_applicable"}), AS_OF))
    assert (found["questions"], found["known"]) == (1, 0)


def test_the_latest_valid_answer_stands():
    rows = answers(
        {"question": "Q05-1", "answer": "no", "date": date(2022, 1, 1)},
        {"question": "Q05-1", "answer": "yes", "date": date(2022, 2, 1)},
        {"question": "Q05-1", "answer": "no", "date": date(2022, 7, 1)},
        {"question": "Q05-2", "answer": "no", "date": AS_OF.replace(year=2021)},
    )
    assert of(by_risk(rows, AS_OF))["score_assessment"] == 50
    assert of(by_risk(rows, AS_OF.replace(day=29)))["known"] == 2
    assert (AS_OF - AS_OF.replace(year=2021)).days == VALID_DAYS
    later = date(2022, 7, 1)
    assert of(by_risk(rows, later))["score_assessment"] == 100
    assert of(by_risk(rows, later))["known"] == 1


def test_questions_weigh_as_their_risk_is_severe():
    severity = dict(catalogue.risks().select("id", "severity").iter_rows())
    rows = answers({"question": "Q05-1", "answer": "no"}, {"question": "Q08-1", "answer": "yes"})
    found = by_region(rows, AS_OF).filter(pl.col("region_code") == "08").to_dicts()[0]
    assert found["score_assessment"] == pytest.approx(100 * severity["R05"] / (severity["R05"] + severity["R08"]))
    assert found["share_assessed"] == pytest.approx(2 / assessment.questions().height)


@given(st.lists(st.sampled_from([*assessment.ANSWERS, None]), min_size=1, max_size=12), st.data())
def test_the_score_lies_between_its_bounds(said, data):
    ids = assessment.questions()["id"].to_list()
    rows = [
        {"question": q, "answer": a, "evidence": data.draw(st.sampled_from(["x", None]))}
        for q, a in zip(ids, said, strict=False)
        if a
    ]
    for frame in (by_risk(answers(*rows), AS_OF), by_region(answers(*rows), AS_OF)):
        known = frame.filter(pl.col("score_assessment").is_not_null())
        assert known.filter(
            ~pl.col("score_assessment").is_between(pl.col("assessment_low") - 1e-9, pl.col("assessment_high") + 1e-9)
        ).is_empty()
        assert frame["assessment_low"].is_between(0, 100).all()
        assert frame["assessment_high"].is_between(0, 100).all()


def test_the_layer_stands_beside_regional_governments_alone():
    regions = pl.DataFrame(
        {"region_code": ["08", "08"], "scope": ["regional_government", "subnational"], "score": [5.0, 7.0]}
    )
    found = with_layer(regions, answers({"question": "Q05-1", "answer": "no"}), AS_OF)
    assert found["score"].to_list() == [5.0, 7.0]
    assert found["score_assessment"].to_list() == [100.0, None]
    nobody = with_layer(regions, answers(), AS_OF)
    assert nobody.select("score_assessment", "assessment_high", "share_assessed").null_count().row(0) == (2, 2, 2)


def test_every_assessed_risk_has_questions_and_no_other():
    listed = catalogue.risks().filter(pl.col("evaluation").list.contains("assessment"))["id"]
    assert set(assessment.questions()["risk"]) == set(listed)
    assert standing(answers(), AS_OF).height == 26 * assessment.questions().height


def test_every_question_is_a_question_in_both_languages():
    bank = assessment.questions()
    assert bank["question_es"].str.contains(r"^¿.*\?$").all()
    assert bank["question_en"].str.ends_with("?").all()
    assert bank["question_es"].n_unique() == bank.height


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("Q05-1,R05,¿a?,a?,,c", "column evidence_es: is empty"),
        ("Q06-1,R05,¿a?,a?,b,c", "column id: should be Q05-"),
    ],
)
def test_a_wrong_bank_is_refused_with_its_place(tmp_path, row, message):
    path = tmp_path / "bank.csv"
    path.write_text(",".join(assessment.COLUMNS) + "\n" + row + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=f"bank.csv, line 2, {message}"):
        assessment.read(path)
