"""The frame of awards: terms from the award on, members of consortia, amounts that come twice."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from procrisk.indicators.sentences import supplier_shown
from procrisk.workdays import business_days

Tables = Mapping[str, pl.DataFrame]

OF_PROCESS = (
    "process_id",
    "row",
    "source_code",
    "buyer_id",
    "buyer_level",
    "region_code",
    "method",
    "object",
    "year",
    "regime",
    "call_date",
    "call_number",
    "special_regime",
    "n_bidders",
    "item_class",
    "family",
    "law_consent_days",
    "law_lp_threshold_cents",
    "law_sign_days",
    "law_15uit_cents",
    "object_inferred",
)
"""What the frames below the process repeat of it."""


def awards(tables: Tables, processes: pl.DataFrame, days: Sequence[date]) -> pl.DataFrame:
    """The awards, with what follows from their dates, holders and amounts.

    One row an award: as assembled, what is known of its process, and consent_days (business days from award to consent); holder and holder_shown (the consortium, or the firm that won by
    itself); n_members, n_solo (members, and those of them that won alone in the same kind of purchase); n_same_amount (awards of
    the buyer, in other processes too, of exactly this amount).
    """
    frame = tables["awards"].join(
        processes.select(OF_PROCESS), on="process_id", how="inner", maintain_order="left", validate="m:1"
    )
    frame = frame.with_columns(consent_days=business_days(pl.col("date"), pl.col("consent_date"), days))
    held = _members(tables["award_suppliers"], processes)
    frame = frame.join(held, on=["process_id", "award_id"], how="left", maintain_order="left")
    processes_of_amount = frame.group_by("buyer_id", "amount_pen_cents").agg(
        n_same_amount=pl.col("process_id").n_unique().cast(pl.Int64)
    )
    return frame.join(
        processes_of_amount.drop_nulls(), on=["buyer_id", "amount_pen_cents"], how="left", maintain_order="left"
    )


def _members(suppliers: pl.DataFrame, processes: pl.DataFrame) -> pl.DataFrame:
    """Holder of each award, its members and how many of them also win alone in purchases of the same family and object."""
    award = ["process_id", "award_id"]
    by_itself = pl.col("consortium_id").is_null()
    shown = pl.when(by_itself).then(supplier_shown(pl.col("party_id"), pl.col("name")))
    # of several suppliers on one award the first by code holds it; nearly all awards have one, which needs no sorting
    several = suppliers.select(award).is_duplicated()
    first = suppliers.filter(several).sort(*award, "party_id").unique(award, keep="first", maintain_order=True)
    held = pl.concat([suppliers.filter(~several), first])
    holders = held.select(
        *award,
        holder=pl.coalesce("consortium_id", "party_id"),
        holder_shown=pl.coalesce(shown, pl.concat_str(pl.lit("consorcio "), "consortium_id")),
    )
    known = suppliers.filter(pl.col("ruc").is_not_null())
    counted = known.filter(~by_itself).group_by(award).agg(n_members=pl.col("ruc").n_unique().cast(pl.Int64))
    kind = processes.select("process_id", "object", "family")
    members = suppliers.filter(~by_itself)
    alone = known.filter(by_itself).join(kind, on="process_id", how="inner").select("ruc", "object", "family")
    solo = (
        members.join(kind, on="process_id", how="inner")
        .join(alone.drop_nulls().unique(), on=["ruc", "object", "family"], how="semi")
        .select(*award, "ruc")
        .unique()
        .sort(*award, "ruc")
        .group_by(award, maintain_order=True)
        .agg(n_solo=pl.len().cast(pl.Int64), solo_members=pl.col("ruc").str.join("; "))
    )
    consortia = members.select(award).unique().join(kind, on="process_id", how="inner")
    told = consortia.join(solo, on=award, how="left").select(
        *award,
        n_solo=pl.when(pl.col("family").is_not_null() & pl.col("object").is_not_null()).then(
            pl.col("n_solo").fill_null(0)
        ),
        solo_members="solo_members",
        is_consortium=pl.lit(value=True),
    )
    return (
        holders.join(counted, on=award, how="left")
        .join(told, on=award, how="left")
        .with_columns(pl.col("is_consortium").fill_null(value=False), pl.col("n_members").fill_null(0))
    )
