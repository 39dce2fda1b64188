"""The form of answers to the structured assessment: regions, questions and answers as people write them."""

from datetime import date

import pytest

from procrisk.records import tabular

HEAD = "REGION,PREGUNTA,TEXTO,RESPUESTA,EVIDENCIA,FECHA_EVIDENCIA,RESPONDIDO_POR,FECHA_RESPUESTA\n"


def read(*lines):
    data = (HEAD + "\n".join(lines) + "\n").encode()
    kind = tabular.recognise(data)
    assert kind == "registro:respuestas"
    (chunk,) = list(tabular.read(data, kind, set()))
    return chunk


@pytest.mark.parametrize(
    ("region", "code"),
    [("08", "08"), ("8", "08"), ("Cusco", "08"), ("GOBIERNO REGIONAL DE CUSCO", "08"), ("1501", "1501"), ("Lima Metropolitana", "1501"),
     ("Lima (provincias)", "15"), ("Áncash", "02"), ("CALLAO", "07")],
)  # fmt: skip
def test_a_region_by_its_code_or_name(region, code):
    chunk = read(f'"{region}",Q05-1,,Sí,informe 12,15/01/2022,Oficina de Integridad,31/03/2022')
    assert chunk.tables["answers"].drop("record").rows() == [
        (code, "Q05-1", "yes", "informe 12", date(2022, 1, 15), "Oficina de Integridad", date(2022, 3, 31))
    ]


@pytest.mark.parametrize(
    ("word", "code"),
    [("Sí", "yes"), ("si", "yes"), ("NO", "no"), ("Parcial", "partial"), ("Sin evidencia", "no_evidence"), ("no aplica", "not_applicable")],
)  # fmt: skip
def test_an_answer_as_written(word, code):
    assert read(f"08,q05-1,,{word},,,,31/03/2022").tables["answers"]["answer"].to_list() == [code]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Lima,Q05-1,,Sí,x,,,31/03/2022", "REGION: 'Lima'"),
        ("15,Q99-1,,Sí,x,,,31/03/2022", "PREGUNTA: 'Q99-1'"),
        ("15,Q06-1,,quizás,x,,,31/03/2022", "RESPUESTA: 'quizás'"),
        ("15,Q06-1,,Sí,x,,,31/02/2022", "FECHA_RESPUESTA"),
    ],
)
def test_what_stands_for_nothing_is_refused_with_its_place(line, told):
    chunk = read("08,Q05-1,,no,,,,31/03/2022", line)
    assert chunk.tables["answers"].height == 1
    (refusal,) = chunk.refusals
    assert refusal.line == 3
    assert told in refusal.detail
