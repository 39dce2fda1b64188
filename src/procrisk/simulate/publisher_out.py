"""Another publisher of the same country, whose OCDS has what SEACE's lacks.

Bids with price and state, questions and answers, complaints, opening of bids, fees, criteria, subcontracting, milestones,
payments, amendments, owners and contact data. Most processes are ordinary; some have one thing in which they stand out,
drawn for each by itself, so that what looks at them finds both.
"""

from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from procrisk.simulate import constants as c
from procrisk.simulate.market import Generator, draw_suppliers, market_of
from procrisk.simulate.publisher_parts import Bid, Call, Json, Parties, moment, money
from procrisk.simulate.world import World

PREFIX: Final = "ocds-s1mu1d-"
"""Not registered with anybody."""
LEAST: Final = 60
"""Processes below which not everything would be seen once."""
CLUB: Final = 9
"""Firms that take part in a buyer's calls for a family of purchases."""
FAMILIES_BOUGHT: Final = 4
CRITERIA: Final = "EXPERIENCIA EN LA ESPECIALIDAD POR UNA VEZ EL VALOR ESTIMADO (SIMULADO). "
encode: Final = msgspec.json.Encoder().encode


def write(world: World, path: Path, n: int, rng: Generator) -> tuple[int, int]:
    """Write `n` releases (LEAST at least) as JSON Lines. Returns how many lines and bytes were written."""
    publisher = _Publisher(world, max(n, LEAST), rng)
    lines = [encode(publisher.release(k + 1)) for k in range(publisher.n)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\n".join(lines) + b"\n")
    return len(lines), sum(map(len, lines)) + len(lines)


class _Publisher:
    def __init__(self, world: World, n: int, rng: Generator) -> None:
        self.world, self.n, self.rng, self.who = world, n, rng, Parties(world)
        buyers = world.market.buyers
        subnational = np.flatnonzero(buyers.level != c.NATIONAL)
        self.buyers = np.sort(rng.choice(subnational, min(max(n // 15, 4), len(subnational)), replace=False)).tolist()
        self.first, self.last = int(world.d.call.min()), max(int(world.d.call.max()) - 120, int(world.d.call.min()))
        planted = {s for i in world.plot.instances for s in i.suppliers}
        self.elsewhere = (
            planted | {s - 1 for s in planted} | set(np.flatnonzero(world.market.suppliers.foreign).tolist())
        )
        """Firms of planted schemes, those that would share something with one, and foreign ones: they do not bid here."""
        self.clubs: dict[tuple[int, int], list[int]] = {}

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def between(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def club(self, buyer: int, family: int) -> list[int]:
        """The firms that usually bid; the same ones meet again and again."""
        if (found := self.clubs.get((buyer, family))) is None:
            region = np.array([self.world.market.buyers.region[buyer]])
            market = np.repeat(market_of(region, np.array([family])), 4 * CLUB)
            drawn = draw_suppliers(self.rng, self.world.market.suppliers, market).tolist()
            found = [s for s in dict.fromkeys(drawn) if s not in self.elsewhere][:CLUB]
            anyone = (s for s in range(len(self.world.market.suppliers.ruc)) if s not in self.elsewhere)
            found = self.clubs[buyer, family] = found or [next(anyone)]
        return found

    def release(self, number: int) -> Json:
        """One compiled release."""
        call = self.call(number)
        bids = [self.bids(call, lot) for lot in range(len(call.lots))]
        awards, contracts = self.outcome(call, bids)
        buyer = self.who.buyer_reference(call.buyer)
        release: Json = {
            "ocid": f"{PREFIX}{number:06d}",
            "id": f"{number}-1",
            "date": moment(self.world.cut),
            "tag": ["compiled"],
            "initiationType": "tender",
            "buyer": buyer,
            "planning": {
                "budget": {"amount": money(call.currency, round(call.value * 1.04, 2))},
                "documents": self.documents("p", call.start - 30, "procurementPlan", 0.8),
            },
            "tender": self.tender(call),
            "bids": {"details": [self.bid(call, lot, b) for lot, found in enumerate(bids) for b in found]},
            "awards": awards,
            "contracts": contracts,
            "parties": [self.who.buyer_party(call.buyer), *(self.who.supplier_party(s) for s in sorted(call.parties))],
        }
        if self.chance(0.07):
            release["complaints"] = [self.complaint(call, k) for k in range(self.between(1, 2))]
        return release

    def call(self, number: int) -> Call:
        """What is bought, by whom, when."""
        rng = self.rng
        buyer = self.buyers[self.between(0, len(self.buyers) - 1)]
        goods = [k for k, f in enumerate(c.FAMILIES) if f.object in (c.GOODS, c.SERVICES, c.WORKS)]
        family = goods[(buyer * 3 + self.between(0, FAMILIES_BOUGHT - 1)) % len(goods)]
        what = c.FAMILIES[family]
        value = round(max(float(what.median * np.exp(what.spread * rng.standard_normal())), 45e3), 2)
        large = value > (1.8e6 if what.object == c.WORKS else 400e3)
        method = "LP" if large and what.object != c.SERVICES else "CP" if large else "AS"
        if not large and value < 66e3 and self.chance(0.5):
            method = "CPREC"
        start = self.between(self.first, self.last)
        wait = self.between(2, 4) if self.chance(0.08) else self.between(12, 35)
        opening = start + wait + (self.between(20, 40) if self.chance(0.05) else self.between(0, 3))
        n_lots = 1 if what.object == c.WORKS else int(rng.choice(3, p=(0.7, 0.2, 0.1))) + 1
        shares = rng.dirichlet(np.full(n_lots, 6.0))
        lots = [round(value * float(s), 2) for s in shares]
        currency = "USD" if self.chance(0.03) else "PEN"
        club = self.club(buyer, family)
        return Call(
            number,
            buyer,
            family,
            method,
            start,
            start + wait,
            opening,
            round(sum(lots), 2),
            currency,
            lots,
            club,
            set(),
        )

    # --- the call ---------------------------------------------------------------------------------------------------

    def tender(self, call: Call) -> Json:
        """The call, with questions, fees and criteria."""
        method = c.METHODS[c.CODE[call.method]]
        year = moment(call.start)[:4]
        seen = call.club[: self.between(1, len(call.club))]
        registered = sorted(call.parties | set(seen))
        call.parties.update(registered)
        tender: Json = {
            "id": str(call.number),
            "title": f"{method.prefix}-{call.number}-{year}-{self.world.market.buyers.acronym[call.buyer]}-1",
            "description": f"{c.FAMILIES[call.family].noun} (SIMULADO) {call.number:06d}",
            "status": "complete",
            "datePublished": moment(call.start),
            "procuringEntity": self.who.buyer_reference(call.buyer),
            "procurementMethod": method.ocds or "open",
            "procurementMethodDetails": method.details,
            "mainProcurementCategory": c.OBJECT_OCDS[c.FAMILIES[call.family].object],
            "value": money(call.currency, call.value),
            "tenderPeriod": {"startDate": moment(call.start), "endDate": moment(call.deadline)},
            "enquiryPeriod": {
                "startDate": moment(call.start + 1),
                "endDate": moment(max(call.deadline - 3, call.start + 1)),
            },
            "bidOpening": {"date": moment(call.opening)},
            "awardPeriod": {
                "startDate": moment(call.opening + (self.between(45, 90) if self.chance(0.06) else self.between(1, 6)))
            },
            "awardCriteria": "ratedCriteria" if self.chance(0.4) else "priceOnly",
            "eligibilityCriteria": CRITERIA * (self.between(12, 20) if self.chance(0.06) else self.between(1, 3)),
            "numberOfTenderers": len(registered),
            "tenderers": [self.who.reference(s) for s in registered],
            "items": [self.item(call, lot, value) for lot, value in enumerate(call.lots)],
            "documents": self.documents("t", call.start, "biddingDocuments", 0.92)
            + self.documents("n", call.start, "tenderNotice", 0.97),
        }
        if self.chance(0.4):
            fee = call.value * 0.02 if self.chance(0.1) else self.between(5, 60)
            tender["participationFees"] = [
                {"id": "1", "type": ["document"], "value": money(call.currency, round(fee, 2))}
            ]
        if asked := self.between(0, 5):
            tender["enquiries"] = [self.enquiry(call, k, silent=self.chance(0.12)) for k in range(asked)]
        return tender

    def enquiry(self, call: Call, k: int, *, silent: bool) -> Json:
        """A question; most are answered within days."""
        day = call.start + 1 + k % max(call.deadline - call.start - 1, 1)
        made = {"id": str(k + 1), "date": moment(day), "title": "CONSULTA SIMULADA"}
        answer = {"answer": "RESPUESTA SIMULADA", "dateAnswered": moment(day + self.between(1, 4))}
        return made if silent else made | answer

    def complaint(self, call: Call, k: int) -> Json:
        """A complaint of someone who took part."""
        day = call.opening + self.between(5, 15)
        made: Json = {"id": f"{call.number}-{k + 1}", "date": moment(day), "status": "pending"}
        made["author"] = self.who.reference(call.club[self.between(0, len(call.club) - 1)])
        if self.chance(0.8):
            made |= {"status": "resolved" if self.chance(0.4) else "declined", "dateDecision": moment(day + 15)}
        return made

    def item(self, call: Call, lot: int, amount: float) -> Json:
        """A lot, or the part of an award that falls on it."""
        family = c.FAMILIES[call.family]
        quantity = float(max(round(amount / 120), 1)) if family.object == c.GOODS else 1.0
        return {
            "id": f"{call.number}-{lot + 1}",
            "position": str(lot + 1),
            "description": f"{family.noun} {lot + 1}",
            "status": "complete",
            "classification": {"scheme": "UNSPSC", "id": family.cubso, "description": family.unspsc_name},
            "quantity": quantity,
            "unit": {"name": family.unit[1]},
            "totalValue": money(call.currency, amount),
        }

    # --- bids and awards --------------------------------------------------------------------------------------------

    def bids(self, call: Call, lot: int) -> list[Bid]:
        """The offers for a lot, the best valid one first."""
        reference = call.lots[lot]
        n = 1 if self.chance(0.12) else self.between(2, max(len(call.club) - 2, 2))
        order = self.rng.permutation(len(call.club))[:n].tolist()
        best = float(np.clip(0.93 + 0.05 * self.rng.standard_normal(), 0.72, 1.08))
        prices = np.sort(best * (1 + abs(0.06 * self.rng.standard_normal(len(order))))).tolist()
        rejected = self.chance(0.07)
        made = []
        for k, (place, price) in enumerate(zip(order, prices, strict=True)):
            firms = {call.club[place]} | ({call.club[(place + 1) % len(call.club)]} if self.chance(0.06) else set())
            status = "valid"
            if k and (rejected or self.chance(0.1)):
                status = "withdrawn" if self.chance(0.25) else "disqualified"
            asked = prices[0] if k == 1 and self.chance(0.05) else price
            late = self.chance(0.03)
            day = call.deadline + 1 if late else call.deadline - self.between(0, min(2, call.deadline - call.start))
            made.append(
                Bid(f"{lot + 1}-{k + 1}", tuple(sorted(firms)), round(reference * asked, 2), status, moment(day))
            )
        if len(made) > 2 and self.chance(0.05):  # a price that is far from the next
            made[0] = Bid(made[0].id, made[0].firms, round(made[0].amount * 0.7, 2), "valid", made[0].date)
        call.parties.update(s for b in made for s in b.firms)
        return made

    def bid(self, call: Call, lot: int, bid: Bid) -> Json:
        """An offer as published."""
        return {
            "id": bid.id,
            "date": bid.date,
            "status": bid.status,
            "tenderers": [self.who.reference(s) for s in bid.firms],
            "value": money(call.currency, bid.amount),
            "relatedLots": [str(lot + 1)],
        }

    def outcome(self, call: Call, bids: list[list[Bid]]) -> tuple[list[Json], list[Json]]:
        """One award a lot, and its contract."""
        awards, contracts = [], []
        day = call.opening + self.between(7, 25)
        for lot, found in enumerate(bids):
            valid = [b for b in found if b.status == "valid"]
            if self.chance(0.06):
                continue
            second = len(valid) > 1 and self.chance(0.06)
            won = valid[1] if second else valid[0]
            if second and self.chance(0.5):
                awards.append(
                    self.award(call, lot, valid[0], day - 3)
                    | {"id": f"{call.number}-{lot + 1}-0", "status": "cancelled"}
                )
            award = self.award(call, lot, won, day)
            losers = [s for b in found if b is not won for s in b.firms if s not in won.firms]
            if self.chance(0.25):
                award |= self.subcontracting(call, losers)
            awards.append(award)
            if self.chance(0.9):
                contracts.append(self.contract(call, award, won, day + self.between(8, 25)))
        return awards, contracts

    def award(self, call: Call, lot: int, bid: Bid, day: int) -> Json:
        """An award, with the bid that won it."""
        return {
            "id": f"{call.number}-{lot + 1}",
            "relatedBid": bid.id,
            "status": "active",
            "date": moment(day),
            "value": money(call.currency, bid.amount),
            "suppliers": [self.who.reference(s) for s in bid.firms],
            "items": [self.item(call, lot, bid.amount)],
            "documents": self.documents(f"a{lot}", day, "awardNotice", 0.9)
            + self.documents(f"e{lot}", day, "evaluationReports", 0.85),
            "hasSubcontracting": False,
        }

    def subcontracting(self, call: Call, losers: list[int]) -> Json:
        """A part that is passed on, now and then nearly all of it or to who lost."""
        share = self.between(75, 95) if self.chance(0.15) else self.between(5, 35)
        third = losers[0] if losers and self.chance(0.2) else call.club[-1]
        call.parties.add(third)
        named = [{"id": "1", "subcontractor": self.who.reference(third)}]
        return {
            "hasSubcontracting": True,
            "subcontracting": {"minimumPercentage": share / 100, "subcontracts": named},
        }

    # --- execution --------------------------------------------------------------------------------------------------

    def contract(self, call: Call, award: Json, bid: Bid, signed: int) -> Json:
        """A contract and what became of it."""
        works = c.FAMILIES[call.family].object == c.WORKS
        days = 30 * self.between(3, 9) if works else 15 * self.between(1, 6)
        end, late = signed + 1 + days, self.between(10, 90) if self.chance(0.15) else 0
        change = (
            round(bid.amount * (0.3 if self.chance(0.2) else -0.06 if self.chance(0.25) else 0.08), 2)
            if self.chance(0.15)
            else 0.0
        )
        value = round(bid.amount + change, 2)
        dues = [signed + 1 + days * (k + 1) // 2 for k in range(2)]
        met = [due + late * (k + 1) // 2 for k, due in enumerate(dues)]
        marks = [self.milestone(k, due, day) for k, (due, day) in enumerate(zip(dues, met, strict=True))]
        over = 1.08 if self.chance(0.05) else 1.0
        paid = [round(value * over * part, 2) for part in (0.4, 0.6)]
        contract: Json = {
            "id": f"{award['id']}-C",
            "awardID": award["id"],
            "title": f"CONTRATO SIMULADO {award['id']}",
            "status": "terminated" if end + late < self.world.cut else "active",
            "dateSigned": moment(signed),
            "period": {"startDate": moment(signed + 1), "endDate": moment(end)},
            "value": money(call.currency, value),
            "documents": self.documents(f"c{award['id']}", signed, "contractSigned", 0.9),
            "milestones": [
                {"id": m["id"], "type": m["type"], "dueDate": m["dueDate"], "status": "scheduled"} for m in marks
            ],
            "implementation": {
                "milestones": marks,
                "transactions": [
                    {
                        "id": str(k + 1),
                        "date": moment(day + 20),
                        "value": money(call.currency, amount),
                        "payee": self.who.reference(bid.firms[0]),
                    }
                    for k, (day, amount) in enumerate(zip(met, paid, strict=True))
                    if day + 20 < self.world.cut
                ],
                "documents": self.documents(f"i{award['id']}", met[-1], "completionCertificate", 0.7),
            },
        }
        if end + late < self.world.cut:
            contract["implementation"] |= {
                "endDate": moment(end + late),
                "finalValue": money(call.currency, round(sum(paid), 2)),
            }
        if change:
            contract["amendments"] = [self.amendment(call, bid.amount, value, signed + days // 2)]
        elif self.chance(0.08):
            contract["amendments"] = [
                {"id": "1", "date": moment(signed + 5), "rationale": "AMPLIACION DE PLAZO SIMULADA"}
            ]
        return contract

    def milestone(self, k: int, due: int, day: int) -> Json:
        """A delivery, met or not yet."""
        done = day < self.world.cut
        made = {"id": str(k + 1), "type": "delivery", "dueDate": moment(due), "status": "met" if done else "scheduled"}
        return made | ({"dateMet": moment(day)} if done else {})

    def amendment(self, call: Call, before: float, after: float, day: int) -> Json:
        """A change of the value, told in one of two ways."""
        made: Json = {"id": "1", "date": moment(day), "rationale": "MODIFICACION DE MONTO SIMULADA"}
        if call.number % 2:
            return made | {"changes": [{"property": "value/amount", "former_value": before}]}
        texts = {"oldValue": {"text": f"{before:.2f}"}, "newValue": {"text": f"{after:.2f}"}}
        return made | {"unstructuredChanges": [{"where": {"label": "Contract value"}, **texts}]}

    def documents(self, id_: str, day: int, kind: str, share: float) -> list[Json]:
        """A document of a kind, published in this share of the cases."""
        if not self.chance(share):
            return []
        return [{"id": id_, "documentType": kind, "datePublished": moment(day), "url": "https://simulado.invalid/"}]
