"""How many processes stand out beyond chance, given that dozens of indicators are looked at on each.

Surprise of a process: the sum of -ln(p) over the families of indicators raised on it, p being the share of the processes of
its stratum (method, object and year) on which the family is raised, of those on which it was evaluated. The null: within the
stratum each family is raised on whom chance has it, independently of the other families. Its distribution is that of
permuting every family among the processes on which it was evaluated, in the limit of infinitely many permutations: a sum of
independent terms, computed exactly on a grid. Then Benjamini and Hochberg (J. R. Stat. Soc. B 57, 1995) over processes.

A small p-value says that signs of several kinds, or rare ones, come together here more than chance would have it; it is no
probability of wrongdoing.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.scoring.process import family
from procrisk.scoring.weights import INFORMATION, Rated

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STRATUM = ("method", "object", "year")
MIN_STRATUM = 30
"""Processes of a stratum below which its shares say too little: no p-value."""
GRID = 0.05
"""Step of the grid of surprise, in nats."""
Q = 0.10
SEED = 20261123
SHUFFLES = 20


def by_family(states: pl.DataFrame, indicators: Mapping[str, Rated]) -> pl.DataFrame:
    """States of families: raised if any of its indicators is, else clear if any is; those for information take no part."""
    members: dict[str, list[str]] = {}
    for i in sorted(c for c in states.columns if c in indicators and indicators[c].role != INFORMATION):
        members.setdefault(family(indicators[i]), []).append(i)
    # any_horizontal is null where none is raised and one is unknown: what was looked at decides
    said = [
        pl.max_horizontal(pl.col(ids).cast(pl.UInt8)).cast(pl.Boolean).alias(f) for f, ids in sorted(members.items())
    ]
    return states.select("process_id", *said)


def p_values(strata: pl.DataFrame, families: pl.DataFrame) -> pl.DataFrame:
    """The exact permutation p-value of each process.

    Args:
        strata: the columns of STRATUM, one row a process.
        families: process_id and a Boolean column per family (null: not evaluable), the same rows.

    Returns:
        process_id, surprise (nats, on the grid), p (of a surprise at least as large), p_above (of a larger one; between the two
        lies what a discrete test cannot tell apart). Null where nothing was evaluated or the stratum has fewer than MIN_STRATUM.
    """
    x = _matrix(families)
    made = np.full((len(x), 3), np.nan)
    for rows in _groups(strata):
        if len(rows) >= MIN_STRATUM:
            made[rows] = _of_stratum(x[rows])
    columns = [pl.Series(n, made[:, j]).fill_nan(None) for j, n in enumerate(("surprise", "p", "p_above"))]
    return families.select("process_id").with_columns(columns)


def rejected(p: Floats, q: float = Q) -> npt.NDArray[np.bool_]:
    """Which p-values Benjamini and Hochberg's procedure rejects at a false discovery rate of `q`; NaN is never rejected."""
    known = np.sort(p[~np.isnan(p)])
    below = np.flatnonzero(known <= q * np.arange(1, len(known) + 1) / max(1, len(known)))
    if not len(below):
        return np.zeros(len(p), dtype=np.bool_)
    return np.asarray(np.nan_to_num(p, nan=2.0) <= known[below[-1]], dtype=np.bool_)


def shuffled(strata: pl.DataFrame, families: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Every family permuted among the processes of a stratum on which it was evaluated: the null, made real."""
    x, rng = _matrix(families), np.random.default_rng(seed)
    for rows in _groups(strata):
        for j in range(x.shape[1]):
            known = rows[~np.isnan(x[rows, j])]
            x[known, j] = rng.permutation(x[known, j])
    names = [c for c in families.columns if c != "process_id"]
    columns = [pl.Series(n, x[:, j]).fill_nan(None).cast(pl.Boolean) for j, n in enumerate(names)]
    return families.select("process_id").with_columns(columns)


def calibration(
    strata: pl.DataFrame, families: pl.DataFrame, shuffles: int = SHUFFLES, seed: int = SEED
) -> pl.DataFrame:
    """The same test on shuffled records, where there is nothing to find.

    Returns:
        one row a shuffle: shuffle, tested, rejected (processes at Q), ks (largest distance of the p-values from the uniform
        distribution; ties are spread evenly between `p_above` and `p` by lot) and ks_limit (5 % critical value, 1.358 / sqrt(n)).
        Under this null every rejection is false, so the share of shuffles with any should be at most Q.
    """
    told = []
    for k in range(shuffles):
        drawn = p_values(strata, shuffled(strata, families, seed + k)).drop_nulls()
        p, above = drawn["p"].to_numpy(), drawn["p_above"].to_numpy()
        u = np.sort(above + np.random.default_rng(seed - 1 - k).random(len(p)) * (p - above))
        at = np.arange(len(u))
        ks = max(float((u - at / len(u)).max()), float(((at + 1) / len(u) - u).max())) if len(u) else 0.0
        told.append(
            {
                "shuffle": k,
                "tested": len(p),
                "rejected": int(rejected(p).sum()),
                "ks": ks,
                "ks_limit": 1.358 / np.sqrt(max(1, len(u))),
            }
        )
    return pl.DataFrame(told)


def _matrix(families: pl.DataFrame) -> Floats:
    said = families.drop("process_id").select(pl.all().cast(pl.Float64).fill_null(float("nan")))
    return np.array(said.to_numpy(), dtype=np.float64).reshape(families.height, said.width)


def _groups(strata: pl.DataFrame) -> Sequence[Ints]:
    """Row numbers of each stratum, strata in order; an unknown value is a value."""
    rows = strata.select(STRATUM).with_row_index("at").group_by(STRATUM, maintain_order=True).agg("at")
    return [r.to_numpy().astype(np.int64) for r in rows.sort(STRATUM, nulls_last=True)["at"]]


def _of_stratum(x: Floats) -> Floats:
    """Surprise, p and p_above of the processes (rows) of one stratum."""
    known, raised = ~np.isnan(x), x == 1.0
    n = known.sum(axis=0)
    rate = raised.sum(axis=0) / np.maximum(n, 1)
    varied = (rate > 0.0) & (rate < 1.0)
    known, raised, rate = known[:, varied], raised[:, varied], rate[varied]
    step = np.maximum(1, np.rint(-np.log(rate) / GRID)).astype(np.int64)
    total = raised @ step
    some = (~np.isnan(x)).any(axis=1)
    patterns, which = np.unique(known, axis=0, return_inverse=True)
    density = np.zeros((len(patterns), int(step.sum()) + 1))
    density[:, 0] = 1.0
    reach = 0
    for j, (s, p) in enumerate(zip(step, rate, strict=True)):
        here = patterns[:, j]
        old = density[here, : reach + 1]
        density[here, : reach + 1] = old * (1.0 - p)
        density[np.ix_(here, np.arange(s, reach + 1 + s))] += old * p
        reach += int(s)
    tail = np.cumsum(density[:, ::-1], axis=1)[:, ::-1]
    tail = np.hstack([tail, np.zeros((len(tail), 1))])
    at = which.reshape(-1)
    p, above = np.clip(tail[at, total], 0.0, 1.0), np.clip(tail[at, total + 1], 0.0, 1.0)
    made = np.column_stack([total * GRID, p, np.minimum(above, p)])
    made[~some] = np.nan
    return made
