"""Regions in all the spellings met, and levels of government against the publisher's own types."""

import polars as pl
import pytest

from procrisk.records import regions as r


def region(department, province=None):
    frame = pl.DataFrame({"d": [department], "p": [province]}, schema={"d": pl.String, "p": pl.String})
    return frame.select(r.region_of(pl.col("d"), pl.col("p"))).item()


def level(name):
    frame = pl.DataFrame({"n": [name]}, schema={"n": pl.String})
    return frame.select(r.level_from_name(pl.col("n"))).item()


def test_there_are_26_regions_and_lima_is_two():
    assert len(r.REGIONS) == 26
    assert r.REGIONS["15"] != r.REGIONS["1501"]
    assert list(r.REGIONS) == sorted(r.REGIONS)


@pytest.mark.parametrize(
    ("department", "province", "code"),
    [
        ("ANCASH", "HUARAZ", "02"),
        ("ÁNCASH", None, "02"),
        ("Áncash", None, "02"),
        ("HUANUCO", None, "10"),
        ("HUÁNUCO", None, "10"),
        ("HU¿NUCO", None, "10"),
        ("JUNÍN", None, "12"),
        ("JUN\ufffdN", None, "12"),
        ("SAN MARTIN", None, "22"),
        ("San Martín", None, "22"),
        ("MADRE DE DIOS", None, "17"),
        ("Cuzco", None, "08"),
        ("DEPARTAMENTO DE CUSCO", None, "08"),
        ("CALLAO", "CALLAO", "07"),
        ("PROV. CONST. DEL CALLAO", None, "07"),
        ("P . C. DEL CALLAO", None, "07"),
        ("PROVINCIA CONSTITUCIONAL DEL CALLAO", None, "07"),
        ("Región Puno", None, "21"),
        ("PIURA", None, "20"),
        ("PASCO", None, "19"),
        ("LIMA", "LIMA", "1501"),
        ("Lima", "Lima ", "1501"),
        ("LIMA", "CAÑETE", "15"),
        ("LIMA", "CA\ufffdETE", "15"),
        ("LIMA", "HUAURA", "15"),
        ("LIMA METROPOLITANA", None, "1501"),
        ("LIMA PROVINCIAS", None, "15"),
        ("LIMA", None, None),
        ("MULTIDEPARTAMENTAL", None, None),
        ("EXTERIOR", None, None),
        ("", None, None),
        (None, "LIMA", None),
    ],
)
def test_region_of_a_place(department, province, code):
    assert region(department, province) == code


def test_every_department_and_province_of_inei_falls_in_its_region(shared_data):
    frame = pl.read_csv(shared_data / "geo" / "ubigeo_provincia.csv", infer_schema=False)
    out = frame.select(
        "inei", "departamento", "provincia", code=r.region_of(pl.col("departamento"), pl.col("provincia"))
    )
    expected = pl.when(pl.col("inei") == "150100").then(pl.lit("1501")).otherwise(pl.col("inei").str.head(2))
    assert out.filter(expected.ne_missing(pl.col("code"))).height == 0
    assert set(out["code"]) == set(r.REGIONS)


def test_every_registered_entity_has_a_region(shared_data):
    raw = (shared_data / "entities" / "entidades_contratantes.csv").read_bytes().decode("latin-1").encode()
    frame = pl.read_csv(raw, separator="|", infer_schema=False)
    codes = frame.select(c=r.region_of(pl.col("DEPARTAMENTO"), pl.col("PROVINCIA")))["c"]
    assert codes.null_count() == 0
    assert set(codes) == set(r.REGIONS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("GOBIERNO REGIONAL DE CUSCO SEDE CENTRAL", "regional"),
        ("GOBIERNO REGIONAL DE PIURA - UNIDAD DE GESTION EDUCATIVA LOCAL AYABACA", "regional"),
        ("DIRECCIÓN REGIONAL DE SALUD DE JUNIN", "regional"),
        ("UGEL OXAPAMPA", "regional"),
        ("HOSPITAL REGIONAL LAMBAYEQUE", "regional"),
        ("MUNICIPALIDAD DISTRITAL DE MEGANTONI", "local"),
        ("GOBIERNO LOCAL DISTRITAL DE MARCARA", "local"),
        ("INSTITUTO VIAL PROVINCIAL DE PUNO", "local"),
        ("SOCIEDAD DE BENEFICENCIA DE AREQUIPA", "local"),
        ("ENTIDAD PRESTADORA DE SERVICIOS DE SANEAMIENTO GRAU S.A.", "local"),
        ("SERVICIO DE AGUA POTABLE Y ALCANTARILLADO DE LIMA - SEDAPAL", "national"),
        ("EMPRESA REGIONAL DE SERVICIO PUBLICO DE ELECTRICIDAD ELECTRO SUR ESTE S.A.A.", "national"),
        ("UNIDAD DE GESTION EDUCATIVA LOCAL UGEL 04 - COMAS", "national"),
        ("INPE-DIRECCION REGIONAL CENTRO - HUANCAYO", "national"),
        ("POLICÍA NACIONAL DEL PERÚ - X REGIÓN TERRITORIAL CUSCO", "national"),
        ("UNIVERSIDAD NACIONAL DE JAEN", "national"),
        (None, None),
    ],
)
def test_level_from_a_name(name, expected):
    assert level(name) == expected


def test_level_from_names_agrees_with_published_types(shared_data):
    """1,705 entities with a type in the emergency file: all agree (measured)."""
    path = shared_data / "emergency_2020" / "CONOSCE_CONTRATACIONDIRECTA_mar_jul.csv"
    frame = pl.read_csv(path, infer_schema=False).unique("RUC_ENTIDAD")
    both = frame.select(
        published=r.level_from_type(pl.col("TIPOENTIDADOEE")), told=r.level_from_name(pl.col("ENTIDAD"))
    ).drop_nulls("published")
    assert both.height == 1705
    assert both.select((pl.col("published") == pl.col("told")).mean()).item() >= 0.995
