"""The collusion layer of a run: bid screens, the network of bidders and the prices of the same rivals in one score a process."""

from collections.abc import Sequence
from itertools import pairwise, permutations

import polars as pl

from procrisk.collusion import cover_signals, network, network_signals, screen_signals
from procrisk.collusion.picture import picture
from procrisk.collusion.screen_signals import Records

PARTS = ("screens", "network", "prices")


def score(dataset: Records) -> pl.DataFrame:
    """How far the bids of each process speak of an agreement among its bidders.

    The parts join as 100 * (1 - (1 - screens)(1 - network)(1 - prices)): a second sign never lowers the first, and a part that
    cannot be evaluated adds nothing and clears nothing.

    Args:
        dataset: assembled tables.

    Returns:
        one row a process, sorted by process_id: score_collusion (0 to 100; null where no part can be evaluated), collusion_screens,
        collusion_network and collusion_prices (0 to 100, null likewise), collusion_es, collusion_en (lists of reasons, the strongest part
        first; null where nothing speaks).
    """
    net = network.build(dataset.tables)
    prices = cover_signals.of_entries(net.entries, dataset.tables)
    return combine(
        screen_signals.signals(dataset, prices=prices), network_signals.of_network(net, dataset.tables, prices), prices
    )


def combine(screens: pl.DataFrame, network: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Join the parts; see `score`.

    Args:
        screens: from `screen_signals.signals`.
        network: from `network_signals.signals`, of the same processes.
        prices: from `cover_signals.signals`, of the same processes.
    """
    joined = screens.join(network, on="process_id", how="left", suffix=":network", maintain_order="left")
    joined = joined.join(prices, on="process_id", how="left", suffix=":prices", maintain_order="left")
    known = {p: pl.col(p).fill_null(0.0) for p in PARTS}
    left = pl.lit(1.0)
    for part in known.values():
        left = left * (1 - part)
    said = {f"collusion_{language}": _reasons(language) for language in ("es", "en")}
    return joined.select(
        "process_id",
        score_collusion=pl.when(pl.any_horizontal(pl.col(PARTS).is_not_null())).then((100 * (1 - left)).round(3)),
        **{f"collusion_{p}": (100 * pl.col(p)).round(3) for p in PARTS},
        **said,
    )


def _reasons(language: str) -> pl.Expr:
    """The reasons of all parts, those of the strongest part first; of equals, in the order of PARTS."""
    value = [pl.col(p).fill_null(0.0) for p in PARTS]
    told = [
        pl.col(f"reasons_{language}" + (f":{p}" if p != PARTS[0] else "")).fill_null(
            pl.lit([], dtype=pl.List(pl.String))
        )
        for p in PARTS
    ]
    listed = pl.concat_list(told)
    for order in permutations(range(len(PARTS))):
        fits = [value[a] >= value[b] if a < b else value[a] > value[b] for a, b in pairwise(order)]
        listed = pl.when(*fits).then(pl.concat_list([told[i] for i in order])).otherwise(listed)
    return pl.when(listed.list.len() > 0).then(listed)


def pictures(dataset: Records, process_ids: Sequence[str]) -> dict[str, str]:
    """The neighbourhood of each of these processes as an SVG; those of which no bidders are known are left out."""
    net = network.build(dataset.tables)
    known = set(net.entries["process_id"])
    return {p: picture(net, dataset.tables, p) for p in process_ids if p in known}
