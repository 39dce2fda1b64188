"""Small panels and bars: the trend of every region, the matrix, and what a region's sheet shows of it alone."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from procrisk.benchmark import drawing, words
from procrisk.benchmark.drawing import BLUE, INK, LINE, PALE, SOFT, Canvas, Frame
from procrisk.benchmark.material import Material
from procrisk.publication import tiles
from procrisk.records.regions import REGIONS

COLUMNS = 5
"""Panels side by side."""
PANEL = (168, 118)
CELL = (250, 190)
BARS = 5
"""Drivers shown in a sheet."""
Row = dict[str, Any]


def trend(m: Material) -> str:
    """A small panel for each region: its score in each period with its interval, all on one scale."""
    periods = m.trend()
    history = {code: m.history(code).to_dicts() for code in REGIONS}
    w, h = PANEL
    canvas = Canvas(Frame(COLUMNS * w, -(-len(REGIONS) // COLUMNS) * h, left=34, top=40))
    scale = _scale([r for some in history.values() for r in some])
    for at, (code, name) in enumerate(REGIONS.items()):
        left, top = at % COLUMNS * w, at // COLUMNS * h
        canvas.texts([{"x": left + 4, "y": top + 10, "text": name}])
        _panel(canvas, (left, top + 24, w - 14, h - 40), history[code], periods, scale)
    told = f"{words.period(periods[0])} a {words.period(periods[-1])}" if periods else "sin periodos completos"
    canvas.texts(
        [{"x": 0, "y": -24, "text": f"Puntaje e intervalo de 95 %, {told}. Todas en la misma escala.", "ink": SOFT}]
    )
    return canvas.svg("Puntaje de cada región por periodo, con su intervalo de 95 %.")


def region_trend(m: Material, code: str) -> str:
    """The panel of one region, with the names of the first and the last period."""
    periods, history = m.trend(), m.history(code).to_dicts()
    canvas = Canvas(Frame(316, 118, left=40, bottom=34, top=8))
    _panel(canvas, (0, 4, 316, 110), history, periods, _scale(history))
    if periods:
        canvas.texts([{"x": 6, "y": 134, "text": words.tick(periods[0])}], size=15)
        canvas.texts([{"x": 310, "y": 134, "text": words.tick(periods[-1])}], size=15, align="right")
    return canvas.svg(words.change(history))


def _scale(history: Sequence[Row]) -> tuple[float, float]:
    known = [r for r in history if r["score"] is not None]
    return drawing.limits([r["score_low"] for r in known], [r["score_high"] for r in known])


def _panel(
    canvas: Canvas,
    box: tuple[int, int, int, int],
    history: Sequence[Row],
    periods: Sequence[str],
    scale: tuple[float, float],
) -> None:
    """One region's scores by period within a box (x, y, width, height)."""
    x, y, w, h = box
    low, high = scale

    def up(value: float) -> float:
        return y + h - (value - low) / ((high - low) or 1) * h

    ends = (low, high)
    canvas.rules([{"x": x + 4, "x2": x + w, "y": up(v), "y2": up(v)} for v in ends], color=LINE)
    if x == 0:
        canvas.texts([{"x": -6, "y": up(v), "text": f"{v:.0f}", "ink": SOFT} for v in ends], size=13, align="right")
    known = {r["period"]: r for r in history if r["score"] is not None}
    across = {p: x + 24 + n * (w - 44) / max(1, len(periods) - 1) for n, p in enumerate(periods)}
    at = [(across[p], known[p]) for p in periods if p in known]
    canvas.rules(
        [{"x": c, "x2": c, "y": up(r["score_low"]), "y2": up(r["score_high"])} for c, r in at],
        color=PALE,
        strokeWidth=5,
    )
    canvas.dots([{"x": c, "y": up(r["score"]), "ink": BLUE, "group": "all"} for c, r in at], joined=True)
    if not at:
        canvas.texts([{"x": x + 6, "y": y + h / 2, "text": "sin datos", "ink": SOFT}])


