"""The form of the structured assessment can be filled in and read back."""

import openpyxl

from procrisk import assessment
from procrisk.publication.assessment_form import write
from procrisk.records import tabular


def filled(path, answers):
    write(path)
    book = openpyxl.load_workbook(path)
    sheet = book["respuestas"]
    at = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        said = answers.get(sheet.cell(row, at["PREGUNTA"]).value, {})
        for column, value in said.items():
            sheet.cell(row, at[column]).value = value
    book.save(path)
    return path.read_bytes()


def test_a_filled_form_is_read_and_rows_left_blank_are_refused_one_by_one(tmp_path):
    answers = {
        "Q05-1": {"REGION": "Cusco", "RESPUESTA": "sí", "EVIDENCIA": "informe 12", "FECHA_RESPUESTA": "31/03/2022"},
        "Q43-2": {"REGION": "Lima (provincias)", "RESPUESTA": "sin evidencia", "FECHA_RESPUESTA": "31/03/2022"},
    }
    data = filled(tmp_path / "form.xlsx", answers)
    kind = tabular.recognise(data)
    assert kind == "registro:respuestas"
    chunks = list(tabular.read(data, kind, set()))
    rows = [r for c in chunks for r in c.tables["answers"].select("region_code", "question", "answer").rows()]
    assert rows == [("08", "Q05-1", "yes"), ("15", "Q43-2", "no_evidence")]
    refused = sum(len(c.refusals) for c in chunks)
    assert refused == assessment.questions().height - 2


def test_the_form_offers_every_region_and_answer(tmp_path):
    write(tmp_path / "form.xlsx")
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    offered = [v.formula1 for v in book["respuestas"].data_validations.dataValidation]
    assert any("no aplica" in o and "sí" in o for o in offered)
    assert [c.value for c in book["listas"]["A"]][:2] == ["Amazonas", "Áncash"]
    assert book["listas"].max_row == 26


def test_two_forms_are_the_same_bytes(tmp_path):
    write(tmp_path / "a.xlsx")
    write(tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
