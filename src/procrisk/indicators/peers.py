"""Statistics of comparable subjects, made so that the number of threads never shows: integer sums, sorted ranks.

Columns made here begin with `peer_`: where they are null there were too few peers, not a column missing in the source.
"""

from collections.abc import Sequence

import polars as pl

MILLION = 1_000_000
MAD_TO_SD = 1.4826
"""The median absolute deviation of a normal variable times this is its standard deviation."""


def robust(frame: pl.DataFrame, column: str, by: Sequence[str], name: str, floor: float = 0.1) -> pl.DataFrame:
    """Add where `column` stands among the rows that agree in `by`.

    Returns:
        the frame with peer_<name>_n (rows with a value), peer_<name>_median and peer_<name>_z, the distance from the median
        in robust standard deviations (1.4826 MAD, at least `floor`, in the column's unit).
    """
    x = pl.col(column)
    n, median, mad = f"peer_{name}_n", f"peer_{name}_median", f"_{name}_mad"
    known = frame.filter(x.is_not_null()).select(*by, column)
    medians = known.group_by(by).agg(x.median().alias(median), pl.len().cast(pl.Int64).alias(n))
    spread = (
        known.join(medians, on=by, how="inner", nulls_equal=True)
        .group_by(by)
        .agg((x - pl.col(median)).abs().median().alias(mad))
    )
    scale = pl.max_horizontal(pl.col(mad) * MAD_TO_SD, pl.lit(floor))
    return (
        frame.join(
            medians.join(spread, on=by, nulls_equal=True), on=by, how="left", nulls_equal=True, maintain_order="left"
        )
        .with_columns(((x - pl.col(median)) / scale).alias(f"peer_{name}_z"), pl.col(n).fill_null(0))
        .drop(mad)
    )


def millionths(share: pl.Expr) -> pl.Expr:
    """A share as `mean_and_deviations` takes it; else peers that are all equal would pass their own mean."""
    return (share * MILLION).round(0) / MILLION


def mean_and_deviations(share: pl.Expr, by: Sequence[str], deviations: float = 2.0) -> pl.Expr:
    """Mean of a share (0 to 1) over the group plus so many standard deviations (n - 1); null with fewer than two rows.

    Shares are taken in millionths, so that the sums are of integers.
    """
    ppm = (share * MILLION).round(0).cast(pl.Int64)
    n = share.count().over(by).cast(pl.Int64)
    total, squares = ppm.sum().over(by), (ppm * ppm).sum().over(by)
    mean = total / n
    variance = (squares - total * mean) / (n - 1)
    return pl.when(n > 1).then((mean + deviations * variance.clip(0.0).sqrt()) / MILLION)


def upper_fence(x: pl.Expr, by: Sequence[str] = ()) -> pl.Expr:
    """Tukey's upper fence, Q3 + 1.5 IQR, of the group (or of all rows)."""
    q1, q3 = x.quantile(0.25, "linear"), x.quantile(0.75, "linear")
    fence = q3 + 1.5 * (q3 - q1)
    return fence.over(by) if by else fence


def quantile8(x: pl.Expr, p: float) -> pl.Expr:
    """Quantile of type 8 (Hyndman and Fan, 1996; numpy's median_unbiased) of a group's values, in an aggregation or `.over`.

    Nulls are left out; null where there is no value.
    """
    known = x.drop_nulls().sort()
    n = x.count().cast(pl.Int64)
    at = ((n + 1 / 3) * p + 1 / 3).clip(1, n)
    low = at.floor().cast(pl.Int64)
    below = known.get(low - 1, null_on_oob=True)
    above = known.get(pl.min_horizontal(low, n - 1), null_on_oob=True)
    return pl.when(n > 0).then(below + (at - low) * (above - below))


def fences(frame: pl.DataFrame, column: str, by: Sequence[str], name: str) -> pl.DataFrame:
    """Add Tukey's fences of `column` over the rows that agree in `by`, with quartiles of type 8.

    Returns:
        the frame with peer_<name>_n (rows with a value), peer_<name>_q1, peer_<name>_q3, and peer_<name>_low = Q1 - 1.5 IQR and
        peer_<name>_high = Q3 + 1.5 IQR.
    """
    q1, q3 = pl.col(f"peer_{name}_q1"), pl.col(f"peer_{name}_q3")
    found = (
        frame.select(*by, column)
        .group_by(by)
        .agg(
            pl.col(column).count().cast(pl.Int64).alias(f"peer_{name}_n"),
            quantile8(pl.col(column), 0.25).alias(f"peer_{name}_q1"),
            quantile8(pl.col(column), 0.75).alias(f"peer_{name}_q3"),
        )
        .with_columns(
            (q1 - 1.5 * (q3 - q1)).alias(f"peer_{name}_low"), (q3 + 1.5 * (q3 - q1)).alias(f"peer_{name}_high")
        )
    )
    return frame.join(found, on=by, how="left", nulls_equal=True, maintain_order="left")
