"""From data to index, every stage kept: raw, denominated, imputed, treated, normalised, aggregated, ranked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
import polars as pl

from procrisk.composite.aggregate import Floats, combine, copeland
from procrisk.composite.framework import Framework
from procrisk.composite.method import Method
from procrisk.composite.normalise import below, normalise
from procrisk.composite.prepare import denominate, impute, impute_worst, known_enough
from procrisk.composite.treat import Treatment, treat
from procrisk.errors import UsageError

STAGES = ("raw", "denominated", "imputed", "treated", "normalised", "aggregated")
COPELAND = "copeland"


@dataclass(frozen=True)
class Built:
    """An index and the way to it. All frames have a row a unit, sorted by `unit`, and begin with `unit` and `name`."""

    framework: Framework
    method: Method
    data: pl.DataFrame
    """As given, sorted: the words that group the units are here."""
    raw: pl.DataFrame
    denominated: pl.DataFrame
    imputed: pl.DataFrame
    treated: pl.DataFrame
    normalised: pl.DataFrame
    """Columns: one an indicator; null is not known."""
    aggregated: pl.DataFrame
    """The normalised indicators and every group."""
    ranks: pl.DataFrame
    """Every group, 1 being the highest score, equal ones sharing the better rank; and `copeland`, the rank by outranking
    among the parts of the index. Null where there is no score."""
    treatment: pl.DataFrame
    """indicator, done, low, high, skew, kurtosis: see `treat.Treatment`; goalposts where fixed ones stood in for it."""
    known: pl.DataFrame
    """unit, name, share: of the indicators, before any gap was filled; scored: whether that was enough."""

    @property
    def units(self) -> list[str]:
        """In the order of all frames."""
        return self.data["unit"].to_list()

    def scores(self, column: str) -> Floats:
        """One group's or normalised indicator's scores; NaN where there is none."""
        return self.aggregated[column].fill_null(np.nan).to_numpy()


def build(framework: Framework, data: pl.DataFrame, method: Method | None = None) -> Built:
    """The whole way.

    Args:
        framework: indicators and structure.
        data: unit (unique), name, and a float column for each indicator and denominator, NaN or null being not known; other
            columns are words. See `files.read_data`.
        method: the choices of each step; the usual ones if none is given.

    Returns:
        every stage. The order of the rows of `data` does not matter.

    Raises:
        UsageError: a column is missing, or a step cannot be done: which one, why, and what would help.
    """
    method = method or Method()
    data = _checked(framework, data, method)
    raw = _matrix(data, framework.ids)
    denominated = raw.copy()
    for j, i in enumerate(framework.indicators):
        if i.denominator:
            size = data[i.denominator].cast(pl.Float64).fill_null(np.nan).to_numpy()
            denominated[:, j] = denominate(raw[:, j], size, i.denominator)
    scored = known_enough(denominated, method.least_known_unit)
    imputed = _impute(framework, data, method, np.where(scored[:, None], denominated, np.nan))
    imputed[~scored] = np.nan
    treatments = treat_all(framework, imputed, method)
    normalised = normalise_all(framework, treatments, method)
    scores = aggregate_all(framework, normalised, method, weights_of(framework, method))
    share = (~np.isnan(denominated)).mean(axis=1)
    frame = _framer(data, framework)
    return Built(
        framework,
        method,
        data,
        frame(raw),
        frame(denominated),
        frame(imputed),
        frame(np.column_stack([t.values for t in treatments])),
        frame(normalised),
        frame(normalised).with_columns(pl.Series(k, v, nan_to_null=True) for k, v in scores.items()),
        _ranks(framework, data, normalised, scores),
        _treatment(framework, treatments, method),
        data.select("unit", "name").with_columns(share=share, scored=scored),
    )


def _impute(framework: Framework, data: pl.DataFrame, method: Method, values: Floats) -> Floats:
    if method.impute == "worst":
        ends = [
            (i.direction, i.worst if fixed(framework, j, method) else None) for j, i in enumerate(framework.indicators)
        ]
        return impute_worst(values, [d for d, _ in ends], [w for _, w in ends])
    groups = data[method.impute_group].fill_null("").to_list() if method.impute_group else [""] * len(data)
    return impute(values, groups, method.impute)


def goalposts(built: Built) -> pl.DataFrame:
    """Ends of each indicator's scale in this index, in its own unit, for the frameworks of later years.

    Returns:
        indicator, low, high: its own goalposts, or the ends of the treated values; null where the values were taken as
        logarithms, or nobody is known: such an indicator needs goalposts chosen by hand.
    """
    rows = []
    for i, done in zip(built.framework.indicators, built.treatment["done"], strict=True):
        ends = (built.treated[i.id].min(), built.treated[i.id].max()) if done != "log" else (None, None)
        rows.append((i.id, *((i.goalpost_low, i.goalpost_high) if done == "goalposts" else ends)))
    return pl.DataFrame(rows, schema={"indicator": pl.String, "low": pl.Float64, "high": pl.Float64}, orient="row")


def fix(built: Built) -> Framework:
    """The framework with the goalposts of this index: a later year is then measured against this one.

    Raises:
        UsageError: an indicator has none to give (see `goalposts`).
    """
    ends = {i: (low, high) for i, low, high in goalposts(built).iter_rows()}
    if without := [i for i, (low, _) in ends.items() if low is None]:
        raise UsageError(
            f"choose goalposts by hand for {', '.join(without)}: logarithms, or nobody known, have none to give"
        )
    fixed_ends = [
        replace(i, goalpost_low=ends[i.id][0], goalpost_high=ends[i.id][1]) for i in built.framework.indicators
    ]
    return Framework(tuple(fixed_ends), built.framework.structure)


def treat_all(framework: Framework, values: Floats, method: Method) -> list[Treatment]:
    """Every indicator without its outliers; one with goalposts is left as it is, since they end its scale."""
    winmax = method.winmax if method.winmax is not None else ceil(0.1 * len(values))
    limits = (method.skew, method.kurtosis) if method.outliers == "treat" else (np.inf, np.inf)
    return [
        treat(values[:, j], winmax, limits if not fixed(framework, j, method) else (np.inf, np.inf), method.fallback)
        for j in range(values.shape[1])
    ]


def fixed(framework: Framework, j: int, method: Method) -> bool:
    """Whether the j-th indicator's scale has fixed ends."""
    return method.normalise == "minmax" and framework.indicators[j].goalpost_low is not None


