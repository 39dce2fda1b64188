"""Corrects what stands in the way of the indicators, as the settings say: OCP Cardinal's `prepare`.

A release goes out with its defaults, redactions, corrections, modifications and codes in place, everything else as it was
written; what could not be corrected is an issue, a row of CSV: line, ocid, path, array indexes, value, description.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from procrisk.cardinal.lines import Account, Warn, decoded, opened, tell
from procrisk.cardinal.release import number, value
from procrisk.cardinal.settings import Settings

Json = dict[str, Any]
Issue = tuple[str, str, str, str]
"""Path, array indexes, value, description."""
BID_STATUS = frozenset({"invited", "pending", "valid", "disqualified", "withdrawn"})
"""https://extensions.open-contracting.org/en/extensions/bids/master/codelists/#bidStatus.csv"""
AWARD_STATUS = frozenset({"pending", "active", "cancelled", "unsuccessful"})
"""https://standard.open-contracting.org/latest/en/schema/codelists/#award-status"""


class Prepare:
    """The corrections that the settings ask for."""

    def __init__(self, settings: Settings, warn: Warn = tell) -> None:
        """Read them."""
        self._warn = warn
        self._defaults = settings.all("defaults")
        self._amounts = {a for a in map(_amount, settings.get("redactions", "amount") or ()) if a is not None}
        self._redacted: frozenset[str] = settings.get("redactions", "organization_id") or frozenset()
        self._by_contract: bool = settings.get("corrections", "award_status_by_contract_status") or False
        self._move_auctions: bool = settings.get("modifications", "move_auctions") or False
        self._buyer_prefix: str = settings.get("modifications", "prefix_buyer_or_procuring_entity_id") or ""
        self._tenderer_prefix: str = settings.get("modifications", "prefix_tenderer_or_supplier_id") or ""
        self._split: str | None = settings.get("modifications", "split_procurement_method_details")
        self._bid_codes = settings.all("codelists.bid_status")
        self._award_codes = settings.all("codelists.award_status")

    def correct(self, release: Json) -> list[Issue]:
        """Correct a release in place. Returns its issues: path, array indexes, value, description."""
        issues: list[Issue] = []
        self._references(release, "parties", "", {}, "")
        roles = _roles(release) if self._defaults.get("party_roles") else {}
        self._reference(release.get("buyer"), self._buyer_prefix, roles, "buyer")
        if isinstance(tender := release.get("tender"), dict):
            self._reference(tender.get("procuringEntity"), self._buyer_prefix, roles, "procuringEntity")
            details = tender.get("procurementMethodDetails")
            if self._split is not None and isinstance(details, str):
                tender["procurementMethodDetails"] = details.partition(self._split)[0].rstrip() if self._split else ""
        if self._move_auctions:
            self._auctions(release)
        bids = release.get("bids")
        for j, bid in self._filled(bids.get("details") if isinstance(bids, dict) else None, "bid_status"):
            self._bid(bid, j, issues)
            if isinstance(bid, dict):
                self._references(bid, "tenderers", self._tenderer_prefix, roles, "tenderer")
        cancelled = _cancelled(release) if self._by_contract else {}
        for j, award in self._filled(release.get("awards"), "award_status"):
            self._award(award, j, cancelled, issues)
            if isinstance(award, dict):
                self._references(award, "suppliers", self._tenderer_prefix, roles, "supplier")
        for _, party in _elements(release.get("parties")):
            if isinstance(party, dict) and isinstance(key := party.get("id"), str) and roles.get(key):
                party["roles"] = sorted(roles[key])
        return issues

    def _filled(self, array: object, default: str) -> Iterator[tuple[int, Any]]:
        """Elements with their index; a null becomes an object where it is to get a default, as in Cardinal."""
        if isinstance(array, list) and default in self._defaults:
            array[:] = [{} if e is None else e for e in array]
        return _elements(array)

    def _reference(self, reference: object, prefix: str, roles: dict[str, set[str]], role: str) -> None:
        if not isinstance(reference, dict):
            return
        _stringify(reference, "id")
        key = reference.get("id")
        if not isinstance(key, str):
            return
        if key in self._redacted:
            _remove(reference, "id")
            return
        if not key.startswith(prefix):
            key = reference["id"] = prefix + key
        if key in roles:
            roles[key].add(role)

    def _references(self, holder: Json, name: str, prefix: str, roles: dict[str, set[str]], role: str) -> None:
        if isinstance(holder.get(name), dict):
            holder[name] = [holder[name]]
        for _, reference in _elements(holder.get(name)):
            self._reference(reference, prefix, roles, role)

    def _auctions(self, release: Json) -> None:
        if "auctions" in release and "bids" in release:
            self._warn("/auctions cannot be moved, because /bids is occupied")
            return
        if not isinstance(release.get("auctions"), list):
            return
        details: list[object] = []
        for auction in release["auctions"]:
            for _, stage in _elements(auction.get("stages") if isinstance(auction, dict) else None):
                if isinstance(stage, dict) and "bids" in stage:
                    bids = _remove(stage, "bids")
                    details += bids if isinstance(bids, list) else []
        release["bids"] = {"details": details}

    def _bid(self, bid: Any, j: int, issues: list[Issue]) -> None:
        worth = bid.get("value") if isinstance(bid, dict) else None
        if isinstance(worth, dict):
            amount = number(worth.get("amount"))
            if amount is not None and amount in self._amounts:
                _remove(worth, "amount")
            elif amount == 0:
                issues.append(("/bids/details[]/value/amount", str(j), "", "is zero"))
            self._fill(worth, "currency", "currency", ("/bids/details[]/value/currency", str(j)), issues)
        self._schemes(bid, f"{j}", "/bids/details[]", issues)
        self._status(bid, j, ("/bids/details[]/status", "bid_status", self._bid_codes, BID_STATUS), issues)

    def _award(self, award: Any, j: int, cancelled: dict[str, bool], issues: list[Issue]) -> None:
        if isinstance(award, dict):
            _stringify(award, "id")
            for _, item in _elements(award.get("items")):
                if isinstance(item, dict) and isinstance(item.get("classification"), dict):
                    _stringify(item["classification"], "id")
        self._schemes(award, f"{j}", "/awards[]", issues)
        self._status(award, j, ("/awards[]/status", "award_status", self._award_codes, AWARD_STATUS), issues)
        if isinstance(award, dict) and isinstance(key := award.get("id"), str) and cancelled.get(key):
            award["status"] = "cancelled"

    def _schemes(self, holder: Any, j: str, path: str, issues: list[Issue]) -> None:
        for k, item in _elements(holder.get("items") if isinstance(holder, dict) else None):
            classification = item.get("classification") if isinstance(item, dict) else None
            if isinstance(classification, dict):
                where = (f"{path}/items[]/classification/scheme", f"{j}.{k}")
                self._fill(classification, "scheme", "item_classification_scheme", where, issues)

    def _status(
        self,
        holder: Any,
        j: int,
        codes: tuple[str, str, dict[str, str], frozenset[str]],
        issues: list[Issue],
    ) -> None:
        path, default, replacements, known = codes
        if not isinstance(holder, dict):
            if default not in self._defaults:
                issues.append((path, str(j), "", "not set"))
            return
        self._fill(holder, "status", default, (path, str(j)), issues)
        status = holder.get("status")
        if isinstance(status, str):
            status = holder["status"] = replacements.get(status, status)
            if status not in known:
                issues.append((path, str(j), status, "invalid"))

    def _fill(self, holder: Json, name: str, default: str, where: tuple[str, str], issues: list[Issue]) -> None:
        if name in holder:
            return
        if default in self._defaults:
            holder[name] = self._defaults[default]
        else:
            issues.append((*where, "", "not set"))


