"""Purchases of up to 8 UIT: likeness of descriptions, groups of orders, and the indicators on them."""

from datetime import date, timedelta

import polars as pl
import pytest
from tests.indicators.made import ABSENT, AS_OF, CLEAR, MISSING, OUT, PEERS, outcome, process, records, table

from procrisk.indicators import features
from procrisk.indicators.likeness import heads

BUYER = "20100000001"
FIRM, OTHER, PERSON = "20500000001", "20500000002", "10411111112"
SOLES = 100
MOST = 36_800 * SOLES
"""8 UIT of 2022."""


def order(n, **columns):
    plain = {
        "buyer_ruc": BUYER,
        "order_number": str(n),
        "order_type": "Orden de Compra",
        "date": date(2022, 3, 1),
        "description": "ADQUISICION DE CEMENTO PORTLAND TIPO I",
        "amount_cents": 20_000 * SOLES,
        "currency": "PEN",
        "object": "goods",
        "hiring_type": "Contrataciones hasta 8 UIT (LEY 30225)",
        "supplier_id": FIRM,
        "supplier_name": "ACME SAC",
    }
    return {**plain, **columns}


def told(*orders, **columns):
    got = features.build(records(processes=[process("1", **columns)], purchase_orders=list(orders)), AS_OF)
    return got["processes"].row(0, named=True)


def likened(*texts, n=None):
    frame = pl.DataFrame({"buyer": "b", "text": list(texts), "n": list(n or [1] * len(texts))})
    return heads(frame)["head"].to_list()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ADQUISICION DE CEMENTO PORTLAND TIPO I", "Cemento Pórtland tipo I x 42.5 kg", True),
        ("CONCRETO PRE MEZCLADO FC=280KG/CM2", "CONCRETO PREMEZCLADO FC 280 kg/cm2", True),
        ("ALQUILER DE ESTRUCTRAS METALICAS", "SERVICIO DE ALQUILER DE ESTRUCTURAS METALICAS", True),
        ("CEMENTO PARA LA OBRA MEJORAMIENTO DEL PARQUE", "LADRILLO PARA LA OBRA MEJORAMIENTO DEL PARQUE", False),
        ("CHAQUETA DESCARTABLE TALLA L", "MANDIL DESCARTABLE TALLA L", False),
        ("PAPEL BOND A4", "TONER HP 85A", False),
    ],
)
def test_descriptions_of_one_object_have_one_head(one, other, same):
    first, second = likened(one, other)
    assert (first == second) == same


def test_the_head_is_what_the_buyer_writes_most():
    assert likened("CEMENTO PORTLAN", "CEMENTO PORTLAND", n=[1, 5]) == ["CEMENTO PORTLAND"] * 2


def test_another_buyers_words_and_empty_ones_count_for_nothing():
    frame = pl.DataFrame({"buyer": ["a", "b", "b"], "text": ["CEMENTO PORTLAND", "CEMENTO PORTLAN", "DE LA"], "n": 1})
    assert heads(frame)["head"].to_list() == ["CEMENTO PORTLAND", "CEMENTO PORTLAN", None]


def test_order_of_the_rows_does_not_matter():
    texts = ["CEMENTO PORTLAND", "CEMENTO PORTLAN", "CEMENTOS PORTLAND", "YESO"]
    assert likened(*texts) == likened(*texts[::-1])[::-1]


@pytest.mark.parametrize(
    ("second", "n"),
    [
        ({}, 2),
        ({"date": date(2022, 3, 30)}, 2),
        ({"date": date(2022, 3, 31)}, 0),
        ({"amount_cents": 16_800 * SOLES}, 0),
        ({"amount_cents": 16_800 * SOLES + 1}, 2),
        ({"supplier_id": OTHER}, 0),
        ({"description": "TONER PARA IMPRESORA"}, 0),
        ({"description": None}, 0),
        ({"currency": "USD"}, 0),
        ({"hiring_type": "Deviene de Procesos de Selección"}, 0),
        ({"amount_cents": MOST + 1}, 0),
        ({"date": date(2021, 3, 1)}, 0),
    ],
)
def test_like_orders_to_one_supplier_pass_the_most(second, n):
    got = told(order(1), order(2, **second))
    assert got["like_one_n"] == n
    assert got["like_one_groups_n"] == (1 if n else 0)


