"""CPU seconds of the network of bidders on made-up contests: `python -m benchmarks.network [PROCESSES]` (200,000 unless given)."""

import sys
import time

import numpy as np
import polars as pl

from procrisk.collusion import cover_signals, neighbours, network, rotation

MARKETS, FIRMS = 2000, 60
"""Markets, and firms of each; a quarter of them are in the next market too."""


def contests(n: int) -> pl.DataFrame:
    """`network.entries` of n contests with 3.5 bids on average."""
    rng = np.random.default_rng(1)
    process = np.repeat(np.arange(n), 1 + rng.poisson(2.5, n))
    market = rng.integers(0, MARKETS, n)[process]
    firm = market * FIRMS * 3 // 4 + rng.integers(0, FIRMS, len(process))
    drawn = pl.DataFrame({"process_id": process, "firm": firm, "stratum": market}).unique(["process_id", "firm"])
    named = drawn.with_columns(
        pl.col("process_id", "firm").cast(pl.String), call_date=pl.date(2022, 1, 1) + pl.duration(days=pl.col("process_id") % 365)
    ).sort("process_id", "firm")  # fmt: skip
    return named.with_columns(
        firm_shown="firm",
        bidder="firm",
        n_bidders=pl.len().over("process_id"),
        won=pl.int_range(pl.len()).over("process_id") == 0,
    )


def prices(entered: pl.DataFrame) -> pl.DataFrame:
    """`cover.scores` of contests in which nobody covers."""
    rng = np.random.default_rng(2)
    many = entered.filter(pl.col("n_bidders") > 1).group_by("process_id").agg(losers=pl.len().cast(pl.Int64) - 1)
    n = many.height
    drawn = {c: pl.Series(rng.normal(size=n)) for c in ("narrow", "wide")}
    about = {"near": 0, "height": 0.97, "near_peers": 0.3, "height_peers": 1.0}
    return many.with_columns(**drawn, **{c: pl.lit(v) for c, v in about.items()}).sort("process_id")


def main() -> None:
    """Print the cost of each step."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    entered = contests(n)
    start = time.process_time()
    pairs = network.pairs(entered)
    paired = time.process_time()
    members = network.members(pairs)
    network.groups(pairs, members)
    rotation.turns(entered, members)
    grouped = time.process_time()
    priced = prices(entered)
    start_pooled = time.process_time()
    cover_signals.pooled(entered, neighbours.carried(entered), priced)
    done = time.process_time()
    print(
        f"{n} contests, {entered.height} bids: pairs {paired - start:.1f} s, groups and turns {grouped - paired:.1f} s, "
        f"prices of the same rivals {done - start_pooled:.1f} s CPU"
    )


if __name__ == "__main__":
    main()
