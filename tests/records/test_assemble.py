"""Live records become a dataset: one process whatever names it, no amount twice, nothing that depends on numbering."""

import random
from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from procrisk.records.assemble import assemble
from procrisk.records.batch import content_key
from procrisk.records.tables import TABLES, empty

CUSCO = {
    "ruc": "20527147612",
    "consucode": "1234",
    "name": "MUNICIPALIDAD PROVINCIAL DE ANTA",
    "department": "CUSCO",
    "province": "ANTA",
}


class World:
    """Records put together by hand; `build` numbers them at random, as lakes with different pasts would."""

    def __init__(self):
        self.records = []

    def add(self, kind, process_id=None, ocid=None, version=None, year=2022, **tables):
        self.records.append((kind, process_id, ocid, version, year, tables))
        return self

    def build(self, seed=0):
        order = list(range(len(self.records)))
        random.Random(seed).shuffle(order)
        frames = {name: [] for name in TABLES}
        live = []
        for number, i in enumerate(order):
            kind, process_id, ocid, version, year, tables = self.records[i]
            live.append(
                (number, kind, process_id, ocid, version, year, content_key(str(i).encode()), "f", i + 1, i * 10)
            )
            for name, rows in tables.items():
                for row in rows if isinstance(rows, list) else [rows]:
                    own = {} if process_id is None else {"process_id": process_id}
                    frames[name].append({"record": number, **own, **row})
        schema = {
            "record": pl.UInt32,
            **TABLES["records"].schema,
            "key": pl.Binary,
            "input": pl.String,
            "line": pl.Int64,
            "offset": pl.Int64,
        }
        made = {
            n: pl.DataFrame(rows, schema=empty(TABLES[n]).schema) if rows else empty(TABLES[n])
            for n, rows in frames.items()
        }
        return assemble(made.__getitem__, pl.DataFrame(live, schema=schema, orient="row"), len(live)).tables


def one(tables, name="processes"):
    assert tables[name].height == 1
    return tables[name].row(0, named=True)


def award(n, ruc, **more):
    return {"award_id": f"{n}-{ruc}", **more}


def line(n, ruc, lot, cents, currency="PEN", **more):
    return {"award_id": f"{n}-{ruc}", "lot_id": lot, "amount_cents": cents, "currency": currency, **more}


A, B = "20100047218", "20512345671"


def test_two_sources_make_one_process_richer_than_either():
    w = World()
    w.add(
        "ocds",
        "77",
        "ocds-1-77",
        "2022-03-01T00:00:00",
        processes={"title": "AS-SM-1-2022-MDA-1", "value_cents": 100, "currency": "PEN", "object": "goods"},
    )
    w.add(
        "conosce:convocatorias",
        "77",
        processes={"title": "other", "bid_deadline": date(2022, 2, 1), "buyer_type": "GOBIERNO LOCAL"},
    )
    tables = w.build()
    p = one(tables)
    assert (p["title"], p["bid_deadline"], p["object"], p["buyer_level"]) == (
        "AS-SM-1-2022-MDA-1",
        date(2022, 2, 1),
        "goods",
        "local",
    )
    assert p["sources"] == ["conosce:convocatorias", "ocds"]
    said = one(tables, "provenance")
    assert (said["title"], said["bid_deadline"], said["project_id"]) == ("ocds", "conosce:convocatorias", None)
    assert tables["sources"].height == 2


def test_an_amount_keeps_the_currency_of_its_own_source():
    w = World()
    w.add("ocds", "1", processes={"currency": "PEN", "planned_cents": 5})
    w.add("conosce:convocatorias", "1", processes={"value_cents": 900, "currency": "USD"})
    p = one(w.build())
    assert (p["value_cents"], p["currency"], p["value_pen_cents"], p["planned_cents"]) == (900, "USD", None, None)


