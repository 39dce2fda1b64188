"""The structured assessment: questions on risks that live in practice, not in records. `risk_catalogue/assessment.csv`.

The integrity function of each regional government answers them with evidence. A question is worded so that "yes" is the
good practice; the form and its columns are described in docs/assessment.md.
"""

import re
from functools import cache
from pathlib import Path

import polars as pl

from procrisk.errors import UsageError
from procrisk.resources import data_dir, file_sha256, read_rows

FILE = "assessment.csv"
COLUMNS = ("id", "risk", "question_es", "question_en", "evidence_es", "evidence_en")
ANSWERS = {
    "yes": ("sí", "yes"),
    "partial": ("parcial", "partial"),
    "no": ("no", "no"),
    "no_evidence": ("sin evidencia", "no evidence"),
    "not_applicable": ("no aplica", "does not apply"),
}
"""Code of an answer to the word that the form takes and its English name."""
FORM = (
    "REGION",
    "PREGUNTA",
    "RESPUESTA",
    "EVIDENCIA",
    "FECHA_EVIDENCIA",
    "RESPONDIDO_POR",
    "FECHA_RESPUESTA",
)
"""Columns of the form of answers, in order; others, such as the question's text, may stand beside them."""


@cache
def questions() -> pl.DataFrame:
    """The question bank, one row a question in the order of the file.

    Returns:
        the columns of the CSV, all text. `id` is Q<risk's number>-<n>; `evidence_*` is what has to back a yes.

    Raises:
        UsageError: a cell is empty, an id is not its risk's or stands twice; says line and column.
    """
    return read(data_dir("risk_catalogue") / FILE)


@cache
def sha256() -> str:
    """Hash of the question bank's bytes."""
    return file_sha256(data_dir("risk_catalogue") / FILE)


def read(path: Path) -> pl.DataFrame:
    """Read and check a question bank; see `questions`."""
    rows = read_rows(path, COLUMNS)
    seen: set[str] = set()
    for row in rows:
        for column in COLUMNS:
            if not row[column]:
                raise row.refuse(column, "is empty")
        if not re.fullmatch(rf"Q{row['risk'].removeprefix('R')}-[1-9]", row["id"]):
            raise row.refuse("id", f"should be Q{row['risk'].removeprefix('R')}- and a digit")
        if row["id"] in seen:
            raise row.refuse("id", "stands twice")
        seen.add(row["id"])
    if not rows:
        raise UsageError(f"{path.name} holds no question")
    return pl.DataFrame([row.cells for row in rows], schema=dict.fromkeys(COLUMNS, pl.String))
