"""Live records to the dataset: latest versions, one process per CODIGOCONVOCATORIA, everything joined that belongs to it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from procrisk.records import derive, registers
from procrisk.records.consortia import expand_suppliers
from procrisk.records.merge import DERIVED, RANK, coalesce, priority, provenance
from procrisk.records.tables import PROCESS_TABLES, PROCESSES, RECORD, REGISTER_TABLES, Table

Read = Callable[[str], pl.DataFrame]
_GONE = np.uint32(2**32 - 1)
_PROCESS = "process"


@dataclass(slots=True)
class Dataset:
    """The canonical tables after merging, each sorted by its key and unique in it, without `record`.

    `processes` has the columns of tables.PROCESSES and those of derive.DERIVED_COLUMNS; `award_suppliers` has `ruc` and
    `natural` besides. `provenance`: process_id, and for each column of PROCESSES the kind of source that gave it.
    `sources`: process_id, kind, input, line, offset, key (hex) of every record behind a process.
    """

    tables: dict[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class _Index:
    """Arrays by lake record number: rank among the live records (_GONE: not live) and number of the process."""

    rank: "np.ndarray[tuple[int], np.dtype[np.uint32]]"
    process: "np.ndarray[tuple[int], np.dtype[np.uint32]]"
    names: pl.Series
    """process_id by process number, sorted."""
    kinds: pl.Series
    """kind of source by rank."""


def assemble(read: Read, live: pl.DataFrame, next_record: int) -> Dataset:
    """The dataset of the live records.

    read: gives the rows of a canonical table (with `record`), live ones among others. live: tables.RECORDS with `key`,
    `input`, `line`, `offset`, one row per accepted record. next_record: one more than the largest record number.
    Nothing in the result depends on record numbers or on the order of rows.
    """
    live = _processes_named(_latest(live.with_columns(_instant(pl.col("version_date")))))
    live = _known_alone(live)
    index = _index(live, next_record)
    merged: dict[str, pl.DataFrame] = {}
    said = pl.DataFrame()
    for table in PROCESS_TABLES:
        rows = _of_processes(_rows(read(table.name), index))
        keys = [_PROCESS, *(k for k in table.key if k != "process_id")]
        if table is PROCESSES:
            rows = _finest_object(rows)
            said = provenance(rows, table_columns(table), index.kinds)
        merged[table.name] = coalesce(rows.drop("process_id"), table, keys).drop(RANK)
    registers = {t.name: _register(read(t.name), t, index) for t in REGISTER_TABLES}
    merged = derive.money(merged)
    processes = derive.processes(merged, registers["entities"], live, index.names)
    merged["contracts"] = derive.contractors(merged["contracts"], merged["award_suppliers"])
    merged["award_suppliers"] = expand_suppliers(merged["award_suppliers"], registers["consortia"])
    tables = {t.name: _named(merged[t.name], t, index.names) for t in PROCESS_TABLES if t is not PROCESSES}
    filled = processes.select(_PROCESS, *(pl.col(c).is_not_null() for c in table_columns(PROCESSES)))
    return Dataset(
        {
            "processes": processes.drop(_PROCESS),
            **tables,
            **registers,
            "provenance": _provenance(said, filled, index.names),
            "sources": _sources(live),
        }
    )


def _finest_object(rows: pl.DataFrame) -> pl.DataFrame:
    """OECE counts consultancy among services: where another source of the process says consultancy, services give way."""
    finer = rows.filter(pl.col("object") == "consultancy")[_PROCESS].unique()
    if finer.is_empty():
        return rows
    vague = (pl.col("object") == "services") & pl.col(_PROCESS).is_in(finer.implode())
    return rows.with_columns(object=pl.when(~vague.fill_null(value=False)).then(pl.col("object")))


def table_columns(table: Table) -> list[str]:
    """Names of a table's columns but `process_id`."""
    return [c.name for c in table.columns if c.name != "process_id"]


def _instant(version: pl.Expr) -> pl.Expr:
    """`instant` (UTC): publishers write Z, -05:00 or no zone; without one Lima's, five hours behind, is meant."""
    zoned = version.str.to_datetime("%+", strict=False, time_zone="UTC")
    local = (version.str.head(19) + pl.lit("-05:00")).str.to_datetime("%+", strict=False, time_zone="UTC")
    day = (version.str.head(10) + pl.lit("T00:00:00-05:00")).str.to_datetime("%+", strict=False, time_zone="UTC")
    return pl.coalesce(zoned, local, day).alias("instant")


def _latest(live: pl.DataFrame) -> pl.DataFrame:
    """Of several versions of a record only the latest: by the instant of its version_date, then by key.

    Versions are told by (kind, ocid, process). The tables of a monthly CSV file give one record a row, all of them
    with the date of their compilation: there the whole of the latest compilation stays.
    """
    versioned = pl.col("ocid").is_not_null() & pl.col("instant").is_not_null()
    with_ocid = live.filter(versioned)
    if with_ocid.is_empty():
        return live
    family = pl.col("kind").str.replace(":.*$", "")
    whole = with_ocid.filter(pl.col("kind") == "ocds")
    single = whole.filter(pl.struct("ocid", "process_id").is_duplicated())
    if single.height:
        best = single.sort("instant", "key", descending=True).unique(["ocid", "process_id"], keep="first")
        whole = pl.concat([whole.filter(~pl.struct("ocid", "process_id").is_duplicated()), best])
    rows = with_ocid.filter(pl.col("kind") != "ocds").with_columns(_family=family)
    newest = pl.col("instant") == pl.col("instant").max().over("_family", "ocid")
    rows = rows.filter(newest).drop("_family")
    return pl.concat([live.filter(~versioned), whole, rows])


