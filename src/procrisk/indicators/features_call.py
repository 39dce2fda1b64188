"""What is told of the day of a call and of its price: breaks around it, the year's end, the buyer's earlier fees."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from procrisk.indicators import common
from procrisk.indicators.direct_causes import regularised_pattern
from procrisk.records.vocabulary import fold
from procrisk.workdays import FIRST_YEAR, LAST_YEAR, business_days

HOMOLOGATION = "homologación"
"""How special_regimes.csv names the procedure for goods with an approved homologation sheet."""


def with_call(frame: pl.DataFrame, days: Sequence[date]) -> pl.DataFrame:
    """The frame of processes with what is known of the call.

    quiet_days: calendar days from the call to the next business day, or from the business day before the deadline of bids to
    it, whichever is more. year_end_days: business days left in the year of the call. may_regularise: the ground of a direct
    award may be approved after the purchase. homologation: called as a purchase of homologated goods. peer_fee_n, peer_fee_cents
    (how many and the median of the buyer's positive fees of fee_history_days before the call, in the currency of this one),
    fee_over_earlier.
    """
    call, due = pl.col("call_date"), pl.col("bid_deadline")
    ahead, back = _next(call, days, 1) - call, due - _next(due, days, -1)
    frame = frame.with_columns(
        quiet_days=pl.max_horizontal(ahead.dt.total_days(), back.dt.total_days()),
        year_end_days=business_days(call, pl.date(call.dt.year(), 12, 31), days),
        may_regularise=fold(pl.col("cause")).str.contains(regularised_pattern()),
        homologation=(pl.col("special_regime") == HOMOLOGATION).fill_null(value=False),
    )
    return _fees(frame)


def _next(day: pl.Expr, days: Sequence[date], step: int) -> pl.Expr:
    """The first business day after a day (step 1), or the last one before it (-1); null outside the years covered."""
    known = pl.when(day.is_between(date(FIRST_YEAR, 2, 1), date(LAST_YEAR, 11, 30))).then(day)
    return known.dt.add_business_days(step, holidays=list(days), roll="backward" if step > 0 else "forward")


def _fees(frame: pl.DataFrame) -> pl.DataFrame:
    """Add what the buyer asked before."""
    keys = ["buyer_id", "currency"]
    known = frame.filter(pl.col("fee_cents") >= 0).drop_nulls([*keys, "call_date"])
    earlier = pl.col("fee_cents").filter(pl.col("fee_cents") > 0)
    window = (
        known.select(*keys, "call_date", "fee_cents")
        .sort(*keys, "call_date")
        .rolling("call_date", period=f"{common.whole('fee_history_days')}d", closed="left", group_by=keys)
        .agg(peer_fee_n=earlier.len().cast(pl.Int64), peer_fee_cents=earlier.median())
        .unique([*keys, "call_date"])
    )
    found = known.select("process_id", *keys, "call_date").join(window, on=[*keys, "call_date"], how="left")
    joined = frame.join(
        found.select("process_id", "peer_fee_n", "peer_fee_cents"), on="process_id", how="left", maintain_order="left"
    )
    return joined.with_columns(fee_over_earlier=pl.col("fee_cents") / pl.col("peer_fee_cents"))
