"""From a forest's score to "1 in N comparable processes"."""

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.anomaly.peers import Peers

FROM, TO = 10.0, 1000.0
"""1 in FROM comparable processes is where an anomaly begins to count (0); 1 in TO is as anomalous as it gets (100)."""
GRID = 9
"""Decimals to which a forest's scores are compared, so that equal processes are equal."""


def exceedance(score: npt.NDArray[np.float64], peers: Peers) -> pl.DataFrame:
    """How many peers are at least as isolated.

    Args:
        score: of the forest, one per process in the order given to `peers.assign`.
        peers: the groups.

    Returns:
        one row a process, in that order: as_isolated (peers at least as isolated, the process itself included), n_peers,
        one_in = n_peers / as_isolated, score_anomaly (0 to 100). A group of 30 cannot say more than 1 in 30.
    """
    own = pl.DataFrame({"score": np.round(score, GRID)}).with_row_index("row").with_columns(group=peers.own)
    ranked = peers.members.join(own.select("row", "score"), on="row", how="left").with_columns(
        as_isolated=pl.col("score").rank("max", descending=True).over("group")
    )
    joined = own.join(
        ranked.select("group", "row", "as_isolated"), on=["group", "row"], how="left", maintain_order="left"
    )
    sized = joined.join(peers.groups.select("group", "n_peers"), on="group", how="left", maintain_order="left")
    one_in = pl.col("n_peers") / pl.col("as_isolated")
    rise = (one_in.log(10) - np.log10(FROM)) / (np.log10(TO) - np.log10(FROM))
    return sized.select(
        pl.col("as_isolated").cast(pl.Int32),
        pl.col("n_peers").cast(pl.Int32),
        one_in=one_in,
        score_anomaly=(100.0 * rise.clip(0.0, 1.0)).round(3),
    )
