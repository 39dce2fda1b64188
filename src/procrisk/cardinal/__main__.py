"""`python -m procrisk.cardinal prepare|coverage`: the commands of OCP Cardinal that come before `procrisk indicators`."""

import argparse
import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from procrisk.cardinal import coverage, prepare, settings
from procrisk.errors import ProcriskError, PublicationIOError


@contextlib.contextmanager
def _written(path: str) -> Iterator[BinaryIO]:
    if path == "-":
        yield sys.stdout.buffer
    else:
        with Path(path).open("wb") as stream:
            yield stream


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command. Returns its exit code, as `procrisk` has them."""
    top = argparse.ArgumentParser(prog="python -m procrisk.cardinal", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    p = commands.add_parser("prepare", help="correct quality issues of compiled releases, as the settings say")
    p.add_argument("--settings", "-s", type=Path, metavar="FILE")
    p.add_argument("--output", "-o", required=True, metavar="FILE", help="corrected releases; - is standard output")
    p.add_argument("--errors", "-e", required=True, metavar="FILE", help="issues as CSV; - is standard output")
    c = commands.add_parser("coverage", help="count how often each field is filled in")
    for command in (p, c):
        command.add_argument("file", type=Path, metavar="FILE", help="one JSON text a line; - is standard input")
    args = top.parse_args(argv)
    try:
        if args.command == "coverage":
            sys.stdout.write(coverage.text(coverage.coverage(args.file)) + "\n")
        else:
            read = settings.load(args.settings)
            with _written(args.output) as output, _written(args.errors) as errors:
                prepare.run(args.file, read, output, errors)
    except ProcriskError as error:
        sys.stderr.write(f"procrisk: {error}\n")
        return error.exit_code
    except OSError as error:
        sys.stderr.write(f"procrisk: {error.strerror or error}: {error.filename or ''}\n")
        return PublicationIOError.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
