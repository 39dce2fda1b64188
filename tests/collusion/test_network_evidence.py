"""The tables of what the network is worth: what they count, and that they come out the same."""

import pytest
from tests.collusion.network_cases import market, ring, tables

from procrisk.collusion import network_evidence
from procrisk.errors import InputMissingError

A, B, C = "20100000001", "20100000002", "20100000003"


def planted():
    bids, winners = market(200, 4, 60)
    more, won = ring(9, [A, B, C])
    truth = [
        {"scheme": "ring", "variant": "naive", "twin": False, "process_ids": sorted(more), "supplier_rucs": [A, B, C]},
        {"scheme": "ring", "variant": "naive", "twin": True, "process_ids": ["M1", "M2"], "supplier_rucs": bids["M1"]},
    ]
    return tables(bids | more, winners | won), truth


def test_a_plain_ring_is_found_whole_and_its_look_alike_is_not():
    rows = {
        line.split("|")[1].strip(): line.split("|")[2:-1]
        for line in network_evidence.rings(*planted())
        if line[:2] == "| "
    }
    assert [c.strip() for c in rows["naive, anillo · ring"]] == ["1", "9", "1/1", "1.000", "0.000", "1.000", "1.000"]
    assert [c.strip() for c in rows["naive, imitación limpia · look-alike"]][:3] == ["1", "2", "0/1"]


def test_works_are_held_against_their_level_of_risk():
    bids, winners = market(40, 4, 12)
    known = [
        {"process_id": p, "project_id": p, "kind": "works_risk", "level": i % 5, "positive": i % 5 >= 3, "source": "x"}
        for i, p in enumerate(sorted(bids))
    ]
    lines = list(network_evidence.works(tables(bids, winners, outcomes=known)))
    assert lines[0].startswith("Procedimientos evaluables · evaluable: 40; positivos · positive: 16 (0.400)")
    assert lines[-1].startswith("| n | – | 0.500 | 0.500–0.500 |"), "every contest has as many bids: no order"


def test_the_same_records_print_the_same():
    assert list(network_evidence.rings(*planted())) == list(network_evidence.rings(*planted()))


def test_chance_makes_few_ties():
    bids, winners = market(200, 4, 30)
    rows = [line.split("|") for line in network_evidence.chance(tables(bids, winners)) if "azar" in line]
    assert len(rows) == network_evidence.SHUFFLES_OF_RECORDS
    assert sum(int(r[3]) for r in rows) <= 0.05 * sum(int(r[2]) for r in rows)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(InputMissingError, match="name one with records"):
        network_evidence.read(tmp_path / "nothing")
