"""Consortia resolved to their members, and who a supplier is."""

import polars as pl

from procrisk.records.cleaning import ruc_valid

NATURAL_PREFIX = "10"
"""First digits of the RUC of a natural person."""


def expand_suppliers(suppliers: pl.DataFrame, consortia: pl.DataFrame) -> pl.DataFrame:
    """award_suppliers with each consortium replaced by its members, and `ruc` and `natural` added.

    suppliers: process, award_id, party_id, name, kind, consortium_id. consortia: the register tables.CONSORTIA.
    One row per (process, award_id, member). A consortium whose members nobody published stays as it is, with its own
    code as consortium_id. `ruc`: valid RUC or null; `natural`: a natural person (RUC beginning with 10, or said so).
    """
    members = (
        consortia.filter(pl.col("member_ruc").is_not_null())
        .select("consortium_id", "member_ruc", "member_name")
        .unique(["consortium_id", "member_ruc"], keep="first", maintain_order=True)
    )
    named_members = suppliers.filter(pl.col("consortium_id").is_not_null()).select(
        "process", "award_id", party_id="consortium_id"
    )
    # A consortium's own row goes where its members stand beside it already.
    rows = suppliers.join(named_members.unique(), on=["process", "award_id", "party_id"], how="anti")
    found = rows.filter(pl.col("consortium_id").is_null()).join(
        members, left_on="party_id", right_on="consortium_id", how="inner"
    )
    of_consortium = found.select(
        "process", "award_id", party_id="member_ruc", name="member_name",
        kind=pl.lit(None, dtype=pl.String), consortium_id="party_id",
    )  # fmt: skip
    rest = rows.join(
        found.select("process", "award_id", "party_id").unique(), on=["process", "award_id", "party_id"], how="anti"
    )
    unresolved = (pl.col("kind") == "consortium") & pl.col("consortium_id").is_null()
    rest = rest.with_columns(consortium_id=pl.when(unresolved).then("party_id").otherwise("consortium_id"))
    out = pl.concat([rest.select(of_consortium.columns), of_consortium])
    # The same firm on an award by itself and through a consortium: by itself counts.
    out = out.sort("process", "award_id", "party_id", "consortium_id", nulls_last=False)
    out = out.unique(["process", "award_id", "party_id"], keep="first", maintain_order=True)
    ruc = pl.when(ruc_valid(pl.col("party_id"))).then(pl.col("party_id"))
    # Eleven digits beginning with 10 are masked even where the check digit is wrong: they still name a person.
    is_natural = pl.when(pl.col("party_id").str.contains(r"^\d{11}$")).then(
        pl.col("party_id").str.starts_with(NATURAL_PREFIX)
    )
    kind = (
        pl.when(pl.col("kind").is_not_null())
        .then("kind")
        .when(is_natural)
        .then(pl.lit("natural"))
        .when(ruc.is_not_null())
        .then(pl.lit("legal"))
    )
    return out.with_columns(ruc=ruc, kind=kind, natural=pl.coalesce(is_natural, pl.col("kind") == "natural"))