def region_drivers(drivers: Sequence[Row]) -> str:
    """Bars of a region's drivers: the rate that was observed, and a mark where the expected one lies.

    Args:
        drivers: rows of the table of drivers of one region, in order.
    """
    shown = drivers[:BARS]
    step, width = 62, 560
    canvas = Canvas(Frame(width, step * max(1, len(shown)), left=2, right=2, top=4, bottom=4))
    top = max((max(r["rate"], r["expected"] / max(1, r["evaluated"])) for r in shown), default=1.0) or 1.0
    reach = 0.97 * width / top
    marks = [r["expected"] / max(1, r["evaluated"]) * reach for r in shown]
    tops = [at * step for at in range(len(shown))]
    placed = list(zip(tops, shown, marks, strict=True))
    canvas.texts(
        [{"x": 0, "y": y + 9, "text": words.plain(r["name_es"])} for y, r, _ in placed], size=16, weight="bold"
    )
    canvas.texts([{"x": 0, "y": y + 28, "text": words.driver(r)} for y, r, _ in placed], size=15)
    canvas.boxes(
        [{"x": 0, "x2": max(2.0, r["rate"] * reach), "y": y + 40, "y2": y + 51, "fill": BLUE} for y, r, _ in placed]
    )
    canvas.rules([{"x": e, "x2": e, "y": y + 36, "y2": y + 55} for y, _, e in placed], color=INK, strokeWidth=3)
    if not shown:
        canvas.texts([{"x": 0, "y": 20, "text": "Ningún indicador por encima de lo esperado."}], size=16)
    return canvas.svg(" ".join(f"{words.plain(r['name_es'])}: {words.driver(r)}" for r in shown) or "Ninguno.")


def matrix(m: Material) -> str:
    """Capacity by risk: each region in its most probable cell, with the probability."""
    w, h = CELL
    canvas = Canvas(Frame(3 * w, 3 * h, left=120, bottom=52, top=34))
    levels = [(c, r) for c in (1, 2, 3) for r in (1, 2, 3)]
    canvas.boxes(
        [
            {
                "x": (c - 1) * w,
                "x2": c * w - 4,
                "y": (3 - r) * h,
                "y2": (4 - r) * h - 4,
                "fill": tiles.SHADES[r - c + 2],
            }
            for c, r in levels
        ]
    )
    table = m.tables["matrix"].drop_nulls("most_likely")
    table = table.sort(["p_category", "region_code"], descending=[True, False])
    for c, r in levels:
        cell = table.filter(pl.col("most_likely") == f"C{c}R{r}").to_dicts()
        step = min(22.0, (h - 24) / max(1, -(-len(cell) // 2)))
        ink = tiles.PAPER if r - c + 2 > 3 else INK
        canvas.texts(
            [
                {"x": (c - 1) * w + 8 + n % 2 * (w // 2 - 2), "y": (3 - r) * h + 16 + n // 2 * step, "ink": ink}
                | {
                    "text": f"{words.brief(one['region_code'])} {words.percent(one['p_category'])}{'*' * one['simulated']}"
                }
                for n, one in enumerate(cell)
            ]
        )
    for n in range(3):
        capacity, risk = f"capacidad {words.FEMININE[n + 1]}", f"riesgo {words.LEVELS[n + 1]}"
        canvas.texts([{"x": (n + 0.5) * w, "y": 3 * h + 18, "text": capacity}], size=15, align="center")
        canvas.texts([{"x": -10, "y": (2.5 - n) * h, "text": risk}], size=15, align="right")
    heading = "Cada región en su casilla más probable, con la probabilidad de que sea esa. Cortes: propuesta nuestra."
    none = "Sin datos de capacidad: no se dieron formularios."
    canvas.texts([{"x": 0, "y": -16, "text": none if table.is_empty() else heading, "ink": SOFT}])
    return canvas.svg("Matriz de capacidad de la función de integridad y riesgo, con probabilidades.")
