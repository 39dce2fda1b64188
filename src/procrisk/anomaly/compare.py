"""Values against peers: a robust one-sided z for the forest, a one-sided tail for the explanation, medians for the reader.

Only the risky side of the median counts: a process that took longer to decide than its peers is as normal as the median.
A missing value is no sign either way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.anomaly.features import Feature
from procrisk.anomaly.peers import Peers

MIN_KNOWN = 10
"""Peers with a value that a median needs."""
STEP = 0.1
"""Grid of the transformed z: finer differences are noise, and equal rows are scored once."""
LEAST = 0.5
"""Robust z from which a value is a sign: nearer to the median it is as good as the median."""
MOST = 50
"""Steps at which a sign stops growing: log(z / LEAST) = 5 is a z of 74."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Features against peers, rows as given."""

    signs: npt.NDArray[np.uint16]
    """How far beyond its peers, a column per feature: log(z / LEAST) of the robust z, in whole STEPs; 0 = no sign."""
    tails: npt.NDArray[np.float64]
    """-ln(2p), p being the share of peers at least as risky; 0 where there is no sign. ECOD's tail (Li et al. 2022), of
    one side, and counted from the median on."""
    medians: pl.DataFrame
    """Median of each row's peers, in natural units."""

    @property
    def matrix(self) -> npt.NDArray[np.float32]:
        """The signs as the forest takes them."""
        return np.ascontiguousarray(self.signs.astype(np.float32) * np.float32(STEP))

    def only(self, columns: Sequence[bool]) -> "Compared":
        """The same with no sign in the other columns."""
        keep = np.array(columns)
        return Compared(self.signs * keep.astype(np.uint16), self.tails * keep, self.medians)


def compare(raw: pl.DataFrame, peers: Peers, features: Sequence[Feature]) -> Compared:
    """Set each value against those of its peers.

    Args:
        raw: a Float64 column per feature, rows in the order in which `peers` were assigned.
        peers: the groups.
        features: what to compare and in which direction.
    """
    ids = [f.id for f in features]
    scaled = raw.select(
        (pl.col(f.id).clip(lower_bound=0).log1p() if f.log else pl.col(f.id)).alias(f.id) for f in features
    ).with_row_index("row")
    long = peers.members.join(scaled, on="row", how="left", maintain_order="left")
    counts = [pl.col(i).count().alias(f"{i}:n") for i in ids]
    known = [pl.when(pl.col(i).count() >= MIN_KNOWN).then(pl.col(i).median()).alias(f"{i}:median") for i in ids]
    medians = long.group_by("group").agg(*known, *counts).sort("group")
    apart = long.select("group", *((pl.col(i) - pl.col(i).median().over("group")).abs().alias(f"{i}:mad") for i in ids))
    spreads = apart.group_by("group").agg(pl.col(f"{i}:mad").median() for i in ids).sort("group")
    mine = pl.DataFrame({"group": peers.own}).with_row_index("row")
    ranks = long.select(
        "group",
        "row",
        *(pl.col(f.id).rank("max", descending=f.direction > 0).over("group").alias(f"{f.id}:rank") for f in features),
    )
    own = (
        mine.join(scaled, on="row", how="left", maintain_order="left")
        .join(medians.join(spreads, on="group"), on="group", how="left", maintain_order="left")
        .join(ranks, on=["group", "row"], how="left", maintain_order="left")
    )
    signs = own.select(_sign(f) for f in features).to_numpy()
    share = own.select((pl.col(f"{i}:rank") / pl.col(f"{i}:n")).fill_null(1.0).alias(i) for i in ids).to_numpy()
    tails = np.where(signs > 0, np.maximum(-np.log(2 * share), 0.0), 0.0)
    natural = own.select(
        (pl.col(f"{f.id}:median").exp() - 1.0 if f.log else pl.col(f"{f.id}:median")).alias(f.id) for f in features
    )
    return Compared(np.ascontiguousarray(signs), np.ascontiguousarray(tails), natural)


def _sign(f: Feature) -> pl.Expr:
    z = f.direction * (pl.col(f.id) - pl.col(f"{f.id}:median")) / (1.4826 * pl.col(f"{f.id}:mad") + f.floor)
    steps = ((z.clip(lower_bound=LEAST) / LEAST).log() / STEP).round()
    return steps.clip(upper_bound=MOST).fill_nan(0.0).fill_null(0.0).cast(pl.UInt16).alias(f.id)
