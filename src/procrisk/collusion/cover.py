"""How far the prices of each contest look like cover: rivals that keep their distance, a winner just under the reference.

A firm that covers another bids above it, and not by so little that it might win: between the winner and the others there is
a gap, and nobody is below (the missing bids of Chassang, Kawai, Nakabayashi and Ortner, 2022; Imhof, 2017). The winner has no
need to go far below the reference. One contest proves nothing: gaps come by chance. What is computed here is made to be summed
over the contests of the same rivals (`cover_signals`): a score that is standard normal where prices are those of the market.
"""

from collections.abc import Mapping
from statistics import NormalDist
from typing import Literal

import numpy as np
import polars as pl

from procrisk import law
from procrisk.collusion.classifier import MIN_REFERENCE
from procrisk.collusion.network import Ints
from procrisk.collusion.screens import Array
from procrisk.indicators import features_bid
from procrisk.indicators.terms import CONTESTED

Tables = Mapping[str, pl.DataFrame]

SHAPES: Mapping[str, tuple[tuple[float, float], ...]] = {
    "narrow": ((0.02, 0.10), (0.01, 0.20)),
    "wide": ((0.02, 0.35), (0.01, 0.20)),
}
"""Where cover bids lie above the winner, as shares of its price: the published range (2 % to 10 %; 2 % to 35 % where the ring
hides), and a looser one for firms that agree half-heartedly (criterio propio). Each is a mixture of both, MIX and the rest."""
HEIGHT = ((0.95, 0.99), (0.90, 0.99))
"""The same of the winner's price over the reference: 95 % to 99 % where nobody undercuts."""
MIX = 0.7
STRAY = 0.05
"""Share of the bids of a ring that lie anywhere (criterio propio)."""
NEAR = 0.02
"""Distance from the winner below which a bid could have won as well."""
SAME = 0.995
"""Winner's price over the reference from which it says nothing: many honest awards are at the reference itself."""
COVERED = 0.6
"""Share of the contests of a ring taken to be covered: one honest contest does not acquit (criterio propio)."""
MOST, MOST_HEIGHT, LEAST_HEIGHT = 5.0, 1.0, -2.0
"""Logarithm of how much likelier under cover one contest can be at most, and its winner's height at most and at least: none decides
alone, and a high price tells less for cover than a low one against it (criterio propio)."""
GAPS: Array = np.array([0.0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.27, 0.35, np.inf])
HEIGHTS: Array = np.array([-np.inf, 0.85, 0.9, 0.92, 0.93, 0.95, 0.97, 0.99, SAME, np.inf])
"""Classes in which a market's own prices are counted; an edge belongs to the class below it for heights, above it for gaps."""
LOSERS = 5
"""Losers from which on contests are taken alike."""
LEVELS: tuple[tuple[str, ...], ...] = (("object", "region_code", "year"), ("object", "year"), ("object",), ())
"""What comparable contests have in common besides their number of losers, finest first; the first with MIN_PEERS is taken."""
MIN_PEERS = 100


def contests(tables: Tables) -> pl.DataFrame:
    """The prices of each contest with one known winner and a rival, one row a bidder but for the lowest.

    Returns:
        process_id, lot_id, object, region_code, year, height (winner's price over the reference; null where that is unknown),
        undercut (the winner is not the lowest) and gap (the bidder's price over the lowest, less 1), sorted by them. Of each bidder
        the lowest bid that was not withdrawn counts, of the winner the one that won. Bids at a limit of the law count: who goes
        down to the floor competes.
    """
    lot = features_bid.LOT
    processes = law.attach(tables["processes"])
    about = processes.filter(CONTESTED).select("process_id", "object", "region_code", "year").unique("process_id")
    there = (pl.col("state") != "withdrawn").fill_null(value=True)
    offers = features_bid.offers(tables, processes).filter(there, pl.col("price") > 0)
    offers = offers.join(about, on="process_id", how="inner").with_columns(who=pl.coalesce("bidder", "offer"))
    reference = pl.when(pl.col("ref_cents") > 0).then("ref_cents")
    winners = offers.filter("is_award_bid").filter(pl.col("who").n_unique().over(lot) == 1)
    won = winners.group_by(lot).agg(
        _who=pl.col("who").first(), _price=pl.col("price").min(), height=(pl.col("price") / reference).min()
    )
    each = (
        offers.join(won, on=lot, how="inner")
        .group_by(*lot, "who", "object", "region_code", "year", "height")
        .agg(pl.col("price").min(), _wins=(pl.col("who") == pl.col("_who")).any(), _price=pl.col("_price").first())
        .with_columns(price=pl.when("_wins").then("_price").otherwise("price"))
        .sort(*lot, "price", ~pl.col("_wins"), "who")
    )
    lowest = pl.col("price").first().over(lot)
    return (
        each.with_columns(
            gap=pl.col("price") / lowest - 1,
            undercut=(pl.col("_price") > lowest),
        )
        .filter(pl.int_range(pl.len()).over(lot) > 0)
        .select(*lot, "object", "region_code", "year", "height", "undercut", "gap")
    )


