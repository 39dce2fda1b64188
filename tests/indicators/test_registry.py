"""Declaring indicators: every mistake is named, and thresholds can be changed by id."""

import pytest

from procrisk.errors import UsageError
from procrisk.indicators import INDICATORS, registry
from procrisk.indicators.idiom import col, when
from procrisk.indicators.registry import check_thresholds, indicator

ENTRY = {
    "name_es": "a",
    "name_en": "a",
    "phase": "selection",
    "category": "competition",
    "severity": 3,
    "version": "1.0",
    "sentence_es": "a",
    "sentence_en": "a",
    "params": {"limit": {"value": 1, "source": "somewhere"}},
}


@pytest.fixture
def entries(monkeypatch):
    """A table with one entry, and a registry of its own."""
    made = {"TST-01": {**ENTRY}}
    monkeypatch.setattr(registry, "table", lambda: made)
    monkeypatch.setattr(registry, "INDICATORS", {})
    return made


def declare(**changes):
    @indicator("TST-01", **{"risks": ["R01"], "subject": "process", **changes})
    def something(limit):
        return when(col("method") == "AS").then(col("n_bidders") <= limit)

    return something


def test_declared(entries):
    declare()
    made = registry.INDICATORS["TST-01"]
    assert made.params == {"limit": 1}
    assert made.sources == {"limit": "somewhere"}
    assert made.risks == ("R01",)
    assert made.rule().inputs == ["method", "n_bidders"]


def test_twice_names_both_functions(entries):
    declare()

    with pytest.raises(UsageError, match="TST-01 is declared twice: something and again"):

        @indicator("TST-01", risks=["R01"], subject="process")
        def again(limit):
            return when(col("method") == "AS").then(col("n_bidders") <= limit)


def test_without_an_entry(entries):
    entries.clear()
    with pytest.raises(UsageError, match=r"no entry \[TST-01\]"):
        declare()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name_en": " "}, "missing name_en"),
        ({"sentence_es": None}, "missing"),
        ({"severity": 6}, "severity"),
        ({"severity": "3"}, "severity"),
        ({"phase": "later"}, "phase 'later'"),
        ({"category": "x"}, "category 'x'"),
        ({"colour": "red"}, "unknown key colour"),
        ({"params": {}}, r"parameters \[\] should be those of the code, \['limit'\]"),
        ({"params": {"limit": {"value": 1, "source": "s"}, "other": {"value": 1, "source": "s"}}}, "other"),
        ({"params": {"limit": {"value": 1}}}, "`source`"),
        ({"params": {"limit": {"value": 1, "source": ""}}}, "`source`"),
        ({"params": {"limit": {"value": "1", "source": "s"}}}, "number `value`"),
        ({"params": {"limit": {"value": True, "source": "s"}}}, "number `value`"),
    ],
)
def test_entry_at_fault(entries, changes, says):
    entries["TST-01"] = {k: v for k, v in {**ENTRY, **changes}.items() if v is not None}
    with pytest.raises(UsageError, match=says):
        declare()


def test_unknown_subject(entries):
    with pytest.raises(UsageError, match="unknown subject 'planet'"):
        declare(subject="planet")


def test_parameters_replace_the_table(entries):
    declare()
    made = registry.INDICATORS["TST-01"]
    assert made.rule({"limit": 7}).test.meta.eq(col("n_bidders") <= 7)
    assert made.rule().test.meta.eq(col("n_bidders") <= 1)


@pytest.mark.parametrize(
    ("thresholds", "says"),
    [
        ({"SEL-99": {"a": 1}}, "SEL-99.*no such indicator.*SEL-01"),
        ({"SEL-01": {"min_bidders": 1}}, "no parameter 'min_bidders'; known: max_bidders"),
        ({"PRE-01": {"a": 1}}, "known: none"),
        ({"SEL-01": {"max_bidders": "1"}}, "should be a number"),
        ({"SEL-01": {"max_bidders": True}}, "should be a number"),
        ({"SEL-01": 2}, "should be a table"),
    ],
)
def test_thresholds_that_name_nothing(thresholds, says):
    with pytest.raises(UsageError, match=says):
        check_thresholds(thresholds)


def test_thresholds_that_name_something():
    check_thresholds({"SEL-01": {"max_bidders": 2}})
    assert list(INDICATORS) == list(dict.fromkeys(INDICATORS))
