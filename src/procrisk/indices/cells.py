"""The answer and the evidence of one row of a form: read, and held against what the question asks for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from procrisk import assessment
from procrisk.indices import periods
from procrisk.indices.faults import Fault
from procrisk.indices.frameworks import Item
from procrisk.indices.scores import NO, NO_EVIDENCE, NOT_APPLICABLE, YES

WORDS = {code: assessment.ANSWERS[code.replace(" ", "_")] for code in (YES, NO, NO_EVIDENCE, NOT_APPLICABLE)}
"""Code of an answer -> the word of the form and its English name. There is no "parcial" here: a part is a share."""

_NUMBER = re.compile(r"([-−]?\d+(?:[.,]\d+)?)\s*(%?)")
_LINK = re.compile(r"https?://[^\s/]+\.[^\s]+")
_UNKNOWN = {"SIN EVIDENCIA": NO_EVIDENCE, "NO APLICA": NOT_APPLICABLE}
_PLAIN = {"SI": YES, "NO": NO}
_FIGURES = {
    "share": ("una proporción de 0 a 1 (0.85 u 85 %)", "a share from 0 to 1 (0.85 or 85 %)"),
    "count": ("un número entero (4)", "a whole number (4)"),
    "days": ("un número de días (30)", "a number of days (30)"),
    "points": ("un número de 0 a {most:g} (2.15)", "a number from 0 to {most:g} (2.15)"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row whose region, period, framework and item are known. Cells are trimmed, empty where nothing is written."""

    file: str
    line: int
    period: str
    item: Item
    answer: str
    url: str
    date_written: str
    date_read: date | None
    note: str

    def fault(self, column: str, code: str, found: str, known: tuple[str, str] = ("", "")) -> Fault:
        """Something wrong in a cell of this row."""
        return Fault(self.file, self.line, column, code, found, known[0], known[1], self.period)


def possible(item: Item) -> tuple[str, str]:
    """What may be written as the answer to an item, in Spanish and English."""
    words = [WORDS[code] for code in words_of(item)]
    figures = [tuple(t.format(most=item.most) for t in _FIGURES[item.kind])] if item.kind in _FIGURES else []
    spanish = [*(f[0] for f in figures), *(es for es, _ in words)]
    english = [*(f[1] for f in figures), *(es if es == en else f"{es} ({en})" for es, en in words)]
    return f"{', '.join(spanish[:-1])} o {spanish[-1]}", f"{', '.join(english[:-1])} or {english[-1]}"


def words_of(item: Item) -> list[str]:
    """Codes of the words that answer an item."""
    said = [YES, NO] if item.kind == "yes_no" else []
    return [*said, NO_EVIDENCE, *([NOT_APPLICABLE] if item.may_not_apply else [])]


def read(row: Row, folded: str) -> tuple[str, float | None, list[Fault]]:
    """The answer's code (a number: as written in plain form), what it counts, and all that is wrong with the row.

    folded: the answer in capitals, without accents.
    """
    if not folded:
        return "", None, [row.fault("RESPUESTA", "answer_missing", "", possible(row.item))]
    if code := _UNKNOWN.get(folded) or (_PLAIN.get(folded) if row.item.kind == "yes_no" else None):
        value = {YES: 1.0, NO: 0.0}.get(code)
        return code, value, [*_word_faults(row, code), *_evidence_faults(row, needed=code == YES)]
    number = None if row.item.kind == "yes_no" else _NUMBER.fullmatch(folded)
    if number is None or (number[2] and row.item.kind != "share"):
        return "", None, [row.fault("RESPUESTA", "answer_unknown", row.answer, possible(row.item))]
    said = float(number[1].replace(",", ".").replace("−", "-"))
    amount = said / 100 if number[2] else said
    faults = [
        *_number_faults(row, amount, percent=bool(number[2])),
        *_evidence_faults(row, needed=amount > 0 or row.item.kind == "days"),
    ]
    counts = None if faults else row.item.value(amount, row.period) if row.item.scored else amount
    return f"{amount:.12g}", counts, faults


def _word_faults(row: Row, code: str) -> Iterator[Fault]:
    if code == NOT_APPLICABLE and not row.item.may_not_apply:
        yield row.fault("RESPUESTA", "not_applicable_refused", row.answer, possible(row.item))
    elif code == NOT_APPLICABLE and not row.note:
        yield row.fault("NOTA", "note_missing", "")


def _number_faults(row: Row, amount: float, *, percent: bool) -> Iterator[Fault]:
    item = row.item
    if amount < 0:
        yield row.fault("RESPUESTA", "number_negative", row.answer)
    elif item.kind == "share" and amount > 1:
        if percent or amount > 100:
            yield row.fault("RESPUESTA", "number_out_of_range", row.answer, ("1 (100 %)", "1 (100 %)"))
        else:
            part, whole = f"{amount / 100:.12g}", f"{amount:.12g}"
            yield row.fault(
                "RESPUESTA", "share_as_percent", row.answer, (f"{part} o {whole} %", f"{part} or {whole} %")
            )
    elif item.kind == "points" and amount > item.most:
        yield row.fault("RESPUESTA", "number_out_of_range", row.answer, (f"{item.most:g}", f"{item.most:g}"))
    elif item.kind == "count" and not amount.is_integer():
        yield row.fault("RESPUESTA", "number_not_whole", row.answer)


def _evidence_faults(row: Row, *, needed: bool) -> Iterator[Fault]:
    if row.url and not _LINK.fullmatch(row.url):
        yield row.fault("ENLACE_EVIDENCIA", "evidence_not_link", row.url)
    elif needed and not row.url:
        yield row.fault("ENLACE_EVIDENCIA", "evidence_missing", row.answer)
    if row.date_written and row.date_read is None:
        yield row.fault("FECHA_EVIDENCIA", "date_invalid", row.date_written)
    elif needed and row.date_read is None:
        yield row.fault("FECHA_EVIDENCIA", "date_missing", "")
    elif row.date_read is not None and row.date_read > (end := periods.last_day(row.period)):
        ends = f"{end:%d/%m/%Y}"
        yield row.fault("FECHA_EVIDENCIA", "date_after_period", f"{row.date_read:%d/%m/%Y}", (ends, ends))
