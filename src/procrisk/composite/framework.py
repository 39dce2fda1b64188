"""Which indicators make up which parts of an index, with what weight and by which mean: the framework as data, checked.

    indicators  id, name_es, name_en, direction, weight, parent, denominator, goalpost_low, goalpost_high
    structure   id, name_es, name_en, level, parent, weight, aggregation, least_known

An indicator stands on level 1; its parent is a row of the structure, on a higher level; one row has no parent, the index.
`direction` is 1 where more is better and -1 where less is; a goalpost is the value that gets the bottom or the top of the
scale whatever the data, in the indicator's own unit; `least_known` is the share of a part's own parts that must be known.
How these tables look as files: `procrisk.composite.files`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from procrisk.composite.aggregate import How
from procrisk.errors import UsageError

INDICATOR_COLUMNS = (
    "id",
    "name_es",
    "name_en",
    "direction",
    "weight",
    "parent",
    "denominator",
    "goalpost_low",
    "goalpost_high",
)
STRUCTURE_COLUMNS = ("id", "name_es", "name_en", "level", "parent", "weight", "aggregation", "least_known")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One measured quantity."""

    id: str
    name_es: str
    name_en: str
    direction: int
    weight: float
    parent: str
    denominator: str = ""
    goalpost_low: float | None = None
    goalpost_high: float | None = None
    where: str = ""
    """File and line, for error messages."""

    @property
    def level(self) -> int:
        """Always the lowest."""
        return 1

    @property
    def worst(self) -> float | None:
        """The goalpost at the bottom of the scale."""
        return self.goalpost_low if self.direction > 0 else self.goalpost_high


@dataclass(frozen=True, slots=True)
class Group:
    """One part made of others: a pillar, a sub-index, the index."""

    id: str
    name_es: str
    name_en: str
    level: int
    parent: str
    weight: float
    aggregation: How = "arithmetic"
    least_known: float = 0.0
    where: str = ""


@dataclass(frozen=True)
class Framework:
    """Indicators and structure that fit together.

    Raises:
        UsageError: they do not: an id comes twice, a parent is missing or not above, nothing or more than one thing has
            no parent, a group has no parts or none with a weight, the goalposts are the wrong way round.
    """

    indicators: tuple[Indicator, ...]
    structure: tuple[Group, ...]

    def __post_init__(self) -> None:
        _check_ids(self.indicators, self.structure)
        _check_parents(self.indicators, self.structure)
        for i in self.indicators:
            low, high = i.goalpost_low, i.goalpost_high
            if (low is None) != (high is None) or (low is not None and high is not None and low >= high):
                raise UsageError(f"{i.where}{i.id}: give both goalposts, the low one below the high one, or neither")
        for g in self.structure:
            if not any(p.weight > 0 for p in self.parts(g.id)):
                raise UsageError(f"{g.where}{g.id}: nothing with a weight above 0 has it as parent")

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Indicators in the order of the file."""
        return tuple(i.id for i in self.indicators)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """From the bottom up: by level, then in the order of the file."""
        return tuple(sorted(self.structure, key=lambda g: g.level))

    @property
    def top(self) -> str:
        """The index itself."""
        return self.groups[-1].id

    @cached_property
    def by_id(self) -> Mapping[str, Indicator | Group]:
        """Everything in the framework."""
        return {x.id: x for x in _both(self.indicators, self.structure)}

    @cached_property
    def _parts(self) -> Mapping[str, tuple[Indicator | Group, ...]]:
        return {g.id: tuple(x for x in self.by_id.values() if x.parent == g.id) for g in self.structure}

    def parts(self, group: str) -> tuple[Indicator | Group, ...]:
        """What a group is made of."""
        return self._parts[group]

    def leaves(self, group: str) -> tuple[str, ...]:
        """Indicators anywhere below a group."""
        found: list[str] = []
        for part in self.parts(group):
            found += self.leaves(part.id) if isinstance(part, Group) else [part.id]
        return tuple(found)

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """Weight of everything among its parent's parts, as the framework gives it."""
        return {k: x.weight for k, x in self.by_id.items()}

    def shares(self, weights: Mapping[str, float]) -> dict[str, float]:
        """Share of each indicator and group in the index, were all means arithmetic: the product of its shares on the way up."""
        share = {self.top: 1.0}
        for group in reversed(self.groups):
            total = sum(weights[p.id] for p in self.parts(group.id))
            share |= {p.id: share[group.id] * weights[p.id] / total for p in self.parts(group.id)}
        return share


def _both(indicators: Sequence[Indicator], structure: Sequence[Group]) -> list[Indicator | Group]:
    return [*indicators, *structure]


def _check_ids(indicators: Sequence[Indicator], structure: Sequence[Group]) -> None:
    seen: dict[str, str] = {}
    for x in _both(indicators, structure):
        if x.id in seen:
            raise UsageError(f"{x.where}the id {x.id} was given before ({seen[x.id] or 'no place'}): ids are unique")
        seen[x.id] = x.where.rstrip(": ")
    if not indicators or not structure:
        raise UsageError("a framework has at least one indicator and one group, the index")


def _check_parents(indicators: Sequence[Indicator], structure: Sequence[Group]) -> None:
    groups = {g.id: g for g in structure}
    tops = [g for g in structure if not g.parent]
    if len(tops) != 1:
        found = ", ".join(g.id for g in tops) or "none"
        raise UsageError(f"one row of the structure has no parent, the index (found {found})")
    for x in _both(indicators, structure):
        if x is tops[0]:
            continue
        if x.parent not in groups:
            raise UsageError(f"{x.where}{x.id}: its parent {x.parent!r} is not a row of the structure")
        if groups[x.parent].level <= x.level:
            raise UsageError(
                f"{x.where}{x.id} stands on level {x.level}: its parent {x.parent} "
                f"(level {groups[x.parent].level}) has to stand above"
            )
