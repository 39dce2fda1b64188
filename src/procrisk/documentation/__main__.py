"""The documents of `docs/` that are generated.

    python -m procrisk.documentation [DIR]                                           from the catalogue and the code
    python -m procrisk.documentation calibrate SOURCE... [--context PATH]... [--write DIR]   rates on real records
    python -m procrisk.documentation example VERSION PERIOD [DIR]   the example of methodology.md, from a published version

Without `--write`, `calibrate` prints the table of rates; with it, it writes calibration.csv of the risk catalogue, which
gives the indicators their roles, and `calibration.md` and `calibration_by_group.csv` into DIR.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from procrisk.documentation import calibration, calibration_page, coverage_page, indicator_pages, methodology
from procrisk.indicators import roles
from procrisk.resources import data_dir


def documents(docs: Path) -> None:
    """Write every document that follows from the catalogue and the code, and remove pages of indicators that are gone."""
    folder = docs / "indicators"
    folder.mkdir(parents=True, exist_ok=True)
    made = indicator_pages.documents()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    for left in folder.glob("*.md"):
        if left.name not in made:
            left.unlink()
    (docs / "coverage.md").write_text(coverage_page.render(), encoding="utf-8")
    sys.stdout.write(f"{len(made)} → {folder}\n")


def calibrate(sources: Sequence[Path], context: Sequence[Path], docs: Path | None) -> None:
    """Measure the indicators on these records; write the table and its page, or print the table where `docs` is None."""
    measured = calibration.measure(sources, context)
    rows = calibration.table(measured)
    text = calibration.text(rows, roles.COLUMNS)
    if docs is None:
        sys.stdout.write(text)
        return
    (data_dir("risk_catalogue") / roles.FILE).write_text(text, encoding="utf-8")
    groups = calibration.by_group(measured)
    (docs / "calibration_by_group.csv").write_text(calibration.text(groups, list(groups[0])), encoding="utf-8")
    (docs / "calibration.md").write_text(calibration_page.render(measured, rows), encoding="utf-8")


def example(version: Path, period: str, docs: Path) -> None:
    """Put the example of this version's period into methodology.md."""
    page = docs / "methodology.md"
    made = methodology.text(methodology.example(version, period))
    page.write_text(methodology.written(page.read_text(encoding="utf-8"), made), encoding="utf-8")


def main(argv: Sequence[str]) -> None:
    """Read the arguments and write."""
    if argv[:1] == ["example"] and len(argv) in (3, 4):
        example(Path(argv[1]), argv[2], Path(argv[3] if len(argv) == 4 else "docs"))
        return
    if argv[:1] != ["calibrate"]:
        documents(Path(argv[0]) if argv else Path("docs"))
        return
    parser = argparse.ArgumentParser(prog="python -m procrisk.documentation calibrate")
    parser.add_argument("sources", nargs="+", type=Path, metavar="SOURCE")
    parser.add_argument("--context", action="append", default=[], type=Path, metavar="PATH")
    parser.add_argument("--write", type=Path, metavar="DIR")
    args = parser.parse_args(argv[1:])
    calibrate(args.sources, args.context, args.write)


if __name__ == "__main__":
    main(sys.argv[1:])
