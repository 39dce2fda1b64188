"""Code, table, texts, sources, tests and twins of each indicator stay together."""

import re

import pytest
from tests.conftest import ROOT
from tests.indicators import twins
from tests.indicators.made import schemas

from procrisk import catalogue
from procrisk.indicators import INDICATORS, common, features, registry
from procrisk.indicators.sentences import slots
from procrisk.legal_parameters import PARAMETERS

TESTS = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "tests" / "indicators").glob("test_*.py"))
RISKS = set(catalogue.risks()["id"])
PREFIX = {"PLA": "planning", "PRE": "preparation", "SEL": "selection", "EXE": "execution", "CRO": "crosscutting"}
"""BID-nn are the flags of OSCE and the IDB under their own numbers; they are of any phase and stand in one module."""

each = pytest.mark.parametrize("i", INDICATORS.values(), ids=list(INDICATORS))


def test_table_has_no_entry_without_code():
    assert registry.unused() == []


def test_enough_of_them():
    assert len(INDICATORS) >= 35


@each
def test_id_says_the_phase(i):
    module = i.function.__module__.removeprefix("procrisk.indicators.")
    if re.fullmatch(r"BID-\d\d[a-z]?", i.id):
        assert module == "osce_bid"
        return
    assert re.fullmatch(r"(PLA|PRE|SEL|EXE|CRO)-\d\d", i.id)
    assert i.phase == PREFIX[i.id[:3]]
    assert module.split("_")[0] == i.phase


@each
def test_risks_are_of_the_catalogue(i):
    assert i.risks
    assert set(i.risks) <= RISKS


@each
def test_law_is_known(i):
    assert set(i.law) <= set(PARAMETERS)


@each
def test_law_columns_are_declared(i):
    reads = any(c.startswith("law_") for c in i.rule().inputs)
    assert reads <= bool(i.law), f"{i.id} reads the law and names no parameter of it"


@each
def test_both_languages_and_sources(i):
    assert i.name_es != i.name_en
    assert i.sentence_es != i.sentence_en
    assert set(i.sources) == set(i.params)
    assert all(len(s) > 10 or s == "criterio propio" for s in i.sources.values())


@each
def test_first_line_is_the_claim(i):
    first = (i.function.__doc__ or "").splitlines()[0]
    assert first.endswith("."), f"{i.id}: the docstring's first line says what is claimed"


@each
def test_columns_exist(i):
    frame = set(schemas()[features.SUBJECTS[i.subject].frame])
    assert set(i.rule().inputs) <= frame
    assert set(i.evidence) <= frame
    assert {features.SUBJECTS[i.subject].id} <= frame
    for figure in (i.value, i.threshold):
        assert not figure or figure in frame or figure in i.params
    for template in (i.sentence_es, i.sentence_en):
        for name, _ in slots(template):
            assert (
                name in frame
                or name in i.params
                or name in common.figures()
                or name in ("value", "threshold")
                or (name == "norm" and i.law and "call_date" in frame)
            )


@each
def test_has_a_table_of_cases(i):
    assert re.search(
        rf"^@table\((?:.|\n)*?^def test_{i.id.lower().replace('-', '_')}_\w+\(expected, row\)", TESTS, re.MULTILINE
    )


@each
def test_has_a_twin(i):
    assert i.id in twins.TWINS


def test_no_twin_is_left_over():
    assert set(twins.TWINS) == set(INDICATORS)


def test_one_line_says_no_name_of_a_natural_person():
    """Names stand in evidence and sentences only through the column in which natural persons are masked."""
    for i in INDICATORS.values():
        named = {*i.evidence, *(n for n, _ in slots(i.sentence_es))}
        assert not named & {"name", "party_id", "ruc"}


TECHNICAL = {
    "EVALUATED": "a code",
    "MILLION": "a scale, for exact sums",
    "MAD_TO_SD": "a constant of the normal distribution",
    "LEAST": "follows from the formula: fewer rows cannot stand two deviations off",
    "QUANTUM": "a scale, for exact sums of quantities",
    "NAME_LENGTH": "length of a text",
    "SHOWN_LENGTH": "length of a text",
    "SHOWN_GROUPS": "length of a text",
    "SHOWN_ORDERS": "length of a text",
    "LENGTH": "length of a text",
    "WORDS": "how a text is read; measured with like_text",
    "LOW": "how a text is read; measured with like_text",
    "HIGH": "how a text is read; measured with like_text",
    "CELLS": "bounds the memory",
    "MAX_RIVALS": "bounds the pairs, which grow with the square",
    "FIRST_YEAR": "span of the calendar",
    "LAST_YEAR": "span of the calendar",
}
"""Numbers of the code that are no thresholds, and what they are."""


def test_every_threshold_is_data():
    """A number at the top of a module is a figure of the table, unless it is technical."""
    pattern = re.compile(r"^([A-Z][A-Z_]*(?:, [A-Z_]+)*)(?:: \w+)? = [\"']?[-0-9.]", re.MULTILINE)
    for path in (ROOT / "src" / "procrisk" / "indicators").glob("*.py"):
        names = {n for found in pattern.findall(path.read_text(encoding="utf-8")) for n in found.split(", ")}
        assert names <= set(TECHNICAL), f"{path.name}: {sorted(names - set(TECHNICAL))} should stand in [common]"


def test_every_common_figure_is_read_and_cited():
    code = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "src" / "procrisk" / "indicators").glob("*.py"))
    read = set(re.findall(r"common\.(?:whole|share)\([\"'](\w+)[\"']\)", code))
    assert read == set(common.figures())
    for name, figure in common.figures().items():
        assert len(figure.source_es) > 8, name
        assert len(figure.source_en) > 8, name
        assert figure.unit, name
