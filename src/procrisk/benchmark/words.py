"""What the pictures and the sheets say, in Spanish as it is read aloud: one decimal at most, no false precision, no accusation."""

from collections.abc import Sequence
from re import sub
from typing import Any

import polars as pl

from procrisk.benchmark.material import Material
from procrisk.indices.matrix import BEGIN_ES
from procrisk.records.regions import REGIONS

MONTHS = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "setiembre", "octubre", "noviembre", "diciembre")  # fmt: skip
ROMAN = ("I", "II", "III", "IV")
QUARTERS = ("primer", "segundo", "tercer", "cuarto")
NOT_AN_ACCUSATION = (
    "Una señal es un motivo para mirar, nunca una acusación ni una conclusión: los casos honestos también las levantan."
)
Row = dict[str, Any]


def one(value: float | None) -> str:
    """A number to people: one decimal."""
    return "–" if value is None else f"{value:.1f}"


def listed(names: Sequence[str]) -> str:
    """Cusco, Puno y Tacna; before an i sound «e»."""
    if len(names) < 2:
        return "".join(names)
    last = names[-1]
    joint = "e" if last.lower().startswith(("i", "hi", "í")) else "y"
    return f"{', '.join(names[:-1])} {joint} {last}"


def period(name: str) -> str:
    """2022-01 as «enero de 2022», quarters, years and twelve months likewise."""
    if ".." in name:
        first, last = name.split("..")
        return f"{period(first)} a {period(last)}"
    if "-Q" in name:
        year, quarter = name.split("-Q")
        return f"{QUARTERS[int(quarter) - 1]} trimestre de {year}"
    if "-" in name:
        year, month = name.split("-")
        return f"{MONTHS[int(month) - 1]} de {year}"
    return name


def tick(name: str) -> str:
    """A period below an axis: quarters in short, «I trim. 2022»."""
    year, _, quarter = name.partition("-Q")
    return f"{ROMAN[int(quarter) - 1]} trim. {year}" if quarter else period(name)


def spans(months: Sequence[str]) -> str:
    """Months in order, those in a row as one: «enero a marzo de 2022 y mayo de 2022»."""
    runs: list[list[str]] = []
    for month in months:
        if runs and month == following(runs[-1][-1]):
            runs[-1].append(month)
        else:
            runs.append([month])
    return listed([period(r[0]) if len(r) == 1 else f"{_start(r[0], r[-1])} a {period(r[-1])}" for r in runs])


def _start(first: str, last: str) -> str:
    """The year is said once where both months are of the same."""
    return period(first).split(" ")[0] if first[:4] == last[:4] else period(first)


def following(month: str) -> str:
    """The month after: 2021-12 to 2022-01."""
    year, number = (int(part) for part in month.split("-"))
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def in_period(name: str) -> str:
    """With its preposition: «en enero de 2022», «en el primer trimestre de 2022»."""
    return f"en el {period(name)}" if "-Q" in name else f"en {period(name)}"


def brief(code: str) -> str:
    """A region's name where there is little room."""
    name = REGIONS[code]
    return {"15": "Lima prov.", "1501": "Lima Metrop.", "17": "M. de Dios"}.get(code, name)


def percent(share: float | None) -> str:
    """A share without decimals; what is not nothing is not shown as 0 %, nor what is not all as 100 %."""
    if share is None:
        return "–"
    shown = "<1" if 0 < share < 0.01 else ">99" if 0.99 < share < 1 else f"{share * 100:.0f}"
    return f"{shown} %"


