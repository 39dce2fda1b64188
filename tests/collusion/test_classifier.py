"""The classifier: what it may and may not see, and what it is worth on tenders it was not fitted on."""

import json
import os
import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.conftest import ROOT

from procrisk.collusion import classifier, fitting, measures, stored, tenders
from procrisk.collusion.classifier import FALLING, IDS
from procrisk.errors import InputMissingError, UsageError


@pytest.fixture(scope="module")
def swiss(shared_data):
    return shared_data / "cartels" / "switzerland_until_cut.csv"


@pytest.fixture(scope="module")
def frame(swiss):
    return tenders.featured(tenders.read(swiss))


@pytest.fixture(scope="module")
def model():
    return stored.load(stored.current())[0]


def market(n, spread, seed, head="t", bidders=6):
    """Tenders whose bids lie `spread` apart."""
    rng = np.random.default_rng(seed)
    base = np.exp(rng.normal(12, 1, n))
    price = np.exp(rng.normal(0, spread, (n, bidders))) * base[:, None]
    contest = np.repeat([f"{head}{i:03d}" for i in range(n)], bidders)
    return pl.DataFrame({"contest": contest, "price": price.ravel().round(2)})


@pytest.mark.parametrize("cut", [1098, 1464, 1830, 2196, 2562])
def test_later_tenders_are_ordered_better_than_by_a_forest_of_screens(frame, cut):
    x = classifier.matrix(classifier.compare(frame, ["period"]))
    y, dates = frame["collusive"].to_numpy(), frame["date"].to_numpy()
    old, new = dates <= cut, dates > cut
    fitted = classifier.fit(x[old], y[old], np.zeros(len(IDS)))
    assert measures.auc(y[new], fitted.score(x[new])) >= 0.695
    assert (fitted.rises[np.array(FALLING)] <= 0).all()


def test_only_bids_are_looked_at(swiss, model):
    bids = tenders.read(swiss)
    expected = tenders.score(bids, model)
    blind = bids.drop("Contract_type", "Collusive_competitor", "Collusive_competitor_original")
    assert_frame_equal(tenders.score(blind, model), expected, check_exact=True)
    shuffled = bids.sample(fraction=1, shuffle=True, seed=5)
    assert_frame_equal(tenders.score(shuffled, model), expected, check_exact=True)


def test_currency_and_size_do_not_matter(model):
    bids = market(60, 0.1, 1)
    other = bids.with_columns(pl.col("price") * 3.75)
    assert_frame_equal(tenders.score(bids, model), tenders.score(other, model), abs_tol=1e-6)


def test_bids_drawn_together_score_higher_than_those_of_the_same_market(model):
    both = pl.concat([market(200, 0.10, 1), market(20, 0.012, 2, head="ring")])
    got = tenders.score(both, model).with_columns(ring=pl.col("Tender").str.starts_with("ring"))
    assert measures.auc(got["ring"].to_numpy(), got["score"].to_numpy()) > 0.70


def test_less_apart_never_scores_lower(model):
    x = np.zeros((1, len(IDS)))
    base = model.score(x)[0]
    for j in np.flatnonzero(FALLING):
        scores = [model.score(x + np.eye(len(IDS))[j] * step)[0] for step in (-3, -1, -0.2, 0.2, 1, 3)]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] >= base >= scores[-1]


def test_contributions_sum_to_the_score_and_are_bounded(frame, model):
    x = classifier.matrix(classifier.compare(frame, ["period"]))
    assert model.contributions(x).sum(axis=1) == pytest.approx(model.score(x), abs=1e-8)
    assert np.array_equal(model.score(x * 1e6), model.score(x * 1e9))


@pytest.mark.parametrize(("bidders", "known"), [(3, False), (4, True), (40, True), (41, False)])
def test_too_few_or_too_many_bids_are_not_scored(model, bidders, known):
    got = tenders.score(market(5, 0.1, 1, bidders=bidders), model)
    assert got.height == 5
    assert (got["score"].null_count() == 0) == known
    assert set(got["n_bids"]) == {bidders}


def test_few_tenders_are_compared_with_those_of_training(model):
    few, many = market(5, 0.1, 1), market(200, 0.1, 1)
    alone = tenders.score(few, model)["score"]
    assert alone.null_count() == 0
    x = classifier.features(few).select(IDS).to_numpy() - model.medians
    assert alone.to_numpy() == pytest.approx(model.score(x))
    assert not np.allclose(alone, tenders.score(many, model)["score"][:5])


