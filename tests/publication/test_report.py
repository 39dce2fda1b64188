"""The page and the workbook for people: whole, typed, and unmoved by what a supplier calls itself."""

import io
import re
from datetime import date, datetime

import openpyxl
import polars as pl
import pytest

from procrisk import catalogue, pipeline
from procrisk.indicators import INDICATORS, roles
from procrisk.publication import exports, report, summary, tiles, workbook
from procrisk.records.regions import REGIONS
from procrisk.scoring.told_apart import sentences
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
    assert set(tiles.TILES) == set(REGIONS)
    assert len(set(tiles.TILES.values())) == len(REGIONS) == 26


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


def test_page_and_workbook_say_which_regions_cannot_be_told_apart(frames):
    scope, period = summary.headline(frames["regions"])
    told = sentences(frames["regions"].filter(scope=scope, period=period))
    assert told
    html = page(frames)
    for t in told:
        assert t.es in html
        assert t.en in html
    assert [t.es in line for t, line in zip(told, report.told_lines(frames["regions"]), strict=True)] == [True] * len(
        told
    )


def test_every_risk_stands_in_the_table_with_its_indicators_and_their_roles(frames):
    states = frames["processes"].select("process_id", pl.lit(value=True).alias("PRE-05"))
    html = page(frames, states=states)
    table = html[html.index("riesgos: cómo se evalúa cada uno") :]
    rows = re.findall(r"<tr><td class=\"name\"><span class=\"id\">(R\d\d)</span>", table[: table.index("</details>")])
    assert rows == catalogue.risks()["id"].to_list()
    n = f"{states.height:,}"
    cell = (
        f'title="{INDICATORS["PRE-05"].name_es}">PRE-05</span> {n} / {n} <span class="en">({roles.SHOWN["score"][0]})'
    )
    assert table.count(cell) == len(INDICATORS["PRE-05"].risks)
    assert "no evaluable <span" in table


@pytest.mark.parametrize("role", roles.ROLES)
def test_flags_that_do_not_score_as_usual_say_so(frames, role):
    flags = frames["flags"].with_columns(role=pl.lit(role))
    said = f"({' / '.join(roles.SHOWN[role])})"
    queue = page({**frames, "flags": flags}).split('<h2 id="procesos">')[1].split("<h2 ")[0]
    assert (said in queue) == (role != "score")
    data = workbook.book(frames["processes"], frames["regions"], flags, frames["coverage"].head(0), ["x"])
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Señales"]
    head = [c.value for c in sheet[1]]
    assert {r[head.index("rol")].value for r in sheet.iter_rows(min_row=2)} == {roles.SHOWN[role][0]}
