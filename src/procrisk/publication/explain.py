"""Every flag on a process, from the source record to the sentence."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from procrisk import catalogue, law
from procrisk.errors import InputMissingError, UsageError
from procrisk.indicators import INDICATORS, pages, roles
from procrisk.indicators.registry import Indicator
from procrisk.publication import layers_said
from procrisk.records.tables import PERU_PREFIX

Row = dict[str, Any]
PORTAL = "https://contratacionesabiertas.oece.gob.pe/api/v1"
"""OECE's open contracting data: the public record of a process by its ocid, or by its CODIGOCONVOCATORIA."""


def explain(out: Path, process_id: str) -> str:
    """Text about one process of the current version: what it is, where it was read, each flag and what it rests on.

    Raises:
        InputMissingError: nothing is published in `out`.
        UsageError: the process is not in the current version.
    """
    current = out / "current"
    if not current.is_dir():
        raise InputMissingError(f"{out} holds no publication; run: procrisk run SOURCE... --out {out}")
    found = _rows(current / "processes.parquet", process_id)
    if not found:
        raise UsageError(
            f"process {process_id} is not in {current}; processes are named by CODIGOCONVOCATORIA (tender.id), else by ocid"
        )
    process = found[0]
    manifest = json.loads((current / "manifest.json").read_text(encoding="utf-8"))
    given = {c: kind for row in _rows(current / "provenance.parquet", process_id) for c, kind in row.items()}
    order = {i: at for at, i in enumerate(process["reasons"] or [])}
    flags = sorted(
        _rows(current / "flags.parquet", process_id),
        key=lambda f: (order.get(f["indicator"], len(order)), f["indicator"], f["subject_id"]),
    )
    lines = [*_head(process), "", *layers_said.lines(process), ""]
    lines += [*_sources(_rows(current / "sources.parquet", process_id), manifest), *_given(given)]
    for flag in flags:
        lines += ["", *_flag(flag, process, given)]
    version = (out / "current").resolve().name
    model = manifest["model"]
    used = ", ".join(f"{k} {v}" for k, v in sorted(model.items())) if isinstance(model, dict) else model
    settings = f"modelos {used}; ajustes {manifest['settings'][:12]}, código {manifest['code']['sha256'][:12]}, catálogo {manifest['catalogue'][:12]}"
    return "\n".join([*lines, "", f"versión {version}, leída al {manifest['as_of']}; {settings}"])


def public_page(process: Row) -> str:
    """Address of the process's public page: its own where one is published, else its record at OECE; empty abroad."""
    if process.get("source_url"):
        return str(process["source_url"])
    if process["ocid"] and str(process["ocid"]).startswith(PERU_PREFIX):
        return f"{PORTAL}/record/{process['ocid']}"
    return f"{PORTAL}/release/seace_v3/{process['process_id']}" if str(process["process_id"]).isdecimal() else ""


def _rows(path: Path, process_id: str) -> list[Row]:
    return pl.scan_parquet(path, glob=False).filter(pl.col("process_id") == process_id).collect().to_dicts()


def _head(p: Row) -> list[str]:
    amount = "reservado o sin dato" if p["amount_pen"] is None else f"S/ {p['amount_pen']:,.2f}"
    score = "sin puntaje: nada se pudo evaluar" if p["score"] is None else f"{p['score']:.1f} ({p['band']})"
    return [
        f"{p['title'] or p['process_id']} · {p['buyer'] or 'entidad sin nombre'}",
        f"proceso {p['process_id']}, ocid {p['ocid'] or '–'}, {p['method']}, {amount}, convocatoria {p['call_date'] or '–'}",
        f"puntaje {score}: {p['n_raised']} con señal, {p['n_clear']} sin señal, {p['n_not_evaluable']} no evaluables",
        f"ficha pública / public page: {public_page(p) or '–'}",
        "Una señal es un motivo para mirar, nunca una acusación. / A flag is a reason to look, never an accusation.",
    ]


def _sources(rows: list[Row], manifest: Row) -> list[str]:
    """Where each record behind the process stands, and the hashes of the record and of its file."""
    files = {i["name"]: i["sha256"] for i in manifest["inputs"]}
    return [
        "Registros de origen / source records:",
        *(
            f"  {s['kind']}: {s['input']} (sha256 {files.get(s['input'], '–')}), línea o fila {s['line']}, "
            f"byte {s['offset']}, registro {s['key']}"
            for s in rows
        ),
    ]


def _given(given: dict[str, str | None]) -> list[str]:
    kinds: dict[str, list[str]] = {}
    for column, kind in given.items():
        if column != "process_id" and kind is not None:
            kinds.setdefault(kind, []).append(column)
    if not kinds:
        return []
    lines = [f"  {kind}: {', '.join(columns)}" for kind, columns in sorted(kinds.items())]
    return ["De dónde viene cada dato / which source gave each value:", *lines]


def _flag(flag: Row, process: Row, given: dict[str, str | None]) -> list[str]:
    i = INDICATORS.get(flag["indicator"])
    if i is None:
        return [f"{flag['indicator']}  {flag['sentence_es']}", "        (un indicador que este procrisk ya no tiene)"]
    labels = dict(catalogue.risks().select("id", "label_es").iter_rows())
    body = [
        *_figures(flag, i, process),
        *_evidence(json.loads(flag["evidence"] or "{}"), given),
        *(f"riesgo {r}: {labels[r]}" for r in flag["risks"]),
        *([f"la señal es el incumplimiento de {'esa norma' if i.law else i.breach}"] if i.breach else []),
        f"indicador {i.id} «{i.name_es}», versión {i.version}, severidad {i.severity}, {roles.SHOWN[flag['role']][0]}; sujeto: {flag['subject_type']} {flag['subject_id']}",
        *_page(i.id),
    ]
    return [f"{i.id}  {flag['sentence_es']}", f"        {flag['sentence_en']}", *(f"        {line}" for line in body)]


def _figures(flag: Row, i: Indicator, process: Row) -> list[str]:
    """What was measured, against what, and where that comes from."""
    lines = []
    if flag["value"] is not None:
        limit = "–" if flag["threshold"] is None else f"{flag['threshold']:,.4g}"
        lines.append(f"valor {i.value} = {flag['value']:,.4g}; umbral {i.threshold or '–'} = {limit}")
    for parameter in i.law:
        norm = law.citation(
            parameter, process["call_date"], object_=process["object"] or "", method=process["method"] or ""
        )
        lines.append(f"norma ({parameter}): {norm or 'sin norma conocida para esa fecha'}")
    lines += [f"parámetro {name} = {i.params[name]:g}: {source}" for name, source in i.sources.items()]
    return lines


def _evidence(evidence: Row, given: dict[str, str | None]) -> list[str]:
    """The fields behind the flag; of those of the process, the source; those of its peers apart."""
    own = {k: v for k, v in evidence.items() if not k.startswith("peer_")}
    peers = {k: v for k, v in evidence.items() if k.startswith("peer_")}
    lines = []
    for key, value in own.items():
        kind = given.get(key) or given.get(f"{key}_cents")
        lines.append(f"campo {key} = {value}" + (f"  [{kind}]" if kind else ""))
    return lines + [f"pares {key.removeprefix('peer_')} = {value}" for key, value in peers.items()]


def _page(id_: str) -> list[str]:
    """How it is computed and what honest cases also raise it, from its page."""
    if id_ not in pages.written():
        return []
    page = pages.page(id_)
    return [
        f"cómo se calcula: {page.method['es']}",
        f"también lo levantan casos honestos: {' '.join(page.honest['es'])}",
    ]
