"""Does the structure hold together? Correlations, Cronbach's alpha and principal components, each with what it says.

Step 4 of the OECD/JRC handbook. A check says something about the data at hand; it is a reason to look, not a verdict on the
framework: a part may belong by its meaning and still go its own way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from procrisk.composite.aggregate import Floats
from procrisk.composite.build import Built

WEAK = 0.3
"""Below this correlation with its own group a part is hardly in it (JRC's rule of thumb)."""
REDUNDANT = 0.92
"""Above this two parts say the same, and it counts twice (JRC's rule of thumb)."""
CONSISTENT = 0.7
"""Cronbach's alpha from which a group is usually called consistent (Nunnally 1978)."""
GRID = 9
"""Decimals of every value: the libraries below add up in an order of their own, and the last digits are theirs."""
LEAST_UNITS = 5
"""Own judgement: of fewer units than this nothing is said."""

SCHEMA = dict.fromkeys(("check", "group", "part"), pl.String) | {
    "value": pl.Float64,
    "units": pl.Int64,
    "verdict": pl.String,
    "sentence_es": pl.String,
    "sentence_en": pl.String,
}


@dataclass(frozen=True, slots=True)
class _Found:
    check: str
    group: str
    part: str
    value: float
    units: int
    verdict: str


SENTENCES = {
    ("correlation", "fits"): (
        "«{part}» va con «{group}»: correlación {value:.2f} (se espera más de 0.3 y hasta 0.92).",
        "“{part}” goes with “{group}”: correlation {value:.2f} (more than 0.3 and up to 0.92 is expected).",
    ),
    ("correlation", "weak"): (
        "«{part}» apenas se refleja en «{group}»: correlación {value:.2f}, por debajo de 0.3. Su peso mueve poco el resultado.",
        "“{part}” hardly shows in “{group}”: correlation {value:.2f}, below 0.3. Its weight moves the result little.",
    ),
    ("correlation", "against"): (
        "«{part}» va en contra de «{group}»: correlación {value:.2f}. Quien gana aquí suele perder en el conjunto: conviene "
        "revisar la dirección del indicador o si pertenece al grupo.",
        "“{part}” goes against “{group}”: correlation {value:.2f}. Who gains here tends to lose in the whole: check the "
        "indicator's direction, or whether it belongs here.",
    ),
    ("correlation", "redundant"): (
        "«{part}» decide casi solo «{group}»: correlación {value:.2f}, por encima de 0.92.",
        "“{part}” decides “{group}” almost alone: correlation {value:.2f}, above 0.92.",
    ),
    ("pair", "redundant"): (
        "«{part}» dicen casi lo mismo dentro de «{group}»: correlación {value:.2f}. Lo mismo se cuenta dos veces.",
        "“{part}” say almost the same within “{group}”: correlation {value:.2f}. The same counts twice.",
    ),
    ("alpha", "consistent"): (
        "Las partes de «{group}» varían juntas: alfa de Cronbach {value:.2f} (0.7 o más es lo usual).",
        "The parts of “{group}” vary together: Cronbach's alpha {value:.2f} (0.7 or more is usual).",
    ),
    ("alpha", "loose"): (
        "Las partes de «{group}» varían cada una por su lado: alfa de Cronbach {value:.2f}, menos de 0.7. El promedio resume cosas "
        "distintas; conviene mostrar también las partes.",
        "The parts of “{group}” vary on their own: Cronbach's alpha {value:.2f}, less than 0.7. Their mean sums up different "
        "things; show the parts too.",
    ),
    ("components", "one"): (
        "«{group}» mide sobre todo una cosa: el primer componente recoge {value:.0%} de la variación y es el único con valor "
        "propio mayor que 1.",
        "“{group}” measures one thing above all: the first component holds {value:.0%} of the variation and is the only one "
        "with an eigenvalue above 1.",
    ),
    ("components", "several"): (
        "«{group}» reúne varias cosas: el primer componente recoge {value:.0%} de la variación y hay otros con valor "
        "propio mayor que 1.",
        "“{group}” brings several things together: the first component holds {value:.0%} of the variation and others "
        "have an eigenvalue above 1 too.",
    ),
    ("", "unknown"): (
        "«{part}» en «{group}» no se puede comprobar: hacen falta cinco unidades conocidas con valores distintos.",
        "“{part}” in “{group}” cannot be checked: it takes five known units with different values.",
    ),
}
"""What each verdict means, Spanish and English."""


def checks(built: Built) -> pl.DataFrame:
    """Every check of every group that has two parts or more.

    Returns:
        check: "correlation" (Pearson's, a part's score with its group's), "pair" (of two parts, where redundant), "alpha",
        "components" (share of the first principal component of the parts' correlations); group; part (of a pair both, with
        `|`; empty for alpha and components); value; units it rests on (those with every part known, for alpha and
        components); verdict; sentence_es, sentence_en. In the order of the structure, from the bottom up.
    """
    rows = [f for g in built.framework.groups if len(built.framework.parts(g.id)) > 1 for f in _group(built, g.id)]
    return pl.DataFrame([_told(built, f) for f in rows], schema=SCHEMA)


def alpha(values: Floats) -> float:
    """Cronbach's alpha, k/(k-1) (1 - sum of the parts' variances / variance of their sum); NaN where nothing varies.

    Args:
        values: units x parts, all known.
    """
    k = values.shape[1]
    whole = values.sum(axis=1).var(ddof=1)
    return round(float(k / (k - 1) * (1 - values.var(axis=0, ddof=1).sum() / whole)), GRID) if whole > 0 else np.nan


def components(values: Floats) -> tuple[float, int]:
    """Share of the first principal component of the parts' correlations, and how many have an eigenvalue above 1 (Kaiser).

    Args:
        values: units x parts, all known; each part varies.
    """
    found = np.linalg.eigvalsh(np.corrcoef(values, rowvar=False))
    return round(float(found[-1] / found.sum()), GRID), int((found > 1 + 1e-9).sum())


def correlation(x: Floats, y: Floats) -> tuple[float, int]:
    """Pearson's correlation of two scores over the units that have both, and how many; NaN for few or equal ones."""
    both = ~np.isnan(x) & ~np.isnan(y)
    n = int(both.sum())
    if n < LEAST_UNITS or np.ptp(x[both]) == 0 or np.ptp(y[both]) == 0:
        return np.nan, n
    return round(float(np.corrcoef(x[both], y[both])[0, 1]), GRID), n


def _group(built: Built, group: str) -> Iterator[_Found]:
    parts = [p.id for p in built.framework.parts(group)]
    scores = {p: built.scores(p) for p in parts}
    whole = built.scores(group)
    for p in parts:
        r, n = correlation(scores[p], whole)
        yield _Found("correlation", group, p, r, n, _verdict(r))
    for p, q in combinations(parts, 2):
        r, n = correlation(scores[p], scores[q])
        if r > REDUNDANT:
            yield _Found("pair", group, f"{p}|{q}", r, n, "redundant")
    values = np.column_stack([scores[p] for p in parts])
    values = values[~np.isnan(values).any(axis=1)]
    n = len(values)
    varies = n >= LEAST_UNITS and bool((np.ptp(values, axis=0) > 0).all())
    a = alpha(values) if varies else np.nan
    share, above = components(values) if varies else (np.nan, 0)
    yield _Found("alpha", group, "", a, n, "unknown" if np.isnan(a) else "consistent" if a >= CONSISTENT else "loose")
    yield _Found("components", group, "", share, n, "one" if above == 1 else "several" if varies else "unknown")


def _verdict(r: float) -> str:
    if np.isnan(r):
        return "unknown"
    if r < 0:
        return "against"
    return "weak" if r <= WEAK else "redundant" if r > REDUNDANT else "fits"


def _told(built: Built, f: _Found) -> dict[str, object]:
    es, en = SENTENCES["" if f.verdict == "unknown" else f.check, f.verdict]
    by_id = built.framework.by_id
    parts = [by_id[p] for p in f.part.split("|")] if f.part else [by_id[f.group]]
    group = by_id[f.group]
    return {
        "check": f.check,
        "group": f.group,
        "part": f.part,
        "value": None if np.isnan(f.value) else f.value,
        "units": f.units,
        "verdict": f.verdict,
        "sentence_es": es.format(part="» y «".join(p.name_es for p in parts), group=group.name_es, value=f.value),
        "sentence_en": en.format(part="” and “".join(p.name_en for p in parts), group=group.name_en, value=f.value),
    }
