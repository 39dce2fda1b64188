"""The frame of awards: terms from the award on, members of consortia, amounts that come twice."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from procrisk.indicators.sentences import supplier_shown
from procrisk.workdays import business_days

Tables = Mapping[str, pl.DataFrame]

OF_PROCESS = (
    "process_id",
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
    kind = processes.select("process_id", "object", "family")
    members = suppliers.join(kind, on="process_id", how="inner")
    alone = (
        members.filter(pl.col("consortium_id").is_null() & pl.col("ruc").is_not_null())
        .select("ruc", "object", "family")
        .drop_nulls()
        .unique()
        .with_columns(solo=pl.lit(value=True))
    )
    joined = members.join(alone, on=["ruc", "object", "family"], how="left").sort("process_id", "award_id", "party_id")
    solo = pl.col("solo").fill_null(value=False) & pl.col("consortium_id").is_not_null()
    holder = pl.coalesce("consortium_id", "party_id")
    shown = pl.when(pl.col("consortium_id").is_null()).then(supplier_shown(pl.col("party_id"), pl.col("name")))
    return joined.group_by("process_id", "award_id", maintain_order=True).agg(
        holder=holder.first(),
        holder_shown=pl.coalesce(shown, pl.concat_str(pl.lit("consorcio "), "consortium_id")).first(),
        is_consortium=pl.col("consortium_id").is_not_null().any(),
        n_members=pl.col("ruc").drop_nulls().n_unique().cast(pl.Int64),
        n_solo=pl.when(pl.col("family").first().is_not_null()).then(
            pl.col("ruc").filter(solo).n_unique().cast(pl.Int64)
        ),
        solo_members=pl.col("ruc").filter(solo).unique().sort().str.join("; "),
    )
