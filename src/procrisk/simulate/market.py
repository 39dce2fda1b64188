"""Who buys and who sells: contracting entities and suppliers of a country that does not exist.

RUC of entities begin with 2098, of firms with 2099 and of natural persons with 1099: valid check digits, numbers
that the tax administration has not reached. Names carry "SIMULADO" or "SIMULADA".
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from procrisk.simulate.constants import (
    FAMILIES,
    GOODS,
    LEVELS,
    LEVELS_ELSEWHERE,
    LOCAL,
    OBJECT_SHARES,
    REGIONAL,
    REGIONS,
    SERVICES,
    WORKS,
    Region,
)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Strings = npt.NDArray[Any]
Generator = np.random.Generator

RUC_WEIGHTS: Final = np.array([5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
REGISTRY: Final = ("Proveedor de Bienes", "Proveedor de Servicios", "Ejecutor de Obras", "Consultor de Obras")
FOREIGN_EVERY: Final = 131
LIMA_METRO: Final = next(i for i, r in enumerate(REGIONS) if r.code == "1501")
UNITS_REGIONAL: Final = (
    "SEDE CENTRAL",
    "EDUCACION",
    "SALUD",
    "TRANSPORTES",
    "AGRICULTURA",
    "HOSPITAL REGIONAL",
    "UGEL NORTE",
    "UGEL SUR",
    "RED DE SALUD ESTE",
    "PROYECTO ESPECIAL",
)
NATIONAL_KINDS: Final = (
    "MINISTERIO DE PRUEBAS",
    "SEGURO NACIONAL DE ENSAYO",
    "UNIVERSIDAD NACIONAL DE ENSAYO",
    "PROGRAMA NACIONAL DE ENSAYO",
    "CORTE SUPERIOR DE ENSAYO",
    "DIRECCION GENERAL DE ENSAYO",
)


def rucs(prefix: int, serials: Ints) -> list[str]:
    """RUC of 11 digits: `prefix` of four digits, six digits of serial number, the check digit."""
    first = prefix * 1_000_000 + serials
    digits = (first[:, None] // 10 ** np.arange(9, -1, -1)) % 10
    check = 11 - (digits * RUC_WEIGHTS).sum(axis=1) % 11
    check = np.where(check >= 10, check - 10, check)
    return [str(v) for v in (first * 10 + check).tolist()]


@dataclass(frozen=True, slots=True)
class Buyers:
    """Contracting entities, sorted by region and level. Arrays run in parallel."""

    region: Ints
    level: Ints
    weight: Floats
    ruc: list[str]
    name: list[str]
    consucode: Ints
    acronym: list[str]
    province: list[str]
    district: list[str]


@dataclass(frozen=True, slots=True)
class Suppliers:
    """Suppliers and the markets (region, family) in which they bid; `member_*` are sorted by market."""

    region: Ints
    natural: Bools
    foreign: Bools
    """Not domiciled in Peru: a code that begins with L takes the place of the RUC."""
    valid_from: Ints
    """Day number (days since 1970) of the registration."""
    ruc: list[str]
    name: list[str]
    province: list[str]
    member_market: Ints
    member_supplier: Ints
    member_cumulative: Floats


@dataclass(frozen=True, slots=True)
class Market:
    """The country in which processes are drawn."""

    buyers: Buyers
    suppliers: Suppliers


def build(rng: Generator, processes: int, first_day: int) -> Market:
    """A country large enough for `processes`; `first_day` is the first day of calls (days since 1970)."""
    return Market(_buyers(rng), _suppliers(rng, int(300 + 12 * processes**0.72), first_day))


def market_of(region: Ints, family: Ints) -> Ints:
    """One number for a market: a family of purchases in a region."""
    return region * len(FAMILIES) + family


def draw_suppliers(rng: Generator, suppliers: Suppliers, market: Ints) -> Ints:
    """A supplier of each market, the active ones more often; every market has some."""
    low = np.searchsorted(suppliers.member_market, market, side="left")
    high = np.searchsorted(suppliers.member_market, market, side="right")
    edges = np.concatenate([[0.0], suppliers.member_cumulative])
    at = edges[low] + rng.random(len(market)) * (edges[high] - edges[low])
    position = np.clip(np.searchsorted(suppliers.member_cumulative, at, side="right"), low, high - 1)
    found: Ints = suppliers.member_supplier[position]
    return found


def level_weights(region: int) -> tuple[float, float, float]:
    """Share of the region's processes by level of government: local, regional, national."""
    return LEVELS.get(REGIONS[region].code, LEVELS_ELSEWHERE)


def _buyers(rng: Generator) -> Buyers:
    region, level, name, acronym, province, district, weight = [], [], [], [], [], [], []
    for r, place in enumerate(REGIONS):
        local, regional, _ = level_weights(r)
        counts = [max(2, round(place.buyers * 0.66 * local / 0.73)), max(2, round(place.buyers * 0.2 * regional / 0.2))]
        counts.append(max(2, place.buyers - sum(counts)))
        for lev, count in enumerate(counts):
            sizes = np.sort((1 - rng.random(count)) ** -0.75)[::-1]
            weight.append(sizes / sizes.sum() * level_weights(r)[lev] * place.weight)
            for i in range(count):
                where = place.provinces[0] if lev == REGIONAL else place.provinces[i % len(place.provinces)]
                names = _buyer_name(place, where, lev, i)
                region.append(r)
                level.append(lev)
                name.append(names[0] + " (SIMULADO)")
                acronym.append(names[1])
                province.append(where)
                district.append(where if i < len(place.provinces) else f"DISTRITO SIMULADO {i:03d}")
    n = len(region)
    return Buyers(
        region=np.array(region),
        level=np.array(level),
        weight=np.concatenate(weight),
        ruc=rucs(2098, rng.permutation(900_000)[:n] + 100_000),
        name=name,
        consucode=90_001 + np.arange(n),
        acronym=acronym,
        province=province,
        district=district,
    )


