"""The red flags of OSCE and the IDB (2021): each at its limit, and the figures behind them on made-up records."""

from datetime import date

import pytest
from tests.indicators.made import ABSENT, AS_OF, CLEAR, MISSING, OUT, PEERS, RAISED, outcome, process, records, table

from procrisk.indicators import INDICATORS, features
from procrisk.legal_parameters import legal_parameters

DAY = date(2022, 5, 2)
STUDY = {"BID-01", "BID-02", "BID-03", "BID-03a", "BID-04", "BID-04a", "BID-05", "BID-05a", "BID-08", "BID-13"}
STUDY |= {"BID-15", "BID-16", "BID-17", "BID-19", "BID-21", "BID-22", "BID-23a", "BID-27", "BID-29"}


def test_all_nineteen_under_their_own_numbers():
    ours = {i.osce_bid: i.id for i in INDICATORS.values() if i.id.startswith("BID-")}
    assert set(ours.values()) == STUDY
    assert all(
        i == f"BID-{n[:-1] if n[-1].isalpha() else n:0>2}{n[-1] if n[-1].isalpha() else ''}" for n, i in ours.items()
    )


@pytest.mark.parametrize(
    ("id_", "name", "parameter"),
    [
        *((i, "deviations", "oscebid_deviations") for i in ("BID-01", "BID-02", "BID-03a", "BID-04a", "BID-19")),
        ("BID-15", "max_distance", "oscebid_price_proximity"),
        ("BID-16", "max_ratio", "oscebid_win_ratio"),
        ("BID-22", "max_days", "oscebid_sign_total_days"),
        ("BID-29", "max_ratio", "oscebid_contract_over_reference"),
    ],
)
def test_defaults_are_the_numbers_of_the_method(id_, name, parameter):
    assert {p.value for p in legal_parameters() if p.parameter == parameter} == {INDICATORS[id_].params[name]}


@pytest.mark.parametrize(
    ("id_", "sibling"),
    [
        ("BID-01", "PLA-06"),
        ("BID-02", "PRE-03"),
        ("BID-03", "PRE-06"),
        ("BID-03a", "SEL-09"),
        ("BID-05", "SEL-17"),
        ("BID-15", "SEL-01"),
        ("BID-16", "SEL-13"),
        ("BID-17", "SEL-10"),
        ("BID-19", "CRO-08"),
        ("BID-22", "EXE-01"),
        ("BID-23a", "EXE-04"),
        ("BID-29", "SEL-04"),
    ],
)
def test_a_flag_and_its_like_never_count_twice(id_, sibling):
    """Scoring takes the strongest of those chiefly a sign of one risk."""
    first = {INDICATORS[i].risks[0] for i in (id_, sibling)}
    assert first & set(INDICATORS[id_].risks)
    assert len(first) == 1 or INDICATORS[sibling].risks[0] in INDICATORS[id_].risks


# --- below, at and above each limit


@table(
    {"buyer_id": "20100000001", "buyer_plan_versions": 30, "peer_plan_z": 2.01},
    (CLEAR, {"peer_plan_z": 2.0}),
    (PEERS, {"peer_plan_z": None}),
    (MISSING, {"buyer_plan_versions": None, "peer_plan_z": None}),
    (OUT, {"buyer_id": None, "buyer_plan_versions": None, "peer_plan_z": None}),
)
def test_bid_01_plan_versions(expected, row):
    if expected == OUT:
        row = {**row, "buyer_id": None}
    assert outcome("BID-01", row) == expected


@table(
    {"method": "CD", "open_item": True, "direct_item_share": 0.8, "peer_item_z": 2.01},
    (CLEAR, {"peer_item_z": 2.0}),
    (PEERS, {"peer_item_z": None}),
    (OUT, {"method": "AS"}),
    (OUT, {"open_item": False}),
    (MISSING, {"open_item": None, "direct_item_share": None, "peer_item_z": None}),
)
def test_bid_02_direct_share_of_item(expected, row):
    assert outcome("BID-02", row) == expected


@table(
    {"method": "LP", "law_oscebid_bid_days": 22, "bid_days": 21},
    (CLEAR, {"bid_days": 22}),
    (RAISED, {"method": "AS", "law_oscebid_bid_days": 3, "bid_days": 2}),
    (CLEAR, {"method": "AS", "law_oscebid_bid_days": 3, "bid_days": 3}),
    (OUT, {"method": "CPRE", "law_oscebid_bid_days": None}),
    (OUT, {"method": "CD"}),
    (MISSING, {"bid_days": None}),
    (MISSING, {"bid_days": -1}),
)
def test_bid_03_bid_term_short(expected, row):
    assert outcome("BID-03", row) == expected


