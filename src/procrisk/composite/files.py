"""Framework and data from files, every mistake named with its file, line and column.

A framework is a TOML file with `[[indicators]]`, `[[structure]]` and perhaps `[method]`; or a folder with indicators.csv,
structure.csv and perhaps method.toml; or COINr's table of indicators (`coinr.py`). Data are a CSV: `unit`, perhaps `name`,
a column for each indicator and denominator, and any words by which units are grouped.
"""

import csv
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from procrisk.composite import coinr, method
from procrisk.composite.aggregate import MEANS, How
from procrisk.composite.framework import INDICATOR_COLUMNS, STRUCTURE_COLUMNS, Framework, Group, Indicator
from procrisk.composite.method import Method
from procrisk.errors import InputMissingError, UsageError
from procrisk.resources import Row, read_rows

UNKNOWN = ("", "NA", "NaN", "null")
"""How a cell says that its number is not known."""
_ALIASES = {"uCode": "unit", "UnitCode": "unit", "uName": "name", "UnitName": "name"}
_HEADER = re.compile(r"^\s*\[\[\s*(indicators|structure)\s*\]\]")


def read_framework(path: Path) -> tuple[Framework, Method]:
    """The framework and the method from a TOML file, a folder, or COINr's tables.

    Raises:
        InputMissingError: there is no such file or folder.
        UsageError: it says something that cannot be: where, and what would be right.
    """
    if path.is_dir():
        rows = (
            read_rows(path / "indicators.csv", INDICATOR_COLUMNS),
            read_rows(path / "structure.csv", STRUCTURE_COLUMNS),
        )
        beside = path / "method.toml"
        return _framework(*rows), read_method(beside) if beside.exists() else Method()
    if path.suffix == ".toml":
        read = _toml(path)
        if unknown := sorted(set(read) - {"indicators", "structure", "method"}):
            raise UsageError(f"{path.name}: {', '.join(unknown)} is unknown; known: indicators, structure, method")
        rows = _rows(path, read, "indicators", INDICATOR_COLUMNS), _rows(path, read, "structure", STRUCTURE_COLUMNS)
        return _framework(*rows), method.read(read.get("method", {}), path.name)
    return coinr.framework(_table(path)), Method()


def read_method(path: Path) -> Method:
    """The method from a TOML file that holds `[method]` and nothing else.

    Raises:
        InputMissingError: there is no such file.
        UsageError: something in it is unknown.
    """
    read = _toml(path)
    if unknown := sorted(set(read) - {"method"}):
        raise UsageError(f"{path.name}: {', '.join(unknown)} is unknown; known: method")
    return method.read(read.get("method", {}), path.name)


def read_data(path: Path, framework: Framework) -> pl.DataFrame:
    """The units and what is known of them.

    Returns:
        unit (unique, the rows are sorted by it), name (the unit where the file has none), a float column for each
        indicator and denominator (NaN is not known), and the other columns of the file as words.

    Raises:
        InputMissingError: there is no such file.
        UsageError: a column is missing, a number is none, a unit comes twice or is empty.
    """
    rows = _table(path, _ALIASES)
    header = list(rows[0].cells)
    wanted = {"unit", *framework.ids} | {i.denominator for i in framework.indicators if i.denominator}
    if missing := sorted(wanted - set(header)):
        raise UsageError(f"{path.name}, line 1: columns are missing: {', '.join(missing)}")
    numbers = sorted(wanted - {"unit"})
    seen: dict[str, int] = {}
    for row in rows:
        if not row["unit"] or row["unit"] in seen:
            raise row.refuse("unit", f"a unit has a name of its own (line {seen.get(row['unit'], row.line)})")
        seen[row["unit"]] = row.line
    words = [c for c in header if c not in numbers]
    frame = pl.DataFrame(
        {c: [row[c] for row in rows] for c in words} | {c: [_value(row, c) for row in rows] for c in numbers},
        schema=dict.fromkeys(words, pl.String) | dict.fromkeys(numbers, pl.Float64),
    )
    if "name" not in words:
        frame = frame.with_columns(name=pl.col("unit"))
    return frame.sort("unit")


