"""The tables as files and the data package that describes them, with its dictionary: both made from dictionary.py alone."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from procrisk.benchmark.dictionary import TABLES
from procrisk.benchmark.fields import Field, Table
from procrisk.benchmark.material import Material
from procrisk.publication import exports

DATA = "data"
LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
TYPES: dict[type[pl.DataType], str] = {
    pl.String: "string",
    pl.Float64: "number",
    pl.Int32: "integer",
    pl.Boolean: "boolean",
    pl.Date: "date",
    pl.List: "string",
}
"""Polars type to the type of a Table Schema; a list is text joined with `;` in CSV."""
TYPES_ES = {"string": "texto", "number": "número", "integer": "entero", "boolean": "sí/no", "date": "fecha"}
AUTHORS_OF_RECORDS = (
    "Registros de contratación: OECE (antes OSCE), CONOSCE y datos abiertos de contrataciones, licencia CC BY 4.0; "
    "cada archivo leído está en manifest.json con su SHA-256."
)


def write_tables(folder: Path, tables: dict[str, pl.DataFrame]) -> None:
    """Write each table into folder/data as Parquet and as CSV, sorted by its key, masked.

    Raises:
        ValueError: rows of a table are not told apart by its key.
    """
    (folder / DATA).mkdir()
    for name, table in TABLES.items():
        exports.write_parquet(tables[name], folder / DATA / f"{name}.parquet", table.key)
        exports.write_csv(tables[name], folder / DATA / f"{name}.csv", table.key)


def descriptor(folder: Path, m: Material, inputs: list[dict[str, Any]]) -> dict[str, Any]:
    """datapackage.json of what `write_tables` wrote (Frictionless Data Package 1, profile tabular-data-package).

    Args:
        folder: where data/ is.
        m: the material.
        inputs: of the manifest: the sources are named with their hashes.
    """
    return {
        "profile": "tabular-data-package",
        "name": "procrisk-benchmark",
        "title": "Señales de riesgo de integridad en las contrataciones de las regiones del Perú",
        "description": (
            "Integrity-risk signals in the procurement of Peru's 26 regions: scores with intervals and ranges of ranks, what drives them, what could not be seen. "
            "A flag is a reason to look, never an accusation."
            + (" SIMULATED RECORDS." if m.simulated else "")
            + (" Simulated answers behind the indices." if m.simulated_forms else "")
        ),
        "version": str(m.made_from["version"]),
        "licenses": [LICENCE],
        "sources": [{"title": f"{i['name']} (sha256 {i['sha256']})"} for i in inputs],
        "resources": [_resource(folder, name, table, m.tables[name]) for name, table in TABLES.items()],
    }


def _resource(folder: Path, name: str, table: Table, frame: pl.DataFrame) -> dict[str, Any]:
    path = f"{DATA}/{name}.csv"
    body = (folder / path).read_bytes()
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": path,
        "title": table.title_es,
        "description": table.title_en,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(body),
        "hash": f"sha256:{sha256(body).hexdigest()}",
        "rows": frame.height,
        "parquet": f"{DATA}/{name}.parquet",
        "schema": {
            "fields": [_field(column, f, required=column in table.key) for column, f in table.fields.items()],
            "primaryKey": list(table.key),
            "missingValues": [""],
        },
    }


def _field(name: str, f: Field, *, required: bool) -> dict[str, Any]:
    bounds = {"required": True if required else None, "minimum": f.least, "maximum": f.most}
    constraints = {k: v for k, v in bounds.items() if v is not None} | ({"enum": list(f.values)} if f.values else {})
    made = {"name": name, "type": TYPES[f.type.base_type()], "title": f.es, "description": f.en}
    return made | ({"unit": f.unit} if f.unit else {}) | ({"constraints": constraints} if constraints else {})


def dictionary() -> str:
    """The dictionary as Markdown: every table, every column, in Spanish and in English."""
    lines = [
        "# Diccionario de datos · Data dictionary",
        "",
        "Cada tabla está en `data/` como CSV (UTF-8, coma, vacío es sin dato, listas unidas con `;`) y como Parquet, con las mismas columnas y filas.",
        "Each table is in `data/` as CSV (UTF-8, comma, empty is missing, lists joined with `;`) and as Parquet, with the same columns and rows.",
        "",
        "Un valor vacío es «sin dato», nunca cero ni «sin riesgo». / An empty value is missing, never zero and never no risk.",
    ]
    for name, table in TABLES.items():
        lines += ["", f"## {name}", "", f"{table.title_es}. / {table.title_en}.", ""]
        lines += [f"Una fila por / one row per: {', '.join(f'`{k}`' for k in table.key)}.", ""]
        lines += ["| columna | tipo | unidad | qué es | what it is |", "|---|---|---|---|---|"]
        for column, f in table.fields.items():
            kind = "lista" if f.type.base_type() is pl.List else TYPES_ES[TYPES[f.type.base_type()]]
            allowed = f" ({', '.join(f'`{v}`' for v in f.values)})" if 0 < len(f.values) <= 9 else ""
            lines.append(f"| `{column}` | {kind} | {f.unit} | {f.es}{allowed} | {f.en} |")
    return "\n".join([*lines, "", AUTHORS_OF_RECORDS, ""])
