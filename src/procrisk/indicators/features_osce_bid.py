"""Figures of the red flags of OSCE and the IDB (2021) that no other indicator needs, as columns of the frames.

Source: OSCE and BID, "Metodología de construcción de indicadores del modelo de riesgos" (2021). Its fixed numbers stand in
legal_parameters.csv (`oscebid_*`) and in the parameters of each indicator.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from procrisk import law
from procrisk.errors import UsageError
from procrisk.indicators import common
from procrisk.indicators.deviations import standing
from procrisk.indicators.features_osce_bid_contract import contracts, suppliers
from procrisk.indicators.features_osce_bid_item import direct_items, lots, near_reference, newcomers, winners
from procrisk.records import vocabulary

Tables = Mapping[str, pl.DataFrame]

STUDY = date(2021, 1, 1)
"""A day of the year that the method was written for."""
METHOD_NAMES = {g: {c: n[i] for c, n in vocabulary.METHODS.items()} for i, g in enumerate(("es", "en"))}
NULLITY = ("nullity", "upheld")
"""Outcomes of a ruling after which there should be no award: "Nulidad", or a complaint found "Fundado"."""


def with_flags(frames: Mapping[str, pl.DataFrame], tables: Tables) -> dict[str, pl.DataFrame]:
    """The frames with the figures of the OSCE-BID flags; the same rows in the same order."""
    processes = _planned(frames["processes"], tables["plan"])
    processes = _termed(processes)
    processes = _bidding(processes, tables["tenderers"])
    processes = _ruled(processes, tables["challenges"])
    processes = direct_items(processes, tables["lots"], _constant("oscebid_direct_market_share_max"))
    processes = near_reference(processes, tables)
    processes = newcomers(processes, tables)
    processes = winners(processes, tables)
    limits = processes.select("process_id", "law_oscebid_consent_days")
    return {
        **frames,
        "processes": processes,
        "awards": frames["awards"].join(limits, on="process_id", how="left", maintain_order="left"),
        "lots": lots(frames["lots"]),
        "suppliers": suppliers(frames["suppliers"], tables),
        "contracts": contracts(frames["contracts"], processes, tables),
    }


def _constant(parameter: str) -> float:
    """A number of the method that depends on nothing.

    Raises:
        UsageError: legal_parameters.csv does not hold it.
    """
    found = law.value(parameter, STUDY)
    if found is None:
        raise UsageError(f"legal_parameters.csv has no {parameter} for {STUDY}: put its row back")
    return found.value


def _planned(frame: pl.DataFrame, plan: pl.DataFrame) -> pl.DataFrame:
    """Add what the annual plan says.

    budget_group (1 to 5, by what the buyer's procedures of the year are worth); peer_plan_* (versions of the plan among procedures
    of the group); planned_method (that of the line of the plan which the ocid names, in its last version); used_* and
    planned_*, names of the two procedures.
    """
    keys = ["buyer_id", "year"]
    budgets = frame.drop_nulls(keys).group_by(keys).agg(_budget=pl.col("amount_pen_cents").sum())
    rank = pl.struct("_budget", "buyer_id").rank("ordinal").over("year").cast(pl.Int64) - 1
    budgets = budgets.select(
        *keys, budget_group=rank * common.whole("oscebid_budget_groups") // pl.len().over("year").cast(pl.Int64) + 1
    )
    frame = frame.join(budgets, on=keys, how="left", maintain_order="left")
    frame = standing(frame, "buyer_plan_versions", ["year", "budget_group"], "plan")
    linked = pl.col("ocid").str.extract_groups(r"-(?<year>\d{4})-(?<consucode>\d+)-(?<reference>\d+)$")
    link = ["_year", "_consucode", "_reference"]
    lines = (
        plan.drop_nulls(["year", "buyer_consucode", "reference", "method_details"])
        .sort("year", "buyer_consucode", "reference", "version", "lot_id", nulls_last=False)
        .unique(["year", "buyer_consucode", "reference"], keep="last", maintain_order=True)
        .select(
            _year="year",
            _consucode="buyer_consucode",
            _reference="reference",
            planned_method=vocabulary.method(
                pl.col("method_details"), pl.lit(None, pl.String), pl.lit(None, pl.String)
            ),
        )
    )
    return (
        frame.with_columns(
            _year=linked.struct["year"].cast(pl.Int16, strict=False),
            _consucode=linked.struct["consucode"].str.strip_chars_start("0"),
            _reference=linked.struct["reference"],
        )
        .join(lines, on=link, how="left", maintain_order="left")
        .drop(link)
        .with_columns(
            pl.col(column).replace_strict(names, default=None, return_dtype=pl.String).alias(f"{called}_{language}")
            for column, called in (("method", "used"), ("planned_method", "planned"))
            for language, names in METHOD_NAMES.items()
        )
    )


def _termed(frame: pl.DataFrame) -> pl.DataFrame:
    """Add term_days (calendar days from call to bids) and peer_term_* (procedures of the method and year)."""
    days = frame.with_columns(term_days=(pl.col("bid_deadline") - pl.col("call_date")).dt.total_days())
    return standing(days, "term_days", ["method", "year"], "term")


def _bidding(frame: pl.DataFrame, tenderers: pl.DataFrame) -> pl.DataFrame:
    """Add bidders against what is published of them.

    n_participants (as counted by the source, else those listed), bid_rate (bidders over them), peer_rate_* (method and year);
    has_bids and peer_bids_share (of the awarded procedures of the month and method, those with a bidder known): where none
    of them has one, the source is silent and has_bids is null.
    """
    listed = tenderers.group_by("process_id").agg(_listed=pl.col("party_id").n_unique().cast(pl.Int32))
    frame = frame.join(listed, on="process_id", how="left", maintain_order="left").with_columns(
        n_participants=pl.coalesce("n_registered", "_listed"), _month=pl.col("call_date").dt.truncate("1mo")
    )
    rate = pl.when(pl.col("n_participants") > 0).then(pl.col("n_bidders") / pl.col("n_participants"))
    frame = standing(frame.with_columns(bid_rate=rate), "bid_rate", ["method", "year"], "rate", scale=1_000_000)
    known = pl.col("n_bidders").is_not_null()
    awarded = frame.filter(pl.col("n_awards") > 0).drop_nulls(["_month", "method"])
    shares = awarded.group_by("_month", "method").agg(peer_bids_share=known.sum() / pl.len())
    told = pl.col("peer_bids_share") > 0
    return (
        frame.join(shares, on=["_month", "method"], how="left", maintain_order="left")
        .with_columns(has_bids=pl.when(known).then(True).when(told).then(False))
        .drop("_listed", "_month")
    )


def _ruled(frame: pl.DataFrame, challenges: pl.DataFrame) -> pl.DataFrame:
    """Add ruling_date and ruling_outcome (first ruling for nullity), awarded_after_ruling; null beyond the register's days."""
    rulings = challenges.filter(pl.col("kind") == "ruling").drop_nulls("date")
    void = (
        rulings.filter(pl.col("outcome").is_in(NULLITY))
        .sort("process_id", "date", "challenge_id")
        .unique("process_id", keep="first", maintain_order=True)
        .select("process_id", ruling_date="date", ruling_outcome="outcome")
    )
    first, last = (pl.lit(d, pl.Date) for d in _span(rulings["date"]))
    consent = pl.col("consent_date")
    return frame.join(void, on="process_id", how="left", maintain_order="left").with_columns(
        awarded_after_ruling=pl.when(pl.col("ruling_date").is_not_null())
        .then(pl.col("ruling_date") < consent)
        .when(consent.is_between(first, last))
        .then(False)
    )


def _span(days: pl.Series) -> Sequence[date | None]:
    first, last = days.min(), days.max()
    return [d if isinstance(d, date) else None for d in (first, last)]
