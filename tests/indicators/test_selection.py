"""Each indicator of selection below, at and above its limit, without a value, out of its scope."""

from datetime import date

from tests.indicators.made import ABSENT, CLEAR, MISSING, OUT, PEERS, RAISED, outcome, table

SOLES = 100


@table(
    {"method": "AS", "n_awards": 1, "n_bidders": 1},
    (CLEAR, {"n_bidders": 2}),
    (OUT, {"method": "CD"}),
    (OUT, {"n_awards": 0}),
    (MISSING, {"n_bidders": None}),
)
def test_sel_01_single_bid(expected, row):
    assert outcome("SEL-01", row) == expected


def test_sel_01_registered_participants_are_no_bidders():
    assert outcome("SEL-01", {"method": "AS", "n_awards": 1, "n_bidders": None}, absent=("n_bidders",)) == ABSENT


@table(
    {"method": "SIE", "n_awards": 1, "n_bidders": 1, "law_auction_min_bids": 2},
    (CLEAR, {"n_bidders": 2}),
    (OUT, {"method": "AS"}),
    (OUT, {"n_awards": 0}),
    (OUT, {"law_auction_min_bids": None}),
    (MISSING, {"n_bidders": None}),
)
def test_sel_02_auction_without_rivals(expected, row):
    assert outcome("SEL-02", row) == expected


@table(
    {"method": "SIE", "lot_cents": 5, "peer_equal_share": 0.06, "peer_equal_n": 30, "equals_reference": True},
    (CLEAR, {"equals_reference": False}),
    (RAISED, {"peer_equal_share": 0.25}),
    (OUT, {"peer_equal_share": 0.26}),
    (OUT, {"method": "CD", "peer_equal_share": 0.93}),
    (OUT, {"lot_cents": 0}),
    (PEERS, {"peer_equal_n": 29}),
    (PEERS, {"peer_equal_n": 29, "peer_equal_share": 0.9}),
    (MISSING, {"lot_cents": None, "equals_reference": None}),
)
def test_sel_03_award_equals_reference(expected, row):
    assert outcome("SEL-03", row) == expected


@table(
    {"method": "CD", "lot_cents": 100, "award_ratio": 1.101},
    (CLEAR, {"award_ratio": 1.1}),
    (OUT, {"method": "INT"}),
    (OUT, {"lot_cents": 0}),
    (MISSING, {"award_ratio": None}),
)
def test_sel_04_award_above_reference(expected, row):
    assert outcome("SEL-04", row) == expected


@table(
    {"method": "SIE", "object": "goods", "lot_cents": 100, "award_ratio": 0.599},
    (CLEAR, {"award_ratio": 0.6}),
    (OUT, {"object": "works"}),
    (OUT, {"method": "CD"}),
    (MISSING, {"award_ratio": None}),
    (MISSING, {"object": None}),
)
def test_sel_05_award_far_below_reference(expected, row):
    assert outcome("SEL-05", row) == expected


BAND = {
    "method": "AS",
    "object": "works",
    "object_inferred": False,
    "lot_cents": 100,
    "law_price_floor": 0.9,
    "law_price_ceiling": 1.1,
    "award_ratio": 0.898,
}


@table(
    BAND,
    (CLEAR, {"award_ratio": 0.9}),
    (CLEAR, {"award_ratio": 1.1}),
    (RAISED, {"award_ratio": 1.102}),
    (OUT, {"object": "goods"}),
    (OUT, {"law_price_floor": None}),
    (MISSING, {"award_ratio": None}),
    (MISSING, {"object_inferred": True}),
)
def test_sel_06_outside_price_band(expected, row):
    assert outcome("SEL-06", row) == expected


@table(
    {"method": "LP", "n_awards": 1, "law_min_bid_days": 22, "award_days": 20},
    (CLEAR, {"award_days": 21}),
    (OUT, {"law_min_bid_days": None}),
    (OUT, {"n_awards": 0, "award_days": None}),
    (MISSING, {"award_days": None}),
    (MISSING, {"award_days": -1}),
)
def test_sel_07_awarded_before_bids_were_due(expected, row):
    assert outcome("SEL-07", row) == expected


