"""How a firm's awards grow, what share of a market it holds, and how a buyer's calls fall on days.

An award of a consortium is the consortium's: it says nothing of how much each member has won.
"""

from collections.abc import Mapping

import polars as pl

from procrisk.indicators.features_text import family_en, family_es
from procrisk.indicators.terms import COMPETITIVE
from procrisk.records.regions import region_name

Tables = Mapping[str, pl.DataFrame]


def with_growth(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The frame of suppliers with what each had won by itself before the day of the award.

    Adds own_cents (what it won by itself in the process; null for members of a consortium), earlier_wins_n, earlier_max_cents
    and growth_ratio (of the firm, with any buyer), pair_earlier_n, pair_first_cents and pair_growth_ratio (against its first
    day of purchases with this buyer). Days are those of the award; purchases of one day are taken together.
    """
    own = tables["award_suppliers"].filter(pl.col("consortium_id").is_null())
    amounts = tables["awards"].select("process_id", "award_id", "amount_pen_cents")
    won = own.join(amounts, on=["process_id", "award_id"], how="inner").group_by("process_id", "party_id")
    whole = pl.when(pl.col("amount_pen_cents").is_not_null().all()).then(pl.col("amount_pen_cents").sum())
    frame = frame.join(won.agg(own_cents=whole), on=["process_id", "party_id"], how="left", maintain_order="left")
    x = pl.col("own_cents")
    dated = frame.filter((x > 0) & pl.col("event_date").is_not_null() & pl.col("party_id").is_not_null())
    firm = _earlier(dated, ["party_id"]).rename({"_n": "earlier_wins_n", "_max": "earlier_max_cents"}).drop("_first")
    pair = _earlier(dated.drop_nulls("buyer_id"), ["party_id", "buyer_id"])
    pair = pair.rename({"_n": "pair_earlier_n", "_first": "pair_first_cents"}).drop("_max")
    return (
        frame.join(firm, on=["party_id", "event_date"], how="left", maintain_order="left")
        .join(pair, on=["party_id", "buyer_id", "event_date"], how="left", maintain_order="left")
        .with_columns(
            growth_ratio=x / pl.col("earlier_max_cents"),
            pair_growth_ratio=x / pl.col("pair_first_cents"),
        )
    )


def _earlier(dated: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """By day: how many purchases came before it, the largest of them, and the sum of the first day's."""
    days = (
        dated.group_by(*keys, "event_date")
        .agg(n=pl.len().cast(pl.Int64), most=pl.col("own_cents").max(), total=pl.col("own_cents").sum())
        .sort(*keys, "event_date")
    )
    before = pl.col("n").cum_sum().over(keys) - pl.col("n")
    first = pl.col("total").first().over(keys)
    return days.select(
        *keys,
        "event_date",
        _n=before,
        _max=pl.col("most").cum_max().shift(1).over(keys),
        _first=pl.when(before > 0).then(first),
    )


def with_market_share(awards: pl.DataFrame) -> pl.DataFrame:
    """The frame of awards with the holder's share of what is awarded of this kind of purchase in its region and year.

    Adds market_year_n (awards), market_year_share; family_es, family_en and region as they are shown to people. Competitive
    procedures alone; shares are of awarded soles.
    """
    keys = ["region_code", "family", "year"]
    known = awards.filter(COMPETITIVE & (pl.col("amount_pen_cents") > 0)).drop_nulls([*keys, "holder"])
    cents = pl.col("amount_pen_cents").sum()
    whole = known.group_by(keys).agg(market_year_n=pl.len().cast(pl.Int64), _whole=cents)
    held = known.group_by(*keys, "holder").agg(_held=cents)
    return (
        awards.join(whole, on=keys, how="left", maintain_order="left")
        .join(held, on=[*keys, "holder"], how="left", maintain_order="left")
        .with_columns(
            market_year_share=pl.col("_held") / pl.col("_whole"),
            family_es=family_es(pl.col("family")),
            family_en=family_en(pl.col("family")),
            region=region_name(pl.col("region_code")),
        )
        .drop("_held", "_whole")
    )


def with_titles(processes: pl.DataFrame) -> pl.DataFrame:
    """The table of processes with same_title_n: those of the buyer with this nomenclature and day of call."""
    keys = ["buyer_id", "call_date", "title"]
    titles = processes.drop_nulls(keys).group_by(keys).agg(same_title_n=pl.len().cast(pl.Int64))
    return processes.join(titles, on=keys, how="left", maintain_order="left")


def with_days(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame of processes with how the buyer's calls fall on days.

    Adds buyer_calls_n (its calls of the calendar year), buyer_day_n (those of this day) and buyer_day_share.
    """
    day = ["buyer_id", "call_date"]
    known = frame.drop_nulls(day)
    days = known.group_by(day).agg(buyer_day_n=pl.len().cast(pl.Int64))
    year = pl.col("call_date").dt.year()
    calls = known.group_by("buyer_id", _year=year).agg(buyer_calls_n=pl.len().cast(pl.Int64))
    return (
        frame.with_columns(_year=year)
        .join(days, on=day, how="left", maintain_order="left")
        .join(calls, on=["buyer_id", "_year"], how="left", maintain_order="left")
        .with_columns(buyer_day_share=pl.col("buyer_day_n") / pl.col("buyer_calls_n"))
        .drop("_year")
    )
