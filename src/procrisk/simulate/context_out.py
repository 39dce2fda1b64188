"""Registers that stand beside procurement: owners, taxpayers, offices, ties, declarations, certifications, lists, works, control.

People do not exist: documents of officials begin with 97, of people behind firms with 98. A planted shell or tailored
winner is tied to the buyer; its clean look-alike has a tie that means nothing: to another buyer, or long over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from procrisk.simulate import constants as c
from procrisk.simulate.bids import FIRST_CONTRACT
from procrisk.simulate.conosce_out import Columns, Tables, texts
from procrisk.simulate.market import Bools, Generator, Ints
from procrisk.simulate.processes import AWARDED, day_number, year_of

OFFICIALS: Final = 8
"""Officials of a buyer; `registers_out.committee` draws its members from them."""
_EVALUATORS, _ELECTED = 4, 7
_USERS: Final = (5, 6)
_ORGANISATIONS: Final = 12
_PADRON: Final = (
    "RUC|NOMBRE O RAZÓN SOCIAL|ESTADO DEL CONTRIBUYENTE|CONDICIÓN DE DOMICILIO|UBIGEO|TIPO DE VÍA|NOMBRE DE VÍA|"
    "CÓDIGO DE ZONA|TIPO DE ZONA|NÚMERO|INTERIOR|LOTE|DEPARTAMENTO|MANZANA|KILÓMETRO|"
)
Row = tuple[str, ...]


@dataclass(slots=True)
class People:
    """Who stands behind firms and offices, with what was planted among them."""

    chief: Ints
    """Number of the person who controls each supplier."""
    address: Ints
    """Number of the house in which each supplier sits."""
    inside: Ints
    """Office in that house; 0: the whole house."""
    missing: Bools
    """Suppliers that the tax administration does not find at their address."""
    ties: list[Row] = field(default_factory=list)
    former: list[Row] = field(default_factory=list)
    """Offices that ended long ago."""
    undeclared: set[int] = field(default_factory=set)
    """Officials who did not file their declaration of interests."""


def official(buyer: int, k: int) -> str:
    """Document of the k-th official of a buyer."""
    return str(97_000_000 + buyer * OFFICIALS + k)


def owner(person: int) -> str:
    """Document of a person behind a firm."""
    return str(98_000_000 + person)


def organisation(buyer: int) -> str:
    """Political organisation that put a buyer's elected head forward."""
    return f"ORGANIZACION SIMULADA {buyer % _ORGANISATIONS:02d}"


def people(t: Tables, rng: Generator) -> People:
    """Draw the people and plant the ties of shells and tailored winners, beside those of their look-alikes."""
    w, s = t.world, t.world.market.suppliers
    n = len(s.region)
    found = People(np.arange(n), np.arange(n) + 100, np.zeros(n, np.int64), rng.random(n) < 0.01)
    for k, instance in enumerate(w.plot.instances):
        if instance.scheme in ("shell", "tailored"):
            row, firm = instance.rows[0], instance.suppliers[0]
            plant = _shell if instance.scheme == "shell" else _tailored
            plant(t, found, k, int(w.d.buyer[row]), firm, twin=instance.twin)
    for buyer in rng.choice(len(w.market.buyers.ruc), 20).tolist():
        giver = int(rng.integers(0, n))
        found.ties.append((owner(giver), organisation(buyer), "aporte", "", t.day[w.cut - 900], "", "SIMULADO"))
    return found


def _shell(t: Tables, p: People, k: int, buyer: int, firm: int, *, twin: bool) -> None:
    """One house and one owner with another firm, and kin in the committee; or an office in a building and kin far away."""
    s = t.world.market.suppliers
    near = np.flatnonzero((s.region == s.region[firm]) & ~s.natural & ~s.foreign)
    other = int(near[(np.searchsorted(near, firm) + 1) % len(near)])
    p.address[firm] = p.address[other]
    if twin:
        p.inside[[firm, other]] = (1 + k % 50, 60 + k % 50)
        buyer = (buyer + 1) % len(t.world.market.buyers.ruc)
    else:
        p.chief[firm] = p.chief[other]
        p.missing[firm] = True
    kin = official(buyer, k % _EVALUATORS)
    p.ties.append(
        (kin, owner(int(p.chief[firm])), "parentesco", str(1 + k % 2), t.day[t.world.cut - 4000], "", "SIMULADO")
    )