@table(
    {"method": "AS", "n_awards": 1, "award_days": 1, "peer_days_n": 30, "peer_days_z": -2.5},
    (CLEAR, {"peer_days_z": -2.4}),
    (PEERS, {"peer_days_n": 29}),
    (OUT, {"award_days": -1}),
    (OUT, {"method": "CPRE"}),
    (MISSING, {"award_days": None}),
)
def test_sel_08_decided_fast(expected, row):
    assert outcome("SEL-08", row) == expected


@table(
    {"method": "CPRE", "n_awards": 1, "award_days": 90, "peer_days_n": 30, "peer_days_z": 3.0},
    (CLEAR, {"peer_days_z": 2.9}),
    (PEERS, {"peer_days_n": 29}),
    (OUT, {"method": "CD"}),
    (MISSING, {"award_days": None}),
)
def test_sel_09_decided_slowly(expected, row):
    assert outcome("SEL-09", row) == expected


@table(
    {"method": "AS", "consent_date": date(2022, 2, 9), "law_consent_days": 5, "consent_days": 4, "n_bidders": 2},
    (CLEAR, {"consent_days": 5}),
    (RAISED, {"consent_days": 0}),
    (RAISED, {"n_bidders": None}),
    (RAISED, {"n_bidders": None, "consent_days": 2}),
    (MISSING, {"n_bidders": None, "consent_days": 1}),
    (MISSING, {"n_bidders": None, "consent_days": 0}),
    (CLEAR, {"n_bidders": None, "consent_days": 5}),
    (OUT, {"n_bidders": 1}),
    (OUT, {"consent_date": None, "consent_days": None}),
    (OUT, {"law_consent_days": None}),
    (OUT, {"method": "CD"}),
    (MISSING, {"consent_days": None}),
    (MISSING, {"consent_days": -1}),
    (MISSING, {"consent_days": -1, "n_bidders": None}),
)
def test_sel_10_consented_early(expected, row):
    assert outcome("SEL-10", row) == expected


@table(
    {"method": "AS", "buyer_open_n": 5, "pair_open_n": 3, "pair_open_share": 0.6},
    (CLEAR, {"pair_open_n": 2}),
    (CLEAR, {"pair_open_share": 0.3}),
    (PEERS, {"buyer_open_n": 4}),
    (OUT, {"method": "CD"}),
    (MISSING, {"method": None}),
)
def test_sel_11_repeated_winner(expected, row):
    assert outcome("SEL-11", row) == expected


@table(
    {"method": "AS", "buyer_awards_n": 10, "buyer_hhi": 2500.1},
    (CLEAR, {"buyer_hhi": 2500.0}),
    (PEERS, {"buyer_awards_n": 9}),
    (OUT, {"method": "CD"}),
    (MISSING, {"method": None}),
)
def test_sel_12_buyer_concentrated(expected, row):
    assert outcome("SEL-12", row) == expected


@table(
    {"method": "AS", "pair_bids_n": 3, "pair_win_ratio": 1.0},
    (CLEAR, {"pair_win_ratio": 0.9}),
    (PEERS, {"pair_bids_n": 2}),
    (OUT, {"method": "CD"}),
    (MISSING, {"pair_bids_n": None, "pair_win_ratio": None}),
)
def test_sel_13_wins_whenever_it_bids(expected, row):
    assert outcome("SEL-13", row) == expected


@table(
    {"method": "CD", "registered_days": 30},
    (RAISED, {"registered_days": 0}),
    (CLEAR, {"registered_days": 31}),
    (CLEAR, {"registered_days": -1}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"registered_days": None}),
)
def test_sel_14_registered_just_before(expected, row):
    assert outcome("SEL-14", row) == expected


