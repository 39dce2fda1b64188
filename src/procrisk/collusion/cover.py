"""How far the prices of each contest look like cover: losers that keep their distance, a winner just under the reference.

A firm that covers another bids above it, and not by so little that it might win: between the winner and the others there is
a gap, and nobody is below (the missing bids of Chassang, Kawai, Nakabayashi and Ortner, 2022; Imhof, 2017). The winner has no
need to go far below the reference. One contest proves nothing: gaps come by chance. What is computed here is made to be summed
over the contests of the same rivals (`cover_signals`): a score that is standard normal where prices are those of the market.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.special import ndtri

from procrisk import law
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
GAPS: Array = np.array([-np.inf, 0.0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.27, 0.35, np.inf])
HEIGHTS: Array = np.array([-np.inf, 0.85, 0.9, 0.92, 0.93, 0.95, 0.97, 0.99, SAME, np.inf])
"""Classes in which a market's own prices are counted; an edge belongs to the class below it for heights, above it for gaps."""
LOSERS = 5
"""Losers from which on contests are taken alike."""
LEVELS: tuple[tuple[str, ...], ...] = (("object", "region_code", "year"), ("object", "year"), ("object",), ())
"""What comparable contests have in common besides their number of losers, finest first; the first with MIN_PEERS is taken."""
MIN_PEERS = 100


def contests(tables: Tables) -> pl.DataFrame:
    """The prices of each contest with one known winner and a rival, one row a loser.

    Returns:
        process_id, lot_id, object, region_code, year, height (winner's price over the reference; null where that is unknown) and
        gap (the loser's price over the winner's, less 1; its lowest bid that was not withdrawn). Bids at a limit of the law count:
        who goes down to the floor competes.
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
            _first=pl.int_range(pl.len()).over(lot) == 0,
        )
        .filter(~pl.col("_first"))
        .drop("_first", "_wins", "_price", "price", "who")
    )


def scores(lost: pl.DataFrame) -> pl.DataFrame:
    """How much each contest looks like cover among contests with as many losers.

    Args:
        lost: from `contests`.

    Returns:
        one row a process, sorted: process_id, one column for each of SHAPES (near 0 with deviation 1 in a market without cover; the mean
        of the process's lots), near (losers less than NEAR above the winner, or below it), losers, height and gap (of the lowest loser),
        means of the lots, near_peers and height_peers (share of near losers and median height among those of its object).
    """
    gaps = _class(lost["gap"].to_numpy(), GAPS, "right")
    per_loser = lost.with_columns(
        _class=pl.Series(gaps), **{s: pl.Series(_density(GAPS, r)[gaps]) for s, r in SHAPES.items()}
    )
    usual = (pl.len().over("object", "_class") + 1) / (pl.len().over("object") + len(GAPS) - 1)
    per_loser = per_loser.with_columns((pl.col(s) / usual).log() for s in SHAPES)
    near = pl.col("gap") < NEAR
    market = ["object", "region_code", "year"]
    each = (
        per_loser.with_columns(near_peers=near.mean().over("object"))
        .group_by(*features_bid.LOT, *market, maintain_order=True)
        .agg(
            pl.col(*SHAPES).sum(),
            pl.col("height", "undercut", "near_peers").first(),
            near=near.sum().cast(pl.Int64),
            losers=pl.len().cast(pl.Int64),
            gap=pl.col("gap").min(),
        )
    )
    each = each.with_columns(_height(each), n=pl.col("losers").clip(upper_bound=LOSERS), _all=pl.lit(0))
    apart = (
        pl.when("undercut")
        .then((STRAY / pl.col("undercut").mean().over("object")).log().clip(upper_bound=0.0))
        .otherwise(0.0)
    )
    covered = ((pl.col(s) + pl.col("_height") + apart).clip(upper_bound=MOST).exp() for s in SHAPES)
    each = each.with_columns(((1 - COVERED) + COVERED * c).alias(s) for s, c in zip(SHAPES, covered, strict=True))
    scored = each.with_columns(_normal(s).alias(s) for s in SHAPES)
    scored = scored.with_columns(height_peers=pl.col("height").median().over("object"))
    return (
        scored.group_by("process_id")
        .agg(
            pl.col(*SHAPES, "height", "gap", "near_peers", "height_peers").sort_by("lot_id").mean(),
            pl.col("near", "losers").sum(),
        )
        .sort("process_id")
    )


def _density(edges: Array, ranges: tuple[tuple[float, float], ...]) -> Array:
    """Share of the bids of a ring in each class."""
    low, high = edges[:-1], edges[1:]
    parts = [np.clip(np.minimum(high, b) - np.maximum(low, a), 0, None) / (b - a) for a, b in ranges]
    made: Array = (1 - STRAY) * (MIX * parts[0] + (1 - MIX) * parts[1]) + STRAY / len(low)
    return made


def _class(values: Array, edges: Array, side: str) -> Array:
    at = np.searchsorted(edges[1:-1], values, side="right" if side == "right" else "left")
    made: Array = at
    return made


def _height(each: pl.DataFrame) -> pl.Expr:
    """How much likelier the winner's price over the reference is under cover (logarithm); 0 where it says nothing."""
    height = each["height"].fill_null(1.0).to_numpy()
    at = _class(height, HEIGHTS, "left")
    likely = pl.Series(_density(HEIGHTS, HEIGHT)[at])
    counted = each.select("object", _at=pl.Series(at)).with_columns(
        usual=pl.len().over("object", "_at") / pl.len().over("object")
    )
    said = (likely / counted["usual"]).log().clip(LEAST_HEIGHT, MOST_HEIGHT)
    return pl.Series("_height", np.where((height > SAME), 0.0, said.to_numpy())).alias("_height")


def _normal(shape: str) -> pl.Expr:
    """Rank among comparable contests as a normal score: of the finest level that holds MIN_PEERS."""
    fits = []
    for keys in LEVELS:
        over = [*(keys or ["_all"]), "n"]
        n = pl.len().over(over)
        share = (pl.col(shape).rank("average").over(over) - 0.5) / n
        fits.append(pl.when(n >= MIN_PEERS).then(share))
    last = (pl.col(shape).rank("average").over("n") - 0.5) / pl.len().over("n")
    return pl.coalesce(*fits, last).map_batches(lambda u: pl.Series(ndtri(u.to_numpy())), return_dtype=pl.Float64)
