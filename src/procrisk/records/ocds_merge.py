"""Releases of one process merged into one, as OCDS has it, with ocdsmerge."""

import warnings
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
import ocdsmerge_rs
from ocdsmerge_rs.exceptions import MergeError

_ITEMS = [("tender", "items"), ("awards", "items"), ("contracts", "items")]


class MergeFailedError(Exception):
    """The releases cannot be merged; the message says why."""


@cache
def _merger() -> Any:
    """The merge rules of OCDS 1.1 that concern what is read: these lists are replaced whole, not merged by id."""
    whole: list[tuple[str, ...]] = [(*path, "additionalClassifications") for path in _ITEMS]
    whole += [("parties", "additionalIdentifiers"), ("parties", "roles"), ("buyer", "additionalIdentifiers")]
    whole += [("contracts", "amendments", name) for name in ("changes", "unstructuredChanges")]
    whole += [("tender", "participationFees")]
    return ocdsmerge_rs.Merger(rules=dict.fromkeys(whole, ocdsmerge_rs.Rule.REPLACE))


def merge(releases: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One compiled release from the releases of one ocid, in any order.

    They are merged by date; where dates are equal, by id and then by content, so that their order in a file changes
    nothing. Raises MergeFailedError where a release has no date or parts of it contradict each other's shape.
    """
    for release in releases:
        if not isinstance(release.get("date"), str):
            raise MergeFailedError(f"release {release.get('id')!r} has no date to order it by")
        _identify(release)
    ordered = sorted(
        releases, key=lambda r: (r["date"], str(r.get("id")), msgspec.json.encode(r, order="deterministic"))
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # repeated dates and ids: the order above decides
            merged: dict[str, Any] = _merger().create_compiled_release(ordered)
    except (MergeError, ValueError, TypeError) as error:
        raise MergeFailedError(f"{len(releases)} releases cannot be merged: {error}") from error
    return merged


def _identify(release: dict[str, Any]) -> None:
    """Gives organisations of OCDS 1.0, which have no id of their own, that of their identifier: lists merge by id."""
    awards = release.get("awards")
    holders = [(release.get("tender"), "tenderers")]
    holders += [(award, "suppliers") for award in (awards if isinstance(awards, list) else ())]
    for holder, field in holders:
        named = holder.get(field) if isinstance(holder, dict) else None
        for organisation in named if isinstance(named, list) else ():
            if isinstance(organisation, dict) and organisation.get("id") is None:
                identifier = organisation.get("identifier")
                of_scheme = identifier.get("id") if isinstance(identifier, dict) else None
                organisation["id"] = of_scheme or organisation.get("name") or ""


def is_versioned(release: dict[str, Any]) -> bool:
    """Whether a release holds the history of each field instead of its value."""
    parts = [release.get("tag"), release.get("date"), *_fields(release.get("tender")), *_fields(release.get("buyer"))]
    return any(_is_history(v) for v in parts)


def _fields(part: Any) -> list[Any]:
    return list(part.values()) if isinstance(part, dict) else []


def _is_history(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(v, dict) and "releaseDate" in v and "value" in v for v in value)
    )


def latest(versioned: dict[str, Any]) -> dict[str, Any]:
    """The compiled release that a versioned release amounts to: the latest value of every field."""
    dates: list[str] = []
    compiled = {k: v for k, v in _latest(versioned, dates).items() if v is not None}
    return {**compiled, "date": max(dates, default=None), "tag": ["compiled"]}


def _latest(value: Any, dates: list[str]) -> Any:
    if _is_history(value):
        dates.extend(v["releaseDate"] for v in value if isinstance(v["releaseDate"], str))
        return max(value, key=lambda v: v["releaseDate"] or "")["value"]
    if isinstance(value, dict):
        return {k: _latest(v, dates) for k, v in value.items()}
    if isinstance(value, list):
        return [_latest(v, dates) for v in value]
    return value
