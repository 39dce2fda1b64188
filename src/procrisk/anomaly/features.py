"""What the anomaly model looks at: numbers of a process against those of its peers, only in the direction of risk.

Each feature becomes a robust z, (value - median) / (1.4826 MAD + floor), of which the harmless side is cut off: a process
that took longer to decide than its peers is as normal as the median. A missing value is no sign either way.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.anomaly.peers import Peers

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of a process."""

    id: str
    direction: int
    """+1 when more than the peers means risk, -1 when less does."""
    log: bool
    """Compared as log(1 + value): amounts, days and counts are skewed."""
    floor: float
    """Least scale of the z, in the unit compared: where all peers are equal, small differences stay small."""
    unit: str
    """soles, percent, days or count: how it is shown."""
    name_es: str
    name_en: str


FEATURES: tuple[Feature, ...] = (
    Feature("amount", 1, True, 0.5, "soles", "monto", "amount"),
    Feature(
        "award_ratio",
        1,
        False,
        0.05,
        "percent",
        "adjudicado sobre el valor referencial",
        "awarded over reference value",
    ),
    Feature(
        "decision_days", -1, True, 0.25, "days", "días de la convocatoria a la buena pro", "days from call to award"
    ),
    Feature(
        "consent_days", -1, True, 0.25, "days", "días de la buena pro al consentimiento", "days from award to consent"
    ),
    Feature("n_lots", 1, True, 0.5, "count", "ítems en un mismo procedimiento", "lots in one procedure"),
    Feature("n_bidders", -1, True, 0.25, "count", "postores", "bidders"),
    Feature(
        "supplier_share",
        1,
        False,
        0.1,
        "percent",
        "parte del gasto de la entidad que va al proveedor",
        "supplier's share of the buyer's spending",
    ),
    Feature(
        "pair_awards",
        1,
        True,
        0.5,
        "count",
        "adjudicaciones de la entidad al mismo proveedor",
        "awards from this buyer to the same supplier",
    ),
    Feature(
        "supplier_dependence",
        1,
        False,
        0.1,
        "percent",
        "parte de las ventas del proveedor que viene de la entidad",
        "buyer's share of the supplier's sales",
    ),
    Feature(
        "month_burst",
        1,
        True,
        0.5,
        "count",
        "procedimientos de la entidad por el mismo objeto en el mes",
        "the buyer's procedures for the same object in the month",
    ),
)
IDS = tuple(f.id for f in FEATURES)
MIN_PAIR_BASE = 3
"""A share of a buyer's spending (a supplier's sales) is looked at from this many of its processes on."""
MIN_KNOWN = 10
"""Peers with a value that a median needs."""
STEP = 0.05
"""Grid of the transformed z: finer differences are noise, and equal rows are scored once."""


def values(tables: Tables) -> pl.DataFrame:
    """The raw value of every feature.

    Args:
        tables: the canonical tables after assembly; processes, awards and award_suppliers are read.

    Returns:
        process_id and a Float64 column per feature in natural units (soles, ratios, days, counts), sorted by process_id;
        null where unknown. Totals run over all the records given: they describe, they do not predict.
    """
    days = pl.col("award_date").sub(pl.col("call_date")).dt.total_days()
    consent = pl.col("consent_date").sub(pl.col("award_date")).dt.total_days()
    ratio = pl.col("awarded_pen_cents") / pl.col("value_pen_cents")
    month = pl.col("call_date").dt.truncate("1mo")
    burst = pl.len().over("buyer_id", "object", month)
    made = tables["processes"].select(
        "process_id",
        amount=pl.col("amount_pen_cents") / 100,
        award_ratio=pl.when(pl.col("value_pen_cents") > 0).then(ratio),
        decision_days=pl.when(days >= 0).then(days),
        consent_days=pl.when(consent >= 0).then(consent),
        n_lots="n_lots",
        n_bidders="n_bidders",
        month_burst=pl.when(pl.col("buyer_id").is_not_null() & pl.col("call_date").is_not_null()).then(burst),
    )
    joined = made.join(_pairs(tables), on="process_id", how="left")
    return joined.select("process_id", *(pl.col(i).cast(pl.Float64) for i in IDS)).sort("process_id")