def normalise_all(framework: Framework, treatments: list[Treatment], method: Method) -> Floats:
    """Units x indicators on the common scale."""
    columns = []
    for i, t in zip(framework.indicators, treatments, strict=True):
        low, high = i.goalpost_low, i.goalpost_high
        goalposts = None if low is None or high is None else (low, high)
        columns.append(normalise(t.values, i.direction, method.normalise, method.scale, goalposts, i.id))
    return np.column_stack(columns)


def weights_of(framework: Framework, method: Method) -> Mapping[str, float]:
    """Weight of everything in the framework."""
    return framework.weights if method.weights == "framework" else dict.fromkeys(framework.weights, 1.0)


def aggregate_all(
    framework: Framework, normalised: Floats, method: Method, weights: Mapping[str, float]
) -> dict[str, Floats]:
    """Scores of every group, from the bottom up.

    Raises:
        UsageError: a mean needs values above 0 and the scale reaches 0: the group is named.
    """
    scores = {k: normalised[:, j] for j, k in enumerate(framework.ids)}
    for group in framework.groups:
        parts = [p.id for p in framework.parts(group.id)]
        how = method.aggregation or group.aggregation
        values = np.column_stack([scores[p] for p in parts])
        try:
            scores[group.id] = combine(values, np.array([weights[p] for p in parts]), how, group.least_known)
        except UsageError as e:
            raise UsageError(f"{group.id}: {e} (in [method], scale = [1, 100] does the same)") from e
    return {g.id: scores[g.id] for g in framework.groups}


def rank(scores: Floats, decimals: int = 9) -> Floats:
    """1 for the highest score, equal ones sharing the better rank; NaN where there is none.

    Args:
        scores: one a unit; NaN is no score.
        decimals: scores that agree in so many are equal. Nine keeps apart all that differ by more than rounding; two gives
            the ranks of scores as they are usually printed.
    """
    known = ~np.isnan(scores)
    ranks = np.full(len(scores), np.nan)
    ranks[known] = 1 + below(-np.round(scores[known], decimals))
    return ranks


def _checked(framework: Framework, data: pl.DataFrame, method: Method) -> pl.DataFrame:
    if "unit" not in data.columns or data["unit"].is_duplicated().any() or data["unit"].has_nulls():
        raise UsageError("the data have a column unit, with another word in every row")
    needed = [*framework.ids, *(i.denominator for i in framework.indicators), method.impute_group]
    if missing := sorted({c for c in needed if c} - set(data.columns)):
        raise UsageError(f"columns are missing from the data: {', '.join(missing)}")
    if "name" not in data.columns:
        data = data.with_columns(name=pl.col("unit"))
    return data.sort("unit")


def _matrix(data: pl.DataFrame, columns: tuple[str, ...]) -> Floats:
    return np.column_stack([data[c].cast(pl.Float64).fill_null(np.nan).to_numpy() for c in columns])


class _framer:  # noqa: N801 - used as a function that remembers the units
    def __init__(self, data: pl.DataFrame, framework: Framework) -> None:
        self.units, self.ids = data.select("unit", "name"), framework.ids

    def __call__(self, values: Floats) -> pl.DataFrame:
        columns = [pl.Series(k, values[:, j], nan_to_null=True) for j, k in enumerate(self.ids)]
        return self.units.with_columns(columns)


def _ranks(framework: Framework, data: pl.DataFrame, normalised: Floats, scores: dict[str, Floats]) -> pl.DataFrame:
    every = scores | {k: normalised[:, j] for j, k in enumerate(framework.ids)}
    top = framework.parts(framework.top)
    parts = np.column_stack([every[p.id] for p in top])
    net = copeland(parts, np.array([p.weight for p in top]))
    columns = {k: rank(v) for k, v in scores.items()} | {COPELAND: rank(net)}
    return data.select("unit", "name").with_columns(
        pl.Series(k, v, nan_to_null=True).cast(pl.Int64) for k, v in columns.items()
    )


def _treatment(framework: Framework, treatments: list[Treatment], method: Method) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "indicator": framework.ids,
            "done": ["goalposts" if fixed(framework, j, method) else t.done for j, t in enumerate(treatments)],
            "low": [t.low for t in treatments],
            "high": [t.high for t in treatments],
            "skew": pl.Series([t.skew for t in treatments], nan_to_null=True),
            "kurtosis": pl.Series([t.kurtosis for t in treatments], nan_to_null=True),
        }
    )
