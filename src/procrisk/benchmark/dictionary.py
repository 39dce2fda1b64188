"""The tables of the benchmark and their columns in order; what a column common to several is stands in fields.py."""

from collections.abc import Mapping

from procrisk.benchmark import dictionary_indices
from procrisk.benchmark.fields import (
    COMMON,
    LIST,
    NUMBER,
    TEXT,
    TRUTH,
    WHOLE,
    Field,
    Table,
    columns,
    count,
    points,
    share,
)
from procrisk.indicators import roles
from procrisk.records.regions import REGIONS

PLACE = ("region_code", "region", "scope", "period")
SIZE = ("n_processes", "n_scored", "n_buyers", "amount_pen", "share_evaluable")


def _rank(end_es: str, end_en: str, which_es: str, which_en: str) -> Field:
    return Field(
        WHOLE,
        "puesto",
        f"Puesto {end_es} compatible con los datos ({which_es}); 1 es el puntaje más alto",
        f"{end_en} rank the data allow ({which_en}); 1 is the highest score",
        least=1,
        most=26,
    )


def _difference(es: str, en: str) -> Field:
    return Field(NUMBER, "puntos", es, en)


SCORES = Table(
    "Puntajes de señales de riesgo, por región y parte",
    "Risk-signal scores by region and part",
    {
        **columns(*PLACE),
        "weighting": Field(TEXT, "", "Si cada proceso pesa lo mismo o según sus soles", "Whether each process weighs the same or by its soles", ("count", "soles")),
        "part": Field(TEXT, "", "Qué parte del puntaje: todo, una fase, una categoría o un riesgo", "Which part of the score: all, phase:..., category:... or risk:R.."),
        "crude": points("Promedio simple de los procesos", "Plain mean of the processes"),
        "standardised": Field(NUMBER, "puntos", "Promedio como si todas compraran lo mismo y se viera lo mismo; con pocos procesos puede caer bajo 0", "Mean as if all bought the same and as much could be seen; may fall below 0 where processes are few"),
        "standardised_free": Field(NUMBER, "puntos", "Lo mismo sin ajustar por procedimiento, que también se elige", "The same without the procedure, which is itself a choice"),
        "mix": _difference("Parte de la diferencia con el promedio debida a lo que compra", "Part of the difference from the mean due to what is bought"),
        "rate": _difference("Parte debida a que sus señales son más o menos frecuentes", "Part due to signals being more or less frequent"),
        "score": points("Puntaje: estandarizado y acercado al promedio según su incertidumbre; más es más señales", "Headline: standardised, drawn to the mean by its uncertainty; more is riskier"),
        "score_low": points("Límite inferior del intervalo de 95 %", "Lower end of the 95 % interval"),
        "score_high": points("Límite superior del intervalo de 95 %", "Upper end of the 95 % interval"),
        "shrinkage": share("Cuánto se acercó al promedio (0 nada, 1 del todo)", "How far it was drawn to the mean (0 not, 1 wholly)"),
        "rank_low": _rank("más alto", "Highest", "cada región por sí, 95 %", "marginal, 95 %"),
        "rank_high": _rank("más bajo", "Lowest", "cada región por sí, 95 %", "marginal, 95 %"),
        "rank_low_all": _rank("más alto", "Highest", "todas a la vez, 95 %", "simultaneous, 95 %"),
        "rank_high_all": _rank("más bajo", "Lowest", "todas a la vez, 95 %", "simultaneous, 95 %"),
        **columns(*SIZE),
        "bound_low": points("Promedio simple si todo lo no evaluable no tuviera señal", "Crude mean if all that is not evaluable were clear"),
        "bound_high": points("Promedio simple si todo lo no evaluable tuviera señal", "Crude mean if all that is not evaluable were raised"),
        "n_effective": Field(NUMBER, "procesos", "Número efectivo de procesos: los de una misma entidad se parecen", "Effective number of processes: those of one buyer resemble each other", least=0),
    },
    (*PLACE, "weighting", "part"),
)  # fmt: skip

FUNNEL = Table(
    "Embudo: qué región se aparta más de lo que explica el azar",
    "Funnel: which region departs by more than chance",
    {
        **columns("region_code", "scope", "period"),
        "n": Field(NUMBER, "procesos", "Número efectivo de procesos", "Effective number of processes", least=0),
        "standardised": Field(NUMBER, "puntos", "Puntaje estandarizado, sin acercar", "Standardised score, not shrunk"),
        "reference": points("Valor de referencia: el promedio del ámbito", "Reference: the mean of the scope"),
        "z": Field(NUMBER, "desviaciones estándar", "Distancia a la referencia", "Distance from the reference"),
        **{
            f"{end}_{level}": Field(NUMBER, "puntos", f"Límite {es} de {told} % del embudo", f"{en} {told} % limit of the funnel")
            for level, told in (("95", "95"), ("998", "99.8"))
            for end, es, en in (("low", "inferior", "Lower"), ("high", "superior", "Upper"))
        },
        "outside": Field(TRUTH, "", "Está fuera del límite de 99.8 %", "Lies beyond the 99.8 % limit"),
        "tau2": Field(NUMBER, "puntos²", "Varianza entre regiones que se admite como usual", "Variance between regions taken as usual", least=0),
    },
    ("region_code", "scope", "period"),
)  # fmt: skip

