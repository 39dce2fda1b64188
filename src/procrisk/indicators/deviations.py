"""How many standard deviations from the mean of its group a figure stands, as OSCE and the IDB (2021) count."""

from collections.abc import Sequence

import polars as pl

LEAST = 6
"""Rows that a group needs. With five or fewer none can stand two standard deviations (n - 1) from a mean that includes
it: the most is (n - 1) / sqrt(n), 1.79 for five."""


def standing(frame: pl.DataFrame, column: str, by: Sequence[str], name: str, scale: int = 1) -> pl.DataFrame:
    """Add where `column` stands among the rows that agree in `by`, itself among them.

    Args:
        frame: any frame with the columns.
        column: whole numbers or, with a `scale`, fractions taken in parts of it, so that every sum is of integers.
        by: keys of the group; a row that lacks one has no group.
        name: middle of the names of the new columns.
        scale: parts of one in which fractions are counted, such as 1,000,000.

    Returns:
        the frame with peer_<name>_n (rows with a value), peer_<name>_mean and peer_<name>_sd (n - 1; in the unit of `column`) and
        peer_<name>_z, the distance from the mean in standard deviations; the last is null in a group of fewer than LEAST.
    """
    x = (pl.col(column) * scale).round(0).cast(pl.Int64)
    known = frame.select(*by, _x=x).drop_nulls()
    n, total, squares = pl.col("_n"), pl.col("_sum"), pl.col("_squares")
    sums = known.group_by(by).agg(
        _n=pl.len().cast(pl.Int64), _sum=pl.col("_x").sum(), _squares=(pl.col("_x") * pl.col("_x")).sum()
    )
    mean = total / n
    variance = ((squares - total * mean) / (n - 1)).clip(0.0)
    found = sums.select(
        *by,
        n.alias(f"peer_{name}_n"),
        (mean / scale).alias(f"peer_{name}_mean"),
        (pl.when(n > 1).then(variance.sqrt()) / scale).alias(f"peer_{name}_sd"),
    )
    distance = pl.col(column) - pl.col(f"peer_{name}_mean")
    spread = pl.col(f"peer_{name}_sd")
    # rounding leaves a spread of nearly nothing where all are alike: nobody stands out there
    z = pl.when(spread * scale > 1e-6).then(distance / spread).otherwise(distance * 0.0)
    enough = pl.col(f"peer_{name}_n") >= LEAST
    return frame.join(found, on=by, how="left", maintain_order="left").with_columns(
        pl.when(enough).then(z).alias(f"peer_{name}_z"), pl.col(f"peer_{name}_n").fill_null(0)
    )
