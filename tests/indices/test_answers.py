"""What is wrong with a form is told cell by cell, and everything else is read."""

import csv
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procrisk.errors import InputMissingError
from procrisk.indices import answers, faults
from tests.indices.made import form, row

CASES = {
    "region_unknown": (row(REGION="Lima"), "REGION", "«Lima» no es una región"),
    "period_unknown": (row(PERIODO="25"), "PERIODO", "escriba el año (2025)"),
    "framework_unknown": (row(MARCO="2017"), "MARCO", "escriba 2018 o DS148-2024"),
    "item_unknown": (row(ITEM="CRAPI-Z9"), "ITEM", "por ejemplo CRAPI-A1"),
    "item_not_asked": (row(ITEM="RIFI-D4", RESPUESTA="0.5"), "ITEM", "no se hace para el periodo 2025"),
    "answer_missing": (row(RESPUESTA=""), "RESPUESTA", "escriba sí, no o sin evidencia"),
    "answer_unknown": (row(RESPUESTA="parcial"), "RESPUESTA", "«parcial» no responde esta pregunta: escriba sí, no o sin evidencia"),
    "share_as_percent": (row(ITEM="CRAPI-B2", RESPUESTA="85"), "RESPUESTA", "escriba 0.85 o 85 %"),
    "number_out_of_range": (row(ITEM="CRAPI-B2", RESPUESTA="120 %"), "RESPUESTA", "escriba un número de 0 a 1 (100 %)"),
    "number_negative": (row(ITEM="CRAPI-B1", RESPUESTA="-2"), "RESPUESTA", "escriba 0 o más"),
    "number_not_whole": (row(ITEM="CRAPI-B1", RESPUESTA="2,5"), "RESPUESTA", "no es un número entero"),
    "not_applicable_refused": (row(RESPUESTA="no aplica", NOTA="x"), "RESPUESTA", "vale para todas las regiones"),
    "note_missing": (row(ITEM="CRAPI-E2", RESPUESTA="no aplica"), "NOTA", "escríbalo en NOTA"),
    "evidence_missing": (row(ENLACE_EVIDENCIA=""), "ENLACE_EVIDENCIA", "pegue el enlace"),
    "evidence_not_link": (row(ENLACE_EVIDENCIA="informe 12"), "ENLACE_EVIDENCIA", "«informe 12» no es un enlace"),
    "date_missing": (row(FECHA_EVIDENCIA=""), "FECHA_EVIDENCIA", "como 31/12/2025"),
    "date_invalid": (row(FECHA_EVIDENCIA="32/13/2025"), "FECHA_EVIDENCIA", "«32/13/2025» no es una fecha"),
    "date_after_period": (row(FECHA_EVIDENCIA="01/01/2026"), "FECHA_EVIDENCIA", "que termina el 31/12/2025"),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_each_fault_says_where_and_what_to_write_and_the_rest_is_read(tmp_path, code):
    wrong, column, told = CASES[code]
    read = answers.read([form(tmp_path / "f.csv", row(ITEM="CRAPI-A3"), wrong, row(ITEM="CRAPI-A4"))])
    assert read.items["item"].to_list() == ["CRAPI-A3", "CRAPI-A4"]
    (found,) = read.quarantine.to_dicts()
    assert (found["file"], found["row"], found["column"], found["code"]) == ("f.csv", 3, column, code)
    assert told in found["text_es"]
    assert found["text_en"]
    assert "{" not in found["text_es"] + found["text_en"]
    assert read.counts.row(0) == ("f.csv", 3, 2, 1, 0, 0)


def test_every_sentence_has_a_case():
    elsewhere = {"row_ragged", "answered_twice", "answered_again", "simulated_beside"}
    elsewhere |= {"no_workbook", "no_header", "columns_missing"}
    assert CASES.keys() | elsewhere == faults.SENTENCES.keys()


def test_a_row_may_have_several_faults_and_is_one_row_in_quarantine(tmp_path):
    bad = row(REGION="Atlantis", RESPUESTA="quizá", FECHA_EVIDENCIA="ayer")
    read = answers.read([form(tmp_path / "f.csv", bad)])
    assert set(read.quarantine["code"]) == {"region_unknown", "answer_unknown"}
    assert read.counts["quarantined"].to_list() == [1]


def test_a_word_where_a_number_belongs_says_which_numbers(tmp_path):
    read = answers.read([form(tmp_path / "f.csv", row(ITEM="CRAPI-B2", RESPUESTA="sí"))])
    assert "una proporción de 0 a 1 (0.85 u 85 %) o sin evidencia" in read.quarantine["text_es"][0]


@pytest.mark.parametrize(
    ("item", "written", "answer", "value"),
    [
        ("CRAPI-A1", "Sí", "yes", 1.0),
        ("CRAPI-A1", "SI", "yes", 1.0),
        ("CRAPI-A1", "no", "no", 0.0),
        ("CRAPI-A1", "Sin evidencia", "no evidence", None),
        ("CRAPI-E2", "no aplica", "not applicable", None),
        ("CRAPI-B2", "0.85", "0.85", 0.85),
        ("CRAPI-B2", "0,85", "0.85", 0.85),
        ("CRAPI-B2", "85 %", "0.85", 0.85),
        ("CRAPI-B2", "85%", "0.85", 0.85),
        ("CRAPI-B2", "1", "1", 1.0),
        ("CRAPI-B2", "0", "0", 0.0),
        ("CRAPI-B1", "3", "3", 0.5),
        ("CRAPI-B1", "3.0", "3", 0.5),
        ("RIFI-D2", "75", "75", 0.5),
        ("RIFI-ICP", "2.15", "2.15", 2.15),
    ],
)
def test_answers_as_people_write_them(tmp_path, item, written, answer, value):
    read = answers.read([form(tmp_path / "f.csv", row(ITEM=item, RESPUESTA=written, NOTA="no hubo"))])
    assert read.quarantine.is_empty()
    assert read.items.select("answer", "value").row(0) == (answer, value)


@pytest.mark.parametrize("word", ["no", "sin evidencia"])
def test_a_no_needs_no_evidence(tmp_path, word):
    read = answers.read([form(tmp_path / "f.csv", row(RESPUESTA=word, ENLACE_EVIDENCIA="", FECHA_EVIDENCIA=""))])
    assert read.items.height == 1


def test_a_zero_needs_no_evidence_but_a_number_of_days_does(tmp_path):
    bare = {"ENLACE_EVIDENCIA": "", "FECHA_EVIDENCIA": ""}
    rows = row(ITEM="CRAPI-B1", RESPUESTA="0", **bare), row(ITEM="RIFI-D2", RESPUESTA="0", **bare)
    read = answers.read([form(tmp_path / "f.csv", *rows)])
    assert read.items["item"].to_list() == ["CRAPI-B1"]
    assert set(read.quarantine["code"]) == {"evidence_missing", "date_missing"}


@pytest.mark.parametrize(("day", "good"), [("31/12/2025", True), ("01/01/2026", False)])
def test_evidence_of_the_periods_last_day_is_taken(tmp_path, day, good):
    read = answers.read([form(tmp_path / "f.csv", row(FECHA_EVIDENCIA=day))])
    assert read.quarantine.is_empty() is good


def test_answers_that_differ_are_both_refused_and_name_each_other(tmp_path):
    a = form(tmp_path / "a.csv", row())
    b = form(tmp_path / "b.csv", row(ITEM="CRAPI-A2"), row(RESPUESTA="no"))
    read = answers.read([b, a])
    assert read.items["item"].to_list() == ["CRAPI-A2"]
    told = {(f["file"], f["row"]): f["text_es"] for f in read.quarantine.to_dicts()}
    assert "b.csv, fila 3" in told["a.csv", 2]
    assert "a.csv, fila 2" in told["b.csv", 3]
    assert read.counts["quarantined"].to_list() == [1, 1]


def test_an_answer_given_twice_alike_counts_once(tmp_path):
    read = answers.read([form(tmp_path / "a.csv", row(), row())])
    assert read.items.height == 1
    assert read.quarantine.select("row", "code").rows() == [(3, "answered_again")]


def test_two_frameworks_are_two_answers(tmp_path):
    read = answers.read([form(tmp_path / "a.csv", row(), row(MARCO="DS148-2024", RESPUESTA="no"))])
    assert read.quarantine.is_empty()
    assert read.items.height == 2


def test_rows_not_answered_and_blank_rows_are_counted(tmp_path):
    silent = row(RESPUESTA="", ENLACE_EVIDENCIA="", FECHA_EVIDENCIA="")
    path = form(tmp_path / "a.csv", row(), silent, dict.fromkeys(answers.COLUMNS, ""), row(RESPUESTA="x"))
    counts = answers.read([path]).counts.to_dicts()
    assert counts == [{"file": "a.csv", "read": 4, "accepted": 1, "quarantined": 1, "unanswered": 1, "blank": 1}]


def test_a_row_with_a_cell_too_many_is_told(tmp_path):
    path = form(tmp_path / "a.csv", row())
    path.write_bytes(path.read_bytes() + b"Cusco,2025,2018,CRAPI-A2,,,no,,,,,demasiado,mas\n")
    read = answers.read([path])
    assert read.quarantine.select("row", "code").rows() == [(3, "row_ragged")]
    assert read.counts.row(0) == ("a.csv", 2, 1, 1, 0, 0)


def test_columns_are_known_by_name_in_any_order_and_with_any_delimiter(tmp_path):
    said = row()
    names = ["respuesta", "Item", "REGION", "Periodo", "Marco", "Enlace evidencia", "Fecha evidencia", "Nota"]
    keys = ["RESPUESTA", "ITEM", "REGION", "PERIODO", "MARCO", "ENLACE_EVIDENCIA", "FECHA_EVIDENCIA", "NOTA"]
    with (tmp_path / "a.csv").open("w", encoding="cp1252", newline="") as f:
        csv.writer(f, delimiter=";").writerows([names, [said[k] for k in keys]])
    read = answers.read([tmp_path / "a.csv"])
    assert read.items.select("region_code", "item", "answer").row(0) == ("08", "CRAPI-A1", "yes")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a,b\n1,2\n", "no se encontr. la fila de t.tulos"),
        (b"ITEM,RESPUESTA\nCRAPI-A1,no\n", "faltan las columnas REGION, PERIODO, MARCO"),
        (b"PK\x03\x04nothing", "el libro no se puede abrir"),
        (b"", "no se encontr. la fila"),
    ],
)
def test_what_is_no_form_is_told_and_stops_nothing_else(tmp_path, content, told):
    (tmp_path / "a.csv").write_bytes(content)
    read = answers.read([tmp_path / "a.csv", form(tmp_path / "b.csv", row())])
    (fault,) = read.quarantine.to_dicts()
    assert re.search(told, faults.told(fault))
    assert faults.told(fault).startswith("a.csv: ")
    assert read.items["item"].to_list() == ["CRAPI-A1"]
    assert read.counts.rows() == [("a.csv", 0, 0, 0, 0, 0), ("b.csv", 1, 1, 0, 0, 0)]


