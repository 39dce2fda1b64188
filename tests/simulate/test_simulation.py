"""The simulation as a whole: determinism, marks, readers that accept it, independence of what it tests."""

import ast
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from procrisk.errors import UsageError
from procrisk.records import tabular
from procrisk.records.ingest import ingest
from procrisk.simulate import simulate

SOURCES = sorted((Path(__file__).parents[2] / "src" / "procrisk" / "simulate").glob("*.py"))
RUN = (
    "import sys; from pathlib import Path; from procrisk.simulate import simulate; simulate(Path(sys.argv[1]), 700, 5)"
)


def digest(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_same_arguments_give_the_same_bytes_in_any_zone_locale_and_number_of_threads(tmp_path):
    simulate(tmp_path / "here", 700, 5)
    there = {**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C", "POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "4"}
    subprocess.run([sys.executable, "-c", RUN, str(tmp_path / "there")], env=there, cwd=tmp_path, check=True)
    assert digest(tmp_path / "here") == digest(tmp_path / "there")


def test_another_seed_gives_another_country(tmp_path):
    simulate(tmp_path / "a", 300, 5)
    simulate(tmp_path / "b", 300, 6)
    a, b = digest(tmp_path / "a"), digest(tmp_path / "b")
    assert a.keys() == b.keys()
    assert not {name for name in a if a[name] == b[name]}


@pytest.mark.parametrize("processes", [1, 2, 40, 250])
def test_a_small_simulation_is_complete(tmp_path, processes):
    made = simulate(tmp_path, processes, 3)
    assert made.processes == processes
    assert len(digest(tmp_path)) >= 17
    assert made.ocds_lines == sum(len(p.read_bytes().splitlines()) for p in tmp_path.glob("ocds/*.jsonl"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"processes": 0}, "0 processes"),
        ({"seed": -1}, "seed -1"),
        ({"years": ()}, "years"),
        ({"years": (1999,)}, "1999"),
        ({"strength": 1.2}, "1.2"),
        ({"scheme_rate": 0.9}, "0.9"),
    ],
)
def test_an_argument_out_of_range_is_named(tmp_path, wrong, said):
    arguments = {"processes": 10, "seed": 1, **wrong}
    with pytest.raises(UsageError, match=said):
        simulate(tmp_path, **arguments)


def test_a_later_simulation_replaces_an_earlier_one_and_nothing_else(tmp_path):
    simulate(tmp_path / "out", 60, 3, years=(2019, 2020))
    simulate(tmp_path / "out", 60, 3)
    simulate(tmp_path / "fresh", 60, 3)
    assert digest(tmp_path / "out") == digest(tmp_path / "fresh")
    real = tmp_path / "real" / "ocds" / "compiled-2021.jsonl"
    real.parent.mkdir(parents=True)
    real.write_text("{}\n")
    with pytest.raises(UsageError, match="SIMULADO"):
        simulate(tmp_path / "real", 60, 3)
    assert real.read_text() == "{}\n"


def test_it_says_that_it_is_simulated(country, releases, awards):
    notice = (country / "SIMULADO.txt").read_text(encoding="utf-8")
    assert "NO SON REALES" in notice
    assert "NOT REAL" in notice
    names = {p["name"] for r in releases for p in r["parties"]} | set(awards["PROVEEDOR"])
    assert not [name for name in names if "SIMULAD" not in name]


def test_the_readers_accept_every_table(country):
    for path in sorted([*country.glob("co*/*.csv"), *country.glob("context/*.txt")]):
        data = path.read_bytes()
        kind = tabular.recognise(data[:8192])
        assert kind is not None, path.name
        chunks = list(tabular.read(data, kind, set()))
        assert not [r for chunk in chunks for r in chunk.refusals][:3], path.name
        assert sum(len(chunk.keys) for chunk in chunks) == data.count(b"\n") - 1, path.name


def test_the_lake_takes_everything_but_the_planted_mistakes(country, truth, tmp_path):
    found = ingest([country / "ocds", country / "conosce"], [country / "context"], tmp_path / "lake")
    wrong = {i["process_ids"][0] for i in truth if i["variant"] == "swapped_dates"}
    refused = found.quarantine
    assert refused.height <= len(wrong)
    kinds = {row["kind"] for row in found.inputs}
    assert "ocds" in kinds
    assert len(kinds) == 25
    assert sum(row["counts"]["duplicate"] for row in found.inputs if row["kind"] == "ocds") >= 1
    processes = found.dataset.tables["processes"]
    assert processes.height > 5_900
    assert processes["region_code"].null_count() == 0
    assert processes["region_code"].n_unique() == 26


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return names | {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.stem)
def test_it_shares_nothing_with_what_it_tests(path):
    own = {name for name in imported(path) if name.startswith("procrisk")}
    assert not {n for n in own if n != "procrisk.errors" and not n.startswith("procrisk.simulate")}
    assert "legal_parameters" not in path.read_text(encoding="utf-8")