def test_the_latest_version_of_an_ocid_lives_and_ties_fall_by_key():
    w = World()
    for version, title in (("2022-01-01", "old"), ("2022-05-01", "new"), ("2022-03-01", "middle")):
        w.add(
            "ocds",
            "9",
            "ocds-9",
            version,
            processes={"title": title},
            documents={"section": "tender", "document_id": title},
        )
    for seed in range(3):
        tables = w.build(seed)
        assert one(tables)["title"] == "new"
        assert tables["documents"]["document_id"].to_list() == ["new"]
        assert tables["sources"].height == 1


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2022-03-01T20:00:00Z", "2022-03-01T16:00:00-05:00"),
        ("2022-03-01T09:00:00Z", "2022-03-01T05:00:00"),
        ("2022-02-28T23:59:59-05:00", "2022-03-01"),
        ("2022-03-01T00:00:00.5Z", "2022-03-01T00:00:00.75Z"),
    ],
)
def test_versions_are_compared_as_instants_not_as_text(earlier, later):
    for versions in ((earlier, later), (later, earlier)):
        w = World()
        for version in versions:
            w.add("ocds", "9", "ocds-9", version, processes={"title": version})
        assert one(w.build())["title"] == later


def test_an_ocid_may_hold_two_processes_and_two_ocids_one():
    w = World()
    w.add("ocds", "1", "ocds-x", "2022-01-01", processes={"title": "a"})
    w.add("ocds", "2", "ocds-x", "2022-02-01", processes={"title": "b"})
    w.add("ocds", "2", "ocds-y", "2022-02-02", processes={"title": "c"}, lots={"lot_id": "1"})
    tables = w.build()
    assert tables["processes"]["process_id"].to_list() == ["1", "2"]
    assert tables["processes"]["title"].to_list() == ["a", "c"]


def test_rows_that_name_only_the_ocid_find_their_process():
    w = World()
    w.add("oece:records", "55", "ocds-dgv273-seacev3-2026-1-1", "2026-03-01", processes={"title": "t"})
    w.add(
        "oece:items",
        "ocds-dgv273-seacev3-2026-1-1",
        "ocds-dgv273-seacev3-2026-1-1",
        "2026-03-01",
        lots={"lot_id": "1", "value_cents": 7, "currency": "PEN"},
    )
    w.add(
        "oece:items",
        "ocds-dgv273-seacev3-2026-1-1",
        "ocds-dgv273-seacev3-2026-1-1",
        "2026-02-01",
        lots={"lot_id": "2", "value_cents": 9, "currency": "PEN"},
    )
    tables = w.build()
    p = one(tables)
    assert (p["process_id"], p["n_lots"], p["value_cents"]) == ("55", 1, 7)


def test_awards_are_the_sum_of_their_lines_once():
    w = World()
    rows = [("1", A, "1", 100), ("1", A, "2", 50), ("1", B, "2", 25)]
    for n, ruc, lot, cents in rows:
        w.add(
            "conosce:adjudicaciones", n, processes={"title": "AS-SM-1-2022-X-1"}, lots={"lot_id": lot, "value_cents": 80, "currency": "PEN"},
            awards=award(n, ruc, date=date(2022, 2, int(lot))), award_lines=line(n, ruc, lot, cents), award_suppliers=award(n, ruc, party_id=ruc),
        )  # fmt: skip
    # the same award met in a second source, and the same line again beside another member of a consortium
    w.add(
        "conosce:contratacion_directa",
        "1",
        awards=award("1", A),
        award_lines=line("1", A, "1", 100),
        award_suppliers=award("1", A, party_id=A),
    )
    tables = w.build()
    assert dict(tables["awards"].select("award_id", "amount_cents").iter_rows()) == {f"1-{A}": 150, f"1-{B}": 25}
    p = one(tables)
    assert (p["awarded_pen_cents"], p["amount_pen_cents"], p["n_awards"], p["n_lots"]) == (175, 175, 2, 2)
    assert (p["value_cents"], p["value_pen_cents"], p["award_date"]) == (160, 160, date(2022, 2, 2))
    assert one(tables, "provenance")["value_cents"] == "derived"


