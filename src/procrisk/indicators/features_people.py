"""Who sits on a committee, who owns the rivals, who owed a declaration, who challenged: beside each process.

Persons are joined by document or, where the record gives a name alone, by its words whatever their order; no name or
document leaves this module.
"""

from collections.abc import Mapping

import polars as pl

from procrisk.indicators import common
from procrisk.records.vocabulary import fold

Tables = Mapping[str, pl.DataFrame]

RUC = r"^\d{11}$"


def with_people(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The frame of processes with counts of people.

    Adds committee_n; certified_n (of them certified on the day of the call); member_owners_n (of them with the name of one who
    controls a bidder or winner); same_beneficiary_n and same_control_n (most bidders with one beneficial owner, or one major
    shareholder, representative or director; 0 if none have); declaring_n and undeclared_n (people in office on the day of
    the call with a declaration due by then, and those whose last one was not filed); challenges_n, appeals_n (0
    where the process's sources publish challenges) and signed_in_appeal_n (contracts signed while one was pending).
    """
    for add in (_committee, _rivals, _declarations, _challenges):
        frame = add(frame, tables)
    return frame


def _words(name: pl.Expr) -> pl.Expr:
    """A name as its sorted words: surnames stand first in some registers and last in others."""
    return fold(name).str.split(" ").list.sort().list.join(" ")


def _bidders(tables: Tables) -> pl.DataFrame:
    """Firms that bid in a process or, where no bids are known, registered in it; and who won it by itself."""
    winners = tables["award_suppliers"].filter(pl.col("consortium_id").is_null()).select("process_id", ruc="party_id")
    bid = tables["bids"].select("process_id", ruc="party_id")
    registered = tables["tenderers"].join(bid, on="process_id", how="anti").select("process_id", ruc="party_id")
    return pl.concat([winners, bid, registered]).filter(pl.col("ruc").str.contains(RUC)).unique()


def _committee(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    members = tables["committee"].select("process_id", name=_words(pl.col("member"))).drop_nulls().unique()
    seats = members.join(frame.select("process_id", "call_date"), on="process_id", how="inner")
    valid = tables["certifications"].select("valid_from", "valid_to", name=_words(pl.col("name"))).drop_nulls("name")
    certified = (
        seats.join(valid, on="name", how="inner")
        .filter(pl.col("valid_from") <= pl.col("call_date"))
        .filter(pl.col("call_date") <= pl.col("valid_to").fill_null(pl.date(9999, 12, 31)))
        .group_by("process_id")
        .agg(certified_n=pl.col("name").n_unique().cast(pl.Int64))
    )
    held = pl.col("kind").is_in(["representative", "director", "beneficial_owner"]) | (
        pl.col("share") > common.share("owner_share")
    )
    owners = tables["owners"].select("ruc", name=_words(pl.col("name")), _held=held.fill_null(value=False))
    bidders = _bidders(tables)
    tied = (
        bidders.join(owners.filter("_held").drop_nulls().unique(), on="ruc", how="inner")
        .join(members, on=["process_id", "name"], how="semi")
        .group_by("process_id")
        .agg(member_owners_n=pl.col("name").n_unique().cast(pl.Int64))
    )
    known = bidders.join(owners, on="ruc", how="semi").select("process_id", _known=pl.lit(value=True)).unique()
    counted = members.group_by("process_id").agg(committee_n=pl.len().cast(pl.Int64))
    for part in (counted, certified, tied, known):
        frame = frame.join(part, on="process_id", how="left", maintain_order="left")
    seated = pl.col("committee_n").is_not_null()
    dated = seated & pl.col("call_date").is_not_null() & pl.lit(not valid.is_empty())
    zero = pl.lit(0, pl.Int64)
    return frame.with_columns(
        certified_n=pl.coalesce("certified_n", pl.when(dated).then(zero)),
        member_owners_n=pl.coalesce("member_owners_n", pl.when(seated & pl.col("_known")).then(zero)),
    ).drop("_known")


def _rivals(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    owners = tables["owners"].drop_nulls(["ruc", "person_id", "kind"])
    bidders = _bidders(tables).join(owners, on="ruc", how="inner")
    known = bidders.group_by("process_id").agg(_known=pl.col("ruc").n_unique())
    beneficial = pl.col("kind") == "beneficial_owner"
    control = pl.col("kind").is_in(["representative", "director"]) | (
        pl.col("share") > common.share("owner_share")
    ).fill_null(value=False)

    def shared(which: pl.Expr, name: str) -> pl.DataFrame:
        each = bidders.filter(which).group_by("process_id", "person_id").agg(n=pl.col("ruc").n_unique().cast(pl.Int64))
        return each.filter(pl.col("n") > 1).group_by("process_id").agg(pl.col("n").max().alias(name))

    names_beneficial = pl.lit(not owners.filter(beneficial).is_empty())
    for part in (known, shared(beneficial, "same_beneficiary_n"), shared(control & ~beneficial, "same_control_n")):
        frame = frame.join(part, on="process_id", how="left", maintain_order="left")
    several = pl.col("_known") > 1
    zero = pl.lit(0, pl.Int64)
    return frame.with_columns(
        same_beneficiary_n=pl.coalesce("same_beneficiary_n", pl.when(several & names_beneficial).then(zero)),
        same_control_n=pl.coalesce("same_control_n", pl.when(several).then(zero)),
    ).drop("_known")


def _declarations(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    days = frame.select("buyer_ruc", "call_date").drop_nulls().unique()
    offices = tables["offices"].drop_nulls(["person_id", "buyer_ruc", "start_date"])
    serving = (
        days.join(offices.select("person_id", "buyer_ruc", "start_date", "end_date"), on="buyer_ruc", how="inner")
        .filter(pl.col("start_date") <= pl.col("call_date"))
        .filter(pl.col("call_date") <= pl.col("end_date").fill_null(pl.date(9999, 12, 31)))
        .select("buyer_ruc", "call_date", "person_id")
        .unique()
    )
    due = tables["declarations"].drop_nulls(["person_id", "buyer_ruc", "date", "filed"])
    last = (
        serving.join(due, on=["buyer_ruc", "person_id"], how="inner")
        .filter(pl.col("date") <= pl.col("call_date"))
        .sort("buyer_ruc", "call_date", "person_id", "date", "filed")
        .unique(["buyer_ruc", "call_date", "person_id"], keep="last", maintain_order=True)
    )
    counted = last.group_by("buyer_ruc", "call_date").agg(
        declaring_n=pl.len().cast(pl.Int64), undeclared_n=(~pl.col("filed")).sum().cast(pl.Int64)
    )
    return frame.join(counted, on=["buyer_ruc", "call_date"], how="left", maintain_order="left")


def _challenges(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    lodged = tables["challenges"].filter(pl.col("kind").is_in(["complaint", "appeal"]))
    appeal = pl.col("kind") == "appeal"
    counted = lodged.group_by("process_id").agg(
        challenges_n=pl.len().cast(pl.Int64), appeals_n=appeal.sum().cast(pl.Int64)
    )
    signed = tables["contracts"].select("process_id", "contract_id", "signed_date").drop_nulls("signed_date")
    pending = (
        signed.join(
            lodged.filter(appeal).drop_nulls("date").select("process_id", "date", "resolved_date"),
            on="process_id",
            how="inner",
        )
        .group_by("process_id")
        .agg(
            signed_in_appeal_n=pl.col("contract_id")
            .filter(
                (pl.col("date") <= pl.col("signed_date"))
                & (pl.col("signed_date") < pl.col("resolved_date").fill_null(pl.date(9999, 12, 31)))
            )
            .n_unique()
            .cast(pl.Int64)
        )
    )
    joined = frame.join(counted, on="process_id", how="left", maintain_order="left").join(
        pending, on="process_id", how="left", maintain_order="left"
    )
    # a set of sources in which no process at all is challenged does not publish challenges
    told = pl.col("challenges_n").is_not_null().any().over("source_code")
    return joined.with_columns(pl.when(told).then(pl.col("challenges_n", "appeals_n").fill_null(0)))


def with_age(frame: pl.DataFrame, taxpayers: pl.DataFrame) -> pl.DataFrame:
    """The frame of suppliers with started, age_days (from the start of activities to the award) and call_age_days (to the call)."""
    started = taxpayers.drop_nulls(["ruc", "started"]).group_by("ruc").agg(started=pl.col("started").min())
    return frame.join(started, on="ruc", how="left", maintain_order="left").with_columns(
        age_days=(pl.col("event_date") - pl.col("started")).dt.total_days(),
        call_age_days=(pl.col("call_date") - pl.col("started")).dt.total_days(),
    )
