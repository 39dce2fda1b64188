"""Strengths, weaknesses, opportunities and threats of each region, from the data alone, each line with its source.

Strengths and weaknesses are of the integrity function: indices, items, the published ICP, what could be evaluated.
Opportunities and threats are of the procurement around it: drivers, trend, market, control reports. Where the data say nothing,
a line says so; nothing is filled in.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from procrisk.indices.diagnostic_function import function
from procrisk.indices.diagnostic_lines import Line, silent
from procrisk.indices.diagnostic_procurement import procurement
from procrisk.records.regions import REGIONS

SCHEMA: dict[str, type[pl.DataType]] = {
    "region_code": pl.String,
    "kind": pl.String,
    "text_es": pl.String,
    "text_en": pl.String,
    "source": pl.String,
    "line": pl.Int32,
}
NAMES = {
    "strength": ("fortalezas", "strengths"),
    "weakness": ("debilidades", "weaknesses"),
    "opportunity": ("oportunidades", "opportunities"),
    "threat": ("amenazas", "threats"),
}
KINDS = tuple(NAMES)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a diagnostic may draw on. An empty or missing table is said to be without data, line by line."""

    scores: pl.DataFrame
    """From `scores.score`."""
    items: pl.DataFrame
    """From `answers.read`."""
    risk: pl.DataFrame
    """Region scores of one scope and period: region_code, period, score, score_low, score_high, share_evaluable."""
    earlier: pl.DataFrame | None = None
    """The same of the period before, or of the same period a year ago."""
    drivers: pl.DataFrame | None = None
    """region_code, indicator, raised, evaluated, expected (processes), excess (raised less expected)."""
    market: pl.DataFrame | None = None
    """region_code, thinness (awarded processes per supplier, `scoring.association.thinness`) of one scope."""
    audits: pl.DataFrame | None = None
    """From `association.audits`."""


def diagnostic(evidence: Evidence) -> pl.DataFrame:
    """The diagnostic of the 26 regions.

    Returns:
        columns of SCHEMA, by region code, kind in the order of KINDS and line. Lines on made-up answers begin with [SIMULADO].
    """
    tables = {
        name: _by_region(getattr(evidence, name))
        for name in ("scores", "items", "risk", "earlier", "drivers", "market", "audits")
    }
    median = None if evidence.market is None else evidence.market["thinness"].cast(pl.Float64).median()
    assert median is None or isinstance(median, float)
    rows = []
    for code in REGIONS:
        own = {name: table.get(code, []) for name, table in tables.items()}
        lines = dict.fromkeys([*function(code, own), *procurement(own, median)])
        lines |= dict.fromkeys(_none(kind) for kind in KINDS if all(line[0] != kind for line in lines))
        ordered = sorted(lines, key=lambda line: KINDS.index(line[0]))
        rows += [(code, *line, n) for n, line in enumerate(ordered, 1)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("region_code", "line")


def _by_region(table: pl.DataFrame | None) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in [] if table is None else table.iter_rows(named=True):
        found.setdefault(row["region_code"], []).append(row)
    return found


def _none(kind: str) -> Line:
    es, en = NAMES[kind]
    return silent(
        kind,
        f"los datos disponibles no muestran {es}",
        f"the data at hand show no {en}",
        "todas las fuentes de este diagnóstico",
    )