def test_a_total_in_soles_is_null_when_a_part_is_not_known_in_soles():
    w = World()
    w.add("conosce:adjudicaciones", "1", awards=award("1", A), award_lines=line("1", A, "1", 100))
    w.add("conosce:adjudicaciones", "1", awards=award("1", B), award_lines=line("1", B, "2", 100, "USD"))
    p = one(w.build())
    assert p["awarded_pen_cents"] is None
    assert p["amount_pen_cents"] is None


def test_published_soles_serve_where_the_currency_is_foreign():
    w = World().add(
        "conosce:contratacion_directa",
        "1",
        awards=award("1", A),
        award_lines=line("1", A, "1", 100, "USD", amount_pen_cents=345),
    )
    tables = w.build()
    assert one(tables)["awarded_pen_cents"] == 345
    assert one(tables, "awards")["amount_cents"] == 100


def test_a_contract_has_the_supplier_of_its_award_where_there_is_one():
    def named(award_id, party, **more):
        return {"award_id": award_id, "party_id": party, **more}

    world = World().add(
        "ocds",
        "1",
        awards=[{"award_id": a} for a in "abc"],
        award_suppliers=[
            named("a", "20100000001"),
            named("b", "20100000001"),
            named("b", "20100000002"),
            named("c", "8000001"),
            named("c", "20100000003", consortium_id="8000001"),
        ],
        contracts=[
            {"contract_id": "1", "award_id": "a"},
            {"contract_id": "2", "award_id": "b"},
            {"contract_id": "3", "award_id": "c"},
            {"contract_id": "4", "award_id": None},
            {"contract_id": "5", "award_id": "a", "supplier_id": "20100000009"},
        ],
    )
    found = world.build()["contracts"]
    assert found["supplier_id"].to_list() == ["20100000001", None, "8000001", None, "20100000009"]


def test_payments_and_fees_keep_the_currency_of_their_own_source():
    world = World().add(
        "ocds", "1", transactions={"contract_id": "c", "transaction_id": "t", "currency": "USD"}
    ).add(
        "oece:records", "1", transactions={"contract_id": "c", "transaction_id": "t", "currency": "PEN", "amount_cents": 5}
    )  # fmt: skip
    assert one(world.build(), "transactions")["currency"] == "PEN"


def test_a_reserved_value_is_no_estimate_and_an_estimate_stands_before_the_award():
    w = World()
    w.add("ocds", "1", processes={"value_cents": 100, "currency": "PEN", "value_reserved": True})
    w.add("ocds", "2", processes={"value_cents": 100, "currency": "PEN"})
    assert w.build()["processes"]["amount_pen_cents"].to_list() == [None, 100]


def test_cancelled_awards_are_not_counted():
    w = World().add(
        "ocds", "1", processes={"value_cents": 9, "currency": "PEN"},
        awards=[award("1", A, amount_cents=5, currency="PEN", status="cancelled"), award("1", B, amount_cents=7, currency="PEN", status="active")],
    )  # fmt: skip
    p = one(w.build())
    assert (p["n_awards"], p["awarded_pen_cents"]) == (1, 7)


def test_consortia_are_their_members_and_an_unknown_one_stays():
    w = World()
    w.add(
        "conosce:adjudicaciones",
        "1",
        awards=award("1", "490097"),
        award_suppliers=award("1", "490097", party_id="490097", kind="consortium"),
    )
    w.add(
        "conosce:adjudicaciones",
        "2",
        awards=award("2", "999999"),
        award_suppliers=award("2", "999999", party_id="999999", kind="consortium"),
    )
    for ruc in (A, "10000000003"):
        w.add("conosce:consorcios", consortia={"consortium_id": "490097", "member_ruc": ruc, "member_name": ruc})
    rows = (
        w.build()["award_suppliers"].select("process_id", "party_id", "consortium_id", "ruc", "kind", "natural").rows()
    )
    assert rows == [
        ("1", "10000000003", "490097", None, "natural", True),
        ("1", A, "490097", A, "legal", False),
        ("2", "999999", "999999", None, "consortium", False),
    ]


