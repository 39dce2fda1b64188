"""Each page's worked example is run by the engine and says what the page says."""

import pytest
from tests.conftest import ROOT

from procrisk.documentation import coverage_page, examples, indicator_pages
from procrisk.errors import UsageError
from procrisk.indicators import INDICATORS, pages

DOCS = ROOT / "docs"
# the tests of a page go to one worker, so that its example is run once
each = pytest.mark.parametrize(
    "id_", [pytest.param(i, marks=pytest.mark.xdist_group(f"page-{i}")) for i in pages.written()]
)


def test_every_indicator_has_a_page_and_no_page_is_left_over():
    assert set(pages.written()) == set(INDICATORS)
    assert {p.stem for p in (DOCS / "indicators").glob("*.md")} == {*INDICATORS, "README"}


def test_the_documents_are_those_that_are_made_now():
    """Made by `make docs`; a change of an indicator, a risk or a question changes them."""
    assert (DOCS / "coverage.md").read_text(encoding="utf-8") == coverage_page.render()
    assert (DOCS / "indicators" / "README.md").read_text(encoding="utf-8") == indicator_pages.index()


@each
def test_example_raises_the_indicator_as_written(id_):
    example = pages.page(id_).example
    shown = examples.shown(id_)
    assert shown.state == "raised"
    assert shown.sentence == example.sentence
    assert (shown.value, shown.threshold) == (pytest.approx(example.value), pytest.approx(example.threshold))


@each
def test_a_small_change_takes_the_flag_away(id_):
    source = pages.page(id_)
    rows = examples.changed(source)
    if rows is None:
        pytest.fail(f"{id_}: the page names no change after which the flag is gone")
    assert examples.run(id_, source.example, rows).state == source.example.otherwise.state


@each
def test_page_has_every_heading_and_is_the_one_published(id_):
    text = indicator_pages.render(id_)
    assert (DOCS / "indicators" / f"{id_}.md").read_text(encoding="utf-8") == text
    at = [text.index(f"\n## {es} · {en}\n") for es, en in indicator_pages.HEADINGS]
    assert at == sorted(at)
    for language in pages.LANGUAGES:
        assert pages.page(id_).definition[language] in text


def test_an_unknown_column_is_refused():
    with pytest.raises(UsageError, match="no column colour"):
        examples.records({"processes": [{"process_id": "1", "colour": "red"}]})
