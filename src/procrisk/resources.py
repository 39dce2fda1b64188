"""The data that travel with the code: the risk catalogue with its legal parameters, and the fitted models.

In a checkout they stand at the top of the repository; in an installed wheel beside the package, in `procrisk/_data`.
Every module that needs one of these folders asks `data_dir`, so that both cases are decided in one place.
"""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from procrisk.errors import InputMissingError, UsageError

FOLDERS = {"risk_catalogue": "osce_81_risks.csv", "models": ""}
"""Folders known, each with a file that tells it from a namesake (empty: the folder itself is enough)."""

_PACKAGE = Path(__file__).resolve().parent


@cache
def data_dir(name: str) -> Path:
    """The folder `name`: "risk_catalogue" or "models".

    A wheel's own copy wins, so that an installed procrisk never reads a folder that happens to lie above it.

    Raises:
        UsageError: `name` is neither of the two.
        InputMissingError: the folder is in neither place.
    """
    if name not in FOLDERS:
        raise UsageError(f"no data folder is called {name!r}; known: {', '.join(sorted(FOLDERS))}")
    places = (_PACKAGE / "_data" / name, _PACKAGE.parents[1] / name)
    for place in places:
        if (place / FOLDERS[name]).exists():
            return place
    looked = " or ".join(str(p) for p in places)
    raise InputMissingError(f"the folder {name} is missing: looked for {looked}; install procrisk again")


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table that people edit: its cells by column, and where it stands, for error messages."""

    path: Path
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """The cell, without outer blanks; empty where nothing is written."""
        return self.cells[column]

    def refuse(self, column: str, why: str) -> UsageError:
        """An error that names file, line, column and what is written there."""
        return UsageError(f"{self.path.name}, line {self.line}, column {column}: {why} (found {self.cells[column]!r})")

    def choose(self, column: str, vocabulary: Sequence[str]) -> str:
        """The cell, which has to be one of a closed list.

        Raises:
            UsageError: it is not.
        """
        if self.cells[column] not in vocabulary:
            raise self.refuse(column, f"should be one of {', '.join(vocabulary)}")
        return self.cells[column]

    def several(self, column: str, vocabulary: Sequence[str]) -> list[str]:
        """The cell as a list, split at `;`; each part has to be in a closed list, and none may come twice.

        Raises:
            UsageError: one is not, or comes twice.
        """
        parts = [p.strip() for p in self.cells[column].split(";") if p.strip()]
        if len(set(parts)) != len(parts):
            raise self.refuse(column, "names the same twice")
        if unknown := [p for p in parts if p not in vocabulary]:
            raise self.refuse(column, f"{', '.join(unknown)} is unknown; known: {', '.join(vocabulary)}")
        return parts


def read_rows(path: Path, columns: Sequence[str]) -> list[Row]:
    """Read a CSV that people edit (UTF-8, comma, header), cell by cell, as text.

    Args:
        path: the file.
        columns: exactly these, in this order.

    Returns:
        the rows in file order; `line` counts from 1 at the header and is the line on which the row ends.

    Raises:
        InputMissingError: there is no such file.
        UsageError: it is not UTF-8 or not CSV, a column is missing or unknown, or a row has too few or too many cells.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as f:
            reader = csv.reader(f, strict=True)
            header = next(reader, [])
            read = [(reader.line_num, cells) for cells in reader if cells]
    except FileNotFoundError as e:
        raise InputMissingError(f"{path} does not exist") from e
    except (UnicodeDecodeError, csv.Error) as e:
        raise UsageError(f"{path.name} is not a CSV in UTF-8: {e}") from e
    if header != list(columns):
        missing = [c for c in columns if c not in header]
        unknown = [c for c in header if c not in columns]
        raise UsageError(
            f"{path.name}, line 1: the columns should be {','.join(columns)}; missing: {missing}; unknown: {unknown}"
        )
    for line, cells in read:
        if len(cells) != len(columns):
            raise UsageError(f"{path.name}, line {line}: {len(cells)} cells, should be {len(columns)}")
    return [Row(path, line, dict(zip(columns, (c.strip() for c in cells), strict=True))) for line, cells in read]
