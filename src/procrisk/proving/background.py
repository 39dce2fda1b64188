"""What published awards leave out, simulated alike for every process: bids, terms, contracts and what became of them.

Only tables of which the records say nothing are filled. The planted schemes use the same tables: were they alone in them,
the presence of a row would give them away.
"""

from datetime import timedelta

import numpy as np
import polars as pl

from procrisk.proving.ground import Generator, Tables
from procrisk.records.tables import TABLES

UNCONTESTED = ("CD", "INT", "RES", "CONV", "OTHER")
BIDDERS = np.cumsum([0.42, 0.25, 0.14, 0.1, 0.09])
"""Chance of two, three, ... six bidders or fewer where there was more than one."""
ALONE_DAYS = 4
"""Days from award to consent below which there was nobody who could appeal: one bidder (Ley 30225, Reglamento, art. 64)."""
QUOTES = {"SIE": 4, "CPRE": 5}
"""Firms drawn at least for procedures that the law does not award with few: two of them are often the same."""
STRANGERS = 0.25
"""Share of the rivals that come from other regions."""
_WORKS = ("works", "consultancy")


def dress(tables: Tables, market: Tables, rng: Generator) -> dict[str, pl.DataFrame]:
    """The tables with bids, terms and contracts where the records have none at all.

    Args:
        tables: settled (see `ground.settle`).
        market: tables whose winners bid against each other: the given ones, of which the ground holds a sample of the buyers.
        rng: source of all chance.
    """
    made = dict(tables)
    if made["bids"].is_empty():
        made["bids"] = _bids(made, market, rng)
    made["processes"] = _terms(made, rng)
    if made["contracts"].is_empty():
        made["contracts"] = _contracts(made, rng)
        made["modifications"] = _additions(made, rng)
    return made


def _holders(tables: Tables) -> pl.DataFrame:
    """process_id, award_id, the party in whose name the award is held, and its name."""
    said = tables["award_suppliers"].with_columns(holder=pl.coalesce("consortium_id", "party_id"))
    return said.sort("process_id", "award_id", "party_id").unique(
        ["process_id", "award_id"], keep="first", maintain_order=True
    ).select("process_id", "award_id", "holder", "name")  # fmt: skip


