"""A sheet is one page, says what its region's rows say, and is never more sure, or less polite, than they allow."""

import io
import re

import polars as pl
import pypdf
import pytest
from tests.benchmark import made

from procrisk import catalogue
from procrisk.benchmark import pages
from procrisk.benchmark.sheet import sheet, sheets
from procrisk.records.regions import REGIONS


@pytest.fixture(scope="module")
def press():
    return pages.Press()


def read(pdf):
    return pypdf.PdfReader(io.BytesIO(pdf))


def flat(pdf):
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in read(pdf).pages))


def room_left(page):
    """Points between the lowest text of the sheet and the first line of its footer, which comes last."""
    at = []

    def note(text, matrix, *_):
        if text.strip():
            at.append((matrix[5], text.strip()))

    page.extract_text(visitor_text=note)
    footer = max(n for n, (_, text) in enumerate(at) if text.startswith("Una señal es un motivo"))
    return min(y for y, _ in at[:footer]) - at[footer][0]


@pytest.fixture(scope="module")
def material():
    return made.material()


@pytest.fixture(scope="module")
def all_sheets(material):
    return sheets(material)


def test_each_of_the_26_is_one_page_of_a4(all_sheets, press):
    assert [s.code for s in all_sheets] == list(REGIONS)
    for s in all_sheets:
        (page,) = read(press.pdf(s)).pages
        assert tuple(round(float(x)) for x in page.mediabox[2:]) == (595, 842)
        assert s.name in page.extract_text()
        assert 12 < room_left(page) < 700


def test_longest_texts_still_fit_on_a_page(material, press):
    """The longest mitigations, the longest names, every register absent, both banners' worth of words."""
    risks = catalogue.risks().sort(pl.col("mitigation_es").str.len_chars() + pl.col("label_es").str.len_chars())
    longest = risks["id"].to_list()[-5:]
    worst = material.tables["drivers"].with_columns(
        risks=pl.col("rank").map_elements(lambda n: [longest[n - 1]], pl.List(pl.String))
    )
    m = made.material(simulated=True)
    changed = type(m)(**{f: getattr(m, f) for f in m.__slots__} | {"tables": {**m.tables, "drivers": worst}})
    s = sheet(changed, "1501")
    assert len(s.first) == 3
    pdf = press.pdf(s)
    (page,) = read(pdf).pages
    assert room_left(page) > 12
    assert s.first[2][1][:40] in flat(pdf)


def test_same_sheet_same_bytes_and_no_day_in_them(all_sheets, press):
    pdf = press.pdf(all_sheets[0])
    assert pages.Press().pdf(all_sheets[0]) == pdf
    assert not {"/CreationDate", "/ModDate"} & set(read(pdf).metadata or {})


def test_paper_and_screen_say_the_same(all_sheets, press):
    for s in all_sheets[::7]:
        paper, screen = flat(press.pdf(s)), re.sub(r"\s+", " ", pages.html(s))
        for sentence in [*s.standing, *s.unseen, *s.changed, *s.capacity, *(act for _, act in s.first)]:
            assert sentence in screen
            # hyphens and ligatures aside
            assert re.sub(r"\W", "", sentence)[:60] in re.sub(r"\W", "", paper), sentence


def test_a_region_without_data_says_so_and_is_given_no_rank(material, press):
    s = sheet(material, made.NO_DATA)
    text = flat(press.pdf(s))
    assert "Sin datos no es sin riesgo" in text
    assert s.interval == ""
    assert not s.first
    assert "Publicar o entregar los registros" in s.first_note


def test_drivers_are_named_with_the_measures_of_their_risks(material):
    s = sheet(material, made.OUTLIER)
    first = material.of("drivers").filter((pl.col("region_code") == made.OUTLIER) & (pl.col("rank") == 1)).to_dicts()[0]
    risk = catalogue.risks().filter(pl.col("id") == first["risks"][0]).to_dicts()[0]
    assert s.first[0] == (risk["label_es"], risk["mitigation_es"])
    assert f"{first['raised']} de {first['evaluated']} procesos" in s.drivers_svg


