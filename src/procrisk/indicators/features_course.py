"""How a firm's wins lie in the sequence of a buyer's procedures: a share that grows is not a share that is large.

Two sequences of a buyer, an object and a firm hold the competitive procedures of the last two years: those in which the firm
bid (where nothing is published of who bid, all that were awarded), and all that were awarded, for a firm that is let in comes
to bid more often too. The second is looked at where the first shows no growth and the wins come clearly late in it. Its two halves have the same number of procedures.
Firms with fewer than course_wins wins have no course.
"""

import math
from collections.abc import Mapping

import polars as pl

from procrisk.indicators import common
from procrisk.indicators.terms import COMPETITIVE

Tables = Mapping[str, pl.DataFrame]
KEYS = ["buyer_id", "object", "party_id"]


def with_course(frame: pl.DataFrame, processes: pl.DataFrame, bids: pl.DataFrame) -> pl.DataFrame:
    """The frame of suppliers with the course of each firm at the buyer.

    Adds course_wins (wins of the firm at the buyer for the object, whenever they were), course_known_days (from the first to the
    last known procedure of the buyer for the object), course_n (procedures of the sequence), course_span (days from the first call to the last), course_early_n and course_late_n (of its halves; the middle one is
    early), course_early_wins, course_late_wins, course_late_share (wins over procedures of the later half), course_growth
    (that over the share of the earlier half; null where it won nothing there), course_is_late (whether this procedure is of
    the later half), course_z (Wilcoxon's rank-sum of the wins, as a z; positive: they come late; null where it won all).
    """
    tried, awarded = _sequences(frame, processes, bids)
    # a firm that won all it bid for has a course among the awarded alone
    of_bids, of_all = (_measured(ranked) for ranked in (tried, awarded))
    z, least = pl.col("course_z").fill_null(-math.inf), common.share("course_awarded_z")
    flat = of_bids.filter(z < common.share("course_bids_z")).select(KEYS)
    later = of_all.filter(z >= least).join(flat, on=KEYS, how="semi")
    measured = pl.concat([of_bids.join(later, on=KEYS, how="anti"), later])
    placed = pl.concat([tried.join(later, on=KEYS, how="anti"), awarded.join(later, on=KEYS, how="semi")])
    counted = frame.join(_wins(frame, processes), on=KEYS, how="left", maintain_order="left")
    return counted.join(measured, on=KEYS, how="left", maintain_order="left").join(
        placed.select("process_id", "party_id", "course_is_late"),
        on=["process_id", "party_id"],
        how="left",
        maintain_order="left",
    )


def _measured(ranked: pl.DataFrame) -> pl.DataFrame:
    """KEYS and the figures of each course, from the sequences."""
    wins = pl.col("won").cast(pl.Int64)
    late = pl.col("course_is_late")
    w, n = pl.col("_w"), pl.col("course_n")
    sums = ranked.group_by(KEYS).agg(
        course_n=pl.len().cast(pl.Int64),
        course_span=(pl.col("call_date").max() - pl.col("call_date").min()).dt.total_days(),
        course_late_n=late.sum().cast(pl.Int64),
        course_late_wins=wins.filter(late).sum(),
        _w=wins.sum(),
        _ranks=(wins * pl.col("twice")).sum(),
    )
    centred = pl.col("_ranks") - w * (n + 1)
    measured = sums.with_columns(
        course_early_n=n - pl.col("course_late_n"),
        course_early_wins=w - pl.col("course_late_wins"),
        course_late_share=pl.col("course_late_wins") / pl.col("course_late_n"),
        course_z=pl.when(w < n).then(centred / (w * (n - w) * (n + 1) / 3).sqrt()),
    )
    growth = pl.col("course_late_share") * pl.col("course_early_n") / pl.col("course_early_wins")
    return measured.with_columns(course_growth=pl.when(pl.col("course_early_wins") > 0).then(growth)).drop(
        "_w", "_ranks"
    )


def _open(processes: pl.DataFrame) -> pl.DataFrame:
    """Competitive procedures of which buyer, object and day are known."""
    known = processes.filter(COMPETITIVE).select("process_id", "buyer_id", "object", "call_date")
    return known.drop_nulls()


def _wins(frame: pl.DataFrame, processes: pl.DataFrame) -> pl.DataFrame:
    """KEYS, course_wins and course_known_days."""
    known, day = _open(processes), pl.col("call_date")
    span = known.group_by("buyer_id", "object").agg(course_known_days=(day.max() - day.min()).dt.total_days())
    won = frame.select("process_id", "party_id").unique().join(known, on="process_id")
    wins = won.group_by(KEYS).agg(course_wins=pl.len().cast(pl.Int64))
    return wins.join(span, on=["buyer_id", "object"], how="left", maintain_order="left")


def _sequences(frame: pl.DataFrame, processes: pl.DataFrame, bids: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The sequences of what each firm bid for, and of all that was awarded.

    process_id, KEYS, call_date, won, twice (twice the rank by day of call, ties share the middle one), course_is_late.
    """
    known = _open(processes)
    wins = frame.select("process_id", "party_id").unique().with_columns(won=pl.lit(value=True))
    mine = _wins(frame, processes).filter(pl.col("course_wins") >= common.whole("course_wins")).select(KEYS)
    tried = bids.select("process_id", "party_id").unique().join(known, on="process_id").join(mine, on=KEYS, how="semi")
    awarded = known.join(wins, on="process_id", how="semi")
    silent = awarded.join(bids, on="process_id", how="anti").join(mine, on=["buyer_id", "object"])
    own = wins.join(known, on="process_id").join(mine, on=KEYS, how="semi")
    columns = ["process_id", "call_date", *KEYS]
    every = pl.concat([x.select(columns) for x in (tried, silent, own)]).unique()
    whole = awarded.join(mine, on=["buyer_id", "object"]).select(columns).unique()
    return _ranked(every, wins), _ranked(whole, wins)


def _ranked(every: pl.DataFrame, wins: pl.DataFrame) -> pl.DataFrame:
    day = pl.col("call_date")
    since = day.max().over(KEYS) - pl.duration(days=common.whole("course_days"))
    framed = every.filter(day > since).join(wins, on=["process_id", "party_id"], how="left")
    # ranks of whole numbers: twice the middle of the first and the last place of a day
    twice = (day.rank("min").over(KEYS) + day.rank("max").over(KEYS)).cast(pl.Int64)
    return framed.with_columns(pl.col("won").fill_null(value=False), twice=twice).with_columns(
        course_is_late=pl.col("twice") > pl.len().over(KEYS) + 1
    )
