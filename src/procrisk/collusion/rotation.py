"""Whether the firms of a group win by turns.

The turn is of the present member that has waited longest since it last won. If the present members had equal chances, the
winner would be the one whose turn it is about once in as many contests as there are members; a group that shares out
contests keeps to the turn. Chance is drawn: the winners of the group's contests are redrawn among the members present.
"""

import numpy as np
import polars as pl

MIN_CONTESTS = 5
"""Contests won by a member, with a rival of the group present, from which turns are counted (criterio propio)."""
DRAWS = 999
SEED = 20261123
KEEPING = 0.5
"""How often a group that rotates is taken to keep to the turn; between never (0) and always (1)."""
_BLOCK = 2048


def turns(entered: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """How each group shares out what it wins, sorted by group.

    Args:
        entered: as network.entries.
        members: as network.members.

    Returns:
        group, contests (with one winning bid, a member's, and two members or more with different bids, dated), winners (members
        that won), turns (won by whom it was the turn of), turns_expected (of the draws, mean), evenness (entropy of the wins over
        that of equal wins, 0 to 1), p_turns (share of the draws that keep to the turn as well as the group; null with fewer than
        MIN_CONTESTS contests). Firms that bid together are one. Where no call is dated, the order of their codes stands in.
    """
    told = _contests(entered, members)
    wins = told.filter("won").group_by("group", "bidder_firm").agg(n=pl.len())
    share = pl.col("n") / pl.col("n").sum()
    even = wins.sort("group", "n", "bidder_firm").group_by("group").agg(
        winners=pl.len().cast(pl.Int64), _entropy=-(share * share.log()).sum()
    )  # fmt: skip
    size = members.group_by("group").agg(_size=pl.len())
    even = even.join(size, on="group").select(
        "group", "winners", evenness=(pl.col("_entropy") / pl.col("_size").log()).clip(0, 1)
    )
    counted = told.group_by("group").agg(contests=pl.col("process_id").n_unique().cast(pl.Int64))
    enough = counted.filter(pl.col("contests") >= MIN_CONTESTS)["group"].sort()
    found = pl.concat(
        [_drawn(told.filter(pl.col("group").is_in(enough.slice(i, _BLOCK).implode())))
         for i in range(0, max(len(enough), 1), _BLOCK)]
    )  # fmt: skip
    return counted.join(even, on="group", how="left").join(found, on="group", how="left").sort("group")


def _contests(entered: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """One row a group, contest and bid of members, in the order of the calls."""
    key = ["group", "process_id"]
    winners = entered.filter("won").group_by("process_id").agg(_n=pl.col("bidder").n_unique()).filter(pl.col("_n") == 1)
    ordered = entered.with_columns(when=pl.col("call_date").to_physical().cast(pl.Int64))
    if ordered["when"].null_count() == ordered.height:  # the codes of calls are given out in their order
        ordered = entered.with_columns(when=pl.col("process_id").cast(pl.Int64, strict=False))
    there = ordered.drop_nulls("when").join(members, on="firm", how="inner")
    there = there.join(winners.select("process_id"), on="process_id", how="semi")
    there = there.sort(*key, "firm").group_by(*key, "bidder", maintain_order=True).agg(
        bidder_firm=pl.col("firm").first(), won=pl.col("won").any(), when=pl.col("when").first()
    )  # fmt: skip
    held = pl.col("won").any().over(key) & (pl.len().over(key) >= 2)
    return there.filter(held).sort("group", "when", "process_id", "bidder_firm")


def _drawn(told: pl.DataFrame) -> pl.DataFrame:
    """turns, turns_expected and p_turns of the groups of a frame of contests."""
    schema = {"group": pl.Int64, "turns": pl.Int64, "turns_expected": pl.Float64, "p_turns": pl.Float64}
    if told.is_empty():
        return pl.DataFrame(schema=schema)
    numbered = told.with_columns(
        g=pl.col("group").rank("dense").cast(pl.Int64) - 1,
        f=pl.col("bidder_firm").rank("dense").over("group").cast(pl.Int64) - 1,
        t=pl.struct("when", "process_id").rank("dense").over("group").cast(pl.Int64) - 1,
    )
    groups = numbered["group"].unique().sort()
    n, size = len(groups), int(numbered.select(pl.col("f").max()).item()) + 1
    uniform = np.random.default_rng(SEED).random((DRAWS + 1, int(numbered.select(pl.col("t").max()).item()) + 1))
    last = np.full((DRAWS + 1, n, size), -1, np.int32)
    kept = np.zeros((DRAWS + 1, n), np.int64)
    fit = np.zeros((DRAWS + 1, n))
    for (t,), rows in numbered.sort("t").group_by("t", maintain_order=True):  # the t-th contest of every group at once
        step = int(str(t))
        g, f = rows["g"].to_numpy(), rows["f"].to_numpy()
        act = np.unique(g)
        present = np.zeros((n, size), np.bool_)
        present[g, f] = True
        here = present[act]
        m = here.sum(axis=1)
        # row 0 is what happened; the others draw one of the present members, the same draw for all groups
        place = (uniform[:, step, None] * m).astype(np.int64)
        winner = np.argmax(np.cumsum(here, axis=1)[None] > place[:, :, None], axis=2)
        won = rows.filter("won")
        winner[0, np.searchsorted(act, won["g"].to_numpy())] = won["f"].to_numpy()
        waited = np.where(here[None], last[:, act], np.iinfo(np.int32).max)
        due = waited == waited.min(axis=2, keepdims=True)
        on_turn = np.take_along_axis(due, winner[:, :, None], axis=2)[:, :, 0]
        kept[:, act] += on_turn
        fit[:, act] += np.log((1 - KEEPING) + KEEPING * on_turn * m / due.sum(axis=2))
        last[np.arange(DRAWS + 1)[:, None], act[None], winner] = step
    p = (1 + (fit[1:] >= fit[0] - 1e-9).sum(axis=0)) / (DRAWS + 1)
    columns = {"group": groups, "turns": kept[0], "turns_expected": kept[1:].mean(axis=0), "p_turns": p}
    return pl.DataFrame(columns, schema=schema)
