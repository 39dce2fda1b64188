"""The schemes, from barely different (strength 0) to plain (1), each with the clean look-alike that it could be taken for.

The shapes follow the literature on injected schemes: a ring that rotates and covers, a need cut into pieces, terms made to
measure, a firm born yesterday, a contract that grows, a buyer captured month by month, and mistakes of data.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

import numpy as np
import polars as pl

from procrisk.proving.ground import Generator, Tables
from procrisk.proving.plot import Plot, Purchase, Row, TooFewError, begin
from procrisk.records.regions import region_of
from procrisk.simulate.constants import large_purchase, tax_unit

GOODS = pl.col("object").is_in(["goods", "services"])
SHORT = pl.col("method") == "AS"
TENDER = pl.col("method").is_in(["AS", "LP", "CP"])


def ring(p: Plot, *, twin: bool, evasive: bool) -> None:
    """Three to six firms that take turns and cover each other; the look-alike meets as often and competes."""
    s = p.strength
    kind = TENDER & (GOODS if evasive else pl.col("object") == "works")
    seed = p.some(p.mask(kind))
    firms = p.market(seed, int(p.rng.integers(3, 7)), before=p.span[0])
    p.members |= set(firms)
    same = (pl.col("region_code") == seed["region_code"]) & (pl.col("object") == seed["object"])
    rows = p.choose(p.mask(kind & same), int(p.rng.integers(6, 13)))
    for turn, row in enumerate(rows):
        present = [f for f in firms if not evasive or p.rng.random() < 0.7]
        present = present if len(present) > 1 else firms[:2]
        if twin:
            p.lay(Purchase(row, p.honest(row, present)))
            continue
        winner = firms[turn % len(firms)] if p.rng.random() < s else present[int(p.rng.integers(len(present)))]
        price = s * p.u(0.95, 0.99) + (1 - s) * p.u(0.85 if evasive else 0.9, 0.99)
        others = [f for f in present if f != winner]
        if evasive:
            others += [f for f in p.market(row, 2) if f not in firms][: int(p.rng.integers(0, 3))]
        cover = (0.02, 0.35) if evasive else (0.02, 0.10)
        spread = [s * p.u(*cover) + (1 - s) * p.u(0.005, 0.3) for _ in others]
        top = 2.0 if evasive else 1.1
        p.lay(
            Purchase(
                row, [(winner, price), *((f, min(price * (1 + x), top)) for f, x in zip(others, spread, strict=True))]
            )
        )
    p.done("ring, evasive" if evasive else "ring, naive", rows, firms[0], twin=twin)


def splitting(p: Plot, *, twin: bool) -> None:
    """One need cut in three to eight purchases below the limit; the look-alike buys different needs from different firms."""
    s = p.strength
    late = pl.col("call_date") < p.span[1] - timedelta(days=60)
    seed, rows = p.gather(SHORT & GOODS & late, int(p.rng.integers(3, 9)))
    quotes = bool(p.rng.random() < 0.5)
    first = min(r["call_date"] for r in rows)
    line = 15 * tax_unit(first.year) if quotes else large_purchase(first.year)
    firms = p.market(rows[0], 3)
    p.members |= set(firms)
    days = np.sort(p.rng.integers(0, max(int(60 if twin else 60 - 30 * s), 7), len(rows))).tolist()
    text = rows[0]["lot"]["description"]
    for row, day in zip(rows, days, strict=True):
        close = p.u(0.55, 0.97) if twin else 1 - (s * p.u(0.005, 0.08) + (1 - s) * p.u(0.05, 0.45))
        bids = (
            p.honest(row, p.market(row, 3))
            if twin
            else [(f, 0.99 + j * p.u(0.004, 0.03)) for j, f in enumerate(firms[: 2 + quotes])]
        )
        p.lay(Purchase(row, bids, value=line * close, method="CPRE" if quotes else "AS", call=first + timedelta(days=day), buyer=seed,
                       text=None if twin else text))  # fmt: skip
    p.done("splitting", rows, firms[0], twin=twin)


def tailored(p: Plot, *, twin: bool) -> None:
    """Terms that one firm meets: single bid, short notice, long requirements, again and again; or a true sole source."""
    s = p.strength
    seed, rows = p.gather(SHORT & GOODS, int(p.rng.integers(4, 8)))
    firms = p.market(rows[0], 2)
    p.members |= set(firms)
    for row in rows:
        price = 1.0 if twin else 1 - (1 - s) * p.u(0.0, 0.1)
        alone = twin or p.rng.random() < 0.3 + 0.7 * s
        bids = [(firms[0], price)] if alone else [(f, price + 0.02 * j) for j, f in enumerate(firms)]
        registered = len(bids) + int(p.rng.integers(0, 2))
        if twin:
            p.lay(Purchase(row, bids, method="CD", buyer=seed, registered=1))
            continue
        hurry = int(p.rng.integers(2, 6)) if p.rng.random() < s else None
        long = int((row["criteria_length"] or 1500) * p.u(1.8, 3.0)) if p.rng.random() < s else None
        p.lay(Purchase(row, bids, buyer=seed, registered=registered, bid_days=hurry, criteria=long))
    p.done("tailored tender", rows, firms[0], twin=twin)


def shell(p: Plot, *, twin: bool) -> None:
    """A firm registered days before the call wins far more than its size; the look-alike is new, small and competes."""
    s = p.strength
    seed, rows = p.gather(
        TENDER & pl.col("object").is_in(["goods", "services", "works"]), 1 if twin else int(p.rng.integers(1, 4))
    )
    firm = _newcomer(p, seed)
    p.registered[firm] = rows[0]["call_date"] - timedelta(days=int(p.u(5, 90)))
    for row in rows:
        others = [f for f in p.market(row, 3) if f != firm]
        soles = row["value_pen_cents"] / 100
        if twin:
            price = p.u(0.9, 0.95)
            p.lay(Purchase(row, [(firm, price), *((f, min(price * p.u(1.01, 1.08), 1.1)) for f in others)], buyer=seed))
            continue
        value = soles * (1 + 5 * s * p.u(0.6, 1.0))
        price = 1 - (1 - s) * p.u(0.0, 0.08) - 0.002
        bids = [(firm, price), *((f, price + 0.04) for f in others[: int(p.rng.random() > s)])]
        long = _fitting(row, value)
        # the long procedure takes its time: nothing but the firm is to be out of the ordinary
        term = int(p.rng.integers(34, 46)) if long else None
        p.lay(Purchase(row, bids, value=value, buyer=seed, method=long, bid_days=term))
    p.done("shell supplier", rows, firm, twin=twin)


def _newcomer(p: Plot, seed: Row) -> str:
    """A firm of the region, registered for the object, that wins nothing in the ground: its registration can be moved."""
    kind = {"goods": "BIENES", "services": "SERVICIOS", "works": "OBRA"}[seed["object"]]
    firms = p.tables["suppliers"].filter(
        pl.col("ruc").str.starts_with("20")
        & (region_of(pl.col("department"), pl.col("province")) == seed["region_code"])
    )
    unmet = firms.join(p.firms, on="ruc", how="anti").filter(~pl.col("ruc").is_in(list(p.registered)))
    fitting = unmet.filter(pl.col("category").str.to_uppercase().str.contains(kind))
    names = (fitting if fitting.height else unmet)["ruc"].unique().sort()
    if not len(names):
        raise TooFewError
    return str(names[int(p.rng.integers(len(names)))])


def _fitting(row: Row, value: float) -> str | None:
    """The long procedure where the larger value asks for it."""
    if row["object"] == "works" or row["method"] != "AS":
        return None
    long = "LP" if row["object"] == "goods" else "CP"
    return long if value >= large_purchase(row["call_date"].year) else None


def ballooning(p: Plot, *, twin: bool) -> None:
    """Won below the reference, then additions to the limit and half as long again; or a shock that hits a whole market."""
    s = p.strength
    kind = TENDER & pl.col("object").is_in(["works", "services"])
    seed = p.some(p.mask(kind))
    same = pl.col("object") == seed["object"]
    if twin:
        near = (pl.col("call_date") - seed["call_date"]).abs() < pl.duration(days=45)
        same = same & near & (pl.col("region_code") == seed["region_code"])
    rows = p.choose(p.mask(kind & same), int(p.rng.integers(3, 5)) if twin else int(p.rng.integers(1, 4)))
    for row in rows:
        firms = p.market(row, 3)
        if twin:
            p.lay(Purchase(row, p.honest(row, firms), added=p.u(0.06, 0.14), longer=p.u(0.1, 0.3)))
            continue
        price = p.u(0.9, 0.92) if row["object"] == "works" else p.u(0.85, 0.92)
        bids = [(firms[0], price), *((f, price * p.u(1.02, 1.09)) for f in firms[1:])]
        p.lay(Purchase(row, bids, added=0.05 + s * p.u(0.10, 0.45), longer=0.1 + s * p.u(0.4, 0.7)))
    p.done("ballooning contract", rows, "", twin=twin)


def capture(p: Plot, *, twin: bool) -> None:
    """A supplier's share of a buyer grows from a tenth to four fifths; the look-alike is large from first to last."""
    s = p.strength
    seed, rows = p.gather(TENDER & GOODS, int(p.rng.integers(16, 31)))
    if len(rows) < 12:
        raise TooFewError
    captor = p.market(rows[0], 1)[0]
    p.members.add(captor)
    due, won = p.u(0.0, 0.5), []  # the share is kept evenly, not thrown anew each time: the growth is the sign
    for i, row in enumerate(rows):
        due += 0.45 if twin else 0.1 + 0.7 * s * i / (len(rows) - 1)
        others = [f for f in p.market(row, 4) if f != captor][: int(p.rng.integers(1, 4))]
        takes = due >= 1
        due -= takes
        order = [captor, *others] if takes else [*others, captor]
        price = p.u(0.93, 0.995)
        p.lay(Purchase(row, _rising(p, price, order), buyer=seed))
        won += [row["process_id"]] if takes and 2 * i >= len(rows) else []
    p.done("gradual capture", rows, captor, twin=twin, telling=won)


