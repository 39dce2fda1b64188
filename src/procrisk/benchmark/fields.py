"""Every table of the benchmark and every column in it, said once: the package, the dictionary and the checks are made from here."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from procrisk.errors import GateError, GateFailedError
from procrisk.records.regions import REGIONS
from procrisk.scoring.estimates import SCOPES

POINTS = "0-100"
TEXT, NUMBER, WHOLE, TRUTH, DAY = pl.String(), pl.Float64(), pl.Int32(), pl.Boolean(), pl.Date()
LIST = pl.List(pl.String())


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its type, unit (empty where it has none), what it is in Spanish and in English, what it may hold."""

    type: pl.DataType
    unit: str
    es: str
    en: str
    values: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None


def points(es: str, en: str) -> Field:
    """A score or an index."""
    return Field(NUMBER, POINTS, es, en, least=0, most=100)


def share(es: str, en: str) -> Field:
    """A part of something, or a probability."""
    return Field(NUMBER, "proporción 0-1", es, en, least=0, most=1)


def count(unit: str, es: str, en: str) -> Field:
    """A whole number of something."""
    return Field(WHOLE, unit, es, en, least=0)


COMMON: Mapping[str, Field] = {
    "region_code": Field(TEXT, "", "Código de la región (ubigeo)", "Region code: INEI's ubigeo, `15` the provinces of Lima, `1501` Lima Metropolitana", tuple(REGIONS)),
    "region": Field(TEXT, "", "Nombre de la región", "Name of the region"),
    "scope": Field(TEXT, "", "Ámbito: qué entidades cuentan", "Whose procurement counts; `subnational` is regional and local governments, `national` is by seat and never ranked", SCOPES),
    "period": Field(TEXT, "", "Periodo de la convocatoria", "Month (2022-01), quarter (2022-Q1), year (2022) or rolling twelve months (2021-03..2022-02) of the call"),
    "n_processes": count("procesos", "Procesos convocados", "Processes called"),
    "n_scored": count("procesos", "Procesos con puntaje", "Processes that have a score"),
    "n_buyers": count("entidades", "Entidades que convocaron", "Buyers that called"),
    "amount_pen": Field(NUMBER, "soles", "Monto adjudicado o, antes, estimado", "Amount awarded or, before an award, estimated", least=0),
    "share_evaluable": share("Parte de las observaciones posibles que se pudo evaluar", "Share of the possible observations that could be evaluated"),
    "indicator": Field(TEXT, "", "Id del indicador", "Id of the indicator (docs/indicators)"),
    "risk": Field(TEXT, "", "Id del riesgo del catálogo", "Id of the risk in the catalogue"),
    "raised": count("procesos", "Procesos con señal", "Processes in which it is raised"),
    "evaluated": count("procesos", "Procesos evaluados", "Processes in which it could be evaluated"),
    "text_es": Field(TEXT, "", "Texto en español", "Text in Spanish"),
    "text_en": Field(TEXT, "", "Texto en inglés", "Text in English"),
    "source": Field(TEXT, "", "De dónde sale", "Where it comes from"),
    "simulated": Field(TRUTH, "", "Respuestas simuladas, no reales", "Simulated answers, not real"),
}  # fmt: skip
"""Columns that mean the same in every table."""


def columns(*names: str, **own: Field) -> dict[str, Field]:
    """Common columns by name, then a table's own."""
    return {**{n: COMMON[n] for n in names}, **own}


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its title, what one row is, its columns in order, and those that tell its rows apart."""

    title_es: str
    title_en: str
    fields: Mapping[str, Field]
    key: tuple[str, ...]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Column to Polars type."""
        return {name: f.type for name, f in self.fields.items()}

    def empty(self) -> pl.DataFrame:
        """The table without rows."""
        return pl.DataFrame(schema=self.schema)


def conform(name: str, frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """`frame` with the columns of the table alone, in its order and types.

    Raises:
        GateError: a column is missing.
        GateFailedError: a value is not what the dictionary says it may be.
    """
    if lack := [c for c in table.fields if c not in frame.columns]:
        raise GateError(f"table {name} of the benchmark lacks {', '.join(lack)}; it has {', '.join(frame.columns)}")
    made = frame.select(pl.col(c).cast(f.type) for c, f in table.fields.items())
    for column, f in table.fields.items():
        values = made[column].drop_nulls()
        wrong = values.filter(~values.is_in(f.values)) if f.values else values.head(0)
        if f.least is not None or f.most is not None:
            low, high = (-float("inf") if f.least is None else f.least), (float("inf") if f.most is None else f.most)
            wrong = values.filter(~values.is_between(low, high))
        if len(wrong):
            raise GateFailedError(
                f"table {name} of the benchmark, column {column}: {wrong[0]!r} is not what the dictionary allows"
            )
    return made