def test_what_is_not_above_the_expected_is_no_driver(material):
    flat_ = material.tables["drivers"].with_columns(expected=pl.col("raised") - 0.4, excess=pl.lit(0.4))
    changed = type(material)(
        **{f: getattr(material, f) for f in material.__slots__} | {"tables": {**material.tables, "drivers": flat_}}
    )
    s = sheet(changed, "01")
    assert s.drivers.startswith("Ningún indicador")
    assert pages.html(s).count("Ningún indicador") == 2  # what explains it, and what to do first
    assert s.first_note.startswith("Ningún indicador")


@pytest.mark.parametrize(
    ("simulated", "forms", "said"),
    [(True, True, "SIMULADO:"), (False, True, "RESPUESTAS SIMULADAS:"), (False, False, "")],
)
def test_simulated_records_and_answers_are_said_to_be(simulated, forms, said):
    assert sheet(made.material(simulated=simulated, forms=forms), "08").banner.startswith(said)
    assert bool(sheet(made.material(simulated=simulated, forms=forms), "08").banner) == bool(said)


def test_a_sheet_on_real_answers_is_not_said_to_be_simulated_because_another_region_is(material):
    own = {f"{i}_simulated": pl.col(f"{i}_simulated") & (pl.col("region_code") != "08") for i in ("rifi", "crapi")}
    tables = {
        **material.tables,
        "axes": material.tables["axes"].with_columns(**own),
        "matrix": material.tables["matrix"].with_columns(simulated=pl.col("region_code") != "08"),
    }
    m = type(material)(**{f: getattr(material, f) for f in material.__slots__} | {"tables": tables})
    assert sheet(m, "08").banner == ""
    assert "[SIMULADO]" not in " ".join(sheet(m, "08").capacity)
    assert sheet(m, "21").banner.startswith("RESPUESTAS SIMULADAS")


def test_weights_and_cuts_are_said_to_be_ours_wherever_an_index_or_a_category_is(material):
    for s in sheets(material):
        assert "propuesta nuestra" in s.capacity[-1]


def test_a_number_and_its_sign_stay_together(material):
    said = sheet(material, "08").content()
    assert not re.search(r"\d %|S/ \d", "".join(v for v in said["standing"] + said["unseen"]) + said["size"])


def test_without_forms_there_are_no_indices(material):
    s = sheet(made.material(forms=False), "08")
    assert s.capacity[0].startswith("Índices de integridad (RIFI y CRAPI): sin datos")


def test_lima_is_two_and_each_says_whose_procurement_it_is(material):
    assert "Municipalidad Metropolitana de Lima" in sheet(material, "1501").counted
    assert "nueve provincias" in sheet(material, "15").counted


def test_nothing_that_identifies_a_person_is_left(material, press):
    named = material.tables["matrix"].with_columns(sentence_es=pl.lit("El responsable, RUC 10456789012, DNI 45678901."))
    changed = type(material)(
        **{f: getattr(material, f) for f in material.__slots__} | {"tables": {**material.tables, "matrix": named}}
    )
    s = sheet(changed, "08")
    assert "10456789012" in s.capacity[-2]
    assert "45678901" not in pages.html(s)
    assert "45678901" not in flat(press.pdf(s))


def test_the_page_opens_offline_and_escapes(material):
    page = pages.html(sheet(material, "18"))
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert "default-src 'none'" in page


def test_who_is_above_and_who_is_below_is_told_from_either_side(material):
    """Each pair stands once in the table; the sheet of the second region reads it the other way round."""
    high, low = sheet(material, made.OUTLIER), sheet(material, "25")
    assert "Su puntaje es claramente más alto que el de 24 regiones." in high.standing[1]
    assert low.standing[1] == "Su puntaje es claramente más bajo que el de Moquegua. De las otras 23 no se distingue."
    first = sheet(material, "01")
    assert first.standing[1] == low.standing[1]


def test_the_index_page_promises_no_more_than_the_records_hold(material):
    page = pages.index(material, [("mapa.svg", "Mapa")])
    assert "De los 12 meses del periodo, 4 con registros: noviembre de 2021 a febrero de 2022." in page
    assert "no es un orden de puestos" in page
    assert "propuesta nuestra" in page
    assert "mezclan la mala conducta con cuánto se audita" in page
    row = page.split("Madre de Dios</a>")[1].split("</tr>")[0]
    assert re.findall(r'class="n">([^<]*)<', row) == ["sin datos", "–", "–"]
