"""Indicators on a million processes: the frames that both sides read, procrisk's side, and the comparison."""

from datetime import date
from pathlib import Path

import polars as pl

from procrisk.indicators import features_buyer, features_lot, features_process
from procrisk.indicators.evaluate import judge
from procrisk.indicators.features import Frames, build
from procrisk.indicators.peers import robust
from procrisk.indicators.registry import INDICATORS
from procrisk.indicators.terms import FIRST_CALL, GOODS_SERVICES, ORDINARY, SIMPLIFIED
from procrisk.records.ingest import ingest
from procrisk.records.tables import TABLES

COMPARED = (
    *("PLA-01", "PLA-02", "PLA-03", "PLA-04", "PLA-05"),
    *("PRE-01", "PRE-02", "PRE-03", "PRE-04", "PRE-05", "PRE-06", "PRE-08", "PRE-10"),
    *("SEL-01", "SEL-02", "SEL-03", "SEL-04", "SEL-05", "SEL-07", "SEL-08", "SEL-09", "SEL-12", "SEL-19", "SEL-20"),
    *("CRO-01", "CRO-06", "CRO-08"),
)
"""Row rules, and rules over windows of buyers, markets, like purchases, like procedures and like items."""
KEYS = ("process_id", "buyer_id", "holder", "award_id")
"""What each copy of the country has of its own."""
WINDOWS = ("peer_", "split_", "quote_", "buyer_", "market_")
BASE = ("buyer_id", "buyer_ruc", "buyer_consucode", "buyer_name", "buyer_level", "buyer_department", "market_id")


def prepare(sim: Path, out: Path, copies: int) -> None:
    """Write processes, lots and awards as they stand before any window, `copies` times over."""
    out.mkdir(parents=True, exist_ok=True)
    dataset = ingest([sim / "ocds", sim / "conosce"], [sim / "context"], None).dataset
    frames = build(dataset, date(2023, 3, 31))
    processes = frames["processes"]
    made = {n for n in processes.columns if n.startswith(WINDOWS) and n not in BASE}
    kept = [*_needed(), "log_award_days", "item_class", "family", "source_code", "year", "law_8uit_cents"]
    processes = processes.select(sorted({n for n in (*kept, *BASE) if n in processes.columns} - made))
    lots = features_lot.lots({**dataset.tables, "processes": frames["processes"]})
    lots = lots.select(
        *("process_id", "lot_id", "description", "classification", "unit", "status", "source_code"),
        *("awarded_cents", "awarded_quantity", "lot_cents", "failed", "award_ratio", "equals_reference"),
    )
    awards = frames["awards"].select(
        "process_id", "award_id", "buyer_id", "year", "method", "amount_pen_cents", "holder", "holder_shown"
    )
    for name, frame in (("processes", processes), ("lots", lots), ("awards", awards)):
        tiled = pl.concat([_copy(frame, k) for k in range(copies)])
        tiled.sort([c for c in ("process_id", "lot_id", "award_id") if c in tiled.columns]).write_parquet(
            out / f"{name}.parquet"
        )
    (out / "kinds.txt").write_text("\n".join(";".join(k) for k in frames.kinds), encoding="utf-8")


def _needed() -> list[str]:
    """Columns that the compared indicators read or show."""
    names = []
    for i in COMPARED:
        found = INDICATORS[i]
        names += [*found.rule().inputs, *found.evidence, found.value, found.threshold]
    lot_extra = [
        "law_price_floor",
        "law_price_ceiling",
        "object_inferred",
        "regime",
        "call_date",
        "object",
        "region_code",
    ]
    return ["process_id", "title", "n_known_lots", "n_failed_lots", "special_regime", *names, *lot_extra]


def _copy(frame: pl.DataFrame, k: int) -> pl.DataFrame:
    own = [c for c in KEYS if c in frame.columns]
    return frame.with_columns(pl.concat_str(pl.col(c), pl.lit(f"~{k}")) for c in own)


def polars_states(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Windows and rules as procrisk does them, flags with their evidence and sentences included."""
    processes, lots, awards = (pl.read_parquet(folder / f"{n}.parquet") for n in ("processes", "lots", "awards"))
    processes = processes.with_row_index("row")
    lots = lots.join(processes.select("process_id", "row"), on="process_id", how="left", maintain_order="left")
    kinds = [tuple(k.split(";")) for k in (folder / "kinds.txt").read_text(encoding="utf-8").split("\n")]
    processes = robust(processes, "log_award_days", ["method", "object"], "days")
    processes = processes.with_columns(peer_days_typical=pl.col("peer_days_median").exp() - 1)
    below = pl.col("value_pen_cents") < pl.col("law_lp_threshold_cents")
    part = (SIMPLIFIED | (pl.col("method") == "CPRE")) & GOODS_SERVICES & FIRST_CALL & ORDINARY
    processes = features_process.alike(processes, part & below, "split")
    processes = features_process.alike(processes, (pl.col("method") == "CPRE") & FIRST_CALL, "quote")
    empty = {n: pl.DataFrame(schema=TABLES[n].schema) for n in ("plan", "purchase_orders")}
    processes = features_buyer.with_buyers(empty, processes, awards)
    frames = Frames({"processes": processes, "lots": features_lot.with_peers(lots, processes)}, kinds)
    done = judge(frames, [INDICATORS[i] for i in COMPARED], {})
    return done.states, done.flags


def compare(folder: Path) -> str:
    """A sentence on how the two answers compare; an error where they differ.

    Raises:
        AssertionError: an indicator differs on a process.
    """
    ours, theirs = (pl.read_parquet(folder / f"{n}.parquet").sort("process_id") for n in ("polars", "pandas"))
    assert ours["process_id"].equals(theirs["process_id"]), "not the same processes"
    for i in COMPARED:
        differ = int((ours[i].ne_missing(theirs[i].cast(pl.Boolean))).sum())
        assert differ == 0, f"{i}: {differ} of {ours.height} processes differ"
    names = ["process_id", "indicator", "subject_id"]
    flags = [pl.read_parquet(folder / f"{n}_flags.parquet", columns=names).sort(names) for n in ("polars", "pandas")]
    assert flags[0].equals(flags[1]), "not the same flags"
    return f"equal on {ours.height:,} processes, {len(COMPARED)} indicators, {flags[0].height:,} flags"
