"""Where the regions stand: tile map, intervals, funnel. Spanish; one hue, and a second for what is marked; legible in grey."""

from math import log
from typing import Any

import altair as alt
import polars as pl

from procrisk.benchmark import drawing, words
from procrisk.benchmark.drawing import BLUE, INK, MARK, MARK_PALE, PALE, SOFT, Canvas, Frame
from procrisk.benchmark.material import Material
from procrisk.publication import tiles
from procrisk.records.regions import REGIONS

TILE = (112, 66)
"""Width and height of a tile, with the gap."""
FUNNEL_NAMED = 6
"""Regions named in the funnel besides those outside it: the farthest from the reference."""
LIMITS = (
    ("low_998", [1, 0], SOFT),
    ("high_998", [1, 0], SOFT),
    ("low_95", [6, 4], SOFT),
    ("high_95", [6, 4], SOFT),
    ("reference", [1, 0], INK),
)
"""Lines of the funnel: column, dashes, colour."""
WEIGHTS: tuple[drawing.Weight, ...] = ("normal", "bold")
TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)


def tile_map(m: Material) -> str:
    """Each region a tile of the same size: darker is riskier, dashed is without data."""
    known = m.headline()
    low, high = tiles.tones(known.select("score", "score_low", "score_high").iter_rows())
    w, h = TILE
    canvas = Canvas(Frame(5 * w, 10 * h, top=54, bottom=6))
    boxes, names, values = [], [], []
    for r in known.iter_rows(named=True):
        column, row = tiles.TILES[r["region_code"]]
        fill, ink = tiles.shade(r["score"], low, high)
        x, y = column * w, row * h
        boxes.append({"x": x, "x2": x + w - 4, "y": y, "y2": y + h - 4, "fill": fill, "known": r["score"] is not None})
        names.append({"x": x + w / 2 - 2, "y": y + 20, "text": words.brief(r["region_code"]), "ink": ink})
        said = "sin datos" if r["score"] is None else words.one(r["score"])
        values.append({"x": x + w / 2 - 2, "y": y + 43, "text": said, "ink": ink})
    canvas.boxes([b for b in boxes if b["known"]], stroke="#8fa3b6", strokeWidth=1)
    canvas.boxes([b for b in boxes if not b["known"]], stroke="#8fa3b6", strokeWidth=1, strokeDash=[5, 4])
    canvas.texts(names, size=15, align="center")
    canvas.texts(values, size=20, align="center", weight="bold")
    heading = "Puntaje de 0 a 100. Más oscuro: más señales de riesgo. Borde a rayas: sin datos."
    canvas.texts([{"x": 0, "y": y, "text": t, "ink": SOFT} for y, t in ((-36, heading), (-16, words.apart_count(m)))])
    return canvas.svg(f"Mapa de cuadros: puntaje de cada región. {words.spread(known)}")


def intervals(m: Material, marked: str | None = None) -> str:
    """Score and 95 % interval of each region, in order, with its range of ranks.

    Args:
        m: the material.
        marked: code of the region whose sheet this is for: marked, and narrow enough for a column. None: all alike.
    """
    rows = [_interval_row(at, r, marked) for at, r in enumerate(m.headline().iter_rows(named=True))]
    shown = [r for r in rows if r["x"] is not None]
    small = marked is not None
    frame = Frame(190 if small else 480, (21 if small else 24) * len(rows), 106 if small else 150, 36, 66, 48)
    low, high = drawing.limits([r["lo"] for r in shown], [r["hi"] for r in shown])
    axis = alt.Axis(
        title="Puntaje (0 a 100) e intervalo de 95 %", tickCount=4 if small else 6, labelFontSize=15, titleFontSize=15
    )
    x: dict[str, Any] = {"scale": alt.Scale(domain=[low, high], nice=False, zero=False), "axis": axis}
    y = alt.Y(
        "row:Q",
        axis=None,
        scale=alt.Scale(domain=[-0.5, len(rows) - 0.5], range=[0, frame.height], nice=False, zero=False),
    )
    bars, every = alt.Chart(drawing.rows(shown)).encode(y=y), alt.Chart(drawing.rows(rows)).encode(y=y)
    ink = alt.Color("ink:N", scale=None)
    names = [
        every.transform_filter(f"datum.weight == '{weight}'")
        .mark_text(baseline="middle", fontSize=15, align="right", fontWeight=weight)
        .encode(x=alt.value(-10), text="name:N", color=ink)
        for weight in WEIGHTS
    ]
    own = (
        every.transform_filter("datum.weight == 'bold'")
        .mark_rule(strokeWidth=20, color=drawing.MARK_ROW)
        .encode(x=alt.value(4 - frame.left), x2=alt.value(frame.width + frame.right - 4))
    )
    layers = [
        *([own] if small else []),
        bars.mark_rule(strokeWidth=7, strokeCap="round").encode(
            x=alt.X("lo:Q", **x), x2="hi:Q", color=alt.Color("bar:N", scale=None)
        ),
        bars.mark_point(filled=True, size=85, opacity=1).encode(
            x=alt.X("x:Q", **x), color=alt.Color("dot:N", scale=None)
        ),
        *names,
        every.mark_text(baseline="middle", fontSize=15, align="left").encode(
            x=alt.value(frame.width + 12), text="rank:N", color=ink
        ),
        drawing.note("puesto", y=-16, x=frame.width + 12),
        *([] if small else [drawing.note(words.apart_count(m), y=-16)]),
    ]
    return drawing.draw(
        layers, frame, f"Puntaje e intervalo de 95 % de cada región, en orden. {words.spread(m.headline())}"
    )


