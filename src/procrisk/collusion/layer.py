"""The collusion layer of a run: bid screens and the network of bidders in one score a process."""

from collections.abc import Sequence

import polars as pl

from procrisk.collusion import network, network_signals, screen_signals
from procrisk.collusion.picture import picture
from procrisk.collusion.screen_signals import Records


def score(dataset: Records) -> pl.DataFrame:
    """How far the bids of each process speak of an agreement among its bidders.

    The parts join as 100 * (1 - (1 - screens)(1 - network)): a second sign never lowers the first, and a part that cannot be
    evaluated adds nothing and clears nothing.

    Args:
        dataset: assembled tables.

    Returns:
        one row a process, sorted by process_id: score_collusion (0 to 100; null where neither part can be evaluated),
        collusion_screens and collusion_network (0 to 100, null likewise), collusion_es, collusion_en (lists of reasons, the
        stronger part first; null where nothing speaks).
    """
    return combine(screen_signals.signals(dataset), network_signals.signals(dataset))


def combine(screens: pl.DataFrame, network: pl.DataFrame) -> pl.DataFrame:
    """Join the parts; see `score`.

    Args:
        screens: from `screen_signals.signals`.
        network: from `network_signals.signals`, of the same processes.
    """
    joined = screens.join(network, on="process_id", how="left", suffix="_net", maintain_order="left")
    a, b = pl.col("screens"), pl.col("network")
    whole = 100 * (1 - (1 - a.fill_null(0.0)) * (1 - b.fill_null(0.0)))
    first = a.fill_null(0.0) >= b.fill_null(0.0)
    said = {}
    for language in ("es", "en"):
        own, theirs = (
            pl.col(c).fill_null(pl.lit([], dtype=pl.List(pl.String)))
            for c in (f"reasons_{language}", f"reasons_{language}_net")
        )
        both = pl.when(first).then(pl.concat_list(own, theirs)).otherwise(pl.concat_list(theirs, own))
        said[f"collusion_{language}"] = pl.when(both.list.len() > 0).then(both)
    return joined.select(
        "process_id",
        score_collusion=pl.when(a.is_not_null() | b.is_not_null()).then(whole.round(3)),
        collusion_screens=(100 * a).round(3),
        collusion_network=(100 * b).round(3),
        **said,
    )


def pictures(dataset: Records, process_ids: Sequence[str]) -> dict[str, str]:
    """The neighbourhood of each of these processes as an SVG; those of which no bidders are known are left out."""
    net = network.build(dataset.tables)
    known = set(net.entries["process_id"])
    return {p: picture(net, dataset.tables, p) for p in process_ids if p in known}
