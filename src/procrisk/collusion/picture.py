"""The neighbourhood of a process as a picture: winner, rivals, their usual rivals elsewhere, consortia, what they share.

An SVG that stands alone. Colours are of the palette of Okabe and Ito, which the colour-blind tell apart; each also has a shape or a
dash of its own, so that the picture is read in grey. Natural persons are masked. The same records give the same bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import cos, pi, sin

import polars as pl

from procrisk.collusion import ties
from procrisk.collusion.network import PAIR, Network
from procrisk.errors import UsageError

WIDTH, HEIGHT = 920, 700
CENTRE = (460.0, 330.0)
INNER, OUTER = 165.0, 275.0
MAX_HERE, MAX_OTHERS = 12, 8
"""Firms drawn of the process, and of their usual rivals elsewhere; how many are left out is said."""
LABEL = 26
"""Characters of a name that are shown; the whole name is the node's title."""
BLUE, ORANGE, GREEN, INK, GREY = "#0072B2", "#D55E00", "#009E73", "#222222", "#777777"
EDGES: Mapping[str, tuple[str, str, str, str]] = {
    "rival": (GREY, "", "compiten en 3 procedimientos o más", "compete in 3 procedures or more"),
    "tied": (INK, "", "coinciden más que por azar", "meet beyond chance"),
    "bid": (BLUE, "9 4", "un mismo consorcio", "one consortium"),
    "common": (ORANGE, "2 4", "algo en común (contacto, persona, dirección, subcontrato)", "something in common"),
}
"""Kind of line: colour, dashes, words in Spanish and in English. The later are drawn above the earlier."""


@dataclass(frozen=True, slots=True)
class _Node:
    firm: str
    shown: str
    x: float
    y: float
    role: str
    """winner, rival or other."""


def picture(net: Network, tables: Mapping[str, pl.DataFrame], process_id: str) -> str:
    """The SVG of a process's neighbourhood.

    Args:
        net: of the same records.
        tables: assembled tables, for what rivals have in common.
        process_id: a contested process with known bidders.

    Raises:
        UsageError: no bidders are known of such a process.
    """
    here = net.entries.filter(pl.col("process_id") == process_id).sort("won", "firm", descending=[True, False])
    if here.is_empty():
        raise UsageError(
            f"no bidders are known of process {process_id!r}, or it is a direct award: name a contested process"
        )
    drawn = here.head(MAX_HERE)
    others = _others(net, drawn["firm"])
    nodes = _place(drawn, others.head(MAX_OTHERS))
    edges = _edges(net, tables, here, pl.Series([n.firm for n in nodes], dtype=pl.String))
    left_out = max(here.height - MAX_HERE, 0) + max(others.height - MAX_OTHERS, 0)
    return "\n".join(_svg(process_id, nodes, edges, left_out)) + "\n"


def _others(net: Network, firms: pl.Series) -> pl.DataFrame:
    """Usual rivals of the firms that are not there: firm and firm_shown, those met most often first."""
    close = net.pairs.filter(pl.col("tied") | pl.col("usual"))
    both = pl.concat([close.select(*PAIR, "n"), close.select(firm="firm_b", firm_b="firm", n="n")])
    known = firms.implode()
    met = both.filter(pl.col("firm").is_in(known), ~pl.col("firm_b").is_in(known))
    found = met.group_by(firm="firm_b").agg(pl.col("n").sum()).sort("n", "firm", descending=[True, False])
    shown = net.entries.group_by("firm").agg(pl.col("firm_shown").min())
    return found.join(shown, on="firm", how="left", maintain_order="left")


def _place(here: pl.DataFrame, others: pl.DataFrame) -> list[_Node]:
    """A sole winner in the middle, the other bidders around it, those from elsewhere outside."""
    rows = here.select("firm", "firm_shown", pl.col("won").fill_null(value=False)).rows()
    alone = sum(won for _, _, won in rows) == 1
    middle = [_Node(f, s, *CENTRE, "winner") for f, s, won in rows if won and alone]
    ring = [(f, s, "winner" if won else "rival") for f, s, won in rows if not (won and alone)]
    outside = [(f, s, "other") for f, s in others.select("firm", "firm_shown").rows()]
    return [*middle, *_around(ring, INNER, 0.0), *_around(outside, OUTER, pi / 7)]


def _around(firms: Sequence[tuple[str, str, str]], radius: float, turn: float) -> Iterator[_Node]:
    for i, (firm, shown, role) in enumerate(firms):
        angle = turn - pi / 2 + 2 * pi * i / len(firms)
        x, y = CENTRE[0] + 1.35 * radius * cos(angle), CENTRE[1] + radius * sin(angle)
        yield _Node(firm, shown, x, y, role)


