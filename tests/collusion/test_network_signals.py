"""What the network says of a process, and in which words."""

import polars as pl
import pytest
from tests.collusion.network_cases import market, ring, tables

from procrisk.collusion import network, network_signals, ties

A, B, C, D = "20100000001", "20100000002", "20100000003", "20100000004"
PERSON = "10444444441"


def signals(bids, winners=(), consortia=(), **more):
    found = network_signals.signals(tables(bids, winners, consortia, **more))
    return {r["process_id"]: r for r in found.to_dicts()}


def party(process, firm, **more):
    return {"process_id": process, "party_id": firm, **more}


def test_every_process_has_a_row_and_a_lone_bid_is_not_evaluable():
    found = signals({"P1": [A], "P2": [A, B], "P3": []})
    assert {p: r["network"] for p, r in found.items()} == {"P1": None, "P2": 0.0, "P3": None}
    assert found["P1"]["reasons_es"] is None
    assert found["P2"]["reasons_es"] == []


def test_a_ring_stands_out_of_its_market_and_says_why():
    bids, winners = market(300, 4, 60)
    more, won = ring(9, [A, B, C])
    found = signals(bids | more, winners | won)
    rings = [r for p, r in found.items() if p.startswith("R")]
    others = [r["network"] for p, r in found.items() if p.startswith("M")]
    assert min(r["network"] for r in rings) > max(others)
    assert rings[0]["turns"] > 0
    assert rings[0]["reasons_es"][0].startswith(
        "3 firmas que compiten juntas ganan por turnos: en 9 de 9 procedimientos ganó la que más tiempo llevaba sin ganar; por azar serían "
    )
    assert any("compiten entre sí en 9 procedimientos; por azar" in t for t in rings[0]["reasons_es"])
    assert any("el 100.0 % de las veces que estas 3 firmas" in t for t in rings[0]["reasons_es"])
    assert len(rings[0]["reasons_es"]) == len(rings[0]["reasons_en"]) == 3


def test_firms_that_meet_as_often_and_do_not_take_turns_stay_low():
    bids, winners = market(300, 4, 60)
    more, _ = ring(9, [A, B, C])
    found = signals(bids | more, winners | dict.fromkeys(more, A))
    assert {r["turns"] for r in found.values()} == {0.0}
    assert found["R0"]["network"] < min(weight for weight, _, _ in ties.KINDS.values())


@pytest.mark.parametrize(
    ("more", "kind", "words"),
    [
        ({"parties": [party("P1", A, telephone="984 123 456"), party("P1", B, telephone="984123456")]}, "telephone", "dan el mismo teléfono"),
        ({"parties": [party("P1", A, email="Ventas@x.pe"), party("P1", B, email="ventas@X.pe")]}, "e-mail", "dan el mismo correo electrónico"),
        ({"parties": [party("P1", A, address="AV. LOS PROCERES NRO. 123", district="CUSCO"), party("P1", B, address="AV LOS PROSERES 123", district="CUSCO")]},
         "alike_address", "dan direcciones parecidas (91 de 100)"),
        ({"owners": [{"ruc": A, "person_id": "12345678"}, {"ruc": B, "person_id": "12345678"}]}, "person",
         "tienen en común a 1 persona entre socios, representantes y directores"),
        ({"subcontractors": [{"process_id": "P1", "contract_id": "", "party_id": B}]}, "subcontract", "una es subcontratista de la otra en este contrato"),
        ({"consortia": [("77", A), ("77", B)]}, "consortium", "son socias de un consorcio en 1 procedimiento más"),
    ],
)  # fmt: skip
def test_what_rivals_have_in_common(more, kind, words):
    found = signals({"P1": [A, B], "P2": [A, C]}, {"P1": A}, **more)
    assert found["P1"]["ties"] == ties.KINDS[kind][0] == pytest.approx(found["P1"]["network"])
    assert found["P2"]["ties"] == 0.0
    (reason,) = found["P1"]["reasons_es"]
    assert reason == f"FIRMA {A} ({A}) y FIRMA {B} ({B}) compiten aquí y {words}"


def test_a_subcontractor_that_won_or_did_not_bid_is_no_tie():
    taken = [{"process_id": "P1", "contract_id": "", "party_id": f} for f in (A, D)]
    assert signals({"P1": [A, B]}, {"P1": A}, subcontractors=taken)["P1"]["ties"] == 0.0


def test_a_tie_inside_one_bid_is_no_tie_of_rivals():
    shared = [party("P1", A, telephone="984123456"), party("P1", B, telephone="984123456")]
    found = signals({"P1": [(A, "CONSORCIO"), (B, "CONSORCIO"), C]}, parties=shared)
    assert found["P1"]["ties"] == 0.0


def test_natural_persons_are_masked():
    shared = [party("P1", PERSON, telephone="984123456"), party("P1", B, telephone="984123456")]
    (text,) = signals({"P1": [PERSON, B]}, parties=shared)["P1"]["reasons_es"]
    assert "10*******41" in text
    assert PERSON not in text
    assert f"FIRMA {PERSON}" not in text


def test_more_signs_never_say_less():
    shared = [party(p, f, telephone="984123456") for p in ("R0", "M0") for f in (A, B)]
    bids, winners = market(200, 4, 60)
    more, won = ring(9, [A, B, C])
    without = signals(bids | more, winners | won)
    found = signals(bids | more, winners | won, parties=shared)
    assert all(found[p]["network"] >= without[p]["network"] for p in more)
    assert found["R0"]["network"] > without["R0"]["network"]


def test_nothing_depends_on_the_order_of_the_rows():
    bids, winners = market(80, 4, 20)
    made = tables(bids, winners)
    one = network_signals.signals(made)
    made.tables = {n: t.sample(fraction=1.0, shuffle=True, seed=2) for n, t in made.tables.items()}
    assert network_signals.signals(made).equals(one)


def test_the_parts_are_combined_as_stated():
    bids, winners = market(120, 4, 14)
    found = network_signals.of_network(network.build(tables(bids, winners).tables), tables(bids, winners).tables)
    left = pl.lit(1.0)
    for name in network_signals.SIGNALS:
        left = left * (1 - pl.col(name))
    assert found.select((pl.col("network") - (1 - left)).abs().max()).item() < 1e-12
