"""Files come out the same, whole and harmless."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procrisk.publication import exports

FORMULAS = [
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\tx",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    " =1",
    "\u00a0=1",
    '"=1',
    "'=1",
    "\x00=1",
    "\u200b=1",
    "\ufeff=1",
    "−1",
]
texts = st.one_of(st.text(max_size=12), st.tuples(st.sampled_from(FORMULAS), st.text(max_size=5)).map("".join))


def test_rows_are_sorted_by_their_key_whatever_their_order(tmp_path: Path) -> None:
    frame = pl.DataFrame({"k": ["b", None, "a"], "l": [2, 1, 1], "t": ["x", "y", "z"]})
    for number, order in enumerate([frame, frame.reverse()]):
        exports.write_parquet(order, tmp_path / f"{number}.parquet", ["k", "l"])
        exports.write_csv(order, tmp_path / f"{number}.csv", ["k", "l"])
    assert (tmp_path / "0.parquet").read_bytes() == (tmp_path / "1.parquet").read_bytes()
    assert (tmp_path / "0.csv").read_text() == (tmp_path / "1.csv").read_text() == "k,l,t\n,1,y\na,1,z\nb,2,x\n"
    assert pl.read_parquet(tmp_path / "0.parquet")["t"].to_list() == ["y", "z", "x"]


def test_a_key_that_does_not_tell_rows_apart_is_refused(tmp_path: Path) -> None:
    frame = pl.DataFrame({"k": [7, 7], "l": [1, 2]})
    with pytest.raises(ValueError, match=r"2 rows repeat, e\.g\. \{'k': 7\}"):
        exports.write_parquet(frame, tmp_path / "a", ["k"])
    with pytest.raises(ValueError, match="lacks"):
        exports.write_csv(frame, tmp_path / "b", ["k", "m"])
    exports.write_parquet(frame, tmp_path / "c", ["k", "l"])
    assert [p.name for p in tmp_path.iterdir()] == ["c"]


def test_persons_who_look_the_same_once_masked_are_still_two_rows(tmp_path: Path) -> None:
    frame = pl.DataFrame({"subject_id": ["10123456789", "10923456789"]})
    exports.write_parquet(frame, tmp_path / "a.parquet", ["subject_id"])
    assert pl.read_parquet(tmp_path / "a.parquet")["subject_id"].to_list() == ["10*******89", "10*******89"]


def test_parquet_has_fixed_codec_row_groups_and_statistics(tmp_path: Path) -> None:
    exports.write_parquet(pl.DataFrame({"k": range(150_000)}), tmp_path / "a.parquet", ["k"])
    metadata = pq.read_metadata(tmp_path / "a.parquet")
    assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [65_536, 65_536, 18_928]
    column = metadata.row_group(0).column(0)
    assert column.compression == "ZSTD"
    assert (column.statistics.min, column.statistics.max) == (0, 65_535)


def test_categories_are_published_as_text(tmp_path: Path) -> None:
    frame = pl.DataFrame({"k": [1, 2], "method": pl.Series(["LP", "AS"], dtype=pl.Categorical)})
    exports.write_parquet(frame, tmp_path / "a.parquet", ["k"])
    assert pl.read_parquet_schema(tmp_path / "a.parquet")["method"] == pl.String


def test_csv_joins_lists_and_leaves_numbers_numbers(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "k": [1, 2],
            "change": [-1.5, 2.0],
            "risks": [["R52", "=R1"], []],
            "why": [["a", None, "b"], None],
            "n": [[1, 2], None],
        }
    )
    exports.write_csv(frame, tmp_path / "a.csv", ["k"])
    assert (tmp_path / "a.csv").read_text() == 'k,change,risks,why,n\n1,-1.5,R52;=R1,a;b,1;2\n2,2.0,"",,\n'


@settings(max_examples=150, deadline=None)
@given(st.lists(texts, min_size=1, max_size=6))
def test_no_cell_is_a_formula_and_text_survives(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    frame = pl.DataFrame({"k": range(len(cells)), "t": cells, "l": [[c, "x"] for c in cells], "v": [-1.5] * len(cells)})
    exports.write_csv(frame, path, ["k"])
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode())))
    assert len(rows) == len(cells) + 1
    book = openpyxl.Workbook()
    for cell, row in zip(cells, rows[1:], strict=True):
        for column in (1, 2):
            shown = row[column]
            assert shown.lstrip("\"' \u00a0\u200b\ufeff")[:1] not in set("=+-@＝＋－＠−") or shown.startswith("'")
            assert shown[:1] not in set("=+-@\t\r\n＝＋－＠")
        clean = cell.replace("\x00", "")
        assert row[1] in (clean, "'" + clean)
        assert float(row[3]) == -1.5
        book.active.append([openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", c) for c in row])
    saved = io.BytesIO()
    book.save(saved)
    sheet = openpyxl.load_workbook(saved).active
    assert all(c.data_type != "f" for row in sheet.iter_rows() for c in row[:3])


@pytest.mark.parametrize("formula", FORMULAS)
def test_every_known_formula_is_made_harmless(formula: str) -> None:
    (shown,) = exports.for_spreadsheet(pl.DataFrame({"t": [formula]}))["t"]
    assert shown == "'" + formula.replace("\x00", "")


def test_ordinary_text_is_left_alone() -> None:
    ordinary = ["LP-SM-1-2022", "S/ 1,000.00", "a = b", "¿Qué?", "x@y.pe", "", "2022-01-01", "5-6"]
    assert exports.for_spreadsheet(pl.DataFrame({"t": ordinary}))["t"].to_list() == ordinary


def test_json_is_sorted_masked_and_strict(tmp_path: Path) -> None:
    exports.write_json(
        {"b": ["10123456789"], "a": {"sha256": "10123456789", "ñ": 1.5}, "n": 10123456789}, tmp_path / "a.json"
    )
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert json.loads(text) == {"b": ["10*******89"], "a": {"sha256": "10123456789", "ñ": 1.5}, "n": 10123456789}
    assert text.index('"a"') < text.index('"b"') < text.index('"n"')
    with pytest.raises(ValueError, match="JSON"):
        exports.write_json({"x": float("nan")}, tmp_path / "b.json")
