"""Why a process is unusual, in words and units: its strongest features beside the median of its peers."""

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.anomaly.features import FEATURES, Compared, Feature

TOP = 3
"""Features named."""
LEAST = float(np.log1p(2.0))
"""A feature is named from a robust z of 2 on."""


def reasons(raw: pl.DataFrame, compared: Compared, n_peers: pl.Series, used: npt.NDArray[np.int64]) -> pl.DataFrame:
    """The features that set each process apart.

    Args:
        raw: values in natural units, from features.values.
        compared: their signals and the peers' medians, aligned with `raw`.
        n_peers: size of each process's group.
        used: columns that the model looks at; another cannot be a reason for its score.

    Returns:
        process_id, anomaly_features (ids, strongest first), anomaly_es, anomaly_en (a phrase for each), for the processes
        that have at least one; sorted by process_id.
    """
    looked_at = np.isin(np.arange(compared.matrix.shape[1]), used)
    row, column = np.nonzero((compared.matrix >= LEAST) & looked_at)
    named = pl.DataFrame({"row": row, "column": column, "signal": compared.matrix[row, column]})
    parts = [
        _phrases(f, named.filter(pl.col("column") == at), raw[f.id], compared.medians[f.id], n_peers)
        for at, f in enumerate(FEATURES)
    ]
    strongest = pl.concat(parts).sort("row", "signal", "column", descending=[False, True, False])
    listed = strongest.group_by("row", maintain_order=True).agg(pl.col("feature", "es", "en").head(TOP))
    return listed.select(
        raw["process_id"].gather(listed["row"]).alias("process_id"),
        anomaly_features="feature",
        anomaly_es="es",
        anomaly_en="en",
    ).sort("process_id")


def _phrases(f: Feature, rows: pl.DataFrame, value: pl.Series, median: pl.Series, n_peers: pl.Series) -> pl.DataFrame:
    at = rows["row"]
    shown = rows.with_columns(
        value=value.gather(at), median=median.gather(at), n=n_peers.gather(at), feature=pl.lit(f.id)
    )
    own, peers = _shown(f, pl.col("value")), _shown(f, pl.col("median"))
    spanish = pl.format("{}: {} (mediana de {} comparables: {})", pl.lit(f.name_es), own, "n", peers)
    english = pl.format("{}: {} (median of {} peers: {})", pl.lit(f.name_en), own, "n", peers)
    return shown.select("row", "column", "signal", "feature", es=spanish, en=english)


def _shown(f: Feature, value: pl.Expr) -> pl.Expr:
    if f.unit == "percent":
        return pl.format("{} %", (value * 100).round(1))
    whole = value.round().cast(pl.Int64)
    return pl.format("S/ {}", whole) if f.unit == "soles" else pl.format("{}", whole)
