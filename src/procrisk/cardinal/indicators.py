"""The 11 indicators of OCP Cardinal 0.0.8 from compiled releases, one JSON text a line.

Cardinal (https://github.com/open-contracting/cardinal-rs, MIT) is the reference: same rules, same settings, same numbers.
What depends there on the order in which threads finish has here the order of the file: the main currency is the first one
seen, and processes and organisations are written in the order of their ids.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import msgspec

from procrisk.cardinal import collection_rules as collection
from procrisk.cardinal import process_rules as single
from procrisk.cardinal.lines import Account, Warn, decoded, opened, tell
from procrisk.cardinal.process import GROUPS, Currency, Found, Process
from procrisk.cardinal.quartiles import rounded
from procrisk.cardinal.release import Release, decode
from procrisk.cardinal.settings import Settings


class _Single(Protocol):
    def fold(self, process: Process, /) -> None: ...


class _Collection(_Single, Protocol):
    def finish(self) -> None: ...


PROCESS_RULES: dict[str, Callable[[Settings, Found], _Single]] = {
    "R003": single.ShortPeriod,
    "R018": single.SingleBid,
    "R028": single.IdenticalPrices,
    "R030": single.LateBidWon,
    "R035": single.OthersDisqualified,
}
COLLECTION_RULES: dict[str, Callable[[Settings, Found], _Collection]] = {
    "R025": collection.UnsuccessfulBids,
    "R038": collection.DisqualifiedBids,
    "R048": collection.HeterogeneousSupplier,
}
Document = dict[str, dict[str, object]]


class Indicators:
    """The indicators that the settings enable, at work: take each release, then finish."""

    def __init__(self, settings: Settings, *, maps: bool = False) -> None:
        """Choose them."""
        self.currency = Currency(settings.get("", "currency"))
        self._maps = maps
        self._excluded: frozenset[str] = settings.get("exclusions", "procurement_method_details") or frozenset()
        self._found = found = Found() if maps else _WithoutMaps()
        self._folds: list[Callable[[Process], None]] = []
        self._finishes: list[Callable[[], None]] = []
        on = settings.enabled
        if maps and (on("R025") or on("R038") or on("R048")):
            self._folds.append(collection.Tenderers(found).fold)
        if on("R024") or on("R058"):  # before R036: both may be first to see the main currency
            self._add(collection.SecondLowestBid(settings, found, self.currency))
        for code, rule in PROCESS_RULES.items():
            if on(code):
                self._folds.append(rule(settings, found).fold)
        if on("R036"):
            self._folds.append(single.LowestDisqualified(settings, found, self.currency).fold)
        for code, judge in COLLECTION_RULES.items():
            if on(code):
                self._add(judge(settings, found))

    def _add(self, rule: "_Collection") -> None:
        self._folds.append(rule.fold)
        self._finishes.append(rule.finish)

    def take(self, release: Release) -> None:
        """Take a release, unless it has no ocid, is cancelled, or its method is excluded."""
        if release.ocid is None:
            return
        tender = release.tender
        if tender is not None and (tender.status == "cancelled" or tender.procurement_method_details in self._excluded):
            return
        process = Process(release, release.ocid)
        for fold in self._folds:
            fold(process)

    def finish(self, *, meta: bool = True) -> Document:
        """Judge by all that was taken: Cardinal's result, ready for JSON, ids in order.

        Groups without results are left out. Meta holds quartiles and fences to 4 decimals, Maps who was found in which
        process; a number that JSON cannot write (a share of a bid of 0) becomes null.
        """
        found = self._found
        for judge in self._finishes:
            judge()
        document: Document = {}
        for group in GROUPS:
            if results := found.results[group]:
                document[group] = {key: dict(sorted(results[key].items())) for key in sorted(results)}
        if meta:
            document["Meta"] = {
                code: {name: rounded(n) for name, n in numbers.items()} for code, numbers in sorted(found.meta.items())
            }
        if self._maps:
            document["Maps"] = {name: _map(name, entries) for name, entries in found.maps.items()}
        return document


def _map(name: str, entries: dict[str, set[str]]) -> dict[str, str | list[str]]:
    if "tenderer" in name:
        return {ocid: sorted(keys) for ocid, keys in sorted(entries.items())}
    return {ocid: min(keys) for ocid, keys in sorted(entries.items())}


class _WithoutMaps(Found):
    """Keeps no maps: they would grow with the collection."""

    def map(self, name: str, ocid: str, key: str) -> None:
        pass


def calculate(releases: Iterable[Release], settings: Settings, *, meta: bool = True, maps: bool = False) -> Document:
    """The result for releases that were decoded before (`release.decode`); see `Indicators.finish`."""
    indicators = Indicators(settings, maps=maps)
    for release in releases:
        indicators.take(release)
    return indicators.finish(meta=meta)


def run(path: Path, settings: Settings, *, meta: bool = True, maps: bool = False, warn: Warn = tell) -> bytes:
    """The result for a file, as one line of JSON.

    The file is read as a stream: memory grows with the number of organisations and of processes with comparable prices.

    Raises:
        InputMissingError: the file cannot be read.
    """
    account, indicators = Account(), Indicators(settings, maps=maps)
    if settings.get("", "price_comparison_procurement_methods") is not None and (
        settings.get("", "no_price_comparison_procurement_methods") is not None
    ):
        warn("no_price_comparison_procurement_methods has no effect where price_comparison_procurement_methods is set")
    take = indicators.take
    with opened(path) as streams:
        for stream in streams:
            with stream:
                for _, release in decoded(stream, decode, account, warn):
                    take(release)
    if account.invalid or account.blank:
        warn(account.said())
    if others := indicators.currency.others:
        warn(f"{others} readings of bids in another currency than {indicators.currency.main} were left out")
    return msgspec.json.encode(indicators.finish(meta=meta)) + b"\n"
