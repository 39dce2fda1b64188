"""Capacity x risk: how probable each of nine categories is for each region, and what the incremental approach says there.

No category is given where the interval crosses its edge: its probability is, with those of the others, and said in words.
Capacity is RIFI; where a region has none, the published stage 1 of the ICP; else there is no data, never a guess. ADR 0015.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import product
from math import erfc, sqrt

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.errors import UsageError
from procrisk.indices import periods
from procrisk.indices.incremental import CELLS, LEVELS, Approach, approach
from procrisk.indices.scores import ALL
from procrisk.records.regions import REGIONS

Floats = npt.NDArray[np.float64]
Z_975 = 1.959963984540054
SHOWN = 0.05
"""Categories less probable than this are not named in the sentence, nor do they sway the order of functions."""

P_COLUMNS = {cell: f"p_{cell[1]}_{cell[3]}" for cell in CELLS}
"""Category -> column of its probability: p_1_1 ... p_3_3, capacity first."""
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "region_code": pl.String,
    "region": pl.String,
    "capacity": pl.Float64,
    "capacity_level": pl.Int32,
    "risk": pl.Float64,
    "risk_level": pl.Int32,
    "category": pl.String,
    "p_category": pl.Float64,
    **dict.fromkeys(P_COLUMNS.values(), pl.Float64),
    "setup_es": pl.String,
    "setup_en": pl.String,
    "functions_es": pl.List(pl.String),
    "functions_en": pl.List(pl.String),
    "most_likely": pl.String,
    "sentence_es": pl.String,
    "sentence_en": pl.String,
    "capacity_low": pl.Float64,
    "capacity_high": pl.Float64,
    "capacity_source": pl.String,
    "risk_low": pl.Float64,
    "risk_high": pl.Float64,
    "cuts_are_ours": pl.Boolean,
    "simulated": pl.Boolean,
}
CAPACITY: dict[str, type[pl.DataType]] = {
    "region_code": pl.String,
    "capacity": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "measure": pl.String,
    "source": pl.String,
    "simulated": pl.Boolean,
}


def matrix(
    risk: pl.DataFrame,
    capacity: pl.DataFrame,
    *,
    replicates: Mapping[str, Floats] | None = None,
    reference: float | None = None,
) -> pl.DataFrame:
    """The matrix of one scope and period.

    Args:
        risk: region_code, score, score_low, score_high (95 %), n_scored; one row a region.
        capacity: columns of CAPACITY, one row a region at most, see `capacity_of`.
        replicates: region code to bootstrap replicates of its score; without them the interval is read as normal on
            either side of the score.
        reference: what risk is held against; the mean of the scope, weighted by n_scored, if not given. Give the same
            one to compare categories over time.

    Returns:
        columns of SCHEMA, one row for each of the 26 regions, by code. The levels are those of the most probable category,
        most_likely, and p_category its probability; category is null where an interval crosses a cut. All of them are
        null where capacity or risk is not known.

    Raises:
        UsageError: a region stands twice, or no region has a score to hold the others against.
    """
    for name, frame in (("risk", risk), ("capacity", capacity)):
        if frame["region_code"].is_duplicated().any():
            raise UsageError(f"{name}: a region stands twice; give one scope and period")
    how = approach()
    mean = reference if reference is not None else _mean(risk)
    cuts = (how.ratio[0] * mean, how.ratio[1] * mean)
    risks = {r["region_code"]: r for r in risk.iter_rows(named=True)}
    capacities = {r["region_code"]: r for r in capacity.iter_rows(named=True)}
    rows = [
        _row(code, capacities.get(code), risks.get(code, {}), cuts, how, (replicates or {}).get(code))
        for code in REGIONS
    ]
    return pl.DataFrame(rows, schema=SCHEMA).sort("region_code")


def _mean(risk: pl.DataFrame) -> float:
    known = risk.filter(pl.col("score").is_not_null() & (pl.col("n_scored") > 0))
    if known.is_empty():
        raise UsageError("no region has a score in this scope and period: there is nothing to hold risk against")
    total = float((known["score"] * known["n_scored"]).sum())
    return total / float(known["n_scored"].sum())


def capacity_of(scores: pl.DataFrame, official: pl.DataFrame, period: str) -> pl.DataFrame:
    """The capacity of each region at the end of a period: its latest RIFI, else its latest published ICP stage 1.

    Args:
        scores: from `scores.score`. Answers of regions come before made-up ones.
        official: facts of `icp_stage1` (`facts.of`): region_code, period, value or low and high (shares), source.
        period: of the risk score, such as 2022, 2022-03 or 2021-03..2022-02. What is older than the approach allows at
            its end, or later, is left out.

    Returns:
        columns of CAPACITY, in points of 0..100; capacity is null where a source gives a range and no value; a region of which nothing is known has no row.
    """
    rifi = scores.filter((pl.col("index") == "RIFI") & (pl.col("pillar") == ALL) & pl.col("score").is_not_null())
    given = rifi.select(
        "region_code",
        "period",
        "simulated",
        capacity="score",
        low="score_low",
        high="score_high",
        measure=pl.lit("rifi"),
        source=pl.format("RIFI {}, marco {}", "period", "framework"),
    )
    published = official.select(
        "region_code",
        "period",
        simulated=pl.lit(value=False),
        capacity=100 * pl.col("value"),
        low=100 * pl.coalesce("low", "value"),
        high=100 * pl.coalesce("high", "value"),
        measure=pl.lit("icp_stage1"),
        source=pl.format("ICP {}, etapa 1: {}", "period", "source"),
    )
    both = pl.concat([given, published])
    ends = {p: periods.last_day(p) for p in both["period"].unique()}
    end, years = _end(period), approach().max_age_years
    both = both.with_columns(_end=pl.col("period").replace_strict(ends, default=None, return_dtype=pl.Date))
    recent = both.filter((pl.col("_end") <= end) & (pl.col("_end") > date(end.year - years, end.month, 1)))
    order = recent.sort(
        "region_code", pl.col("measure") != "rifi", "simulated", -pl.col("_end").to_physical(), "source"
    )
    return order.unique("region_code", keep="first", maintain_order=True).select(list(CAPACITY)).sort("region_code")


def _end(period: str) -> date:
    return periods.last_day(period.rpartition("..")[2])


def risk_shares(
    score: float, low: float, high: float, cuts: Sequence[float], replicates: Floats | None = None
) -> Floats:
    """Probability of each level of risk.

    With replicates, the share of them in each level. Else from the interval: normal to the left of the score with the
    spread of its lower part and to the right with that of the upper one, so that 2.5 %, 50 % and 97.5 % lie where they are published.
    """
    if replicates is not None:
        below = [float((replicates < cut).mean()) for cut in cuts]
    else:
        below = []
        for cut in cuts:
            spread = (score - low if cut < score else high - score) / Z_975
            below.append(0.5 * erfc((score - cut) / spread / sqrt(2)) if spread > 0 else float(cut > score))
    return np.diff([0.0, *below, 1.0])


def capacity_shares(low: float, high: float, cuts: Sequence[float]) -> Floats:
    """Probability of each level of capacity: what is not known is anywhere between the bounds, nowhere more than elsewhere."""
    if high <= low:
        below = [float(cut > low) for cut in cuts]
    else:
        below = [min(max((cut - low) / (high - low), 0.0), 1.0) for cut in cuts]
    return np.diff([0.0, *below, 1.0])


def level(value: float, cuts: Sequence[float]) -> int:
    """1, 2 or 3; a value at a cut belongs to the upper level."""
    return 1 + sum(value >= cut for cut in cuts)


def _row(
    code: str,
    capacity: Mapping[str, object] | None,
    risk: Mapping[str, object],
    cuts: tuple[float, float],
    how: Approach,
    replicates: Floats | None,
) -> dict[str, object]:
    given: dict[str, object] = {
        "region_code": code,
        "region": REGIONS[code],
        "risk": risk.get("score"),
        "risk_low": risk.get("score_low"),
        "risk_high": risk.get("score_high"),
        "cuts_are_ours": how.ours,
        "simulated": bool(capacity and capacity["simulated"]),
    }
    own = how.rifi if capacity is None or capacity["measure"] == "rifi" else how.icp_stage1
    if capacity is not None:
        given |= {
            f"capacity{k}": capacity[v]
            for k, v in (("", "capacity"), ("_low", "low"), ("_high", "high"), ("_source", "source"))
        }
    span = _pair(given.get("capacity_low"), given.get("capacity_high"))
    interval, score = _pair(given["risk_low"], given["risk_high"]), given["risk"]
    if span is None or interval is None or not isinstance(score, float):
        return given | _without(no_capacity=span is None, no_risk=not isinstance(score, float))
    c, r = capacity_shares(*span, own), risk_shares(score, *interval, cuts, replicates)
    shares = {cell: float(c[i] * r[j]) for cell, (i, j) in zip(CELLS, product(range(LEVELS), repeat=2), strict=True)}
    return given | _placed(shares, how, settled=_within(span, own) and _within(interval, cuts))


def _pair(low: object, high: object) -> tuple[float, float] | None:
    return (low, high) if isinstance(low, float) and isinstance(high, float) else None


def _within(span: tuple[float, float], cuts: Sequence[float]) -> bool:
    """Whether both ends of an interval lie in one level."""
    return level(span[0], cuts) == level(span[1], cuts)


def _without(*, no_capacity: bool, no_risk: bool) -> dict[str, object]:
    years = approach().max_age_years
    lacks = [
        (
            f"capacidad (no hay RIFI ni ICP de los {years} años hasta el cierre del periodo)",
            f"capacity (no RIFI or ICP of the {years} years up to the end of the period)",
        )
        if no_capacity
        else None,
        ("riesgo en este ámbito y periodo", "risk in this scope and period") if no_risk else None,
    ]
    named = [lack for lack in lacks if lack] or [("intervalo del riesgo", "interval of the risk")]
    return {
        "sentence_es": f"Sin datos de {' ni de '.join(es for es, _ in named)}: no se asigna categoría.",
        "sentence_en": f"No data on {' nor '.join(en for _, en in named)}: no category is assigned.",
    }


def _placed(shares: Mapping[str, float], how: Approach, *, settled: bool) -> dict[str, object]:
    """Probabilities, label if it is sure, recommendations of the most probable category, and a sentence."""
    ranked = sorted(CELLS, key=lambda cell: (-shares[cell], cell))
    best, likely = ranked[0], [c for c in ranked if shares[c] >= SHOWN]
    common = set.intersection(*(set(how.cells[c]) for c in likely or [best]))
    functions = sorted(how.cells[best], key=lambda f: f not in common)
    said: dict[str, object] = {P_COLUMNS[c]: round(p, 12) for c, p in shares.items()}
    said |= {
        "capacity_level": int(best[1]),
        "risk_level": int(best[3]),
        "most_likely": best,
        "category": best if settled else None,
        "p_category": round(shares[best], 12),
    }
    for tongue in ("es", "en"):
        said[f"setup_{tongue}"] = how.setup(best, tongue)
        said[f"functions_{tongue}"] = [how.functions[f][tongue] for f in functions]
    listed = {t: "; ".join(f"{how.name(c, t)} ({100 * shares[c]:.0f} %)" for c in likely) for t in ("es", "en")}
    if settled:
        said["sentence_es"] = f"Categoría {best}: {how.name(best, 'es')}."
        said["sentence_en"] = f"Category {best}: {how.name(best, 'en')}."
    else:
        said["sentence_es"] = (
            f"La categoría no está decidida, el intervalo cruza un corte: {listed['es']}. Conviene empezar por las funciones que van primero."
        )
        said["sentence_en"] = (
            f"The category is not settled, the interval crosses a cut: {listed['en']}. Begin with the functions listed first."
        )
    return said
