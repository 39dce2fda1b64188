"""OSCE-BID (2021), flags on items: direct awards by item, single bids near the reference, newcomers, winners, unit prices."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from procrisk.indicators import common
from procrisk.indicators.deviations import standing
from procrisk.indicators.sentences import supplier_shown
from procrisk.indicators.terms import DIRECT

Tables = Mapping[str, pl.DataFrame]

SINCE = date(2018, 1, 1)
"""Contracts before it are not looked at (flags 5 and 5a)."""
LIVE = ("CONTRATADO", "CONVOCADO", "CONSENTIDO", "ADJUDICADO")
PRICED = ("CONTRATADO", "ADJUDICADO")
"""States of the lots that flags 15 and 19 look at."""
_LOT = ["process_id", "lot_id"]
_PAIR = ["buyer_id", "party_id", "_family"]


def classified(lots: pl.DataFrame) -> pl.DataFrame:
    """The lots with `cubso` (code of eight digits or more: CUBSO, else UNSPSC; null otherwise)."""
    own = pl.col("classification")
    code = pl.when(own.str.contains(r"^\d{8,}$")).then(own)
    return lots.with_columns(cubso=pl.coalesce(code, "unspsc"))


def direct_items(frame: pl.DataFrame, lots: pl.DataFrame, market_max: float) -> pl.DataFrame:
    """Add flag 2: of the items of a call, the one that its buyer awards directly most unlike other buyers in the year.

    direct_item, direct_item_share (the buyer's procedures with the item that are direct awards), peer_item_* (share among
    buyers of the item); open_item: some item of the call is not nearly always awarded directly (`market_max`) by all.
    """
    ours = frame.select("process_id", "buyer_id", "year", _direct=DIRECT)
    each = classified(lots).drop_nulls("cubso").select("process_id", direct_item="cubso").unique()
    keys = ["buyer_id", "year", "direct_item"]
    calls = each.join(ours, on="process_id", how="inner").drop_nulls([*keys, "_direct"])
    buyers = calls.group_by(keys).agg(_n=pl.len().cast(pl.Int64), _d=pl.col("_direct").sum().cast(pl.Int64))
    market = pl.col("_d").sum().over("year", "direct_item") / pl.col("_n").sum().over("year", "direct_item")
    buyers = buyers.with_columns(direct_item_share=pl.col("_d") / pl.col("_n"), _open=market <= market_max)
    buyers = standing(buyers, "direct_item_share", ["year", "direct_item"], "item", scale=1_000_000).drop("_n", "_d")
    found = calls.join(buyers, on=keys, how="left").sort(
        "process_id", "_open", "peer_item_z", "direct_item", descending=[False, True, True, False], nulls_last=True
    )
    worst = found.unique("process_id", keep="first", maintain_order=True).drop("buyer_id", "year", "_direct")
    return frame.join(worst.rename({"_open": "open_item"}), on="process_id", how="left", maintain_order="left")


def _bids_of_lots(tables: Tables) -> pl.DataFrame:
    """Bids beside the lot that they are for; a bid without a lot stands beside every lot of its call."""
    lots = classified(tables["lots"]).select(
        *_LOT, "cubso", "status", lot_value_cents="value_cents", lot_currency="currency"
    )
    named = pl.col("lot_id") != ""
    bids = tables["bids"].select(*_LOT, "party_id", "amount_cents", "currency")
    loose = bids.filter(~named).drop("lot_id").join(lots, on="process_id", how="inner")
    whole = bids.filter(named).join(lots, on=_LOT, how="inner")
    n_lots = lots.group_by("process_id").agg(_lots=pl.len())
    return (
        pl.concat(
            [whole.with_columns(_loose=pl.lit(value=False)), loose.select(*whole.columns, _loose=pl.lit(value=True))]
        )
        .join(n_lots, on="process_id", how="left")
        .with_columns(_exact=~pl.col("_loose") | (pl.col("_lots") == 1))
        .drop("_loose", "_lots")
    )


def near_reference(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add flag 15: bid_cents, bid_reference_cents and bid_distance of the lot whose bid is nearest to its reference value."""
    bids = _bids_of_lots(tables).filter(
        pl.col("_exact"), pl.col("status").is_in(LIVE), pl.col("currency") == pl.col("lot_currency")
    )
    value = pl.col("lot_value_cents")
    priced = bids.filter(value > 0).with_columns(bid_distance=(pl.col("amount_cents") - value).abs() / value)
    nearest = (
        priced.drop_nulls("bid_distance")
        .sort("process_id", "bid_distance", "lot_id", "amount_cents")
        .unique("process_id", keep="first", maintain_order=True)
        .select("process_id", "bid_distance", bid_cents="amount_cents", bid_reference_cents="lot_value_cents")
    )
    return frame.join(nearest, on="process_id", how="left", maintain_order="left")


