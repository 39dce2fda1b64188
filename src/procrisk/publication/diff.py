"""What changed between two versions: which processes and regions moved, which flags came and went, and what caused it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from procrisk import fsio
from procrisk.errors import PublicationIOError
from procrisk.publication import versions
from procrisk.publication.verify import MANIFEST, VERSIONS

_MEASURES = ("score", "score_low", "score_high", "band", "rank_low", "rank_high")
_PROCESS_KEY = ("process_id",)
_REGION_KEY = ("region_code", "scope", "period")
_FLAG_KEY = ("process_id", "indicator", "subject_type", "subject_id")
_SHOWN = 20
"""Rows of each part in the printed text; the frames hold all."""


@dataclass(frozen=True, slots=True)
class Diff:
    """Two versions side by side. `change` is `moved`, `appeared` or `vanished`."""

    before: str
    after: str
    manifest: pl.DataFrame
    """item, before, after (JSON text): inputs, settings, code, catalogue, law, model, as_of that differ."""
    processes: pl.DataFrame
    """process_id, change, and score, band, ... each as <name>_before, <name>_after."""
    regions: pl.DataFrame
    """region_code, scope, period, change, and score, rank_low, ... each as <name>_before, <name>_after."""
    flags: pl.DataFrame
    """process_id, indicator, subject_type, subject_id, change: n flags of that name appeared or vanished."""

    @property
    def is_empty(self) -> bool:
        """Whether the two say the same."""
        return all(f.is_empty() for f in (self.manifest, self.processes, self.regions, self.flags))


def diff(out: Path, a: str, b: str) -> Diff:
    """Compare version `a` (before) with version `b` (after); ids, unique beginnings or `current`.

    Raises:
        InputMissingError: `out` holds no publication.
        UsageError: no such version.
        PublicationIOError: a file of one of them cannot be read.
    """
    ids = versions.resolve(out, a), versions.resolve(out, b)
    before, after = (out / VERSIONS / i for i in ids)
    try:
        return Diff(
            *ids,
            manifest=_manifest(before, after),
            processes=_moved(*_read(before, after, "processes.parquet"), _PROCESS_KEY),
            regions=_moved(*_read(before, after, "regions.parquet"), _REGION_KEY),
            flags=_flags(*_read(before, after, "flags.parquet")),
        )
    except (pl.exceptions.PolarsError, ValueError, KeyError) as e:
        raise PublicationIOError(
            f"versions {ids[0]} and {ids[1]} cannot be compared: {e}; run procrisk verify {out}"
        ) from e


def _read(before: Path, after: Path, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    with fsio.reporting("read", after / name):
        return pl.read_parquet(before / name), pl.read_parquet(after / name)


def _moved(old: pl.DataFrame, new: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    measures = [m for m in _MEASURES if m in old.columns and m in new.columns]
    left = old.select(*key, *(pl.col(m).alias(f"{m}_before") for m in measures), _old=pl.lit(value=True))
    right = new.select(*key, *(pl.col(m).alias(f"{m}_after") for m in measures), _new=pl.lit(value=True))
    both = left.join(right, on=key, how="full", coalesce=True, nulls_equal=True)
    moved = pl.any_horizontal(
        pl.lit(value=False), *(pl.col(f"{m}_before").ne_missing(pl.col(f"{m}_after")) for m in measures)
    )
    sides = [f"{m}_{side}" for m in measures for side in ("before", "after")]
    return (
        both.with_columns(change=_change(pl.col("_old").is_null(), pl.col("_new").is_null(), moved))
        .filter(pl.col("change").is_not_null())
        .select(*key, "change", *sides)
        .sort(key)
    )


def _change(no_old: pl.Expr, no_new: pl.Expr, moved: pl.Expr) -> pl.Expr:
    return (
        pl.when(no_old)
        .then(pl.lit("appeared"))
        .when(no_new)
        .then(pl.lit("vanished"))
        .when(moved)
        .then(pl.lit("moved"))
        .otherwise(None)
    )


def _flags(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    # counted, because masked natural persons may share a key
    left = old.group_by(_FLAG_KEY).len("_before")
    both = left.join(new.group_by(_FLAG_KEY).len("_after"), on=_FLAG_KEY, how="full", coalesce=True, nulls_equal=True)
    n = pl.col("_after").fill_null(0).cast(pl.Int64) - pl.col("_before").fill_null(0).cast(pl.Int64)
    return (
        both.with_columns(n=n)
        .filter(pl.col("n") != 0)
        .select(
            *_FLAG_KEY,
            change=pl.when(pl.col("n") > 0).then(pl.lit("appeared")).otherwise(pl.lit("vanished")),
            n=pl.col("n").abs(),
        )
        .sort(_FLAG_KEY)
    )


def _manifest(before: Path, after: Path) -> pl.DataFrame:
    old, new = (_items(folder) for folder in (before, after))
    names = sorted(n for n in {*old, *new} if old.get(n) != new.get(n))
    schema = {"item": pl.String, "before": pl.String, "after": pl.String}
    return pl.DataFrame(
        {"item": names, "before": [old.get(n) for n in names], "after": [new.get(n) for n in names]}, schema
    )


def _items(folder: Path) -> dict[str, str]:
    """The manifest flattened to path: value. Inputs are named by their content, what follows from them is left out."""
    with fsio.reporting("read", folder / MANIFEST):
        document = json.loads((folder / MANIFEST).read_bytes())
    document.pop("outputs", None)
    inputs = {f"inputs/{i['name']} ({i['sha256'][:12]})": i.get("counts") for i in document.pop("inputs", [])}
    flat: dict[str, str] = {}

    def walk(path: str, value: Any) -> None:
        if isinstance(value, dict) and value and path not in inputs:
            for k, v in value.items():
                walk(f"{path}/{k}" if path else str(k), v)
        else:
            flat[path] = json.dumps(value, sort_keys=True, ensure_ascii=False)

    walk("", document)
    for path, counts in inputs.items():
        walk(path, counts)
    return flat


def text(found: Diff, rows: int = _SHOWN) -> str:
    """The comparison for people, Spanish first."""
    lines = [f"{found.before} → {found.after}"]
    if found.is_empty:
        return "\n".join([*lines, "Sin diferencias / no differences"])
    for title, frame in (
        ("Qué cambió en el origen / what changed at the source", found.manifest),
        ("Regiones / regions", found.regions),
        ("Procedimientos / processes", found.processes),
        ("Señales / flags", found.flags),
    ):
        lines += ["", f"{title}: {frame.height:,}"]
        lines += [f"  {_sentence(row)}" for row in frame.head(rows).iter_rows(named=True)]
        if frame.height > rows:
            lines.append(f"  … {frame.height - rows:,} más / more")
    return "\n".join(lines)


_WORDS = {"moved": "cambia / moved", "appeared": "aparece / appeared", "vanished": "desaparece / vanished"}


def _sentence(row: dict[str, Any]) -> str:
    if "item" in row:
        return f"{row['item']}: {row['before'] or '—'} → {row['after'] or '—'}"
    where = [str(v) for k, v in row.items() if k in {*_PROCESS_KEY, *_REGION_KEY, *_FLAG_KEY} and v is not None]
    moves = []
    for k, old in row.items():
        name = k.removesuffix("_before")
        if name != k and old != row[f"{name}_after"]:
            moves.append(f"{name} {_shown(old)} → {_shown(row[f'{name}_after'])}")
    return f"{' · '.join(where)}: {_WORDS[row['change']]}{'; ' if moves else ''}{', '.join(moves)}"


def _shown(value: Any) -> str:
    return "—" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
