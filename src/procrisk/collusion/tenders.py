"""Files of bids in the layout of the public cartel data: one row a bid, with Tender and Bid_value."""

from pathlib import Path

import numpy as np
import polars as pl

from procrisk.collusion import classifier
from procrisk.collusion.classifier import IDS, MIN_REFERENCE, Model
from procrisk.collusion.screens import Array
from procrisk.errors import InputMissingError, UsageError

OF_TENDER = ("Date", "Contract_type", "Collusive_competitor", "Collusive_competitor_original")
"""Columns read where the file has them: a label is the largest of the tender's, anything else the first."""


def read(path: Path) -> pl.DataFrame:
    """The bids of a CSV.

    Returns:
        contest (the tender, as text), price, and those of OF_TENDER that there are.

    Raises:
        InputMissingError: no such file.
        UsageError: it is no CSV, or has no Tender or no numeric Bid_value.
    """
    try:
        raw = pl.read_csv(path, infer_schema_length=None)
    except FileNotFoundError as e:
        raise InputMissingError(f"{path} does not exist") from e
    except pl.exceptions.PolarsError as e:
        raise UsageError(f"{path} is no CSV of bids: {e}") from e
    if lacking := {"Tender", "Bid_value"} - set(raw.columns):
        raise UsageError(
            f"{path}: column {', '.join(sorted(lacking))} is missing; one row a bid, with Tender and Bid_value"
        )
    if not raw["Bid_value"].dtype.is_numeric():
        raise UsageError(f"{path}: Bid_value is not a number in every row")
    more = [c for c in OF_TENDER if c in raw.columns]
    return raw.filter(pl.col("Tender").is_not_null()).select(
        pl.col("Tender").cast(pl.String).alias("contest"), pl.col("Bid_value").cast(pl.Float64).alias("price"), *more
    )


def featured(bids: pl.DataFrame) -> pl.DataFrame:
    """Features of the tenders with enough bids, with period (see `classifier.periods`; 0 without Date) and what is known.

    Returns:
        the columns of `classifier.features`, period, and where the file has them date, contract_type, collusive (a member of the
        cartel took part), share (of the bids that are the cartel's).
    """
    told = {
        "Date": pl.col("Date").first().alias("date"),
        "Contract_type": pl.col("Contract_type").first().alias("contract_type"),
        "Collusive_competitor": (pl.col("Collusive_competitor").max() > 0).alias("collusive"),
        "Collusive_competitor_original": pl.col("Collusive_competitor_original").mean().alias("share"),
    }
    known = bids.group_by("contest", maintain_order=True).agg(v for k, v in told.items() if k in bids.columns)
    frame = classifier.features(bids).join(known, on="contest", how="left", maintain_order="left")
    dates = frame["date"].to_list() if "date" in frame.columns else [None] * frame.height
    return frame.with_columns(period=pl.Series(classifier.periods(dates), dtype=pl.Int64))


def compared(frame: pl.DataFrame, medians: Array) -> pl.DataFrame:
    """Features against the tenders of the same period; where there are too few, against those the model was fitted on."""
    own = classifier.compare(frame, ["period"])
    few = pl.col("n_peers") < MIN_REFERENCE
    lent = frame.select((pl.col(i) - m).alias(i) for i, m in zip(IDS, medians.tolist(), strict=True))
    suffixed = lent.rename({i: f"{i}:lent" for i in IDS})
    joined = pl.concat([own, suffixed], how="horizontal")
    return joined.select(
        pl.exclude(*IDS, *suffixed.columns), *(pl.when(few).then(f"{i}:lent").otherwise(i).alias(i) for i in IDS)
    )


def score(bids: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The score of every tender of a file.

    Args:
        bids: from `read`.
        model: see `stored.load`.

    Returns:
        a row a tender, sorted: Tender, n_bids (with a price), score (log-odds against the average training tender, more is nearer
        to the cartel's tenders; null with fewer than 4 or more than 40 bids) and percentile of the score in the file.
    """
    frame = compared(featured(bids), model.medians)
    made = frame.select("contest", score=pl.Series(model.score(classifier.matrix(frame)), dtype=pl.Float64))
    priced = pl.col("price").filter(pl.col("price") > 0, pl.col("price").is_finite()).len()
    every = bids.group_by("contest").agg(n_bids=priced.cast(pl.Int64)).sort("contest")
    return (
        every.join(made, on="contest", how="left", maintain_order="left")
        .with_columns(percentile=(100 * (pl.col("score").rank() - 0.5) / pl.col("score").count()).round(2))
        .rename({"contest": "Tender"})
    )


def medians(frame: pl.DataFrame) -> Array:
    """Median of each feature, uncompared."""
    return np.array([frame[i].median() for i in IDS], dtype=np.float64)
