"""The registers beside the procedures: suppliers, consortia, committees, sanctions, penalties, orders, entities, offers."""

from pathlib import Path
from typing import Final

import numpy as np

from procrisk.simulate import constants as c
from procrisk.simulate.conosce_out import Columns, Tables, amounts, texts
from procrisk.simulate.market import REGISTRY, Generator, Ints, draw_suppliers, market_of
from procrisk.simulate.processes import AWARDED, year_of
from procrisk.simulate.world import World

FOREVER: Final = "06/06/2079"
SMALL_8: Final = (
    "Contrataciones hasta 8 UIT (LEY 30225)(No incluye las derivadas de contrataciones por catálogo electrónico.)"
)
MONTHS: Final = (
    *("Enero", "Febrero", "Marzo", "Abril", "Mayo", "Junio"),
    *("Julio", "Agosto", "Setiembre", "Octubre", "Noviembre", "Diciembre"),
)
MOTIVES: Final = (
    ("214,", "Presentar información inexacta a las Entidades (SIMULADO)"),
    ("215,", "Presentar documentos falsos o adulterados a las Entidades (SIMULADO)"),
    ("214,215,", "Presentar información inexacta (SIMULADO)*Presentar documentos falsos o adulterados (SIMULADO)"),
    ("211", "Ocasionar que la Entidad resuelva el contrato (SIMULADO)"),
)


def consortia(t: Tables, year: int) -> Columns:
    """Consorcios of a year: code, members."""
    w, s = t.world, t.world.market.suppliers
    at = np.flatnonzero(year_of(w.d.call[w.consortia.process]) == year)
    code, member = w.consortia.code[at].tolist(), w.consortia.member[at].tolist()
    return {
        "AÑO": [str(year)] * len(code),
        "RUC_CONSORCIO": [str(v) for v in code],
        "CONSORCIO": [f"CONSORCIO SIMULADO {v - 8_000_000:06d} " for v in code],
        "RUC_MIEMBRO": [s.ruc[i] for i in member],
        "MIEMBRO": [s.name[i] for i in member],
    }


def suppliers(t: Tables) -> Columns:
    """Proveedores: those that were awarded something, with the day on which their registration began."""
    w, s = t.world, t.world.market.suppliers
    won = np.unique(np.concatenate([w.bids.supplier[w.lines.bid], w.consortia.member]))
    objects = np.array([f.object for f in c.FAMILIES])[s.member_market % len(c.FAMILIES)]
    registry = np.zeros(len(s.region), np.int64)
    registry[s.member_supplier[::-1]] = objects[::-1]
    rows = won.tolist()
    department = [c.REGIONS[r].department for r in s.region[won].tolist()]
    return {
        "RUCPROVEEDOR": [s.ruc[i] for i in rows],
        "PROVEEDOR": [s.name[i] for i in rows],
        "ORIGEN": ["ESPAÑA" if s.foreign[i] else "PERU" for i in rows],
        "DEPARTAMENTO": ["PROVINCIA CONSTITUCIONAL DEL CALLAO" if v == "CALLAO" else v for v in department],
        "PROVINCIA": [s.province[i] for i in rows],
        "DISTRITO": [s.province[i] for i in rows],
        "REGISTRO": [REGISTRY[o] for o in registry[won].tolist()],
        "D_FEC_INICIOVIGENCIA": t.dates(s.valid_from[won]),
        "D_FEC_FINVIGENCIA": [FOREVER] * len(rows),
    }


def committee(t: Tables) -> Columns:
    """Miembros de comité: three invented officials of the buyer for each competitive procedure."""
    d = t.world.d
    rows = np.flatnonzero(t.held & np.array([m.competitive for m in c.METHODS])[d.method])
    process = np.repeat(rows, 3)
    person = d.buyer[process] * 8 + (d.need[process] + np.tile(np.arange(3), len(rows)) * 3) % 8
    return {
        "CODIGOCONVOCATORIA": texts(d.id[process]),
        "MIEMBROCOMITE": [f"FUNCIONARIO SIMULADO {v:06d}" for v in person.tolist()],
    }


