"""What real records look like and do not mean: each trap on a small record in the publisher's own shape, read and judged.

Rows are made up; headers, words and oddities are those that OECE and CONOSCE publish.
"""

import csv
import io
import json
from datetime import date

import pytest

from procrisk.indicators import INDICATORS, evaluate, features
from procrisk.records.ingest import ingest
from procrisk.scoring.process import SCOPES

AS_OF = date(2022, 12, 31)
DAY = "2022-02-01T00:00:00-05:00"
FIRM, OTHER = (
    {"id": "PE-RUC-20100070970", "name": "FIRMA UNO S.A."},
    {"id": "PE-RUC-20100130204", "name": "FIRMA DOS S.A."},
)
BUYER = {"id": "PE-CONSUCODE-00424", "name": "MUNICIPALIDAD DISTRITAL DE EJEMPLO"}
MINISTRY = {"id": "PE-CONSUCODE-00012", "name": "MINISTERIO DE EJEMPLO"}
RUC = {BUYER["id"]: "20311886879", MINISTRY["id"]: "20131373237"}
AWARDED = {
    "CODIGOENTIDAD": "000424",
    "ENTIDAD_RUC": "20311886879",
    "CODIGOCONVOCATORIA": "774029",
    "PROCESO": "AS-SM-7-2022-MDE-CS-1",
    "N_ITEM": "1",
    "DESCRIPCION_ITEM": "CEMENTO PORTLAND",
    "ESTADO_ITEM": "Consentido",
    "CANTIDAD_ADJUDICADO_ITEM": "1",
    "MONTO_REFERENCIAL_ITEM": "100000",
    "MONTO_ADJUDICADO_ITEM": "90000",
    "MONEDA": "Soles",
    "UNIDAD_MEDIDA": "Unidad",
    "RUC_PROVEEDOR": "20100070970",
    "PROVEEDOR": "FIRMA UNO S.A.",
    "TIPO_PROVEEDOR": "Persona Juridica",
    "FECHA_CONVOCATORIA": "18/01/2022",
    "FECHA_BUENAPRO": "10/02/2022",
    "FECHA_CONSENTIMIENTO_BP": "22/02/2022",
}
"""A row of CONOSCE's awards: a simplified award that became final eight business days later."""
BID = {
    "CODIGO_CONVOCATORIA": "774029",
    "FECHACONVOCATORIA": "18/01/2022",
    "N_ITEM": "1",
    "RUC_CODIGO_POSTOR": "20100070970",
    "POSTOR": "FIRMA UNO S.A.",
    "FECHA_PRESENTACION_PROPUESTA": "08/02/2022",
}
SECOND = {**BID, "RUC_CODIGO_POSTOR": "20100130204", "POSTOR": "FIRMA DOS S.A."}


def soles(amount):
    return {"amount": amount, "currency": "PEN", "currencyName": "Soles", "amount_PEN": amount}


def release(
    title="LP-SM-1-2022-MDE-1", details="Licitación Pública", category="goods", value=500_000.0, buyer=BUYER, **more
):
    """A compiled release as OECE publishes it; `more` replaces or adds top-level parts, `tender` parts of the tender."""
    tender = {
        "id": "1000001",
        "title": title,
        "description": "ADQUISICIÓN DE CEMENTO",
        "procuringEntity": buyer,
        "datePublished": DAY,
        "procurementMethod": "open",
        "procurementMethodDetails": details,
        "mainProcurementCategory": category,
        "value": soles(value),
        "tenderPeriod": {"startDate": DAY, "endDate": DAY},
        **more.pop("tender", {}),
    }
    return {
        "tag": ["compiled"],
        "id": "ocds-dgv273-seacev3-1-x",
        "date": DAY,
        "ocid": "ocds-dgv273-seacev3-2022-424-1",
        "initiationType": "tender",
        "buyer": buyer,
        "tender": tender,
        "parties": [
            {
                **buyer,
                "additionalIdentifiers": [{"id": RUC[buyer["id"]], "scheme": "PE-RUC"}],
                "address": {"department": "LIMA", "region": "LIMA", "locality": "LIMA", "countryName": "PERU"},
                "roles": ["buyer", "procuringEntity"],
            }
        ],
        **more,
    }


def award(id_, supplier, amount=400_000.0, **more):
    return {"id": id_, "date": "2022-03-15T00:00:00-05:00", "value": soles(amount), "suppliers": [supplier], **more}


def item(n):
    return {"id": str(n), "position": str(n), "description": f"ITEM {n}", "totalValue": soles(250_000.0)}


def awarded(**cells):
    return {**AWARDED, **cells}


class Judged:
    """What became of some records: their tables, and what an indicator says of them."""

    def __init__(self, folder):
        read = ingest([folder], [], None)
        assert read.quarantine.height == 0, read.quarantine["detail"].to_list()
        self.tables = read.dataset.tables
        self.frames = features.build(read.dataset, AS_OF)

    def by(self, id_):
        return evaluate.judge(self.frames, [INDICATORS[id_]], {})

    def __getitem__(self, id_):
        """raised, clear or the reason why it is not evaluable, of the one process there is."""
        found = self.by(id_)
        code = found.why[id_].item()
        return evaluate.WHY[code] if code else "raised" if found.states[id_].item() else "clear"

    def one(self, table):
        return self.tables[table].row(0, named=True)


