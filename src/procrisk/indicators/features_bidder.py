"""The frame of bidders (one row a process and firm that bid in it), and what bids say of their buyers.

A firm's figures are of all the records, beside each of its processes; a consortium's bid counts for each of its members.
"""

from collections.abc import Mapping

import polars as pl

from procrisk.indicators import common
from procrisk.indicators.features_award import OF_PROCESS
from procrisk.indicators.features_bid import LOT, awarded
from procrisk.indicators.peers import fences, quantile8
from procrisk.indicators.terms import CONTESTED

Tables = Mapping[str, pl.DataFrame]

DIGITS = tuple(range(1, 10))


def bidders(processes: pl.DataFrame, firms: pl.DataFrame) -> pl.DataFrame:
    """The bidders. One row a process and firm that bid in it: what is known of both, and the firm's figures.

    tries_n, wins_n, win_share (contests with a known winner in which its bid stood, and those it won); bids_n, refused_n,
    refused_share (bids whose state is known and which were not withdrawn). Peers are all firms: peer_tries_n, peer_tries_q3 (75th
    percentile), peer_win_n, peer_win_low (lower fence of win_share), peer_win_limit (the same, at least 0); peer_refused_n, peer_refused_high (upper fence).
    """
    inside = processes.filter(CONTESTED).select("process_id")
    each = (
        firms.join(inside, on="process_id", how="semi")
        .group_by(*LOT, "firm")
        .agg(
            pl.col("is_winner").any(ignore_nulls=False),
            _stood=(~pl.col("state").is_in(["disqualified", "withdrawn"])).fill_null(value=True).any(),
            _bids=pl.col("state").is_in(["valid", "disqualified"]).sum().cast(pl.Int64),
            _refused=(pl.col("state") == "disqualified").sum().cast(pl.Int64),
        )
    )
    won = pl.col("is_winner")
    tried = pl.col("_stood") & won.is_not_null()
    history = each.group_by("firm").agg(
        tries_n=tried.sum().cast(pl.Int64),
        wins_n=(tried & won).sum().cast(pl.Int64),
        bids_n=pl.col("_bids").sum(),
        refused_n=pl.col("_refused").sum(),
    )
    tries, bids = pl.col("tries_n"), pl.col("bids_n")
    history = history.with_columns(
        win_share=pl.when(tries > 0).then(pl.col("wins_n") / tries),
        refused_share=pl.when(bids > 0).then(pl.col("refused_n") / bids),
    )
    history = history.with_columns(
        _compared=pl.when(bids >= common.whole("refused_bids_min")).then("refused_share"),
        peer_tries_q3=quantile8(tries.filter(tries > 0), 0.75),
        _all=pl.lit(0),
    )
    history = fences(fences(history, "win_share", ["_all"], "win"), "_compared", ["_all"], "refused")
    history = history.with_columns(peer_win_limit=pl.col("peer_win_low").clip(0.0))
    there = firms.group_by("process_id", "firm").agg(pl.col("firm_shown").min())
    frame = there.join(processes.select(OF_PROCESS), on="process_id", how="inner").sort("process_id", "firm")
    return frame.join(history.drop("_compared", "_all"), on="firm", how="left", maintain_order="left")


def with_bids(processes: pl.DataFrame, offers: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The frame of processes with what the bids say of the buyer, and who holds the lots.

    buyer_bids_n, buyer_refused_n, buyer_refused_share and their peers' upper fence (peer_buyer_refused_n, peer_buyer_refused_high); benford_n
    (prices), benford_mad and benford_chi2 (first digits of the buyer's prices against Benford's law); n_lots_held,
    n_lot_holders (lots awarded and who holds them).
    """
    frame = _refused(processes, offers)
    frame = _benford(frame, offers)
    lots = offers.select("process_id", lot_id=pl.lit("")).unique()
    held = awarded(tables, lots).group_by("process_id").agg(n_lot_holders=pl.col("holder").n_unique().cast(pl.Int64))
    lines = tables["award_lines"].group_by("process_id").agg(n_lots_held=pl.col("lot_id").n_unique().cast(pl.Int64))
    return frame.join(held, on="process_id", how="left", maintain_order="left").join(
        lines, on="process_id", how="left", maintain_order="left"
    )


def _refused(processes: pl.DataFrame, offers: pl.DataFrame) -> pl.DataFrame:
    known = processes.filter(CONTESTED).select("process_id", "buyer_id").drop_nulls()
    told = offers.filter(pl.col("state").is_in(["valid", "disqualified"])).join(known, on="process_id", how="inner")
    buyers = told.group_by("buyer_id").agg(
        buyer_bids_n=pl.len().cast(pl.Int64),
        buyer_refused_n=(pl.col("state") == "disqualified").sum().cast(pl.Int64),
    )
    n = pl.col("buyer_bids_n")
    buyers = buyers.with_columns(buyer_refused_share=pl.col("buyer_refused_n") / n, _all=pl.lit(0))
    buyers = buyers.with_columns(_compared=pl.when(n >= common.whole("refused_bids_min")).then("buyer_refused_share"))
    buyers = fences(buyers, "_compared", ["_all"], "buyer_refused").drop("_compared", "_all")
    return processes.join(buyers, on="buyer_id", how="left", maintain_order="left")


def _benford(processes: pl.DataFrame, offers: pl.DataFrame) -> pl.DataFrame:
    """First digits of the prices of all bids of a buyer, those dictated by law left out.

    Mean absolute deviation from log10(1 + 1/d) and chi-squared with eight degrees of freedom (Nigrini, Benford's Law, 2012, ch. 7).
    """
    priced = offers.filter(pl.col("amount_cents") > 0, ~pl.col("at_limit")).join(
        processes.filter(CONTESTED).select("process_id", "buyer_id").drop_nulls(), on="process_id", how="inner"
    )
    first = pl.col("amount_cents").cast(pl.String).str.slice(0, 1).cast(pl.Int64)
    buyers = priced.group_by("buyer_id").agg(
        pl.len().cast(pl.Int64).alias("benford_n"), *((first == d).sum().alias(f"_{d}") for d in DIGITS)
    )
    n = pl.col("benford_n")
    expected = {d: pl.lit(1 + 1 / d).log(10) for d in DIGITS}
    gaps = [(pl.col(f"_{d}") / n - expected[d]) for d in DIGITS]
    found = buyers.select(
        "buyer_id",
        "benford_n",
        benford_mad=pl.sum_horizontal([g.abs() for g in gaps]) / 9,
        benford_chi2=n * pl.sum_horizontal([g * g / expected[d] for g, d in zip(gaps, DIGITS, strict=True)]),
    )
    return processes.join(found, on="buyer_id", how="left", maintain_order="left")