def _rising(p: Plot, price: float, firms: list[str]) -> list[tuple[str, float]]:
    """Bids of firms, the first at a price and each dearer than the one before."""
    steps = np.cumsum([0.0, *p.rng.gamma(1.1, 0.03, len(firms) - 1)])
    return [(f, price * (1 + float(step))) for f, step in zip(firms, steps, strict=True)]


RATE: Final = 3.8
"""Soles to the dollar, near enough."""


def artefact(p: Plot, *, twin: bool) -> None:
    """Mistakes of data: a process listed twice, soles called dollars, days in the wrong order. The look-alike is in dollars."""
    for kind in ("true dollars",) if twin else ("duplicate", "currency", "swapped days"):
        row = p.choose(p.mask(TENDER), 1)[0]
        firms = p.market(row, 2)
        bids = p.honest(row, firms)
        rows = [row]
        if twin:
            p.lay(Purchase(row, bids, value=row["value_pen_cents"] / 100 / RATE, currency="USD"))
        elif kind == "currency":
            p.lay(Purchase(row, bids, currency="USD"))
        elif kind == "swapped days":
            p.lay(Purchase(row, bids, swapped=True))
        else:
            again = {**row, "process_id": row["process_id"] + "9"}
            rows = [row, again]
            p.lay(Purchase(row, bids))
            p.lay(Purchase(again, bids))
        p.done(f"artefact: {kind}", rows, "", twin=twin)


