"""Strengths and weaknesses of a region's integrity function: indices, answers, the published ICP, what could be evaluated."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from procrisk.indices import facts, periods
from procrisk.indices.diagnostic_lines import Line, silent
from procrisk.indices.frameworks import INDICES, load
from procrisk.indices.incremental import approach
from procrisk.indices.matrix import level
from procrisk.indices.scores import ALL, NO, NO_EVIDENCE, SIMULATED, YES

ITEMS_SHOWN = 5
"""Answers named of each index and kind; the rest is in `items`."""
EVALUABLE = 0.5
"""Below this share of what applies, too little could be evaluated to call it a strength. Own judgement."""


def function(code: str, own: Mapping[str, Sequence[dict[str, Any]]]) -> Iterator[Line]:
    for index in INDICES:
        rows = [r for r in own["scores"] if r["index"] == index]
        if not rows:
            form = f"formulario {index}"
            yield silent(
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
            source = item["evidence_url"] or f"formulario {last['index']} {last['period']}"
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
            f"{mark}{last['index']}: {n} {'pregunta' if n == 1 else 'preguntas'} sin evidencia, que no es lo mismo que «no».",
            f"{mark}{last['index']}: {n} {'item' if n == 1 else 'items'} without evidence, which is not “no”.",
            source,
        )


def _question(text: str) -> str:
    """The question without what it says on how to answer."""
    return text.partition("?")[0] + "?"


def _mark(row: Mapping[str, Any]) -> str:
    return f"[{SIMULATED}] " if row["simulated"] else ""


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
        yield silent(
            "weakness",
            "no hay contrataciones puntuadas de la región",
            "the region has no scored procurement",
            "puntaje regional",
        )
        return
    kind = "strength" if share >= EVALUABLE else "weakness"
    source = f"puntaje regional {risk[0]['period']}; umbral propio de {100 * EVALUABLE:.0f} %"
    yield (
        kind,
        f"Con los registros publicados se pudo evaluar el {100 * share:.0f} % de lo que aplica; lo no evaluado no es «limpio».",
        f"The published records let {100 * share:.0f} % of what applies be evaluated; what was not evaluated is not “clean”.",
        source,
    )
