"""CONOSCE's tables of procedures: the real months, and a row of each published table."""

import csv
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest

from procrisk.records import conosce, tabular
from procrisk.records.spec import PARSERS, header_key
from procrisk.records.tables import TABLES


def read(data):
    kind = tabular.recognise(data[:65536])
    assert kind is not None
    chunks = list(tabular.read(data, kind, frozenset()))
    return kind, chunks


def table(chunks, name):
    return pl.concat([c.tables[name] for c in chunks if name in c.tables])


def sheet(text):
    """A table of `|`-separated cells, one row a line."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return "\n".join("|".join(line) for line in lines).encode()


def one(text):
    kind, chunks = read(sheet(text))
    assert [r.detail for c in chunks for r in c.refusals] == []
    return kind, {name: t.drop("record").row(0, named=True) for name, t in chunks[-1].tables.items() if t.height}


def some(row):
    return {name: value for name, value in row.items() if value is not None}


@pytest.fixture(scope="module")
def awards(shared_data):
    data = (shared_data / "conosce" / "CONOSCE_ADJUDICACIONES2022_ene_feb.csv").read_bytes()
    return data, *read(data)


@pytest.fixture(scope="module")
def emergency(shared_data):
    data = (shared_data / "emergency_2020" / "CONOSCE_CONTRATACIONDIRECTA_mar_jul.csv").read_bytes()
    return data, *read(data)


def published(data):
    return list(csv.DictReader(data.decode("utf-8-sig").splitlines()))


def cents(text):
    return int((Decimal(text) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def test_every_row_of_the_real_awards_is_accepted(awards):
    _, kind, chunks = awards
    assert kind == "conosce:adjudicaciones"
    assert sum(len(c.keys) for c in chunks) == 4827
    assert not [r for c in chunks for r in c.refusals]
    assert table(chunks, "processes")["process_id"].n_unique() == 4305
    assert table(chunks, "records").height == 4827
    assert table(chunks, "records")["year"].unique().to_list() == [2022]


def test_money_of_the_real_awards_is_the_published_to_the_cent(awards):
    data, _, chunks = awards
    rows = published(data)
    lines = table(chunks, "award_lines")
    assert lines["amount_cents"].sum() == sum(cents(r["MONTO_ADJUDICADO_ITEM"]) for r in rows)
    in_soles = [r for r in rows if r["MONEDA"] in {"Soles", "Nuevos Soles"}]
    assert lines["amount_pen_cents"].sum() == sum(cents(r["MONTO_ADJUDICADO_ITEM"]) for r in in_soles)
    assert lines["currency"].value_counts().sort("currency").rows() == [("EUR", 2), ("PEN", 4754), ("USD", 71)]
    assert lines.select("process_id", "award_id", "lot_id").is_duplicated().sum() == 0
    assert table(chunks, "awards")["amount_cents"].is_null().all()
    assert table(chunks, "processes")["value_cents"].is_null().all()


def test_real_awards_row_by_row(awards):
    data, _, chunks = awards
    lots, awarded = table(chunks, "lots"), table(chunks, "awards")
    for row, lot, award in zip(published(data), lots.iter_rows(named=True), awarded.iter_rows(named=True), strict=True):
        assert lot["value_cents"] == cents(row["MONTO_REFERENCIAL_ITEM"])
        assert lot["lot_id"] == row["N_ITEM"]
        day, month, year = map(int, row["FECHA_BUENAPRO"].split("/"))
        assert award["date"] == date(year, month, day)
        assert award["award_id"] == f"{row['CODIGOCONVOCATORIA']}-{row['RUC_PROVEEDOR'].strip()}"
        assert (award["consent_date"] is None) == (row["FECHA_CONSENTIMIENTO_BP"] in {"", "01/01/1900"})


def test_real_emergency_awards_do_not_multiply(emergency):
    data, kind, chunks = emergency
    rows = published(data)
    assert kind == "conosce:contratacion_directa"
    assert sum(len(c.keys) for c in chunks) == len(rows) == 5201
    lines = table(chunks, "award_lines").drop("record")
    once = lines.unique(["process_id", "award_id", "lot_id"])
    assert once.height == lines.unique().height == 5166, (
        "rows of one line differ: the amount would depend on their order"
    )
    seen = defaultdict(set)
    for r in rows:
        seen[r["CODIGOCONVOCATORIA"], r["NUMERO_ITEM"], r["RUCPROVEEDOR"]].add(cents(r["MONTOADJUDICADOSOLES"]))
    assert all(len(v) == 1 for v in seen.values())
    assert once["amount_pen_cents"].sum() == sum(v.pop() for v in seen.values())
    assert lines["amount_pen_cents"].sum() > once["amount_pen_cents"].sum()


def test_real_emergency_consortia_and_places(emergency):
    data, _, chunks = emergency
    members = {(r["RUCPROVEEDOR"], r["RUCDETALLEPROVEEDOR"]) for r in published(data) if r["RUCDETALLEPROVEEDOR"]}
    consortia = table(chunks, "consortia")
    assert set(consortia.select("consortium_id", "member_ruc").iter_rows()) == members
    assert consortia["year"].unique().to_list() == [2020]
    processes = table(chunks, "processes")
    assert processes["buyer_department"].null_count() == 0
    assert processes["buyer_type"].value_counts(sort=True)[0, 0] == "GOBIERNO LOCAL"
    assert processes["object"].value_counts().sort("object").rows() == [
        ("consultancy", 8), ("goods", 4133), ("services", 1037), ("works", 23)
    ]  # fmt: skip
    assert processes["cause"].unique().to_list() == ["Situación emergencia"]
    assert processes["source_url"].str.starts_with("http").all()
    assert table(chunks, "lots")["department"].null_count() == 0


def test_awards_of_2026_in_soles_alone():
    kind, got = one("""
        CODIGOENTIDAD|CODIGOCONVOCATORIA|N_ITEM|MONTO_REFERENCIAL_ITEM_SOLES|MONTO_ADJUDICADO_ITEM_SOLES|RUC_PROVEEDOR|FECHA_CONVOCATORIA
        001877|1184427|1|154050.0|150000|20520775596|12/01/2026
    """)
    assert kind == "conosce:adjudicaciones"
    line = got["award_lines"]
    assert (line["amount_cents"], line["amount_pen_cents"], line["currency"]) == (15000000, 15000000, "PEN")
    assert (got["lots"]["value_cents"], got["lots"]["value_pen_cents"]) == (15405000, 15405000)


def test_awards_of_2026_in_dollars_with_their_soles():
    _, got = one("""
        CODIGOCONVOCATORIA|N_ITEM|MONEDA|MONTO_ADJUDICADO_ITEM|MONTO_ADJUDICADO_ITEM_SOLES|RUC_PROVEEDOR|FECHA_CONVOCATORIA
        1184427|1|Dólar Norteamericano|100|375.5|20520775596|12/01/2026
    """)
    line = got["award_lines"]
    assert (line["amount_cents"], line["amount_pen_cents"], line["currency"]) == (10000, 37550, "USD")


def test_convocatorias():
    kind, got = one("""
        CODIGOENTIDAD|ENTIDAD_RUC|ENTIDAD|TIPOENTIDAD|CODIGOCONVOCATORIA|DESCRIPCION_PROCESO|PROCESO|TIPO_COMPRA|OBJETOCONTRACTUAL|SECTOR|SISTEMA_CONTRATACION|TIPOPROCESOSELECCION|MONTOREFERENCIAL|N_ITEM|DESCRIPCION_ITEM|UNIDAD_MEDIDA|ESTADOITEM|PAQUETE|CODIGOITEM|ITEMCUBSO|DISTRITO_ITEM|PROVINCIA_ITEM|DEPARTAMENTO_ITEM|MONTO_REFERENCIAL_ITEM|MONEDA|FECHA_CONVOCATORIA|FECHAINTEGRACIONBASES|FECHAPRESENTACIONPROPUESTA
        1877|20171714371|MUNICIPALIDAD DE ATALAYA|Gobierno Local|774029|SUPERVISI¿N|AS-SM-7-2022-MPA-CS-1|Por la Entidad|Consultoría de Obra|GOBIERNO LOCAL|Suma alzada|Adjudicación Simplificada|88345|1|SUPERVISI¿N|Servicio|Consentido|0|8010160100254983|ESTUDIOS|RAYMONDI|ATALAYA|UCAYALI|88345|Soles|18/01/2022|25/01/2022|1/02/2022
    """)
    assert kind == "conosce:convocatorias"
    process = got["processes"]
    assert (process["value_cents"], process["value_pen_cents"], process["currency"]) == (8834500, 8834500, "PEN")
    assert (process["description"], process["object"], process["buyer_type"]) == (
        "SUPERVISIÓN",
        "consultancy",
        "GOBIERNO LOCAL",
    )
    assert (process["call_date"], process["integration_date"], process["bid_deadline"]) == (
        date(2022, 1, 18), date(2022, 1, 25), date(2022, 2, 1)
    )  # fmt: skip
    lot = got["lots"]
    assert (lot["classification"], lot["classification_scheme"], lot["unspsc"]) == (
        "8010160100254983",
        "CUBSO",
        "80101601",
    )
    assert (lot["department"], lot["province"], lot["district"]) == ("UCAYALI", "ATALAYA", "RAYMONDI")
    assert lot["status"] == "CONSENTIDO"
    assert lot["package"] is None


@pytest.mark.parametrize(
    ("published", "package"),
    [("0", None), ("NO", None), ("no", None), ("", None), ("3", "3"), ("Paquete A", "PAQUETE A")],
)
def test_a_package_names_the_items_that_are_sold_together(published, package):
    _, got = one(f"""
        CODIGOCONVOCATORIA|PROCESO|N_ITEM|PAQUETE|FECHA_CONVOCATORIA
        774030|AS-SM-8-2022-MPA-CS-1|1|{published}|18/01/2022
    """)
    assert got["lots"]["package"] == package


def test_a_deserted_procedure_has_no_award_and_a_reserved_value_is_missing():
    kind, got = one("""
        CODIGOCONVOCATORIA|PROCESO|N_ITEM|ESTADOITEM|MONTO_REFERENCIAL_ITEM|MONTOREFERENCIAL|MONEDA|FECHA_CONVOCATORIA
        774030|AS-SM-8-2022-MPA-CS-1|1|Desierto|0|0|Soles|18/01/2022
    """)
    assert kind == "conosce:convocatorias"
    assert set(got) == {"records", "processes", "lots"}
    assert got["lots"]["status"] == "DESIERTO"
    assert got["lots"]["value_cents"] is None
    assert got["processes"]["value_cents"] is None
    assert got["processes"]["currency"] is None


CONTRACT = """
    CODIGOCONVOCATORIA|N_COD_CONTRATO|DESCRIPCION_PROCESO|FECHA_PUBLICACION_CONTRATO|FECHA_SUSCRIPCION_CONTRATO|FECHA_VIGENCIA_INICIAL|FECHA_VIGENCIA_FINAL|FECHA_VIGENCIA_FIN_ACTUALIZADA|CODIGO_CONTRATO|NUM_CONTRATO|MONTO_CONTRATADO_TOTAL|MONTO_CONTRATADO_ITEM|MONTO_ADICIONAL|MONTO_REDUCCION|MONTO_PRORROGA|MONTO_COMPLEMENTARIO|URLCONTRATO|CODIGOENTIDAD|NUM_ITEM|MONEDA|RUC_CONTRATISTA|RUC_DESTINATARIO_PAGO|TIENERESOLUCION
    774029|2423881|SUPERVISION|5/03/2022|1/03/2022|2/03/2022|2/06/2022|2/07/2022|77|49-2022|82300|40000|1000.50|-200|0||http://x|1877|1|Soles|490097|20520775596|0
    774029|2423881|SUPERVISION|5/03/2022|1/03/2022|2/03/2022|2/06/2022|2/07/2022|77|49-2022|82300|42300|1000.50|-200|0||http://x|1877|2|Soles|490097|20520775596|0
