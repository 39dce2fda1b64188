"""How far a region's mean could be from what its buyers would give in the long run.

Processes of one buyer resemble each other, so buyers, not processes, are drawn again: each replicate gives each buyer a
Poisson(1) weight. The weights are a hash of seed, buyer and replicate, not a stream of random numbers: a buyer keeps its
weights whoever else is in the data, so intervals move from night to night only where the records do.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, factorial

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
MILLI = 1000
TINY = 1e-12

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_POISSON = np.cumsum([exp(-1.0) / factorial(j) for j in range(13)])

PRIOR_FREEDOM = 4.0
"""Degrees of freedom that the prior variances below are worth: they matter only where there is almost no data."""
PRIOR_WITHIN, PRIOR_BETWEEN = 20_000.0**2, 10_000.0**2
"""Variance of process scores within a buyer and of buyers' means, before looking: 20 and 10 points, in thousandths."""
POOLED_FREEDOM = 10.0
"""Degrees of freedom that the variance components of all regions are worth beside a region's own buyers (one less than there are)."""
LEAST_BETWEEN = 0.05
"""Buyers are taken to differ by at least this part of the variance within them, whatever a small sample suggests."""


def _uniform(keys: Sequence[str], replicates: int, seed: int) -> Floats:
    """One number in (0, 1) per replicate (row) and key (column): splitmix64 started from a hash of seed and key."""
    digests = [hashlib.blake2b(f"{seed}|{k}".encode(), digest_size=8).digest() for k in keys]
    start = np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)
    with np.errstate(over="ignore"):
        x = start[None, :] + _GOLDEN * np.arange(1, replicates + 1, dtype=np.uint64)[:, None]
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    made: Floats = ((x >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return made


def buyer_weights(buyers: Sequence[str], replicates: int, seed: int) -> Floats:
    """Poisson(1) weights, replicates x buyers: whole numbers, held as floats for exact products."""
    drawn: Floats = np.searchsorted(_POISSON, _uniform(buyers, replicates, seed)).astype(np.float64)
    return drawn


def normal_draws(keys: Sequence[str], replicates: int, seed: int) -> Floats:
    """Standard normal numbers, replicates x keys; each column has mean 0 and variance 1 exactly, not just on average."""
    u, v = (_uniform([f"{part}|{k}" for k in keys], replicates, seed) for part in ("radius", "angle"))
    z = np.sqrt(-2.0 * np.log(u)) * np.cos(2.0 * np.pi * v)
    z -= z.mean(axis=0)
    drawn: Floats = z / np.maximum(z.std(axis=0), 1e-12)
    return drawn


@dataclass(frozen=True, slots=True)
class Sums:
    """What the processes of one scope add up to, by buyer within region (row, regions together) and period (column)."""

    excess: Floats
    """Weight times (score less what was expected), in thousandths of a point."""
    weight: Floats
    """Weight times visibility, in thousandths: what `excess` is divided by."""
    squared_weight: Floats
    """Squared weights of the processes."""
    n: Floats
    """Processes that have a score."""
    plain: Floats
    """Excess of these processes, unweighted."""
    squares: Floats
    """Squared excess (thousandths squared), by period alone: summed over all rows."""
    regions: Sequence[slice]
    """Rows of each region."""


def components(sums: Sums, freedom: float = PRIOR_FREEDOM) -> tuple[Floats, Floats]:
    """Variance within buyers and variance between buyers of a region, per period: unbalanced one-way analysis of variance.

    Both are averaged with the prior values of this module, weighted by degrees of freedom (those of the prior are `freedom`), so
    that a period with a single process still has a variance.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        per_buyer = np.where(sums.n > 0, sums.plain**2 / sums.n, 0.0)
    present = (sums.n > 0).astype(np.float64)
    by_buyer, buyers, total = per_buyer.sum(axis=0), present.sum(axis=0), sums.n.sum(axis=0)
    by_region, regions, unequal = (np.zeros(sums.n.shape[1]) for _ in range(3))
    for rows in sums.regions:
        s, n, n2 = sums.plain[rows].sum(axis=0), sums.n[rows].sum(axis=0), (sums.n[rows] ** 2).sum(axis=0)
        some = n > 0
        by_region[some] += s[some] ** 2 / n[some]
        unequal[some] += n2[some] / n[some]
        regions += some
    freedom_within, freedom_between = total - buyers, buyers - regions
    within = np.maximum(sums.squares - by_buyer, 0.0)
    within = (within + freedom * PRIOR_WITHIN) / (freedom_within + freedom)
    mean_size = np.maximum(total - unequal, 1.0) / np.maximum(freedom_between, 1.0)
    found = np.maximum((by_buyer - by_region) / np.maximum(freedom_between, 1.0) - within, 0.0) / mean_size
    between = (freedom_between * found + freedom * PRIOR_BETWEEN) / (freedom_between + freedom)
    return within, np.maximum(between, LEAST_BETWEEN * within)


@dataclass(frozen=True, slots=True)
class Sampled:
    """Excess of regions (row) by period (column) in thousandths, with its error; NaN where a region has no scored process."""

    excess: Floats
    """Mean excess per unit of weight."""
    variance: Floats
    """Of the error of `excess`."""
    effective: Floats
    """Processes of as many buyers that would tell as much: variance of a process's excess over `variance`. One contract that
    outweighs all others brings it near 1."""
    deviations: Floats
    """Regions x periods x replicates: draws of the error."""


def sample(sums: Sums, weights: Floats, draws: Floats, freedom: float = PRIOR_FREEDOM) -> Sampled:
    """Mean excess of the regions and draws of its error.

    A replicate moves with the buyers drawn. Of few buyers the bootstrap knows little (one buyer drawn again is itself; one
    contract may outweigh all others), so its variance is averaged with what the components say, weighted by degrees of freedom, and
    replicates are scaled down to the average, or a normal part makes up what they lack.

    Args:
        sums: of one scope.
        weights: replicates x rows of `sums`.
        draws: standard normal, replicates x regions.
        freedom: what the prior variances are worth.
    """
    within, between = components(sums, freedom)
    periods = sums.n.shape[1]
    shape = (len(sums.regions), periods)
    excess, variance, effective = (np.full(shape, np.nan) for _ in range(3))
    deviations = np.full((*shape, len(weights)), np.nan)
    for r, rows in enumerate(sums.regions):
        s, v = sums.excess[rows].sum(axis=0), sums.weight[rows].sum(axis=0)
        v2, w2 = (sums.weight[rows] ** 2).sum(axis=0), sums.squared_weight[rows].sum(axis=0)
        some = v > 0
        size = np.where(some, v, 1.0)
        mean = MILLI * s / size
        s_drawn, v_drawn = weights[:, rows] @ sums.excess[rows], weights[:, rows] @ sums.weight[rows]
        moves = np.where(v_drawn > 0, MILLI * s_drawn / np.maximum(v_drawn, 1.0) - mean, 0.0)
        seen = (moves**2).mean(axis=0)
        modelled = np.where(some, (between * v2 + within * w2 * MILLI**2) / size**2, 1.0)
        buyers = np.where(some, v**2 / np.maximum(v2, 1.0), 1.0)  # as many of equal weight
        target = (buyers * seen + POOLED_FREEDOM * modelled) / (buyers - 1.0 + POOLED_FREEDOM)
        scale = np.sqrt(target / np.maximum(np.maximum(seen, target), TINY))
        moved = moves * scale + draws[:, [r]] * np.sqrt(np.maximum(target - seen, 0.0))
        excess[r, some] = mean[some]
        variance[r, some] = target[some]
        effective[r, some] = ((within + between) / np.maximum(target, TINY))[some]
        deviations[r, some] = moved.T[some]
    return Sampled(excess, variance, effective, deviations)