def penalties(t: Tables, rng: Generator) -> Columns:
    """Penalidades: some three in a hundred contracts, a tenth of the contract at most."""
    w, d = t.world, t.world.d
    _, first = np.unique(w.lines.contract, return_index=True)
    process = w.lines.process[first]
    ended = d.signed[process] + d.days[process]
    chosen = w.contracts.exists & t.held[process] & (ended < w.cut) & (rng.random(len(first)) < 0.03)
    first, process, ended = first[chosen], process[chosen], ended[chosen]
    codes, _, _ = t.bidder(w.lines.bid[first])
    b = w.market.buyers
    late = rng.random(len(first)) < 0.45
    amount = np.maximum((w.lines.amount[first] * rng.beta(1, 12, len(first)) * 0.1).astype(np.int64), 500)
    return {
        "ID CONTRATO": texts(w.lines.contract[first]),
        "RUC CONTRATISTA": codes,
        "TIPO PENALIDAD": np.where(late, "Por Mora", "Otra Penalidad").tolist(),
        "OBJETO CONTRATO": [c.OBJECT_NAMES[o] for o in d.object[process].tolist()],
        "ENTIDAD CONTRATANTE": [b.name[i] for i in d.buyer[process].tolist()],
        "FECHA PENALIDAD": [f"{v[:6]}{v[8:]}" for v in t.dates(ended + 15)],
        "DESCRIPCION/MOTIVO": np.where(late, "MORA EN LA ENTREGA (SIMULADO)", "OTRAS PENALIDADES (SIMULADO)").tolist(),
        "MONTO": amounts(amount),
    }


