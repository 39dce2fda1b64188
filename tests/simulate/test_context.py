"""The simulated registers: of the country's own firms and buyers, with ties where they were planted and beside them."""

import polars as pl
import pytest

from procrisk.records.cleaning import ruc_valid
from procrisk.records.ingest import ingest


@pytest.fixture(scope="module")
def tables(country, tmp_path_factory):
    found = ingest([country / "ocds", country / "conosce"], [country / "context"], tmp_path_factory.mktemp("lake"))
    assert not found.quarantine.filter(pl.col("kind").str.contains("registro|sunat|juridica")).height
    return found.dataset.tables


def firms(truth, scheme, *, twin):
    """(firm, entity) of each instance."""
    return [(i["supplier_rucs"][0], i["buyer_rucs"][0]) for i in truth if i["scheme"] == scheme and i["twin"] is twin]


def kin(tables, firm, entity):
    """Whether kin of a person behind the firm holds an office in the entity."""
    people = tables["owners"].filter(ruc=firm)["person_id"]
    related = tables["ties"].filter((pl.col("kind") == "kinship") & pl.col("related_id").is_in(people.implode()))
    return bool(tables["offices"].filter(buyer_ruc=entity)["person_id"].is_in(related["person_id"].implode()).any())


def test_every_register_is_there(tables):
    names = ["owners", "taxpayers", "offices", "ties", "declarations", "certifications", "listed_items", "works"]
    assert all(tables[name].height for name in [*names, "control", "challenges", "subcontractors"])
    for column in ("state", "condition"):
        assert tables["taxpayers"][column].null_count() == 0


def test_planted_shells_have_kin_in_the_committee_and_their_twins_elsewhere(tables, truth):
    planted, twins = firms(truth, "shell", twin=False), firms(truth, "shell", twin=True)
    assert planted
    assert twins
    assert all(kin(tables, *pair) for pair in planted)
    assert not any(kin(tables, *pair) for pair in twins)


def test_planted_shells_share_a_house_and_an_owner_and_their_twins_only_a_building(tables, truth):
    addresses, owners = tables["taxpayers"], tables["owners"].filter(kind="shareholder")
    for twin in (False, True):
        for firm, _ in firms(truth, "shell", twin=twin):
            (address,) = addresses.filter(ruc=firm)["address"]
            (person,) = owners.filter(ruc=firm)["person_id"]
            assert (addresses.filter(address=address).height > 1) is not twin
            assert (owners.filter(person_id=person).height > 1) is not twin
            assert addresses["address"].str.starts_with(address.split(" INT.")[0]).sum() > 1


def test_tailored_winners_have_an_undeclared_interest_and_their_twins_one_that_ended(tables, truth):
    ties, offices, declared = tables["ties"].filter(kind="interest"), tables["offices"], tables["declarations"]
    for twin in (False, True):
        for firm, entity in firms(truth, "tailored", twin=twin):
            found = ties.filter(related_id=firm).join(offices.filter(buyer_ruc=entity), on="person_id")
            assert found["kind_right"].unique().to_list() == ["user_area"]
            assert found["end_date"].is_null().all() is not twin
            filed = declared.filter(pl.col("person_id").is_in(found["person_id"].implode()))["filed"]
            assert twin or not filed.any()


def test_registers_name_the_countrys_own_firms_and_buyers(tables):
    buyers = tables["entities"]["ruc"]
    for name in ("offices", "declarations", "control", "works"):
        assert tables[name]["buyer_ruc"].is_in(buyers.implode()).all(), name
    for frame, column in (
        (tables["owners"], "ruc"),
        (tables["taxpayers"], "ruc"),
        (tables["subcontractors"], "party_id"),
    ):
        assert frame.select(ruc_valid(pl.col(column)).all()).item()
    members = tables["committee"]["member"].unique()
    assert members.is_in(tables["certifications"]["name"].implode()).mean() == pytest.approx(0.9, abs=0.05)
    works = tables["works"].join(tables["contracts"], on=["process_id", "contract_id"], how="semi")
    assert works.height > 0.5 * tables["works"].height


def test_nobody_in_the_registers_is_real(tables):
    for name, column in (("owners", "person_id"), ("offices", "person_id"), ("declarations", "person_id")):
        assert tables[name][column].str.contains(r"^9[678]\d{6}$").all()
    for name in ("owners", "offices", "taxpayers", "certifications"):
        assert tables[name]["name"].str.contains("SIMULAD|PROVEEDOR").all()
