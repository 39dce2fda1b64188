"""One contracting process as the rules see it, and what they have found."""

from dataclasses import dataclass, field

from procrisk.cardinal.release import Award, Bid, Reference, Release, Tender
from procrisk.cardinal.settings import Settings

OCID, BUYER, ENTITY, TENDERER = "OCID", "Buyer", "ProcuringEntity", "Tenderer"
GROUPS = (OCID, BUYER, ENTITY, TENDERER)
MAPS = (
    "ocid_buyer_r038",
    "ocid_procuringentity_r038",
    "ocid_tenderer",
    "ocid_tenderer_r024",
    "ocid_tenderer_r028",
    "ocid_tenderer_r030",
    "ocid_tenderer_r035",
    "ocid_tenderer_r058",
)
_NO_TENDER = Tender()
_FINAL = (None, "active", "cancelled", "unsuccessful")
_NOT_SUBMITTED = (None, "invited", "withdrawn")


class Process:
    """A release with an ocid, and the readings of it that several rules share."""

    __slots__ = ("active", "awards", "bids", "complete", "ocid", "release", "sole_supplier", "submitted", "tender")

    def __init__(self, release: Release, ocid: str) -> None:
        """Read what is shared."""
        self.release, self.ocid = release, ocid
        self.tender = release.tender or _NO_TENDER
        self.awards: list[Award] = release.awards or []
        self.bids: list[Bid] = (release.bids and release.bids.details) or []
        self.submitted = [b for b in self.bids if b.status not in _NOT_SUBMITTED]
        """Pending, valid and disqualified bids."""
        self.active = [a for a in self.awards if a.status == "active"]
        self.complete: list[Award] | None = None
        """The active awards, if there are awards and bids, both may be empty, and no award is pending."""
        if release.awards is not None and release.bids is not None and release.bids.details is not None:
            final = len(self.active) == len(self.awards) or all(a.status in _FINAL for a in self.awards)
            self.complete = self.active if final else None
        self.sole_supplier = sole_id(self.complete[0].suppliers) if self.complete and len(self.complete) == 1 else None
        """The supplier of the only active award, if it has one supplier, with an id."""


def sole_id(references: list[Reference] | None) -> str | None:
    """The id of the organisation, where it is the only one."""
    return references[0].id if references is not None and len(references) == 1 else None


def ids(references: list[Reference] | None) -> list[str]:
    """The ids of the organisations that have one."""
    return [r.id for r in references or () if r.id is not None]


@dataclass(slots=True)
class Found:
    """Results by group, id and indicator; how the fences came about; who was found in which process."""

    results: dict[str, dict[str, dict[str, float]]] = field(default_factory=lambda: {g: {} for g in GROUPS})
    meta: dict[str, dict[str, float]] = field(default_factory=dict)
    maps: dict[str, dict[str, set[str]]] = field(default_factory=lambda: {m: {} for m in MAPS})

    def flag(self, group: str, key: str, indicator: str, value: float) -> None:
        """Give a process or an organisation the value of an indicator."""
        self.results[group].setdefault(key, {})[indicator] = value

    def tell(self, indicator: str, **numbers: float) -> None:
        """Say which numbers an indicator was judged by."""
        self.meta.setdefault(indicator, {}).update(numbers)

    def map(self, name: str, ocid: str, key: str) -> None:
        """Say that an organisation was found in a process."""
        self.maps[name].setdefault(ocid, set()).add(key)


class Currency:
    """The main currency: what the settings say, else the first one seen where prices are compared."""

    def __init__(self, main: str | None) -> None:
        """Take the currency of the settings, if any."""
        self.main = main
        self.others = 0
        """Bids left out because they are in another one."""

    def is_main(self, currency: str) -> bool:
        """Whether a bid in this currency is compared."""
        if self.main is None:
            self.main = currency
        self.others += currency != self.main
        return currency == self.main


class Prices:
    """In which processes the price decides: by the details of the method, an allow list, else a deny list."""

    def __init__(self, settings: Settings) -> None:
        """Read both lists."""
        self._allow: frozenset[str] = settings.get("", "price_comparison_procurement_methods") or frozenset()
        self._deny: frozenset[str] = settings.get("", "no_price_comparison_procurement_methods") or frozenset()

    def decide(self, tender: Tender) -> bool:
        """Whether they do in this one."""
        if self._allow:
            return tender.procurement_method_details in self._allow
        return tender.procurement_method_details not in self._deny
