"""Tables of the integrity indices and of what rests on them: answers, matrix, diagnostic, axes, and what stands beside with its warning."""

from collections.abc import Mapping

from procrisk.benchmark.fields import (
    COMMON,
    DAY,
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
from procrisk.indices.frameworks import INDICES

CELLS = tuple(f"C{capacity}R{risk}" for capacity in (1, 2, 3) for risk in (1, 2, 3))
"""The nine categories of the matrix: level of capacity, then of risk, 1 low to 3 high."""
P_CELLS = {cell: f"p_{cell[1]}_{cell[3]}" for cell in CELLS}
"""Category to the column of its probability."""


def _rank(es: str, en: str) -> Field:
    return Field(WHOLE, "puesto", es, en, least=1, most=26)


INDEX_SCORES = Table(
    "Índices de la función de integridad (RIFI) y de la comisión anticorrupción (CRAPI)",
    "Indices of the integrity function (RIFI) and the anti-corruption commission (CRAPI)",
    {
        **columns("region_code", "region", "period"),
        "index": Field(TEXT, "", "Índice", "Index", INDICES),
        "framework": Field(TEXT, "", "Versión del modelo de integridad", "Version of the integrity model"),
        "pillar": Field(TEXT, "", "Pilar o dimensión; `all` es el índice", "Pillar or dimension; `all` is the index"),
        "score": points("Valor; más es mejor; vacío es sin datos", "Value; more is better; empty is no data"),
        "known": share("Parte de las preguntas aplicables con respuesta", "Share of the applicable items that are answered"),
        **{
            f"n_{what}": count("preguntas", es, en)
            for what, es, en in (
                ("yes", "Respuestas «sí»", "Items answered yes"),
                ("no", "Respuestas «no»", "Items answered no"),
                ("no_evidence", "Sin evidencia, que no es «no»", "Items without evidence, which is not no"),
                ("not_applicable", "No aplicables", "Items that do not apply"),
            )
        },
        "weight": Field(NUMBER, "peso", "Peso en el índice", "Weight in the index", least=0),
        "weight_is_ours": Field(TRUTH, "", "El peso es criterio propio, no de una norma", "The weight is our own judgement, not a norm's"),
        "ladder": Field(NUMBER, "etapas 0-3", "Etapas cumplidas (pilar B del RIFI)", "Stages fulfilled (pillar B of RIFI)", least=0, most=3),
        "apt": Field(LIST, "etapas", "Etapas en que es apta", "Stages in which it is apt"),
        "source": COMMON["source"],
        "simulated": COMMON["simulated"],
        "score_low": points("Valor si todo lo no conocido fuera «no»", "Value if all that is not known were no"),
        "score_high": points("Valor si todo lo no conocido fuera «sí»", "Value if all that is not known were yes"),
        "n_number": count("preguntas", "Respuestas con un número", "Items answered with a number"),
        "n_unanswered": count("preguntas", "Sin respuesta", "Items without an answer"),
        "icp_official": Field(NUMBER, "", "ICP oficial publicado", "Official ICP as published", least=0),
        "icp_stage1": Field(NUMBER, "", "Etapa 1 del ICP oficial", "Stage 1 of the official ICP", least=0),
        "baseline_period": Field(TEXT, "", "Periodo base de la región", "The region's base period"),
        "progress": Field(NUMBER, "puntos", "Avance desde su periodo base", "Progress from its base period"),
    },
    ("region_code", "period", "index", "framework", "pillar"),
)  # fmt: skip

ITEMS = Table(
    "Respuestas detrás de los índices",
    "Answers behind the indices",
    {
        **columns("region_code", "period"),
        "index": Field(TEXT, "", "Índice", "Index", INDICES),
        "item": Field(TEXT, "", "Pregunta", "Item"),
        "answer": Field(TEXT, "", "Respuesta", "Answer: yes, no, no evidence, not applicable, or a number"),
        "value": Field(NUMBER, "", "Valor que entra en el índice", "Value that enters the index"),
        "evidence_url": Field(TEXT, "", "Dirección de la evidencia", "Address of the evidence"),
        "evidence_date": Field(DAY, "", "Fecha de la evidencia", "Date of the evidence"),
        "framework": Field(TEXT, "", "Versión del modelo de integridad", "Version of the integrity model"),
        **columns("source", "simulated"),
    },
    ("region_code", "period", "index", "framework", "item"),
)  # fmt: skip

MATRIX = Table(
    "Matriz de capacidad y riesgo",
    "Matrix of capacity and risk",
    {
        **columns("region_code"),
        "capacity": points("Capacidad de la función de integridad; más es mejor", "Capacity of the integrity function; more is better"),
        "capacity_level": Field(WHOLE, "nivel", "Nivel de capacidad, 1 a 3; vacío si no se puede afirmar uno", "Level of capacity, 1 to 3; empty where none can be affirmed", least=1, most=3),
        "risk": points("Puntaje de señales de riesgo", "Risk-signal score"),
        "risk_level": Field(WHOLE, "nivel", "Nivel de riesgo, 1 a 3; vacío si no se puede afirmar uno", "Level of risk, 1 to 3; empty where none can be affirmed", least=1, most=3),
        "category": Field(TEXT, "", "Categoría, si se puede afirmar una", "Category, where one can be affirmed", CELLS),
        "p_category": share("Probabilidad de la categoría más probable", "Probability of the most probable category"),
        **{column: share(f"Probabilidad de la categoría {cell}", f"Probability of category {cell}") for cell, column in P_CELLS.items()},
        "setup_es": Field(TEXT, "", "Organización recomendada", "Recommended set-up, in Spanish"),
        "setup_en": Field(TEXT, "", "Organización recomendada, en inglés", "Recommended set-up"),
        "functions_es": Field(LIST, "", "Funciones que priorizar", "Functions to put first, in Spanish"),
        "functions_en": Field(LIST, "", "Funciones que priorizar, en inglés", "Functions to put first"),
        "most_likely": Field(TEXT, "", "Categoría más probable", "Most probable category", CELLS),
        "sentence_es": COMMON["text_es"],
        "sentence_en": COMMON["text_en"],
        "capacity_low": points("Límite inferior de la capacidad", "Lower end of the capacity"),
        "capacity_high": points("Límite superior de la capacidad", "Upper end of the capacity"),
        "capacity_source": Field(TEXT, "", "De dónde sale la capacidad", "Where the capacity comes from"),
        "risk_low": points("Límite inferior del puntaje", "Lower end of the score"),
        "risk_high": points("Límite superior del puntaje", "Upper end of the score"),
        "peers": Field(LIST, "", "Códigos de las otras regiones de la misma categoría más probable, con las que se compara primero", "Codes of the other regions of the same most probable category, to compare with first"),
        "cuts_are_ours": Field(TRUTH, "", "Los cortes son criterio propio", "The cuts are our own judgement"),
        "simulated": COMMON["simulated"],
    },
    ("region_code",),
)  # fmt: skip

DIAGNOSTIC = Table(
    "Diagnóstico: fortalezas, debilidades, oportunidades y amenazas",
    "Diagnostic: strengths, weaknesses, opportunities and threats",
    {
        **columns("region_code"),
        "kind": Field(TEXT, "", "Clase", "Kind", ("strength", "weakness", "opportunity", "threat")),
        **columns("text_es", "text_en", "source"),
        "line": Field(WHOLE, "línea", "Orden dentro de la región", "Order within the region", least=1),
    },
    ("region_code", "line"),
)  # fmt: skip

ROBUSTNESS = Table(
    "Solidez de los índices: qué darían otros pesos, que son propuesta nuestra",
    "Robustness of the indices: what other weights, which are our proposal, would give",
    {
        **columns("region_code", "period"),
        "index": Field(TEXT, "", "Índice", "Index", INDICES),
        "framework": Field(TEXT, "", "Versión del modelo de integridad", "Version of the integrity model"),
        "score": points("Índice con los pesos propuestos", "Index under the weights proposed"),
        "score_arithmetic": points("Índice si los pilares pudieran compensarse (media aritmética)", "Index if pillars could make up for each other (arithmetic mean)"),
        "score_p05": points("Percentil 5 con pesos un 25 % mayores o menores", "5th percentile with weights up to 25 % up or down"),
        "score_p95": points("Percentil 95 con pesos un 25 % mayores o menores", "95th percentile with weights up to 25 % up or down"),
        "rank": _rank("Puesto del índice; 1 es el más alto", "Rank of the index; 1 is the highest"),
        "rank_p05": _rank("Percentil 5 del puesto", "5th percentile of the rank"),
        "rank_p95": _rank("Percentil 95 del puesto", "95th percentile of the rank"),
        "of": count("regiones", "Regiones con índice en ese periodo y marco", "Regions with the index in that period and framework"),
    },
    ("region_code", "period", "index", "framework"),
)  # fmt: skip

AXES = Table(
    "Los tres ejes de cada región, lado a lado: riesgo, RIFI y CRAPI; nunca se suman",
    "The three axes of each region side by side: risk, RIFI and CRAPI; never added up",
    {
        **columns("region_code", "region"),
        "risk": points("Puntaje de señales de riesgo; más es más señales", "Risk-signal score; more is riskier"),
        "risk_low": points("Límite inferior del puntaje", "Lower end of the score"),
        "risk_high": points("Límite superior del puntaje", "Upper end of the score"),
        **{
            f"{index.lower()}{end}": field
            for index in INDICES
            for end, field in {
                "": points(f"{index}; más es mejor; vacío es sin datos", f"{index}; more is better; empty is no data"),
                "_low": points(f"{index} si todo lo no conocido fuera «no»", f"{index} if all that is not known were no"),
                "_high": points(f"{index} si todo lo no conocido fuera «sí»", f"{index} if all that is not known were yes"),
                "_known": share(f"Parte de las preguntas de {index} con respuesta", f"Share of the items of {index} that are answered"),
                "_period": Field(TEXT, "", f"Periodo de {index}", f"Period of {index}"),
                "_framework": Field(TEXT, "", f"Marco de {index}", f"Framework of {index}"),
                "_simulated": Field(TRUTH, "", f"Respuestas simuladas en {index}", f"Made-up answers in {index}"),
            }.items()
        },
    },
    ("region_code",),
)  # fmt: skip

EXTERNAL = Table(
    "Al lado del puntaje, con advertencia: INCO e informes de control; no dicen si el puntaje acierta",
    "Beside the score, with a warning: INCO and control reports; they do not tell whether the score is right",
    {
        **columns("scope", "period"),
        "what": Field(TEXT, "", "Medida con que se compara", "Measure it is held against"),
        "measured": Field(TEXT, "", "Años de esa medida", "Years of that measure"),
        "n": count("regiones", "Regiones comparadas", "Regions compared"),
        "rho": Field(NUMBER, "correlación", "Correlación de rangos; vacía con menos de cinco regiones", "Rank correlation; empty with fewer than five regions", least=-1, most=1),
        "low": Field(NUMBER, "correlación", "Límite inferior de 95 %", "Lower 95 % end", least=-1, most=1),
        "high": Field(NUMBER, "correlación", "Límite superior de 95 %", "Upper 95 % end", least=-1, most=1),
        "note_es": Field(TEXT, "", "Advertencia", "Warning, in Spanish"),
        "note_en": Field(TEXT, "", "Advertencia, en inglés", "Warning"),
    },
    ("scope", "period", "what"),
)  # fmt: skip

FORMS = Table(
    "Formularios leídos: filas = aceptadas + en cuarentena + sin responder + en blanco",
    "Forms read: rows = accepted + quarantined + unanswered + blank",
    {
        "file": Field(TEXT, "", "Nombre del formulario", "Name of the form"),
        **{
            name: count("filas", es, en)
            for name, es, en in (
                ("read", "Filas leídas; 0 si el archivo no es un formulario", "Rows read; 0 where the file is no form"),
                ("accepted", "Filas aceptadas", "Rows accepted"),
                ("quarantined", "Filas que no se pudieron leer", "Rows that could not be read"),
                ("unanswered", "Filas sin responder", "Rows without an answer"),
                ("blank", "Filas en blanco", "Blank rows"),
            )
        },
    },
    ("file",),
)  # fmt: skip

FORM_FAULTS = Table(
    "Lo que no se pudo leer de los formularios, y qué escribir en su lugar",
    "What could not be read of the forms, and what to write instead",
    {
        "file": Field(TEXT, "", "Nombre del formulario", "Name of the form"),
        "row": count("fila", "Fila del archivo; 0 es el archivo entero", "Row of the file; 0 is the whole file"),
        "column": Field(TEXT, "", "Columna; `*` es la fila entera", "Column; `*` is the whole row"),
        "code": Field(TEXT, "", "Qué está mal", "What is wrong, as a code"),
        **columns("text_es", "text_en"),
    },
    ("file", "row", "column", "code"),
)  # fmt: skip

TABLES: Mapping[str, Table] = {
    "indices": INDEX_SCORES,
    "robustness": ROBUSTNESS,
    "items": ITEMS,
    "axes": AXES,
    "matrix": MATRIX,
    "diagnostic": DIAGNOSTIC,
    "external": EXTERNAL,
    "forms": FORMS,
    "form_faults": FORM_FAULTS,
}
"""Name of the file in data/ to its table."""
