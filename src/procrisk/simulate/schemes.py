"""Schemes planted among the drawn processes, each beside a clean look-alike, with the truth about both.

The shapes follow the literature on injected schemes: a ring that rotates and covers, a need cut into pieces, terms made
to measure, a firm born yesterday, a contract that grows, a buyer that is captured month by month, and mistakes of data
that are no risk at all. `strength` moves each of them from barely different to plain.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from procrisk.simulate import constants as c
from procrisk.simulate.bids import Planted
from procrisk.simulate.market import Bools, Generator, Ints, Market, draw_suppliers, market_of
from procrisk.simulate.processes import AWARDED, DOLLARS, RATE, SOLES, Draws, competitive, day_number, year_of

TEXTS: Final = 4096
"""Distinct texts of a need: two needs that are equal modulo this are described alike."""
QUIET_DAYS: Final = 130
"""Schemes end this long before the last call, so that they have been awarded when the records are compiled."""


class _TooFewError(Exception):
    """No process is left to plant a scheme in: the simulation is small."""


@dataclass(slots=True)
class Instance:
    """One planted scheme, or one clean look-alike of it (`twin`). `rows` are positions of processes."""

    scheme: str
    variant: str
    twin: bool
    strength: float
    rows: list[int]
    suppliers: list[int]
    order_day: int = 0
    orders: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Plot:
    """What the planting functions share."""

    rng: Generator
    market: Market
    d: Draws
    strength: float
    bids: Planted = field(default_factory=dict)
    instances: list[Instance] = field(default_factory=list)
    artefacts: dict[int, str] = field(default_factory=dict)

    def u(self, low: float, high: float) -> float:
        """A number between two."""
        return float(self.rng.uniform(low, high))

    def free(self) -> Bools:
        """Awarded first calls that no scheme uses, early enough to have an award."""
        d = self.d
        found: Bools = ~d.planted & (d.status == AWARDED) & (d.call_number == 1)
        found &= d.call < d.call.max() - QUIET_DAYS
        return found

    def choose(self, mask: Bools, k: int) -> list[int]:
        """`k` positions of a mask (fewer when there are fewer), in order of call; they are taken from then on."""
        found = np.flatnonzero(mask)
        if len(found) == 0:
            raise _TooFewError
        rows = self.rng.choice(found, min(k, len(found)), replace=False)
        rows = rows[np.lexsort((rows, self.d.call[rows]))]
        self.d.planted[rows] = True
        self.d.currency[rows] = SOLES
        self.d.short[rows] = False
        self.d.long_text[rows] = False
        return [int(r) for r in rows]

    def gather(self, buyer: int, mask: Bools, k: int) -> list[int]:
        """`k` processes of one buyer: its own, then others of its region that are made its own."""
        d = self.d
        mine = mask & (d.buyer == buyer)
        rows = self.choose(mine, k)
        mask = mask & ~d.planted
        if len(rows) < k and mask.any():
            region = int(self.market.buyers.region[buyer])
            near = mask & (d.region == region)
            rows += self.choose(near if near.sum() >= k else mask, k - len(rows))
            d.buyer[rows], d.region[rows] = buyer, region
            d.level[rows] = self.market.buyers.level[buyer]
        return sorted(rows, key=lambda r: (int(d.call[r]), r))

    def by_one_buyer(self, mask: Bools, k: int) -> list[int]:
        """`k` processes of one buyer and one object; large buyers come up more often."""
        seed = self.some(mask)
        return self.gather(int(self.d.buyer[seed]), mask & (self.d.object == self.d.object[seed]), k)

    def grow(self, row: int, times: float) -> None:
        """Make a need larger, and its procedure the long one where it has to be."""
        d = self.d
        d.value[row] = int(d.value[row] * times)
        year = int(year_of(d.call[[row]])[0])
        line = c.large_works(year) if d.object[row] == c.WORKS else c.large_purchase(year)
        if d.value[row] / 100 >= line and d.method[row] != c.CODE["SIE"]:
            new = d.call[row] >= day_number(c.NEW_LAW)
            long = "LP" if d.object[row] in {c.GOODS, c.WORKS} else "CPS" if new else "CP"
            d.method[row] = c.CODE[long]

    def some(self, mask: Bools) -> int:
        """A position of a mask."""
        found = np.flatnonzero(mask)
        if len(found) == 0:
            raise _TooFewError
        return int(self.rng.choice(found))

    def firms(self, row: int, k: int) -> list[int]:
        """`k` different suppliers of the market of a process, registered before its call."""
        d = self.d
        market = market_of(d.region[[row] * (8 * k)], d.family[[row] * (8 * k)])
        drawn = draw_suppliers(self.rng, self.market.suppliers, market)
        ready = self.market.suppliers.valid_from[drawn] < d.call[row] - 100
        return list(dict.fromkeys(drawn[ready].tolist() or drawn.tolist()))[:k]

    def honest(self, row: int, firms: list[int]) -> None:
        """Bids of firms that compete: each its own price, the cheapest wins."""
        building = bool(self.d.object[row] >= c.WORKS)
        price = 0.97 - self.rng.gamma(1.2, 0.04, len(firms))
        price = np.maximum(price, 0.9 if building else 0.5)
        cheapest = np.argsort(price, kind="stable")
        self.lay(row, [(firms[i], float(price[i])) for i in cheapest.tolist()])

    def lay(self, row: int, bids: list[tuple[int, float]]) -> None:
        """Lay down the bids of a process, the winner first."""
        self.bids[row] = bids
        self.d.bids[row] = len(bids)
        self.d.ratio[row] = bids[0][1]

    def done(self, scheme: str, rows: list[int], suppliers: list[int], *, twin: bool, variant: str = "") -> Instance:
        """Write an instance into the truth."""
        made = Instance(scheme, variant, twin, 0.0 if twin else self.strength, rows, suppliers)
        self.instances.append(made)
        return made


def ring(p: Plot, twin: bool, evasive: bool) -> None:
    """Three to six firms that take turns and cover each other; the look-alike meets as often and competes."""
    d, s = p.d, p.strength
    objects = (c.GOODS, c.SERVICES) if evasive else (c.WORKS,)
    mask = p.free() & competitive(d.method) & np.isin(d.object, objects)
    seed = p.some(mask)
    mask &= (d.region == d.region[seed]) & (d.object == d.object[seed])
    rows = p.choose(mask, int(p.rng.integers(6, 13)))
    d.family[rows] = d.family[rows[0]]
    firms = p.firms(rows[0], int(p.rng.integers(3, 7)))
    for turn, row in enumerate(rows):
        present = [f for f in firms if not evasive or p.rng.random() < 0.7] or firms[:1]
        if twin:
            p.honest(row, present if len(present) > 1 else firms[:2])
            continue
        winner = firms[turn % len(firms)] if p.rng.random() < s else firms[int(p.rng.integers(len(firms)))]
        price = s * p.u(0.95, 0.99) + (1 - s) * min(float(d.ratio[row]), 0.99)
        cover = (0.02, 0.35) if evasive else (0.02, 0.10)
        others = [f for f in present if f != winner]
        if evasive:
            others += [f for f in p.firms(row, 2) if f not in firms][: int(p.rng.integers(0, 3))]
        spread = [s * p.u(*cover) + (1 - s) * p.u(0.005, 0.3) for _ in others]
        top = 1.1 if d.object[row] >= c.WORKS else 2.0
        p.lay(row, [(winner, price), *((f, min(price * (1 + x), top)) for f, x in zip(others, spread, strict=True))])
    p.done("ring", rows, firms, twin=twin, variant="evasive" if evasive else "naive")


def splitting(p: Plot, twin: bool) -> None:
    """One need cut in three to eight purchases, each small enough; the look-alike buys different needs from different firms."""
    d, s = p.d, p.strength
    goods = np.isin(d.object, (c.GOODS, c.SERVICES)) & competitive(d.method)
    mask = p.free() & goods & (d.call < d.call.max() - QUIET_DAYS - 60)
    rows = p.by_one_buyer(mask, int(p.rng.integers(3, 9)))
    first = rows[0]
    quotes = bool(p.rng.random() < 0.5)
    window = 60 if twin else 60 - 30 * s
    d.call[rows] = d.call[first] + np.sort(p.rng.integers(0, max(int(window), 7), len(rows)))
    d.family[rows] = d.family[first]
    year = int(year_of(d.call[[first]])[0])
    line = 15 * c.tax_unit(year) if quotes else c.large_purchase(year)
    small, brief = c.CODE["CPREC"], c.CODE["AS"]
    new = c.CODE["LPA" if d.object[first] == c.GOODS else "CPA"]
    d.method[rows] = small if quotes else np.where(d.call[rows] >= day_number(c.NEW_LAW), new, brief)
    firms = p.firms(first, 3)
    need = int(d.need[first])
    for i, row in enumerate(rows):
        close = p.u(0.55, 0.97) if twin else 1 - (s * p.u(0.005, 0.08) + (1 - s) * p.u(0.05, 0.45))
        d.value[row] = int(line * 100 * close)
        if twin:
            p.honest(row, p.firms(row, 3))
        else:
            d.need[row] = need + i * TEXTS
            p.lay(row, [(f, 0.99 + 0.01 * j) for j, f in enumerate(firms[: 2 + quotes])])
    made = p.done("splitting", rows, firms[:1], twin=twin, variant="price comparison" if quotes else "simplified award")
    made.order_day = int(d.call[first])


def tailored(p: Plot, twin: bool) -> None:
    """Terms that one firm meets: single bid, short notice, long requirements, again and again; or a true sole source."""
    d, s = p.d, p.strength
    brief = np.isin(d.method, [c.CODE[k] for k in ("AS", "LPA", "CPA", "ADS", "ADP")])
    mask = p.free() & brief & np.isin(d.object, (c.GOODS, c.SERVICES))
    rows = p.by_one_buyer(mask, int(p.rng.integers(4, 8)))
    d.family[rows] = d.family[rows[0]]
    firms = p.firms(rows[0], 2)
    for row in rows:
        alone = twin or p.rng.random() < 0.3 + 0.7 * s
        price = 1.0 if twin else 1 - (1 - s) * p.u(0.0, 0.1)
        p.lay(row, [(firms[0], price)] if alone else [(f, price + 0.02 * j) for j, f in enumerate(firms)])
        d.registered[row] = d.bids[row] + int(p.rng.integers(0, 2))
        if twin:
            d.method[row], d.cause[row], d.registered[row] = c.CODE["CD"], 0, 1
        else:
            d.short[row], d.long_text[row] = p.rng.random() < s, p.rng.random() < s
    p.done("tailored", rows, firms[:1], twin=twin)


def shell(p: Plot, twin: bool) -> None:
    """A firm registered days before the call wins far more than its size; the look-alike is new, small and competes."""
    d, s = p.d, p.strength
    mask = p.free() & competitive(d.method) & (d.object != c.CONSULTANCY) & (d.method != c.CODE["CPREC"])
    mask &= d.call > np.quantile(d.call, 0.3)
    rows = p.by_one_buyer(mask, 1 if twin else int(p.rng.integers(1, 4)))
    pool = p.market.suppliers
    new = np.flatnonzero((pool.region == d.region[rows[0]]) & ~pool.natural & ~pool.foreign)
    firm = int(p.rng.choice(new))
    used = {f for i in p.instances for f in i.suppliers}
    firm = next(int(f) for f in np.roll(new, -int(np.searchsorted(new, firm))) if int(f) not in used)
    pool.valid_from[firm] = int(d.call[rows[0]]) - int(p.u(5, 90))
    for row in rows:
        others = [f for f in p.firms(row, 3) if f != firm]
        if twin:
            price = p.u(0.9, 0.95)
            p.lay(row, [(firm, price), *((f, price * p.u(1.01, 1.08)) for f in others)])
        else:
            p.grow(row, 1 + 5 * s * p.u(0.6, 1.0))
            price = 1 - (1 - s) * p.u(0.0, 0.08) - 0.002
            p.lay(row, [(firm, price), *((f, price + 0.04) for f in others[: int(p.rng.random() > s)])])
    p.done("shell", rows, [firm], twin=twin)


def ballooning(p: Plot, twin: bool) -> None:
    """Won below the reference, then additions to the limit and half as long again; or a shock that hits a whole market."""
    d, s = p.d, p.strength
    mask = p.free() & competitive(d.method) & np.isin(d.object, (c.WORKS, c.SERVICES))
    seed = p.some(mask)
    mask &= d.object == d.object[seed]
    if twin:
        mask &= (np.abs(d.call - d.call[seed]) < 45) & (d.region == d.region[seed])
    rows = p.choose(mask, int(p.rng.integers(3, 5)) if twin else int(p.rng.integers(1, 4)))
    if twin:
        d.family[rows] = d.family[rows[0]]
    winners = []
    for row in rows:
        firms = p.firms(row, 3)
        price = p.u(0.9, 0.92) if d.object[row] == c.WORKS else p.u(0.85, 0.92)
        if twin:
            p.honest(row, firms)
            d.additional[row], d.overrun[row] = p.u(0.06, 0.14), p.u(0.1, 0.3)
        else:
            p.lay(row, [(firms[0], price), *((f, price * p.u(1.02, 1.09)) for f in firms[1:])])
            d.additional[row], d.overrun[row] = 0.05 + s * p.u(0.10, 0.45), 0.1 + s * p.u(0.4, 0.7)
        winners.append(firms[0] if not twin else p.bids[row][0][0])
    p.done("ballooning", rows, winners, twin=twin)


def capture(p: Plot, twin: bool) -> None:
    """A supplier's share of a buyer grows from a tenth to four fifths; the look-alike is large from first to last."""
    d, s = p.d, p.strength
    mask = p.free() & competitive(d.method) & np.isin(d.object, (c.GOODS, c.SERVICES))
    rows = p.by_one_buyer(mask, int(p.rng.integers(16, 31)))
    captor = p.firms(rows[0], 1)[0]
    due = p.u(0.0, 0.5)  # the share is kept evenly, not thrown anew each time: the growth is the sign
    for i, row in enumerate(rows):
        share = 0.45 if twin else 0.1 + 0.7 * s * i / max(len(rows) - 1, 1)
        others = [f for f in p.firms(row, 4) if f != captor][: int(p.rng.integers(1, 4))]
        price = p.u(0.93, 0.995)
        due += share
        order = [captor, *others] if due >= 1 or not others else [*others, captor]
        due -= due >= 1
        p.lay(row, [(f, price * (1 + 0.02 * j)) for j, f in enumerate(order)])
    p.done("capture", rows, [captor], twin=twin)