@table(
    {"method": "AS", "term_days": 60, "peer_term_z": 2.01},
    (CLEAR, {"peer_term_z": 2.0}),
    (CLEAR, {"term_days": 1, "peer_term_z": -3.0}),
    (PEERS, {"peer_term_z": None}),
    (MISSING, {"term_days": None, "peer_term_z": None}),
    (OUT, {"method": "CONV"}),
)
def test_bid_03a_bid_term_long(expected, row):
    assert outcome("BID-03a", row) == expected


@table(
    {"method": "AS", "n_awards": 1, "has_bids": False, "peer_bids_share": 0.5},
    (CLEAR, {"has_bids": True}),
    (PEERS, {"peer_bids_share": 0.49}),
    (MISSING, {"has_bids": None, "peer_bids_share": 0.0}),
    (OUT, {"n_awards": 0}),
    (OUT, {"method": "RES"}),
)
def test_bid_04_no_bidder_on_record(expected, row):
    assert outcome("BID-04", row) == expected


@table(
    {"method": "AS", "bid_rate": 0.01, "peer_rate_z": -2.01},
    (CLEAR, {"peer_rate_z": -2.0}),
    (CLEAR, {"bid_rate": 1.0, "peer_rate_z": 3.0}),
    (PEERS, {"peer_rate_z": None}),
    (MISSING, {"bid_rate": None, "peer_rate_z": None}),
    (OUT, {"method": "CONV"}),
)
def test_bid_04a_few_participants_bid(expected, row):
    assert outcome("BID-04a", row) == expected


@table(
    {"method": "CD", "had_contract": False, "peer_history_days": 365},
    (CLEAR, {"had_contract": True}),
    (PEERS, {"peer_history_days": 364}),
    (MISSING, {"had_contract": None, "peer_history_days": None}),
    (OUT, {"method": "AS"}),
)
def test_bid_05_direct_to_first_timer(expected, row):
    assert outcome("BID-05", row) == expected


@table(
    {"method": "AS", "newcomers_n": 1, "peer_history_days": 365},
    (CLEAR, {"newcomers_n": 0}),
    (PEERS, {"peer_history_days": 364}),
    (MISSING, {"newcomers_n": None, "peer_history_days": None}),
    (OUT, {"method": "CONV"}),
)
def test_bid_05a_bidder_new_to_the_group(expected, row):
    assert outcome("BID-05a", row) == expected


@table(
    {"method": "AS", "n_awards": 1, "awarded_after_ruling": True},
    (CLEAR, {"awarded_after_ruling": False}),
    (MISSING, {"awarded_after_ruling": None}),
    (OUT, {"n_awards": 0}),
    (OUT, {"method": "INT"}),
)
def test_bid_08_awarded_despite_ruling(expected, row):
    assert outcome("BID-08", row) == expected


@table(
    {"method": "AS", "tax_condition": "NO HABIDO"},
    (RAISED, {"tax_condition": "NO HALLADO"}),
    (CLEAR, {"tax_condition": "HABIDO"}),
    (MISSING, {"tax_condition": None}),
    (OUT, {"method": "CONV"}),
)
def test_bid_13_winner_not_found(expected, row):
    assert outcome("BID-13", row) == expected


@table(
    {"method": "AS", "object": "goods", "n_bidders": 1, "bid_distance": 0.05},
    (CLEAR, {"bid_distance": 0.0501}),
    (RAISED, {"bid_distance": 0.0}),
    (OUT, {"n_bidders": 2}),
    (OUT, {"object": "works"}),
    (OUT, {"method": "CD"}),
    (MISSING, {"bid_distance": None}),
    (MISSING, {"n_bidders": None}),
)
def test_bid_15_single_bid_near_reference(expected, row):
    assert outcome("BID-15", row) == expected


@table(
    {"method": "AS", "peer_tries_n": 11, "winner_ratio": 0.91},
    (CLEAR, {"winner_ratio": 0.9}),
    (RAISED, {"peer_tries_n": 2, "winner_ratio": 1.0}),
    (PEERS, {"peer_tries_n": 1, "winner_ratio": None}),
    (MISSING, {"peer_tries_n": None, "winner_ratio": None}),
    (OUT, {"method": "CONV"}),
)
def test_bid_16_wins_consistently(expected, row):
    assert outcome("BID-16", row) == expected


