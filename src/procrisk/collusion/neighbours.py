"""Contests of the same rivals: for each contest, the others in which two of its bidders met again, and how much each counts.

A pair that meets more often than the shuffle of its market would have it (`network`) carries over from one contest to the
other; a pair that meets no more often than chance carries nothing, so that in a small market, where everybody meets everybody,
a ring's contests count more than its rivals'.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from procrisk.collusion import network, ties
from procrisk.collusion.network import PAIR, Floats, Ints

MIN_MEETINGS = 2
"""Meetings of a pair from which it carries anything: three or four contests with different pairs make a ring that hides."""
REACH = 30
"""Meetings of a pair, before and after, that are looked at: bounds the work, and agreements do not last for ever."""
TRIANGLE = 3
"""Pairs that two contests share when three firms meet again."""
LOOSE, TIGHT = 0.5, 0.1
"""How much a contest counts in which only two of the firms meet again: a ring that hides, and a small market (criterio propio)."""
WEIGHINGS = ("loose", "tight")
_BLOCK = 100_000


@dataclass(frozen=True, slots=True)
class Block:
    """Some contests and those that count with them, one element a combination; `own` and `other` number the contests."""

    own: Ints
    other: Ints
    loose: Floats
    tight: Floats


def carried(entered: pl.DataFrame) -> pl.DataFrame:
    """Pairs that carry over from one contest to another, sorted.

    Args:
        entered: as network.entries.

    Returns:
        firm, firm_b, n (meetings) and carries (above 0 to 1): the share of their meetings beyond those by chance. Where a few firms fill
        a market no shuffle can part them: usual rivals carry by how far their contests are the same, if that is more.
    """
    excess = 1 - pl.col("expected") / pl.col("n")
    usual = pl.when("usual").then(pl.col("overlap").sqrt())
    met = network.meetings(entered, MIN_MEETINGS).with_columns(carries=pl.max_horizontal(excess, usual))
    return met.filter(pl.col("carries") > 0).select(*PAIR, "n", "carries")


def blocks(entered: pl.DataFrame, pairs: pl.DataFrame, known: pl.Series) -> Iterator[Block]:
    """For each contest those that count with it, itself among them.

    Args:
        entered: as network.entries.
        pairs: as `carried`.
        known: process_id of the contests with prices, sorted; their positions are the numbers of the blocks.

    Yields:
        blocks sorted by own and other. A contest with no other that counts is in none.
    """
    number = pl.DataFrame({"process_id": known}).with_row_index("_c")
    when = entered.select("process_id", "call_date").unique("process_id")
    met = (
        ties.rivals_of(entered.join(number, on="process_id", how="semi"))
        .join(pairs.select(*PAIR, "carries").with_row_index("_pair"), on=PAIR, how="inner")
        .join(number, on="process_id", how="inner")
        .join(when, on="process_id", how="left")
        .sort("_pair", "call_date", "_c")
    )
    pair, contest = met["_pair"].to_numpy().astype(np.int64), met["_c"].to_numpy().astype(np.int64)
    carries = met["carries"].to_numpy()
    by_contest = np.argsort(contest, kind="stable")
    ends = np.searchsorted(contest[by_contest], np.arange(len(known) + 1))
    first = 0
    while first < len(known):
        last = max(int(np.searchsorted(ends, ends[first] + _BLOCK, side="right")) - 1, first + 1)
        rows = by_contest[ends[first] : ends[last]]
        if len(rows):
            yield _weighed(pair, contest, carries, rows, len(known))
        first = last


def _weighed(pair: Ints, contest: Ints, carries: Floats, rows: Ints, n: int) -> Block:
    own, other, held = [rows[:0]], [rows[:0]], [carries[:0]]
    for step in range(-REACH, REACH + 1):
        at = rows + step
        inside = (at >= 0) & (at < len(pair)) & (step != 0)
        at, here = at[inside], rows[inside]
        same = pair[at] == pair[here]
        own.append(contest[here[same]])
        other.append(contest[at[same]])
        held.append(carries[here[same]])
    key = np.concatenate(own) * n + np.concatenate(other)
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.zeros(0, np.int64)
    shared = np.diff(np.r_[starts, len(key)])
    strongest = np.maximum.reduceat(np.concatenate(held)[order], starts) if len(key) else np.zeros(0)
    a, b = key[starts] // n, key[starts] % n
    weights = [strongest**2 * np.where(shared >= TRIANGLE, 1.0, few) for few in (LOOSE, TIGHT)]
    # a contest counts in its own group as much as the other that counts most
    alone, begin = np.unique(a, return_index=True)
    with_self = [np.concatenate([w, np.maximum.reduceat(w, begin) if len(begin) else w]) for w in weights]
    a, b = np.concatenate([a, alone]), np.concatenate([b, alone])
    order = np.lexsort((b, a))
    return Block(a[order], b[order], with_self[0][order], with_self[1][order])
