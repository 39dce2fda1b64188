"""Where the packaged data are found, and how tables that people edit are read."""

import hashlib

import pytest

from procrisk import resources
from procrisk.errors import InputMissingError, UsageError
from procrisk.resources import data_dir, file_sha256, read_rows
from tests.conftest import ROOT


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """The package as if it stood in `tmp_path/src/procrisk`."""
    package = tmp_path / "src" / "procrisk"
    package.mkdir(parents=True)
    monkeypatch.setattr(resources, "_PACKAGE", package)
    data_dir.cache_clear()
    yield package
    data_dir.cache_clear()


def _catalogue(folder):
    folder.mkdir(parents=True)
    (folder / "osce_81_risks.csv").write_text("id\n", encoding="utf-8")
    return folder


def test_checkout():
    assert data_dir("risk_catalogue") == ROOT / "risk_catalogue"


def test_top_of_a_checkout_is_found(elsewhere):
    top = _catalogue(elsewhere.parents[1] / "risk_catalogue")
    assert data_dir("risk_catalogue") == top


def test_a_wheels_own_copy_wins(elsewhere):
    _catalogue(elsewhere.parents[1] / "risk_catalogue")
    own = _catalogue(elsewhere / "_data" / "risk_catalogue")
    assert data_dir("risk_catalogue") == own


def test_a_namesake_without_the_catalogue_is_passed_over(elsewhere):
    (elsewhere / "_data" / "risk_catalogue").mkdir(parents=True)
    with pytest.raises(InputMissingError, match=r"risk_catalogue is missing.*install"):
        data_dir("risk_catalogue")


def test_models(elsewhere):
    (elsewhere.parents[1] / "models").mkdir()
    assert data_dir("models") == elsewhere.parents[1] / "models"


def test_unknown_folder():
    with pytest.raises(UsageError, match="known: models, risk_catalogue"):
        data_dir("secrets")


def test_wheel_carries_both_folders():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for name in resources.FOLDERS:
        assert f'"{name}" = "procrisk/_data/{name}"' in text


def test_file_sha256(tmp_path):
    (tmp_path / "f").write_bytes(b"abc")
    assert file_sha256(tmp_path / "f") == hashlib.sha256(b"abc").hexdigest()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1\n", r"t\.csv, line 2: 1 cells, should be 2"),
        ("a,b\n1,2,3\n", "line 2: 3 cells"),
        ("a,c\n1,2\n", r"line 1.*missing: \['b'\]; unknown: \['c'\]"),
        ("", "line 1"),
        ('a,b\n1,"2\n', "is not a CSV"),
    ],
)
def test_read_rows_refuses(tmp_path, text, message):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        read_rows(path, ["a", "b"])


def test_read_rows_refuses_another_encoding(tmp_path):
    (tmp_path / "t.csv").write_bytes("a,b\né,1\n".encode("latin-1"))
    with pytest.raises(UsageError, match="UTF-8"):
        read_rows(tmp_path / "t.csv", ["a", "b"])


def test_read_rows_missing(tmp_path):
    with pytest.raises(InputMissingError, match="does not exist"):
        read_rows(tmp_path / "t.csv", ["a"])


def test_read_rows_knows_its_lines(tmp_path):
    (tmp_path / "t.csv").write_text('\ufeffa,b\n 1 ,"x\ny"\n\n2,z\n', encoding="utf-8")
    rows = read_rows(tmp_path / "t.csv", ["a", "b"])
    assert [(r.line, r["a"], r["b"]) for r in rows] == [(3, "1", "x\ny"), (5, "2", "z")]
    with pytest.raises(UsageError, match=r"t\.csv, line 5, column b: should be one of x, y \(found 'z'\)"):
        rows[1].choose("b", ("x", "y"))


def test_lists_are_closed_and_without_repeats(tmp_path):
    (tmp_path / "t.csv").write_text("a\nx; y\nx;x\nx;q\n", encoding="utf-8")
    good, twice, unknown = read_rows(tmp_path / "t.csv", ["a"])
    assert good.several("a", ("x", "y")) == ["x", "y"]
    with pytest.raises(UsageError, match="twice"):
        twice.several("a", ("x", "y"))
    with pytest.raises(UsageError, match="q is unknown"):
        unknown.several("a", ("x", "y"))
