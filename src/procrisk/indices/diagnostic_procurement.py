"""Opportunities and threats in a region's procurement: drivers, trend, market, control reports."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from procrisk.indicators import INDICATORS, roles
from procrisk.indices.diagnostic_lines import Line, silent

DRIVERS_SHOWN = 3
LEAST_EXCESS = 1.0
"""A driver is named from so many processes more, or fewer, than expected on. Own judgement."""
THIN, DENSE = 1.25, 0.8
"""Times the regions' median of processes per supplier, from which on a market is called thin, and up to which dense. Own judgement."""
AWARDS = "registros de adjudicación"


def procurement(own: Mapping[str, Sequence[dict[str, Any]]], median: float | None) -> Iterator[Line]:
    yield from _drivers(own["drivers"])
    yield from _trend(own["risk"], own["earlier"])
    yield from _market(own["market"], median)
    yield from _audits(own["audits"])


def _drivers(rows: Sequence[dict[str, Any]]) -> Iterator[Line]:
    source = "factores del puntaje regional"
    known = sorted(
        (r for r in rows if r["evaluated"] and _counts(r["indicator"])), key=lambda r: (-r["excess"], r["indicator"])
    )
    if not known:
        yield silent(
            "threat", "no se sabe qué señales pesan en la región", "what weighs on the region is not known", source
        )
    above = [r for r in known if r["excess"] >= LEAST_EXCESS][:DRIVERS_SHOWN]
    below = [r for r in reversed(known) if r["excess"] <= -LEAST_EXCESS][:DRIVERS_SHOWN]
    for kind, chosen in (("threat", above), ("opportunity", below)):
        for r in chosen:
            names = INDICATORS.get(r["indicator"])
            es, en = (names.name_es, names.name_en) if names else (r["indicator"], r["indicator"])
            more = ("más", "more") if kind == "threat" else ("menos", "less")
            yield (
                kind,
                f"{r['indicator']}, {es}: en {r['raised']} de {r['evaluated']} procesos, {more[0]} de lo que se espera por lo que compra ({r['expected']:.1f}). Es una señal, no una acusación.",
                f"{r['indicator']}, {en}: in {r['raised']} of {r['evaluated']} processes, {more[1]} than expected of what it buys ({r['expected']:.1f}). A signal, not an accusation.",
                source,
            )


def _counts(id_: str) -> bool:
    """Whether an indicator counts in the score; those that only inform say what is usual."""
    return id_ not in INDICATORS or INDICATORS[id_].role != roles.INFORMATION


def _trend(now: Sequence[dict[str, Any]], then: Sequence[dict[str, Any]]) -> Iterator[Line]:
    if not now or not then or now[0]["score"] is None or then[0]["score"] is None:
        yield silent(
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
        yield silent(
            "threat",
            f"no se distingue un cambio del riesgo ({figures}), los intervalos se cruzan",
            f"no change of risk can be told ({figures}), the intervals cross",
            source,
        )


def _market(rows: Sequence[dict[str, Any]], median: float | None) -> Iterator[Line]:
    if not rows or rows[0]["thinness"] is None or not median:
        yield silent(
            "threat",
            "no se conoce cuántos proveedores ganan en la región",
            "how many suppliers win in the region is not known",
            AWARDS,
        )
        return
    value = rows[0]["thinness"]
    source = f"{AWARDS}; umbral propio de {THIN:g} y {DENSE:g} veces la mediana"
    if value >= THIN * median:
        yield (
            "threat",
            f"Mercado delgado: {value:.1f} procesos adjudicados por proveedor (mediana de las regiones: {median:.1f}); los contratos se reparten entre menos ganadores.",
            f"Thin market: {value:.1f} awarded processes per supplier (median of the regions: {median:.1f}); contracts are spread over fewer winners.",
            source,
        )
    elif value <= DENSE * median:
        yield (
            "opportunity",
            f"Mercado con muchos ganadores: {value:.1f} procesos adjudicados por proveedor (mediana de las regiones: {median:.1f}).",
            f"A market of many winners: {value:.1f} awarded processes per supplier (median of the regions: {median:.1f}).",
            source,
        )


def _audits(rows: Sequence[dict[str, Any]]) -> Iterator[Line]:
    source = "Contraloría, informes de control 2016-2022"
    if not rows:
        yield silent(
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
