"""What a raised flag weighs: how severe it is, times how surprising it is among comparable processes.

The surprise of an indicator is -ln(p), p being the share of comparable processes on which it is raised (methods: surprise
scores with base rates in strata). Adding 81 equal flags up would call almost every process risky; a flag that a third of
the peers carry says next to nothing about one of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

STRATA: tuple[tuple[str, ...], ...] = (("method", "object", "year"), ("method", "object"), ("method",), ())
"""Comparable processes, finest first. A base rate is taken at the first step with enough evaluated processes."""
MIN_EVALUATED = 50
"""Evaluated processes that a stratum needs to have its own base rate."""
PSEUDO = 10.0
"""Processes at the overall rate that are added to a stratum: a rate of 0 or 1 in 50 is not taken at its word."""
RATE_LOW, RATE_HIGH = 0.002, 0.5
"""Bounds of a base rate: surprise runs from 0.69 to 6.2."""
COMMON_FROM, COMMON_TO = 0.15, 0.25
"""Between these base rates a flag fades from a sign into mere information; beyond, it keeps `COMMON_LEFT` of its weight."""
COMMON_LEFT = 0.05
INFORMATION = "information"
"""Role of an indicator that is shown and does not score (docs/adr/0009-roles.md); every other role scores."""


class Rated(Protocol):
    """What scoring needs to know of an indicator."""

    @property
    def id(self) -> str: ...
    @property
    def severity(self) -> int: ...
    @property
    def phase(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def risks(self) -> Sequence[str]: ...
    @property
    def role(self) -> str: ...
    @property
    def breach(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Weights:
    """Base rates and weights of each indicator in each stratum, and each process's stratum.

    `rate` and `weight` have a row per distinct finest stratum and a column per indicator; `row` maps a process to its row.
    """

    rate: Floats
    weight: Floats
    row: npt.NDArray[np.intp]


def indicator_columns(states: pl.DataFrame) -> list[str]:
    """Ids of the indicators in a states or why frame, sorted: the one order in which anything is summed."""
    return sorted(c for c in states.columns if c != "process_id")


def weigh(strata: pl.DataFrame, states: pl.DataFrame, indicators: Mapping[str, Rated]) -> Weights:
    """Weights of the indicators in the strata of these processes.

    Args:
        strata: method, object and year (nulls are a value of their own), one row a process.
        states: one Boolean column per indicator, aligned with `strata`; null is not evaluable.
        indicators: severity, role and breach by indicator id. One for information weighs 0 everywhere.
    """
    ids = indicator_columns(states)
    finest = list(STRATA[0])
    frame = pl.concat([strata.select(finest), states.select(ids)], how="horizontal")
    counted = _counts(frame, finest, ids).sort(finest, nulls_last=True)
    groups = counted.select(finest).with_row_index("stratum_row")
    raised, evaluated = _matrix(counted, "raised", ids), _matrix(counted, "evaluated", ids)
    overall = (raised.sum(axis=0) + 0.5) / (evaluated.sum(axis=0) + 1.0)
    rate = np.tile(np.clip(overall, RATE_LOW, RATE_HIGH), (groups.height, 1))
    for keys in reversed(STRATA[:-1]):
        r, e = _pooled(groups, keys, raised), _pooled(groups, keys, evaluated)
        rate = np.where(e >= MIN_EVALUATED, np.clip((r + PSEUDO * overall) / (e + PSEUDO), RATE_LOW, RATE_HIGH), rate)
    severity = np.array([float(indicators[i].severity) for i in ids])
    row = strata.select(finest).join(groups, on=finest, how="left", nulls_equal=True, maintain_order="left")
    breach = np.array([bool(indicators[i].breach) for i in ids], dtype=np.bool_)
    weight = np.where(scoring(ids, indicators), weight_of(severity, rate, breach), 0.0)
    return Weights(rate, weight, row["stratum_row"].to_numpy().astype(np.intp))


def scoring(ids: Sequence[str], indicators: Mapping[str, Rated]) -> Bools:
    """Which of the indicators score."""
    return np.array([indicators[i].role != INFORMATION for i in ids], dtype=np.bool_)


def weight_of(severity: Floats, rate: Floats, breach: Bools | None = None) -> Floats:
    """Severity x surprise, faded out for common flags. Strictly decreasing in the rate between its bounds.

    Where `breach` is true nothing fades: that many break a norm makes it no smaller a breach.
    """
    fade = np.clip((COMMON_TO - rate) / (COMMON_TO - COMMON_FROM), COMMON_LEFT, 1.0)
    if breach is not None:
        fade = np.where(breach, 1.0, fade)
    weight: Floats = severity * -np.log(rate) * fade
    return weight


def _counts(frame: pl.DataFrame, keys: list[str], ids: list[str]) -> pl.DataFrame:
    sums = [pl.col(i).sum().cast(pl.Int64).name.prefix("raised:") for i in ids]
    counts = [pl.col(i).count().cast(pl.Int64).name.prefix("evaluated:") for i in ids]
    return frame.group_by(keys).agg(sums + counts)


def _matrix(counted: pl.DataFrame, what: str, ids: list[str]) -> Floats:
    return counted.select(f"{what}:{i}" for i in ids).to_numpy().astype(np.float64)


def _pooled(groups: pl.DataFrame, keys: Sequence[str], counts: Floats) -> Floats:
    """Counts summed over the strata that share `keys`, given back to each of them. Sums of integers, so exact."""
    first: dict[tuple[object, ...], int] = {}
    code = np.array([first.setdefault(key, len(first)) for key in groups.select(keys).rows()], dtype=np.intp)
    total = np.zeros((len(first), counts.shape[1]))
    np.add.at(total, code, counts)
    pooled: Floats = total[code]
    return pooled
