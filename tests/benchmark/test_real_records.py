"""Sheets of real records, defended line by line: every figure counted again from the nightly version that the manifest names."""

import json

import polars as pl
import pypdf
import pytest

from procrisk import pipeline
from procrisk.benchmark import command, words
from procrisk.publication import store
from procrisk.records.regions import REGIONS
from procrisk.settings import Scores, Settings


@pytest.fixture(scope="module")
def published(shared_data, tmp_path_factory):
    out = tmp_path_factory.mktemp("real")
    asked = pipeline.Request(
        sources=[shared_data / "conosce" / "CONOSCE_ADJUDICACIONES2022_ene_feb.csv"],
        context=[shared_data / "conosce", shared_data / "entities", shared_data / "sanctions"],
        out=out,
        settings=Settings(scores=Scores(replicates=100)),
    )
    command.run(asked, quick=True)
    pipeline.run(asked)
    return out


@pytest.fixture(scope="module")
def benchmark(published):
    return published / "benchmark" / "current"


@pytest.fixture(scope="module")
def own(published):
    """Processes of regional and local governments, as the nightly version has them."""
    listed = pl.read_parquet(published / "current" / "processes.parquet")
    return listed.filter(pl.col("scope").is_in(["regional_government", "local_government"]))


def headline(benchmark):
    said = json.loads((benchmark / "manifest.json").read_text(encoding="utf-8"))
    of = pl.read_parquet(benchmark / "data" / "scores.parquet")
    return said, of.filter(scope=said["scope"], period=said["period"], weighting="count", part="all")


def test_the_manifest_names_the_nightly_version(published, benchmark):
    said, _ = headline(benchmark)
    assert said["nightly"] == store.current(published)


def test_counts_and_amounts_are_those_of_the_processes(benchmark, own):
    _, rows = headline(benchmark)
    counted = own.group_by("region_code").agg(
        n=pl.len(),
        buyers=pl.col("buyer_id").n_unique(),
        cents=pl.col("amount_pen_cents").sum(),
        mean=pl.col("score").mean(),
    )
    both = rows.join(counted, on="region_code", how="left")
    assert both.height == 26
    for r in both.iter_rows(named=True):
        assert (r["n_processes"], r["n_buyers"], round(r["amount_pen"] * 100)) == (r["n"], r["buyers"], r["cents"])
        assert r["crude"] == pytest.approx(r["mean"], abs=0.001)


def test_drivers_are_those_of_the_flags(published, benchmark, own):
    said, _ = headline(benchmark)
    flags = pl.read_parquet(published / "current" / "flags.parquet").unique(["process_id", "indicator"])
    raised = flags.join(own.select("process_id", "region_code"), on="process_id")
    counted = {(r, i): n for r, i, n in raised.group_by("region_code", "indicator").len().iter_rows()}
    drivers = pl.read_parquet(benchmark / "data" / "drivers.parquet").filter(scope=said["scope"], period=said["period"])
    assert {
        (d["region_code"], d["indicator"]): d["raised"] for d in drivers.iter_rows(named=True) if d["raised"]
    } == counted


def test_every_sheet_is_one_page_with_its_figures(benchmark):
    _, rows = headline(benchmark)
    for r in rows.iter_rows(named=True):
        (page,) = pypdf.PdfReader(benchmark / "hojas" / f"{r['region_code']}.pdf").pages
        text = " ".join(page.extract_text().split())
        assert REGIONS[r["region_code"]] in text
        assert f"intervalo de 95 %: {r['score_low']:.1f} a {r['score_high']:.1f}" in text
        assert f"{words.count(r['n_processes'], 'proceso', 'procesos')} de" in text
        assert "(2 de 12 meses con registros)" in text


def test_nobody_is_named(benchmark):
    """No RUC of a natural person, and no winner's or committee member's name, in anything that is published."""
    for path in sorted(benchmark.rglob("*")):
        if path.suffix in (".html", ".svg", ".md", ".csv", ".json"):
            text = path.read_text(encoding="utf-8")
            assert not [
                w for w in text.replace(",", " ").split() if w.isdigit() and len(w) == 11 and w.startswith("10")
            ]
