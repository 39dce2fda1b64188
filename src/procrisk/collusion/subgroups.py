"""Screens of all subgroups of three and of four bids: the trace of a cartel that did not bid alone.

Outsiders in a tender hide a cartel from the screens of all bids together; in some subgroup its members are among themselves.
The mean, median, minimum, maximum and standard deviation of each screen over the subgroups are features of the tender
(Wallimann, Imhof and Huber, 2022).
"""

from functools import cache
from itertools import combinations, islice
from math import ceil, comb

import numpy as np
import numpy.typing as npt

from procrisk.collusion.screens import Array, skewness

SIZES = (3, 4)
MAX_BIDS = 40
"""Bids from which on a contest has no subgroup statistics: there are 91,390 subgroups of four in forty."""
MAX_GROUPS = 1365
"""Subgroups looked at: all of them up to 15 bids; beyond, as many, taken at even steps of their list."""
CELLS = 4_000_000
"""Prices held at a time: bounds the memory, changes no value."""
FLOOR = 1e-4
"""A hundredth of a percent, added before a logarithm: two bids nearer than that are the same."""
STATISTICS = ("mean", "median", "min", "max", "sd")
LOGS = ("cv", "spd", "diffp", "rdnor")
"""Compared as logarithms: their ratios matter, not their differences."""
NAMES = tuple(f"{s}{k}_{a}" for k in SIZES for s in (*LOGS, "skew") for a in STATISTICS)


@cache
def chosen(n: int, size: int) -> npt.NDArray[np.intp]:
    """Which bids form each subgroup: a row a subgroup, ascending positions among n bids."""
    step = ceil(comb(n, size) / MAX_GROUPS)
    return np.array(list(islice(combinations(range(n), size), 0, None, step)), dtype=np.intp)


def of_prices(prices: Array) -> dict[str, Array]:
    """The statistics of contests with one number of bids.

    Args:
        prices: a row a contest, positive, in ascending order.

    Returns:
        a vector for each of NAMES: <screen><size>_<statistic>, cv, spd, diffp and rdnor as logarithms; NaN where there are
        fewer bids than four or more than MAX_BIDS, or where all subgroups have equal prices (skew).
    """
    n = prices.shape[1]
    if not SIZES[-1] <= n <= MAX_BIDS:
        return {k: np.full(len(prices), np.nan) for k in NAMES}
    made: dict[str, Array] = {}
    for size in SIZES:
        groups = chosen(n, size)
        rows = max(1, CELLS // groups.size)
        parts = [_summary(prices[a : a + rows][:, groups]) for a in range(0, len(prices), rows)]
        for s in parts[0]:
            made |= {f"{s}{size}_{a}": np.concatenate([p[s][i] for p in parts]) for i, a in enumerate(STATISTICS)}
    return made


def _summary(x: Array) -> dict[str, tuple[Array, ...]]:
    """Statistics over the subgroups (axis 1) of contests (axis 0), of sorted prices (axis 2)."""
    low, first, wide = x[..., 0], x[..., 1] - x[..., 0], x[..., -1] - x[..., 0]
    even = wide / (x.shape[-1] - 1)
    of = {
        "cv": np.log(x.std(axis=-1, ddof=1) / x.mean(axis=-1) + FLOOR),
        "spd": np.log(wide / low + FLOOR),
        "diffp": np.log(first / low + FLOOR),
        "rdnor": np.log((first + FLOOR * low) / (even + FLOOR * low)),
        "skew": np.nan_to_num(skewness(x)),
    }
    return {
        k: (v.mean(axis=1), np.median(v, axis=1), v.min(axis=1), v.max(axis=1), v.std(axis=1)) for k, v in of.items()
    }
