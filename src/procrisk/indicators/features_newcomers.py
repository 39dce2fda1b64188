"""What is told of a firm that is new in the register: since when it wins, how far its awards are beyond those of newcomers, whom it shares a contact with."""

from collections.abc import Mapping

import polars as pl

from procrisk.indicators import common
from procrisk.indicators.features_rivals import contacts
from procrisk.indicators.peers import fences
from procrisk.records.vocabulary import fold

Tables = Mapping[str, pl.DataFrame]


def with_newcomers(frame: pl.DataFrame, tables: Tables, references: pl.DataFrame) -> pl.DataFrame:
    """The frame of suppliers with what tells a firm made for a contract from one that is new and small.

    Adds first_win_days (days from its registration to the call of the first procedure that it won since); won_ratio (what it won
    in the process over the reference value of those lots); peer_newcomer_n and peer_newcomer_cents (awards for this object to
    firms registered at most newcomer_days before, and Tukey's upper fence of their amounts on a log scale); capacity_cents
    (most that it may have contracted at a time, the largest of its registrations); contact_n (other firms with a telephone,
    e-mail, address or person in control in common, null where none of these is known).

    Args:
        frame: suppliers with their registration and own_cents.
        tables: the assembled tables.
        references: `features_lot.references`.
    """
    age = pl.col("registered_days")
    first = frame.filter(age >= 0).group_by("party_id").agg(first_win_days=age.min())
    frame = frame.join(first, on="party_id", how="left", maintain_order="left")
    frame = frame.join(_won(tables, references), on=["process_id", "party_id"], how="left", maintain_order="left")
    new = age.is_between(0, common.whole("newcomer_days")) & (pl.col("own_cents") > 0)
    frame = fences(
        frame.with_columns(_log=pl.when(new).then(pl.col("own_cents").log())), "_log", ["object"], "newcomer"
    )
    frame = frame.with_columns(peer_newcomer_cents=pl.col("peer_newcomer_high").exp().round(0)).drop("_log")
    able = tables["suppliers"].group_by("ruc").agg(pl.col("capacity_cents").max())
    frame = frame.join(able, on="ruc", how="left", maintain_order="left")
    return frame.join(_contacts(tables), on="party_id", how="left", maintain_order="left")


def _won(tables: Tables, references: pl.DataFrame) -> pl.DataFrame:
    """process_id, party_id, won_ratio: awarded over reference value, of all awards of the firm in the process."""
    amounts = tables["awards"].select("process_id", "award_id", "amount_pen_cents")
    held = tables["award_suppliers"].select("process_id", "award_id", "party_id").unique()
    key = ["process_id", "award_id"]
    each = (
        held.join(amounts, on=key, how="left").join(references, on=key, how="left").group_by("process_id", "party_id")
    )
    paid, asked = pl.col("amount_pen_cents"), pl.col("reference_cents")
    known = (paid.null_count() == 0) & (asked.null_count() == 0) & (asked.sum() > 0)
    return each.agg(won_ratio=pl.when(known).then(paid.sum() / asked.sum()))


def _contacts(tables: Tables) -> pl.DataFrame:
    """party_id, contact_n; what too many firms have in common (contact_firms_max) tells nothing of two of them."""
    lived = fold(pl.col("address")).str.replace_all(r"[^A-Z0-9]+", " ").str.strip_chars()
    homes = tables["taxpayers"].select(
        firm="ruc", kind=pl.lit("home"), contact=pl.concat_str(lived, pl.lit(", "), "ubigeo")
    )
    people = tables["owners"].select(firm="ruc", kind=pl.lit("person"), contact="person_id")
    said = contacts(tables["parties"]).select("firm", "kind", "contact")
    every = pl.concat([said, homes, people]).drop_nulls().unique()
    firms = pl.len().over("kind", "contact")
    few = every.with_columns(_others=pl.when(firms <= common.whole("contact_firms_max")).then(firms - 1).otherwise(0))
    return few.group_by(party_id="firm").agg(contact_n=pl.col("_others").max().cast(pl.Int64))
