"""The form of decisions: codes of what was found, functions instead of names."""

from datetime import date

import pytest

from procrisk.records import tabular

HEAD = "CODIGOCONVOCATORIA,INDICADOR,DECISION,MOTIVO,FECHA,REVISOR\n"


def read(line):
    data = (HEAD + line + "\n").encode()
    kind = tabular.recognise(data)
    assert kind == "registro:decisiones"
    (chunk,) = list(tabular.read(data, kind, set()))
    return chunk


def test_a_decision_as_written():
    rows = read("0800123,pre-05,No confirmada,El tope era otro,10/05/2022,Oficina de Integridad").tables["decisions"]
    assert rows.drop("record").rows() == [
        ("800123", "PRE-05", "not_confirmed", "El tope era otro", date(2022, 5, 10), "integrity")
    ]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("CONFIRMADA", "confirmed"),
        ("confirmado", "confirmed"),
        ("no confirmada", "not_confirmed"),
        ("No relacionada", "unrelated"),
        ("ajena", "unrelated"),
    ],
)
def test_what_was_found(word, code):
    assert read(f"1,PRE-05,{word},,2022-05-10,analista").tables["decisions"]["decision"].to_list() == [code]


@pytest.mark.parametrize(
    ("word", "code"),
    [("OCI", "control"), ("Órgano de Control", "control"), ("Logística", "contracting"), ("Analista", "analyst")],
)
def test_who_decided_is_a_function(word, code):
    assert read(f"1,PRE-05,confirmada,,2022-05-10,{word}").tables["decisions"]["reviewer"].to_list() == [code]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("1,PRE-05,culpable,,2022-05-10,analista", "DECISION"),
        ("1,PRE-05,confirmada,,2022-05-10,Juana Pérez", "REVISOR"),
        ("1,PRE-05,confirmada,,,analista", "FECHA"),
    ],
)
def test_another_word_or_a_name_is_refused(line, told):
    (refusal,) = read(line).refusals
    assert told in refusal.detail
