"""The form of an index for one region and period, made from the framework: a workbook with lists to choose from, or a CSV.

`answers` reads it back once it is filled in. Two forms of the same framework, region and period are the same bytes.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from procrisk import fsio
from procrisk.errors import UsageError
from procrisk.indices import cells, periods
from procrisk.indices.answers import COLUMNS
from procrisk.indices.frameworks import Framework, Item
from procrisk.publication.form_sheet import offer, workbook
from procrisk.records.regions import REGIONS

FORMATS = (".xlsx", ".csv")
NOTES = (
    "Responda la columna RESPUESTA y, para un «sí» o un número, ENLACE_EVIDENCIA y FECHA_EVIDENCIA. Lo demás ya está escrito. · "
    "Answer in RESPUESTA; a yes or a number also needs ENLACE_EVIDENCIA (link) and FECHA_EVIDENCIA (date).",
    "«Sin evidencia» no es «no»: es que no se puede acreditar. No baja el puntaje, pero lo deja sin datos si falta más de un tercio de un pilar. · "
    "“Sin evidencia” (no evidence) is not “no”: it leaves the score unknown, not low.",
    "«No aplica» sale del cálculo; escriba el motivo en NOTA. · “No aplica” (does not apply) leaves the sum; say why in NOTA.",
    "Una proporción va de 0 a 1: 0.85 u 85 %, nunca 85. · A share goes from 0 to 1: 0.85 or 85 %, never 85.",
    "Las fechas van dd/mm/aaaa y no son posteriores al periodo. · Dates are dd/mm/yyyy and not after the period.",
    "En FUENTE va la función que responde (Oficina de Integridad), nunca el nombre de una persona. · FUENTE is the function that answers, never a person.",
)
LADDER_NOTE = (
    "Pilar B: la etapa 2 solo cuenta cuando la 1 llega a {apt:g}, y la 3 cuando llega la 2. Lo que aún no cuenta puede quedar sin responder. · "
    "Pillar B: stage 2 counts once stage 1 reaches {apt:g}, stage 3 once stage 2 does; what does not count yet may stay blank."
)
_WIDTHS = {"PREGUNTA": 62, "COMO_RESPONDER": 40, "RESPUESTA": 16, "ENLACE_EVIDENCIA": 40, "NOTA": 34, "FUENTE": 26}
_OPEN = ("RESPUESTA", "ENLACE_EVIDENCIA", "FECHA_EVIDENCIA", "NOTA", "FUENTE")


def write(path: Path, framework: Framework, region: str, period: str) -> None:
    """Write the form of a framework for a region and period.

    Args:
        path: a new file, .xlsx or .csv.
        framework: what is asked.
        region: code of one of the 26 regions.
        period: such as 2025; items that are not asked for it are left out.

    Raises:
        UsageError: the region, the period or the kind of file is unknown.
        PublicationIOError: the file exists already, or writing failed.
    """
    if region not in REGIONS:
        known = ", ".join(REGIONS.values())
        raise UsageError(f"{region!r} no es una región · is no region; conocidas · known: {known}")
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"{path.name}: el formulario es .xlsx o .csv · the form is .xlsx or .csv")
    rows = list(_rows(framework, region, period))
    if path.suffix.lower() == ".csv":
        fsio.write_file(path, as_csv([said for _, said in rows]))
    else:
        fsio.write_file(path, _book(framework, rows, f"{REGIONS[region]}, {period}"))


def as_csv(rows: list[dict[str, str]]) -> bytes:
    """Rows of a form as CSV in UTF-8, with the mark by which spreadsheets know it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def prefilled(framework: Framework, item: Item, region: str, period: str) -> dict[str, str]:
    """What stands in an item's row before it is answered."""
    how_es, how_en = cells.possible(item)
    needs = f"Evidencia: {item.evidence_es} · {item.evidence_en}"
    return {
        "REGION": REGIONS[region],
        "PERIODO": period,
        "MARCO": framework.version,
        "ITEM": item.id,
        "PREGUNTA": f"{item.text_es} · {item.text_en}",
        "COMO_RESPONDER": f"{how_es} · {how_en}. {needs}",
    }


def _rows(framework: Framework, region: str, period: str) -> Iterator[tuple[Item, dict[str, str]]]:
    periods.last_day(period)
    for item in framework.asked(period):
        yield item, prefilled(framework, item, region, period)


def _book(framework: Framework, rows: list[tuple[Item, dict[str, str]]], whose: str) -> bytes:
    made = io.BytesIO()
    book, head, wrap = workbook(made)
    title, note = book.add_format({"bold": True}), book.add_format({"text_wrap": False})
    styles = {
        "open": book.add_format({"text_wrap": True, "valign": "top", "locked": False, "bg_color": "#fffbe6", "border": 1}),
        "share": book.add_format({"valign": "top", "locked": False, "bg_color": "#fffbe6", "border": 1, "num_format": "0.0%"}),
        "day": book.add_format({"valign": "top", "locked": False, "bg_color": "#fffbe6", "border": 1, "num_format": "dd/mm/yyyy"}),
    }  # fmt: skip
    sheet = book.add_worksheet(framework.index)
    titles = [
        f"{framework.index}: {framework.name_es} · {framework.name_en}. {whose}",
        framework.ours_es + " · " + framework.ours_en,
    ]
    ladder = [LADDER_NOTE.format(apt=framework.apt)] if any(p.ladder for p in framework.pillars.values()) else []
    lines = [*titles, *NOTES, *ladder]
    for n, line in enumerate(lines):
        sheet.write_string(n, 0, line, title if n == 0 else note)
    top = len(lines)
    for at, name in enumerate(COLUMNS):
        sheet.write_string(top, at, name, head)
        sheet.set_column(at, at, _WIDTHS.get(name, 16))
    for n, (item, said) in enumerate(rows, top + 1):
        _write_row(sheet, n, item, said, wrap, styles)
    sheet.freeze_panes(top + 1, 4)
    sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
    book.close()
    return made.getvalue()


def _write_row(sheet: Any, n: int, item: Item, said: dict[str, str], wrap: Any, styles: dict[str, Any]) -> None:
    for at, name in enumerate(COLUMNS):
        if name in _OPEN:
            style = "day" if name == "FECHA_EVIDENCIA" else "open"
            sheet.write_blank(n, at, None, styles["share" if name == "RESPUESTA" and item.kind == "share" else style])
        else:
            sheet.write_string(n, at, said[name], wrap)
    words = [cells.WORDS[c][0] for c in cells.words_of(item)]
    # a number may be typed where one is asked for; the reader checks it and says what to write
    offer(sheet, (n, n), COLUMNS.index("RESPUESTA"), words, strict=item.kind == "yes_no")
