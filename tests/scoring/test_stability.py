"""How two tables of regions are compared, and the checks on real records."""

from datetime import date

import polars as pl
import pytest

from procrisk.anomaly import layer
from procrisk.indicators import INDICATORS
from procrisk.records.ingest import ingest
from procrisk.scoring.stability import SCHEMA, Run, agreement, scaled, stability
from procrisk.settings import Scores, Settings


def table(scores):
    n = len(scores)
    return pl.DataFrame(
        {
            "region_code": [f"{i:02d}" for i in range(1, n + 1)],
            "scope": ["s"] * n,
            "period": ["p"] * n,
            "score": pl.Series(scores, dtype=pl.Float64),
        }
    )


def test_a_table_agrees_with_itself():
    (row,) = agreement("none", table([9, 8, 7, 6, 5, 4, None]), table([9, 8, 7, 6, 5, 4, None])).to_dicts()
    assert row == {
        "check": "none",
        "scope": "s",
        "period": "p",
        "top5_shared": 5,
        "jaccard_top5": 1.0,
        "max_rank_move": 0.0,
        "largest_move_region": None,
        "spearman": 1.0,
        "n": 6,
    }


def test_moves_are_counted_in_ranks():
    (row,) = agreement("x", table([9, 8, 7, 6, 5, 4]), table([1, 8, 7, 6, 5, 4])).to_dicts()
    assert (row["top5_shared"], row["jaccard_top5"], row["max_rank_move"], row["largest_move_region"]) == (
        4,
        round(4 / 6, 4),
        5.0,
        "01",
    )
    assert row["spearman"] < 1


def test_thresholds_move_by_a_tenth_and_whole_ones_by_at_least_one():
    up, down = scaled(Settings(), 1.1), scaled(Settings(), 0.9)
    for i in INDICATORS.values():
        for name, value in i.params.items():
            if value:
                assert down.thresholds[i.id][name] < value < up.thresholds[i.id][name]
            assert type(up.thresholds[i.id][name]) is type(value)
    assert scaled(Settings(thresholds={"SEL-01": {"max_bidders": 20}}), 1.1).thresholds["SEL-01"]["max_bidders"] == 22


@pytest.fixture(scope="module")
def run(shared_data):
    dataset = ingest([shared_data / "conosce"], [shared_data / "entities"], None).dataset
    return Run(dataset, date(2022, 4, 8), Settings(scores=Scores(replicates=50)), {"anomaly": layer.score(dataset)})


def test_the_checks_on_real_records(run):
    got = stability(run, ["2022"], ["choices", "seeds", "thresholds", "buyers"])
    assert dict(got.schema) == SCHEMA
    names = set(got["check"])
    assert {"plain mean", "by soles", "seed 1", "prior 16", "thresholds -10 %", "thresholds +10 %"} <= names
    assert sum(n.startswith("without buyer") for n in names) == 5
    assert set(got["period"]) == {"2022"}
    assert got["top5_shared"].is_between(0, 5).all()
    seeds = got.filter(pl.col("check").str.starts_with("seed"), pl.col("scope") == "subnational")
    assert seeds["spearman"].min() > 0.9
