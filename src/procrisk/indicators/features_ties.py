"""Ties between who wins and who decides: owners, offices, kin, declared interests, political organisations.

Persons are joined by their documents and counted; no name or document of one leaves this module.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from procrisk.indicators import common
from procrisk.indicators.sentences import supplier_shown
from procrisk.records.vocabulary import fold

Tables = Mapping[str, pl.DataFrame]

AUTHORITIES, DRAFTERS = ("elected", "official"), ("evaluator", "user_area")
KEY = ("process_id", "party_id")
NATURAL = r"^10\d{9}$"


def controllers(owners: pl.DataFrame, rucs: pl.Series) -> pl.DataFrame:
    """Who controls each firm: ruc, person_id, kind. A natural person's RUC holds the DNI of who it is."""
    held = pl.col("kind") != "shareholder"
    major = owners.filter(held | (pl.col("share") > common.share("owner_share"))).select("ruc", "person_id", "kind")
    own = pl.DataFrame({"ruc": rucs.drop_nulls().unique()}).filter(pl.col("ruc").str.contains(NATURAL))
    self_ = own.select("ruc", person_id=pl.col("ruc").str.slice(2, 8), kind=pl.lit("self"))
    return pl.concat([major, self_]).drop_nulls(["ruc", "person_id"]).unique().sort("ruc", "person_id", "kind")


def with_ties(frame: pl.DataFrame, tables: Tables, processes: pl.DataFrame) -> pl.DataFrame:
    """The frame of suppliers with its ties to the buyer; each null where the registers know nothing of firm or buyer.

    Adds firm_people_n (who controls it), in_office_n (of them, authorities and officials of the buyer on the day), left_days
    (days since the last of them left, null if none did), drafted_n and drafted_days (evaluators and user area, likewise),
    kin_n and kin_degree (kin of those in office), interest_n (those in office who declared the firm), politics_n
    (authorities of the buyer whose organisation its people belong or gave to), sibling_n and sibling_shown (firms of the
    same people debarred on the day).
    """
    owners, offices, ties = tables["owners"], tables["offices"], tables["ties"]
    base = frame.join(
        processes.select("process_id", "buyer_ruc"), on="process_id", how="left", maintain_order="left"
    ).select(*KEY, "ruc", "buyer_ruc", "event_date")
    people = controllers(owners, base["ruc"])
    known_firms = pl.concat([owners.select("ruc"), people.select("ruc")]).drop_nulls().unique()
    firm = pl.col("ruc").is_in(known_firms["ruc"].implode()) & pl.col("event_date").is_not_null()
    buyer = pl.col("buyer_ruc").is_in(offices["buyer_ruc"].drop_nulls().unique().implode())
    held = _held(base, offices)
    owned = held.join(people.select("ruc", "person_id").unique(), on=["ruc", "person_id"], how="semi")
    found = base.with_columns(_firm=firm.fill_null(value=False), _buyer=buyer.fill_null(value=False))
    for part in (
        _owning(owned, AUTHORITIES, "in_office_n", "left_n", "left_days"),
        _owning(owned, DRAFTERS, "drafting_n", "drafted_n", "drafted_days"),
        _kin(held, people, ties),
        _interests(held, ties),
        _politics(held, people, ties),
        _siblings(base, people, tables["sanctions"]),
    ):
        found = found.join(part, on=KEY, how="left", maintain_order="left")
    both = pl.col("_firm") & pl.col("_buyer")
    counted = found.with_columns(
        *(_zero(n, both) for n in ("in_office_n", "left_n", "drafting_n", "drafted_n")),
        _zero("kin_n", both & _has(ties, "kinship")),
        _zero("interest_n", pl.col("_buyer") & pl.col("event_date").is_not_null() & _has(ties, "interest")),
        _zero("politics_n", both & _has(ties, "membership", "donation")),
        _zero("sibling_n", pl.col("_firm") & _barring_reaches(tables["sanctions"]) & pl.lit(not owners.is_empty())),
    )
    return frame.join(
        counted.drop("ruc", "buyer_ruc", "event_date", "_firm", "_buyer"), on=KEY, how="left", maintain_order="left"
    )


def _zero(name: str, known: pl.Expr) -> pl.Expr:
    return pl.coalesce(name, pl.when(known).then(pl.lit(0, pl.Int64))).alias(name)


def _has(ties: pl.DataFrame, *kinds: str) -> pl.Expr:
    return pl.lit(not ties.filter(pl.col("kind").is_in(kinds)).is_empty())


def _held(base: pl.DataFrame, offices: pl.DataFrame) -> pl.DataFrame:
    """Offices that had begun in the buyer by the day: one row a winner, person and kind, with days since it ended (0: held)."""
    begun = offices.drop_nulls(["person_id", "buyer_ruc", "start_date"])
    since = (pl.col("event_date") - pl.col("end_date")).dt.total_days().clip(0).fill_null(0)
    return (
        base.join(begun.drop("name"), on="buyer_ruc", how="inner")
        .filter(pl.col("start_date") <= pl.col("event_date"))
        .group_by(*KEY, "ruc", "person_id", "kind")
        .agg(days=since.min(), organisation=pl.col("organisation").filter(since == 0).drop_nulls().sort().first())
    )


