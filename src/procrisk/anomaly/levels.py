"""Buyers, suppliers and pairs of both over time: what no single process shows.

A supplier whose part of a buyer's awards grows from a tenth to four fifths wins processes that look like any other; only the course of the pair
shows it. Each entity has a state as of every day on which it is active (its two years up to then, see `history`). Up to the award, a process is reached by
the state of that day, compared with all states of entities of that size; afterwards by the last state, compared with last states.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.anomaly import detectors, explain, features, history, peers
from procrisk.anomaly.compare import Compared, compare
from procrisk.anomaly.features import Feature

STRONG = 14
"""Steps from which a process stands out in a feature: a robust z of 2."""
MIN_PROCESSES = 3
"""Procedures in two years from which on a buyer or a supplier is looked at."""
STANDS = "out_"
PAIR_FEATURES = (
    Feature(
        "gain",
        1,
        False,
        0.5,
        "number",
        "procedimientos que el proveedor ganó en el último año por encima de su parte del año anterior",
        "procedures that the supplier won in the last year beyond its share of the year before",
    ),
    Feature(
        "rise",
        1,
        False,
        0.1,
        "percent",
        "aumento de la parte de los procedimientos que gana el proveedor frente al año anterior",
        "growth over the year before of the share of procedures that the supplier wins",
    ),
    Feature(
        "late",
        1,
        False,
        0.5,
        "number",
        "cuán al final de la secuencia de buenas pro caen las del proveedor (z de Wilcoxon)",
        "how late in the sequence of awards those of the supplier lie (Wilcoxon's z)",
    ),
)
"""How a pair's course grows; how large it is counts among the features of the process."""
_COURSE = (
    "el proveedor ganó {} de {} procedimientos de la entidad por el mismo objeto en el último año y {} de {} en el anterior "
    "(entre {} pares comparables, {}, la mediana no crece)",
    "the supplier won {} of the buyer's {} procedures for the same object in the last year and {} of {} in the year before "
    "(among {} comparable pairs, {}, the median does not grow)",
)


@dataclass(frozen=True, slots=True)
class Level:
    """A kind of entity, its states and how they reach processes."""

    name: str
    keys: tuple[str, ...]
    features: tuple[Feature, ...]
    who_es: str
    who_en: str
    groups: tuple[tuple[str, ...], ...]


def _standing(what_es: str, what_en: str) -> tuple[Feature, ...]:
    return tuple(
        Feature(
            STANDS + f.id,
            1,
            False,
            0.05,
            "percent",
            f"procedimientos {what_es} que se apartan de sus comparables en «{f.name_es}»",
            f"procedures {what_en} that stand out among their peers in “{f.name_en}”",
        )
        for f, known in zip(features.FEATURES, features.EX_ANTE, strict=True)
        if known
    )


LEVELS = (
    Level("pair", (*history.MARKET, "supplier"), PAIR_FEATURES, "pares", "pairs", (("object", "size"), ("size",), ())),
    Level("buyer", ("buyer_id",), _standing("de la entidad", "of the buyer"), "entidades", "buyers", (("size",), ())),
    Level(
        "supplier",
        ("supplier",),
        _standing("del proveedor", "of the supplier"),
        "proveedores",
        "suppliers",
        (("size",), ()),
    ),
)
NAMES = tuple(level.name for level in LEVELS)


