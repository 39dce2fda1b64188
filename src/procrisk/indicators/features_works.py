"""The frame of works (of the works register) and what the Comptroller General told the entity of a process.

A work stands under the process that the register names, else that of the contract it names, else the only works procedure of
its investment project. Persons are compared by their number and never shown.
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

Tables = Mapping[str, pl.DataFrame]

OF_PROCESS = ("process_id", "row", "source_code", "buyer_id", "method", "object", "call_date")


def works(tables: Tables, processes: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The works whose process is known.

    One row a work: as registered, what is known of its process, and reception_days (end of the works to reception, or to the
    day of the row), progress_gap (financial less physical progress), resident_overlap_days and supervisor_overlap_days (most days
    that another work with the same person runs at the same time), same_person (resident and supervisor are one).
    """
    register = tables["works"]
    received = pl.coalesce("reception_date", pl.min_horizontal(pl.col("cut_date").fill_null(as_of), pl.lit(as_of)))
    told = register.with_columns(
        process_id=_process(register, tables["contracts"], processes),
        reception_days=(received - pl.col("actual_end")).dt.total_days(),
        progress_gap=pl.col("financial_share") - pl.col("physical_share"),
        same_person=pl.col("resident_id") == pl.col("supervisor_id"),
    )
    told = _overlap(_overlap(told, "resident"), "supervisor")
    return told.join(processes.select(OF_PROCESS), on="process_id", how="inner").sort("process_id", "work_id")


def _process(register: pl.DataFrame, contracts: pl.DataFrame, processes: pl.DataFrame) -> pl.Series:
    """The process of each work, in the order of the register."""
    of_contract = contracts.select("contract_id", _c="process_id").unique().unique("contract_id", keep="none")
    of_project = processes.filter(pl.col("object") == "works").select("project_id", _p="process_id")
    of_project = of_project.drop_nulls("project_id").unique("project_id", keep="none")
    joined = register.join(of_contract, on="contract_id", how="left", maintain_order="left").join(
        of_project, on="project_id", how="left", maintain_order="left"
    )
    return joined.select(pl.coalesce("process_id", "_c", "_p")).to_series()


def _overlap(frame: pl.DataFrame, who: str) -> pl.DataFrame:
    """Add <who>_overlap_days: 0 where the person has no other work at the same time, null where person or days are unknown."""
    person, name = f"{who}_id", f"{who}_overlap_days"
    runs = frame.select("work_id", person, "start_date", _end=pl.coalesce("actual_end", "planned_end")).drop_nulls()
    shared = (pl.min_horizontal("_end", "_end_b") - pl.max_horizontal("start_date", "start_date_b")).dt.total_days() + 1
    longest = (
        runs.join(runs, on=person, how="inner", suffix="_b")
        .filter(pl.col("work_id") != pl.col("work_id_b"))
        .group_by("work_id")
        .agg(shared.max().clip(0).alias(name))
    )
    known = runs.select("work_id", _known=pl.lit(value=True))
    return (
        frame.join(longest, on="work_id", how="left", maintain_order="left")
        .join(known, on="work_id", how="left", maintain_order="left")
        .with_columns(pl.when(pl.col("_known")).then(pl.col(name).fill_null(0)).alias(name))
        .drop("_known")
    )


def with_control(processes: pl.DataFrame, control: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The frame of processes with the adverse situations that the Comptroller General told of.

    control_n (0 where the register has others, null without a register), control_open_n (not put right), control_date (of the
    oldest open one), control_days (days that it has been open).
    """
    day = pl.col("date")
    open_ = pl.col("corrected_date").is_null()
    found = (
        control.filter(pl.col("process_id").is_not_null(), (day <= as_of) | day.is_null())
        .group_by("process_id")
        .agg(
            control_n=pl.len().cast(pl.Int64),
            control_open_n=open_.sum().cast(pl.Int64),
            control_date=day.filter(open_).min(),
        )
    )
    joined = processes.join(found, on="process_id", how="left", maintain_order="left")
    n = pl.col("control_n")
    return joined.with_columns(
        control_n=n if control.is_empty() else n.fill_null(0),
        control_days=(pl.lit(as_of) - pl.col("control_date")).dt.total_days(),
    )
