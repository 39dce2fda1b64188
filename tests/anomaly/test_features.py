from datetime import date

import numpy as np
import polars as pl
import pytest
from tests.anomaly import made

from procrisk.anomaly import features
from procrisk.anomaly.features import FEATURES, IDS, STEP, compare, values
from procrisk.anomaly.layer import prepare


def test_values_of_a_case_worked_by_hand():
    processes = pl.DataFrame(
        {
            "process_id": ["1", "2", "3", "4"],
            "buyer_id": ["B", "B", "B", None],
            "method": ["AS"] * 4,
            "object": ["goods", "goods", "works", "goods"],
            "year": [2022] * 4,
            "call_date": [date(2022, 1, 3), date(2022, 1, 20), date(2022, 1, 21), date(2022, 2, 1)],
            "award_date": [date(2022, 1, 13), None, date(2022, 1, 20), date(2022, 2, 2)],
            "consent_date": [date(2022, 1, 20), None, None, None],
            "value_pen_cents": [100_00, 0, None, 50_00],
            "awarded_pen_cents": [95_00, 10_00, 5_00, 60_00],
            "amount_pen_cents": [95_00, 10_00, 5_00, 60_00],
            "n_lots": [1, 2, 1, 1],
            "n_bidders": [None, 3, 1, 2],
        }
    )
    lines = [("1", "1-S", "S"), ("1", "1-T", "T"), ("2", "2-S", "S"), ("3", "3-S", "S"), ("4", "4-T", "T")]
    suppliers = pl.DataFrame(lines, schema=["process_id", "award_id", "party_id"], orient="row")
    awards = pl.DataFrame(
        {
            "process_id": [x[0] for x in lines],
            "award_id": [x[1] for x in lines],
            "amount_pen_cents": [80_00, 15_00, 10_00, 5_00, 60_00],
        }
    )
    got = values({"processes": processes, "awards": awards, "award_suppliers": suppliers})
    assert got["amount"].to_list() == [95.0, 10.0, 5.0, 60.0]
    assert got["award_ratio"].to_list() == [0.95, None, None, 1.2]
    assert got["decision_days"].to_list() == [
        10.0,
        None,
        None,
        1.0,
    ]  # an award before its call is a mistake, not a sign
    assert got["consent_days"].to_list() == [7.0, None, None, None]
    assert got["month_burst"].to_list() == [2.0, 2.0, 1.0, None]
    assert got["pair_awards"].to_list() == [3.0, 3.0, 3.0, None]
    assert got["supplier_share"].to_list() == pytest.approx([95 / 110, 95 / 110, 95 / 110, None])
    assert got["supplier_dependence"].to_list() == [1.0, 1.0, 1.0, None]  # S sells to B alone; T won too little to say


def oracle(raw, peers):
    """One-sided robust z in plain NumPy, group by group."""
    matrix = np.zeros((raw.height, len(FEATURES)))
    members = {g[0]: rows["row"].to_numpy() for g, rows in peers.members.group_by("group")}
    for j, f in enumerate(FEATURES):
        x = raw[f.id].to_numpy().astype(float)
        x = np.log1p(np.maximum(x, 0)) if f.log else x
        for row, group in enumerate(peers.own):
            known = x[members[group]]
            known = known[~np.isnan(known)]
            if len(known) >= features.MIN_KNOWN and not np.isnan(x[row]):
                median = np.median(known)
                mad = np.median(np.abs(known - median))
                z = f.direction * (x[row] - median) / (1.4826 * mad + f.floor)
                matrix[row, j] = np.log1p(max(z, 0))
    return matrix


def test_agrees_with_a_plain_oracle():
    raw, peers = prepare(made.records(500).tables)
    got = compare(raw, peers).matrix
    assert np.abs(got - oracle(raw, peers)).max() <= STEP / 2 + 1e-6
    assert (got > 0).any(axis=0).sum() == len(FEATURES)


@pytest.mark.parametrize("f", FEATURES, ids=IDS)
def test_the_harmless_side_leaves_no_sign(f):
    raw, peers = prepare(made.records(500).tables)
    at = next(i for i, known in enumerate(raw[f.id].is_not_null()) if known)
    low, high = (raw[f.id].min(), raw[f.id].max())
    harmless, risky = (low, high) if f.direction > 0 else (high, low)

    def sign(value):
        changed = pl.Series([value if i == at else v for i, v in enumerate(raw[f.id])], dtype=pl.Float64)
        return compare(raw.with_columns(changed.alias(f.id)), peers).matrix[at, IDS.index(f.id)]

    assert sign(harmless) == 0
    assert sign(risky) > 0
    assert sign(None) == 0


def test_row_order_does_not_matter():
    records = made.records(400)
    mixed = {k: v.sample(fraction=1, shuffle=True, seed=2) for k, v in records.tables.items()}
    first, second = (compare(*prepare(t)) for t in (records.tables, mixed))
    assert np.array_equal(first.matrix, second.matrix)
    assert first.medians.equals(second.medians)
