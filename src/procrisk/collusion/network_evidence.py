"""What the network's signals are worth, as Markdown tables. The same records print the same bytes.

python -m procrisk.collusion.network_evidence works DIR   the Contraloría's sample of works, against its levels of risk
python -m procrisk.collusion.network_evidence rings DIR   a folder of `procrisk simulate`, against its truth.json
python -m procrisk.collusion.network_evidence chance DIR  the same bids with the bidders shuffled: ties that chance makes
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from procrisk.collusion import measures, network, network_signals, rotation
from procrisk.errors import InputMissingError, ProcriskError
from procrisk.records.assemble import Dataset
from procrisk.records.ingest import ingest

BUDGET = 0.05
"""Share of the evaluable processes that an analyst looks at."""
SHUFFLES_OF_RECORDS = 10
SCORES = ("network", *network_signals.SIGNALS)


def read(folder: Path) -> Dataset:
    """The records of a folder.

    Raises:
        InputMissingError: there is no such folder.
    """
    if not folder.is_dir():
        raise InputMissingError(f"{folder} is no folder: name one with records")
    registers = folder / "context"
    sources = sorted(p for p in folder.iterdir() if p != registers and not p.name.startswith(("truth", "SIMULADO")))
    with tempfile.TemporaryDirectory() as lake:
        return ingest(sources, [registers] if registers.is_dir() else [], Path(lake)).dataset


def works(dataset: Dataset) -> Iterator[str]:
    """How the signals order works by the level of risk that the Contraloría gave them (3 and 4 against the rest)."""
    labels = dataset.tables["outcomes"].filter(pl.col("kind") == "works_risk").drop_nulls("process_id")
    by_process = labels.group_by("process_id").agg(pl.col("positive").any(), cluster=pl.col("project_id").min())
    net = network.build(dataset.tables)
    known = network_signals.of_network(net, dataset.tables).drop_nulls("network")
    bids = net.entries.group_by("process_id").agg(n=pl.col("n_bidders").first().cast(pl.Int64))
    frame = known.join(by_process, on="process_id").join(bids, on="process_id").sort("process_id")
    positive = frame["positive"].to_numpy().astype(np.bool_)
    cluster = frame.select(pl.col("cluster").rank("dense").cast(pl.Int64))["cluster"].to_numpy()
    many = frame["n"].to_numpy()
    yield f"Procedimientos evaluables · evaluable: {frame.height}; positivos · positive: {positive.sum()} ({positive.mean():.3f}); "
    yield f"firmas · firms: {net.entries['firm'].n_unique()}; pares unidos · tied pairs: {net.pairs['tied'].sum()}; grupos · groups: {net.groups.height}"
    yield ""
    yield "| señal · signal | con señal · with it | AUC | IC 95 % | AUC, igual n de postores · same n of bids |"
    yield "|---|---|---|---|---|"
    for name in (*SCORES, "n"):
        score = frame[name].to_numpy().astype(np.float64)
        low, high = measures.interval(positive, score, cluster)
        alone = measures.auc(positive, score)
        within = measures.auc(positive, score, many)
        raised = "–" if name == "n" else f"{int((score > 0).sum())}"
        yield f"| {name} | {raised} | {alone:.3f} | {low:.3f}–{high:.3f} | {within:.3f} |"


def rings(dataset: Dataset, truth: list[dict[str, Any]]) -> Iterator[str]:
    """Recall of planted rings, and how often their clean look-alikes are taken for one, at the budget."""
    net = network.build(dataset.tables)
    found = network_signals.of_network(net, dataset.tables).drop_nulls("network")
    top = max(round(BUDGET * found.height), 1)
    ordered = found.sort(["network", "process_id"], descending=[True, False])
    best = set(ordered.head(top)["process_id"])
    turned = set(found.filter(pl.col("turns") > 0)["process_id"])
    grouped = set(net.entries.join(net.members, on="firm", how="semi")["process_id"])
    groups = dict(net.members.select("firm", "group").rows())
    yield f"Evaluables · evaluable: {found.height}; 5 %: {top}, corte · cut {ordered['network'][top - 1]:.3f}; grupos · groups: {net.groups.height}"
    yield ""
    yield "| variante · variant | casos · cases | procedimientos · processes | en grupo · firms in one group | en el 5 % · in the top 5 % | por turnos · turns |"
    yield "|---|---|---|---|---|---|"
    for variant in ("naive", "evasive"):
        for twin in (False, True):
            cases = [t for t in truth if (t["scheme"], t["variant"], t["twin"]) == ("ring", variant, twin)]
            ids = [p for t in cases for p in t["process_ids"]]
            one = sum(_most_in_one(groups, t["supplier_rucs"]) for t in cases)
            n = max(len(ids), 1)
            share = [sum(p in chosen for p in ids) / n for chosen in (best, turned)]
            name = f"{variant}, {'imitación limpia · look-alike' if twin else 'anillo · ring'}"
            yield f"| {name} | {len(cases)} | {len(ids)} | {one}/{len(cases)} | {share[0]:.3f} | {share[1]:.3f} |"
    others = found.filter(~pl.col("process_id").is_in([p for t in truth for p in t["process_ids"]]))
    rest = others["process_id"].to_list()
    share = [sum(p in chosen for p in rest) / max(len(rest), 1) for chosen in (best, turned)]
    yield f"| sin esquema · no scheme | – | {len(rest)} ({sum(p in grouped for p in rest)}) | – | {share[0]:.3f} | {share[1]:.3f} |"


def _most_in_one(groups: dict[str, int], firms: list[str]) -> bool:
    """Whether more than half of the firms are in one group."""
    held = [groups[f] for f in firms if f in groups]
    return bool(held) and max(held.count(g) for g in set(held)) * 2 > len(firms)


def chance(dataset: Dataset) -> Iterator[str]:
    """Ties and turns that are found where bidders were shuffled inside their markets: all of them chance."""
    entered = network.entries(dataset.tables)
    real = network.pairs(entered)
    yield "| | pares comparados · pairs compared | unidos · tied | grupos probados · groups tested | p ≤ 0.05 |"
    yield "|---|---|---|---|---|"
    yield _row("registros · records", entered, real)
    for i in range(SHUFFLES_OF_RECORDS):
        shuffled = _shuffled(entered, 1000 + i)
        yield _row(f"azar · chance {i + 1}", shuffled, network.pairs(shuffled))


def _row(name: str, entered: pl.DataFrame, pairs: pl.DataFrame) -> str:
    turns = rotation.turns(entered, network.members(pairs)).drop_nulls("p_turns")
    low = turns.filter(pl.col("p_turns") <= network_signals.LEAST_P).height
    return f"| {name} | {pairs.height} | {pairs['tied'].sum()} | {turns.height} | {low} |"


def _shuffled(entered: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The bidders change places inside their stratum, and the winner is redrawn among the bids of each process."""
    rng = np.random.default_rng(seed)
    frame = entered.filter(pl.col("bidder").is_first_distinct().over("process_id")).sort(
        "stratum", "process_id", "firm"
    )
    order = np.lexsort((rng.random(frame.height), frame["stratum"].to_numpy()))
    moved = frame.with_columns(firm=frame["firm"].gather(order), _u=pl.Series(rng.random(frame.height)))
    moved = moved.unique(["process_id", "firm"], keep="first", maintain_order=True).with_columns(bidder=pl.col("firm"))
    won = pl.when(pl.col("won").is_not_null()).then(pl.col("_u") == pl.col("_u").max().over("process_id"))
    n = pl.col("firm").n_unique().over("process_id").cast(pl.UInt32)
    return moved.with_columns(won=won, n_bidders=n).drop("_u").sort("process_id", "firm")


def main() -> int:
    """Print the tables of one folder."""
    parser = argparse.ArgumentParser(prog="python -m procrisk.collusion.network_evidence", description=__doc__)
    parser.add_argument("what", choices=["works", "rings", "chance"])
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    made: dict[str, Callable[[Dataset], Iterator[str]]] = {
        "works": works,
        "rings": lambda d: rings(d, json.loads((args.folder / "truth.json").read_text(encoding="utf-8"))),
        "chance": chance,
    }
    try:
        for line in made[args.what](read(args.folder)):
            sys.stdout.write(line + "\n")
    except ProcriskError as e:
        sys.stderr.write(f"{e}\n")
        return e.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
