"""Who takes part in each process: registered suppliers, bids with their prices, consortia, and who wins which lot."""

from dataclasses import dataclass

import numpy as np

from procrisk.simulate import constants as c
from procrisk.simulate.market import Bools, Floats, Generator, Ints, Market, draw_suppliers, market_of
from procrisk.simulate.processes import AWARDED, RATE, Draws, process_market

FIRST_CONSORTIUM = 8_000_001
FIRST_CONTRACT = 5_000_001

Planted = dict[int, list[tuple[int, float]]]
"""Bids that a scheme lays down: process to (supplier, price over reference value), the winner first."""


@dataclass(frozen=True, slots=True)
class Bids:
    """Bids sorted by process, the winner of each first; `start[i]:start[i + 1]` are those of process i."""

    process: Ints
    supplier: Ints
    ratio: Floats
    consortium: Ints
    """Code of the consortium in whose name the supplier leads the bid; 0: its own name."""
    start: Ints


@dataclass(frozen=True, slots=True)
class Consortia:
    """One row per consortium and member, the leader first."""

    code: Ints
    process: Ints
    member: Ints


@dataclass(frozen=True, slots=True)
class Registered:
    """Suppliers that registered for a process and made no bid, sorted by process."""

    process: Ints
    supplier: Ints
    start: Ints


@dataclass(frozen=True, slots=True)
class Lots:
    """Lots sorted by process and number. Money is cents of the currency of the process."""

    process: Ints
    number: Ints
    value: Ints
    quantity: Ints
    start: Ints


@dataclass(frozen=True, slots=True)
class Lines:
    """What a winner won of a lot, sorted by process, bid and lot."""

    process: Ints
    lot: Ints
    bid: Ints
    """Position in `Bids`."""
    amount: Ints
    start: Ints
    contract: Ints
    """Contract that carries it; one for a process and winner."""


def starts(process: Ints, n: int) -> Ints:
    """Where each process begins in a table sorted by process."""
    return np.concatenate([[0], np.cumsum(np.bincount(process, minlength=n))]).astype(np.int64)


def _far(rng: Generator, region: Ints) -> Ints:
    """Most bidders are local; some come from Lima, a few from anywhere."""
    chance = rng.random(len(region))
    lima = next(i for i, r in enumerate(c.REGIONS) if r.code == "1501")
    anywhere = rng.integers(0, len(c.REGIONS), len(region))
    return np.where(chance < 0.74, region, np.where(chance < 0.91, lima, anywhere))


def _unique(process: Ints, supplier: Ints) -> Bools:
    """Mask of the first time that a supplier is met in a process."""
    order = np.lexsort((np.arange(len(process)), supplier, process))
    p, s = process[order], supplier[order]
    first = np.concatenate([[True], (p[1:] != p[:-1]) | (s[1:] != s[:-1])])
    mask = np.empty(len(process), np.bool_)
    mask[order] = first
    return mask


def draw_bids(rng: Generator, market: Market, d: Draws, planted: Planted) -> tuple[Bids, Consortia]:
    """Bids of every process; those of `planted` processes are taken as they are."""
    n = len(d)
    process = np.repeat(np.arange(n), d.bids)
    rank = np.arange(len(process)) - np.repeat(np.cumsum(d.bids) - d.bids, d.bids)
    supplier = draw_suppliers(rng, market.suppliers, market_of(_far(rng, d.region[process]), d.family[process]))
    # a supplier cannot bid before it is registered: the early ones are someone else's turn
    early = market.suppliers.valid_from[supplier] > d.call[process]
    supplier[early] = draw_suppliers(
        rng, market.suppliers, market_of(d.region[process[early]], d.family[process[early]])
    )
    ratio = _prices(rng, d, process, rank)
    keep = _unique(process, supplier)
    if planted:
        rows = np.array(sorted(planted))
        keep &= ~np.isin(process, rows)
        process = np.concatenate([process[keep], np.repeat(rows, [len(planted[r]) for r in rows.tolist()])])
        flat = [bid for r in rows.tolist() for bid in planted[r]]
        supplier = np.concatenate([supplier[keep], np.array([s for s, _ in flat], dtype=np.int64)])
        ratio = np.concatenate([ratio[keep], np.array([x for _, x in flat])])
        order = np.argsort(process, kind="stable")
        process, supplier, ratio = process[order], supplier[order], ratio[order]
    else:
        process, supplier, ratio = process[keep], supplier[keep], ratio[keep]
    d.bids = np.bincount(process, minlength=n)
    d.registered = np.maximum(d.registered, d.bids)
    laid_down = np.isin(process, np.array(sorted(planted), dtype=np.int64))
    consortium, consortia = _consortia(rng, market, d, process, supplier, laid_down)
    return Bids(process, supplier, ratio, consortium, starts(process, n)), consortia


