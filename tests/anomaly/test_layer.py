import json

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.anomaly import made

from procrisk import anomaly
from procrisk.anomaly import forest, layer, measures
from procrisk.anomaly.features import IDS
from procrisk.errors import UsageError

SMALL = anomaly.Parameters(trees=60)


@pytest.fixture(scope="module")
def records():
    return made.records(1500)


@pytest.fixture(scope="module")
def models(records, tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    folder = anomaly.train(records, root, SMALL)
    (root / layer.CURRENT).write_text(folder.name + "\n")
    return root


@pytest.fixture
def at_models(models, monkeypatch):
    monkeypatch.setattr(layer, "data_dir", lambda _: models)
    return models


@pytest.fixture(scope="module")
def scored(records, models):
    fitted, _ = forest.load(models / (models / layer.CURRENT).read_text().strip(), IDS)
    return layer.apply(records.tables, fitted)


def test_the_model_is_named_by_its_parameters_and_its_records(records, models, tmp_path):
    first = (models / layer.CURRENT).read_text().strip()
    mixed = made.Records({k: v.reverse() for k, v in records.tables.items()})
    again = anomaly.train(mixed, tmp_path, SMALL)
    assert again.name == first
    for name in (forest.ARRAYS, forest.CARD, "card.md"):
        assert (again / name).read_bytes() == (models / first / name).read_bytes()
    assert anomaly.train(records, tmp_path, anomaly.Parameters(trees=60, seed=1)).name != first
    assert anomaly.train(made.records(1400), tmp_path, SMALL).name != first


def test_nothing_stored_is_code_or_pickle(models):
    folder = models / (models / layer.CURRENT).read_text().strip()
    assert sorted(p.name for p in folder.iterdir()) == ["card.json", "card.md", "forest.npz"]
    card = json.loads((folder / forest.CARD).read_text())
    assert card["features"] == list(IDS)
    assert {"metrics", "intended_use", "limits", "reference", "training_sha256"} <= set(card)
    with np.load(folder / forest.ARRAYS, allow_pickle=False) as f:
        assert all(f[k].dtype.kind in "if" for k in f.files)


def test_too_few_records_to_train(tmp_path):
    with pytest.raises(UsageError, match="too few"):
        anomaly.train(made.records(50), tmp_path, SMALL)


def test_one_row_a_process_with_scores_in_range(records, scored):
    assert scored["process_id"].to_list() == sorted(records.tables["processes"]["process_id"])
    assert scored["score_anomaly"].is_between(0, 100).all()
    assert scored.filter(pl.col("one_in") <= 10)["score_anomaly"].max() == 0
    assert scored.filter(pl.col("one_in") > pl.col("n_peers")).is_empty()
    assert scored["n_peers"].min() >= 30


def test_calibration_says_how_many_peers_are_at_least_as_anomalous(records, scored):
    peers = layer.prepare(records.tables).groups
    levels = {k: np.log(scored[f"one_in_{k}"].fill_null(1).to_numpy()) for k in layer.WEIGHT}
    score = layer.together(levels)
    members = {g[0]: rows["row"].to_numpy() for g, rows in peers.members.group_by("group")}
    for at in range(0, 1500, 37):
        mates = score[members[peers.own[at]]]
        assert abs(scored["as_isolated"][at] - (mates >= score[at] - 1e-9).sum()) <= 3  # one_in_* are rounded
        assert scored["one_in"][at] == pytest.approx(len(mates) / scored["as_isolated"][at])
    # in a group whose members have no finer one, at most a tenth can be "1 in 10"; ties only make it fewer
    finest = pl.Series(peers.groups["level"].gather(peers.own) == 0)
    for one_in in ("one_in", "one_in_ex_ante"):
        shares = scored.filter(finest).group_by("peers").agg((pl.col(one_in) >= 10).mean())[one_in]
        assert len(shares) >= 5
        assert shares.max() <= 0.1


def test_a_planted_process_stands_out_and_says_why(records, models):
    fitted, _ = forest.load(models / (models / layer.CURRENT).read_text().strip(), IDS)
    processes = records.tables["processes"]
    plain = layer.apply(records.tables, fitted)
    calm = plain.filter(pl.col("one_in") < 2)["process_id"][0]
    odd = pl.col("process_id") == calm
    planted = processes.with_columns(
        award_date=pl.when(odd).then(pl.col("call_date")).otherwise("award_date"),
        awarded_pen_cents=pl.when(odd).then(pl.col("value_pen_cents") * 3).otherwise("awarded_pen_cents"),
        n_bidders=pl.when(odd).then(1).otherwise("n_bidders").cast(pl.Int32),
        n_lots=pl.when(odd).then(40).otherwise("n_lots").cast(pl.Int32),
    )
    after = layer.apply({**records.tables, "processes": planted}, fitted)
    row = after.row(by_predicate=odd, named=True)
    assert row["one_in"] >= 20
    assert row["score_anomaly"] > 0
    assert set(row["anomaly_features"]) <= {"decision_days", "award_ratio", "n_bidders", "n_lots"}
    assert len(row["anomaly_features"]) == 3
    assert any("300.0 %" in text for text in row["anomaly_es"])
    assert all(
        "mediana de" in es and "median of" in en for es, en in zip(row["anomaly_es"], row["anomaly_en"], strict=True)
    )


def test_later_fields_reach_the_full_score_and_not_the_one_up_to_the_award(records, models, scored):
    fitted, _ = forest.load(models / (models / layer.CURRENT).read_text().strip(), IDS)
    rng = np.random.default_rng(3)
    tables = dict(records.tables)
    award = pl.col("award_date")
    tables["processes"] = tables["processes"].with_columns(
        consent_date=award + pl.duration(days=pl.Series(rng.integers(0, 60, 1500)))
    )
    tables["contracts"] = tables["contracts"].with_columns(
        end_date_updated=pl.col("end_date") + pl.duration(days=pl.Series(rng.integers(0, 400, 1500)))
    )
    tables["modifications"] = tables["modifications"].with_columns(amount_cents=pl.col("amount_cents") * 5)
    again = layer.apply(tables, fitted)
    known = ["process_id", "one_in_ex_ante", "score_anomaly_ex_ante"]
    assert_frame_equal(again.select(known), scored.select(known), check_exact=True)
    assert (again["one_in"] != scored["one_in"]).mean() > 0.3


def test_the_first_reason_is_one_and_seeds_agree(records, models):
    card = json.loads((models / (models / layer.CURRENT).read_text().strip() / forest.CARD).read_text())
    metrics = card["metrics"]
    assert metrics["first_reason_faithfulness"]["share"] >= 0.9
    assert metrics["top_1_percent_jaccard_between_seeds"]["ensemble"] >= 0.5  # 60 trees
    ready = layer.prepare(records.tables)
    top = measures.top(np.arange(100.0), 0.05)
    assert top == {95, 96, 97, 98, 99}
    assert (
        measures.faithfulness(ready, forest.load(models / card["name"], IDS)[0]) == metrics["first_reason_faithfulness"]
    )


def test_who_saw_it_is_said(scored):
    seen = scored.explode("anomaly_seen_by", empty_as_null=True)
    by = seen.group_by("anomaly_seen_by").agg(pl.col("one_in_process", "one_in_pair", "one_in_buyer").min())
    least = {r[0]: r[1:] for r in by.rows()}
    assert {"forest", "tail", "local"} <= set(least)
    assert least.get("buyer", (0, 0, 10))[2] >= 9.99
    assert least.get("pair", (0, 10))[1] >= 9.99


def test_row_order_does_not_matter(records, models, scored):
    fitted, _ = forest.load(models / (models / layer.CURRENT).read_text().strip(), IDS)
    mixed = {k: v.sample(fraction=1, shuffle=True, seed=4) for k, v in records.tables.items()}
    assert_frame_equal(layer.apply(mixed, fitted), scored, check_exact=True)


def test_which_model_is_used(records, at_models, scored):
    assert layer.score(records, "none") is None
    name = (at_models / layer.CURRENT).read_text().strip()
    assert_frame_equal(layer.score(records), scored)
    assert_frame_equal(layer.score(records, name), scored)
    with pytest.raises(UsageError, match=name):
        layer.score(records, "no-such-model")


def test_without_current_there_is_no_model(records, monkeypatch, tmp_path):
    monkeypatch.setattr(layer, "data_dir", lambda _: tmp_path)
    assert layer.score(records) is None