def test_buyers_come_from_the_register_by_ruc_or_by_consucode():
    w = World().add("conosce:entidades", entities=CUSCO)
    w.add("conosce:adjudicaciones", "1", processes={"buyer_consucode": "1234"})
    w.add("conosce:adjudicaciones", "2", processes={"buyer_ruc": "20527147612"})
    w.add(
        "conosce:adjudicaciones",
        "3",
        processes={"buyer_consucode": "77", "buyer_department": "LIMA", "buyer_province": "LIMA"},
    )
    w.add("conosce:adjudicaciones", "4", processes={"buyer_ruc": "20131380951", "buyer_type": "GOBIERNO LOCAL"})
    rows = w.build()["processes"].select("buyer_id", "buyer_ruc", "region_code", "buyer_level", "buyer_name").rows()
    assert rows[0] == rows[1] == ("20527147612", "20527147612", "08", "local", "MUNICIPALIDAD PROVINCIAL DE ANTA")
    assert rows[2] == ("CONSUCODE-77", None, "1501", None, None)
    assert rows[3][3] == "regional", "the metropolitan municipality governs its region"


def test_a_level_published_once_holds_for_the_same_entity_elsewhere():
    w = World()
    w.add(
        "conosce:contratacion_directa", "1", processes={"buyer_ruc": A, "buyer_type": "FONAFE", "buyer_name": "EPS X"}
    )
    w.add("conosce:adjudicaciones", "2", processes={"buyer_ruc": A})
    assert w.build()["processes"]["buyer_level"].to_list() == ["national", "national"]


def test_delivery_region_only_when_all_lots_go_to_one():
    w = World()
    w.add(
        "ocds",
        "1",
        lots=[{"lot_id": "1", "department": "PUNO"}, {"lot_id": "2", "department": "PUNO"}, {"lot_id": "3"}],
    )
    w.add("ocds", "2", lots=[{"lot_id": "1", "department": "PUNO"}, {"lot_id": "2", "department": "ICA"}])
    assert w.build()["processes"]["delivery_region_code"].to_list() == ["21", None]


def test_bidders_are_counted_once_and_unknown_is_not_zero():
    w = World()
    w.add(
        "conosce:postor",
        "1",
        bids=[{"lot_id": lot, "party_id": p, "bid_id": ""} for lot, p in (("1", A), ("2", A), ("1", B))],
    )
    w.add("ocds", "2", processes={"title": "x"})
    assert w.build()["processes"]["n_bidders"].to_list() == [2, None]


@pytest.mark.parametrize("seed", range(4))
def test_nothing_depends_on_the_numbers_of_the_records(seed):
    w = World()
    for i in range(30):
        n = str(i % 7)
        w.add(
            ["ocds", "conosce:adjudicaciones", "conosce:zeta", "conosce:alfa"][i % 4], n, f"o-{n}" if i % 4 == 0 else None,
            f"2022-01-{i + 1:02}" if i % 4 == 0 else None,
            processes={"title": f"AS-SM-{i}-2022-X-1", "buyer_name": f"b{i % 3}", "value_cents": i, "currency": ["PEN", "USD"][i % 2]},
            lots={"lot_id": str(i % 2), "description": f"d{i}"}, awards=award(n, A, date=date(2022, 1, i + 1)),
            award_lines=line(n, A, str(i % 2), i),
        )  # fmt: skip
    first, other = w.build(100), w.build(seed)
    for name in first:
        assert_frame_equal(first[name], other[name])


def test_every_table_is_sorted_and_unique_by_its_key():
    w = World()
    for i in range(6):
        w.add(
            "conosce:adjudicaciones",
            str(i % 3),
            lots={"lot_id": str(i)},
            documents={"section": "tender", "document_id": "d"},
        )
    tables = w.build()
    for name in ("lots", "documents", "processes"):
        keys = list(TABLES[name].key)
        assert tables[name].select(keys).rows() == sorted(set(tables[name].select(keys).rows()))
        assert "record" not in tables[name].columns


def test_no_records_give_empty_tables_with_all_columns():
    tables = World().build()
    assert set(TABLES) - {"records"} < set(tables)
    for name, table in TABLES.items():
        if name != "records":
            assert tables[name].height == 0
            assert set(table.schema) <= set(tables[name].columns)
