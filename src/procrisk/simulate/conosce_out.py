"""CONOSCE's tables as published: the headers of the real files, their dates, their byte order mark and their flaws.

Only awarded procedures appear, as in the real files; the offers of Postor have no amounts.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from procrisk.simulate import constants as c
from procrisk.simulate.bids import FIRST_CONTRACT
from procrisk.simulate.market import Bools, Generator, Ints
from procrisk.simulate.processes import AWARDED, RATE, year_of
from procrisk.simulate.world import CURRENCY_NAME, World, day_text, describe, nomenclature

Columns = dict[str, Sequence[Any]]
SENTINEL: Final = "01/01/1900"


def write_table(path: Path, columns: Columns) -> None:
    """One table: comma, byte order mark, every cell as text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pl.DataFrame({k: pl.Series(k, [cell or None for cell in v], dtype=pl.String) for k, v in columns.items()})
    frame.write_csv(path, include_bom=True)


def amounts(cents: Ints) -> list[str]:
    """Cents as SEACE writes them: 88345, 223232.4, 30.05."""
    return [f"{v / 100:.2f}".rstrip("0").rstrip(".") for v in cents.tolist()]


def texts(values: Ints) -> list[str]:
    """Numbers as text."""
    return [str(v) for v in values.tolist()]


class Tables:
    """Columns that several tables share, by process, by line and by bid."""

    def __init__(self, world: World, rng: Generator) -> None:
        """Choose the processes that CONOSCE holds and prepare their texts."""
        self.world, self.rng = world, rng
        d, b = world.d, world.market.buyers
        self.held: Bools = d.in_conosce & (d.status == AWARDED)
        first = int(min(d.call.min(), world.market.suppliers.valid_from.min(), world.cut - 5500)) - 10
        self.day = day_text(first, int(d.signed.max()) + 4000, "%d/%m/%Y")
        rows = np.flatnonzero(self.held).tolist()
        year = year_of(d.call).tolist()
        self.title = {i: nomenclature(world, i, year[i]) for i in rows}
        self.text = {i: describe(world, i)[:300] for i in rows}
        lost = rng.random(len(b.ruc)) < 0.12
        self.code = [
            str(v) if zero else f"{v:06d}" for v, zero in zip(b.consucode.tolist(), lost.tolist(), strict=True)
        ]
        self.code_of = d.buyer.tolist()
        self.currency = [CURRENCY_NAME[v] for v in d.currency.tolist()]

    def dates(self, days: Ints) -> list[str]:
        """Day numbers as dd/mm/yyyy."""
        return [self.day[v] for v in days.tolist()]

    def spoken(self, days: Ints) -> list[str]:
        """Day numbers as d/mm/yyyy: the register of sanctions drops the first zero."""
        return [self.day[v].removeprefix("0") for v in days.tolist()]

    def by_process(self, rows: Ints) -> Columns:
        """What every table says about the process of each row."""
        b, at = self.world.market.buyers, rows.tolist()
        return {
            "CODIGOENTIDAD": [self.code[self.code_of[i]] for i in at],
            "ENTIDAD_RUC": [b.ruc[self.code_of[i]] for i in at],
            "ENTIDAD": [b.name[self.code_of[i]] for i in at],
            "CODIGOCONVOCATORIA": texts(self.world.d.id[rows]),
            "PROCESO": [self.title[i] for i in at],
            "DESCRIPCION_PROCESO": [self.text[i] for i in at],
            "OBJETOCONTRACTUAL": [c.OBJECT_NAMES[o] for o in self.world.d.object[rows].tolist()],
            "MONEDA": [self.currency[i] for i in at],
            "FECHA_CONVOCATORIA": self.dates(self.world.d.call[rows]),
        }

    def item_text(self, rows: Ints) -> list[str]:
        """Text of the item: that of the process, cut."""
        return [self.text[i][:250] for i in rows.tolist()]

    def bidder(self, bids: Ints) -> tuple[list[str], list[str], list[str]]:
        """Code, name and kind of the bidder at each position of the bids."""
        s, b = self.world.market.suppliers, self.world.bids
        codes, names, kinds = [], [], []
        for supplier, consortium in zip(b.supplier[bids].tolist(), b.consortium[bids].tolist(), strict=True):
            if consortium:
                codes.append(str(consortium))
                names.append(f"CONSORCIO SIMULADO {consortium - 8_000_000:06d}")
                kinds.append("Consorcio")
            else:
                codes.append(s.ruc[supplier])
                names.append(s.name[supplier])
                foreign, natural = s.foreign[supplier], s.natural[supplier]
                kinds.append(
                    "Persona No Domiciliada" if foreign else "Persona Natural" if natural else "Persona Juridica"
                )
        return codes, names, kinds