def test_made_up_answers_give_way_to_those_of_the_region(tmp_path):
    """Neither in doubt beside them nor as what the region left out; another region's stay."""
    made_up = {"FUENTE": "SIMULADO", "RESPUESTA": "no"}
    invented = form(tmp_path / "a.csv", row(**made_up), row(ITEM="CRAPI-A2", **made_up), row(REGION="Puno", **made_up))
    read = answers.read([invented, form(tmp_path / "b.csv", row())])
    assert read.items.select("region_code", "item", "answer", "simulated").rows() == [
        ("08", "CRAPI-A1", "yes", False),
        ("21", "CRAPI-A1", "no", True),
    ]
    assert read.quarantine.select("file", "row", "code").rows() == [
        ("a.csv", 2, "simulated_beside"),
        ("a.csv", 3, "simulated_beside"),
    ]


def test_the_date_that_is_proposed_is_one_that_would_be_taken(tmp_path):
    read = answers.read([form(tmp_path / "f.csv", row(PERIODO="2022-S1", FECHA_EVIDENCIA="31/02/2022"))])
    assert read.quarantine["text_es"].item().endswith("escríbala como 30/06/2022")


def test_a_form_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputMissingError, match="revise la ruta"):
        answers.read([tmp_path / "nix.csv"])


