"""`python -m procrisk.collusion score|fit|evidence FILE`: bids in the layout of the public cartel data."""

import argparse
import sys
from pathlib import Path

from procrisk.collusion import evidence, fitting, stored, tenders
from procrisk.errors import ProcriskError


def main() -> int:
    """Run one command; a failure is told on stderr and by the exit code."""
    parser = argparse.ArgumentParser(prog="python -m procrisk.collusion", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("score", help="CSV on stdout: Tender, n_bids, score, percentile; empty = not evaluable")
    one.add_argument("--model", type=Path, help="folder of a model; the one that models/COLLUSION names unless given")
    fit = commands.add_parser("fit", help="fit on a labelled file and store the model")
    fit.add_argument("--into", type=Path, default=Path("models"))
    told = commands.add_parser("evidence", help="Markdown tables of what the classifier is worth on a labelled file")
    for p in (one, fit, told):
        p.add_argument("file", type=Path)
    args = parser.parse_args()
    try:
        bids = tenders.read(args.file)
        if args.command == "score":
            model, _ = stored.load(args.model or stored.current())
            sys.stdout.write(tenders.score(bids, model).write_csv())
        elif args.command == "fit":
            sys.stdout.write(f"{fitting.fit(args.file, args.into)}\n")
        else:
            for line in evidence.rows(tenders.featured(bids), bids):
                sys.stdout.write(line + "\n")
    except ProcriskError as e:
        sys.stderr.write(f"{e}\n")
        return e.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
