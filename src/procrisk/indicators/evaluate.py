"""From records to flags: one pass over the frame of each subject, then what every process has of it.

A flag on an entity (supplier, buyer, pair, market) is raised on every process that it concerns: the entity's figures
stand beside each of its processes in the frame.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import polars as pl

from procrisk import law
from procrisk.indicators import common, registry
from procrisk.indicators.features import SUBJECTS, Frames, Records, build
from procrisk.indicators.idiom import CLEAR, COLUMN_ABSENT, OUT_OF_SCOPE, RAISED, Rule
from procrisk.indicators.registry import INDICATORS, Indicator
from procrisk.indicators.sentences import evidence, fill

EVALUATED = 0
WHY = {1: "out_of_scope", 2: "column_absent", 3: "value_missing", 4: "too_few_peers"}
"""Codes of the `why` frame; 0 is evaluated. From 2 on they are those of `idiom`."""


class Configured(Protocol):
    """What is read of the settings."""

    @property
    def thresholds(self) -> Mapping[str, Mapping[str, float]]: ...
    @property
    def common(self) -> Mapping[str, float]: ...


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What the indicators say of every process."""

    flags: pl.DataFrame
    """One row per raised flag: process_id, subject_type, subject_id, indicator, role, risks, value, threshold, evidence
    (JSON), sentence_es, sentence_en; sorted and unique by (process_id, indicator, subject_id)."""
    states: pl.DataFrame
    """process_id and a Boolean per indicator: true raised, false clear, null not evaluable."""
    why: pl.DataFrame
    """process_id and a UInt8 per indicator: 0 evaluated, else a key of WHY."""
    index: pl.DataFrame
    """process_id, cri (Corruption Risk Index, 0 to 1; null without components) and cri_n (components known)."""


FLAGS: dict[str, Any] = {
    "process_id": pl.String,
    "subject_type": pl.String,
    "subject_id": pl.String,
    "indicator": pl.String,
    "role": pl.String,
    "risks": pl.List(pl.String),
    "value": pl.Float64,
    "threshold": pl.Float64,
    "evidence": pl.String,
    "sentence_es": pl.String,
    "sentence_en": pl.String,
}


def evaluate(dataset: Records, as_of: date, settings: Configured) -> Evaluated:
    """Evaluate every indicator on every process.

    Args:
        dataset: the assembled records (`tables`: name to frame).
        as_of: the day as of which they are read.
        settings: its `thresholds` and `common` replace parameters and shared figures of the table.

    Raises:
        UsageError: a threshold for an unknown indicator or parameter, or an unknown shared figure.
    """
    registry.check_thresholds(settings.thresholds)
    with common.using(settings.common):
        return judge(build(dataset, as_of), list(INDICATORS.values()), settings.thresholds)


def judge(frames: Frames, indicators: Sequence[Indicator], thresholds: Mapping[str, Mapping[str, float]]) -> Evaluated:
    """Evaluate these indicators on frames already built."""
    outcomes = frames["processes"].select("process_id", "row", "source_code")
    flags = [pl.DataFrame(schema=FLAGS)]
    for name in dict.fromkeys(SUBJECTS[i.subject].frame for i in indicators):
        here = [i for i in indicators if SUBJECTS[i.subject].frame == name]
        rules = {i.id: i.rule(thresholds.get(i.id)) for i in here}
        decided = _decide(frames, name, rules)
        flags += [_flags(frames[name], decided[i.id], i, thresholds.get(i.id, {})) for i in here]
        outcomes = _per_process(frames, name, outcomes, decided)
    ids = sorted(i.id for i in indicators)
    copied = pl.DataFrame({"process_id": frames.copies}, schema={"process_id": pl.String}).with_columns(
        *(pl.lit(OUT_OF_SCOPE, pl.UInt8).alias(i) for i in ids)
    )
    ordered = pl.concat([outcomes.select("process_id", *ids), copied]).sort("process_id")
    return Evaluated(
        flags=pl.concat(flags).sort("process_id", "indicator", "subject_id"),
        states=ordered.select("process_id", *(_state(i) for i in ids)),
        why=ordered.select("process_id", *(_why(i) for i in ids)),
        index=pl.concat(
            [frames["processes"].select("process_id", pl.col("^cri(_n)?$")), copied.select("process_id")],
            how="diagonal",
        ).sort("process_id"),
    )


