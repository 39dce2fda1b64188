"""Bid screens: statistics of the prices of one tender that collusion is known to move.

With the bids in ascending order b_1 <= ... <= b_n, mean m and standard deviation s (n - 1 in the denominator):

    cv     s / m                                       coefficient of variation
    spd    (b_n - b_1) / b_1                           spread
    diffp  (b_2 - b_1) / b_1                           distance of the two lowest
    rd     (b_2 - b_1) / s(b_2 ... b_n)                relative distance; from 3 bids on
    rdnor  (b_2 - b_1) / mean of all neighbours' gaps  1 if evenly spaced; from 3 on
    rdalt  (b_2 - b_1) / mean of the losers' gaps      from 3 on
    skew   adjusted Fisher-Pearson skewness            from 3 on
    kurt   adjusted excess kurtosis                    from 4 on
    ks     distance of (b - b_1) / (b_n - b_1) from the uniform distribution (Kolmogorov-Smirnov); from 3 on

Sources: Imhof (2017), Huber and Imhof (2019), Wallimann, Imhof and Huber (2022). All are free of currency and scale.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

Array = npt.NDArray[np.float64]

LEAST = {"cv": 2, "spd": 2, "diffp": 2, "rd": 3, "rdnor": 3, "rdalt": 3, "skew": 3, "kurt": 4, "ks": 3}
"""Fewest bids for which each screen is defined (or says anything)."""
SCREENS = tuple(LEAST)


def matrices(bids: pl.DataFrame) -> Iterator[tuple[pl.Series, Array]]:
    """The prices as one matrix for each number of bids.

    Args:
        bids: contest (String), price (a positive number; rows without one are left out). One row a bid.

    Yields:
        the contests with that many bids, sorted, and their prices: a row a contest, in ascending order.
    """
    known = bids.filter(pl.col("price") > 0, pl.col("price").is_finite()).select(
        "contest", pl.col("price").cast(pl.Float64)
    )
    sized = known.with_columns(n=pl.len().over("contest")).sort("n", "contest", "price")
    for (n,), same in sized.group_by("n", maintain_order=True):
        yield same["contest"].gather_every(n), same["price"].to_numpy().reshape(-1, n)


def of_prices(prices: Array) -> dict[str, Array]:
    """The screens of contests with one number of bids.

    Args:
        prices: a row a contest, positive, in ascending order.

    Returns:
        a vector for each of SCREENS; NaN where it is not defined: too few bids, or a zero denominator.
    """
    n = prices.shape[1]
    none = np.full(len(prices), np.nan)
    if n < 2:
        return dict.fromkeys(SCREENS, none)
    low, high, gaps = prices[:, 0], prices[:, -1], np.diff(prices, axis=1)
    first = gaps[:, 0]
    made = {
        "cv": prices.std(axis=1, ddof=1) / prices.mean(axis=1),
        "spd": (high - low) / low,
        "diffp": first / low,
    }
    if n >= 3:
        made["rd"] = _over(first, prices[:, 1:].std(axis=1, ddof=1))
        made["rdnor"] = _over(first, gaps.mean(axis=1))
        made["rdalt"] = _over(first, gaps[:, 1:].mean(axis=1))
        made["skew"] = skewness(prices)
        made["ks"] = _uniform_distance(prices)
    if n >= 4:
        made["kurt"] = kurtosis(prices)
    return {k: made.get(k, none) for k in SCREENS}


def screens(bids: pl.DataFrame) -> pl.DataFrame:
    """Every screen of every contest.

    Args:
        bids: contest (String), price; see `matrices`.

    Returns:
        contest, n_bids and a Float64 column for each of SCREENS, sorted by contest; null where it is not defined.
    """
    schema = {"contest": pl.String, "n_bids": pl.Int64, **dict.fromkeys(SCREENS, pl.Float64)}
    parts = [
        pl.DataFrame({"contest": contests, "n_bids": prices.shape[1], **of_prices(prices)}, schema=schema)
        for contests, prices in matrices(bids)
    ]
    made = pl.concat([pl.DataFrame(schema=schema), *parts])
    return made.with_columns(pl.col(SCREENS).fill_nan(None)).sort("contest")


def skewness(x: Array) -> Array:
    """Adjusted Fisher-Pearson skewness of each row, sqrt(n (n - 1)) / (n - 2) * m3 / m2^1.5; NaN where all are equal."""
    n = x.shape[-1]
    apart = x - x.mean(axis=-1, keepdims=True)
    m2, m3 = (apart**2).mean(axis=-1), (apart**3).mean(axis=-1)
    factor = float(n * (n - 1)) ** 0.5 / (n - 2)
    made: Array = factor * _over(m3, _positive(m2, x) ** 1.5)
    return made


def kurtosis(x: Array) -> Array:
    """Adjusted excess kurtosis of each row, (n - 1) / ((n - 2)(n - 3)) * ((n + 1) m4 / m2^2 - 3 (n - 1)); NaN likewise."""
    n = x.shape[-1]
    apart = x - x.mean(axis=-1, keepdims=True)
    m2, m4 = (apart**2).mean(axis=-1), (apart**4).mean(axis=-1)
    tails = (n + 1) * _over(m4, _positive(m2, x) ** 2) - 3 * (n - 1)
    made: Array = (n - 1) / ((n - 2) * (n - 3)) * tails
    return made


def _positive(m2: Array, x: Array) -> Array:
    """Second moments, 0 where equal prices leave nothing but rounding."""
    return np.where(x[..., 0] == x[..., -1], 0.0, m2)


def _uniform_distance(prices: Array) -> Array:
    n = prices.shape[1]
    at = _over(prices - prices[:, :1], prices[:, -1:] - prices[:, :1])
    steps = np.arange(n + 1) / n
    made: Array = np.maximum((steps[1:] - at).max(axis=1), (at - steps[:-1]).max(axis=1))
    return made


def _over(a: Array, b: Array) -> Array:
    """The quotient, NaN where b is 0."""
    out: Array = np.full(np.broadcast_shapes(a.shape, b.shape), np.nan)
    return np.divide(a, b, out=out, where=b > 0)
