"""Both layouts say the same, and every mistake is named with its file, line and column."""

import csv
import tomllib

import pytest
from tests.composite import small
from tests.conftest import ROOT

from procrisk.composite.build import build
from procrisk.composite.files import read_data, read_framework
from procrisk.composite.framework import INDICATOR_COLUMNS, STRUCTURE_COLUMNS
from procrisk.errors import InputMissingError, UsageError


@pytest.fixture
def toml(tmp_path):
    path = tmp_path / "framework.toml"
    path.write_text(small.TOML, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path):
    """The same framework as a folder of tables."""
    told = tomllib.loads(small.TOML)
    for name, columns in (("indicators", INDICATOR_COLUMNS), ("structure", STRUCTURE_COLUMNS)):
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as f:
            writer = csv.writer(f)
            writer.writerow(columns)
            writer.writerows([[row.get(c, "") for c in columns] for row in told[name]])
    (tmp_path / "method.toml").write_text("[method]\nscale = [1, 100]\n", encoding="utf-8")
    return tmp_path


def data(tmp_path, text=small.CSV):
    path = tmp_path / "data.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_two_layouts_are_one_framework(toml, folder, tmp_path):
    (f, m), (g, n) = read_framework(toml), read_framework(folder)
    assert m == n
    units = read_data(data(tmp_path), f)
    assert build(f, units, m).aggregated.equals(build(g, units, n).aggregated, null_equal=True)
    assert f.groups[-1].aggregation == "geometric"
    assert f.by_id["datos"].denominator == "poblacion"
    assert f.leaves("indice") == ("plazo", "unico", "datos", "quejas")


def test_the_framework_of_the_page_is_one(tmp_path):
    page = (ROOT / "docs" / "composite.md").read_text(encoding="utf-8")
    (tmp_path / "page.toml").write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    framework, method = read_framework(tmp_path / "page.toml")
    assert framework.top == "indice"
    assert method.scale == (1, 100)


def test_shares_add_up_to_the_index(toml):
    f, _ = read_framework(toml)
    shares = f.shares(f.weights)
    assert sum(shares[i] for i in f.ids) == pytest.approx(1)
    assert shares["plazo"] == pytest.approx(2 / 3 * 2 / 3)
    assert shares["datos"] == pytest.approx(1 / 3 * 1 / 2)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('direction = -1\nparent = "competencia"', 'direction = 0\nparent = "competencia"', r"framework.toml, line 9, column direction: should be one of 1, -1 \(found '0'\)"),
        ("weight = 2", "weight = -2", r"line 1, column weight: should not be below 0"),
        ("weight = 2", 'weight = "mucho"', r"line 1, column weight: should be a number"),
        ('name_es = "Quejas"\n', "", "line 26, column name_es: should not be empty"),
        ('name_es = "Quejas"\n', 'nombre = "Quejas"\n', "line 26: nombre is unknown; known: id, name_es"),
        ('parent = "transparencia"\ndenominator', 'parent = "transparenca"\ndenominator', "line 18: datos: its parent 'transparenca' is not a row"),
        ('id = "quejas"', 'id = "datos"', "line 26: the id datos was given before .*line 18"),
        ("level = 3", "level = 2", "line 33: competencia stands on level 2: its parent indice .level 2. has to stand above"),
        ("level = 3", "level = 1", "line 49, column level: should be a whole number from 2 on"),
        ("least_known = 0.75", "least_known = 75", "line 40, column least_known: should be a share"),
        ('aggregation = "geometric"', 'aggregation = "copeland"', "line 49, column aggregation: should be one of arithmetic"),
        ("goalpost_high = 100", "goalpost_high = -1", "line 9: unico: give both goalposts, the low one below"),
        ("goalpost_high = 100", "", "line 9: unico: give both goalposts"),
        ("level = 3\n", 'level = 3\nparent = "otro"\n', r"has no parent, the index \(found none\)"),
        ("scale = [1, 100]", "scale = [100, 1]", "framework.toml, method, scale: the bottom stands below the top"),
        ("scale = [1, 100]", "escala = [1, 100]", "escala is unknown; known: aggregation, fallback"),
        ("scale = [1, 100]", 'winmax = "5"', "winmax: cannot be '5'"),
        ("scale = [1, 100]", 'impute = "zero"', "impute: should be one of 'none', 'mean', 'median', 'worst'"),
        ("[method]", "[metodo]", "metodo is unknown; known: indicators, structure, method"),
        ("weight = 2", "weight = = 2", "is not TOML"),
    ],
)  # fmt: skip
def test_a_framework_that_cannot_be(toml, old, new, says):
    assert small.TOML.count(old) == 1
    toml.write_text(small.TOML.replace(old, new), encoding="utf-8")
    with pytest.raises(UsageError, match=says):
        read_framework(toml)


