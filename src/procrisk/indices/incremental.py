"""The incremental approach as data: cuts of the matrix, and the set-up and functions of each category (`frameworks/matrix.toml`)."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from procrisk.errors import UsageError
from procrisk.indices.frameworks import FOLDER

LEVELS = 3
CELLS = tuple(f"C{c}R{r}" for c in range(1, LEVELS + 1) for r in range(1, LEVELS + 1))
"""The nine categories: capacity 1 (initial) to 3, risk 1 (below average) to 3."""


@dataclass(frozen=True, slots=True)
class Approach:
    """Cuts and texts. A value at a cut belongs to the upper level."""

    rifi: tuple[float, float]
    """Cuts of RIFI, 0..100."""
    icp_stage1: tuple[float, float]
    """Cuts of the official ICP's stage 1, in per cent."""
    ratio: tuple[float, float]
    """Cuts of risk, as multiples of the mean of the scope."""
    max_age_years: int
    ours: bool
    source_es: str
    source_en: str
    names: Mapping[str, Sequence[str]]
    """capacity_es, capacity_en, risk_es, risk_en: names of the three levels."""
    setups: Mapping[str, Sequence[str]]
    """The same keys: what is recommended at each level."""
    functions: Mapping[str, Mapping[str, str]]
    """Function -> es, en."""
    cells: Mapping[str, Sequence[str]]
    """Category -> its functions, the first to begin with."""

    def setup(self, cell: str, tongue: str) -> str:
        """The recommended set-up of a category; tongue: es or en."""
        capacity, risk = (int(cell[at]) - 1 for at in (1, 3))
        return f"{self.setups[f'capacity_{tongue}'][capacity]} {self.setups[f'risk_{tongue}'][risk]}".strip()

    def name(self, cell: str, tongue: str) -> str:
        """A category in words."""
        capacity, risk = (int(cell[at]) - 1 for at in (1, 3))
        first, second = self.names[f"capacity_{tongue}"][capacity], self.names[f"risk_{tongue}"][risk]
        return f"capacidad {first}, riesgo {second}" if tongue == "es" else f"{first} capacity, risk {second}"


@cache
def approach() -> Approach:
    """The approach in force.

    Raises:
        UsageError: matrix.toml does not hold together.
    """
    return build(tomllib.loads((FOLDER / "matrix.toml").read_text(encoding="utf-8")))


def build(document: Mapping[str, Any]) -> Approach:
    """An approach of a parsed document.

    Raises:
        UsageError: a part is missing, cuts do not rise, or a category or function is unknown; says which.
    """
    try:
        made = Approach(
            rifi=_cuts(document["capacity"]["rifi"]),
            icp_stage1=_cuts(document["capacity"]["icp_stage1"]),
            ratio=_cuts(document["risk"]["ratio"]),
            max_age_years=document["capacity"]["max_age_years"],
            names=document["levels"],
            setups=document["setup"],
            **{k: document[k] for k in ("ours", "source_es", "source_en", "functions", "cells")},
        )
    except (KeyError, ValueError) as e:
        raise UsageError(f"matrix.toml: a part is missing or wrong: {e}") from e
    if set(made.cells) != set(CELLS):
        raise UsageError(f"matrix.toml, cells: should be {', '.join(CELLS)}")
    for cell, functions in made.cells.items():
        if lack := [f for f in functions if f not in made.functions]:
            raise UsageError(f"matrix.toml, cells.{cell}: {', '.join(lack)} is no function")
    return made


def _cuts(said: Sequence[float]) -> tuple[float, float]:
    low, high = map(float, said)
    if not low < high:
        raise ValueError(f"cuts should rise (found {low:g}, {high:g})")
    return low, high
