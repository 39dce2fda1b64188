"""OCP Cardinal's own public examples, result by result."""

import io
import json

import pytest

from procrisk.cardinal import coverage, indicators, prepare, settings

CODES = [c.removeprefix("R") for c in settings.INDICATORS]
PREPARED = [
    "amount",
    "award_status_by_contract_status",
    "codelists",
    "defaults",
    "id",
    "modifications_move_auctions",
    "modifications_prefix_organization_id",
    "modifications_split_procurement_method_details",
    "organization_id",
]
DOCUMENTED = {
    "coverage": {
        "/phoneNumbers[]/type": 2,
        "/phoneNumbers[]/number": 2,
        "/phoneNumbers[]/": 2,
        "/phoneNumbers[]": 2,
        "/phoneNumbers": 1,
        "/": 1,
        "": 1,
    },
    "coverage-duplicate": {},
    "coverage-empty": {"/": 2, "": 1},
    "coverage-bracket": {"/a[]": 2, "/a": 1, "/": 1, "": 1},
}


@pytest.fixture(scope="module")
def examples(shared_data):
    return shared_data / "peers" / "cardinal"


def chosen(case):
    ini = case.with_suffix(".ini")
    return settings.load(ini) if ini.exists() else settings.parse(f"[R{case.stem}]")


def unordered(maps):
    """Cardinal writes its sets in the order of their hashes."""
    return {
        name: {ocid: sorted(ids) if isinstance(ids, list) else ids for ocid, ids in m.items()}
        for name, m in maps.items()
    }


@pytest.mark.parametrize("code", CODES)
def test_indicator(examples, code):
    case = examples / "docs_examples" / "R" / f"{code}.jsonl"
    found = json.loads(indicators.run(case, chosen(case), meta=False))
    assert found == json.loads(case.with_suffix(".expected").read_text())


@pytest.mark.parametrize("code", CODES)
def test_indicator_with_meta_and_maps(examples, code):
    case = examples / "docs_examples" / "R" / f"{code}.jsonl"
    found = json.loads(indicators.run(case, chosen(case), maps=True))
    expected = json.loads(case.with_suffix(".with_meta_and_map.json").read_text())
    assert unordered(found.pop("Maps")) == unordered(expected.pop("Maps"))
    assert found == expected
    assert {k: list(v) for k, v in found["Meta"].items()} == {k: list(v) for k, v in expected["Meta"].items()}


@pytest.mark.parametrize("name", PREPARED)
def test_prepare(examples, name):
    case = examples / "prepare" / f"{name}.jsonl"
    output, errors = io.BytesIO(), io.BytesIO()
    prepare.run(case, settings.load(case.with_suffix(".ini")), output, errors)
    assert output.getvalue() == case.with_suffix(".output").read_bytes()


def test_prepare_tells_issues(examples):
    output, errors = io.BytesIO(), io.BytesIO()
    prepare.run(examples / "docs_examples" / "prepare.jsonl", settings.Settings(), output, errors)
    assert errors.getvalue() == b"1,ocds-213czf-1,/bids/details[]/status,0,,not set\n"
    assert output.getvalue() == b'{"ocid":"ocds-213czf-1","bids":{"details":[{"id":1}]}}\n'


def test_coverage_shapes(examples):
    cases = sorted((examples / "coverage").glob("*.jsonl"))
    assert len(cases) >= 30
    for case in cases:
        found = coverage.coverage(case, warn=lambda _: None)
        assert found == json.loads(case.with_suffix(".expected").read_text()), case.name


@pytest.mark.parametrize("name", DOCUMENTED)
def test_coverage_as_documented(examples, name):
    found = coverage.coverage(examples / "docs_examples" / f"{name}.jsonl")
    assert list(found.items()) == list(DOCUMENTED[name].items())
