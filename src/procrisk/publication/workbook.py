"""working_group.xlsx: regions, queue, flags, coverage, method. Typed columns, filters, frozen header, no cell that runs."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import polars as pl

from procrisk.indicators import roles

QUEUE = 2000
"""Processes in the queue, riskiest first: what a working group can look at in a year, and what a spreadsheet opens at once."""
FLAGS = 20000

_REGIONS = {
    "region_code": "código",
    "region": "región",
    "scope": "ámbito",
    "period": "periodo",
    "score": "puntaje",
    "score_low": "puntaje mín. (95 %)",
    "score_high": "puntaje máx. (95 %)",
    "rank_low": "puesto desde",
    "rank_high": "puesto hasta",
    "n_processes": "procesos",
    "n_buyers": "entidades",
    "amount_pen": "monto S/",
    "share_evaluable": "evaluable",
    "crude": "promedio simple",
    "standardised": "comparable",
    "standardised_free": "comparable, sin el procedimiento",
    "mix": "por lo que compra",
    "rate": "por encima de lo esperado",
    "rank_low_all": "puesto desde (todos a la vez)",
    "rank_high_all": "puesto hasta (todos a la vez)",
    "bound_low": "límite si todo sin señal",
    "bound_high": "límite si todo con señal",
    "score_soles": "puntaje por soles",
    "score_soles_low": "puntaje por soles mín.",
    "score_soles_high": "puntaje por soles máx.",
}
_QUEUE = {
    "process_id": "proceso",
    "title": "nomenclatura",
    "buyer": "entidad",
    "region_code": "región",
    "scope": "ámbito",
    "method": "procedimiento",
    "object": "objeto",
    "call_date": "convocatoria",
    "amount_pen": "monto S/",
    "score": "puntaje",
    "band": "banda",
    "score_rules": "capa reglas",
    "score_anomaly": "capa anomalía",
    "score_collusion": "capa colusión",
    "n_raised": "señales",
    "n_clear": "sin señal",
    "n_not_evaluable": "no evaluables",
    "reasons": "razones",
    "anomaly_one_in": "1 de cada N comparables",
    "anomaly_es": "motivos de anomalía",
    "collusion_es": "motivos de colusión",
    "description": "descripción",
}
_FLAGS = {
    "process_id": "proceso",
    "indicator": "indicador",
    "role": "rol",
    "sentence_es": "qué se observó",
    "sentence_en": "what was seen",
    "value": "valor",
    "threshold": "umbral",
    "risks": "riesgos",
    "subject_type": "sujeto",
    "subject_id": "id del sujeto",
}
_COVERAGE = {
    "risk": "riesgo",
    "region_code": "región",
    "applicable": "aplicable",
    "evaluated": "evaluado",
    "raised": "con señal",
    "not_evaluable": "no evaluable",
    "why": "por qué",
}
_WIDTHS = {
    "qué se observó": 90,
    "what was seen": 90,
    "descripción": 70,
    "entidad": 45,
    "por qué": 60,
    "nomenclatura": 32,
    "razones": 40,
    "motivos de anomalía": 60,
    "motivos de colusión": 60,
}


def book(
    processes: pl.DataFrame,
    regions: pl.DataFrame,
    flags: pl.DataFrame,
    coverage: pl.DataFrame,
    method: list[str],
) -> bytes:
    """The workbook's bytes; the frames are already masked and sorted.

    Args:
        processes: rows of processes.parquet; the QUEUE riskiest are shown.
        regions: rows of regions.parquet.
        flags: rows of flags.parquet; those of the queue are shown, at most FLAGS.
        coverage: rows of coverage.parquet.
        method: lines of the sheet that says how to read the others.
    """
    import xlsxwriter  # noqa: PLC0415 - only where a workbook is made

    queue = (
        processes.filter(pl.col("score").is_not_null())
        .sort(["score", "process_id"], descending=[True, False])
        .head(QUEUE)
    )
    words = {role: es for role, (es, _) in roles.SHOWN.items()}
    named = flags.with_columns(pl.col("role").replace_strict(words, default=None, return_dtype=pl.String))
    shown = named.join(queue.select("process_id", "score"), on="process_id").sort(
        ["score", "process_id", "indicator", "subject_id"], descending=[True, False, False, False]
    )
    # the text of a cell is never read as a formula, a number or a link, whoever wrote it
    options = {
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
    }
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, **options}) as sheets:
        # the file's own date: a version holds no clock
        sheets.set_properties({"title": "procrisk", "created": datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
        styles = {
            "head": sheets.add_format(
                {"bold": True, "bg_color": "#1f3a5f", "font_color": "white", "text_wrap": True, "valign": "top"}
            ),
            "money": sheets.add_format({"num_format": "#,##0.00"}),
            "score": sheets.add_format({"num_format": "0.0"}),
            "share": sheets.add_format({"num_format": "0%"}),
            "date": sheets.add_format({"num_format": "dd/mm/yyyy"}),
            "text": sheets.add_format({}),
        }
        _method(sheets, method)
        _sheet(sheets, "Regiones", regions, _REGIONS, styles)
        _sheet(sheets, "Cola", queue, _QUEUE, styles)
        _sheet(sheets, "Señales", shown.head(FLAGS), _FLAGS, styles)
        _sheet(sheets, "Cobertura", coverage, _COVERAGE, styles)
    return made.getvalue()


def _method(book: Any, lines: list[str]) -> None:
    sheet = book.add_worksheet("Método")
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 120)
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line, wrap)


def _sheet(book: Any, name: str, frame: pl.DataFrame, columns: dict[str, str], styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet(name)
    present = {c: label for c, label in columns.items() if c in frame.columns}
    sheet.freeze_panes(1, 0)
    for at, (column, label) in enumerate(present.items()):
        sheet.write_string(0, at, label, styles["head"])
        _column(sheet, at, frame[column], styles, width=_WIDTHS.get(label, 16), label=label)
    sheet.autofilter(0, 0, max(frame.height, 1), len(present) - 1)


def _column(sheet: Any, at: int, values: pl.Series, styles: dict[str, Any], *, width: int, label: str) -> None:
    style = styles["text"]
    if values.dtype.is_numeric():
        style = (
            styles["money"]
            if "S/" in label
            else styles["share"]
            if label == "evaluable"
            else styles["score"]
            if values.dtype.is_float()
            else None
        )
        sheet.set_column(at, at, width)
        for row, value in enumerate(values.to_list(), 1):
            if value is not None:
                sheet.write_number(row, at, value, style)
        return
    if values.dtype == pl.Date:
        sheet.set_column(at, at, 13)
        for row, value in enumerate(values.to_list(), 1):
            if value is not None:
                sheet.write_datetime(row, at, value, styles["date"])
        return
    if isinstance(values.dtype, pl.List):
        values = values.list.join(", ")
    sheet.set_column(at, at, width)
    for row, value in enumerate(values.cast(pl.String).to_list(), 1):
        if value is not None:
            sheet.write_string(row, at, value[:32767], style)
