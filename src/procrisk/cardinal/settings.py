"""OCP Cardinal's settings file: INI, one section an indicator, unknown names refused.

What is read is Cardinal's (https://cardinal.readthedocs.io/en/latest/topics/settings.html): a section enables its
indicator, `;` and `#` begin a comment, lists are separated by `|`, a repeated section counts as its last occurrence.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from procrisk.errors import UsageError

INDICATORS = ("R003", "R018", "R024", "R025", "R028", "R030", "R035", "R036", "R038", "R048", "R058")
_TRUE, _FALSE = ("true", "on", "yes"), ("false", "off", "no")
_ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "r": "\r", "t": "\t", "n": "\n"}
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{4})|(.))", re.DOTALL)


def pipes(text: str) -> frozenset[str]:
    """The values of a list, `a|b`; the empty text is the empty list."""
    parts = text.split("|")
    return frozenset(parts if parts[-1] else parts[:-1])


def _integer(text: str, *, signed: bool = True) -> int:
    low = text.lower()
    if low in _TRUE + _FALSE:
        return int(low in _TRUE)
    if not re.fullmatch(r"[+-]?\d+" if signed else r"\+?\d+", text, re.ASCII):
        raise ValueError("a whole number")
    return int(text)


def _count(text: str) -> int:
    return _integer(text, signed=False)


def _float(text: str) -> float:
    low = text.lower()
    if low in _TRUE + _FALSE:
        return float(low in _TRUE)
    try:
        return float(text.replace("_", " "))
    except ValueError:
        raise ValueError("a number") from None


def _boolean(text: str) -> bool:
    low = text.lower()
    if low not in (*_TRUE, *_FALSE, "1", "0"):
        raise ValueError("true or false")
    return low in (*_TRUE, "1")


Kind = Callable[[str], object]
ANY = "*"
SCHEMA: dict[str, dict[str, Kind]] = {
    "": {
        "currency": str,
        "no_price_comparison_procurement_methods": pipes,
        "price_comparison_procurement_methods": pipes,
    },
    "defaults": {
        "currency": str,
        "item_classification_scheme": str,
        "bid_status": str,
        "award_status": str,
        "party_roles": _boolean,
    },
    "redactions": {"amount": pipes, "organization_id": pipes},
    "corrections": {"award_status_by_contract_status": _boolean},
    "modifications": {
        "move_auctions": _boolean,
        "prefix_buyer_or_procuring_entity_id": str,
        "prefix_tenderer_or_supplier_id": str,
        "split_procurement_method_details": str,
    },
    "codelists": {},
    "codelists.bid_status": {ANY: str},
    "codelists.award_status": {ANY: str},
    "exclusions": {"procurement_method_details": pipes},
    "R003": {"threshold": _integer, "procurement_methods": pipes},
    "R003.procurement_method_details": {ANY: _integer},
    "R018": {"procurement_methods": pipes},
    "R024": {"threshold": _float},
    "R025": {"percentile": _count, "threshold": _float},
    "R028": {},
    "R030": {},
    "R035": {"threshold": _count},
    "R036": {},
    "R038": {"threshold": _float, "minimum_submitted_bids": _count, "minimum_contracting_processes": _count},
    "R048": {"digits": _count, "threshold": _count, "minimum_contracting_processes": _count},
    "R058": {"threshold": _float},
}


class Settings:
    """What a settings file says; without one, nothing is enabled."""

    def __init__(self, sections: dict[str, dict[str, Any]] | None = None) -> None:
        """Take the sections by name, their values in the types of `SCHEMA`; "" is what stands above the first."""
        self._sections = sections or {}

    def enabled(self, indicator: str) -> bool:
        """Whether the section of an indicator, or one below it, is present."""
        return any(name.partition(".")[0] == indicator for name in self._sections)

    def get(self, section: str, name: str) -> Any:
        """A setting; None if it is not set."""
        return self._sections.get(section, {}).get(name)

    def all(self, section: str) -> dict[str, Any]:
        """Every setting of a section."""
        return self._sections.get(section, {})


def load(path: Path | None) -> Settings:
    """Read a settings file; no path is no settings.

    Raises:
        UsageError: the file cannot be read, is no INI, or has a name or a value that Cardinal does not know.
    """
    if path is None:
        return Settings()
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: the settings file is not UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise UsageError(f"{path}: the settings file cannot be read: {error.strerror}") from None
    return parse(text, str(path))


def parse(text: str, where: str = "settings") -> Settings:
    """Read the text of a settings file; `where` names it in errors.

    Raises:
        UsageError: as in `load`.
    """
    sections: dict[str, dict[str, Any]] = {}
    current, known = sections.setdefault("", {}), SCHEMA[""]
    title = "the top of the file"
    for number, raw in enumerate(text.replace("\\\n", "").splitlines(), start=1):
        line = raw.strip()
        if not line or line[0] in ";#":
            continue
        at = f"{where}, line {number}"
        if line[0] == "[":
            name = line[1:].partition("]")[0].strip()
            if "]" not in line or name not in SCHEMA or not name:
                raise UsageError(f"{at}: unknown section {line}; known are {', '.join(k for k in SCHEMA if k)}")
            current = sections[name] = {}
            known, title = SCHEMA[name], f"[{name}]"
            continue
        separator = re.search("[=:]", line)
        if separator is None:
            raise UsageError(f"{at}: {line!r} is neither a [section] nor name = value")
        key, value = line[: separator.start()].rstrip(), _unquoted(line[separator.end() :].strip())
        convert = known.get(key, known.get(ANY))
        if convert is None:
            raise UsageError(f"{at}: unknown setting {key!r} in {title}; known are: {', '.join(known) or 'none'}")
        try:
            current[key] = convert(value)
        except ValueError as error:
            raise UsageError(f"{at}: {key} = {value} should be {error}") from None
    return Settings(sections)


def _unquoted(text: str) -> str:
    if text[:1] in ('"', "'"):
        text = text[1:].partition(text[0])[0]
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _ESCAPES.get(m[2], m[2]), text)