@table(
    {"method": "AS", "late_days": 1},
    (CLEAR, {"late_days": 0}),
    (OUT, {"method": "CD"}),
    (MISSING, {"late_days": None}),
)
def test_sel_15_not_registered_at_award(expected, row):
    assert outcome("SEL-15", row) == expected


@table(
    {"method": "AS", "object_inferred": False, "right_category": False},
    (CLEAR, {"right_category": True}),
    (OUT, {"method": "RES"}),
    (MISSING, {"object_inferred": True}),
    (MISSING, {"right_category": None}),
)
def test_sel_16_registered_for_something_else(expected, row):
    assert outcome("SEL-16", row) == expected


@table(
    {"method": "CD", "history_months": 12, "is_first": True},
    (CLEAR, {"is_first": False}),
    (PEERS, {"history_months": 11}),
    (OUT, {"method": "AS"}),
    (MISSING, {"is_first": None}),
)
def test_sel_17_first_award_is_direct(expected, row):
    assert outcome("SEL-17", row) == expected


@table(
    {"method": "AS", "is_consortium": True, "n_members": 2, "n_solo": 2},
    (CLEAR, {"n_solo": 1}),
    (OUT, {"is_consortium": False}),
    (OUT, {"n_members": 1}),
    (OUT, {"method": "CD"}),
    (MISSING, {"n_solo": None}),
)
def test_sel_18_consortium_of_rivals(expected, row):
    assert outcome("SEL-18", row) == expected


@table(
    {"method": "AS", "call_number": 3},
    (CLEAR, {"call_number": 2}),
    (OUT, {"method": "CD"}),
    (MISSING, {"call_number": None}),
)
def test_sel_19_called_again_and_again(expected, row):
    assert outcome("SEL-19", row) == expected


@table(
    {"method": "AS", "buyer_lots_n": 10, "peer_failed_n": 10, "buyer_failed_share": 0.5, "peer_failed_limit": 0.4},
    (CLEAR, {"buyer_failed_share": 0.4}),
    (PEERS, {"buyer_lots_n": 9}),
    (PEERS, {"peer_failed_n": 9}),
    (OUT, {"method": "CD"}),
    (MISSING, {"method": None}),
)
def test_sel_20_buyer_fails_often(expected, row):
    assert outcome("SEL-20", row) == expected


@table(
    {"method": "CPRE", "same_day_n": 3},
    (CLEAR, {"same_day_n": 2}),
    (OUT, {"method": "LP"}),
    (MISSING, {"same_day_n": None}),
)
def test_sel_21_same_day_awards(expected, row):
    assert outcome("SEL-21", row) == expected


@table(
    {"method": "CD", "pair_direct_n": 3},
    (CLEAR, {"pair_direct_n": 2}),
    (OUT, {"method": "AS"}),
    (MISSING, {"method": None}),
)
def test_sel_22_many_direct_awards(expected, row):
    assert outcome("SEL-22", row) == expected


@table(
    {"method": "AS", "amount_pen_cents": 53_070_050, "n_same_amount": 2},
    (CLEAR, {"n_same_amount": 1}),
    (OUT, {"amount_pen_cents": 53_000_000}),
    (OUT, {"amount_pen_cents": 0}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"amount_pen_cents": None}),
)
def test_sel_23_identical_amounts(expected, row):
    assert outcome("SEL-23", row) == expected


NEAR = {
    "method": "CPRE",
    "object": "goods",
    "buyer_level": "local",
    "award_amount_cents": 69_000 * SOLES,
    "law_15uit_cents": 69_000 * SOLES,
    "supplier_region": "21",
    "region_code": "08",
}


@table(
    NEAR,
    (CLEAR, {"supplier_region": "08"}),
    (CLEAR, {"supplier_region": "1501"}),
    (OUT, {"award_amount_cents": 69_000 * SOLES + 1}),
    (OUT, {"buyer_level": "national"}),
    (OUT, {"object": "works"}),
    (MISSING, {"supplier_region": None}),
    (MISSING, {"region_code": None}),
)
def test_sel_24_distant_supplier(expected, row):
    assert outcome("SEL-24", row) == expected
