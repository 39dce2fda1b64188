"""Draws of procurement processes: who calls what, how, for how much, who bids and what becomes of it.

A `Draws` holds one array per property, all of one length: a process is a position. It is made in two steps,
`draw` (what can still be changed by a planted scheme) and `settle` (the days that follow from it, and the ids).
"""

from dataclasses import dataclass, field, fields
from datetime import date
from typing import Final

import numpy as np

from procrisk.simulate import constants as c
from procrisk.simulate.market import Bools, Floats, Generator, Ints, Market, market_of

AWARDED, VOID, ANNULLED, CANCELLED, OPEN = range(5)
SOLES, OLD_NAME, DOLLARS, EUROS = range(4)
RATE: Final = (1.0, 1.0, 3.8, 4.1)
"""Soles per unit of the currency."""
FIRST_ID: Final = 9_000_001
"""Process ids count up from here: SEACE's own are far below."""
EPOCH: Final = date(1970, 1, 1)


@dataclass(slots=True)
class Draws:
    """Processes, one array per property. Days are numbers of days since 1970, money is cents of soles."""

    buyer: Ints
    region: Ints
    level: Ints
    family: Ints
    object: Ints
    value: Ints
    method: Ints
    call: Ints
    call_number: Ints
    status: Ints
    ratio: Floats
    """Awarded over reference value."""
    bids: Ints
    registered: Ints
    lots: Ints
    currency: Ints
    cause: Ints
    need: Ints
    """Number that makes descriptions differ; a process and its second call share it."""
    short: Bools
    """The bids are due sooner than they should."""
    long_text: Bools
    """The requirements are spelled out at unusual length."""
    additional: Floats
    """Additional amounts over the contracted amount; -1: as chance will have it."""
    overrun: Floats
    """Extension of time over the contracted time; -1: as chance will have it."""
    planted: Bools
    id: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    number: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    enquiry: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    integration: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    deadline: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    award: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    consent: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    signed: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    days: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    in_ocds: Bools = field(default_factory=lambda: np.zeros(0, np.bool_))
    in_conosce: Bools = field(default_factory=lambda: np.zeros(0, np.bool_))

    def take(self, order: Ints) -> "Draws":
        """The processes at `order`, in that order."""
        return Draws(*(a[order] if len(a := getattr(self, f.name)) else a for f in fields(self)))

    def __len__(self) -> int:
        return len(self.buyer)


def year_of(day: Ints) -> Ints:
    """Calendar year of day numbers."""
    return day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def day_number(iso: str) -> int:
    """Days since 1970 of an ISO date."""
    return (date.fromisoformat(iso) - EPOCH).days


def working(day: Ints, offset: Ints | int) -> Ints:
    """The day `offset` working days later; a day of rest counts as the next working day."""
    moved = np.busday_offset(day.astype("datetime64[D]"), offset, roll="forward", holidays=list(c.HOLIDAYS))
    return moved.astype(np.int64)


def draw(rng: Generator, market: Market, n: int, years: tuple[int, ...]) -> Draws:
    """`n` processes of `years`, second and third calls among them; not yet settled."""
    again = [int(0.08 * n), int(0.01 * n)]
    calls = _first_calls(rng, market, n - sum(again), years)
    rounds = [calls]
    for number, count in enumerate(again, start=2):
        before = rounds[-1]
        # repeated within its year, so that the limits of the first call still hold
        failed = np.flatnonzero((before.status == VOID) & (_year_end(before.call) - before.call > 30))
        chosen = rng.permutation(failed)[:count]
        repeat = before.take(np.resize(chosen, count) if len(chosen) else np.zeros(0, np.int64))
        end = _year_end(repeat.call) - rng.integers(0, 12, len(repeat))
        repeat.call = np.minimum(repeat.call + rng.integers(15, 55, len(repeat)), end)
        repeat.call_number[:] = number
        _outcome(rng, repeat)
        long = np.isin(repeat.method, (c.CODE["LP"], c.CODE["CP"])) & (repeat.call < day_number(c.NEW_LAW))
        # the law of 2014: a failed long procedure is called again as a simplified one
        repeat.method = np.where(long, c.CODE["AS"], repeat.method)
        rounds.append(repeat)
    together = Draws(*(np.concatenate([getattr(r, f.name) for r in rounds]) for f in fields(Draws)))
    missing = n - len(together)
    if missing:  # too few failed calls to repeat: fill with first calls
        extra = _first_calls(rng, market, missing, years)
        together = Draws(*(np.concatenate([getattr(r, f.name) for r in (together, extra)]) for f in fields(Draws)))
    return together


