"""What RIFI and CRAPI ask and how it counts: `frameworks/<index>_<version>.toml`, read and checked.

A framework is data: pillars with their weights, items with their text, scale and source. A later one may extend an
earlier one and state only what differs. Weights marked `ours` are a proposal, until the working group agrees others.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from procrisk.errors import UsageError
from procrisk.indices import periods

FOLDER = Path(__file__).parent / "frameworks"
INDICES = ("RIFI", "CRAPI")
VERSIONS = ("2018", "DS148-2024")
KINDS = ("yes_no", "share", "count", "days", "points")
CERTAINTIES = ("A", "B", "C")
STAGES = 3


@dataclass(frozen=True, slots=True)
class Pillar:
    """A pillar (RIFI) or dimension (CRAPI). `ladder`: its items are components by stages, see `scores.ladder`."""

    id: str
    name_es: str
    name_en: str
    weight: float
    ours: bool
    ladder: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A question. `pillar` is the letter after the index in its id; `stage` 1..3 on the ladder, else 0."""

    id: str
    pillar: str
    text_es: str
    text_en: str
    kind: str
    evidence_es: str
    evidence_en: str
    source: str
    certainty: str
    stage: int = 0
    full: float = 1.0
    """count: from here on it counts 1 (a year, if `per_year`); days: up to here it counts 1."""
    zero: float = 0.0
    """days: from here on it counts 0."""
    most: float = 1.0
    """points and shares: the largest number that can be meant."""
    per_year: bool = False
    ours: bool = False
    may_not_apply: bool = False
    scored: bool = True
    since: date | None = None
    until: date | None = None

    def asked(self, period: str) -> bool:
        """Whether the item is asked for a period: it holds on the period's last day."""
        day = periods.last_day(period)
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def value(self, number: float, period: str) -> float:
        """What a numeric answer counts, from 0 to 1.

        number: the share, count or days answered. period: a count by year is held against the period's length.
        """
        if self.kind == "count":
            whole = self.full * periods.months(period) / 12 if self.per_year else self.full
            return min(number / whole, 1.0)
        if self.kind == "days":
            return min(max((self.zero - number) / (self.zero - self.full), 0.0), 1.0)
        return number


@dataclass(frozen=True, slots=True)
class Framework:
    """An index in one version: pillars by letter, items by id, both in the order of the form."""

    index: str
    version: str
    name_es: str
    name_en: str
    basis_es: str
    basis_en: str
    basis_certainty: str
    ours_es: str
    ours_en: str
    pillars: Mapping[str, Pillar]
    items: Mapping[str, Item]
    apt: float

    def asked(self, period: str, pillar: str | None = None) -> list[Item]:
        """Items asked for a period, of one pillar or of all (unscored ones too)."""
        return [
            i for i in self.items.values() if i.asked(period) and (pillar is None or (i.pillar == pillar and i.scored))
        ]


def load(index: str, version: str) -> Framework:
    """The framework of an index in a version.

    Raises:
        UsageError: there is none of that name, or its file does not hold together; says which and what is known.
    """
    if index not in INDICES or version not in VERSIONS:
        raise UsageError(
            f"no hay un marco {index} {version} · there is no framework {index} {version}; "
            f"índices · indices: {', '.join(INDICES)}; versiones · versions: {', '.join(VERSIONS)}"
        )
    return _load(f"{index.lower()}_{version.lower().replace('-', '_')}")


@cache
def _load(stem: str) -> Framework:
    return build(_document(stem), f"{stem}.toml")


def _document(stem: str) -> dict[str, Any]:
    document = tomllib.loads((FOLDER / f"{stem}.toml").read_text(encoding="utf-8"))
    base = document.pop("extends", None)
    return document if base is None else _laid_over(_document(base), document)


def _laid_over(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with what `over` says in its place, table by table."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = _laid_over(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def build(document: Mapping[str, Any], name: str) -> Framework:
    """A framework of a parsed document.

    Raises:
        UsageError: a part is missing, unknown, or out of its range; names file and part.
    """
    try:
        pillars = {id_: Pillar(id=id_, **said) for id_, said in document["pillars"].items()}
        items = [_item(id_, said, document["index"]) for id_, said in document["items"].items()]
        ladder = document.get("ladder", {})
        items += _steps(document["index"], ladder, [p for p in pillars.values() if p.ladder])
        items.sort(key=lambda i: (not i.scored, i.pillar, i.stage))
        framework = Framework(
            **{f: document[f] for f in Framework.__dataclass_fields__ if f not in ("pillars", "items", "apt")},
            pillars=pillars,
            items={i.id: i for i in items},
            apt=float(ladder.get("apt", 1.0)),
        )
    except (KeyError, TypeError, ValueError) as e:
        raise UsageError(f"{name}: a part is missing or unknown: {e}") from e
    _check(framework, name)
    return framework


def _item(id_: str, said: Mapping[str, Any], index: str) -> Item:
    days = {k: date.fromisoformat(said[k]) for k in ("since", "until") if k in said}
    scored = said.get("scored", True)
    return Item(id=id_, pillar=id_.removeprefix(f"{index}-")[:1] if scored else "", **{**said, **days})


def _steps(index: str, ladder: Mapping[str, Any], pillars: list[Pillar]) -> list[Item]:
    """An item for each component and stage: RIFI-B<component>-<stage>."""
    return [
        Item(
            id=f"{index}-{pillar.id}{n}-{at}",
            pillar=pillar.id,
            stage=at,
            kind="share",
            may_not_apply=True,
            **{
                f"text_{tongue}": ladder[f"text_{tongue}"].format(
                    n=n, component=component[f"name_{tongue}"], stage=at, stage_name=stage[f"name_{tongue}"]
                )
                for tongue in ("es", "en")
            },
            **{k: ladder[k] for k in ("evidence_es", "evidence_en", "source", "certainty")},
        )
        for pillar in pillars
        for at, stage in enumerate(ladder["stages"], 1)
        for n, component in enumerate(ladder["components"], 1)
    ]


def _check(framework: Framework, name: str) -> None:
    if abs(sum(p.weight for p in framework.pillars.values()) - 100) > 1e-9:
        raise UsageError(f"{name}: the weights of the pillars should add up to 100")
    if not 0 < framework.apt <= 1:
        raise UsageError(f"{name}: ladder.apt should be above 0 and at most 1 (found {framework.apt})")
    for item in framework.items.values():
        if item.kind not in KINDS or item.certainty not in CERTAINTIES:
            raise UsageError(f"{name}, items.{item.id}: kind is one of {KINDS}, certainty one of {CERTAINTIES}")
        if item.scored and item.pillar not in framework.pillars:
            raise UsageError(f"{name}, items.{item.id}: there is no pillar {item.pillar}")
        if (item.kind == "days" and item.zero <= item.full) or (item.kind == "count" and item.full <= 0):
            raise UsageError(f"{name}, items.{item.id}: full and zero do not make a scale")
        if item.kind == "points" and item.scored:
            raise UsageError(f"{name}, items.{item.id}: points are kept, not scored")
    for pillar in framework.pillars.values():
        stages = {i.stage for i in framework.items.values() if i.pillar == pillar.id}
        if stages != (set(range(1, STAGES + 1)) if pillar.ladder else {0}):
            raise UsageError(f"{name}, pillars.{pillar.id}: its items do not make {STAGES} stages, or it has none")
