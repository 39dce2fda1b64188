"""What was known of a buyer, a supplier and the two together on the day of an award: figures of the two years up to it.

Everything here is a sum over earlier days and the day itself, never over later ones: a score of an award may rest on it. Sums are of integers (cents,
counts, ranks twice over), so they are exact in any order.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from procrisk.records import data_quality

Tables = Mapping[str, pl.DataFrame]

WINDOW, RECENT = 730, 365
"""Days looked back, and the later part of them: gradual capture takes about two years (methods of the ProZorro study)."""
MIN_WINS = 3
"""Wins of a pair in two years from which on its course says anything."""
PAIR = ("buyer_id", "supplier")
MARKET = ("buyer_id", "object")
_SPAN = 10_000_000
"""Days that a key is given on the common line of all keys: more than a calendar of 10,000 years has."""


def lines(tables: Tables) -> pl.DataFrame:
    """Who won what when: a row a process and supplier, a consortium's award counted whole for each member, a copy of a process not at all.

    Returns:
        process_id, buyer_id, object, supplier, day (of the award, else of the call), cents (0 where unknown). Only rows with
        buyer, supplier and day. Nothing that happens after the award is read, not even whether it stood.
    """
    awards = tables["awards"]
    dated = awards.select(
        "process_id",
        "award_id",
        cents=pl.col("amount_pen_cents").fill_null(0),
        date=pl.col("date") if "date" in awards.columns else pl.lit(None, pl.Date),
    )
    named = tables["award_suppliers"].select("process_id", "award_id", supplier="party_id").unique()
    processes = once(tables["processes"]).select("process_id", "buyer_id", "object", "call_date", "award_date")
    joined = named.join(dated, on=["process_id", "award_id"]).join(processes, on="process_id")
    return (
        joined.group_by("process_id", "supplier")
        .agg(
            pl.col("buyer_id", "object").first(),
            pl.col("cents").sum(),
            day=pl.coalesce(pl.col("date").max(), pl.col("award_date").first(), pl.col("call_date").first()),
        )
        .drop_nulls(["buyer_id", "supplier", "day"])
        .with_columns(pl.col("object").fill_null("?"))
    )


def once(processes: pl.DataFrame) -> pl.DataFrame:
    """The processes without those that repeat another one: what is registered twice was bought once."""
    return processes.filter(~pl.col("process_id").is_in(data_quality.repeated(processes).implode()))


def trailing(
    events: pl.DataFrame, keys: Sequence[str], sums: Mapping[str, pl.Expr], windows: Mapping[str, int]
) -> pl.DataFrame:
    """Sums over the last days, as of every day on which a key has an event.

    Args:
        events: the keys, `day` and whatever `sums` reads.
        keys: what the sums are of.
        sums: name to an integer aggregate of the events of one day.
        windows: suffix to days; each sum runs over (day - days, day] and is called `<name><suffix>`.

    Returns:
        a row a key and day, sorted by them.
    """
    daily = events.group_by(*keys, "day").agg(**sums).sort(*keys, "day")
    number = pl.struct(keys).rle_id().cast(pl.Int64)
    at = daily.select(key=number * _SPAN, day=pl.col("day").cast(pl.Int32).cast(pl.Int64) + _SPAN // 2)
    place = (at["key"] + at["day"]).to_numpy()
    running = {c: np.concatenate([[0], np.cumsum(daily[c].to_numpy().astype(np.int64))]) for c in sums}
    columns = []
    for suffix, days in windows.items():
        first = np.searchsorted(place, place - days, side="right")  # of the same key: a span holds all days there are
        upto = np.arange(1, len(place) + 1)
        columns += [pl.Series(f"{c}{suffix}", total[upto] - total[first]) for c, total in running.items()]
    return daily.select(*keys, "day").with_columns(columns)


def buyers(won: pl.DataFrame) -> pl.DataFrame:
    """buyer_id, day, spent and bought (processes) in the two years up to the day."""
    once = won.group_by("process_id", "buyer_id", "day").agg(pl.col("cents").max())
    return trailing(once, ["buyer_id"], {"spent": pl.col("cents").sum(), "bought": pl.len()}, {"": WINDOW})


def suppliers(won: pl.DataFrame) -> pl.DataFrame:
    """supplier, day, sold and won (processes) in the two years up to the day, largest (earlier days only, in cents)."""
    sums = {"sold": pl.col("cents").sum(), "won": pl.len()}
    last = won.group_by("supplier", "day").agg(top=pl.col("cents").max()).sort("supplier", "day")
    earlier = last.select("supplier", "day", largest=pl.col("top").cum_max().shift(1).over("supplier"))
    return trailing(won, ["supplier"], sums, {"": WINDOW}).join(earlier, on=["supplier", "day"], maintain_order="left")


def pairs(won: pl.DataFrame) -> pl.DataFrame:
    """buyer_id, supplier, day, both (cents) and times (processes) in the two years up to the day."""
    return trailing(won, PAIR, {"both": pl.col("cents").sum(), "times": pl.len()}, {"": WINDOW})


def captures(won: pl.DataFrame) -> pl.DataFrame:
    """How a supplier's wins lie in the sequence of a buyer's awards for one object, as of each day it wins.

    Returns:
        buyer_id, object, supplier, day, wins and awards (two years), wins_recent and awards_recent (the last year),
        late: Wilcoxon's rank-sum of the wins in the sequence as a z, null below MIN_WINS wins or where it won all. Ties of a
        day share their middle rank. z = (S - w(n+1)/2) / sqrt(w(n-w)(n+1)/12); positive = the wins come late.
    """
    windows = {"": WINDOW, "_recent": RECENT}
    awarded = won.select("process_id", *MARKET, "day").unique()
    market = trailing(awarded, MARKET, {"awards": pl.len()}, windows)
    daily = awarded.group_by(*MARKET, "day").agg(n=pl.len().cast(pl.Int64)).sort(*MARKET, "day")
    before = pl.col("n").cum_sum().over(MARKET) - pl.col("n")
    ranked = daily.select(*MARKET, "day", twice=2 * before + pl.col("n") + 1, ever=pl.col("n") + before)
    placed = won.join(ranked, on=[*MARKET, "day"], how="left")
    pair = trailing(placed, [*MARKET, "supplier"], {"wins": pl.len(), "ranks": pl.col("twice").sum()}, windows)
    full = pair.join(market, on=[*MARKET, "day"]).join(ranked, on=[*MARKET, "day"])
    w, n = pl.col("wins"), pl.col("awards")
    centred = pl.col("ranks") - 2 * (pl.col("ever") - n) * w - w * (n + 1)
    spread = (w * (n - w) * (n + 1) / 3).sqrt()
    late = pl.when((w >= MIN_WINS) & (w < n)).then(centred / spread)
    return full.select(*MARKET, "supplier", "day", "wins", "awards", "wins_recent", "awards_recent", late=late).sort(
        *MARKET, "supplier", "day"
    )