def _decide(frames: Frames, name: str, rules: Mapping[str, Rule]) -> pl.DataFrame:
    """Outcome of each rule on each row of a frame, in one select."""
    frame = frames[name]
    read = sorted({c for r in rules.values() for c in r.inputs})
    lacking = frames.lacking(name, read)
    source = pl.col("source_code")
    absent = {c: source.is_in(codes) for c, codes in lacking.items() if codes}
    return frame.select("row", *(r.outcome(absent).alias(i) for i, r in rules.items()))


def _per_process(frames: Frames, name: str, outcomes: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Add each process's outcome: the largest of its subjects'; without subjects, out of scope or column absent."""
    ids = [c for c in decided.columns if c != "row"]
    if name == "processes":
        return pl.concat([outcomes, decided.select(ids)], how="horizontal")
    worst = decided.group_by("row").agg(pl.col(ids).max())
    joined = outcomes.join(worst, on="row", how="left", maintain_order="left", validate="1:1")
    silent = pl.col("source_code").is_in(frames.without(name))
    none = pl.when(silent).then(COLUMN_ABSENT).otherwise(OUT_OF_SCOPE).cast(pl.UInt8)
    return joined.with_columns(pl.col(ids).fill_null(none))


def _state(i: str) -> pl.Expr:
    return pl.when(pl.col(i) == RAISED).then(True).when(pl.col(i) == CLEAR).then(False).alias(i)


def _why(i: str) -> pl.Expr:
    decided = pl.col(i).is_in([RAISED, CLEAR])
    out = pl.col(i) == OUT_OF_SCOPE
    return pl.when(decided).then(EVALUATED).when(out).then(1).otherwise(pl.col(i)).cast(pl.UInt8).alias(i)


def _flags(frame: pl.DataFrame, outcome: pl.Series, i: Indicator, overrides: Mapping[str, float]) -> pl.DataFrame:
    """The raised rows as flags."""
    raised = frame.filter(outcome == RAISED)
    if raised.is_empty():
        return pl.DataFrame(schema=FLAGS)
    subject = SUBJECTS[i.subject]
    params = {n: pl.lit(overrides.get(n, v)) for n, v in i.params.items()}
    shared = {n: pl.lit(v) for n, v in common.current().items()}
    names = {**shared, **{c: pl.col(c) for c in raised.columns}, **params}
    if i.law:
        names["norm"] = pl.lit(law.norms(raised, i.law[0]))
    nothing = pl.lit(None, pl.Float64)
    names["value"] = names[i.value] if i.value else nothing
    names["threshold"] = names[i.threshold] if i.threshold else nothing
    made = raised.select(
        "process_id",
        pl.lit(i.subject).alias("subject_type"),
        pl.col(subject.id).alias("subject_id"),
        pl.lit(i.id).alias("indicator"),
        pl.lit(i.role).alias("role"),
        pl.lit(list(i.risks), dtype=pl.List(pl.String)).alias("risks"),
        _figure(names["value"], i.value).alias("value"),
        _figure(names["threshold"], i.threshold).alias("threshold"),
        evidence({c: raised.schema[c] for c in i.evidence}).alias("evidence"),
        fill(i.sentence_es, names, "es").alias("sentence_es"),
        fill(i.sentence_en, names, "en").alias("sentence_en"),
    )
    return made.unique(["process_id", "subject_id"], keep="first", maintain_order=True).cast(pl.Schema(FLAGS))


def _figure(x: pl.Expr, name: str) -> pl.Expr:
    """A number for the flag: money in soles, everything else as it is."""
    return (x / 100 if name.endswith("_cents") else x).cast(pl.Float64)
