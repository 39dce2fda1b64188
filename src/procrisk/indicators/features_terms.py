"""What the terms of a call say and how they were published: fee, criteria, questions, documents, items, brands, like calls."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from procrisk.indicators import common
from procrisk.indicators.features_text import classified
from procrisk.indicators.peers import mean_and_deviations, millionths, robust
from procrisk.indicators.terms import COMPETITIVE, FIRST_CALL, GOODS_SERVICES
from procrisk.records.vocabulary import fold
from procrisk.workdays import business_days

Tables = Mapping[str, pl.DataFrame]

BRAND = r"\bMARCA(?:\s*:\s*|\s+)[\"']?[A-Z0-9]{2,}|\b(?:REPUESTOS?|FILTROS?|TONER(?:ES)?|TINTAS?|CARTUCHOS?)\b.{0,30}\bORIGINAL(?:ES)?\b"
NO_BRAND = r"EQUIVALENTE|COMPATIBLE|SIMILAR|\b(?:PILLCO|PILTCO|TUNAN|SIN|OTRA|CUALQUIER|REGISTRO DE) MARCA|\bMARCA (?:DE|DEL|EN|PARA|PERU|PAIS)\b"
"""Where a brand is named without refusing others, or MARCA is a place's name (Pillco Marca) or means no brand of goods."""
RATED = ("ratedCriteria", "qualityOnly")


def with_terms(frame: pl.DataFrame, tables: Tables, days: Sequence[date]) -> pl.DataFrame:
    """The frame of processes with what is known of the terms.

    general_days (calendar days from call to bids where no Peruvian regime applies); fee_share (fee over value);
    peer_value_* (log of the value among like purchases), value_over_typical; names_brand; package_families;
    catalogue_lots, sheet_lots, homologated_lots (lots on a list in force); n_enquiries, n_unanswered, peer_enquiries_*; n_planning_documents,
    peer_planning_share, peer_planning_n (of the buyer's other processes with documents); document_days (business days from
    call to the first bidding document); opening_days, peer_opening_*; peer_criteria_mean, criteria_over_mean;
    buyer_criteria_n, buyer_rated_n, buyer_rated_share, peer_rated_limit, peer_rated_n; parallel_n, parallel_with.
    """
    deadline = pl.coalesce("bid_deadline", "bid_opening")
    value = pl.col("value_pen_cents")
    frame = frame.with_columns(
        general_days=pl.when(pl.col("regime").is_null()).then((deadline - pl.col("call_date")).dt.total_days()),
        fee_share=pl.when(pl.col("value_cents") > 0).then(pl.col("fee_cents") / pl.col("value_cents")),
        opening_days=(pl.col("evaluation_start") - pl.col("bid_opening")).dt.total_days(),
        log_value=pl.when((value > 0) & pl.col("item_class").is_not_null()).then((value / 100).log()),
    )
    frame = robust(frame, "log_value", ["item_class", "object", "method"], "value", floor=0.3).with_columns(
        value_over_typical=(pl.col("log_value") - pl.col("peer_value_median")).exp()
    )
    frame = robust(frame, "opening_days", ["method", "object"], "opening", floor=1.0)
    frame = _questions(frame, tables["enquiries"])
    frame = _published(frame, tables["documents"], days)
    frame = _criteria(frame)
    frame = _items(frame, tables["lots"], tables["listed_items"])
    return _parallel(frame)


def _questions(frame: pl.DataFrame, enquiries: pl.DataFrame) -> pl.DataFrame:
    """Add n_enquiries and n_unanswered; null where no question of the process is published."""
    open_ = pl.col("answered").not_() & pl.col("answered_date").is_null()
    put = enquiries.group_by("process_id").agg(
        n_enquiries=pl.len().cast(pl.Int64),
        n_unanswered=pl.when(pl.col("answered").count() > 0).then(open_.sum().cast(pl.Int64)),
    )
    joined = frame.join(put, on="process_id", how="left", maintain_order="left")
    return robust(joined, "n_enquiries", ["method", "object"], "enquiries", floor=1.0)


