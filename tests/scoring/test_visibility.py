"""Opportunity and bounds of a process, and what hiding data does to a region."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from tests.scoring import made

from procrisk.scoring import layers
from procrisk.scoring.process import score_processes
from procrisk.scoring.region import score_regions
from procrisk.scoring.standard import standardise
from procrisk.scoring.visibility import opportunities, visibility
from procrisk.settings import Scores

AS_OF = date(2022, 2, 28)
M = 12


@pytest.fixture(scope="module")
def world():
    frame = made.processes(3000)
    states, why = made.states(frame, M)
    return frame, states, why, made.indicators(M)


def test_the_score_lies_between_its_bounds(world):
    frame, states, why, known = world
    scored = score_processes(frame, states, why, None, known)
    both = scored.join(visibility(frame, scored, states, why, known), on="process_id").drop_nulls("score")
    assert both.height > 2500
    assert both.filter(pl.col("score_if_clear") > pl.col("score") + 0.001).is_empty()
    assert both.filter(pl.col("score_if_raised") < pl.col("score") - 0.001).is_empty()
    hidden = both.filter(pl.col("n_not_evaluable") > 0)
    assert (hidden["score_if_raised"] > hidden["score_if_clear"]).mean() > 0.99


@pytest.mark.parametrize("answer", [False, True])
def test_bounds_are_the_scores_of_records_in_which_the_hidden_is_known(world, answer):
    """One process filled in among 3,000 of one kind leaves the base rates as they are, nearly."""
    frame, states, why, known = world
    frame = frame.with_columns(method=pl.lit("AS"), object=pl.lit("goods"), year=pl.lit(2021, pl.Int16))
    scored = score_processes(frame, states, why, None, known)
    own = visibility(frame, scored, states, why, known)
    ids = [c for c in states.columns if c != "process_id"]
    one = scored["process_id"][7]
    hidden = states.select(
        "process_id",
        *(
            pl.when((pl.col("process_id") == one) & (why[i] > 1)).then(answer).otherwise(pl.col(i)).alias(i)
            for i in ids
        ),
    )
    filled = score_processes(frame, hidden, why, None, known).filter(pl.col("process_id") == one)["score"].item()
    bound = own.filter(pl.col("process_id") == one)["score_if_raised" if answer else "score_if_clear"].item()
    assert bound == pytest.approx(filled, abs=0.5)


def test_an_anomaly_stays_in_the_bounds(world):
    frame, states, why, known = world
    ids = frame["process_id"]
    unusual = pl.DataFrame(
        {
            "process_id": ids,
            "score_anomaly": [50.0] * len(ids),
            "one_in": [100.0] * len(ids),
            "anomaly_es": [["x"]] * len(ids),
            "anomaly_en": [["x"]] * len(ids),
        }
    )
    plain = score_processes(frame, states, why, None, known)
    joined = score_processes(frame, states, why, {"anomaly": unusual}, known)
    a, b = (visibility(frame, s, states, why, known) for s in (plain, joined))
    scored = plain["score"].is_not_null()
    part = 0.5 * layers.table()["anomaly"].weight  # of what the rules leave
    want = a["score_if_raised"] + (100 - a["score_if_raised"]) * part
    assert (b["score_if_raised"] - want).filter(scored).abs().max() < 0.002


def test_opportunity_is_known_where_something_was_evaluated(world):
    frame, states, _, known = world
    parts = {"all": sorted(known), "one": ["I-03"]}
    got = opportunities(frame, states, parts, known)
    evaluated = states.sort("process_id")
    none = evaluated.select(pl.all_horizontal(pl.col(i).is_null() for i in known)).to_series()
    assert (got["all"].is_null() == none).all()
    assert (got["one"].is_null() == evaluated["I-03"].is_null()).all()
    assert (got["all"] >= got["one"].fill_null(0)).all()


def hide(states, why, rng, rows, share, only_raised=False):
    """States in which a share of what was evaluated on these processes is not evaluable any more (value missing)."""
    made_states, made_why = {"process_id": states["process_id"]}, {"process_id": states["process_id"]}
    for i in (c for c in states.columns if c != "process_id"):
        gone = rows & (rng.random(states.height) < share) & states[i].is_not_null().to_numpy()
        if only_raised:
            gone &= states[i].fill_null(value=False).to_numpy()
        made_states[i] = pl.select(pl.when(pl.Series(~gone)).then(states[i])).to_series()
        made_why[i] = pl.select(pl.when(pl.Series(gone)).then(pl.lit(3, pl.UInt8)).otherwise(why[i])).to_series()
    return pl.DataFrame(made_states), pl.DataFrame(made_why)


def risky_world(seed):
    """26 regions of 60 to 140 processes, with flags twice as frequent in region 01 as elsewhere and half as frequent in 02."""
    rng = np.random.default_rng(seed)
    frame = made.processes(2600, seed=seed, months=2)
    region = np.array(made.CODES)[rng.integers(0, 26, frame.height)]
    frame = frame.with_columns(
        region_code=pl.Series(region),
        buyer_level=pl.lit("local"),
        buyer_id=pl.Series([f"20{r}{b % 20}" for r, b in zip(region, range(frame.height), strict=True)]),
    )
    times = np.where(region == "01", 2.0, np.where(region == "02", 0.5, 1.0))
    rates = np.array([0.12, 0.1, 0.08, 0.07, 0.06, 0.05, 0.05, 0.04, 0.04, 0.03, 0.03, 0.02])
    states = pl.DataFrame(
        {
            "process_id": frame["process_id"],
            **{f"I-{j:02d}": pl.Series(rng.random(frame.height) < rates[j] * times) for j in range(M)},
        }
    )
    why = pl.DataFrame(
        {
            "process_id": frame["process_id"],
            **{f"I-{j:02d}": pl.zeros(frame.height, pl.UInt8, eager=True) for j in range(M)},
        }
    )
    return frame, states, why, region


def of_region(frame, states, why, code):
    known = made.indicators(M)
    scored = standardise(frame, score_processes(frame, states, why, None, known), states, why, known)
    regions = score_regions(scored, Scores(replicates=100), date(2020, 3, 31)).filter(
        scope="subnational", period="2020"
    )
    rank = regions["standardised"].rank("average", descending=True)
    return regions.with_columns(rank=rank).row(by_predicate=pl.col("region_code") == code, named=True)


@pytest.fixture(scope="module")
def hidden_half():
    """Regions 01 (risky) and 02 (not) before and after half of what was known of them is hidden at random, 12 worlds."""
    found = {"01": [], "02": []}
    for seed in range(12):
        frame, states, why, region = risky_world(seed)
        for code, rows in found.items():
            after = hide(states, why, np.random.default_rng(seed), region == code, 0.5)
            rows.append((of_region(frame, states, why, code), of_region(frame, *after, code)))
    return found


def mean(rows, side, column):
    return float(np.mean([r[side][column] for r in rows]))


def test_hiding_at_random_does_not_buy_a_better_rank(hidden_half):
    """A risky region keeps its place: what it loses of its crude mean, the mix gives back."""
    rows = hidden_half["01"]
    assert mean(rows, 1, "crude") < 0.65 * mean(rows, 0, "crude")  # the crude mean does reward it
    assert mean(rows, 1, "standardised") > 0.85 * mean(rows, 0, "standardised")
    assert mean(rows, 1, "rank") - mean(rows, 0, "rank") < 1.5
    assert mean(rows, 1, "mix") < mean(rows, 0, "mix") - 2


def test_hiding_makes_unsure_and_shows(hidden_half):
    for rows in hidden_half.values():
        assert mean(rows, 1, "share_evaluable") == pytest.approx(0.5, abs=0.03)
        assert mean(rows, 1, "visibility") < 0.65
        assert mean(rows, 1, "bound_high") > mean(rows, 0, "bound_high") + 20
        width = [mean(rows, side, "score_high") - mean(rows, side, "score_low") for side in (0, 1)]
        assert width[1] > width[0]


def test_hiding_the_flags_alone_lowers_the_score_and_only_the_bound_shows_it():
    """What cannot be mended: who hides exactly what would be raised looks clean. The highest bound and the share evaluated say so."""
    frame, states, why, region = risky_world(3)
    after = hide(states, why, np.random.default_rng(3), region == "01", 1.0, only_raised=True)
    before, now = of_region(frame, states, why, "01"), of_region(frame, *after, "01")
    assert now["standardised"] < before["standardised"]
    assert now["crude"] < 0.1
    assert now["bound_high"] >= before["crude"]
    assert now["bound_high"] == pytest.approx(before["crude"], rel=0.1)  # base rates move a little
    assert now["share_evaluable"] < before["share_evaluable"]