def _processes_named(live: pl.DataFrame) -> pl.DataFrame:
    """`process_id` of rows that name only an ocid turned into the process of that ocid, where another record tells it."""
    ocid_only = live["process_id"].str.contains("-") & (live["ocid"] == live["process_id"])
    if not ocid_only.any():
        return live
    told = live.filter(pl.col("process_id").is_not_null() & (pl.col("ocid") != pl.col("process_id")))
    names = told.sort("instant", "process_id", descending=[True, False], nulls_last=True).unique("ocid", keep="first")
    joined = live.join(names.select("ocid", _told="process_id"), on="ocid", how="left", maintain_order="left")
    same = pl.col("process_id") == pl.col("ocid")
    return joined.with_columns(
        process_id=pl.when(same).then(pl.coalesce("_told", "process_id")).otherwise("process_id")
    ).drop("_told")


def _known_alone(live: pl.DataFrame) -> pl.DataFrame:
    """Rows of attached registers (challenges, subcontractors) lose a process of which no other source speaks.

    A register that is handed over beside the records must not add procedures to those that are scored.
    """
    attached = pl.col("kind").is_in(registers.ATTACHED)
    if not live.select(attached.any()).item():
        return live
    known = live.filter(~attached)["process_id"].unique()
    stands = ~attached | pl.col("process_id").is_in(known.implode())
    return live.with_columns(process_id=pl.when(stands).then("process_id"))


def _index(live: pl.DataFrame, next_record: int) -> _Index:
    ranked = live.with_columns(_p=priority(pl.col("kind"))).sort(
        "_p", "kind", "instant", "key", descending=[False, False, True, False], nulls_last=True
    )
    names = ranked["process_id"].drop_nulls().unique().sort()
    number = pl.DataFrame({"process_id": names, _PROCESS: np.arange(names.len(), dtype=np.uint32)})
    of_process = ranked.select(RECORD, "process_id").join(number, on="process_id", how="left", maintain_order="left")
    rank = np.full(next_record, _GONE, dtype=np.uint32)
    rank[ranked[RECORD].to_numpy()] = np.arange(ranked.height, dtype=np.uint32)
    process = np.full(next_record, _GONE, dtype=np.uint32)
    process[ranked[RECORD].to_numpy()] = of_process[_PROCESS].fill_null(int(_GONE)).to_numpy()
    return _Index(rank, process, names, ranked["kind"])


def _rows(frame: pl.DataFrame, index: _Index) -> pl.DataFrame:
    """Live rows with RANK and the number of their process, without `record`."""
    records = frame[RECORD].to_numpy()
    rank = pl.Series(RANK, index.rank[records], dtype=pl.UInt32)
    process = pl.Series(_PROCESS, index.process[records], dtype=pl.UInt32)
    rows = frame.drop(RECORD).with_columns(rank, process)
    gone = rank == int(_GONE)
    return rows.filter(~gone) if gone.any() else rows


def _of_processes(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows without those that belong to no process (see `_known_alone`)."""
    stray = rows[_PROCESS] == int(_GONE)
    return rows.filter(~stray) if stray.any() else rows


def _register(frame: pl.DataFrame, table: Table, index: _Index) -> pl.DataFrame:
    rows = _rows(frame, index).drop(_PROCESS)
    return coalesce(rows, table, list(table.key)).select([c.name for c in table.columns])


def _named(frame: pl.DataFrame, table: Table, names: pl.Series) -> pl.DataFrame:
    rows = frame.with_columns(process_id=names.gather(frame[_PROCESS]))
    extra = [c for c in rows.columns if c not in table.schema and c != _PROCESS]
    return rows.select([*(c.name for c in table.columns), *extra])


def _provenance(said: pl.DataFrame, filled: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    columns = [c for c in said.columns if c != _PROCESS]
    both = filled.join(said, on=_PROCESS, how="left", suffix="_by", maintain_order="left")
    marks = [
        pl.when(pl.col(c)).then(pl.coalesce(f"{c}_by", pl.lit(DERIVED).cast(said.schema[c]))).alias(c) for c in columns
    ]
    return both.select(pl.lit(names).gather(pl.col(_PROCESS)).alias("process_id"), *marks)


def _sources(live: pl.DataFrame) -> pl.DataFrame:
    rows = live.filter(pl.col("process_id").is_not_null())
    return rows.select("process_id", "kind", "input", "line", "offset", pl.col("key").bin.encode("hex")).sort(
        "process_id", "kind", "key"
    )


def last_day(dataset: Dataset) -> date:
    """The last day on which a call, an award or a contract happened: what "today" is to records that carry no clock.

    Months with fewer than a thousandth of the events do not count: one typing error (2099) does not move the whole run.
    """
    days = pl.concat(
        [
            dataset.tables[t].select(day=c).drop_nulls()
            for t, c in (("processes", "call_date"), ("awards", "date"), ("contracts", "signed_date"))
        ],
    )
    months = days.group_by(pl.col("day").dt.truncate("1mo")).agg(last=pl.col("day").max(), n=pl.len())
    last = months.filter(pl.col("n") * 1000 >= days.height)["last"].max()
    return last if isinstance(last, date) else date(1970, 1, 1)
