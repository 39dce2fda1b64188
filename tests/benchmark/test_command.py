"""The benchmark is a publication like the nightly one: same inputs same bytes, held when something is wrong, never half there."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.conftest import ROOT

from procrisk import pipeline
from procrisk.benchmark import command
from procrisk.errors import GateFailedError, InputMissingError, LockedError, UsageError
from procrisk.indices import simulate as forms
from procrisk.publication import store
from procrisk.publication.verify import verify
from procrisk.settings import Gate, Scores, Settings
from procrisk.simulate import simulate

FEW = Settings(scores=Scores(replicates=40))


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    simulate(folder, 160, 11, years=(2022,))
    return folder


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return forms.write(tmp_path_factory.mktemp("forms"), "DS148-2024", ["2022"], 1)


def request(records, out, **changed):
    sources = [records / "conosce", records / "ocds"]
    asked = pipeline.Request(sources, out, context=[records / "context"], settings=FEW, command="benchmark")
    return replace(asked, **changed)


@pytest.fixture(scope="module")
def published(records, filled, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    version, outcome = command.run(request(records, out), filled, quick=True)
    assert outcome == "published"
    return out, version


def test_it_verifies_and_a_second_run_finds_nothing_new(records, filled, published):
    out, version = published
    assert verify(out / "benchmark") == []
    assert command.run(request(records, out), filled, quick=True) == (version, "nothing new")
    # where no night was published, DIR is no publication and does not look like one
    assert not (out / "versions").exists()
    assert not (out / "current").exists()


def test_every_file_is_there(published):
    names = {o["name"] for o in manifest(published)["outputs"]}
    assert {"index.html", "metodo.md", "diccionario.md", "datapackage.json", "dashboard.json"} <= names
    assert sum(n.startswith("hojas/") and n.endswith(".pdf") for n in names) == 26
    assert sum(n.startswith("hojas/") and n.endswith(".html") for n in names) == 26
    assert sum(n.startswith("figures/") for n in names) == 5 + 3 * 26
    index = (published[0] / "benchmark" / "current" / "index.html").read_text(encoding="utf-8")
    linked = {part.split('"')[0] for part in index.split('href="')[1:]}
    assert linked <= names


def manifest(published):
    return json.loads((published[0] / "benchmark" / "current" / "manifest.json").read_text(encoding="utf-8"))


def test_the_manifest_names_the_nightly_version_that_the_same_inputs_give(records, published, tmp_path):
    night, _ = pipeline.run(request(records, tmp_path))
    said = manifest(published)
    assert said["nightly"] == night
    assert said["simulated"] is True
    assert [f["name"] for f in said["forms"]] == ["SIMULADO_CRAPI_2022.csv", "SIMULADO_RIFI_2022.csv"]
    assert "SIMULAD" in (published[0] / "benchmark" / "current" / "hojas" / "08.html").read_text(encoding="utf-8")


def test_same_bytes_whatever_the_surroundings(records, filled, published, tmp_path):
    """Another folder, language, time zone, number of threads, order of the arguments: the same id, which is a hash of all."""
    settings = tmp_path / "s.toml"
    settings.write_text("[scores]\nreplicates = 40\n")
    arguments = [
        records / "ocds",
        records / "conosce",
        "--context",
        records / "context",
        "--settings",
        settings,
        "--quick",
    ]
    for form in reversed(filled):
        arguments += ["--forms", form]
    environment = {**os.environ, "POLARS_MAX_THREADS": "2", "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-m", "procrisk", "benchmark", *map(str, arguments), "--out", "there"],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert published[1] in done.stdout
    assert store.current(tmp_path / "there" / "benchmark") == published[1]


def test_a_broken_form_holds_nothing_up_and_is_told(records, filled, published, tmp_path):
    (tmp_path / "roto.xlsx").write_bytes(b"PK\x03\x04nothing")
    shutil.copytree(published[0], tmp_path / "out", symlinks=True)
    asked = request(records, tmp_path / "out")
    command.run(asked, [*filled, tmp_path / "roto.xlsx"], quick=True)
    faults = pl.read_parquet(tmp_path / "out" / "benchmark" / "current" / "data" / "form_faults.parquet")
    assert faults.filter(row=0).select("file", "code").rows() == [("roto.xlsx", "no_workbook")]
    note = (tmp_path / "out" / "benchmark" / "current" / "metodo.md").read_text(encoding="utf-8")
    assert "- roto.xlsx: el libro no se puede abrir" in note
    index = (tmp_path / "out" / "benchmark" / "current" / "index.html").read_text(encoding="utf-8")
    assert "CON RESPUESTAS SIMULADAS" in index or "SIMULADO" in index
    assert "no es un orden de puestos" in index
    assert "propuesta nuestra" in index


def test_what_a_check_refuses_is_not_published(records, filled, published):
    out, version = published
    strict = replace(FEW, gate=Gate(max_null={"amount_pen": -1.0}, shares_min=0))
    with pytest.raises(GateFailedError, match="null_rate:amount_pen"):
        command.run(request(records, out, settings=strict), filled, quick=True)
    assert store.current(out / "benchmark") == version
    assert verify(out / "benchmark") == []
    assert not list(out.glob("**/.tmp-*"))


def test_a_volume_that_moved_is_held_until_somebody_says_why(records, published, tmp_path):
    out, version = tmp_path / "out", published[1]
    shutil.copytree(published[0], out, symlinks=True)
    strict = replace(FEW, gate=Gate(volume_min=1, volume_low=0.99, volume_high=1.01))
    half = request(records, out, sources=[records / "conosce"], settings=strict)
    with pytest.raises(GateFailedError, match=r"volume:.*in the last publication"):
        command.run(half, quick=True)
    assert store.current(out / "benchmark") == version
    after, _ = command.run(replace(half, accept_drift="solo una fuente"), quick=True)
    line = json.loads((out / "benchmark" / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert (line["accepted_reason"], line["previous"], line["version"]) == ("solo una fuente", version, after)
    assert verify(out / "benchmark") == []


def test_a_form_that_is_not_there_and_a_lock_that_is_held(records, published, tmp_path):
    out, version = published
    with pytest.raises(InputMissingError, match=r"nowhere\.csv"):
        command.run(request(records, out), [tmp_path / "nowhere.csv"])
    with store.lock(out / "benchmark"), pytest.raises(LockedError):
        command.run(request(records, out))
    assert store.current(out / "benchmark") == version


def test_records_without_a_region_have_nothing_to_compare(tmp_path):
    release = {
        "ocid": "ocds-x-1",
        "id": "1",
        "date": "2022-01-01T00:00:00Z",
        "tag": ["compiled"],
        "initiationType": "tender",
        "buyer": {"id": "X", "name": "A buyer elsewhere"},
        "tender": {"id": "1", "title": "Things"},
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(release) + "\n")
    with pytest.raises(UsageError, match="nothing to compare"):
        command.run(pipeline.Request([tmp_path / "a.jsonl"], tmp_path / "out", settings=FEW))


def test_what_could_not_be_seen_adds_up_to_what_the_scores_say(published):
    """Two ways to the same figure: per reason from the indicators' codes, and the share in the table of scores."""
    data = published[0] / "benchmark" / "current" / "data"
    said = pl.read_parquet(data / "scores.parquet").filter(
        (pl.col("part") == "all") & (pl.col("weighting") == "count") & (pl.col("n_processes") > 0)
    )
    summed = (
        pl.read_parquet(data / "unseen.parquet").group_by("region_code", "scope", "period").agg(pl.col("share").sum())
    )
    both = said.join(summed, on=["region_code", "scope", "period"], how="inner")
    assert both.height > 40
    assert (both["share"] + both["share_evaluable"] - 1).abs().max() < 1e-5


def test_a_sheet_can_be_defended_line_by_line(published):
    """The numbers of the page are those of the table behind it."""
    folder = Path(published[0]) / "benchmark" / "current"
    said = manifest(published)
    rows = pl.read_parquet(folder / "data" / "scores.parquet").filter(
        (pl.col("scope") == said["scope"])
        & (pl.col("period") == said["period"])
        & (pl.col("part") == "all")
        & (pl.col("weighting") == "count")
    )
    for r in rows.iter_rows(named=True):
        page = (folder / "hojas" / f"{r['region_code']}.html").read_text(encoding="utf-8")
        if r["score"] is None:
            assert "Sin datos no es sin riesgo" in page
            continue
        assert f'<span class="score">{r["score"]:.1f}</span>' in page
        assert f"{r['score_low']:.1f} a {r['score_high']:.1f}" in page
