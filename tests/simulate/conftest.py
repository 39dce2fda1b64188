"""One simulated country for the tests that read it, and its tables."""

import json
from pathlib import Path

import polars as pl
import pytest

from procrisk.simulate import simulate

PROCESSES = 6_000


@pytest.fixture(scope="session")
def country(tmp_path_factory):
    out = tmp_path_factory.mktemp("country")
    simulate(out, PROCESSES, 11, strength=0.9)
    return out


def table(out: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(next(out.glob(f"conosce/*_{name}_SIMULADO.csv")), infer_schema_length=0, encoding="utf8")


@pytest.fixture(scope="session")
def releases(country):
    return [
        json.loads(line)
        for path in sorted((country / "ocds").glob("compiled-*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


@pytest.fixture(scope="session")
def others(country):
    """Releases of the second publisher."""
    lines = (country / "ocds" / "otro_publicador_SIMULADO.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="session")
def awards(country):
    return table(country, "ADJUDICACIONES")


@pytest.fixture(scope="session")
def truth(country):
    return json.loads((country / "truth.json").read_text(encoding="utf-8"))
