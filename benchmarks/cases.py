"""What is measured, each as a process of its own: `python -m benchmarks.cases CASE ARGUMENTS`."""

import sys
from pathlib import Path


def floor(*files: str) -> None:
    """Parse every line with simdjson and keep nothing: the least that reading JSON Lines can cost."""
    import simdjson

    parser = simdjson.Parser()
    for file in files:
        with Path(file).open("rb") as stream:
            for line in stream:
                parser.parse(line)


def convert(out: str, *files: str) -> None:
    """msgspec to seven Parquet tables, as plainly as it can be written."""
    from benchmarks.convert import convert as run

    run([Path(f) for f in files], Path(out))


def lake(out: str, *files: str) -> None:
    """JSON Lines to the lake."""
    from procrisk.records.ingest import ingest

    ingest([Path(f) for f in files], [], Path(out))


def change(share: str, out: str, *files: str) -> None:
    """Copy compiled releases, a share of them compiled anew with another description."""
    every = round(1 / float(share))
    Path(out).mkdir(parents=True, exist_ok=True)
    for file in files:
        with Path(file).open("rb") as source, (Path(out) / Path(file).name).open("wb") as target:
            for number, line in enumerate(source):
                changed = line.replace(b"T10:", b"T11:", 3).replace(b"CONTRATACION", b"RECONTRATACION", 1)
                target.write(changed if number % every == 0 else line)


def million(out: str, sim: str, copies: str) -> None:
    """Frames of a simulated country, repeated, as both sides of the comparison of indicators read them."""
    from benchmarks.indicators import prepare

    prepare(Path(sim), Path(out), int(copies))


def polars_indicators(folder: str) -> None:
    """The indicators as procrisk computes them."""
    from benchmarks.indicators import polars_states

    states, flags = polars_states(Path(folder))
    states.write_parquet(Path(folder) / "polars.parquet")
    flags.write_parquet(Path(folder) / "polars_flags.parquet")


def pandas_indicators(folder: str) -> None:
    """The same in pandas."""
    from benchmarks.pandas_twin import pandas_states

    states, flags = pandas_states(Path(folder))
    states.to_parquet(Path(folder) / "pandas.parquet", index=False)
    flags.to_parquet(Path(folder) / "pandas_flags.parquet", index=False)


def same_indicators(folder: str) -> None:
    """Whether both agree on every process."""
    from benchmarks.indicators import compare

    print(compare(Path(folder)))


def compiled(out: str, n: str) -> None:
    """Made-up compiled releases with bids."""
    from benchmarks.compiled import write

    write(Path(out), int(n))


CASES = {
    f.__name__: f
    for f in (floor, convert, lake, change, million, polars_indicators, pandas_indicators, same_indicators, compiled)
}

if __name__ == "__main__":
    CASES[sys.argv[1]](*sys.argv[2:])
