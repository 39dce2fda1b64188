"""What rivals of a process have in common: contacts, people, alike names and addresses, consortia, subcontracts.

One row a process, pair of firms with different bids, and kind. A tie known from any record counts in every process in which the
two are rivals; a subcontract only in the process it is of.
"""

from collections.abc import Mapping

import polars as pl

from procrisk.collusion import matching
from procrisk.indicators import common
from procrisk.indicators.features_rivals import contacts

Tables = Mapping[str, pl.DataFrame]
PAIR = ["firm", "firm_b"]

MAX_PARTNERS = 10
"""Firms of one bid beyond which partnership is not looked at (criterio propio; consortia have two or three)."""

KINDS: Mapping[str, tuple[float, str, str]] = {
    "subcontract": (0.6, "una es subcontratista de la otra en este contrato", "one is the other's subcontractor in this contract"),
    "person": (0.5, "tienen en común a {n:int:persona|personas} entre socios, representantes y directores", "share {n:int:person|people} among owners, representatives and directors"),
    "telephone": (0.5, "dan el mismo teléfono", "give the same telephone"),
    "e-mail": (0.5, "dan el mismo correo electrónico", "give the same e-mail"),
    "address": (0.45, "dan la misma dirección", "give the same address"),
    "alike_address": (0.3, "dan direcciones parecidas ({n:int} de 100)", "give addresses that are alike ({n:int} of 100)"),
    "consortium": (0.25, "son socias de un consorcio en {n:int:procedimiento|procedimientos} más", "are partners of a consortium in {n:int:other procedure|other procedures}"),
    "alike_name": (0.15, "tienen nombres parecidos ({n:int} de 100)", "have names that are alike ({n:int} of 100)"),
}  # fmt: skip
"""Kind: its weight (how far it alone goes towards 1; criterio propio, by how hard it is to explain otherwise) and its words."""


def ties(tables: Tables, entered: pl.DataFrame) -> pl.DataFrame:
    """Ties between the rivals of each process.

    Args:
        tables: assembled tables, registers of people included where there are any.
        entered: as network.entries.

    Returns:
        process_id, firm, firm_b (firm < firm_b), kind (of KINDS), n (how many, or the score out of 100), sorted.
    """
    rivals = rivals_of(entered)
    pairs = rivals.select(PAIR).unique()
    general = pl.concat(
        [
            _contacts(tables, pairs),
            _people(tables["owners"], pairs),
            _partners(tables, entered, pairs),
            _alike(tables, pairs),
        ]
    )
    everywhere = rivals.join(general, on=PAIR, how="inner").select("process_id", *PAIR, "kind", "n")
    found = pl.concat([everywhere, _subcontracts(tables["subcontractors"], entered, rivals)])
    return found.sort("process_id", *PAIR, "kind")


def rivals_of(entered: pl.DataFrame) -> pl.DataFrame:
    """Pairs of firms with different bids in a process: process_id, firm, firm_b (firm < firm_b)."""
    each = entered.filter(pl.col("n_bidders") >= 2).select("process_id", "firm", "bidder")
    both = each.join(each, on="process_id", suffix="_b")
    return both.filter(pl.col("firm") < pl.col("firm_b"), pl.col("bidder") != pl.col("bidder_b")).select(
        "process_id", *PAIR
    )


def _shared(known: pl.DataFrame, by: list[str], pairs: pl.DataFrame) -> pl.DataFrame:
    """How many values of `by` the firms of each pair share."""
    both = pairs.join(known, on="firm", how="inner").join(known.rename({"firm": "firm_b"}), on=["firm_b", *by])
    return both.group_by(*PAIR, *(["kind"] if "kind" in by else [])).agg(n=pl.len().cast(pl.Int64))


def _contacts(tables: Tables, pairs: pl.DataFrame) -> pl.DataFrame:
    published = contacts(tables["parties"]).drop_nulls("contact").select("firm", "kind", "contact").unique()
    return _shared(published, ["kind", "contact"], pairs).select(*PAIR, "kind", "n")


def _people(owners: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    each = owners.select(firm="ruc", person="person_id").drop_nulls().unique()
    few = each.filter(pl.col("firm").n_unique().over("person") <= common.whole("contact_firms_max"))
    return _shared(few, ["person"], pairs).select(*PAIR, kind=pl.lit("person"), n="n")


def _partners(tables: Tables, entered: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Firms that made one bid together elsewhere, or are members of one consortium of the register."""
    bid = entered.select("firm", on=pl.concat_str("process_id", "bidder", separator="|"))
    register = tables["consortia"].select(firm="member_ruc", on="consortium_id").drop_nulls().unique()
    # a consortium is made for a procedure: one that bid is counted by its bid
    idle = register.join(entered.select(on="bidder").unique(), on="on", how="anti")
    together = pl.concat([bid, idle]).filter(pl.len().over("on").is_between(2, MAX_PARTNERS))
    return _shared(together, ["on"], pairs).select(*PAIR, kind=pl.lit("consortium"), n="n")


def _alike(tables: Tables, pairs: pl.DataFrame) -> pl.DataFrame:
    firms = pl.concat([pairs["firm"], pairs["firm_b"]]).unique().implode()
    parties = tables["parties"].filter(pl.col("party_id").is_in(firms))
    taxpayers = tables["taxpayers"].filter(pl.col("ruc").is_in(firms))
    where = pl.coalesce("district", "province")
    places = pl.concat(
        [
            parties.select(firm="party_id", address="address", place=where),
            taxpayers.select(firm="ruc", address="address", place="ubigeo"),
        ]
    ).unique()
    alone = tables["bids"].filter(pl.col("bid_id") == "").select(firm="party_id", name="name")
    named = pl.concat([alone, taxpayers.select(firm="ruc", name="name")]).filter(pl.col("firm").is_in(firms)).unique()
    said = [(matching.addresses(places), "alike_address"), (matching.names(named), "alike_name")]
    found = pl.concat([m.select(*PAIR, kind=pl.lit(kind), n="score") for m, kind in said])
    same = _contacts(tables, pairs).filter(pl.col("kind") == "address")
    repeated = pl.col("kind") == "alike_address"
    known = found.join(pairs, on=PAIR, how="semi")
    return pl.concat([known.filter(~repeated), known.filter(repeated).join(same, on=PAIR, how="anti")])


def _subcontracts(subcontractors: pl.DataFrame, entered: pl.DataFrame, rivals: pl.DataFrame) -> pl.DataFrame:
    """A bidder that did not win and does part of the contract: the pair is it and each winner."""
    taken = subcontractors.select("process_id", loser="party_id").drop_nulls().unique()
    lost = entered.filter(~pl.col("won")).select("process_id", loser="firm").join(taken, on=["process_id", "loser"])
    won = entered.filter("won").select("process_id", winner="firm")
    both = lost.join(won, on="process_id").select(
        "process_id", firm=pl.min_horizontal("loser", "winner"), firm_b=pl.max_horizontal("loser", "winner")
    )
    known = both.join(rivals, on=["process_id", *PAIR], how="semi")
    return known.select("process_id", *PAIR, kind=pl.lit("subcontract"), n=pl.lit(1, pl.Int64))
