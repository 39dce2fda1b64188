"""The command line. Arguments are read here; work happens in the modules imported inside each command, so that --help is instant."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from procrisk.errors import ProcriskError, PublicationIOError, UsageError

if TYPE_CHECKING:
    from procrisk.pipeline import Request
    from procrisk.settings import Settings

Command = Callable[[argparse.Namespace], int]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {message}\n")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day written YYYY-MM-DD") from None


def parser() -> argparse.ArgumentParser:
    """Every command and option; the layout is fixed, others script against it."""
    top = _Parser(
        prog="procrisk",
        description="Señales de riesgo de integridad en las contrataciones públicas de las regiones del Perú. "
        "Integrity-risk signals in the public procurement of Peru's regions. Una señal no es una acusación.",
        epilog="Exit codes: 0 done or nothing new, 2 usage, 3 gate failed, 4 gate could not run, 5 input missing, 6 I/O, 75 another run holds the lock.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Command, summary: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=summary, description=summary)
        made.set_defaults(run=run)
        return made

    c = add("run", _run, "read, evaluate, score, publish: the whole job, in this process")
    _reading(c)
    c = add(
        "benchmark",
        _benchmark,
        "compare the regions: tables, data package, pictures, and a sheet for each, into DIR/benchmark",
    )
    _reading(c)
    c.add_argument(
        "--forms",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        help="filled forms of the integrity indices (CSV or XLSX)",
    )
    c.add_argument(
        "--audits",
        type=Path,
        metavar="CSV",
        help="control reports of the Contraloría by region, shown beside the score with their warning",
    )
    c.add_argument("--quick", action="store_true", help="stability under other choices, seeds and thresholds alone")

    c = add("fetch", _fetch, "download the publisher's monthly files, resumable, checked against the published sha")
    c.add_argument("publisher", choices=["oece"])
    c.add_argument("--from", dest="first", required=True, metavar="YYYY-MM")
    c.add_argument("--to", dest="last", required=True, metavar="YYYY-MM")
    c.add_argument("--into", type=Path, required=True, metavar="DIR")

    c = add("simulate", _simulate, "realistic simulated records, with planted schemes and their truth")
    c.add_argument("--out", type=Path, required=True, metavar="DIR")
    c.add_argument("--processes", type=int, required=True, metavar="N")
    c.add_argument("--seed", type=int, required=True, metavar="N")
    c.add_argument("--strength", type=float, default=0.5, help="how strong the planted schemes are, 0 to 1")
    c.add_argument("--rate", type=float, default=0.005, help="share of the processes that belong to a planted scheme")
    c.add_argument("--years", default="2021-2022", metavar="YYYY[-YYYY]", help="years of the calls")

    _proving(add)
    c = add("explain", _explain, "every flag on a process: value, threshold, peers, law, source record, in a sentence")
    c.add_argument("process", metavar="PROCESS_ID")
    c.add_argument("--out", type=Path, required=True, metavar="DIR")

    c = add("verify", _verify, "check every published file against the manifest, and the log's chain")
    c.add_argument("out", type=Path, metavar="DIR")
    c = add("rollback", _rollback, "make an earlier version the current one")
    c.add_argument("out", type=Path, metavar="DIR")
    c.add_argument("version", metavar="VERSION")
    c = add("versions", _versions, "list the versions of a publication")
    c.add_argument("out", type=Path, metavar="DIR")
    c = add("diff", _diff, "which processes and regions move between two versions, and why")
    c.add_argument("out", type=Path, metavar="DIR")
    c.add_argument("a", metavar="A")
    c.add_argument("b", metavar="B")

    c = add("catalogue", _catalogue, "the 81 documented risks and how each is evaluated")
    c.add_argument("--check", type=Path, metavar="FILE", help="hold another list (CSV or XLSX) against the catalogue")
    c.add_argument("--form", type=Path, metavar="FILE", help="write the form of the structured assessment (XLSX)")
    c = add("indicators", _indicators, "OCP Cardinal's JSON from compiled releases, for users who come from it")
    c.add_argument(
        "file", type=Path, metavar="FILE", help="compiled releases, one JSON text a line; - is standard input"
    )
    c.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="Cardinal's settings file (INI): its sections enable the indicators",
    )
    c.add_argument("--no-meta", action="store_true", help="leave out the quartiles and fences")
    c.add_argument("--map", action="store_true", help="add which organisations were found in which process")
    return top


def _reading(c: argparse.ArgumentParser) -> None:
    """What a command needs that reads records and publishes."""
    c.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="file, folder or glob of procurement records, recognised by content",
    )
    c.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the publication lives")
    c.add_argument(
        "--as-of", type=_day, metavar="YYYY-MM-DD", help="read the records as of this day (default: their last day)"
    )
    c.add_argument(
        "--context",
        action="append",
        default=[],
        metavar="PATH",
        help="registers: entities, suppliers, sanctions, consortia, penalties, holidays",
    )
    c.add_argument(
        "--settings", type=Path, metavar="FILE", help="TOML with the thresholds, bounds and parameters that change"
    )
    c.add_argument(
        "--accept-drift",
        metavar="REASON",
        help="publish although the volume or the mix moved beyond the bounds; the reason is logged",
    )
    c.add_argument("--json-logs", action="store_true", help="log lines as JSON")


def _proving(add: Callable[[str, Command, str], argparse.ArgumentParser]) -> None:
    c = add(
        "prove",
        _prove,
        "plant schemes beside clean look-alikes in given records, run the pipeline, and print what it finds",
    )
    c.add_argument("sources", nargs="+", metavar="SOURCE", help="real records to plant in: file, folder or glob")
    c.add_argument("--context", action="append", default=[], metavar="PATH", help="registers beside them")
    c.add_argument("--seeds", default="1-5", metavar="N[-N]", help="each a ground of its own (default: 1-5)")
    c.add_argument("--strengths", default="0.25,0.5,0.75", metavar="X,...", help="how plain the schemes are, 0 to 1")
    c.add_argument("--prevalence", type=float, default=0.005, metavar="X", help="share of processes in a scheme")
    c.add_argument("--processes", type=int, default=12_000, metavar="N", help="about how many processes a ground has")
    c.add_argument("--timed", action="store_true", help="time to detection too: the records read anew every quarter")
    c.add_argument("--out", type=Path, metavar="DIR", help="write the tables and the curve there too")


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run a command and leave with its exit code."""
    args = parser().parse_args(argv)
    try:
        code = args.run(args)
    except ProcriskError as e:
        print(f"procrisk: {e}", file=sys.stderr)
        sys.exit(e.exit_code)
    except OSError as e:
        print(f"procrisk: {e.strerror or e}: {e.filename or ''}", file=sys.stderr)
        sys.exit(PublicationIOError.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(code)


def _settings(path: Path | None) -> "Settings":
    from procrisk import settings

    return settings.load(path)


def _request(args: argparse.Namespace, command: str) -> "Request":
    from procrisk import logs, pipeline

    logs.configure(as_json=args.json_logs)
    return pipeline.Request(
        sources=[Path(s) for s in args.sources],
        out=args.out,
        context=[Path(c) for c in args.context],
        as_of=args.as_of,
        settings=_settings(args.settings),
        accept_drift=args.accept_drift,
        command=command,
    )


def _run(args: argparse.Namespace) -> int:
    from procrisk import pipeline
    from procrisk.publication import summary

    version, outcome = pipeline.run(_request(args, "run"))
    summary.show(args.out, version, outcome)
    return 0


def _benchmark(args: argparse.Namespace) -> int:
    from procrisk.benchmark import command

    version, outcome = command.run(_request(args, "benchmark"), args.forms, audits=args.audits, quick=args.quick)
    print(command.told(args.out, version, outcome))
    return 0


def _fetch(args: argparse.Namespace) -> int:
    from procrisk import logs
    from procrisk.records.fetch import fetch_oece

    logs.configure()
    for path in fetch_oece(args.first, args.last, args.into):
        print(path)
    return 0


def _simulate(args: argparse.Namespace) -> int:
    from procrisk import progress
    from procrisk.simulate import simulate

    if args.processes < 1 or not 0 <= args.strength <= 1 or not 0 <= args.rate <= 1:
        raise UsageError("--processes is at least 1; --strength and --rate are between 0 and 1")
    first, _, last = args.years.partition("-")
    if not (first.isdigit() and (last or first).isdigit()):
        raise UsageError(f"--years {args.years} should be a year or two of them, such as 2021-2022")
    years = tuple(range(int(first), int(last or first) + 1))
    written = 0

    def told(more: int) -> None:
        nonlocal written
        written += more
        progress.report("procesos simulados / simulated processes", written, args.processes)

    options = {"years": years, "strength": args.strength, "scheme_rate": args.rate}
    with progress.shown():
        made = simulate(args.out, args.processes, args.seed, **options, progress=told)
    print(made)
    return 0


def _prove(args: argparse.Namespace) -> int:
    from procrisk import logs
    from procrisk.proving import command

    logs.configure()
    asked = command.Asked(
        sources=[Path(s) for s in args.sources],
        context=[Path(c) for c in args.context],
        seeds=command.numbers(args.seeds),
        strengths=command.shares(args.strengths),
        prevalence=args.prevalence,
        processes=args.processes,
        timed=args.timed,
    )
    print(command.prove(asked, args.out), end="")
    return 0


def _explain(args: argparse.Namespace) -> int:
    from procrisk.publication.explain import explain

    print(explain(args.out, args.process))
    return 0


def _verify(args: argparse.Namespace) -> int:
    from procrisk.publication.verify import verify

    problems = verify(args.out)
    print("\n".join(problems) or "every file is what the manifest says")
    return PublicationIOError.exit_code if problems else 0


def _rollback(args: argparse.Namespace) -> int:
    from procrisk.publication.rollback import rollback

    rollback(args.out, args.version)
    print(f"current is now {args.version}")
    return 0


def _versions(args: argparse.Namespace) -> int:
    from procrisk.publication.versions import text

    print(text(args.out))
    return 0


def _diff(args: argparse.Namespace) -> int:
    from procrisk.publication.diff import diff
    from procrisk.publication.diff_text import text

    print(text(diff(args.out, args.a, args.b)))
    return 0


def _catalogue(args: argparse.Namespace) -> int:
    if args.check is not None:
        from procrisk import catalogue_check

        print(catalogue_check.told(catalogue_check.compare(args.check)))
    elif args.form is not None:
        from procrisk.publication.assessment_form import write

        write(args.form)
        print(args.form)
    else:
        from procrisk.publication.summary import catalogue_table

        print(catalogue_table())
    return 0


def _indicators(args: argparse.Namespace) -> int:
    from procrisk.cardinal import indicators, settings

    result = indicators.run(args.file, settings.load(args.settings), meta=not args.no_meta, maps=args.map)
    sys.stdout.buffer.write(result)
    return 0
