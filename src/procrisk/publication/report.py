"""report.html: one page that opens offline, Spanish first, for people who will not open a Parquet file."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from procrisk.indicators import INDICATORS, roles
from procrisk.publication import layers_said, tiles
from procrisk.publication.registers import Statement, lines
from procrisk.publication.report_risks import risks
from procrisk.publication.summary import SCOPES_ES, headline
from procrisk.records.regions import REGIONS
from procrisk.scoring.told_apart import sentences

QUEUE = 20
"""Processes shown: those most worth a look."""


@dataclass(frozen=True, slots=True)
class Material:
    """What the page is made from; frames are masked and sorted."""

    processes: pl.DataFrame
    regions: pl.DataFrame
    flags: pl.DataFrame
    coverage: pl.DataFrame
    states: pl.DataFrame
    why: pl.DataFrame
    inputs: list[dict[str, Any]]
    as_of: date
    simulated: bool
    registers: Statement = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)
    """process_id to the SVG of its neighbourhood, for processes of `queue`."""


def page(material: Material) -> str:
    """The page as HTML text. Everything that came from a record is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only where a page is made

    environment = Environment(
        loader=PackageLoader("procrisk.publication"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["soles"] = _soles
    environment.filters["one"] = lambda x: "–" if x is None else f"{x:.1f}"
    environment.filters["signed"] = lambda x: "–" if x is None else f"{x:+.1f}"
    environment.filters["share"] = lambda x: "–" if x is None else f"{x:.0%}"
    environment.filters["count"] = lambda x: f"{x:,}"
    scope, period = headline(material.regions)
    regions = _regions(material.regions, scope, period)
    return environment.get_template("report.html").render(
        simulated=material.simulated,
        as_of=material.as_of.strftime("%d/%m/%Y"),
        scope=SCOPES_ES[scope],
        period=period,
        figures=_figures(material),
        registers=lines(material.registers),
        regions=regions,
        tiles=_tiles(regions),
        plot=_plot(regions),
        told=sentences(material.regions.filter(scope=scope, period=period)),
        scopes=_scopes(material.regions, period),
        drivers=_drivers(material),
        unseen=_unseen(material),
        queue=_queue(material),
        method=method_lines(material.as_of, simulated=material.simulated),
        indicators=sorted(INDICATORS.values(), key=lambda i: i.id),
        roles=roles.SHOWN,
        silent=(roles.INFORMATION, roles.UNCALIBRATED),
        risks=risks(material.coverage, material.states),
    )


def _soles(amount: float | None) -> str:
    return "reservado o sin dato" if amount is None else f"S/ {amount:,.2f}"


def _figures(m: Material) -> dict[str, Any]:
    counts = {
        k: sum(i["counts"][k] for i in m.inputs) for k in ("read", "accepted", "quarantined", "duplicate", "blank")
    }
    return {
        **counts,
        "processes": m.processes.height,
        "flagged": int((m.processes["n_raised"] > 0).sum()),
        "flags": m.flags.height,
        "indicators": m.flags["indicator"].n_unique(),
        "amount": m.processes["amount_pen"].sum(),
        "inputs": len(m.inputs),
    }


def _regions(regions: pl.DataFrame, scope: str, period: str) -> list[dict[str, Any]]:
    rows = regions.filter((pl.col("scope") == scope) & (pl.col("period") == period))
    return rows.sort(["score", "region_code"], descending=[True, False], nulls_last=True).to_dicts()


def _tiles(regions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    low, high = tiles.tones((r["score"], r["score_low"], r["score_high"]) for r in regions)
    made = []
    for r in regions:
        column, row = tiles.TILES[r["region_code"]]
        fill, ink = tiles.shade(r["score"], low, high)
        made.append(
            {
                **r,
                "x": column * 92 + 2,
                "y": row * 62 + 2,
                "fill": fill,
                "ink": ink,
            }
        )
    return made


def _plot(regions: list[dict[str, Any]]) -> dict[str, Any]:
    """Geometry of the interval plot: 560 units wide from `low` to `high`, a row of 24 units for each region with data."""
    shown = [r for r in regions if r["score"] is not None]
    if not shown:
        return {"rows": [], "ticks": [], "height": 0}
    low = min(r["score_low"] for r in shown) // 5 * 5
    high = -(-max(r["score_high"] for r in shown) // 5) * 5
    scale = 560 / ((high - low) or 1)
    step = 5 if high - low <= 50 else 10
    ticks = [{"x": 190 + (t - low) * scale, "label": int(t)} for t in range(int(low), int(high) + 1, step)]
    rows = [
        {
            **r,
            "y": 30 + 24 * i,
            "x": 190 + (r["score"] - low) * scale,
            "x1": 190 + (r["score_low"] - low) * scale,
            "x2": 190 + (r["score_high"] - low) * scale,
        }
        for i, r in enumerate(shown)
    ]
    return {"rows": rows, "ticks": ticks, "height": 40 + 24 * len(rows)}


def _scopes(regions: pl.DataFrame, period: str) -> dict[str, Any]:
    """Score of each region in each scope, for the table that keeps national entities apart."""
    table = regions.filter(pl.col("period") == period).select("region_code", "scope", "score", "n_processes").to_dicts()
    cells = {(r["region_code"], r["scope"]): r for r in table}
    return {
        "names": SCOPES_ES,
        "rows": [(name, [cells.get((code, s)) for s in SCOPES_ES]) for code, name in REGIONS.items()],
    }


def _drivers(m: Material) -> list[dict[str, Any]]:
    """For each region, the three indicators that are raised most above the national rate, among subnational processes."""
    ids = [c for c in m.states.columns if c != "process_id"]
    home = m.processes.filter(pl.col("scope").is_in(["regional_government", "local_government"])).select(
        "process_id", "region_code"
    )
    joined = m.states.join(home, on="process_id").drop_nulls("region_code")
    if joined.is_empty() or not ids:
        return []
    raised = (
        joined.group_by("region_code")
        .agg(pl.col(ids).sum())
        .unpivot(ids, index="region_code", variable_name="indicator", value_name="raised")
    )
    seen = (
        joined.group_by("region_code")
        .agg(pl.col(ids).count())
        .unpivot(ids, index="region_code", variable_name="indicator", value_name="evaluated")
    )
    rates = raised.join(seen, on=["region_code", "indicator"]).with_columns(
        national=pl.col("raised").sum().over("indicator") / pl.col("evaluated").sum().over("indicator"),
    )
    above = (
        rates.filter((pl.col("raised") >= 5) & (pl.col("raised") / pl.col("evaluated") > pl.col("national")))
        .with_columns(
            rate=pl.col("raised") / pl.col("evaluated"),
            excess=pl.col("raised") - pl.col("evaluated") * pl.col("national"),
        )
        .sort(["region_code", "excess", "indicator"], descending=[False, True, False])
        .group_by("region_code", maintain_order=True)
        .head(3)
    )
    by_region: dict[str, list[dict[str, Any]]] = {}
    for r in above.iter_rows(named=True):
        by_region.setdefault(r["region_code"], []).append({**r, "name": INDICATORS[r["indicator"]].name_es})
    return [{"region": name, "rows": by_region.get(code, [])} for code, name in REGIONS.items()]


REASONS_ES = {1: "fuera de alcance", 2: "la fuente no trae la columna", 3: "falta el valor", 4: "muy pocos comparables"}


def _unseen(m: Material) -> dict[str, Any]:
    """How much could not be evaluated: indicators by reason, and regions by share."""
    ids = [c for c in m.why.columns if c != "process_id"]
    n = max(m.why.height, 1)
    counts = {k: m.why.select((pl.col(ids) == k).sum()).row(0) if ids else () for k in REASONS_ES}
    rows = [
        {
            "id": i,
            "name": INDICATORS[i].name_es,
            "applicable": n - counts[1][at],
            **{f"why{k}": counts[k][at] for k in (2, 3, 4)},
        }
        for at, i in enumerate(ids)
    ]
    for row in rows:
        row["missing"] = (row["why2"] + row["why3"] + row["why4"]) / row["applicable"] if row["applicable"] else None
    rows.sort(key=lambda r: (-(r["missing"] or 0), r["id"]))
    risks = m.coverage.group_by("risk").agg(pl.col("evaluated").sum()).sort("risk")
    dark = [r for r in rows if r["applicable"] and r["why2"] == r["applicable"]]
    rows = [r for r in rows if r not in dark]
    return {"rows": rows, "dark": dark, "risks": risks.height, "evaluated": int((risks["evaluated"] > 0).sum())}


def queue(processes: pl.DataFrame) -> pl.DataFrame:
    """The processes most worth a look, best first; of regional and local governments alone."""
    return (
        processes.filter(pl.col("score").is_not_null() & (pl.col("scope") != "national"))
        .sort(["score", "amount_pen", "process_id"], descending=[True, True, False], nulls_last=True)
        .head(QUEUE)
    )


def _queue(m: Material) -> list[dict[str, Any]]:
    """The processes of `queue`, each with the sentences of its flags, its layers and its picture."""
    top = queue(m.processes)
    said = m.flags.join(top.select("process_id"), on="process_id").sort("process_id", "indicator", "subject_id")
    sentences: dict[str, list[dict[str, Any]]] = {}
    for f in said.iter_rows(named=True):
        sentences.setdefault(f["process_id"], []).append(f)
    return [
        {
            **r,
            "region": REGIONS.get(r["region_code"], "sin región"),
            "flags": _in_order(sentences.get(r["process_id"], []), r["reasons"]),
            "layers": layers_said.said(r),
            "picture": m.pictures.get(r["process_id"]),
        }
        for r in top.to_dicts()
    ]


def _in_order(flags: list[dict[str, Any]], reasons: list[str] | None) -> list[dict[str, Any]]:
    """Flags in the order of their weight, one for each indicator; further subjects of the same indicator are counted."""
    first: dict[str, dict[str, Any]] = {}
    for f in flags:
        kept = first.setdefault(f["indicator"], {**f, "more": -1})
        kept["more"] += 1
    order = {i: at for at, i in enumerate(reasons or [])}
    return sorted(first.values(), key=lambda f: (order.get(f["indicator"], len(order)), f["indicator"]))


def told_lines(regions: pl.DataFrame) -> list[str]:
    """What can be said of the order of the regions, for the scope and period that speak for the publication."""
    scope, period = headline(regions)
    told = sentences(regions.filter(scope=scope, period=period))
    return [f"{SCOPES_ES[scope]}, {period}: {t.es} / {t.en}" for t in told]


def method_lines(as_of: date, *, simulated: bool) -> list[str]:
    """How to read the publication, in plain words: the same in the page and in the workbook."""
    head = ["DATOS SIMULADOS, no reales. / SIMULATED data, not real."] if simulated else []
    return [
        *head,
        "Una señal es un motivo para mirar, nunca una acusación ni una conclusión. / A flag is a reason to look, never an accusation or a finding.",
        "«No evaluable» no es «sin riesgo»: falta el dato o no hay con qué comparar, y así se cuenta. / Not evaluable is never clear.",
        "El puntaje de un proceso (0 a 100, más es más riesgo) pesa cada señal por su severidad y por lo rara que es entre procesos comparables "
        "(mismo procedimiento, objeto y año), sobre lo que se pudo evaluar. / A process score weighs each flag by severity and rarity among comparable processes.",
        "A las reglas se unen la capa de anomalía (lo poco común entre comparables) y la de colusión (precios y turnos); cada una se publica aparte y lo que no se pudo "
        "evaluar no suma ni limpia. «1 de cada N comparables» no es una probabilidad. / Rules are joined by an anomaly layer and a collusion layer, each published beside the score; what could not be evaluated adds and clears nothing.",
        "El puntaje de una región es lo que sus procesos puntúan por encima de lo esperado en procesos como ellos (objeto, procedimiento, banda de monto y año, y cuánto de cada uno "
        "se pudo evaluar), acercado al promedio de las regiones según su margen de error; el intervalo (95 %) sale de volver a sortear sus entidades. Al lado, el promedio simple y en qué se "
        "separa (docs/methodology.md). / A region's score is what its processes score above what is expected of processes like them, shrunk; the plain mean stands beside it.",
        "Una señal informativa se muestra y no puntúa: en los registros con que se calibró es común o casi no se da. Una sin calibrar puntúa, pero "
        "esos registros no bastan para decir cuán común es (docs/calibration.md). / Information flags are shown and do not score; uncalibrated ones score, their usual rate not yet known.",
        "Los puestos son rangos: dos regiones cuyos rangos se cruzan no se pueden distinguir con estos datos. / Ranks are ranges: where they overlap, the data cannot tell.",
        "Los límites dicen cuál sería el promedio simple si todo lo no evaluable estuviera sin señal, o con señal: ocultar datos no mejora el límite alto. / The bounds say what the plain mean would be if everything "
        "not evaluable were clear, or raised: hiding data does not improve the upper one.",
        "Las entidades nacionales se muestran aparte, por sede, y no entran en el orden de las regiones. / National entities are kept apart.",
        "Los 81 riesgos son un catálogo documentado con fuente por entrada; no es la lista oficial de OSCE (2020), que no es pública en forma legible. "
        "/ The 81 risks are a documented catalogue, not OSCE's official list.",
        "Las personas naturales (RUC que empieza en 10) están enmascaradas. / Natural persons are masked.",
        f"Los registros se leen al {as_of:%d/%m/%Y}. / Records are read as of that day.",
    ]