def test_a_group_needs_something_with_a_weight(folder):
    path = folder / "indicators.csv"
    path.write_text(
        path.read_text(encoding="utf-8")
        .replace(",2,competencia", ",0,competencia")
        .replace(",,competencia", ",0,competencia"),
        encoding="utf-8",
    )
    with pytest.raises(UsageError, match=r"structure.csv, line 2: competencia: nothing with a weight"):
        read_framework(folder)


def test_lines_of_tables_are_named(folder):
    path = folder / "indicators.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("unico,Postor único,Single bid,-1", "unico,Postor único,Single bid,2"),
        encoding="utf-8",
    )
    with pytest.raises(UsageError, match=r"indicators\.csv, line 3, column direction"):
        read_framework(folder)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("B,Beta,norte,20", "B,Beta,norte,20x", r"data.csv, line 3, column plazo: should be a number, with a point for decimals \(found '20x'\)"),
        ("B,Beta,norte,20,", "B,Beta,norte,inf,", "line 3, column plazo: should be a number"),
        ("B,Beta", "A,Beta", r"line 3, column unit: a unit has a name of its own \(line 2\)"),
        ("B,Beta", ",Beta", "line 3, column unit"),
        (",poblacion\n", ",gente\n", "line 1: columns are missing: poblacion"),
        (",quejas,", ",datos,", "line 1: a column comes twice"),
        ("9,35\n", "9\n", "line 6: 7 cells, should be 8"),
    ],
)  # fmt: skip
def test_data_that_cannot_be(toml, tmp_path, old, new, says):
    framework, _ = read_framework(toml)
    assert old in small.CSV
    with pytest.raises(UsageError, match=says):
        read_data(data(tmp_path, small.CSV.replace(old, new)), framework)


def test_what_is_not_known_is_no_zero(toml, tmp_path):
    framework, method = read_framework(toml)
    built = build(framework, read_data(data(tmp_path), framework), method)
    assert built.raw["unico"].null_count() == 1
    assert built.denominated.filter(built.data["unit"] == "A")["datos"].item() == 3
    # one of two known is below the three quarters asked for: no pillar, and the index is the other pillar
    b = built.aggregated.filter(built.data["unit"] == "B")
    assert b["transparencia"].item() is None
    assert b["indice"].item() == pytest.approx(b["competencia"].item())


def test_a_missing_file_is_said(tmp_path):
    for path in (tmp_path / "no.toml", tmp_path / "no.csv", tmp_path):
        with pytest.raises(InputMissingError, match="does not exist"):
            read_framework(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "neither COINr's iMeta .* nor its IndMeta .* TOML"),
        (
            "Level,iCode,iName,Direction,Weight,Parent,Type\n1,x,X,3,1,y,Indicator\n",
            "line 2, column Direction: should be 1 or -1",
        ),
        (
            "Level,iCode,iName,Direction,Weight,Parent,Type\n1,x,X,1,,y,Indicator\n",
            "line 2, column Weight: should be a number",
        ),
    ],
)
def test_the_tables_of_the_peer_are_checked_too(tmp_path, text, says):
    path = tmp_path / "iMeta.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=says):
        read_framework(path)