"""  # fmt: skip


def test_contracts_and_their_changes():
    kind, chunks = read(sheet(CONTRACT))
    assert kind == "conosce:contratos"
    contracts = table(chunks, "contracts").drop("record").unique()
    assert contracts.height == 1, "a contract over two items is one contract, with one total"
    assert some(contracts.row(0, named=True)) == {
        "process_id": "774029",
        "contract_id": "2423881",
        "award_id": "774029-490097",
        "number": "49-2022",
        "supplier_id": "490097",
        "payee_id": "20520775596",
        "signed_date": date(2022, 3, 1),
        "published_date": date(2022, 3, 5),
        "start_date": date(2022, 3, 2),
        "end_date": date(2022, 6, 2),
        "end_date_updated": date(2022, 7, 2),
        "amount_cents": 8230000,
        "amount_pen_cents": 8230000,
        "currency": "PEN",
        "has_resolution": False,
    }
    changes = table(chunks, "modifications").drop("record").unique().sort("kind")
    assert changes.select("modification_id", "kind", "amount_cents").rows() == [
        ("additional", "additional", 100050),
        ("reduction", "reduction", 20000),
    ]
    assert table(chunks, "records")["year"].to_list() == [2022, 2022]


def test_bidders():
    kind, got = one("""
        CODIGO_CONVOCATORIA|FECHACONVOCATORIA|N_ITEM|RUC_CODIGO_POSTOR|POSTOR|FECHA_PRESENTACION_PROPUESTA
        774029|18/01/2022|1|20516809524|ACME S.A.C.|01/02/2022
    """)
    assert kind == "conosce:postor"
    assert some(got["bids"]) == {
        "process_id": "774029", "lot_id": "1", "party_id": "20516809524", "bid_id": "", "name": "ACME S.A.C.",
        "date": date(2022, 2, 1),
    }  # fmt: skip


def test_bidders_with_prices_and_states():
    kind, got = one("""
        CODIGOCONVOCATORIA|N_ITEM|RUC_CODIGO_POSTOR|POSTOR|MONTO_OFERTADO|ESTADO_PROPUESTA
        774029|1|20516809524|ACME S.A.C.|1,234.50|Admitida
    """)
    assert kind == "conosce:postor"
    bid = some(got["bids"])
    assert {k: bid[k] for k in ("amount_cents", "currency", "status")} == {
        "amount_cents": 123450, "currency": "PEN", "status": "Admitida",
    }  # fmt: skip


@pytest.mark.parametrize("header", ["MONTO_OFERTA", "MONTO PROPUESTA", "Monto Ofertado Item"])
def test_a_price_keeps_its_currency_whatever_its_header(header):
    _, got = one(f"CODIGOCONVOCATORIA|RUC_CODIGO_POSTOR|{header}|MONEDA\n774029|20516809524|10|Dólar Norteamericano")
    bid = some(got["bids"])
    assert (bid["amount_cents"], bid["currency"]) == (1000, "USD")


def test_committee():
    kind, got = one("CODIGOCONVOCATORIA|MIEMBROCOMITE\n774029|PEREZ  PEREZ JUAN")
    assert kind == "conosce:comite"
    assert got["committee"] == {"process_id": "774029", "member": "PEREZ PEREZ JUAN"}
    assert got["records"]["process_id"] == "774029"
    assert "processes" not in got


@pytest.mark.parametrize("spec", conosce.SPECS, ids=lambda s: s.kind)
def test_specs_are_sound(spec):
    names = {name for name, _ in spec.columns.values()} | set(spec.derived or {})
    assert all(header == header_key(header) for header in spec.columns)
    assert {parser for _, parser in spec.columns.values()} <= set(PARSERS)
    assert set(spec.required) <= names
    for name, mapping in spec.tables.items():
        schema = TABLES[name.split("#")[0]].schema
        assert set(mapping) <= set(schema)
        for value in mapping.values():
            used = {value} if isinstance(value, str) else set(value.meta.root_names())
            assert used <= names, (name, used - names)
