"""Why a row is unusual, in words and units: its strongest features beside the median of its peers, who are named."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from procrisk.anomaly import peers
from procrisk.anomaly.compare import Compared
from procrisk.anomaly.features import Feature

TOP = 3
"""Features named."""
LEAST = 1.0
"""A feature is named from here on: fewer than one peer in five (e^-1 / 2) is as far out."""
_TEXTS = pl.List(pl.String)
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "n_peers": pl.Int32,
    "label": pl.String,
    "features": _TEXTS,
    "es": _TEXTS,
    "en": _TEXTS,
}


def reasons(
    raw: pl.DataFrame,
    compared: Compared,
    groups: peers.Peers,
    features: Sequence[Feature],
    who: tuple[str, str] = ("comparables", "peers"),
    among: pl.Series | None = None,
) -> pl.DataFrame:
    """The features that set each row apart: those with the largest part in the sum of tails.

    Args:
        raw: values in natural units, a column per feature.
        compared: their tails and the peers' medians, aligned with `raw`.
        groups: the peers, aligned with `raw`.
        features: the columns.
        who: what the peers are, in Spanish and English.
        among: which rows to explain; all unless given.

    Returns:
        row, n_peers, label (what the peers share), features (ids, strongest first), es, en (a phrase for each), for the
        rows that have at least one; sorted by row.
    """
    told = np.ones(raw.height, dtype=np.bool_) if among is None else among.to_numpy()
    row, column = np.nonzero((compared.tails >= LEAST) & told[:, None])
    named = pl.DataFrame({"row": row, "column": column, "tail": compared.tails[row, column]})
    top = (
        named.sort("row", "tail", "column", descending=[False, True, False])
        .group_by("row", maintain_order=True)
        .head(TOP)
        .with_row_index("place")
    )
    whose = groups.groups.select("label", "n_peers", group=pl.col("group"))
    parts = [
        _phrases(f, top.filter(pl.col("column") == at), raw[f.id], compared.medians[f.id], groups.own, whose, who)
        for at, f in enumerate(features)
    ]
    listed = pl.concat(parts).sort("place").group_by("row", maintain_order=True)
    return listed.agg(pl.col("n_peers", "label").first(), pl.col("features", "es", "en")).with_columns(
        pl.col("row").cast(pl.UInt32), pl.col("n_peers").cast(pl.Int32)
    )


def _phrases(
    f: Feature,
    rows: pl.DataFrame,
    value: pl.Series,
    median: pl.Series,
    own: pl.Series,
    whose: pl.DataFrame,
    who: tuple[str, str],
) -> pl.DataFrame:
    at = rows["row"]
    shown = rows.with_columns(
        value=value.gather(at), median=median.gather(at), group=own.gather(at), features=pl.lit(f.id)
    ).join(whose, on="group", how="left", maintain_order="left")
    figure, usual = shown_as(f, pl.col("value")), shown_as(f, pl.col("median"))
    texts = [
        pl.format(
            template,
            pl.lit(name),
            figure,
            "n_peers",
            pl.lit(who[language]),
            peers.named(pl.col("label"), language),
            usual,
        )
        for language, (template, name) in enumerate(
            (("{}: {} (mediana de {} {}, {}: {})", f.name_es), ("{}: {} (median of {} {}, {}: {})", f.name_en))
        )
    ]
    return shown.select("place", "row", "n_peers", "label", "features", es=texts[0], en=texts[1])


def shown_as(f: Feature, value: pl.Expr) -> pl.Expr:
    """A value in its unit."""
    if f.unit == "percent":
        return pl.format("{} %", (value * 100).round(1))
    if f.unit in ("number", "times"):
        return pl.format("{}", value.round(1))
    whole = value.round().cast(pl.Int64)
    return pl.format("S/ {}", _thousands(whole)) if f.unit == "soles" else pl.format("{}", whole)


def _thousands(whole: pl.Expr) -> pl.Expr:
    """With commas, as amounts are written in Peru."""
    low = (whole % 1_000).cast(pl.String).str.zfill(3)
    middle = (whole // 1_000 % 1_000).cast(pl.String).str.zfill(3)
    large = pl.format("{},{},{}", whole // 1_000_000, middle, low)
    medium = pl.format("{},{}", whole // 1_000, low)
    return pl.when(whole >= 1_000_000).then(large).when(whole >= 1_000).then(medium).otherwise(whole.cast(pl.String))