def _framework(indicators: Sequence[Row], structure: Sequence[Row]) -> Framework:
    return Framework(tuple(_indicator(r) for r in indicators), tuple(_group(r) for r in structure))


def _indicator(row: Row) -> Indicator:
    return Indicator(
        _word(row, "id"),
        _word(row, "name_es"),
        _word(row, "name_en"),
        int(row.choose("direction", ("1", "-1"))),
        _weight(row),
        _word(row, "parent"),
        row["denominator"],
        _number(row, "goalpost_low") if row["goalpost_low"] else None,
        _number(row, "goalpost_high") if row["goalpost_high"] else None,
        _where(row),
    )


def _group(row: Row) -> Group:
    level = _number(row, "level")
    if level != int(level) or level < 2:
        raise row.refuse("level", "should be a whole number from 2 on (indicators stand on level 1)")
    least = _number(row, "least_known") if row["least_known"] else 0.0
    if not 0 <= least <= 1:
        raise row.refuse("least_known", "should be a share between 0 and 1")
    how: How = "arithmetic"
    if row["aggregation"]:
        how = row.choose("aggregation", MEANS)  # type: ignore[assignment]  # one of MEANS is a How
    names = _word(row, "id"), _word(row, "name_es"), _word(row, "name_en")
    return Group(*names, int(level), row["parent"], _weight(row), how, least, _where(row))


def _weight(row: Row) -> float:
    weight = _number(row, "weight") if row["weight"] else 1.0
    if weight < 0:
        raise row.refuse("weight", "should not be below 0")
    return weight


def _word(row: Row, column: str) -> str:
    if not row[column]:
        raise row.refuse(column, "should not be empty")
    return row[column]


def _number(row: Row, column: str) -> float:
    try:
        number = float(row[column])
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise row.refuse(column, "should be a number, with a point for decimals")
    return number


def _value(row: Row, column: str) -> float:
    return math.nan if row[column] in UNKNOWN else _number(row, column)


def _where(row: Row) -> str:
    return f"{row.path.name}, line {row.line}: "


def _table(path: Path, aliases: Mapping[str, str] = MappingProxyType({})) -> list[Row]:
    """A CSV with any columns, one row at least."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as f:
            reader = csv.reader(f, strict=True)
            header = [aliases.get(c.strip(), c.strip()) for c in next(reader, [])]
            read = [(reader.line_num, cells) for cells in reader if cells]
    except FileNotFoundError as e:
        raise InputMissingError(f"{path} does not exist") from e
    except (UnicodeDecodeError, csv.Error) as e:
        raise UsageError(f"{path.name} is not a CSV in UTF-8: {e}") from e
    if len(set(header)) != len(header) or not read:
        raise UsageError(f"{path.name}, line 1: a column comes twice, or no row follows")
    for line, cells in read:
        if len(cells) != len(header):
            raise UsageError(f"{path.name}, line {line}: {len(cells)} cells, should be {len(header)}")
    return [Row(path, line, dict(zip(header, (c.strip() for c in cells), strict=True))) for line, cells in read]


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as e:
        raise InputMissingError(f"{path} does not exist") from e
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise UsageError(f"{path.name} is not TOML in UTF-8: {e}") from e


def _rows(path: Path, read: dict[str, Any], table: str, columns: Sequence[str]) -> list[Row]:
    """Tables of a TOML file as rows, each with the line its header stands on, so that both layouts are checked alike."""
    entries = read.get(table, [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise UsageError(f"{path.name}: {table} is written as [[{table}]], once for each")
    text = path.read_text(encoding="utf-8").splitlines()
    lines = [n for n, line in enumerate(text, 1) if (m := _HEADER.match(line)) and m[1] == table]
    rows = []
    for n, entry in enumerate(entries):
        line = lines[n] if len(lines) == len(entries) else 1
        if unknown := sorted(set(entry) - set(columns)):
            raise UsageError(f"{path.name}, line {line}: {', '.join(unknown)} is unknown; known: {', '.join(columns)}")
        rows.append(Row(path, line, {c: str(entry.get(c, "")).strip() for c in columns}))
    return rows