def test_the_order_of_files_does_not_matter(tmp_path):
    a, b = form(tmp_path / "a.csv", row()), form(tmp_path / "b.csv", row(ITEM="CRAPI-A2", REGION="07"))
    one, two = answers.read([a, b]), answers.read([b, a, a])
    assert one.items.equals(two.items)
    assert one.counts.equals(two.counts)


def test_files_of_one_name_are_told_apart(tmp_path):
    (tmp_path / "x").mkdir()
    a, b = form(tmp_path / "f.csv", row(RESPUESTA="a")), form(tmp_path / "x" / "f.csv", row(RESPUESTA="b"))
    read = answers.read([a, b])
    assert read.counts["quarantined"].to_list() == [1, 1]


def test_made_up_answers_are_known_by_their_source(tmp_path):
    read = answers.read([form(tmp_path / "a.csv", row(FUENTE="SIMULADO: prueba"), row(ITEM="CRAPI-A2", REGION="Puno"))])
    assert read.items["simulated"].to_list() == [True, False]


WRITTEN = st.one_of(
    st.sampled_from(["", "sí", "no", "sin evidencia", "no aplica", "0.5", "85 %", "4", "https://a.pe/b", "31/03/2025", "Cusco", "2025", "2018", "CRAPI-A1", "CRAPI-E2"]),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12),
)  # fmt: skip


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(answers.NEEDED, WRITTEN)), max_size=4))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_the_counts_add_up(tmp_path, rows):
    """No cell stops the reading, and no row is lost."""
    counts = answers.read([form(tmp_path / "f.csv", row(), *(row(**r) for r in rows))]).counts.row(0, named=True)
    assert counts["read"] == sum(counts[c] for c in ("accepted", "quarantined", "unanswered", "blank"))
