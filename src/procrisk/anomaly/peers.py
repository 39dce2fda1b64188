"""Comparable processes: same object, method, value band and year; coarser by stated steps where they are too few."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

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


SIZE_EDGES = (5, 10, 20, 50, 200)
"""Upper bounds of the bands of a count of procedures: entities are compared with those of their size."""
EVERYONE = "todos"


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
    )
    return group(keyed, LEVELS, minimum)


def size(n: pl.Expr, edges: Sequence[int] = SIZE_EDGES) -> pl.Expr:
    """Band of a count, as text ("6-10")."""
    expr: pl.Expr = pl.lit(f">{edges[-1]}")
    for low, high in reversed(list(pairwise((0, *edges)))):
        expr = pl.when(n <= high).then(pl.lit(f"{low + 1}-{high}")).otherwise(expr)
    return expr


def group(keyed: pl.DataFrame, levels: Sequence[Sequence[str]], minimum: int = MIN_PEERS) -> Peers:
    """Give each row the finest group that has enough members.

    Args:
        keyed: text columns without nulls, one row each.
        levels: the columns that members share, finest first, an empty level last.
        minimum: rows that a group needs; the last level is taken however small it is.
    """
    keyed = keyed.with_row_index("row")
    level = pl.lit(len(levels) - 1)
    for at, keys in reversed(list(enumerate(levels[:-1]))):
        level = pl.when(pl.len().over(keys) >= minimum).then(pl.lit(at)).otherwise(level)
    keyed = keyed.with_columns(level=level.cast(pl.Int8))
    parts = []
    for at, keys in enumerate(levels):
        label = pl.concat_str(keys, separator=" · ") if keys else pl.lit(EVERYONE)
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


_WORDS = {
    "goods": ("bienes", "goods"),
    "services": ("servicios", "services"),
    "works": ("obras", "works"),
    "consultancy": ("consultoría", "consultancy"),
    EVERYONE: ("todos", "all"),
    "?": ("sin dato", "unknown"),
}


def named(label: pl.Expr, language: int) -> pl.Expr:
    """What a group has in common, in words of a language (0 Spanish, 1 English)."""
    words = label.str.replace_many(list(_WORDS), [w[language] for w in _WORDS.values()])
    thousands = ("S/ ${1} mil", "S/ ${1} thousand")[language]
    return words.str.replace(r"(\d+-\d+|>\d+)k\b", thousands)
