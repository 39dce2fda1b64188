"""What can be wrong with a filled form, in words that say what to write instead. Spanish first, English beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from procrisk.indices.periods import is_period, last_day

SENTENCES: dict[str, tuple[str, str]] = {
    "no_workbook": (
        "el libro no se puede abrir y no se leyó: guárdelo de nuevo como .xlsx, o use la plantilla",
        "the workbook cannot be opened and was not read: save it again as .xlsx, or use the template",
    ),
    "no_header": (
        "no se leyó: no se encontró la fila de títulos (con ITEM y RESPUESTA) en las primeras {known} filas; use la plantilla",
        "not read: no header with ITEM and RESPUESTA in the first {known} rows; use the template",
    ),
    "columns_missing": (
        "no se leyó: faltan las columnas {found}; use la plantilla",
        "not read: the columns {found} are missing; use the template",
    ),
    "row_ragged": (
        "la fila no tiene las mismas columnas que la fila de títulos: borre lo que sobra o complete lo que falta",
        "the row has not the columns of the header: delete what is too much or fill in what lacks",
    ),
    "region_unknown": (
        "«{found}» no es una región: escriba su nombre (Cusco) o su código (08); para Lima, «Lima (provincias)» o «Lima Metropolitana»",
        "“{found}” is no region: write its name (Cusco) or code (08); for Lima, “Lima (provincias)” or “Lima Metropolitana”",
    ),
    "period_unknown": (
        "«{found}» no es un periodo: escriba el año (2025), el semestre (2025-S1), el trimestre (2025-Q3) o el mes (2025-04)",
        "“{found}” is no period: write the year (2025), half year (2025-S1), quarter (2025-Q3) or month (2025-04)",
    ),
    "framework_unknown": (
        "«{found}» no es un marco: escriba {known}, como en la plantilla",
        "“{found}” is no framework: write {known}, as in the template",
    ),
    "item_unknown": (
        "«{found}» no es una pregunta de este marco: copie el código de la plantilla, por ejemplo {known}",
        "“{found}” is no question of this framework: copy the code from the template, for example {known}",
    ),
    "item_not_asked": (
        "la pregunta {found} no se hace para el periodo {period}: borre la fila",
        "question {found} is not asked for the period {period}: delete the row",
    ),
    "answer_missing": (
        "hay evidencia o nota, pero no respuesta: escriba {known}",
        "there is evidence or a note, but no answer: write {known}",
    ),
    "answer_unknown": (
        "«{found}» no responde esta pregunta: escriba {known}",
        "“{found}” does not answer this question: write {known}",
    ),
    "share_as_percent": (
        "{found} es mayor que 1 y aquí va una proporción: escriba {known}",
        "{found} is above 1 and this is a share: write {known}",
    ),
    "number_out_of_range": (
        "{found} está fuera de lo posible: escriba un número de 0 a {known}",
        "{found} is out of range: write a number from 0 to {known}",
    ),
    "number_negative": (
        "{found} es menor que cero: escriba 0 o más",
        "{found} is below zero: write 0 or more",
    ),
    "number_not_whole": (
        "{found} no es un número entero y aquí se cuenta: escriba, por ejemplo, 4",
        "{found} is no whole number and this is a count: write, for example, 4",
    ),
    "not_applicable_refused": (
        "esta pregunta vale para todas las regiones, «no aplica» no procede: escriba {known}",
        "this question applies to every region, “no aplica” is not possible: write {known}",
    ),
    "note_missing": (
        "«no aplica» necesita un motivo: escríbalo en NOTA, por ejemplo «no hubo denuncias en el periodo»",
        "“no aplica” needs a reason: write it in NOTA, for example “no hubo denuncias en el periodo”",
    ),
    "evidence_missing": (
        "la respuesta «{found}» necesita evidencia: pegue el enlace al documento (https://…) o responda «sin evidencia»",
        "the answer “{found}” needs evidence: paste the link to the document (https://…) or answer “sin evidencia”",
    ),
    "evidence_not_link": (
        "«{found}» no es un enlace: péguelo completo, desde https://",
        "“{found}” is no link: paste it whole, from https:// on",
    ),
    "date_missing": (
        "falta la fecha del documento de evidencia: escríbala como {day}",
        "the date of the evidence is missing: write it as {day}",
    ),
    "date_invalid": (
        "«{found}» no es una fecha: escríbala como {day}",
        "“{found}” is no date: write it as {day}",
    ),
    "date_after_period": (
        "{found} es posterior al periodo {period}, que termina el {known}: la evidencia debe ser del periodo o anterior",
        "{found} is after the period {period}, which ends on {known}: the evidence has to be of the period or before it",
    ),
    "answered_twice": (
        "la pregunta {found} tiene respuestas distintas en {known}: deje una sola",
        "question {found} has different answers in {known}: keep one only",
    ),
    "answered_again": (
        "la pregunta {found} ya está respondida igual en {known}: esta fila no se cuenta",
        "question {found} is already answered alike in {known}: this row is not counted",
    ),
    "simulated_beside": (
        "{found} es una respuesta simulada y la región respondió de verdad este índice en {known}: la simulada no se cuenta",
        "{found} is a made-up answer and the region itself answered this index in {known}: the made-up one is not counted",
    ),
}
"""Code of a fault -> what it says in Spanish and English. {found}: what is written; {known}: what could stand there; {day}: a date of the period."""

SCHEMA: dict[str, type[pl.DataType]] = {
    "file": pl.String,
    "row": pl.Int32,
    "column": pl.String,
    "code": pl.String,
    "found": pl.String,
    "text_es": pl.String,
    "text_en": pl.String,
}
KEY = ("file", "row", "column", "code")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a cell. row: of the file, 1 being the first; column: as the form's header names it.

    A file that is no form has neither row nor column.
    """

    file: str
    row: int | None
    column: str
    code: str
    found: str = ""
    known: str = ""
    known_en: str = ""
    period: str = ""

    @property
    def text_es(self) -> str:
        """The sentence in Spanish."""
        return self._said(0, self.known)

    @property
    def text_en(self) -> str:
        """The sentence in English."""
        return self._said(1, self.known_en or self.known)

    def _said(self, tongue: int, known: str) -> str:
        day = f"{last_day(self.period):%d/%m/%Y}" if is_period(self.period) else "31/12/2025"
        return SENTENCES[self.code][tongue].format(found=self.found, known=known, period=self.period, day=day)

    def __str__(self) -> str:
        """File, row, column and the sentence in both languages, on one line."""
        return told({c: getattr(self, c) for c in SCHEMA})


def told(fault: Mapping[str, Any]) -> str:
    """A row of the quarantine in one line: file, row, column and the sentence in both languages."""
    place = "" if fault["row"] is None else f", fila {fault['row']}, columna {fault['column']}"
    return f"{fault['file']}{place}: {fault['text_es']} · {fault['text_en']}"


def frame(faults: list[Fault]) -> pl.DataFrame:
    """Faults as a table: columns of SCHEMA, one row a fault, sorted by KEY."""
    rows = [{c: getattr(f, c) for c in SCHEMA} for f in faults]
    return pl.DataFrame(rows, schema=SCHEMA).unique(KEY, keep="first", maintain_order=True).sort(KEY)
