"""Does the score go with what it should not depend on: how much of the data is missing, how thin the markets are?"""

import numpy as np
import polars as pl

from procrisk.scoring.estimates import SCOPES, select
from procrisk.scoring.shrinkage import Z95
from procrisk.scoring.uncertainty import Floats

SCHEMA: dict[str, type[pl.DataType]] = {
    "scope": pl.String,
    "period": pl.String,
    "what": pl.String,
    "rho": pl.Float64,
    "n": pl.Int32,
    "note_es": pl.String,
    "note_en": pl.String,
}
NOTABLE = 0.2
"""From this correlation on the two are said to go together (methods for comparing regions: |rho| < 0.2 or shown beside)."""
NAMES = {
    "missingness": ("lo que no se pudo evaluar", "what could not be evaluated"),
    "market thinness": ("los procesos por proveedor en sus mercados", "the processes per supplier in its markets"),
}
"""Each measure in Spanish and in English."""


def association(
    regions: pl.DataFrame, processes: pl.DataFrame | None = None, suppliers: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Rank correlation of the regions' scores with missing data and with thin markets.

    Args:
        regions: region_code, scope, period, score, share_evaluable: rows of regions.parquet.
        processes: rows of processes.parquet; with `suppliers`, for the thinness of markets.
        suppliers: the table award_suppliers: process_id, ruc, name.

    Returns:
        columns of SCHEMA: Spearman's rho over the `n` regions with a score; null below three of them, or where one side is constant.
        Thinness is the number of awarded processes per distinct supplier in the region's market of the same object, over the whole run,
        mean over the region's processes of the scope.
    """
    measured = [
        regions.select(
            "region_code", "scope", "period", "score", x=1.0 - pl.col("share_evaluable"), what=pl.lit("missingness")
        )
    ]
    if processes is not None and suppliers is not None:
        thin = thinness(processes, suppliers)
        joined = regions.join(thin, on=["region_code", "scope"], how="left", maintain_order="left")
        measured.append(
            joined.select("region_code", "scope", "period", "score", x="thinness", what=pl.lit("market thinness"))
        )
    made = []
    for (scope, period, what), group in pl.concat(measured).group_by("scope", "period", "what", maintain_order=True):
        both = group.drop_nulls(["score", "x"])
        rho = spearman(both["score"].to_numpy(), both["x"].to_numpy())
        es, en = _note(str(what), rho, both.height)
        made.append(
            {"scope": scope, "period": period, "what": what, "rho": rho, "n": both.height, "note_es": es, "note_en": en}
        )
    return pl.DataFrame(made, SCHEMA).sort("scope", "period", "what")


def thinness(processes: pl.DataFrame, suppliers: pl.DataFrame) -> pl.DataFrame:
    """Awarded processes per distinct supplier in the markets of a region, by scope.

    Args:
        processes: process_id, region_code, delivery_region_code, scope, object.
        suppliers: process_id, ruc, name.

    Returns:
        region_code, scope, thinness (1 where every process has its own supplier; more is thinner).
    """
    named = suppliers.select("process_id", supplier_id=pl.coalesce("ruc", "name")).drop_nulls()
    made = []
    for scope in SCOPES:
        chosen = select(processes, scope).select("process_id", "region_code", "object")
        awarded = chosen.join(named, on="process_id", how="inner")
        market = awarded.group_by("region_code", "object", maintain_order=True).agg(
            n=pl.col("process_id").n_unique().cast(pl.Int64), suppliers=pl.col("supplier_id").n_unique().cast(pl.Int64)
        )
        found = market.group_by("region_code").agg(
            thinness=((pl.col("n") * pl.col("n") / pl.col("suppliers")).sort().sum() / pl.col("n").sum()).round(6)
        )
        made.append(found.select("region_code", "thinness", scope=pl.lit(scope)))
    return pl.concat(made).select("region_code", "scope", "thinness").sort("scope", "region_code")


def spearman(a: Floats, b: Floats) -> float | None:
    """Rank correlation with mean ranks for ties, rounded to 4 decimals; None below three pairs or where one side is constant."""
    if len(a) < 3:
        return None
    ranks = [pl.Series(x).rank("average").to_numpy() for x in (a, b)]
    x, y = (r - r.mean() for r in ranks)
    scale = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return None if scale == 0 else round(float((x * y).sum()) / scale, 4)


def _note(what: str, rho: float | None, n: int) -> tuple[str, str]:
    es, en = NAMES[what]
    if rho is None:
        return (
            f"No hay regiones suficientes para relacionar el puntaje con {es}.",
            f"Too few regions to relate the score to {en}.",
        )
    if abs(rho) < NOTABLE:
        return f"El puntaje no va con {es} (rho {rho:.2f}).", f"The score does not go with {en} (rho {rho:.2f})."
    more_es, more_en = ("sube", "rises") if rho > 0 else ("baja", "falls")
    chance = Z95 / float(np.sqrt(n - 1))  # standard error of a rank correlation where there is none
    by_es, by_en = (
        ("", "")
        if abs(rho) >= chance
        else (
            f"; con {n} regiones el azar solo llega a ±{chance:.2f}",
            f"; among {n} regions chance alone reaches ±{chance:.2f}",
        )
    )
    return (
        f"El puntaje {more_es} con {es} (rho {rho:.2f}): las diferencias entre regiones pueden venir de ahí{by_es}.",
        f"The score {more_en} with {en} (rho {rho:.2f}): differences between regions may come from it{by_en}.",
    )