def _published(frame: pl.DataFrame, documents: pl.DataFrame, days: Sequence[date]) -> pl.DataFrame:
    bidding = pl.col("document_type") == "biddingDocuments"
    found = documents.group_by("process_id").agg(
        n_planning_documents=(pl.col("section") == "planning").sum().cast(pl.Int64),
        first_document=pl.col("date").filter(bidding).min(),
    )
    joined = frame.join(found, on="process_id", how="left", maintain_order="left")
    has = (pl.col("n_planning_documents") > 0).cast(pl.Int64)
    others = pl.col("n_planning_documents").count().over("buyer_id").cast(pl.Int64) - 1
    with_ = has.sum().over("buyer_id") - has
    return joined.with_columns(
        document_days=business_days(pl.col("call_date"), pl.col("first_document"), days),
        peer_planning_n=others,
        peer_planning_share=pl.when(others > 0).then(with_ / others),
    )


def _criteria(frame: pl.DataFrame) -> pl.DataFrame:
    """Add how long the criteria are beside those of like purchases, and how often the buyer weighs more than the price."""
    class_ = ["family", "object"]
    length = pl.col("criteria_length")
    n, total = length.count().over(class_).cast(pl.Int64), length.cast(pl.Int64).sum().over(class_)
    frame = frame.with_columns(peer_criteria_n=n, peer_criteria_mean=pl.when(n > 0).then(total / n)).with_columns(
        criteria_over_mean=length - pl.col("peer_criteria_mean")
    )
    ours = frame.group_by("buyer_id", "buyer_level", "year").agg(
        buyer_criteria_n=pl.col("award_criteria").count().cast(pl.Int64),
        buyer_rated_n=pl.col("award_criteria").is_in(RATED).sum().cast(pl.Int64),
    )
    n = pl.col("buyer_criteria_n")
    by = ["buyer_level", "year"]
    ours = ours.with_columns(
        buyer_rated_share=pl.when(n > 0).then(millionths(pl.col("buyer_rated_n") / n))
    ).with_columns(_s=pl.when(n >= common.whole("buyer_rated_min")).then("buyer_rated_share"))
    ours = ours.with_columns(
        peer_rated_limit=mean_and_deviations(pl.col("_s"), by),
        peer_rated_n=pl.col("_s").count().over(by).cast(pl.Int64),
    )
    return frame.join(ours.drop("_s"), on=["buyer_id", *by], how="left", nulls_equal=True, maintain_order="left")


