"""What a region buys and how: strata of comparable processes, and the score expected of each process in its stratum.

Regions differ in what they buy, and part of the difference of their mean scores is that. A stratum is object x method x band of
amount x year; its reference is the mean score of the subnational processes of the run that lie in it. Where fewer than
MIN_REFERENCE do, a dimension is dropped, step by step (STEPS). The second standardisation leaves the method out, since to choose
the method is itself a risk: with it, a region that buys directly what others tender is not excused by its direct awards.

Everything is in integer thousandths, so that anybody finds the same sums (docs/methodology.md).
"""

from functools import cache

import polars as pl

from procrisk.resources import data_dir, read_rows

FILE = "value_bands.csv"
NO_AMOUNT = "sin monto"
"""Band of a process whose amount is not published."""
DIMENSIONS = ("object", "method", "band", "year")
STEPS: tuple[tuple[str, ...], ...] = (DIMENSIONS, ("object", "method", "band"), ("object", "method"), ("object",), ())
"""Strata, finest first; the last holds every process."""
FREE_STEPS = tuple(dict.fromkeys(tuple(d for d in step if d != "method") for step in STEPS))
"""The same without the method."""
MIN_REFERENCE = 30
"""Scored processes that a stratum needs to have its own reference."""
SUBNATIONAL = ("regional_government", "local_government")
MILLI = 1000
VISIBILITY_LOW, VISIBILITY_HIGH = 250, 2000
"""Bounds of a process's visibility, in thousandths: what is divided by it cannot grow without limit."""


@cache
def bands() -> tuple[tuple[str, int], ...]:
    """Bands of amount: name and lower bound in soles, ascending. Source: risk_catalogue/value_bands.csv.

    Raises:
        UsageError: a bound is not a whole number, or the bounds do not ascend from 0.
    """
    found: list[tuple[str, int]] = []
    for row in read_rows(data_dir("risk_catalogue") / FILE, ("band", "from_soles", "source")):
        if not row["from_soles"].isdecimal() or (int(row["from_soles"]) > 0) != bool(found):
            raise row.refuse("from_soles", "bounds are whole soles and begin at 0")
        if found and int(row["from_soles"]) <= found[-1][1]:
            raise row.refuse("from_soles", "bounds ascend")
        found.append((row["band"], int(row["from_soles"])))
    return tuple(found)


def band(cents: pl.Expr) -> pl.Expr:
    """The band of an amount in cents of sol."""
    named: pl.Expr = pl.lit(None, dtype=pl.String)
    for name, soles in bands():
        named = pl.when(cents >= soles * 100).then(pl.lit(name)).otherwise(named)
    return pl.when(cents.is_null()).then(pl.lit(NO_AMOUNT)).otherwise(named)


def milli(points: str) -> pl.Expr:
    """A column of points as whole thousandths."""
    return (pl.col(points) * MILLI).round().cast(pl.Int64)


def expected(scored: pl.DataFrame, value: str = "score", opportunity: str = "opportunity") -> pl.DataFrame:
    """What the strata expect of each process.

    visibility = opportunity of the process over the mean opportunity of its stratum, from 0.25 to 2: a process of which half
    could be evaluated is expected to show, and counts, half. Reference of a stratum = sum of the values of its subnational
    processes over the sum of their visibilities; expected = reference x visibility.

    Args:
        scored: process_id, scope, object, method, amount_pen_cents, reference_date, the value (0 to 100) and the opportunity
            (null counts as the mean of the stratum).
        value: column that is compared.
        opportunity: column of what could be evaluated.

    Returns:
        process_id, stratum, stratum_free (object|method|band|year; `*` is a dimension dropped, `-` an unknown one), visibility,
        score_expected, score_expected_free (3 decimals; null where the value is null), in the order given.
    """
    base = scored.select(
        "process_id",
        pl.col("object").fill_null("-"),
        pl.col("method").fill_null("-"),
        band=band(pl.col("amount_pen_cents")),
        year=pl.col("reference_date").dt.strftime("%Y").fill_null("-"),
        value=milli(value),
        chance=milli(opportunity),
        subnational=pl.col("scope").is_in(SUBNATIONAL).fill_null(value=False),
    )
    there = base["value"].is_not_null()
    home = there & base["subnational"]
    counted = home if home.any() else there  # records without any subnational process are compared among themselves
    base = base.with_columns(counted=counted)
    seen = _placed(base, STEPS, "stratum", pl.col("chance").sum(), pl.col("chance").count()).with_columns(
        visibility=_visibility()
    )
    sums = (pl.col("value").sum(), pl.col("visibility").sum())
    full = _placed(seen.drop("_a", "_b", "stratum"), STEPS, "stratum", *sums).with_columns(score_expected=_times())
    free = _placed(full.drop("_a", "_b"), FREE_STEPS, "stratum_free", *sums).with_columns(score_expected_free=_times())
    known = pl.col("value").is_not_null()
    return free.select(
        "process_id",
        "stratum",
        "stratum_free",
        *(
            pl.when(known).then(pl.col(c) / MILLI).round(3).alias(c)
            for c in ("visibility", "score_expected", "score_expected_free")
        ),
    )


def _placed(base: pl.DataFrame, steps: tuple[tuple[str, ...], ...], name: str, a: pl.Expr, b: pl.Expr) -> pl.DataFrame:
    """Add the first stratum of `steps` with enough references, as `name`, and its two sums `_a` and `_b`."""
    reference = base.filter("counted")
    found = base
    for at, keys in enumerate(steps):
        label = pl.concat_str([pl.col(d) if d in keys else pl.lit("*") for d in DIMENSIONS], separator="|")
        sums = (
            reference.with_columns(label.alias(f"_label{at}"))
            .group_by(f"_label{at}")
            .agg(_n=pl.len(), **{f"_a{at}": a, f"_b{at}": b})
            .filter((pl.col("_n") >= MIN_REFERENCE) | pl.lit(value=not keys))
            .drop("_n")
            .with_columns(pl.col(f"_label{at}").alias(f"_found{at}"))
        )
        found = found.with_columns(label.alias(f"_label{at}")).join(
            sums, on=f"_label{at}", how="left", maintain_order="left"
        )
    order = range(len(steps))
    chosen = found.with_columns(
        pl.coalesce(f"_found{i}" for i in order).alias(name),
        # the sums of one stratum, never of two: where the first has no label none of its sums is taken
        *(pl.coalesce(f"_{c}{i}" for i in order).alias(f"_{c}") for c in "ab"),
    )
    return chosen.drop(f"_{c}{i}" for c in ("label", "found", "a", "b") for i in order)


def _half_up(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """Quotient of whole numbers, not negative, rounded to the nearest one; null where the denominator is 0."""
    return pl.when(denominator > 0).then((2 * numerator + denominator) // (2 * denominator))


def _visibility() -> pl.Expr:
    own = _half_up(pl.col("chance") * MILLI * pl.col("_b").cast(pl.Int64), pl.col("_a").cast(pl.Int64))
    return own.clip(VISIBILITY_LOW, VISIBILITY_HIGH).fill_null(MILLI)


def _times() -> pl.Expr:
    return _half_up(pl.col("_a") * pl.col("visibility"), pl.col("_b"))
