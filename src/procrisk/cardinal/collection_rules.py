"""The rules that judge by the whole collection: outliers among processes or organisations.

Each folds one process after another into small sums and judges at the end.
"""

import math
from collections import defaultdict

from procrisk.cardinal.process import BUYER, ENTITY, OCID, TENDERER, Currency, Found, Prices, Process, ids, sole_id
from procrisk.cardinal.quartiles import lower_fence, quantile, quartiles, upper_fence
from procrisk.cardinal.settings import Settings


class Shares:
    """Of each organisation, how many it had and how many of them were hits."""

    __slots__ = ("hits", "total")

    def __init__(self) -> None:
        """Begin at nothing."""
        self.total: defaultdict[str, int] = defaultdict(int)
        self.hits: defaultdict[str, int] = defaultdict(int)

    def of(self, minimum: int = 0) -> dict[str, float]:
        """The share of hits of each organisation that had at least so many."""
        hits = self.hits.get
        return {key: hits(key, 0) / n for key, n in self.total.items() if n >= minimum}


class SecondLowestBid:
    """R024 and R058: how far the second-lowest valid bid lies above the winning one, as a share of the winning one.

    R024 marks low outliers (the price was close to the winning bid), R058 high ones (a heavily discounted bid).
    """

    def __init__(self, settings: Settings, found: Found, currency: Currency) -> None:
        """Read the thresholds; without them the fences are computed."""
        self._found = found
        self._settings, self._prices, self._currency = settings, Prices(settings), currency
        self._ratios: dict[str, tuple[float, str, str]] = {}
        self._known: dict[str, str] = {}

    def fold(self, process: Process) -> None:
        """Take a process with one winner, whose lowest valid bid is the lowest of all."""
        supplier = process.sole_supplier
        if supplier is None or not self._prices.decide(process.tender):
            return
        winning = second = None
        for bid in process.bids:
            if bid.status != "valid" or (value := bid.value) is None:
                continue
            key = sole_id(bid.tenderers)
            if key is None or value.amount is None or value.currency is None:
                continue
            if not self._currency.is_main(value.currency):
                continue
            if key == supplier:
                winning = value.amount if winning is None or value.amount < winning else winning
            elif second is None or value.amount < second[0]:
                second = (value.amount, key)
        if winning is not None and second is not None and second[0] >= winning:
            once = self._known.setdefault  # one copy of each id
            ratio = _ratio(second[0] - winning, winning)
            self._ratios[process.ocid] = (ratio, once(supplier, supplier), once(second[1], second[1]))

    def finish(self) -> None:
        """Judge every process that was taken."""
        if self._settings.enabled("R024"):
            self._close()
        if self._settings.enabled("R058"):
            self._discounted()

    def _close(self) -> None:
        fence = self._settings.get("R024", "threshold")
        if fence is None:
            q1, q3 = quartiles(r for r, _, _ in self._ratios.values())
            fence = lower_fence(q1, q3)
            self._found.tell("R024", q1=q1, q3=q3)
        self._found.tell("R024", lower_fence=fence)
        if fence > 0:  # a fence of 0 would mark every process without a difference
            for ocid, (ratio, winner, loser) in self._ratios.items():
                if ratio <= fence:
                    self._found.flag(OCID, ocid, "R024", ratio)
                    for key in (winner, loser):
                        self._found.flag(TENDERER, key, "R024", 0.0)
                        self._found.map("ocid_tenderer_r024", ocid, key)

    def _discounted(self) -> None:
        fence = self._settings.get("R058", "threshold")
        if fence is None:
            q1, q3 = quartiles(r for r, _, _ in self._ratios.values())
            fence = upper_fence(q1, q3)
            self._found.tell("R058", q1=q1, q3=q3)
        self._found.tell("R058", upper_fence=fence)
        if fence > 0:
            for ocid, (ratio, winner, _) in self._ratios.items():
                if ratio >= fence:
                    self._found.flag(OCID, ocid, "R058", ratio)
                    self._found.flag(TENDERER, winner, "R058", 0.0)
                    self._found.map("ocid_tenderer_r058", ocid, winner)


def _ratio(difference: float, base: float) -> float:
    if base:
        return difference / base
    return math.copysign(math.inf, base) * difference if difference else math.nan


class UnsuccessfulBids:
    """R025: a tenderer with many valid bids wins few of them."""

    def __init__(self, settings: Settings, found: Found) -> None:
        """Read the percentile of many, 75, and the threshold of few; without one the fence is computed."""
        self._found = found
        percentile = settings.get("R025", "percentile")
        self._tau = (75 if percentile is None else percentile) / 100
        self._threshold: float | None = settings.get("R025", "threshold")
        self._bids = Shares()

    def fold(self, process: Process) -> None:
        """Count each tenderer once in a process with one winner."""
        supplier = process.sole_supplier
        if supplier is None:
            return
        tenderers = {sole_id(b.tenderers) for b in process.bids if b.status == "valid"}
        for key in tenderers:
            if key is not None:
                self._bids.total[key] += 1
        if supplier in tenderers:
            self._bids.hits[supplier] += 1

    def finish(self) -> None:
        """Judge every tenderer."""
        ratios = self._bids.of()
        many = quantile(sorted(map(float, self._bids.total.values())), self._tau)
        fence = self._threshold
        if fence is None:
            q1, q3 = quartiles(ratios.values())
            fence = lower_fence(q1, q3)
            self._found.tell("R025", q1=q1, q3=q3)
        self._found.tell("R025", upper_fence=many, lower_fence=fence)
        if fence > 0:
            for key, ratio in ratios.items():
                if self._bids.total[key] >= many and ratio <= fence:
                    self._found.flag(TENDERER, key, "R025", ratio)


