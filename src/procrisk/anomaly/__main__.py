"""Measure the anomaly layer: `python -m procrisk.anomaly SOURCE... --context PATH... [--simulate N SEED RATE] > FILE`."""

import argparse
import csv
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from procrisk.anomaly import features, forest, layer, measures, training
from procrisk.records.ingest import ingest
from procrisk.simulate import simulate

BUDGET = 0.05
"""Share of the processes that an analyst looks at."""
STRENGTHS = (0.25, 0.5, 1.0)
SCORES = ("one_in", "one_in_ex_ante", "one_in_process", "one_in_pair", "one_in_buyer", "one_in_supplier")
_SCORE_NAMES = (
    "todo · all",
    "hasta la buena pro · by the award",
    "proceso · process",
    "par · pair",
    "entidad · buyer",
    "proveedor · supplier",
)


def main(arguments: Sequence[str]) -> int:
    """Print the tables in Markdown."""
    parser = argparse.ArgumentParser(prog="python -m procrisk.anomaly", description=__doc__)
    parser.add_argument("sources", type=Path, nargs="*", help="records on which seeds and reasons are measured")
    parser.add_argument("--context", type=Path, nargs="+", default=[], help="registers beside them")
    parser.add_argument("--simulate", nargs=3, metavar=("N", "SEED", "RATE"), help="planted schemes to look for")
    asked = parser.parse_args(arguments)
    say = sys.stdout.write
    if asked.sources:
        tables = ingest(asked.sources, asked.context, None).dataset.tables
        say(_steadiness(layer.prepare(tables)))
    if asked.simulate:
        n, seed, rate = int(asked.simulate[0]), int(asked.simulate[1]), float(asked.simulate[2])
        for strength in STRENGTHS:
            say(_planted(n, seed, rate, strength))
    return 0


def _steadiness(ready: layer.Prepared) -> str:
    """Jaccard of the top 1 % between seeds by number of trees, and the faithfulness of the first reason."""
    lines = ["| árboles · trees | bosque · forest | conjunto · ensemble |", "|-|-|-|"]
    seed = training.Parameters().seed
    for trees in (100, 500, 1000):
        one, other = (training.grow(ready, training.Parameters(trees=trees, seed=s)) for s in (seed, seed + 1))
        found = measures.stability(ready, one, other)
        lines.append(f"| {trees} | {found['forest']:.3f} | {found['ensemble']:.3f} |")
    faith = measures.faithfulness(ready, one)
    said = f"{faith['share']:.1%} ({faith['processes']} procesos · processes)"
    return (
        "\n".join(lines) + f"\n\nPrimer motivo a la mediana, baja en · first reason to the median, falls in: {said}\n"
    )


def _planted(n: int, seed: int, rate: float, strength: float) -> str:
    """Recall in the BUDGET by scheme and level, planted and clean look-alikes, by process."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        simulate(out, n, seed, strength=strength, scheme_rate=rate)
        tables = ingest([out / "ocds", out / "conosce"], [out / "context"], None).dataset.tables
        truth = _truth(out / "truth.csv", tables)
    located = layer.locate("")
    if located is None:
        return "no model is in use\n"
    fitted, _ = forest.load(located, features.IDS)
    scored = layer.apply(tables, fitted)
    table = truth
    for column in SCORES:
        ranked = scored[column].fill_null(0.0).rank("max", descending=True) / scored.height
        hit = pl.DataFrame(
            {"process_id": scored["process_id"], column: (ranked <= BUDGET) & scored[column].is_not_null()}
        )
        table = table.join(hit, on="process_id")
    counted = table.group_by("scheme", "twin").agg(pl.len().alias("n"), pl.col(SCORES).mean()).sort("scheme", "twin")
    head = " | ".join(("esquema · scheme", "", "n", *_SCORE_NAMES))
    lines = [
        f"\nfuerza · strength {strength}, {n} procesos · processes, semilla · seed {seed}\n",
        f"| {head} |",
        "|-|-|-|" + "-|" * len(SCORES),
    ]
    for scheme, twin, size, *shares in counted.rows():
        kind = "parecido limpio · look-alike" if twin == "true" else "plantado · planted"
        lines.append(f"| {scheme} | {kind} | {size} | " + " | ".join(f"{s:.2f}" for s in shares) + " |")
    return "\n".join(lines) + "\n"


def _truth(path: Path, tables: features.Tables) -> pl.DataFrame:
    """scheme, twin, process_id of what was planted; of a capture the processes that the captor won."""
    with path.open(encoding="utf-8", newline="") as f:
        rows = [
            {
                "scheme": " ".join(filter(None, (r["scheme"], r["variant"] if r["scheme"] == "ring" else ""))),
                "twin": r["twin"],
                "process_id": p,
                "supplier": r["supplier_rucs"],
            }
            for r in csv.DictReader(f)
            for p in r["process_ids"].split(";")
        ]
    planted = pl.DataFrame(rows)
    won = tables["award_suppliers"].select("process_id", supplier="party_id", won=pl.lit(value=True)).unique()
    joined = planted.join(won, on=["process_id", "supplier"], how="left")
    return joined.filter((pl.col("scheme") != "capture") | pl.col("won")).select("scheme", "twin", "process_id")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
