"""The source of an indicator's page: `risk_catalogue/pages/<ID>.toml`, read and checked.

What the table of indicators and the code already say (names, parameters, law, sentences) is not written there again.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from procrisk.errors import UsageError
from procrisk.resources import data_dir

FOLDER = "pages"
TEXTS = ("definition", "method", "why")
LISTS = ("exclusions", "assumptions", "honest")
LANGUAGES = ("es", "en")
STATES = ("clear", "not_evaluable")
_EXAMPLE = {"text_es", "text_en", "as_of", "process", "value", "threshold", "sentence_es", "sentence_en", "otherwise"}
_OTHERWISE = {"text_es", "text_en", "table", "row", "set", "state"}


@dataclass(frozen=True, slots=True)
class Otherwise:
    """The smallest change after which the indicator is no longer raised."""

    text: dict[str, str]
    table: str
    row: int
    """Place of the changed entry among the table's entries in the file."""
    set: dict[str, Any]
    state: str


@dataclass(frozen=True, slots=True)
class Example:
    """Made-up records on which the indicator is raised, and what it says of them."""

    text: dict[str, str]
    as_of: date
    process: str
    value: float | None
    threshold: float | None
    sentence: dict[str, str]
    rows: dict[str, list[dict[str, Any]]]
    """Table name to entries: columns, and `repeat` where an entry stands for several rows."""
    otherwise: Otherwise | None


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader needs to know of an indicator beyond its entry in the table. Texts by language."""

    id: str
    definition: dict[str, str]
    method: dict[str, str]
    why: dict[str, str]
    exclusions: dict[str, list[str]]
    assumptions: dict[str, list[str]]
    honest: dict[str, list[str]]
    example: Example


def folder() -> Path:
    """Where the sources of the pages stand."""
    return data_dir("risk_catalogue") / FOLDER


def written() -> list[str]:
    """Ids of the indicators that have a page, sorted."""
    return sorted(p.stem for p in folder().glob("*.toml"))


@cache
def page(id_: str) -> Page:
    """The page of an indicator.

    Raises:
        UsageError: there is none, or it lacks a text, holds an unknown key or says something in one language only.
    """
    path = folder() / f"{id_}.toml"
    if not path.is_file():
        raise UsageError(f"{FOLDER}/{id_}.toml does not exist: every indicator has a page")
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    names = [f"{t}_{g}" for t in (*TEXTS, *LISTS) for g in LANGUAGES]
    _only(path, "", said, {*names, "example"})
    definition, method, why = (_both(path, said, t) for t in TEXTS)
    exclusions, assumptions, honest = (_lists(path, said, t) for t in LISTS)
    example = _example(path, said.get("example", {}))
    return Page(id_, definition, method, why, exclusions, assumptions, honest, example)


def _example(path: Path, said: dict[str, Any]) -> Example:
    rows = {k: v for k, v in said.items() if isinstance(v, list)}
    _only(path, "example.", said, {*_EXAMPLE, *rows})
    if "processes" not in rows:
        raise UsageError(f"{path.name} [example] has no [[example.processes]]")
    if not isinstance(said.get("as_of"), date):
        raise UsageError(f"{path.name} [example] as_of should be a day, such as 2022-06-30")
    after = said.get("otherwise")
    return Example(
        text=_both(path, said, "text"),
        as_of=said["as_of"],
        process=str(said.get("process", "")),
        value=said.get("value"),
        threshold=said.get("threshold"),
        sentence=_both(path, said, "sentence"),
        rows=rows,
        otherwise=None if after is None else _otherwise(path, after, rows),
    )


def _otherwise(path: Path, said: dict[str, Any], rows: dict[str, list[dict[str, Any]]]) -> Otherwise:
    _only(path, "example.otherwise.", said, _OTHERWISE)
    table, row = said.get("table", ""), said.get("row", 0)
    if table not in rows or not 0 <= row < len(rows[table]):
        raise UsageError(f"{path.name} [example.otherwise]: entry {row} of {table!r} is not in the example")
    if said.get("state") not in STATES:
        raise UsageError(f"{path.name} [example.otherwise] state should be one of {', '.join(STATES)}")
    return Otherwise(_both(path, said, "text"), table, row, dict(said["set"]), said["state"])


def _only(path: Path, where: str, said: dict[str, Any], known: set[str]) -> None:
    if unknown := sorted(set(said) - known):
        raise UsageError(f"{path.name}: unknown key {where}{', '.join(unknown)}")


def _both(path: Path, said: dict[str, Any], name: str) -> dict[str, str]:
    found = {g: str(said.get(f"{name}_{g}", "")).strip() for g in LANGUAGES}
    if missing := [g for g, text in found.items() if not text]:
        raise UsageError(f"{path.name}: {name}_{missing[0]} is missing")
    return found


def _lists(path: Path, said: dict[str, Any], name: str) -> dict[str, list[str]]:
    found = {g: said.get(f"{name}_{g}") for g in LANGUAGES}
    for g, items in found.items():
        if not isinstance(items, list) or not items or not all(isinstance(i, str) and i.strip() for i in items):
            raise UsageError(f"{path.name}: {name}_{g} should be a list of sentences")
    if len({len(items) for items in found.values() if items}) > 1:
        raise UsageError(f"{path.name}: {name} says more in one language than in the other")
    return {g: list(items or ()) for g, items in found.items()}
