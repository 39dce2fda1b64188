"""Trials: which processes teach, which are kept aside, and every score against the outcomes of the latter.

The indicators are evaluated on records without the tables that tell outcomes (`labels.blind`), and those of the phase of
execution take no part: a sanction or a stopped work often begins there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.indicators.evaluate import Evaluated, evaluate
from procrisk.indicators.registry import INDICATORS
from procrisk.learning import evaluation, labels, weights
from procrisk.records.assemble import Dataset
from procrisk.scoring.process import score_processes
from procrisk.settings import Settings

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

EXPERT, LEARNT = "expert", "learnt"
SCORES = {
    "random": ("al azar", "random"),
    "value": ("logaritmo del monto", "log of the value"),
    "single_bidder": ("un solo postor", "single bidder"),
    "cri": ("índice CRI, media", "CRI, mean"),
    "flags": ("número de señales", "number of flags"),
    EXPERT: ("pesos fijos (el puntaje)", "fixed weights (the score)"),
    LEARNT: ("pesos aprendidos", "learnt weights"),
}
"""Columns of `Material.scores`, the learnt ones aside, with their names for people: baselines first."""
EARNED_POSITIVES = 30
"""Known positives that a trial out of time needs before learnt weights may replace the fixed ones: with fewer the interval of
the precision at 5 % spans most of what is possible."""
EARNED_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Material:
    """What every trial is made of.

    `states`: process_id and the indicators known up to the award. `scores`: process_id and the baselines. `firms`: see
    `labels.firms`. `about`: process_id, day, buyer, region (codes), firm (the first of the process by RUC).
    """

    states: pl.DataFrame
    scores: pl.DataFrame
    firms: pl.DataFrame
    about: pl.DataFrame


def material(dataset: Dataset, as_of: date) -> Material:
    """Evaluate the indicators without what tells outcomes, and every baseline."""
    blind = Dataset(labels.blind(dataset.tables))
    evaluated = evaluate(blind, as_of, Settings())
    late = [i for i in evaluated.states.columns if i in INDICATORS and INDICATORS[i].phase == "execution"]
    states = evaluated.states.drop(late).sort("process_id")
    why = evaluated.why.drop(late).sort("process_id")
    firms = labels.firms(dataset.tables)
    first = firms.group_by("process_id").agg(firm=pl.col("ruc").min(), day=pl.col("day").min())
    processes = dataset.tables["processes"]
    # a work of the sample has no entity: what is drawn together is the investment project
    about = processes.select(
        "process_id",
        buyer=pl.coalesce("buyer_id", "project_id", "process_id"),
        region=pl.coalesce("region_code", pl.lit("?")),
    ).join(first, on="process_id", how="left")
    return Material(states, _scores(processes, states, why, evaluated), firms, about.sort("process_id"))


def _scores(processes: pl.DataFrame, states: pl.DataFrame, why: pl.DataFrame, evaluated: Evaluated) -> pl.DataFrame:
    expert = score_processes(processes, states, why).select("process_id", pl.col("score").alias(EXPERT))
    ids = [i for i in states.columns if i != "process_id"]
    counted = states.select(
        "process_id",
        flags=pl.when(pl.any_horizontal(pl.col(ids).is_not_null())).then(
            pl.sum_horizontal(pl.col(ids).cast(pl.Int32).fill_null(0))
        ),
    )
    value = pl.col("amount_pen_cents")
    return (
        processes.select(
            "process_id",
            random=pl.lit(0.0),
            value=pl.when(value > 0).then(value.log()),
            single_bidder=(pl.col("n_bidders") == 1).cast(pl.Float64),
        )
        .join(evaluated.index.select("process_id", "cri"), on="process_id", how="left")
        .join(counted.cast({"flags": pl.Float64}), on="process_id", how="left")
        .join(expert, on="process_id", how="left")
        .sort("process_id")
    )


@dataclass(frozen=True, slots=True)
class Case:
    """Labelled processes, sorted by process_id, with what is known of each."""

    frame: pl.DataFrame
    states: pl.DataFrame
    positive: Floats
    firm: list[str]

    @classmethod
    def of(cls, material: Material, labelled: pl.DataFrame) -> "Case":
        """The processes of a frame of labels that are among the records."""
        frame = labelled.join(material.about, on="process_id").sort("process_id")
        states = frame.select("process_id").join(material.states, on="process_id", how="left", maintain_order="left")
        firm = frame.select(pl.coalesce("firm", "process_id")).to_series().to_list()
        return cls(frame, states, frame["positive"].to_numpy().astype(np.float64), firm)

    def where(self, which: pl.Expr) -> "Case":
        """The processes of which `which` (columns of `frame`) holds."""
        here = self.frame.select(which.fill_null(value=False)).to_series()
        firm = [f for f, h in zip(self.firm, here, strict=True) if h]
        return Case(self.frame.filter(here), self.states.filter(here), self.positive[here.to_numpy()], firm)

    def baselines(self, material: Material) -> dict[str, Floats]:
        """The baselines of these processes."""
        joined = self.frame.select("process_id").join(
            material.scores, on="process_id", how="left", maintain_order="left"
        )
        return {n: joined[n].cast(pl.Float64).fill_null(float("nan")).to_numpy() for n in SCORES if n != LEARNT}


@dataclass(frozen=True, slots=True)
class Trial:
    """The scores of the processes kept aside, and their outcomes."""

    name: str
    scores: dict[str, Floats]
    positive: Floats
    buyers: list[str]

    def table(self) -> pl.DataFrame:
        """See `evaluation.table`."""
        return evaluation.table(self.scores, self.positive, self.buyers)

    def gain(self) -> tuple[float, ...]:
        """Precision of the learnt weights less that of the fixed ones at EARNED_SHARE: value, low, high."""
        return evaluation.gain(self.scores[LEARNT], self.scores[EXPERT], self.positive, self.buyers, EARNED_SHARE)

    def earned(self) -> bool:
        """Whether the learnt weights beat the fixed ones beyond chance, on enough positives to tell."""
        return bool(self.positive.sum() >= EARNED_POSITIVES and self.gain()[1] > 0.0)


def crossed(name: str, material: Material, case: Case, by: str) -> Trial:
    """Every fold scored by weights learnt on the others.

    Args:
        name: of the trial.
        material: of the records.
        case: labelled processes.
        by: "firm", folds of firms, or "region", each region by itself; no firm is on both sides either way.
    """
    if by == "firm":
        fold = weights.folds(case.firm, weights.FOLDS)
    else:
        regions = case.frame["region"]
        fold = weights.folds(regions.to_list(), max(2, regions.n_unique()))
    learnt = weights.crossfit(case.states, case.positive, fold, case.firm, material.firms)
    return _trial(name, material, case, learnt, np.ones(len(learnt), dtype=np.bool_))


def later(name: str, material: Material, known: Case, after: Case, test: Callable[[pl.DataFrame], pl.Series]) -> Trial:
    """Later processes scored by weights learnt on earlier ones, with the outcomes that were known then.

    Args:
        name: of the trial.
        material: of the records.
        known: earlier processes with the outcomes known by then; those that share a firm with the test are left out.
        after: labelled processes of which `test` picks those to score.
        test: picks rows of `after.frame`.
    """
    here = test(after.frame).fill_null(value=False)
    tested = after.frame.filter(here)["process_id"]
    both = pl.concat([known.frame["process_id"], tested]).unique().sort()
    free = weights.apart(both, both.is_in(tested.implode()).to_numpy(), material.firms)
    train = known.frame["process_id"].is_in(both.filter(pl.Series(free)).implode()) & ~known.frame["process_id"].is_in(
        tested.implode()
    )
    mask = train.to_numpy()
    learnt = weights.fit(
        known.states.filter(train), known.positive[mask], [f for f, t in zip(known.firm, mask, strict=True) if t]
    )
    return _trial(name, material, after, learnt.score(after.states), here.to_numpy())


def _trial(name: str, material: Material, case: Case, learnt: Floats, here: Bools) -> Trial:
    scores = {n: s[here] for n, s in (case.baselines(material) | {LEARNT: learnt}).items()}
    return Trial(name, scores, case.positive[here], case.frame["buyer"].filter(pl.Series(here)).to_list())
