"""The command writes every stage; the same command writes the same bytes."""

import polars as pl
import pytest
from tests.composite import asem, small

from procrisk.composite.__main__ import main

TABLES = ["raw", "denominated", "imputed", "treated", "normalised", "aggregated", "ranks", "treatment", "known"]
TABLES += ["checks", "weights", "without_each", "profiles", "goalposts"]


@pytest.fixture
def files(tmp_path):
    (tmp_path / "f.toml").write_text(small.TOML, encoding="utf-8")
    (tmp_path / "d.csv").write_text(small.CSV, encoding="utf-8")
    return [str(tmp_path / "f.toml"), str(tmp_path / "d.csv")]


def test_a_small_framework(files, tmp_path, capsys):
    out = tmp_path / "out"
    assert main([*files, "--out", str(out), "--uncertainty", "30", "--sensitivity", "10"]) == 0
    assert "18 files" in capsys.readouterr().out
    assert {p.name for p in out.iterdir()} == {f"{t}.csv" for t in [*TABLES, "rank_intervals", "sensitivity"]} | {
        "method.md",
        "profiles.md",
    }
    ranks = pl.read_csv(out / "ranks.csv")
    assert ranks["unit"].to_list() == list("ABCDEF")
    assert sorted(ranks["indice"].to_list()) == [1, 2, 3, 4, 5, 6]
    note = (out / "method.md").read_text(encoding="utf-8")
    assert note.startswith("# Nota de método: Índice\n\n- 6 unidades, 4 indicadores, 3 grupos; 1 indicadores")
    assert "# Method note: Index" in note
    assert "media geométrica (Índice)" in note
    assert "# Épsilon" in (out / "profiles.md").read_text(encoding="utf-8")


def test_the_same_bytes_twice_and_whatever_the_order_of_rows(files, tmp_path):
    lines = small.CSV.splitlines()
    (tmp_path / "e.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n", encoding="utf-8")
    for name, data in (("one", files[1]), ("two", files[1]), ("three", str(tmp_path / "e.csv"))):
        assert main([files[0], data, "--out", str(tmp_path / name), "--sensitivity", "5", "--seed", "7"]) == 0
    for p in (tmp_path / "one").iterdir():
        assert p.read_bytes() == (tmp_path / "two" / p.name).read_bytes() == (tmp_path / "three" / p.name).read_bytes()


def test_a_mistake_is_told_and_nothing_is_written(files, tmp_path, capsys):
    (tmp_path / "d.csv").write_text(small.CSV.replace("Beta,norte,20", "Beta,norte,veinte"), encoding="utf-8")
    assert main([*files, "--out", str(tmp_path / "out")]) == 2
    assert "d.csv, line 3, column plazo" in capsys.readouterr().err
    assert main([files[0], str(tmp_path / "none.csv"), "--out", str(tmp_path / "out")]) == 5
    assert main([*files, "--out", str(tmp_path / "out"), "--sensitivity", "1"]) == 2
    assert not (tmp_path / "out").exists()


def test_the_peers_files(shared_data, tmp_path):
    folder, out = shared_data / asem.FOLDER, tmp_path / "out"
    method = tmp_path / "method.toml"
    method.write_text('[method]\nimpute = "mean"\nimpute_group = "EurAsia_group"\n', encoding="utf-8")
    arguments = [str(folder / "ASEM_iMeta.csv"), str(folder / "ASEM_iData.csv"), "--method", str(method)]
    assert main([*arguments, "--out", str(out), "--uncertainty", "20"]) == 0
    scores = dict(pl.read_csv(out / "aggregated.csv").select("unit", "Index").iter_rows())
    theirs = dict(asem.stage(shared_data, "Data_Aggregated").select("UnitCode", "Index").iter_rows())
    assert scores == pytest.approx(theirs, abs=1e-6)  # their stages begin with rounded data
    assert not (out / "sensitivity.csv").exists()
