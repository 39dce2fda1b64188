"""Which choice moves the ranks? Sobol's indices of the mean absolute change of rank, by N (d + 2) runs.

First order: what would go if the choice were settled. Total: what would stay if everything else were. From two independent
samples A and B and, for each choice i, A with its column from B (AB_i):

    S_i = mean(y_B (y_ABi - y_A)) / V      Saltelli et al. (2010), Computer Physics Communications 181
    T_i = mean((y_A - y_ABi)²) / (2 V)     Jansen (1999); V the variance of all y_A and y_B

The outputs are centred first, which leaves what is estimated as it is and takes most of the chance out of S_i.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from procrisk.composite.aggregate import Floats
from procrisk.composite.build import Built
from procrisk.composite.uncertainty import NAMES, Choices, Runs, rank_table
from procrisk.errors import UsageError

BOOTSTRAP = 1000
COLUMNS = ("first", "first_q5", "first_q95", "total", "total_q5", "total_q95")


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What the analysis gives."""

    indices: pl.DataFrame
    """choice, first, first_q5, first_q95, total, total_q5, total_q95."""
    ranks: pl.DataFrame
    """As `uncertainty`, from the 2 N runs of A and B."""
    mean_change: float
    """Mean absolute change of rank over these runs and all units."""
    runs: int


def sensitivity(built: Built, n: int, seed: int = 1, choices: Choices | None = None) -> Sensitivity:
    """Sobol's indices of an index's choices.

    Args:
        built: the index under its own choices, from which the change of ranks is measured.
        n: size of each sample; 6 n runs are made.
        seed: of samples, sets of weights and bootstrap.
        choices: the alternatives.

    Raises:
        UsageError: `n` is below 2, or some choices do not go together.
    """
    runs = Runs(built, choices, seed)
    rng = np.random.default_rng([seed, 2])
    ranks = runs.ranks(design(n, len(NAMES), rng))
    if np.isnan(ranks).all(axis=1).any():
        raise UsageError(
            "some choices do not go together (a geometric mean of values at or below 0): "
            "vary the scale only where it stays above 0, then the ranks can be compared"
        )
    change = np.nanmean(np.abs(ranks - runs.nominal), axis=1)
    return Sensitivity(
        estimate(change, n, NAMES, rng),
        rank_table(built, runs.nominal, ranks[: 2 * n]),
        float(change[: 2 * n].mean()),
        len(ranks),
    )


def design(n: int, d: int, rng: np.random.Generator) -> Floats:
    """A, B, AB_1 ... AB_d one below the other: n (d + 2) x d, between 0 and 1.

    Raises:
        UsageError: fewer than two rows a sample.
    """
    if n < 2:
        raise UsageError(f"the sensitivity analysis needs two rows a sample at least (found {n})")
    a, b = rng.random((n, d)), rng.random((n, d))
    mixed = []
    for i in range(d):
        ab = a.copy()
        ab[:, i] = b[:, i]
        mixed.append(ab)
    return np.vstack([a, b, *mixed])


def estimate(y: Floats, n: int, names: tuple[str, ...], rng: np.random.Generator) -> pl.DataFrame:
    """The indices from the outputs of a design.

    Args:
        y: one a row of `design(n, len(names), ...)`.
        n: size of each sample.
        names: of the inputs.
        rng: of the bootstrap, which draws rows of the samples again, 1,000 times.

    Returns:
        choice, first and total with the 5 and 95 % quantiles of the bootstrap; null where the output never changes.
    """
    d = len(names)
    samples = y.reshape(d + 2, n)
    rows: Callable[[], Floats] = lambda: samples[:, rng.integers(0, n, n)]  # noqa: E731 - one word for one draw
    first, total = _indices(samples)
    if np.isnan(total).any():
        return pl.DataFrame({"choice": names}).with_columns(pl.lit(None, pl.Float64).alias(c) for c in COLUMNS)
    drawn = [_indices(rows()) for _ in range(BOOTSTRAP)]
    columns: dict[str, Floats] = {}
    for name, value, k in (("first", first, 0), ("total", total, 1)):
        spread = np.array([x[k] for x in drawn])
        columns[name] = value
        columns[f"{name}_q5"], columns[f"{name}_q95"] = np.nanquantile(spread, [0.05, 0.95], axis=0)
    return pl.DataFrame({"choice": names, **{c: columns[c] for c in COLUMNS}})


def _indices(samples: Floats) -> tuple[Floats, Floats]:
    """First-order and total indices from the rows y_A, y_B, y_AB1 ..."""
    variance = samples[:2].var(ddof=1)
    if variance == 0:
        nothing = np.full(len(samples) - 2, np.nan)
        return nothing, nothing
    centred = samples - samples[:2].mean()
    a, b, ab = centred[0], centred[1], centred[2:]
    first: Floats = (b * (ab - a)).mean(axis=1) / variance
    total: Floats = ((a - ab) ** 2).mean(axis=1) / (2 * variance)
    return first, total