def _year_end(call: Ints) -> Ints:
    next_year = (year_of(call) - 1970 + 1).astype("datetime64[Y]").astype("datetime64[D]")
    end: Ints = next_year.astype(np.int64) - 1
    return end


def _first_calls(rng: Generator, market: Market, n: int, years: tuple[int, ...]) -> Draws:
    cumulative = np.cumsum(market.buyers.weight)
    buyer = np.searchsorted(cumulative, rng.random(n) * cumulative[-1], side="right")
    call = _call_days(rng, n, years)
    weights = np.array([c.OBJECT_SHARES[f.object] * f.weight for f in c.FAMILIES])
    family = rng.choice(len(c.FAMILIES), n, p=weights / weights.sum())
    objects = np.array([f.object for f in c.FAMILIES])[family]
    level = market.buyers.level[buyer]
    value = _values(rng, family, level, year_of(call))
    region = market.buyers.region[buyer]
    draws = Draws(
        buyer=buyer,
        region=region,
        level=level,
        family=family,
        object=objects,
        value=value,
        method=np.zeros(n, np.int64),
        call=call,
        call_number=np.ones(n, np.int64),
        status=np.zeros(n, np.int64),
        ratio=np.ones(n),
        bids=np.ones(n, np.int64),
        registered=np.ones(n, np.int64),
        lots=np.zeros(n, np.int64),
        currency=rng.choice(4, n, p=(0.9815, 0.004, 0.013, 0.0015)),
        cause=rng.choice(len(c.CAUSES), n, p=[share for _, share in c.CAUSES]),
        need=rng.integers(1, 10_000_000, n),
        short=rng.random(n) < 0.01,
        long_text=rng.random(n) < 0.04,
        additional=np.full(n, -1.0),
        overrun=np.full(n, -1.0),
        planted=np.zeros(n, np.bool_),
    )
    _choose_method(rng, draws)
    _outcome(rng, draws)
    several = rng.random(n)
    draws.lots = np.where(several < 0.93, 1, np.where(several < 0.985, 2, rng.integers(3, 12, n)))
    draws.lots[(objects == c.WORKS) | (objects == c.CONSULTANCY)] = 1
    return draws


