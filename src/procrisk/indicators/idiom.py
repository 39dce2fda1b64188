"""How an indicator is said: `when(scope).enough(peers).then(test)`.

One such phrase holds three Polars expressions, so that the engine knows both the answer and, where there is none, the
reason. Per row of the subject's frame it comes to one of six outcomes. They are ordered so that the largest of several
subjects of a process is the process's own: raised if any is raised, else not evaluable if any is not (a reason nearer
to a decision wins), else clear if any was looked at, else out of scope.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

OUT_OF_SCOPE, CLEAR, COLUMN_ABSENT, VALUE_MISSING, TOO_FEW_PEERS, RAISED = range(6)
"""Outcomes, as UInt8."""

PEERS_PREFIX = "peer_"
"""Columns that hold statistics of comparable subjects; where they are null there were too few, no column was absent."""


@dataclass(frozen=True, slots=True)
class Rule:
    """An indicator with its parameters filled in."""

    scope: pl.Expr
    peers: pl.Expr | None
    test: pl.Expr

    @property
    def inputs(self) -> list[str]:
        """Columns that the rule reads, statistics of peers included, sorted."""
        said = [self.scope, self.test, *([] if self.peers is None else [self.peers])]
        return sorted({name for e in said for name in e.meta.root_names()})

    def own_inputs(self, part: pl.Expr) -> list[str]:
        """Columns of a part of the rule that a source either publishes or does not."""
        return sorted({n for n in part.meta.root_names() if not n.startswith(PEERS_PREFIX)})

    def outcome(self, absent: dict[str, pl.Expr] | None = None) -> pl.Expr:
        """The outcome of each row.

        Args:
            absent: column name to an expression that is true where none of the row's sources publishes that column.
        """
        lacks = absent or {}
        no_scope = _any_absent(self.own_inputs(self.scope), lacks)
        no_value = _any_absent(self.own_inputs(self.test), lacks)
        said: Any = pl.when(self.scope.not_()).then(OUT_OF_SCOPE)
        said = said.when(self.scope.is_null()).then(pl.when(no_scope).then(COLUMN_ABSENT).otherwise(VALUE_MISSING))
        if self.peers is not None:
            unknown = self.test.is_null() & no_value
            said = said.when(self.peers.fill_null(value=False).not_() & ~unknown).then(TOO_FEW_PEERS)
        said = said.when(self.test).then(RAISED).when(self.test.not_()).then(CLEAR)
        outcome: pl.Expr = said.when(no_value).then(COLUMN_ABSENT).otherwise(VALUE_MISSING).cast(pl.UInt8)
        return outcome


def _any_absent(columns: list[str], lacks: dict[str, pl.Expr]) -> pl.Expr:
    missing = [pl.col(c).is_null() & lacks[c] for c in columns if c in lacks]
    return pl.any_horizontal(missing) if missing else pl.lit(value=False)


@dataclass(frozen=True, slots=True)
class When:
    """A scope, waiting for its test."""

    scope: pl.Expr
    peers: pl.Expr | None = None

    def enough(self, peers: pl.Expr) -> "When":
        """Compare with others only where this holds, such as `col("peer_n") >= 30`."""
        return When(self.scope, peers)

    def then(self, test: pl.Expr) -> Rule:
        """True raises the indicator, false clears it, null cannot tell."""
        return Rule(self.scope, self.peers, test)


def when(scope: pl.Expr, *more: pl.Expr) -> When:
    """The subjects to which an indicator applies: those for which every condition holds.

    Where a condition is unknown (null) the subject is not evaluable, unless another one already rules it out.
    """
    whole = scope
    for condition in more:
        whole = whole & condition
    return When(whole)


col = pl.col
"""Short in phrases: `when(COMPETITIVE).then(col("n_bidders") <= 1)`."""


def one_of(column: str, *codes: str) -> pl.Expr:
    """The column holds one of the codes; unknown where it is null."""
    return pl.col(column).is_in(codes)
