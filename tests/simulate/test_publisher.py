"""The second publisher: what SEACE lacks is there, in ordinary and in odd cases, and the lake takes all of it."""

from datetime import timedelta

import polars as pl
import pytest
from tests.simulate.conftest import table

from procrisk.records.ingest import ingest

NEW_TABLES = ("bids", "award_bids", "enquiries", "challenges", "milestones", "transactions", "subcontractors", "owners")


@pytest.fixture(scope="module")
def tables(country, tmp_path_factory):
    file = country / "ocds" / "otro_publicador_SIMULADO.jsonl"
    found = ingest([file], [country / "context" / "entidades_contratantes.csv"], tmp_path_factory.mktemp("lake"))
    assert found.quarantine.height == 0
    return found.dataset.tables


def both(flags) -> bool:
    """Whether it happens, and is not the rule."""
    return 0 < flags.mean() < 0.5


def test_it_is_a_tenth_and_says_that_it_is_simulated(others):
    assert len(others) == 600
    assert {r["ocid"][:12] for r in others} == {"ocds-s1mu1d-"}
    assert not [p["name"] for r in others for p in r["parties"] if "SIMULAD" not in p["name"]]
    persons = {o["name"] for r in others for p in r["parties"] for o in p.get("beneficialOwners", [])}
    assert persons
    assert not [name for name in persons if "SIMULAD" not in name]


@pytest.mark.parametrize("name", NEW_TABLES)
def test_every_table_is_filled(tables, name):
    frame = tables[name]
    assert frame.height > 20
    assert [c for c in frame.columns if frame[c].null_count() == frame.height and c != "valid_from"] == []


def test_a_known_release_in_the_tables(tables, others):
    release = next(r for r in others if r["contracts"] and r["tender"].get("enquiries"))
    of = {"process_id": release["ocid"]}
    award, contract = release["awards"][-1], release["contracts"][-1]
    (row,) = tables["award_bids"].filter(**of, award_id=award["id"])["bid_id"]
    assert row == award["relatedBid"]
    bids = tables["bids"].filter(**of)
    assert bids["bid_id"].unique().sort().to_list() == sorted({b["id"] for b in release["bids"]["details"]})
    asked = tables["enquiries"].filter(**of)
    assert asked["answered"].sum() == sum("answer" in e for e in release["tender"]["enquiries"])
    due = tables["milestones"].filter(**of, contract_id=contract["id"]).sort("milestone_id")["due_date"]
    assert [str(d) for d in due] == [m["dueDate"][:10] for m in contract["milestones"]]
    process = tables["processes"].filter(**of).row(0, named=True)
    assert str(process["bid_opening"]) == release["tender"]["bidOpening"]["date"][:10]
    assert process["criteria_length"] == len(release["tender"]["eligibilityCriteria"])


def test_processes_are_of_regions_and_of_methods_that_rules_know(tables):
    processes = tables["processes"]
    assert processes["region_code"].null_count() == 0
    assert set(processes["method"]) == {"LP", "CP", "AS", "CPRE"}
    assert processes["buyer_level"].is_in(["local", "regional"]).all()
    assert processes["n_bidders"].min() >= 1


def test_odd_cases_stand_among_ordinary_ones(tables):
    p, bids = tables["processes"], tables["bids"]
    ended = tables["milestones"].filter(pl.col("met_date").is_not_null())
    contracts = tables["contracts"]
    paid = tables["transactions"].group_by("process_id", "contract_id").agg(pl.col("amount_cents").sum())
    paid = contracts.join(paid, on=["process_id", "contract_id"], suffix="_paid")
    by_lot = bids.group_by("process_id", "lot_id").agg(valid=(pl.col("status") == "valid").sum(), n=pl.len())
    late = bids.join(p.select("process_id", "bid_deadline"), on="process_id")
    for flags in (
        p["bid_opening"] - p["call_date"] < timedelta(days=5),
        p["evaluation_start"] - p["bid_opening"] > timedelta(days=30),
        p["fee_cents"].drop_nulls() / p.filter(pl.col("fee_cents").is_not_null())["value_cents"] > 0.01,
        p["criteria_length"] > 800,
        p["n_lots"] > 1,
        ~tables["enquiries"]["answered"],
        by_lot["n"] == 1,
        by_lot.filter(pl.col("n") > 2)["valid"] == 1,
        late["date"] > late["bid_deadline"],
        ended["met_date"] > ended["due_date"],
        paid["amount_cents_paid"] > paid["amount_cents"],
        tables["awards"]["has_subcontracting"],
        tables["awards"]["subcontract_share"].drop_nulls() > 0.5,
        tables["awards"]["status"] == "cancelled",
        contracts["supplier_id"].is_null(),
    ):
        assert both(flags), flags
    assert set(tables["modifications"]["kind"]) == {"additional", "reduction", "amendment"}
    assert set(tables["challenges"]["outcome"]) == {"upheld", "rejected", None}
    assert set(bids["status"]) == {"valid", "disqualified", "withdrawn"}


def test_some_firms_share_contacts_and_most_do_not(tables):
    firms = tables["parties"].filter(pl.col("roles") == "tenderer").unique("party_id")
    assert both(firms["telephone"].is_duplicated())
    assert firms.filter(pl.col("telephone").is_duplicated())["email"].is_duplicated().all()


def test_plans_name_the_lines_that_ocids_point_at(country, releases):
    plan = table(country, "PAC").with_columns(pl.col("CODIGOENTIDAD").str.strip_chars_start("0"))
    lines = set(plan.select("AÑO", "CODIGOENTIDAD", "N_REFERENCIA").iter_rows())
    pointed = {tuple(r["ocid"].split("-")[3:]) for r in releases if r["ocid"].count("-") == 5}
    assert 0.9 < len(pointed & lines) / len(pointed) < 1
    assert 0 < (plan["VERSION"] != "1").mean() < 0.2


def test_some_items_are_sold_in_packages(country):
    calls = table(country, "CONVOCATORIAS")
    packed = calls.filter(pl.col("PAQUETE") != "0")
    assert both(calls["PAQUETE"] != "0")
    families = packed.group_by("CODIGOCONVOCATORIA").agg(pl.col("ITEMCUBSO").n_unique())["ITEMCUBSO"]
    assert 0 < (families > 1).mean() < 1


def test_payments_and_milestones_belong_to_contracts_and_awards_to_bids(tables):
    contracts = tables["contracts"].select("process_id", "contract_id")
    for name in ("milestones", "transactions", "modifications"):
        assert tables[name].join(contracts, on=["process_id", "contract_id"], how="anti").is_empty()
    assert tables["award_bids"].join(tables["bids"], on=["process_id", "bid_id"], how="anti").is_empty()
