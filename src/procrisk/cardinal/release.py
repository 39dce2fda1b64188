"""The part of a compiled release that the indicators read: nothing else of a line is built.

A field that is absent, null or of another JSON type is None: to the indicators the three are the same. An array keeps its
length, so that an element of another type counts as one without fields.
"""

from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args

import msgspec

S = TypeVar("S", bound="Part")


class Part(msgspec.Struct, gc=False, rename="camel"):
    """A part of a release."""


class Reference(Part):
    """An organisation, or a classification, by its id."""

    id: str | None = None


class Value(Part):
    """Money."""

    amount: float | None = None
    currency: str | None = None


class Period(Part):
    """A period, as the publisher wrote it."""

    start_date: str | None = None
    end_date: str | None = None


class Tender(Part):
    """The tender."""

    status: str | None = None
    procurement_method: str | None = None
    procurement_method_details: str | None = None
    number_of_tenderers: int | float | None = None
    tender_period: Period | None = None
    procuring_entity: Reference | None = None


class Bid(Part):
    """A bid."""

    status: str | None = None
    date: str | None = None
    tenderers: list[Reference] | None = None
    value: Value | None = None


class Bids(Part):
    """The bids."""

    details: list[Bid] | None = None


class Item(Part):
    """An item of an award."""

    classification: Reference | None = None


class Award(Part):
    """An award."""

    status: str | None = None
    suppliers: list[Reference] | None = None
    items: list[Item] | None = None


class Release(Part):
    """A compiled release."""

    ocid: str | None = None
    buyer: Reference | None = None
    tender: Tender | None = None
    bids: Bids | None = None
    awards: list[Award] | None = None


_typed = msgspec.json.Decoder(Release).decode
literal = msgspec.json.Decoder(float_hook=msgspec.Raw).decode
"""Any JSON text; a number with a fraction or an exponent stays as it was written (`msgspec.Raw`)."""


def decode(line: bytes) -> Release:
    """The release on a line.

    Raises:
        ValueError: the line is not JSON in UTF-8, or nested too deeply to be read.
    """
    if not line.isascii():
        line.decode()
    try:
        return _typed(line)
    except msgspec.ValidationError:
        return _loose(Release, value(line))
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def value(line: bytes) -> Any:
    """The JSON value on a line, its numbers as in `literal`.

    Raises:
        ValueError: the line is not JSON in UTF-8, or nested too deeply to be read.
    """
    try:
        return literal(line)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def number(raw: object) -> float | None:
    """A JSON number as a float; None if it is none, or too large for one."""
    if isinstance(raw, bool) or not isinstance(raw, int | msgspec.Raw):
        return None
    try:
        found = float(bytes(raw)) if isinstance(raw, msgspec.Raw) else float(raw)
    except OverflowError:
        return None
    return found if abs(found) != float("inf") else None


def _loose(kind: type[S], raw: object) -> S:
    if not isinstance(raw, dict):
        return kind()
    return kind(**{name: _field(type_, raw.get(key)) for name, key, type_ in _fields(kind)})


def _fields(kind: type[Part]) -> list[tuple[str, str, Any]]:
    return [(f.name, f.encode_name, f.type) for f in msgspec.structs.fields(kind)]


def _field(type_: UnionType, raw: object) -> object:
    wanted = [t for t in get_args(type_) if t is not NoneType]
    kind = wanted[0]
    if get_args(kind):  # a list of parts
        return [_loose(get_args(kind)[0], r) for r in raw] if isinstance(raw, list) else None
    if kind is str:
        return raw if isinstance(raw, str) else None
    if kind is int and isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if kind in (int, float):
        return number(raw)
    return _loose(cast("type[Part]", kind), raw) if isinstance(raw, dict) else None
