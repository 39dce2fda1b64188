"""What surrounds a signature: appeals pending, nullities after it, the next contract with the same firm, subcontractors."""

from collections.abc import Mapping

import polars as pl

from procrisk.indicators import common
from procrisk.indicators.features_changes import CONTRACT, told
from procrisk.indicators.peers import mean_and_deviations, upper_fence
from procrisk.indicators.sentences import supplier_shown

Tables = Mapping[str, pl.DataFrame]


def signed(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add what surrounds the signature of each contract.

    appeal_pending, appeal_date (of the oldest pending one); annulled, annulled_date (first nullity after signature); n_later,
    again_days (contracts of the same buyer and firm signed later, days to the first); n_subcontractors, n_losing, losing (bidders
    who lost and are subcontractors, as shown), subcontract_share.
    """
    frame = _challenged(frame, tables["challenges"])
    return _subcontracted(_again(frame), tables)


def _challenged(frame: pl.DataFrame, challenges: pl.DataFrame) -> pl.DataFrame:
    day, signed_date = pl.col("date"), pl.col("signed_date")
    pending = (day <= signed_date) & (pl.col("resolved_date").is_null() | (pl.col("resolved_date") > signed_date))
    pending = (pl.col("kind") == "appeal") & pending
    decided = pl.coalesce("resolved_date", "date")
    void = (pl.col("outcome") == "nullity").fill_null(value=False) & (decided > signed_date)
    found = (
        frame.select(*CONTRACT, "signed_date")
        .join(challenges, on="process_id", how="inner")
        .group_by(CONTRACT)
        .agg(
            appeal_pending=pending.any(ignore_nulls=False),
            appeal_date=day.filter(pending).min(),
            annulled=void.any(ignore_nulls=False),
            annulled_date=decided.filter(void).min(),
            _n=pl.len(),
        )
    )
    joined = frame.join(found, on=CONTRACT, how="left", maintain_order="left")
    none = pl.col("_n").is_null() & told("_n")
    return joined.with_columns(
        pl.when(none).then(pl.lit(value=False)).otherwise(c).alias(c) for c in ("appeal_pending", "annulled")
    ).drop("_n")


def _again(frame: pl.DataFrame) -> pl.DataFrame:
    pair = ["buyer_id", "supplier_id"]
    resolved = frame.filter("has_resolution").select(*CONTRACT, *pair, "signed_date").drop_nulls()
    later = (
        resolved.join(frame.select(*pair, _next="signed_date"), on=pair, how="left")
        .filter(pl.col("_next") > pl.col("signed_date"))
        .group_by(CONTRACT)
        .agg(
            n_later=pl.len().cast(pl.Int64),
            again_days=(pl.col("_next") - pl.col("signed_date")).min().dt.total_days(),
        )
    )
    joined = frame.join(later, on=CONTRACT, how="left", maintain_order="left")
    known = pl.all_horizontal(pl.col(*pair, "signed_date").is_not_null())
    return joined.with_columns(n_later=pl.when(known).then(pl.col("n_later").fill_null(0)))


def _subcontracted(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add the figures on subcontractors; one named on the process alone counts for each of its contracts."""
    given = tables["subcontractors"].with_columns(pl.col("contract_id").fill_null(""))
    keys = frame.select(CONTRACT)
    own = given.join(keys, on=CONTRACT, how="semi")
    whole = given.filter(pl.col("contract_id") == "").drop("contract_id").join(keys, on="process_id", how="inner")
    subs = pl.concat([own, whole.select(own.columns)])
    bidder = ["process_id", "party_id"]
    bidders = pl.concat([tables["bids"].select(bidder), tables["tenderers"].select(bidder)]).unique()
    losers = bidders.join(tables["award_suppliers"].select(bidder), on=bidder, how="anti").with_columns(_lost=True)
    known = bidders.select("process_id").unique().with_columns(_known=True)
    lost, share = pl.col("_lost").fill_null(value=False), pl.col("share")
    found = (
        subs.join(losers, on=bidder, how="left")
        .with_columns(_shown=supplier_shown(pl.col("party_id"), pl.col("name")))
        .sort(*CONTRACT, "party_id")
        .group_by(CONTRACT, maintain_order=True)
        .agg(
            n_subcontractors=pl.len().cast(pl.Int64),
            n_losing=lost.sum().cast(pl.Int64),
            losing=pl.col("_shown").filter(lost).unique(maintain_order=True).str.join("; "),
            _share=pl.when(share.is_not_null().all()).then(share.sum()),
        )
    )
    of_awards = tables["awards"].select("process_id", "award_id", "has_subcontracting", "subcontract_share")
    joined = (
        frame.join(found, on=CONTRACT, how="left", maintain_order="left")
        .join(known, on="process_id", how="left", maintain_order="left")
        .join(of_awards, on=["process_id", "award_id"], how="left", maintain_order="left")
    )
    none = pl.col("n_subcontractors").is_null() & told("n_subcontractors")
    counted = pl.when(none).then(pl.lit(0, pl.Int64))
    nothing = pl.when(pl.col("has_subcontracting").not_()).then(pl.lit(0.0))
    return joined.with_columns(
        n_losing=counted.when(pl.col("_known")).then("n_losing"),
        subcontract_share=pl.coalesce("_share", "subcontract_share", nothing),
        n_subcontractors=counted.otherwise("n_subcontractors"),
    ).drop("_known", "_share", "has_subcontracting")


def with_contract_sums(processes: pl.DataFrame, contracts: pl.DataFrame) -> pl.DataFrame:
    """The frame of processes with contracts_pen_cents (null where one has no amount) and contracts_over_awards."""
    amount = pl.col("amount_pen_cents")
    sums = contracts.group_by("process_id").agg(
        contracts_pen_cents=pl.when(amount.is_not_null().all()).then(amount.sum())
    )
    return processes.join(sums, on="process_id", how="left", maintain_order="left").with_columns(
        contracts_over_awards=pl.when(pl.col("awarded_pen_cents") > 0).then(
            pl.col("contracts_pen_cents") / pl.col("awarded_pen_cents")
        )
    )


def with_subcontracting(processes: pl.DataFrame, awards: pl.DataFrame) -> pl.DataFrame:
    """The frame of processes with the buyer's share of subcontracted awards in the year, and its peers' limit.

    buyer_told_n (awards of which it is told), buyer_subcontract_n, buyer_subcontract_share; peer_subcontract_n and
    peer_subcontract_limit among the buyers of the same level and year with at least buyer_subcontract_min such awards.
    """
    by, peers = ["buyer_id", "buyer_level", "year"], ["buyer_level", "year"]
    has = pl.col("has_subcontracting")
    ours = awards.group_by(by).agg(
        buyer_told_n=has.is_not_null().sum().cast(pl.Int64), buyer_subcontract_n=has.sum().cast(pl.Int64)
    )
    told_n = pl.col("buyer_told_n")
    ours = ours.filter(told_n > 0).with_columns(buyer_subcontract_share=pl.col("buyer_subcontract_n") / told_n)
    compared = pl.when(told_n >= common.whole("buyer_subcontract_min")).then("buyer_subcontract_share")
    ours = ours.with_columns(_s=compared).with_columns(
        peer_subcontract_n=pl.col("_s").count().over(peers).cast(pl.Int64),
        peer_subcontract_limit=mean_and_deviations(pl.col("_s"), peers),
    )
    return processes.join(ours.drop("_s"), on=by, how="left", maintain_order="left", nulls_equal=True)


def with_additions(suppliers: pl.DataFrame, contracts: pl.DataFrame) -> pl.DataFrame:
    """The frame of suppliers with the firm's additions over all of its contracts, and its peers' fence.

    firm_contracts_n (contracts whose changes and amount are known), firm_additional_cents, firm_additional_ratio;
    peer_additional_n and peer_additional_limit (Tukey's upper fence) among firms with at least firm_contracts_min of them.
    """
    known = contracts.filter(pl.col("amount_pen_cents") > 0).drop_nulls(["supplier_id", "additional_cents"])
    firms = known.group_by(party_id="supplier_id").agg(
        firm_contracts_n=pl.len().cast(pl.Int64),
        firm_additional_cents=pl.col("additional_cents").sum(),
        _whole=pl.col("amount_pen_cents").sum(),
    )
    firms = firms.with_columns(firm_additional_ratio=pl.col("firm_additional_cents") / pl.col("_whole")).drop("_whole")
    many = firms.filter(pl.col("firm_contracts_n") >= common.whole("firm_contracts_min"))
    fence = many.select(upper_fence(pl.col("firm_additional_ratio"))).item() if many.height else None
    return suppliers.join(firms, on="party_id", how="left", maintain_order="left").with_columns(
        peer_additional_n=pl.lit(many.height, pl.Int64), peer_additional_limit=pl.lit(fence, pl.Float64)
    )
