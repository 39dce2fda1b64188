"""Known outcomes of processes, one frame of labels for each kind.

A label is a row with the columns of LABELS. Sanctions are positive and unlabelled: a process without one may be as bad as
one with it, and no more is known. Outcomes of works and decisions of analysts say yes and no.
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

LABELS = {"process_id": pl.String, "kind": pl.String, "positive": pl.Boolean, "known": pl.Date}
"""process_id (unique), kind (sanction, works_risk or decision), positive, and the day from which it could be known
(null: unknown, or nothing is known yet)."""
TOLD_BY_LABELS = ("sanctions", "outcomes", "decisions", "control")
"""Tables that speak of outcomes. They are taken away before an indicator is evaluated that is held against labels, so that
nothing derived from a label can predict it: what needs them is then not evaluable."""

Tables = Mapping[str, pl.DataFrame]


def blind(tables: Tables) -> dict[str, pl.DataFrame]:
    """The same tables, those of TOLD_BY_LABELS without rows."""
    return {name: t.clear() if name in TOLD_BY_LABELS else t for name, t in tables.items()}


def firms(tables: Tables) -> pl.DataFrame:
    """Who was awarded what, members of consortia included.

    Returns:
        process_id, ruc and day (of the award, else the call; null where neither is known), unique, sorted.
    """
    day = pl.coalesce("date", "award_date", "reference_date")
    return (
        tables["award_suppliers"]
        .join(tables["awards"].select("process_id", "award_id", "date"), on=["process_id", "award_id"], how="left")
        .join(tables["processes"].select("process_id", "award_date", "reference_date"), on="process_id", how="left")
        .select("process_id", "ruc", day=day)
        .drop_nulls("ruc")
        .group_by("process_id", "ruc")
        .agg(pl.col("day").min())
        .sort("process_id", "ruc")
    )


def sanctioned(tables: Tables, known_until: date) -> pl.DataFrame:
    """Whether a firm that was awarded the process was debarred afterwards: positive and unlabelled.

    Only debarments count that begin after the day of the award and up to `known_until`. A process awarded later than that has
    no label, nor has one whose firm or day is not known.

    Returns:
        the columns of LABELS, sorted by process_id; `known` is the first day of the first such debarment.
    """
    awarded = firms(tables).filter(pl.col("day") <= known_until)
    began = debarred_after(tables, known_until).group_by("process_id").agg(known=pl.col("start_date").min())
    found = awarded.select("process_id").unique().join(began, on="process_id", how="left")
    return _labels(found.with_columns(positive=pl.col("known").is_not_null()), "sanction")


def debarred_after(tables: Tables, known_until: date) -> pl.DataFrame:
    """Debarments of a process's firms that begin after the award and up to `known_until`: process_id, ruc, start_date."""
    debarred = tables["sanctions"].filter(pl.col("kind") == "debarment", pl.col("start_date") <= known_until)
    return (
        firms(tables)
        .join(debarred.select("ruc", "start_date"), on="ruc")
        .filter(pl.col("start_date") > pl.col("day"))
        .select("process_id", "ruc", "start_date")
        .sort("process_id", "ruc", "start_date")
    )


def works_risk(tables: Tables) -> pl.DataFrame:
    """Whether the Contraloría graded a work of the process as highly or extremely risky; positive if any of its works is.

    Returns:
        the columns of LABELS, sorted by process_id. The sample is without dates, so `known` is null.
    """
    graded = tables["outcomes"].filter(pl.col("kind") == "works_risk")
    found = graded.drop_nulls(["process_id", "positive"]).group_by("process_id").agg(pl.col("positive").any())
    return _labels(found.with_columns(known=pl.lit(None, pl.Date)), "works_risk")


def decided(tables: Tables, known_until: date) -> pl.DataFrame:
    """What analysts found: positive if a flag of the process was confirmed, negative if every one looked at was not.

    Of several decisions on a flag the last counts. A flag found to be unrelated says nothing of the process.

    Returns:
        the columns of LABELS, sorted by process_id; `known` is the day of the last decision.
    """
    last = (
        tables["decisions"]
        .filter(pl.col("date") <= known_until)
        .sort("process_id", "indicator", "date", "decision", "reviewer")
        .group_by("process_id", "indicator", maintain_order=True)
        .last()
    )
    told = last.filter(pl.col("decision") != "unrelated")
    found = told.group_by("process_id").agg(
        positive=(pl.col("decision") == "confirmed").any(), known=pl.col("date").max()
    )
    return _labels(found, "decision")


def _labels(found: pl.DataFrame, kind: str) -> pl.DataFrame:
    return found.with_columns(kind=pl.lit(kind)).select(pl.col(c).cast(t) for c, t in LABELS.items()).sort("process_id")
