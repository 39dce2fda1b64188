from datetime import date

import numpy as np
import polars as pl
import pytest
from tests.anomaly import made

from procrisk.anomaly.compare import LEAST, MIN_KNOWN, MOST, STEP, compare
from procrisk.anomaly.features import EX_ANTE, FEATURES, IDS, values
from procrisk.anomaly.layer import prepare


def test_values_of_a_case_worked_by_hand():
    processes = pl.DataFrame(
        {
            "process_id": ["1", "2", "3", "4"],
            "buyer_id": ["B", "B", "B", None],
            "title": [None, "AS-1", "AS-2", "AS-1"],
            "currency": ["PEN"] * 4,
            "value_cents": [100_00, 0, None, 50_00],
            "method": ["AS"] * 4,
            "object": ["goods", "goods", "works", "goods"],
            "year": [2022] * 4,
            "call_date": [date(2022, 1, 3), date(2022, 1, 20), date(2022, 1, 21), date(2022, 2, 1)],
            "award_date": [date(2022, 1, 13), None, date(2022, 1, 20), date(2022, 2, 2)],
            "consent_date": [date(2022, 1, 20), None, None, None],
            "bid_deadline": [date(2022, 1, 10), None, None, None],
            "n_registered": [4, None, 2, 2],
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
            "date": [date(2022, 1, 13)] * 2 + [None, date(2022, 1, 20), date(2022, 2, 2)],
        }
    )
    tables = {"processes": processes, "awards": awards, "award_suppliers": suppliers}
    register = pl.DataFrame({"ruc": ["S", "S"], "valid_from": [date(2021, 12, 31), date(2022, 1, 5)]})
    contracts = pl.DataFrame(
        {
            "process_id": ["1", "3"],
            "contract_id": ["c", "c"],
            "amount_cents": [100_00, 50_00],
            "start_date": [date(2022, 2, 1)] * 2,
            "end_date": [date(2022, 2, 11)] * 2,
            "end_date_updated": [date(2022, 2, 16), None],
            "end_date_actual": pl.Series([None, None], dtype=pl.Date),
        }
    )
    kinds = {"kind": ["additional", "complementary", "reduction"], "amount_cents": [10_00, 5_00, 40_00]}
    changes = pl.DataFrame({"process_id": ["1"] * 3, "contract_id": ["c"] * 3, **kinds})
    got = values({**tables, "suppliers": register, "contracts": contracts, "modifications": changes})
    assert got["amount"].to_list() == [95.0, 10.0, 5.0, 60.0]
    assert got["award_ratio"].to_list() == [0.95, None, None, 1.2]
    assert got["decision_days"].to_list() == [
        10.0,
        None,
        None,
        1.0,
    ]  # an award before its call is a mistake, not a sign
    assert got["consent_days"].to_list() == [7.0, None, None, None]
    assert got["bid_days"].to_list() == [7.0, None, None, None]
    assert got["month_burst"].to_list() == [1.0, 2.0, 1.0, None]  # up to the call: the first did not know of the second
    # awards in their order: process 1 (13 January, S 80 and T 15), 2 (20 January by its call, S 10), 3 (20 January, S 5)
    assert got["pair_awards"].to_list() == [1.0, 3.0, 3.0, None]
    spent = 80 + 10 + 5  # the largest award of process 1 stands for it: members of a consortium are not added up
    assert got["supplier_share"].to_list() == pytest.approx([None, 95 / spent, 95 / spent, None])
    assert got["supplier_dependence"].to_list() == [None, 1.0, 1.0, None]
    assert got["supplier_jump"].to_list() == [None, 0.125, 0.0625, None]
    assert got["supplier_days"].to_list() == [3.0, 20.0, 21.0, None]
    assert got["added_share"].to_list() == [0.15, None, 0.0, None]
    assert got["extended_share"].to_list() == [0.5, None, 0.0, None]
    bare = values(tables)
    assert bare.select("supplier_days", "added_share", "extended_share").null_count().row(0) == (4, 4, 4)


