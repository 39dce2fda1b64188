"""Pictures: the same bytes in any order, text for those who cannot see them, colours that survive a grey printer."""

import re

import polars as pl
import pytest
from tests.benchmark import made

from procrisk.benchmark import drawing, panels, pictures, words
from procrisk.publication import tiles
from procrisk.records.regions import REGIONS

NATIONAL = (pictures.tile_map, pictures.intervals, pictures.funnel, panels.trend, panels.matrix)


@pytest.fixture(scope="module")
def material():
    return made.material()


@pytest.fixture(scope="module")
def drawn(material):
    return {draw.__name__: draw(material) for draw in NATIONAL}


def test_bytes_do_not_depend_on_what_was_drawn_before(material, drawn):
    assert {draw.__name__: draw(material) for draw in reversed(NATIONAL)} == drawn


@pytest.mark.parametrize("name", [d.__name__ for d in NATIONAL])
def test_a_picture_says_what_it_shows(drawn, name):
    svg = drawn[name]
    assert re.match(r'<svg [^>]* role="img" aria-label="([^"]{20,})"><title>\1</title>', svg)
    assert "NaN" not in svg
    assert "undefined" not in svg
    # ids would be counted on from picture to picture
    assert not re.search(r'\bid="|url\(#', svg)


def test_every_region_is_there_once(drawn):
    for name in ("tile_map", "intervals", "trend"):
        texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawn[name])
        for code, region in REGIONS.items():
            assert (texts.count(region) or texts.count(words.brief(code))) == 1, (name, region)


def test_nothing_is_placed_by_the_width_of_a_text(material, monkeypatch):
    """A chart's place in its picture is what the frame says, whatever the fonts of the machine."""
    svg = pictures.intervals(material)
    assert 'width="696"' in svg  # 480 and the margins 150 and 66
    assert "translate(150,36)" in svg


def test_a_picture_copied_without_its_page_still_says_that_it_is_simulated(drawn):
    for svg in drawn.values():
        marked = drawing.marked(svg, "SIMULADO: <nada>")
        assert marked.count("SIMULADO: &lt;nada&gt;</text></svg>") == 1
        height = int(re.search(r' height="(\d+)"', svg)[1])
        assert f'height="{height + drawing.BAND}"' in marked
        assert drawing.marked(svg, "") == svg


def luminance(colour):
    r, g, b = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * r**2.2 + 0.7152 * g**2.2 + 0.0722 * b**2.2


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_shades_differ_in_grey_and_texts_on_them_can_be_read():
    light = [luminance(c) for c in tiles.SHADES]
    assert light == sorted(light, reverse=True)
    assert all(contrast(a, b) > 1.15 for a, b in zip(tiles.SHADES, tiles.SHADES[1:], strict=False))
    for score in range(0, 101, 5):
        assert contrast(*tiles.shade(float(score), 0.0, 100.0)) >= 4.5
    assert contrast(drawing.MARK, "#ffffff") >= 4.5


def test_numbers_have_one_decimal_at_most(drawn):
    for svg in drawn.values():
        for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg):
            assert not re.search(r"\d\.\d\d", text), text


def test_names_in_the_funnel_do_not_lie_over_each_other(drawn):
    at = []
    for x, y, name in re.findall(r"<text[^>]*translate\(([\d.]+),([\d.]+)\)[^>]*>([^<\d]+)</text>", drawn["funnel"]):
        if name in REGIONS.values():
            assert all(abs(float(y) - b) > 15 or abs(float(x) - a) > 100 for a, b in at), name
            at.append((float(x), float(y)))
    assert len(at) >= 3
    assert "Moquegua" in drawn["funnel"]


def test_without_forms_the_matrix_says_so():
    assert "Sin datos de capacidad" in panels.matrix(made.material(forms=False))


@pytest.mark.parametrize("code", [made.NO_DATA, made.OUTLIER])
def test_the_region_of_a_sheet_is_marked(material, code):
    svg = pictures.intervals(material, code)
    assert re.search(rf'<text[^>]*font-weight="bold"[^>]*>{re.escape(words.brief(code))}</text>', svg)
    assert svg.count(drawing.MARK) >= (2 if code == made.NO_DATA else 3)


def fills(svg):
    return {c for c in re.findall(r'fill="(#[0-9a-f]{6})"', svg) if c in tiles.SHADES}


def test_regions_that_differ_by_less_than_their_uncertainty_look_alike(material):
    """Scores within a point, intervals of four: two neighbouring tones of the six at most."""
    of = material.tables["scores"]
    near = of.with_columns(score=pl.col("score").clip(7.0, 8.0), score_low=pl.lit(5.5), score_high=pl.lit(9.5))
    alike = type(material)(
        **{f: getattr(material, f) for f in material.__slots__} | {"tables": {**material.tables, "scores": near}}
    )
    assert len(fills(pictures.tile_map(alike))) <= 2
    assert {tiles.SHADES[0], tiles.SHADES[-1]} <= fills(pictures.tile_map(material))


def test_each_region_stands_in_its_cell_of_the_matrix(material, drawn):
    """Capacity grows to the right, risk upwards."""
    w, h = panels.CELL
    for r in material.tables["matrix"].drop_nulls("most_likely").iter_rows(named=True):
        told = re.escape(f"{words.brief(r['region_code'])} 60 %*")
        ((x, y),) = re.findall(rf"<text[^>]*translate\(([\d.]+),([\d.]+)\)[^>]*>{told}</text>", drawn["matrix"])
        assert r["most_likely"] == f"C{1 + int(float(x) // w)}R{3 - int(float(y) // h)}"
