"""What taking columns out of structs needs everywhere: flat lists of children, stand-ins for what is absent, names."""

from collections.abc import Sequence
from itertools import chain
from operator import attrgetter
from typing import Any

import numpy as np

from procrisk.records import ocds_structs as o

# What stands in for an object that a record does not have, so that its fields read as null.
VALUE, PERIOD, CODE, REFERENCE = o.Value(), o.Period(), o.Code(), o.Reference()

Places = np.ndarray[tuple[int], np.dtype[np.uint32]]
Flat = tuple[list[Any], Places]
"""Structs, and for each the position of the release it comes from."""


def flatten(parents: Sequence[Any], children: str, at: Places) -> Flat:
    """All `children` of all `parents`, each with the `at` of its parent."""
    lists = [c or () for c in map(attrgetter(children), parents)]
    return list(chain.from_iterable(lists)), np.repeat(at, list(map(len, lists)))


def given(parents: Sequence[Any], *fields: str) -> bool:
    """Whether any of `parents` has any of `fields`: what nobody publishes costs one look."""
    return any(any(map(attrgetter(field), parents)) for field in fields)


def places(parents: Sequence[Any]) -> Places:
    """The positions of `parents` themselves, to flatten by."""
    return np.arange(len(parents), dtype=np.uint32)


def code(x: Any) -> o.Id:
    """The id of an organisation, else the one in its identifier, else its name: something that tells it from others."""
    return x.id or (x.identifier or CODE).id or x.name


def ids(found: Sequence[Any], parent: Places) -> list[o.Id]:
    """The ids of children; one without is known by its place among those of its parent (`parent` runs alongside)."""
    if all(x.id for x in found):
        return [x.id for x in found]
    place = np.arange(len(parent)) - np.searchsorted(parent, parent)
    return [x.id or f"#{n + 1}" for x, n in zip(found, place.tolist(), strict=True)]