def oracle(ready):
    """Signs and tails in plain NumPy, group by group."""
    signs, tails = np.zeros((2, ready.raw.height, len(FEATURES)))
    members = {g[0]: rows["row"].to_numpy() for g, rows in ready.groups.members.group_by("group")}
    for j, f in enumerate(FEATURES):
        x = ready.raw[f.id].to_numpy().astype(float)
        x = np.log1p(np.maximum(x, 0)) if f.log else x
        for row, group in enumerate(ready.groups.own):
            known = x[members[group]]
            known = known[~np.isnan(known)]
            if len(known) >= MIN_KNOWN and not np.isnan(x[row]):
                median = np.median(known)
                mad = np.median(np.abs(known - median))
                z = f.direction * (x[row] - median) / (1.4826 * mad + f.floor)
                signs[row, j] = np.log(max(z, LEAST) / LEAST) / STEP
                tails[row, j] = max(0, -np.log(2 * np.mean(f.direction * known >= f.direction * x[row])))
    return signs, tails


def test_agrees_with_a_plain_oracle():
    ready = prepare(made.records(500).tables)
    signs, tails = oracle(ready)
    got = ready.compared
    assert np.abs(got.signs - np.minimum(signs, MOST)).max() <= 0.5 + 1e-6
    assert np.allclose(got.tails[got.signs > 0], tails[got.signs > 0])
    assert not got.tails[got.signs == 0].any()
    assert (got.signs > 0).any(axis=0).sum() == len(FEATURES)


@pytest.mark.parametrize("f", FEATURES, ids=IDS)
def test_the_harmless_side_leaves_no_sign(f):
    ready = prepare(made.records(500).tables)
    raw, peers = ready.raw, ready.groups
    at = next(i for i, known in enumerate(raw[f.id].is_not_null()) if known)
    low, high = (raw[f.id].min(), 3 * raw[f.id].max())
    harmless, risky = (low, high) if f.direction > 0 else (high, low)

    def sign(value):
        changed = pl.Series([value if i == at else v for i, v in enumerate(raw[f.id])], dtype=pl.Float64)
        return compare(raw.with_columns(changed.alias(f.id)), peers, FEATURES).signs[at, IDS.index(f.id)]

    assert sign(harmless) == 0
    assert sign(risky) > 0
    assert sign(None) == 0


def test_row_order_does_not_matter():
    records = made.records(400)
    mixed = {k: v.sample(fraction=1, shuffle=True, seed=2) for k, v in records.tables.items()}
    first, second = (prepare(t).compared for t in (records.tables, mixed))
    assert np.array_equal(first.signs, second.signs)
    assert np.array_equal(first.tails, second.tails)
    assert first.medians.equals(second.medians)


def test_nothing_dated_after_the_award_reaches_what_is_known_by_it():
    tables = made.records(600).tables
    days = pl.duration(days=40)
    changed = {
        **tables,
        "processes": tables["processes"].with_columns(consent_date=pl.col("award_date") + days),
        "contracts": tables["contracts"].with_columns(
            end_date_updated=pl.col("end_date") + days, amount_cents=pl.col("amount_cents") * 7
        ),
        "modifications": tables["modifications"].with_columns(amount_cents=pl.col("amount_cents") * 99),
    }
    before, after = values(tables), values(changed)
    known = ["process_id", *(i for i, early in zip(IDS, EX_ANTE, strict=True) if early)]
    assert before.select(known).equals(after.select(known))
    later = [i for i, early in zip(IDS, EX_ANTE, strict=True) if not early]
    assert all(not before[i].equals(after[i]) for i in later)


def test_later_processes_do_not_change_earlier_values():
    tables = made.records(600).tables
    cut = date(2022, 6, 1)
    decided = pl.col("award_date") <= cut
    early = tables["processes"].filter(decided, pl.col("call_date") <= cut)
    only = {k: v.join(early, on="process_id", how="semi") for k, v in tables.items() if "process_id" in v.columns}
    known = ["process_id", *(i for i, e in zip(IDS, EX_ANTE, strict=True) if e and i != "month_burst")]
    whole = values(tables).join(early, on="process_id", how="semi")
    assert whole.select(known).equals(values({**only, "suppliers": tables["suppliers"]}).select(known))
