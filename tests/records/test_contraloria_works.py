"""The Contraloría's sample of works: bids by contract, consortia as one bid, levels of risk as known outcomes."""

import polars as pl
import pytest

from procrisk.records import tabular
from procrisk.records.ingest import ingest

BIDS = "NUMERO_CONTRATO,CODIGO_CONTRATO,Identificador_Obra,NOMBRE_EMPRESA_GANADORA,RUC_GANADOR,RUC_PARTICIPANTE,NOMBRE_EMPRESA_PARTICIPANTE,MONTO_OFERTADO\n"
WORK = "2000001-1-700001-2000101-55"
ROWS = BIDS + "".join(
    f'"001-2022",2000101,{WORK},{winner},{ruc},{bidder},{name},{amount}\n'
    for winner, ruc in (("CONSTRUCTORA UNO", "20100000001"), ("CONSTRUCTORA DOS", "20100000002"))
    for bidder, name, amount in (
        ("20100000001", "CONSORCIO VIAL(*)", "900.5"),
        ("20100000002", "CONSORCIO  VIAL", "900.5"),
        ("20100000003", "TRES S.A.C.", "1000"),
        ("99000000004", "FOREIGN CONSTRUCTION", "1000"),
    )
)
RISK = "CODIGO_UNICO,SECTOR,DEPARTAMENTO,NIVEL_GOBIERNO,IDENTIFICADOR_OBRA,CODIGO_OBRA,NOMBRE_OBRA,ESTADO_OBRA,RIESGO_OBRA,RIESGO_DESCRIPCION_OBRA\n"
CALLS = "CODIGO_UNICO,SECTOR,DEPARTAMENTO,NIVEL_GOBIERNO,IDENTIFICADOR_OBRA,PROCESO,OBJETO_PROCESO,CODIGO_OBRA,NOMBREOBRA,METODO_CONTRATACION\n"


def tables(tmp_path, **files):
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    got = ingest([tmp_path], [], tmp_path / "lake")
    assert got.quarantine.height == 0, got.quarantine
    return got.dataset.tables


def test_a_bid_is_read_once_whatever_the_winners_and_a_consortium_is_one_bid(tmp_path):
    read = tables(tmp_path, bids=ROWS)
    bids = read["bids"].sort("party_id")
    assert bids.select("process_id", "party_id", "bid_id", "amount_cents", "currency").rows() == [
        ("700001", "20100000001", "CONSORCIO VIAL", 90050, "PEN"),
        ("700001", "20100000002", "CONSORCIO VIAL", 90050, "PEN"),
        ("700001", "20100000003", "", 100000, "PEN"),
        ("700001", "99000000004", "", 100000, "PEN"),
    ]
    assert read["award_suppliers"].sort("party_id").select("award_id", "party_id").rows() == [
        ("700001-2000101", "20100000001"),
        ("700001-2000101", "20100000002"),
    ]


def test_a_call_says_where_a_local_government_sits_and_nothing_of_where_a_national_one_does(tmp_path):
    row = "{0},SALUD,CUSCO,{1},{0}-1-{2}-2000101-55,3,Obra,55,POSTA MEDICA,Licitación Pública\n"
    text = (
        CALLS + row.format("2000001", "GOBIERNO LOCAL", "700001") + row.format("2000002", "GOBIERNO NACIONAL", "700002")
    )
    processes = tables(tmp_path, calls=text)["processes"].sort("process_id")
    columns = ["process_id", "project_id", "object", "method", "buyer_level", "region_code"]
    assert processes.select(columns).rows() == [
        ("700001", "2000001", "works", "LP", "local", "08"),
        ("700002", "2000002", "works", "LP", "national", None),
    ]


@pytest.mark.parametrize(("level", "positive"), [(0, False), (2, False), (3, True), (4, True)])
def test_the_risk_of_a_work_is_a_known_outcome_and_makes_no_process(tmp_path, level, positive):
    read = tables(tmp_path, risk=f"{RISK}2000001,SALUD,CUSCO,GOBIERNO LOCAL,{WORK},55,POSTA,Finalizado,{level},x\n")
    assert read["outcomes"].select("process_id", "work_id", "project_id", "kind", "level", "positive").rows() == [
        ("700001", "55", "2000001", "works_risk", level, positive)
    ]
    assert read["processes"].is_empty()


def test_a_work_that_is_not_identified_is_refused_with_its_place(tmp_path):
    (tmp_path / "bids.csv").write_text(ROWS.replace(WORK, "sin-codigo", 1), encoding="utf-8")
    got = ingest([tmp_path], [], tmp_path / "lake")
    assert got.quarantine.select("line", "reason").rows() == [(2, "id_missing")]


@pytest.mark.parametrize(
    ("name", "kind", "rows"),
    [
        ("Obra_1A", "contraloria:obras", 326),
        ("Obra_2B", "contraloria:comite", 1613),
        ("Obra_3B", "contraloria:participantes", 5249),
        ("Obra_3C", "contraloria:ofertas", 5249),
        ("Obra_4B", "contraloria:riesgo_obra", 326),
        ("Empresa_2A", "contraloria:empresas", 371),
        ("MatrizPriorizacion_1A", "contraloria:riesgo_proyecto", 822),
    ],
)
def test_the_published_tables_are_read_whole(shared_data, name, kind, rows):
    data = (shared_data / "works_bids" / f"DS_DASH_{name}.csv").read_bytes()
    assert tabular.recognise(data) == kind
    chunks = list(tabular.read(data, kind, set()))
    assert not [r for c in chunks for r in c.refusals]
    assert sum(len(c.keys) for c in chunks) == rows


def test_what_the_sample_holds(shared_data, tmp_path):
    read = ingest([shared_data / "works_bids"], [], tmp_path / "lake").dataset.tables
    assert read["processes"].height == 318
    bids = read["bids"]
    assert bids["process_id"].n_unique() == 316
    assert bids.select("process_id", "party_id").n_unique() == 2396
    assert bids["amount_cents"].null_count() == 0
    risk = read["outcomes"].filter(pl.col("process_id").is_not_null())
    assert risk.filter("positive")["work_id"].n_unique() > 100
    assert read["suppliers"].filter(pl.col("capacity_cents").is_not_null()).height == 168
