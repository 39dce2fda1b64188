"""What changed a contract after it was signed: additions, reductions, extensions, and when.

Changes are summed per contract before they are joined. Where a source publishes changes, a contract without any has none:
zero. Where one change of a kind has no amount, the sum of that kind is not known.
"""

from datetime import date

import polars as pl

CONTRACT = ["process_id", "contract_id"]
GROWS = ("additional", "extension", "complementary")
"""Kinds whose amount is added to the contract; an amendment of no said kind may go either way and is left out."""
KINDS = ("additional", "reduction", "complementary")
AMOUNTS = ("growth_cents", *(f"{k}_cents" for k in KINDS))


def told(column: str) -> pl.Expr:
    """Whether any contract of the same set of sources has a value: only then does none mean zero."""
    return pl.col(column).is_not_null().any().over("source_code")


def changed(frame: pl.DataFrame, modifications: pl.DataFrame) -> pl.DataFrame:
    """Add what changed each contract.

    additional_cents, reduction_cents, complementary_cents, growth_cents (all that adds less reductions), in the contract's
    currency; n_changes, n_extensions, n_complementary, n_raises (changes that add an amount), n_kinds (of additional,
    reduction and extension, how many there are); first_change, first_extension, complementary_date; raise_gap_days, the fewest days between two days on which the contract
    was raised.
    """
    kind, amount = pl.col("kind"), pl.col("amount_cents")

    def total(*kinds: str) -> pl.Expr:
        of = amount.filter(kind.is_in(kinds))
        return pl.when(of.null_count() == 0).then(of.sum())

    sums = modifications.group_by(CONTRACT).agg(
        n_changes=pl.len().cast(pl.Int64),
        n_extensions=(kind == "extension").sum().cast(pl.Int64),
        n_complementary=(kind == "complementary").sum().cast(pl.Int64),
        n_raises=(kind.is_in(GROWS) & (amount > 0)).sum().cast(pl.Int64),
        n_kinds=kind.filter(kind.is_in(["additional", "reduction", "extension"])).n_unique().cast(pl.Int64),
        first_change=pl.col("date").min(),
        first_extension=pl.col("date").filter(kind == "extension").min(),
        complementary_date=pl.col("date").filter(kind == "complementary").min(),
        growth_cents=total(*GROWS) - total("reduction"),
        **{f"{k}_cents": total(k) for k in KINDS},
    )
    joined = frame.join(sums, on=CONTRACT, how="left", maintain_order="left")
    none = pl.col("n_changes").is_null() & told("n_changes")
    counts = ("n_changes", "n_extensions", "n_complementary", "n_raises", "n_kinds")
    joined = joined.with_columns(
        pl.when(none).then(pl.lit(0, pl.Int64)).otherwise(c).alias(c) for c in (*counts, *AMOUNTS)
    )
    return joined.join(_gaps(modifications), on=CONTRACT, how="left", maintain_order="left")


def _gaps(modifications: pl.DataFrame) -> pl.DataFrame:
    """Fewest days between two different days on which a contract was raised."""
    days = modifications.filter(pl.col("kind").is_in(GROWS), pl.col("amount_cents") > 0)
    days = days.drop_nulls("date").select(*CONTRACT, "date").unique().sort(*CONTRACT, "date")
    gaps = days.with_columns(_gap=pl.col("date").diff().over(CONTRACT).dt.total_days())
    return gaps.drop_nulls("_gap").group_by(CONTRACT).agg(raise_gap_days=pl.col("_gap").min())


def measured(frame: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add what follows from the changes, the contract's amount and its dates, and tell the changes in soles.

    Amounts of changes become soles at the contract's own rate (its amount in soles over its amount).

    Ratios over the original amount: additional_ratio, additional_net_ratio (less reductions), additional_law_ratio (as the law
    counts it: works less reductions, all else without), reduction_ratio, complementary_ratio, growth_ratio; limit_pen_cents, up to which the procedure may go without open competition, and
    grown_pen_cents, what the contract in soles came to; change_days (signature to first change), extension_late_days (end to
    first extension), complementary_days (end to complementary contract), days_since_end, contract_days.
    """
    amount = pl.col("amount_cents")

    def ratio(cents: pl.Expr) -> pl.Expr:
        return pl.when(amount > 0).then(cents / amount)

    def days(start: str, end: str) -> pl.Expr:
        return (pl.col(end) - pl.col(start)).dt.total_days()

    limit = pl.when(pl.col("method") == "CD").then("law_lp_threshold_cents")
    added, net = ratio(pl.col("additional_cents")), ratio(pl.col("additional_cents") - pl.col("reduction_cents"))
    measured_in = frame.with_columns(
        additional_ratio=added,
        additional_net_ratio=net,
        # no source says which reductions are linked to the addition: taking off all of them only ever takes a flag away
        additional_law_ratio=pl.when(pl.col("object") == "works").then(net).otherwise(added),
        reduction_ratio=ratio(pl.col("reduction_cents")),
        complementary_ratio=ratio(pl.col("complementary_cents")),
        growth_ratio=ratio(pl.col("growth_cents")),
        limit_pen_cents=limit.when(pl.col("method") == "CPRE").then("law_cprec_max_cents"),
        change_days=days("signed_date", "first_change"),
        extension_late_days=days("end_date", "first_extension"),
        complementary_days=days("end_date", "complementary_date"),
        contract_days=days("start_date", "end_date"),
        days_since_end=(pl.lit(as_of) - pl.col("end_date")).dt.total_days(),
    )
    pen = pl.col("amount_pen_cents")
    soles = pl.when(pl.col("currency") == "PEN")
    return measured_in.with_columns(
        soles.then(c).otherwise(ratio(pl.col(c) * pen).round(0).cast(pl.Int64)).alias(c) for c in AMOUNTS
    ).with_columns(grown_pen_cents=pen + pl.col("growth_cents"))
