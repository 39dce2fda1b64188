"""Rank correlations by hand, with their interval and their warning."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr

from procrisk.errors import InputMissingError, UsageError
from procrisk.indices.association import AUDIT_COLUMNS, association, audits, beside, interval, spearman
from procrisk.records.regions import REGIONS


def audit_file(path, *rows):
    path.write_text("\n".join([",".join(AUDIT_COLUMNS), *rows]) + "\n", encoding="utf-8")
    return path


def test_reports_add_up_by_region_and_lima_is_left_out_by_name(tmp_path):
    path = audit_file(
        tmp_path / "a.csv", "CUSCO,AC,61,41,19,267.0", "CUSCO,SEHPI,112,72,41,393.0", "LIMA,AC,295,103,84,606.0"
    )
    found, lost = audits(path)
    assert found.rows() == [("08", 173, 113, 113 / 173)]
    assert lost == ["LIMA"]


def test_a_bad_file_of_reports_is_told_by_line(tmp_path):
    with pytest.raises(UsageError, match="line 2, column n_informes"):
        audits(audit_file(tmp_path / "a.csv", "CUSCO,AC,x,1,1,1"))
    with pytest.raises(InputMissingError):
        audits(tmp_path / "nix.csv")


def test_the_real_reports(shared_data):
    found, lost = audits(shared_data / "audits" / "informes_por_region.csv")
    assert found.height == 24
    assert lost == ["LIMA"]
    assert found.filter(pl.col("region_code") == "08")["n_reports"].item() == 173


def test_spearman_agrees_with_scipy_ties_included():
    rng = np.random.default_rng(3)
    a, b = rng.integers(0, 9, 25).astype(float), rng.integers(0, 9, 25).astype(float)
    assert spearman(pl.Series(a), pl.Series(b)) == pytest.approx(spearmanr(a, b).statistic, abs=1e-6)
    assert spearman(pl.Series([1.0, 1.0, 1.0]), pl.Series([1.0, 2.0, 3.0])) is None


def test_the_interval_by_hand():
    """rho 0.5, n 27: half-width 1.96 sqrt(1.125/24) = 0.4243 around atanh 0.5 = 0.5493."""
    assert interval(0.5, 27) == pytest.approx((np.tanh(0.5493 - 0.4243), np.tanh(0.5493 + 0.4243)), abs=1e-4)
    assert interval(1.0, 10) == (1.0, 1.0)


def test_the_interval_covers_what_it_says():
    """300 samples of 24 pairs with rank correlation 0.483 (Pearson 0.5): at least 92 % of the intervals hold it."""
    rng = np.random.default_rng(5)
    true = 6 / np.pi * np.arcsin(0.25)
    held = 0
    for _ in range(300):
        a = rng.normal(size=24)
        b = 0.5 * a + np.sqrt(0.75) * rng.normal(size=24)
        low, high = interval(float(spearmanr(a, b).statistic), 24)
        held += low <= true <= high
    assert held / 300 >= 0.92


def test_each_correlation_carries_the_warning_and_too_few_regions_have_none():
    risk = pl.DataFrame({"region_code": list(REGIONS), "score": [float(n) for n in range(26)]})
    audited = pl.DataFrame({"region_code": list(REGIONS), "n_reports": list(range(26)), "share_penal": [0.5] * 26})
    found = {r["what"]: r for r in association(risk, audited).iter_rows(named=True)}
    assert all("esfuerzo de control" in r["note_es"] and "audit effort" in r["note_en"] for r in found.values())
    assert (found["n_reports"]["rho"], found["n_reports"]["n"]) == (1.0, 26)
    assert found["share_penal"]["rho"] is None  # does not vary
    assert (found["inco_regional_government_2023"]["rho"], found["inco_regional_government_2023"]["n"]) == (None, 3)
    assert "sesgada" in found["inco_regional_government_2022"]["note_es"]


def test_beside_the_score_stands_what_is_known_and_null_where_nothing_is():
    found = beside(pl.DataFrame({"region_code": ["20"], "score": [7.0]}))
    assert found.height == 26
    piura = found.row(by_predicate=pl.col("region_code") == "20", named=True)
    assert (piura["score"], piura["inco_regional_government_2022"], piura["inco_regional_government_2023"]) == (
        7.0,
        82.2,
        None,
    )


def test_a_region_twice_is_refused():
    with pytest.raises(UsageError, match="twice"):
        association(pl.DataFrame({"region_code": ["08", "08"], "score": [1.0, 2.0]}))