def _pairs(tables: Tables) -> pl.DataFrame:
    """Largest buyer-supplier figures of each process. A member of a consortium counts with the whole award."""
    lines = (
        tables["award_suppliers"]
        .select("process_id", "award_id", supplier="party_id")
        .unique()
        .join(
            tables["awards"].select("process_id", "award_id", cents="amount_pen_cents"), on=["process_id", "award_id"]
        )
        .join(tables["processes"].select("process_id", "buyer_id"), on="process_id")
        .filter(pl.col("buyer_id").is_not_null() & pl.col("supplier").is_not_null())
        .with_columns(pl.col("cents").fill_null(0))
    )
    spent = (
        lines.unique(["process_id", "award_id"])
        .group_by("buyer_id")
        .agg(spent=pl.col("cents").sum(), bought=pl.col("process_id").n_unique())
    )
    sold = lines.group_by("supplier").agg(sold=pl.col("cents").sum(), won=pl.col("process_id").n_unique())
    pair = lines.group_by("buyer_id", "supplier").agg(both=pl.col("cents").sum(), times=pl.col("process_id").n_unique())
    full = pair.join(spent, on="buyer_id").join(sold, on="supplier")
    share = pl.when((pl.col("bought") >= MIN_PAIR_BASE) & (pl.col("spent") > 0)).then(pl.col("both") / pl.col("spent"))
    dependence = pl.when((pl.col("won") >= MIN_PAIR_BASE) & (pl.col("sold") > 0)).then(pl.col("both") / pl.col("sold"))
    figures = full.select(
        "buyer_id", "supplier", pair_awards="times", supplier_share=share, supplier_dependence=dependence
    )
    return (
        lines.join(figures, on=["buyer_id", "supplier"])
        .group_by("process_id")
        .agg(pl.col("pair_awards", "supplier_share", "supplier_dependence").max())
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """Features against peers, rows as given."""

    matrix: npt.NDArray[np.float32]
    """What the model sees: a column per feature, 0 = no sign."""
    medians: pl.DataFrame
    """Median of each process's peers, in natural units."""


def compare(raw: pl.DataFrame, peers: Peers) -> Compared:
    """Robust one-sided z of every feature within the peer group, as log(1 + z) on a grid of STEP.

    Args:
        raw: from `values`, rows in the order given to `peers.assign`.
        peers: the groups.
    """
    scaled = raw.select(
        (pl.col(f.id).clip(lower_bound=0).log1p() if f.log else pl.col(f.id)).alias(f.id) for f in FEATURES
    ).with_row_index("row")
    long = peers.members.join(scaled, on="row", how="left", maintain_order="left")
    known = [pl.when(pl.col(i).count() >= MIN_KNOWN).then(pl.col(i).median()).alias(f"{i}:median") for i in IDS]
    medians = long.group_by("group").agg(known).sort("group")
    apart = long.join(medians, on="group", how="left").select(
        "group", *((pl.col(i) - pl.col(f"{i}:median")).abs().alias(f"{i}:mad") for i in IDS)
    )
    spreads = apart.group_by("group").agg(pl.col(f"{i}:mad").median() for i in IDS).sort("group")
    own = scaled.with_columns(group=peers.own).join(
        medians.join(spreads, on="group"), on="group", how="left", maintain_order="left"
    )
    matrix = own.select(_signal(f) for f in FEATURES).to_numpy().astype(np.float32) + np.float32(0)  # no -0.0
    natural = own.select(
        (pl.col(f"{f.id}:median").exp() - 1.0 if f.log else pl.col(f"{f.id}:median")).alias(f.id) for f in FEATURES
    )
    return Compared(np.ascontiguousarray(matrix), natural)


def _signal(f: Feature) -> pl.Expr:
    z = f.direction * (pl.col(f.id) - pl.col(f"{f.id}:median")) / (1.4826 * pl.col(f"{f.id}:mad") + f.floor)
    return ((z.clip(lower_bound=0).log1p() / STEP).round() * STEP).fill_null(0.0).alias(f.id)
