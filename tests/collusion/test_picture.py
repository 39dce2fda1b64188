"""The picture of a process's neighbourhood: well formed, masked, legible without colour, the same bytes every time."""

from xml.etree import ElementTree as ET

import pytest
from tests.collusion.network_cases import market, ring, tables

from procrisk.collusion import network, picture
from procrisk.errors import UsageError

A, B, C, D = "20100000001", "20100000002", "20100000003", "20100000004"
PERSON = "10444444441"
SVG = "{http://www.w3.org/2000/svg}"


def drawn(bids, winners=(), process="R0", **more):
    made = tables(bids, winners, **more).tables
    return picture.picture(network.build(made), made, process)


def ring_in_a_market(firms=(A, B, C), **more):
    bids, winners = market(100, 4, 40)
    other, won = ring(9, list(firms))
    return drawn(bids | other, winners | won, **more)


def texts(svg):
    root = ET.fromstring(svg)
    return [t.text for t in root.iter(SVG + "text")], [t.text for t in root.iter(SVG + "title")]


def test_the_winner_its_rivals_and_how_often_they_meet():
    labels, titles = texts(ring_in_a_market())
    assert sum(t == f"FIRMA {A} ({A})"[:25] + "…" for t in labels) == 2
    assert any(t.endswith("coinciden más que por azar: 9 · meet beyond chance: 9") for t in titles)
    assert titles[0].startswith("Quiénes compiten en el procedimiento R0")


def test_usual_rivals_from_elsewhere_are_drawn_and_those_left_out_are_counted():
    bids = {f"P{i}": [A, B, D] for i in range(6)} | {"R0": [A, C]}
    assert f"FIRMA {D} ({D})" in texts(drawn(bids))[1]
    crowd = [f"201000001{i:02d}" for i in range(20)]
    assert "Se dejan fuera 8 firmas" in drawn({"R0": crowd})


def test_a_consortium_and_what_is_shared_have_lines_of_their_own():
    shared = [{"process_id": "R0", "party_id": f, "telephone": "984123456"} for f in (A, C)]
    titles = texts(drawn({"R0": [(A, "CONSORCIO"), (B, "CONSORCIO"), C]}, {"R0": [A, B]}, parties=shared))[1]
    assert f"FIRMA {C} ({C})" in titles
    assert any("un mismo consorcio" in t for t in titles)
    assert any("algo en común" in t for t in titles)


def test_natural_persons_are_masked():
    svg = ring_in_a_market((PERSON, B, C))
    assert "10*******41" in svg
    assert PERSON not in svg


def test_names_cannot_break_the_picture():
    made = tables({"R0": [A, B]}).tables
    entered = network.build(made)
    harmed = network.Network(
        entered.entries.with_columns(firm_shown=network.pl.lit('<script>"&')),
        entered.pairs,
        entered.members,
        entered.groups,
    )
    svg = picture.picture(harmed, made, "R0")
    assert "<script>" not in svg
    ET.fromstring(svg)


def test_each_kind_of_line_and_firm_is_told_without_colour():
    looks = {(dash, colour) for colour, dash, _, _ in picture.EDGES.values()}
    assert len({dash for dash, _ in looks}) >= 3
    assert picture.INK != picture.GREY
    svg = ring_in_a_market()
    assert "<rect x=" in svg
    assert "<circle" in svg


def test_the_same_records_give_the_same_bytes():
    assert ring_in_a_market() == ring_in_a_market()


@pytest.mark.parametrize("process", ["R0", "nothing"])
def test_a_process_without_bidders_is_refused_with_what_to_do(process):
    with pytest.raises(UsageError, match="name a contested process"):
        drawn({"P1": [A, B], "R0": []}, process=process)
