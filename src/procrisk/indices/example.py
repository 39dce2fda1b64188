"""A worked example from public facts alone: what CRAPI can say of the five commissions found inactive in 2019.

The source says that 25 commissions exist, that these five were inactive from January to July 2019, and that they have no
approved by-laws. Three of sixteen items follow from that; the rest is unknown, and unknown is not "no".
"""

import polars as pl

from procrisk.indices import facts
from procrisk.indices.scores import ALL, ITEMS, NO, YES, score

PERIOD = "2019-S1"
"""Half year inside the seven months observed."""
VERSION = "2018"
_FOLLOWS = (
    ("CRAPI-A1", YES, 1.0, "está entre las 25 comisiones observadas · among the 25 commissions observed"),
    ("CRAPI-A2", NO, 0.0, "entre las 8 sin reglamento aprobado · among the 8 without approved by-laws"),
    (
        "CRAPI-B1",
        "0",
        0.0,
        "inactiva, así que sin sesiones: inferencia nuestra · inactive, so without sessions: our inference",
    ),
)


def items() -> pl.DataFrame:
    """What follows from the facts, as answered items (columns of `scores.ITEMS`); no link, since none was published."""
    rows = [
        {
            "region_code": region,
            "period": PERIOD,
            "index": "CRAPI",
            "framework": VERSION,
            "item": item,
            "answer": answer,
        }
        | {"value": value, "note": why, "source": source, "simulated": False}
        for region, source in facts.of("cra_inactive").select("region_code", "source").iter_rows()
        for item, answer, value, why in _FOLLOWS
    ]
    return pl.DataFrame(rows, schema=ITEMS)


def table() -> pl.DataFrame:
    """CRAPI of the five commissions by dimension: columns of `scores.SCHEMA`."""
    return score(items())


def text() -> str:
    """The example in words, Spanish and English, one line a commission."""
    whole = table().filter(pl.col("pillar") == ALL)
    return "\n".join(
        f"{r['region']}: sin datos; con lo que se sabe ({100 * r['known']:.0f} % de las preguntas) CRAPI estaría entre "
        f"{r['score_low']:.1f} y {r['score_high']:.1f} · no data; with what is known CRAPI would be between "
        f"{r['score_low']:.1f} and {r['score_high']:.1f}"
        for r in whole.iter_rows(named=True)
    )