def awards(t: Tables) -> tuple[Columns, Columns]:
    """Adjudicaciones, and the separate table of direct awards with their cause."""
    w = t.world
    d, lots = w.d, w.lots
    line = np.flatnonzero(t.held[w.lines.process])
    process, lot = w.lines.process[line], w.lines.lot[line]
    codes, names, kinds = t.bidder(w.lines.bid[line])
    common = t.by_process(process)
    signed = w.contracts.exists[w.lines.contract[line] - FIRST_CONTRACT]
    states = np.where(signed, "Contratado", np.where(d.consent[process] < w.cut, "Consentido", "Adjudicado")).tolist()
    consent = np.array(t.dates(d.consent[process]), dtype=object)
    chance = t.rng.random(len(line))
    consent[chance < 0.033] = ""
    consent[chance > 0.985] = SENTINEL
    units = [c.FAMILIES[f].unit[1] for f in d.family[process].tolist()]
    spaced = np.where(t.rng.random(len(line)) < 0.02, " ", "").tolist()
    table: Columns = {
        "CODIGOENTIDAD": common["CODIGOENTIDAD"],
        "ENTIDAD_RUC": common["ENTIDAD_RUC"],
        "CODIGOCONVOCATORIA": common["CODIGOCONVOCATORIA"],
        "PROCESO": common["PROCESO"],
        "N_ITEM": texts(lots.number[lot]),
        "DESCRIPCION_ITEM": t.item_text(process),
        "ESTADO_ITEM": states,
        "CANTIDAD_ADJUDICADO_ITEM": texts(lots.quantity[lot]),
        "MONTO_REFERENCIAL_ITEM": amounts(lots.value[lot]),
        "MONTO_ADJUDICADO_ITEM": amounts(w.lines.amount[line]),
        "MONEDA": common["MONEDA"],
        "UNIDAD_MEDIDA": units,
        "RUC_PROVEEDOR": codes,
        "PROVEEDOR": [name + s for name, s in zip(names, spaced, strict=True)],
        "TIPO_PROVEEDOR": kinds,
        "FECHA_CONVOCATORIA": common["FECHA_CONVOCATORIA"],
        "FECHA_BUENAPRO": t.dates(d.award[process]),
        "FECHA_CONSENTIMIENTO_BP": consent.tolist(),
    }
    direct = np.flatnonzero(d.method[process] == c.CODE["CD"])
    return table, _direct(t, {**table, **common}, process, lot, line, direct)


def _direct(t: Tables, cells: Columns, process: Ints, lot: Ints, line: Ints, rows: Ints) -> Columns:
    w = t.world
    d, b = w.d, w.market.buyers
    process, lot, line = process[rows], lot[rows], line[rows]
    at, buyers = rows.tolist(), d.buyer[process].tolist()
    rate = np.array(RATE)[d.currency[process]]
    places = [(c.REGIONS[int(b.region[i])].department, b.province[i], b.district[i]) for i in buyers]
    levels = [c.LEVEL_NAMES[int(b.level[i])] for i in buyers]
    pick = {k: [v[i] for i in at] for k, v in cells.items()}
    soles = amounts(np.round(w.lots.value[lot] * rate).astype(np.int64))
    won = amounts(np.round(w.lines.amount[line] * rate).astype(np.int64))
    n = len(at)
    return {
        "CODIGOENTIDAD": pick["CODIGOENTIDAD"],
        "RUC_ENTIDAD": pick["ENTIDAD_RUC"],
        "ENTIDAD": pick["ENTIDAD"],
        "ENTIDAD_DEPARTAMENTO": [p[0] for p in places],
        "ENTIDAD_PROVINCIA": [p[1] for p in places],
        "ENTIDAD_DISTRITO": [p[2] for p in places],
        "FECHACONVOCATORIA": [f"{v[6:]}-{v[3:5]}-{v[:2]} 00:00:00" for v in pick["FECHA_CONVOCATORIA"]],
        "OBJETOCONTRACTUAL": pick["OBJETOCONTRACTUAL"],
        "PROCESO": pick["PROCESO"],
        "CODIGOCONVOCATORIA": pick["CODIGOCONVOCATORIA"],
        "DESCRIPCION_PROCESO": pick["DESCRIPCION_PROCESO"],
        "NUMERO_ITEM": pick["N_ITEM"],
        "ITEMCONVOCA_DESCRIPCION": [v.replace("Ó", "¿") for v in pick["DESCRIPCION_ITEM"]],
        "ITEMCONVOCA_UNIDADMEDIDA": pick["UNIDAD_MEDIDA"],
        "SECTOR": levels,
        "TIPOENTIDADOEE": levels,
        "TIPOPROCESO": ["Contratación Directa"] * n,
        "ITEM_DEPARTAMENTO": [p[0] for p in places],
        "ITEM_PROVINCIA": [p[1] for p in places],
        "ITEM_DISTRITO": [p[2] for p in places],
        "ESTADOITEMCONVOCA": pick["ESTADO_ITEM"],
        "ULTIMO": ["ULTIMO"] * n,
        "MONEDA": pick["MONEDA"],
        "CAUSAL_EXOR_CONT_DIRECTA": [c.CAUSES[i][0] for i in d.cause[process].tolist()],
        "MONTOREFERENCIAL": pick["MONTO_REFERENCIAL_ITEM"],
        "MONTOREFERENCIALSOLES": soles,
        "MONTOADJUDICADO": pick["MONTO_ADJUDICADO_ITEM"],
        "MONTOADJUDICADOSOLES": won,
        "CANTIDADADJUDICADA": pick["CANTIDAD_ADJUDICADO_ITEM"],
        "TIPOPROVEEDOR": pick["TIPO_PROVEEDOR"],
        "RUCPROVEEDOR": pick["RUC_PROVEEDOR"],
        "PROVEEDOR": pick["PROVEEDOR"],
        "RUCDETALLEPROVEEDOR": [""] * n,
        "DETALLEPROVEEDOR": [""] * n,
        "URLFICHAPROCESO": [f"https://simulado.invalid/ficha?idConvocatoria={v}" for v in pick["CODIGOCONVOCATORIA"]],
        "RUBROS": [c.FAMILIES[f].noun for f in d.family[process].tolist()],
    }