SEPARABLE = Table(
    "Pares de regiones que se distinguen y que no (cada par, una vez)",
    "Pairs of regions that can and cannot be told apart (each pair once)",
    {
        "region_code": COMMON["region_code"],
        "other_code": Field(TEXT, "", "Código de la otra región", "Code of the other region", tuple(REGIONS)),
        **columns("scope", "period"),
        "difference": _difference("Puntaje de la región menos el de la otra", "Score of the region less that of the other"),
        "low": Field(NUMBER, "puntos", "Límite inferior de la diferencia (todas a la vez, 95 %)", "Lower end of the difference (simultaneous, 95 %)"),
        "high": Field(NUMBER, "puntos", "Límite superior de la diferencia (todas a la vez, 95 %)", "Upper end of the difference (simultaneous, 95 %)"),
        "apart": Field(TRUTH, "", "Los datos las distinguen", "The data tell them apart"),
    },
    ("region_code", "other_code", "scope", "period"),
)  # fmt: skip

STABILITY = Table(
    "Estabilidad: qué cambia si cambia el método",
    "Stability: what moves if the method does",
    {
        "check": Field(TEXT, "", "Qué se cambió", "What was changed"),
        **columns("scope", "period"),
        "top5_shared": count("regiones", "Cuántas de las cinco más altas siguen siéndolo", "How many of the top five stay"),
        "jaccard_top5": share("Parecido de los cinco primeros (Jaccard)", "Likeness of the top five (Jaccard)"),
        "max_rank_move": Field(NUMBER, "puestos", "Mayor cambio de puesto (los empates comparten el promedio)", "Largest move of a rank (ties share the mean)", least=0),
        "largest_move_region": Field(TEXT, "", "Región que más se movió", "Region that moved most"),
        "spearman": Field(NUMBER, "correlación", "Correlación de rangos con el resultado publicado", "Rank correlation with the published result", least=-1, most=1),
        "n": count("regiones", "Regiones comparadas", "Regions compared"),
    },
    ("check", "scope", "period"),
)  # fmt: skip

ASSOCIATION = Table(
    "Asociación del puntaje con lo que podría confundirlo",
    "Association of the score with what could confound it",
    {
        **columns("scope", "period"),
        "what": Field(TEXT, "", "Con qué se compara", "What it is held against"),
        "rho": Field(NUMBER, "correlación", "Correlación de rangos", "Rank correlation", least=-1, most=1),
        "n": count("regiones", "Regiones comparadas", "Regions compared"),
        "note_es": COMMON["text_es"],
        "note_en": COMMON["text_en"],
    },
    ("scope", "period", "what"),
)  # fmt: skip

DRIVERS = Table(
    "Qué explica el puntaje: señales por encima de lo esperado",
    "What drives the score: signals above what was expected",
    {
        **columns("region_code", "scope", "period", "indicator"),
        "name_es": Field(TEXT, "", "Nombre del indicador", "Name of the indicator in Spanish"),
        "name_en": Field(TEXT, "", "Nombre del indicador en inglés", "Name of the indicator"),
        "role": Field(TEXT, "", "Si cuenta en el puntaje (`information` no cuenta)", "Whether it counts in the score (`information` does not)", roles.ROLES),
        "risks": Field(LIST, "", "Riesgos del catálogo de los que es señal", "Risks of the catalogue of which it is a sign"),
        **columns("raised", "evaluated"),
        "rate": share("Procesos con señal sobre evaluados", "Raised over evaluated"),
        "expected": Field(NUMBER, "procesos", "Procesos con señal que se esperaban por lo que compra", "Processes expected at the rates of its mix", least=0),
        "excess": Field(NUMBER, "procesos", "Con señal menos esperados", "Raised less expected"),
        "rank": Field(WHOLE, "puesto", "Orden dentro de la región, 1 el que más explica", "Order within the region, 1 explains most", least=1),
    },
    ("region_code", "scope", "period", "indicator"),
)  # fmt: skip

UNSEEN = Table(
    "Lo que no se pudo evaluar, por región y motivo",
    "What could not be evaluated, by region and reason",
    {
        **columns("region_code", "scope", "period"),
        "reason": Field(TEXT, "", "Motivo", "Reason", ("column_absent", "value_missing", "too_few_peers")),
        "n": count("observaciones", "Observaciones no evaluables por ese motivo", "Observations not evaluable for that reason"),
        "applicable": count("observaciones", "Observaciones posibles", "Possible observations"),
        "share": share("Parte de las observaciones posibles", "Share of the possible observations"),
    },
    ("region_code", "scope", "period", "reason"),
)  # fmt: skip

COVERAGE = Table(
    "Cobertura del catálogo de 81 riesgos, por región",
    "Coverage of the catalogue of 81 risks, by region",
    {
        **columns("risk", "region_code"),
        "applicable": count("procesos", "Procesos en su ámbito", "Processes in its scope"),
        **columns("evaluated", "raised"),
        "not_evaluable": count("procesos", "Procesos que no se pudieron evaluar", "Processes that could not be evaluated"),
        "why": Field(TEXT, "", "Por qué no", "Why not, in Spanish"),
        "why_en": Field(TEXT, "", "Por qué no, en inglés", "Why not, in English"),
    },
    ("risk", "region_code"),
)  # fmt: skip

TABLES: Mapping[str, Table] = {
    "scores": SCORES,
    "funnel": FUNNEL,
    "separable": SEPARABLE,
    "stability": STABILITY,
    "association": ASSOCIATION,
    "drivers": DRIVERS,
    "unseen": UNSEEN,
    "coverage": COVERAGE,
    **dictionary_indices.TABLES,
}
"""Name of the file in data/ to its table."""
