"""Capacity x risk: how probable each of nine categories is for each region, and what the incremental approach says there.

No category is given where the interval crosses its edge: its probability is, with those of the others, and said in words.
Capacity is RIFI; where a region has none, the published stage 1 of the ICP; else there is no data, never a guess. ADR 0015.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from math import erfc, isnan, sqrt

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.errors import UsageError
from procrisk.indices.incremental import CELLS, LEVELS, Approach, approach
from procrisk.indices.scores import SIMULATED
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
    "peers": pl.List(pl.String),
}


BEGIN_ES = " Conviene empezar por las primeras funciones de la lista."
"""How the sentence of an unsettled category ends; left out where the functions stand beside it."""


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
        capacity: columns of `capacity.CAPACITY`, one row a region at most, see `capacity.capacity_of`.
        replicates: region code to bootstrap replicates of its score; without them the interval is read as normal on
            either side of the score.
        reference: what risk is held against; the mean of the scope, weighted by n_scored, if not given. Give the same
            one to compare categories over time.

    Returns:
        columns of SCHEMA, one row for each of the 26 regions, by code. The levels are those of the most probable category,
        most_likely, and p_category its probability; category is null where an interval crosses a cut. All of them are
        null where capacity or risk is not known. peers: the other regions of the same most probable category.

    Raises:
        UsageError: a region stands twice in one of the tables.
    """
    for name, frame in (("risk", risk), ("capacity", capacity)):
        if frame["region_code"].is_duplicated().any():
            raise UsageError(f"{name}: a region stands twice; give one scope and period")
    how = approach()
    mean = reference if reference is not None else _mean(risk)
    cuts = (how.ratio[0] * mean, how.ratio[1] * mean)
    risks = {} if isnan(mean) else {r["region_code"]: r for r in risk.iter_rows(named=True)}
    capacities = {r["region_code"]: r for r in capacity.iter_rows(named=True)}
    rows = [
        _row(code, capacities.get(code), risks.get(code, {}), cuts, how, (replicates or {}).get(code))
        for code in REGIONS
    ]
    made = pl.DataFrame(rows, schema={c: t for c, t in SCHEMA.items() if c != "peers"})
    return made.with_columns(_peers(made)).select(list(SCHEMA)).sort("region_code")


def _peers(made: pl.DataFrame) -> pl.Series:
    """The other regions of the same most probable category, with whom a region compares first."""
    placed = [(code, cell) for code, cell in made.select("region_code", "most_likely").iter_rows()]
    found = [
        None if own is None else sorted(other for other, cell in placed if cell == own and other != code)
        for code, own in placed
    ]
    return pl.Series("peers", found, pl.List(pl.String))


def _mean(risk: pl.DataFrame) -> float:
    """Mean of the scope; NaN where nobody has a score, and then no region has a risk."""
    known = risk.filter(pl.col("score").is_not_null() & (pl.col("n_scored") > 0))
    if known.is_empty():
        return float("nan")
    total = float((known["score"] * known["n_scored"]).sum())
    return total / float(known["n_scored"].sum())


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
    settled = _within(span, own) and _within(interval, cuts)
    return given | _placed(shares, how, settled=settled, mark=f"[{SIMULATED}] " if given["simulated"] else "")


def _pair(low: object, high: object) -> tuple[float, float] | None:
    return (low, high) if isinstance(low, float) and isinstance(high, float) else None


def _within(span: tuple[float, float], cuts: Sequence[float]) -> bool:
    """Whether both ends of an interval lie in one level."""
    return level(span[0], cuts) == level(span[1], cuts)


def _without(*, no_capacity: bool, no_risk: bool) -> dict[str, object]:
    years = approach().max_age_years
    lacks = [
        (
            f"capacidad (no hay RIFI ni ICP a {years} años o menos del cierre del periodo)",
            f"capacity (no RIFI or ICP within {years} years of the end of the period)",
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


def _placed(shares: Mapping[str, float], how: Approach, *, settled: bool, mark: str) -> dict[str, object]:
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
        said["sentence_es"] = f"{mark}Categoría {best}: {how.name(best, 'es')}."
        said["sentence_en"] = f"{mark}Category {best}: {how.name(best, 'en')}."
    else:
        said["sentence_es"] = (
            f"{mark}La categoría no está decidida, porque el intervalo cruza un corte. Probabilidades: {listed['es']}.{BEGIN_ES}"
        )
        said["sentence_en"] = (
            f"{mark}The category is not settled, since the interval crosses a cut. Probabilities: {listed['en']}. Begin with the first functions of the list."
        )
    return said
