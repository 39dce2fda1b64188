"""Each indicator on the bids for a lot below, at and above its limit, without a value, out of its scope."""

from tests.indicators.made import ABSENT, CLEAR, MISSING, OUT, PEERS, RAISED, outcome, table

MARGIN = {"method": "AS", "n_winners": 1, "n_valid_bidders": 2, "by_rule": False, "peer_margin_n": 30}
NEAR = {**MARGIN, "margin": 0.05, "peer_margin_low": 0.05}


@table(
    NEAR,
    (RAISED, {"margin": 0.0}),
    (CLEAR, {"margin": 0.051}),
    (RAISED, {"method": None}),
    (RAISED, {"method": "OTHER"}),
    (PEERS, {"peer_margin_n": 29}),
    (PEERS, {"peer_margin_low": 0.0}),
    (PEERS, {"peer_margin_low": None}),
    (OUT, {"method": "CD"}),
    (OUT, {"margin": -0.01}),
    (OUT, {"n_winners": 2}),
    (OUT, {"n_valid_bidders": 1, "margin": None}),
    (OUT, {"by_rule": True}),
    (MISSING, {"margin": None}),
    (MISSING, {"by_rule": None}),
    (MISSING, {"n_winners": None}),
)
def test_sel_25_next_bid_close(expected, row):
    assert outcome("SEL-25", row) == expected


def test_sel_25_without_prices_is_not_evaluable():
    assert outcome("SEL-25", {**NEAR, "margin": None}, absent=("margin",)) == ABSENT


@table(
    {**MARGIN, "margin": 0.5, "peer_margin_high": 0.5},
    (CLEAR, {"margin": 0.499}),
    (PEERS, {"peer_margin_n": 29}),
    (PEERS, {"peer_margin_high": 0.0}),
    (OUT, {"margin": -0.01}),
    (OUT, {"by_rule": True}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"margin": None}),
)
def test_sel_26_heavily_discounted(expected, row):
    assert outcome("SEL-26", row) == expected


@table(
    {"method": "LP", "n_awards": 1, "n_bidders": 2, "n_offers": 2, "n_valid": 1, "refused_cents": 1},
    (CLEAR, {"refused_cents": 0}),
    (RAISED, {"n_bidders": 1}),
    (OUT, {"n_bidders": 1, "n_offers": 1}),
    (OUT, {"n_valid": 0}),
    (OUT, {"n_awards": 0}),
    (OUT, {"method": "CD"}),
    (MISSING, {"refused_cents": None}),
    (MISSING, {"n_valid": None}),
)
def test_sel_27_lowest_bid_refused(expected, row):
    assert outcome("SEL-27", row) == expected


@table(
    {
        "method": "AS",
        "n_winners": 1,
        "n_bidders": 2,
        "n_valid_bidders": 1,
        "winner_valid": True,
        "n_other_disqualified": 1,
    },
    (CLEAR, {"n_other_disqualified": 0}),
    (CLEAR, {"n_valid_bidders": 2}),
    (CLEAR, {"winner_valid": False}),
    (OUT, {"n_bidders": 1}),
    (OUT, {"n_winners": 2}),
    (OUT, {"method": "CD"}),
    (MISSING, {"n_other_disqualified": None}),
    (MISSING, {"n_valid_bidders": None, "winner_valid": None, "n_other_disqualified": None}),
    (MISSING, {"n_winners": None}),
)
def test_sel_28_all_but_winner_refused(expected, row):
    assert outcome("SEL-28", row) == expected


@table(
    {"method": "AS", "n_bidders": 2, "n_same": 2},
    (CLEAR, {"n_same": 1}),
    (CLEAR, {"n_same": 0}),
    (OUT, {"n_bidders": 1}),
    (OUT, {"method": "CD"}),
    (MISSING, {"n_same": None}),
)
def test_sel_32_identical_prices(expected, row):
    assert outcome("SEL-32", row) == expected


@table(
    {"method": "AS", "n_winners": 1, "late_days": 1},
    (CLEAR, {"late_days": 0}),
    (CLEAR, {"late_days": -3}),
    (OUT, {"n_winners": 2}),
    (OUT, {"method": "CD"}),
    (MISSING, {"late_days": None}),
    (MISSING, {"n_winners": None}),
)
def test_sel_33_late_bid_won(expected, row):
    assert outcome("SEL-33", row) == expected


@table(
    {"method": "AS", "n_valid_bidders": 2, "spread": 0.301},
    (CLEAR, {"spread": 0.3}),
    (OUT, {"n_valid_bidders": 1}),
    (OUT, {"method": "CD"}),
    (MISSING, {"spread": None}),
    (MISSING, {"n_valid_bidders": None}),
)
def test_sel_34_wide_disparity(expected, row):
    assert outcome("SEL-34", row) == expected


@table(
    {"method": "AS", "n_steps": 3, "step_spread": 0.0005},
    (RAISED, {"step_spread": 0.0}),
    (CLEAR, {"step_spread": 0.0006}),
    (OUT, {"n_steps": 2}),
    (OUT, {"method": "CD"}),
    (MISSING, {"n_steps": None}),
    (MISSING, {"step_spread": None}),
)
def test_sel_35_fixed_multiples(expected, row):
    assert outcome("SEL-35", row) == expected


@table(
    {"method": "AS", "n_bidders": 1, "n_winners": 1, "win_at_limit": False, "win_over_ref": 0.95},
    (CLEAR, {"win_over_ref": 0.949}),
    (RAISED, {"win_over_ref": 1.2}),
    (OUT, {"n_bidders": 2}),
    (OUT, {"win_at_limit": True}),
    (OUT, {"n_winners": 0}),
    (OUT, {"method": "CD"}),
    (MISSING, {"win_over_ref": None}),
    (MISSING, {"win_at_limit": None}),
)
def test_sel_37_lone_bid_at_estimate(expected, row):
    assert outcome("SEL-37", row) == expected


@table(
    {"method": "AS", "n_awards": 1, "n_bidders": 2, "n_valid_bidders": 1},
    (CLEAR, {"n_valid_bidders": 2}),
    (RAISED, {"n_valid_bidders": 0}),
    (OUT, {"n_bidders": 1}),
    (OUT, {"n_awards": 0}),
    (OUT, {"method": "CD"}),
    (MISSING, {"n_valid_bidders": None}),
)
def test_sel_44_single_valid_bid(expected, row):
    assert outcome("SEL-44", row) == expected


@table(
    {"method": "AS", "n_awards": 1, "n_bidders": 2, "n_disqualified": 3},
    (CLEAR, {"n_disqualified": 2}),
    (OUT, {"n_bidders": 1}),
    (OUT, {"n_awards": 0}),
    (OUT, {"method": "CD"}),
    (MISSING, {"n_disqualified": None}),
)
def test_sel_46_many_refused(expected, row):
    assert outcome("SEL-46", row) == expected


@table(
    {"method": "AS", "n_winners": 1, "n_offers": 2, "n_withdrawn": 1, "withdrawn_cents": 1},
    (CLEAR, {"withdrawn_cents": 0}),
    (CLEAR, {"n_withdrawn": 0, "withdrawn_cents": None}),
    (OUT, {"n_offers": 1}),
    (OUT, {"n_winners": 0}),
    (OUT, {"method": "CD"}),
    (MISSING, {"withdrawn_cents": None}),
    (MISSING, {"n_withdrawn": None, "withdrawn_cents": None}),
)
def test_sel_47_lowest_bid_withdrawn(expected, row):
    assert outcome("SEL-47", row) == expected