def _owning(owned: pl.DataFrame, kinds: Sequence[str], holds: str, left: str, days: str) -> pl.DataFrame:
    """Controllers of the firm with such an office: how many hold it, how many left it, days since the last one left."""
    each = owned.filter(pl.col("kind").is_in(kinds)).group_by(*KEY, "person_id").agg(d=pl.col("days").min())
    gone = pl.col("d") > 0
    return each.group_by(KEY).agg(
        (~gone).sum().cast(pl.Int64).alias(holds),
        gone.sum().cast(pl.Int64).alias(left),
        pl.col("d").filter(gone).min().alias(days),
    )


def _kin(held: pl.DataFrame, people: pl.DataFrame, ties: pl.DataFrame) -> pl.DataFrame:
    """Kin of authorities in office who control the firm, whichever of the two the register names first."""
    kin = ties.filter(pl.col("kind") == "kinship").select("person_id", "related_id", "degree").drop_nulls()
    both = pl.concat([kin, kin.select(person_id="related_id", related_id="person_id", degree="degree")]).unique()
    serving = held.filter((pl.col("days") == 0) & pl.col("kind").is_in(AUTHORITIES))
    return (
        serving.join(both, on="person_id", how="inner")
        .join(people.select("ruc", related_id="person_id").unique(), on=["ruc", "related_id"], how="semi")
        .group_by(KEY)
        .agg(kin_n=pl.col("related_id").n_unique().cast(pl.Int64), kin_degree=pl.col("degree").min().cast(pl.Int64))
    )


def _interests(held: pl.DataFrame, ties: pl.DataFrame) -> pl.DataFrame:
    """Those in office, of whatever kind, who declared the firm as an interest."""
    declared = ties.filter(pl.col("kind") == "interest").select("person_id", ruc="related_id").unique()
    serving = held.filter(pl.col("days") == 0)
    return (
        serving.join(declared, on=["person_id", "ruc"], how="semi")
        .group_by(KEY)
        .agg(interest_n=pl.col("person_id").n_unique().cast(pl.Int64))
    )


def _politics(held: pl.DataFrame, people: pl.DataFrame, ties: pl.DataFrame) -> pl.DataFrame:
    """Elected authorities in office whose organisation the firm, or who controls it, belongs or gave to."""
    tied = ties.filter(pl.col("kind").is_in(["membership", "donation"])).select(
        "person_id", _org=fold(pl.col("related_id"))
    )
    by_people = people.join(tied, on="person_id", how="inner").select("ruc", "_org")
    firms = pl.concat([by_people, tied.select("_org", ruc="person_id").select("ruc", "_org")]).drop_nulls().unique()
    serving = held.filter((pl.col("days") == 0) & (pl.col("kind") == "elected")).with_columns(
        _org=fold(pl.col("organisation"))
    )
    return (
        serving.join(firms, on=["ruc", "_org"], how="semi")
        .group_by(KEY)
        .agg(politics_n=pl.col("person_id").n_unique().cast(pl.Int64))
    )


def _barring(sanctions: pl.DataFrame) -> pl.DataFrame:
    return sanctions.filter(pl.col("kind").is_in(["debarment", "judicial"])).drop_nulls(["ruc", "start_date"])


def _barring_reaches(sanctions: pl.DataFrame) -> pl.Expr:
    barring = _barring(sanctions)
    until = pl.lit(barring["cut_date"].max(), pl.Date)
    return pl.lit(not barring.is_empty()) & ~(pl.col("event_date") > until).fill_null(value=False)


def _siblings(base: pl.DataFrame, people: pl.DataFrame, sanctions: pl.DataFrame) -> pl.DataFrame:
    """Other firms of the same people that were debarred on the day."""
    barred = (
        _barring(sanctions)
        .join(people.select("ruc", "person_id").unique(), on="ruc", how="inner")
        .select("person_id", "start_date", "end_date", sibling="ruc", sibling_name="name")
    )
    open_end = pl.col("end_date").fill_null(pl.date(9999, 12, 31))
    return (
        base.join(people.select("ruc", "person_id").unique(), on="ruc", how="inner")
        .join(barred, on="person_id", how="inner")
        .filter(pl.col("sibling") != pl.col("ruc"))
        .filter((pl.col("start_date") <= pl.col("event_date")) & (pl.col("event_date") <= open_end))
        .sort(*KEY, "sibling", "sibling_name")
        .group_by(KEY, maintain_order=True)
        .agg(
            sibling_n=pl.col("sibling").n_unique().cast(pl.Int64),
            sibling_shown=supplier_shown(pl.col("sibling"), pl.col("sibling_name")).first(),
        )
    )
