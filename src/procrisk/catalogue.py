"""The catalogue of 81 documented risks: `risk_catalogue/osce_81_risks.csv`, read and checked.

The list is a working one. OSCE counted 81 risks in 2020 but its own list is not publicly readable; `risk_catalogue/README.md`
says where each of these comes from. Ids R01 to R81 are stable: they are never given to another risk.
"""

from functools import cache
from pathlib import Path

import polars as pl

from procrisk.errors import UsageError
from procrisk.resources import Row, data_dir, file_sha256, read_rows

SIZE = 81
FILE = "osce_81_risks.csv"

PHASES = {
    "planning": ("planificación", "planning"),
    "preparation": ("actuaciones preparatorias", "preparation"),
    "selection": ("selección", "selection"),
    "execution": ("ejecución contractual", "contract execution"),
    "crosscutting": ("transversal", "crosscutting"),
}
"""Phase to its name in Spanish and in English, in the order of the purchase."""

CATEGORIES = {
    "efficiency": ("eficiencia", "efficiency"),
    "competition": ("competencia", "competition"),
    "integrity": ("integridad", "integrity"),
}
"""Category to its name in Spanish and in English."""

EVALUATIONS = {
    "rule": ("regla", "rule"),
    "anomaly": ("modelo de anomalías", "anomaly model"),
    "collusion": ("detección de colusión", "collusion screen"),
    "assessment": ("evaluación estructurada", "structured assessment"),
    "not_observable": ("no observable", "not observable"),
}
"""The ways in which a risk is evaluated: names in Spanish and in English. A risk may have several, the chief one first."""

RECORDS = {
    "published": ("registros de contratación que se publican hoy", "procurement records published today"),
    "unpublished": ("registros de contratación que hoy no se publican", "procurement records not published today"),
    "register": ("un registro oficial o propio, que se agrega aparte", "an official or own register, added beside"),
    "none": ("ningún registro", "no record"),
}
"""From what a risk can be seen: names in Spanish and in English."""

CERTAINTIES = ("verbatim", "paraphrase")
"""Whether the source was read word for word (an official text) or in a summary."""

_SCHEMA: dict[str, type[pl.DataType] | pl.DataType] = {
    "id": pl.String,
    "key": pl.String,
    "osce_number": pl.Int16,
    "phase": pl.String,
    "category": pl.String,
    "label_es": pl.String,
    "label_en": pl.String,
    "description_es": pl.String,
    "description_en": pl.String,
    "severity": pl.Int8,
    "severity_rationale_es": pl.String,
    "severity_rationale_en": pl.String,
    "source": pl.String,
    "locator": pl.String,
    "source_url": pl.String,
    "certainty": pl.String,
    "evaluation": pl.List(pl.String),
    "records": pl.String,
    "gap_es": pl.String,
    "gap_en": pl.String,
    "mitigation_es": pl.String,
    "mitigation_en": pl.String,
    "related_to": pl.List(pl.String),
}
COLUMNS = tuple(_SCHEMA)
_TEXTS = ("label", "description", "severity_rationale", "mitigation")
_FILLED = ("key", "source", "locator", *(f"{t}_{g}" for t in _TEXTS for g in ("es", "en")))
IDS = tuple(f"R{n:02d}" for n in range(1, SIZE + 1))


@cache
def risks() -> pl.DataFrame:
    """The 81 risks, one row each in the order of their ids.

    Returns:
        the columns of the CSV; `severity` 1 (slight) to 5 (grave) Int8, `osce_number` Int16 (null until the official list
        is had), `evaluation` a list of keys of EVALUATIONS (chief one first), `records` a key of RECORDS, `gap_es` and `gap_en`
        which record is missing (empty where the published ones do), `related_to` a list of ids.

    Raises:
        UsageError: the file is not as it should be; says line and column.
    """
    return read(data_dir("risk_catalogue") / FILE)


@cache
def sha256() -> str:
    """Hash of the catalogue's bytes."""
    return file_sha256(data_dir("risk_catalogue") / FILE)


def read(path: Path) -> pl.DataFrame:
    """Read and check a catalogue file: 81 rows, ids R01 to R81 in order, closed vocabularies, every text filled.

    Raises:
        InputMissingError: there is no such file.
        UsageError: a row is not as it should be; says line and column.
    """
    rows = read_rows(path, COLUMNS)
    records = [_record(row, f"R{n:02d}") for n, row in enumerate(rows, 1)]
    if len(records) != SIZE:
        raise UsageError(f"{path.name} holds {len(records)} risks, should hold {SIZE}")
    _refuse_repeats(rows, "key")
    _refuse_repeats([r for r in rows if r["osce_number"]], "osce_number")
    return pl.DataFrame(records, schema=_SCHEMA, orient="row")


def changes(new: pl.DataFrame, old: pl.DataFrame) -> pl.DataFrame:
    """What another catalogue changes: one row per id and column that differs, lists joined with `;`.

    Args:
        new: from `read`, such as the official list in the place of this one.
        old: from `risks`.

    Returns:
        columns id, column, old, new (text; null where empty), sorted by id and column.
    """

    def long(frame: pl.DataFrame, name: str) -> pl.DataFrame:
        text = frame.with_columns(pl.col("related_to", "evaluation").list.join(";")).cast(pl.String)
        return text.unpivot(index="id", variable_name="column", value_name=name)

    both = long(old, "old").join(long(new, "new"), on=["id", "column"], how="full", coalesce=True)
    return both.filter(pl.col("old").ne_missing(pl.col("new"))).sort("id", "column")


def _record(row: Row, expected: str) -> tuple[object, ...]:
    if row["id"] != expected:
        raise row.refuse("id", f"should be {expected}: ids are stable and stand in order")
    for column in _FILLED:
        if not row[column]:
            raise row.refuse(column, "is empty")
    row.choose("phase", tuple(PHASES))
    row.choose("category", tuple(CATEGORIES))
    row.choose("certainty", CERTAINTIES)
    row.choose("records", tuple(RECORDS))
    evaluation = row.several("evaluation", tuple(EVALUATIONS))
    if not evaluation:
        raise row.refuse("evaluation", "is empty")
    if bool(row["gap_es"]) != bool(row["gap_en"]) or bool(row["gap_es"]) == (row["records"] == "published"):
        raise row.refuse(
            "gap_es", "says, in both languages, which record is missing where the published ones do not do"
        )
    row.choose("severity", ("1", "2", "3", "4", "5"))
    if not row["source_url"].startswith(("http://", "https://")):
        raise row.refuse("source_url", "should be a web address")
    if row["osce_number"] and not row["osce_number"].isdecimal():
        raise row.refuse("osce_number", "should be a number, or empty")
    related = row.several("related_to", IDS)
    if expected in related:
        raise row.refuse("related_to", "a risk is not related to itself")
    typed: dict[str, object] = {
        **row.cells,
        "osce_number": int(row["osce_number"]) if row["osce_number"] else None,
        "severity": int(row["severity"]),
        "evaluation": evaluation,
        "related_to": related,
    }
    return tuple(typed[c] for c in COLUMNS)


def _refuse_repeats(rows: list[Row], column: str) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        if row[column] in seen:
            raise row.refuse(column, f"stands in line {seen[row[column]]} already")
        seen[row[column]] = row.line
