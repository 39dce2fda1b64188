"""What the procedures that one firm wins from one buyer have in common: no rival, little time, long requirements.

One such sign says little: a sixth of all procedures have a single bid. That a firm wins again and again where all of
them come together is what terms made to its measure look like.
"""

import polars as pl

from procrisk.indicators import common
from procrisk.indicators.terms import COMPETITIVE

PAIR = ["buyer_id", "party_id"]
SIGNS = ("alone", "hurried", "lengthy")


def with_tailoring(frame: pl.DataFrame, processes: pl.DataFrame) -> pl.DataFrame:
    """The frame of suppliers with the signs on what each pair of buyer and firm has together.

    Counted are the competitive procedures of the buyer that the firm won in the course_days up to the last of them. Adds
    tailor_wins (their number), tailor_alone_n (with a single bid), tailor_hurried_n (with a term for bids below the legal
    one), tailor_lengthy_n (with requirements tailor_characters longer than the mean of their class), tailor_signs (the three
    together, over tailor_wins), tailor_kinds (how many of the three are known of any of them).
    """
    told = processes.filter(COMPETITIVE).select(
        "process_id",
        "buyer_id",
        "call_date",
        alone=pl.col("n_bidders") <= 1,
        hurried=pl.col("bid_days") < pl.col("law_min_bid_days"),
        lengthy=pl.col("criteria_over_mean") >= common.share("tailor_characters"),
    )
    won = frame.select("process_id", "party_id").unique().join(told.drop_nulls("buyer_id"), on="process_id")
    last = pl.col("call_date").max().over(PAIR)
    recent = won.filter(pl.col("call_date") > last - pl.duration(days=common.whole("course_days")))
    sums = recent.group_by(PAIR).agg(
        tailor_wins=pl.len().cast(pl.Int64),
        tailor_kinds=pl.sum_horizontal(pl.col(s).is_not_null().any().cast(pl.Int64) for s in SIGNS),
        **{f"tailor_{s}_n": pl.col(s).sum().cast(pl.Int64) for s in SIGNS},
    )
    signs = pl.sum_horizontal(f"tailor_{s}_n" for s in SIGNS) / pl.col("tailor_wins")
    placed = recent.select("process_id", "party_id").with_columns(_recent=pl.lit(value=True))
    joined = frame.join(sums.with_columns(tailor_signs=signs), on=PAIR, how="left", maintain_order="left")
    marked = joined.join(placed, on=["process_id", "party_id"], how="left", maintain_order="left")
    own = [c for c in marked.columns if c.startswith("tailor_")]
    return marked.with_columns(pl.when("_recent").then(c).alias(c) for c in own).drop("_recent")