def holders(tables: Tables) -> pl.DataFrame:
    """Who holds each contract signed since 2018: contractor, who is paid, members of the consortium.

    Columns process_id, party_id, signed_date; each row once.
    """
    signed = tables["contracts"].filter(pl.col("signed_date") >= SINCE)
    held = [
        signed.select("process_id", "signed_date", party_id=c).drop_nulls("party_id")
        for c in ("supplier_id", "payee_id")
    ]
    members = tables["award_suppliers"].select("process_id", "party_id", supplier_id="consortium_id").drop_nulls()
    of_consortia = signed.select("process_id", "supplier_id", "signed_date").join(
        members, on=["process_id", "supplier_id"], how="inner"
    )
    return pl.concat([*held, of_consortia.select("process_id", "signed_date", "party_id")]).unique()


def newcomers(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add flag 5a: newcomers_n, of n_known_bidders those without a contract before the call in a group of items they bid for.

    A group is the first two digits of the code. peer_history_days: from the first contract known to the call.
    """
    group = pl.col("cubso").str.slice(0, 2).alias("_group")
    tried = (
        _bids_of_lots(tables)
        .drop_nulls("cubso")
        .select("process_id", "party_id", group)
        .unique()
        .join(frame.select("process_id", "call_date"), on="process_id", how="inner")
        .drop_nulls("call_date")
    )
    held = holders(tables)
    groups = classified(tables["lots"]).drop_nulls("cubso").select("process_id", group).unique()
    first = (
        held.join(groups, on="process_id", how="inner").group_by("party_id", "_group").agg(pl.col("signed_date").min())
    )
    new = (pl.col("signed_date") < pl.col("call_date")).fill_null(value=False).not_()
    counted = (
        tried.join(first, on=["party_id", "_group"], how="left")
        .group_by("process_id")
        .agg(
            n_known_bidders=pl.col("party_id").n_unique().cast(pl.Int64),
            newcomers_n=pl.col("party_id").filter(new).n_unique().cast(pl.Int64),
        )
    )
    start = pl.lit(held["signed_date"].min(), pl.Date)
    return frame.join(counted, on="process_id", how="left", maintain_order="left").with_columns(
        peer_history_days=(pl.col("call_date") - start).dt.total_days(),
        newcomers_n=pl.when(start.is_not_null()).then("newcomers_n"),
    )


def winners(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add flag 16: of the bidders of a call, the one that wins most of what it bids for, by buyer and family of items.

    winner_shown, winner_family (first four digits of the code), winner_bids_n and winner_won_n (procedures of oscebid_win_years in which it
    bid, and in which it won), winner_ratio; combinations with one procedure alone are left out; peer_tries_n: most
    procedures of a combination of the call.
    """
    ours = frame.select("process_id", "buyer_id", "year").drop_nulls()
    tried = (
        _bids_of_lots(tables)
        .drop_nulls("cubso")
        .select("process_id", "party_id", _family=pl.col("cubso").str.slice(0, 4))
        .unique()
        .join(ours, on="process_id", how="inner")
    )
    awarded = tables["award_suppliers"]
    won = pl.concat([awarded.select("process_id", party_id=c) for c in ("party_id", "consortium_id")]).drop_nulls()
    tried = tried.join(won.unique().with_columns(_won=pl.lit(value=True)), on=["process_id", "party_id"], how="left")
    yearly = tried.group_by(*_PAIR, "year").agg(
        _bids=pl.len().cast(pl.Int64), _wins=pl.col("_won").count().cast(pl.Int64)
    )
    before = yearly.rename({"year": "_then"})
    span = (
        yearly.select(*_PAIR, "year")
        .join(before, on=_PAIR, how="inner")
        .filter(pl.col("_then") <= pl.col("year"), pl.col("_then") > pl.col("year") - common.whole("oscebid_win_years"))
        .group_by(*_PAIR, "year")
        .agg(winner_bids_n=pl.col("_bids").sum(), winner_won_n=pl.col("_wins").sum())
        .with_columns(
            winner_ratio=pl.when(pl.col("winner_bids_n") > 1).then(pl.col("winner_won_n") / pl.col("winner_bids_n"))
        )
    )
    every = tried.join(span, on=[*_PAIR, "year"], how="left")
    most = every.group_by("process_id").agg(peer_tries_n=pl.col("winner_bids_n").max())
    names = tables["bids"].group_by("process_id", "party_id").agg(pl.col("name").drop_nulls().min())
    best = (
        every.drop_nulls("winner_ratio")
        .sort(
            "process_id",
            "winner_ratio",
            "winner_bids_n",
            "party_id",
            "_family",
            descending=[False, True, True, False, False],
        )
        .unique("process_id", keep="first", maintain_order=True)
        .join(names, on=["process_id", "party_id"], how="left")
        .select(
            "process_id",
            "winner_bids_n",
            "winner_won_n",
            "winner_ratio",
            winner_family="_family",
            winner_shown=supplier_shown(pl.col("party_id"), pl.col("name")),
        )
    )
    return frame.join(best, on="process_id", how="left", maintain_order="left").join(
        most, on="process_id", how="left", maintain_order="left"
    )


def lots(frame: pl.DataFrame) -> pl.DataFrame:
    """Add flag 19 to the awarded lots: peer_paid_n, peer_paid_mean, peer_paid_sd (soles) and peer_paid_z; coded_price.

    Unit prices of goods of the same code, unit and method in the calls of the two months before, lots adjudicated or
    contracted in soles, without those above the 95th percentile; null where they do not vary.
    """
    keys = ["cubso", "unit_key", "method"]
    frame = classified(frame)
    goods = frame.filter(pl.col("object") == "goods").drop_nulls([*keys, "call_date"])
    usable = pl.col("status").is_in(PRICED) & (pl.col("currency") == "PEN")
    price = pl.when(usable).then("unit_price")
    known = goods.select(*keys, "call_date", _price=price).sort(*keys, "call_date", "_price")
    kept = pl.col("_price").filter(
        pl.col("_price") <= pl.col("_price").quantile(common.share("oscebid_price_cut"), "linear")
    )
    window = (
        known.rolling("call_date", period=f"{common.whole('oscebid_price_months')}mo", closed="left", group_by=keys)
        .agg(peer_paid_n=kept.len().cast(pl.Int64), peer_paid_mean=kept.mean(), peer_paid_sd=kept.std())
        .unique([*keys, "call_date"])
        # the same price throughout gives a spread of rounding alone
        .with_columns(_varies=pl.col("peer_paid_sd") > pl.col("peer_paid_mean") * 1e-9)
        .with_columns(pl.when("_varies").then(pl.col("peer_paid_sd")).alias("peer_paid_sd"))
        .drop("_varies")
    )
    coded = pl.when(pl.col("cubso").is_not_null()).then("unit_price")
    z = (pl.col("unit_price") - pl.col("peer_paid_mean")) / pl.col("peer_paid_sd")
    return frame.join(window, on=[*keys, "call_date"], how="left", maintain_order="left").with_columns(
        coded_price=coded, peer_paid_z=z
    )
