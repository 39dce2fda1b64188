"""How an index is computed from its framework and data: the choices of each step, as data, with the usual values."""

from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from procrisk.composite.aggregate import How
from procrisk.errors import UsageError

Filling = Literal["none", "mean", "median", "worst"]
Outliers = Literal["treat", "none"]
Fallback = Literal["log", "none"]
Scaling = Literal["minmax", "z", "rank", "percentile"]
Weighting = Literal["framework", "equal"]


@dataclass(frozen=True, slots=True)
class Method:
    """The choices. Where two values are usual, the first is here and the other is tried by the uncertainty analysis."""

    least_known_unit: float = 0.0
    """A unit with a smaller share of its indicators, before any gap is filled, gets no score and moves nobody else's."""
    impute: Filling = "none"
    """What a gap is filled with; "none" leaves it and the other parts make up the mean, "worst" takes the worst value there is,
    so that to hide a number never helps."""
    impute_group: str = ""
    """Column of the data whose words are the groups a gap is filled from ("mean", "median"); empty: all units."""
    outliers: Outliers = "treat"
    winmax: int | None = None
    """Most points moved to the next value before the logarithm is tried; None is a tenth of the units, rounded up."""
    skew: float = 2.0
    """Treated while the absolute skewness is above this and ..."""
    kurtosis: float = 3.5
    """... the excess kurtosis is above this, both corrected for bias (OECD/JRC's and COINr's usual limits)."""
    fallback: Fallback = "log"
    """What is done to the untreated values where `winmax` points were not enough."""
    normalise: Scaling = "minmax"
    scale: tuple[float, float] = (0.0, 100.0)
    """Bottom and top of "minmax" and "percentile"; mean and standard deviation of "z"; "rank" has none."""
    weights: Weighting = "framework"
    aggregation: How | Literal[""] = ""
    """One mean for all groups; empty: each group's own."""

    def __post_init__(self) -> None:
        for name, words in _WORDS.items():
            if getattr(self, name) not in words:
                raise UsageError(f"method, {name}: should be one of {', '.join(map(repr, words))}")
        if not 0 <= self.least_known_unit <= 1:
            raise UsageError(f"method, least_known_unit: a share between 0 and 1 (found {self.least_known_unit})")
        if self.winmax is not None and self.winmax < 0:
            raise UsageError(f"method, winmax: a number of points from 0 on (found {self.winmax})")
        if self.normalise == "z" and self.scale[1] <= 0:
            raise UsageError(f"method, scale: a standard deviation above 0 (found {self.scale[1]})")
        if self.normalise != "z" and self.scale[0] >= self.scale[1]:
            raise UsageError(f"method, scale: the bottom stands below the top (found {list(self.scale)})")


_WORDS: dict[str, tuple[str, ...]] = {
    "impute": get_args(Filling),
    "outliers": get_args(Outliers),
    "fallback": get_args(Fallback),
    "normalise": get_args(Scaling),
    "weights": get_args(Weighting),
    "aggregation": ("", *get_args(How)),
}


def read(table: dict[str, Any], where: str) -> Method:
    """The method from the table `[method]` of a TOML file; what is not named keeps its usual value.

    Raises:
        UsageError: a key is unknown, or a value is none of those known; the message begins with `where`.
    """
    known = {f.name for f in fields(Method)}
    if unknown := sorted(set(table) - known):
        raise UsageError(f"{where}, [method]: {', '.join(unknown)} is unknown; known: {', '.join(sorted(known))}")
    for name, value in table.items():
        if not _fits(name, value):
            raise UsageError(f"{where}, [method], {name}: cannot be {value!r}")
    given = dict(table)
    if "scale" in given:
        given["scale"] = (float(given["scale"][0]), float(given["scale"][1]))
    try:
        return Method(**given)
    except UsageError as e:
        raise UsageError(f"{where}, {e}") from e


def _fits(name: str, value: object) -> bool:
    """Whether a value has the kind its key asks for."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if name == "scale":
        return isinstance(value, list) and len(value) == 2 and all(isinstance(x, int | float) for x in value)
    if name == "winmax":
        return isinstance(value, int) and not isinstance(value, bool)
    if name in ("least_known_unit", "skew", "kurtosis"):
        return number
    return isinstance(value, str)
