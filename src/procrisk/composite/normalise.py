"""Onto a common scale, more being better.

minmax       (x - low) / (high - low), stretched to the scale; low and high of the data, or goalposts that stay from year to
             year, beyond which nothing more is gained or lost
z            distance to the mean in standard deviations (ddof 1), moved to the mean and deviation of the scale
rank         1 for the lowest, equal ones sharing the lower rank
percentile   share of the other units below, stretched to the scale
"""

import numpy as np

from procrisk.composite.aggregate import Floats
from procrisk.composite.method import Scaling
from procrisk.errors import UsageError

Goalposts = tuple[float, float] | None


def normalise(
    values: Floats,
    direction: int,
    how: Scaling,
    scale: tuple[float, float],
    goalposts: Goalposts = None,
    name: str = "",
) -> Floats:
    """One indicator on the common scale.

    Args:
        values: one a unit; NaN is not known and stays so.
        direction: 1 where more is better, -1 where less is.
        how: "minmax", "z", "rank" or "percentile".
        scale: bottom and top, or mean and standard deviation for "z"; "rank" has none.
        goalposts: values that get the bottom and the top whatever the data (for direction -1 the top and the bottom). Only
            "minmax" uses them; "z" leaves all units at its mean where they are equal and there are goalposts.
        name: of the indicator, for the message.

    Returns:
        one a unit.

    Raises:
        UsageError: all known values are equal, so that nothing tells the units apart, and there are no goalposts.
    """
    known = ~np.isnan(values)
    x = direction * values[known]
    out = np.full(len(values), np.nan)
    if not len(x):
        return out
    fixed = goalposts if how == "minmax" else None
    if goalposts is None and how in ("minmax", "z") and x.min() == x.max():
        raise UsageError(
            f"the indicator {name} has the same value in every unit that is known, so it tells nobody apart: "
            "give it goalposts or leave it out"
        )
    if how == "rank":
        out[known] = 1 + below(x)
    elif how == "percentile":
        out[known] = scale[0] + below(x) / max(len(x) - 1, 1) * (scale[1] - scale[0])
    elif how == "z":
        ordered = np.sort(x)  # the order of the units leaves no trace in the last digit
        out[known] = (x - ordered.mean()) / (ordered.std(ddof=1) if x.min() < x.max() else 1.0) * scale[1] + scale[0]
    else:
        low, high = (x.min(), x.max()) if fixed is None else sorted(direction * g for g in fixed)
        out[known] = np.clip((x - low) / (high - low), 0.0, 1.0) * (scale[1] - scale[0]) + scale[0]
    return out


def below(x: Floats) -> Floats:
    """How many are smaller, for each."""
    return np.searchsorted(np.sort(x), x, side="left").astype(np.float64)
