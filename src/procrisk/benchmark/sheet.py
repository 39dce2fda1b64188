"""What a region's sheet says, before it is set in type: the same content for the page on paper and the page on screen."""

import re
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from procrisk import catalogue
from procrisk.benchmark import panels, pictures, words
from procrisk.benchmark.material import Material, months_of
from procrisk.indicators import roles
from procrisk.publication import masking, registers
from procrisk.publication.summary import SCOPES_ES
from procrisk.records.regions import LIMA_METROPOLITAN, LIMA_PROVINCES, REGIONS

SHOWN = (pl.col("excess") >= 1) & (pl.col("raised") >= 3) & (pl.col("role") != roles.INFORMATION)
"""Drivers that a sheet names: they count in the score, in three processes at least, one more than expected (own judgement)."""
FIRST = 3
"""Mitigations proposed: more than three are none."""
REGISTERS_NAMED = 4

COUNTED = {
    LIMA_METROPOLITAN: "Cuentan la Municipalidad Metropolitana de Lima y las municipalidades distritales; las entidades nacionales con sede en Lima no cuentan aquí.",
    LIMA_PROVINCES: "Cuentan el Gobierno Regional de Lima y las municipalidades de sus nueve provincias; Lima Metropolitana tiene hoja aparte.",
}
"""Whose procurement a sheet speaks of, where it has to be said with care."""
USUALLY = "Cuentan el gobierno regional y las municipalidades de la región; las entidades nacionales no."

NO_RECORDS = (
    "Publicar o entregar los registros de contratación de la región: sin ellos no se sabe qué conviene hacer primero."
)
NO_DRIVER = "Ningún indicador está por encima de lo esperado: los registros no señalan una medida como la primera."

