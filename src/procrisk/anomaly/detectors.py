"""Detectors with different eyes, and the ensemble of their ranks.

forest: how few cuts isolate a row among all (Liu, Ting and Zhou 2008). tail: how far out on the risky side it lies, feature by feature, among its peers (Li et
al. 2022). local: how far it is from the nearest of its peers (Sugiyama and Borgwardt 2013: distance to a fixed sample). Each is turned into the share
of peers that are at least as far out; the ensemble is the mean of their logarithms, ranked again.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.anomaly.peers import Peers

Floats = npt.NDArray[np.float64]
NAMES = ("forest", "tail", "local")
SAMPLE = 128
"""Peers with which distances are taken, spread evenly over a group in the order of its ids."""
NEAREST = 5
"""The distance is that to the fifth nearest: two or three equal oddities do not hide each other."""
GRID = 9
"""Decimals to which scores are compared, so that equal rows are equal."""


def local(signs: npt.NDArray[np.uint16], peers: Peers, instead: npt.NDArray[np.uint16] | None = None) -> Floats:
    """Distance of each row to the NEAREST-th of a sample of its peers, counted only where it goes beyond them.

    Args:
        signs: rows x features, whole numbers up to MOST, rows as in `peers`: squares stay exact.
        peers: the groups; a row is never its own neighbour.
        instead: what each row would look like, if not as in `signs`; its peers stay as they are.
    """
    asked = signs if instead is None else instead
    found = np.zeros(len(signs))
    own = peers.own.to_numpy()
    order = np.argsort(own, kind="stable")
    starts = np.searchsorted(own[order], np.arange(peers.groups.height + 1))
    members, sizes = peers.members["row"].to_numpy(), peers.groups["n_peers"].to_numpy()
    first = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
    for group in range(peers.groups.height):
        rows = order[starts[group] : starts[group + 1]]
        rows = rows[asked[rows].any(axis=1)]
        if len(rows):
            everyone = members[first[group] : first[group + 1]]
            chosen = everyone[np.linspace(0, len(everyone) - 1, min(SAMPLE, len(everyone))).astype(np.int64)]
            found[rows] = _nearest(asked[rows], signs[chosen], rows[:, None] == chosen[None, :])
    return found


def _nearest(
    rows: npt.NDArray[np.uint16], sample: npt.NDArray[np.uint16], same: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    squares = np.zeros((len(rows), len(sample)), dtype=np.uint32)
    for column in np.flatnonzero(rows.any(axis=0)):
        there = sample[:, column][None, :]
        beyond = (np.maximum(rows[:, column][:, None], there) - there).astype(np.uint32)
        squares += beyond * beyond
    squares[same] = np.iinfo(np.uint32).max
    k = min(NEAREST, len(sample)) - 1
    return np.sqrt(np.partition(squares, k, axis=1)[:, k].astype(np.float64))


def exceedance(scores: dict[str, Floats], peers: Peers) -> pl.DataFrame:
    """How many peers are at least as far out, by each score.

    Args:
        scores: name to one number a row, in the order given to `peers`; more is further out.
        peers: the groups.

    Returns:
        one row a row: n_peers, and for each name the count of peers at least as far out, the row itself included.
    """
    own = pl.DataFrame({k: np.round(v, GRID) for k, v in scores.items()}).with_row_index("row")
    ranked = peers.members.join(own, on="row", how="left").with_columns(
        pl.col(k).rank("max", descending=True).over("group") for k in scores
    )
    mine = pl.DataFrame({"group": peers.own}).with_row_index("row")
    joined = mine.join(ranked, on=["group", "row"], how="left", maintain_order="left")
    sized = joined.join(peers.groups.select("group", "n_peers"), on="group", how="left", maintain_order="left")
    return sized.select(pl.col("n_peers").cast(pl.Int32), *(pl.col(k).cast(pl.Int32) for k in scores))


def surprise(scores: dict[str, Floats], peers: Peers) -> dict[str, Floats]:
    """-ln of the share of peers at least as far out, by each detector, their "mean", and of the ensemble ("all").

    The ensemble ranks the mean of the detectors' own: no detector is weighted, none was tuned on planted cases.
    """
    counted = exceedance(scores, peers)
    n = counted["n_peers"].to_numpy()
    each = {k: -np.log(counted[k].to_numpy() / n) for k in scores}
    together = np.sum(list(each.values()), axis=0) / len(each)
    final = exceedance({"all": together}, peers)["all"].to_numpy()
    return {**each, "mean": together, "all": -np.log(final / n)}
