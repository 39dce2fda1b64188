"""`python -m procrisk.composite FRAMEWORK DATA --out FOLDER`: a composite index with every stage, checks and a method note."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from procrisk import fsio
from procrisk.composite.build import STAGES, Built, build, goalposts, weights_of
from procrisk.composite.checks import checks
from procrisk.composite.files import read_data, read_framework, read_method
from procrisk.composite.note import note
from procrisk.composite.profile import profile
from procrisk.composite.sensitivity import Sensitivity, sensitivity
from procrisk.composite.uncertainty import uncertainty, without_each
from procrisk.errors import ProcriskError


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the folder; a failure is told on stderr and by the exit code."""
    parser = argparse.ArgumentParser(prog="python -m procrisk.composite", description=__doc__)
    parser.add_argument(
        "framework", type=Path, help="TOML, a folder with indicators.csv and structure.csv, or COINr's iMeta"
    )
    parser.add_argument("data", type=Path, help="CSV: unit, name, a column for each indicator and denominator")
    parser.add_argument("--out", type=Path, required=True, help="folder for the results")
    parser.add_argument("--method", type=Path, help="TOML with [method], in place of the framework's own")
    parser.add_argument("--uncertainty", type=int, default=0, metavar="N", help="ranks under N combinations of choices")
    parser.add_argument("--sensitivity", type=int, default=0, metavar="N", help="which choice matters; 6 N runs")
    parser.add_argument("--seed", type=int, default=1, help="of both (default 1)")
    args = parser.parse_args(arguments)
    try:
        framework, method = read_framework(args.framework)
        built = build(framework, read_data(args.data, framework), read_method(args.method) if args.method else method)
        written = 0
        for name, content in _files(built, args.uncertainty, args.sensitivity, args.seed):
            fsio.make_folder(args.out)
            fsio.replace_file(args.out / name, content.encode())
            written += 1
    except ProcriskError as e:
        sys.stderr.write(f"{e}\n")
        return e.exit_code
    sys.stdout.write(f"{written} files in {args.out}: see method.md\n")
    return 0


def _files(built: Built, n_uncertainty: int, n_sensitivity: int, seed: int) -> Iterator[tuple[str, str]]:
    """Name and content of everything that is written; all of it is computed before the first is given."""
    checked = checks(built)
    found: Sensitivity | None = sensitivity(built, n_sensitivity, seed) if n_sensitivity else None
    ranges = uncertainty(built, n_uncertainty, seed) if n_uncertainty else None
    if ranges is None and found is not None:
        ranges = found.ranks
    tables = {stage: getattr(built, stage) for stage in STAGES}
    tables |= {"ranks": built.ranks, "treatment": built.treatment, "known": built.known, "checks": checked}
    tables |= {"weights": _weights(built), "without_each": without_each(built), "goalposts": goalposts(built)}
    if ranges is not None:
        tables["rank_intervals"] = ranges
    if found is not None:
        tables["sensitivity"] = found.indices
    profiles = [profile(built, u, ranges=ranges) for u in built.units]
    tables["profiles"] = pl.concat([p.parts.select(pl.lit(p.unit).alias("unit"), pl.all()) for p in profiles])
    names = dict(built.data.select("unit", "name").iter_rows())
    told = [
        "\n".join(
            [f"# {names[p.unit]}", *(f"- {s}" for s in p.sentences_es), "", *(f"- {s}" for s in p.sentences_en), ""]
        )
        for p in profiles
    ]
    texts = {"profiles.md": "\n".join(told), "method.md": note(built, checked, n_uncertainty, found, seed)}
    yield from ((f"{k}.csv", v.write_csv()) for k, v in tables.items())
    yield from texts.items()


def _weights(built: Built) -> pl.DataFrame:
    framework, own = built.framework, weights_of(built.framework, built.method)
    share = framework.shares(own)
    rows = [(k, x.level, x.parent, own[k], share[k]) for k, x in framework.by_id.items()]
    return pl.DataFrame(rows, schema=["part", "level", "parent", "weight", "share_of_index"], orient="row")


if __name__ == "__main__":
    sys.exit(main())
