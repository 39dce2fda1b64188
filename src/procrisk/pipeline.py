"""The nightly job as a library: read, evaluate, score, stage, check, publish.

`procrisk run` calls `run`; the Prefect flow calls the same stages of `Night` one by one, with its own gate before `publish`.
Both publish the same version from the same inputs.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from procrisk import fingerprint, logs, quality
from procrisk.anomaly import layer
from procrisk.collusion import layer as collusion
from procrisk.collusion import stored as collusion_models
from procrisk.errors import GateError, GateFailedError
from procrisk.indicators.evaluate import Evaluated, evaluate
from procrisk.learning import layer as learnt
from procrisk.learning import stored as learnt_models
from procrisk.publication import contents, registers, store
from procrisk.records import data_quality
from procrisk.records.assemble import Dataset, last_day
from procrisk.records.ingest import Ingested, ingest
from procrisk.scoring import assessment
from procrisk.scoring.coverage import coverage
from procrisk.scoring.process import score_processes
from procrisk.scoring.region import score_regions
from procrisk.scoring.standard import standardise
from procrisk.settings import Settings

NOTHING_NEW = "nothing new"


@dataclass(frozen=True, slots=True)
class Request:
    """What an operator asks for."""

    sources: Sequence[Path]
    out: Path
    context: Sequence[Path] = ()
    as_of: date | None = None
    """The day as of which the records are read; without it, the last day on which anything happened in them."""
    settings: Settings = field(default_factory=Settings)
    accept_drift: str | None = None
    """Why a version that moved beyond the bounds is published all the same."""
    command: str = "run"


@dataclass(slots=True)
class Night:
    """One run, stage by stage. Each stage fills what the next one reads; nothing is published before `publish`."""

    request: Request
    ingested: Ingested | None = None
    as_of: date | None = None
    evaluated: Evaluated | None = None
    processes: pl.DataFrame | None = None
    regions: pl.DataFrame | None = None
    covered: pl.DataFrame | None = None
    models: dict[str, str] = field(default_factory=dict)
    model_drift: dict[str, Any] = field(default_factory=dict)
    checks: list[quality.Check] = field(default_factory=list)
    drifted: dict[str, Any] = field(default_factory=dict)
    staged: Path | None = None
    version: str | None = None

    @property
    def dataset(self) -> Dataset:
        """The records of this run."""
        assert self.ingested is not None, "read() comes first"
        return self.ingested.dataset

    def is_nothing_new(self) -> bool:
        """Whether the current version was already made from these inputs, code, catalogue and settings."""
        return fingerprint.last(self.request.out) == (self._fingerprint(), store.current(self.request.out))

    def current(self) -> str | None:
        """Id of the version that readers see now."""
        return store.current(self.request.out)

    def _fingerprint(self) -> str:
        r = self.request
        return fingerprint.of_run(r.sources, r.context, str(r.as_of), r.settings.sha256, r.settings.anomaly.model)

    def read(self) -> None:
        """Sources to records, through the lake beside the publication."""
        r = self.request
        self.ingested = ingest(r.sources, r.context, r.out / "lake")
        self.as_of = r.as_of or last_day(self.dataset)
        stated = registers.statement(self.dataset.tables)
        logs.get().info(
            "read",
            processes=self.dataset.tables["processes"].height,
            inputs=len(self.ingested.inputs),
            as_of=str(self.as_of),
            registers_absent=[n for n, r in stated.items() if r["state"] == registers.ABSENT],
        )

    def evaluate(self) -> None:
        """Records to indicators."""
        assert self.as_of is not None, "read() comes first"
        self.evaluated = evaluate(self.dataset, self.as_of, self.request.settings)
        logs.get().info("evaluated", flags=self.evaluated.flags.height)

    def score(self) -> None:
        """Indicators to scores of processes and regions, and the coverage of the catalogue."""
        assert self.evaluated is not None, "evaluate() comes first"
        assert self.as_of is not None
        e, r = self.evaluated, self.request
        anomaly = layer.run(self.dataset, r.settings.anomaly.model)
        self.model_drift = {} if anomaly is None else anomaly.drift
        self.models = models(r.settings)
        beside = others(self.dataset, e, r.settings, anomaly)
        listed, changed = self.dataset.tables["processes"], r.settings.layers
        scored = score_processes(listed, e.states, e.why, beside, changed=changed)
        scored = standardise(listed, scored, e.states, e.why, changed=changed)
        self.processes = scored.join(e.index, on="process_id", how="left", maintain_order="left", validate="1:1")
        answers = self.dataset.tables["answers"]
        self.regions = assessment.with_layer(
            score_regions(self.processes, r.settings.scores, self.as_of), answers, self.as_of
        )
        self.covered = coverage(self.processes, e.states, e.why, assessed=assessment.by_risk(answers, self.as_of))
        logs.get().info("scored", regions=self.regions.height)

    def stage(self) -> Path:
        """Check what was computed and write the version, complete, into a folder that nobody reads yet."""
        assert self.processes is not None, "score() comes first"
        assert self.regions is not None
        assert self.covered is not None
        assert self.evaluated is not None
        assert self.ingested is not None
        assert self.as_of is not None
        r = self.request
        look = quality.Staged(
            self.processes,
            self.regions,
            self.evaluated.flags,
            self.covered,
            self.ingested.inputs,
            self.dataset.tables["awards"].select("process_id", "currency"),
        )
        self.checks = quality.check(look, r.settings.gate)
        before = store.current(r.out)
        if before is not None:
            old = pl.read_parquet(r.out / "versions" / before / "processes.parquet", columns=["region_code"])
            self.drifted, moved = quality.drift(self.processes, old, r.settings.gate)
        else:
            moved = []
        body = contents.Contents(
            processes=self.processes,
            regions=self.regions,
            evaluated=self.evaluated,
            coverage=self.covered,
            ingested=self.ingested,
            quality={
                **quality.document(self.checks),
                "data": data_quality.counts(data_quality.findings(self.dataset.tables)),
                "model_drift": self.model_drift,
            },
            settings=r.settings,
            as_of=self.as_of,
            models=self.models,
        )
        self.checks += moved
        self.staged = store.stage(r.out)
        self.version = contents.write(self.staged, body)
        return self.staged

    def hold(self) -> None:
        """Stop here where a check says that the staged version is not fit to publish.

        Raises:
            GateError: a check broke (exit 4).
            GateFailedError: a check failed, and either nobody accepted it or it is not one that can be accepted (exit 3).
        """
        broken = [c for c in self.checks if c.status == "errored"]
        if broken:
            raise GateError("checks that could not be carried out:\n" + _lines(broken))
        failed = [c for c in self.checks if c.status == "failed"]
        refused = [c for c in failed if not (c.acceptable and self.request.accept_drift)]
        if refused:
            raise GateFailedError(
                "the staged version is held; the last publication stays as it was:\n" + _lines(refused)
            )

    def publish(self) -> str:
        """Make the staged version the current one. Returns its id."""
        assert self.staged is not None, "stage() comes first"
        assert self.version is not None
        r = self.request
        drift = {**self.drifted, "failed": [asdict(c) for c in self.checks if c.status == "failed"]}
        store.commit(r.out, self.staged, self.version, command=r.command, drift=drift, accepted=r.accept_drift)
        fingerprint.remember(r.out, self._fingerprint(), self.version)
        logs.get().info("published", version=self.version)
        return self.version


def _lines(checks: list[quality.Check]) -> str:
    return "\n".join(f"  {c.name}: {c.detail} ({c.value} against {c.bound})" for c in checks)


def others(
    dataset: Dataset, evaluated: Evaluated, settings: Settings, anomaly: layer.Scored | None = None
) -> dict[str, pl.DataFrame | None]:
    """What the layers beside the rules say of each process; `anomaly` where it was computed already."""
    ready = anomaly or layer.run(dataset, settings.anomaly.model)
    return {
        "anomaly": None if ready is None else ready.processes,
        "collusion": collusion.score(dataset),
        "learnt": learnt.score(evaluated.states),
    }


def models(settings: Settings) -> dict[str, str]:
    """Name of the model that each layer uses, which is the hash of its parameters and training records; none where it has none."""
    folders = {
        "anomaly": layer.locate(settings.anomaly.model),
        "collusion": collusion_models.current(),
        "learnt": learnt_models.locate(""),
    }
    return {name: layer.NONE if f is None else f.name for name, f in folders.items()}


@contextmanager
def night(request: Request) -> Iterator[Night]:
    """A run that holds the publication's lock and leaves no temporary file behind, whatever happens.

    Raises:
        LockedError: another run holds the lock (exit 75).
    """
    with store.lock(request.out):
        yield Night(request)


def run(request: Request) -> tuple[str, str]:
    """The whole job in this process.

    Returns:
        the id of the version that is now current, and "published" or "nothing new".
    """
    with night(request) as n:
        if n.is_nothing_new():
            current = store.current(request.out)
            assert current is not None
            return current, NOTHING_NEW
        n.read()
        n.evaluate()
        n.score()
        n.stage()
        n.hold()
        return n.publish(), "published"


def manifest(out: Path) -> dict[str, Any]:
    """The manifest of the current version."""
    found: dict[str, Any] = json.loads((out / "current" / "manifest.json").read_text(encoding="utf-8"))
    return found
