"""Names and addresses that are nearly the same: what matches, what must not, and the score."""

import polars as pl
import pytest

from procrisk.collusion import matching

A, B, C = "20100000001", "20100000002", "20100000003"


def score_of_names(first, second, ruc=B):
    found = matching.names(
        pl.DataFrame({"firm": [A, ruc], "name": [first, second]}, schema_overrides={"name": pl.String})
    )
    return found["score"].to_list()


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("CONSTRUCTORA ANDES DORADOS S.A.C.", "ANDES DORADOS E.I.R.L.", True),
        ("INVERSIONES ANDES DORADOS SRL", "Corporación Andes Dorado S.A.", True),
        ("DORADOS ANDES SAC", "ANDES DORADOS SAC", True),
        ("GRUPO VIALNORTE 12 SAC", "GRUPO VIALNORTE 13 SAC", False),
        ("ANDES DORADOS SAC", "ANDES NEVADOS SAC", False),
        ("CONSTRUCTORA SERVICIOS GENERALES SAC", "CONSTRUCTORA SERVICIOS GENERALES EIRL", False),
        ("ANDES DORADOS SAC", None, False),
    ],
)
def test_names(first, second, alike):
    assert bool(score_of_names(first, second)) is alike


def test_natural_persons_are_not_compared_by_name():
    assert score_of_names("QUISPE MAMANI JUAN", "QUISPE MAMANI JUANA", "10444444441") == []


def test_the_score_is_part_of_the_match():
    assert score_of_names("ANDES DORADOS SAC", "ANDES DORADOS EIRL") == [100]
    assert 90 <= score_of_names("INVERSIONES ANDES DORADOS SRL", "ANDES DORADO SA")[0] < 100


@pytest.mark.parametrize(
    ("first", "second", "place", "alike"),
    [
        ("AV. LOS PROCERES NRO. 123 URB. SAN JUAN", "Av Los Proseres 123, San Juan", "CUSCO", True),
        ("AV. LOS PROCERES NRO. 123", "AV. LOS PROCERES NRO. 125", "CUSCO", False),
        ("AV. LOS PROCERES NRO. 123", "AV. LOS PROCERES NRO. 123", "PUNO", False),
        ("AV. LOS PROCERES S/N", "AV. LOS PROCERES S/N", "CUSCO", False),
    ],
)
def test_addresses(first, second, place, alike):
    frame = pl.DataFrame({"firm": [A, B], "address": [first, second], "place": ["Cusco", place]})
    assert bool(matching.addresses(frame).height) is alike


def test_a_word_that_too_many_share_is_no_block():
    n = matching.MAX_BLOCK + 1
    firms = pl.DataFrame({"firm": [f"2010000{i:04d}" for i in range(n)], "name": ["ANDES SAC"] * n})
    assert matching.names(firms.head(n - 1).with_columns(name=pl.lit("ANDINOS SAC"))).height == (n - 1) * (n - 2) // 2
    assert matching.names(firms.with_columns(name=pl.lit("ANDINOS SAC"))).is_empty()
