"""The registers of people, firms, works and control: rows that are good, bad and odd; no process is made of them."""

import io
import re
from datetime import date

import polars as pl
import pytest
import xlsxwriter
from tests.conftest import ROOT

from procrisk.records import conosce, oece_csv, registers, registers_control, registers_people, tabular
from procrisk.records.ingest import ingest
from procrisk.records.spec import header_key
from procrisk.records.tables import REGISTER_TABLES

# kind -> table, header, a good row, bad rows with their reasons
SAMPLES = {
    "conosce:conformacion_juridica": (
        "owners",
        "FECHA_CORTE|TIPO_DOCUMENTO|NUMERO_DOCUMENTO|NOMBRE_RAZONODENOMINACIONSOCIAL|RUC|TIPO_CONF_JURIDICA|FECHA_INICIO_VIGENCIA|ID_FORMA_SOCIETARIA|DE_FORMA_SOCIETARIA",
        "20260405|DNI|1234567|PEREZ SOTO ANA|20100994128|Accionista|05/03/2019|2|S.A.C.",
        {
            "20260405|DNI||PEREZ SOTO ANA|20100994128|Accionista|05/03/2019|2|S.A.C.": "id_missing",
            "20260405|DNI|12345678|PEREZ SOTO ANA|20100994128|Vecino|05/03/2019|2|S.A.C.": "code_unknown",
            "20260405|DNI|12345678|PEREZ SOTO ANA|20100994128|Socio|31/02/2019|2|S.A.C.": "date_invalid",
            "20260405|DNI|12345678|PEREZ|SOTO|20100994128|Socio|05/03/2019|2|S.A.C.": "row_ragged",
        },
    ),
    "registro:socios": (
        "owners",
        "RUC,EMPRESA,DOCUMENTO,NOMBRE,TIPO_PARTICIPACION,PORCENTAJE,DESDE",
        "20100994128,ACME S.A.,12345678,PEREZ SOTO ANA,socio,33.5,2019-03-05",
        {
            "20100994128,ACME S.A.,12345678,PEREZ SOTO ANA,socio,133.5,2019-03-05": "amount_too_large",
            "20100994128,ACME S.A.,12345678,PEREZ SOTO ANA,socio,-1,2019-03-05": "amount_negative",
            "20100994128,ACME S.A.,12345678,PEREZ SOTO ANA,socio,la mitad,2019-03-05": "amount_invalid",
        },
    ),
    "sunat:padron_reducido": (
        "taxpayers",
        "RUC|NOMBRE O RAZÓN SOCIAL|ESTADO DEL CONTRIBUYENTE|CONDICIÓN DE DOMICILIO|UBIGEO|TIPO DE VÍA|NOMBRE DE VÍA|CÓDIGO DE ZONA|TIPO DE ZONA|NÚMERO|INTERIOR|LOTE|DEPARTAMENTO|MANZANA|KILÓMETRO|",
        "20100994128|ACME S.A.|ACTIVO|HABIDO|080101|AV.|EL SOL|URB.|MAGISTERIO|123|-|-|-|-|-|",
        {
            "|ACME S.A.|ACTIVO|HABIDO|080101|AV.|EL SOL|-|-|123|-|-|-|-|-|": "id_missing",
            "20100994128|ACME S.A.|ACTIVO": "row_ragged",
        },
    ),
    "registro:cargos": (
        "offices",
        "DOCUMENTO,NOMBRE,RUC_ENTIDAD,TIPO_CARGO,CARGO,ORGANIZACION_POLITICA,DESDE,HASTA",
        "12345678,PEREZ SOTO ANA,20171714371,electo,Alcaldesa,Frente Simulado,2019-01-01,2022-12-31",
        {
            "12345678,PEREZ SOTO ANA,20171714371,electo,Alcaldesa,,2022-12-31,2019-01-01": "period_reversed",
            "12345678,PEREZ SOTO ANA,,electo,Alcaldesa,,2019-01-01,": "id_missing",
        },
    ),
    "registro:vinculos": (
        "ties",
        "DOCUMENTO,VINCULADO,TIPO_VINCULO,GRADO,DESDE,HASTA,FUENTE",
        "12345678,87654321,parentesco,2,2000-01-01,,Declaración jurada",
        {"12345678,,parentesco,2,,,": "id_missing", "12345678,87654321,amistad,,,,": "code_unknown"},
    ),
    "registro:declaraciones": (
        "declarations",
        "DOCUMENTO,RUC_ENTIDAD,FECHA,PRESENTADA",
        "12345678,20171714371,2022-01-31,no",
        {"12345678,20171714371,2022-01-31,": "id_missing"},
    ),
    "registro:certificaciones": (
        "certifications",
        "NOMBRE,DOCUMENTO,NIVEL_CERTIFICACION,DESDE,HASTA",
        "PEREZ SOTO ANA,12345678,Intermedio,2021-05-01,2023-05-01",
        {"PEREZ SOTO ANA,12345678,Intermedio,2023-05-01,2021-05-01": "period_reversed"},
    ),
    "registro:fichas": (
        "listed_items",
        "CLASIFICACION,LISTA,NOMBRE,DESDE,HASTA",
        "4412160100123456,ficha técnica,LAPICERO,2020-01-01,",
        {"4412160100123456,folleto,LAPICERO,2020-01-01,": "code_unknown"},
    ),
    "contraloria:infobras": (
        "works",
        "Código INFOBRAS,Codigo unico de inversión,Nombre de obra,Estado de ejecución,Fecha de inicio de obra,Fecha finalización programada de obra,Fecha finalización reprogramada de obra,Fecha de finalización real,Fecha de recepción,Avance Físico Real Acumulado (%),Porcentaje de ejecución financiera,Fecha de registro de avance",
        "00123,2345678,PUENTE,En ejecución,01/02/2022,30/06/2022,31/08/2022,,,27 78,60%,30/07/2022",
        {
            "00124,2345678,PUENTE,En ejecución,01/13/2022,30/06/2022,,,,27 78,60,30/07/2022": "date_invalid",
            "00125,2345678,PUENTE,En ejecución,01/02/2022,30/06/2022,,,,casi todo,60,30/07/2022": "amount_invalid",
        },
    ),
    "registro:obras": (
        "works",
        "CODIGO_OBRA,CODIGOCONVOCATORIA,CODIGO_CONTRATO,CUI,RUC_ENTIDAD,ESTADO_OBRA,FECHA_INICIO,FECHA_FIN_PREVISTA,FECHA_FIN_REAL,FECHA_RECEPCION,RESIDENTE,SUPERVISOR,AVANCE_FISICO,AVANCE_FINANCIERO,FECHA_CORTE",
        "77,0012,345,2345678,20171714371,Paralizada,2022-02-01,2022-08-31,,,98765,12345678,40,101.5,2022-07-30",
        {
            ",0012,345,2345678,20171714371,Paralizada,2022-02-01,2022-08-31,,,98765,12345678,40,60,2022-07-30": "id_missing"
        },
    ),
    "registro:situaciones_control": (
        "control",
        "NUMERO_INFORME,NUMERO_SITUACION,RUC_ENTIDAD,CODIGOCONVOCATORIA,FECHA,FECHA_CORRECCION,DESCRIPCION",
        "012-2022-OCI/0430-SCC,1,20171714371,0012,2022-03-01,,El expediente no tiene firmas",
        {"012-2022-OCI/0430-SCC,2,20171714371,,2022-03-01,2022-02-01,x": "period_reversed"},
    ),
    "registro:impugnaciones": (
        "challenges",
        "CODIGOCONVOCATORIA,NUMERO_IMPUGNACION,TIPO_IMPUGNACION,FECHA,FECHA_RESOLUCION,RESULTADO,RUC_IMPUGNANTE",
        "0012,100-2022-TCE-S1,recurso de apelación,2022-03-01,2022-03-20,Infundado,20516809524",
        {"0012,,recurso de apelación,2022-03-01,,,": "id_missing", "0012,1,consulta,2022-03-01,,,": "code_unknown"},
    ),
    "registro:subcontratistas": (
        "subcontractors",
        "CODIGOCONVOCATORIA,CODIGO_CONTRATO,RUC_SUBCONTRATISTA,NOMBRE,PORCENTAJE",
        "0012,,20516809524,CONSTRUCTORA,40",
        {"0012,,20516809524,CONSTRUCTORA,140": "amount_too_large", "0012,,,CONSTRUCTORA,40": "id_missing"},
    ),
}
VALUES = {
    "conosce:conformacion_juridica": ("20100994128", None, "01234567", "PEREZ SOTO ANA", "shareholder", None, date(2019, 3, 5)),
    "registro:socios": ("20100994128", "ACME S.A.", "12345678", "PEREZ SOTO ANA", "shareholder", 0.335, date(2019, 3, 5)),
    "sunat:padron_reducido": ("20100994128", "ACME S.A.", "ACTIVO", "HABIDO", "080101", "AV. EL SOL NRO. 123 URB. MAGISTERIO", None),
    "registro:cargos": ("12345678", "PEREZ SOTO ANA", "20171714371", "elected", "Alcaldesa", "FRENTE SIMULADO", date(2019, 1, 1), date(2022, 12, 31)),
    "registro:vinculos": ("12345678", "87654321", "kinship", 2, date(2000, 1, 1), None, "Declaración jurada"),
    "registro:declaraciones": ("12345678", "20171714371", date(2022, 1, 31), False),
    "registro:certificaciones": ("PEREZ SOTO ANA", "12345678", "INTERMEDIO", date(2021, 5, 1), date(2023, 5, 1)),
    "registro:fichas": ("4412160100123456", "technical_sheet", "LAPICERO", date(2020, 1, 1), None),
    "contraloria:infobras": ("123", None, None, "2345678", None, "EN EJECUCIÓN", date(2022, 2, 1), date(2022, 8, 31), None, None, None, None, 0.2778, 0.6, date(2022, 7, 30)),
    "registro:obras": ("77", "12", "345", "2345678", "20171714371", "PARALIZADA", date(2022, 2, 1), date(2022, 8, 31), None, None, "98765", "12345678", 0.4, 1.015, date(2022, 7, 30)),
    "registro:situaciones_control": ("012-2022-OCI/0430-SCC", "1", "20171714371", "12", date(2022, 3, 1), None, "El expediente no tiene firmas"),
    "registro:impugnaciones": ("12", "100-2022-TCE-S1", "appeal", date(2022, 3, 1), date(2022, 3, 20), "rejected", "20516809524"),
    "registro:subcontratistas": ("12", "", "20516809524", "CONSTRUCTORA", 0.4),
}  # fmt: skip
EVERY = [*conosce.SPECS, *registers.SPECS, *oece_csv.SPECS]