def _bids(tables: Tables, market: Tables, rng: Generator) -> pl.DataFrame:
    """Bids for every awarded line of a contested process: the winner's at what was awarded, others drawn from its market."""
    about = tables["processes"].select("process_id", "method", "object", "region_code", "call_date")
    days = tables["awards"].select("process_id", "award_id", "date", "consent_date")
    lines = tables["award_lines"].join(days, on=["process_id", "award_id"], how="left")
    lines = (
        lines.join(_holders(tables), on=["process_id", "award_id"], how="inner")
        .join(about, on="process_id", how="inner")
        .sort("process_id", "award_id", "lot_id")
    )
    contested = ~pl.col("method").is_in(UNCONTESTED).fill_null(value=False)
    lines = lines.filter(contested & pl.col("amount_cents").is_not_null() & pl.col("lot_id").is_not_null())
    lines = lines.unique(["process_id", "lot_id"], keep="first", maintain_order=True)
    lots = tables["lots"].select("process_id", "lot_id", lot_cents="value_cents")
    lines = lines.join(lots, on=["process_id", "lot_id"], how="left", maintain_order="left")
    least = lines["method"].replace_strict(QUOTES, default=1, return_dtype=pl.Int64).to_numpy()
    waited = (lines["consent_date"] - lines["date"]).dt.total_days().fill_null(30).to_numpy()
    drawn = np.searchsorted(BIDDERS, rng.random(lines.height)) + 2
    number = np.maximum(np.where(waited < ALONE_DAYS, 1, drawn), least)
    at = np.repeat(np.arange(lines.height), number - 1)
    rivals = lines[at].with_columns(_row=pl.Series(at), party_id=_rivals(lines, at, market, rng))
    over = 1 + rng.gamma(1.1, 0.06, len(at))
    # now and then the cheapest is not the winner
    over = np.where(rng.random(len(at)) < 0.1, 1 - (over - 1) / 3, over)
    price = np.round(rivals["amount_cents"].to_numpy() * over).astype(np.int64)
    limit = rivals["lot_cents"].fill_null(0).to_numpy()
    building = np.isin(rivals["object"].to_numpy(), _WORKS) & (limit > 0)
    price = np.where(building, np.clip(price, -(-limit * 9 // 10), limit * 11 // 10), price)
    rivals = rivals.with_columns(amount_cents=pl.Series(price)).filter(pl.col("party_id") != pl.col("holder"))
    every = pl.concat([lines.with_columns(party_id="holder"), rivals.drop("_row")], how="diagonal")
    shaped = every.with_columns(bid_id=pl.lit(""), status=pl.lit("valid"), date=pl.lit(None, pl.Date))
    named = shaped.with_columns(name=pl.when(pl.col("party_id") == pl.col("holder")).then("name"))
    schema = TABLES["bids"].schema
    return named.select(list(schema)).cast(pl.Schema(schema)).unique(
        ["process_id", "lot_id", "party_id"], keep="first", maintain_order=True
    )  # fmt: skip


def _rivals(
    lines: pl.DataFrame, at: "np.ndarray[tuple[int], np.dtype[np.int64]]", market: Tables, rng: Generator
) -> pl.Series:
    """For each row a firm that wins in its object, most in its region, all alike; null where none does."""
    alone = market["award_suppliers"].filter(pl.col("consortium_id").is_null())
    place = ["region_code", "object"]
    firms = alone.join(market["processes"].select("process_id", *place), on="process_id").select(*place, "party_id")
    local, far = (_drawn(lines, at, firms, keys, rng) for keys in (place, ["object"]))
    strange = pl.Series(rng.random(len(at)) < STRANGERS)
    return pl.select(pl.when(strange).then(far).otherwise(local)).to_series()


def _drawn(
    lines: pl.DataFrame,
    at: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    firms: pl.DataFrame,
    keys: list[str],
    rng: Generator,
) -> pl.Series:
    ordered = firms.select(*keys, "party_id").drop_nulls().unique().sort(*keys, "party_id").with_row_index("_at")
    spans = ordered.group_by(keys).agg(_first=pl.col("_at").min(), _n=pl.len())
    of = lines.select(keys).join(spans, on=keys, how="left", maintain_order="left")[at]
    drawn = pl.Series(rng.random(len(at)))
    step = of.select((pl.col("_first") + (drawn * pl.col("_n")).cast(pl.Int64)).alias("step"))["step"]
    return ordered["party_id"].gather(step)


def _terms(tables: Tables, rng: Generator) -> pl.DataFrame:
    """Day on which bids are due, firms registered and length of the requirements, where no process has them."""
    p = tables["processes"].sort("process_id")
    n = p.height
    days = (p["award_date"] - p["call_date"]).dt.total_days().fill_null(0).to_numpy()
    wait = np.maximum(np.round(days * rng.uniform(0.6, 0.85, n)), np.minimum(days, 12)).astype(np.int64)
    contested = ~pl.col("method").is_in(UNCONTESTED).fill_null(value=False)
    bidders = tables["bids"].group_by("process_id").agg(_bidders=pl.col("party_id").n_unique())
    p = p.join(bidders, on="process_id", how="left", maintain_order="left").with_columns(
        _wait=_days(pl.Series(wait)),
        _registered=(pl.col("_bidders") + pl.Series(rng.poisson(3.0, n))).cast(pl.Int32),
        _criteria=pl.Series(np.exp(7.2 + 0.25 * rng.standard_normal(n)).astype(np.int32)),
    )
    made = {
        "bid_deadline": pl.when(contested).then(pl.col("call_date") + pl.col("_wait")),
        "n_registered": pl.when(contested).then("_registered"),
        "criteria_length": pl.when(contested).then("_criteria"),
    }
    empty = [c for c in made if p[c].null_count() == n]
    return p.with_columns(made[c].cast(p.schema[c]).alias(c) for c in empty).select(tables["processes"].columns)


def _contracts(tables: Tables, rng: Generator) -> pl.DataFrame:
    """A contract for nearly every award."""
    awards = tables["awards"].join(_holders(tables).drop("name"), on=["process_id", "award_id"], how="inner")
    awards = awards.join(tables["processes"].select("process_id", "object"), on="process_id")
    awards = awards.filter(pl.col("consent_date").is_not_null() & pl.col("amount_cents").is_not_null())
    awards = awards.sort("process_id", "award_id")
    awards = awards.filter(pl.Series(rng.random(awards.height) < 0.98))
    n = awards.height
    middle = awards["object"].replace_strict({"goods": 30, "works": 150}, default=180, return_dtype=pl.Int64).to_numpy()
    term = np.maximum(middle * np.exp(0.5 * rng.standard_normal(n)), 5).astype(np.int64)
    longer = (rng.random(n) < np.where(middle == 150, 0.25, 0.08)) * rng.uniform(0.05, 0.45, n)
    signed = pl.col("consent_date") + _days(pl.Series(rng.integers(4, 13, n)))
    framed = awards.with_columns(signed_date=signed).with_columns(
        contract_id="C" + pl.col("award_id"),
        supplier_id="holder",
        published_date=pl.col("signed_date") + _days(pl.Series(rng.integers(1, 9, n))),
        start_date=pl.col("signed_date") + timedelta(days=1),
        end_date=pl.col("signed_date") + _days(pl.Series(1 + term)),
        end_date_updated=pl.col("signed_date") + _days(pl.Series(1 + term + (term * longer).astype(np.int64))),
    )
    schema = TABLES["contracts"].schema
    missing = [pl.lit(None, t).alias(c) for c, t in schema.items() if c not in framed.columns]
    return framed.with_columns(missing).select(list(schema)).cast(pl.Schema(schema))


def _days(numbers: pl.Series) -> pl.Series:
    return (numbers * 86_400_000).cast(pl.Duration("ms"))


def _additions(tables: Tables, rng: Generator) -> pl.DataFrame:
    """What is added to some contracts: more often, and more, to works."""
    c = tables["contracts"].join(tables["processes"].select("process_id", "object"), on="process_id")
    c = c.sort("process_id", "contract_id")
    works = np.isin(c["object"].to_numpy(), _WORKS)
    chosen = rng.random(c.height) < np.where(works, 0.3, 0.05)
    share = rng.beta(1.3, 12, c.height)
    cents = np.round(c["amount_cents"].to_numpy() * share).astype(np.int64)
    schema = TABLES["modifications"].schema
    kind = {"modification_id": pl.lit("additional"), "kind": pl.lit("additional")}
    empty = [pl.lit(None, t).alias(n) for n, t in schema.items()]
    framed = c.select("process_id", "contract_id", amount_cents=pl.Series(np.maximum(cents, 1)))
    framed = framed.filter(pl.Series(chosen)).with_columns(**kind)
    return framed.with_columns(e for e in empty if e.meta.output_name() not in framed.columns).select(list(schema)).cast(
        pl.Schema(schema)
    )  # fmt: skip
