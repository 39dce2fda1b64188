"""The regional benchmark, quarterly and on demand: the night's stages, the tables, their checks, stage, publish. `procrisk benchmark` makes the same version."""

import argparse
import sys
from datetime import date
from pathlib import Path

from prefect import flow

from flows import _tasks
from procrisk import pipeline, settings
from procrisk.benchmark import command
from procrisk.errors import ProcriskError


@flow(name="procrisk-benchmarks", on_failure=[_tasks.tell], on_crashed=[_tasks.tell], persist_result=False)
def benchmarks(
    sources: list[str],
    out: str,
    context: list[str] | None = None,
    forms: list[str] | None = None,
    audits: str | None = None,
    as_of: date | None = None,
    settings_file: str | None = None,
    accept_drift: str | None = None,
    *,
    quick: bool = False,
) -> str:
    """Publish the benchmark of what the sources say into out/benchmark. Paths are read on the machine that runs the flow.

    Returns:
        the id of the version that is current afterwards.
    """
    request = pipeline.Request(
        sources=[Path(s) for s in sources],
        out=Path(out),
        context=[Path(c) for c in context or []],
        as_of=as_of,
        settings=settings.load(Path(settings_file) if settings_file else None),
        accept_drift=accept_drift,
        command="benchmarks",
    )
    with command.quarter(
        request, [Path(f) for f in forms or []], audits=Path(audits) if audits else None, quick=quick
    ) as q:
        if q.is_nothing_new():
            return str(q.current())
        _tasks.stage("read", q.night.read, retries=2)
        _tasks.stage("evaluate", q.night.evaluate)
        _tasks.stage("score", q.night.score)
        _tasks.stage("compute", q.compute)
        _tasks.stage("compare", q.compare)
        _tasks.show_quality([f"| {c.name} | {c.status} | {c.detail} |" for c in q.night.checks])
        _tasks.stage("stage", q.stage, retries=2)
        version: str = _tasks.stage("publish", q.publish, retries=2)
    return version


def main() -> None:
    """`python -m flows.benchmarks`: one run, with Prefect's own temporary server where none is configured."""
    parser = argparse.ArgumentParser(prog="python -m flows.benchmarks", description=main.__doc__)
    parser.add_argument("sources", nargs="+", metavar="SOURCE")
    parser.add_argument("--out", default="out")
    parser.add_argument("--context", action="append", default=[])
    parser.add_argument("--forms", action="append", default=[])
    parser.add_argument("--audits")
    parser.add_argument("--as-of", type=date.fromisoformat)
    parser.add_argument("--settings")
    parser.add_argument("--accept-drift")
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    try:
        version = benchmarks(
            args.sources,
            args.out,
            args.context,
            args.forms,
            args.audits,
            as_of=args.as_of,
            settings_file=args.settings,
            accept_drift=args.accept_drift,
            quick=args.quick,
        )
    except ProcriskError as e:
        sys.stderr.write(f"procrisk: {e}\n")
        sys.exit(e.exit_code)
    sys.stdout.write(f"{version}\n")


if __name__ == "__main__":
    main()
