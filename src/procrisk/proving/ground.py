"""The ground in which schemes are planted: given processes, repeated over two years, with everything around them.

Published awards of a month or two hold neither the bids, nor the contracts, nor the years in which a scheme shows. The
processes of a sample of buyers are therefore repeated every eight weeks under other dates, amounts and texts; half of the
time they go to another buyer of the same region and level, and most change winners, so that a buyer neither repeats itself
nor has no habits.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl

from procrisk.records import derive
from procrisk.records.assemble import Dataset
from procrisk.records.tables import PROCESS_TABLES, PROCESSES, TABLES

Tables = Mapping[str, pl.DataFrame]
Generator = np.random.Generator

PERIOD = timedelta(days=56)
"""Whole weeks, so that days of the week stay what they are."""
PERIODS = 13
"""Repetitions, the published one included: two years."""
LEAST, MOST = 800, 1000
"""Thousandths of its published amounts at which a process is repeated: never more, so that no limit of law is passed."""
KEPT = 0.5
"""Share of the buyers that, in a repetition, keep their own processes."""
LOYAL = 0.3
"""Share of the processes that, in a repetition, keep their winner; the others trade it within region and object."""
_BUYER = (
    *("buyer_ruc", "buyer_consucode", "buyer_name", "buyer_type", "buyer_department", "buyer_province"),
    *("buyer_id", "buyer_level", "region_code"),
)


def repeat(tables: Tables, rng: Generator, processes: int) -> dict[str, pl.DataFrame]:
    """The processes of a sample of buyers, and their repetitions.

    Args:
        tables: as assembled.
        rng: source of all chance.
        processes: about how many processes the result has.

    Returns:
        the tables, registers untouched; those of processes still to be settled (see `settle`).
    """
    whole = tables["processes"].filter(pl.col("call_date").is_not_null() & pl.col("buyer_id").is_not_null())
    buyers = whole.group_by("buyer_id").len().sort("buyer_id")
    drawn = buyers[rng.permutation(buyers.height)].with_columns(before=pl.col("len").cum_sum() - pl.col("len"))
    enough = -(-processes // PERIODS)
    kept = whole.join(drawn.filter(pl.col("before") < enough), on="buyer_id", how="semi").sort("process_id")
    own = {t.name: tables[t.name].join(kept, on="process_id", how="semi") for t in PROCESS_TABLES}
    parts = [own, *(_repetition(own, k, rng) for k in range(1, PERIODS))]
    grown = {name: pl.concat([p[name] for p in parts]) for name in own}
    return {**tables, **grown}


def _repetition(own: Tables, k: int, rng: Generator) -> dict[str, pl.DataFrame]:
    processes = own["processes"].sort("process_id")
    part = rng.integers(LEAST, MOST + 1, processes.height)
    factor = processes.select("process_id", _f=pl.Series(part, dtype=pl.Int64))
    made = {n: _moved(f.join(factor, on="process_id", how="left", maintain_order="left"), k) for n, f in own.items()}
    made["processes"] = _other_buyers(made["processes"], rng)
    return _other_texts(_other_winners(made, rng), rng)


def _other_winners(made: dict[str, pl.DataFrame], rng: Generator) -> dict[str, pl.DataFrame]:
    """Processes with one award trade their winners with others of their region and object."""
    awards = made["awards"].filter(~pl.col("process_id").is_duplicated()).select("process_id", "award_id")
    about = made["processes"].select("process_id", "region_code", "object")
    one = awards.join(about, on="process_id").sort("process_id")
    one = one.filter(pl.Series(rng.random(one.height) >= LOYAL))
    one = one.with_columns(_o=pl.Series(rng.random(one.height))).sort("process_id")
    place = ["region_code", "object"]
    to = one.select(
        "process_id", "award_id", *(pl.col(c).sort_by("_o").over(place).alias(f"_{c}") for c in awards.columns)
    )
    key = ["process_id", "award_id"]
    joined = made["award_suppliers"].join(to, on=key, how="left", maintain_order="left")
    traded = joined.with_columns(pl.coalesce(f"_{c}", c).alias(c) for c in key).select(made["award_suppliers"].columns)
    return {**made, "award_suppliers": traded.sort("process_id", "award_id", "party_id")}


def _moved(frame: pl.DataFrame, k: int) -> pl.DataFrame:
    """Later, under another id, at another amount."""
    days = [c for c, t in frame.schema.items() if t == pl.Date]
    cents = [c for c in frame.columns if c.endswith("_cents")]
    # the ids of OECE carry the process's own in front
    ids = [pl.col(c) + f"{k:02d}" for c in ("process_id", "award_id", "contract_id") if c in frame.columns]
    moved = frame.with_columns(*ids, pl.col(days) + PERIOD * k, pl.col(cents) * pl.col("_f") // 1000).drop("_f")
    if "title" not in moved.columns:
        return moved
    year = pl.format("-{}-", pl.col("call_date").dt.year())
    return moved.with_columns(title=pl.col("title").str.replace(r"-20\d\d-", year))


def _other_buyers(processes: pl.DataFrame, rng: Generator) -> pl.DataFrame:
    """Half of the buyers trade their processes with others of their region and level."""
    buyers = processes.select(_BUYER).unique("buyer_id", keep="first", maintain_order=True).sort("buyer_id")
    moves = pl.Series(rng.random(buyers.height) >= KEPT)
    shuffled = rng.permutation(buyers.height)
    place = ["region_code", "buyer_level"]
    movers = buyers.with_columns(_o=pl.Series(shuffled)).filter(moves).sort(*place, "_o", nulls_last=True)
    taken = movers.with_columns(pl.col("buyer_id").shift(-1, fill_value=None).over(place).alias("_next"))
    first = movers.group_by(place).agg(_first=pl.col("buyer_id").first())
    taken = taken.join(first, on=place, how="left", nulls_equal=True).with_columns(_to=pl.coalesce("_next", "_first"))
    trade = taken.select(_from="buyer_id", buyer_id="_to")
    joined = processes.join(trade.rename({"buyer_id": "_to", "_from": "buyer_id"}), on="buyer_id", how="left")
    named = joined.with_columns(_to=pl.coalesce("_to", "buyer_id")).drop(_BUYER)
    return named.join(buyers.rename({"buyer_id": "_to"}), on="_to", how="left").with_columns(
        buyer_id=pl.col("_to")
    ).select(processes.columns).sort("process_id")  # fmt: skip


def _other_texts(made: dict[str, pl.DataFrame], rng: Generator) -> dict[str, pl.DataFrame]:
    """Calls of one item trade their texts with calls of the same object: a need does not come back every eight weeks."""
    texts = ["description", "classification", "classification_scheme", "unspsc"]
    lots = made["lots"].join(made["processes"].select("process_id", "object"), on="process_id", how="left")
    one = lots.filter(~pl.col("process_id").is_duplicated()).sort("process_id")
    one = one.with_columns(_o=pl.Series(rng.random(one.height)))
    traded = one.with_columns(pl.col(texts).sort_by("_o").over("object"))
    rest = lots.filter(pl.col("process_id").is_duplicated())
    columns = made["lots"].columns
    every = pl.concat([traded.select(columns), rest.select(columns)]).sort("process_id", "lot_id")
    said = traded.select("process_id", _text="description")
    processes = made["processes"].join(said, on="process_id", how="left", maintain_order="left")
    text = pl.when(pl.col("description").is_not_null()).then(pl.coalesce("_text", "description"))
    return {**made, "lots": every, "processes": processes.with_columns(description=text).drop("_text")}


def settle(tables: Tables) -> Dataset:
    """Tables whose rows were changed as assembly would have left them: derived columns made anew, sorted by key."""
    before = tables["processes"].sort("process_id")
    names = before["process_id"]
    number = pl.DataFrame({"process_id": names}).with_row_index("process")
    given = {
        t.name: tables[t.name].join(number, on="process_id", how="inner", maintain_order="left") for t in PROCESS_TABLES
    }
    known = pl.when(~pl.col("object_inferred").fill_null(value=False)).then("object")
    given["processes"] = given["processes"].with_columns(object=known).select("process", *PROCESSES.schema)
    live = before.select("process_id", "year", kind="sources").explode("kind")
    soles = derive.money(given)
    made = derive.processes(
        {**soles, "processes": soles["processes"].drop("process_id")}, tables["entities"], live, names
    )
    settled = {
        name: frame.drop("process").sort(TABLES[name].key) for name, frame in soles.items() if name != "processes"
    }
    made = made.drop("process_id").with_columns(process_id=names.gather(made["process"])).drop("process")
    return Dataset({**tables, **settled, "processes": made.select(before.columns)})
