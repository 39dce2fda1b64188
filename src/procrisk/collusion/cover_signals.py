"""What the prices of the same rivals say together: a share from 0 to 1, and the reason in words.

Every contest is looked at with the others in which its bidders met again (`neighbours`): the sum of their scores of cover
(`cover`), each weighed, over its deviation, is standard normal where contests of the same rivals are priced like any others
of their market. At the middle strength of an agreement no contest is odd by itself and ten of them together are. Firms that
meet as often and compete do not show: somebody is always close to the winner.
"""

from collections.abc import Mapping
from math import erfc, sqrt
from typing import Protocol

import numpy as np
import polars as pl

from procrisk.collusion import cover, neighbours, network, ties
from procrisk.collusion.neighbours import WEIGHINGS
from procrisk.indicators.sentences import fill

WEIGHT = 0.8
"""How far prices of cover among the same rivals alone go towards 1 (criterio propio)."""
FULL_P, LEAST_P = 0.001, 0.03
"""Chance of such prices at which the sign is whole, and above which there is none (criterio propio: below the 0.05 of turns, for honest
firms differ in their costs and some markets space their bids wider than others)."""
MIN_CONTESTS = 3
"""Contests that are summed at least: two are no habit (criterio propio)."""
MIN_WEIGHT = 0.75
"""What they weigh together at least."""
OPEN_P, IN_THE_OPEN = 0.5, 0.25
"""Chance of the prices of the same rivals from which they show competition, and what is left beside such prices of a sign that chance
or custom explains as well: turns (one group in twenty keeps to them by chance), a consortium elsewhere (lawful, and known to be),
a single contest that looks like cover (one in many does) (criterio propio)."""
NONE = pl.DataFrame(schema={"process_id": pl.String, "p_prices": pl.Float64})
"""Prices of which nothing is known."""
_TRIED = len(WEIGHINGS) * len(cover.SHAPES)


class Records(Protocol):
    """Anything with the canonical tables."""

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]: ...


def signals(dataset: Records) -> pl.DataFrame:
    """The part of the prices of the same rivals in the collusion score.

    Args:
        dataset: assembled tables.

    Returns:
        one row a process of dataset.tables["processes"], sorted by process_id: prices (0 to 1; null where prices or winner are not
        known, or its rivals did not meet again often enough), p_prices (chance of such prices), reasons_es, reasons_en (lists; empty
        where nothing speaks, null where prices is).
    """
    return of_entries(network.entries(dataset.tables), dataset.tables)