@table(
    {"method": "LP", "law_oscebid_consent_days": 9, "n_bidders": 2, "consent_days": 8},
    (CLEAR, {"consent_days": 9}),
    (RAISED, {"method": "AS", "law_oscebid_consent_days": 6, "consent_days": 5}),
    (CLEAR, {"method": "AS", "law_oscebid_consent_days": 6, "consent_days": 6}),
    # a single bid may become final on the same day
    (OUT, {"n_bidders": 1, "consent_days": 0}),
    (OUT, {"method": "CD", "law_oscebid_consent_days": None}),
    (MISSING, {"n_bidders": None}),
    (MISSING, {"consent_days": None}),
)
def test_bid_17_consented_soon(expected, row):
    assert outcome("BID-17", row) == expected


@table(
    {"method": "SIE", "object": "goods", "coded_price": 9.0, "peer_paid_z": 2.01},
    (CLEAR, {"peer_paid_z": 2.0}),
    (PEERS, {"peer_paid_z": None}),
    (OUT, {"object": "services"}),
    (MISSING, {"coded_price": None, "peer_paid_z": None}),
)
def test_bid_19_unit_price_above_history(expected, row):
    assert outcome("BID-19", row) == expected


@table(
    {"method": "CD", "planned_method": "AS"},
    (CLEAR, {"planned_method": "CD"}),
    (MISSING, {"planned_method": None}),
    (OUT, {"method": "CONV"}),
)
def test_bid_21_method_differs_from_plan(expected, row):
    assert outcome("BID-21", row) == expected


@table(
    {"method": "AS", "signed_date": DAY, "sign_days": 17},
    (CLEAR, {"sign_days": 16}),
    (OUT, {"method": "CD"}),
    (OUT, {"signed_date": None, "sign_days": None}),
    (MISSING, {"sign_days": None}),
)
def test_bid_22_signed_after_sixteen_days(expected, row):
    assert outcome("BID-22", row) == expected


@table(
    {"method": "AS", "law_oscebid_change_low": 0.23, "law_oscebid_change_high": 0.25, "change_ratio": 0.23},
    (RAISED, {"change_ratio": 0.25}),
    (CLEAR, {"change_ratio": 0.2299}),
    (CLEAR, {"change_ratio": 0.2501}),
    (OUT, {"law_oscebid_change_high": None, "law_oscebid_change_low": None}),
    (MISSING, {"change_ratio": None}),
)
def test_bid_23a_change_near_limit(expected, row):
    assert outcome("BID-23a", row) == expected


@table(
    {"method": "AS", "amount_cents": 100, "offer_over_contract": 1.01},
    (CLEAR, {"offer_over_contract": 1.0}),
    (OUT, {"amount_cents": 0}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"offer_over_contract": None}),
)
def test_bid_27_offer_above_contract(expected, row):
    assert outcome("BID-27", row) == expected


@table(
    {"method": "AS", "object": "goods", "amount_pen_cents": 131, "contract_over_reference": 1.31},
    (CLEAR, {"contract_over_reference": 1.3}),
    (OUT, {"object": "works"}),
    (OUT, {"amount_pen_cents": 0}),
    (MISSING, {"contract_over_reference": None}),
)
def test_bid_29_contract_far_above_reference(expected, row):
    assert outcome("BID-29", row) == expected


@pytest.mark.parametrize(
    ("id_", "row", "column"),
    [
        ("BID-01", {"buyer_id": "1"}, "buyer_plan_versions"),
        ("BID-04", {"method": "AS", "n_awards": 1}, "has_bids"),
        ("BID-05", {"method": "CD"}, "had_contract"),
        ("BID-08", {"method": "AS", "n_awards": 1}, "awarded_after_ruling"),
        ("BID-13", {"method": "AS"}, "tax_condition"),
        ("BID-19", {"method": "AS", "object": "goods"}, "coded_price"),
        ("BID-21", {"method": "AS"}, "planned_method"),
    ],
)
def test_a_table_that_nobody_publishes_is_an_absent_column(id_, row, column):
    assert outcome(id_, row, (column,)) == ABSENT


# --- the figures behind them


def frame(name, **rows):
    return {r["process_id"]: r for r in features.build(records(**rows), AS_OF).frames[name].to_dicts()}


def lot(process_id, code="3010240300750001", **columns):
    plain = {"process_id": process_id, "lot_id": "1", "classification": code, "currency": "PEN", "status": "CONTRATADO"}
    return {**plain, **columns}


