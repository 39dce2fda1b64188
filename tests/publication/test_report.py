"""The page and the workbook for people: whole, typed, and unmoved by what a supplier calls itself."""

import io
import re
from datetime import date, datetime

import openpyxl
import polars as pl
import pytest

from procrisk import pipeline
from procrisk.publication import exports, report, workbook
from procrisk.records.regions import REGIONS
from procrisk.simulate import simulate

EVIL = ["<script>alert(1)</script>", '=HYPERLINK("http://x","y")', '" onload="alert(1)', "<img src=x onerror=alert(1)>"]


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    """Frames of a published version, with hostile names in its riskiest processes."""
    folder = tmp_path_factory.mktemp("records")
    simulate(folder, 200, 3)
    out = folder / "out"
    pipeline.run(pipeline.Request(sources=[folder / "ocds"], context=[folder / "context"], out=out))
    read = {n: pl.read_parquet(out / "current" / f"{n}.parquet") for n in ("processes", "regions", "flags", "coverage")}
    evil = pl.Series(EVIL * (read["processes"].height // len(EVIL) + 1)).head(read["processes"].height)
    read["processes"] = read["processes"].with_columns(buyer=evil, title=evil, description=evil)
    read["flags"] = read["flags"].with_columns(sentence_es=pl.lit(EVIL[0] + " se observó algo"))
    return read


def page(frames, **changes):
    empty = frames["processes"].select("process_id")
    made = {"states": empty, "why": empty, "inputs": [], "as_of": date(2022, 12, 31), "simulated": False, **frames}
    return report.page(report.Material(**made | changes))


def test_every_region_has_its_own_tile():
    assert set(report.TILES) == set(REGIONS)
    assert len(set(report.TILES.values())) == len(REGIONS) == 26


def test_hostile_names_stay_text(frames):
    html = page(frames)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert not re.search(r"<(script|img|iframe|object|link)\b", html, re.IGNORECASE)
    assert not re.search(r"<[^>]*\son\w+\s*=", html)


def test_the_page_opens_offline_and_speaks_spanish_first(frames):
    html = page(frames)
    assert 'lang="es"' in html
    assert "default-src 'none'" in html
    assert not re.search(r"(src|href)\s*=\s*[\"']https?://", html)
    assert "nunca una acusación" in html
    assert all(f">{name}<" in html for name in REGIONS.values())
    assert html.count("<article>") == min(
        report.QUEUE, frames["processes"].filter(pl.col("scope") != "national").height
    )


def test_the_page_says_when_it_is_simulated(frames):
    assert "DATOS SIMULADOS" in page(frames, simulated=True)
    assert "DATOS SIMULADOS" not in page(frames)


def test_workbook_is_typed_filtered_frozen_and_runs_nothing(frames):
    lines = report.method_lines(date(2022, 12, 31), simulated=True)
    coverage = exports.for_spreadsheet(frames["coverage"])
    data = workbook.book(frames["processes"], frames["regions"], frames["flags"], coverage, lines)
    assert data == workbook.book(frames["processes"], frames["regions"], frames["flags"], coverage, lines)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Método", "Regiones", "Cola", "Señales", "Cobertura"]
    assert "SIMULADOS" in book["Método"]["A1"].value
    for name in book.sheetnames[1:]:
        assert book[name].freeze_panes == "A2"
        assert book[name].auto_filter.ref
    assert {c.data_type for sheet in book for row in sheet.iter_rows() for c in row} <= {"s", "n", "d"}
    head = [c.value for c in book["Cola"][1]]
    queue = dict(zip(head, [c.value for c in book["Cola"][2]], strict=True))
    assert isinstance(queue["puntaje"], (int, float))
    assert isinstance(queue["convocatoria"], datetime | None)
    assert EVIL[1] in {r[head.index("entidad")].value for r in book["Cola"].iter_rows(min_row=2)}
    assert book["Regiones"].max_row == frames["regions"].height + 1
