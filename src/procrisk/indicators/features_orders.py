"""Purchases of up to 8 UIT: which orders of a buyer are of the same object, and what like orders come to together.

The most that a minor purchase may be worth is 8 UIT of the order's year; an order published as "hasta 9 UIT" is held to 9,
which clears and never raises. Natural persons' services are not compared by object: a person's work, paid month by month, is
no splitting. All figures are of a buyer and a year, and stand beside each of the buyer's processes of that year.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from procrisk import law
from procrisk.indicators import common
from procrisk.indicators.likeness import heads
from procrisk.indicators.order_groups import summed
from procrisk.indicators.peers import mean_and_deviations, millionths

MINOR = r"(?i)HASTA [89] UIT"
KEYS = ["buyer_ruc", "year"]
_AMOUNT, _CAP = pl.col("amount_cents"), pl.col("cap_cents")


def with_orders(frame: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """The frame of processes with what is known of the buyer's minor orders of the year of the call.

    buyer_orders_n and, for groups of orders that together pass the most for one:
        buyer_split_*  to one supplier within order_days, counted from its first order of the year
        like_one_*     of one object, to one supplier, in any order_days
        like_many_*    of one object, to different suppliers, in any order_days
        repeat_*       of one object, in repeat_months months in a row
        day_*          to one supplier on one day
    each with _n (orders; buyer_split_orders_n), _groups_n, _cents and _share (orders over all orders); the last four with
    _largest (text: the largest groups and their orders) and _likeness (least likeness to the object's description).
    order_low_n, order_near_n, order_near_share: orders from 85 % and from 95 % of the most on, below it; peer_orders_limit
    and peer_orders_n: where that share stands among buyers of the level of government and year.
    """
    minor = minor_orders(orders)
    known = minor.group_by(KEYS).agg(buyer_orders_n=pl.len().cast(pl.Int64))
    compared = with_objects(minor)
    alike = compared.drop_nulls("head")
    names = ("like_one", "like_many", "repeat", "day")
    found = [
        summed(together(alike, ["head", "supplier_id"]), ["head", "supplier_id"], "like_one"),
        summed(together(alike, ["head"], suppliers=2), ["head"], "like_many"),
        summed(_repeated(alike), ["head"], "repeat"),
        summed(_one_day(compared), ["supplier_id", "date"], "day"),
        _split(minor),
        _near(minor),
    ]
    for more in found:
        known = known.join(more, on=KEYS, how="left", maintain_order="left")
    counts = [f"{n}_{what}" for n in names for what in ("n", "groups_n")]
    known = known.with_columns(
        pl.col(*counts, "buyer_split_groups_n", "buyer_split_orders_n").fill_null(0)
    ).with_columns(
        buyer_split_share=pl.col("buyer_split_orders_n") / pl.col("buyer_orders_n"),
        **{f"{n}_share": pl.col(f"{n}_n") / pl.col("buyer_orders_n") for n in names},
    )
    return _among_peers(frame.join(known, on=KEYS, how="left", maintain_order="left"))


def minor_orders(orders: pl.DataFrame) -> pl.DataFrame:
    """Orders in soles published as minor purchases and worth no more than one may be, with year and cap_cents."""
    said = orders.filter(pl.col("hiring_type").str.contains(MINOR), pl.col("currency") == "PEN").drop_nulls(
        ["buyer_ruc", "supplier_id", "date"]
    )
    dated = said.with_columns(year=pl.col("date").dt.year().cast(pl.Int16))
    nine = pl.col("hiring_type").str.contains("(?i)HASTA 9 UIT")
    return (
        dated.join(_caps(sorted(dated["year"].unique().to_list())), on="year", how="inner", maintain_order="left")
        .with_columns(cap_cents=pl.when(nine).then(_CAP // 8 * 9).otherwise(_CAP))
        .filter(_AMOUNT.is_between(1, _CAP))
        .sort("buyer_ruc", "date", "order_type", "order_number", "supplier_id")
    )


def _caps(years: Sequence[int]) -> pl.DataFrame:
    """The most for a minor purchase in each year, in céntimos; years for which the law is not certain are left out."""
    rows = []
    for year in years:
        uit, times = (law.value(p, date(year, 12, 31)) for p in ("uit", "minor_purchase_max"))
        if uit and times and {uit.confidence, times.confidence} <= {"A", "B"}:
            rows.append({"year": year, "cap_cents": round(uit.value * times.value * 100)})
    return pl.DataFrame(rows, schema={"year": pl.Int16, "cap_cents": pl.Int64})


def with_objects(minor: pl.DataFrame) -> pl.DataFrame:
    """The orders compared by object, with `words` that name it, `head` (words that stand for it) and `likeness`."""
    person = pl.col("supplier_id").str.starts_with("10") & (pl.col("object") == "services").fill_null(value=True)
    ours = minor.filter(~person).with_columns(buyer=pl.concat_str("buyer_ruc", "year", separator=":"))
    texts = ours.drop_nulls("description").group_by("buyer", text="description").agg(n=pl.len()).sort("buyer", "text")
    told = heads(texts).rename({"text": "description"})
    return ours.join(told.drop("n"), on=["buyer", "description"], how="left", maintain_order="left").drop("buyer")


def together(orders: pl.DataFrame, by: Sequence[str], suppliers: int = 1) -> pl.DataFrame:
    """Orders that lie in some order_days in which the group's orders, two or more, pass the most for one.

    Args:
        orders: with `cap_cents`, sorted by nothing in particular.
        by: columns that make a group besides buyer and year.
        suppliers: least number of different suppliers in those days.
    """
    keys = [*KEYS, *by]
    rich = orders.filter(pl.len().over(keys) >= 2, _AMOUNT.sum().over(keys) > _CAP.min().over(keys)).sort(*keys, "date")
    closing = (
        rich.rolling("date", period=f"{common.whole('order_days')}d", group_by=keys)
        .agg(_n=pl.len(), _sum=_AMOUNT.sum(), _most=_CAP.max(), _who=pl.col("supplier_id").n_unique())
        .filter(pl.col("_n") >= 2, pl.col("_sum") > pl.col("_most"), pl.col("_who") >= suppliers)
        .select(*keys, "date", closes="date")
        .unique([*keys, "date"])
    )
    return (
        rich.sort("date")
        .join_asof(
            closing.sort("date"),
            on="date",
            by=keys,
            strategy="forward",
            tolerance=f"{common.whole('order_days') - 1}d",
            check_sortedness=False,
        )
        .filter(pl.col("closes").is_not_null())
        .drop("closes")
    )


def _repeated(alike: pl.DataFrame) -> pl.DataFrame:
    """Orders of an object in runs of repeat_months or more months in a row whose orders together pass the most for one."""
    keys = [*KEYS, "head"]
    month = pl.col("date").dt.month().cast(pl.Int64)
    run = [*keys, "_run"]
    return (
        alike.with_columns(_m=month)
        .with_columns(_run=pl.col("_m") - pl.col("_m").rank("dense").over(keys).cast(pl.Int64))
        .filter(
            pl.col("_m").n_unique().over(run) >= common.whole("repeat_months"),
            _AMOUNT.sum().over(run) > _CAP.max().over(run),
        )
        .drop("_m", "_run")
    )


def _one_day(orders: pl.DataFrame) -> pl.DataFrame:
    """Orders to one supplier on one day, two or more, that together pass the most for one."""
    keys = [*KEYS, "supplier_id", "date"]
    return orders.filter(pl.len().over(keys) >= 2, _AMOUNT.sum().over(keys) > _CAP.max().over(keys))


def _split(minor: pl.DataFrame) -> pl.DataFrame:
    keys = [*KEYS, "supplier_id"]
    grouped = (
        minor.with_columns(
            _first=(pl.col("date") - pl.col("date").min().over(keys)).dt.total_days() // common.whole("order_days")
        )
        .group_by([*keys, "_first"])
        .agg(_n=pl.len(), _sum=_AMOUNT.sum(), _most=_CAP.max())
        .filter(pl.col("_n") >= 2, pl.col("_sum") > pl.col("_most"))
    )
    return grouped.group_by(KEYS).agg(
        buyer_split_groups_n=pl.len().cast(pl.Int64),
        buyer_split_orders_n=pl.col("_n").sum().cast(pl.Int64),
        buyer_split_orders_cents=pl.col("_sum").sum(),
    )


def _near(minor: pl.DataFrame) -> pl.DataFrame:
    below = _AMOUNT < _CAP
    found = minor.group_by(KEYS).agg(
        order_low_n=(below & (_CAP * common.whole("order_low_percent") <= _AMOUNT * 100)).sum().cast(pl.Int64),
        order_near_n=(below & (_CAP * common.whole("order_near_percent") <= _AMOUNT * 100)).sum().cast(pl.Int64),
    )
    return found.with_columns(
        order_near_share=pl.when(pl.col("order_low_n") > 0).then(
            millionths(pl.col("order_near_n") / pl.col("order_low_n"))
        )
    )


def _among_peers(frame: pl.DataFrame) -> pl.DataFrame:
    """Add peer_orders_limit (mean and two standard deviations of the share) and peer_orders_n."""
    by = ["buyer_level", "year"]
    buyers = frame.filter(pl.col("order_low_n") >= common.whole("order_low_min")).unique(
        ["buyer_id", *by], keep="first"
    )
    peers = buyers.select(
        *by,
        peer_orders_limit=mean_and_deviations(pl.col("order_near_share"), by),
        peer_orders_n=pl.len().over(by).cast(pl.Int64),
    ).unique(by)
    return frame.join(peers, on=by, how="left", nulls_equal=True, maintain_order="left")
