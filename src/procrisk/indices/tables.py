"""Everything the indices say, from filled forms and regional scores: the tables of the benchmark, and their files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from procrisk import fsio
from procrisk.errors import UsageError
from procrisk.indices import answers, association, facts, faults, robustness, scores
from procrisk.indices.axes import axes
from procrisk.indices.capacity import capacity_of
from procrisk.indices.diagnostic import Evidence, diagnostic
from procrisk.indices.matrix import matrix
from procrisk.publication.exports import write_csv, write_parquet

KEYS: Mapping[str, tuple[str, ...]] = {
    "scores": scores.KEY,
    "robustness": robustness.KEY,
    "items": ("region_code", "period", "index", "framework", "item"),
    "quarantine": faults.KEY,
    "counts": ("file",),
    "matrix": ("region_code",),
    "diagnostic": ("region_code", "line"),
    "association": ("what",),
    "axes": ("region_code",),
}
"""Name of a table -> the columns that tell its rows apart."""


@dataclass(frozen=True, slots=True)
class Procurement:
    """What is known of a scope and period besides the forms; see `diagnostic.Evidence` for columns."""

    risk: pl.DataFrame
    period: str
    earlier: pl.DataFrame | None = None
    drivers: pl.DataFrame | None = None
    market: pl.DataFrame | None = None
    audits: Path | None = None
    reference: float | None = None
    """What risk is held against in the matrix; the mean of the scope if None."""


def tables(forms: Iterable[Path], procurement: Procurement | None = None) -> dict[str, pl.DataFrame]:
    """The tables named in KEYS; matrix, diagnostic, association and axes only where procurement is given.

    Args:
        forms: filled forms; there may be none, the matrix then rests on the published ICP alone.
        procurement: regional scores of one scope and period, and what else is at hand.

    Raises:
        InputMissingError: a form or the file of audits is missing or is none.
        UsageError: the file of audits, the period or the scores cannot be read as such.
    """
    read = answers.read(forms)
    scored = scores.score(read.items)
    made = {
        "scores": scored,
        "robustness": robustness.robustness(scored),
        "items": read.items,
        "quarantine": read.quarantine,
        "counts": read.counts,
    }
    if procurement is None:
        return made
    p = procurement
    capacity = capacity_of(made["scores"], facts.of("icp_stage1"), p.period)
    audits = None if p.audits is None else association.audits(p.audits)[0]
    evidence = Evidence(made["scores"], read.items, p.risk, p.earlier, p.drivers, p.market, audits)
    return made | {
        "matrix": matrix(p.risk, capacity, reference=p.reference),
        "diagnostic": diagnostic(evidence),
        "association": association.association(p.risk, audits),
        "axes": axes(p.risk, made["scores"], p.period),
    }


def write(made: Mapping[str, pl.DataFrame], folder: Path) -> None:
    """Write each table as <name>.csv and <name>.parquet.

    Raises:
        UsageError: the folder holds something already.
        PublicationIOError: writing failed.
    """
    fsio.make_folder(folder)
    if any(folder.iterdir()):
        raise UsageError(
            f"{folder}: la carpeta no está vacía, indique una nueva · the folder is not empty, name a new one"
        )
    for name, table in made.items():
        write_csv(table, folder / f"{name}.csv", KEYS[name])
        write_parquet(table, folder / f"{name}.parquet", KEYS[name])