def scores(lost: pl.DataFrame) -> pl.DataFrame:
    """How much each contest looks like cover among contests with as many bidders.

    Args:
        lost: from `contests`.

    Returns:
        one row a process, sorted by process_id: one column for each of SHAPES (mean 0 and deviation 1 over comparable contests; the mean
        of the process's lots), near (bids less than NEAR above the lowest), losers (bids but for the lowest), height (mean of the lots),
        near_peers and height_peers (share of near bids and median height among those of its object). Fewer than MIN_REFERENCE contests
        are no market: no row.
    """
    each = _contests(lost)
    if each.height < MIN_REFERENCE:
        each = each.clear()
    each = each.with_columns(_height(each), n=pl.col("losers").clip(upper_bound=LOSERS))
    # a winner that is not the lowest speaks against cover; one that is speaks for nothing, it is the rule
    usual = pl.col("undercut").mean().over("object")
    apart = pl.when("undercut").then((STRAY / usual).log().clip(upper_bound=0.0)).otherwise(0.0)
    times = {s: (pl.col(s) + pl.col("_height") + apart).clip(upper_bound=MOST).exp() for s in SHAPES}
    each = each.with_columns(((1 - COVERED) + COVERED * t).alias(s) for s, t in times.items())
    ranked = each.with_columns(_share(s).alias(s) for s in SHAPES)
    scored = ranked.with_columns(
        *(_normal(ranked[s]) for s in SHAPES), height_peers=pl.col("height").median().over("object")
    )
    means = pl.col(*SHAPES, "height", "near_peers", "height_peers").sort_by("lot_id").mean()
    return scored.group_by("process_id").agg(means, pl.col("near", "losers").sum()).sort("process_id")


def _contests(lost: pl.DataFrame) -> pl.DataFrame:
    """One row a process and lot; SHAPES: how much likelier its gaps are under cover than in its object's market (logarithm)."""
    at = _class(lost["gap"].to_numpy(), GAPS, "right")
    usual = (pl.len().over("object", "_at") + 1) / (pl.len().over("object") + len(GAPS) - 1)
    likely = {s: pl.Series(_density(GAPS, r)[at]) for s, r in SHAPES.items()}
    near = pl.col("gap") < NEAR
    rivals = lost.with_columns(_at=pl.Series(at)).with_columns(
        *((pl.lit(x) / usual).log().alias(s) for s, x in likely.items()), near_peers=near.mean().over("object")
    )
    return rivals.group_by(*features_bid.LOT, "object", "region_code", "year", maintain_order=True).agg(
        pl.col(*SHAPES).sort().sum(),
        pl.col("height", "undercut", "near_peers").first(),
        near=near.sum().cast(pl.Int64),
        losers=pl.len().cast(pl.Int64),
    )


def _density(edges: Array, ranges: tuple[tuple[float, float], ...]) -> Array:
    """Share of the bids of a ring in each class."""
    low, high = edges[:-1], edges[1:]
    parts = [np.clip(np.minimum(high, b) - np.maximum(low, a), 0, None) / (b - a) for a, b in ranges]
    made: Array = (1 - STRAY) * (MIX * parts[0] + (1 - MIX) * parts[1]) + STRAY / len(low)
    return made


def _class(values: Array, edges: Array, side: Literal["left", "right"]) -> Ints:
    """Which class each value is in; a value on an edge is in the class above it with side "right", below it with "left"."""
    return np.searchsorted(edges[1:-1], values, side=side).astype(np.int64)


def _height(each: pl.DataFrame) -> pl.Series:
    """How much likelier the winner's price over the reference is under cover (logarithm); 0 where it says nothing."""
    height = each["height"].fill_null(1.0).to_numpy()
    at = _class(height, HEIGHTS, "left")
    counted = each.select("object", _at=pl.Series(at)).with_columns(
        usual=pl.len().over("object", "_at") / pl.len().over("object")
    )
    likely = np.log(_density(HEIGHTS, HEIGHT)[at] / counted["usual"].to_numpy())
    return pl.Series("_height", np.where(height > SAME, 0.0, likely.clip(LEAST_HEIGHT, MOST_HEIGHT)))


def _share(shape: str) -> pl.Expr:
    """Rank from 0 to 1 among comparable contests: of the finest level that holds MIN_PEERS, else among all there are."""
    fits = []
    for keys in LEVELS:
        over = [*keys, "n"]
        share = (pl.col(shape).rank("average").over(over) - 0.5) / pl.len().over(over)
        fits.append(pl.when(pl.len().over(over) >= MIN_PEERS).then(share))
    return pl.coalesce(*fits, (pl.col(shape).rank("average") - 0.5) / pl.len())


def _normal(share: pl.Series) -> pl.Series:
    """Shares as quantiles of the standard normal; one computation for each that occurs."""
    values, at = np.unique(share.to_numpy(), return_inverse=True)
    normal = NormalDist()
    return pl.Series(share.name, np.array([normal.inv_cdf(v) for v in values.tolist()], dtype=np.float64)[at])
