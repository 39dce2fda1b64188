"""What changed between two versions: which processes and regions moved, which flags came and went, and what caused it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from procrisk import fsio
from procrisk.errors import PublicationIOError
from procrisk.publication import causes, region_moves, versions
from procrisk.publication.verify import MANIFEST, VERSIONS

_MEASURES = ("score", "score_low", "score_high", "band", "rank_low", "rank_high")
_PROCESS_KEY = ("process_id",)
_REGION_KEY = ("region_code", "scope", "period")
_FLAG_KEY = ("process_id", "indicator", "subject_type", "subject_id")
_PLACE = ("process_id", "region_code", "delivery_region_code", "scope", "reference_date")
_SHOWN = 20
"""Rows of each part in the printed text; the frames hold all."""


@dataclass(frozen=True, slots=True)
class Diff:
    """Two versions side by side. `change` is `moved`, `appeared` or `vanished`."""

    before: str
    after: str
    manifest: pl.DataFrame
    """item, before, after (JSON text): inputs, settings, code, catalogue, roles, law, model, as_of that differ."""
    settings: pl.DataFrame
    """setting (indicators.<ID>.<parameter> or section.name), before, after (JSON text)."""
    records: pl.DataFrame
    """process_id, record: new, revised or removed."""
    processes: pl.DataFrame
    """process_id, change, and score, band, ... each as <name>_before, <name>_after; gained, lost: indicators; cause."""
    regions: pl.DataFrame
    """region_code, scope, period, change, and score, rank_low, ... each as <name>_before, <name>_after; n_moved: its own
    processes that moved; indicators gained or lost on them, most first; cause."""
    flags: pl.DataFrame
    """process_id, indicator, subject_type, subject_id, change: n flags of that name appeared or vanished; cause."""
    parts: pl.DataFrame
    """region_code, scope, period, score_before, score_after, part, points, n: parts that add up to the difference of the scores."""

    @property
    def is_empty(self) -> bool:
        """Whether the two say the same."""
        frames = (self.manifest, self.settings, self.records, self.processes, self.regions, self.flags)
        return all(f.is_empty() for f in frames)


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
        why = causes.find([_document(f) for f in (before, after)], _read(before, after, "sources.parquet"))
        flags = causes.of_flags(_flags(*_read(before, after, "flags.parquet")), why)
        old, new = _read(before, after, "processes.parquet")
        moved = _moved(old, new, _PROCESS_KEY)
        reasons = _sides(old, new, "reasons").join(moved, on="process_id", how="semi")
        processes = causes.of_processes(moved.join(reasons, on="process_id", how="left"), flags, why)
        places = pl.concat([new.select(_PLACE), old.join(new, on="process_id", how="anti").select(_PLACE)])
        tables = _read(before, after, "regions.parquet")
        regions = _moved(*tables, _REGION_KEY)
        return Diff(
            *ids,
            manifest=_manifest(before, after),
            settings=why.settings,
            records=why.records,
            processes=processes,
            regions=causes.of_regions(regions, processes.join(places, on="process_id", how="left"), why),
            flags=flags,
            parts=region_moves.parts((old, new), tables, processes, why),
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


def _sides(old: pl.DataFrame, new: pl.DataFrame, column: str) -> pl.DataFrame:
    """A column of the processes before and after."""
    left, right = (
        f.select("process_id", pl.col(column).alias(f"{column}_{side}"))
        for f, side in ((old, "before"), (new, "after"))
    )
    return left.join(right, on="process_id", how="full", coalesce=True)


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


def _document(folder: Path) -> dict[str, Any]:
    with fsio.reporting("read", folder / MANIFEST):
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
    return found


def _items(folder: Path) -> dict[str, str]:
    """The manifest flattened to path: value. Inputs are named by their content, what follows from them is left out."""
    document = _document(folder)
    document.pop("outputs", None)
    document.pop("changed_settings", None)
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
