"""Beside procurement risk: INCO and control reports of the Contraloría, with their warning. Never as truth, never in a score.

Both count what was found, so both grow with the effort of looking. A high correlation does not prove the risk score right,
nor a low one wrong.
"""

from collections.abc import Iterator
from math import atanh, sqrt, tanh
from pathlib import Path

import polars as pl

from procrisk.errors import UsageError
from procrisk.indices import facts
from procrisk.indices.matrix import Z_975
from procrisk.records.regions import REGIONS, region_of
from procrisk.resources import read_rows

WARNING_ES = (
    "Advertencia: mezcla la mala conducta con el esfuerzo de control; donde se audita más, se halla más. "
    "No mide si el puntaje de riesgo acierta y no entra en ningún puntaje."
)
WARNING_EN = (
    "Warning: it mixes misconduct with audit effort; where more is audited, more is found. "
    "It does not measure whether the risk score is right and enters no score."
)
AUDIT_COLUMNS = ("region", "modalidad", "n_informes", "n_con_penal", "n_con_civil", "personas_penal")
AUDITS: dict[str, type[pl.DataType]] = {
    "region_code": pl.String,
    "n_reports": pl.Int64,
    "n_penal": pl.Int64,
    "share_penal": pl.Float64,
}
SCHEMA: dict[str, type[pl.DataType]] = {
    "what": pl.String,
    "period": pl.String,
    "n": pl.Int32,
    "rho": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "note_es": pl.String,
    "note_en": pl.String,
}
AUDIT_PERIOD = "2016-2022"
"""Years of issue of the reports in the file that is published."""
LEAST = 5
"""With fewer regions there is no correlation worth a number."""


def audits(path: Path) -> tuple[pl.DataFrame, list[str]]:
    """Control reports by region.

    Args:
        path: CSV with columns AUDIT_COLUMNS, one row a region and kind of report.

    Returns:
        columns of AUDITS, by region code; and the names that are no single region (LIMA is two), which are left out.

    Raises:
        InputMissingError: there is no such file.
        UsageError: a column is missing or unknown, or a number cannot be read; says line and column.
    """
    rows = read_rows(path, AUDIT_COLUMNS)
    for row in rows:
        for column in ("n_informes", "n_con_penal"):
            if not row[column].isdigit():
                raise row.refuse(column, "should be a whole number")
    table = pl.DataFrame([r.cells for r in rows], schema=dict.fromkeys(AUDIT_COLUMNS, pl.String))
    table = table.with_columns(region_code=region_of(pl.col("region"), pl.lit(None, pl.String)))
    lost = table.filter(pl.col("region_code").is_null())["region"].unique().sort().to_list()
    sums = (
        table.drop_nulls("region_code")
        .group_by("region_code")
        .agg(n_reports=pl.col("n_informes").cast(pl.Int64).sum(), n_penal=pl.col("n_con_penal").cast(pl.Int64).sum())
    )
    share = pl.when(pl.col("n_reports") > 0).then(pl.col("n_penal") / pl.col("n_reports"))
    return sums.with_columns(share_penal=share).select(list(AUDITS)).sort("region_code"), lost


def beside(risk: pl.DataFrame, audited: pl.DataFrame | None = None) -> pl.DataFrame:
    """Each region's risk score with what the Contraloría says of it, null where it says nothing.

    Args:
        risk: region_code, score; one row a region.
        audited: from `audits`.

    Returns:
        region_code, region, score, inco_<measure>_<year> (points, higher is worse) and, with audits, n_reports and share_penal;
        one row for each of the 26 regions.
    """
    table = pl.DataFrame({"region_code": list(REGIONS), "region": list(REGIONS.values())})
    table = table.join(risk.select("region_code", "score"), on="region_code", how="left", validate="1:1")
    for name, found in _measures(audited):
        table = table.join(found.select("region_code", pl.col("value").alias(name)), on="region_code", how="left")
    return table.sort("region_code")


def association(risk: pl.DataFrame, audited: pl.DataFrame | None = None) -> pl.DataFrame:
    """Spearman's correlation of the risk score with INCO and with control reports.

    Args:
        risk: region_code, score; one row a region.
        audited: from `audits`.

    Returns:
        columns of SCHEMA, by what and period. rho, low and high (95 %, see `interval`) are null with fewer than LEAST regions; the notes hold the warning.

    Raises:
        UsageError: a region stands twice.
    """
    if risk["region_code"].is_duplicated().any():
        raise UsageError("risk: a region stands twice; give one scope and period")
    rows = []
    for name, found in _measures(audited):
        both = risk.select("region_code", "score").join(found, on="region_code").drop_nulls(["score", "value"])
        n, rho = both.height, spearman(both["score"], both["value"]) if both.height >= LEAST else None
        low, high = (None, None) if rho is None else interval(rho, n)
        note = (f"{n} regiones. {WARNING_ES}", f"{n} regions. {WARNING_EN}")
        if name.startswith("inco"):
            note = (
                f"Solo las {n} regiones cuyo valor se conoce, que son las más altas: la correlación está sesgada. {WARNING_ES}",
                f"Only the {n} regions whose value is known, the highest ones: the correlation is biased. {WARNING_EN}",
            )
        rows.append(
            {
                "what": name,
                "period": found["period"][0],
                "n": n,
                "rho": rho,
                "low": low,
                "high": high,
                "note_es": note[0],
                "note_en": note[1],
            }
        )
    return pl.DataFrame(rows, schema=SCHEMA).sort("what")


def _measures(audited: pl.DataFrame | None) -> Iterator[tuple[str, pl.DataFrame]]:
    """Name of a measure and its table: region_code, period, value."""
    known = facts.public_facts().filter(pl.col("measure").str.starts_with("inco_"))
    for (measure, period), group in sorted(known.partition_by("measure", "period", as_dict=True).items()):
        yield f"{measure}_{period}", group.select("region_code", "period", "value")
    if audited is not None:
        for column in ("n_reports", "share_penal"):
            value = pl.col(column).cast(pl.Float64)
            yield column, audited.select("region_code", period=pl.lit(AUDIT_PERIOD), value=value)


def spearman(a: pl.Series, b: pl.Series) -> float | None:
    """Rank correlation, ties at their mean rank; None where one of the two does not vary."""
    ranks = pl.DataFrame({"a": a.rank(), "b": b.rank()})
    rho = ranks.select(pl.corr("a", "b"))[0, 0]
    return None if rho is None or rho != rho else round(float(rho), 6)  # noqa: PLR0124 - NaN alone differs from itself


def interval(rho: float, n: int) -> tuple[float, float]:
    """95 % interval of a rank correlation: Fisher's z with the variance (1 + rho²/2)/(n - 3) of Bonett and Wright (2000)."""
    if abs(rho) >= 1:
        return rho, rho
    half = Z_975 * sqrt((1 + rho**2 / 2) / (n - 3))
    return tanh(atanh(rho) - half), tanh(atanh(rho) + half)
