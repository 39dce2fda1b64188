"""What everything in the benchmark is made from: the tables, for which scope and period they speak, and what made them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from procrisk.publication.registers import Statement
from procrisk.scoring.periods import last_full_month, month_name
from procrisk.settings import Settings

LEAST_PERIODS = 2
"""A trend has at least two points."""


@dataclass(frozen=True, slots=True)
class Material:
    """The tables of the dictionary and what is said about them. Nothing in it depends on the clock or an earlier publication."""

    tables: Mapping[str, pl.DataFrame]
    """Name to frame, each as `fields.conform` gives it."""
    scope: str
    period: str
    """The scope and the period for which the sheets and the pictures speak."""
    as_of: date
    simulated: bool
    """The records are simulated."""
    registers: Statement
    settings: Settings
    made_from: Mapping[str, Any]
    """Of the nightly version that the same inputs give: its id under `version`, and the rest of its manifest."""

    @property
    def simulated_forms(self) -> bool:
        """Some of the answers behind the indices are simulated."""
        return bool(self.tables["indices"]["simulated"].any())

    def headline(self) -> pl.DataFrame:
        """A row per region: the scores that the sheets speak of, riskiest first, those without a score last."""
        chosen = self._whole().filter(pl.col("period") == self.period)
        return chosen.sort(["score", "region_code"], descending=[True, False], nulls_last=True)

    def of(self, name: str) -> pl.DataFrame:
        """The rows of a table in the scope and period of the sheets."""
        return self.tables[name].filter((pl.col("scope") == self.scope) & (pl.col("period") == self.period))

    def pairs(self, region_code: str) -> pl.DataFrame:
        """A row for each other region: other_code, difference (of this region's score less the other's) and apart."""
        of = self.of("separable")
        first = of.filter(pl.col("region_code") == region_code).select("other_code", "difference", "apart")
        second = of.filter(pl.col("other_code") == region_code)
        turned = second.select(other_code="region_code", difference=-pl.col("difference"), apart="apart")
        return pl.concat([first, turned]).sort("other_code")

    def trend(self) -> list[str]:
        """Periods that are compared in time: the complete quarters with data if there are two, else the months; in order."""
        whole = self._whole().filter(pl.col("n_processes") > 0)
        named = whole["period"].unique().sort().to_list()
        last = month_name(last_full_month(self.as_of))
        months = [p for p in named if len(p) == 7 and p[5] != "Q" and p <= last]
        quarters = [p for p in named if len(p) == 7 and p[5] == "Q" and set(months_of(p)) <= set(months)]
        return quarters if len(quarters) >= LEAST_PERIODS else months

    def months(self) -> list[str]:
        """Months within the period of the sheets that have records, in order."""
        named = set(self._whole().filter(pl.col("n_processes") > 0)["period"])
        return [month for month in months_of(self.period) if month in named]

    def history(self, region_code: str) -> pl.DataFrame:
        """Scores of a region in the periods of `trend`, in order; one without processes has no score."""
        chosen = self._whole().filter((pl.col("region_code") == region_code) & pl.col("period").is_in(self.trend()))
        return chosen.sort("period")

    def _whole(self) -> pl.DataFrame:
        return self.tables["scores"].filter(
            (pl.col("scope") == self.scope) & (pl.col("weighting") == "count") & (pl.col("part") == "all")
        )


def months_of(period: str) -> list[str]:
    """The months of a period: 2022-Q1 is three, 2022 and 2021-03..2022-02 are twelve."""
    first, _, last = period.partition("..")
    if "-Q" in first:
        quarter = int(first[6])
        first, last = f"{first[:4]}-{3 * quarter - 2:02d}", f"{first[:4]}-{3 * quarter:02d}"
    elif len(first) == 4:
        first, last = f"{first}-01", f"{first}-12"
    start, end = (int(m[:4]) * 12 + int(m[5:]) - 1 for m in (first, last or first))
    return [month_name(n) for n in range(start, end + 1)]
