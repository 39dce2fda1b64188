"""The frame of suppliers: one row a process and firm that won in it, with what registers say and how often it wins.

Members of a consortium count each by itself. Amounts are not used here: an award is held by several members, and adding it
up once for each would multiply it.
"""

from collections.abc import Mapping

import polars as pl

from procrisk.indicators import common
from procrisk.indicators.features_award import OF_PROCESS
from procrisk.indicators.peers import upper_fence
from procrisk.indicators.sentences import supplier_shown
from procrisk.indicators.terms import COMPETITIVE, DIRECT
from procrisk.records.regions import region_name, region_of
from procrisk.records.vocabulary import OBJECTS

Tables = Mapping[str, pl.DataFrame]

CATEGORY = {"goods": "BIENES", "services": "SERVICIOS", "works": "EJECUTOR", "consultancy": "CONSULTOR"}
"""Object to a word of the registration that it needs."""


def suppliers(tables: Tables, processes: pl.DataFrame, awards: pl.DataFrame) -> pl.DataFrame:
    """The winners, with what registers say of them and how often they win.

    One row a process and winner (party_id): what is known of the process, event_date (award, else call: direct awards of some sources have no date of award), supplier (as shown), pair_id, region, object_es, object_en (as shown);
    debarred*, penalties*, registered*; pair_* (with this buyer in this year), firm_* (with all), same_day_n; is_first,
    history_months; pair_bids_n, pair_win_ratio.
    """
    dated = awards.select("process_id", "award_id", award_date="date", award_amount_cents="amount_pen_cents")
    won = tables["award_suppliers"].join(dated, on=["process_id", "award_id"], how="left")
    each = (
        won.sort("process_id", "party_id", "award_id")
        .group_by("process_id", "party_id", maintain_order=True)
        .agg(
            pl.col("name", "ruc").drop_nulls().first(),
            pl.col("award_date").max(),
            # half a sum is no sum
            award_amount_cents=pl.when(pl.col("award_amount_cents").null_count() == 0).then(
                pl.col("award_amount_cents").sum()
            ),
        )
    )
    frame = each.join(processes.select(OF_PROCESS), on="process_id", how="inner", maintain_order="left").with_columns(
        event_date=pl.coalesce("award_date", "call_date"),
        supplier=supplier_shown(pl.col("party_id"), pl.col("name")),
        region=region_name(pl.col("region_code")),
        object_es=_object_shown(0),
        object_en=_object_shown(1),
        pair_id=pl.concat_str("buyer_id", "party_id", separator="+"),
    )
    frame = _debarred(frame, tables["sanctions"])
    frame = _penalised(frame, tables["penalties"])
    frame = _registered(frame, tables["suppliers"])
    return _bid_ratio(_first_time(_wins(frame)), tables["bids"], processes)


def _object_shown(language: int) -> pl.Expr:
    names = {code: shown[language].lower() for code, shown in OBJECTS.items()}
    return pl.col("object").replace_strict(names, default=None, return_dtype=pl.String)


def _debarred(frame: pl.DataFrame, sanctions: pl.DataFrame) -> pl.DataFrame:
    """Add debarred, debarred_from, debarred_to and debarred_by; null where there is no register or it ends before the award."""
    barring = sanctions.filter(pl.col("kind").is_in(["debarment", "judicial"]) & pl.col("start_date").is_not_null())
    hits = (
        frame.select("process_id", "ruc", "event_date")
        .join(barring, on="ruc", how="inner")
        .filter(pl.col("event_date") >= pl.col("start_date"))
        .filter(pl.col("event_date") <= pl.col("end_date").fill_null(pl.date(9999, 12, 31)))
        .sort("process_id", "ruc", "start_date", "resolution", nulls_last=True)
        .group_by("process_id", "ruc", maintain_order=True)
        .agg(
            debarred_from=pl.col("start_date").first(),
            debarred_to=pl.col("end_date").first(),
            debarred_by=pl.col("resolution").first(),
            _hit=pl.lit(value=True),
        )
    )
    until = pl.lit(barring["cut_date"].max(), pl.Date)
    ends_before = (pl.col("event_date") > until).fill_null(value=False)
    readable = pl.lit(not barring.is_empty()) & pl.col("ruc").is_not_null() & pl.col("event_date").is_not_null()
    clear = pl.when(readable & ~ends_before).then(False)
    joined = frame.join(hits, on=["process_id", "ruc"], how="left", maintain_order="left")
    return joined.with_columns(debarred=pl.coalesce("_hit", clear)).drop("_hit")


def _penalised(frame: pl.DataFrame, penalties: pl.DataFrame) -> pl.DataFrame:
    """Add penalties_n, penalties_cents and penalty_last of the months before; null beyond the reach of the register."""
    before = pl.col("event_date").dt.offset_by(f"-{common.whole('penalty_months')}mo")
    hits = (
        frame.select("process_id", "ruc", "event_date")
        .join(penalties.select("date", "amount_cents", ruc="supplier_ruc"), on="ruc", how="inner")
        .filter(pl.col("date").is_between(before, pl.col("event_date"), closed="left"))
        .group_by("process_id", "ruc")
        .agg(
            penalties_n=pl.len().cast(pl.Int64),
            penalties_cents=pl.col("amount_cents").sum(),
            penalty_last=pl.col("date").max(),
        )
    )
    first, last = penalties["date"].min(), penalties["date"].max()
    reached = pl.col("event_date").is_between(
        pl.lit(first, pl.Date), pl.lit(last, pl.Date).dt.offset_by(f"{common.whole('penalty_months')}mo")
    )
    none = pl.when(reached & pl.col("ruc").is_not_null()).then(pl.lit(0, pl.Int64))
    joined = frame.join(hits, on=["process_id", "ruc"], how="left", maintain_order="left")
    return joined.with_columns(penalties_n=pl.coalesce("penalties_n", none))


