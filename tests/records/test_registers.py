"""The registers: the real ones, and a row of each published table."""

import csv
from collections import Counter
from datetime import date

import polars as pl
import pytest

from procrisk.records import registers, tabular
from procrisk.records.spec import PARSERS, header_key
from procrisk.records.tables import TABLES


def read(data):
    kind = tabular.recognise(data[:65536])
    assert kind is not None
    return kind, list(tabular.read(data, kind, frozenset()))


def table(chunks, name):
    return pl.concat([c.tables[name] for c in chunks if name in c.tables])


def sheet(text):
    return "\n".join(line.strip() for line in text.strip().splitlines()).encode()


REAL = {
    "entities/entidades_contratantes.csv": ("conosce:entidades", "entities", 3340),
    "conosce/CONOSCE_CONSORCIO2020.csv": ("conosce:consorcios", "consortia", 21687),
    "conosce/CONOSCE_CONSORCIO2021.csv": ("conosce:consorcios", "consortia", 17794),
    "conosce/CONOSCE_CONSORCIO2022.csv": ("conosce:consorcios", "consortia", 2582),
    "conosce/CONOSCE_PROVEEDORES2022.csv": ("conosce:proveedores", "suppliers", 10205),
    "sanctions/Sancionados.csv": ("conosce:sancionados", "sanctions", 8537),
    "sanctions/Penalidades2018.csv": ("conosce:penalidades", "penalties", 4481),
    "sanctions/Penalidades2021.csv": ("conosce:penalidades", "penalties", 1165),
}


@pytest.mark.parametrize("name", REAL)
def test_every_row_of_the_real_registers_is_accepted(shared_data, name):
    kind, into, rows = REAL[name]
    found, chunks = read((shared_data / name).read_bytes())
    assert found == kind
    assert sum(len(c.keys) for c in chunks) == table(chunks, into).height == rows
    assert not [r for c in chunks for r in c.refusals]
    assert sum(c.n_blank for c in chunks) == 0
    assert table(chunks, "records")["process_id"].is_null().all()


def test_real_entities(shared_data):
    _, chunks = read((shared_data / "entities" / "entidades_contratantes.csv").read_bytes())
    entities = table(chunks, "entities")
    assert entities["name"].str.contains("Ñ").any(), "latin-1 was not read as such"
    assert entities["consucode"].str.starts_with("0").sum() == 0
    assert entities["active"].null_count() == 0
    assert entities.filter(consucode="1940").select("ruc", "siaf", "active").rows() == [("20290898685", "14", True)]


def test_real_sanctions(shared_data):
    data = (shared_data / "sanctions" / "Sancionados.csv").read_bytes()
    _, chunks = read(data)
    sanctions = table(chunks, "sanctions")
    assert sanctions["ruc"].n_unique() == 6127
    assert sanctions["cut_date"].unique().to_list() == [date(2022, 4, 30)]
    assert sanctions["start_date"].null_count() == 0
    assert sanctions["end_date"].null_count() == 873, "an empty FECHA_FIN is indefinite"
    assert sanctions["kind"].unique().to_list() == ["debarment"]
    keys = [k for c in chunks for k in c.keys]
    published = Counter(
        tuple(cell.strip() for cell in row) for row in list(csv.reader(data.decode("utf-8-sig").splitlines()))[1:]
    )
    assert sorted(Counter(keys).values()) == sorted(published.values()), "equal rows have one key, others differ"


def test_real_penalties(shared_data):
    _, chunks = read((shared_data / "sanctions" / "Penalidades2018.csv").read_bytes())
    penalties = table(chunks, "penalties")
    assert penalties["kind"].value_counts().sort("kind").rows() == [("late", 2006), ("other", 2475)]
    assert penalties["object"].value_counts().sort("object").rows() == [
        ("consultancy", 201), ("goods", 939), ("services", 3136), ("works", 205)
    ]  # fmt: skip
    assert penalties["date"].dt.year().is_between(2013, 2022).all(), "a year of two figures went astray"
    assert penalties["amount_cents"].null_count() == 0


def test_real_suppliers_and_consortia(shared_data):
    _, chunks = read((shared_data / "conosce" / "CONOSCE_PROVEEDORES2022.csv").read_bytes())
    suppliers = table(chunks, "suppliers")
    assert suppliers["valid_from"].null_count() == 0
    assert suppliers["valid_to"].max() == date(2079, 6, 6)
    _, chunks = read((shared_data / "conosce" / "CONOSCE_CONSORCIO2022.csv").read_bytes())
    assert table(chunks, "consortia")["year"].unique().to_list() == [2022]
    assert table(chunks, "consortia")["member_ruc"].str.contains(r"^\d{11}$").all()


@pytest.mark.parametrize(
    "form",
    [
        "20220430|20100994128|ACME|6/08/1998||074-1998-TL|12|RESCISION",
        "20220430|20100994128|ACME|19980806||074-1998-TL|12|RESCISION",
    ],
)
def test_sanctions_in_either_form_of_date(form):
    head = "FECHA_CORTE|RUC|NOMBRE_RAZONODENOMINACIONSOCIAL|FECHA_INICIO|FECHA_FIN|NUMERO_ RESOLUCION|ID_MOTIVO_INFRACCION|DE_MOTIVO_INFRACCION"
    kind, (chunk,) = read(f"{head}\n{form}\n".encode())
    assert kind == "conosce:sancionados"
    assert chunk.tables["sanctions"]["start_date"].to_list() == [date(1998, 8, 6)]
    assert chunk.tables["sanctions"]["resolution"].to_list() == ["074-1998-TL"]