@pytest.fixture
def judge(tmp_path):
    """Reads and judges OCDS releases and rows of CONOSCE's tables."""

    def run(*releases, awards=(), bids=()):
        if releases:
            lines = "\n".join(json.dumps(r, ensure_ascii=False) for r in releases)
            (tmp_path / "releases.jsonl").write_text(lines, encoding="utf-8")
        for name, rows in (("adjudicaciones.csv", awards), ("postor.csv", bids)):
            if rows:
                text = io.StringIO()
                writer = csv.DictWriter(text, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
                (tmp_path / name).write_text(text.getvalue(), encoding="utf-8-sig")
        return Judged(tmp_path)

    return run


def test_tender_period_is_not_the_bidding_window(judge):
    """It repeats the day of the call: read as a window, every tender would leave bidders no day at all."""
    got = judge(release())
    assert got.one("processes")["call_date"] == date(2022, 2, 1)
    assert got.one("processes")["bid_deadline"] is None
    assert got["PRE-06"] in {"column_absent", "value_missing"}


def test_number_of_tenderers_counts_registrations(judge):
    one = release(tender={"numberOfTenderers": 1, "tenderers": [FIRM]}, awards=[award("a", FIRM)])
    got = judge(one)
    assert (got.one("processes")["n_registered"], got.one("processes")["n_bidders"]) == (1, None)
    assert got["SEL-01"] in {"column_absent", "value_missing"}


def test_a_single_bid_is_one_row_of_bidders(judge):
    assert judge(awards=[awarded()], bids=[BID])["SEL-01"] == "raised"


def test_a_value_of_zero_is_reserved(judge):
    """Ley 32069 keeps the amount back until the award: unknown, neither below a line nor a round number."""
    got = judge(
        release(
            "AS-SM-1-2022-MDE-1",
            "Adjudicación Simplificada",
            value=0,
            tender={"hasTenderInformationProtectedByLaw": True},
        )
    )
    assert got.one("processes")["value_pen_cents"] is None
    for id_ in ("PLA-03", "PRE-04", "PRE-08"):
        assert got[id_] not in {"raised", "clear"}, id_


@pytest.mark.parametrize(("price", "state"), [(450_000.0, "clear"), (460_000.0, "raised")])
def test_bids_at_the_legal_floor_of_works_are_equal_by_law(judge, price, state):
    """Works: 90 % of the reference value is the lowest bid admitted (Ley 30225, art. 28.2), and many bid just that."""
    details = [
        {"id": str(n), "date": DAY, "status": "valid", "tenderers": [who], "value": soles(price)}
        for n, who in enumerate((FIRM, OTHER))
    ]
    got = judge(release(category="works", bids={"details": details}, awards=[award("a", FIRM, price)]))
    assert got["SEL-32"] == state


def test_national_entities_in_lima_are_kept_apart(judge):
    ministry = {**release(buyer=MINISTRY, tender={"id": "1000002"}), "id": "2", "ocid": "ocds-dgv273-seacev3-2022-12-1"}
    got = judge(release(), ministry)
    assert got.tables["processes"]["region_code"].to_list() == ["1501", "1501"]
    levels = dict(got.tables["processes"].select("buyer_name", "buyer_level").iter_rows())
    assert {name: SCOPES[level] for name, level in levels.items()} == {
        BUYER["name"]: "local_government",
        MINISTRY["name"]: "national",
    }


def test_joins_multiply_no_amount(judge):
    """Two items, two documents, two registered firms, a consortium of two and a contract: one award of S/ 400,000."""
    whole = award(
        "a", FIRM, items=[item(1), item(2)], documents=[{"id": str(n), "documentType": "awardNotice"} for n in (1, 2)]
    )
    whole["suppliers"] = [FIRM, OTHER]
    papers = [{"id": str(n), "documentType": "biddingDocuments", "datePublished": DAY} for n in (1, 2)]
    contract = {
        "id": 2000001,
        "awardID": "a",
        "value": soles(400_000.0),
        "dateSigned": "2022-04-01T00:00:00-05:00",
        "documents": papers,
    }
    got = judge(
        release(
            tender={
                "items": [item(1), item(2)],
                "documents": papers,
                "tenderers": [FIRM, OTHER],
                "numberOfTenderers": 2,
            },
            awards=[whole],
            contracts=[contract],
        )
    )
    process = got.one("processes")
    assert (process["n_awards"], process["n_lots"], process["awarded_pen_cents"]) == (1, 2, 40_000_000)
    assert got.tables["contracts"]["amount_pen_cents"].to_list() == [40_000_000]
    assert got["EXE-02"] == "clear"


def test_an_ocid_may_hold_several_awards(judge):
    """Two awards, one of them signed for more than was awarded: told on its own contract, against its own award."""
    awards = [award("1000001-20100070970", FIRM, 300_000.0), award("1000001-20100130204", OTHER, 100_000.0)]
    contracts = [
        {"id": n, "awardID": a["id"], "value": soles(amount), "dateSigned": "2022-04-01T00:00:00-05:00"}
        for n, (a, amount) in enumerate(zip(awards, (300_000.0, 150_000.0), strict=True), 2_000_001)
    ]
    got = judge(release(awards=awards, contracts=contracts))
    assert got.one("processes")["n_awards"] == 2
    assert got.one("processes")["awarded_pen_cents"] == 40_000_000
    flag = got.by("EXE-02").flags.row(0, named=True)
    assert flag["subject_id"].endswith("2000002")
    assert flag["value"] == pytest.approx(1.5)


@pytest.mark.parametrize("code", ["490097", "L0012345"])
def test_a_pe_ruc_may_be_no_ruc(judge, code):
    """The scheme says RUC; the number is a consortium's code in SEACE or a foreign firm's."""
    got = judge(release(awards=[award("a", {"id": f"PE-RUC-{code}", "name": "CONSORCIO EJEMPLO"})]))
    supplier = got.one("award_suppliers")
    assert supplier["ruc"] is None
    assert code in {supplier["party_id"], supplier["consortium_id"]}


def test_the_sentinel_day_is_no_day(judge):
    """01/01/1900 stands for no consent yet; taken at its word it would come 122 years before the award."""
    got = judge(awards=[awarded(FECHA_CONSENTIMIENTO_BP="01/01/1900")], bids=[BID, SECOND])
    assert got.one("awards")["consent_date"] is None
    assert got["SEL-10"] not in {"raised", "clear"}
    assert got["CRO-02"] == "clear"


@pytest.mark.parametrize(
    ("title", "details", "state"),
    [
        ("AS-SM-12-2022-MDE-1", "Adjudicación Simplificada", "raised"),
        ("AS-SM-12-2022-MDE-2", "Adjudicación Simplificada", "out_of_scope"),
        (
            "AS-Homologacion-SM-12-2022-MDE-1",
            "Adjudicación Simplificada-Homologación de Bienes y Servicios",
            "out_of_scope",
        ),
        ("AS-Ley31125-SM-12-2022-MDE-1", "Adjudicación Simplificada", "out_of_scope"),
        ("AS-DL 1355-SM-12-2022-MDE-1", "Adjudicación Simplificada-Decreto Legislativo N° 1355", "out_of_scope"),
    ],
)
def test_above_the_line_is_legal_on_a_second_call_and_under_special_rules(judge, title, details, state):
    assert judge(release(title, details))["PRE-04"] == state


def test_a_law_not_yet_in_force_exempts_nobody(judge):
    early = {**release("AS-Ley31125-SM-12-2021-MDE-1", "Adjudicación Simplificada")}
    day = "2021-01-29T00:00:00-05:00"
    early["tender"] |= {"tenderPeriod": {"startDate": day, "endDate": day}, "datePublished": day}
    assert judge(early)["PRE-04"] == "raised"


def test_an_object_told_from_its_text_accuses_nobody(judge):
    """CONOSCE's awards say no object, and the line of works is seven times that of goods."""
    got = judge(awards=[awarded(MONTO_REFERENCIAL_ITEM="900000", MONTO_ADJUDICADO_ITEM="900000")])
    assert got.one("processes")["object_inferred"] is True
    assert got["PRE-04"] == "value_missing"


@pytest.mark.parametrize(
    ("bids", "consent", "state"),
    [
        ([BID], "10/02/2022", "out_of_scope"),
        ([BID], "11/02/2022", "out_of_scope"),
        ([BID, SECOND], "11/02/2022", "raised"),
        ([BID, SECOND], "17/02/2022", "clear"),
        ([], "10/02/2022", "column_absent"),
    ],
)
def test_a_single_bid_is_final_on_the_day_of_its_award(judge, bids, consent, state):
    """Reglamento de la Ley 30225, art. 64.3; with two bids or more, five business days in a simplified award."""
    assert judge(awards=[awarded(FECHA_CONSENTIMIENTO_BP=consent)], bids=bids)["SEL-10"] == state


def test_a_lot_awarded_pro_rata_is_two_awards_of_one_reference(judge):
    """104 pairs of process and item of early 2022 stand twice: shares of two winners, no repeated row."""
    half = {"MONTO_ADJUDICADO_ITEM": "45000", "CANTIDAD_ADJUDICADO_ITEM": "0.5"}
    got = judge(awards=[awarded(**half), awarded(**half, RUC_PROVEEDOR="20100130204", PROVEEDOR="FIRMA DOS S.A.")])
    process = got.one("processes")
    assert got.tables["lots"].height == 1
    assert got.tables["awards"]["amount_pen_cents"].to_list() == [4_500_000, 4_500_000]
    assert (process["n_awards"], process["awarded_pen_cents"], process["value_pen_cents"]) == (2, 9_000_000, 10_000_000)