def _amount(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _elements(array: object) -> Iterator[tuple[int, Any]]:
    return enumerate(array if isinstance(array, list) else ())


def _stringify(holder: Json, name: str) -> None:
    raw = holder.get(name)
    if isinstance(raw, msgspec.Raw):
        holder[name] = bytes(raw).decode()
    elif isinstance(raw, int) and not isinstance(raw, bool):
        holder[name] = str(raw)


def _remove(holder: Json, name: str) -> object:
    """Take a member out; the last one takes its place, as in Cardinal's output."""
    last, removed = next(reversed(holder)), holder[name]
    kept = [(last, holder[last]) if key == name else (key, v) for key, v in holder.items() if key != last]
    holder.clear()
    holder.update(kept)
    return removed


def _roles(release: Json) -> dict[str, set[str]]:
    """The roles of each party by its id; of a repeated id the last."""
    found = {}
    for _, party in _elements(release.get("parties")):
        if isinstance(party, dict) and isinstance(key := party.get("id"), str):
            found[key] = {r for _, r in _elements(party.get("roles")) if isinstance(r, str)}
    return found


def _cancelled(release: Json) -> dict[str, bool]:
    """Of each award with contracts, whether all of them are cancelled."""
    found: dict[str, bool] = {}
    for _, contract in _elements(release.get("contracts")):
        if isinstance(contract, dict):
            _stringify(contract, "awardID")
            if isinstance(key := contract.get("awardID"), str):
                found[key] = found.get(key, True) and contract.get("status") == "cancelled"
    return found


def _cell(raw: object) -> str:
    """A value as a cell of CSV, quoted where it must be."""
    text = "" if raw is None else raw if isinstance(raw, str) else msgspec.json.encode(raw).decode()
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\r\n') else text


def run(path: Path, settings: Settings, output: BinaryIO, errors: BinaryIO, warn: Warn = tell) -> Account:
    """Write the corrected releases of a file to `output`, one a line, and their issues to `errors`.

    Returns the account of the lines; what is no JSON object is skipped with a warning.

    Raises:
        InputMissingError: the file cannot be read.
    """
    account, prepare = Account(), Prepare(settings, warn)
    with opened(path) as streams:
        for stream in streams:
            with stream:
                for line, release in decoded(stream, value, account, warn):
                    if not isinstance(release, dict):
                        account.invalid += 1
                        warn(f"line {line} is not a JSON object, skipping it")
                        continue
                    ocid = _cell(release.get("ocid"))
                    errors.writelines(
                        f"{line},{ocid},{where},{indexes},{_cell(found)},{said}\n".encode()
                        for where, indexes, found, said in prepare.correct(release)
                    )
                    output.write(msgspec.json.encode(release) + b"\n")
    return account
