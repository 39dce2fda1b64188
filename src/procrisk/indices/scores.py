"""RIFI and CRAPI from answered items: arithmetic inside a pillar, geometric across pillars, bounds for what is not known.

An item that does not apply leaves numerator and denominator. "No evidence" and silence are unknown, which is not "no":
they leave the score and widen its bounds. Less than two thirds of a pillar's items known is no data for it, and an index
needs all its pillars: leaving the weakest out would raise it. ADR 0014.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from procrisk.composite.aggregate import above_one, combine
from procrisk.indices import periods
from procrisk.indices.frameworks import STAGES, Framework, Item, Pillar, load
from procrisk.records.regions import REGIONS

LEAST_KNOWN = 2 / 3
"""Smallest share of the items of a pillar (of a stage, on the ladder) that must be known. Own judgement, after COINr's limit."""
ALL = "all"
EPSILON = 1e-9
"""Tolerance of comparisons with a limit: nine times 0.9, divided by nine, is 0.9."""

SIMULATED = "SIMULADO"
"""How the source of a made-up answer begins."""
YES, NO, NO_EVIDENCE, NOT_APPLICABLE = "yes", "no", "no evidence", "not applicable"

ITEMS: dict[str, pl.DataType | type[pl.DataType]] = {
    "region_code": pl.String,
    "period": pl.String,
    "index": pl.String,
    "item": pl.String,
    "answer": pl.String,
    "value": pl.Float64,
    "evidence_url": pl.String,
    "evidence_date": pl.Date,
    "note": pl.String,
    "framework": pl.String,
    "source": pl.String,
    "simulated": pl.Boolean,
}
"""Answered items. answer: yes, no, no evidence, not applicable, or the number written; value: what it counts, 0..1
(an unscored item: the number itself), null where it is unknown or does not apply."""

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "region_code": pl.String,
    "region": pl.String,
    "period": pl.String,
    "index": pl.String,
    "framework": pl.String,
    "pillar": pl.String,
    "score": pl.Float64,
    "known": pl.Float64,
    "n_yes": pl.Int32,
    "n_no": pl.Int32,
    "n_no_evidence": pl.Int32,
    "n_not_applicable": pl.Int32,
    "weight": pl.Float64,
    "weight_is_ours": pl.Boolean,
    "ladder": pl.Float64,
    "apt": pl.List(pl.Int32),
    "source": pl.String,
    "simulated": pl.Boolean,
    "score_low": pl.Float64,
    "score_high": pl.Float64,
    "n_number": pl.Int32,
    "n_unanswered": pl.Int32,
    "icp_official": pl.Float64,
    "icp_stage1": pl.Float64,
    "baseline_period": pl.String,
    "progress": pl.Float64,
}
KEY = ("region_code", "period", "index", "framework", "pillar")


@dataclass(frozen=True, slots=True)
class Part:
    """A pillar, or an index: score and bounds from 0 to 100. `applies` is false where no item applies."""

    score: float | None
    low: float | None
    high: float | None
    ladder: float | None = None
    apt: tuple[int, ...] = ()
    applies: bool = True


def climb(shares: Sequence[float | None], apt: float) -> tuple[float | None, tuple[int, ...]]:
    """The value of a ladder: s1 + 1[s1 >= apt] s2 + 1[s1 >= apt and s2 >= apt] s3.

    Args:
        shares: of each stage, from 0 to 1; None is not known.
        apt: from here on a rung is reached and the next one counts.

    Returns:
        the value, from 0 to 3, None if a stage that counts is not known; and the rungs reached.
    """
    value, reached = 0.0, list[int]()
    for at, share in enumerate(shares, 1):
        if share is None:
            return None, tuple(reached)
        value += share
        if share < apt - EPSILON:
            break
        reached.append(at)
    return value, tuple(reached)


def pillar_part(
    framework: Framework, pillar: Pillar, period: str, values: Mapping[str, float], left_out: Collection[str]
) -> Part:
    """A pillar's score and bounds.

    Args:
        framework: the index in its version.
        pillar: one of its pillars.
        period: of the answers; tells which items are asked.
        values: item to what it counts, from 0 to 1; items that are not in it are unknown.
        left_out: items that do not apply.
    """
    items = [i for i in framework.asked(period, pillar.id) if i.id not in left_out]
    if not items:
        return Part(None, None, None, applies=False)
    if not pillar.ladder:
        return _part(_mean(items, values), 1)
    stages = [_mean([i for i in items if i.stage == s], values) for s in range(1, STAGES + 1)]
    value, reached = climb([s[0] for s in stages], framework.apt)
    bounds = (climb([s[n] for s in stages], framework.apt)[0] for n in (1, 2))
    return _part((value, *bounds), STAGES, value, reached)


def _part(shares: Sequence[float | None], whole: float, ladder: float | None = None, apt: tuple[int, ...] = ()) -> Part:
    """Score, low and high, of `whole`, as a part from 0 to 100."""
    score, low, high = (None if x is None else 100 * x / whole for x in shares)
    return Part(score, low, high, ladder, apt)


def _mean(items: Sequence[Item], values: Mapping[str, float]) -> tuple[float | None, float, float]:
    """Mean of the known, None if too few; then with all unknown at 0, and at 1. Of no item: unknown, from 0 to 1."""
    if not items:
        return None, 0.0, 1.0
    known = sorted(values[i.id] for i in items if i.id in values)
    total, n = sum(known), len(items)
    enough = known and len(known) >= LEAST_KNOWN * n - EPSILON
    return total / len(known) if enough else None, total / n, (total + (n - len(known))) / n


