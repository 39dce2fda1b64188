"""Why two versions differ: which settings, records, code, catalogue, law, model or roles changed, and what each explains.

A flag that came or went is put down to its process's own records where they changed, else to its indicator's settings and to what
changed for all; a process whose score moved without a flag, to the base rates of its peers or to what weighs flags.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

FOR_ALL = ("code", "catalogue", "law", "as_of")
"""Parts of the manifest that can bring or take a flag of any indicator."""
WEIGHING = ("roles", "model")
"""Parts of the manifest that move scores without moving flags; so do the code and the catalogue."""
WORDS = {
    "new": ("registro nuevo", "new record"),
    "revised": ("registro corregido", "revised record"),
    "removed": ("registro retirado", "removed record"),
    "settings": ("ajuste del indicador", "the indicator's setting"),
    "common": ("ajuste común", "common setting"),
    "code": ("código", "code"),
    "catalogue": ("catálogo", "catalogue"),
    "law": ("parámetros legales", "legal parameters"),
    "as_of": ("fecha de lectura", "day of reading"),
    "peers": ("registros de otros procesos", "records of other processes"),
    "roles": ("rol de los indicadores", "roles of the indicators"),
    "model": ("modelos de las capas", "models of the layers"),
    "scores": ("ajuste de los puntajes", "setting of the scores"),
    "base_rates": ("tasa de señales de sus pares", "rate of flags among its peers"),
    "own": ("procesos propios", "its own processes"),
    "others": ("promedio o puesto de las demás", "mean or rank of the others"),
    "entered": ("entra en el periodo o la región", "comes into the period or region"),
    "left": ("sale del periodo o la región", "leaves the period or region"),
    "reference": ("lo esperado de sus procesos", "what is expected of its processes"),
    "centre": ("centro de las regiones", "centre of the regions"),
    "shrinkage": ("cuánto se acerca al centro", "how far it is drawn to the centre"),
    "unknown": ("sin causa conocida", "no known cause"),
}
"""Each cause in Spanish and in English."""


@dataclass(frozen=True, slots=True)
class Causes:
    """What changed between two versions besides the result."""

    settings: pl.DataFrame
    """setting, before, after (JSON text): values that differ, defaults filled in."""
    records: pl.DataFrame
    """process_id, record: new, revised or removed, by the content of the records behind it."""
    manifest: frozenset[str]
    """Which of FOR_ALL and WEIGHING differ."""

    @property
    def indicators(self) -> list[str]:
        """Indicators one of whose own settings differs."""
        named = [s.split(".")[1] for s in self.settings["setting"] if s.startswith("indicators.")]
        return sorted(set(named))

    def sections(self, name: str) -> bool:
        """Whether a setting of this section differs."""
        return any(s.startswith(f"{name}.") for s in self.settings["setting"])


def find(manifests: Sequence[Mapping[str, Any]], sources: Sequence[pl.DataFrame]) -> Causes:
    """What changed.

    Args:
        manifests: of the version before and the one after.
        sources: their sources.parquet (process_id, kind, key).
    """
    before, after = manifests
    differ = frozenset(p for p in (*FOR_ALL, *WEIGHING) if before.get(p) != after.get(p))
    return Causes(_settings(before, after), _records(*sources), differ)


def _settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> pl.DataFrame:
    old, new = (m.get("changed_settings", {}) for m in (before, after))
    rows = []
    for name in sorted({*old, *new}):
        # where one side is at its default, that default is the one which the other side departs from
        a = old[name]["value"] if name in old else new[name]["default"]
        b = new[name]["value"] if name in new else old[name]["default"]
        if a != b:
            rows.append({"setting": name, "before": json.dumps(a), "after": json.dumps(b)})
    return pl.DataFrame(rows, {"setting": pl.String, "before": pl.String, "after": pl.String})


def _records(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    def content(sources: pl.DataFrame, name: str) -> pl.DataFrame:
        record = pl.concat_str("kind", "key", separator=":").unique().sort().str.join("\n")
        return sources.group_by("process_id").agg(record.alias(name))

    both = content(old, "a").join(content(new, "b"), on="process_id", how="full", coalesce=True)
    said = (
        pl.when(pl.col("a").is_null())
        .then(pl.lit("new"))
        .when(pl.col("b").is_null())
        .then(pl.lit("removed"))
        .when(pl.col("a") != pl.col("b"))
        .then(pl.lit("revised"))
    )
    return both.select("process_id", record=said).drop_nulls().sort("process_id")


def of_flags(flags: pl.DataFrame, causes: Causes) -> pl.DataFrame:
    """Add `cause`, a list of keys of WORDS, to flags that came or went."""
    shared = ["common"] * causes.sections("common") + [p for p in FOR_ALL if p in causes.manifest]
    shared += ["peers"] * (not causes.records.is_empty())
    own = pl.when(pl.col("indicator").is_in(causes.indicators)).then(pl.lit("settings"))
    listed = pl.concat_list(own, *map(pl.lit, shared)).list.drop_nulls()
    known = flags.join(causes.records, on="process_id", how="left", maintain_order="left")
    return known.with_columns(
        cause=pl.when(pl.col("record").is_not_null())
        .then(pl.concat_list("record"))
        .when(listed.list.len() > 0)
        .then(listed)
        .otherwise(pl.concat_list(pl.lit("unknown")))
    ).drop("record")


def of_processes(processes: pl.DataFrame, flags: pl.DataFrame, causes: Causes) -> pl.DataFrame:
    """Add `gained` and `lost` (ids of indicators) and `cause` to processes that moved.

    Args:
        processes: process_id, reasons_before and reasons_after.
        flags: as `of_flags` gives them.
        causes: what changed.
    """
    none = pl.lit([], dtype=pl.List(pl.String))
    before, after = (pl.col(f"reasons_{side}").fill_null(none) for side in ("before", "after"))
    gained, lost = after.list.set_difference(before).list.sort(), before.list.set_difference(after).list.sort()
    by_flags = flags.group_by("process_id").agg(_flags=pl.col("cause").explode().unique().sort())
    weighing = [p for p in (*WEIGHING, "code", "catalogue") if p in causes.manifest]
    still = pl.concat_list(*map(pl.lit, [*weighing, "base_rates"]))
    return (
        processes.with_columns(gained=gained, lost=lost)
        .join(by_flags, on="process_id", how="left", maintain_order="left")
        .join(causes.records, on="process_id", how="left", maintain_order="left")
        .with_columns(
            cause=pl.when(pl.col("record").is_not_null())
            .then(pl.concat_list("record"))
            .otherwise(pl.coalesce("_flags", still))
        )
        .drop("reasons_before", "reasons_after", "_flags", "record")
    )


def of_regions(regions: pl.DataFrame, moved: pl.DataFrame, causes: Causes) -> pl.DataFrame:
    """Add `n_moved` (own processes whose score changed), `indicators` (gained or lost on them, most first) and `cause`.

    Args:
        regions: region_code, scope, period.
        moved: processes that changed: region_code, delivery_region_code, scope, reference_date, gained, lost.
        causes: what changed.
    """
    placed = _placed(moved, regions["period"].unique().sort().to_list())
    key = ["region_code", "scope", "period"]
    counts = placed.group_by(key).agg(n_moved=pl.len().cast(pl.Int64))
    named = (
        placed.explode("indicators")
        .drop_nulls("indicators")
        .group_by(*key, "indicators")
        .len()
        .sort("len", "indicators", descending=[True, False])
        .group_by(key, maintain_order=True)
        .agg("indicators")
    )
    scores = [p for p in ("scores",) if causes.sections(p)]
    elsewhere = pl.concat_list(*map(pl.lit, [*scores, *(p for p in ("code",) if p in causes.manifest), "others"]))
    none = pl.lit([], dtype=pl.List(pl.String))
    return (
        regions.join(counts, on=key, how="left", maintain_order="left")
        .join(named, on=key, how="left", maintain_order="left")
        .with_columns(pl.col("n_moved").fill_null(0), pl.col("indicators").fill_null(none))
        .with_columns(cause=pl.when(pl.col("n_moved") > 0).then(pl.concat_list(pl.lit("own"))).otherwise(elsewhere))
    )


def _placed(moved: pl.DataFrame, periods: list[str]) -> pl.DataFrame:
    """A row for each region, scope and period in which a process counts, with the indicators that moved it."""
    home = pl.col("scope").is_in(["regional_government", "local_government"])
    counted = moved.with_columns(indicators=pl.concat_list("gained", "lost").list.unique().list.sort())
    scoped = pl.concat(
        [
            counted,
            counted.filter(home).with_columns(scope=pl.lit("subnational")),
            counted.with_columns(region_code=pl.col("delivery_region_code"), scope=pl.lit("delivered_in_region")),
        ]
    ).drop_nulls("region_code")
    day = pl.col("reference_date")
    month, year = day.dt.strftime("%Y-%m"), day.dt.strftime("%Y")
    quarter = pl.concat_str(year, pl.lit("-Q"), day.dt.quarter())
    spans = [p for p in periods if ".." in p]
    rolling = [
        pl.when(month.is_between(pl.lit(p.split("..")[0]), pl.lit(p.split("..")[1]))).then(pl.lit(p)) for p in spans
    ]
    within = scoped.with_columns(period=pl.concat_list(month, quarter, year, *rolling))
    return within.select("region_code", "scope", "period", "indicators").explode("period").drop_nulls("period")