def _edges(
    net: Network, tables: Mapping[str, pl.DataFrame], here: pl.DataFrame, firms: pl.Series
) -> list[tuple[str, str, str, int]]:
    """Kind, firm, firm_b and how often, of the pairs of firms drawn, in the order of EDGES."""
    known = firms.implode()
    met = net.pairs.filter(pl.col("firm").is_in(known), pl.col("firm_b").is_in(known))
    kind = pl.when("tied").then(pl.lit("tied")).otherwise(pl.lit("rival"))
    lines = met.select(kind.alias("kind"), *PAIR, pl.col("n").cast(pl.Int64))
    each = here.select("firm", "bidder")
    joint = each.join(each, on="bidder", suffix="_b").filter(pl.col("firm") < pl.col("firm_b"))
    bid = joint.select(kind=pl.lit("bid"), firm="firm", firm_b="firm_b", n=pl.lit(1, pl.Int64))
    common = ties.ties(tables, here).select(
        kind=pl.when(pl.col("kind") == "consortium").then(pl.lit("bid")).otherwise(pl.lit("common")),
        firm="firm", firm_b="firm_b", n=pl.lit(1, pl.Int64),
    )  # fmt: skip
    every = pl.concat([lines, bid, common]).filter(pl.col("firm").is_in(known), pl.col("firm_b").is_in(known)).unique()
    place = {k: i for i, k in enumerate(EDGES)}
    ordered = every.with_columns(_at=pl.col("kind").replace_strict(place, return_dtype=pl.Int64))
    return ordered.sort("_at", *PAIR).select("kind", *PAIR, "n").rows()


def _svg(process_id: str, nodes: list[_Node], edges: list[tuple[str, str, str, int]], left_out: int) -> Iterator[str]:
    title = f"Quiénes compiten en el procedimiento {process_id}"
    mark = escape(process_id.replace(" ", "-"))  # several stand on one page
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t{mark} d{mark}" '
        'font-family="sans-serif" font-size="12">'
    )
    yield f'<title id="t{mark}">{escape(title)} · Who competes in procedure {escape(process_id)}</title>'
    yield (
        f'<desc id="d{mark}">{len(nodes)} firmas y {len(edges)} relaciones. Una relación es un motivo para mirar, no una acusación. · '
        f"{len(nodes)} firms and {len(edges)} relations. A relation is a reason to look, not an accusation.</desc>"
    )
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    yield f'<text x="20" y="28" font-size="17" fill="{INK}">{escape(title)}</text>'
    at = {n.firm: n for n in nodes}
    for i, (kind, a, b, n) in enumerate(edges):
        yield _line(kind, at[a], at[b], n, i)
    for node in nodes:
        yield _mark(node)
    yield from _legend(left_out)
    yield "</svg>"


def _line(kind: str, a: _Node, b: _Node, n: int, number: int) -> str:
    colour, dash, es, en = EDGES[kind]
    width = min(1 + n / 4, 5) if kind in ("rival", "tied") else 2.5
    # lines of two kinds between the same firms bend apart
    bend = 0 if kind in ("rival", "tied") else 14 if kind == "bid" else -14
    mx, my = (a.x + b.x) / 2 + bend, (a.y + b.y) / 2 + bend
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    times = f": {n}" if kind in ("rival", "tied") else ""
    return (
        f'<path id="e{number}" d="M{a.x:.1f} {a.y:.1f} Q{mx:.1f} {my:.1f} {b.x:.1f} {b.y:.1f}" fill="none" stroke="{colour}" '
        f'stroke-width="{width:.1f}"{dashed}><title>{escape(f"{a.shown} – {b.shown}: {es}{times} · {en}{times}")}</title></path>'
    )


def _shape(role: str, x: float, y: float) -> str:
    return {
        "winner": f'<rect x="{x - 11:.1f}" y="{y - 11:.1f}" width="22" height="22" fill="{BLUE}"/>',
        "rival": f'<circle cx="{x:.1f}" cy="{y:.1f}" r="10" fill="#ffffff" stroke="{INK}" stroke-width="2.5"/>',
        "other": f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{GREEN}"/>',
    }[role]


def _mark(node: _Node) -> str:
    short = node.shown if len(node.shown) <= LABEL else node.shown[: LABEL - 1] + "…"
    y = node.y - 17 if node.y < CENTRE[1] - 1 else node.y + 27
    text = f'<text x="{node.x:.1f}" y="{y:.1f}" text-anchor="middle"'
    # drawn twice, white below: not every reader knows paint-order
    halo = f'{text} stroke="#ffffff" stroke-width="4" stroke-linejoin="round" aria-hidden="true">{escape(short)}</text>'
    name = f'{text} fill="{INK}">{escape(short)}</text>'
    return f"<g>{_shape(node.role, node.x, node.y)}<title>{escape(node.shown)}</title>{halo}{name}</g>"


def _legend(left_out: int) -> Iterator[str]:
    roles = (("winner", "ganó", "won"), ("rival", "postuló", "bid"), ("other", "rival habitual en otros", "usual rival elsewhere"))  # fmt: skip
    for i, (role, es, en) in enumerate(roles):
        y = HEIGHT - 68 + 25 * i
        yield _shape(role, 32, y - 4)
        yield f'<text x="52" y="{y}" fill="{INK}">{es} · {en}</text>'
    for i, (colour, dash, es, en) in enumerate(EDGES.values()):
        y = HEIGHT - 72 + 20 * i
        yield f'<path d="M330 {y - 4} H372" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash or "none"}"/>'
        yield f'<text x="382" y="{y}" fill="{INK}">{es} · {en}</text>'
    if left_out:
        yield f'<text x="20" y="48" fill="{GREY}">Se dejan fuera {left_out} firmas · {left_out} firms are left out</text>'
