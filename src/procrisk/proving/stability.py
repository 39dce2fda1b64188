"""How steady the list of processes is: thresholds moved, layers weighed otherwise, one indicator left out.

    python -m procrisk.proving.stability SOURCE... --context PATH

prints Markdown: how much of the top 1 % and 5 % by score stays (Jaccard), and Spearman's correlation of the scores.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from procrisk.indicators import shifted
from procrisk.indicators.evaluate import Evaluated, evaluate
from procrisk.pipeline import others
from procrisk.records.assemble import Dataset, last_day
from procrisk.records.ingest import ingest
from procrisk.scoring import layers
from procrisk.scoring.process import score_processes
from procrisk.scoring.weights import indicator_columns
from procrisk.settings import Settings

SHARES = (0.01, 0.05)
FACTORS = (0.9, 1.1)


@dataclass(frozen=True, slots=True)
class Moved:
    """One way to compute the scores a little differently, and what stays."""

    what: str
    jaccard: tuple[float, ...]
    """Of the top 1 % and the top 5 %."""
    spearman: float
    n: int
    """Processes with a score both times."""


def measure(dataset: Dataset, as_of: date) -> list[Moved]:
    """Every variant against the scores of the defaults; of the indicators left out one by one, the three that move most.

    Args:
        dataset: assembled records.
        as_of: the day as of which they are read.
    """
    settings = Settings()
    usual = evaluate(dataset, as_of, settings)
    beside = others(dataset, usual, settings)

    def scores(e: Evaluated, changed: Mapping[str, float] | None = None, without: str = "") -> pl.DataFrame:
        states, why = (f.drop(without, strict=False) for f in (e.states, e.why))
        made = score_processes(dataset.tables["processes"], states, why, beside, changed=changed)
        return made.select("process_id", "score")

    base = scores(usual)
    found = []
    for factor in FACTORS:
        moved = evaluate(dataset, as_of, Settings(thresholds=shifted.thresholds(factor)))
        found.append(_held(f"umbrales x {factor:g} / thresholds x {factor:g}", base, scores(moved)))
    for name, layer in layers.table().items():
        for factor in FACTORS:
            if 0.0 < layer.weight * factor <= 1.0:
                what = f"peso de {layer.label_es} x {factor:g} / weight of {layer.label_en} x {factor:g}"
                found.append(_held(what, base, scores(usual, {name: layer.weight * factor})))
    raised = [i for i in indicator_columns(usual.states) if usual.states[i].sum()]
    left = [_held(f"sin {i} / without {i}", base, scores(usual, without=i)) for i in raised]
    return found + sorted(left, key=lambda m: (m.jaccard, m.what))[:3]


def _held(what: str, base: pl.DataFrame, moved: pl.DataFrame) -> Moved:
    both = base.join(moved, on="process_id", suffix="_moved").drop_nulls()
    jaccard = tuple(_jaccard(base, moved, share) for share in SHARES)
    ranks = both.select(pl.col("score", "score_moved").rank("average")).to_numpy()
    return Moved(what, jaccard, float(np.corrcoef(ranks, rowvar=False)[0, 1]), both.height)


def _jaccard(base: pl.DataFrame, moved: pl.DataFrame, share: float) -> float:
    a, b = (_top(f, share) for f in (base, moved))
    return len(a & b) / len(a | b)


def _top(frame: pl.DataFrame, share: float) -> set[str]:
    """The riskiest share of the processes with a score; ties by id."""
    known = frame.drop_nulls("score").sort("score", "process_id", descending=[True, False])
    return set(known["process_id"].head(max(1, round(known.height * share))))


def text(found: Sequence[Moved]) -> str:
    """The table as Markdown."""
    rows = [
        "| cambio / change | Jaccard 1 % | Jaccard 5 % | Spearman | procesos / processes |",
        "|---|---|---|---|---|",
    ]
    rows += [f"| {m.what} | {m.jaccard[0]:.3f} | {m.jaccard[1]:.3f} | {m.spearman:.3f} | {m.n} |" for m in found]
    return "\n".join(rows)


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m procrisk.proving.stability")
    parser.add_argument("sources", nargs="+", type=Path, metavar="SOURCE")
    parser.add_argument("--context", action="append", default=[], type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        dataset = ingest(args.sources, args.context, Path(folder)).dataset
        print(text(measure(dataset, last_day(dataset))))  # noqa: T201 - the command's answer


if __name__ == "__main__":
    main()
