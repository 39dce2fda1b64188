"""The scores of the real records: what has to hold of them whatever the indicators say."""

from datetime import date

import polars as pl
import pytest

from procrisk.anomaly import layer
from procrisk.indicators import INDICATORS, roles
from procrisk.indicators.evaluate import evaluate
from procrisk.records.ingest import ingest
from procrisk.scoring.coverage import coverage
from procrisk.scoring.process import score_processes
from procrisk.scoring.region import score_regions
from procrisk.scoring.standard import standardise
from procrisk.settings import Settings


@pytest.fixture(scope="module")
def real(shared_data):
    sources = [shared_data / "conosce", shared_data / "emergency_2020"]
    dataset = ingest(sources, [shared_data / "entities", shared_data / "sanctions"], None).dataset
    as_of = date(2022, 4, 20)
    found = evaluate(dataset, as_of, Settings())
    listed = dataset.tables["processes"]
    scored = score_processes(listed, found.states, found.why, {"anomaly": layer.score(dataset)})
    scored = standardise(listed, scored, found.states, found.why)
    return found, scored, score_regions(scored, Settings().scores, as_of), coverage(scored, found.states, found.why)


def test_a_score_where_and_only_where_something_that_scores_could_be_evaluated(real):
    found, scored, _, _ = real
    scoring = [i.id for i in INDICATORS.values() if i.role != roles.INFORMATION]
    evaluated = found.states.select("process_id", some=pl.any_horizontal(pl.col(scoring).is_not_null()))
    both = scored.join(evaluated, on="process_id")
    assert both.height == scored.height >= 7305
    assert both.select((pl.col("score").is_not_null() == pl.col("some")).all()).item()
    assert both.select((pl.col("band").is_null() == pl.col("score").is_null()).all()).item()


def test_few_processes_are_called_risky(real):
    """A queue for analysts: the two upper bands hold under 5 % of the processes, but are not empty."""
    _, scored, _, _ = real
    assert 0 < scored["band"].is_in(["alto", "muy_alto"]).mean() < 0.05


def test_reasons_are_the_flags_of_the_process(real):
    found, scored, _, _ = real
    raised = found.flags.select("process_id", "indicator").unique()
    told = scored.select("process_id", indicator="reasons").explode("indicator").drop_nulls("indicator")
    assert raised.join(told, on=["process_id", "indicator"], how="anti").is_empty()
    assert told.height == told.unique().height == raised.height


def test_every_scope_and_period_with_records_has_26_regions(real):
    _, scored, regions, _ = real
    assert set(regions.group_by("scope", "period").len()["len"]) == {26}
    assert {"2022-01", "2022-02", "2022-Q1", "2022", "2020-05", "2021-03..2022-02"} <= set(regions["period"])
    year = regions.filter(pl.col("period") == "2022").group_by("scope").agg(pl.col("n_processes").sum())
    counts = dict(year.iter_rows())
    of_2022 = scored.filter(pl.col("call_date").dt.year() == 2022)
    for scope in ("regional_government", "local_government", "national"):
        assert counts[scope] == (of_2022["scope"] == scope).sum()
    assert counts["subnational"] == counts["regional_government"] + counts["local_government"]


def test_national_entities_stay_out_of_the_regions(real):
    _, _, regions, _ = real
    assert (
        regions.filter(pl.col("scope") == "national")["rank_low"].null_count()
        == regions.filter(pl.col("scope") == "national").height
    )


def test_coverage_counts_each_process_once_per_risk(real):
    found, scored, _, covered = real
    assert covered.height == 81 * 26
    assert covered["applicable"].max() <= scored.group_by("region_code").len()["len"].max()
    by_risk = covered.group_by("risk").agg(pl.col("raised").sum())
    several = found.flags.select("process_id", pl.col("risks").alias("risk")).explode("risk").unique()
    located = scored.filter(pl.col("region_code").is_not_null()).select("process_id")
    want = several.join(located, on="process_id", how="semi").group_by("risk").len("want")
    assert (
        by_risk.join(want, on="risk", how="left").select((pl.col("raised") == pl.col("want").fill_null(0)).all()).item()
    )
