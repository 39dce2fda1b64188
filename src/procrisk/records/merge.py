"""Rows of several records that speak of the same thing become one row, column by column.

Sources are ranked: for each column the first source that says anything wins. Only rows whose key is met more than once
are aggregated; the rest pass through untouched.
"""

from collections.abc import Sequence

import polars as pl

from procrisk.records.tables import Table

RANK = "_rank"
"""Place of a row's record among all live records: the lower, the more it is believed."""

PRIORITY = (
    "ocds",
    "oece:records",
    "conosce:convocatorias",
    "conosce:contratacion_directa",
    "conosce:adjudicaciones",
    "conosce:contratos",
    "conosce:postor",
    "conosce:comite",
)
"""Kinds of source from the most to the least believed; kinds not listed follow, by name."""

# Amounts that are stated in the row's `currency`: they may not be taken from a row in another one.
_MAIN = {
    "processes": "value_cents",
    "lots": "value_cents",
    "bids": "amount_cents",
    "awards": "amount_cents",
    "award_lines": "amount_cents",
    "contracts": "amount_cents",
    "transactions": "amount_cents",
    "purchase_orders": "amount_cents",
}
_ALSO_IN_CURRENCY = {"processes": ("planned_cents", "fee_cents"), "contracts": ("final_cents",)}


def priority(kind: pl.Expr) -> pl.Expr:
    """Place of a kind of source in PRIORITY; those not listed share the last place."""
    return kind.replace_strict({k: i for i, k in enumerate(PRIORITY)}, default=len(PRIORITY), return_dtype=pl.Int16)


def _repeats(frame: pl.DataFrame, keys: Sequence[str]) -> pl.Series:
    """Rows of a frame sorted by `keys` that share them with the row before or after."""
    same = pl.all_horizontal(pl.col(k).eq_missing(pl.col(k).shift(1)) for k in keys) & (pl.int_range(pl.len()) > 0)
    with_before = frame.select(same=same)["same"]
    return with_before | with_before.shift(-1, fill_value=False)


def coalesce(frame: pl.DataFrame, table: Table, keys: Sequence[str]) -> pl.DataFrame:
    """One row per `keys`, sorted by them (nulls first). `frame` carries RANK; columns come from the first rank that has them.

    A currency comes with the amount that it denominates: an amount of one source never meets another's currency.
    """
    ordered = frame.sort([*keys, RANK], maintain_order=True)
    if ordered.is_empty():
        return ordered
    again = _repeats(ordered, keys)
    if not again.any():
        return ordered
    rows = _one_currency(ordered.filter(again), table.name, keys)
    rest = [c for c in rows.columns if c not in keys]
    merged = rows.group_by(keys, maintain_order=True).agg(
        pl.col(c).first(ignore_nulls=True) if c != RANK else pl.col(c).min() for c in rest
    )
    return pl.concat([ordered.filter(~again), merged.select(ordered.columns)]).sort(keys, maintain_order=True)


def _one_currency(rows: pl.DataFrame, table: str, keys: Sequence[str]) -> pl.DataFrame:
    main = _MAIN.get(table)
    if main is None:
        return rows
    stated = pl.col("currency").filter(pl.col(main).is_not_null()).first(ignore_nulls=True).over(keys)
    chosen = pl.coalesce(stated, pl.col("currency").first(ignore_nulls=True).over(keys))
    rows = rows.with_columns(_chosen=chosen)
    foreign = pl.col("_chosen").is_not_null() & pl.col("currency").ne_missing(pl.col("_chosen"))
    amounts = (main, *_ALSO_IN_CURRENCY.get(table, ()))
    blanked = [pl.when(~foreign).then(pl.col(a)).alias(a) for a in amounts]
    return rows.with_columns(*blanked, currency=pl.col("_chosen")).drop("_chosen")


def provenance(frame: pl.DataFrame, columns: Sequence[str], kinds: pl.Series) -> pl.DataFrame:
    """Process number and, for each of `columns`, the kind of source that gave it (Enum), null where nobody did.

    frame: rows before merging, with `process` and RANK; kinds: kind of source by RANK.
    """
    names = pl.Enum([*sorted(set(kinds.to_list())), DERIVED])
    said = frame.with_columns(_kind=kinds.cast(names).gather(frame[RANK])).sort("process", RANK, maintain_order=True)
    marks = said.select("process", *(pl.when(pl.col(c).is_not_null()).then(pl.col("_kind")).alias(c) for c in columns))
    again = _repeats(marks, ["process"])
    if not again.any():
        return marks
    several = (
        marks.filter(again)
        .group_by("process", maintain_order=True)
        .agg(pl.col(c).first(ignore_nulls=True) for c in columns)
    )
    return pl.concat([marks.filter(~again), several]).sort("process")


DERIVED = "derived"
"""What provenance says of a column that assembly computed from other rows (the value of a call from its lots)."""
