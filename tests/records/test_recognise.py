"""What a file is, told by its content."""

import gzip
import json

import pytest
from tests.records.ocds_cases import line, release

from procrisk.records.archives import units
from procrisk.records.recognise import recognise

PACKAGE = {"uri": "x", "publisher": {"name": "y" * 3000}, "publishedDate": "2024-01-01", "releases": [release()]}


def kinds(path, data: bytes) -> list[str | None]:
    path.write_bytes(data)
    return [recognise(unit) for unit in units(path)]


@pytest.mark.parametrize(
    "data",
    [
        line(release()),
        b"\xef\xbb\xbf" + line(release()),
        b"\n\n" + line(release()) + b"\n" + line(release(2)),
        b"{broken\n" + line(release()),
        line(PACKAGE),
        json.dumps(PACKAGE, indent=4).encode(),
        json.dumps([release()], indent=1).encode(),
        json.dumps({"version": "1.1", "records": []}).encode(),
        json.dumps(PACKAGE, ensure_ascii=False).encode("latin-1"),
        gzip.compress(line(release())),
    ],
    ids=[
        "line",
        "bom",
        "blank first",
        "broken first",
        "package",
        "indented",
        "array",
        "empty package",
        "latin-1",
        "gz",
    ],
)
def test_ocds_is_recognised_whatever_its_shape_and_name(tmp_path, data):
    assert kinds(tmp_path / "name.csv", data) == ["ocds"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b'{"type":"FeatureCollection","features":[]}',
        b'{"records":[{"id":1}]}',
        b"once upon a time\n",
        b"a,b,c\n1,2,3\n",
        bytes(range(256)) * 10,
        b"%PDF-1.7 \n",
    ],
    ids=["empty", "blank", "geojson", "other records", "prose", "other table", "binary", "pdf"],
)
def test_other_things_are_not(tmp_path, data):
    assert kinds(tmp_path / "releases.jsonl", data) == [None]


def test_every_real_file_is_what_it_is(shared_data):
    ocds = sorted(shared_data.glob("ocds_*/*.json"))
    assert len(ocds) > 30
    for path in ocds:
        assert [recognise(u) for u in units(path)] == ["ocds"], path.name
    for name in ("conosce", "entities", "sanctions"):
        for path in sorted((shared_data / name).iterdir()):
            (kind,) = (recognise(u) for u in units(path))
            assert kind not in (None, "ocds"), path.name
    assert [recognise(u) for u in units(shared_data / "geo" / "peru_departamental_simple.geojson")] == [None]
