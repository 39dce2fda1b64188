"""Everything drawn, together: what both writers describe, and the texts and states they share."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from procrisk.simulate import constants as c
from procrisk.simulate.bids import FIRST_CONTRACT, Bids, Consortia, Lines, Lots, Registered
from procrisk.simulate.market import Bools, Floats, Generator, Ints, Market
from procrisk.simulate.processes import AWARDED, DOLLARS, EUROS, OLD_NAME, OPEN, SOLES, Draws
from procrisk.simulate.schemes import TEXTS, Plot

CURRENCY_ISO: Final = {SOLES: "PEN", OLD_NAME: "PEN", DOLLARS: "USD", EUROS: "EUR"}
CURRENCY_NAME: Final = {SOLES: "Soles", OLD_NAME: "Nuevos Soles", DOLLARS: "Dólar Norteamericano", EUROS: "Euro"}
STATES: Final = ("ADJUDICADO", "DESIERTO", "NULO", "CANCELADO", "CONVOCADO")
PLACES: Final = (
    "CENTRO POBLADO",
    "ANEXO",
    "SECTOR",
    "BARRIO",
    "COMUNIDAD",
    "ASENTAMIENTO HUMANO",
    "CASERIO",
    "URBANIZACION",
)
FEATURES: Final = ("NUEVO", "ALTO", "BAJO", "GRANDE", "VIEJO", "DEL VALLE", "DE LA SIERRA", "DE LA COSTA")
STARTS: Final = (
    "ADQUISICION DE ",
    "CONTRATACION DEL ",
    "EJECUCION DE LA OBRA ",
    "SERVICIO DE CONSULTORIA DE OBRA PARA ",
)
DEMANDS: Final = (
    " EL POSTOR ACREDITARA EXPERIENCIA ESPECIFICA NO MENOR DE DIEZ VECES EL VALOR EN CONTRATOS IDENTICOS,"
    " PERSONAL CLAVE CON MAESTRIA EN LA MATERIA, EQUIPO DE MARCA Y MODELO DETERMINADOS, CERTIFICACION DEL FABRICANTE,"
    " LOCAL PROPIO EN EL DISTRITO, Y ENTREGA EN CUARENTA Y OCHO HORAS"
)


@dataclass(frozen=True, slots=True)
class Contracts:
    """What became of each contract, by contract number less the first."""

    exists: Bools
    additional: Ints
    """Cents beyond the contracted amount."""
    reduction: Ints
    extended: Ints
    """Days beyond the contracted term."""
    finished: Bools
    """Its final value has been published."""
    resolved: Bools


@dataclass(frozen=True, slots=True)
class World:
    """The simulated records before they are written in any format."""

    market: Market
    d: Draws
    bids: Bids
    consortia: Consortia
    registered: Registered
    lots: Lots
    lines: Lines
    contracts: Contracts
    plot: Plot
    cut: int
    """Day on which the records were compiled."""
    reserved: Bools
    published: Ints
    """Day on which the call was published."""


def day_text(first: int, last: int, form: str = "%Y-%m-%d") -> dict[int, str]:
    """Day number to text, for every day of a span."""
    start = date(1970, 1, 1)
    return {n: (start + timedelta(days=n)).strftime(form) for n in range(first, last + 1)}


def contracts_of(rng: Generator, d: Draws, lines: Lines, cut: int) -> Contracts:
    """Draw what became of the contracts of the awarded lines."""
    _, first = np.unique(lines.contract, return_index=True)
    process = lines.process[first]
    n = len(process)
    amount = np.add.reduceat(lines.amount, first) if n else np.zeros(0, np.int64)
    exists = (d.signed[process] < cut) & ((rng.random(n) < 0.9) | d.planted[process])
    reduction = np.where(rng.random(n) < 0.02, (amount * 0.1 * rng.random(n)).astype(np.int64), 0)
    extended = np.round(d.days[process] * d.overrun[process]).astype(np.int64)
    over = d.signed[process] + d.days[process] + extended < cut
    finished = exists & over & (rng.random(n) < 0.06)
    additional = np.round(amount * d.additional[process]).astype(np.int64)
    return Contracts(exists, additional, reduction, extended, finished, rng.random(n) < 0.015)


def reserved_values(rng: Generator, d: Draws) -> Bools:
    """Whose estimate the law withholds: most of the open calls, some of the rest, more since 2025."""
    new = d.call >= np.datetime64(c.NEW_LAW, "D").astype(np.int64)
    share = np.where(d.status == OPEN, 0.85, np.where(d.status == AWARDED, np.where(new, 0.1, 0.03), 0.35))
    share = np.where(d.object == c.WORKS, share * 0.3, share)
    found: Bools = (rng.random(len(d)) < share) & ~d.planted
    return found


def published_days(rng: Generator, d: Draws) -> Ints:
    """Most calls are published on their day; some are published again months later, direct awards days later."""
    n = len(d)
    again = np.where(rng.random(n) < 0.03, rng.integers(20, 200, n), 0)
    direct = np.where(d.method == c.CODE["CD"], rng.integers(0, 14, n), 0)
    days: Ints = d.call + np.where(d.planted, 0, np.maximum(again, direct))
    return days


def describe(world: World, at: int) -> str:
    """What process number `at` buys, with the artefacts of publishing: lost quotes, doubled spaces, truncation."""
    d = world.d
    family = c.FAMILIES[int(d.family[at])]
    need = int(d.need[at])
    text = need % TEXTS
    province = world.market.buyers.province[int(d.buyer[at])]
    place = f"{PLACES[text % 8]} {FEATURES[text // 8 % 8]} {text // 64:02d}"
    name = f"{family.noun} EN EL {place}, PROVINCIA DE {province}"
    if family.object == c.WORKS:
        name = f"MEJORAMIENTO Y AMPLIACION DE {name} - CUI {2_000_000 + need % 700_000}"
    quirk = need // 7 % 100
    if quirk < 27:
        name = f"¿{name}¿"
    if family.object == c.GOODS:
        name = f"{family.noun} PARA EL PROYECTO {name}"
    if 27 <= quirk < 37:
        name = name.replace(" ", "  ", 4)
    elif quirk == 40:
        name += "\\n"
    said = (STARTS[family.object] + name)[:300]
    return said + DEMANDS + DEMANDS.replace("POSTOR", "CONTRATISTA") if d.long_text[at] else said


def nomenclature(world: World, at: int, year: int) -> str:
    """AS-SM-57-2024-MD02017-CS-1: kind, number, year, entity, committee, number of the call."""
    d = world.d
    method = c.METHODS[int(d.method[at])]
    organ = "CS" if method.competitive else "OEC"
    acronym = world.market.buyers.acronym[int(d.buyer[at])]
    return f"{method.prefix}-{d.number[at]}-{year}-{acronym}-{organ}-{d.call_number[at]}"


def lot_states(world: World) -> list[str]:
    """State of each process in the publisher's words, upper case."""
    d, lines = world.d, world.lines
    signed = np.zeros(len(d), np.bool_)
    signed[lines.process] = world.contracts.exists[lines.contract - FIRST_CONTRACT]
    states = []
    for status, contract, consent in zip(d.status.tolist(), signed.tolist(), d.consent.tolist(), strict=True):
        if status == AWARDED:
            states.append("CONTRATADO" if contract else "CONSENTIDO" if consent < world.cut else "ADJUDICADO")
        else:
            states.append(STATES[status])
    return states


def money(cents: Ints | Floats) -> list[float]:
    """Cents as published amounts."""
    found: list[float] = np.round(np.asarray(cents) / 100, 2).tolist()
    return found
