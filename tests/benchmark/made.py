"""Frames made to the shape that regions and indices give, with the awkward cases in: no data, a tie, an outlier, long names."""

from datetime import date

import numpy as np
import polars as pl

from procrisk.benchmark.dictionary import TABLES
from procrisk.benchmark.dictionary_indices import P_CELLS
from procrisk.benchmark.fields import Table, conform
from procrisk.benchmark.material import Material
from procrisk.indicators import INDICATORS
from procrisk.publication.registers import ABSENT, NAMES, PRESENT
from procrisk.records.regions import REGIONS
from procrisk.settings import Settings

PERIODS = ("2021-11", "2021-12", "2022-01", "2022-02", "2021-Q4", "2021", "2022", "2021-03..2022-02")
YEAR = "2021-03..2022-02"
NO_DATA, OUTLIER = "17", "18"
LONGEST = ("BID-22", "BID-02", "CRO-33", "BID-17", "BID-15")
"""Indicators with the longest names: a sheet must hold them too."""


def scores() -> pl.DataFrame:
    rng = np.random.Generator(np.random.PCG64(7))
    rows = []
    for at, (code, region) in enumerate(REGIONS.items()):
        base = 30.0 if code == OUTLIER else 6.0 + (at % 9) / 2
        for period in PERIODS:
            n = 0 if code == NO_DATA else int(40 + 31 * at)
            score = None if n == 0 else round(base + float(rng.normal(0, 0.6)), 3)
            half = 4.0 if len(period) == 7 else 2.0
            rank = None if score is None else (1, 1) if code == OUTLIER else (2, 25)
            rows.append(
                {
                    "region_code": code,
                    "region": region,
                    "scope": "subnational",
                    "period": period,
                    "weighting": "count",
                    "part": "all",
                    **dict.fromkeys(("crude", "standardised", "standardised_free", "score"), score),
                    "mix": None if score is None else 0.4,
                    "rate": None if score is None else round(score - 8.4, 3),
                    "score_low": None if score is None else round(max(0, score - half), 3),
                    "score_high": None if score is None else round(score + half, 3),
                    "shrinkage": None if score is None else 0.3,
                    **dict.fromkeys(("rank_low", "rank_low_all"), rank and rank[0]),
                    **dict.fromkeys(("rank_high", "rank_high_all"), rank and rank[1]),
                    "n_processes": n,
                    "n_scored": n,
                    "n_buyers": n // 5,
                    "amount_pen": n * 123_456.78,
                    "share_evaluable": None if n == 0 else 0.172345,
                    "bound_low": None if score is None else round(score / 6, 3),
                    "bound_high": None if score is None else 83.1,
                }
            )
    return pl.DataFrame(rows, infer_schema_length=None)


