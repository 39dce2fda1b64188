"""The frameworks hold together, differ where they say so, and are refused where they do not."""

import copy
from datetime import date

import pytest

from procrisk.errors import UsageError
from procrisk.indices import frameworks, periods
from procrisk.indices.frameworks import INDICES, VERSIONS, build, load


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_framework_is_whole_and_every_weight_of_ours_is_marked(index, version):
    found = load(index, version)
    assert (found.index, found.version) == (index, version)
    assert sum(p.weight for p in found.pillars.values()) == 100
    assert all(p.ours for p in found.pillars.values())
    assert found.ours_es
    for item in found.items.values():
        assert all((item.text_es, item.text_en, item.evidence_es, item.evidence_en, item.source, item.certainty))
        assert "nosotros" not in item.text_es


def test_rifi_has_the_weights_and_the_ladder_of_its_structure():
    found = load("RIFI", "DS148-2024")
    assert {p.id: p.weight for p in found.pillars.values()} == {"A": 20, "B": 40, "C": 15, "D": 15, "E": 10}
    ladder = [i for i in found.items.values() if i.stage]
    assert len(ladder) == 27
    assert "RIFI-B9-3" in found.items
    assert "encargado del modelo" in found.items["RIFI-B9-3"].text_es
    assert found.apt == 0.9
    assert not found.items["RIFI-ICP"].scored


def test_crapi_has_the_weights_of_its_structure():
    assert [p.weight for p in load("CRAPI", "2018").pillars.values()] == [15, 25, 20, 25, 15]


def test_the_later_framework_says_only_what_differs():
    old, new = load("RIFI", "2018"), load("RIFI", "DS148-2024")
    assert old.items.keys() == new.items.keys()
    assert "DS 148-2024" in new.basis_es
    assert "DS 148-2024" not in old.basis_es
    assert new.items["RIFI-A1"].certainty == "C"
    assert new.items["RIFI-A1"].text_es == old.items["RIFI-A1"].text_es


def test_an_item_is_asked_while_it_holds():
    item = load("RIFI", "2018").items["RIFI-D4"]
    assert item.since == date(2026, 1, 1)
    assert not item.asked("2025")
    assert item.asked("2026-01")


def test_counts_and_days_become_shares():
    sessions, days = load("CRAPI", "2018").items["CRAPI-B1"], load("RIFI", "2018").items["RIFI-D2"]
    assert [sessions.value(n, "2025") for n in (0, 3, 6, 9)] == [0, 0.5, 1, 1]
    assert sessions.value(3, "2025-S1") == 1  # three in half a year are six a year
    assert [days.value(n, "2025") for n in (10, 30, 75, 120, 300)] == [1, 1, 0.5, 0, 0]


def test_an_unknown_framework_names_those_known():
    with pytest.raises(UsageError, match=r"DS148-2024"):
        load("RIFI", "2030")


def broken(change):
    document = copy.deepcopy(frameworks._document("rifi_2018"))
    change(document)
    return document


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d["pillars"]["A"].update(weight=30), "add up to 100"),
        (lambda d: d["items"]["RIFI-A1"].update(kind="maybe"), "items.RIFI-A1"),
        (lambda d: d["items"]["RIFI-A1"].update(certainty="D"), "items.RIFI-A1"),
        (lambda d: d["items"].update({"RIFI-Z1": d["items"]["RIFI-A1"]}), "no pillar Z"),
        (lambda d: d["items"]["RIFI-D2"].update(zero=10), "items.RIFI-D2"),
        (lambda d: d["ladder"].update(apt=1.5), "ladder.apt"),
        (lambda d: d["ladder"]["stages"].pop(), "pillars.B"),
        (lambda d: d["items"]["RIFI-A1"].update(colour="red"), "missing or unknown"),
        (lambda d: d.pop("name_es"), "name_es"),
        (lambda d: d["items"]["RIFI-ICP"].update(scored=True, kind="points"), "RIFI-ICP"),
    ],
)
def test_a_framework_that_does_not_hold_together_is_refused_by_name(change, told):
    with pytest.raises(UsageError, match=told):
        build(broken(change), "x.toml")


@pytest.mark.parametrize(
    ("text", "first", "last", "n"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31), 12),
        ("2025-S2", date(2025, 7, 1), date(2025, 12, 31), 6),
        ("2025-Q1", date(2025, 1, 1), date(2025, 3, 31), 3),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), 1),
    ],
)
def test_periods(text, first, last, n):
    assert (periods.first_day(text), periods.last_day(text), periods.months(text)) == (first, last, n)


@pytest.mark.parametrize("text", ["25", "2025-13", "2025-S3", "2025-Q5", "2025 ", ""])
def test_what_is_no_period_is_refused(text):
    assert not periods.is_period(text)
    with pytest.raises(UsageError, match="no es un periodo"):
        periods.last_day(text)