def bid(process_id, party_id, cents=None, lot_id="1", **columns):
    plain = {"process_id": process_id, "lot_id": lot_id, "party_id": party_id, "bid_id": "", "currency": "PEN"}
    return {**plain, "amount_cents": cents, **columns}


def test_an_item_is_compared_over_all_buyers_of_the_year():
    calls = [
        process(f"{b}{n}", buyer_id=f"b{b}", method="CD" if n < k else "AS")
        for b, k in enumerate([4, 1, 1, 1, 1, 1, 1, 1])
        for n in range(4)
    ]
    rows = frame("processes", processes=calls, lots=[lot(p["process_id"]) for p in calls])
    assert rows["00"]["direct_item_share"] == 1.0
    assert rows["00"]["peer_item_n"] == 8
    assert rows["00"]["peer_item_z"] == pytest.approx((1 - 11 / 32) / (0.5625 / 8 * 7 / 7) ** 0.5, rel=1e-5)
    assert rows["10"]["open_item"] is True


def test_an_item_that_all_award_directly_is_no_competitive_market():
    calls = [process(f"{n}", buyer_id=f"b{n}", method="CD") for n in range(8)]
    row = frame("processes", processes=calls, lots=[lot(p["process_id"]) for p in calls])["0"]
    assert row["open_item"] is False


def test_the_nearest_bid_is_the_one_for_its_own_lot():
    rows = frame(
        "processes",
        processes=[process("1", n_bidders=1, n_lots=2), process("2", n_bidders=1)],
        lots=[lot("1", value_cents=1000), lot("1", lot_id="2", value_cents=5000), lot("2", value_cents=1000)],
        bids=[bid("1", "a", 900), bid("1", "a", 1000, lot_id="2"), bid("2", "a", 1000, lot_id="", currency="USD")],
    )
    assert rows["1"]["bid_distance"] == 0.1
    assert (rows["1"]["bid_cents"], rows["1"]["bid_reference_cents"]) == (900, 1000)
    assert rows["2"]["bid_distance"] is None  # dollars against soles


def test_a_bid_at_the_legal_floor_of_works_is_far_from_the_reference():
    """At 90 % of the reference bids for works are a matter of law; neither works nor 10 % below are near it."""
    rows = frame(
        "processes",
        processes=[process("1", n_bidders=1, object="works")],
        lots=[lot("1", value_cents=1000)],
        bids=[bid("1", "a", 900)],
    )
    assert rows["1"]["bid_distance"] == 0.1


def test_members_of_a_consortium_have_had_a_contract():
    old, new = date(2019, 3, 1), date(2022, 2, 1)
    rows = frame(
        "suppliers",
        processes=[
            process("1", call_date=old, method="LP"),
            process("2", call_date=new, method="CD"),
            process("3", method="CD"),
        ],
        awards=[{"process_id": p, "award_id": p} for p in "123"],
        award_suppliers=[
            {"process_id": "1", "award_id": "1", "party_id": "20111111111", "consortium_id": "777"},
            {"process_id": "2", "award_id": "2", "party_id": "20111111111"},
            {"process_id": "3", "award_id": "3", "party_id": "20222222222"},
        ],
        contracts=[{"process_id": "1", "contract_id": "1", "supplier_id": "777", "signed_date": date(2019, 4, 1)}],
    )
    assert rows["2"]["had_contract"] is True
    assert rows["3"]["had_contract"] is False
    assert rows["3"]["peer_history_days"] == (date(2022, 2, 1) - date(2019, 4, 1)).days


def test_contracts_before_2018_are_not_looked_at():
    row = frame(
        "suppliers",
        processes=[process("1", method="CD")],
        awards=[{"process_id": "1", "award_id": "1"}],
        award_suppliers=[{"process_id": "1", "award_id": "1", "party_id": "20111111111"}],
        contracts=[
            {"process_id": "0", "contract_id": "1", "supplier_id": "20111111111", "signed_date": date(2017, 12, 29)}
        ],
    )["1"]
    assert row["had_contract"] is None


def test_a_newcomer_is_new_to_the_group_it_bids_for():
    rows = frame(
        "processes",
        processes=[process("1", call_date=date(2020, 3, 2)), process("2", n_lots=2)],
        lots=[lot("1"), lot("2"), lot("2", "4310240300750001", lot_id="2")],
        bids=[bid("2", "a"), bid("2", "b", lot_id="2")],
        contracts=[
            {"process_id": "1", "contract_id": c, "supplier_id": s, "signed_date": date(2020, 5, 4)}
            for c, s in (("1", "a"), ("2", "b"))
        ],
    )
    assert (rows["2"]["n_known_bidders"], rows["2"]["newcomers_n"]) == (2, 1)