def calls(t: Tables) -> Columns:
    """Convocatorias: one row per lot, with the day on which bids are due."""
    w = t.world
    d, lots, b = w.d, w.lots, w.market.buyers
    lot = np.flatnonzero(t.held[lots.process])
    process = lots.process[lot]
    common = t.by_process(process)
    open_bids = d.method[process] != c.CODE["CD"]
    terms = np.isin(d.method[process], [c.CODE[k] for k in ("CD", "CONV", "INT", "RES", "SIE", "CPREC")])
    # delivery is usually at home; national entities deliver all over the country
    region = b.region[d.buyer[process]]
    away = t.rng.random(len(process)) < np.where(d.level[process] == c.NATIONAL, 0.35, 0.01)
    region = np.where(away, t.rng.integers(0, len(c.REGIONS), len(process)), region)
    province = [
        c.REGIONS[r].provinces[0] if far else b.province[i]
        for r, far, i in zip(region.tolist(), away.tolist(), d.buyer[process].tolist(), strict=True)
    ]
    families = [c.FAMILIES[f] for f in d.family[process].tolist()]
    packed = (d.lots[process] > 1) & (d.need[process] % 8 == 0) & (lots.number[lot] <= 3)
    # a package may hold something of another family; OCDS gives no class where need is a multiple of 6
    odd = packed & (d.need[process] % 24 == 0) & (lots.number[lot] == 2)
    kinds = np.where(odd, (d.family[process] + 5) % len(c.FAMILIES), d.family[process]).tolist()
    pairs = zip(kinds, d.need[process].tolist(), strict=True)
    codes = [f"{c.FAMILIES[f].cubso}00{need % 1_000_000:06d}" for f, need in pairs]
    levels = [c.LEVEL_NAMES[v] for v in d.level[process].tolist()]
    n = len(process)
    total = np.round(d.value[process] / np.array(RATE)[d.currency[process]]).astype(np.int64)
    return {
        "CODIGOENTIDAD": common["CODIGOENTIDAD"],
        "ENTIDAD_RUC": common["ENTIDAD_RUC"],
        "ENTIDAD": common["ENTIDAD"],
        "TIPOENTIDAD": levels,
        "CODIGOCONVOCATORIA": common["CODIGOCONVOCATORIA"],
        "DESCRIPCION_PROCESO": common["DESCRIPCION_PROCESO"],
        "PROCESO": common["PROCESO"],
        "TIPO_COMPRA": ["Por la Entidad"] * n,
        "OBJETOCONTRACTUAL": common["OBJETOCONTRACTUAL"],
        "SECTOR": levels,
        "SISTEMA_CONTRATACION": ["Suma alzada"] * n,
        "TIPOPROCESOSELECCION": [c.METHODS[m].details for m in d.method[process].tolist()],
        "MONTOREFERENCIAL": amounts(total),
        "N_ITEM": texts(lots.number[lot]),
        "DESCRIPCION_ITEM": t.item_text(process),
        "UNIDAD_MEDIDA": [f.unit[1] for f in families],
        "ESTADOITEM": ["Adjudicado"] * n,
        "PAQUETE": np.where(packed, "1", "0").tolist(),
        "CODIGOITEM": codes,
        "ITEMCUBSO": [c.FAMILIES[f].noun for f in kinds],
        "DISTRITO_ITEM": province,
        "PROVINCIA_ITEM": province,
        "DEPARTAMENTO_ITEM": [c.REGIONS[r].department for r in region.tolist()],
        "MONTO_REFERENCIAL_ITEM": amounts(lots.value[lot]),
        "MONEDA": common["MONEDA"],
        "FECHA_CONVOCATORIA": common["FECHA_CONVOCATORIA"],
        "FECHAINTEGRACIONBASES": np.where(terms, SENTINEL, t.dates(d.integration[process])).tolist(),
        "FECHAPRESENTACIONPROPUESTA": np.where(open_bids, t.dates(d.deadline[process]), SENTINEL).tolist(),
    }