def _registered(frame: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Add what the register of suppliers says.

    registered_from (first day), registered_days (from it to the call), late_days (from the award to it), registered_as (the
    kinds of its registrations), right_category (one of them is for this kind of object), supplier_region, supplier_department.
    """
    firms = register.group_by("ruc").agg(
        registered_from=pl.col("valid_from").min(),
        registered_as=pl.col("category").str.to_uppercase().drop_nulls().unique().sort().str.join("; "),
        supplier_region=region_of(pl.col("department"), pl.col("province")).drop_nulls().sort().first(),
        supplier_department=pl.col("department").drop_nulls().sort().first(),
    )
    joined = frame.join(firms, on="ruc", how="left", maintain_order="left")
    need = pl.col("object").replace_strict(CATEGORY, default=None, return_dtype=pl.String)
    return joined.with_columns(
        registered_days=(pl.col("call_date") - pl.col("registered_from")).dt.total_days(),
        late_days=(pl.col("registered_from") - pl.col("award_date")).dt.total_days(),
        right_category=pl.when(pl.col("registered_as") != "").then(
            pl.col("registered_as").str.contains(need, literal=True)
        ),
    )


def _wins(frame: pl.DataFrame) -> pl.DataFrame:
    """Add how often the firm wins: with the buyer in the year, on one day, with all buyers, over how many families."""
    pair, pair_year, year = ["party_id", "buyer_id"], ["party_id", "buyer_id", "year"], ["buyer_id", "year"]
    open_, direct = COMPETITIVE.fill_null(value=False), DIRECT.fill_null(value=False)
    process = pl.col("process_id")
    buyers = frame.group_by(year).agg(
        buyer_open_n=process.filter(open_).n_unique().cast(pl.Int64),
        buyer_process_n=process.n_unique().cast(pl.Int64),
    )
    pairs = frame.group_by(pair_year).agg(
        pair_open_n=open_.sum().cast(pl.Int64),
        pair_direct_n=direct.sum().cast(pl.Int64),
        pair_n=pl.len().cast(pl.Int64),
    )
    days = frame.drop_nulls("award_date").group_by([*pair, "award_date"]).agg(same_day_n=pl.len().cast(pl.Int64))
    firms = frame.group_by("party_id").agg(
        firm_n=pl.len().cast(pl.Int64),
        firm_open_n=open_.sum().cast(pl.Int64),
        firm_buyers=pl.col("buyer_id").n_unique().cast(pl.Int64),
        firm_families=pl.col("family").drop_nulls().n_unique().cast(pl.Int64),
        firm_known_n=pl.col("family").count().cast(pl.Int64),
    )
    many = firms.filter(pl.col("firm_known_n") >= common.whole("firm_varied_min"))
    fence = many.select(upper_fence(pl.col("firm_families"))).item() if many.height else None
    return (
        frame.join(buyers, on=year, how="left", maintain_order="left", nulls_equal=True)
        .join(pairs, on=pair_year, how="left", maintain_order="left", nulls_equal=True)
        .join(days, on=[*pair, "award_date"], how="left", maintain_order="left")
        .join(firms, on="party_id", how="left", maintain_order="left")
        .with_columns(
            pair_open_share=pl.col("pair_open_n") / pl.col("buyer_open_n"),
            peer_families_n=pl.lit(many.height, pl.Int64),
            peer_families_limit=pl.lit(fence, pl.Float64),
        )
    )


def _first_time(frame: pl.DataFrame) -> pl.DataFrame:
    """Add earlier_n (the firm's awards before the call) and history_months (months before it that the records know of)."""
    before = pl.col("call_date").dt.offset_by(f"-{common.whole('supplier_history_months')}mo")
    events = frame.select("party_id", "event_date").drop_nulls()
    first = events.group_by("party_id").agg(first_event=pl.col("event_date").min())
    months = events.select(month=pl.col("event_date").dt.truncate("1mo")).unique()
    calls = frame.select("call_date").unique().drop_nulls()
    seen = (
        calls.join(months, how="cross")
        .filter(pl.col("month") >= before, pl.col("month") < pl.col("call_date").dt.truncate("1mo"))
        .group_by("call_date")
        .agg(history_months=pl.len().cast(pl.Int64))
    )
    return (
        frame.join(first, on="party_id", how="left", maintain_order="left")
        .join(seen, on="call_date", how="left", maintain_order="left")
        .with_columns(pl.col("history_months").fill_null(0), is_first=pl.col("first_event") >= pl.col("call_date"))
        .drop("first_event")
    )


def _bid_ratio(frame: pl.DataFrame, bids: pl.DataFrame, processes: pl.DataFrame) -> pl.DataFrame:
    """Add pair_bids_n (the buyer's competitive procedures in which the firm bid) and pair_win_ratio; null where no bid is known."""
    bid = (
        bids.select("process_id", "party_id")
        .unique()
        .join(processes.filter(COMPETITIVE).select("process_id", "buyer_id"), on="process_id", how="inner")
    )
    tried = bid.group_by("party_id", "buyer_id").agg(pair_bids_n=pl.len().cast(pl.Int64))
    won = (
        bid.join(frame.select("process_id", "party_id"), on=["process_id", "party_id"], how="semi")
        .group_by("party_id", "buyer_id")
        .agg(_won=pl.len().cast(pl.Int64))
    )
    return (
        frame.join(tried, on=["party_id", "buyer_id"], how="left", maintain_order="left")
        .join(won, on=["party_id", "buyer_id"], how="left", maintain_order="left")
        .with_columns(pair_win_ratio=pl.col("_won").fill_null(0) / pl.col("pair_bids_n"))
        .drop("_won")
    )