def test_a_win_counts_once_a_procedure_and_one_of_one_is_left_out():
    calls = [process(str(n), n_lots=2) for n in range(3)]
    rows = frame(
        "processes",
        processes=[*calls, process("x", buyer_id="other")],
        lots=[lot(str(n), lot_id=i) for n in range(3) for i in ("1", "2")] + [lot("x")],
        bids=[bid(str(n), "20111111111", lot_id=i) for n in range(3) for i in ("1", "2")] + [bid("x", "20111111111")],
        awards=[{"process_id": str(n), "award_id": "1"} for n in range(2)]
        + [{"process_id": "2", "award_id": "1", "status": "ANULADO"}],
        award_suppliers=[{"process_id": str(n), "award_id": "1", "party_id": "20111111111"} for n in range(3)],
    )
    assert (rows["0"]["winner_won_n"], rows["0"]["winner_bids_n"]) == (2, 3)  # the void award is no win
    assert rows["x"]["winner_ratio"] is None
    assert rows["x"]["peer_tries_n"] == 1


def test_the_name_of_a_natural_person_is_not_shown():
    rows = frame(
        "processes",
        processes=[process("1"), process("2")],
        lots=[lot("1"), lot("2")],
        bids=[bid(p, "10123456789", name="QUISPE MAMANI ROSA") for p in "12"],
    )
    assert rows["1"]["winner_shown"] == "10*******89"


def test_unit_prices_of_the_two_months_before_without_the_top_five_percent():
    days = [date(2022, 1, d) for d in range(3, 23)]
    calls = [process(f"p{n}", call_date=d) for n, d in enumerate(days)]
    calls += [process("old", call_date=date(2021, 10, 4)), process("now", call_date=date(2022, 2, 1))]
    price = {f"p{n}": 1000 + n for n in range(19)} | {"p19": 99_000, "old": 50_000, "now": 1100}
    rows = frame(
        "lots",
        processes=calls,
        lots=[lot(p["process_id"], unit="Unidad") for p in calls],
        awards=[{"process_id": p["process_id"], "award_id": "1"} for p in calls],
        award_lines=[
            {"process_id": k, "award_id": "1", "lot_id": "1", "quantity": 1.0, "amount_pen_cents": v}
            for k, v in price.items()
        ],
    )
    assert rows["now"]["peer_paid_n"] == 19
    assert rows["now"]["peer_paid_mean"] == pytest.approx(10.09)
    assert rows["now"]["peer_paid_z"] == pytest.approx((11.00 - 10.09) / 0.0562731, rel=1e-4)
    assert rows["p0"]["peer_paid_z"] is None


def test_prices_that_never_vary_say_nothing():
    calls = [process(f"p{n}", call_date=date(2022, 1, 3 + n)) for n in range(8)]
    rows = frame(
        "lots",
        processes=calls,
        lots=[lot(p["process_id"], unit="Unidad") for p in calls],
        awards=[{"process_id": p["process_id"], "award_id": "1"} for p in calls],
        award_lines=[
            {"process_id": p["process_id"], "award_id": "1", "lot_id": "1", "quantity": 3.0, "amount_pen_cents": 1000}
            for p in calls
        ],
    )
    assert rows["p7"]["peer_paid_sd"] is None


def test_the_plan_is_found_by_the_ocid_in_its_last_version():
    line = {"year": 2022, "buyer_consucode": "1234", "reference": "7"}
    row = frame(
        "processes",
        processes=[
            process("1", ocid="ocds-dgv273-seacev3-2022-1234-7"),
            process("2", ocid="ocds-dgv273-seacev3-1184427"),
        ],
        plan=[
            {**line, "version": 2, "method_details": "Subasta Inversa Electrónica"},
            {**line, "version": 1, "method_details": "Licitación Pública"},
        ],
    )
    assert row["1"]["planned_method"] == "SIE"
    assert row["2"]["planned_method"] is None


