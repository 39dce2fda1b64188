"""What is known of a buyer, and of a market, beside each of its processes."""

from collections.abc import Mapping

import polars as pl

from procrisk.indicators import common
from procrisk.indicators.features_text import family_en, family_es
from procrisk.indicators.peers import mean_and_deviations, millionths
from procrisk.indicators.terms import COMPETITIVE, DIRECT, SIMPLIFIED
from procrisk.records.regions import region_name

Tables = Mapping[str, pl.DataFrame]


def with_buyers(tables: Tables, processes: pl.DataFrame, awards: pl.DataFrame) -> pl.DataFrame:
    """The frame of processes with buyer_* and market_* columns (market_es, market_en: as shown) and the limits of their peers.

    Peers are the buyers of the same level of government in the same year; a limit is the mean plus two standard deviations
    over those with enough processes.
    """
    frame = _yearly(processes)
    frame = frame.join(
        _concentration(awards), on=["buyer_id", "year"], how="left", maintain_order="left", nulls_equal=True
    )
    region = region_name(pl.col("region_code"))
    frame = frame.join(_markets(awards, processes), on="market_id", how="left", maintain_order="left").with_columns(
        market_es=pl.concat_str(family_es(pl.col("family")), region, separator=", "),
        market_en=pl.concat_str(family_en(pl.col("family")), region, separator=", "),
    )
    return _planned(frame, tables["plan"])


def _yearly(processes: pl.DataFrame) -> pl.DataFrame:
    """Shares of a buyer's processes of a year: direct, just under the line, failed, in December."""
    line = pl.col("value_over_line")
    low = (SIMPLIFIED & line.is_between(common.share("below_line_share"), 1.0, closed="left")).fill_null(value=False)
    near = low & (line >= common.share("near_line_share"))
    known = pl.col("method").is_not_null()
    ours = processes.group_by("buyer_id", "buyer_level", "year").agg(
        buyer_n=known.sum().cast(pl.Int64),
        buyer_direct_n=DIRECT.sum().cast(pl.Int64),
        buyer_low_n=low.sum().cast(pl.Int64),
        buyer_near_n=near.sum().cast(pl.Int64),
        buyer_lots_n=pl.col("n_known_lots").sum().cast(pl.Int64),
        buyer_failed_n=pl.col("n_failed_lots").sum().cast(pl.Int64),
        buyer_december_n=(known & (pl.col("call_date").dt.month() == 12)).sum().cast(pl.Int64),
        buyer_months=pl.col("call_date").dt.month().drop_nulls().n_unique().cast(pl.Int64),
    )
    shares = (("direct", "n"), ("near", "low_n"), ("failed", "lots_n"), ("december", "n"))
    ours = ours.with_columns(
        pl.when(pl.col(f"buyer_{of}") > 0)
        .then(millionths(pl.col(f"buyer_{name}_n") / pl.col(f"buyer_{of}")))
        .alias(f"buyer_{name}_share")
        for name, of in shares
    )
    for name, of, least in (
        ("direct", "n", common.whole("buyer_processes_min")),
        ("near", "low_n", common.whole("buyer_near_min")),
        ("failed", "lots_n", common.whole("buyer_processes_min")),
    ):
        compared = pl.when(pl.col(f"buyer_{of}") >= least).then(f"buyer_{name}_share")
        ours = ours.with_columns(_s=compared).with_columns(
            mean_and_deviations(pl.col("_s"), ["buyer_level", "year"]).alias(f"peer_{name}_limit"),
            pl.col("_s").count().over("buyer_level", "year").cast(pl.Int64).alias(f"peer_{name}_n"),
        )
    return processes.join(
        ours.drop("_s"), on=["buyer_id", "buyer_level", "year"], how="left", maintain_order="left", nulls_equal=True
    )