def reached(
    processes: pl.DataFrame, won: pl.DataFrame, signs: npt.NDArray[np.uint16], level: Level
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the states of a level say of each process.

    Args:
        processes: process_id, buyer_id, call_date, award_date, sorted by process_id.
        won: history.lines.
        signs: of the processes up to their award, rows as in `processes`.
        level: one of LEVELS.

    Returns:
        process_id, ex_ante and full (surprise of the most surprising entity of each process, null where there is none), `state`
        (row of the second frame behind `full`); and by state: n_peers, label, features, es, en (strongest first).
    """
    states, events = _states(processes, won, signs, level)
    if states.is_empty():
        nothing = {"process_id": pl.String, "ex_ante": pl.Float64, "full": pl.Float64, "state": pl.UInt32}
        return pl.DataFrame(schema=nothing), pl.DataFrame(schema={"state": pl.UInt32, **explain.SCHEMA})
    ordered = states.sort(*level.keys, "day")
    last = ordered.unique(level.keys, keep="last", maintain_order=True)
    then = ordered.select(*level.keys, "day", ex_ante=_surprise(ordered, level)[0])
    now, groups, compared = _surprise(last, level)
    ends = last.select(level.keys).with_columns(full=now).with_row_index("state")
    joined = events.join(then, on=[*level.keys, "day"], how="left").join(ends, on=list(level.keys), how="left")
    best = joined.sort("process_id", "full", "state", descending=[False, True, False], nulls_last=True).group_by(
        "process_id", maintain_order=True
    )
    out = best.agg(pl.col("ex_ante").max(), pl.col("full").first(), pl.col("state").first())
    words = explain.reasons(last, compared, groups, level.features, (level.who_es, level.who_en))
    if level.name == "pair":
        words = _told(last, words)
    return out, words.rename({"row": "state"})


def _surprise(states: pl.DataFrame, level: Level) -> tuple[pl.Series, peers.Peers, Compared]:
    keyed = states.select(*(pl.col(k) for k in ("object",) if k in states.columns), size=peers.size(pl.col("n")))
    groups = peers.group(keyed, level.groups)
    compared = compare(states, groups, level.features)
    found = detectors.surprise(
        {"tail": compared.tails.sum(axis=1), "local": detectors.local(compared.signs, groups)}, groups
    )
    return pl.Series(found["all"]), groups, compared


def _states(
    processes: pl.DataFrame, won: pl.DataFrame, signs: npt.NDArray[np.uint16], level: Level
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """States (keys, day, n, a column a feature) and events (process_id, keys, day)."""
    if level.name == "pair":
        return _courses(won), won.select("process_id", *level.keys, "day")
    if level.name == "buyer":
        day = pl.coalesce("award_date", "call_date")
        events = processes.select("process_id", "buyer_id", day=day).drop_nulls()
    else:
        events = won.select("process_id", "supplier", "day")
    return _shares(events, processes["process_id"], signs, level.keys, level.features), events


def _courses(won: pl.DataFrame) -> pl.DataFrame:
    earlier = pl.col("awards") - pl.col("awards_recent")
    before = pl.when(earlier >= MIN_PROCESSES).then((pl.col("wins") - pl.col("wins_recent")) / earlier)
    rise = pl.col("wins_recent") / pl.col("awards_recent") - before
    return history.captures(won).with_columns(
        n="awards",
        gain=pl.col("wins_recent") - before * pl.col("awards_recent"),
        rise=pl.when(pl.col("wins") >= history.MIN_WINS).then(rise),
    )


def _told(states: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    """The course of a pair in one phrase, in place of the phrases of its features."""
    at = states.select(
        "wins_recent",
        "awards_recent",
        wins_before=pl.col("wins") - pl.col("wins_recent"),
        awards_before=pl.col("awards") - pl.col("awards_recent"),
    ).with_row_index("row")
    joined = words.join(at, on="row", how="left", maintain_order="left")
    figures = ("wins_recent", "awards_recent", "wins_before", "awards_before", "n_peers")
    texts = [
        pl.concat_list(pl.format(text, *figures, peers.named(pl.col("label"), language)))
        for language, text in enumerate(_COURSE)
    ]
    return joined.select("row", "n_peers", "label", pl.col("features").list.head(1), es=texts[0], en=texts[1])


def _shares(
    events: pl.DataFrame,
    ids: pl.Series,
    signs: npt.NDArray[np.uint16],
    keys: Sequence[str],
    wanted: Sequence[Feature],
) -> pl.DataFrame:
    """The share of an entity's procedures of two years that stand out in each feature."""
    strong = pl.DataFrame(
        {f.id: signs[:, features.IDS.index(f.id.removeprefix(STANDS))] >= STRONG for f in wanted}
    ).with_columns(process_id=ids)
    joined = events.join(strong, on="process_id")
    sums = {"n": pl.len(), **{f.id: pl.col(f.id).sum() for f in wanted}}
    counted = history.trailing(joined, keys, sums, {"": history.WINDOW})
    return counted.filter(pl.col("n") >= MIN_PROCESSES).with_columns(pl.col(f.id) / pl.col("n") for f in wanted)