def test_nine_uit_where_the_order_says_so():
    nine = {"hiring_type": "Contrataciones hasta 9 UIT (D.U. 016-2022)", "amount_cents": 20_500 * SOLES}
    assert told(order(1, **nine), order(2, **nine))["like_one_n"] == 0
    assert told(order(1, **{**nine, "amount_cents": 20_901 * SOLES}), order(2, **nine))["like_one_n"] > 0


def test_several_suppliers_need_two():
    assert told(order(1), order(2))["like_many_n"] == 0
    assert told(order(1), order(2, supplier_id=OTHER))["like_many_n"] == 2


def test_a_persons_services_are_not_compared():
    work = {"object": "services", "supplier_id": PERSON, "description": "SERVICIO DE LIMPIEZA"}
    got = told(order(1, **work), order(2, **work))
    assert (got["like_one_n"], got["day_n"], got["buyer_orders_n"]) == (0, 0, 2)


@pytest.mark.parametrize(("months", "n"), [((1, 2, 3), 3), ((1, 2, 4), 0), ((1, 2), 0), ((1, 3, 4, 5), 3)])
def test_repeat_needs_three_months_in_a_row(months, n):
    got = told(*(order(m, date=date(2022, m, 5), amount_cents=15_000 * SOLES) for m in months))
    assert got["repeat_n"] == n


def test_repeat_needs_more_than_the_most():
    got = told(*(order(m, date=date(2022, m, 5), amount_cents=12_266 * SOLES) for m in (1, 2, 3)))
    assert got["repeat_n"] == 0


def test_one_day_takes_different_objects():
    got = told(order(1), order(2, description="YESO"), order(3, date=date(2022, 3, 2)))
    assert (got["day_n"], got["day_groups_n"], got["day_cents"]) == (2, 1, 40_000 * SOLES)


