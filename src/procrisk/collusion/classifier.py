"""A classifier of tenders by their bid screens, learnt from a cartel that courts established.

Each screen is compared with the median of its own period (or market), so that neither currency, size nor the usual spread of a
country counts; Huber, Imhof and Ishii (2022) found that screens carry over to another country only so. The score is a sum of
one bounded, piecewise linear term for each screen (an additive logistic model with a ridge penalty), and terms of how far
bids lie apart may only fall: nearer bids never look more competitive. It knows no contract type, value or buyer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.collusion import subgroups
from procrisk.collusion.screens import Array, matrices, of_prices

MIN_BIDS, MAX_BIDS = subgroups.SIZES[-1], subgroups.MAX_BIDS
MIN_PERIOD = 100
"""Tenders that make a period: fewer are joined with the next ones, because their median is luck."""
MIN_REFERENCE = 30
"""Tenders with which another is compared at least."""
APART = ("cv", "spd", "diffp")
"""Screens of how far bids lie apart: the less, the nearer to an agreement."""


def _ids() -> tuple[str, ...]:
    sub: list[str] = []
    for k in subgroups.SIZES:
        sub += [f"{s}{k}_{a}" for s in APART for a in ("median", "above", "below", "sd")]
        sub += [f"{s}{k}_{a}" for s in ("rdnor", "skew") for a in subgroups.STATISTICS]
    return (*APART, "rd", "rdnor", "rdalt", "skew", "kurt", "ks", *sub)


IDS = _ids()
FALLING = tuple(i in APART or (i.endswith("_median") and i.startswith(APART)) for i in IDS)
"""Features of which more may only lower the score."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """How the model is fitted. Knots and penalty were chosen on the first four years of the Swiss tenders alone."""

    knots: int = 4
    """Of each term, at even quantiles between the 2nd and the 98th hundredth of the training tenders."""
    penalty: float = 20.0
    """Ridge penalty of the log-likelihood."""
    slope: float = 0.2
    """Least fall of the log-odds when log(cv) rises by 1, whatever the training tenders say: the direction that every published
    cartel study agrees on, in which the Swiss file alone is weak. Its price is in docs/evidence/screens.md."""
    steps: int = 3000
    """Of the accelerated projected gradient; it stops before where no weight moves."""


@dataclass(frozen=True, slots=True)
class Model:
    """A term for each feature: knots and the rise of the log-odds between each two."""

    knots: Array
    """features x knots."""
    rises: Array
    """features x (knots - 1)."""
    level: Array
    """Mean of each term over the training tenders: a contribution is what stands above it."""
    medians: Array
    """Of the features in the training tenders, for files too small to be compared with themselves."""

    def contributions(self, matrix: Array) -> Array:
        """What each feature adds to the log-odds: rows x features, as `matrix` (compared features, columns IDS)."""
        made = np.empty_like(matrix)
        for j in range(matrix.shape[1]):
            made[:, j] = (_ramps(matrix[:, j], self.knots[j]) * self.rises[j]).sum(axis=1) - self.level[j]
        return made

    def score(self, matrix: Array) -> Array:
        """Log-odds against the average training tender, more is nearer to the cartel's tenders. Ranks, no probability."""
        total: Array = self.contributions(matrix).sum(axis=1)
        return np.round(total, 9)


def features(bids: pl.DataFrame) -> pl.DataFrame:
    """The features of every contest that has enough bids, and not more than can be looked at in groups.

    Args:
        bids: contest (String), price; see `screens.matrices`.

    Returns:
        contest, n_bids and a Float64 column for each of IDS, sorted by contest: cv, spd, diffp, rd, rdnor, rdalt as logarithms,
        of all bids and of all subgroups of three and four (median; maximum above it; minimum below it; standard deviation).
    """
    schema = {"contest": pl.String, "n_bids": pl.Int64, **dict.fromkeys(IDS, pl.Float64)}
    parts = [pl.DataFrame(schema=schema)]
    for contests, prices in matrices(bids):
        n = prices.shape[1]
        if MIN_BIDS <= n <= MAX_BIDS:
            made = {**_of_all(prices), **_of_groups(subgroups.of_prices(prices))}
            parts.append(pl.DataFrame({"contest": contests, "n_bids": n, **{i: made[i] for i in IDS}}, schema=schema))
    return pl.concat(parts).sort("contest")


def _of_all(prices: Array) -> dict[str, Array]:
    floor = subgroups.FLOOR
    plain = of_prices(prices)
    gaps, low, losers = np.diff(prices, axis=1), prices[:, 0], prices[:, 1:]
    first = gaps[:, 0] / low + floor
    return {
        **{k: np.log(plain[k] + floor) for k in APART},
        "rd": np.log(first / (losers.std(axis=1, ddof=1) / losers.mean(axis=1) + floor)),
        "rdnor": np.log(first / (gaps.mean(axis=1) / low + floor)),
        "rdalt": np.log(first / (gaps[:, 1:].mean(axis=1) / low + floor)),
        **{k: np.nan_to_num(plain[k]) for k in ("skew", "kurt", "ks")},
    }


