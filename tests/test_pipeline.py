"""The whole job: real records and simulated ones go in at one end, a version that verifies comes out at the other."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from procrisk import pipeline
from procrisk.errors import GateFailedError
from procrisk.publication import log, store
from procrisk.publication.verify import verify
from procrisk.settings import Settings
from procrisk.simulate import simulate
from tests.conftest import ROOT

CHECK = ROOT.parent / "shared" / "tools" / "check_publication.py"


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """A small simulated country: OCDS, CONOSCE and registers."""
    folder = tmp_path_factory.mktemp("records")
    simulate(folder, 400, 7)
    return folder


def request(records, out, **changes):
    return pipeline.Request(
        **{"sources": [records / "ocds", records / "conosce"], "context": [records / "context"], "out": out, **changes}
    )


@pytest.fixture(scope="module")
def published(records, tmp_path_factory):
    out = tmp_path_factory.mktemp("published") / "out"
    version, outcome = pipeline.run(request(records, out))
    assert outcome == "published"
    return out, version


def test_version_verifies(published):
    out, version = published
    assert verify(out) == []
    assert store.current(out) == version


def test_fixed_layout(published):
    if not CHECK.exists():
        pytest.skip("the check of the fixed layout (../shared/tools) is absent")
    made = subprocess.run([sys.executable, CHECK, published[0]], capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr


def test_simulated_records_say_so(published):
    out, _ = published
    assert pipeline.manifest(out)["simulated"] is True
    assert "DATOS SIMULADOS" in (out / "current" / "report.html").read_text()


def test_twenty_six_regions_in_every_scope_and_period(published):
    regions = pl.read_parquet(published[0] / "current" / "regions.parquet")
    counts = regions.group_by("scope", "period").agg(pl.col("region_code").n_unique(), pl.len())
    assert set(counts["region_code"]) == {26}
    assert set(counts["len"]) == {26}


def test_nothing_new_publishes_nothing(published, records):
    out, version = published
    before = sorted(p.name for p in (out / "versions").iterdir())
    assert pipeline.run(request(records, out)) == (version, "nothing new")
    assert sorted(p.name for p in (out / "versions").iterdir()) == before


def test_without_lake_and_memory_the_same_version_comes_out(published, records, tmp_path):
    out, version = published
    copy = tmp_path / "elsewhere"
    shutil.copytree(out, copy, symlinks=True)
    shutil.rmtree(copy / "lake")
    assert pipeline.run(request(records, copy))[0] == version


def test_another_threshold_is_another_version(published, records, tmp_path):
    found = pl.read_parquet(published[0] / "current" / "flags.parquet")["indicator"].unique().sort().to_list()
    from procrisk.indicators import INDICATORS

    id_, parameter = next((i, p) for i in found for p in INDICATORS[i].params)
    changed = Settings(thresholds={id_: {parameter: INDICATORS[id_].params[parameter] * 2}})
    version, _ = pipeline.run(request(records, tmp_path / "out", settings=changed))
    assert version != published[1]


def test_half_the_records_are_held_until_accepted(published, records, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(published[0], out, symlinks=True)
    few = tmp_path / "few"
    few.mkdir()
    for path in (records / "ocds").glob("*.jsonl"):
        lines = path.read_text().splitlines(keepends=True)
        (few / path.name).write_text("".join(lines[: len(lines) // 4]))
    asked = request(records, out, sources=[few])
    with pytest.raises(GateFailedError, match="volume"):
        pipeline.run(asked)
    assert store.current(out) == published[1]
    assert not list((out / "versions").glob(".tmp-*"))
    version, _ = pipeline.run(request(records, out, sources=[few], accept_drift="solo un trimestre"))
    assert store.current(out) == version
    assert "solo un trimestre" in (out / "log.jsonl").read_text()
    assert log.problems(log.read(out), version) == []


VARIANTS = {
    "another zone and locale": {"TZ": "Asia/Tokyo", "LC_ALL": "es_PE.UTF-8", "LANG": "es_PE.UTF-8"},
    "C locale, one thread": {
        "TZ": "America/Lima",
        "LC_ALL": "C",
        "POLARS_MAX_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "1",
    },
}


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_same_bytes_elsewhere(published, records, tmp_path, variant):
    """Another zone, locale, number of threads, working folder, place of the inputs and order of the files."""
    moved = tmp_path / "moved"
    shutil.copytree(records, moved)
    files = sorted(p for folder in ("ocds", "conosce") for p in (moved / folder).iterdir())
    command = [
        sys.executable,
        "-m",
        "procrisk",
        "run",
        *map(str, reversed(files)),
        "--context",
        "moved/context",
        "--out",
        "out",
    ]
    made = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **VARIANTS[variant]}, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    assert store.current(tmp_path / "out") == published[1]


@pytest.fixture(scope="module")
def real(shared_data, tmp_path_factory):
    out = tmp_path_factory.mktemp("real") / "out"
    asked = pipeline.Request(
        sources=[shared_data / "conosce", shared_data / "emergency_2020"],
        context=[shared_data / "entities", shared_data / "sanctions"],
        out=out,
    )
    pipeline.run(asked)
    return out


def test_real_records_publish_a_version_that_verifies(real):
    assert verify(real) == []
    made = subprocess.run([sys.executable, CHECK, real, "--real"], capture_output=True, text=True)
    assert made.returncode == 0, made.stdout


def test_no_natural_person_in_anything_public(real):
    import re

    person = re.compile(rb"(?<!\d)10\d{9}(?!\d)")
    for path in (real / "current").iterdir():
        if path.suffix in (".csv", ".json", ".html"):
            assert not person.search(path.read_bytes()), path.name
        elif path.suffix == ".parquet":
            frame = pl.read_parquet(path)
            for name, dtype in frame.schema.items():
                column = frame[name].list.join(" ") if dtype == pl.List(pl.String) else frame[name]
                # keys and hashes are hexadecimal: digits among them are no RUC
                if column.dtype == pl.String and name not in ("key", "sha256", "raw"):
                    assert not column.str.contains(r"\b10\d{9}\b").any(), f"{path.name}: {name}"


def test_explain_reads_from_the_record_to_the_sentence(real):
    from procrisk.publication.explain import explain

    flags = pl.read_parquet(real / "current" / "flags.parquet")
    process = flags["process_id"][0]
    text = explain(Path(real), process)
    assert flags.filter(pl.col("process_id") == process)["sentence_es"][0] in text
    assert "nunca una acusación" in text
    assert "Registros de origen" in text
