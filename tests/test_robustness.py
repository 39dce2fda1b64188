"""The page that says how far the order of the regions can be relied on."""

import pytest

from procrisk import robustness
from procrisk.settings import Scores, Settings
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "evidence" / "regions.md"


@pytest.fixture(scope="module")
def page(shared_data):
    return robustness.page(
        [shared_data / "conosce"],
        [shared_data / "entities"],
        "2022",
        Settings(scores=Scores(replicates=50)),
        ["choices", "seeds"],
    )


def test_the_page_says_who_can_be_told_apart_in_every_scope_that_is_ranked(page):
    scopes = list(robustness.SCOPES.values())
    assert [f"| {name} |" in page for name in scopes] == [
        True,
        True,
        True,
        False,
    ]  # these records name no place of delivery
    assert page.count("no se puede decir cuál tiene") >= 3
    assert page.count("it cannot be said which has") >= 3


def test_the_page_has_a_row_for_each_kind_of_check_that_was_made(page):
    for begins in ("plain mean", "not drawn to the centre", "method not excused", "by soles", "seed"):
        assert f"| {robustness.GROUPS[begins]} |" in page
    assert robustness.GROUPS["without buyer"] not in page


def test_the_page_of_the_repository_has_every_kind_and_its_command():
    text = PAGE.read_text(encoding="utf-8")
    for name in robustness.GROUPS.values():
        assert f"| {name} |" in text
    assert "`python -m procrisk.robustness ../shared/data/conosce" in text
