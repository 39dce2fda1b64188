"""Speed, in ratios within one run: `make bench`, or `python -m benchmarks.bench --small 50000 --large 200000`.

Seconds depend on the machine and on who shares it; ratios between two programs measured one after the other hardly do.
Every bar is such a ratio. CPU is user and system time of the process tree, memory the largest resident set.
"""

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.measure import ROOT, Cost, best, cost, python

from procrisk.cardinal.settings import INDICATORS

README = ROOT / "benchmarks" / "README.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
PARTS = ("lake", "run", "night", "indicators", "cardinal", "help")


@dataclass(frozen=True, slots=True)
class Row:
    """One bar."""

    what: str
    measured: str
    ratio: float
    bar: float
    at_least: bool = False

    @property
    def passed(self) -> bool:
        """Whether the bar is met."""
        return self.ratio >= self.bar if self.at_least else self.ratio <= self.bar

    def line(self) -> str:
        """A line of the table."""
        sign, unit = (">=" if self.at_least else "<="), "x"
        said = "pass" if self.passed else "**FAIL**"
        return f"| {self.what} | {self.measured} | {self.ratio:.2f}{unit} | {sign} {self.bar:g}{unit} | {said} |"


class Bench:
    """The measurements, on simulated records made once and kept in `work`."""

    def __init__(self, work: Path, small: int, large: int, rounds: int, million: int) -> None:
        """Say where to work and how large."""
        self.work, self.small, self.large, self.rounds, self.million = work, small, large, rounds, million
        work.mkdir(parents=True, exist_ok=True)

    def say(self, text: str) -> None:
        """Progress, on standard error."""
        print(text, file=sys.stderr, flush=True)

    def sim(self, n: int) -> Path:
        """A simulated country of `n` processes."""
        out = self.work / f"sim-{n}"
        if not (out / "truth.csv").exists():
            self.say(f"simulating {n:,} processes")
            shutil.rmtree(out, ignore_errors=True)
            self.procrisk("simulate", "--out", str(out), "--processes", str(n), "--seed", "1")
        return out

    def files(self, n: int) -> list[str]:
        """Its compiled releases in SEACE's shape."""
        return sorted(str(p) for p in (self.sim(n) / "ocds").glob("compiled-*.jsonl"))

    def procrisk(self, *arguments: str) -> Cost:
        """Run the command line."""
        return cost(python("-m", "procrisk", *arguments), log=self.work / "last.log")

    def case(self, *arguments: str, rounds: int = 1) -> Cost:
        """Run a case of `cases.py`."""
        found = best(python("-m", "benchmarks.cases", *arguments), log=self.work / "last.log", rounds=rounds)
        self.say(f"  {arguments[0]}: {found.cpu:.2f} s CPU, {found.rss:.0f} MB")
        return found

    def fresh(self, name: str) -> str:
        """An empty folder's path."""
        shutil.rmtree(self.work / name, ignore_errors=True)
        return str(self.work / name)

    def lake(self) -> list[Row]:
        """JSON Lines to the lake against parsing alone; memory from small to large."""
        parse, fill = {}, {}
        for n in (self.small, self.large):
            self.say(f"JSON Lines to lake, {n:,}")
            files = self.files(n)
            parse[n] = self.case("floor", *files, rounds=self.rounds)
            fill[n] = min(
                (self.case("lake", self.fresh("lake"), *files) for _ in range(self.rounds)), key=lambda c: c.cpu
            )
        p, f, size = parse[self.large], fill[self.large], _bytes(self.files(self.large)) / 1e6
        rss = [fill[n].rss for n in (self.small, self.large)]
        return [
            Row(
                f"JSON Lines to lake, {self.large:,} releases ({size:,.0f} MB): CPU against simdjson parse-only",
                f"{f.cpu:.1f} s / {p.cpu:.2f} s",
                f.cpu / p.cpu,
                15,
            ),
            Row(
                f"the same: memory at {self.large:,} against {self.small:,}",
                f"{rss[1]:.0f} MB / {rss[0]:.0f} MB",
                rss[1] / rss[0],
                1.2,
            ),
        ]

    def run(self) -> list[Row]:
        """JSON Lines to publication against a plain conversion."""
        self.say(f"JSON Lines to publication, {self.large:,}")
        plain = min(
            (self.case("convert", self.fresh("convert"), *self.files(self.large)) for _ in range(self.rounds)),
            key=lambda c: c.cpu,
        )
        full = self._publish(self.sim(self.large) / "ocds", fresh=True)
        return [
            Row(
                f"{self.large:,} JSON Lines to publication, all indicators: CPU against msgspec to Parquet alone",
                f"{full.cpu:.1f} s / {plain.cpu:.1f} s ({full.rss:.0f} MB / {plain.rss:.0f} MB)",
                full.cpu / plain.cpu,
                2.5,
            )
        ]

    def _publish(self, source: Path, *, fresh: bool) -> Cost:
        out = self.fresh("out") if fresh else str(self.work / "out")
        found = self.procrisk("run", str(source), "--context", str(self.sim(self.large) / "context"), "--out", out)
        self.say(f"  run: {found.cpu:.2f} s CPU, {found.rss:.0f} MB")
        return found

    def night(self) -> list[Row]:
        """A night with nothing new, and one with a hundredth of the releases compiled anew."""
        self.say(f"a second night, {self.large:,}")
        source = self.sim(self.large) / "ocds"
        full = self._publish(source, fresh=True)
        same = self._publish(source, fresh=False)
        changed = self.work / "changed" / "ocds"
        self.case("change", "0.01", self.fresh("changed") + "/ocds", *self.files(self.large))
        new = self._publish(changed, fresh=False)
        return [
            Row(
                "a night with nothing new, against the full run",
                f"{same.cpu:.1f} s / {full.cpu:.1f} s",
                same.cpu / full.cpu,
                0.25,
            ),
            Row(
                "a night with 1 % new, against the full run",
                f"{new.cpu:.1f} s / {full.cpu:.1f} s",
                new.cpu / full.cpu,
                0.35,
            ),
        ]

    def indicators(self) -> list[Row]:
        """Indicators on many processes against the same in pandas."""
        folder = self.work / f"frames-{self.million}"
        if not (folder / "kinds.txt").exists():
            self.say(f"frames of {self.million:,} processes")
            self.case("million", str(folder), str(self.sim(self.small)), str(max(1, round(self.million / self.small))))
        self.say("indicators")
        ours = self.case("polars_indicators", str(folder), rounds=self.rounds)
        theirs = self.case("pandas_indicators", str(folder), rounds=self.rounds)
        same = self.case("same_indicators", str(folder)).output.strip()
        return [
            Row(
                f"indicators with windows, procrisk against pandas: {same}",
                f"pandas {theirs.cpu:.1f} s / procrisk {ours.cpu:.1f} s ({theirs.rss:.0f} MB / {ours.rss:.0f} MB)",
                theirs.cpu / ours.cpu,
                1.5,
                at_least=True,
            )
        ]

    def cardinal(self) -> list[Row]:
        """The indicators of OCP Cardinal from compiled releases, against parsing alone."""
        n = 100_000
        file, rules = self.work / f"compiled-{n}.jsonl", self.work / "cardinal.ini"
        if not file.exists():
            self.say(f"{n:,} compiled releases with bids")
            self.case("compiled", str(file), str(n))
        rules.write_text("".join(f"[{code}]\n" for code in INDICATORS), encoding="utf-8")
        parse = self.case("floor", str(file), rounds=self.rounds)
        command = python("-m", "procrisk", "indicators", str(file), "--settings", str(rules))
        found = best(command, log=self.work / "last.log", rounds=self.rounds)
        self.say(f"  cardinal: {found.cpu:.2f} s CPU, {found.rss:.0f} MB")
        return [
            Row(
                f"OCP Cardinal's 11 indicators, {n:,} releases ({_bytes([str(file)]) / 1e6:,.0f} MB): "
                "CPU against simdjson parse-only",
                f"{found.cpu:.1f} s / {parse.cpu:.2f} s ({found.rss:.0f} MB)",
                found.cpu / parse.cpu,
                15,
            )
        ]

    def help(self) -> list[Row]:
        """`procrisk --help` against a bare interpreter."""
        log = self.work / "last.log"
        command = str(Path(sys.executable).with_name("procrisk"))
        rounds = max(self.rounds, 7)
        bare, said = (
            best(python("-c", "pass"), log=log, rounds=rounds),
            best([command, "--help"], log=log, rounds=rounds),
        )
        return [
            Row(
                "`procrisk --help` against a bare interpreter",
                f"{said.cpu * 1000:.0f} ms / {bare.cpu * 1000:.0f} ms",
                said.cpu / bare.cpu,
                10,
            )
        ]


