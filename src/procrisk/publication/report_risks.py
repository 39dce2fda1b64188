"""The table of risks and indicators of the page: each of the 81, how it is evaluated, and what that came to here."""

from typing import Any

import polars as pl

from procrisk import catalogue
from procrisk.indicators import INDICATORS, roles


def risks(coverage: pl.DataFrame, states: pl.DataFrame) -> list[dict[str, Any]]:
    """A row for each risk of the catalogue.

    Args:
        coverage: rows of coverage.parquet (risk, region_code, evaluated, raised, why, why_en).
        states: process_id and a Boolean per indicator.

    Returns:
        id, name and name_en; how and how_en (ways of evaluation); evaluated and raised (processes); indicators (id, name, name_en, role,
        role_en, evaluated, raised); why and why_en, the most frequent reason of the regions where no process could be evaluated.
    """
    totals = {r["risk"]: r for r in _totals(coverage).iter_rows(named=True)}
    counted = {i: (states[i].count(), int(states[i].sum())) for i in states.columns if i != "process_id"}
    made = []
    for r in catalogue.risks().iter_rows(named=True):
        ways = [catalogue.EVALUATIONS[e] for e in r["evaluation"]]
        total = totals.get(r["id"], {"evaluated": 0, "raised": 0, "why": None, "why_en": None})
        signs = sorted((i for i in INDICATORS.values() if r["id"] in i.risks), key=lambda i: i.id)
        made.append(
            {
                "id": r["id"],
                "name": r["label_es"],
                "name_en": r["label_en"],
                "how": ", ".join(es for es, _ in ways),
                "how_en": ", ".join(en for _, en in ways),
                **total,
                "indicators": [_sign(i.id, counted.get(i.id, (0, 0))) for i in signs],
            }
        )
    return made


def _sign(id_: str, counts: tuple[int, int]) -> dict[str, Any]:
    indicator = INDICATORS[id_]
    es, en = roles.SHOWN[indicator.role]
    evaluated, raised = counts
    names = {"name": indicator.name_es, "name_en": indicator.name_en, "role": es, "role_en": en}
    return {"id": id_, **names, "evaluated": evaluated, "raised": raised}


def _totals(coverage: pl.DataFrame) -> pl.DataFrame:
    """Counts of each risk over the regions, and the first reason that most regions without any evaluated process give."""
    none = pl.col("evaluated") == 0

    def reason(column: str) -> pl.Expr:
        first = pl.col(column).str.split(";").list.first().str.replace(r": \d+$", "")
        return first.filter(none).drop_nulls().mode().sort().first().alias(column)

    counts = [pl.col(c).cast(pl.Int64).sum() for c in ("evaluated", "raised")]
    return coverage.group_by("risk").agg(*counts, reason("why"), reason("why_en"))