def _interval_row(at: int, r: dict[str, Any], marked: str | None) -> dict[str, Any]:
    mine = r["region_code"] == marked
    return {
        "row": at,
        "name": r["region"] if marked is None else words.brief(r["region_code"]),
        "x": r["score"],
        "lo": r["score_low"],
        "hi": r["score_high"],
        "dot": MARK if mine else BLUE,
        "bar": MARK_PALE if mine else PALE,
        "ink": MARK if mine else INK,
        "weight": "bold" if mine else "normal",
        "rank": words.short_rank(r["rank_low"], r["rank_high"]) if r["score"] is not None else "sin datos",
    }


def funnel(m: Material) -> str:
    """Standardised score by number of processes, with the limits that chance explains; regions beyond them are named."""
    of = m.of("funnel").filter(pl.col("n") > 0).sort("n", "region_code")
    of = of.with_columns(pl.col("low_95", "low_998").clip(0), pl.col("high_95", "high_998").clip(upper_bound=100))
    rows = [{**r, "name": REGIONS[r["region_code"]], "colour": MARK if r["outside"] else BLUE} for r in of.to_dicts()]
    frame = Frame(600, 400, left=50, right=130, top=36, bottom=56)
    low, high = drawing.limits(
        [v for c in ("low_998", "standardised") for v in of[c]],
        [v for c in ("high_998", "standardised") for v in of[c]],
    )
    sizes = of["n"].to_list() or [1.0]
    ends = [min(sizes) / 1.15, max(sizes) * 1.15]
    axis = alt.Axis(
        title="Procesos (número efectivo, escala logarítmica)",
        values=[n for n in TICKS if ends[0] <= n <= ends[1]],
        format="d",
    )
    y: dict[str, Any] = {
        "scale": alt.Scale(domain=[low, high], nice=False, zero=False),
        "axis": alt.Axis(title=None, tickCount=6),
    }
    x = alt.X("n:Q", scale=alt.Scale(type="log", domain=ends, nice=False), axis=axis)
    base = alt.Chart(drawing.rows(rows)).encode(x=x)
    lines = [
        base.mark_line(strokeDash=dash, color=colour, strokeWidth=1.5).encode(y=alt.Y(f"{column}:Q", **y))
        for column, dash, colour in LIMITS
    ]
    layers = [
        *lines,
        base.mark_point(filled=True, size=90, opacity=1).encode(
            y=alt.Y("standardised:Q", **y), color=alt.Color("colour:N", scale=None)
        ),
        alt.Chart(drawing.rows(_labelled(rows, ends, (low, high), frame)))
        .mark_text(align="left", dx=8, baseline="middle", fontSize=14)
        .encode(x=x, y=alt.Y("standardised:Q", **y), text="name:N"),
        drawing.note("Puntaje estandarizado. Gris continua: 99.8 %; a rayas: 95 %; negra: referencia.", y=-16),
    ]
    beyond = [r["name"] for r in rows if r["outside"]]
    return drawing.draw(
        layers, frame, f"Embudo. Fuera de los límites de 99.8 %: {words.listed(beyond) or 'ninguna región'}."
    )


def _labelled(
    rows: list[dict[str, Any]], ends: list[float], y: tuple[float, float], frame: Frame
) -> list[dict[str, Any]]:
    """Rows whose names are written: those outside first, then the farthest from the reference; none over another."""
    kept: list[tuple[float, float, dict[str, Any]]] = []
    for r in sorted(rows, key=lambda r: (not r["outside"], -abs(r["z"] or 0.0), r["region_code"])):
        across = log(r["n"] / ends[0]) / log(ends[1] / ends[0]) * frame.width
        down = (r["standardised"] - y[0]) / ((y[1] - y[0]) or 1) * frame.height
        free = all(abs(down - d) > 16 or abs(across - a) > 110 for a, d, _ in kept)
        if free and (r["outside"] or len(kept) < FUNNEL_NAMED):
            kept.append((across, down, r))
    return [r for _, _, r in kept]
