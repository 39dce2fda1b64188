"""What the records say that cannot be so: processes registered twice, days in the wrong order, amounts of no known worth.

A mistake of data is told as such and is no sign of risk: a copy is judged nowhere, a term between days in the wrong order is no
term, an amount in a currency without a rate is not known.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

Tables = Mapping[str, pl.DataFrame]

COPY, ORDER, CURRENCY = KINDS = ("registered_twice", "days_out_of_order", "currency_without_rate")
NAMES: Final[Mapping[str, tuple[str, str]]] = {
    COPY: ("el mismo procedimiento registrado más de una vez", "one procedure registered more than once"),
    ORDER: ("un paso anterior a aquel del que depende", "a step before the one that it depends on"),
    CURRENCY: (
        "monto en moneda extranjera sin equivalente en soles",
        "amount in foreign currency without its worth in soles",
    ),
}
"""Kind of finding in Spanish and in English."""
_SAME = ("buyer_id", "title", "call_date")
_ALIKE = ("object", "currency", "value_cents", "awarded_pen_cents", "award_date")
"""What one registration repeats of the other; unknown on both sides is alike."""
SCHEMA: Final = {"process_id": pl.String, "kind": pl.String, "detail": pl.String}


def copies(processes: pl.DataFrame) -> pl.DataFrame:
    """Processes registered twice: the same buyer, nomenclature and day of call, with the same values, award and days.

    Args:
        processes: as assembled.

    Returns:
        process_id and `first` (the one of them with the lowest id, which stands for all), a row for every member of a group of two or more,
        sorted.
    """
    known = processes.drop_nulls(_SAME).select("process_id", *_SAME, *_ALIKE)
    keys = [*_SAME, *_ALIKE]
    found = known.filter(pl.len().over(keys) > 1).with_columns(first=pl.col("process_id").min().over(keys))
    return found.select("process_id", "first").sort("process_id")


def repeated(processes: pl.DataFrame) -> pl.Series:
    """Ids of the processes that repeat another one; the first of each group is not among them."""
    return copies(processes).filter(pl.col("process_id") != pl.col("first"))["process_id"]


def out_of_order() -> pl.Expr:
    """Whether the award or the deadline of bids stands before the call, or every award before that deadline.

    A direct award asks for no bids: a day of presentation after it is a formality put in order later.
    """
    call, award = pl.col("call_date"), pl.col("award_date")
    early = [(pl.col(c) < call).fill_null(value=False) for c in ("award_date", "bid_deadline")]
    unawaited = ((award < pl.col("bid_deadline")) & (pl.col("method") != "CD")).fill_null(value=False)
    return pl.any_horizontal(*early, unawaited)


def findings(tables: Tables) -> pl.DataFrame:
    """Every mistake of data that is seen, a row a process and kind.

    Args:
        tables: as assembled.

    Returns:
        SCHEMA: process_id, kind (one of KINDS), detail (the days, the currency or the process that stands for it); sorted.
    """
    processes = tables["processes"]
    twice = copies(processes).select("process_id", kind=pl.lit(COPY), detail="first")
    days = [pl.col(c).cast(pl.String) for c in ("call_date", "bid_deadline", "award_date", "consent_date")]
    early = (pl.col("consent_date") < pl.col("award_date")).fill_null(value=False)
    order = processes.filter(out_of_order() | early).select(
        "process_id", kind=pl.lit(ORDER), detail=pl.concat_str([d.fill_null("-") for d in days], separator=" ")
    )
    worthless = (pl.col("currency") != "PEN") & pl.col("amount_pen_cents").is_null()
    awards = tables["awards"].filter(worthless).select("process_id", "currency")
    called = processes.filter((pl.col("currency") != "PEN") & pl.col("value_pen_cents").is_null())
    called = called.filter(pl.col("value_cents").is_not_null()).select("process_id", "currency")
    foreign = pl.concat([awards, called]).group_by("process_id").agg(pl.col("currency").min())
    money = foreign.select("process_id", kind=pl.lit(CURRENCY), detail="currency")
    return pl.concat([twice, order, money]).cast(pl.Schema(SCHEMA)).sort("process_id", "kind")


def named(found: pl.DataFrame) -> pl.DataFrame:
    """The findings with each kind in words: name_es, name_en."""
    words = {f"name_{g}": {k: v[n] for k, v in NAMES.items()} for n, g in enumerate(("es", "en"))}
    return found.with_columns(
        pl.col("kind").replace_strict(w, return_dtype=pl.String).alias(c) for c, w in words.items()
    )


def counts(found: pl.DataFrame) -> dict[str, int]:
    """Processes by kind, zero where there is none."""
    by_kind = dict(found.group_by("kind").agg(pl.col("process_id").n_unique()).iter_rows())
    return {kind: by_kind.get(kind, 0) for kind in KINDS}
