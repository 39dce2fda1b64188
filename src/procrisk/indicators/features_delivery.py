"""What became of a contract: deliveries, payments, delay and its penalty, completion, papers of the execution.

Milestones and payments are summed per contract before they are joined. Where a source publishes payments, a contract without
any was paid nothing; where it publishes no deliveries for a contract, nothing is known of them.
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

from procrisk.indicators import common
from procrisk.indicators.features_changes import CONTRACT, told

Tables = Mapping[str, pl.DataFrame]


def delivered(frame: pl.DataFrame, tables: Tables, as_of: date) -> pl.DataFrame:
    """Add what became of each contract.

    n_deliveries, first_met, delivery_late_days (most days from due to met, or to the day of reading); n_payments,
    paid_pen_cents, paid_excess_ratio (paid over the contract as it was raised), early_ratio (paid before the first delivery, over
    the contract), unpaid_days (most days from a delivery to the next payment); ended_late_days, end_penalties_cents,
    penalty_due_cents; is_closed; n_implementation_documents.
    """
    deliveries = tables["milestones"].filter(pl.col("kind") == "delivery")
    frame = _deliveries(frame, deliveries, as_of)
    frame = _payments(frame, tables["transactions"])
    frame = frame.join(
        _unpaid(deliveries, tables["transactions"], as_of), on=CONTRACT, how="left", maintain_order="left"
    )
    return _papers(_ended(frame, tables["penalties"]), tables["documents"])


def _deliveries(frame: pl.DataFrame, deliveries: pl.DataFrame, as_of: date) -> pl.DataFrame:
    unsaid = (pl.col("status") == "met").fill_null(value=False) & pl.col("met_date").is_null()
    until = pl.when(~unsaid).then(pl.coalesce("met_date", pl.lit(as_of)))
    counted = (
        deliveries.with_columns(_late=(until - pl.col("due_date")).dt.total_days())
        .group_by(CONTRACT)
        .agg(
            n_deliveries=pl.len().cast(pl.Int64),
            first_met=pl.col("met_date").min(),
            delivery_late_days=pl.col("_late").max(),
        )
    )
    return frame.join(counted, on=CONTRACT, how="left", maintain_order="left")


def _payments(frame: pl.DataFrame, transactions: pl.DataFrame) -> pl.DataFrame:
    """Add the sums of payments; unknown where one has no amount or is in another currency than the contract."""
    of = frame.select(*CONTRACT, "first_met", _currency="currency")
    amount, day, met = pl.col("amount_cents"), pl.col("date"), pl.col("first_met")
    same = amount.is_not_null() & (pl.col("currency").is_null() | (pl.col("currency") == pl.col("_currency")))
    early = met.is_null() | (day < met)
    sums = (
        transactions.join(of, on=CONTRACT, how="inner")
        .group_by(CONTRACT)
        .agg(
            n_payments=pl.len().cast(pl.Int64),
            _paid=pl.when(same.fill_null(value=False).all()).then(amount.sum()),
            _early=pl.when(early.is_not_null().all()).then(amount.filter(early).sum()),
        )
        .with_columns(_early=pl.when(pl.col("_paid").is_not_null()).then("_early"))
    )
    joined = frame.join(sums, on=CONTRACT, how="left", maintain_order="left")
    none = pl.col("n_payments").is_null() & told("n_payments")
    joined = joined.with_columns(
        pl.when(none).then(pl.lit(0, pl.Int64)).otherwise(c).alias(c) for c in ("n_payments", "_paid", "_early")
    )
    whole = pl.col("amount_cents")
    ratio, early_ratio = (pl.when(whole > 0).then(pl.col(c) / whole) for c in ("_paid", "_early"))
    soles = pl.when(pl.col("currency") == "PEN").then("_paid")
    return joined.with_columns(
        paid_pen_cents=soles.otherwise((ratio * pl.col("amount_pen_cents")).round(0).cast(pl.Int64)),
        paid_excess_ratio=ratio - 1 - pl.col("growth_ratio").fill_null(0).clip(0),
        early_ratio=pl.when(pl.col("n_deliveries") > 0).then(early_ratio),
    ).drop("_paid", "_early")


def _unpaid(deliveries: pl.DataFrame, transactions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Most days that a delivery waited for the next payment (or waits), for contracts of which every payment has its day."""
    known = transactions.group_by(CONTRACT).agg(_all=pl.col("date").is_not_null().all()).filter("_all").select(CONTRACT)
    met = deliveries.filter(pl.col("met_date") <= as_of).join(known, on=CONTRACT, how="semi").sort("met_date")
    paid = transactions.join(known, on=CONTRACT, how="semi").select(*CONTRACT, _paid="date").sort("_paid")
    next_ = met.select(*CONTRACT, "met_date").join_asof(
        paid, left_on="met_date", right_on="_paid", by=CONTRACT, strategy="forward", check_sortedness=False
    )
    wait = (pl.coalesce("_paid", pl.lit(as_of)) - pl.col("met_date")).dt.total_days()
    return next_.group_by(CONTRACT).agg(unpaid_days=wait.max())


def _ended(frame: pl.DataFrame, penalties: pl.DataFrame) -> pl.DataFrame:
    """Add how late the contract ended, what it was fined for and what the formula asks for at least."""
    due, late = pl.coalesce("end_date_updated", "end_date"), pl.col("ended_late_days")
    days, first, last = pl.col("_term"), penalties["date"].min(), penalties["date"].max()
    covered = pl.col("end_date_actual").is_between(pl.lit(first, pl.Date), pl.lit(last, pl.Date))
    factor = (
        pl.when(days <= common.whole("delay_short_days"))
        .then("law_penalty_f_60")
        .when(days <= common.whole("delay_middle_days"))
        .then("law_penalty_f_120")
    )
    share = (common.share("delay_penalty_share") * late / (factor.otherwise("law_penalty_f_over") * days)).clip(
        upper_bound=common.share("delay_penalty_share")
    )
    fined = pl.col("penalties_cents")
    return (
        frame.with_columns(
            ended_late_days=(pl.col("end_date_actual") - due).dt.total_days(),
            _term=(due - pl.col("start_date")).dt.total_days(),
            end_penalties_cents=pl.when(fined > 0).then(fined).when(covered).then(pl.lit(0, pl.Int64)),
        )
        .with_columns(
            penalty_due_cents=pl.when(days > 0, late > 0).then(
                (pl.col("amount_pen_cents") * share).round(0).cast(pl.Int64)
            )
        )
        .drop("_term")
    )


def _papers(frame: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Add is_closed (its end or final amount is published) and n_implementation_documents; null where no source says so."""
    counted = (
        documents.filter(pl.col("section") == "implementation")
        .group_by("process_id")
        .agg(n_implementation_documents=pl.len().cast(pl.Int64))
    )
    joined = frame.join(counted, on="process_id", how="left", maintain_order="left")
    closed = pl.col("end_date_actual").is_not_null() | pl.col("final_cents").is_not_null()
    papers = pl.col("n_implementation_documents")
    return joined.with_columns(
        is_closed=pl.when(closed.any().over("source_code")).then(closed),
        n_implementation_documents=pl.when(told("n_implementation_documents")).then(papers.fill_null(0)),
    )
