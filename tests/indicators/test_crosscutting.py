"""Each crosscutting indicator below, at and above its limit, without a value, out of its scope."""

from datetime import date

from tests.indicators.made import CLEAR, MISSING, OUT, PEERS, RAISED, outcome, table


@table(
    {"method": "CD", "registration_days": 91},
    (CLEAR, {"registration_days": 90}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"registration_days": None}),
)
def test_cro_01_published_late(expected, row):
    assert outcome("CRO-01", row) == expected


@table(
    {"method": "AS", "call_date": date(2022, 2, 8), "date": date(2022, 3, 7), "consent_date": date(2022, 2, 28)},
    (CLEAR, {"consent_date": date(2022, 3, 7)}),
    (CLEAR, {"consent_date": None}),
    (RAISED, {"date": date(2022, 2, 7), "consent_date": None}),
    (OUT, {"method": "INT"}),
    (MISSING, {"date": None, "consent_date": None}),
)
def test_cro_02_dates_out_of_order(expected, row):
    assert outcome("CRO-02", row) == expected


@table(
    {"method": "CD", "debarred": True},
    (CLEAR, {"debarred": False}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"debarred": None}),
)
def test_cro_03_debarred_at_award(expected, row):
    assert outcome("CRO-03", row) == expected


@table(
    {"method": "AS", "firm_known_n": 5, "firm_families": 4, "peer_families_n": 30, "peer_families_limit": 3.5},
    (CLEAR, {"peer_families_limit": 4.0}),
    (CLEAR, {"firm_families": 3, "peer_families_limit": 1.0}),
    (PEERS, {"firm_known_n": 4}),
    (PEERS, {"peer_families_n": 29}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"method": None}),
)
def test_cro_04_heterogeneous_supplier(expected, row):
    assert outcome("CRO-04", row) == expected


@table(
    {"method": "AS", "firm_open_n": 5, "firm_buyers": 1},
    (CLEAR, {"firm_buyers": 2}),
    (PEERS, {"firm_open_n": 4}),
    (OUT, {"method": "CD"}),
    (MISSING, {"method": None}),
)
def test_cro_05_captive_supplier(expected, row):
    assert outcome("CRO-05", row) == expected


@table(
    {"method": "AS", "market_id": "08:fuel", "market_awards_n": 10, "market_buyers_n": 3, "market_hhi": 2501.0},
    (CLEAR, {"market_hhi": 2500.0}),
    (PEERS, {"market_awards_n": 9}),
    (PEERS, {"market_buyers_n": 2}),
    (OUT, {"market_id": None}),
    (OUT, {"method": "CD"}),
)
def test_cro_06_market_concentrated(expected, row):
    assert outcome("CRO-06", row) == expected


@table(
    {"method": "AS", "penalties_n": 3},
    (CLEAR, {"penalties_n": 2}),
    (OUT, {"method": "RES"}),
    (MISSING, {"penalties_n": None}),
)
def test_cro_07_penalised_supplier(expected, row):
    assert outcome("CRO-07", row) == expected


@table(
    {
        "method": "AS",
        "object": "goods",
        "awarded_quantity": 2.0,
        "peer_price_n": 8,
        "peer_price_z": 3.6,
        "price_over_typical": 2.0,
    },
    (CLEAR, {"peer_price_z": 3.5}),
    (CLEAR, {"price_over_typical": 1.9}),
    (PEERS, {"peer_price_n": 7}),
    (OUT, {"object": "services"}),
    (OUT, {"awarded_quantity": 1.0}),
    (MISSING, {"awarded_quantity": None}),
)
def test_cro_08_unit_price_outlier(expected, row):
    assert outcome("CRO-08", row) == expected
