"""The template is filled in as a person would and read back; two templates are the same bytes."""

from datetime import date

import openpyxl
import pytest

from procrisk.errors import PublicationIOError, UsageError
from procrisk.indices import answers, form
from procrisk.indices.frameworks import load

CRAPI, RIFI = load("CRAPI", "DS148-2024"), load("RIFI", "DS148-2024")


def filled(path, framework, said):
    """The template at `path`, answered: item to column to value."""
    form.write(path, framework, "1501", "2025")
    book = openpyxl.load_workbook(path)
    sheet = book.active
    (top,) = (n for n in range(1, 15) if sheet.cell(n, 4).value == "ITEM")
    at = {cell.value: cell.column for cell in sheet[top]}
    for n in range(top + 1, sheet.max_row + 1):
        for column, value in said.get(sheet.cell(n, at["ITEM"]).value, {}).items():
            sheet.cell(n, at[column]).value = value
    book.save(path)
    return path, top


def test_a_workbook_comes_back_as_it_was_filled_in(tmp_path):
    proof = {"ENLACE_EVIDENCIA": "https://www.gob.pe/x", "FECHA_EVIDENCIA": date(2025, 3, 31)}
    said = {
        "CRAPI-A1": {"RESPUESTA": "sí", **proof},
        "CRAPI-A2": {"RESPUESTA": "no"},
        "CRAPI-A3": {"RESPUESTA": "sin evidencia"},
        "CRAPI-B1": {"RESPUESTA": 3, **proof},
        "CRAPI-B2": {"RESPUESTA": 0.85, **proof},
        "CRAPI-B3": {"RESPUESTA": 85, **proof},
        "CRAPI-E2": {"RESPUESTA": "no aplica", "NOTA": "no hay asientos"},
    }
    path, top = filled(tmp_path / "f.xlsx", CRAPI, said)
    read = answers.read([path])
    found = dict(read.items.select("item", "answer").iter_rows())
    assert found == {
        "CRAPI-A1": "yes",
        "CRAPI-A2": "no",
        "CRAPI-A3": "no evidence",
        "CRAPI-B1": "3",
        "CRAPI-B2": "0.85",
        "CRAPI-E2": "not applicable",
    }
    assert set(read.items["region_code"]) == {"1501"}
    assert read.items["evidence_date"].drop_nulls().unique().to_list() == [date(2025, 3, 31)]
    (wrong,) = read.quarantine.to_dicts()
    assert (wrong["row"], wrong["column"], wrong["code"]) == (top + 7, "RESPUESTA", "share_as_percent")
    assert read.counts.row(0) == ("f.xlsx", 16, 6, 1, 9, 0)


def test_numbers_where_the_template_had_text_are_read_too(tmp_path):
    proof = {"ENLACE_EVIDENCIA": "https://www.gob.pe/x", "FECHA_EVIDENCIA": "31/03/2025"}
    said = {"CRAPI-A1": {"RESPUESTA": "SÍ ", "PERIODO": 2025, "MARCO": 2018, "ITEM": " crapi-a1", **proof}}
    path, _ = filled(tmp_path / "f.xlsx", CRAPI, said)
    read = answers.read([path])
    assert read.quarantine.is_empty()
    assert read.items.select("period", "framework", "item", "answer").row(0) == ("2025", "2018", "CRAPI-A1", "yes")


def test_an_empty_template_is_unanswered_and_not_wrong(tmp_path):
    for name in ("f.xlsx", "f.csv"):
        form.write(tmp_path / name, RIFI, "08", "2025")
        read = answers.read([tmp_path / name])
        assert read.quarantine.is_empty()
        assert read.counts.row(0) == (name, 46, 0, 0, 46, 0)


def test_the_template_asks_what_holds_in_the_period(tmp_path):
    form.write(tmp_path / "a.csv", RIFI, "08", "2025")
    form.write(tmp_path / "b.csv", RIFI, "08", "2026")
    assert b"RIFI-D4" not in (tmp_path / "a.csv").read_bytes()
    assert b"RIFI-D4" in (tmp_path / "b.csv").read_bytes()


def test_answers_are_chosen_from_a_list_and_only_they_are_open(tmp_path):
    form.write(tmp_path / "f.xlsx", CRAPI, "08", "2025")
    sheet = openpyxl.load_workbook(tmp_path / "f.xlsx").active
    lists = [v.formula1 for v in sheet.data_validations.dataValidation]
    assert '"sí,no,sin evidencia"' in lists
    assert '"sin evidencia,no aplica"' in lists
    assert sheet.protection.sheet
    (top,) = (n for n in range(1, 15) if sheet.cell(n, 4).value == "ITEM")
    open_ = [sheet.cell(top, c).value for c in range(1, 12) if not sheet.cell(top + 1, c).protection.locked]
    assert open_ == ["RESPUESTA", "ENLACE_EVIDENCIA", "FECHA_EVIDENCIA", "NOTA", "FUENTE"]
    assert sheet.cell(top, 7).protection.locked


def test_the_sheet_says_first_in_spanish_how_to_fill_it_and_whose_the_weights_are(tmp_path):
    form.write(tmp_path / "f.xlsx", RIFI, "08", "2025")
    sheet = openpyxl.load_workbook(tmp_path / "f.xlsx").active
    said = [sheet.cell(n, 1).value for n in range(1, 10)]
    assert "Cusco, 2025" in said[0]
    assert "propuesta de este proyecto" in said[1]
    assert said[2].startswith("Responda")


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_two_templates_are_the_same_bytes(tmp_path, name):
    (tmp_path / "x").mkdir()
    form.write(tmp_path / name, CRAPI, "08", "2025")
    form.write(tmp_path / "x" / name, CRAPI, "08", "2025")
    assert (tmp_path / name).read_bytes() == (tmp_path / "x" / name).read_bytes()


@pytest.mark.parametrize(
    ("name", "region", "period", "told"),
    [
        ("a.ods", "08", "2025", ".xlsx o .csv"),
        ("a.csv", "99", "2025", "no es una regi.n"),
        ("a.csv", "08", "25", "no es un periodo"),
    ],
)
def test_what_cannot_be_made_is_told(tmp_path, name, region, period, told):
    with pytest.raises(UsageError, match=told):
        form.write(tmp_path / name, CRAPI, region, period)


def test_a_form_is_never_written_over(tmp_path):
    (tmp_path / "a.csv").write_text("mine")
    with pytest.raises(PublicationIOError):
        form.write(tmp_path / "a.csv", CRAPI, "08", "2025")
    assert (tmp_path / "a.csv").read_text() == "mine"
