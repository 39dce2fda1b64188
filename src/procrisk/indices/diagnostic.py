"""Strengths, weaknesses, opportunities and threats of each region, from the data alone, each line with its source.

Strengths and weaknesses are of the integrity function: indices, items, the published ICP, what could be evaluated.
Opportunities and threats are of the procurement around it: drivers, trend, market, control reports. Where the data say nothing,
a line says so; nothing is filled in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from procrisk.indicators import INDICATORS
from procrisk.indices import facts, periods
from procrisk.indices.frameworks import INDICES, load
from procrisk.indices.incremental import approach
from procrisk.indices.matrix import level
from procrisk.indices.scores import ALL, NO, NO_EVIDENCE, YES
from procrisk.records.regions import REGIONS

SCHEMA: dict[str, type[pl.DataType]] = {
    "region_code": pl.String,
    "kind": pl.String,
    "text_es": pl.String,
    "text_en": pl.String,
    "source": pl.String,
    "line": pl.Int32,
}
NAMES = {
    "strength": ("fortalezas", "strengths"),
    "weakness": ("debilidades", "weaknesses"),
    "opportunity": ("oportunidades", "opportunities"),
    "threat": ("amenazas", "threats"),
}
KINDS = tuple(NAMES)
ITEMS_SHOWN = 5
"""Answers named of each index and kind; the rest is in `items`."""
DRIVERS_SHOWN = 3
EVALUABLE = 0.5
"""Below this share of what applies, too little could be evaluated to call it a strength. Own judgement."""
THIN = 0.5
"""From this share of single-bidder processes on, a market is called thin. Own judgement."""
OURS = ("umbral propio", "own threshold")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a diagnostic may draw on. An empty or missing table is said to be without data, line by line."""

    scores: pl.DataFrame
    """From `scores.score`."""
    items: pl.DataFrame
    """From `answers.read`."""
    risk: pl.DataFrame
    """Region scores of one scope and period: region_code, period, score, score_low, score_high, share_evaluable."""
    earlier: pl.DataFrame | None = None
    """The same of the period before, or of the same period a year ago."""
    drivers: pl.DataFrame | None = None
    """region_code, indicator, raised, evaluated, expected (processes), excess (raised less expected)."""
    market: pl.DataFrame | None = None
    """region_code, n (processes in which bids were counted), share_single (of them with one bidder)."""
    audits: pl.DataFrame | None = None
    """From `association.audits`."""
    market_source: str = field(default="registros de contratación · procurement records")


Line = tuple[str, str, str, str]
"""kind, text_es, text_en, source."""