def _headline(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter((pl.col("period") == YEAR) & pl.col("score").is_not_null())


def funnel(of: pl.DataFrame) -> pl.DataFrame:
    half = 40 / pl.col("n").sqrt() + 1
    return (
        _headline(of)
        .select("region_code", "scope", "period", "standardised", n=pl.col("n_scored").cast(pl.Float64))
        .with_columns(
            reference=pl.lit(8.4),
            z=(pl.col("standardised") - 8.4) / half * 2,
            low_95=8.4 - half,
            high_95=8.4 + half,
            low_998=8.4 - 1.6 * half,
            high_998=8.4 + 1.6 * half,
            outside=(pl.col("standardised") - 8.4).abs() > 1.6 * half,
            tau2=pl.lit(0.8),
        )
    )


def separable(of: pl.DataFrame) -> pl.DataFrame:
    one = _headline(of).select("region_code", "scope", "period", "score")
    pairs = one.join(one, on=["scope", "period"], suffix="_o").filter(pl.col("region_code") < pl.col("region_code_o"))
    difference = pl.col("score") - pl.col("score_o")
    return pairs.select(
        "region_code",
        "scope",
        "period",
        other_code="region_code_o",
        difference=difference,
        low=difference - 6,
        high=difference + 6,
        apart=difference.abs() > 6,
    )


def drivers(of: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for at, r in enumerate(_headline(of).iter_rows(named=True)):
        for rank, i in enumerate(LONGEST, 1):
            evaluated = r["n_scored"]
            raised = max(1, evaluated // (rank + 3))
            expected = round(raised * (0.5 if at % 4 else 1.2), 3)
            rows.append(
                {
                    **{k: r[k] for k in ("region_code", "scope", "period")},
                    "indicator": i,
                    "name_es": INDICATORS[i].name_es,
                    "name_en": INDICATORS[i].name_en,
                    "role": "score",
                    "risks": list(INDICATORS[i].risks),
                    "raised": raised,
                    "evaluated": evaluated,
                    "rate": raised / evaluated,
                    "expected": expected,
                    "excess": round(raised - expected, 3),
                    "rank": rank,
                }
            )
    return pl.DataFrame(rows)


def unseen(of: pl.DataFrame) -> pl.DataFrame:
    rows = [
        {
            **{k: r[k] for k in ("region_code", "scope", "period")},
            "reason": reason,
            "n": n,
            "applicable": 1000,
            "share": n / 1000,
        }
        for r in _headline(of).iter_rows(named=True)
        for reason, n in (("column_absent", 700), ("value_missing", 90), ("too_few_peers", 38))
    ]
    return pl.DataFrame(rows)


def indices() -> pl.DataFrame:
    rows = []
    for at, (code, region) in enumerate(REGIONS.items()):
        for index in ("RIFI", "CRAPI"):
            score = None if at % 5 == 0 else 20.0 + 2.5 * at
            rows.append(
                {
                    "region_code": code,
                    "region": region,
                    "period": "2022",
                    "index": index,
                    "framework": "DS148-2024",
                    "pillar": "all",
                    "score": score,
                    "known": 0.4 if score is None else 0.9,
                    "n_yes": 10,
                    "n_no": 8,
                    "n_no_evidence": 4,
                    "n_not_applicable": 1,
                    "weight": 1.0,
                    "weight_is_ours": True,
                    "ladder": 1.4 if index == "RIFI" else None,
                    "source": "formulario",
                    "simulated": True,
                }
            )
    return pl.DataFrame(rows)


def axes() -> pl.DataFrame:
    """Of the same regions as `indices`; those without a score still have bounds."""
    rows: dict[str, dict] = {}
    for r in indices().iter_rows(named=True):
        name = r["index"].lower()
        rows.setdefault(r["region_code"], {"region_code": r["region_code"], "region": r["region"]}).update(
            {
                name: r["score"],
                f"{name}_low": 12.0 if r["score"] is None else r["score"] - 2,
                f"{name}_high": 71.0 if r["score"] is None else r["score"] + 2,
                f"{name}_known": r["known"],
                f"{name}_period": r["period"],
                f"{name}_framework": r["framework"],
                f"{name}_simulated": r["simulated"],
            }
        )
    return pl.DataFrame(list(rows.values()), infer_schema_length=None)


def matrix() -> pl.DataFrame:
    rows = []
    for at, (code, region) in enumerate(REGIONS.items()):
        known = code != NO_DATA
        likely = f"C{1 + at % 3}R{3 if code == OUTLIER else 1 + (at // 2) % 2}"
        rows.append(
            {
                "region_code": code,
                "region": region,
                "capacity": 20.0 + 2.5 * at,
                "risk": 8.0 if known else None,
                "p_category": 0.6 if known else None,
                **{c: (0.6 if cell == likely else 0.05) if known else None for cell, c in P_CELLS.items()},
                "functions_es": ["Gestionar riesgos en contrataciones.", "Capacitar al personal."] if known else [],
                "most_likely": likely if known else None,
                "sentence_es": f"Lo más probable es la categoría {likely} (60 %)." if known else None,
                "simulated": True,
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None)


def coverage() -> pl.DataFrame:
    rows = [
        {
            "risk": f"R{n:02d}",
            "region_code": code,
            "applicable": 40,
            "evaluated": 40 if n % 3 == 0 else 0,
            "raised": n % 2 if n % 3 == 0 else 0,
            "not_evaluable": 0 if n % 3 == 0 else 40,
            "why": "valor no publicado: 40",
            "why_en": "value not published: 40",
        }
        for n in range(1, 82)
        for code in REGIONS
    ]
    return pl.DataFrame(rows)


def tables(*, forms: bool = True) -> dict[str, pl.DataFrame]:
    of = scores()
    found = {
        "scores": of,
        "funnel": funnel(of),
        "separable": separable(of),
        "drivers": drivers(of),
        "unseen": unseen(of),
        "coverage": coverage(),
        **({"indices": indices(), "axes": axes(), "matrix": matrix()} if forms else {}),
    }
    return {name: conform(name, _filled(found.get(name, t.empty()), t), t) for name, t in TABLES.items()}


def _filled(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Columns that nobody here looks at, as null."""
    return frame.with_columns(pl.lit(None, f).alias(c) for c, f in table.schema.items() if c not in frame.columns)


def material(*, forms: bool = True, simulated: bool = False) -> Material:
    return Material(
        tables=tables(forms=forms),
        scope="subnational",
        period=YEAR,
        as_of=date(2022, 4, 8),
        simulated=simulated,
        registers={n: {"state": PRESENT if n == "sanctions" else ABSENT, "rows": 0} for n in NAMES},
        settings=Settings(),
        made_from={
            "version": "0123456789abcdef",
            "model": "isolation-forest-x",
            "catalogue": "c" * 64,
            "law": "d" * 64,
        },
    )
