"""Back to the detail: where a unit stands, part by part, against the median of all and against its peers, in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from procrisk.composite.build import Built
from procrisk.errors import UsageError

MOST = 5
"""Strengths and weaknesses told in sentences; the table has them all."""
APART = 0.5
"""Own judgement: told as a strength or a weakness from half a standard deviation away from the median."""
SIMILAR = 5
"""Peers, where none are named: so many units whose scores of the groups are closest."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A unit in a table and in sentences."""

    unit: str
    peers: tuple[str, ...]
    parts: pl.DataFrame
    """part, level, score, rank, of (units with a score), median, peers_median, distance (score less median, in standard
    deviations of all units), known (false where a gap was filled, or nothing is known), role ("strength", "weakness" or
    empty; what is not known is neither); the index first, then by level downwards."""
    sentences_es: tuple[str, ...]
    sentences_en: tuple[str, ...]


def profile(built: Built, unit: str, peers: Sequence[str] = (), ranges: pl.DataFrame | None = None) -> Profile:
    """A unit's profile.

    Args:
        built: the index.
        unit: whose.
        peers: with whom it is compared beside all; none: the five with the most similar scores of the groups just below
            the index.
        ranges: of ranks under other choices, `uncertainty.rank_table`; told in a sentence if given.

    Raises:
        UsageError: the unit or a peer is not one of the index's units, or the unit is its own peer.
    """
    for u in (unit, *peers):
        if u not in built.units:
            raise UsageError(f"{u!r} is no unit of this index; known: {', '.join(built.units)}")
    if unit in peers:
        raise UsageError(f"{unit} cannot be its own peer")
    beside = tuple(peers) or _similar(built, unit)
    parts = _parts(built, unit, beside)
    return Profile(unit, beside, parts, *_sentences(built, unit, beside, parts, ranges))


def _similar(built: Built, unit: str) -> tuple[str, ...]:
    """Closest by the scores of the index's parts; units that lack one the unit has are no peers."""
    own = built.units.index(unit)
    values = np.column_stack([built.scores(p.id) for p in built.framework.parts(built.framework.top)])
    known = ~np.isnan(values[own])
    if not known.any():
        return ()
    away = np.sqrt(((values - values[own])[:, known] ** 2).sum(axis=1))
    order = [i for i in np.lexsort((np.arange(len(away)), np.round(away, 9))) if i != own and not np.isnan(away[i])]
    return tuple(sorted(built.units[i] for i in order[:SIMILAR]))


def _parts(built: Built, unit: str, peers: Sequence[str]) -> pl.DataFrame:
    own = built.units.index(unit)
    beside = [built.units.index(p) for p in peers]
    rows = []
    for x in sorted(built.framework.by_id.values(), key=lambda x: -x.level):
        scores = built.scores(x.id)
        known = scores[~np.isnan(scores)]
        mine, others = float(scores[own]), scores[beside][~np.isnan(scores[beside])]
        told = not np.isnan(mine)
        median = float(np.median(known)) if len(known) else None
        spread = float(np.std(known, ddof=1)) if len(known) > 1 else 0.0
        distance = (mine - median) / spread if told and median is not None and spread > 0 else None
        observed = x.level > 1 or built.denominated[x.id].is_not_null()[own]
        rows.append(
            {
                "part": x.id,
                "level": x.level,
                "score": mine if told else None,
                "rank": 1 + int((np.round(known, 9) > round(mine, 9)).sum()) if told else None,
                "of": len(known),
                "median": median,
                "peers_median": float(np.median(others)) if len(others) else None,
                "distance": distance,
                "known": observed and told,
                "role": _role(distance) if observed else "",
            }
        )
    return pl.DataFrame(rows, schema=_SCHEMA)


_SCHEMA = {
    "part": pl.String,
    "level": pl.Int64,
    "score": pl.Float64,
    "rank": pl.Int64,
    "of": pl.Int64,
    "median": pl.Float64,
    "peers_median": pl.Float64,
    "distance": pl.Float64,
    "known": pl.Boolean,
    "role": pl.String,
}


