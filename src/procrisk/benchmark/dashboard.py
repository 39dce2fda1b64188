"""dashboard.json: what a dashboard of others needs, in one small file, and the JSON Schema that says what is in it."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from procrisk.benchmark import words
from procrisk.benchmark.material import Material
from procrisk.benchmark.sheet import SHOWN
from procrisk.records.regions import REGIONS

SCHEMA_ID = "procrisk-benchmark-dashboard/1"
"""Changes when a field changes its meaning or goes; new fields may be added to version 1."""
FILE, SCHEMA_FILE = "dashboard.json", "dashboard.schema.json"
DRIVERS = 5

Document = dict[str, Any]


def document(m: Material) -> Document:
    """The whole of dashboard.json. Numbers of scores have one decimal: more would be a precision that they do not have."""
    return {
        "schema": SCHEMA_ID,
        "data_version": m.made_from["version"],
        "as_of": m.as_of.isoformat(),
        "simulated": m.simulated,
        "simulated_indices": m.simulated_forms,
        "scope": m.scope,
        "period": m.period,
        "months_with_records": m.months(),
        "licence": "CC-BY-4.0",
        "note_es": words.NOT_AN_ACCUSATION,
        "note_en": "A flag is a reason to look, never an accusation or a finding: honest cases raise them too.",
        "indices_note_es": f"{words.OURS} El puntaje, RIFI y CRAPI no se suman.",
        "indices_note_en": "Weights, items and cuts of the indices and the matrix are our proposal, to be agreed. Score, RIFI and CRAPI are not added up.",
        "regions": [_region(m, code) for code in REGIONS],
    }


def _region(m: Material, code: str) -> Document:
    row = next((r for r in m.headline().to_dicts() if r["region_code"] == code), None)
    pairs = m.pairs(code)
    funnel = next(iter(_of(m.of("funnel"), code)), None)
    axes = next(iter(_of(m.tables["axes"], code)), {})
    cell = next(iter(_of(m.tables["matrix"], code)), None)
    drivers = m.of("drivers").filter((pl.col("region_code") == code) & SHOWN).sort("rank").head(DRIVERS)
    return {
        "code": code,
        "name": REGIONS[code],
        **_score(row or {}),
        "rank": None if row is None or row["rank_low"] is None else [row["rank_low"], row["rank_high"]],
        "n_processes": row["n_processes"] if row else 0,
        "share_evaluable": _rounded((row or {}).get("share_evaluable"), 3),
        "apart_from": pairs.filter(pl.col("apart"))["other_code"].to_list(),
        "beyond_funnel": None if funnel is None else bool(funnel["outside"]),
        "trend": [{"period": r["period"], **_score(r)} for r in m.history(code).to_dicts()],
        "drivers": [_driver(d) for d in drivers.iter_rows(named=True)],
        **{index: _rounded(axes.get(index)) for index in ("rifi", "crapi")},
        **{f"{index}_range": _range(axes, index) for index in ("rifi", "crapi")},
        "simulated_indices": bool(
            axes.get("rifi_simulated") or axes.get("crapi_simulated") or (cell and cell["simulated"])
        ),
        "matrix": None
        if cell is None or cell["most_likely"] is None
        else {"category": cell["most_likely"], "probability": _rounded(cell["p_category"], 2)},
    }


def _range(axes: Document, index: str) -> list[float | None] | None:
    low, high = (_rounded(axes.get(f"{index}_{end}")) for end in ("low", "high"))
    return None if low is None or high is None else [low, high]


def _of(frame: pl.DataFrame, code: str) -> list[Document]:
    return frame.filter(pl.col("region_code") == code).to_dicts()


def _score(row: Mapping[str, Any]) -> Document:
    return {name: _rounded(row.get(column)) for name, column in (("score", "score"), ("low", "score_low"), ("high", "score_high"))}  # fmt: skip


def _driver(d: Mapping[str, Any]) -> Document:
    return {
        "indicator": d["indicator"],
        "name_es": d["name_es"],
        "name_en": d["name_en"],
        "raised": d["raised"],
        "evaluated": d["evaluated"],
        "expected": _rounded(d["expected"]),
    }


def _rounded(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)


def _number(es: str, most: float = 100) -> Document:
    return {"type": ["number", "null"], "minimum": 0, "maximum": most, "description": es}


def schema() -> Document:
    """The JSON Schema (2020-12) of dashboard.json."""
    score = {
        "score": _number("Puntaje, 0 a 100; más es más señales de riesgo; null es sin datos / null is no data"),
        "low": _number("Límite inferior del intervalo de 95 %"),
        "high": _number("Límite superior del intervalo de 95 %"),
    }
    text, truth, whole = {"type": "string"}, {"type": "boolean"}, {"type": "integer", "minimum": 0}
    driver = {"indicator": text, "name_es": text, "name_en": text, "raised": whole, "evaluated": whole} | {
        "expected": {"type": "number", "minimum": 0, "description": "Procesos con señal esperados por lo que compra"}
    }
    region = {
        "code": {"enum": list(REGIONS), "description": "Ubigeo; 15 Lima (provincias), 1501 Lima Metropolitana"},
        "name": text,
        **score,
        "rank": {
            "type": ["array", "null"],
            "prefixItems": [{"type": "integer"}] * 2,
            "description": "Puesto más alto y más bajo compatibles con los datos (95 %); 1 es el puntaje más alto",
        },
        "n_processes": whole,
        "share_evaluable": _number("Parte de las observaciones posibles que se pudo evaluar", 1),
        "apart_from": {
            "type": "array",
            "items": text,
            "description": "Regiones de las que se distingue; de las demás, no",
        },
        "beyond_funnel": {
            "type": ["boolean", "null"],
            "description": "Fuera de los límites de 99.8 %; null es sin datos",
        },
        "trend": {"type": "array", "items": _object({"period": text, **score})},
        "drivers": {"type": "array", "items": _object(driver)},
        "rifi": _number("Índice de la función de integridad; más es mejor"),
        "crapi": _number("Índice de la comisión regional anticorrupción; más es mejor"),
        **{
            f"{index.lower()}_range": {
                "type": ["array", "null"],
                "prefixItems": [{"type": "number"}] * 2,
                "description": f"{index} si todo lo no conocido fuera «no», y si fuera «sí»",
            }
            for index in ("RIFI", "CRAPI")
        },
        "simulated_indices": {
            "type": "boolean",
            "description": "Los índices o la matriz de la región usan respuestas simuladas",
        },
        "matrix": {
            "anyOf": [
                {"type": "null"},
                _object({"category": text, "probability": _number("Probabilidad de la categoría", 1)}),
            ]
        },
    }
    top = {
        "schema": {"const": SCHEMA_ID},
        **dict.fromkeys(
            (
                "data_version",
                "as_of",
                "scope",
                "period",
                "licence",
                "note_es",
                "note_en",
                "indices_note_es",
                "indices_note_en",
            ),
            text,
        ),
        **dict.fromkeys(("simulated", "simulated_indices"), truth),
        "months_with_records": {"type": "array", "items": text},
        "regions": {"type": "array", "minItems": len(REGIONS), "maxItems": len(REGIONS), "items": _object(region)},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "procrisk: comparación de las regiones / regional benchmark",
        **_object(top),
    }


def _object(properties: Document) -> Document:
    return {"type": "object", "properties": properties, "required": sorted(properties)}
