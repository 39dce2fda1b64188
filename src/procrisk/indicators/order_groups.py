"""Groups of minor orders as figures of their buyer, and as text that names the largest of them and their orders."""

from collections.abc import Sequence

import polars as pl

from procrisk.indicators.sentences import money, supplier_shown

SHOWN_GROUPS, SHOWN_ORDERS = 3, 5
"""Groups, and orders of each, that the text names."""
KEYS = ["buyer_ruc", "year"]


def summed(orders: pl.DataFrame, by: Sequence[str], name: str) -> pl.DataFrame:
    """What the groups of a buyer and year come to.

    Args:
        orders: the orders of all groups, with words and likeness.
        by: columns that make a group besides buyer and year.
        name: beginning of the columns made.

    Returns:
        buyer_ruc, year, <name>_n (orders), <name>_groups_n, <name>_cents, <name>_likeness (the least) and <name>_largest.
    """
    keys = [*KEYS, *by]
    groups = orders.group_by(keys).agg(
        _n=pl.len().cast(pl.Int64), _sum=pl.col("amount_cents").sum(), _like=pl.col("likeness").min()
    )
    whole = groups.group_by(KEYS).agg(
        pl.col("_n").sum().alias(f"{name}_n"),
        pl.len().cast(pl.Int64).alias(f"{name}_groups_n"),
        pl.col("_sum").sum().alias(f"{name}_cents"),
        pl.col("_like").min().alias(f"{name}_likeness"),
    )
    top = (
        groups.sort([*KEYS, "_sum", *by], descending=[False, False, True, *(False for _ in by)])
        .filter(pl.int_range(pl.len()).over(KEYS) < SHOWN_GROUPS)
        .with_row_index("_group")
    )
    told = top.join(_told(orders.join(top.select(*keys, "_group"), on=keys, how="inner")), on="_group", how="left")
    largest = told.sort("_group").group_by(KEYS, maintain_order=True).agg(pl.col("_text").str.join("; "))
    return whole.join(largest.rename({"_text": f"{name}_largest"}), on=KEYS, how="left")


def _told(orders: pl.DataFrame) -> pl.DataFrame:
    """_group and _text: `WORDS, SUPPLIER: 12 (03/02/2022, S/ 20,000.00), 15 (...), +3`.

    The words are those that all the group's descriptions share. A natural person's are left out: they may hold a name.
    """
    person = pl.col("supplier_id").str.starts_with("10")
    ordered = orders.sort("_group", "date", "order_type", "order_number", "supplier_id").with_row_index("_order")
    one = pl.concat_str(
        pl.col("order_number").fill_null("?"),
        pl.lit(" ("),
        pl.col("date").dt.strftime("%d/%m/%Y"),
        pl.lit(", "),
        money(pl.col("amount_cents")),
        pl.lit(")"),
    )
    parts = ordered.group_by("_group", maintain_order=True).agg(
        _some=one.head(SHOWN_ORDERS).str.join(", "),
        _n=pl.len().cast(pl.Int64),
        _person=person.any(),
        _who=supplier_shown(pl.col("supplier_id"), pl.col("supplier_name")).first(),
        _suppliers=pl.col("supplier_id").n_unique(),
    )
    parts = parts.join(_shared_words(ordered), on="_group", how="left")
    more = pl.col("_n") - SHOWN_ORDERS
    words = pl.when(~pl.col("_person")).then(pl.col("_words"))
    who = pl.when(pl.col("_suppliers") == 1).then(pl.col("_who"))
    return parts.select(
        "_group",
        _text=pl.concat_str(
            pl.concat_str(words, who, separator=", ", ignore_nulls=True),
            pl.lit(": "),
            "_some",
            pl.when(more > 0).then(pl.format(", +{}", more)).otherwise(pl.lit("")),
        ),
    )


def _shared_words(ordered: pl.DataFrame) -> pl.DataFrame:
    """_group and _words: those in the descriptions of all its orders, in the order of the first."""
    places = ordered.select("_group", "_order", words=pl.col("words").list.unique(maintain_order=True))
    places = places.with_columns(_at=pl.int_ranges(pl.col("words").list.len()))
    each = places.drop_nulls("words").filter(pl.col("words").list.len() > 0).explode("words", "_at")
    orders = ordered.group_by("_group").agg(_all=pl.len())
    shared = (
        each.group_by("_group", "words")
        .agg(_in=pl.len(), _at=pl.col("_at").sort_by("_order").first())
        .join(orders, on="_group", how="inner")
        .filter(pl.col("_in") == pl.col("_all"))
        .sort("_group", "_at", "words")
    )
    return shared.group_by("_group", maintain_order=True).agg(_words=pl.col("words").str.join(" "))