def _tailored(t: Tables, p: People, k: int, buyer: int, firm: int, *, twin: bool) -> None:
    """An undeclared interest in the firm where the need is written up, and a donation; or an interest of a former official."""
    s, cut = t.world.market.suppliers, t.world.cut
    if twin:
        left, document = t.day[cut - 3000], str(96_000_000 + k)
        entity = t.world.market.buyers.ruc[buyer]
        name = f"EX FUNCIONARIO SIMULADO {k:06d}"
        p.former.append((document, name, entity, "area usuaria", "JEFE (SIMULADO)", "", t.day[cut - 4800], left))
        p.ties.append((document, s.ruc[firm], "interés", "", t.day[cut - 4800], left, "SIMULADO"))
        return
    who = _USERS[k % 2]
    p.undeclared.add(buyer * OFFICIALS + who)
    p.ties.append((official(buyer, who), s.ruc[firm], "interés", "", t.day[cut - 1500], "", "SIMULADO"))
    giver = owner(int(p.chief[firm]))
    p.ties.append((giver, organisation(buyer), "aporte", "", t.day[cut - 1400], "", "SIMULADO"))


def owners(t: Tables, p: People) -> Columns:
    """Conformación jurídica: the controlling person of each firm as shareholder and representative, a second shareholder of half."""
    s = t.world.market.suppliers
    firms = np.flatnonzero(~s.natural & ~s.foreign)
    second = firms[firms % 2 == 0]
    firm = np.concatenate([firms, firms, second])
    person = np.concatenate([p.chief[firms], p.chief[firms], second + 1_000_000 - len(s.region)])
    kind = np.repeat(["ACCIONISTA", "REPRESENTANTE", "ORGANO DE ADMINISTRACION"], [len(firms), len(firms), len(second)])
    cut = t.day[t.world.cut]
    return {
        "FECHA_CORTE": [f"{cut[6:]}{cut[3:5]}{cut[:2]}"] * len(firm),
        "TIPO_DOCUMENTO": ["DNI"] * len(firm),
        "NUMERO_DOCUMENTO": [owner(v) for v in person.tolist()],
        "NOMBRE_RAZONODENOMINACIONSOCIAL": [f"PERSONA SIMULADA DE FIRMA {v:06d}" for v in person.tolist()],
        "RUC": [s.ruc[i] for i in firm.tolist()],
        "TIPO_CONF_JURIDICA": kind.tolist(),
        "FECHA_INICIO_VIGENCIA": t.dates(s.valid_from[firm]),
        "ID_FORMA_SOCIETARIA": ["2"] * len(firm),
        "DE_FORMA_SOCIETARIA": ["SOCIEDAD ANONIMA CERRADA"] * len(firm),
    }


def taxpayers(t: Tables, p: People, path: Path) -> None:
    """Padrón reducido of the suppliers: pipes, latin-1, no address for natural persons, as it is published."""
    s = t.world.market.suppliers
    lines = [_PADRON]
    for i in np.flatnonzero(~s.foreign).tolist():
        code = c.REGIONS[int(s.region[i])].code
        ubigeo = (code if len(code) == 4 else f"{code}02" if code == "15" else f"{code}01") + "01"
        where = "-|-|-|-|-|-|-|-|-|-"
        if not s.natural[i]:
            office = str(p.inside[i]) if p.inside[i] else "-"
            where = f"JR.|LOS SIMULADOS|-|-|{p.address[i]}|{office}|-|-|-|-"
        condition = "NO HABIDO" if p.missing[i] else "HABIDO"
        lines.append(f"{s.ruc[i]}|{s.name[i]}|ACTIVO|{condition}|{'-' if s.natural[i] else ubigeo}|{where}|")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("latin-1"))


def _table(headers: str, rows: Sequence[Row]) -> Columns:
    columns: Any = zip(*rows, strict=True) if rows else ([] for _ in headers.split())
    return {h: list(cells) for h, cells in zip(headers.split(), columns, strict=True)}


def _buyers(t: Tables) -> list[int]:
    """Those that called something."""
    found: list[int] = np.unique(t.world.d.buyer).tolist()
    return found


def offices(t: Tables, p: People) -> Columns:
    """Eight invented officials of each buyer: evaluators, a head, two of the user area, an elected head or another official."""
    b, rows = t.world.market.buyers, []
    year = int(year_of(t.world.d.call).min())
    start = day_number(f"{2019 + (year - 2019) // 4 * 4}-01-01")
    term = t.day[start], t.day[start + 1460]
    long_ago = t.day[t.world.cut - 3500], ""
    kinds = ["evaluador"] * _EVALUATORS + ["funcionario", "area usuaria", "area usuaria"]
    for buyer in _buyers(t):
        elected = b.level[buyer] != max(b.level)
        for k in range(OFFICIALS):
            kind = kinds[k] if k < _ELECTED else "electo" if elected else "funcionario"
            put = organisation(buyer) if kind == "electo" else ""
            dates = term if kind == "electo" else long_ago
            name = f"FUNCIONARIO SIMULADO {buyer * OFFICIALS + k:06d}"
            rows.append((official(buyer, k), name, b.ruc[buyer], kind, f"CARGO {k} (SIMULADO)", put, *dates))
    headers = "DOCUMENTO NOMBRE RUC_ENTIDAD TIPO_CARGO CARGO ORGANIZACION_POLITICA DESDE HASTA"
    return _table(headers, [*rows, *p.former])