def _items(frame: pl.DataFrame, lots: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """Add names_brand, package_families, catalogue_lots, sheet_lots and homologated_lots."""
    told = classified(lots.select("process_id", "lot_id", "description", "classification", "package"))
    families = (
        told.drop_nulls(["package", "family"])
        .group_by("process_id", "package")
        .agg(_n=pl.col("family").n_unique().cast(pl.Int64))
        .group_by("process_id")
        .agg(package_families=pl.col("_n").max())
    )
    texts = pl.concat([frame.select("process_id", "description"), lots.select("process_id", "description")])
    said = fold(pl.col("description"))
    brands = (
        texts.drop_nulls("description")
        .with_columns(_names=said.str.contains(BRAND) & ~said.str.contains(NO_BRAND))
        .group_by("process_id")
        .agg(
            names_brand=pl.col("_names").any(),
            brand_text=pl.col("description").filter("_names").sort().first().str.slice(0, 200),
        )
    )
    for found in (families, brands):
        frame = frame.join(found, on="process_id", how="left", maintain_order="left")
    for name, list_ in (("catalogue", "catalogue"), ("sheet", "technical_sheet"), ("homologated", "homologated")):
        on = _listed(frame, told, listed.filter(pl.col("list") == list_), f"{name}_lots")
        frame = frame.join(on, on="process_id", how="left", maintain_order="left")
    return frame


def _listed(frame: pl.DataFrame, lots: pl.DataFrame, listed: pl.DataFrame, name: str) -> pl.DataFrame:
    """process_id and the lots, of those classified, whose code begins with one on the list on the day of the call."""
    known = lots.drop_nulls("classification").join(
        frame.select("process_id", "call_date"), on="process_id", how="inner", maintain_order="left"
    )
    if listed.is_empty():
        return known.select("process_id").unique().select("process_id", pl.lit(None, pl.Int64).alias(name))
    codes = listed.drop_nulls("classification").select(_code="classification", _from="valid_from", _to="valid_to")
    lengths = sorted(codes["_code"].str.len_chars().unique().to_list())
    day = pl.col("call_date")
    hits = pl.concat(
        known.with_columns(_code=pl.col("classification").str.slice(0, length))
        .join(codes, on="_code", how="inner")
        .filter((day >= pl.col("_from")).fill_null(value=True) & (day <= pl.col("_to")).fill_null(value=True))
        .select("process_id", "lot_id")
        for length in lengths
    ).unique()
    counted = hits.group_by("process_id").agg(pl.len().cast(pl.Int64).alias(name))
    return (
        known.select("process_id")
        .unique()
        .join(counted, on="process_id", how="left")
        .with_columns(pl.col(name).fill_null(0))
    )


def _parallel(frame: pl.DataFrame) -> pl.DataFrame:
    """Add parallel_n: the buyer's like calls of the parallel_days before this one that had not been awarded on its day.

    Each call counts from the day after it until its award or the end of the window: beginnings and ends are summed up day by
    day, so that the time grows with the calls and not with their pairs. parallel_with is the one that ended last.
    """
    keys = ["buyer_id", "object", "item_class"]
    ours = (
        frame.filter(COMPETITIVE, FIRST_CALL, GOODS_SERVICES)
        .drop_nulls([*keys, "call_date"])
        .select("process_id", *keys, "call_date", "award_date")
        .sort("process_id")
        .with_row_index("_at")
    )
    call = pl.col("call_date")
    last = pl.min_horizontal("award_date", call + pl.duration(days=common.whole("parallel_days") + 1))
    open_ = ours.drop_nulls("award_date").with_columns(_day=call + pl.duration(days=1), _end=last)
    open_ = open_.filter(pl.col("_end") > pl.col("_day"))
    changes = [open_.select(*keys, _day=day, _n=pl.lit(n, pl.Int64)) for day, n in (("_day", 1), ("_end", -1))]
    counts = pl.concat(changes).group_by(*keys, "_day").agg(pl.col("_n").sum()).sort(*keys, "_day")
    counts = counts.with_columns(parallel_n=pl.col("_n").cum_sum().over(keys)).drop("_n")
    latest = open_.with_columns(_end=pl.col("_end").to_physical().cast(pl.Int64) * 2**32 + pl.col("_at").cast(pl.Int64))
    latest = latest.group_by(*keys, "_day").agg(pl.col("_end").max()).sort(*keys, "_day")
    latest = latest.with_columns(pl.col("_end").cum_max().over(keys) % 2**32)
    known = ours.sort(*keys, "call_date")
    for found in (counts, latest):
        known = known.sort("call_date").join_asof(
            found.sort("_day"),
            left_on="call_date",
            right_on="_day",
            by=keys,
            strategy="backward",
            check_sortedness=False,
        )
        known = known.drop("_day", strict=False)
    named = known.with_columns(pl.col("parallel_n").fill_null(0)).with_columns(
        parallel_with=pl.when(pl.col("parallel_n") > 0).then(ours["process_id"].gather(known["_end"].fill_null(0)))
    )
    return frame.join(
        named.select("process_id", "parallel_n", "parallel_with"), on="process_id", how="left", maintain_order="left"
    )