SCHEMES: Final[dict[str, tuple[Callable[..., None], float]]] = {
    "ring, naive": (partial(ring, evasive=False), 9.0),
    "ring, evasive": (partial(ring, evasive=True), 9.0),
    "splitting": (splitting, 5.5),
    "tailored tender": (tailored, 5.5),
    "shell supplier": (shell, 2.0),
    "ballooning contract": (ballooning, 2.0),
    "gradual capture": (capture, 23.0),
    "artefact": (artefact, 4.0),
}
"""What is planted, and how many processes one instance takes on average."""
TRIES: Final = 8
"""Places in which a scheme is tried before it is given up: a small ground has no room for every one of them."""


def plant(tables: Tables, market: Tables, rng: Generator, strength: float, prevalence: float) -> Plot:
    """Plant every scheme and as many look-alikes; at least one of each.

    Args:
        tables: settled and dressed.
        market: tables whose winners the schemes are made of.
        rng: source of all chance.
        strength: 0 to 1.
        prevalence: share of the processes that belong to a scheme, look-alikes apart.
    """
    p = begin(tables, market, rng, strength)
    total = prevalence * tables["processes"].height
    for scheme, size in SCHEMES.values():
        for _ in range(max(1, round(total / len(SCHEMES) / size))):
            for twin in (False, True):
                _try(p, scheme, twin=twin)
    return p


def _try(p: Plot, scheme: Callable[..., None], *, twin: bool) -> None:
    """Plant one instance; where it began had too little room, begin elsewhere."""
    for _ in range(TRIES):
        before = p.mark()
        try:
            scheme(p, twin=twin)
        except TooFewError:
            p.undo(before)
        else:
            return
