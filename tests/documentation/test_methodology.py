"""The arithmetic of docs/methodology.md, followed from published files alone, gives what is published."""

import polars as pl
import pytest
from tests.conftest import ROOT

from procrisk import pipeline
from procrisk.documentation import methodology
from procrisk.errors import UsageError
from procrisk.scoring.region import SCHEMA
from procrisk.simulate import simulate

PAGE = ROOT / "docs" / "methodology.md"


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    simulate(folder, 600, 3)
    out = folder / "out"
    pipeline.run(pipeline.Request(sources=[folder / "ocds"], context=[folder / "context"], out=out))
    return out / "current"


@pytest.fixture(scope="module")
def real(shared_data, tmp_path_factory):
    out = tmp_path_factory.mktemp("real") / "out"
    asked = pipeline.Request(sources=[shared_data / "conosce"], context=[shared_data / "entities"], out=out)
    pipeline.run(asked)
    return out / "current"


def agrees(version, period):
    """Every region of a period, step by step. Returns how many."""
    regions = pl.read_parquet(version / "regions.parquet").filter(scope=methodology.SCOPE, period=period)
    codes = regions.drop_nulls("score")["region_code"].to_list()
    for code in codes:
        found = methodology.example(version, period, code)
        p = found.published
        exact = {"crude": found.crude, "standardised": found.standardised, "mix": found.mix, "rate": found.rate}
        for name, value in exact.items():
            assert value == pytest.approx(p[name], abs=0.0011), (code, name)  # a half may be rounded either way
        assert found.n == p["n_scored"]
        near = {"shrinkage": found.shrinkage, "score": found.final, "score_low": found.low, "score_high": found.high}
        for name, value in near.items():
            assert value == pytest.approx(p[name], abs=0.02), (code, name)
        name, n, s, v = found.peers
        first = found.own.row(0, named=True)
        assert first["score_expected"] == pytest.approx(s / v * first["visibility"], abs=0.00051)
        assert n >= 30 or name == "*|*|*|*"
    return len(codes)


def test_simulated_records_by_hand(simulated):
    years = pl.read_parquet(simulated / "regions.parquet")["period"].unique()
    assert sum(agrees(simulated, y) for y in sorted(years) if len(y) == 4) > 40


def test_real_records_by_hand(real):
    assert agrees(real, "2022") == 26


def test_the_page_shows_the_example_that_is_made_now(real):
    """Made by `python -m procrisk.documentation example VERSION 2022`; whatever moves scores moves it."""
    made = methodology.text(methodology.example(real, "2022"))
    page = PAGE.read_text(encoding="utf-8")
    assert methodology.written(page, made) == page


def test_the_page_names_every_column_of_the_table():
    page = PAGE.read_text(encoding="utf-8")
    plain = {
        "region_code",
        "region",
        "scope",
        "period",
        "n_processes",
        "n_scored",
        "n_buyers",
        "amount_pen",
        "share_evaluable",
    }
    told = {c for c in SCHEMA if f"`{c}`" in page}
    assert set(SCHEMA) - told - plain <= {"score_soles_low", "score_soles_high"}


def test_a_region_without_processes_and_a_page_without_a_place_are_refused(simulated):
    with pytest.raises(UsageError, match="no scored process in 1999"):
        methodology.example(simulated, "1999")
    with pytest.raises(UsageError, match="once each"):
        methodology.written("no place", "x")