def _hhi(awards: pl.DataFrame, keys: list[str], name: str) -> pl.DataFrame:
    """Herfindahl-Hirschman index (0 to 10,000) of awarded soles, with awards, holders and the largest holder's share.

    An award of a consortium is the consortium's.
    """
    known = awards.filter(pl.col("amount_pen_cents") > 0).drop_nulls([*keys, "holder"])
    held = known.group_by([*keys, "holder"]).agg(_a=pl.col("amount_pen_cents").sum(), _n=pl.len().cast(pl.Int64))
    a, whole = pl.col("_a"), pl.col("_total")
    found = held.group_by(keys).agg(
        pl.col("_n").sum().alias(f"{name}_awards_n"),
        pl.len().cast(pl.Int64).alias(f"{name}_holders_n"),
        a.max().alias(f"{name}_top_cents"),
        _total=a.sum(),
    )
    # shares in millionths keep the sum of squares an integer
    ppm = (a * 1000 // (whole // 1000).clip(1)).clip(0, 1_000_000)
    shares = held.join(found, on=keys, how="inner").with_columns(_ppm=ppm)
    squares = shares.group_by(keys).agg(
        ((pl.col("_ppm") * pl.col("_ppm")).sum() / 100_000_000).alias(f"{name}_hhi"),
        (pl.col("_ppm").max() / 1_000_000).alias(f"{name}_top_share"),
    )
    top = (
        shares.filter(a == pl.col(f"{name}_top_cents")).group_by(keys).agg(pl.col("holder").min().alias(f"{name}_top"))
    )
    return found.drop("_total").join(squares, on=keys).join(top, on=keys)


def _shown(found: pl.DataFrame, awards: pl.DataFrame, name: str) -> pl.DataFrame:
    """Add <name>_top_shown, how the largest holder is shown to people."""
    top = f"{name}_top"
    ours = awards.join(found.select(top).unique(), left_on="holder", right_on=top, how="semi")
    shown = ours.group_by("holder").agg(pl.col("holder_shown").min().alias(f"{top}_shown"))
    return found.join(shown, left_on=top, right_on="holder", how="left", maintain_order="left")


def _concentration(awards: pl.DataFrame) -> pl.DataFrame:
    open_ = awards.filter(COMPETITIVE.fill_null(value=False))
    return _shown(_hhi(open_, ["buyer_id", "year"], "buyer"), awards, "buyer")


def _markets(awards: pl.DataFrame, processes: pl.DataFrame) -> pl.DataFrame:
    open_ = awards.filter(COMPETITIVE.fill_null(value=False)).join(
        processes.select("process_id", "market_id"), on="process_id", how="left"
    )
    buyers = open_.group_by("market_id").agg(market_buyers_n=pl.col("buyer_id").n_unique().cast(pl.Int64))
    found = _hhi(open_, ["market_id"], "market")
    return _shown(found.join(buyers, on="market_id", how="left"), awards, "market")


def _planned(frame: pl.DataFrame, plan: pl.DataFrame) -> pl.DataFrame:
    """Add buyer_plan_versions (of the year's annual plan) and its peers' limit."""
    versions = (
        plan.drop_nulls(["buyer_consucode", "year", "version"])
        .group_by("buyer_consucode", "year")
        .agg(buyer_plan_versions=pl.col("version").max().cast(pl.Int64))
    )
    joined = frame.join(
        versions,
        on=["buyer_consucode", "year"],
        how="left",
        maintain_order="left",
    )
    buyers = (
        joined.group_by("buyer_id", "buyer_level", "year")
        .agg(pl.col("buyer_plan_versions").max())
        .drop_nulls("buyer_plan_versions")
    )
    # versions are small whole numbers: a hundredth of one as the share keeps the integer sums exact
    limit = mean_and_deviations(pl.col("buyer_plan_versions") / 100, ["buyer_level", "year"]) * 100
    # 29 versions everywhere are no more than 29: 0.29 * 100 falls just short of it
    limit = limit.round(6)
    peers = buyers.with_columns(
        peer_versions_limit=limit, peer_versions_n=pl.len().over("buyer_level", "year").cast(pl.Int64)
    ).drop("buyer_plan_versions")
    return joined.join(
        peers, on=["buyer_id", "buyer_level", "year"], how="left", maintain_order="left", nulls_equal=True
    )
