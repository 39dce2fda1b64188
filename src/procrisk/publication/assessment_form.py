"""The form of the structured assessment as a workbook: a row a question, drop-down answers, ready to fill in and read back."""

from pathlib import Path

from procrisk import assessment, catalogue
from procrisk.publication.form_sheet import offer, workbook
from procrisk.records.regions import REGIONS

_TEXT = ("RIESGO", "PREGUNTA_TEXTO", "EVIDENCIA_PEDIDA")
_WIDTHS = {"PREGUNTA_TEXTO": 70, "EVIDENCIA_PEDIDA": 45, "EVIDENCIA": 45, "RIESGO": 45}
_NOTES = (
    "Una fila por pregunta. Escriba la región (código o nombre), la respuesta y la evidencia: el enlace o el número del documento.",
    "Sin evidencia, un «sí» o un «parcial» no cuenta. «Sin evidencia» no es lo mismo que «no».",
    "En RESPONDIDO_POR va la función (por ejemplo, Oficina de Integridad), nunca el nombre de una persona.",
    "Las fechas se escriben dd/mm/aaaa. Una respuesta vale un año.",
)


def write(path: Path) -> None:
    """Write the form to an XLSX file that `--context` reads back once it is filled in."""
    columns = (*assessment.FORM[:2], *_TEXT, *assessment.FORM[2:])
    labels = dict(catalogue.risks().select("id", "label_es").iter_rows())
    book, head, wrap = workbook(path)
    sheet = book.add_worksheet("respuestas")
    for at, name in enumerate(columns):
        sheet.write_string(0, at, name, head)
        sheet.set_column(at, at, _WIDTHS.get(name, 18), wrap)
    bank = assessment.questions()
    for n, q in enumerate(bank.iter_rows(named=True), 1):
        said = {
            "PREGUNTA": q["id"],
            "RIESGO": f"{q['risk']} {labels[q['risk']]}",
            "PREGUNTA_TEXTO": q["question_es"],
            "EVIDENCIA_PEDIDA": q["evidence_es"],
        }
        for name, text in said.items():
            sheet.write_string(n, columns.index(name), text, wrap)
    sheet.freeze_panes(1, 2)
    last = bank.height
    for name, words in (
        ("REGION", list(REGIONS.values())),
        ("RESPUESTA", [es for es, _ in assessment.ANSWERS.values()]),
    ):
        offer(sheet, (1, last), columns.index(name), words)
    lists = book.add_worksheet("listas")
    for n, name in enumerate(REGIONS.values()):
        lists.write_string(n, 0, name)
    notes = book.add_worksheet("cómo llenar")
    notes.set_column(0, 0, 110, wrap)
    for n, note in enumerate(_NOTES):
        notes.write_string(n, 0, note)
    book.close()