def _bytes(files: list[str]) -> int:
    return sum(Path(f).stat().st_size for f in files)


def machine() -> str:
    """The machine and what ran on it, in a line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{p} {version(p)}" for p in ("polars", "pyarrow", "msgspec", "pandas", "pysimdjson"))
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    today = datetime.now(tz=UTC).strftime("%Y-%m-%d")
    python_version = f"Python {platform.python_version()}"
    return f"{today}; {os.cpu_count()} cores, {memory:.0f} GiB, load {load}; {python_version}, {packages}"


def write(rows: list[Row], command: str) -> str:
    """Put the table between the markers of the README. Returns it."""
    head = "| what | measured | ratio | bar | |\n|-|-|-|-|-|"
    table = "\n".join([head, *(r.line() for r in rows), "", f"`{command}`: {machine()}."])
    before, rest = README.read_text(encoding="utf-8").split(BEGIN)
    README.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}", encoding="utf-8")
    return table


def main() -> int:
    """Measure, print, write; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__)
    parser.add_argument("--small", type=int, default=50_000, help="releases of the small file")
    parser.add_argument("--large", type=int, default=200_000, help="releases of the large file")
    parser.add_argument("--million", type=int, default=1_000_000, help="processes on which indicators are compared")
    parser.add_argument("--rounds", type=int, default=2, help="rounds of each; the cheapest counts")
    parser.add_argument(
        "--work", type=Path, default=Path(tempfile.gettempdir()) / "procrisk-bench", help="where records are kept"
    )
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS)
    parser.add_argument("--no-write", action="store_true", help="leave README.md as it is")
    a = parser.parse_args()
    bench = Bench(a.work.resolve(), a.small, a.large, a.rounds, a.million)
    parts: dict[str, Callable[[], list[Row]]] = {name: getattr(bench, name) for name in PARTS}
    rows: list[Row] = []
    for name in a.only:
        try:
            found = parts[name]()
        except RuntimeError as error:
            print(f"{name}: could not be measured: {error}", file=sys.stderr)
            return 1
        rows += found
        print("\n".join(r.line() for r in found), flush=True)
    if not a.no_write:
        print(write(rows, "python -m benchmarks.bench " + " ".join(sys.argv[1:])))
    return 0 if all(r.passed for r in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