def test_a_ruling_before_the_consent_and_the_days_that_the_register_covers():
    consent = {"1": date(2022, 3, 1), "2": date(2022, 3, 1), "3": date(2022, 5, 2)}
    rows = frame(
        "processes",
        processes=[process(k, consent_date=d) for k, d in consent.items()],
        challenges=[
            {"process_id": "1", "challenge_id": "a", "kind": "ruling", "outcome": "nullity", "date": date(2022, 2, 15)},
            {"process_id": "9", "challenge_id": "b", "kind": "ruling", "outcome": "rejected", "date": date(2022, 4, 1)},
            {"process_id": "2", "challenge_id": "c", "kind": "appeal", "outcome": "upheld", "date": date(2022, 2, 1)},
        ],
    )
    assert [rows[k]["awarded_after_ruling"] for k in "123"] == [True, False, None]


def test_bidders_missing_from_a_month_that_the_table_covers():
    days = [date(2022, 1, 10), date(2022, 1, 20), date(2022, 3, 10)]
    calls = [process(str(n), call_date=d, n_bidders=[3, None, None][n]) for n, d in enumerate(days)]
    rows = frame("processes", processes=calls)
    assert [rows[k]["has_bids"] for k in "012"] == [True, False, None]
    assert rows["1"]["peer_bids_share"] == 0.5


def contract(amount=1000, **columns):
    plain = {"process_id": "1", "contract_id": "1", "award_id": "1", "supplier_id": "777", "payee_id": "20111111111"}
    return {
        **plain,
        "amount_cents": amount,
        "amount_pen_cents": amount,
        "currency": "PEN",
        "signed_date": DAY,
        **columns,
    }


def test_reference_and_bids_of_a_contract_are_those_of_its_lots_counted_once():
    """Two lots, two bidders, rounds of bids, three documents: joined carelessly each amount would come several times."""
    row = frame(
        "contracts",
        processes=[process("1", n_lots=3)],
        lots=[lot("1", lot_id=i, value_pen_cents=v) for i, v in (("1", 300), ("2", 500), ("3", 9000))],
        awards=[{"process_id": "1", "award_id": "1"}],
        award_lines=[{"process_id": "1", "award_id": "1", "lot_id": i, "amount_pen_cents": 400} for i in ("1", "2")],
        bids=[
            bid("1", "20111111111", 600),
            bid("1", "20111111111", 550, bid_id="2"),
            bid("1", "20111111111", 500, lot_id="2"),
            bid("1", "20333333333", 1, lot_id="2"),
        ],
        contracts=[contract()],
        documents=[{"process_id": "1", "section": "tender", "document_id": str(n)} for n in range(3)],
    )["1"]
    assert row["reference_cents"] == 800
    assert row["contract_over_reference"] == 1.25
    assert row["offered_cents"] == 1050
    assert row["offer_over_contract"] == 1.05


def test_half_a_bid_is_no_bid():
    row = frame(
        "contracts",
        processes=[process("1", n_lots=2)],
        lots=[lot("1"), lot("1", lot_id="2")],
        awards=[{"process_id": "1", "award_id": "1"}],
        award_lines=[{"process_id": "1", "award_id": "1", "lot_id": i} for i in ("1", "2")],
        bids=[bid("1", "20111111111", 600)],
        contracts=[contract()],
    )["1"]
    assert row["offered_cents"] is None
    assert row["reference_cents"] is None


def changed(method="AS", object_="goods", **kinds):
    return frame(
        "contracts",
        processes=[process("1", method=method, object=object_, call_date=date(2021, 3, 1))],
        contracts=[contract()],
        modifications=[
            {"process_id": "1", "contract_id": "1", "modification_id": k, "kind": k, "amount_cents": v}
            for k, v in kinds.items()
        ],
    )["1"]


@pytest.mark.parametrize(
    ("given", "ratio"),
    [
        ({"additional": 240}, 0.24),
        ({"additional": 400, "reduction": 230}, 0.23),
        ({"additional": 400, "reduction": 100}, 0.4),
        ({"complementary": 250}, 0.25),
        ({"complementary": 250, "method": "CD"}, 0.0),
        ({"complementary": 480, "method": "CD", "object_": "works"}, 0.48),
    ],
)
def test_the_change_looked_at_is_the_one_within_the_band(given, ratio):
    assert changed(**given)["change_ratio"] == ratio


def test_a_simplified_award_above_the_line_on_a_second_call_keeps_its_own_terms():
    """After a void public tender the next call is a simplified award, whatever its value: three days for bids, not 22."""
    row = frame("processes", processes=[process("1", call_number=2, value_pen_cents=90_000_000)])["1"]
    assert row["law_oscebid_bid_days"] == 3
    assert row["law_oscebid_consent_days"] == 6
