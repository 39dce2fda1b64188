"""What the other publisher's releases are made of: calls, bids, entities with their seats, firms with contacts and owners."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from procrisk.simulate import constants as c
from procrisk.simulate.processes import EPOCH
from procrisk.simulate.world import World

Json = dict[str, Any]
SHELL_EVERY: Final = 23
"""One supplier in so many shares telephone, e-mail, address and owner with the next."""


def moment(day: int) -> str:
    """A day as OCDS date-time."""
    return f"{(EPOCH + timedelta(days=day)).isoformat()}T00:00:00-05:00"


def money(currency: str, amount: float) -> Json:
    """An amount of money."""
    return {"amount": amount, "currency": currency}


@dataclass(slots=True)
class Call:
    """What the parts of one release need of each other."""

    number: int
    buyer: int
    family: int
    method: str
    start: int
    deadline: int
    opening: int
    value: float
    currency: str
    lots: list[float]
    """Reference value of each lot."""
    club: list[int]
    parties: set[int]
    """Suppliers named."""


@dataclass(frozen=True, slots=True)
class Bid:
    """An offer for a lot; a consortium has several firms."""

    id: str
    firms: tuple[int, ...]
    amount: float
    status: str
    date: str


class Parties:
    """The organisations of a world as OCDS names them."""

    def __init__(self, world: World) -> None:
        """Take the world whose organisations are named."""
        self.world = world

    def buyer_reference(self, buyer: int) -> Json:
        """An entity by id and name."""
        b = self.world.market.buyers
        return {"id": f"PE-RUC-{b.ruc[buyer]}", "name": b.name[buyer]}

    def buyer_party(self, buyer: int) -> Json:
        """An entity with its seat."""
        b = self.world.market.buyers
        department = c.REGIONS[int(b.region[buyer])].department
        seat = {"streetAddress": f"JR. SIMULADO {buyer}", "locality": b.district[buyer], "region": b.province[buyer]}
        return self.buyer_reference(buyer) | {
            "address": seat | {"department": department, "countryName": "PERU"},
            "contactPoint": {"telephone": f"01{buyer:07d}", "email": f"logistica{buyer}@simulado.invalid"},
            "roles": ["buyer", "procuringEntity"],
        }

    def reference(self, supplier: int) -> Json:
        """A firm by id and name."""
        s = self.world.market.suppliers
        return {"id": f"PE-RUC-{s.ruc[supplier]}", "name": s.name[supplier]}

    def supplier_party(self, supplier: int) -> Json:
        """A firm; a shell shares all but its name with the firm after it."""
        s = self.world.market.suppliers
        behind = supplier + 1 if supplier % SHELL_EVERY == 0 and supplier + 1 < len(s.ruc) else supplier
        party: Json = self.reference(supplier) | {
            "address": {
                "streetAddress": f"AV. SIMULADA {behind}",
                "region": s.province[supplier],
                "department": c.REGIONS[int(s.region[supplier])].department,
                "countryName": "PERU",
            },
            "contactPoint": {"telephone": f"9{behind:08d}", "email": f"ventas{behind}@simulado.invalid"},
            "roles": ["tenderer"],
        }
        if s.natural[supplier]:
            return party
        owner: Json = {"id": "1", "name": f"PERSONA SIMULADA {behind:06d}"}
        owner |= {"identifier": {"scheme": "PER-IDCARD", "id": str(98_000_000 + behind)}}
        held = {"shareholder": {"id": str(98_000_000 + behind), "name": owner["name"]}, "shareholding": 0.6}
        return party | {"beneficialOwners": [owner], "shareholders": [{"id": "1", **held}]}
