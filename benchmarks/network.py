"""CPU seconds of the network of bidders on made-up contests: `python -m benchmarks.network [PROCESSES]` (200,000 unless given)."""

import sys
import time

import numpy as np
import polars as pl

from procrisk.collusion import network, rotation

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
    done = time.process_time()
    print(
        f"{n} contests, {entered.height} bids: pairs {paired - start:.1f} s, groups and turns {done - paired:.1f} s CPU"
    )


if __name__ == "__main__":
    main()
