"""Contracts that were won low and grew: price against the reference, growth and extension, and whether others around grew alike."""

import polars as pl

from procrisk.indicators import common

PLACE = ["region_code", "object"]


def with_swelling(contracts: pl.DataFrame, references: pl.DataFrame) -> pl.DataFrame:
    """The frame of contracts with what tells one that grows from a market that rises.

    Adds reference_cents and price_ratio (its award over the reference value of the lots); swelling_ratio (all that was added
    over the contract, or what it came to in the end if that is more); alike_n and alike_share: the other contracts for this object in this region, signed
    at most shock_days before or after, that grew by shock_growth and were extended by shock_extension, and their share.
    """
    key = ["process_id", "award_id"]
    frame = contracts.join(references, on=key, how="left", maintain_order="left")
    asked = pl.col("reference_cents")
    frame = frame.with_columns(
        price_ratio=pl.when(asked > 0).then(pl.col("award_amount_cents") / asked),
        swelling_ratio=pl.max_horizontal("growth_ratio", pl.col("final_over_contract") - 1),
    )
    grew = pl.col("swelling_ratio") >= common.share("shock_growth")
    longer = pl.col("extension_ratio") >= common.share("shock_extension")
    days = common.whole("shock_days")
    marked = frame.with_columns(_swells=(grew & longer).fill_null(value=False).cast(pl.Int64))
    known = marked.drop_nulls([*PLACE, "signed_date"]).select(*PLACE, "signed_date", "_swells")
    around = (
        known.sort(*PLACE, "signed_date")
        .rolling("signed_date", period=f"{2 * days + 1}d", offset=f"-{days + 1}d", group_by=PLACE)
        .agg(_n=pl.len().cast(pl.Int64), _alike=pl.col("_swells").sum())
        .unique([*PLACE, "signed_date"])
    )
    joined = marked.join(around, on=[*PLACE, "signed_date"], how="left", maintain_order="left")
    others = pl.col("_n") - 1
    return (
        joined.with_columns(alike_n=pl.col("_alike") - pl.col("_swells"))
        .with_columns(alike_share=pl.when(others > 0).then(pl.col("alike_n") / others))
        .drop("_swells", "_n", "_alike")
    )
