"""The profile of a staged version: a small frame that says what is in it, for a gate that looks at counts and not at rows."""

from datetime import date
from pathlib import Path

import polars as pl


def profile(staged: Path, as_of: date) -> pl.DataFrame:
    """One row per source kind, region and year.

    Returns:
        source, region_code (empty where unknown), year (0 where unknown), n_processes, n_flags, age_days (from the newest
        process to `as_of`), sorted.
    """
    processes = pl.scan_parquet(staged / "processes.parquet", glob=False).select(
        "process_id", "region_code", "reference_date", "n_raised"
    )
    sources = pl.scan_parquet(staged / "sources.parquet", glob=False).select("process_id", source="kind").unique()
    return (
        sources.join(processes, on="process_id")
        .group_by("source", pl.col("region_code").fill_null(""), year=pl.col("reference_date").dt.year().fill_null(0))
        .agg(
            n_processes=pl.len().cast(pl.Int64),
            n_flags=pl.col("n_raised").sum().cast(pl.Int64),
            age_days=(pl.lit(as_of) - pl.col("reference_date").max()).dt.total_days(),
        )
        .sort("source", "region_code", "year")
        .collect()
    )