def test_periods_join_days_until_there_are_enough_tenders():
    assert classifier.periods([3, 1, 1, 2, 2, 3, 4], least=3) == [1, 0, 0, 0, 0, 1, 1]
    assert classifier.periods([1, 1, 2, 2], least=2) == [0, 0, 1, 1]
    assert classifier.periods([1, 2, None], least=1) == [0, 0, 0]
    assert classifier.periods([1, 2], least=5) == [0, 0]
    assert classifier.periods([]) == []


def test_auc_counts_pairs():
    rng = np.random.default_rng(1)
    y, s, g = rng.random(80) < 0.4, rng.integers(0, 9, 80).astype(float), rng.integers(0, 3, 80)

    def plain(same):
        pairs = [(a, b) for a in range(80) for b in range(80) if y[a] and not y[b] and (not same or g[a] == g[b])]
        return sum((s[a] > s[b]) + 0.5 * (s[a] == s[b]) for a, b in pairs) / len(pairs)

    assert measures.auc(y, s) == pytest.approx(plain(same=False))
    assert measures.auc(y, s, g) == pytest.approx(plain(same=True))
    assert np.isnan(measures.auc(np.ones(3, dtype=bool), np.arange(3.0)))


def test_the_stored_model_is_what_its_card_says():
    folder = stored.current()
    _, card = stored.load(folder)
    assert card["name"] == folder.name
    assert sorted(p.name for p in folder.iterdir()) == ["card.json", "card.md", "terms.npz"]
    assert all(m["auc"] >= 0.695 for m in card["out_of_time"])
    assert np.mean([m["auc"] for m in card["out_of_time"]]) >= 0.70
    assert all(m["accuracy"] < m["majority"] for m in card["out_of_time"])  # and the card says so


def test_fitting_again_gives_the_committed_model(swiss, tmp_path):
    again = fitting.fit(swiss, tmp_path)
    committed = stored.current()
    assert again.name == committed.name
    first, second = stored.load(again)[0], stored.load(committed)[0]
    assert np.allclose(first.rises, second.rises, atol=1e-6)


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / "m"
    folder.mkdir()
    for p in stored.current().iterdir():
        (folder / p.name).write_bytes(p.read_bytes())
    return folder


def change(copy, **values):
    card = json.loads((copy / stored.CARD).read_text())
    (copy / stored.CARD).write_text(json.dumps({**card, **values}))


def test_a_model_that_is_not_what_its_card_says_is_refused(copy):
    body = (copy / stored.ARRAYS).read_bytes()
    (copy / stored.ARRAYS).write_bytes(body[:-1] + b"x")
    with pytest.raises(UsageError, match="sha256"):
        stored.load(copy)
    (copy / stored.ARRAYS).write_bytes(body + b"x")
    with pytest.raises(UsageError, match="bytes"):
        stored.load(copy)
    (copy / stored.ARRAYS).unlink()
    with pytest.raises(InputMissingError, match=r"terms\.npz"):
        stored.load(copy)


def test_a_model_of_another_version_is_refused(copy):
    change(copy, features=["cv"])
    with pytest.raises(UsageError, match="other features"):
        stored.load(copy)
    change(copy, arrays={"format": 99})
    with pytest.raises(UsageError, match="format 99"):
        stored.load(copy)


def test_a_file_of_another_layout_is_refused(tmp_path):
    path = tmp_path / "bids.csv"
    path.write_text("Tender,Price\n1,2\n")
    with pytest.raises(UsageError, match="Bid_value"):
        tenders.read(path)
    path.write_text("Tender,Bid_value\n1,much\n")
    with pytest.raises(UsageError, match="number"):
        tenders.read(path)
    with pytest.raises(InputMissingError):
        tenders.read(tmp_path / "none.csv")
    path.write_text("Tender,Bid_value\n1,2\n1,3\n1,4\n1,5\n")
    with pytest.raises(UsageError, match="Collusive_competitor"):
        fitting.fit(path, tmp_path)


def test_the_command_gives_the_same_bytes_with_one_and_with_two_threads(tmp_path):
    path = tmp_path / "bids.csv"
    market(300, 0.1, 1).rename({"contest": "Tender", "price": "Bid_value"}).write_csv(path)

    def run(threads):
        names = ("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
        env = {**os.environ, **dict.fromkeys(names, threads), "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-m", "procrisk.collusion", "score", str(path)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, cwd=ROOT)
        assert done.returncode == 0, done.stderr
        return done.stdout

    one = run("1")
    assert one == run("2")
    assert one.splitlines()[0] == "Tender,n_bids,score,percentile"
    assert len(one.splitlines()) == 301
