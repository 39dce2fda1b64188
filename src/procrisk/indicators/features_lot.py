"""The frame of lots: what was awarded of each against its reference value, and its unit price among like ones."""

from collections.abc import Mapping

import polars as pl

from procrisk.indicators.features_text import letters
from procrisk.indicators.peers import robust
from procrisk.records.vocabulary import fold

Tables = Mapping[str, pl.DataFrame]

FAILED = ("DESIERTO", "NULO", "CANCELADO")
"""States of a lot that ended without a supplier."""
QUANTUM = 10_000
NAME_LENGTH = 60
"""Letters of an item's name that have to agree for two items to be the same."""
SHOWN_LENGTH = 80
"""Letters of an item's description that a sentence shows."""


def lots(tables: Tables) -> pl.DataFrame:
    """The lots, with what was awarded of them.

    One row a lot of a call: as assembled, and awarded_cents, awarded_quantity (sums over its award lines, in soles),
    lot_cents (reference value in soles), award_ratio, equals_reference, failed.
    """
    lines = _of_lots(tables["award_lines"])
    known = pl.col("lot_cents") > 0
    return (
        tables["lots"]
        .join(lines, on=["process_id", "lot_id"], how="left", maintain_order="left")
        .join(
            tables["processes"].select("process_id", "row", "source_code"),
            on="process_id",
            how="inner",
            maintain_order="left",
        )
        .with_columns(lot_cents=pl.col("value_pen_cents"), failed=pl.col("status").is_in(FAILED))
        .with_columns(
            award_ratio=pl.when(known).then(pl.col("awarded_cents") / pl.col("lot_cents")),
            equals_reference=pl.when(known).then(pl.col("awarded_cents") == pl.col("lot_cents")),
        )
    )


def _of_lots(lines: pl.DataFrame) -> pl.DataFrame:
    """Awarded soles and quantity of each lot; null where a line lacks its own, as half a sum is no sum."""
    # ten-thousandths of a unit: sums of integers come out the same in any order
    parts = lines.with_columns(_q=(pl.col("quantity") * QUANTUM + 0.5).floor().cast(pl.Int64))
    sums = parts.group_by("process_id", "lot_id").agg(
        pl.col("amount_pen_cents", "_q").sum(),
        pl.col("amount_pen_cents", "_q").null_count().name.suffix("_lost"),
    )
    return sums.select(
        "process_id",
        "lot_id",
        awarded_cents=pl.when(pl.col("amount_pen_cents_lost") == 0).then("amount_pen_cents"),
        awarded_quantity=pl.when(pl.col("_q_lost") == 0).then(pl.col("_q") / QUANTUM),
    )


def references(tables: Tables) -> pl.DataFrame:
    """process_id, award_id, reference_cents: the reference value of the lots that an award covers, in soles.

    Where no line tells the lots: that of the process, if it made this award alone. Null where a lot's value is not known.
    """
    key = ["process_id", "award_id"]
    lots = tables["lots"].select("process_id", "lot_id", value="value_pen_cents")
    lines = tables["award_lines"].select(*key, "lot_id").unique().join(lots, on=["process_id", "lot_id"], how="left")
    value = pl.col("value")
    sums = lines.group_by(key).agg(_own=pl.when(value.null_count() == 0).then(value.sum()), _told=pl.lit(value=True))
    whole = tables["processes"].select("process_id", _whole="value_pen_cents")
    awards = tables["awards"].select(key).join(sums, on=key, how="left").join(whole, on="process_id", how="left")
    only = pl.col("_told").is_null() & (pl.len().over("process_id") == 1)
    return awards.select(*key, reference_cents=pl.coalesce("_own", pl.when(only).then("_whole")))


def with_peers(frame: pl.DataFrame, processes: pl.DataFrame) -> pl.DataFrame:
    """The lots that were awarded, with what is known of their process, and where they stand among peers.

    price_limit (the ceiling of the legal band for what is above it, else its floor); peer_equal_n, peer_equal_share (lots of the same method and object, and how many were awarded at exactly the reference);
    item (what tells it: classification, else words), item_shown, unit_price (soles), peer_price_n, peer_price_typical, peer_price_z (same item, same unit, log price).
    """
    ours = [
        "process_id",
        "method",
        "object",
        "regime",
        "call_date",
        "buyer_id",
        "law_price_floor",
        "law_price_ceiling",
        "object_inferred",
    ]
    awarded = frame.filter(pl.col("awarded_cents").is_not_null()).join(
        processes.select(ours), on="process_id", how="inner", maintain_order="left"
    )
    floor, ceiling = pl.col("law_price_floor"), pl.col("law_price_ceiling")
    awarded = awarded.with_columns(price_limit=pl.when(pl.col("award_ratio") > ceiling).then(ceiling).otherwise(floor))
    kind = ["method", "object"]
    equal = pl.col("equals_reference")
    shares = awarded.group_by(kind).agg(
        peer_equal_n=equal.count().cast(pl.Int64), peer_equal_share=equal.sum() / equal.count()
    )
    awarded = awarded.join(shares, on=kind, how="left", nulls_equal=True, maintain_order="left").with_columns(
        unit_price=pl.when((pl.col("awarded_quantity") > 0) & (pl.col("awarded_cents") > 0)).then(
            pl.col("awarded_cents") / pl.col("awarded_quantity") / 100
        ),
        # words name the item only where no classification does
        _words=pl.when(pl.col("classification").is_null()).then("description"),
    )
    # each distinct text is read once
    names = awarded.select("_words").unique().drop_nulls()
    names = names.with_columns(_name=letters(pl.col("_words")).str.slice(0, NAME_LENGTH))
    units = awarded.select("unit").unique().drop_nulls().with_columns(unit_key=fold(pl.col("unit")))
    awarded = (
        awarded.join(names, on="_words", how="left", maintain_order="left")
        .join(units, on="unit", how="left", maintain_order="left")
        .with_columns(
            item=pl.coalesce(pl.col("classification"), pl.when(pl.col("_name") != "").then("_name")),
            item_shown=pl.coalesce(pl.col("description").str.strip_chars(), "classification").str.slice(
                0, SHOWN_LENGTH
            ),
            log_price=pl.when(pl.col("object") == "goods").then(pl.col("unit_price").log()),
        )
    )
    told = pl.when(pl.col("item").is_not_null() & pl.col("unit_key").is_not_null()).then("log_price")
    awarded = robust(awarded.with_columns(log_price=told), "log_price", ["item", "unit_key"], "price", floor=0.2)
    return awarded.with_columns(
        peer_price_typical=pl.col("peer_price_median").exp(),
        price_over_typical=(pl.col("log_price") - pl.col("peer_price_median")).exp(),
    ).drop("_name", "_words")