def _buyer_name(region: Region, province: str, level: int, i: int) -> tuple[str, str]:
    tag = f"{region.code}{i:03d}"
    if level == LOCAL:
        if i < len(region.provinces) and region.code != "1501":
            return f"MUNICIPALIDAD PROVINCIAL DE {province}", f"MP{tag}"
        return f"MUNICIPALIDAD DISTRITAL DE PUEBLO {tag} - {province}", f"MD{tag}"
    if level == REGIONAL:
        unit = UNITS_REGIONAL[i % len(UNITS_REGIONAL)] + (f" {i:03d}" if i >= len(UNITS_REGIONAL) else "")
        seat = f"{region.department} METROPOLITANA" if region.code == "1501" else region.department
        return f"GOBIERNO REGIONAL DE {seat} {unit}", f"GR{tag}"
    kind = NATIONAL_KINDS[i % len(NATIONAL_KINDS)]
    return f"{kind} {tag}", f"{kind.split()[0][:3]}{tag}"


def _suppliers(rng: Generator, n: int, first_day: int) -> Suppliers:
    weights = np.array([r.weight for r in REGIONS])
    # fewer firms sit where national entities buy than those entities' processes would suggest
    weights[LIMA_METRO] *= 1.25
    region = rng.choice(len(REGIONS), n, p=weights / weights.sum())
    # every region has a few suppliers of every family, or its buyers would have nobody to ask
    floor = np.repeat(np.arange(len(REGIONS)), len(FAMILIES) * 4)
    region = np.concatenate([floor, region])
    family = rng.choice(len(FAMILIES), len(region), p=_family_weights())
    family[: len(floor)] = np.tile(np.repeat(np.arange(len(FAMILIES)), 4), len(REGIONS))
    total = len(region)
    objects = np.array([f.object for f in FAMILIES])
    natural = rng.random(total) < np.where(np.isin(objects[family], (GOODS, SERVICES)), 0.22, 0.15)
    natural &= objects[family] != WORKS
    activity = np.minimum((1 - rng.random(total)) ** -0.8, 80.0)
    # a registration is usually years old; a few suppliers come with the period itself
    age = rng.exponential(1500, total)
    valid_from = np.where(rng.random(total) < 0.08, first_day + rng.integers(0, 600, total), first_day - 30 - age)
    markets, owners = [market_of(region, family)], [np.arange(total)]
    for share, far in ((0.55, False), (0.25, True)):
        who = np.flatnonzero(rng.random(total) < share)
        same_object = [np.flatnonzero(objects == o) for o in range(4)]
        kin = np.array([rng.choice(same_object[o]) for o in objects[family[who]]], dtype=np.int64)
        there = rng.integers(0, len(REGIONS), len(who)) if far else region[who]
        markets.append(market_of(there, kin))
        owners.append(who)
    member_market, member_supplier = np.concatenate(markets), np.concatenate(owners)
    order = np.lexsort((member_supplier, member_market))
    serial = rng.permutation(999_999)[:total]
    ruc = np.where(natural, rucs(1099, serial), rucs(2099, serial)).tolist()
    foreign = (np.arange(total) % FOREIGN_EVERY == 0) & ~natural
    for i in np.flatnonzero(foreign).tolist():
        ruc[i] = f"L{90000 + i}"
    provinces = [REGIONS[r].provinces[0] for r in region]
    return Suppliers(
        region=region,
        natural=natural,
        foreign=foreign,
        valid_from=valid_from.astype(np.int64),
        ruc=ruc,
        name=_supplier_names(natural, family),
        province=provinces,
        member_market=member_market[order],
        member_supplier=member_supplier[order],
        member_cumulative=np.cumsum(activity[member_supplier[order]]),
    )


def _family_weights() -> Floats:
    weights = np.array([OBJECT_SHARES[f.object] * f.weight for f in FAMILIES])
    shares_of_all: Floats = weights / weights.sum()
    return shares_of_all


def _supplier_names(natural: Bools, family: Ints) -> list[str]:
    kinds = {GOODS: "COMERCIALIZADORA", SERVICES: "SERVICIOS", WORKS: "CONSTRUCTORA"}
    endings = ("S.A.C.", "E.I.R.L.", "S.R.L.", "S.A.C.", "SOCIEDAD ANONIMA CERRADA")
    names = []
    for i, (person, f) in enumerate(zip(natural.tolist(), family.tolist(), strict=True)):
        if person:
            names.append(f"PERSONA SIMULADA NUMERO {i:06d}")
        elif i % FOREIGN_EVERY == 0:
            names.append(f"PROVEEDOR EXTRANJERO SIMULADO {i:06d} LTD")
        else:
            kind = kinds.get(FAMILIES[f].object, "CONSULTORA")
            names.append(f"{kind} SIMULADA {i:06d} {endings[i % len(endings)]}")
    return names
