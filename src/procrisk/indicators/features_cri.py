"""The components of the Corruption Risk Index (Fazekas) of each process, and the index. Formula: docs/cri.md."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from procrisk.indicators import common, cri_bins
from procrisk.indicators.terms import CONTESTED
from procrisk.workdays import business_days

NOT_COUNTED = ("winner_share", "call_to_award")
"""Components that have no bin in the index: a share is counted as it is, and the way to the award twice already."""


def with_cri(
    processes: pl.DataFrame, awards: pl.DataFrame, contracts: pl.DataFrame, days: Sequence[date]
) -> pl.DataFrame:
    """The frame of processes with the components' figures, the odds of their bins, and the index.

    decision_days: business days from the deadline of bids to the award. relaunched: a second or later call. modified: a
    signed contract was changed. winner_share: largest share that a winner holds of the buyer's awarded soles of the 365 days
    to the award, of peer_share_n awards (winner_share_min or more). For each component with bins in force <component>_odds, _odds_low, _odds_high and
    peer_<component>_n, see `cri_bins.columns`. cri: mean of the components known, 0 to 1; cri_n: how many they were.
    """
    changed = contracts.group_by("process_id").agg(_changes=pl.col("n_changes").max())
    yes = pl.lit("yes")
    frame = (
        processes.join(changed, on="process_id", how="left", maintain_order="left")
        .join(_shares(awards), on="process_id", how="left", maintain_order="left")
        .with_columns(
            decision_days=business_days(pl.col("bid_deadline"), pl.col("award_date"), days),
            relaunched=pl.when(pl.col("call_number") > 1).then(yes).when(pl.col("call_number") >= 0).then(pl.lit("no")),
            modified=pl.when(pl.col("_changes") > 0).then(yes).when(pl.col("_changes") == 0).then(pl.lit("no")),
        )
        .drop("_changes")
    )
    frame = frame.with_columns(e for c in _fitted() for e in cri_bins.columns(c))
    known = [component.is_not_null().cast(pl.Int32) for component in _parts()]
    n = pl.sum_horizontal(known).cast(pl.Int32)
    total = pl.sum_horizontal(_parts())
    index = frame.with_columns(cri_n=pl.when(CONTESTED).then(n).otherwise(pl.lit(0, pl.Int32)), _total=total)
    return index.with_columns(
        cri=pl.when(pl.col("cri_n") > 0).then((pl.col("_total") / pl.col("cri_n")).round(6))
    ).drop("_total")


def _fitted() -> list[str]:
    """Components with bins in force, and the one that an indicator reads whatever the table holds."""
    return [c for c in cri_bins.COMPONENTS if c == "procedure_type" or cri_bins.bins_of(c)]


def _parts() -> list[pl.Expr]:
    """The components that enter the index, each 0 to 1: those defined without a threshold, and those with bins of real records."""
    single = (pl.col("n_bidders") == 1).cast(pl.Float64)
    fitted = [(pl.col(f"{c}_odds_low") > 1).cast(pl.Float64) for c in _fitted() if c not in NOT_COUNTED]
    return [single, pl.col("winner_share"), *fitted]


def _shares(awards: pl.DataFrame) -> pl.DataFrame:
    """process_id, winner_share and peer_share_n."""
    known = awards.filter(pl.col("amount_pen_cents") > 0).drop_nulls(["buyer_id", "holder", "date"])
    amount = pl.col("amount_pen_cents").sum()
    parts = known.select("process_id", "buyer_id", "holder", "date", "amount_pen_cents")

    def windows(*keys: str) -> pl.DataFrame:
        rolled = parts.sort(*keys, "date").rolling(
            "date", period=f"{common.whole('winner_share_days')}d", closed="right", group_by=list(keys)
        )
        return rolled.agg(amount.alias("_cents"), pl.len().cast(pl.Int64).alias("_n")).unique([*keys, "date"])

    whole = windows("buyer_id").rename({"_cents": "_whole", "_n": "_of"})
    own = windows("buyer_id", "holder").drop("_n")
    shares = parts.join(own, on=["buyer_id", "holder", "date"], how="left").join(
        whole, on=["buyer_id", "date"], how="left"
    )
    share = (pl.col("_cents") / pl.col("_whole")).filter(pl.col("_of") >= common.whole("winner_share_min"))
    return shares.group_by("process_id").agg(winner_share=share.max(), peer_share_n=pl.col("_of").max())