def artefact(p: Plot, twin: bool) -> None:
    """Mistakes of data: a line twice, soles called dollars, dates in the wrong order. The look-alike is truly in dollars."""
    d = p.d
    kinds = ("duplicate_ocid", "wrong_currency", "swapped_dates")
    rows = p.choose(p.free() & competitive(d.method), 1 if twin else 3)
    for kind, row in zip(kinds, rows, strict=False):
        if twin or kind == "wrong_currency":
            d.currency[row] = DOLLARS
        if not twin:
            p.artefacts[row] = kind
            if kind == "wrong_currency":
                d.value[row] = int(d.value[row] * RATE[DOLLARS])
        p.done("artefact", [row], [], twin=twin, variant="true_dollars" if twin else kind)


PLANS: Final[tuple[tuple[Callable[[Plot, bool], None], float], ...]] = (
    (lambda p, twin: ring(p, twin, evasive=False), 9.0),
    (lambda p, twin: ring(p, twin, evasive=True), 9.0),
    (splitting, 5.5),
    (tailored, 5.5),
    (shell, 2.0),
    (ballooning, 2.0),
    (capture, 23.0),
    (artefact, 3.0),
)
"""What is planted, and how many processes one instance takes on average."""


def plant(rng: Generator, market: Market, d: Draws, *, strength: float, rate: float) -> Plot:
    """Plant every scheme and its look-alikes; `rate` is the share of all processes that belong to a scheme.

    At least one instance of each is planted, so that small simulations have a higher share than `rate`; one of a few
    hundred processes may have no room for all of them.
    """
    plot = Plot(rng, market, d, strength)
    if rate <= 0:
        return plot
    for scheme, size in PLANS:
        count = max(1, round(rate * len(d) / len(PLANS) / size))
        for _ in range(count):
            for twin in (False, True):
                with suppress(_TooFewError):
                    scheme(plot, twin)
    return plot


def moved(plot: Plot, place: Ints) -> None:
    """Carry the plot over to the positions that settling gave the processes."""
    plot.bids = {int(place[row]): bids for row, bids in plot.bids.items()}
    plot.artefacts = {int(place[row]): kind for row, kind in plot.artefacts.items()}
    for instance in plot.instances:
        instance.rows = sorted(int(place[row]) for row in instance.rows)