def _prices(rng: Generator, d: Draws, process: Ints, rank: Ints) -> Floats:
    """Price of each bid over the reference value; now and then the winner is not the cheapest."""
    best = d.ratio[process]
    above = rng.gamma(1.1, 0.06, len(process))
    dearer = best * np.where(rng.random(len(process)) < 0.1, 1 - above / 3, 1 + above)
    building = np.isin(d.object[process], (c.WORKS, c.CONSULTANCY))
    at_floor = building & (rng.random(len(process)) < np.where(d.object[process] == c.CONSULTANCY, 0.68, 0.16))
    dearer = np.where(building, np.clip(dearer, 0.9, 1.1), dearer)
    return np.where(rank == 0, best, np.where(at_floor, 0.9, dearer))


def _consortia(
    rng: Generator, market: Market, d: Draws, process: Ints, supplier: Ints, laid_down: Bools
) -> tuple[Ints, Consortia]:
    share = np.array([0.05, 0.07, 0.5, 0.35])[d.object[process]]
    share = np.where(d.value[process] > 50_000_000, share * 1.3, share * 0.8)
    joint = (rng.random(len(process)) < share) & ~laid_down & ~market.suppliers.foreign[supplier]
    lead = np.flatnonzero(joint)
    code = FIRST_CONSORTIUM + np.arange(len(lead))
    consortium = np.zeros(len(process), np.int64)
    consortium[lead] = code
    size = 2 + (rng.random(len(lead)) < 0.06) + (rng.random(len(lead)) < 0.008)
    at = np.repeat(np.arange(len(lead)), size)
    first = np.concatenate([[True], at[1:] != at[:-1]]) if len(at) else np.zeros(0, np.bool_)
    members = draw_suppliers(rng, market.suppliers, process_market(d)[process[lead[at]]])
    members = np.where(first, supplier[lead[at]], members)
    keep = _unique(at, members)
    return consortium, Consortia(code[at][keep], process[lead[at]][keep], members[keep])


def draw_registered(rng: Generator, market: Market, d: Draws, bids: Bids) -> Registered:
    """Those who took the bidding terms and did not bid."""
    n = len(d)
    idle = d.registered - d.bids
    process = np.repeat(np.arange(n), idle)
    supplier = draw_suppliers(rng, market.suppliers, market_of(_far(rng, d.region[process]), d.family[process]))
    both = _unique(np.concatenate([bids.process, process]), np.concatenate([bids.supplier, supplier]))
    keep = both[len(bids.process) :]
    process, supplier = process[keep], supplier[keep]
    d.registered = d.bids + np.bincount(process, minlength=n)
    return Registered(process, supplier, starts(process, n))


def draw_lots(rng: Generator, d: Draws) -> Lots:
    """Lots whose values add up to the reference value of the process."""
    n = len(d)
    total = np.round(d.value / np.array(RATE)[d.currency]).astype(np.int64)
    process = np.repeat(np.arange(n), d.lots)
    start = starts(process, n)
    number = np.arange(len(process)) - start[process] + 1
    share = 0.2 + rng.random(len(process))
    share /= np.add.reduceat(share, start[:-1])[process]
    value = np.maximum((share * total[process]).astype(np.int64), 1)
    value[start[:-1]] += total - np.add.reduceat(value, start[:-1])
    goods = d.object[process] == c.GOODS
    quantity = np.where(goods, np.maximum(value / 100 / np.exp(3 + 1.2 * rng.standard_normal(len(process))), 1), 1)
    return Lots(process, number, value, quantity.astype(np.int64), start)


def draw_lines(rng: Generator, d: Draws, bids: Bids, lots: Lots) -> Lines:
    """Awarded lines of the awarded processes: most to the winner, some lots to the second, a few shared."""
    awarded = (d.status == AWARDED)[lots.process]
    lot = np.flatnonzero(awarded)
    process = lots.process[lot]
    two = d.bids[process] > 1
    second = two & (lots.number[lot] > 1) & (rng.random(len(lot)) < 0.4)
    bid = bids.start[process] + second
    amount = np.round(lots.value[lot] * bids.ratio[bid]).astype(np.int64)
    shared = two & ~second & ~d.planted[process] & (rng.random(len(lot)) < 0.012)
    half = amount[shared] // 3
    amount[shared] -= half
    process = np.concatenate([process, process[shared]])
    bid = np.concatenate([bid, bids.start[process[-len(half) :]] + 1 if len(half) else half])
    lot = np.concatenate([lot, lot[shared]])
    amount = np.concatenate([amount, half])
    order = np.lexsort((lot, bid, process))
    process, bid, lot, amount = process[order], bid[order], lot[order], np.maximum(amount[order], 1)
    new = np.concatenate([[True], bid[1:] != bid[:-1]]) if len(bid) else np.zeros(0, np.bool_)
    return Lines(process, lot, bid, amount, starts(process, len(d)), FIRST_CONTRACT + np.cumsum(new) - 1)