def ties(_: Tables, p: People) -> Columns:
    """Kin, declared or known interests, donations: the planted ones and those that mean nothing."""
    return _table("DOCUMENTO VINCULADO TIPO_VINCULO GRADO DESDE HASTA FUENTE", list(dict.fromkeys(p.ties)))


def declarations(t: Tables, p: People, rng: Generator) -> Columns:
    """A declaration of interests of each official and year; three in a hundred are not filed, and the planted ones."""
    b, rows = t.world.market.buyers, []
    years = np.unique(year_of(t.world.d.call)).tolist()
    for buyer in _buyers(t):
        for k in range(OFFICIALS):
            for year in years:
                filed = rng.random() > 0.03 and buyer * OFFICIALS + k not in p.undeclared
                rows.append((official(buyer, k), b.ruc[buyer], f"31/01/{year}", "SI" if filed else "NO"))
    return _table("DOCUMENTO RUC_ENTIDAD FECHA PRESENTADA", rows)


def certifications(t: Tables, rng: Generator) -> Columns:
    """SICAN: nine in ten evaluators hold a certificate; some of those have run out."""
    rows = []
    first = int(t.world.d.call.min())
    for buyer in _buyers(t):
        for k in range(OFFICIALS):
            begin = first - int(rng.integers(0, 600))
            if rng.random() < 0.9:
                name = f"FUNCIONARIO SIMULADO {buyer * OFFICIALS + k:06d}"
                rows.append((name, official(buyer, k), "BASICO", t.day[begin], t.day[begin + 1095]))
    return _table("NOMBRE DOCUMENTO NIVEL_CERTIFICACION DESDE HASTA", rows)


def listed_items(t: Tables, rng: Generator) -> Columns:
    """Families of goods that have to be bought from a catalogue, by a technical sheet or as homologated."""
    lists = ("catálogo electrónico", "ficha técnica", "homologado")
    goods = [f for f in c.FAMILIES if f.object == c.GOODS]
    since = t.dates(t.world.cut - rng.integers(3000, 5000, len(goods)))
    rows = [
        (f.cubso, lists[i % 4], f"{f.noun} (SIMULADO)", since[i], "") for i, f in enumerate(goods) if i % 4 < len(lists)
    ]
    return _table("CLASIFICACION LISTA NOMBRE DESDE HASTA", rows)


