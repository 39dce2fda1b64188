"""The stored weighting: nothing unless it earned its use, checked on opening, one scale for every run."""

import json

import numpy as np
import polars as pl
import pytest

from procrisk.errors import InputMissingError, UsageError
from procrisk.learning import layer, stored
from procrisk.learning.weights import Learnt

LEARNT = Learnt(
    ("PRE-05", "SEL-01"), np.array([0.1, 0.5]), np.array([0.3, 0.5]), np.array([0.6, -0.2]), -1.0, penalty=0.1
)
STATES = pl.DataFrame(
    {"process_id": ["3", "1", "2"], "PRE-05": [None, True, False], "SEL-01": [None, True, None]},
    schema_overrides={"PRE-05": pl.Boolean, "SEL-01": pl.Boolean},
)
SCALE = np.array([-1.0, 0.0, 1.0, 2.0])


@pytest.fixture
def models(tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "data_dir", lambda _: tmp_path)
    return tmp_path


def keep(models, *, earned):
    card = {"earned": earned, "outcome_es": "una sanción posterior", "outcome_en": "a later sanction"}
    stored.store(LEARNT, SCALE, models / "m", card, "")
    (models / stored.CURRENT).write_text("m\n")
    return models / "m"


def test_without_a_weighting_nothing_is_said(models):
    told = layer.score(STATES)
    assert told["process_id"].to_list() == ["1", "2", "3"]
    assert told["score_learnt"].null_count() == told["learnt_es"].null_count() == 3


def test_one_that_did_not_earn_its_use_says_nothing(models):
    keep(models, earned=False)
    assert layer.score(STATES)["score_learnt"].null_count() == 3


def test_an_earned_one_scores_and_gives_reasons(models):
    keep(models, earned=True)
    told = layer.score(STATES)
    high, low, unknown = told["score_learnt"].to_list()
    assert high > low
    assert unknown is None
    assert told["learnt_es"][2] is None
    (reason,) = told["learnt_en"][0]
    assert "(PRE-05): on 10.0% of the procedures learnt from; with it, a later sanction had 6.0 times" in reason
    assert told["learnt_es"][1].to_list() == []


def test_a_process_scores_the_same_whoever_else_is_in_the_run(models):
    keep(models, earned=True)
    alone = pl.concat([layer.score(STATES[i : i + 1]) for i in range(3)]).sort("process_id")
    assert alone.equals(layer.score(STATES))


def test_what_is_stored_is_what_is_read_and_has_the_same_bytes(models):
    folder = keep(models, earned=True)
    first = (folder / stored.WEIGHTS).read_bytes()
    again, scale, _ = stored.load(folder)
    assert again.weight.tolist() == LEARNT.weight.tolist()
    assert scale.tolist() == SCALE.tolist()
    keep(models, earned=True)
    assert (folder / stored.WEIGHTS).read_bytes() == first


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (
            lambda f: (f / stored.WEIGHTS).write_bytes((f / stored.WEIGHTS).read_bytes().replace(b"0.6", b"0.7")),
            "sha256",
        ),
        (lambda f: (f / stored.WEIGHTS).write_bytes(b"{}"), "2 bytes"),
        (lambda f: (f / stored.CARD).write_text("{"), "not JSON"),
        (lambda f: (f / stored.CARD).write_text(json.dumps({"weights": {"format": 0}})), "format 0"),
    ],
)
def test_a_spoiled_model_is_refused(models, spoil, told):
    folder = keep(models, earned=True)
    spoil(folder)
    with pytest.raises(UsageError, match=told):
        stored.load(folder)


def test_a_missing_model_is_told(models):
    with pytest.raises(UsageError, match="holds no learnt weights"):
        layer.score(STATES, "other")
    with pytest.raises(InputMissingError, match=r"card\.json is missing"):
        stored.load(models / "other")