def index_part(framework: Framework, parts: Mapping[str, Part]) -> Part:
    """The index of its pillars: geometric mean on [1, 100], taken back to 0..100 so that equal pillars give their own value."""
    there = [(framework.pillars[id_].weight, part) for id_, part in parts.items() if part.applies]
    if not there:
        return Part(None, None, None, applies=False)
    weights = np.array([w for w, _ in there])
    rows = np.array([[_float(getattr(p, at)) for _, p in there] for at in ("score", "low", "high")])
    means = (combine(above_one(rows), weights, "geometric", 1.0) - 1.0) / 0.99
    return _part([None if np.isnan(x) else float(x) for x in means], 100)


def _float(value: float | None) -> float:
    return float("nan") if value is None else value


def score(items: pl.DataFrame) -> pl.DataFrame:
    """Both indices, by region, period, framework and pillar.

    Args:
        items: columns of ITEMS, one row a region, period, index, framework and item; an item without a row is unanswered.

    Returns:
        columns of SCHEMA, sorted by KEY. `pillar` "all" is the index. score null: no data; score_low and score_high: if
        all that is unknown were no, or yes; known: share of the items that apply that is known; ladder: 0..3, and apt the
        rungs reached (pillar with the ladder); icp_*: the official index, where it was given; progress: points since the
        region's own first period with data, null in it; simulated: at least one answer is made up.
    """
    rows = [
        row
        for (region, period, index, version), group in items.partition_by(
            "region_code", "period", "index", "framework", as_dict=True, maintain_order=True
        ).items()
        for row in _of_region((str(region), str(period)), load(str(index), str(version)), group)
    ]
    frame = pl.DataFrame(rows, schema={k: v for k, v in SCHEMA.items() if k not in ("baseline_period", "progress")})
    return _progress(frame).select(list(SCHEMA)).sort(KEY)


def _of_region(at: tuple[str, str], framework: Framework, group: pl.DataFrame) -> list[dict[str, object]]:
    region, period = at
    answers = {r["item"]: r for r in group.iter_rows(named=True)}
    values = {id_: r["value"] for id_, r in answers.items() if r["value"] is not None}
    left_out = {id_ for id_, r in answers.items() if r["answer"] == NOT_APPLICABLE}
    parts = {id_: pillar_part(framework, p, period, values, left_out) for id_, p in framework.pillars.items()}
    common = {
        "region_code": region,
        "region": REGIONS.get(region),
        "period": period,
        "index": framework.index,
        "framework": framework.version,
        "source": "; ".join(sorted({r["source"] for r in answers.values() if r["source"]})) or None,
        "simulated": any(r["simulated"] for r in answers.values()),
        "icp_official": values.get(f"{framework.index}-ICP"),
        "icp_stage1": values.get(f"{framework.index}-ICP1"),
    }
    ours = all(p.ours for p in framework.pillars.values())
    rows = [
        {
            **common,
            "pillar": id_,
            "weight": framework.pillars[id_].weight,
            "weight_is_ours": framework.pillars[id_].ours,
        }
        | _said(part, framework.asked(period, id_), answers)
        for id_, part in parts.items()
    ]
    scored = [i for i in framework.asked(period) if i.scored]
    whole = {**common, "pillar": ALL, "weight": 100.0, "weight_is_ours": ours}
    return [whole | _said(index_part(framework, parts), scored, answers), *rows]


def _said(part: Part, items: Sequence[Item], answers: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """Score and counts of a part, as columns."""
    words = [answers[i.id]["answer"] if i.id in answers else None for i in items]
    counts = {word: words.count(word) for word in (YES, NO, NO_EVIDENCE, NOT_APPLICABLE, None)}
    n_number = len(words) - sum(counts.values())
    applies = len(words) - counts[NOT_APPLICABLE]
    return {
        "score": _rounded(part.score),
        "score_low": _rounded(part.low),
        "score_high": _rounded(part.high),
        "ladder": _rounded(part.ladder),
        "apt": list(part.apt) if part.ladder is not None or part.apt else None,
        "known": (counts[YES] + counts[NO] + n_number) / applies if applies else None,
        "n_yes": counts[YES],
        "n_no": counts[NO],
        "n_no_evidence": counts[NO_EVIDENCE],
        "n_not_applicable": counts[NOT_APPLICABLE],
        "n_number": n_number,
        "n_unanswered": counts[None],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _progress(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds the region's first period with data, made-up answers apart from real ones, and the points gained since."""
    own = ("region_code", "index", "framework", "pillar", "simulated")
    days = {p: f"{periods.last_day(p)} {periods.months(p):02}" for p in frame["period"].unique()}
    at = pl.col("period").replace_strict(days, default=None, return_dtype=pl.String)
    known = frame.with_columns(_at=at).filter(pl.col("score").is_not_null()).sort("_at")
    first = known.group_by(own, maintain_order=True).agg(
        baseline_period=pl.col("period").first(), _baseline=pl.col("score").first()
    )
    later = pl.col("period") != pl.col("baseline_period")
    return frame.join(first, on=own, how="left").with_columns(
        progress=pl.when(later).then((pl.col("score") - pl.col("_baseline")).round(6))
    )
