"""Make `risk_catalogue/cri_bins.csv`: `python -m procrisk.cri --works DIR --records SOURCE... --simulate N SEED > FILE`."""

import argparse
import csv
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import polars as pl

from procrisk.cri import works
from procrisk.cri.fit import Told, fit
from procrisk.indicators import features
from procrisk.indicators.cri_bins import AT_REFERENCE, COLUMNS, COMPONENTS, REAL, SIMULATED, SINGLE_BID
from procrisk.indicators.terms import COMPETITIVE, CONTESTED
from procrisk.records.ingest import ingest
from procrisk.simulate import simulate

REFERENCE_SHARE = 0.995
"""Awarded from this share of the reference value on: the proxy of lost competition where bids are not published."""
OUT_OF_OPEN_CALLS = ("procedure_type",)
"""Components that are fitted on every contested process; the others on competitive procedures alone."""


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m procrisk.cri", description=__doc__)
    parser.add_argument("--works", type=Path, help="folder of the Comptroller General's sample of works")
    parser.add_argument("--records", type=Path, nargs="+", default=[], help="records without bids, for the proxy")
    parser.add_argument("--context", type=Path, nargs="+", default=[], help="registers beside them")
    parser.add_argument("--simulate", type=int, nargs=2, metavar=("N", "SEED"), help="simulate records and fit on them")
    asked = parser.parse_args(arguments)
    command = " ".join(["python -m procrisk.cri", *(_shown(a) for a in arguments)])
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(COLUMNS)
    for row in table(asked.works, asked.records, asked.context, asked.simulate):
        out.writerow("" if x is None else x for x in ({**row, "command": command}[c] for c in COLUMNS))
    return 0


def table(
    sample: Path | None, records: Sequence[Path], context: Sequence[Path], made: Sequence[int] | None
) -> Iterator[dict[str, object]]:
    """Rows of the table, without `command`: the sample of works, the proxy on records, the simulated records.

    Raises:
        InputMissingError: a source is missing.
        ProcriskError: a regression found no maximum.
    """
    if sample:
        bidders = works.sample(sample)
        data = "Contraloría, muestra de obras (DS_DASH_Obra_1A, 3C)"
        yield from _rows(
            fit(bidders, "procedure_type", SINGLE_BID), SINGLE_BID, REAL, data, "", objects="works;consultancy"
        )
    if records:
        frame = _frame(records, context)
        data = "; ".join(sorted(p.name for p in records))
        yield from _all(frame, AT_REFERENCE, REAL, data)
    if made:
        with tempfile.TemporaryDirectory() as folder:
            at = Path(folder)
            simulate(at, *made)
            frame = _frame([at / "ocds", at / "conosce"], [at / "context"])
        yield from _all(frame, SINGLE_BID, SIMULATED, f"procrisk simulate, {made[0]} procesos, semilla {made[1]}")


def _all(frame: pl.DataFrame, outcome: str, records: str, data: str) -> Iterator[dict[str, object]]:
    last = frame.select(pl.col("call_date").max()).item()
    for name in COMPONENTS:
        scope = CONTESTED if name in OUT_OF_OPEN_CALLS else COMPETITIVE
        yield from _rows(fit(frame.filter(scope), name, outcome), outcome, records, data, str(last))


def _frame(sources: Sequence[Path], context: Sequence[Path]) -> pl.DataFrame:
    """The processes with both outcomes and the log of the value."""
    dataset = ingest(sources, context, None).dataset
    last = dataset.tables["processes"].select(pl.col("call_date").max()).item() or date(1970, 1, 1)
    frames = features.build(dataset, last)
    both = pl.col("awarded_cents").is_not_null() & (pl.col("lot_cents") > 0)
    share = (
        frames["lots"]
        .filter(both)
        .group_by("process_id")
        .agg(_awarded=pl.col("awarded_cents").sum(), _whole=pl.col("lot_cents").sum())
    )
    value = pl.coalesce("value_pen_cents", "awarded_pen_cents")
    return (
        frames["processes"]
        .join(share, on="process_id", how="left", maintain_order="left")
        .with_columns(
            single_bid=pl.col("n_bidders") == 1,
            at_reference=pl.col("_awarded") / pl.col("_whole") >= REFERENCE_SHARE,
            log_value=pl.when(value > 0).then((value / 100).log()),
        )
    )


def _rows(
    found: Sequence[Told], outcome: str, records: str, data: str, day: str, objects: str = ""
) -> Iterator[dict[str, object]]:
    of = {"outcome": outcome, "records": records, "objects": objects, "data": data, "data_date": day}
    for told in found:
        yield {**asdict(told), **of}


def _shown(argument: str) -> str:
    """A folder by its last two parts at most: where it stood on the machine says nothing."""
    return "/".join(Path(argument).parts[-2:])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
