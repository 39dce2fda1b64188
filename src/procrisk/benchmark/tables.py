"""The tables of the dictionary, computed from one run: regional statistics by scoring, indices by indices, and what was not seen."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from procrisk.benchmark import integrity
from procrisk.benchmark.dictionary import TABLES
from procrisk.benchmark.fields import conform
from procrisk.errors import UsageError
from procrisk.indicators import INDICATORS
from procrisk.indicators.evaluate import WHY, Evaluated
from procrisk.records.assemble import Dataset
from procrisk.scoring import regional
from procrisk.scoring.estimates import SCOPES, select
from procrisk.scoring.periods import periods
from procrisk.scoring.stability import Run

NOT_EVALUABLE = {code: name for code, name in WHY.items() if name != "out_of_scope"}

Frames = dict[str, pl.DataFrame]


def compute(
    run: Run,
    evaluated: Evaluated,
    processes: pl.DataFrame,
    coverage: pl.DataFrame,
    given: integrity.Given,
    speak: tuple[str, str],
    checks: Sequence[str] | None = None,
) -> tuple[Frames, pl.DataFrame]:
    """Every table of the dictionary.

    Args:
        run: records, day of reading and settings.
        evaluated: what the indicators say.
        processes: rows of processes.parquet.
        coverage: of the catalogue, by region.
        given: what the indices are made from; there may be nothing.
        speak: the scope and period that the sheets speak of. Parts of the score and stability are computed for that period,
            drivers, funnel and pairs for whole years too, the score as a whole for every period.
        checks: of stability (see `regional.stability`); every one when None.

    Returns:
        name to frame, each as the dictionary has it; and the answers of the forms that could not be read, each with its reason.

    Raises:
        UsageError: the records hold no process of a regional or local government: there is nothing to compare.
        InputMissingError: a form is missing.
    """
    scope, period = speak
    if not period:
        raise UsageError(
            "the records hold no dated process of a regional or local government: there is nothing to compare"
        )
    scores, years = run.settings.scores, [period, *_years(processes, run.as_of)]
    whole = regional.scores(processes, scores, run.as_of, only_parts=["all"])
    by_part = regional.scores(
        processes,
        scores,
        run.as_of,
        states=evaluated.states,
        only_parts=list(regional.parts()),
        only_periods=[period],
        weightings=["count"],
    )
    drivers = regional.drivers(processes, evaluated.states, run.as_of, years)
    counted = whole.filter(pl.col("weighting") == "count")
    found: Frames = {
        "scores": pl.concat([whole, by_part]),
        "funnel": regional.funnel(processes, scores, run.as_of, years),
        "separable": regional.separable(processes, scores, run.as_of, years),
        "stability": regional.stability(run, [period], checks),
        "association": regional.association(counted, processes, _suppliers(run)),
        "drivers": _named(drivers),
        "unseen": unseen(processes, evaluated.why, run.as_of, years),
        "coverage": coverage,
    }
    asked, refused = integrity.compute(
        given, counted, drivers, found["funnel"], (processes, _suppliers(run)), (scope, period)
    )
    found |= asked
    return {name: conform(name, found[name], table) for name, table in TABLES.items()}, refused


def _years(processes: pl.DataFrame, as_of: date) -> list[str]:
    return sorted({p.name for p in periods(_months(processes), as_of) if len(p.name) == 4})


def _months(processes: pl.DataFrame) -> list[int]:
    return processes.select(_month()).to_series().drop_nulls().unique().to_list()


def _month() -> pl.Expr:
    day = pl.col("reference_date")
    return (day.dt.year().cast(pl.Int64) * 12 + day.dt.month().cast(pl.Int64) - 1).alias("month")


def _suppliers(run: Run) -> pl.DataFrame:
    dataset = run.dataset
    assert isinstance(dataset, Dataset)
    return dataset.tables["award_suppliers"]


def _named(drivers: pl.DataFrame) -> pl.DataFrame:
    """Drivers with what is known of each indicator."""
    known = pl.DataFrame(
        [(i.id, i.name_es, i.name_en, i.role, list(i.risks)) for i in INDICATORS.values()],
        {
            "indicator": pl.String,
            "name_es": pl.String,
            "name_en": pl.String,
            "role": pl.String,
            "risks": pl.List(pl.String),
        },
        orient="row",
    )
    return drivers.join(known, on="indicator", how="left", maintain_order="left", validate="m:1")


def unseen(processes: pl.DataFrame, why: pl.DataFrame, as_of: date, only_periods: Sequence[str]) -> pl.DataFrame:
    """Observations (an indicator on a process in its scope) that could not be evaluated, by region, scope, period and reason.

    Args:
        processes: rows of processes.parquet.
        why: process_id and a UInt8 per indicator: a key of WHY, 0 is evaluated.
        as_of: the day as of which the records are read.
        only_periods: names of periods wanted.

    Returns:
        region_code, scope, period, reason, n, applicable, share; sorted.
    """
    ids = pl.col([c for c in why.columns if c != "process_id"])
    counted = why.select(
        "process_id",
        *((ids == code).cast(pl.Int64).pipe(pl.sum_horizontal).alias(name) for code, name in NOT_EVALUABLE.items()),
        applicable=pl.sum_horizontal((ids != 1).cast(pl.Int64)),
    )
    placed = processes.select("process_id", "region_code", "delivery_region_code", "scope", _month())
    joined = placed.join(counted, on="process_id", how="inner", maintain_order="left")
    spans = [p for p in periods(_months(processes), as_of) if p.name in only_periods]
    made = [
        select(joined.filter(pl.col("month").is_between(p.first, p.last)), scope)
        .group_by("region_code")
        .agg(pl.col(*NOT_EVALUABLE.values(), "applicable").sum())
        .with_columns(scope=pl.lit(scope), period=pl.lit(p.name))
        for scope in SCOPES
        for p in spans
    ]
    key = ["region_code", "scope", "period"]
    long = pl.concat(made).unpivot(
        list(NOT_EVALUABLE.values()), index=[*key, "applicable"], variable_name="reason", value_name="n"
    )
    return long.with_columns(share=(pl.col("n") / pl.col("applicable")).round(6)).sort(*key, "reason")


def volumes(headline: pl.DataFrame) -> pl.DataFrame:
    """A row for each process that a table of regions counts: what `quality.drift` compares."""
    counted = headline.select("region_code", "n_processes")
    return counted.select(pl.col("region_code").repeat_by("n_processes").explode(empty_as_null=False))
