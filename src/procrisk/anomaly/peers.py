"""Comparable processes: same object, method, value band and year; coarser by stated steps where they are too few."""

from dataclasses import dataclass

import polars as pl

LEVELS: tuple[tuple[str, ...], ...] = (
    ("object", "method", "band", "year"),
    ("object", "method", "band"),
    ("object", "method"),
    ("object",),
    (),
)
"""What peers have in common, finest first."""
MIN_PEERS = 30
BAND_EDGES = (10, 30, 100, 300, 1_000, 3_000, 10_000, 100_000)
"""Bounds of the value bands in thousands of soles."""


@dataclass(frozen=True, slots=True)
class Peers:
    """Who is compared with whom.

    `groups`: group (row number), level, label, n_peers. `members`: group, row: every process that belongs to a group, also
    those that have a finer group of their own. `own`: the group of each process, in the order of the frame given.
    """

    groups: pl.DataFrame
    members: pl.DataFrame
    own: pl.Series


def band(amount_pen_cents: pl.Expr) -> pl.Expr:
    """Value band of an amount in cents of a sol, as text ("30-100k"); null amounts are a band of their own."""
    labels = [f"{a}-{b}k" for a, b in zip((0, *BAND_EDGES), (*BAND_EDGES, None), strict=False) if b is not None]
    expr: pl.Expr = pl.lit(f">{BAND_EDGES[-1]}k")
    for edge, label in reversed(list(zip(BAND_EDGES, labels, strict=True))):
        expr = pl.when(amount_pen_cents < edge * 100_000).then(pl.lit(label)).otherwise(expr)
    return pl.when(amount_pen_cents.is_null()).then(pl.lit("?")).otherwise(expr)


def assign(frame: pl.DataFrame, minimum: int = MIN_PEERS) -> Peers:
    """Give each process the finest group that has enough members.

    Args:
        frame: object, method, year and amount_pen_cents, one row a process.
        minimum: processes that a group needs; the whole frame is the last resort, however small.
    """
    keyed = frame.select(
        *(pl.col(c).cast(pl.String).fill_null("?") for c in ("object", "method", "year")),
        band=band(pl.col("amount_pen_cents")),
    ).with_row_index("row")
    level = pl.lit(len(LEVELS) - 1)
    for at, keys in reversed(list(enumerate(LEVELS[:-1]))):
        level = pl.when(pl.len().over(keys) >= minimum).then(pl.lit(at)).otherwise(level)
    keyed = keyed.with_columns(level=level.cast(pl.Int8))
    parts = []
    for at, keys in enumerate(LEVELS):
        label = pl.concat_str(keys, separator=" · ") if keys else pl.lit("todos")
        wanted = keyed.filter(pl.col("level") == at).select(label=label).unique()
        everyone = keyed.select("row", label=label, level=pl.lit(at, dtype=pl.Int8))
        parts.append(everyone.join(wanted, on="label", how="semi"))
    long = pl.concat(parts).sort("level", "label", "row")
    groups = long.group_by("level", "label", maintain_order=True).len("n_peers").with_row_index("group")
    members = long.join(groups.select("level", "label", "group"), on=["level", "label"], how="left").select(
        "group", "row"
    )
    mine = keyed.join(
        members.join(groups.select("group", "level"), on="group"),
        on=["row", "level"],
        how="left",
        maintain_order="left",
    )
    return Peers(groups, members.sort("group", "row"), mine["group"])
