"""Each indicator of execution below, at and above its limit, without a value, out of its scope."""

from datetime import date

from tests.indicators.made import CLEAR, MISSING, OUT, RAISED, outcome, table

DAY = date(2022, 5, 2)


@table(
    {"method": "AS", "signed_date": DAY, "law_sign_days": 16, "sign_days": 19},
    (CLEAR, {"sign_days": 18}),
    (OUT, {"signed_date": None, "sign_days": None}),
    (OUT, {"method": "CD"}),
    (OUT, {"law_sign_days": None}),
    (MISSING, {"sign_days": None}),
)
def test_exe_01_signed_late(expected, row):
    assert outcome("EXE-01", row) == expected


@table(
    {"method": "CD", "amount_pen_cents": 102, "contract_over_award": 1.011},
    (CLEAR, {"contract_over_award": 1.01}),
    (OUT, {"amount_pen_cents": 0}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"contract_over_award": None}),
)
def test_exe_02_contract_above_award(expected, row):
    assert outcome("EXE-02", row) == expected


@table(
    {"law_additional_max": 0.25, "additional_law_ratio": 0.2501},
    (CLEAR, {"additional_law_ratio": 0.25}),
    (OUT, {"law_additional_max": None}),
    (MISSING, {"additional_law_ratio": None}),
)
def test_exe_03_additional_above_limit(expected, row):
    assert outcome("EXE-03", row) == expected


@table(
    {"law_additional_max": 0.25, "additional_law_ratio": 0.23},
    (RAISED, {"additional_law_ratio": 0.25}),
    (CLEAR, {"additional_law_ratio": 0.2299}),
    (CLEAR, {"additional_law_ratio": 0.2501}),
    (OUT, {"law_additional_max": None}),
    (MISSING, {"additional_law_ratio": None}),
)
def test_exe_04_additional_near_limit(expected, row):
    assert outcome("EXE-04", row) == expected


@table(
    {"signed_date": DAY, "extension_ratio": 0.51},
    (CLEAR, {"extension_ratio": 0.5}),
    (CLEAR, {"extension_ratio": -0.2}),
    (OUT, {"signed_date": None}),
    (MISSING, {"extension_ratio": None}),
)
def test_exe_05_term_extended(expected, row):
    assert outcome("EXE-05", row) == expected


@table(
    {"signed_date": DAY, "publish_days": 31},
    (CLEAR, {"publish_days": 30}),
    (OUT, {"signed_date": None}),
    (MISSING, {"publish_days": None}),
)
def test_exe_06_contract_published_late(expected, row):
    assert outcome("EXE-06", row) == expected


@table(
    {"signed_date": DAY, "n_contract_documents": 0},
    (CLEAR, {"n_contract_documents": 1}),
    (OUT, {"signed_date": None}),
    (MISSING, {"n_contract_documents": None}),
)
def test_exe_07_contract_not_shown(expected, row):
    assert outcome("EXE-07", row) == expected


@table(
    {"signed_date": DAY, "has_resolution": True},
    (CLEAR, {"has_resolution": False}),
    (OUT, {"signed_date": None}),
    (MISSING, {"has_resolution": None}),
)
def test_exe_08_contract_resolved(expected, row):
    assert outcome("EXE-08", row) == expected


@table(
    {"signed_date": DAY, "law_penalty_max": 0.2, "penalty_ratio": 0.195},
    (CLEAR, {"penalty_ratio": 0.194}),
    (OUT, {"law_penalty_max": None}),
    (MISSING, {"penalty_ratio": None}),
)
def test_exe_09_penalties_at_the_cap(expected, row):
    assert outcome("EXE-09", row) == expected


@table(
    {"method": "AS", "consent_date": DAY, "consented_since_days": 61, "n_contracts": 0},
    (CLEAR, {"n_contracts": 1}),
    (OUT, {"consented_since_days": 60}),
    (OUT, {"consent_date": None, "consented_since_days": None}),
    (OUT, {"method": "CD"}),
    (MISSING, {"n_contracts": None}),
)
def test_exe_10_no_contract(expected, row):
    assert outcome("EXE-10", row) == expected


@table(
    {"signed_date": DAY, "amount_cents": 100, "final_over_contract": 1.26},
    (CLEAR, {"final_over_contract": 1.25}),
    (OUT, {"amount_cents": 0}),
    (MISSING, {"final_over_contract": None}),
)
def test_exe_11_final_cost_above_contract(expected, row):
    assert outcome("EXE-11", row) == expected


@table(
    {"signed_date": DAY, "paid_to_another": True},
    (CLEAR, {"paid_to_another": False}),
    (OUT, {"signed_date": None}),
    (MISSING, {"paid_to_another": None}),
)
def test_exe_12_paid_to_another_firm(expected, row):
    assert outcome("EXE-12", row) == expected


@table(
    {"method": "AS", "signed_date": DAY, "signed_before": 1},
    (CLEAR, {"signed_before": 0}),
    (CLEAR, {"signed_before": -9}),
    (OUT, {"method": "CD"}),
    (MISSING, {"signed_before": None}),
)
def test_exe_13_signed_before_final(expected, row):
    assert outcome("EXE-13", row) == expected
