"""The part of metodo.md on the indices, the matrix, the forms that could not be read, and what stands beside the score."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from procrisk.benchmark.material import Material
from procrisk.indices import facts
from procrisk.indices.frameworks import INDICES, VERSIONS, load
from procrisk.indices.incremental import approach

OURS = (
    "- **Los pesos, los límites de las escalas, la elección de preguntas y los cortes son propuesta nuestra**, hasta que el grupo de trabajo acuerde otros. / "
    "**Weights, limits of scales, choice of items and cuts are our proposal**, until the working group agrees others."
)


def indices(m: Material) -> list[str]:
    """Weights and cuts in force, each said to be ours, and how the risk is held against them."""
    how, lines = approach(), [OURS]
    used = m.tables["indices"].select("index", "framework").unique().sort("index", "framework").rows()
    for index, version in used or [(index, VERSIONS[-1]) for index in INDICES]:
        framework = load(index, version)
        weights = "; ".join(f"{p.id} {p.name_es} {p.weight:g}" for p in framework.pillars.values())
        lines.append(
            f"- {index}, marco {version} ({framework.name_es}), de 0 a 100, más es mejor; media geométrica ponderada. Pesos: {weights}."
        )
    reference = m.of("funnel")["reference"].drop_nulls()
    mean = f", que aquí es {reference[0]:.1f}" if len(reference) else ""
    low, high = how.ratio
    return [
        *lines,
        f"- Matriz: capacidad por RIFI, cortes en {how.rifi[0]:g} y {how.rifi[1]:g}; sin RIFI a {how.max_age_years} años o menos, por la etapa 1 publicada del ICP, "
        f"cortes en {how.icp_stage1[0]:g} % y {how.icp_stage1[1]:g} %. Riesgo frente al conjunto de las regiones{mean}: cortes en {low:g} y {high:g} veces. "
        "Donde un intervalo cruza un corte no hay categoría, sino probabilidades. / Where an interval crosses a cut there is no category, but probabilities.",
        "- Riesgo, RIFI y CRAPI se muestran lado a lado (tabla `axes`) y no se suman. Lo que darían otros pesos está en `robustness`. / "
        "The three axes stand side by side and are never added up; `robustness` says what other weights would give.",
        *_forms(m),
    ]


def _forms(m: Material) -> Iterator[str]:
    forms = m.tables["forms"]
    if forms.is_empty():
        return
    total = {c: int(forms[c].sum()) for c in ("read", "accepted", "quarantined", "unanswered", "blank")}
    yield (
        f"- De {forms.height} formularios, {total['read']:,} filas = {total['accepted']:,} aceptadas + {total['quarantined']:,} en cuarentena + "
        f"{total['unanswered']:,} sin responder + {total['blank']:,} en blanco (tablas `forms` y `form_faults`). / Rows read = accepted + quarantined + unanswered + blank."
    )
    broken = m.tables["form_faults"].filter(pl.col("row") == 0)
    for fault in broken.iter_rows(named=True):
        yield f"- {fault['file']}: {fault['text_es']}. / {fault['text_en']}."


WHAT = {
    "inco_geographic": "INCO, por territorio",
    "inco_regional_government": "INCO, gobiernos regionales",
    "n_reports": "informes de control, número",
    "share_penal": "informes de control, parte con presunta responsabilidad penal",
}
"""Measures in Spanish; the year follows where there is one."""


def external(m: Material) -> list[str]:
    """Correlations with INCO and control reports, each beside its warning."""
    rows = m.of("external").sort("what").to_dicts()
    if not rows:
        return ["No se calculó. / Not computed."]
    warnings = {w for r in rows for w in (_warning(r["note_es"]), _warning(r["note_en"]))}
    return [
        *sorted(warnings),
        "",
        "| con qué · what | años · years | regiones · regions | correlación de rangos e intervalo de 95 % · rank correlation |",
        "|---|---|---:|---:|",
        *(f"| {_named(r['what'])} | {r['measured']}{_doubt(r['what'])} | {r['n']} | {_shown(r)} |" for r in rows),
        "",
        "De INCO se conocen solo las regiones más altas, y eso sesga la correlación. La tabla `external` trae también los gobiernos regionales solos. / "
        "Only the highest regions of INCO are known, which biases the correlation.",
    ]


def _warning(note: str) -> str:
    """The warning of a note, which ends with it."""
    at = max(note.find("Advertencia:"), note.find("Warning:"))
    return note[at:]


def _named(what: str) -> str:
    stem, _, year = what.rpartition("_")
    return WHAT.get(what) or (f"{WHAT[stem]} {year}" if stem in WHAT else what)


def _doubt(what: str) -> str:
    """Said of a measure any of whose values nobody could verify."""
    known = facts.public_facts().filter(pl.concat_str("measure", pl.lit("_"), "period") == what)
    return " (sin verificar · not verified)" if (known["certainty"] == "C").any() else ""


def _shown(row: dict[str, Any]) -> str:
    if row["rho"] is None:
        return "sin datos"
    return f"{row['rho']:.2f} ({row['low']:.2f} a {row['high']:.2f})"
