"""The note that goes with an index: what was done, in Spanish and English, from the numbers of the run itself."""

import polars as pl

from procrisk.composite.build import Built
from procrisk.composite.method import Method
from procrisk.composite.sensitivity import Sensitivity

_WORDS: dict[tuple[str, str], tuple[str, str]] = {
    ("impute", "none"): ("no se rellenan", "are not filled"),
    ("impute", "mean"): ("toman la media de su grupo", "get the mean of their group"),
    ("impute", "median"): ("toman la mediana de su grupo", "get the median of their group"),
    ("impute", "worst"): ("toman el peor valor", "get the worst value"),
    ("normalise", "minmax"): ("mínimo-máximo", "min-max"),
    ("normalise", "z"): ("puntaje z", "z score"),
    ("normalise", "rank"): ("puesto", "rank"),
    ("normalise", "percentile"): ("percentil", "percentile"),
    ("aggregation", "arithmetic"): ("media aritmética", "arithmetic mean"),
    ("aggregation", "geometric"): ("media geométrica", "geometric mean"),
    ("aggregation", "harmonic"): ("media armónica", "harmonic mean"),
    ("weights", "framework"): ("los del marco", "those of the framework"),
    ("weights", "equal"): ("iguales", "equal"),
    ("choice", "winmax"): ("valores extremos", "outliers"),
    ("choice", "normalise"): ("escala", "scale"),
    ("choice", "weights"): ("pesos", "weights"),
    ("choice", "aggregation"): ("media", "mean"),
}


def note(
    built: Built, checked: pl.DataFrame, runs: int = 0, found: Sensitivity | None = None, seed: int | None = None
) -> str:
    """A page of Markdown, Spanish first.

    Args:
        built: the index.
        checked: `checks.checks` of it.
        runs: of the uncertainty analysis, 0 if there was none.
        found: of the sensitivity analysis, if there was one.
        seed: of both.
    """
    halves = []
    for n, title in enumerate(("Nota de método", "Method note")):
        lines = [f"# {title}: {_name(built, built.framework.top, n)}", ""]
        lines += [f"- {x[n]}" for x in (*_done(built), *_checked(checked), *_tried(runs, found, seed))]
        halves.append("\n".join(lines) + "\n")
    return "\n---\n\n".join(halves)


def _done(built: Built) -> list[tuple[str, str]]:
    f, m = built.framework, built.method
    gaps = sum(built.denominated[i].null_count() for i in f.ids)
    left = sum(built.imputed[i].null_count() for i in f.ids)
    out = built.known.filter(~pl.col("scored"))["unit"].to_list()
    sized = sum(bool(i.denominator) for i in f.indicators)
    fill = _WORDS["impute", m.impute]
    least = f"{m.least_known_unit:.0%}"
    limit = (f" (menos de {least} conocido)", f" (less than {least} known)") if m.least_known_unit else ("", "")
    return [
        (
            f"{len(built.units)} unidades, {len(f.ids)} indicadores, {len(f.groups)} grupos; {sized} indicadores se dividen entre "
            "el tamaño de la unidad.",
            f"{len(built.units)} units, {len(f.ids)} indicators, {len(f.groups)} groups; {sized} indicators are divided by the "
            "size of the unit.",
        ),
        (
            f"{gaps} datos faltan; {fill[0]}{_of_group(m)[0]}; quedan {left} sin conocer, que no entran en ninguna media.",
            f"{gaps} values are missing; they {fill[1]}{_of_group(m)[1]}; {left} stay unknown and enter no mean.",
        ),
        (
            f"Sin puntaje por falta de datos{limit[0]}: {', '.join(out) or 'ninguna'}.",
            f"Without a score for lack of data{limit[1]}: {', '.join(out) or 'none'}.",
        ),
        _treated(built),
        _scaled(m),
        _means(built),
    ]


def _of_group(m: Method) -> tuple[str, str]:
    return (f" ({m.impute_group})",) * 2 if m.impute != "none" and m.impute_group else ("", "")


def _treated(built: Built) -> tuple[str, str]:
    n = {k: built.treatment.filter(pl.col("done") == k).height for k in ("winsorised", "log", "left", "goalposts")}
    return (
        f"Valores extremos: {n['winsorised']} indicadores llevados al valor siguiente, {n['log']} en logaritmo, {n['left']} sin "
        f"remedio, {n['goalposts']} con extremos fijos de escala.",
        f"Outliers: {n['winsorised']} indicators moved to the next value, {n['log']} as logarithms, {n['left']} without remedy, "
        f"{n['goalposts']} with a scale of fixed ends.",
    )


def _scaled(m: Method) -> tuple[str, str]:
    es, en = _WORDS["normalise", m.normalise]
    if m.normalise == "rank":
        return f"Escala: {es}.", f"Scale: {en}."
    low, high = m.scale
    if m.normalise == "z":
        return (
            f"Escala: {es}, media {low:g} y desviación {high:g}.",
            f"Scale: {en}, mean {low:g} and deviation {high:g}.",
        )
    return f"Escala: {es}, de {low:g} a {high:g}.", f"Scale: {en}, from {low:g} to {high:g}."


def _means(built: Built) -> tuple[str, str]:
    m = built.method
    weights = _WORDS["weights", m.weights]
    how = [m.aggregation or g.aggregation for g in built.framework.groups]
    told = []
    for n in (0, 1):
        by = {
            w: [_name(built, g.id, n) for g, h in zip(built.framework.groups, how, strict=True) if h == w] for w in how
        }
        told.append("; ".join(f"{_WORDS['aggregation', w][n]} ({', '.join(names)})" for w, names in sorted(by.items())))
    return f"Pesos: {weights[0]}. Medias: {told[0]}.", f"Weights: {weights[1]}. Means: {told[1]}."


def _checked(checked: pl.DataFrame) -> list[tuple[str, str]]:
    odd = checked.filter(pl.col("verdict").is_in(["weak", "against", "redundant", "loose", "unknown"]))
    told = odd.select("sentence_es", "sentence_en").rows()
    return told or [("Las comprobaciones no señalan nada.", "The checks point at nothing.")]


def _tried(runs: int, found: Sensitivity | None, seed: int | None) -> list[tuple[str, str]]:
    lines = []
    if runs:
        lines.append(
            (
                f"Incertidumbre: {runs} combinaciones de decisiones al azar (semilla {seed}); los puestos, en rank_intervals.csv.",
                f"Uncertainty: {runs} random combinations of choices (seed {seed}); the ranks are in rank_intervals.csv.",
            )
        )
    if found is not None:
        totals = found.indices.sort("total", descending=True, nulls_last=True).to_dicts()
        told = [
            ", ".join(f"{_WORDS['choice', t['choice']][n]} {t['total']:.2f}" for t in totals if t["total"] is not None)
            for n in (0, 1)
        ]
        lines.append(
            (
                f"Sensibilidad: {found.runs} corridas (semilla {seed}); en promedio un puesto cambia {found.mean_change:.1f}. Efecto "
                f"total de cada decisión: {told[0] or 'ninguno'}.",
                f"Sensitivity: {found.runs} runs (seed {seed}); a rank changes by {found.mean_change:.1f} on average. Total effect "
                f"of each choice: {told[1] or 'none'}.",
            )
        )
    return lines


def _name(built: Built, part: str, language: int) -> str:
    x = built.framework.by_id[part]
    return (x.name_es, x.name_en)[language]
