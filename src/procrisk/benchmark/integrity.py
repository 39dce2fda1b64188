"""The tables that rest on filled forms of the indices: made public, and laid beside procurement risk without being added to it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from procrisk.indices import association, tables
from procrisk.indices.scores import SIMULATED
from procrisk.scoring.association import thinness

SHARED_KEY = {
    "indices": "scores",
    "robustness": "robustness",
    "items": "items",
    "axes": "axes",
    "matrix": "matrix",
    "diagnostic": "diagnostic",
    "forms": "counts",
}
"""Table of the benchmark to the one of the indices that it is."""
BESIDE = ("subnational", "regional_government")
"""Scopes of which the score is held against INCO and control reports: INCO speaks of regional governments alone."""
FORM = "formulario"
"""What a real answer's source is called in public: people write names where the function that answers belongs."""

Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Given:
    """What the indices are made from."""

    forms: Sequence[Path] = ()
    audits: Path | None = None
    """Control reports by region, a CSV with the columns `association.AUDIT_COLUMNS`."""


def compute(
    given: Given,
    scores: pl.DataFrame,
    drivers: pl.DataFrame,
    funnel: pl.DataFrame,
    awarded: tuple[pl.DataFrame, pl.DataFrame],
    speak: tuple[str, str],
) -> tuple[Frames, pl.DataFrame]:
    """The tables of `dictionary_indices`.

    Args:
        given: the forms and the file of audits; there may be none.
        scores: of the regions, for all scopes and periods, each process counting once.
        drivers: as the table of drivers; of all scopes.
        funnel: its reference is what the matrix holds the risk against, the same that the sheets call the whole of the regions.
        awarded: rows of processes.parquet, and of award_suppliers.
        speak: the scope and period that the sheets speak of.

    Returns:
        name to frame; and the answers that could not be read, as the indices tell them, for whoever runs this.

    Raises:
        InputMissingError: a form or the file of audits does not exist.
        UsageError: the file of audits cannot be read as such.
    """
    scope, period = speak

    def of(frame: pl.DataFrame, which: str = scope) -> pl.DataFrame:
        return frame.filter((pl.col("scope") == which) & (pl.col("period") == period))

    market = thinness(*awarded)
    reference = of(funnel)["reference"].drop_nulls()
    made = tables.tables(
        given.forms,
        tables.Procurement(
            of(scores),
            period,
            drivers=of(drivers),
            market=market.filter(pl.col("scope") == scope),
            audits=given.audits,
            reference=reference[0] if len(reference) else None,
        ),
    )
    found = {name: made[other] for name, other in SHARED_KEY.items()}
    found |= {name: _unsigned(found[name]) for name in ("indices", "items")}
    audited = None if given.audits is None else association.audits(given.audits)[0]
    found["external"] = pl.concat(
        association.association(of(scores, which), audited)
        .rename({"period": "measured"})
        .with_columns(pl.col("rho", "low", "high").round(4), scope=pl.lit(which), period=pl.lit(period))
        for which in BESIDE
    )
    found["form_faults"] = public_faults(made["quarantine"])
    return found, made["quarantine"]


def _unsigned(frame: pl.DataFrame) -> pl.DataFrame:
    """The source of an answer says whether it is made up, and nothing that somebody typed."""
    made_up = pl.when("simulated").then(pl.lit(SIMULATED)).otherwise(pl.lit(FORM))
    return frame.with_columns(source=pl.when(pl.col("source").is_not_null()).then(made_up))


_HARMLESS = re.compile(r"[-−]?\d{1,4}(?:[.,]\d{1,4})?\s?%?|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}")
_OUR_WORDS = {"columns_missing", "item_not_asked", "answered_twice", "answered_again", "simulated_beside"}
"""Faults that show only what the template itself holds."""


def public_faults(quarantine: pl.DataFrame) -> pl.DataFrame:
    """What is wrong with the forms, without what was written: a name may stand in any cell. Dates and short numbers stay.

    Args:
        quarantine: columns of `faults.SCHEMA`.

    Returns:
        file, row (0 for the whole file), column (`*` for the whole row), code, text_es, text_en.
    """

    def said(fault: dict[str, str], tongue: str) -> str:
        found = fault["found"]
        shown = not found or fault["code"] in _OUR_WORDS or _HARMLESS.fullmatch(found)
        return fault[tongue] if shown else fault[tongue].replace(found, "***")

    return quarantine.with_columns(
        pl.col("row").fill_null(0),
        pl.col("column").replace("", "*"),
        *(
            pl.Series(tongue, [said(f, tongue) for f in quarantine.iter_rows(named=True)], pl.String)
            for tongue in ("text_es", "text_en")
        ),
    ).drop("found")
