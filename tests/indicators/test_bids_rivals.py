"""Each indicator on bidders over many contests below, at and above its limit, without a value, out of its scope."""

from tests.indicators.made import ABSENT, CLEAR, MISSING, OUT, PEERS, RAISED, outcome, table


@table(
    {
        "method": "AS",
        "buyer_bids_n": 10,
        "peer_buyer_refused_n": 10,
        "peer_buyer_refused_high": 0.4,
        "buyer_refused_share": 0.4,
    },
    (CLEAR, {"buyer_refused_share": 0.39}),
    (PEERS, {"buyer_bids_n": 9}),
    (PEERS, {"peer_buyer_refused_n": 9}),
    (PEERS, {"peer_buyer_refused_high": 0.0}),
    (PEERS, {"buyer_bids_n": None, "buyer_refused_share": None}),
    (OUT, {"method": "CD"}),
)
def test_sel_29_buyer_refuses_many(expected, row):
    assert outcome("SEL-29", row) == expected


def test_sel_29_without_states_of_bids_is_not_evaluable():
    assert outcome("SEL-29", {"method": "AS"}, absent=("buyer_refused_share",)) == ABSENT


@table(
    {"method": "AS", "bids_n": 5, "peer_refused_n": 30, "peer_refused_high": 0.5, "refused_share": 0.5},
    (CLEAR, {"refused_share": 0.49}),
    (PEERS, {"bids_n": 4}),
    (PEERS, {"peer_refused_n": 29}),
    (PEERS, {"peer_refused_high": 0.0}),
    (OUT, {"method": "CD"}),
)
def test_sel_30_bidder_refused_often(expected, row):
    assert outcome("SEL-30", row) == expected


@table(
    {
        "method": "AS",
        "tries_n": 6,
        "peer_tries_q3": 6.0,
        "peer_win_n": 30,
        "peer_win_low": 0.2,
        "win_share": 0.2,
        "wins_n": 1,
    },
    (CLEAR, {"win_share": 0.21}),
    (CLEAR, {"peer_tries_q3": 6.1}),
    (CLEAR, {"tries_n": 4, "peer_tries_q3": 1.0}),
    (CLEAR, {"peer_win_low": 0.0, "win_share": 0.0, "wins_n": 0, "tries_n": 9}),
    (RAISED, {"peer_win_low": -0.5, "win_share": 0.0, "wins_n": 0, "tries_n": 10}),
    (PEERS, {"peer_win_n": 29}),
    (OUT, {"tries_n": 0, "win_share": None, "wins_n": 0}),
    (OUT, {"method": "CD"}),
    (MISSING, {"tries_n": None}),
)
def test_sel_31_bids_without_winning(expected, row):
    assert outcome("SEL-31", row) == expected


@table(
    {"method": "AS", "benford_n": 300, "benford_mad": 0.0151, "benford_chi2": 20.1},
    (CLEAR, {"benford_mad": 0.015}),
    (CLEAR, {"benford_chi2": 20.0}),
    (PEERS, {"benford_n": 299}),
    (PEERS, {"benford_n": None, "benford_mad": None, "benford_chi2": None}),
    (OUT, {"method": "CD"}),
)
def test_sel_36_digits_off_benford(expected, row):
    assert outcome("SEL-36", row) == expected


@table(
    {"method": "AS", "class_n": 5, "peer_class_n": 10, "class_bidders": 1.5, "peer_class_median": 3.0},
    (CLEAR, {"class_bidders": 1.6}),
    (PEERS, {"class_n": 4}),
    (PEERS, {"peer_class_n": 9}),
    (PEERS, {"class_n": None, "class_bidders": None}),
    (OUT, {"method": "CD"}),
)
def test_sel_38_few_bidders_for_item(expected, row):
    assert outcome("SEL-38", row) == expected


@table(
    {"method": "AS", "n_bidders": 2, "n_winners": 1, "pair_wins": 5},
    (CLEAR, {"pair_wins": 4}),
    (OUT, {"n_bidders": 1}),
    (OUT, {"n_winners": 0}),
    (OUT, {"method": "CD"}),
    (MISSING, {"pair_wins": None}),
    (MISSING, {"n_winners": None}),
)
def test_sel_39_same_rival_always_wins(expected, row):
    assert outcome("SEL-39", row) == expected


@table(
    {
        "method": "AS",
        "n_bidders": 2,
        "rota_n": 6,
        "rota_winners": 2,
        "rota_changes": 0.9,
        "rota_gap": 1,
        "rota_presence": 0.8,
    },
    (CLEAR, {"rota_changes": 0.89}),
    (CLEAR, {"rota_gap": 2}),
    (CLEAR, {"rota_presence": 0.79}),
    (CLEAR, {"rota_winners": 1}),
    (PEERS, {"rota_n": 5}),
    (PEERS, {"rota_n": None, "rota_changes": None}),
    (OUT, {"n_bidders": 1}),
    (OUT, {"method": "CD"}),
)
def test_sel_40_bid_rotation(expected, row):
    assert outcome("SEL-40", row) == expected


@table(
    {"method": "AS", "n_bidders": 2, "sharing_n": 2},
    (CLEAR, {"sharing_n": 0}),
    (OUT, {"n_bidders": 1}),
    (OUT, {"method": "CD"}),
    (MISSING, {"sharing_n": None}),
)
def test_sel_41_bidders_share_contact(expected, row):
    assert outcome("SEL-41", row) == expected


@table(
    {"method": "AS", "class_processes_n": 6, "usual_n": 2, "usual_missing_n": 2},
    (CLEAR, {"usual_missing_n": 1}),
    (PEERS, {"class_processes_n": 5}),
    (PEERS, {"usual_n": 1}),
    (PEERS, {"class_processes_n": None, "usual_missing_n": None}),
    (OUT, {"method": "CD"}),
)
def test_sel_42_usual_bidders_missing(expected, row):
    assert outcome("SEL-42", row) == expected


@table(
    {"method": "AS", "n_bidders": 3, "order_n": 3, "order_same_n": 3},
    (CLEAR, {"order_same_n": 2}),
    (PEERS, {"order_n": 2, "order_same_n": 2}),
    (PEERS, {"order_n": None, "order_same_n": None}),
    (OUT, {"n_bidders": 2}),
    (OUT, {"method": "CD"}),
)
def test_sel_43_same_order(expected, row):
    assert outcome("SEL-43", row) == expected


@table(
    {"method": "AS", "n_lots": 5, "n_bidders": 2, "n_awards": 1, "n_lot_holders": 1, "n_lots_held": 5},
    (CLEAR, {"n_lot_holders": 2}),
    (CLEAR, {"n_lots_held": 4}),
    (OUT, {"n_lots": 4, "n_lots_held": 4}),
    (OUT, {"n_bidders": 1}),
    (OUT, {"n_awards": 0}),
    (OUT, {"method": "CD"}),
    (MISSING, {"n_bidders": None}),
    (MISSING, {"n_lot_holders": None, "n_lots_held": None}),
)
def test_sel_45_one_wins_all_lots(expected, row):
    assert outcome("SEL-45", row) == expected


@table(
    {"method": "AS", "n_bidders": 1, "lone_n": 5},
    (CLEAR, {"lone_n": 4}),
    (OUT, {"n_bidders": 2}),
    (OUT, {"method": "CD"}),
    (MISSING, {"lone_n": None}),
)
def test_sel_48_alone_again(expected, row):
    assert outcome("SEL-48", row) == expected
