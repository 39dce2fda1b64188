"""Thresholds moved a little, all at once: would the answer be another one?"""

from math import ceil, floor

from procrisk.indicators.registry import INDICATORS

NEAR_ONE = (2 / 3, 3 / 2)
"""A share or ratio between these says how far something is from the whole or from its reference: 1.10 is 10 % above it."""


def thresholds(factor: float) -> dict[str, dict[str, float]]:
    """Every threshold of every indicator moved by `factor`, as the settings take them.

    A tenth more or less (0.9, 1.1) means: whole numbers (days, months, records) stay whole and move no further than that, so
    that 20 becomes 18 and 5 stays; of a ratio near 1 the distance from 1 moves, so that 10 % above the reference becomes 9 %
    or 11 %, not 1 % below it.
    """
    return {i.id: {n: _moved(v, factor) for n, v in i.params.items()} for i in INDICATORS.values() if i.params}


def _moved(value: float, factor: float) -> float:
    if isinstance(value, int):
        return ceil(value * factor) if factor < 1 else floor(value * factor)
    if NEAR_ONE[0] < value < NEAR_ONE[1]:
        return 1.0 + (value - 1.0) * factor
    return value * factor