def plan(t: Tables, rng: Generator) -> Columns:
    """PAC: the line of each process that its ocid names; some come with a late version of the plan, some never."""
    d, b = t.world.d, t.world.market.buyers
    rows = np.flatnonzero((d.need % 10 < 3) & (rng.random(len(d)) < 0.95))
    year = year_of(d.call[rows])
    new_year = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    late = rng.random(len(rows)) < 0.08
    # the plan is published in January, unless the line was put into it a few days before the call
    published = np.where(late, d.call[rows] - rng.integers(0, 8, len(rows)), new_year + 10 + d.buyer[rows] % 15)
    version = np.where(late, 2 + (d.call[rows] - new_year) // 20, 1)
    month = d.call[rows].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    moved = rng.random(len(rows)) < 0.12
    month = np.where(moved, (month + rng.integers(2, 7, len(rows))) % 12, month)
    buyer = d.buyer[rows].tolist()
    nouns = [c.FAMILIES[f].noun for f in d.family[rows].tolist()]
    return {
        "AÑO": texts(year),
        "CODIGOENTIDAD": [t.code[i] for i in buyer],
        "RUC_ENTIDAD": [b.ruc[i] for i in buyer],
        "ENTIDAD": [b.name[i] for i in buyer],
        "VERSION": texts(version),
        "N_REFERENCIA": texts(d.id[rows] % 1_000_000),
        "FECHA_PUBLICACION": t.dates(published),
        "MES_PREVISTO": [MONTHS[m] for m in month.tolist()],
        "DESCRIPCIÓN_PROCESO": [f"{noun} (SIMULADO)" for noun in nouns],
        "TIPOPROCESOSELECCION": [c.METHODS[m].details for m in d.method[rows].tolist()],
        "OBJETOCONTRACTUAL": [c.OBJECT_NAMES[o] for o in d.object[rows].tolist()],
        "DESCRIPCION_ITEM": nouns,
        "N_ITEM": ["1"] * len(rows),
        "CANTIDAD": ["1"] * len(rows),
    }


def sanctions(t: Tables, rng: Generator) -> Columns:
    """Sancionados: one supplier in sixty; nearly all before or after their awards, a handful during them."""
    w, s = t.world, t.world.market.suppliers
    n = len(s.region)
    rows = np.flatnonzero((rng.random(n) < 1 / 60) & ~s.foreign)
    start = w.cut - rng.integers(60, 3000, len(rows))
    won = w.d.status[w.bids.process] == AWARDED
    last = np.full(n, -1)
    np.maximum.at(last, w.bids.supplier[won], w.d.award[w.bids.process[won]])
    first = np.full(n, 10**6)
    np.minimum.at(first, w.bids.supplier[won], w.d.award[w.bids.process[won]])
    term = rng.integers(3, 37, len(rows)) * 30
    # a sanctioned supplier cannot be awarded: move the term away from its awards, except for a few
    clash = (start <= last[rows]) & (start + term >= first[rows]) & (rng.random(len(rows)) > 0.04)
    start = np.where(clash, first[rows] - term - rng.integers(10, 500, len(rows)), start)
    motive = rng.integers(0, len(MOTIVES), len(rows)).tolist()
    begin, end = t.spoken(start), t.spoken(start + term)
    forever = rng.random(len(rows)) < 0.03
    when = t.dates(np.array([w.cut]))[0]
    return {
        "FECHA_CORTE": [f"{when[6:]}{when[3:5]}{when[:2]}"] * len(rows),
        "RUC": [s.ruc[i] for i in rows.tolist()],
        "NOMBRE_RAZONODENOMINACIONSOCIAL": [s.name[i] for i in rows.tolist()],
        "FECHA_INICIO": begin,
        "FECHA_FIN": [
            "" if always and not moved else day for always, moved, day in zip(forever, clash, end, strict=True)
        ],
        "NUMERO_RESOLUCION": [f"{9000 + i}-SIMULADO-S{i % 5 + 1}" for i in range(len(rows))],
        "ID_MOTIVO_INFRACCION": [MOTIVES[m][0] for m in motive],
        "DE_MOTIVO_INFRACCION": [MOTIVES[m][1] for m in motive],
    }


def orders(t: Tables, rng: Generator) -> Columns:
    """A sample of purchase orders below eight UIT, with the pieces of the splitting schemes among them.

    The numbers of planted orders are added to their instance's `orders`.
    """
    w = t.world
    d, m = w.d, w.market
    n = len(d)
    row = np.sort(rng.integers(0, n, n))
    buyer, family = d.buyer[row], d.family[row]
    goods = np.isin(d.object[row], (c.GOODS, c.SERVICES))
    buyer, family, day = buyer[goods], family[goods], d.call[row][goods]
    supplier = draw_suppliers(rng, m.suppliers, market_of(m.buyers.region[buyer], family))
    limit = 8 * np.array([c.tax_unit(y) for y in range(2000, 2041)])[year_of(day) - 2000]
    soles = np.minimum(np.exp(8.3 + 1.0 * rng.standard_normal(len(day))), limit * (0.97 + 0.03 * rng.random(len(day))))
    number = np.arange(len(day)) + 1
    extra = [_pieces(w, rng, k) for k in range(len(w.plot.instances)) if w.plot.instances[k].scheme == "splitting"]
    planted = np.concatenate(extra) if extra else np.zeros((0, 5))
    buyer = np.concatenate([buyer, planted[:, 0].astype(np.int64)])
    family = np.concatenate([family, planted[:, 1].astype(np.int64)])
    supplier = np.concatenate([supplier, planted[:, 2].astype(np.int64)])
    day = np.concatenate([day, planted[:, 3].astype(np.int64)])
    soles = np.concatenate([soles, planted[:, 4]])
    number = np.concatenate([number, len(number) + 1 + np.arange(len(planted))])
    _note_orders(w, [len(e) for e in extra], len(number) - len(planted))
    order = np.lexsort((number, day))
    buyer, family, supplier, day, soles, number = (a[order] for a in (buyer, family, supplier, day, soles, number))
    service = np.array([f.object for f in c.FAMILIES])[family] == c.SERVICES
    date, notified = t.dates(day), t.dates(day + 2)
    departments = [c.REGIONS[r].department for r in m.buyers.region[buyer].tolist()]
    size = len(day)
    return {
        "ENTIDAD": [m.buyers.name[i] for i in buyer.tolist()],
        "RUC_ENTIDAD": [m.buyers.ruc[i] for i in buyer.tolist()],
        "FECHA_REGISTRO": t.dates(day + 5),
        "FECHA_DE_EMISION": date,
        "FECHA_COMPROMISO_PRESUPUESTAL": date,
        "FECHA_DE_NOTIFICACION": notified,
        "TIPOORDEN": np.where(service, "Orden de Servicio", "Orden de Compra").tolist(),
        "NRO_DE_ORDEN": texts(number),
        "ORDEN": [f"O/S-{v}-SIMULADO" if o else f"O/C-{v}-SIMULADO" for v, o in zip(number, service, strict=True)],
        "DESCRIPCION_ORDEN": [f"{c.FAMILIES[f].noun} (SIMULADO)" for f in family.tolist()],
        "MONEDA": ["Soles"] * size,
        "MONTO_TOTAL_ORDEN_ORIGINAL": amounts(np.round(soles * 100).astype(np.int64)),
        "OBJETOCONTRACTUAL": np.where(service, "Servicios", "Bienes").tolist(),
        "ESTADOCONTRATACION": ["Devengada"] * size,
        "TIPODECONTRATACION": [SMALL_8] * size,
        "DEPARTAMENTO__ENTIDAD": departments,
        "RUC_CONTRATISTA": [m.suppliers.ruc[i] for i in supplier.tolist()],
        "NOMBRE_RAZON_CONTRATISTA": [m.suppliers.name[i] for i in supplier.tolist()],
    }


def _pieces(w: World, rng: Generator, k: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    instance = w.plot.instances[k]
    row, s = instance.rows[0], w.plot.strength
    n = int(rng.integers(3, 9))
    limit = 8 * c.tax_unit(int(year_of(w.d.call[[row]])[0]))
    if instance.twin:
        firms, amount = draw_suppliers(rng, w.market.suppliers, _market(w, row, n)), limit * rng.uniform(0.2, 0.95, n)
    else:
        firms, amount = np.full(n, instance.suppliers[0]), limit * (1 - s * rng.uniform(0.005, 0.08, n) - (1 - s) * 0.4)
    days = instance.order_day + np.sort(rng.integers(0, 60 if instance.twin else 30, n))
    return np.column_stack([np.full(n, w.d.buyer[row]), np.full(n, w.d.family[row]), firms, days, amount])


def _market(w: World, row: int, n: int) -> Ints:
    return np.repeat(market_of(w.d.region[[row]], w.d.family[[row]]), n)


def _note_orders(w: World, sizes: list[int], before: int) -> None:
    number = before
    instances = [i for i in w.plot.instances if i.scheme == "splitting"]
    for instance, size in zip(instances, sizes, strict=True):
        instance.orders = [str(number + 1 + k) for k in range(size)]
        number += size


def offers(t: Tables) -> Columns:
    """What every bidder asked for a work, in the shape of the Comptroller's sample of works: CONOSCE has no amounts."""
    w, d = t.world, t.world.d
    crowded = t.held & (d.object >= c.WORKS) & ((d.need % 2 == 0) | d.planted)
    at = np.flatnonzero(crowded[w.bids.process])
    process = w.bids.process[at]
    contract = w.lines.contract[w.lines.start[process]]
    ruc, name, _ = t.bidder(at)
    winner, winner_name, _ = t.bidder(w.bids.start[process])
    amount = np.round(w.lots.value[w.lots.start[process]] * w.bids.ratio[at]).astype(np.int64)
    pairs = zip(contract.tolist(), d.id[process].tolist(), strict=True)
    return {
        "NUMERO_CONTRATO": [f"{v % 1000:03d}-SIMULADO" for v in contract.tolist()],
        "CODIGO_CONTRATO": texts(contract),
        "Identificador_Obra": [f"{i}-{k}" for k, i in pairs],
        "NOMBRE_EMPRESA_GANADORA": winner_name,
        "RUC_GANADOR": winner,
        "RUC_PARTICIPANTE": ruc,
        "NOMBRE_EMPRESA_PARTICIPANTE": name,
        "MONTO_OFERTADO": amounts(amount),
    }


def entities(w: World, path: Path) -> None:
    """The register of contracting entities: pipes, latin-1, as it is published."""
    b = w.market.buyers
    lines = [
        "RUC|NOMBRE_DE_ENTIDAD|DEPARTAMENTO|PROVINCIA|DISTRITO|CODIGO_SIAF|CODCONSUCODE|ESTADO|ULTIMAACTUALIZACION"
    ]
    for i, code in enumerate(b.consucode.tolist()):
        place = c.REGIONS[int(b.region[i])].department
        lines.append(f"{b.ruc[i]}|{b.name[i]}|{place}|{b.province[i]}|{b.district[i]}|{i:04d}|{code}|Activo|31/12/19")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("latin-1"))
