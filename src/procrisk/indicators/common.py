"""Figures that several indicators share, such as windows and least numbers: `[common.<name>]` of indicators.toml.

They are read when a frame is built, not when a module is imported, so that a settings file can replace them:

    with common.using({"split_days": 30}):
        frames = build(dataset, as_of)
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from procrisk.errors import UsageError
from procrisk.indicators import registry

TABLE = registry.COMMON
_KEYS = {"value", "unit", "source_es", "source_en"}
_replaced: ContextVar[Mapping[str, float]] = ContextVar("common", default=MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Figure:
    """A shared figure, its unit and where it comes from."""

    value: float
    unit: str
    source_es: str
    source_en: str


@cache
def figures() -> dict[str, Figure]:
    """Every shared figure by its name.

    Raises:
        UsageError: an entry lacks a key, has one too many, or its value is no number.
    """
    entries = registry.table().get(TABLE, {})
    for name, entry in entries.items():
        if set(entry) != _KEYS or not registry.is_number(entry["value"]):
            raise UsageError(
                f"{registry.FILE} [{TABLE}.{name}] should have a number `value` and {sorted(_KEYS - {'value'})}"
            )
    return {name: Figure(**entry) for name, entry in entries.items()}


def share(name: str) -> float:
    """The figure that holds now."""
    return _replaced.get().get(name, figures()[name].value)


def whole(name: str) -> int:
    """The figure that holds now, a whole number of days, months or records."""
    return int(share(name))


def current() -> dict[str, float]:
    """Every figure as it holds now."""
    return {name: share(name) for name in figures()}


@contextmanager
def using(replaced: Mapping[str, float]) -> Iterator[None]:
    """Replace figures for what runs inside.

    Raises:
        UsageError: an unknown figure, no number, or a fraction where the figure is a whole number.
    """
    check(replaced)
    token = _replaced.set({**_replaced.get(), **replaced})
    try:
        yield
    finally:
        _replaced.reset(token)


def check(replaced: Mapping[str, float]) -> None:
    """Refuse figures that are not declared, and values that cannot stand in their place.

    Raises:
        UsageError: see `using`.
    """
    for name, value in replaced.items():
        if name not in figures():
            raise UsageError(f"settings [{TABLE}]: no figure {name!r}; known: {', '.join(sorted(figures()))}")
        whole_number = isinstance(figures()[name].value, int)
        if not registry.is_number(value) or value < 0 or (whole_number and value != int(value)):
            wanted = "a whole number" if whole_number else "a number"
            raise UsageError(f"settings [{TABLE}] {name} = {value!r} should be {wanted}, 0 or more")