def whole(value: float) -> str:
    """An expected count: without decimals from 10 on, with one below."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def count(n: int, singular: str, plural: str) -> str:
    """1 proceso, 1,204 procesos."""
    return f"{n:,} {singular if n == 1 else plural}"


def money(soles: float | None) -> str:
    """An amount in millions of soles, or in soles below one million."""
    if soles is None:
        return "monto sin dato"
    if soles < 1e6:
        return f"S/ {soles:,.0f}"
    millions = soles / 1e6
    return f"S/ {millions:,.0f} millones" if millions >= 10 else f"S/ {millions:.1f} millones"


def short_rank(low: int | None, high: int | None) -> str:
    """3–17, for a column."""
    return "–" if low is None or high is None else f"{low}" if low == high else f"{low}–{high}"


def spread(known: pl.DataFrame) -> str:
    """Between what and what the scores lie, for those who cannot see the picture."""
    scored = known.drop_nulls("score").to_dicts()
    if not scored:
        return "Ninguna región tiene puntaje."
    high, low = scored[0], scored[-1]
    return f"Van de {one(low['score'])} ({low['region']}) a {one(high['score'])} ({high['region']})."


def apart_count(m: Material) -> str:
    """How many pairs of regions the data tell apart."""
    pairs = m.of("separable")
    if pairs.is_empty():
        return ""
    told = int(pairs["apart"].sum())
    if not told:
        return "Con estos datos ningún par de regiones se distingue."
    return f"Se distinguen {told} de {pairs.height} pares de regiones."


def standing(row: Row, ranked: int) -> str:
    """The range of ranks in a sentence."""
    low, high = row["rank_low"], row["rank_high"]
    if low is None or high is None:
        return "No entra en el orden de las regiones."
    if low == 1 and high == ranked:
        return f"Con estos datos su puesto no se puede precisar: puede ser cualquiera entre el 1.º y el {ranked}.º."
    if low == high:
        return f"Su puesto es el {low}.º de {ranked}, contando desde el puntaje más alto."
    return f"Su puesto, contando desde el puntaje más alto, está entre el {low}.º y el {high}.º de {ranked}."


def apart(pairs: pl.DataFrame) -> str:
    """From how many regions it cannot be told apart, and which stand clearly above or below it.

    Args:
        pairs: from `Material.pairs`, of one region.
    """
    if pairs.is_empty():
        return ""
    above = pairs.filter(pl.col("apart") & (pl.col("difference") > 0)).sort("other_code")["other_code"].to_list()
    below = pairs.filter(pl.col("apart") & (pl.col("difference") < 0)).sort("other_code")["other_code"].to_list()
    same = pairs.height - len(above) - len(below)
    if same == pairs.height == 1:
        return "No se distingue de la otra región con puntaje."
    if same == pairs.height:
        return f"No se distingue de ninguna de las otras {pairs.height} regiones con puntaje."
    parts = []
    if above:
        parts.append(f"es claramente más alto que el de {_named(above)}")
    if below:
        parts.append(f"es claramente más bajo que el de {_named(below)}")
    rest = f" De {_others(same)} no se distingue." if same else ""
    return f"Su puntaje {listed(parts)}.{rest}"


def _named(codes: Sequence[str], most: int = 4) -> str:
    return listed([REGIONS[c] for c in codes]) if len(codes) <= most else f"{len(codes)} regiones"


def _others(n: int) -> str:
    return "la otra región" if n == 1 else f"las otras {n}"


def way(row: Row) -> str:
    """From the plain mean to the score: adjusted for the mix, then drawn to the whole where little is known."""
    if row["crude"] is None or row["standardised"] is None or row["shrinkage"] is None:
        return ""
    # few processes in strata of high scores can put the adjusted mean below the scale
    adjusted = "por debajo de 0" if row["standardised"] < 0 else one(row["standardised"])
    return (
        f"El promedio simple de sus procesos es {one(row['crude'])}; ajustado por lo que compra y lo que se pudo ver, {adjusted}; "
        f"según cuánto se sabe de ella se acerca un {percent(row['shrinkage'])} al conjunto y queda en {one(row['score'])}."
    )


def expected_range(row: Row | None) -> str:
    """What the funnel says of the region."""
    if row is None:
        return ""
    all_told = f"El conjunto de las regiones está en {one(row['reference'])}. "
    if not row["outside"]:
        return f"{all_told}La región está dentro de lo que el azar y la variación usual entre regiones explican."
    side = "más" if (row["z"] or 0) > 0 else "menos"
    return f"{all_told}La región tiene {side} señales de las que el azar y la variación usual entre regiones explican (embudo, 99.8 %)."


def plain(name: str) -> str:
    """The name of an indicator without the number that it has in a methodology of others."""
    return sub(r"\s*\(OSCE-BID [^)]*\)", "", name)


def driver(row: Row) -> str:
    """A driver in a sentence: how many raised, of how many, against how many expected."""
    seen = f"{row['raised']:,} de {count(row['evaluated'], 'proceso evaluado', 'procesos evaluados')}"
    return f"{seen} ({percent(row['rate'])}); por lo que compra se esperaban {whole(row['expected'])}."


def change(history: Sequence[Row]) -> str:
    """The last period against the one before, with whether the difference shows.

    Intervals that do not meet are taken as a change: a cautious criterion of our own, since two periods share buyers.
    """
    known = [r for r in history if r["score"] is not None]
    if len(known) < 2 or known[-1] is not history[-1] or known[-2] is not history[-2]:
        return "No hay dos periodos seguidos con datos: no se puede decir qué cambió."
    before, now = known[-2], known[-1]
    said = f"{in_period(now['period']).capitalize()} el puntaje fue {_interval(now)}; {in_period(before['period'])}, {_interval(before)}."
    if now["score_low"] > before["score_high"]:
        return f"{said} Subió más de lo que explica la incertidumbre."
    if now["score_high"] < before["score_low"]:
        return f"{said} Bajó más de lo que explica la incertidumbre."
    return f"{said} Los intervalos se cruzan: no se puede afirmar que haya cambiado."


def _interval(row: Row) -> str:
    return f"{one(row['score'])} ({one(row['score_low'])} a {one(row['score_high'])})"


REASONS = {
    "column_absent": "la fuente no publica el dato",
    "value_missing": "el dato está vacío en el registro",
    "too_few_peers": "hay muy pocos procesos comparables",
}
"""Why an observation could not be evaluated."""


def unseen(share: float | None, reasons: Sequence[Row]) -> str:
    """How much could not be evaluated, and why, the chief reason first."""
    if share is None:
        return "No hay procesos que evaluar."
    told = sorted((r for r in reasons if r["n"]), key=lambda r: (-r["n"], r["reason"]))
    why = "; ".join(f"en el {percent(r['share'])} {REASONS[r['reason']]}" for r in told)
    said = f"Se pudo evaluar el {percent(share)} de las observaciones posibles (un indicador en un proceso)."
    return f"{said} El resto no: {why}." if why else said


def covered(seen: int, of: int) -> str:
    """How many risks of the catalogue could be evaluated in the region."""
    if not seen:
        return f"De los {of} riesgos del catálogo, ninguno se pudo evaluar en la región."
    return f"De los {of} riesgos del catálogo, {seen} se {'pudo' if seen == 1 else 'pudieron'} evaluar en algún proceso de la región."


def bounds(row: Row) -> str:
    """Between what and what the plain mean would lie, whatever had stood in the missing records."""
    if row["bound_low"] is None or row["bound_high"] is None:
        return ""
    return (
        f"Según lo que dijera el dato que falta, el promedio simple estaría entre {one(row['bound_low'])} y {one(row['bound_high'])}: "
        "«no evaluable» no es «sin señal»."
    )


INDEX_NAMES = {
    "RIFI": "Función de integridad (RIFI)",
    "CRAPI": "Comisión regional anticorrupción (CRAPI)",
}
FUNCTIONS = 2
"""Functions of the matrix that a sheet names."""
LEVELS = ("", "bajo", "medio", "alto")
FEMININE = ("", "baja", "media", "alta")


OURS = "Pesos, preguntas y cortes de los índices y de la matriz: propuesta nuestra, por acordar."
"""Said wherever an index or a category is."""


def index(name: str, axes: Row) -> str:
    """An index in a sentence, with its period and between what and what it may lie; more is better.

    Args:
        name: RIFI or CRAPI.
        axes: the region's row of the table of axes.
    """
    of = {end: axes[f"{name.lower()}{end}"] for end in ("", "_low", "_high", "_known", "_period", "_simulated")}
    mark = "[SIMULADO] " if of["_simulated"] else ""
    if of["_period"] is None:
        return f"{INDEX_NAMES[name]}: sin datos."
    known = f"con el {percent(of['_known'])} de las preguntas respondidas"
    span = f"estaría entre {one(of['_low'])} y {one(of['_high'])} según lo que falta"
    if of[""] is None:
        return f"{mark}{INDEX_NAMES[name]}, {of['_period']}: sin puntaje, {known}; {span}."
    rest = "" if of["_low"] == of["_high"] else f", {known}; {span}"
    return f"{mark}{INDEX_NAMES[name]}, {of['_period']}: {one(of[''])} de 100 (más es mejor){rest}."


def cell(row: Row | None) -> str:
    """Where the region stands in the matrix, as the matrix itself says it, and the first functions that it recommends."""
    if row is None or not row["sentence_es"]:
        return "Matriz de capacidad y riesgo: sin datos."
    source = f" Capacidad según {row['capacity_source'].split(':')[0]}." if row["capacity_source"] else ""
    first = "; ".join(_lowered(f) for f in (row["functions_es"] or [])[:FUNCTIONS])
    sentence = row["sentence_es"].removesuffix(BEGIN_ES)
    return f"{sentence}{source}" + (f" Primeras funciones: {first}." if first else "")


def _lowered(text: str) -> str:
    """To stand after a colon; a word in capitals stays."""
    return (text if text[1:2].isupper() else text[:1].lower() + text[1:]).rstrip(".")