def _of_groups(made: dict[str, Array]) -> dict[str, Array]:
    out = dict(made)
    for head in (f"{s}{k}" for s in APART for k in subgroups.SIZES):
        out[f"{head}_above"] = made[f"{head}_max"] - made[f"{head}_median"]
        out[f"{head}_below"] = made[f"{head}_median"] - made[f"{head}_min"]
    return out


def periods(dates: Sequence[object], least: int = MIN_PERIOD) -> list[int]:
    """A period for each tender: days in order, joined until there are `least` tenders; the rest goes with the last ones.

    Args:
        dates: of the tenders, in one type that can be sorted; a null puts all tenders into one period.
        least: tenders in a period.
    """
    counts = pl.DataFrame({"date": pl.Series(dates)}).group_by("date").len().sort("date")
    if counts["date"].null_count():
        return [0] * len(dates)
    period, held, ends = 0, 0, {}
    for day, n in counts.iter_rows():
        ends[day] = period
        held += n
        if held >= least:
            period, held = period + 1, 0
    last = max(period - 1, 0) if held else period
    return [min(ends[d], last) for d in dates]


def compare(frame: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Features less their median among the rows that agree in `by`, with n_peers; one row each, in the order given."""
    less = [(pl.col(i) - pl.col(i).median().over(by)).alias(i) for i in IDS]
    return frame.with_columns(pl.len().over(by).cast(pl.Int64).alias("n_peers"), *less)


def matrix(compared: pl.DataFrame) -> Array:
    """The columns IDS as rows x features."""
    return np.ascontiguousarray(compared.select(IDS).to_numpy(), dtype=np.float64)


def fit(
    x: Array,
    collusive: npt.NDArray[np.bool_],
    medians: Array,
    parameters: Parameters | None = None,
    *,
    falling: bool = True,
) -> Model:
    """Fit the terms: logistic likelihood, ridge penalty, rises of FALLING features at most 0.

    Args:
        x: compared features of the training tenders, columns IDS.
        collusive: whether a member of the cartel took part.
        medians: see Model.
        parameters: of the fit.
        falling: whether FALLING holds; without it only to measure what it costs.
    """
    p = parameters or Parameters()
    knots = np.quantile(x, np.linspace(0.02, 0.98, p.knots), axis=0).T
    ramps = np.concatenate([_ramps(x[:, j], knots[j]) for j in range(x.shape[1])], axis=1)
    mean = ramps.mean(axis=0)
    top = np.where(np.array(FALLING)[:, None] & falling, np.zeros((len(IDS), p.knots - 1)), np.inf)
    if falling:
        top[IDS.index("cv")] = -p.slope * np.diff(knots[IDS.index("cv")])
    rises = np.round(_solve(ramps - mean, collusive.astype(np.float64), top.ravel(), p), 9)
    level = (mean * rises).reshape(len(IDS), -1).sum(axis=1)
    return Model(knots, rises.reshape(len(IDS), -1), level, medians)


def _solve(b: Array, y: Array, top: Array, p: Parameters) -> Array:
    """Accelerated projected gradient (Beck and Teboulle, 2009), the intercept first; strongly convex, so it settles.

    The weights stay at or below `top`; the penalty draws each to 0, or to its top where that is less.
    """
    a = np.column_stack([np.ones(len(b)), b])
    most = np.concatenate([[np.inf], top])
    drawn_to = np.minimum(most, 0.0)
    penalty = np.full(a.shape[1], p.penalty)
    penalty[0] = 0.0
    step = 1.0 / (0.25 * float(np.linalg.norm(a, 2)) ** 2 + p.penalty)
    now, ahead, pace = drawn_to, drawn_to, 1.0
    for _ in range(p.steps):
        slope = a.T @ (1.0 / (1.0 + np.exp(-(a @ ahead))) - y) + penalty * (ahead - drawn_to)
        then = np.minimum(ahead - step * slope, most)
        faster = (1.0 + (1.0 + 4.0 * pace**2) ** 0.5) / 2.0
        ahead = then + (pace - 1.0) / faster * (then - now)
        moved = float(np.abs(then - now).max())
        now, pace = then, faster
        if moved < 1e-12:
            break
    weights: Array = now[1:]
    return weights


def _ramps(x: Array, knots: Array) -> Array:
    """Rows x (knots - 1): how far each value is between two knots, 0 to 1; beyond the outer knots nothing changes."""
    wide = np.maximum(np.diff(knots), 1e-9)
    made: Array = np.clip((x[:, None] - knots[:-1]) / wide, 0.0, 1.0)
    return made
