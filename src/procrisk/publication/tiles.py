"""The tile map of the 26 regions: where each stands and how dark it is. Shared by the report and the benchmark's pictures."""

from collections.abc import Iterable
from statistics import median

TILES = {
    "24": (0, 0), "20": (0, 1), "01": (2, 1), "16": (3, 1), "14": (0, 2), "06": (1, 2), "22": (2, 2), "13": (1, 3), "10": (2, 3),
    "25": (3, 3), "02": (1, 4), "19": (2, 4), "15": (1, 5), "12": (2, 5), "17": (4, 5), "07": (0, 6), "1501": (1, 6), "09": (2, 6),
    "08": (3, 6), "11": (1, 7), "05": (2, 7), "03": (3, 7), "21": (4, 7), "04": (3, 8), "18": (4, 8), "23": (4, 9),
}  # fmt: skip
"""Column and row of each region on the tile map: equal areas, so that a large region does not look like a large risk."""

SHADES = ("#eef3f8", "#cfdfee", "#a3c3e0", "#6d9fcb", "#3d78b0", "#1d4f86")
"""One hue from light to dark: legible in grey and to the colour-blind."""

INK, PAPER = "#12263a", "#ffffff"


def shade(score: float | None, low: float, high: float) -> tuple[str, str]:
    """Colours of a tile and of the text on it, for a score between the lowest and the highest shown; white without a score."""
    if score is None:
        return PAPER, INK
    step = min(len(SHADES) - 1, int((score - low) / ((high - low) or 1) * len(SHADES)))
    return SHADES[step], PAPER if step > 3 else INK


def tones(known: Iterable[tuple[float | None, float | None, float | None]]) -> tuple[float, float]:
    """Scores of the lightest and the darkest tone: the lowest and the highest, but never closer than a usual interval is wide.

    Where the regions differ by less than what is uncertain about each, they look alike: tones would show a difference that is not there.

    Args:
        known: score and interval of each region; those without a score are left out.
    """
    scored = [(s, high - low) for s, low, high in known if s is not None and low is not None and high is not None]
    if not scored:
        return 0.0, 1.0
    values = [s for s, _ in scored]
    middle = (max(values) + min(values)) / 2
    half = max(max(values) - min(values), median(w for _, w in scored)) / 2
    return middle - half, middle + half
