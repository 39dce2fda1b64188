"""The frame of processes: law, terms in business days, classes of what is bought, purchases that belong together."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from procrisk.indicators import common
from procrisk.indicators.direct_causes import weak_pattern
from procrisk.indicators.features_text import classified
from procrisk.indicators.peers import robust
from procrisk.indicators.terms import FIRST_CALL, GOODS_SERVICES, ORDINARY, SIMPLIFIED
from procrisk.records.vocabulary import fold
from procrisk.workdays import business_days

Tables = Mapping[str, pl.DataFrame]


LIKE = ("buyer_id", "object", "item_class")
"""What purchases of one need have in common."""
PART = (
    (SIMPLIFIED | (pl.col("method") == "CPRE"))
    & GOODS_SERVICES
    & FIRST_CALL
    & ORDINARY
    & (pl.col("value_pen_cents") < pl.col("law_lp_threshold_cents"))
)
"""What can be a part of a need that was cut in pieces."""
MINOR = GOODS_SERVICES & FIRST_CALL & ORDINARY & (pl.col("value_pen_cents") <= pl.col("law_procedure_min_cents"))
"""What could have been bought without a procedure, and can be a part of what could not, whatever procedure it took."""
WEAK_CAUSES = weak_pattern()
"""Grounds that rest on what the buyer itself did or says: it ran short, or states that nobody else can supply."""


def processes(tables: Tables, lots: pl.DataFrame, days: Sequence[date], says_cause: pl.Expr) -> pl.DataFrame:
    """The processes, with terms, classes and like purchases. One row a process, as assembled, and those below.

    what (description, else the first lot's), item_class, family; award_days, bid_days, enquiry_days (business days from the call, or of the term),
    registration_days (calendar days from call to publication); has_cause, weak_cause; split_* and quote_* (like purchases
    in the window); value_over_line (of LP and CP); peer_days_* (log of award_days); market_id; n_known_lots,
    n_failed_lots; n_documents, n_bidding_documents.

    Args:
        tables: the assembled tables, `processes` with the law attached and `source_code`.
        lots: the frame of lots.
        days: holidays.
        says_cause: whether a source of the process publishes grounds of direct awards.
    """
    first = tables["lots"].sort("process_id", "lot_id").unique("process_id", keep="first", maintain_order=True)
    frame = tables["processes"].join(
        first.select("process_id", _lot="description"), on="process_id", how="left", maintain_order="left"
    )
    term = business_days(pl.col("call_date"), pl.col("award_date"), days)
    # an award before its call, or before bids were due, is a mistake of the record (data_quality), no short term
    award_days = pl.when((term >= 0) & pl.col("days_in_order")).then(term)
    # CONOSCE's awards describe their lots and not the process
    frame = classified(frame.with_columns(what=pl.coalesce("description", "_lot")).drop("_lot"), "what").with_columns(
        award_days=award_days,
        bid_days=business_days(pl.col("call_date"), pl.col("bid_deadline"), days),
        enquiry_days=business_days(pl.col("enquiry_start") - pl.duration(days=1), pl.col("enquiry_end"), days),
        integration_days=business_days(pl.col("integration_date"), pl.col("bid_deadline"), days),
        registration_days=(pl.col("published_date") - pl.col("call_date")).dt.total_days(),
        value_over_line=pl.col("value_pen_cents") / pl.col("law_lp_threshold_cents"),
        log_award_days=award_days.log1p(),
        market_id=pl.concat_str("region_code", "family", separator=":"),
    )
    cause = fold(pl.col("cause"))
    named = pl.col("cause").is_not_null()
    frame = frame.with_columns(
        has_cause=pl.when(named).then(True).when(says_cause).then(False),
        weak_cause=cause.str.contains(WEAK_CAUSES),
    )
    frame = robust(frame, "log_award_days", ["method", "object"], "days").with_columns(
        peer_days_typical=(pl.col("peer_days_median").exp() - 1)
    )
    frame = alike(frame, PART, "split")
    frame = alike(frame, (pl.col("method") == "CPRE") & FIRST_CALL, "quote")
    frame = _with_lots(frame, lots)
    return _with_documents(frame, tables["documents"])


def with_one_winner(frame: pl.DataFrame, awards: pl.DataFrame) -> pl.DataFrame:
    """Add one_winner (holder of all awards of the process, null where several hold them), one_shown, one_n, one_total_cents, one_passes.

    Those are the like purchases around the call that the same winner holds, itself among them, their value, and whether that passes
    a line which each of them stays below: the one of public tenders, the most of a comparison of prices or, where it passes
    neither, the amount up to which the law asks for no procedure at all; then only purchases of up to that amount count.
    """
    holder = pl.col("holder")
    sole = (holder.n_unique() == 1) & (holder.null_count() == 0)
    held = awards.group_by("process_id").agg(
        one_winner=pl.when(sole).then(holder.first()),
        one_shown=pl.when(sole).then(pl.col("holder_shown").sort().first()),
    )
    joined = frame.join(held, on="process_id", how="left", maintain_order="left")
    keys = (*LIKE, "one_winner")
    found = alike(alike(joined, PART, "one", keys), MINOR, "_minor", keys)
    total, most = pl.col("one_total_cents"), pl.col("law_cprec_max_cents")
    quotes = (pl.col("method") == "CPRE") & (total > most)
    passes = (total >= pl.col("law_lp_threshold_cents")) | quotes.fill_null(value=False)
    minor = ~passes.fill_null(value=False) & (
        pl.col("_minor_total_cents") > pl.col("law_procedure_min_cents")
    ).fill_null(value=False)
    of_minor = [
        pl.when(minor).then(f"_minor_{c}").otherwise(f"one_{c}").alias(f"one_{c}") for c in ("n", "total_cents")
    ]
    # a minor purchase by a procedure that is no part of anything larger can pass the last line alone
    alone = pl.col("one_n").is_null() & pl.col("_minor_n").is_not_null()
    return found.with_columns(*of_minor, one_passes=pl.when(alone).then(minor).otherwise(passes | minor)).drop(
        "_minor_n", "_minor_total_cents"
    )


def alike(frame: pl.DataFrame, which: pl.Expr, name: str, keys: Sequence[str] = LIKE) -> pl.DataFrame:
    """Add <name>_n and <name>_total_cents: like purchases of the buyer around the call, itself among them, and their value."""
    parts = frame.filter(which & (pl.col("value_pen_cents") > 0)).drop_nulls([*keys, "call_date"])
    window = (
        parts.select(*keys, "call_date", "value_pen_cents")
        .sort(*keys, "call_date")
        .rolling(
            "call_date",
            period=f"{2 * common.whole('split_days') + 1}d",
            offset=f"-{common.whole('split_days') + 1}d",
            group_by=keys,
        )
        .agg(pl.len().cast(pl.Int64).alias(f"{name}_n"), pl.col("value_pen_cents").sum().alias(f"{name}_total_cents"))
        .unique([*keys, "call_date"])
    )
    found = parts.select("process_id", *keys, "call_date").join(window, on=[*keys, "call_date"], how="left")
    return frame.join(
        found.select("process_id", f"{name}_n", f"{name}_total_cents"),
        on="process_id",
        how="left",
        maintain_order="left",
    )


def _with_lots(frame: pl.DataFrame, lots: pl.DataFrame) -> pl.DataFrame:
    """Add n_failed_lots and n_known_lots (lots of which it is published whether they failed)."""
    return frame.join(
        lots.group_by("process_id").agg(
            n_known_lots=pl.col("failed").count().cast(pl.Int64),
            n_failed_lots=pl.col("failed").sum().cast(pl.Int64),
        ),
        on="process_id",
        how="left",
        maintain_order="left",
    )


def _with_documents(frame: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Add n_documents and n_bidding_documents; null where nothing at all is published of the process's documents."""
    counted = documents.group_by("process_id").agg(
        n_documents=pl.len().cast(pl.Int64),
        n_bidding_documents=(pl.col("document_type") == "biddingDocuments").sum().cast(pl.Int64),
    )
    return frame.join(counted, on="process_id", how="left", maintain_order="left")
