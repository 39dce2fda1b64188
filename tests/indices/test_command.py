"""`python -m procrisk.indices`, as an operator runs it."""

import polars as pl
import pytest

from procrisk.indices.__main__ import main
from procrisk.indices.tables import KEYS, Procurement, tables
from procrisk.records.regions import REGIONS
from tests.indices.made import form, row


@pytest.fixture
def regions(tmp_path):
    """regions.parquet of a publication, of one scope."""
    frame = pl.DataFrame(
        {
            "region_code": list(REGIONS),
            "scope": "regional_government",
            "score": [5.0 + n for n in range(26)],
            "score_low": [4.0 + n for n in range(26)],
            "score_high": [6.0 + n for n in range(26)],
            "n_scored": 30,
            "share_evaluable": 0.2,
        }
    )
    both = [frame.with_columns(period=pl.lit(p)) for p in ("2025", "2025-01..2025-12")]
    pl.concat(both).write_parquet(tmp_path / "regions.parquet")
    return tmp_path / "regions.parquet"


def test_from_the_template_to_the_tables(tmp_path, capsys, regions):
    assert (
        main(["form", str(tmp_path / "new" / "f.xlsx"), "--index", "RIFI", "--region", "cusco", "--period", "2025"])
        == 0
    )
    assert main(["simulate", "--period", "2025", "--out", str(tmp_path / "s")]) == 0
    forms = [str(p) for p in sorted((tmp_path / "s").iterdir())]
    out = tmp_path / "out"
    given = [*forms, str(tmp_path / "new" / "f.xlsx"), "--out", str(out), "--regions", str(regions)]
    assert main(["score", *given]) == 0
    assert {p.name for p in out.iterdir()} == {f"{n}.{e}" for n in KEYS for e in ("csv", "parquet")}
    matrix = pl.read_parquet(out / "matrix.parquet")
    assert matrix.height == 26
    assert matrix["p_category"].drop_nulls().len() > 5
    assert "f.xlsx: 46 filas" in capsys.readouterr().out


def test_the_same_forms_give_the_same_bytes(tmp_path, regions):
    form(tmp_path / "a.csv", row(), row(ITEM="CRAPI-A2"))
    form(tmp_path / "b.csv", row(REGION="Puno"))
    a, b = str(tmp_path / "a.csv"), str(tmp_path / "b.csv")
    assert main(["score", a, b, "--out", str(tmp_path / "x"), "--regions", str(regions)]) == 0
    assert main(["score", b, a, "--out", str(tmp_path / "y"), "--regions", str(regions)]) == 0
    for path in (tmp_path / "x").iterdir():
        assert path.read_bytes() == (tmp_path / "y" / path.name).read_bytes()


def test_faults_are_told_on_the_screen_and_the_rest_is_scored(tmp_path, capsys):
    path = form(tmp_path / "a.csv", row(), row(ITEM="CRAPI-B2", RESPUESTA="85"))
    assert main(["score", str(path), "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr()
    assert "a.csv, fila 3, columna RESPUESTA: 85 es mayor que 1" in told.err
    assert "2 filas · rows = 1 aceptadas · accepted + 1 en cuarentena" in told.out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["form", "{t}/f.xlsx", "--index", "RIFI", "--region", "Lima", "--period", "2025"], 2, "no es una región"),
        (["form", "{t}/f.xlsx", "--index", "RIFI", "--region", "Cusco", "--period", "25"], 2, "no es un periodo"),
        (["form", "{t}/regions.parquet", "--index", "RIFI", "--region", "08", "--period", "2025"], 2, "ya existe"),
        (["score", "{t}/nix.csv", "--out", "{t}/out"], 5, "revise la ruta"),
        (["associate", "--regions", "{t}/nix.parquet"], 5, "no existe"),
        (["associate", "--regions", "{t}/regions.parquet", "--scope", "moon"], 2, "regional_government"),
        (["associate", "--regions", "{t}/regions.parquet", "--risk-period", "1999"], 2, "2025-01..2025-12"),
    ],
)
def test_what_cannot_be_done_is_told_with_its_exit_code(tmp_path, capsys, regions, arguments, code, told):
    assert main([a.format(t=tmp_path) for a in arguments]) == code
    assert told in capsys.readouterr().err


def test_forms_without_one_good_answer_end_in_an_error_and_leave_the_reasons(tmp_path, capsys):
    path = form(tmp_path / "a.csv", row(RESPUESTA="quizá"))
    assert main(["score", str(path), "--out", str(tmp_path / "out")]) == 5
    assert "quizá" in (tmp_path / "out" / "quarantine.csv").read_text(encoding="utf-8")
    assert main(["score", str(path), "--out", str(tmp_path / "out")]) == 2
    assert "no está vacía" in capsys.readouterr().err


def test_a_broken_form_stops_nothing_else_and_is_told(tmp_path, capsys):
    (tmp_path / "roto.xlsx").write_bytes(b"PK\x03\x04nothing")
    assert (
        main(
            ["score", str(tmp_path / "roto.xlsx"), str(form(tmp_path / "a.csv", row())), "--out", str(tmp_path / "out")]
        )
        == 0
    )
    assert "roto.xlsx: el libro no se puede abrir" in capsys.readouterr().err


def test_the_example_and_the_associations_print_their_warning(capsys, regions):
    assert main(["example"]) == 0
    assert "Madre de Dios: sin datos" in capsys.readouterr().out
    assert main(["associate", "--regions", str(regions)]) == 0
    assert "esfuerzo de control" in capsys.readouterr().out


def test_without_forms_the_published_icp_alone_gives_a_matrix(regions):
    risk = pl.read_parquet(regions).filter(pl.col("period") == "2025").with_columns(period=pl.lit("2022"))
    made = tables([], Procurement(risk, "2022"))
    placed = made["matrix"].filter(pl.col("p_category").is_not_null())
    assert placed["region_code"].to_list() == ["06", "08", "10", "14", "20"]
    assert made["scores"].is_empty()
    assert made["diagnostic"]["region_code"].n_unique() == 26


def test_names_and_numbers_of_people_are_masked_in_the_files(tmp_path):
    path = form(tmp_path / "a.csv", row(NOTA="lo dice el RUC 10401234567"))
    assert main(["score", str(path), "--out", str(tmp_path / "out")]) == 0
    assert "10401234567" not in (tmp_path / "out" / "items.csv").read_text(encoding="utf-8")
