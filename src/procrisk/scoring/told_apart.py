"""What can be said of the order of regions, in words: which cannot be told apart, Spanish first."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Words:
    """A statement in both languages."""

    es: str
    en: str


def sentences(regions: pl.DataFrame) -> list[Words]:
    """What the simultaneous sets of ranks say of the regions of one scope and period (95 %, all statements together).

    Regions above which none surely stands cannot be told apart from each other: they may each have the highest risk. The same
    holds below.

    Args:
        regions: region, rank_low_all, rank_high_all; regions without ranks are left out.

    Returns:
        a statement on the regions that may have the highest risk, then one on those that may have the lowest; a single one where
        no two can be told apart; none where fewer than two are ranked.
    """
    ranked = regions.drop_nulls("rank_low_all").sort("region")
    first = ranked.filter(pl.col("rank_low_all") == 1)["region"].to_list()
    last = ranked.filter(pl.col("rank_high_all") == ranked.height)["region"].to_list()
    if ranked.height < 2:
        return []
    if len(first) == len(last) == ranked.height:
        n = ranked.height
        return [
            Words(
                f"Entre estas {n} regiones no se puede decir cuál tiene más riesgo: ninguna diferencia es mayor que su margen de error.",
                f"Among these {n} regions it cannot be said which has more risk: no difference exceeds its margin of error.",
            )
        ]
    names = ranked["region"].to_list()
    return [
        _extreme(first, names, ("mayor", "más"), ("highest", "more")),
        _extreme(last, names, ("menor", "menos"), ("lowest", "less")),
    ]


def _extreme(names: list[str], every: list[str], es: tuple[str, str], en: tuple[str, str]) -> Words:
    """Of those at one end; where they are most of all, the others are named instead."""
    if len(names) == 1:
        return Words(f"{names[0]} tiene el {es[0]} riesgo.", f"{names[0]} has the {en[0]} risk.")
    others = ", ".join(n for n in every if n not in names)
    listed = (", ".join(names),) * 2
    if len(names) == len(every):
        listed = ("todas", "all of them")
    elif 2 * len(names) > len(every):
        listed = (f"todas menos {others}", f"all but {others}")
    return Words(
        f"Entre estas {len(names)} regiones no se puede decir cuál tiene {es[1]} riesgo: {listed[0]}.",
        f"Among these {len(names)} regions it cannot be said which has {en[1]} risk: {listed[1]}.",
    )
