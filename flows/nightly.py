"""The nightly flow: read, evaluate, score, stage, hold against two gates, publish. `procrisk run` makes the same version."""

import argparse
import sys
from datetime import date
from pathlib import Path

from prefect import flow

from flows import _tasks, quality
from procrisk import pipeline, settings
from procrisk.errors import ProcriskError
from procrisk.publication import summary

SEED = 2026


@flow(name="procrisk-nightly", on_failure=[_tasks.tell], on_crashed=[_tasks.tell], persist_result=False)
def nightly(
    sources: list[str],
    out: str,
    context: list[str] | None = None,
    as_of: date | None = None,
    settings_file: str | None = None,
    accept_drift: str | None = None,
) -> str:
    """Publish what the sources say. Paths are read on the machine that runs the flow.

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
        command="nightly",
    )
    with pipeline.night(request) as n:
        if n.is_nothing_new():
            return str(n.current())
        _tasks.stage("read", n.read, retries=2)
        _tasks.stage("evaluate", n.evaluate)
        _tasks.stage("score", n.score)
        _tasks.stage("stage", n.stage, retries=2)
        _tasks.show_quality([f"| {c.name} | {c.status} | {c.detail} |" for c in n.checks])
        n.hold()
        _tasks.stage("expectations", quality.gate, n.staged, n.as_of, request.out / "data_docs" / str(n.version))
        version: str = _tasks.stage("publish", n.publish, retries=2)
    _tasks.show_regions(request.out)
    return version


def main() -> None:
    """`python -m flows.nightly`: one run, with Prefect's own temporary server where none is configured."""
    parser = argparse.ArgumentParser(prog="python -m flows.nightly", description=main.__doc__)
    parser.add_argument("sources", nargs="*", metavar="SOURCE")
    parser.add_argument("--out", default="out")
    parser.add_argument("--context", action="append", default=[])
    parser.add_argument("--simulate", type=int, metavar="N", help="make N simulated processes and publish those")
    parser.add_argument("--settings")
    parser.add_argument("--accept-drift")
    args = parser.parse_args()
    sources, context = list(args.sources), list(args.context)
    if args.simulate:
        from procrisk.simulate import simulate  # noqa: PLC0415 - only the default run needs it

        made = Path(args.out) / "simulated"
        simulate(made, args.simulate, SEED)
        sources, context = [str(made / "ocds"), str(made / "conosce")], [str(made / "context")]
    elif not sources:
        parser.error("name a SOURCE, or --simulate N")
    try:
        version = nightly(sources, args.out, context, settings_file=args.settings, accept_drift=args.accept_drift)
    except ProcriskError as e:
        sys.stderr.write(f"procrisk: {e}\n")
        sys.exit(e.exit_code)
    summary.show(Path(args.out), version, "published")


if __name__ == "__main__":
    main()
