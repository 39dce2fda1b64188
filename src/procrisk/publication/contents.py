"""What a version holds: every file, its key, and the manifest that says what made it."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from procrisk import fingerprint
from procrisk.collusion import layer
from procrisk.indicators import INDICATORS, common
from procrisk.indicators.evaluate import Evaluated
from procrisk.publication import exports, masking, registers, report, store, workbook
from procrisk.records import data_quality, tabular
from procrisk.records.ingest import Ingested
from procrisk.scoring import layers
from procrisk.settings import Settings

KEYS = {
    "regions": ["region_code", "scope", "period"],
    "processes": ["process_id"],
    "flags": ["process_id", "indicator", "subject_id"],
    "coverage": ["risk", "region_code"],
    "sources": ["process_id", "kind", "input", "line", "key"],
    "provenance": ["process_id"],
    "data_quality": ["process_id", "kind"],
}
"""What names one row of each published table."""

SIMULATED = "SIMULAD"
"""In the name of every simulated entity: a publication of simulated records says so by itself."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that goes into a version. Nothing in it depends on the clock or on an earlier version."""

    processes: pl.DataFrame
    regions: pl.DataFrame
    evaluated: Evaluated
    coverage: pl.DataFrame
    ingested: Ingested
    quality: dict[str, Any]
    settings: Settings
    as_of: date
    models: dict[str, str]
    """Layer to the name of its model, which is the hash of its parameters and training records."""

    @property
    def simulated(self) -> bool:
        """Whether the records come from `procrisk simulate`."""
        return bool(self.processes["buyer"].str.contains(SIMULATED, literal=True).fill_null(value=False).any())


def write(staged: Path, body: Contents) -> str:
    """Write every file of the version into `staged` and seal it.

    Returns:
        the version's id.
    """
    tables = {
        "regions": body.regions,
        "processes": body.processes,
        "flags": body.evaluated.flags,
        "coverage": body.coverage,
        "sources": body.ingested.dataset.tables["sources"],
        "provenance": body.ingested.dataset.tables["provenance"],
        "data_quality": data_quality.named(data_quality.findings(body.ingested.dataset.tables)),
    }
    for name, frame in tables.items():
        exports.write_parquet(frame, staged / f"{name}.parquet", KEYS[name])
    for name in ("regions", "coverage", "data_quality"):
        exports.write_csv(tables[name], staged / f"{name}.csv", KEYS[name])
    refused = masking.refused(body.ingested.quarantine, tabular.PERSONAL)
    exports.write_parquet(
        refused, staged / "quarantine.parquet", ["sha256", "source", "line", "offset", "reason"], raw=["raw"]
    )
    exports.write_json(body.quality, staged / "quality.json")
    shown = {
        name: masking.public(exports.ordered(frame, KEYS[name]))
        for name, frame in tables.items()
        if name not in ("sources", "provenance", "data_quality")
    }
    page = report.page(
        report.Material(
            processes=shown["processes"],
            regions=shown["regions"],
            flags=shown["flags"],
            coverage=shown["coverage"],
            states=body.evaluated.states,
            why=body.evaluated.why,
            inputs=body.ingested.inputs,
            registers=registers.statement(body.ingested.dataset.tables),
            as_of=body.as_of,
            simulated=body.simulated,
            pictures=_pictures(body, report.queue(shown["processes"])),
        )
    )
    exports.write_bytes(page.encode(), staged / "report.html")
    sheets = workbook.book(
        shown["processes"],
        shown["regions"],
        shown["flags"],
        exports.for_spreadsheet(shown["coverage"]),
        [*report.method_lines(body.as_of, simulated=body.simulated), *report.told_lines(shown["regions"])],
    )
    exports.write_bytes(sheets, staged / "working_group.xlsx")
    return store.seal(staged, _manifest(body))


def _pictures(body: Contents, queue: pl.DataFrame) -> dict[str, str]:
    """Who bids with whom around the processes of the queue of which the collusion layer says something."""
    said = queue.filter(pl.col("score_collusion") > 0)["process_id"].to_list()
    return layer.pictures(body.ingested.dataset, said) if said else {}


def _manifest(body: Contents) -> dict[str, Any]:
    return {
        "inputs": body.ingested.inputs,
        "skipped": body.ingested.skipped,
        "registers": registers.statement(body.ingested.dataset.tables),
        "as_of": body.as_of.isoformat(),
        "simulated": body.simulated,
        "code": fingerprint.code(),
        "catalogue": fingerprint.catalogue(),
        "roles": fingerprint.roles(),
        "law": fingerprint.law(),
        "model": body.models,
        "settings": body.settings.sha256,
        "changed_settings": changed_settings(body.settings),
    }


def changed_settings(settings: Settings) -> dict[str, dict[str, Any]]:
    """The settings that depart from the defaults: section.name, or indicators.<ID>.<parameter>, to value and default."""
    given = {f"indicators.{i}.{n}": v for i, some in settings.thresholds.items() for n, v in some.items()}
    usual = {f"indicators.{i.id}.{n}": v for i in INDICATORS.values() for n, v in i.params.items()}
    given |= {f"common.{n}": v for n, v in settings.common.items()}
    usual |= {f"common.{n}": f.value for n, f in common.figures().items()}
    given |= {f"layers.{n}": v for n, v in layers.weights(settings.layers).items()}
    usual |= {f"layers.{n}": v for n, v in layers.weights().items()}
    for section in ("gate", "scores", "anomaly"):
        given |= {f"{section}.{n}": v for n, v in asdict(getattr(settings, section)).items()}
        usual |= {f"{section}.{n}": v for n, v in asdict(getattr(Settings(), section)).items()}
    return {n: {"value": v, "default": usual[n]} for n, v in sorted(given.items()) if v != usual[n]}
