"""Every indicator, declared once and found by its id everywhere: code, table, tests, output columns, pages.

The code says what is computed; `risk_catalogue/indicators.toml` says in words what it means, how severe it is, and
gives every threshold with its source. The two are held against each other when a module of indicators is imported.
"""

import inspect
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from procrisk.errors import UsageError
from procrisk.indicators import roles
from procrisk.indicators.idiom import Rule
from procrisk.resources import data_dir

FILE = "indicators.toml"
COMMON = "common"
"""Table of the file with the figures that indicators share."""
SUBJECTS = ("process", "buyer", "market", "lot", "award", "supplier", "pair", "contract", "contest", "bidder", "work")
PHASES = ("planning", "preparation", "selection", "execution", "crosscutting")
CATEGORIES = ("efficiency", "competition", "integrity")
_TEXT = ("name_es", "name_en", "phase", "category", "version", "sentence_es", "sentence_en")

Build = Callable[..., Rule]


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is known of an indicator besides the records."""

    id: str
    function: Build
    risks: tuple[str, ...]
    """Ids of the catalogue; the first is the one it is chiefly a sign of."""
    ocp: str
    """Code of the Open Contracting Partnership's red flag that it implements, or empty."""
    osce_bid: str
    """Number of the red flag of OSCE and the IDB (2021) that it implements, such as 23a, or empty."""
    cri: str
    """Component of the Corruption Risk Index (Fazekas) that it implements, or empty."""
    subject: str
    evidence: tuple[str, ...]
    """Columns of the subject's frame kept beside the flag."""
    value: str
    """Column that holds what was measured; empty where there is nothing to measure."""
    threshold: str
    """Parameter or column against which the value stands; empty likewise."""
    name_es: str
    name_en: str
    phase: str
    category: str
    severity: int
    version: str
    params: dict[str, float]
    sources: dict[str, str]
    """Parameter to where its value comes from."""
    law: tuple[str, ...]
    """Parameters of legal_parameters.csv on which it rests."""
    breach: str
    """The norm that a flag shows to be broken, however often it is; empty where a flag is a sign and no breach."""
    record: bool
    """A flag speaks of the record and not of the purchase: it informs, and never scores."""
    sentence_es: str
    sentence_en: str

    @property
    def role(self) -> str:
        """One of `roles.ROLES`, as measured on real records."""
        return roles.role(self.id, self.version)

    def rule(self, overrides: Mapping[str, float] | None = None) -> Rule:
        """The rule with its parameters, those in `overrides` instead of the table's."""
        return self.function(**{**self.params, **(overrides or {})})


INDICATORS: dict[str, Indicator] = {}
"""Id to indicator, in the order of declaration."""


def indicator(
    id_: str,
    *,
    risks: Sequence[str],
    subject: str,
    ocp: str = "",
    osce_bid: str = "",
    cri: str = "",
    evidence: Sequence[str] = (),
    value: str = "",
    threshold: str = "",
) -> Callable[[Build], Build]:
    """Declare the function below as an indicator. Its arguments are its parameters.

    Raises:
        UsageError: the id is taken, has no entry in indicators.toml, or its entry lacks a text, names a parameter that
            the function does not take or lacks one that it takes.
    """

    def declare(function: Build) -> Build:
        if id_ in INDICATORS:
            raise UsageError(f"{id_} is declared twice: {INDICATORS[id_].function.__name__} and {function.__name__}")
        if subject not in SUBJECTS:
            raise UsageError(f"{id_}: unknown subject {subject!r}; known: {', '.join(SUBJECTS)}")
        entry = _entry(id_, list(inspect.signature(function).parameters))
        INDICATORS[id_] = Indicator(
            id=id_,
            function=function,
            risks=tuple(risks),
            ocp=ocp,
            osce_bid=osce_bid,
            cri=cri,
            subject=subject,
            evidence=tuple(evidence),
            value=value,
            threshold=threshold,
            **entry,
        )
        return function

    return declare


@cache
def table() -> dict[str, Any]:
    """indicators.toml as it stands."""
    return tomllib.loads((data_dir("risk_catalogue") / FILE).read_text(encoding="utf-8"))


def _entry(id_: str, parameters: list[str]) -> dict[str, Any]:
    """What the table says of an indicator, checked."""
    entry = table().get(id_)
    if entry is None:
        raise UsageError(f"{FILE} has no entry [{id_}]")
    known = {*_TEXT, "severity", "law", "params", "breach", "record"}
    if unknown := sorted(set(entry) - known):
        raise UsageError(f"{FILE} [{id_}]: unknown key {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    if missing := [k for k in _TEXT if not str(entry.get(k, "")).strip()]:
        raise UsageError(f"{FILE} [{id_}]: missing {', '.join(missing)}")
    if entry["phase"] not in PHASES or entry["category"] not in CATEGORIES:
        raise UsageError(f"{FILE} [{id_}]: phase {entry['phase']!r} or category {entry['category']!r} is unknown")
    if entry.get("severity") not in range(1, 6):
        raise UsageError(f"{FILE} [{id_}]: severity should be a whole number from 1 to 5")
    given = entry.get("params", {})
    if set(given) != set(parameters):
        raise UsageError(
            f"{FILE} [{id_}]: parameters {sorted(given)} should be those of the code, {sorted(parameters)}"
        )
    for name, p in given.items():
        if set(p) != {"value", "source"} or not str(p["source"]).strip() or not is_number(p["value"]):
            raise UsageError(f"{FILE} [{id_}.params.{name}] should have a number `value` and a `source`")
    return {
        **{k: entry[k] for k in _TEXT},
        "breach": _breach(id_, entry),
        "record": entry.get("record", False) is True,
        "severity": entry["severity"],
        "law": tuple(entry.get("law", ())),
        "params": {n: p["value"] for n, p in given.items()},
        "sources": {n: p["source"] for n, p in given.items()},
    }


def _breach(id_: str, entry: Mapping[str, Any]) -> str:
    """The norm that a flag shows to be broken, from the key `breach`: that norm, or true for those of `law`."""
    said = entry.get("breach", "")
    breach = ", ".join(entry.get("law", ())) if said is True else said
    if not isinstance(breach, str) or ("breach" in entry and not breach.strip()):
        raise UsageError(
            f"{FILE} [{id_}]: breach should be the norm that is broken, or true where `law` names its parameters"
        )
    return breach


def is_number(value: object) -> bool:
    """Whether a value of TOML is a number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def check_thresholds(thresholds: Mapping[str, Mapping[str, float]]) -> None:
    """Refuse overrides that name nothing.

    Raises:
        UsageError: an unknown indicator or parameter, or a value that is no number.
    """
    for id_, given in thresholds.items():
        known = INDICATORS.get(id_)
        if known is None:
            raise UsageError(f"settings [indicators.{id_}]: no such indicator; known: {', '.join(sorted(INDICATORS))}")
        if not isinstance(given, Mapping):
            raise UsageError(f"settings [indicators.{id_}] should be a table of parameters")
        for name, value in given.items():
            if name not in known.params:
                raise UsageError(
                    f"settings [indicators.{id_}]: no parameter {name!r}; known: {', '.join(known.params) or 'none'}"
                )
            if not is_number(value):
                raise UsageError(f"settings [indicators.{id_}] {name} = {value!r} should be a number")


def unused() -> list[str]:
    """Entries of the table for which there is no code."""
    return sorted(set(table()) - set(INDICATORS) - {COMMON})