SIMULATED = "SIMULADO: nada de esta hoja describe a una entidad real."
SOME_SIMULATED = "CON RESPUESTAS SIMULADAS: parte de los índices y de la matriz no describe a una entidad real; cada tabla y cada hoja dice cuál."
SIMULATED_FORMS = "RESPUESTAS SIMULADAS: lo que lleva [SIMULADO] en esta hoja no describe a una entidad real."


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sentences of a sheet by section, and its pictures (SVG text)."""

    code: str
    name: str
    banner: str
    scope: str
    period: str
    months: str
    """How many of the months have records, where not all have."""
    counted: str
    score: str
    interval: str
    size: str
    standing: list[str]
    drivers: str
    explained: bool
    """There are drivers to show."""
    changed: list[str]
    unseen: list[str]
    capacity: list[str]
    first: list[tuple[str, str]]
    """Risk of the catalogue and what to do about it."""
    first_note: str
    footer: list[str]
    intervals_svg: str
    drivers_svg: str
    trend_svg: str

    def content(self) -> dict[str, Any]:
        """As plain values, masked, with numbers that no line end parts from their sign."""
        return {k: _masked(v) if k.endswith("_svg") else _masked(_together(v)) for k, v in asdict(self).items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return masking.text(value)
    return [_masked(v) for v in value] if isinstance(value, (list, tuple)) else value


def _together(value: Any) -> Any:
    if isinstance(value, str):
        return re.sub(r"(?<=\d) (?=%)|(?<=S/) (?=\d)", "\u00a0", value)
    return [_together(v) for v in value] if isinstance(value, (list, tuple)) else value


def sheets(m: Material) -> list[Sheet]:
    """A sheet for each of the 26, in the order of their codes; a region without data has one that says so."""
    return [sheet(m, code) for code in REGIONS]


def sheet(m: Material, code: str) -> Sheet:
    """The sheet of one region."""
    row = next((r for r in m.headline().to_dicts() if r["region_code"] == code), None)
    drivers = _rows(m.of("drivers"), code, "rank").filter(SHOWN).to_dicts()
    known = row if row is not None and row["score"] is not None else None
    months = months_of(m.period)
    first = _first(drivers)
    return Sheet(
        code=code,
        name=REGIONS[code],
        banner=SIMULATED if m.simulated else SIMULATED_FORMS if _made_up(m, code) else "",
        scope=_scope(m.scope, code),
        period=words.period(m.period),
        months="" if len(m.months()) == len(months) else f"({len(m.months())} de {len(months)} meses con registros)",
        counted=COUNTED.get(code, USUALLY),
        score="sin datos" if known is None else words.one(known["score"]),
        interval="" if known is None else f"{words.one(known['score_low'])} a {words.one(known['score_high'])}",
        size="" if known is None else _size(known),
        standing=_standing(m, code, known),
        drivers=_explained(known, drivers),
        explained=bool(known and drivers),
        changed=[words.change(m.history(code).to_dicts())],
        unseen=_unseen(m, code, known),
        capacity=_capacity(m, code),
        first=first,
        first_note="" if first else NO_RECORDS if known is None else NO_DRIVER,
        footer=_footer(m),
        intervals_svg=pictures.intervals(m, code),
        drivers_svg=panels.region_drivers(drivers),
        trend_svg=panels.region_trend(m, code),
    )


def _scope(scope: str, code: str) -> str:
    if scope != "subnational":
        return SCOPES_ES[scope].capitalize()
    return (
        "Municipalidades de la provincia de Lima"
        if code == LIMA_METROPOLITAN
        else "Gobierno regional y municipalidades"
    )


def _rows(frame: pl.DataFrame, code: str, *order: str) -> pl.DataFrame:
    return (
        frame.filter(pl.col("region_code") == code).sort(*order)
        if order
        else frame.filter(pl.col("region_code") == code)
    )


def _size(row: dict[str, Any]) -> str:
    return f"{words.count(row['n_processes'], 'proceso', 'procesos')} de {words.count(row['n_buyers'], 'entidad', 'entidades')}, {words.money(row['amount_pen'])}"


def _standing(m: Material, code: str, row: dict[str, Any] | None) -> list[str]:
    if row is None:
        return [
            f"En los registros leídos no hay procesos de {REGIONS[code]} con puntaje en este periodo. Sin datos no es sin riesgo: "
            "no se sabe dónde está, y por eso no tiene puesto."
        ]
    funnel = next(iter(_rows(m.of("funnel"), code).to_dicts()), None)
    ranked = m.headline()["score"].count()
    said = [words.standing(row, ranked), words.apart(m.pairs(code)), words.way(row), words.expected_range(funnel)]
    return [s for s in said if s]


def _explained(row: dict[str, Any] | None, drivers: list[dict[str, Any]]) -> str:
    if row is None:
        return "Sin procesos no hay nada que explicar."
    if not drivers:
        return "Ningún indicador está por encima de lo que se esperaba por lo que compra."
    return (
        "Indicadores con más procesos de los esperados por lo que compra (barra: con señal; marca: lo esperado). "
        "Una diferencia pequeña puede ser azar."
    )


def _unseen(m: Material, code: str, row: dict[str, Any] | None) -> list[str]:
    said = [words.unseen(row["share_evaluable"] if row else None, _rows(m.of("unseen"), code).to_dicts())]
    covered = _rows(m.tables["coverage"], code)
    seen = int((covered["evaluated"] > 0).sum())
    said.append(words.covered(seen, catalogue.SIZE))
    absent = [n for n, r in sorted(m.registers.items()) if r["state"] == registers.ABSENT]
    if absent:
        named = words.listed([registers.NAMES[n][0] for n in PLAIN if n in absent][:REGISTERS_NAMED])
        said.append(f"No se tuvieron {len(absent)} de {len(m.registers)} registros de contexto, entre ellos: {named}.")
    if row is not None and (bounds := words.bounds(row)):
        said.append(bounds)
    return said


PLAIN = ("plan", "purchase_orders", "works", "challenges", "owners", "declarations", "outcomes", "penalties", "sanctions", "suppliers")  # fmt: skip
"""Registers that a reader knows, those first whose lack hides most."""


def _axes(m: Material, code: str) -> dict[str, Any]:
    return next(iter(_rows(m.tables["axes"], code).to_dicts()), {})


def _made_up(m: Material, code: str) -> bool:
    """Whether what the sheet says of the region's indices or of its place in the matrix rests on made-up answers."""
    axes, cell = _axes(m, code), _rows(m.tables["matrix"], code)
    return bool(axes.get("rifi_simulated") or axes.get("crapi_simulated") or cell["simulated"].any())


def _capacity(m: Material, code: str) -> list[str]:
    axes, cell = _axes(m, code), next(iter(_rows(m.tables["matrix"], code).to_dicts()), None)
    placed = words.cell(cell)
    if not axes.get("rifi_period") and not axes.get("crapi_period"):
        none = "Índices de integridad (RIFI y CRAPI): sin datos, no se entregaron los formularios."
        return [none, placed, words.OURS] if cell and cell["most_likely"] else [none, placed]
    return [*(words.index(name, axes) for name in words.INDEX_NAMES), placed, words.OURS]


def _first(drivers: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What the catalogue proposes for the risks behind the drivers: the chief risk of each, in their order, none twice."""
    known = {r["id"]: r for r in catalogue.risks().iter_rows(named=True)}
    chief = dict.fromkeys(d["risks"][0] for d in drivers if d["risks"])
    return [(known[r]["label_es"], known[r]["mitigation_es"]) for r in list(chief)[:FIRST]]


def _footer(m: Material) -> list[str]:
    months = m.months()
    covered = f" Hay registros de {words.spans(months)}." if len(months) < len(months_of(m.period)) else ""
    return [
        words.NOT_AN_ACCUSATION,
        f"Registros leídos al {m.as_of:%d/%m/%Y}.{covered} Puntaje de 0 a 100: más es más señales de riesgo. "
        f"Método y límites: metodo.md de esta publicación. Versión de los datos: {m.made_from['version']}.",
    ]