class DisqualifiedBids:
    """R038: an unusual share of the bids of a buyer, a procuring entity or a tenderer is disqualified."""

    def __init__(self, settings: Settings, found: Found) -> None:
        """Read the threshold and how many submitted bids there must be, 2.

        Cardinal holds `minimum_contracting_processes` too against submitted bids, and so does this.
        """
        self._found = found
        self._threshold: float | None = settings.get("R038", "threshold")
        bids, processes = (
            settings.get("R038", name) for name in ("minimum_submitted_bids", "minimum_contracting_processes")
        )
        processes = 2 if processes is None else processes
        self._minimum = {BUYER: processes, ENTITY: processes, TENDERER: 2 if bids is None else bids}
        self._bids = {group: Shares() for group in self._minimum}

    def fold(self, process: Process) -> None:
        """Count the bids of a process."""
        submitted = len(process.submitted)
        if not submitted:
            return
        disqualified = 0
        total, hits = self._bids[TENDERER].total, self._bids[TENDERER].hits
        for bid in process.submitted:
            out = bid.status == "disqualified"
            disqualified += out
            for reference in bid.tenderers or ():
                if reference.id is not None:
                    total[reference.id] += 1
                    if out:
                        hits[reference.id] += 1
        for group, name, who in (
            (BUYER, "ocid_buyer_r038", process.release.buyer),
            (ENTITY, "ocid_procuringentity_r038", process.tender.procuring_entity),
        ):
            if who is not None and who.id is not None:
                self._bids[group].total[who.id] += submitted
                if disqualified:
                    self._bids[group].hits[who.id] += disqualified
                    self._found.maps[name][process.ocid] = {who.id}

    def finish(self) -> None:
        """Judge every organisation with enough bids."""
        for group, bids in self._bids.items():
            ratios = bids.of(self._minimum[group])
            if not ratios:
                continue
            fence = self._threshold
            if fence is None:
                q1, q3 = quartiles(ratios.values())
                fence = upper_fence(q1, q3)
                self._found.tell("R038", **{f"{group}_q1": q1, f"{group}_q3": q3})
            self._found.tell("R038", **{f"{group}_upper_fence": fence})
            if fence > 0:
                for key, ratio in ratios.items():
                    if ratio >= fence:
                        self._found.flag(group, key, "R038", ratio)


class HeterogeneousSupplier:
    """R048: a supplier is awarded unusually many kinds of items, by the first digits of their classification."""

    def __init__(self, settings: Settings, found: Found) -> None:
        """Read the digits, 2, the threshold, and in how many processes the supplier must be seen, 20."""
        self._found = found
        digits, self._threshold, minimum = (
            settings.get("R048", name) for name in ("digits", "threshold", "minimum_contracting_processes")
        )
        self._digits: int = 2 if digits is None else digits
        self._minimum: int = 20 if minimum is None else minimum
        self._seen: dict[str, tuple[list[int], set[str]]] = {}

    def fold(self, process: Process) -> None:
        """Take the items of the active awards with one supplier."""
        here: set[str] = set()
        for award in process.active:
            if not award.items or (key := sole_id(award.suppliers)) is None:
                continue
            kinds = {
                i.classification.id[: self._digits]
                for i in award.items
                if i.classification is not None and i.classification.id is not None
            }
            if kinds:
                count, known = self._seen.setdefault(key, ([0], set()))
                known |= kinds
                count[0] += key not in here
                here.add(key)

    def finish(self) -> None:
        """Judge every supplier seen in enough processes."""
        kinds = {key: float(len(known)) for key, ((n,), known) in self._seen.items() if n >= self._minimum}
        fence = self._threshold
        if fence is None:
            q1, q3 = quartiles(kinds.values())
            fence = upper_fence(q1, q3)
            self._found.tell("R048", q1=q1, q3=q3)
        self._found.tell("R048", upper_fence=float(fence))
        for key, n in kinds.items():
            if n >= fence:
                self._found.flag(TENDERER, key, "R048", n)


class Tenderers:
    """The map of who submitted bids in which process, for the rules on organisations."""

    def __init__(self, found: Found) -> None:
        """Say where to note them."""
        self._found = found

    def fold(self, process: Process) -> None:
        """Note the tenderers of a process."""
        for bid in process.submitted:
            for key in ids(bid.tenderers):
                self._found.map("ocid_tenderer", process.ocid, key)