def test_fines():
    kind, (chunk,) = read(
        sheet("""
        FECHA_CORTE;RUC;NOMBRE_RAZONODENOMINACIONSOCIAL;FECHA_INICIO;FECHA_FIN;NUMERO_RESOLUCION;ID_MOTIVO_INFRACCION;DE_MOTIVO_INFRACCION;MONTO
        20220430;20100994128;ACME S.A.;6/08/2021;6/12/2021;0741-2021-TCE-S1;221;Presentar*Otra;22,000.00
    """)
    )
    assert kind == "conosce:multas"
    row = chunk.tables["sanctions"].row(0, named=True)
    assert (row["kind"], row["amount_cents"], row["motive"]) == ("fine", 2200000, "Presentar*Otra")


def test_judicial_orders():
    kind, (chunk,) = read(
        sheet("""
        FECHA_CORTE,RUC_DNI,NOMBRE_RAZONODENOMINACIONSOCIAL,ORGANO_JURISDICCIONAL,NUMERO_RESOLUCION,FECHA_INICIO,FECHA_FIN
        20220430,09298234,PEREZ JUAN,JUZGADO PENAL DE LIMA,12-2020,20200101,20250101
    """)
    )
    assert kind == "conosce:judicial"
    row = chunk.tables["sanctions"].row(0, named=True)
    assert (row["kind"], row["ruc"], row["end_date"]) == ("judicial", "09298234", date(2025, 1, 1))


def test_plan():
    kind, (chunk,) = read(
        sheet("""
        AÑO|CODIGOENTIDAD|RUC_ENTIDAD|ENTIDAD|VERSION|N_REFERENCIA|FECHA_PUBLICACION|MES_PREVISTO|DESCRIPCIÓN_PROCESO|TIPOPROCESOSELECCION|OBJETOCONTRACTUAL|DESCRIPCION_ITEM|N_ITEM|CANTIDAD
        2021|001877|20171714371|MUNICIPALIDAD|3|15|18/01/2021|2|COMBUSTIBLE|Subasta Inversa Electrónica|Bien|DIESEL|1|1200.5
    """)
    )
    assert kind == "conosce:pac"
    assert chunk.tables["plan"].drop("record").row(0) == (
        2021, "20171714371", "1877", 3, "15", date(2021, 1, 18), "2", "COMBUSTIBLE", "Subasta Inversa Electrónica", "goods",
        "1", "DIESEL", 1200.5,
    )  # fmt: skip
    assert chunk.tables["records"]["year"].to_list() == [2021]


def test_purchase_orders():
    kind, (chunk,) = read(
        sheet("""
        ENTIDAD|RUC_ENTIDAD|FECHA_REGISTRO|FECHA_DE_EMISION|FECHA_COMPROMISO_PRESUPUESTAL|FECHA_DE_NOTIFICACION|TIPOORDEN|NRO_DE_ORDEN|ORDEN|DESCRIPCION_ORDEN|MONEDA|MONTO_TOTAL_ORDEN_ORIGINAL|OBJETOCONTRACTUAL|ESTADOCONTRATACION|TIPODECONTRATACION|DEPARTAMENTO__ENTIDAD|RUC_CONTRATISTA|NOMBRE_RAZON_CONTRATISTA
        MUNICIPALIDAD|20171714371|2/02/2022|1/02/2022|01/01/1900||Orden de Compra|0012|O/C-12-2022|PAPEL|Soles|1,500.00|Bien|Emitida|Contrataciones hasta 8 UIT|Cusco|20516809524|ACME
    """)
    )
    assert kind == "conosce:ordenes"
    row = chunk.tables["purchase_orders"].row(0, named=True)
    assert (row["amount_cents"], row["currency"], row["object"], row["buyer_department"]) == (
        150000,
        "PEN",
        "goods",
        "CUSCO",
    )
    assert (row["date"], row["registered_date"], row["committed_date"]) == (date(2022, 2, 1), date(2022, 2, 2), None)
    assert row["order_number"] == "0012"
    assert row["order_type"] == "Orden de Compra"


@pytest.mark.parametrize("head", ["FECHA,FERIADO", "date,name", "Fecha;Motivo"])
def test_holidays(head):
    delimiter = ";" if ";" in head else ","
    kind, (chunk,) = read(f"{head}\n2022-06-24{delimiter}Día del Campesino\n".encode())
    assert kind == "holidays"
    assert chunk.tables["holidays"].drop("record").rows() == [(date(2022, 6, 24), "", "Día del Campesino")]


def test_a_holiday_of_one_region_and_one_of_all_on_the_same_day_are_two():
    text = "FECHA,DEPARTAMENTO,MOTIVO\n2022-08-15,AREQUIPA,Aniversario\n2022-08-15,,Día no laborable\n"
    _, (chunk,) = read(text.encode())
    assert chunk.tables["holidays"]["region"].to_list() == ["AREQUIPA", ""]


def test_a_wide_table_with_a_date_and_a_name_is_no_list_of_holidays():
    assert tabular.recognise(b"date,name,a,b,c\n2022-01-01,x,1,2,3\n") is None


@pytest.mark.parametrize("spec", registers.SPECS, ids=lambda s: s.kind)
def test_specs_are_sound(spec):
    names = {name for name, _ in spec.columns.values()} | set(spec.derived or ())
    assert all(header == header_key(header) for header in spec.columns)
    assert {parser for _, parser in spec.columns.values()} <= set(PARSERS)
    assert set(spec.required) <= names
    for name, mapping in spec.tables.items():
        assert set(mapping) <= set(TABLES[name].schema)
        for value in mapping.values():
            assert not isinstance(value, str) or value in names