def _call_days(rng: Generator, n: int, years: tuple[int, ...]) -> Ints:
    year = rng.choice(np.array(years), n)
    month = rng.choice(12, n, p=c.MONTHS)
    start = (year - 1970) * 12 + month
    first = start.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    length = (start + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - first
    day = first + (rng.random(n) * length).astype(np.int64)
    # calls at weekends exist and are few
    weekday = (day + 3) % 7
    return np.where((weekday >= 5) & (rng.random(n) < 0.94), day - (weekday - 4), day)


def _values(rng: Generator, family: Ints, level: Ints, year: Ints) -> Ints:
    median = np.array([f.median for f in c.FAMILIES])[family] * np.array([0.95, 1.05, 1.5])[level]
    spread = np.array([f.spread for f in c.FAMILIES])[family]
    soles = median * np.exp(spread * rng.standard_normal(len(family)))
    least = 8 * np.array([c.tax_unit(y) for y in range(2000, 2041)])[year - 2000]
    soles = np.where(soles < least * 1.01, least * (1.01 + rng.exponential(0.35, len(family))), soles)
    goods = np.isin(family, [i for i, f in enumerate(c.FAMILIES) if f.object in (c.GOODS, c.SERVICES)])
    line = np.array([c.large_purchase(y) for y in range(2000, 2041)])[year - 2000]
    # needs a little above the line of the long procedure are often cut to fit below it
    cut = goods & (soles >= line) & (soles < 1.4 * line) & (rng.random(len(soles)) < 0.42)
    soles = np.where(cut, line * (1 - 0.05 * rng.random(len(soles)) ** 2), soles)
    round_number = rng.random(len(soles)) < 0.35
    soles = np.where(round_number & ~cut, np.round(soles, -2), soles)
    return np.round(soles * 100).astype(np.int64)


def _choose_method(rng: Generator, d: Draws) -> None:
    n, year, soles = len(d), year_of(d.call), d.value / 100
    by_year = np.arange(2000, 2041)
    unit = np.array([c.tax_unit(int(y)) for y in by_year])[year - 2000]
    line = np.array([c.large_purchase(int(y)) for y in by_year])[year - 2000]
    line = np.where(d.object == c.WORKS, np.array([c.large_works(int(y)) for y in by_year])[year - 2000], line)
    new = d.call >= day_number(c.NEW_LAW)
    old = d.call < day_number(c.LAW_30225)
    service = np.isin(d.object, (c.SERVICES, c.CONSULTANCY))
    code = c.CODE
    brief = np.where(new, np.where(service, code["CPA"], code["LPA"]), code["AS"])
    brief = np.where(new & (rng.random(n) < 0.04), code["AS"], brief)
    brief = np.where(
        old, np.where(soles >= 200_000, code["ADP"], np.where(soles >= 40_000, code["ADS"], code["AMC"])), brief
    )
    consult = np.where(d.object == c.CONSULTANCY, code["CPC"], code["CPS"])
    long = np.where(service, np.where(new, consult, code["CP"]), code["LP"])
    method = np.where((soles >= line) & (rng.random(n) > 0.04), long, brief)
    quotes = np.where(new, 100_000, 15 * unit)
    small = (soles <= quotes) & np.isin(d.object, (c.GOODS, c.SERVICES)) & ~old
    method = np.where(small & (rng.random(n) < 0.62), code["CPREC"], method)
    auction = np.array([f.auction for f in c.FAMILIES])[d.family]
    method = np.where((rng.random(n) < auction) & ~old, code["SIE"], method)
    direct = np.where(d.level == c.NATIONAL, 0.34, 0.075 * np.array([r.direct for r in c.REGIONS])[d.region])
    direct = np.where(np.isin(d.object, (c.WORKS, c.CONSULTANCY)), direct * 0.35, direct * 1.15)
    method = np.where(rng.random(n) < direct, code["CD"], method)
    other = rng.random(n)
    method = np.where(other < 0.004, code["RES"], method)
    method = np.where((other > 0.994) & (d.level == c.NATIONAL), code["INT"], method)
    d.method = np.where((other > 0.98) & (d.level == c.LOCAL), code["CONV"], method)


def _outcome(rng: Generator, d: Draws) -> None:
    """Status, bids and price, drawn anew (a second call has its own)."""
    n = len(d)
    fate = rng.choice(4, n, p=(0.835, 0.13, 0.02, 0.015))
    d.status = np.where(competitive(d.method) | (rng.random(n) < 0.3), fate, AWARDED)
    _bidders(rng, d)
    equal = np.array([m.equal for m in c.METHODS])[d.method]
    below = 1 - rng.beta(0.6, 4.0, n)
    over = rng.random(n)
    below = np.where(over < 0.06, 1 + rng.exponential(0.04, n), below)
    auction = np.exp(-0.075 + 0.105 * rng.standard_normal(n))
    banded = np.where(d.object == c.CONSULTANCY, rng.random(n) < 0.62, rng.random(n) < 0.22)
    building = np.where(banded, 0.9, 0.9 + 0.12 * rng.beta(1.2, 2.2, n))
    ratio = np.where(d.method == c.CODE["SIE"], auction, below)
    ratio = np.where(np.isin(d.object, (c.WORKS, c.CONSULTANCY)), building, ratio)
    d.ratio = np.where(rng.random(n) < equal, 1.0, ratio)


def _bidders(rng: Generator, d: Draws) -> None:
    n = len(d)
    crowded = np.isin(d.object, (c.WORKS, c.CONSULTANCY))
    long = np.isin(d.method, [c.CODE[k] for k in ("LP", "CP", "CPS", "CPC")])
    single = np.where(crowded | long, 0.10, 0.24)
    single = np.where(np.isin(d.method, (c.CODE["SIE"], c.CODE["CPREC"])), 0.0, single)
    more = np.where(crowded | (d.method == c.CODE["SIE"]), 0.36, 0.5)
    bids = np.where(rng.random(n) < single, 1, 1 + rng.geometric(more))
    d.bids = np.where(competitive(d.method), np.minimum(bids, 25), 1)
    interested = d.bids + rng.negative_binomial(1, 0.3, n)
    alone = (d.bids == 1) & (rng.random(n) < 0.07)
    d.registered = np.where(alone, 1, np.maximum(interested, 2))
    d.registered = np.where(competitive(d.method), d.registered, 1)


def competitive(method: Ints) -> Bools:
    """Whether more than one supplier may bid."""
    found: Bools = np.array([m.competitive for m in c.METHODS])[method]
    return found


def settle(rng: Generator, d: Draws, first: int, cut: int) -> tuple[Draws, Ints]:
    """Days and ids that follow from what was drawn, in order of call.

    Args:
        rng: source of chance.
        d: what was drawn, and perhaps changed by a scheme.
        first: the first process id.
        cut: day on which the records were compiled; what would come later has not happened.

    Returns:
        the settled processes, and for each position of `d` its new position.
    """
    order = np.lexsort((np.arange(len(d)), d.call))
    place = np.empty(len(d), np.int64)
    place[order] = np.arange(len(d))
    d = d.take(order)
    n = len(d)
    d.id = first + np.arange(n)
    d.number = _numbers(d)
    minimum = np.array([m.days[0] for m in c.METHODS])[d.method]
    median = np.array([m.days[1] for m in c.METHODS])[d.method]
    slack = np.exp(0.75 * rng.standard_normal(n))
    floor = {31: 22, 9: 6, 8: 5, 11: 7, 14: 10, 10: 7}
    notice = np.array([floor.get(m.days[0], 1) for m in c.METHODS])[d.method]
    extra = np.where(rng.random(n) < 0.35, rng.integers(1, 5, n), 0)
    notice = np.where(d.short & competitive(d.method), np.maximum(notice // 2, 1), notice + extra)
    d.deadline = working(d.call, notice)
    wait = np.where(d.short, (notice * 1.4).astype(np.int64), minimum + ((median - minimum) * slack).astype(np.int64))
    direct = ~competitive(d.method)
    d.deadline = np.where(direct, d.call, d.deadline)
    d.award = np.maximum(working(d.call + wait, 0), d.deadline)
    d.award = np.where(direct & (wait == 0), d.call, d.award)
    d.enquiry = working(d.call, np.maximum((notice * 0.45).astype(np.int64), 1))
    d.integration = np.minimum(working(d.enquiry, np.maximum(notice // 5, 1)), d.deadline)
    stands = np.array([m.consent for m in c.METHODS])[d.method]
    d.consent = np.where(d.bids > 1, working(d.award, stands + 1), d.award + rng.integers(0, 2, n))
    d.signed = working(d.consent, (2 + rng.gamma(2.2, 3.2, n)).astype(np.int64))
    length = np.where(d.object == c.WORKS, 60 + rng.gamma(2, 60, n), 10 + rng.gamma(1.2, 110, n))
    d.days = np.ceil(length / 5).astype(np.int64) * 5
    pending = (d.award > cut) | ((d.call > cut - 150) & ~d.planted & (rng.random(n) < 0.15))
    d.status = np.where(pending & (d.status == AWARDED), OPEN, d.status)
    d.lots = np.where(d.planted, 1, d.lots)
    where = rng.random(n)
    d.in_ocds = (where > 0.03) | d.planted
    d.in_conosce = (where < 0.96) | d.planted
    _chance_changes(rng, d)
    return d, place


def _numbers(d: Draws) -> Ints:
    """Number within buyer, year and kind of procedure; a repeated call keeps the number of its first one."""
    key = (d.buyer * 41 + (year_of(d.call) - 2000)) * len(c.METHODS) + d.method
    order = np.lexsort((d.call, key))
    starts = np.concatenate([[True], key[order][1:] != key[order][:-1]])
    running = np.arange(len(d)) - np.maximum.accumulate(np.where(starts, np.arange(len(d)), 0))
    number = np.empty(len(d), np.int64)
    number[order] = running + 1
    first = np.lexsort((d.call_number, d.buyer, d.need))
    same = np.concatenate(
        [[False], (d.need[first][1:] == d.need[first][:-1]) & (d.buyer[first][1:] == d.buyer[first][:-1])]
    )
    head = np.maximum.accumulate(np.where(same, 0, np.arange(len(d))))
    number[first] = number[first][head]
    return number


def _chance_changes(rng: Generator, d: Draws) -> None:
    """Additional amounts and extensions that nobody planted."""
    n = len(d)
    often = np.where(d.object == c.WORKS, 0.16, 0.04)
    some = np.where(rng.random(n) < often, np.minimum(rng.gamma(1.3, 0.06, n), 0.5), 0.0)
    late = np.where(rng.random(n) < often * 1.5, rng.gamma(1.5, 0.25, n), 0.0)
    d.additional = np.where(d.additional < 0, some, d.additional)
    d.overrun = np.where(d.overrun < 0, late, d.overrun)


def process_market(d: Draws) -> Ints:
    """Market of each process: the family in the region of its buyer."""
    return market_of(d.region, d.family)
