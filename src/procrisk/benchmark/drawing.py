"""How a picture of the benchmark is drawn: one style, coordinates that no font decides, the same bytes everywhere.

Altair lays a chart out by the width of its texts, which depends on the fonts of the machine. Here every chart has a fixed
inner size and fixed margins instead (autosize none). Texts stay texts; the sheets set them in a typeface that travels with them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

import altair as alt
import vl_convert as vlc

FONT = "Libertinus Serif, Georgia, Times New Roman, serif"
INK, SOFT, LINE = "#12263a", "#52667a", "#d5dde5"
BLUE, PALE = "#1d4f86", "#8fb4d6"
MARK, MARK_PALE = "#b34700", "#e0a070"
"""The region of a sheet: vermilion after Okabe and Ito, darkened for contrast; its row is shaded and its name bold, for grey print."""
MARK_ROW = "#f3e2d3"

Rows = Sequence[dict[str, Any]]
Align = Literal["left", "center", "right"]
Weight = Literal["normal", "bold"]


@dataclass(frozen=True, slots=True)
class Frame:
    """Inner size of a chart and the margins around it, in pixels."""

    width: int
    height: int
    left: int = 10
    top: int = 10
    right: int = 10
    bottom: int = 10


def rows(values: Rows) -> alt.Data:
    """Rows as the data of a chart."""
    return alt.Data(values=list(values))  # type: ignore[no-untyped-call]


def draw(layers: Sequence[alt.Chart], frame: Frame, told: str) -> str:
    """A picture as SVG text.

    Args:
        layers: charts, the last on top.
        frame: where the chart stands.
        told: what the picture shows, for those who cannot see it.
    """
    sized = alt.layer(*layers).properties(
        width=frame.width,
        height=frame.height,
        autosize=alt.AutoSizeParams(type="none"),
        padding={"left": frame.left, "top": frame.top, "right": frame.right, "bottom": frame.bottom},
    )
    styled = (
        sized.configure(font=FONT, aria=False, background="white")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK,
            titleColor=INK,
            gridColor=LINE,
            domainColor=LINE,
            tickColor=LINE,
            labelFontSize=14,
            titleFontSize=14,
            titleFontWeight="normal",
            labelLimit=400,
        )
        .configure_text(color=INK, fontSize=14)
    )
    svg: str = vlc.vegalite_to_svg(styled.to_dict())
    head, rest = svg.split(">", 1)
    return f'{head} role="img" aria-label="{escape(told)}"><title>{escape(told)}</title>{rest}\n'


@dataclass(slots=True)
class Canvas:
    """A picture laid out by hand: pixels from the upper left, one layer over the other in the order in which they are put."""

    frame: Frame
    layers: list[alt.Chart] = field(default_factory=list)

    def _put(self, items: Rows) -> alt.Chart:
        f = self.frame
        across = alt.Scale(domain=[0, f.width], range=[0, f.width], nice=False, zero=False)
        down = alt.Scale(domain=[f.height, 0], range=[f.height, 0], nice=False, zero=False)
        return alt.Chart(rows(items)).encode(
            x=alt.X("x:Q", scale=across, axis=None), y=alt.Y("y:Q", scale=down, axis=None)
        )

    def texts(self, items: Rows, *, size: int = 14, align: Align = "left", weight: Weight = "normal") -> None:
        """Texts at x, y (their middle): columns x, y, text, and ink (its colour, if not the usual one)."""
        inked = [{"ink": INK, **i} for i in items]
        chart = self._put(inked).mark_text(align=align, baseline="middle", fontSize=size, fontWeight=weight)
        self.layers.append(chart.encode(text="text:N", color=alt.Color("ink:N", scale=None)))

    def boxes(self, items: Rows, **mark: Any) -> None:
        """Rectangles from x, y to x2, y2, filled with `fill`."""
        chart = self._put(items).mark_rect(**mark)
        self.layers.append(chart.encode(x2="x2:Q", y2="y2:Q", fill=alt.Fill("fill:N", scale=None)))

    def rules(self, items: Rows, **mark: Any) -> None:
        """Lines from x, y to x2, y2."""
        self.layers.append(self._put(items).mark_rule(**mark).encode(x2="x2:Q", y2="y2:Q"))

    def dots(self, items: Rows, *, joined: bool = False, size: int = 40) -> None:
        """Points at x, y in the colour `ink`; joined by a line where `group` is the same."""
        chart = self._put(items)
        if joined:
            self.layers.append(chart.mark_line(color=BLUE, strokeWidth=1.5).encode(detail="group:N"))
        marks = chart.mark_point(filled=True, size=size, opacity=1)
        self.layers.append(marks.encode(color=alt.Color("ink:N", scale=None)))

    def svg(self, told: str) -> str:
        """The picture as SVG text; see `draw`."""
        return draw(self.layers, self.frame, told)


def note(text: str, *, y: float, x: float = 0, size: int = 14) -> alt.Chart:
    """A line of soft text at a place of the chart, in pixels from its upper left."""
    chart = alt.Chart(rows([{"text": text}])).mark_text(align="left", baseline="middle", fontSize=size, color=SOFT)
    placed: alt.Chart = chart.encode(x=alt.value(x), y=alt.value(y), text="text:N")
    return placed


def limits(lows: list[float], highs: list[float]) -> tuple[float, float]:
    """A scale from the lowest to the highest value, to the next multiple of 5."""
    if not lows:
        return 0.0, 5.0
    return min(lows) // 5 * 5, -(-max(highs) // 5) * 5


_SIZE = re.compile(r'width="(\d+)" height="(\d+)" viewBox="0 0 \d+ \d+"')
BAND = 24
"""Height of the strip below a picture for what is said about all of it."""


def marked(svg: str, said: str) -> str:
    """The picture with a strip below it that says `said`; as it is where there is nothing to say."""
    size = _SIZE.search(svg)
    if not said or size is None:
        return svg
    width, height = (int(n) for n in size.groups())
    strip = (
        f'<rect x="0" y="{height}" width="{width}" height="{BAND}" fill="white"/>'
        f'<text x="8" y="{height + 16}" font-family="{FONT}" font-size="14" font-weight="bold" fill="{MARK}">{escape(said)}</text>'
    )
    grown = f'width="{width}" height="{height + BAND}" viewBox="0 0 {width} {height + BAND}"'
    return _SIZE.sub(grown, svg, count=1).replace("</svg>", f"{strip}</svg>")