def works(t: Tables, rng: Generator) -> Columns:
    """Every contract of a work: where it stands on the day of the cut."""
    w, d = t.world, t.world.d
    _, first = np.unique(w.lines.contract, return_index=True)
    process, contract = w.lines.process[first], w.lines.contract[first]
    chosen = w.contracts.exists & (d.object[process] == c.WORKS)
    late = w.contracts.extended[chosen]
    process, contract = process[chosen], contract[chosen]
    n = len(process)
    begin = d.signed[process] + 10
    planned = begin + d.days[process]
    ended = planned + late + rng.integers(-5, 30, n)
    over = ended < w.cut
    done = np.where(over, 100, np.clip((w.cut - begin) * 95 // np.maximum(ended - begin, 1), 0, 95))
    halted = ~over & (rng.random(n) < 0.1)
    paid = np.clip(done + rng.integers(-8, 6, n), 0, 100)
    state = np.where(over, "FINALIZADA", np.where(halted, "PARALIZADA", "EN EJECUCION"))
    last, received = t.dates(ended), t.dates(ended + 25)
    shown = over.tolist()
    return {
        "CODIGO_OBRA": texts(400_000 + contract - FIRST_CONTRACT),
        "CODIGOCONVOCATORIA": texts(d.id[process]),
        "CODIGO_CONTRATO": texts(contract),
        "CUI": texts(2_000_000 + d.need[process] % 700_000),
        "RUC_ENTIDAD": [w.market.buyers.ruc[i] for i in d.buyer[process].tolist()],
        "ESTADO_OBRA": state.tolist(),
        "FECHA_INICIO": t.dates(begin),
        "FECHA_FIN_PREVISTA": t.dates(planned),
        "FECHA_FIN_REAL": [day if yes else "" for day, yes in zip(last, shown, strict=True)],
        "FECHA_RECEPCION": [day if yes else "" for day, yes in zip(received, shown, strict=True)],
        "RESIDENTE": texts(950_000 + rng.integers(0, max(n // 2, 1), n)),
        "SUPERVISOR": texts(970_000 + rng.integers(0, max(n // 2, 1), n)),
        "AVANCE_FISICO": texts(done),
        "AVANCE_FINANCIERO": texts(paid),
        "FECHA_CORTE": t.dates(np.full(n, w.cut)),
    }


def control(t: Tables, rng: Generator) -> Columns:
    """Adverse situations in two of a hundred processes; six in ten were put right within two months."""
    d = t.world.d
    chosen = np.flatnonzero(rng.random(len(d)) < 0.02)
    day = d.call[chosen] + 20
    mended = day + rng.integers(5, 60, len(chosen))
    fixed = (rng.random(len(chosen)) < 0.6) & (mended < t.world.cut)
    return {
        "NUMERO_INFORME": [f"{i:04d}-SIMULADO-SCC" for i in range(len(chosen))],
        "NUMERO_SITUACION": ["1"] * len(chosen),
        "RUC_ENTIDAD": [t.world.market.buyers.ruc[i] for i in d.buyer[chosen].tolist()],
        "CODIGOCONVOCATORIA": texts(d.id[chosen]),
        "FECHA": t.dates(day),
        "FECHA_CORRECCION": [v if yes else "" for v, yes in zip(t.dates(mended), fixed.tolist(), strict=True)],
        "DESCRIPCION": ["SITUACION ADVERSA (SIMULADO)"] * len(chosen),
    }


def challenges(t: Tables, rng: Generator) -> Columns:
    """Appeals by the bidder that came second: two in a hundred awards, and half of the tailored ones."""
    w, d = t.world, t.world.d
    tailored = {r for i in w.plot.instances if i.scheme == "tailored" and not i.twin for r in i.rows}
    planted = np.isin(np.arange(len(d)), sorted(tailored)) & (rng.random(len(d)) < 0.5)
    chosen = np.flatnonzero((d.status == AWARDED) & ((rng.random(len(d)) < 0.02) | planted))
    bidders = np.diff(w.bids.start)[chosen]
    second = w.bids.start[chosen] + np.minimum(bidders, 2) - 1
    codes, _, _ = t.bidder(second)
    lodged = d.award[chosen] + 6
    decided = lodged + rng.integers(12, 30, len(chosen))
    pending = decided >= w.cut
    outcome = rng.choice(["FUNDADO", "INFUNDADO", "IMPROCEDENTE", "NULIDAD"], len(chosen), p=[0.3, 0.4, 0.2, 0.1])
    return {
        "CODIGOCONVOCATORIA": texts(d.id[chosen]),
        "NUMERO_IMPUGNACION": [f"{i + 1:05d}-SIMULADO-TCE" for i in range(len(chosen))],
        "TIPO_IMPUGNACION": ["RECURSO DE APELACION"] * len(chosen),
        "FECHA": t.dates(lodged),
        "FECHA_RESOLUCION": ["" if p else v for v, p in zip(t.dates(decided), pending.tolist(), strict=True)],
        "RESULTADO": np.where(pending, "PENDIENTE", outcome).tolist(),
        "RUC_IMPUGNANTE": [code if n > 1 else "" for code, n in zip(codes, bidders.tolist(), strict=True)],
    }


def subcontractors(t: Tables, rng: Generator) -> Columns:
    """A part of one contract in thirty is passed on to another supplier of the region; a few pass on too much."""
    w, s = t.world, t.world.market.suppliers
    _, first = np.unique(w.lines.contract, return_index=True)
    first = first[w.contracts.exists & (rng.random(len(first)) < 1 / 30)]
    process = w.lines.process[first]
    firms = np.flatnonzero(~s.foreign)
    firms = firms[np.argsort(s.region[firms], kind="stable")]
    low = np.searchsorted(s.region[firms], w.d.region[process], side="left")
    high = np.searchsorted(s.region[firms], w.d.region[process], side="right")
    chosen = firms[low + (rng.random(len(low)) * (high - low)).astype(np.int64)].tolist()
    return {
        "CODIGOCONVOCATORIA": texts(w.d.id[process]),
        "CODIGO_CONTRATO": texts(w.lines.contract[first]),
        "RUC_SUBCONTRATISTA": [s.ruc[i] for i in chosen],
        "NOMBRE": [s.name[i] for i in chosen],
        "PORCENTAJE": texts(rng.integers(5, 45, len(first))),
    }
