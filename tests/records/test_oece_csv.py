"""OECE's monthly CSV tables: both families of header, the published samples, a row of each table."""

import csv
import io
import json
from datetime import date

import polars as pl
import pytest
import xlsxwriter

from procrisk.records import ocds, oece_csv, oece_paths, tabular
from procrisk.records.spec import PARSERS
from procrisk.records.tables import TABLES

OCID = "ocds-dgv273-seacev3-1184427"
RELEASE = f"{OCID}-2026-09-23T10:17:08.917590-05:00"


def read(data):
    kind = tabular.recognise(data[:65536])
    assert kind is not None
    chunks = list(tabular.read(data, kind, frozenset()))
    assert [r.detail for c in chunks for r in c.refusals] == []
    return kind, {n: pl.concat([c.tables[n] for c in chunks if n in c.tables]) for n in chunks[-1].tables}


def made(cells):
    """A table of one row; `cells` maps headers to values."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["ocid", "compiledRelease/id", *cells])
    writer.writerow([OCID, RELEASE, *cells.values()])
    return out.getvalue().encode()


def some(frame):
    assert frame.height == 1
    return {name: value for name, value in frame.drop("record").row(0, named=True).items() if value is not None}


@pytest.mark.parametrize(
    ("header", "path"),
    [
        ("ocid", "ocid"),
        ("Open Contracting ID", "ocid"),
        ("compiledRelease/ocid", "ocid"),
        ("Entrega compilada:Open Contracting ID", "ocid"),
        ("compiledRelease/id", "id"),
        ("Entrega compilada:ID de Entrega", "id"),
        ("compiledRelease/tender/items/0/additionalClassifications/0/id", "tender/items/additionalClassifications/id"),
        ("tender/items/0/id", "tender/items/id"),
        ("Entrega compilada:Licitación:Valor:Monto", "tender/value/amount"),
        ("compiledRelease/tender/value/amount_PEN", "tender/value/amount_PEN"),
        ("Entrega compilada:Planeación:Presupuesto:Monto:Monto", "planning/budget/amount/amount"),
        ("Entrega compilada:Adjudicaciones:ID de Adjudicación", "awards/id"),
        ("Entrega compilada:Contratos:ID de Adjudicación", "contracts/awardID"),
        ("Entrega compilada:Contratos:ID del Contrato", "contracts/id"),
        ("Entrega compilada:Contratos:Implementación:Valor final:Monto", "contracts/implementation/finalValue/amount"),
        ("Entrega compilada:Partes involucradas:Dirección:Dirección", "parties/address/streetAddress"),
        ("Entrega compilada:Partes involucradas:Dirección:Departamento", "parties/address/department"),
        ("Entrega compilada:Partes involucradas:Identificadores adicionales:ID", "parties/additionalIdentifiers/id"),
        ("Entrega compilada:Partes involucradas:Clasificaciones adicionales:ID", "parties/additionalIdentifiers/id"),
        ("Entrega compilada:Licitación:Artículos que se adquirirán:ID", "tender/items/id"),
        ("Entrega compilada:Adjudicaciones:Artículos Adjudicados:Cantidad", "awards/items/quantity"),
        ("Entrega compilada:Adjudicaciones:Proveedores:Nombre de la Organización", "awards/suppliers/name"),
        ("Entrega compilada:Licitación:Licitantes:ID de Organización", "tender/tenderers/id"),
        ("Entrega compilada:Licitación:Periodo de consulta:Duración (días)", "tender/enquiryPeriod/durationInDays"),
        ("Entrega compilada:Licitación:Un título nuevo", None),
        ("MONTO", None),
    ],
)
def test_both_families_of_header_lead_to_one_path(header, path):
    assert oece_paths.path(header) == path


def test_every_header_of_the_published_samples_is_understood(shared_data):
    files = sorted((shared_data / "ocds_peru").glob("oece_*.csv"))
    assert len(files) == 5
    for file in files:
        header = next(csv.reader(file.read_text("utf-8").splitlines()))
        assert [h for h in header if oece_paths.path(h) is None] == [], file.name


SAMPLES = {
    "oece_2026-01_es_Registros.csv": ("oece:records", "processes", 3),
    "oece_2026-07_records.csv": ("oece:records", "processes", 4),
    "oece_2026-01_es_Ent_PartesInvolucradas.csv": ("oece:parties", "parties", 3),
    "oece_2026-01_es_Ent_Contratos.csv": ("oece:contracts", "contracts", 6),
    "oece_2026-02_es_Ent_Adjudicaciones.csv": ("oece:awards", "awards", 10),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_published_samples(shared_data, name):
    kind, into, rows = SAMPLES[name]
    found, tables = read((shared_data / "ocds_peru" / name).read_bytes())
    assert found == kind
    assert tables["records"].height == rows
    assert tables[into].height == (rows if into != "parties" else 1)
    assert tables["records"]["ocid"].str.starts_with("ocds-dgv273-seacev3-").all()
    assert tables["records"]["version_date"].str.contains(r"^2026-09-\d\dT\d\d:\d\d:\d\d").all()


def test_published_records_in_spanish(shared_data):
    _, tables = read((shared_data / "ocds_peru" / "oece_2026-01_es_Registros.csv").read_bytes())
    process = some(tables["processes"].head(1))
    del process["description"]
    assert process == {
        "process_id": "1184427",
        "ocid": OCID,
        "title": "DIRECTA-DIRECTA-3-2025-MDA/DEC-1",
        "buyer_consucode": "1309",
        "buyer_name": "MUNICIPALIDAD DISTRITAL DE ATE - VITARTE",
        "method_details": "Contratación Directa",
        "method_ocds": "direct",
        "object": "goods",
        "value_cents": 15405000,
        "value_pen_cents": 15405000,
        "currency": "PEN",
        "value_reserved": False,
        "planned_cents": 15405000,
        "published_date": date(2026, 1, 12),
        "n_registered": 1,
    }
    float_noise, third = tables["processes"].row(1, named=True), tables["processes"].row(2, named=True)
    assert (float_noise["process_id"], float_noise["planned_cents"]) == ("1184914", 43737600)
    assert tables["records"]["ocid"][1] == "ocds-dgv273-seacev3-2026-1234-1"
    assert (third["enquiry_start"], third["enquiry_end"]) == (date(2026, 1, 21), date(2026, 1, 23))
    assert third["project_id"] == "2656872"
    assert third["bid_deadline"] is None, "tenderPeriod repeats the call"
    assert tables["records"]["year"].to_list() == [2026] * 3


def test_published_records_with_a_reserved_value(shared_data):
    _, tables = read((shared_data / "ocds_peru" / "oece_2026-07_records.csv").read_bytes())
    process = tables["processes"].filter(process_id="1236523").row(0, named=True)
    assert process["value_reserved"] is True
    assert process["value_cents"] is None
    assert process["value_pen_cents"] is None


def test_published_awards_and_contracts(shared_data):
    folder = shared_data / "ocds_peru"
    _, tables = read((folder / "oece_2026-02_es_Ent_Adjudicaciones.csv").read_bytes())
    awards = tables["awards"]
    assert (
        awards["amount_cents"].sum()
        == 49324974 + 24229800 + 91950000 + 2061497671 + 10915000 + 9198000 + 2 * 45900000 + 53865000 + 48000000
    )
    assert awards["process_id"][4] == "ocds-dgv273-seacev3-2026-10248-67", "a row that knows the ocid alone"
    assert tables["records"]["year"].to_list()[4] == 2026
    _, tables = read((folder / "oece_2026-01_es_Ent_Contratos.csv").read_bytes())
    contract = some(tables["contracts"].filter(contract_id="2382090"))
    assert contract == {
        "process_id": "ocds-dgv273-seacev3-2026-1545-1",
        "contract_id": "2382090",
        "award_id": "1184738-20602296807",
        "number": "EJECUCION N° 001-2026-MDI/GM",
        "signed_date": date(2026, 2, 26),
        "start_date": date(2026, 3, 23),
        "end_date": date(2026, 6, 23),
        "end_date_actual": date(2026, 7, 9),
        "amount_cents": 140514274,
        "amount_pen_cents": 140514274,
        "final_cents": 156051010,
        "currency": "PEN",
    }


def test_published_parties(shared_data):
    _, tables = read((shared_data / "ocds_peru" / "oece_2026-01_es_Ent_PartesInvolucradas.csv").read_bytes())
    (buyer,) = tables["parties"].iter_rows(named=True)  # of the two firms no more than the name is known
    assert (buyer["party_id"], buyer["ruc"], buyer["department"], buyer["address"]) == (
        "CONSUCODE-27", None, "LIMA", "JR WASHINGTON 1894"
    )  # fmt: skip
    assert buyer["roles"] == "buyer;procuringEntity"


PAIRS = {
    "tenderers": (
        {"compiledRelease/tender/tenderers/0/id": "PE-RUC-20520775596", "compiledRelease/tender/tenderers/0/name": "ACME"},
        {"Entrega compilada:Licitación:Licitantes:ID de Organización": "PE-RUC-20520775596",
         "Entrega compilada:Licitación:Licitantes:Nombre de la Organización": "ACME"},
        "tenderers", {"process_id": OCID, "party_id": "20520775596", "name": "ACME"},
    ),
    "award_suppliers": (
        {"compiledRelease/awards/0/id": "1184427-1762914", "compiledRelease/awards/0/suppliers/0/id": "1762914",
         "compiledRelease/awards/0/suppliers/0/name": "CONSORCIO ATE"},
        {"Entrega compilada:Adjudicaciones:ID de Adjudicación": "1184427-1762914",
         "Entrega compilada:Adjudicaciones:Proveedores:ID de Organización": "1762914",
         "Entrega compilada:Adjudicaciones:Proveedores:Nombre de la Organización": "CONSORCIO ATE"},
        "award_suppliers",
        {"process_id": OCID, "award_id": "1184427-1762914", "party_id": "1762914", "name": "CONSORCIO ATE"},
    ),
    "items": (
        {"compiledRelease/tender/items/0/id": "208", "compiledRelease/tender/items/0/position": "12",
         "compiledRelease/tender/items/0/description": "PUENTE  BAILEY",
         "compiledRelease/tender/items/0/classification/id": "8010160100254983",
         "compiledRelease/tender/items/0/classification/scheme": "CUBSO",
         "compiledRelease/tender/items/0/quantity": "1.5", "compiledRelease/tender/items/0/unit/name": "Unidad",
         "compiledRelease/tender/items/0/statusDetails": "CONVOCADO",
         "compiledRelease/tender/items/0/totalValue/amount": "0.0",
         "compiledRelease/tender/items/0/totalValue/currency": "PEN"},
        {"Entrega compilada:Licitación:Artículos que se adquirirán:ID": "208",
         "compiledRelease/tender/items/0/position": "12",
         "Entrega compilada:Licitación:Artículos que se adquirirán:Descripción": "PUENTE  BAILEY",
         "Entrega compilada:Licitación:Artículos que se adquirirán:Clasificación:ID": "8010160100254983",
         "Entrega compilada:Licitación:Artículos que se adquirirán:Clasificación:Esquema": "CUBSO",
         "Entrega compilada:Licitación:Artículos que se adquirirán:Cantidad": "1.5",
         "Entrega compilada:Licitación:Artículos que se adquirirán:Unidad:Nombre": "Unidad",
         "compiledRelease/tender/items/0/statusDetails": "CONVOCADO",
         "compiledRelease/tender/items/0/totalValue/amount": "0.0",
         "compiledRelease/tender/items/0/totalValue/currency": "PEN"},
        "lots",
        {"process_id": OCID, "lot_id": "12", "description": "PUENTE BAILEY", "classification": "8010160100254983",
         "classification_scheme": "CUBSO", "unspsc": "80101601", "quantity": 1.5, "unit": "Unidad",
         "status": "CONVOCADO", "currency": "PEN"},
    ),
    "award_items": (
        {"compiledRelease/awards/0/id": "1184427-20520775596", "compiledRelease/awards/0/items/0/id": "208",
         "compiledRelease/awards/0/items/0/position": "12", "compiledRelease/awards/0/items/0/quantity": "75",
         "compiledRelease/awards/0/items/0/totalValue/amount": "154050.0",
         "compiledRelease/awards/0/items/0/totalValue/currency": "PEN"},
        {"Entrega compilada:Adjudicaciones:ID de Adjudicación": "1184427-20520775596",
         "Entrega compilada:Adjudicaciones:Artículos Adjudicados:ID": "208",
         "compiledRelease/awards/0/items/0/position": "12",
         "Entrega compilada:Adjudicaciones:Artículos Adjudicados:Cantidad": "75",
         "compiledRelease/awards/0/items/0/totalValue/amount": "154050.0",
         "compiledRelease/awards/0/items/0/totalValue/currency": "PEN"},
        "award_lines",
        {"process_id": OCID, "award_id": "1184427-20520775596", "lot_id": "12", "quantity": 75.0,
         "amount_cents": 15405000, "amount_pen_cents": 15405000, "currency": "PEN"},
    ),
    "contract_documents": (
        {"compiledRelease/contracts/0/id": "2423881", "compiledRelease/contracts/0/documents/0/id": "99",
         "compiledRelease/contracts/0/documents/0/documentType": "contractSigned",
         "compiledRelease/contracts/0/documents/0/datePublished": "2026-09-03T01:00:00-05:00"},
        {"Entrega compilada:Contratos:ID del Contrato": "2423881", "Entrega compilada:Contratos:Documentos:ID": "99",
         "Entrega compilada:Contratos:Documentos:Tipo de documento": "contractSigned",
         "Entrega compilada:Contratos:Documentos:Fecha de publicación": "2026-09-03T01:00:00-05:00"},
        "documents",
        {"process_id": OCID, "section": "contract", "document_id": "99", "document_type": "contractSigned",
         "date": date(2026, 9, 3)},
    ),
    "identifiers": (
        {"compiledRelease/parties/0/id": "PE-CONSUCODE-27",
         "compiledRelease/parties/0/additionalIdentifiers/0/id": "20291973851",
         "compiledRelease/parties/0/additionalIdentifiers/0/scheme": "PE-RUC"},
        {"Entrega compilada:Partes involucradas:ID de Entidad": "PE-CONSUCODE-27",
         "Entrega compilada:Partes involucradas:Identificadores adicionales:ID": "20291973851",
         "Entrega compilada:Partes involucradas:Identificadores adicionales:Esquema": "PE-RUC"},
        "parties", {"process_id": OCID, "party_id": "CONSUCODE-27", "ruc": "20291973851"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_both_families_of_header_give_one_row(name):
    paths, spanish, into, expected = PAIRS[name]
    for cells in (paths, spanish):
        kind, tables = read(made(cells))
        assert kind == f"oece:{name}"
        assert some(tables[into]) == expected
        assert some(tables["records"]) == {
            "kind": kind, "process_id": OCID, "ocid": OCID, "version_date": "2026-09-23T10:17:08.917590-05:00", "year": 0
        }  # fmt: skip


def test_a_row_that_names_its_tender_is_of_that_process():
    _, tables = read(
        made({"compiledRelease/tender/id": "1184427", "compiledRelease/tender/tenderers/0/id": "PE-RUC-1"})
    )
    assert tables["tenderers"]["process_id"].to_list() == ["1184427"]
    assert tables["records"]["process_id"].to_list() == ["1184427"]


def test_tender_documents_and_classifications():
    kind, tables = read(
        made(
            {
                "compiledRelease/tender/documents/0/id": "1",
                "compiledRelease/tender/documents/0/documentType": "awardNotice",
            }
        )
    )
    assert kind == "oece:documents"
    assert tables["documents"]["section"].to_list() == ["tender"]
    item = {"compiledRelease/tender/items/0/id": "208"}
    unspsc = {"compiledRelease/tender/items/0/additionalClassifications/0/id": "80101601"}
    kind, tables = read(made(item | unspsc))
    assert kind == "oece:classifications"
    assert tables["lots"].is_empty(), "without the position nobody knows the lot"
    _, tables = read(made(item | {"compiledRelease/tender/items/0/position": "3"} | unspsc))
    assert tables["lots"].select("lot_id", "unspsc").rows() == [("3", "80101601")]


def test_contract_items_are_kept_as_records_alone():
    kind, tables = read(made({"compiledRelease/contracts/0/id": "1", "compiledRelease/contracts/0/items/0/id": "2",
                              "compiledRelease/contracts/0/items/0/quantity": "1"}))  # fmt: skip
    assert kind == "oece:contract_items"
    assert set(tables) == {"records"}


@pytest.mark.parametrize(
    "header",
    [
        "compiledRelease/awards/0/value/exchangeRates/0/rate,compiledRelease/awards/0/id",
        "compiledRelease/sources/0/id,compiledRelease/sources/0/name",
        "releases/0/url,releases/0/date",
    ],
)
def test_tables_that_are_not_read_are_not_recognised(header):
    assert tabular.recognise(f"ocid,compiledRelease/id,{header}\n".encode()) is None


@pytest.mark.parametrize("spec", oece_csv.SPECS, ids=lambda s: s.kind)
def test_specs_are_sound(spec):
    names = {name for name, _ in spec.columns.values()} | set(spec.derived or {})
    assert {parser for _, parser in spec.columns.values()} <= set(PARSERS)
    assert set(spec.required) <= names
    for name, mapping in spec.tables.items():
        assert set(mapping) <= set(TABLES[name].schema)
        for value in mapping.values():
            used = {value} if isinstance(value, str) else set(value.meta.root_names())
            assert used <= names, (name, used - names)


def flat(node, parent=""):
    """The single values below a node, by path; lists of objects left out, lists of words joined."""
    out = {}
    for name, value in node.items():
        if isinstance(value, dict):
            out |= flat(value, f"{parent}{name}/")
        elif not isinstance(value, list):
            out[f"{parent}{name}"] = value
        elif all(isinstance(v, str) for v in value):
            out[f"{parent}{name}"] = ";".join(value)
    return out


def exported(releases, *arrays):
    """The CSV table of the objects in `arrays` (a path) of each compiled release, as OECE flattens it."""
    rows = []
    for release in releases:
        level = [({}, release, "compiledRelease/")]
        for array in arrays:
            *inner, last = array.split("/")
            below = []
            for known, node, at in level:
                ids = known | ({f"{at}id": node["id"]} if "id" in node else {})
                place, path = node, at
                for name in inner:
                    place, path = place.get(name, {}), f"{path}{name}/"
                    if "id" in place:
                        ids = ids | {f"{path}id": place["id"]}
                below += [(ids, child, f"{path}{last}/0/") for child in place.get(last, [])]
            level = below
        rows += [{"ocid": release["ocid"]} | known | flat(node, at) for known, node, at in level]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(k for r in rows for k in r)))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


SAME = {
    "processes": (),
    "lots": ("tender/items",),
    "documents": ("tender/documents",),
    "parties": ("parties",),
}


@pytest.mark.parametrize("name", SAME)
def test_the_csv_of_a_record_gives_what_its_json_gives(shared_data, name):
    data = (shared_data / "ocds_peru" / "ncarrerakevin_json_ejemplo.json").read_bytes()
    releases = [record["compiledRelease"] for record in json.loads(data)["records"]]
    decoded = pl.concat([c.tables[name] for c in ocds.read(io.BytesIO(data), frozenset())])
    _, tables = read(exported(releases, *SAME[name]))
    elsewhere = {
        "processes": ["buyer_ruc", "buyer_department", "buyer_province"],
        "parties": ["ruc", "process_id"],  # its table knows the ocid alone
        "lots": ["unspsc"],
    }
    left, right = (t.drop("record", *elsewhere.get(name, [])) for t in (decoded, tables[name]))
    assert left.height > 1
    assert right.to_dicts() == left.to_dicts()
    _, identifiers = read(exported(releases, "parties", "additionalIdentifiers"))
    ruc = dict(identifiers["parties"].select("party_id", "ruc").rows())
    assert name != "parties" or dict(decoded.select("party_id", "ruc").rows()) == ruc


def test_a_workbook_of_several_tables_is_read_sheet_by_sheet():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    for name in ("tenderers", "award_items"):
        sheet = book.add_worksheet(name)
        cells = {"Open Contracting ID": OCID, "Entrega compilada:ID de Entrega": RELEASE} | PAIRS[name][1]
        sheet.write_row(0, 0, cells)
        sheet.write_row(1, 0, cells.values())
    book.add_worksheet("Notas").write(0, 0, "nada")
    book.close()
    data = out.getvalue()
    assert tabular.recognise(data) == "oece:tenderers"
    chunks = list(tabular.read(data, "oece:tenderers", frozenset()))
    assert [c.tables["records"]["kind"].to_list() for c in chunks] == [["oece:tenderers"], ["oece:award_items"]]
    assert [some(c.tables[PAIRS[k][2]]) for c, k in zip(chunks, ("tenderers", "award_items"), strict=True)] == [
        PAIRS["tenderers"][3], PAIRS["award_items"][3]
    ]  # fmt: skip