def contracts(t: Tables) -> Columns:
    """Contratos: one row per contract and item, with what was added, taken away and prolonged."""
    w = t.world
    d, what = w.d, w.contracts
    line = np.flatnonzero(t.held[w.lines.process] & what.exists[w.lines.contract - FIRST_CONTRACT])
    process, number = w.lines.process[line], w.lines.contract[line]
    k = number - FIRST_CONTRACT
    codes, _, kinds = t.bidder(w.lines.bid[line])
    payees = [
        w.market.suppliers.ruc[s] if kind == "Consorcio" else code
        for s, kind, code in zip(w.bids.supplier[w.lines.bid[line]].tolist(), kinds, codes, strict=True)
    ]
    common = t.by_process(process)
    total = np.bincount(w.lines.contract - FIRST_CONTRACT, weights=w.lines.amount).astype(np.int64)[k]
    first = np.concatenate([[True], number[1:] != number[:-1]]) if len(number) else np.zeros(0, np.bool_)
    end = d.signed[process] + 1 + d.days[process]
    return {
        "CODIGOCONVOCATORIA": common["CODIGOCONVOCATORIA"],
        "N_COD_CONTRATO": texts(number),
        "DESCRIPCION_PROCESO": common["DESCRIPCION_PROCESO"],
        "FECHA_PUBLICACION_CONTRATO": t.dates(d.signed[process] + 4),
        "FECHA_SUSCRIPCION_CONTRATO": t.dates(d.signed[process]),
        "FECHA_VIGENCIA_INICIAL": t.dates(d.signed[process] + 1),
        "FECHA_VIGENCIA_FINAL": t.dates(end),
        "FECHA_VIGENCIA_FIN_ACTUALIZADA": t.dates(end + what.extended[k]),
        "CODIGO_CONTRATO": texts(number),
        "NUM_CONTRATO": [f"{v % 1000:03d}-SIMULADO" for v in number.tolist()],
        "MONTO_CONTRATADO_TOTAL": amounts(total),
        "MONTO_CONTRATADO_ITEM": amounts(w.lines.amount[line]),
        "MONTO_ADICIONAL": amounts(np.where(first, what.additional[k], 0)),
        "MONTO_REDUCCION": amounts(np.where(first, what.reduction[k], 0)),
        "MONTO_PRORROGA": ["0"] * len(line),
        "MONTO_COMPLEMENTARIO": ["0"] * len(line),
        "URLCONTRATO": [f"https://simulado.invalid/contrato/{v}" for v in number.tolist()],
        "CODIGOENTIDAD": common["CODIGOENTIDAD"],
        "NUM_ITEM": texts(w.lots.number[w.lines.lot[line]]),
        "MONEDA": common["MONEDA"],
        "RUC_CONTRATISTA": codes,
        "RUC_DESTINATARIO_PAGO": payees,
        "TIENERESOLUCION": np.where(what.resolved[k], "1", "0").tolist(),
    }


def bidders(t: Tables) -> Columns:
    """Postor: who offered, without amounts."""
    w, d = t.world, t.world.d
    direct = np.isin(d.method[w.bids.process], (c.CODE["CD"], c.CODE["INT"]))
    at = np.flatnonzero(t.held[w.bids.process] & ~direct)
    process = w.bids.process[at]
    codes, names, _ = t.bidder(at)
    return {
        "CODIGO_CONVOCATORIA": texts(d.id[process]),
        "FECHACONVOCATORIA": t.dates(d.call[process]),
        "N_ITEM": ["1"] * len(at),
        "RUC_CODIGO_POSTOR": codes,
        "POSTOR": names,
        "FECHA_PRESENTACION_PROPUESTA": t.dates(d.deadline[process]),
    }
