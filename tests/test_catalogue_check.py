"""Another list of risks held against the catalogue."""

import polars as pl
import pytest

from procrisk import catalogue, catalogue_check
from procrisk.errors import InputMissingError, UsageError
from procrisk.indicators import INDICATORS
from procrisk.resources import data_dir

OWN = data_dir("risk_catalogue") / "osce_81_risks.csv"


def listed(tmp_path, *rows, head="N°,Riesgo"):
    path = tmp_path / "official.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return catalogue_check.compare(path)


def test_the_catalogue_against_itself_changes_nothing():
    found = catalogue_check.compare(OWN)
    assert [e.risk for e in found.entries] == list(catalogue.IDS)
    assert {e.how for e in found.entries} == {"named"}
    assert (found.lost, found.orphans, found.repeated) == ((), (), {})
    assert "Por decidir / to decide:\n  nada / nothing" in catalogue_check.told(found)


def test_words_alone_find_the_risk(tmp_path):
    rows = [f'{n},"{t}"' for n, t in enumerate(catalogue.risks()["description_es"], 1)]
    found = listed(tmp_path, *rows)
    assert [e.risk for e in found.entries] == list(catalogue.IDS)
    assert {e.how for e in found.entries} == {"same"}
    assert [e.number for e in found.entries[:2]] == ["1", "2"]


def test_a_near_wording_asks_and_a_foreign_one_is_new(tmp_path):
    found = listed(
        tmp_path,
        '7,"Fraccionar el requerimiento deliberadamente para usar un procedimiento menos riguroso o ninguno"',
        '8,"Contaminación de las fuentes de agua por relaves mineros"',
    )
    near, foreign = found.entries
    assert (near.risk, near.how) == ("R01", "likely")
    assert (foreign.risk, foreign.how) == ("", "none")
    told = catalogue_check.told(found)
    assert "7: ¿es R01?" in told
    assert "8: riesgo nuevo" in told


def test_indicators_whose_risks_are_all_gone_are_named(tmp_path):
    label = dict(catalogue.risks().select("id", "label_es").iter_rows())
    found = listed(tmp_path, f'1,"{label["R66"]}"')
    assert set(found.lost) == set(catalogue.IDS) - {"R66"}
    assert set(found.orphans) == {i.id for i in INDICATORS.values() if "R66" not in i.risks}
    assert "SEL-01" not in found.orphans
    assert "PLA-01: se queda sin riesgo" in catalogue_check.told(found)


def test_an_id_in_the_list_decides(tmp_path):
    found = listed(tmp_path, "1,Cualquier texto,R10", "2,Otro texto,R10", head="numero,riesgo,id")
    assert [(e.risk, e.how) for e in found.entries] == [("R10", "named")] * 2
    assert found.repeated == {"R10": ("1", "2")}


def test_a_workbook_is_read(tmp_path):
    frame = pl.DataFrame({"N°": [1], "Riesgo identificado": ["Soborno vinculado al procedimiento o al contrato"]})
    frame.write_excel(tmp_path / "l.xlsx")
    assert catalogue_check.compare(tmp_path / "l.xlsx").entries[0].risk == "R58"


def test_a_file_without_the_text_says_what_to_do(tmp_path):
    with pytest.raises(UsageError, match="no column holds the text of the risks; it should be called one of riesgo"):
        listed(tmp_path, "1,2", head="a,b")
    with pytest.raises(InputMissingError):
        catalogue_check.compare(tmp_path / "none.csv")
