"""OSCE-BID (2021), flags on winners and contracts: first contracts, tax address, changes, bids and references."""

from collections.abc import Mapping

import polars as pl

from procrisk.indicators.features_osce_bid_item import holders

Tables = Mapping[str, pl.DataFrame]

_KEY = ["process_id", "contract_id"]
_LOT = ["process_id", "lot_id"]


def suppliers(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add flags 5 and 13.

    had_contract (one signed since 2018 and before the call), peer_history_days (from the first contract known to the call);
    tax_condition (what the tax register says of the firm's address).
    """
    held = holders(tables)
    first = held.group_by("party_id").agg(_first=pl.col("signed_date").min())
    start = pl.lit(held["signed_date"].min(), pl.Date)
    condition = tables["taxpayers"].drop_nulls("ruc").group_by("ruc").agg(tax_condition=pl.col("condition").min())
    before = (pl.col("_first") < pl.col("call_date")).fill_null(value=False)
    known = start.is_not_null() & pl.col("call_date").is_not_null()
    return (
        frame.join(first, on="party_id", how="left", maintain_order="left")
        .join(condition, on="ruc", how="left", maintain_order="left")
        .with_columns(
            had_contract=pl.when(known).then(before),
            peer_history_days=(pl.col("call_date") - start).dt.total_days(),
        )
        .drop("_first")
    )


def contracts(frame: pl.DataFrame, processes: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add flags 23a, 27 and 29.

    change_ratio (of the ratios to the contract that the method looks at, one within its
    band, else the largest); reference_cents and contract_over_reference (reference values of the award's lots, soles);
    offered_cents (the contractor's bids for them, in the contract's currency) and offer_over_contract.
    """
    limits = processes.select("process_id", "law_oscebid_change_low", "law_oscebid_change_high")
    frame = frame.join(limits, on="process_id", how="left", maintain_order="left")
    frame = _changed(frame)
    frame = _referred(frame, tables)
    return _offered(frame, tables)


def _changed(frame: pl.DataFrame) -> pl.DataFrame:
    low, high = pl.col("law_oscebid_change_low"), pl.col("law_oscebid_change_high")
    # a complementary contract of a direct award of goods or services is not looked at
    passed = (pl.col("method") == "CD") & (pl.col("object") != "works")
    complementary = pl.when(~passed.fill_null(value=False)).then("complementary_ratio")
    ratios = [pl.col("additional_ratio"), pl.col("reduction_ratio"), complementary]
    within = pl.coalesce(pl.when(r.is_between(low, high)).then(r) for r in ratios)
    known = pl.all_horizontal(pl.col("additional_ratio", "reduction_ratio", "complementary_ratio").is_not_null())
    # one ratio within the band is enough; that none is needs all three
    return frame.with_columns(change_ratio=pl.coalesce(within, pl.when(known).then(pl.max_horizontal(ratios))))


def _lots_of_contracts(frame: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Contract and lot, one row each: the lots of the award that the contract implements."""
    ours = frame.select(*_KEY, "award_id", "currency", "supplier_id", "payee_id").drop_nulls("award_id")
    lots = lines.select("process_id", "award_id", "lot_id").unique()
    return ours.join(lots, on=["process_id", "award_id"], how="inner")


def _total(column: str) -> pl.Expr:
    """Sum over the lots; null where one of them lacks it, as half a sum is no sum."""
    return pl.when(pl.col(column).is_not_null().all()).then(pl.col(column).sum())


def _referred(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    values = tables["lots"].select(*_LOT, _value="value_pen_cents")
    each = _lots_of_contracts(frame, tables["award_lines"]).join(values, on=_LOT, how="left")
    sums = each.group_by(_KEY).agg(reference_cents=_total("_value"))
    return frame.join(sums, on=_KEY, how="left", maintain_order="left").with_columns(
        contract_over_reference=pl.when(pl.col("reference_cents") > 0).then(
            pl.col("amount_pen_cents") / pl.col("reference_cents")
        )
    )


def _offered(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """A bid improved in rounds is taken at its lowest."""
    each = _lots_of_contracts(frame, tables["award_lines"])
    bids = tables["bids"].select(*_LOT, "party_id", "amount_cents", "currency").drop_nulls()
    by = [each.select(*_KEY, "lot_id", "currency", party_id=c).drop_nulls() for c in ("supplier_id", "payee_id")]
    found = (
        pl.concat(by)
        .unique()
        .join(bids, on=[*_LOT, "party_id", "currency"], how="inner")
        .group_by(*_KEY, "lot_id")
        .agg(_bid=pl.col("amount_cents").min())
    )
    sums = each.join(found, on=[*_KEY, "lot_id"], how="left").group_by(_KEY).agg(offered_cents=_total("_bid"))
    return frame.join(sums, on=_KEY, how="left", maintain_order="left").with_columns(
        offer_over_contract=pl.when(pl.col("amount_cents") > 0).then(pl.col("offered_cents") / pl.col("amount_cents"))
    )
