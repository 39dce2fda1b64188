"""What people typed into a form is read, and what may be somebody's name is not published."""

import polars as pl
import pytest
from tests.benchmark import made
from tests.indices.made import form, row

from procrisk.benchmark import integrity, words
from procrisk.benchmark.dictionary_indices import TABLES
from procrisk.benchmark.fields import conform
from procrisk.indices import answers
from procrisk.records.regions import REGIONS

NAME = "María Quispe Huamán"
PERIOD = "2022"
OF = {"PERIODO": PERIOD, "FECHA_EVIDENCIA": "31/03/2022"}
SPEAK = ("subnational", PERIOD)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forms")
    (folder / "roto.xlsx").write_bytes(b"PK\x03\x04nothing")
    good = [row(ITEM=f"CRAPI-A{n}", FUENTE=NAME, **OF) for n in (1, 2)]
    wrong = (
        row(ITEM="CRAPI-A3", RESPUESTA=NAME, **OF),
        row(ITEM="CRAPI-B2", RESPUESTA="85", **OF),
        row(REGION=NAME, **OF),
    )
    audits = folder / "a.csv"
    audits.write_text(
        "region,modalidad,n_informes,n_con_penal,n_con_civil,personas_penal\n"
        + "".join(
            f"{name.upper()},AC,{10 + n},{n},1,1\n" for n, name in enumerate(REGIONS.values()) if "Lima" not in name
        )
    )
    given = integrity.Given([form(folder / "f.csv", *good, *wrong), folder / "roto.xlsx"], audits)
    scores = made.scores().filter(period=made.YEAR).with_columns(period=pl.lit(PERIOD))
    scores = pl.concat([scores, scores.with_columns(scope=pl.lit("regional_government"))])
    drivers = made.drivers(made.scores()).head(0)
    funnel = pl.DataFrame({"region_code": ["08"], "scope": [SPEAK[0]], "period": [PERIOD], "reference": [20.0]})
    kinds = dict.fromkeys(("process_id", "region_code", "delivery_region_code", "scope", "object"), pl.String)
    awarded = pl.DataFrame(schema=kinds), pl.DataFrame(schema=dict.fromkeys(("process_id", "ruc", "name"), pl.String))
    return integrity.compute(given, scores, drivers, funnel, awarded, SPEAK)


def test_every_table_is_as_the_dictionary_has_it(found):
    tables, _ = found
    assert tables.keys() == TABLES.keys()
    for name, table in TABLES.items():
        assert conform(name, tables[name], table).select(table.key).is_duplicated().sum() == 0


def test_no_table_holds_what_somebody_typed_where_a_name_may_stand(found):
    tables, refused = found
    for name, frame in tables.items():
        assert "Quispe" not in frame.select(pl.col(pl.String)).write_csv(), name
    assert NAME in refused["found"].to_list()  # whoever runs it is told
    assert tables["items"]["source"].unique().to_list() == [integrity.FORM]


def test_a_fault_is_still_told_so_that_it_can_be_mended(found):
    told = {(f["row"], f["code"]): f for f in found[0]["form_faults"].to_dicts()}
    assert told[0, "no_workbook"]["file"] == "roto.xlsx"
    assert told[0, "no_workbook"]["column"] == "*"
    assert told[5, "share_as_percent"]["text_es"].startswith("85 es mayor que 1")
    assert told[4, "answer_unknown"]["text_es"].startswith("«***» no responde esta pregunta: escriba sí, no")


def test_counts_add_up_and_a_broken_form_has_none(found):
    assert found[0]["forms"].rows() == [("f.csv", 5, 2, 3, 0, 0), ("roto.xlsx", 0, 0, 0, 0, 0)]


def test_inco_and_audits_stand_beside_with_their_warning_for_both_scopes(found):
    external = found[0]["external"]
    assert set(external["scope"]) == set(integrity.BESIDE)
    assert {"n_reports", "share_penal"} <= set(external["what"])
    assert external["note_es"].str.contains("Advertencia: mezcla la mala conducta").all()


def test_the_matrix_holds_risk_against_what_the_sheets_call_the_whole(found):
    """With the whole at 20 a score of some 8 is below three quarters of it; against the regions' own mean it would be near."""
    placed = found[0]["matrix"].drop_nulls("most_likely").filter(pl.col("region_code") != made.OUTLIER)
    assert found[0]["matrix"].height == 26
    assert placed["risk_level"].unique().to_list() == [1]


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        ({}, "Función de integridad (RIFI): sin datos."),
        (
            {"rifi_low": 30.04, "rifi_high": 80.6, "rifi_known": 0.66, "rifi_period": "2022"},
            "Función de integridad (RIFI), 2022: sin puntaje, con el 66 % de las preguntas respondidas; estaría entre 30.0 y 80.6 según lo que falta.",
        ),
        (
            {"rifi": 44.1, "rifi_low": 44.1, "rifi_high": 44.1, "rifi_known": 1.0, "rifi_period": "2022", "rifi_simulated": True},
            "[SIMULADO] Función de integridad (RIFI), 2022: 44.1 de 100 (más es mejor).",
        ),
    ],
)  # fmt: skip
def test_an_index_says_of_when_it_is_and_what_is_not_known(axes, said):
    columns = [c for c in TABLES["axes"].fields if c.startswith("rifi")]
    assert words.index("RIFI", {**dict.fromkeys(columns), **axes}) == said


def test_forms_of_one_name_are_told_apart_without_the_machines_path(tmp_path):
    for folder in ("cusco", "puno"):
        (tmp_path / folder).mkdir()
        form(tmp_path / folder / "f.csv", row(REGION=folder))
    paths = [tmp_path / folder / "f.csv" for folder in ("puno", "cusco")]
    assert answers.read(paths).counts["file"].to_list() == ["cusco/f.csv", "puno/f.csv"]
