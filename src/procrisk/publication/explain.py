"""Every flag on a process, from the source record to the sentence."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from procrisk import law
from procrisk.errors import InputMissingError, UsageError
from procrisk.indicators import INDICATORS


def explain(out: Path, process_id: str) -> str:
    """Text about one process of the current version: what it is, where it was read, each flag and what it rests on.

    Raises:
        InputMissingError: nothing is published in `out`.
        UsageError: the process is not in the current version.
    """
    current = out / "current"
    if not current.is_dir():
        raise InputMissingError(f"{out} holds no publication; run: procrisk run SOURCE... --out {out}")
    process = _rows(current / "processes.parquet", process_id)
    if not process:
        raise UsageError(
            f"process {process_id} is not in {out / 'current'}; processes are named by CODIGOCONVOCATORIA (tender.id), else by ocid"
        )
    p = process[0]
    amount = "reservado o sin dato" if p["amount_pen"] is None else f"S/ {p['amount_pen']:,.2f}"
    score = "sin puntaje: nada se pudo evaluar" if p["score"] is None else f"{p['score']:.1f} ({p['band']})"
    lines = [
        f"{p['title'] or p['process_id']} · {p['buyer'] or 'entidad sin nombre'}",
        f"proceso {p['process_id']}, ocid {p['ocid'] or '–'}, {p['method']}, {amount}, convocatoria {p['call_date'] or '–'}",
        f"puntaje {score}: {p['n_raised']} con señal, {p['n_clear']} sin señal, {p['n_not_evaluable']} no evaluables",
        "Una señal es un motivo para mirar, nunca una acusación. / A flag is a reason to look, never an accusation.",
        "",
        "Registros de origen / source records:",
        *[
            f"  {s['kind']}: {s['input']}, línea o fila {s['line']}, sha {s['key']}"
            for s in _rows(current / "sources.parquet", process_id)
        ],
    ]
    given = _rows(current / "provenance.parquet", process_id)
    if given:
        kinds: dict[str, list[str]] = {}
        for column, kind in given[0].items():
            if column != "process_id" and kind is not None:
                kinds.setdefault(kind, []).append(column)
        lines.append("De dónde viene cada dato / which source gave each value:")
        lines += [f"  {kind}: {', '.join(columns)}" for kind, columns in sorted(kinds.items())]
    order = {i: at for at, i in enumerate(p["reasons"] or [])}
    flags = sorted(
        _rows(current / "flags.parquet", process_id),
        key=lambda f: (order.get(f["indicator"], len(order)), f["indicator"], f["subject_id"]),
    )
    for f in flags:
        lines += ["", *_flag(f, p)]
    return "\n".join(lines)


def _rows(path: Path, process_id: str) -> list[dict[str, Any]]:
    return pl.scan_parquet(path, glob=False).filter(pl.col("process_id") == process_id).collect().to_dicts()


def _flag(flag: dict[str, Any], process: dict[str, Any]) -> list[str]:
    indicator = INDICATORS.get(flag["indicator"])
    lines = [f"{flag['indicator']}  {flag['sentence_es']}", f"        {flag['sentence_en']}"]
    if flag["value"] is not None:
        lines.append(
            f"        valor {flag['value']:,.4g}; umbral {'–' if flag['threshold'] is None else format(flag['threshold'], ',.4g')}"
        )
    evidence = json.loads(flag["evidence"] or "{}")
    lines += [f"        {key} = {value}" for key, value in evidence.items()]
    if indicator is not None:
        lines.append(
            f"        indicador {indicator.id} versión {indicator.version}, severidad {indicator.severity}, riesgos {', '.join(flag['risks'])}"
        )
        for parameter in getattr(indicator, "law", ()):
            lines.append(f"        norma: {law.citation(parameter, process['call_date'])}")
    return lines
