"""Trials: nobody is on both sides, and learnt weights are used only where they earned it."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from procrisk.learning import trials, weights

N = 900


@pytest.fixture(scope="module")
def material():
    """A goes with the outcome; every firm wins once before and once after 2022."""
    rng = np.random.default_rng(3)
    y = rng.random(N) < 0.15
    ids = [f"{i:04}" for i in range(N)]
    firm = [f"f{i % (N // 2)}" for i in range(N)]
    day = [date(2021, 1, 1) if i < N // 2 else date(2022, 6, 1) for i in range(N)]
    states = pl.DataFrame({"process_id": ids, "A": rng.random(N) < np.where(y, 0.6, 0.1), "B": rng.random(N) < 0.2})
    scores = pl.DataFrame({"process_id": ids, **{n: rng.random(N) for n in trials.SCORES if n != trials.LEARNT}})
    firms = pl.DataFrame({"process_id": ids, "ruc": firm, "day": day})
    about = pl.DataFrame(
        {"process_id": ids, "buyer": [f"b{i % 90}" for i in range(N)], "region": [f"{i % 5}" for i in range(N)]}
    ).with_columns(firm=pl.Series(firm), day=pl.Series(day))
    labelled = pl.DataFrame({"process_id": ids, "positive": y})
    return trials.Material(states, scores, firms, about), labelled


@pytest.mark.parametrize("by", ["firm", "region"])
def test_what_is_there_is_found_on_what_was_kept_aside(material, by):
    made, labelled = material
    trial = trials.crossed("t", made, trials.Case.of(made, labelled), by)
    told = {r["score"]: r for r in trial.table().iter_rows(named=True)}
    assert set(told) == set(trials.SCORES)
    assert told["learnt"]["auc"] > 0.65 > 0.6 > told["random"]["auc"]
    assert trial.earned()


def test_firms_of_the_test_do_not_teach(material, monkeypatch):
    made, labelled = material
    taught = []
    real = weights.fit
    monkeypatch.setattr(weights, "fit", lambda s, y, g: taught.append(s["process_id"].to_list()) or real(s, y, g))
    case = trials.Case.of(made, labelled)
    early = case.where(pl.col("day") < date(2022, 1, 1))
    tested = [f"{i:04}" for i in range(N // 2, N // 2 + 100)]  # firms 0 to 99
    trials.later("t", made, early, case, lambda f: f["process_id"].is_in(tested))
    assert taught == [[f"{i:04}" for i in range(100, N // 2)]]


def test_few_positives_earn_nothing(material):
    made, labelled = material
    few = labelled.filter(~pl.col("positive") | (pl.col("positive").cum_sum() <= trials.EARNED_POSITIVES - 1))
    trial = trials.crossed("t", made, trials.Case.of(made, few), "firm")
    assert trial.positive.sum() == trials.EARNED_POSITIVES - 1
    assert not trial.earned()


def test_a_tie_with_the_fixed_weights_earns_nothing(material):
    made, labelled = material
    trial = trials.crossed("t", made, trials.Case.of(made, labelled), "firm")
    trial.scores[trials.EXPERT] = trial.scores[trials.LEARNT]
    assert not trial.earned()