def of_entries(entered: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The same of the entries of a network at hand."""
    pairs = neighbours.carried(entered)
    found = pooled(entered, pairs, cover.scores(cover.contests(tables)))
    clear = (pl.col("p_prices").log(10) - np.log10(LEAST_P)) / (np.log10(FULL_P) - np.log10(LEAST_P))
    raised = pl.col("p_prices") <= LEAST_P
    strength = pl.when(raised).then(WEIGHT * (0.5 + 0.5 * clear.clip(0, 1))).otherwise(0.0)
    told = _told(found.filter(raised), entered, pairs)
    joined = found.select("process_id", "p_prices", prices=strength).join(told, on="process_id", how="left")
    none = pl.lit([], dtype=pl.List(pl.String))
    joined = joined.with_columns(pl.col("reasons_es", "reasons_en").fill_null(none))
    every = tables["processes"].select("process_id").unique().sort("process_id")
    return every.join(joined, on="process_id", how="left", maintain_order="left").select(
        "process_id", "prices", "p_prices", "reasons_es", "reasons_en"
    )


def in_the_open() -> pl.Expr:
    """What is left of such a sign (see IN_THE_OPEN) in a frame with p_prices; all of it where prices are not known."""
    return pl.when(pl.col("p_prices") >= OPEN_P).then(IN_THE_OPEN).otherwise(1.0)


def pooled(entered: pl.DataFrame, pairs: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Prices of each contest together with those in which its rivals met again, sorted by process_id.

    Args:
        entered: as network.entries.
        pairs: as neighbours.carried.
        prices: as cover.scores.

    Returns:
        the contests that have MIN_CONTESTS and MIN_WEIGHT: process_id, z (the largest of every way to weigh and to shape, so that a
        ring may hide or not), p_prices (its upper tail times the ways tried, at most 1), contests (those that count at least half as much
        as the one that counts most), near, losers and height (of those contests), near_peers, height_peers (see cover.scores).
    """
    n = prices.height
    shapes = np.vstack([prices[s].to_numpy() for s in cover.SHAPES]) if n else np.zeros((len(cover.SHAPES), 0))
    near, losers = (prices[c].to_numpy().astype(np.float64) for c in ("near", "losers"))
    height = prices["height"].fill_null(np.nan).to_numpy()
    parts = []
    for block in neighbours.blocks(entered, pairs, prices["process_id"]):
        own, at = np.unique(block.own, return_inverse=True)
        many, weight = np.bincount(at), np.bincount(at, weights=block.loose)
        tried = [_summed(at, w, x[block.other]) for w in (block.loose, block.tight) for x in shapes]
        most = np.maximum.reduceat(block.loose, np.flatnonzero(np.r_[True, at[1:] != at[:-1]]))
        counts = (block.loose >= 0.5 * most[at]).astype(np.float64)
        high = height[block.other]
        known = counts * ~np.isnan(high)
        part = pl.DataFrame(
            {
                "_at": own,
                "z": np.max(tried, axis=0),
                "contests": np.bincount(at, weights=counts).astype(np.int64),
                "near": np.bincount(at, weights=counts * near[block.other]).astype(np.int64),
                "losers": np.bincount(at, weights=counts * losers[block.other]).astype(np.int64),
                "_high": np.bincount(at, weights=known * np.nan_to_num(high)),
                "_known": np.bincount(at, weights=known),
            }
        )
        parts.append(part.filter(pl.Series((many >= MIN_CONTESTS) & (weight >= MIN_WEIGHT))))
    schema = {"_at": pl.Int64, "z": pl.Float64, **dict.fromkeys(("contests", "near", "losers"), pl.Int64), "_high": pl.Float64, "_known": pl.Float64}  # fmt: skip
    found = pl.concat([pl.DataFrame(schema=schema), *parts]).sort("_at")
    tail = [min(_TRIED * erfc(z / sqrt(2)) / 2, 1.0) for z in found["z"].to_list()]
    about = prices[found["_at"]].select("process_id", "near_peers", "height_peers")
    return found.with_columns(
        about["process_id"], about["near_peers"], about["height_peers"],
        p_prices=pl.Series(tail, dtype=pl.Float64), height=pl.when(pl.col("_known") > 0).then(pl.col("_high") / pl.col("_known")),
    ).select("process_id", "z", "p_prices", "contests", "near", "losers", "height", "near_peers", "height_peers")  # fmt: skip


def _summed(
    at: np.ndarray[tuple[int], np.dtype[np.intp]], weight: network.Floats, score: network.Floats
) -> network.Floats:
    made: network.Floats = np.bincount(at, weights=weight * score) / np.sqrt(np.bincount(at, weights=weight**2))
    return made


def _told(raised: pl.DataFrame, entered: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """One sentence a process: process_id, reasons_es, reasons_en. Named are the two of its firms that met most often."""
    there = entered.join(raised.select("process_id"), on="process_id", how="semi")
    met = ties.rivals_of(there).join(pairs, on=network.PAIR, how="inner")
    two = met.sort(["process_id", "n", *network.PAIR], descending=[False, True, False, False]).unique(
        "process_id", keep="first", maintain_order=True
    )
    rest = pl.concat([met.select("process_id", "firm"), met.select("process_id", firm="firm_b")]).unique()
    others = rest.group_by("process_id").agg(others=pl.len().cast(pl.Int64) - 2)
    shown = entered.group_by("firm").agg(a_shown=pl.col("firm_shown").min())
    frame = (
        raised.join(two.select("process_id", *network.PAIR), on="process_id", how="inner")
        .join(others, on="process_id", how="left")
        .join(shown, on="firm", how="left")
        .join(shown.rename({"firm": "firm_b", "a_shown": "b_shown"}), on="firm_b", how="left")
    )
    names = {c: pl.col(c) for c in frame.columns} | {
        "within": pl.lit(cover.NEAR),
        "at_most": pl.col("p_prices").clip(lower_bound=FULL_P),
    }
    es = (
        "{a_shown:text}, {b_shown:text} y {others:int:firma|firmas} más compiten una y otra vez: en {contests:int} procedimientos, {near:int} de "
        "{losers:int} ofertas se acercan a menos de {within:pct} de la más baja (en procedimientos comparables, {near_peers:pct}), y se gana al "
        "{height:pct} del valor referencial en promedio (comparables, mediana {height_peers:pct}); probabilidad de tales precios por azar: {at_most:pct} o menos"
    )
    en = (
        "{a_shown:text}, {b_shown:text} and {others:int:other firm|other firms} compete again and again: in {contests:int} procedures, {near:int} of "
        "{losers:int} bids come within {within:pct} of the lowest (in comparable procedures, {near_peers:pct}), and the winner's price is "
        "{height:pct} of the reference on average (comparable, median {height_peers:pct}); chance of such prices: {at_most:pct} or less"
    )
    return frame.select(
        "process_id",
        reasons_es=pl.concat_list(fill(es, names, "es")),
        reasons_en=pl.concat_list(fill(en, names, "en")),
    )
