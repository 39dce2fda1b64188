"""The rules that judge each contracting process by itself."""

from procrisk.cardinal.dates import whole_days
from procrisk.cardinal.process import OCID, TENDERER, Currency, Found, Prices, Process, ids
from procrisk.cardinal.settings import Settings, pipes


class ShortPeriod:
    """R003: fewer whole days between the start and the end of the tender period than the threshold."""

    def __init__(self, settings: Settings, found: Found) -> None:
        """Read the thresholds; 15 days where nothing is set."""
        self._found = found
        threshold = settings.get("R003", "threshold")
        self._threshold: int = 15 if threshold is None else threshold
        self._methods: frozenset[str] = settings.get("R003", "procurement_methods") or frozenset()
        self._by_details: dict[str, int] = settings.all("R003.procurement_method_details")

    def fold(self, process: Process) -> None:
        """Judge a process."""
        tender = process.tender
        period = tender.tender_period
        if period is None or period.start_date is None or period.end_date is None:
            return
        if self._methods and tender.procurement_method not in self._methods:
            return
        days = whole_days(period.start_date, period.end_date)
        if days is not None and days < self._least(tender.procurement_method_details):
            self._found.flag(OCID, process.ocid, "R003", 1.0)

    def _least(self, details: str | None) -> int:
        return self._threshold if details is None else self._by_details.get(details, self._threshold)


class SingleBid:
    """R018: one tenderer, in an open or selective procedure."""

    def __init__(self, settings: Settings, found: Found) -> None:
        """Read the methods."""
        self._found = found
        methods = settings.get("R018", "procurement_methods")
        self._methods: frozenset[str] = pipes("open|selective") if methods is None else methods

    def fold(self, process: Process) -> None:
        """Judge a process."""
        n, method = process.tender.number_of_tenderers, process.tender.procurement_method
        if isinstance(n, int) and n == 1 and (not self._methods or method in self._methods):
            self._found.flag(OCID, process.ocid, "R018", 1.0)


class IdenticalPrices:
    """R028: different tenderers submit bids of the same price."""

    def __init__(self, settings: Settings, found: Found) -> None:
        """Read where prices are compared."""
        self._found = found
        self._prices = Prices(settings)

    def fold(self, process: Process) -> None:
        """Judge a process."""
        if len(process.submitted) < 2 or not self._prices.decide(process.tender):
            return
        priced = [
            ((v.amount, v.currency), b)
            for b in process.submitted
            if (v := b.value) is not None and v.amount is not None and v.currency is not None
        ]
        if len({price for price, _ in priced}) == len(priced):
            return
        last: dict[tuple[float, str], set[str]] = {}
        for price, bid in priced:
            tenderers = set(ids(bid.tenderers))
            if not tenderers:
                continue
            other = last.get(price)
            if other is not None and other != tenderers:
                self._found.flag(OCID, process.ocid, "R028", 1.0)
                for key in tenderers | other:
                    self._found.flag(TENDERER, key, "R028", 1.0)
                    self._found.map("ocid_tenderer_r028", process.ocid, key)
            last[price] = tenderers


class LateBidWon:
    """R030: a valid bid of a supplier of an active award is dated after the end of the tender period."""

    def __init__(self, _: Settings, found: Found) -> None:
        """Nothing is set."""
        self._found = found

    def fold(self, process: Process) -> None:
        """Judge a process. Dates are compared as texts."""
        period = process.tender.tender_period
        if period is None or period.end_date is None:
            return
        end, suppliers = period.end_date, None
        for bid in process.bids:
            if bid.status == "valid" and bid.date is not None and bid.date > end:
                if suppliers is None:
                    suppliers = {s for a in process.active for s in ids(a.suppliers)}
                for key in ids(bid.tenderers):
                    if key in suppliers:
                        self._found.flag(OCID, process.ocid, "R030", 1.0)
                        self._found.flag(TENDERER, key, "R030", 1.0)
                        self._found.map("ocid_tenderer_r030", process.ocid, key)


class OthersDisqualified:
    """R035: all but the single tenderer that won are disqualified; the value counts them."""

    def __init__(self, settings: Settings, found: Found) -> None:
        """Read how many there must be, at least 1."""
        self._found = found
        self._threshold = max(settings.get("R035", "threshold") or 1, 1)

    def fold(self, process: Process) -> None:
        """Judge a process."""
        if not process.complete:
            return
        valid = {key for b in process.bids if b.status == "valid" for key in ids(b.tenderers)}
        if len(valid) != 1 or valid != {key for a in process.complete for key in ids(a.suppliers)}:
            return
        out = {key for b in process.bids if b.status == "disqualified" for key in ids(b.tenderers)} - valid
        if len(out) >= self._threshold:
            (winner,) = valid
            self._found.flag(OCID, process.ocid, "R035", float(len(out)))
            self._found.flag(TENDERER, winner, "R035", 0.0)
            self._found.map("ocid_tenderer_r035", process.ocid, winner)


class LowestDisqualified:
    """R036: the lowest submitted bid is disqualified, in a process with an award and a valid bid with an amount."""

    def __init__(self, settings: Settings, found: Found, currency: Currency) -> None:
        """Read where prices are compared."""
        self._found = found
        self._prices, self._currency = Prices(settings), currency

    def fold(self, process: Process) -> None:
        """Judge a process. Of equal bids the first counts."""
        if not process.active or not self._prices.decide(process.tender):
            return
        lowest: tuple[float, str | None] | None = None
        valid = False
        for bid in process.submitted:
            value = bid.value
            if value is None or value.amount is None or value.currency is None:
                continue
            if self._currency.is_main(value.currency):
                if lowest is None or value.amount < lowest[0]:
                    lowest = (value.amount, bid.status)
                valid = valid or bid.status == "valid"
        if valid and lowest is not None and lowest[1] == "disqualified":
            self._found.flag(OCID, process.ocid, "R036", 1.0)
