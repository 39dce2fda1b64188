"""The package is what it says: valid for Frictionless, the same in CSV and Parquet, rows counted."""

import csv
import json

import frictionless
import jsonschema
import polars as pl
import pytest
from tests.benchmark import made

from procrisk.benchmark import dashboard, package
from procrisk.benchmark.dictionary import TABLES
from procrisk.publication import exports
from procrisk.records.regions import REGIONS

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module", params=[True, False], ids=["forms", "no forms"])
def written(tmp_path_factory, request):
    folder, m = tmp_path_factory.mktemp("package"), made.material(forms=request.param)
    package.write_tables(folder, dict(m.tables))
    inputs = [{"name": "a.csv", "sha256": "0" * 64}]
    exports.write_json(package.descriptor(folder, m, inputs), folder / "datapackage.json")
    return folder, m


def test_frictionless_finds_nothing_wrong(written):
    folder, m = written
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "note"])[:5]
    assert {t.name: t.stats.get("rows", 0) for t in report.tasks} == {name: f.height for name, f in m.tables.items()}


def test_frictionless_finds_what_is_wrong(written):
    """The schema bites: a score beyond 100 is an error of the package."""
    folder, _ = written
    data = (folder / "data" / "scores.csv").read_text(encoding="utf-8")
    descriptor = json.loads((folder / "datapackage.json").read_text())
    resource = next(r for r in descriptor["resources"] if r["name"] == "scores")
    lines = data.splitlines()
    at = lines[0].split(",").index("score")
    cells = next(csv.reader([lines[1]]))
    cells[at] = "104.2"
    bad = [dict(zip(lines[0].split(","), cells, strict=True))]
    report = frictionless.Resource(data=bad, schema=frictionless.Schema.from_descriptor(resource["schema"])).validate()
    assert [e.type for t in report.tasks for e in t.errors] == ["constraint-error"]


def test_rows_hashes_and_columns_are_those_of_the_files(written):
    folder, m = written
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert [r["name"] for r in descriptor["resources"]] == list(TABLES)
    for resource in descriptor["resources"]:
        name = resource["name"]
        with (folder / resource["path"]).open(encoding="utf-8", newline="") as f:
            head, *rows = csv.reader(f)
        assert len(rows) == resource["rows"] == m.tables[name].height
        assert head == [field["name"] for field in resource["schema"]["fields"]] == list(TABLES[name].fields)
        assert pl.read_parquet(folder / resource["parquet"]).columns == head
        for said, f in zip(resource["schema"]["fields"], TABLES[name].fields.values(), strict=True):
            bounds = said.get("constraints", {})
            assert (bounds.get("minimum"), bounds.get("maximum")) == (f.least, f.most)
            assert (said["title"], said["description"], said.get("unit", "")) == (f.es, f.en, f.unit)
        assert resource["bytes"] == (folder / resource["path"]).stat().st_size


def test_csv_and_parquet_hold_the_same(written):
    folder, _ = written
    for name, table in TABLES.items():
        stored = pl.read_parquet(folder / "data" / f"{name}.parquet")
        text = pl.read_csv(folder / "data" / f"{name}.csv", schema=dict.fromkeys(table.fields, pl.String))
        numbers = [c for c, t in table.schema.items() if t in (pl.Float64, pl.Int32)]
        assert text.select(pl.col(c).cast(stored[c].dtype) for c in numbers).equals(stored.select(numbers)), name


def test_every_table_is_a_sample_of_no_person(written):
    folder, _ = written
    assert "note" not in next(csv.reader((folder / "data" / "items.csv").open(encoding="utf-8")))


@pytest.mark.parametrize("forms", [True, False])
def test_the_dashboard_file_is_what_its_schema_says(forms):
    document, schema = dashboard.document(made.material(forms=forms)), dashboard.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema, jsonschema.Draft202012Validator)
    assert [r["code"] for r in document["regions"]] == list(REGIONS)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "regions": document["regions"][1:]}, schema)


def test_the_dashboard_never_says_more_than_one_decimal_nor_a_number_for_no_data():
    document = dashboard.document(made.material())
    for r in document["regions"]:
        for value in (r["score"], r["low"], r["high"], r["rifi"]):
            assert value is None or round(value, 1) == value
    nothing = next(r for r in document["regions"] if r["code"] == made.NO_DATA)
    assert (nothing["score"], nothing["rank"], nothing["beyond_funnel"], nothing["apart_from"]) == (
        None,
        None,
        None,
        [],
    )
    outlier = next(r for r in document["regions"] if r["code"] == made.OUTLIER)
    assert len(outlier["apart_from"]) == 24
