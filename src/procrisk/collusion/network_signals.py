"""What the network of bidders says of a process: a share from 0 to 1, and the reasons in words.

Four signals, each from 0 to its weight: firms of the bid meet beyond chance (pairs), mostly each other (group), win by turns
(turns), or have something in common (ties). They are combined as 1 - (1 - a)(1 - b)(1 - c)(1 - d): more signs never say
less. Meeting often is no sign of agreement by itself, in a market of few firms everybody does: its weights are small.
"""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import polars as pl

from procrisk.collusion import cover_signals, network, rotation, ties
from procrisk.indicators.sentences import fill

WEIGHTS = {"pairs": 0.03, "group": 0.02, "turns": 0.6}
"""How far each signal alone goes towards 1 (criterio propio: by how hard it is to explain without an agreement). Ties: ties.KINDS.

Those of pairs and group stay below any tie: firms that only meet often are not to be taken for firms that agree."""
FULL_LIFT = 100.0
"""Meetings over those by chance at which the signal of pairs is whole; half of it at ten."""
FULL_P, LEAST_P = 0.001, 0.05
"""Chance of such turns at which that signal is whole, and above which there is none."""
GROUP_MIN = 3
"""Firms of a group from which cohesion and exclusivity are looked at."""
SIGNALS = ("pairs", "group", "turns", "ties")


class Records(Protocol):
    """Anything with the canonical tables."""

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]: ...


def signals(dataset: Records) -> pl.DataFrame:
    """The network's part of the collusion score.

    Args:
        dataset: assembled tables.

    Returns:
        one row a process of dataset.tables["processes"], sorted by process_id: network (0 to 1; null where fewer than two bids are
        known, or the procedure is not contested), pairs, group, turns, ties (its parts), reasons_es, reasons_en (lists, strongest
        first; empty where nothing speaks, null where network is).
    """
    net = network.build(dataset.tables)
    return of_network(net, dataset.tables)


def of_network(
    net: network.Network, tables: Mapping[str, pl.DataFrame], prices: pl.DataFrame | None = None
) -> pl.DataFrame:
    """The same of a network at hand; beside prices that show competition (`cover_signals`) turns and consortia are worth less."""
    entered = net.entries
    evaluable = entered.filter(pl.col("n_bidders") >= 2).select("process_id").unique()
    known = cover_signals.NONE if prices is None else prices.select(cover_signals.NONE.columns)
    said = pl.concat([_pairs(net), *_groups(net, known), _ties(net, tables, known)])
    best = (
        said.sort("process_id", "strength", "signal", "es", descending=[False, True, False, False])
        .group_by("process_id", maintain_order=True)
        .agg(
            *(pl.col("strength").filter(pl.col("signal") == s).max().fill_null(0.0).alias(s) for s in SIGNALS),
            reasons_es=pl.col("es"),
            reasons_en=pl.col("en"),
        )
    )
    none = pl.lit([], dtype=pl.List(pl.String))
    left = 1 - pl.col("pairs")
    for name in SIGNALS[1:]:
        left = left * (1 - pl.col(name))
    found = evaluable.join(best, on="process_id", how="left").with_columns(
        pl.col(*SIGNALS).fill_null(0.0), pl.col("reasons_es", "reasons_en").fill_null(none)
    )
    found = found.with_columns(network=1 - left)
    every = tables["processes"].select("process_id").unique().sort("process_id")
    return every.join(found, on="process_id", how="left", maintain_order="left").select(
        "process_id", "network", *SIGNALS, "reasons_es", "reasons_en"
    )


def _said(frame: pl.DataFrame, signal: str, strength: pl.Expr, es: str, en: str) -> pl.DataFrame:
    """A signal of the rows where it has any strength; `es` and `en` are templates over the frame's columns."""
    names = {c: pl.col(c) for c in frame.columns}
    told = frame.select(
        "process_id",
        signal=pl.lit(signal),
        strength=strength.cast(pl.Float64).fill_null(0.0),
        es=fill(es, names, "es"),
        en=fill(en, names, "en"),
    )
    return told.filter(pl.col("strength") > 0)


def _shown(net: network.Network) -> pl.DataFrame:
    return net.entries.group_by("firm").agg(shown=pl.col("firm_shown").min())


