"""What the network's signals are worth, as Markdown tables. The same records print the same bytes.

python -m procrisk.collusion.network_evidence works DIR   the Contraloría's sample of works, against its levels of risk
python -m procrisk.collusion.network_evidence rings DIR   a folder of `procrisk simulate`, against its truth.json
python -m procrisk.collusion.network_evidence chance DIR  the same bids with bidders shuffled or prices exchanged: what chance makes
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

from procrisk.collusion import (
    cover,
    cover_signals,
    layer,
    measures,
    neighbours,
    network,
    network_signals,
    rotation,
)
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
    """Recall of planted rings, and how often their clean look-alikes are taken for one, at the budget: of the layer and of its parts."""
    net = network.build(dataset.tables)
    alone = network_signals.of_network(net, dataset.tables).drop_nulls("network")
    prices = cover_signals.of_entries(net.entries, dataset.tables)
    scored = layer.score(dataset).drop_nulls("score_collusion")
    top = max(round(BUDGET * scored.height), 1)
    ordered = scored.sort(["score_collusion", "process_id"], descending=[True, False])
    by_network = alone.sort(["network", "process_id"], descending=[True, False]).head(
        max(round(BUDGET * alone.height), 1)
    )
    chosen = [
        set(ordered.head(top)["process_id"]),
        set(prices.filter(pl.col("prices") > 0)["process_id"]),
        set(by_network["process_id"]),
        set(alone.filter(pl.col("turns") > 0)["process_id"]),
    ]
    grouped = set(net.entries.join(net.members, on="firm", how="semi")["process_id"])
    groups = dict(net.members.select("firm", "group").rows())
    yield f"Evaluables · evaluable: {scored.height}; 5 %: {top}, corte · cut {ordered['score_collusion'][top - 1]:.1f}; grupos · groups: {net.groups.height}"
    yield ""
    yield "| variante · variant | casos · cases | procedimientos · processes | en grupo · firms in one group | capa, en el 5 % · layer, top 5 % | precios · prices | red sola, en el 5 % · network alone, top 5 % | por turnos · turns |"
    yield "|---|---|---|---|---|---|---|---|"
    for variant in ("naive", "evasive"):
        for twin in (False, True):
            cases = [t for t in truth if (t["scheme"], t["variant"], t["twin"]) == ("ring", variant, twin)]
            ids = [p for t in cases for p in t["process_ids"]]
            one = sum(_most_in_one(groups, t["supplier_rucs"]) for t in cases)
            name = f"{variant}, {'imitación limpia · look-alike' if twin else 'anillo · ring'}"
            yield f"| {name} | {len(cases)} | {len(ids)} | {one}/{len(cases)} | {_shares(ids, chosen)} |"
    planted = [p for t in truth for p in t["process_ids"]]
    rest = scored.filter(~pl.col("process_id").is_in(planted))["process_id"].to_list()
    yield f"| sin esquema · no scheme | – | {len(rest)} ({sum(p in grouped for p in rest)}) | – | {_shares(rest, chosen)} |"


def _shares(ids: list[str], chosen: list[set[str]]) -> str:
    return " | ".join(f"{sum(p in c for p in ids) / max(len(ids), 1):.3f}" for c in chosen)


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
    drawn = [_shuffled(entered, 1000 + i) for i in range(SHUFFLES_OF_RECORDS)]
    for i, shuffled in enumerate(drawn):
        yield _row(f"azar · chance {i + 1}", shuffled, network.pairs(shuffled))
    prices = cover.scores(cover.contests(dataset.tables))
    yield ""
    yield f"| precios de los mismos rivales · prices of the same rivals | procedimientos probados · processes tested | p ≤ {cover_signals.LEAST_P:g} | de los probados · of the tested |"
    yield "|---|---|---|---|"
    yield _priced("registros · records", entered, prices)
    for i, shuffled in enumerate(drawn):
        yield _priced(f"postores barajados · bidders shuffled {i + 1}", shuffled, prices)
    for i in range(SHUFFLES_OF_RECORDS):
        yield _priced(f"precios intercambiados · prices exchanged {i + 1}", entered, _exchanged(prices, 2000 + i))


def _row(name: str, entered: pl.DataFrame, pairs: pl.DataFrame) -> str:
    turns = rotation.turns(entered, network.members(pairs)).drop_nulls("p_turns")
    low = turns.filter(pl.col("p_turns") <= network_signals.LEAST_P).height
    return f"| {name} | {pairs.height} | {pairs['tied'].sum()} | {turns.height} | {low} |"


def _priced(name: str, entered: pl.DataFrame, prices: pl.DataFrame) -> str:
    tested = cover_signals.pooled(entered, neighbours.carried(entered), prices)
    low = tested.filter(pl.col("p_prices") <= cover_signals.LEAST_P).height
    return f"| {name} | {tested.height} | {low} | {low / max(tested.height, 1):.3f} |"


def _exchanged(prices: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The contests with as many bids trade their prices."""
    order = np.lexsort((np.random.default_rng(seed).random(prices.height), prices["losers"].to_numpy()))
    stable = np.lexsort((np.arange(prices.height), prices["losers"].to_numpy()))
    return prices[order].with_columns(process_id=prices["process_id"].gather(stable)).sort("process_id")


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
