"""A comparison of two versions for people, Spanish first: what changed, what it moved, and what did not come of it."""

from collections.abc import Iterable
from typing import Any

import polars as pl

from procrisk.publication.causes import WORDS
from procrisk.publication.diff import Diff
from procrisk.records.regions import REGIONS

SHOWN = 20
"""Rows of each part; the frames hold all."""
_KEYS = ("region_code", "scope", "period", "process_id", "indicator", "subject_type", "subject_id")
_CHANGES = {
    "moved": "cambia / moved",
    "appeared": "aparece / appeared",
    "vanished": "desaparece / vanished",
}


def text(found: Diff, rows: int = SHOWN) -> str:
    """The comparison as text; of each part the first rows, those with flags gained or lost before the others."""
    lines = [f"{found.before} → {found.after}"]
    if found.is_empty:
        return "\n".join([*lines, "Sin diferencias / no differences"])
    size = (pl.col("score_after").fill_null(0) - pl.col("score_before").fill_null(0)).abs()
    processes = found.processes.with_columns(_by=pl.col("gained").list.len() + pl.col("lost").list.len(), _size=size)
    crossed = processes.filter(pl.col("_by") > 0)
    first, down = ["_by", "_size", "process_id"], [True, True, False]
    parts: Iterable[tuple[str, pl.DataFrame]] = (
        ("Ajustes que cambiaron / settings that changed", found.settings),
        ("Qué más cambió en el origen / what else changed at the source", _besides(found)),
        ("Registros, por proceso / records, by process", found.records.group_by("record").len("n").sort("record")),
        ("Señales, por indicador y causa / flags, by indicator and cause", _summed(found.flags)),
        ("Por qué se mueven las regiones / why regions move", _explained(found.parts)),
        ("Regiones / regions", found.regions),
        (
            "Procedimientos que ganan o pierden señales / processes that gain or lose flags",
            crossed.sort(first, descending=down).drop("_by", "_size"),
        ),
        (
            "Otros procedimientos que cambian / other processes that move",
            processes.filter(pl.col("_by") == 0).sort(first, descending=down).drop("_by", "_size"),
        ),
        ("Señales / flags", found.flags),
    )
    for title, frame in parts:
        if frame.is_empty():
            continue
        lines += ["", f"{title}: {frame.height:,}"]
        lines += [f"  {_sentence(row)}" for row in frame.head(rows).iter_rows(named=True)]
        if frame.height > rows:
            lines.append(f"  … {frame.height - rows:,} más / more")
    return "\n".join(lines)


def _besides(found: Diff) -> pl.DataFrame:
    """What differs in the manifest, without the hash of the settings where the settings themselves are told."""
    told = not found.settings.is_empty()
    return found.manifest.filter((pl.col("item") != "settings") | pl.lit(value=not told))


def _explained(parts: pl.DataFrame) -> pl.DataFrame:
    """A row per region, scope and period whose score moved, with its parts.

    Both levels of government and the rolling twelve months first, since they speak for the publication; then by the size of the move.
    """
    key = ["region_code", "scope", "period", "score_before", "score_after"]
    # a step without points is no part
    listed = (
        parts.filter(pl.col("points") != 0)
        .group_by(key, maintain_order=True)
        .agg(parts=pl.struct("part", "points", "n"))
    )
    first = (pl.col("scope") != "subnational") | ~pl.col("period").str.contains("..", literal=True)
    size = (pl.col("score_after") - pl.col("score_before")).abs()
    return listed.sort(first, size, *key[:3], descending=[False, True, False, False, False])


def _summed(flags: pl.DataFrame) -> pl.DataFrame:
    """Flags that came and went, by indicator and cause; processes are counted once."""
    change = pl.col("change")
    return (
        flags.group_by("indicator", pl.col("cause"))
        .agg(
            gained=pl.col("n").filter(change == "appeared").sum(),
            lost=pl.col("n").filter(change == "vanished").sum(),
            processes=pl.col("process_id").n_unique(),
        )
        .sort("indicator", pl.col("cause").list.join(","))
    )


def _sentence(row: dict[str, Any]) -> str:
    if "item" in row or "setting" in row:
        return f"{row.get('item') or row['setting']}: {row['before'] or '—'} → {row['after'] or '—'}"
    if "parts" in row:
        code = row["region_code"]
        place = " · ".join((f"{code} {REGIONS.get(code, '')}".strip(), row["scope"], row["period"]))
        difference = row["score_after"] - row["score_before"]
        told = ", ".join(_part(p) for p in row["parts"])
        return f"{place}: {row['score_before']:.3f} → {row['score_after']:.3f} ({difference:+.3f}) = {told}"
    if "n" in row and "record" in row:
        return f"{' / '.join(WORDS[row['record']])}: {row['n']:,}"
    if "processes" in row:
        counts = f"{row['gained']:,} aparecen / appeared, {row['lost']:,} desaparecen / vanished"
        return f"{row['indicator']}: {counts}, {row['processes']:,} procesos / processes{_cause(row)}"
    where = [str(row[k]) for k in _KEYS if row.get(k) is not None]
    moves = []
    for k, old in row.items():
        name = k.removesuffix("_before")
        if name != k and old != row[f"{name}_after"]:
            moves.append(f"{name} {_shown(old)} → {_shown(row[f'{name}_after'])}")
    moves += [f"+{i}" for i in row.get("gained", [])] + [f"−{i}" for i in row.get("lost", [])]
    if row.get("n_moved"):
        by = ", ".join(row["indicators"][:5])
        moves.append(f"{row['n_moved']:,} procesos / processes{f' ({by})' if by else ''}")
    return f"{' · '.join(where)}: {_CHANGES[row['change']]}{'; ' if moves else ''}{', '.join(moves)}{_cause(row)}"


def _part(part: dict[str, Any]) -> str:
    named = " + ".join(" / ".join(WORDS[c]) for c in part["part"].split("+"))
    own = f" ({part['n']:,} procesos / processes)" if part["n"] else ""
    return f"{part['points']:+.3f} {named}{own}"


def _cause(row: dict[str, Any]) -> str:
    named = [" / ".join(WORDS[c]) for c in row.get("cause") or []]
    return f"; por / by: {' + '.join(named)}" if named else ""


def _shown(value: Any) -> str:
    return "—" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