def test_orders_just_below_the_most_are_counted_to_the_centimo():
    amounts = [MOST * 95 // 100, MOST * 95 // 100 - 1, MOST * 85 // 100, MOST * 85 // 100 - 1, MOST]
    got = told(*(order(n, amount_cents=a) for n, a in enumerate(amounts)))
    assert (got["order_low_n"], got["order_near_n"]) == (3, 1)


def test_largest_groups_are_named_with_orders_dates_amounts_and_what_they_share():
    got = told(order(12), order(15, description="CEMENTO PORTLAND PUZOLANICO", date=date(2022, 3, 9)))
    assert got["like_one_largest"] == (
        "CEMENTO PORTLAND, ACME SAC (20500000001): 12 (01/03/2022, S/ 20,000.00), 15 (09/03/2022, S/ 20,000.00)"
    )
    assert 0.7 <= got["like_one_likeness"] < 1


def test_a_person_is_not_named():
    goods = {"supplier_id": PERSON, "supplier_name": "PEREZ JUAN", "description": "ARROZ DE PEREZ JUAN"}
    text = told(order(1, **goods), order(2, **goods))["like_one_largest"]
    assert text.startswith("10*******12: 1 (")
    assert "PEREZ" not in text


def test_only_the_largest_are_named():
    many = [
        order(10 * g + n, supplier_id=f"2060000000{g}", amount_cents=(20_000 + g) * SOLES)
        for g in range(5)
        for n in range(7)
    ]
    text = told(*many)["like_one_largest"]
    assert text.count(";") == 2
    assert text.count(", +2") == 3
    assert text.startswith("CEMENTO PORTLAND, ACME SAC (20600000004)")


def test_orders_without_a_register_say_nothing():
    got = told()
    assert got["buyer_orders_n"] is None
    assert got["like_one_share"] is None


def test_peers_are_buyers_with_enough_orders_near_the_most():
    orders, processes = [], []
    for b in range(12):
        ruc = f"201000000{b:02d}"
        processes.append(process(f"P{b}", buyer_id=ruc, buyer_ruc=ruc))
        near = 9 if b == 0 else 1
        orders += [
            order(f"{b}-{n}", buyer_ruc=ruc, amount_cents=MOST - 1 if n < near else MOST * 9 // 10) for n in range(10)
        ]
    made = features.build(records(processes=processes, purchase_orders=orders), AS_OF)["processes"]
    assert made["peer_orders_n"].to_list() == [12] * 12
    raised = made.filter(pl.col("order_near_share") > pl.col("peer_orders_limit"))
    assert raised["process_id"].to_list() == ["P0"]


def test_equal_peers_do_not_pass_their_mean():
    orders, processes = [], []
    for b in range(11):
        ruc = f"201000000{b:02d}"
        processes.append(process(f"P{b}", buyer_id=ruc, buyer_ruc=ruc))
        orders += [
            order(f"{b}-{n}", buyer_ruc=ruc, amount_cents=MOST - 1 if n == 0 else MOST * 9 // 10) for n in range(11)
        ]
    made = features.build(records(processes=processes, purchase_orders=orders), AS_OF)["processes"]
    assert made["order_near_share"].to_list() == made["peer_orders_limit"].to_list()


def test_years_are_apart():
    new_year = date(2022, 12, 25)
    got = told(order(1, date=new_year), order(2, date=new_year + timedelta(days=10)), call_date=new_year)
    assert got["like_one_n"] == 0


SHARE = {"buyer_id": BUYER, "buyer_orders_n": 50}
EDGES = (
    (PEERS, {"buyer_orders_n": 49}),
    (OUT, {"buyer_id": None}),
)


@table(
    {**SHARE, "like_one_share": 0.1},
    (CLEAR, {"like_one_share": 0.099}),
    (MISSING, {"like_one_share": None}),
    (MISSING, {"buyer_orders_n": None, "like_one_share": None}),
    *EDGES,
)
def test_pla_08_like_orders_to_one_supplier(expected, row):
    assert outcome("PLA-08", row) == expected


@table(
    {**SHARE, "like_many_share": 0.2},
    (CLEAR, {"like_many_share": 0.199}),
    (MISSING, {"buyer_orders_n": None, "like_many_share": None}),
    *EDGES,
)
def test_pla_09_like_orders_to_several_suppliers(expected, row):
    assert outcome("PLA-09", row) == expected


@table(
    {**SHARE, "repeat_share": 0.2},
    (CLEAR, {"repeat_share": 0.199}),
    (MISSING, {"buyer_orders_n": None, "repeat_share": None}),
    *EDGES,
)
def test_pla_10_same_object_month_after_month(expected, row):
    assert outcome("PLA-10", row) == expected


@table(
    {
        "buyer_id": BUYER,
        "order_low_n": 10,
        "order_near_share": 0.61,
        "peer_orders_limit": 0.6,
        "peer_orders_n": 10,
    },
    (CLEAR, {"order_near_share": 0.6}),
    (PEERS, {"order_low_n": 9}),
    (PEERS, {"peer_orders_n": 9}),
    (OUT, {"buyer_id": None}),
    (MISSING, {"order_low_n": None, "order_near_share": None}),
)
def test_pla_11_orders_just_below_the_most(expected, row):
    assert outcome("PLA-11", row) == expected


@table(
    {"buyer_id": BUYER, "day_groups_n": 2},
    (CLEAR, {"day_groups_n": 1}),
    (OUT, {"buyer_id": None}),
    (MISSING, {"day_groups_n": None}),
)
def test_pla_12_orders_of_one_day(expected, row):
    assert outcome("PLA-12", row) == expected


@pytest.mark.parametrize(
    ("id_", "figure"),
    [
        ("PLA-08", "like_one_share"),
        ("PLA-09", "like_many_share"),
        ("PLA-10", "repeat_share"),
        ("PLA-12", "day_groups_n"),
    ],
)
def test_no_register_of_orders_is_never_clear(id_, figure):
    assert outcome(id_, {"buyer_id": BUYER}, absent=(figure,)) == ABSENT
