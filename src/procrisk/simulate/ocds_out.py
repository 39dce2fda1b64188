"""OCDS compiled releases as OECE publishes them: one JSON Lines file a year, about five kilobytes a line.

OECE's shapes are kept, its oddities too: `tenderPeriod` repeats the day of the call, `numberOfTenderers` counts who
registered and not who bid, there are no bids, a consortium has a code instead of a RUC, `address.region` is the province.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from procrisk.simulate import constants as c
from procrisk.simulate.bids import FIRST_CONTRACT
from procrisk.simulate.processes import AWARDED, RATE, year_of
from procrisk.simulate.world import (
    CURRENCY_ISO,
    CURRENCY_NAME,
    World,
    day_text,
    describe,
    lot_states,
    money,
    nomenclature,
)

Json = dict[str, Any]
BLOCK: Final = 5_000
"""Processes turned into Python objects at a time: memory stays flat however many there are."""
encode: Final = msgspec.json.Encoder().encode
FILES: Final = "https://simulado.invalid/SdescargarArchivoAlfresco?fileCode="
SOURCE: Final = msgspec.Raw(
    encode(
        [
            {
                "id": "seace_v3",
                "name": "Sistema Electrónico de Contrataciones del Estado - Versión 3 (SIMULADO)",
                "url": "https://simulado.invalid/buscadorPublico.xhtml",
            }
        ]
    )
)
SOUGHT: Final = msgspec.Raw(encode(["añoInicioConvocatoria", "mesInicioConvocatoria"]))


class Writer:
    """Turns positions of a world into OCDS lines; texts that repeat are encoded once."""

    def __init__(self, world: World) -> None:
        """Prepare what does not change from one process to the next."""
        self.world = world
        buyers, d = world.market.buyers, world.d
        first, last = int(d.call.min()) - 40, int(max(d.signed.max(), world.published.max())) + 4000
        self.day = {n: f"{t}T00:00:00-05:00" for n, t in day_text(first, last).items()}
        self.buyer_ref = [
            msgspec.Raw(encode({"id": f"PE-CONSUCODE-{code}", "name": name}))
            for code, name in zip(buyers.consucode.tolist(), buyers.name, strict=True)
        ]
        self.buyer_party = [msgspec.Raw(encode(self._entity(i))) for i in range(len(buyers.ruc))]
        self.suppliers: dict[tuple[int, str], msgspec.Raw] = {}
        self.year = year_of(d.call).tolist()
        self.states = lot_states(world)

    def _entity(self, i: int) -> Json:
        b = self.world.market.buyers
        code, name = str(int(b.consucode[i])), b.name[i]
        return {
            "id": f"PE-CONSUCODE-{code}",
            "name": name,
            "identifier": {"id": code, "scheme": "PE-CONSUCODE", "legalName": name},
            "additionalIdentifiers": [{"id": b.ruc[i], "scheme": "PE-RUC", "legalName": name}],
            "address": {
                "streetAddress": f"JR. SIMULADO {i}",
                "locality": b.district[i],
                "region": b.province[i],
                "department": c.REGIONS[int(b.region[i])].department,
                "countryName": "PERU",
            },
            "contactPoint": {"telephone": "0"},
            "roles": ["buyer", "procuringEntity"],
        }

    def who(self, supplier: int, consortium: int) -> tuple[str, str]:
        """Code and name of a bidder: a consortium has a code of its own."""
        if consortium:
            return str(consortium), f"CONSORCIO SIMULADO {consortium - 8_000_000:06d}"
        s = self.world.market.suppliers
        return s.ruc[supplier], s.name[supplier]

    def party(self, supplier: int, consortium: int, kind: str) -> msgspec.Raw:
        """A bidder as a reference ("ref") or as a party with one or two roles."""
        if not consortium and (found := self.suppliers.get((supplier, kind))):
            return found
        code, name = self.who(supplier, consortium)
        made: Json = {"id": f"PE-RUC-{code}", "name": name}
        if kind != "ref":
            made["identifier"] = {"id": code, "scheme": "PE-RUC", "legalName": name}
            made["address"] = {"countryName": "PERU"}
            made["roles"] = kind.split(";")
        raw = msgspec.Raw(encode(made))
        if not consortium:
            self.suppliers[supplier, kind] = raw
        return raw

    def lines(self, first: int, last: int) -> Iterator[bytes]:
        """Encoded releases of the processes from `first` up to `last`, those that OCDS holds."""
        w, d = self.world, self.world.d
        columns = {
            name: getattr(d, name)[first:last].tolist()
            for name in [
                "id",
                "buyer",
                "object",
                "method",
                "call",
                "status",
                "currency",
                "registered",
                "enquiry",
                "award",
                "in_ocds",
                "need",
                "lots",
                "days",
                "signed",
            ]
        }
        for k in range(last - first):
            if columns["in_ocds"][k]:
                at = first + k
                line = encode(self.release(at, {name: values[k] for name, values in columns.items()}))
                yield line
                if w.plot.artefacts.get(at) == "duplicate_ocid":
                    yield line

    def release(self, at: int, p: Json) -> Json:
        """One compiled release."""
        process, year, month = p["id"], self.year[at], self.day[p["call"]][5:7]
        ocid = f"ocds-dgv273-seacev3-{process}"
        if p["need"] % 10 < 3:
            ocid = f"ocds-dgv273-seacev3-{year}-{self.world.market.buyers.consucode[p['buyer']]}-{process % 1_000_000}"
        compiled = f"{self.day[self.world.cut][:10]}T10:{process % 60:02d}:{process // 60 % 60:02d}.{process % 1_000_000:06d}-05:00"
        awards, contracts, winners = self._awards(at, p)
        budget: Json = {"description": "Fondos Públicos"}
        if p["object"] == c.WORKS:
            budget["project"] = f"PROYECTO SIMULADO {p['need'] % 700_000}"
            budget["projectID"] = str(2_000_000 + p["need"] % 700_000)
        release: Json = {
            "tag": ["compiled"],
            "id": f"{ocid}-{compiled}",
            "date": compiled,
            "ocid": ocid,
            "publishedDate": compiled,
            "initiationType": "tender",
            "buyer": self.buyer_ref[p["buyer"]],
            "planning": {"budget": budget},
            "tender": self._tender(at, p, budget),
            "parties": self._parties(at, p, winners),
        }
        if awards:
            release["awards"] = awards
        if contracts:
            release["contracts"] = contracts
        release["sources"] = SOURCE
        release["dataSegmentation"] = {"id": f"{year}-{month}", "criteria": SOUGHT}
        return release

    def _bidders(self, at: int) -> list[tuple[int, int]]:
        w = self.world
        bids, idle = (
            slice(w.bids.start[at], w.bids.start[at + 1]),
            slice(w.registered.start[at], w.registered.start[at + 1]),
        )
        found = list(zip(w.bids.supplier[bids].tolist(), w.bids.consortium[bids].tolist(), strict=True))
        return found + [(s, 0) for s in w.registered.supplier[idle].tolist()]

    def _parties(self, at: int, p: Json, winners: set[tuple[int, int]]) -> list[msgspec.Raw]:
        shown = self._bidders(at) if _names_tenderers(p) else []
        parties = [self.buyer_party[p["buyer"]]]
        parties += [self.party(*b, "tenderer;supplier" if b in winners else "tenderer") for b in shown]
        return parties + [self.party(*b, "supplier") for b in sorted(winners - set(shown))]

    def _tender(self, at: int, p: Json, budget: Json) -> Json:
        w, method = self.world, c.METHODS[p["method"]]
        text = describe(w, at)
        lots = slice(int(w.lots.start[at]), int(w.lots.start[at + 1]))
        values = money(w.lots.value[lots])
        total = round(sum(values), 2)
        if p["need"] % 50 == 0:
            total = float(np.nextafter(total, 0.0))
        iso, name = CURRENCY_ISO[p["currency"]], CURRENCY_NAME[p["currency"]]
        if p["need"] % 6 == 0:
            budget["amount"] = {"amount": round(total * 1.05, 2), "currency": iso, "currencyName": name}
        hidden = bool(w.reserved[at])
        tender: Json = {
            "id": str(p["id"]),
            "title": nomenclature(w, at, self.year[at]),
            "description": text,
            "procuringEntity": self.buyer_ref[p["buyer"]],
            "datePublished": self.day[int(w.published[at])].replace("T00:00", "T18:09"),
        }
        if method.ocds:
            tender["procurementMethod"] = method.ocds
        tender["procurementMethodDetails"] = method.details
        tender["mainProcurementCategory"] = c.OBJECT_OCDS[p["object"]]
        tender["additionalProcurementCategories"] = [c.OBJECT_OCDS[p["object"]]]
        amount = 0.0 if hidden else total
        soles = round(amount * RATE[p["currency"]], 2)
        tender["value"] = {"amount": amount, "currency": iso, "currencyName": name, "amount_PEN": soles}
        if method.code != "CD":
            tender["tenderPeriod"] = {"startDate": self.day[p["call"]], "endDate": self.day[p["call"]]}
        if method.competitive and method.code not in {"SIE", "CPREC"}:
            tender["enquiryPeriod"] = {
                "startDate": self.day[p["call"] + 1].replace("T00:00", "T00:01"),
                "endDate": self.day[p["enquiry"]].replace("T00:00:00", "T23:59:00"),
                "durationInDays": max(p["enquiry"] - p["call"] - 1, 0),
            }
        tender["items"] = [
            self._item(p, number, text, quantity, 0.0 if hidden else value, self.states[at])
            for number, quantity, value in zip(
                w.lots.number[lots].tolist(), w.lots.quantity[lots].tolist(), values, strict=True
            )
        ]
        tender["documents"] = _documents(p, self.day[int(w.published[at])], _TENDER_DOCUMENTS)
        if _names_tenderers(p):
            tender["numberOfTenderers"] = p["registered"]
            tender["tenderers"] = [self.party(*b, "ref") for b in self._bidders(at)]
        tender["hasTenderInformationProtectedByLaw"] = hidden
        return tender

    def _item(self, p: Json, number: int, text: str, quantity: float, value: float, state: str) -> Json:
        family = c.FAMILIES[int(self.world.d.family[p["id"] - int(self.world.d.id[0])])]
        item: Json = {
            "id": str(p["id"] * 12 + number),
            "position": str(number),
            "description": text[:140] if p["lots"] == 1 else f"{family.noun} {number}",
            "statusDetails": state,
            "status": "active",
        }
        if p["need"] % 6:
            item["classification"] = {
                "id": f"{family.cubso}00{p['need'] % 1_000_000:06d}",
                "description": family.noun,
                "scheme": "CUBSO",
            }
            item["additionalClassifications"] = [
                {"id": family.cubso, "description": family.unspsc_name, "scheme": "UNSPSC"}
            ]
        item["quantity"] = float(quantity)
        name = CURRENCY_NAME[p["currency"]]
        item["totalValue"] = {"amount": value, "currency": CURRENCY_ISO[p["currency"]], "currencyName": name}
        item["unit"] = {"id": family.unit[0], "name": family.unit[1], "scheme": "PE-SEACE3-UnidadMedida"}
        return item

    def _awards(self, at: int, p: Json) -> tuple[list[Json], list[Json], set[tuple[int, int]]]:
        w = self.world
        if p["status"] != AWARDED:
            return [], [], set()
        span = range(int(w.lines.start[at]), int(w.lines.start[at + 1]))
        awards: list[Json] = []
        contracts: list[Json] = []
        winners: set[tuple[int, int]] = set()
        groups: dict[int, list[int]] = {}
        for line in span:
            groups.setdefault(int(w.lines.bid[line]), []).append(line)
        for bid, members in groups.items():
            winner = (int(w.bids.supplier[bid]), int(w.bids.consortium[bid]))
            winners.add(winner)
            award = self._award(at, p, winner, members)
            awards.append(award)
            number = int(w.lines.contract[members[0]])
            if w.contracts.exists[number - FIRST_CONTRACT]:
                contracts.append(self._contract(at, p, number, award))
        return awards, contracts, winners

    def _award(self, at: int, p: Json, winner: tuple[int, int], members: list[int]) -> Json:
        w = self.world
        amounts = money(w.lines.amount[members])
        swapped = w.plot.artefacts.get(at) == "swapped_dates"
        items = []
        for line, amount in zip(members, amounts, strict=True):
            lot = int(w.lines.lot[line])
            text = describe(w, at)
            items.append(
                self._item(p, int(w.lots.number[lot]), text, int(w.lots.quantity[lot]), amount, self.states[at])
            )
            del items[-1]["unit"]
        return {
            "id": f"{p['id']}-{self.who(*winner)[0]}",
            "date": self.day[p["call"] - 9 if swapped else p["award"]],
            "value": self._value(p, round(sum(amounts), 2)),
            "suppliers": [self.party(*winner, "ref")],
            "items": items,
        }

    def _value(self, p: Json, amount: float) -> Json:
        return {"amount": amount, "currency": CURRENCY_ISO[p["currency"]], "currencyName": CURRENCY_NAME[p["currency"]]}

    def _contract(self, at: int, p: Json, number: int, award: Json) -> Json:
        w, what = self.world, self.world.contracts
        start, end = p["signed"] + 1, p["signed"] + 1 + p["days"]
        if w.plot.artefacts.get(at) == "swapped_dates":
            start, end = end, start
        contract: Json = {
            "id": str(number),
            "awardID": award["id"],
            "title": f"CONTRATO N° {number % 1000:03d}-{self.year[at]}-SIMULADO",
            "description": describe(w, at)[:120],
            "period": {"startDate": self.day[start], "endDate": self.day[end], "durationInDays": p["days"]},
            "value": award["value"],
            "dateSigned": self.day[p["signed"]],
            "items": [
                {k: v for k, v in item.items() if k in {"id", "position", "statusDetails", "totalValue"}}
                for item in award["items"][:1]
            ],
            "documents": _documents(p, self.day[p["signed"]], _CONTRACT_DOCUMENTS),
        }
        k = number - FIRST_CONTRACT
        if what.finished[k]:
            final = award["value"]["amount"] + (int(what.additional[k]) - int(what.reduction[k])) / 100
            contract["implementation"] = {
                "endDate": self.day[end + int(what.extended[k])],
                "finalValue": self._value(p, round(final, 2)),
            }
        return contract


_TENDER_DOCUMENTS: Final = (
    ("biddingDocuments", "Bases Administrativas"),
    ("biddingDocuments", "Resumen ejecutivo"),
    ("clarifications", "Pliego de absolución de consultas y observaciones"),
)
_CONTRACT_DOCUMENTS: Final = (("contractSigned", "Contrato"),)


def _names_tenderers(p: Json) -> bool:
    """Two thirds of the processes name who registered; the rest has not been filled in."""
    return bool(p["status"] == AWARDED or p["need"] % 10 < 3) and p["need"] % 100 < 78


def _documents(p: Json, published: str, kinds: tuple[tuple[str, str], ...]) -> list[Json]:
    made = []
    for k, (kind, title) in enumerate(kinds[: 1 + p["need"] % 3] if len(kinds) > 1 else kinds):
        code = f"{(p['id'] * 2_654_435_761 + k) * 0x9E3779B97F4A7C15 % 2**128:032x}"
        made.append(
            {
                "id": str(24_831_474_985_000_000 + p["id"] * 8 + k + 4 * (len(kinds) == 1)),
                "url": f"{FILES}{code[:8]}-{code[8:12]}-{code[12:16]}-{code[16:20]}-{code[20:]}",
                "datePublished": published,
                "format": "pdf",
                "documentType": kind,
                "title": title,
                "language": "es",
            }
        )
    return made


def write(world: World, folder: Path, progress: Callable[[int], None] | None = None) -> tuple[int, int]:
    """Write `compiled-<year>.jsonl` for every year of calls. Returns how many lines and bytes were written."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = Writer(world)
    years = np.array(writer.year)
    count = size = 0
    for year in np.unique(years).tolist():
        span = np.flatnonzero(years == year)
        with (folder / f"compiled-{year}.jsonl").open("wb") as file:
            for first in range(int(span[0]), int(span[-1]) + 1, BLOCK):
                block = list(writer.lines(first, min(first + BLOCK, int(span[-1]) + 1)))
                file.write(b"\n".join(block) + b"\n" if block else b"")
                count += len(block)
                size += sum(map(len, block)) + len(block)
                if progress is not None:
                    progress(len(block))
    return count, size
