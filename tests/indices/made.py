"""Rows of forms and answered items, made for the tests."""

from datetime import date

import polars as pl

from procrisk.indices.answers import COLUMNS
from procrisk.indices.form import as_csv
from procrisk.indices.scores import ITEMS, score

GOOD = {
    "REGION": "Cusco",
    "PERIODO": "2025",
    "MARCO": "2018",
    "ITEM": "CRAPI-A1",
    "RESPUESTA": "sí",
    "ENLACE_EVIDENCIA": "https://www.gob.pe/acta",
    "FECHA_EVIDENCIA": "31/03/2025",
    "FUENTE": "Oficina de Integridad",
}


def row(**said: str) -> dict[str, str]:
    """A good row of a form, with what is said in its place."""
    return {**dict.fromkeys(COLUMNS, ""), **GOOD, **said}


def form(path, *rows):
    """A CSV of rows; the first stands in line 2."""
    path.write_bytes(as_csv(list(rows)))
    return path


def items(index="CRAPI", version="2018", period="2025", region="08", simulated=False, **said) -> pl.DataFrame:
    """Answered items: A1=1 (yes), A2=0 (no), A3="no evidence", A4="not applicable", B1=0.5 (a number's value).

    B1_2 is the ladder's item B1-2.
    """
    rows = []
    for item, answer in said.items():
        number = isinstance(answer, int | float)
        word = {1: "yes", 0: "no"}.get(answer, str(answer)) if number else answer
        rows.append(
            {
                "region_code": region,
                "period": period,
                "index": index,
                "framework": version,
                "item": f"{index}-{item.replace('_', '-')}",
                "answer": word,
                "value": float(answer) if number else None,
                "evidence_url": "https://www.gob.pe/acta",
                "evidence_date": date(2025, 3, 31),
                "source": "SIMULADO" if simulated else "Oficina de Integridad",
                "simulated": simulated,
            }
        )
    return pl.DataFrame(rows, schema=ITEMS)


def pillar(frame: pl.DataFrame, name: str) -> dict:
    """The row of a pillar among the scores of the answered items."""
    return score(frame).row(by_predicate=pl.col("pillar") == name, named=True)