def _role(distance: float | None) -> str:
    if distance is None or abs(distance) < APART:
        return ""
    return "strength" if distance > 0 else "weakness"


def _sentences(
    built: Built, unit: str, peers: Sequence[str], parts: pl.DataFrame, ranges: pl.DataFrame | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Spanish and English: the index, its groups, strengths, weaknesses, what is not known."""
    names = dict(built.data.select("unit", "name").iter_rows())
    name, index = names[unit], parts.row(0, named=True)
    if index["score"] is None:
        share = built.known.filter(pl.col("unit") == unit)["share"].item()
        return (
            (f"{name} no tiene puntaje: se conoce {share:.0%} de sus indicadores, menos de lo que se pide.",),
            (f"{name} has no score: {share:.0%} of its indicators are known, less than is asked for.",),
        )
    pairs = [_stands(name, name, index)]
    if ranges is not None:
        q = ranges.filter(pl.col("unit") == unit).row(0, named=True)
        pairs.append(
            (
                f"Con otras decisiones igual de defendibles su puesto va de {q['q5']:.0f} a {q['q95']:.0f} (90 % de los casos).",
                f"Under other choices, as defensible, its rank goes from {q['q5']:.0f} to {q['q95']:.0f} (90 % of cases).",
            )
        )
    if index["peers_median"] is not None:
        es, en = _against(index["score"] - index["peers_median"])
        who = ", ".join(names[p] for p in peers)
        pairs.append(
            (
                f"Sus pares ({who}) tienen una mediana de {index['peers_median']:.1f}: está {es}.",
                f"Its peers ({who}) have a median of {index['peers_median']:.1f}: it stands {en}.",
            )
        )
    below = parts.filter(
        (pl.col("level") > 1) & (pl.col("part") != built.framework.top) & pl.col("score").is_not_null()
    )
    by_id = built.framework.by_id
    pairs += [_stands(by_id[g["part"]].name_es, by_id[g["part"]].name_en, g) for g in below.iter_rows(named=True)]
    for role, es, en in (("strength", "Fortalezas", "Strengths"), ("weakness", "Debilidades", "Weaknesses")):
        if found := _extremes(parts, role):
            told_es = "; ".join(f"{by_id[p].name_es} (puesto {rank} de {of})" for p, rank, of in found)
            told_en = "; ".join(f"{by_id[p].name_en} (rank {rank} of {of})" for p, rank, of in found)
            pairs.append((f"{es}: {told_es}.", f"{en}: {told_en}."))
    if unknown := parts.filter(~pl.col("known") & (pl.col("level") == 1))["part"].to_list():
        pairs.append(
            (
                f"No se conoce: {'; '.join(by_id[i].name_es for i in unknown)}.",
                f"Not known: {'; '.join(by_id[i].name_en for i in unknown)}.",
            )
        )
    return tuple(es for es, _ in pairs), tuple(en for _, en in pairs)


def _stands(name_es: str, name_en: str, p: dict[str, float]) -> tuple[str, str]:
    return (
        f"{name_es}: {p['score']:.1f} puntos, puesto {p['rank']} de {p['of']} (mediana {p['median']:.1f}).",
        f"{name_en}: {p['score']:.1f} points, rank {p['rank']} of {p['of']} (median {p['median']:.1f}).",
    )


def _against(difference: float) -> tuple[str, str]:
    if abs(difference) < 0.05:
        return "igual que ellos", "level with them"
    side_es, side_en = ("por encima", "above") if difference > 0 else ("por debajo", "below")
    return f"{abs(difference):.1f} puntos {side_es}", f"{abs(difference):.1f} points {side_en}"


def _extremes(parts: pl.DataFrame, role: str) -> list[tuple[str, int, int]]:
    """Indicators furthest from the median on one side, at most five: part, rank, of how many."""
    found = parts.filter((pl.col("level") == 1) & (pl.col("role") == role))
    far = pl.col("distance").abs().round(9)
    return found.sort(far, "part", descending=[True, False]).head(MOST).select("part", "rank", "of").rows()
