"""`procrisk benchmark` as a library: the night's own stages, the tables, the checks, the staged version, the swap.

DIR/benchmark is a publication of its own beside the nightly one: current, versions/<id>, log.jsonl. The lake is DIR's.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from procrisk import fingerprint, logs, pipeline, quality
from procrisk.benchmark import contents, tables
from procrisk.benchmark.integrity import Given
from procrisk.benchmark.material import Material
from procrisk.errors import InputMissingError
from procrisk.indices import faults
from procrisk.publication import registers, store
from procrisk.publication.summary import headline
from procrisk.scoring.stability import Run

FOLDER = "benchmark"
"""Of DIR: where the publication of the benchmark lives."""
VOLUME = "volume:"
"""Checks of the night that compare with the nightly publication; the benchmark is compared with its own last one."""
QUICK = ("choices", "seeds", "thresholds")
"""Checks of stability that a quick run makes."""
SHOWN = 40
"""Faults of forms told in the log of the run; all of them are in data/form_faults.csv."""


@dataclass(slots=True)
class Quarter:
    """One run, stage by stage; each stage fills what the next one reads. Nothing is published before `publish`."""

    night: pipeline.Night
    given: Given = field(default_factory=Given)
    quick: bool = False
    """Stability is told under other choices, seeds and thresholds alone, not without each indicator and buyer in turn."""
    material: Material | None = None
    drifted: dict[str, Any] = field(default_factory=dict)
    staged: Path | None = None
    version: str | None = None

    @property
    def out(self) -> Path:
        """Folder of the benchmark's publication."""
        return self.night.request.out / FOLDER

    def current(self) -> str | None:
        """Id of the version that readers see now."""
        return store.current(self.out)

    def is_nothing_new(self) -> bool:
        """Whether the current version was already made from these inputs, forms, code, catalogue and settings."""
        return fingerprint.last(self.out) == (self._fingerprint(), self.current())

    def _fingerprint(self) -> str:
        r = self.night.request
        given = [
            f"{kind} {f['name']} {f['sha256']}"
            for kind, files in zip(("form", "audits"), self._files(), strict=True)
            for f in files
        ]
        libraries = json.dumps(contents.libraries())
        rest = (str(self.quick), str(r.as_of), r.settings.sha256, r.settings.anomaly.model, *given, libraries)
        return fingerprint.of_run(r.sources, r.context, *rest)

    def _files(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Name, hash and size of the forms, and of the file of audits."""
        return _told(self.given.forms), _told([self.given.audits] if self.given.audits else [])

    def compute(self) -> None:
        """The tables, after the night's own checks; which nightly version the same inputs give is noted.

        Raises:
            GateError: a check broke (exit 4).
            GateFailedError: the night would not have been published (exit 3).
        """
        n = self.night
        assert n.evaluated is not None, "the night's score() comes first"
        assert n.processes is not None
        assert n.regions is not None
        assert n.covered is not None
        assert n.as_of is not None
        staged = n.stage()
        made_from = json.loads((staged / "manifest.json").read_text(encoding="utf-8"))
        n.checks = [c for c in n.checks if not c.name.startswith(VOLUME)]
        n.hold()
        settings = n.request.settings
        run = Run(n.dataset, n.as_of, settings, others=pipeline.others(n.dataset, n.evaluated, settings))
        speak = headline(n.regions)
        found, refused = tables.compute(
            run, n.evaluated, n.processes, n.covered, self.given, speak, QUICK if self.quick else None
        )
        # what is no form at all first, then what a region wrote, then what was made up
        told = refused.sort(pl.col("row").is_not_null(), pl.col("code") == "simulated_beside", maintain_order=True)
        for fault in told.head(SHOWN).iter_rows(named=True):
            logs.get().warning("form", problem=faults.told(fault))
        if refused.height > SHOWN:
            logs.get().warning("form", more=refused.height - SHOWN, all_of_them="data/form_faults.csv")
        self.material = Material(
            tables=found,
            scope=speak[0],
            period=speak[1],
            as_of=n.as_of,
            simulated=bool(made_from["simulated"]),
            registers=registers.statement(n.dataset.tables),
            settings=settings,
            made_from={**made_from, "version": n.version},
        )
        logs.get().info("compared", tables=len(found), nightly=n.version)

    def compare(self) -> None:
        """Hold the volume of each region against the last benchmark.

        Raises:
            GateFailedError: it moved beyond the bounds, and nobody said why that is right (exit 3).
        """
        m = self.material
        assert m is not None, "compute() comes first"
        before = self.current()
        if before is not None:
            old = pl.read_parquet(self.out / "versions" / before / "data" / "scores.parquet")
            was = json.loads((self.out / "versions" / before / "manifest.json").read_text(encoding="utf-8"))
            then = old.filter(
                (pl.col("scope") == was["scope"])
                & (pl.col("period") == was["period"])
                & (pl.col("part") == "all")
                & (pl.col("weighting") == "count")
            )
            gate = self.night.request.settings.gate
            self.drifted, moved = quality.drift(tables.volumes(m.headline()), tables.volumes(then), gate)
            self.night.checks += moved
        self.night.hold()

    def stage(self) -> Path:
        """Write the version, complete, into a folder that nobody reads yet."""
        assert self.material is not None, "compute() comes first"
        self.staged = store.stage(self.out)
        self.version = contents.write(self.staged, self.material, *self._files())
        return self.staged

    def publish(self) -> str:
        """Make the staged version the current one. Returns its id."""
        assert self.staged is not None, "stage() comes first"
        assert self.version is not None
        r = self.night.request
        drift = {**self.drifted, "failed": [asdict(c) for c in self.night.checks if c.status == "failed"]}
        store.commit(self.out, self.staged, self.version, command=r.command, drift=drift, accepted=r.accept_drift)
        fingerprint.remember(self.out, self._fingerprint(), self.version)
        logs.get().info("published", version=self.version)
        return self.version


def _told(files: Sequence[Path]) -> list[dict[str, Any]]:
    """Name, hash and size of each file, sorted: nothing of the machine on which they lie."""
    told = []
    for path in files:
        try:
            data = path.read_bytes()
        except OSError as e:
            raise InputMissingError(f"{path}: no se puede leer / cannot be read: {e.strerror}") from e
        told.append({"name": path.name, "sha256": sha256(data).hexdigest(), "bytes": len(data)})
    return sorted(told, key=lambda f: (f["name"], f["sha256"]))


@contextmanager
def quarter(
    request: pipeline.Request, forms: Sequence[Path] = (), *, audits: Path | None = None, quick: bool = False
) -> Iterator[Quarter]:
    """A run that holds the locks of DIR (for its lake) and of DIR/benchmark, and leaves nothing unfinished behind.

    Raises:
        LockedError: another run holds one of them (exit 75).
    """
    with pipeline.night(request) as n:
        try:
            with store.lock(request.out / FOLDER):
                yield Quarter(n, Given(forms, audits), quick)
        finally:
            store.sweep(request.out)
            _drop_if_empty(request.out / "versions")


def _drop_if_empty(folder: Path) -> None:
    """Where only the benchmark is published, DIR is no publication and does not look like one."""
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def run(
    request: pipeline.Request, forms: Sequence[Path] = (), *, audits: Path | None = None, quick: bool = False
) -> tuple[str, str]:
    """The whole job in this process.

    Returns:
        the id of the version that is now current, and "published" or "nothing new".
    """
    with quarter(request, forms, audits=audits, quick=quick) as q:
        if q.is_nothing_new():
            return str(q.current()), pipeline.NOTHING_NEW
        q.night.read()
        q.night.evaluate()
        q.night.score()
        q.compute()
        q.compare()
        q.stage()
        return q.publish(), "published"


def told(out: Path, version: str, outcome: str) -> str:
    """What a run leaves on the terminal."""
    said = "nada nuevo / nothing new" if outcome == pipeline.NOTHING_NEW else "publicado / published"
    return f"{said}: {version}\nhojas / sheets: {out / FOLDER / 'current' / 'index.html'}"