def diagnostic(evidence: Evidence) -> pl.DataFrame:
    """The diagnostic of the 26 regions.

    Returns:
        columns of SCHEMA, by region code, kind in the order of KINDS and line. Lines on made-up answers begin with [SIMULADO].
    """
    tables = {
        name: _by_region(getattr(evidence, name))
        for name in ("scores", "items", "risk", "earlier", "drivers", "market", "audits")
    }
    rows = []
    for code in REGIONS:
        own = {name: table.get(code, []) for name, table in tables.items()}
        lines = dict.fromkeys([*_function(code, own), *_procurement(own, evidence)])
        lines |= dict.fromkeys(_none(kind) for kind in KINDS if all(line[0] != kind for line in lines))
        ordered = sorted(lines, key=lambda line: KINDS.index(line[0]))
        rows += [(code, *line, n) for n, line in enumerate(ordered, 1)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("region_code", "line")


def _by_region(table: pl.DataFrame | None) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in [] if table is None else table.iter_rows(named=True):
        found.setdefault(row["region_code"], []).append(row)
    return found


def _silent(kind: str, what_es: str, what_en: str, source: str) -> Line:
    return kind, f"Sin datos: {what_es}.", f"No data: {what_en}.", source


def _none(kind: str) -> Line:
    es, en = NAMES[kind]
    return _silent(
        kind,
        f"los datos disponibles no muestran {es}",
        f"the data at hand show no {en}",
        "todas las fuentes de este diagnóstico",
    )


# --- the integrity function ----------------------------------------------------------------------------------------


def _function(code: str, own: Mapping[str, Sequence[dict[str, Any]]]) -> Iterator[Line]:
    for index in INDICES:
        rows = [r for r in own["scores"] if r["index"] == index]
        if not rows:
            form = f"formulario {index}"
            yield _silent(
                "weakness", f"la región no tiene respuestas de {index}", f"the region has no answers to {index}", form
            )
            continue
        last = max(rows, key=lambda r: (not r["simulated"], periods.order(r["period"]), r["framework"]))
        same = ("period", "framework")
        yield from _pillars([r for r in rows if all(r[c] == last[c] for c in same)])
        yield from _answers(
            [i for i in own["items"] if i["index"] == index and all(i[c] == last[c] for c in same)], last
        )
    yield from _icp(code)
    yield from _evaluable(own["risk"])


def _pillars(rows: Sequence[dict[str, Any]]) -> Iterator[Line]:
    cuts = approach().rifi
    for r in rows:
        framework, mark = load(r["index"], r["framework"]), _mark(r)
        whole = r["pillar"] == ALL
        names = (
            ("todo el índice", "the whole index")
            if whole
            else (framework.pillars[r["pillar"]].name_es, framework.pillars[r["pillar"]].name_en)
        )
        source = f"{r['index']} {r['period']}, marco {r['framework']}; pesos y cortes propios"
        if r["score"] is None:
            known = 0 if r["known"] is None else 100 * r["known"]
            if r["known"] is not None:
                yield (
                    "weakness",
                    f"{mark}Sin datos suficientes en {r['index']}, {names[0]}: se conoce el {known:.0f} % de las preguntas.",
                    f"{mark}Too little data in {r['index']}, {names[1]}: {known:.0f} % of the items is known.",
                    source,
                )
            continue
        at = level(r["score"], cuts)
        if at != 2:
            yield (
                "strength" if at == 3 else "weakness",
                f"{mark}{r['index']}, {names[0]}: {r['score']:.1f} de 100.",
                f"{mark}{r['index']}, {names[1]}: {r['score']:.1f} of 100.",
                source,
            )


def _answers(items: Sequence[dict[str, Any]], last: Mapping[str, Any]) -> Iterator[Line]:
    framework, mark = load(last["index"], last["framework"]), _mark(last)
    for kind, answer, word in (("strength", YES, ("Sí", "Yes")), ("weakness", NO, ("No", "No"))):
        for item in [i for i in items if i["answer"] == answer][:ITEMS_SHOWN]:
            asked = framework.items[item["item"]]
            source = item["evidence_url"] or item["source"] or f"formulario {last['index']} {last['period']}"
            yield (
                kind,
                f"{mark}{_question(asked.text_es)} {word[0]} ({asked.id}).",
                f"{mark}{_question(asked.text_en)} {word[1]} ({asked.id}).",
                source,
            )
    if n := sum(i["answer"] == NO_EVIDENCE for i in items):
        source = f"formulario {last['index']} {last['period']}"
        yield (
            "weakness",
            f"{mark}{last['index']}: {n} preguntas sin evidencia, que no es lo mismo que «no».",
            f"{mark}{last['index']}: {n} items without evidence, which is not “no”.",
            source,
        )


def _question(text: str) -> str:
    """The question without what it says on how to answer."""
    return text.partition("?")[0] + "?"


def _mark(row: Mapping[str, Any]) -> str:
    return "[SIMULADO] " if row["simulated"] else ""


def _icp(code: str) -> Iterator[Line]:
    for r in facts.of("icp_stage1").filter(pl.col("region_code") == code).iter_rows(named=True):
        low, high = (100 * (r["value"] if r[c] is None else r[c]) for c in ("low", "high"))
        span = f"{low:.0f} %" if low == high else f"{low:.0f}-{high:.0f} %"
        yield (
            "strength",
            f"Entre los cinco gobiernos regionales con más avance en la etapa 1 del ICP {r['period']} ({span}).",
            f"Among the five regional governments most advanced in stage 1 of the ICP {r['period']} ({span}).",
            r["source"],
        )


def _evaluable(risk: Sequence[dict[str, Any]]) -> Iterator[Line]:
    share = risk[0]["share_evaluable"] if risk else None
    if share is None:
        yield _silent(
            "weakness",
            "no hay contrataciones puntuadas de la región",
            "the region has no scored procurement",
            "puntaje regional",
        )
        return
    kind = "strength" if share >= EVALUABLE else "weakness"
    source = f"puntaje regional {risk[0]['period']}; {OURS[0]} de {100 * EVALUABLE:.0f} %"
    yield (
        kind,
        f"Con los registros publicados se pudo evaluar el {100 * share:.0f} % de lo que aplica; lo no evaluado no es «limpio».",
        f"The published records let {100 * share:.0f} % of what applies be evaluated; what was not evaluated is not “clean”.",
        source,
    )


# --- the procurement around it -------------------------------------------------------------------------------------


def _procurement(own: Mapping[str, Sequence[dict[str, Any]]], evidence: Evidence) -> Iterator[Line]:
    yield from _drivers(own["drivers"])
    yield from _trend(own["risk"], own["earlier"])
    yield from _market(own["market"], evidence.market_source)
    yield from _audits(own["audits"])


def _drivers(rows: Sequence[dict[str, Any]]) -> Iterator[Line]:
    source = "factores del puntaje regional"
    known = sorted((r for r in rows if r["evaluated"]), key=lambda r: (-r["excess"], r["indicator"]))
    if not known:
        yield _silent(
            "threat", "no se sabe qué señales pesan en la región", "what weighs on the region is not known", source
        )
    above = [r for r in known if r["excess"] > 0][:DRIVERS_SHOWN]
    below = [r for r in reversed(known) if r["excess"] < 0][:DRIVERS_SHOWN]
    for kind, chosen in (("threat", above), ("opportunity", below)):
        for r in chosen:
            names = INDICATORS.get(r["indicator"])
            es, en = (names.name_es, names.name_en) if names else (r["indicator"], r["indicator"])
            figures = f"{r['raised']} / {r['evaluated']}"
            more = ("más", "more") if kind == "threat" else ("menos", "less")
            yield (
                kind,
                f"{r['indicator']}, {es}: se levanta {more[0]} de lo esperado ({figures}; se esperaban {r['expected']:.1f}). Es una señal, no una acusación.",
                f"{r['indicator']}, {en}: raised {more[1]} than expected ({figures}; {r['expected']:.1f} expected). A signal, not an accusation.",
                source,
            )


def _trend(now: Sequence[dict[str, Any]], then: Sequence[dict[str, Any]]) -> Iterator[Line]:
    if not now or not then or now[0]["score"] is None or then[0]["score"] is None:
        yield _silent(
            "threat",
            "no hay un periodo anterior con el cual comparar el riesgo",
            "there is no earlier period to hold the risk against",
            "puntaje regional",
        )
        return
    a, b = then[0], now[0]
    source, figures = f"puntaje regional {a['period']} y {b['period']}", f"{a['score']:.1f} → {b['score']:.1f}"
    if b["score_low"] > a["score_high"]:
        yield (
            "threat",
            f"El riesgo sube ({figures}) y los intervalos no se cruzan.",
            f"Risk rises ({figures}) and the intervals do not cross.",
            source,
        )
    elif b["score_high"] < a["score_low"]:
        yield (
            "opportunity",
            f"El riesgo baja ({figures}) y los intervalos no se cruzan.",
            f"Risk falls ({figures}) and the intervals do not cross.",
            source,
        )
    else:
        yield _silent(
            "threat",
            f"no se distingue un cambio del riesgo ({figures}), los intervalos se cruzan",
            f"no change of risk can be told ({figures}), the intervals cross",
            source,
        )


def _market(rows: Sequence[dict[str, Any]], source: str) -> Iterator[Line]:
    if not rows or not rows[0]["n"] or rows[0]["share_single"] is None:
        yield _silent("threat", "no se publica cuántos postores hubo", "how many bid is not published", source)
        return
    share, n = 100 * rows[0]["share_single"], rows[0]["n"]
    kind, word = (
        ("threat", ("Mercado delgado", "Thin market"))
        if share >= 100 * THIN
        else ("opportunity", ("Hay competencia", "There is competition"))
    )
    yield (
        kind,
        f"{word[0]}: un solo postor en el {share:.0f} % de {n} procesos.",
        f"{word[1]}: a single bidder in {share:.0f} % of {n} processes.",
        f"{source}; {OURS[0]} de {100 * THIN:.0f} %",
    )


def _audits(rows: Sequence[dict[str, Any]]) -> Iterator[Line]:
    source = "Contraloría, informes de control 2016-2022"
    if not rows:
        yield _silent(
            "threat",
            "no hay informes de control atribuibles solo a esta región",
            "no control reports can be attributed to this region alone",
            source,
        )
        return
    r = rows[0]
    yield (
        "threat",
        f"{r['n_penal']} de {r['n_reports']} informes de control señalan presunta responsabilidad penal; el número depende también de cuánto se audita.",
        f"{r['n_penal']} of {r['n_reports']} control reports point to presumed criminal responsibility; the number depends on how much is audited too.",
        source,
    )
