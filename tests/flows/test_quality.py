"""The Great Expectations gate tells bad data from a broken check."""

from datetime import date

import polars as pl
import pytest

from flows import quality
from procrisk.errors import GateError, GateFailedError

pytestmark = [pytest.mark.xdist_group("flows"), pytest.mark.filterwarnings("ignore")]


def version(folder, **changes):
    """A staged version of two processes and one period."""
    codes = [*(f"{i:02}" for i in range(1, 26)), "1501"]
    frames = {
        "processes": pl.DataFrame(
            {
                "process_id": ["1", "2"],
                "score": [10.0, None],
                "amount_pen": [5.0, None],
                "scope": ["regional_government", "national"],
                "region_code": ["08", "1501"],
                "reference_date": [date(2022, 2, 1)] * 2,
                "n_raised": [1, 0],
            },
        ),
        "regions": pl.DataFrame(
            {
                "region_code": codes,
                "scope": ["subnational"] * 26,
                "period": ["2022"] * 26,
                "score": [10.0] * 26,
                "score_low": [5.0] * 26,
                "score_high": [20.0] * 26,
                "rank_low": [1] * 26,
                "rank_high": [26] * 26,
                "share_evaluable": [0.5] * 26,
            },
        ),
        "sources": pl.DataFrame({"process_id": ["1", "2"], "kind": ["ocds", "ocds"]}),
    }
    for name, frame in (frames | changes).items():
        frame.write_parquet(folder / f"{name}.parquet")
    return folder


def test_a_sound_version_passes_and_leaves_data_docs(tmp_path):
    docs = tmp_path / "docs"
    outcomes = quality.gate(version(tmp_path), date(2022, 2, 28), docs)
    assert {o.status for o in outcomes} == {"passed"}
    assert len(outcomes) == sum(len(s) for s in quality.suites().values())
    assert (docs / "index.html").exists()


def test_bad_data_fails(tmp_path):
    made = version(tmp_path)
    regions = pl.read_parquet(made / "regions.parquet").with_columns(score=pl.lit(120.0))
    with pytest.raises(GateFailedError, match="regions: expect_column_values_to_be_between"):
        quality.gate(version(tmp_path, regions=regions), date(2022, 2, 28), tmp_path / "docs")


def test_stale_data_fails(tmp_path):
    with pytest.raises(GateFailedError, match="age_days"):
        quality.gate(version(tmp_path), date(2022, 6, 1), tmp_path / "docs")


def test_a_check_that_cannot_run_is_an_error_not_a_failure(tmp_path):
    made = version(tmp_path)
    regions = pl.read_parquet(made / "regions.parquet").drop("share_evaluable")
    with pytest.raises(GateError, match="share_evaluable"):
        quality.gate(version(tmp_path, regions=regions), date(2022, 2, 28), tmp_path / "docs")
