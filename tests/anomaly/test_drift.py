from datetime import date

import numpy as np
import polars as pl
import pytest
from tests.anomaly import made

from procrisk.anomaly import drift, layer
from procrisk.anomaly.features import IDS


@pytest.fixture(scope="module")
def seen():
    tables = made.records(1200).tables
    processes = tables["processes"].sort("process_id")
    raw = layer.prepare(tables).raw
    return processes, raw, np.linspace(0, 1, 1200)


@pytest.fixture(scope="module")
def reference(seen):
    return drift.describe(*seen)


def test_psi_by_hand():
    now, before = [10, 10], [5, 15]
    p, q = np.array([10.5, 10.5]) / 21, np.array([5.5, 15.5]) / 21
    assert drift.psi(now, before) == pytest.approx(((p - q) * np.log(p / q)).sum(), abs=1e-4)
    assert drift.psi([7, 3, 0], [7, 3, 0]) == 0


def test_the_same_records_have_not_drifted(seen, reference):
    got = drift.measure(*seen, reference)
    assert got["breaks"] == {}
    assert (got["watch"], got["act"]) == (0, 0)
    regions = got["psi"]["L30225"]
    assert set(regions) == {"all", "00", "01", "02", "03", "04"}
    assert set(regions["all"]) == {*IDS, "score"}
    assert max(v for by in regions.values() for v in by.values()) == 0


def test_what_moves_is_named_where_it_moves(seen, reference):
    processes, raw, isolation = seen
    there = (processes["region_code"] == "02").to_numpy()
    fewer = pl.Series(np.where(there, 1.0, raw["decision_days"].to_numpy()))
    got = drift.measure(processes, raw.with_columns(decision_days=fewer), isolation, reference)["psi"]["L30225"]
    assert got["02"]["decision_days"] > drift.ACT
    assert got["01"]["decision_days"] == 0
    assert got["02"]["amount"] == 0


def test_values_that_are_no_longer_published_have_moved(seen, reference):
    processes, raw, isolation = seen
    got = drift.measure(processes, raw.with_columns(n_bidders=pl.lit(None, pl.Float64)), isolation, reference)
    assert got["psi"]["L30225"]["all"]["n_bidders"] > drift.ACT
    assert got["act"] >= 1


def test_a_new_law_is_a_break_and_no_drift(seen, reference):
    processes, raw, isolation = seen
    got = drift.measure(processes.with_columns(regime=pl.lit("L32069")), raw, isolation, reference)
    assert got["breaks"] == {"L32069": 1200}
    assert got["psi"] == {}
    assert got["act"] == 0


def test_amounts_are_in_uit_so_that_the_limits_of_a_new_year_are_no_drift(seen, reference):
    processes, raw, isolation = seen
    # UIT of 2022: S/ 4,600; of 2023: S/ 4,950 (supreme decrees 398-2021-EF and 309-2022-EF)
    later = processes.with_columns(call_date=pl.lit(date(2023, 6, 1)))
    grown = raw.with_columns(amount=pl.col("amount") * 4950 / 4600)
    moved = drift.measure(later, grown, isolation, reference)["psi"]["L30225"]["all"]["amount"]
    assert moved < 0.001