def _named(frame: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
    """Add a_shown and b_shown of firm and firm_b."""
    first = frame.join(shown.rename({"shown": "a_shown"}), on="firm", how="left", maintain_order="left")
    second = shown.select(firm_b="firm", b_shown="shown")
    return first.join(second, on="firm_b", how="left", maintain_order="left")


def _pairs(net: network.Network) -> pl.DataFrame:
    """The pair of each process that meets furthest beyond chance."""
    tied = net.pairs.filter("tied")
    met = ties.rivals_of(net.entries.join(_firms_of(tied), on="firm", how="semi")).join(tied, on=network.PAIR)
    most = met.sort(["process_id", "lift", *network.PAIR], descending=[False, True, False, False])
    most = _named(most.unique("process_id", keep="first", maintain_order=True), _shown(net))
    strength = WEIGHTS["pairs"] * (pl.col("lift").log(10) / np.log10(FULL_LIFT)).clip(0, 1)
    return _said(
        most,
        "pairs",
        strength,
        "{a_shown:text} y {b_shown:text} compiten entre sí en {n:int:procedimiento|procedimientos}; por azar, entre firmas del mismo "
        "rubro, región y año, serían {expected:num}",
        "{a_shown:text} and {b_shown:text} compete in {n:int:procedure|procedures}; by chance, among firms of the same trade, region "
        "and year, it would be {expected:num}",
    )


def _firms_of(pairs: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([pairs.select("firm"), pairs.select(firm="firm_b")]).unique()


def _groups(net: network.Network, prices: pl.DataFrame) -> list[pl.DataFrame]:
    """Exclusive groups, and groups that win by turns, in the processes in which two bids or more are theirs."""
    there = net.entries.join(net.members, on="firm", how="inner").group_by("process_id", "group").agg(
        present=pl.col("bidder").n_unique()
    ).filter(pl.col("present") >= 2)  # fmt: skip
    known = net.groups.join(rotation.turns(net.entries, net.members), on="group", how="left")
    frame = there.join(known, on="group", how="inner").join(prices, on="process_id", how="left")
    close = WEIGHTS["group"] * pl.when(pl.col("size") >= GROUP_MIN).then(pl.col("exclusivity") * pl.col("cohesion"))
    clear = (pl.col("p_turns").log(10) - np.log10(LEAST_P)) / (np.log10(FULL_P) - np.log10(LEAST_P))
    turning = WEIGHTS["turns"] * (0.5 + 0.5 * clear.clip(0, 1))
    turning = turning * cover_signals.in_the_open()
    return [
        _said(
            frame,
            "group",
            close,
            "el {exclusivity:pct} de las veces que estas {size:int} firmas compiten con otra conocida, es entre ellas mismas",
            "{exclusivity:pct} of the times that these {size:int} firms meet a usual rival, it is one another",
        ),
        _said(
            frame,
            "turns",
            pl.when(pl.col("p_turns") <= LEAST_P).then(turning),
            "{size:int} firmas que compiten juntas ganan por turnos: en {turns:int} de {contests:int} procedimientos ganó la que más "
            "tiempo llevaba sin ganar; por azar serían {turns_expected:num} (probabilidad de tanto orden por azar: {p_turns:pct})",
            "{size:int} firms that compete together win by turns: in {turns:int} of {contests:int} procedures the one that had waited "
            "longest won; by chance it would be {turns_expected:num} (chance of so much order: {p_turns:pct})",
        ),
    ]


def _ties(net: network.Network, tables: Mapping[str, pl.DataFrame], prices: pl.DataFrame) -> pl.DataFrame:
    """The strongest tie of each process; the others do not add to it."""
    weight = {k: w for k, (w, _, _) in ties.KINDS.items()}
    found = ties.ties(tables, net.entries).join(prices, on="process_id", how="left")
    # partners of a consortium are so in the open, and lawfully
    lawful = pl.when(pl.col("kind") == "consortium").then(cover_signals.in_the_open()).otherwise(1.0)
    found = found.with_columns(
        strength=pl.col("kind").replace_strict(weight, default=0.0, return_dtype=pl.Float64) * lawful
    )
    order = ["process_id", "strength", "n", *network.PAIR, "kind"]
    most = found.sort(order, descending=[False, True, True, False, False, False])
    most = _named(most.unique("process_id", keep="first", maintain_order=True), _shown(net))
    return pl.concat(
        [
            _said(
                most.filter(pl.col("kind") == kind),
                "ties",
                pl.col("strength"),
                f"{{a_shown:text}} y {{b_shown:text}} compiten aquí y {es}",
                f"{{a_shown:text}} and {{b_shown:text}} are rivals here and {en}",
            )
            for kind, (_, es, en) in ties.KINDS.items()
        ]
    )