def delimiter(kind):
    return "|" if "|" in SAMPLES[kind][1] else ","


def text(kind):
    _, header, good, bad = SAMPLES[kind]
    return "\n".join([header, good, *bad]) + "\n"


def workbook(kind):
    """The good row and those that a workbook can hold, below a title, as INFOBRAS does."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "Título (made up)")
        for i, line in enumerate([SAMPLES[kind][1], SAMPLES[kind][2]]):
            for j, cell in enumerate(line.split(delimiter(kind))):
                sheet.write_string(i + 3, j, cell)
    return out.getvalue()


def read(data, kind):
    return list(tabular.read(data, kind, frozenset()))


def rows(chunks, name):
    return pl.concat([c.tables[name] for c in chunks if name in c.tables]).drop("record").rows()


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_header_is_of_one_kind_alone(kind):
    keys = {header_key(h) for h in SAMPLES[kind][1].split(delimiter(kind))}
    assert [s.kind for s in EVERY if s.fits(keys)] == [kind]


def test_every_register_has_a_sample():
    assert {s.kind for s in (*registers_people.SPECS, *registers_control.SPECS)} == set(SAMPLES)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
@pytest.mark.parametrize("kind", SAMPLES)
def test_good_rows_are_read_and_bad_ones_refused_with_reason_and_line(kind, encoding):
    name, _, _, bad = SAMPLES[kind]
    data = text(kind).encode(encoding)
    assert tabular.recognise(data) == kind
    chunks = read(data, kind)
    assert rows(chunks, name) == [VALUES[kind]]
    refusals = sorted((r.line, r.reason.value) for c in chunks for r in c.refusals)
    assert refusals == [(3 + i, reason) for i, reason in enumerate(bad.values())]


@pytest.mark.parametrize("kind", SAMPLES)
def test_workbooks_below_a_title(kind):
    data = workbook(kind)
    assert tabular.recognise(data) == kind
    assert rows(read(data, kind), SAMPLES[kind][0]) == [VALUES[kind]]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("ACCIONISTA", "shareholder"), ("SOCIO", "shareholder"), ("TITULAR GERENTE", "shareholder"),
        ("REPRESENTANTE LEGAL", "representative"), ("APODERADO", "representative"),
        ("ÓRGANO DE ADMINISTRACIÓN", "director"), ("ORGANO DE ADMINISTRACI¿N", "director"), ("DIRECTOR", "director"),
        ("MIEMBRO DEL CONSEJO", "director"), ("ASOCIADO", "shareholder"),
        ("Beneficiario final", "beneficial_owner"),
    ],
)  # fmt: skip
def test_kinds_of_owners(words, code):
    line = f"20100994128,,12345678,,{words},,"
    (found,) = rows(read(f"{SAMPLES['registro:socios'][1]}\n{line}\n".encode(), "registro:socios"), "owners")
    assert found[4] == code


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Fundado", "upheld"), ("FUNDADO EN PARTE", "upheld"), ("infundado", "rejected"), ("Improcedente", "rejected"),
        ("Se declara la nulidad", "nullity"), ("desistimiento", "other"), ("pendiente", None), ("", None),
    ],
)  # fmt: skip
def test_outcomes_of_challenges(words, code):
    kind = "registro:impugnaciones"
    line = f"12,1,apelación,2022-03-01,,{words},"
    assert rows(read(f"{SAMPLES[kind][1]}\n{line}\n".encode(), kind), "challenges")[0][5] == code


@pytest.mark.parametrize(
    ("cell", "person"),
    [
        ("12345678", "12345678"),
        ("1234567", "01234567"),  # a spreadsheet ate the zero
        ("10123456781", "12345678"),  # the RUC of a natural person holds the DNI
        ("20100994128", "20100994128"),
        ("000123456", "000123456"),  # a foreigner's card
        ("12345678.0", "12345678"),
    ],
)
def test_one_person_has_one_document(cell, person):
    kind = "registro:vinculos"
    line = f"{cell},20100994128,interés,,,,"
    assert rows(read(f"{SAMPLES[kind][1]}\n{line}\n".encode(), kind), "ties")[0][0] == person


@pytest.mark.parametrize("cell", ["-", "0", "00000000", ""])
def test_a_document_that_says_nothing_is_missing(cell):
    kind = "registro:vinculos"
    chunks = read(f"{SAMPLES[kind][1]}\n{cell},20100994128,interés,,,,\n".encode(), kind)
    assert [r.reason.value for c in chunks for r in c.refusals] == ["id_missing"]


def test_the_other_side_of_a_tie_may_be_an_organisation():
    kind = "registro:vinculos"
    line = "12345678,Frente  Amplio Simulado,aporte,,2021-01-01,,ONPE"
    assert rows(read(f"{SAMPLES[kind][1]}\n{line}\n".encode(), kind), "ties")[0][1] == "FRENTE AMPLIO SIMULADO"


@pytest.mark.parametrize(
    ("parts", "address"),
    [
        ("JR.|CUZCO|-|-|343|-|-|-|-|-", "JR. CUZCO NRO. 343"),
        ("----|PASEO DEL BOSQUE|URB.|CHACARILLA|500|2|-|-|-|-", "PASEO DEL BOSQUE NRO. 500 INT. 2 URB. CHACARILLA"),
        ("CAR.|PANAMERICANA SUR|Z.I.|CONCHÁN|-|-|-|-|-|25", "CAR. PANAMERICANA SUR KM. 25 Z.I. CONCHÁN"),
        ("-|-|P.J.|SAN JUAN|-|-|4|-|B|-", "MZ. B LT. 4 P.J. SAN JUAN"),
        ("-|-|-|-|-|-|-|-|-|-", None),
    ],
)
def test_addresses_of_taxpayers(parts, address):
    kind = "sunat:padron_reducido"
    line = f"20100994128|ACME|BAJA DE OFICIO|NO HABIDO|-|{parts}|"
    ((_, _, state, condition, ubigeo, found, _),) = rows(
        read(f"{SAMPLES[kind][1]}\n{line}\n".encode("latin-1"), kind), "taxpayers"
    )
    assert (state, condition, ubigeo, found) == ("BAJA DE OFICIO", "NO HABIDO", None, address)


CALLS = "CODIGOCONVOCATORIA,PROCESO,FECHACONVOCATORIA,ENTIDAD\n12,AS-SM-1-2022-MDX-1,01/02/2022,MUNICIPALIDAD DISTRITAL DE X\n"
CHALLENGES = SAMPLES["registro:impugnaciones"][1] + "\n"
PENDING = ",1-2022,apelación,2022-03-01,,,\n"


def dataset(folder, **files):
    for name, body in files.items():
        (folder / f"{name}.csv").write_text(body, encoding="utf-8")
    return ingest([folder / f"{n}.csv" for n in files], [], None)


def test_a_register_makes_no_process_and_its_rows_are_counted(tmp_path):
    got = dataset(tmp_path, calls=CALLS, challenges=CHALLENGES + "12" + PENDING + "13" + PENDING)
    tables = got.dataset.tables
    assert tables["processes"]["process_id"].to_list() == ["12"]
    assert tables["challenges"]["process_id"].to_list() == ["12"]
    assert [i["counts"]["accepted"] for i in got.inputs] == [1, 2], "both rows were read and accepted"


def test_a_register_publishes_nothing_of_a_process_but_its_own_rows(tmp_path):
    tables = dataset(tmp_path, calls=CALLS, challenges=CHALLENGES + "12" + PENDING).dataset.tables
    assert tables["processes"]["sources"].to_list() == [["conosce:convocatorias"]]
    kinds = tables["sources"].filter(process_id="12")["kind"].to_list()
    assert kinds == ["conosce:convocatorias", "registro:impugnaciones"], "a reader of the process still finds the row"


def test_a_register_alone_gives_no_process(tmp_path):
    tables = dataset(tmp_path, challenges=CHALLENGES + "13" + PENDING).dataset.tables
    assert tables["processes"].height == tables["challenges"].height == 0


def test_counts_add_up_whatever_the_register(tmp_path):
    got = dataset(tmp_path, **{kind.split(":")[1]: text(kind) for kind in SAMPLES})
    for row in got.inputs:
        counts = row["counts"]
        good_and_bad = 1 + len(SAMPLES[row["kind"]][3])
        assert counts["read"] == good_and_bad == counts["accepted"] + counts["quarantined"]
    assert {row["kind"] for row in got.inputs} == set(SAMPLES)
    assert got.quarantine.height == sum(len(sample[3]) for sample in SAMPLES.values())


def test_rows_that_repeat_are_one(tmp_path):
    head, line = SAMPLES["registro:cargos"][1:3]
    got = dataset(tmp_path, a=f"{head}\n{line}\n{line}\n", b=f"{head}\n{line}\n")
    assert got.dataset.tables["offices"].height == 1
    assert sum(i["counts"]["duplicate"] for i in got.inputs) == 2


GUIDE = (ROOT / "docs" / "registers.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"```csv (\S+)\n(.*?)```", GUIDE, re.DOTALL))


def test_the_guide_has_an_example_of_each_register():
    assert set(EXAMPLES) == {*SAMPLES, "holidays", "registro:decisiones"}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_guides_example_is_read_whole_and_its_columns_are_those_of_the_reader(kind):
    data = EXAMPLES[kind].encode()
    assert tabular.recognise(data) == kind
    chunks = read(data, kind)
    assert not [r for c in chunks for r in c.refusals]
    assert sum(len(c.keys) for c in chunks) == EXAMPLES[kind].count("\n") - 1
    (spec,) = [s for s in EVERY if s.kind == kind]
    section = GUIDE[: GUIDE.index(f"```csv {kind}\n")].rsplit("\n### ", 1)[1]
    described = {header_key(h) for row in re.findall(r"^\| (.*?) \|", section, re.MULTILINE) for h in row.split(",")}
    values = {name for name, _ in spec.columns.values()}  # headers that name one value are alternatives
    assert values == {spec.columns[h][0] for h in described & spec.columns.keys()}


@pytest.mark.parametrize("name", sorted(t.name for t in REGISTER_TABLES if t.name != "answers"))
def test_the_guide_names_each_register(name):
    assert f"| `{name}` |" in GUIDE
