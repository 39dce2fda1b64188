"""What the registers of sanctions say of a winner before and after the award, by the infraction that was sanctioned."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from procrisk.records.vocabulary import fold
from procrisk.resources import data_dir, read_rows

Tables = Mapping[str, pl.DataFrame]

MOTIVES_FILE = "sanction_motives.csv"
FINES = "fines"
PAPERS = ("false_documents", "inaccurate")
"""Motives that lie in the papers of a bid: a later sanction for them speaks of bids handed in before."""
KEY = ("process_id", "party_id")


@dataclass(frozen=True, slots=True)
class Motive:
    """An infraction, by the law's letter, and the words that the register names it with."""

    id: str
    letter: str
    pattern: str
    risk: str
    name_es: str
    name_en: str
    norm: str


@cache
def motives() -> tuple[Motive, ...]:
    """risk_catalogue/sanction_motives.csv in file order: of several motives that fit a text the first is meant."""
    columns = ("motive", "letter", "pattern", "risk", "name_es", "name_en", "norm")
    rows = read_rows(data_dir("risk_catalogue") / MOTIVES_FILE, columns)
    return tuple(Motive(*(row[c] for c in columns)) for row in rows)


def with_sanctions(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The frame of suppliers with what the registers of sanctions say of each.

    Adds, for each motive m, m_n (sanctions for it that began before the award; 0 where the register reaches the award and has
    none, null where it does not), m_months (full months from the last to the award), m_date, m_resolution; fines_n,
    fines_months, fines_date, fines_resolution, fines_cents (likewise, of fines); later_n, later_months, later_date,
    later_resolution (sanctions for papers that began after the award), later_known_months (how long after the award the
    register is known).
    """
    sanctions = tables["sanctions"].drop_nulls(["ruc", "start_date"])
    told = _by_motive(sanctions.filter(pl.col("kind") != "judicial"))
    fines = sanctions.filter(pl.col("kind") == "fine")
    frame = _before(frame, told, [m.id for m in motives()])
    frame = _before(frame, fines.with_columns(motive=pl.lit(FINES)), [FINES])
    return _after(frame, told.filter(pl.col("motive").is_in(PAPERS)), told["cut_date"])


def _by_motive(sanctions: pl.DataFrame) -> pl.DataFrame:
    """One row a sanction and motive; several motives of one sanction are published joined by asterisks."""
    text = fold(pl.col("motive"))
    first = pl.coalesce(*(pl.when(text.str.contains(m.pattern)).then(pl.lit(m.id)) for m in motives()))
    each = sanctions.with_columns(pl.col("motive").str.split("*")).explode("motive")
    return each.with_columns(motive=first).unique(maintain_order=True)


def full_months(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Full calendar months from one day to a later one."""
    months = (end.dt.year() - start.dt.year()) * 12 + end.dt.month().cast(pl.Int32) - start.dt.month().cast(pl.Int32)
    return (months - (end.dt.day() < start.dt.day()).cast(pl.Int32)).cast(pl.Int64)


def _before(frame: pl.DataFrame, sanctions: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Add <name>_n, _months, _date, _resolution (and _cents of fines) of sanctions that began on or before the award's day."""
    each = frame.select(*KEY, "ruc", "event_date").join(
        sanctions.select("ruc", "start_date", "resolution", "amount_cents", "motive"), on="ruc", how="inner"
    )
    held = each.filter(pl.col("start_date") <= pl.col("event_date")).sort(*KEY, "start_date", "resolution")
    start = pl.col("start_date")

    def of(name: str) -> list[pl.Expr]:
        this = pl.col("motive") == name
        return [
            this.sum().cast(pl.Int64).alias(f"{name}_n"),
            full_months(start.filter(this).last(), pl.col("event_date").last()).alias(f"{name}_months"),
            start.filter(this).last().alias(f"{name}_date"),
            pl.col("resolution").filter(this).last().alias(f"{name}_resolution"),
        ]

    found = held.group_by(KEY, maintain_order=True).agg(
        *(e for n in names for e in of(n)), *([pl.col("amount_cents").last().alias("fines_cents")] * (names == [FINES]))
    )
    joined = frame.join(found, on=KEY, how="left", maintain_order="left")
    none = pl.when(_reaches(sanctions)).then(pl.lit(0, pl.Int64))
    return joined.with_columns(pl.coalesce(f"{n}_n", none).alias(f"{n}_n") for n in names)


def _reaches(sanctions: pl.DataFrame) -> pl.Expr:
    """Whether the register can say of the winner that it has no entry on the award's day."""
    until = pl.lit(sanctions["cut_date"].max(), pl.Date)
    ends_before = (pl.col("event_date") > until).fill_null(value=False)
    known = pl.col("ruc").is_not_null() & pl.col("event_date").is_not_null()
    return pl.lit(not sanctions.is_empty()) & known & ~ends_before


def _after(frame: pl.DataFrame, papers: pl.DataFrame, cuts: pl.Series) -> pl.DataFrame:
    """Add later_n, later_months, later_date, later_resolution and later_known_months."""
    found = (
        frame.select(*KEY, "ruc", "event_date")
        .join(papers.select("ruc", "start_date", "resolution"), on="ruc", how="inner")
        .filter(pl.col("start_date") > pl.col("event_date"))
        .sort(*KEY, "start_date", "resolution")
        .group_by(KEY, maintain_order=True)
        .agg(
            later_n=pl.len().cast(pl.Int64),
            later_months=full_months(pl.col("event_date").first(), pl.col("start_date").first()),
            later_date=pl.col("start_date").first(),
            later_resolution=pl.col("resolution").first(),
        )
    )
    known = full_months(pl.col("event_date"), pl.lit(cuts.max(), pl.Date))
    joined = frame.join(found, on=KEY, how="left", maintain_order="left")
    return joined.with_columns(
        later_n=pl.when(pl.col("ruc").is_not_null() & known.is_not_null()).then(pl.col("later_n").fill_null(0)),
        later_known_months=pl.when(pl.col("ruc").is_not_null()).then(known),
    )
