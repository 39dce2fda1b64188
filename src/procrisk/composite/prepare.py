"""Before any scale: quantities by the size of the unit, units of which too little is known, and gaps."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from procrisk.composite.aggregate import Floats
from procrisk.composite.method import Filling
from procrisk.errors import UsageError

Bools = npt.NDArray[np.bool_]


def denominate(values: Floats, size: Floats, name: str) -> Floats:
    """Quantity by size: trade by product, seats by inhabitants. Unknown where either is.

    Args:
        values: one a unit.
        size: one a unit, above 0; NaN is not known.
        name: of the column of sizes, for the message.

    Raises:
        UsageError: a size is 0 or less.
    """
    if (size <= 0).any():
        raise UsageError(f"the denominator {name} is 0 or less in some unit: leave it empty where it is not known")
    share: Floats = values / size
    return share


def known_enough(values: Floats, least: float) -> Bools:
    """Units of which at least this share of indicators is known, and one at least."""
    known = ~np.isnan(values)
    enough: Bools = known.any(axis=1) & (known.sum(axis=1) >= least * values.shape[1] - 1e-9)
    return enough


def impute(values: Floats, groups: Sequence[str], how: Filling) -> Floats:
    """Fill each gap with the mean or the median of what is known of the unit's group.

    Args:
        values: units x indicators; NaN is a gap.
        groups: one word a unit, its group.
        how: "mean" or "median"; any other word fills nothing.

    Returns:
        units x indicators; a gap stays where nobody in the group is known.
    """
    filled = values.copy()
    if how not in ("mean", "median"):
        return filled
    of = np.array(groups)
    middle = np.mean if how == "mean" else np.median
    for group in sorted(set(groups)):
        members = np.flatnonzero(of == group)
        for j in range(values.shape[1]):
            own = values[members, j]
            known = own[~np.isnan(own)]
            if len(known):
                filled[members, j] = np.where(np.isnan(own), middle(np.sort(known)), own)
    return filled


def impute_worst(values: Floats, directions: Sequence[int], lows: Sequence[float | None]) -> Floats:
    """Fill each gap with the worst there is: the goalpost at the bottom, or the worst value that any unit has.

    Args:
        values: units x indicators; NaN is a gap.
        directions: one an indicator, 1 where more is better and -1 where less is.
        lows: one an indicator, its worst goalpost if it has any.
    """
    filled = values.copy()
    for j, (direction, low) in enumerate(zip(directions, lows, strict=True)):
        known = direction * values[~np.isnan(values[:, j]), j]
        worst = low if low is not None else direction * known.min() if len(known) else np.nan
        filled[np.isnan(values[:, j]), j] = worst
    return filled
