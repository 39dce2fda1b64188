"""Changes of contracts: each indicator below, at and above its limit; the figures on made-up records."""

from datetime import date

import polars as pl
import pytest
from tests.indicators.made import AS_OF, CLEAR, MISSING, OUT, RAISED, outcome, process, records, table

from procrisk.indicators import INDICATORS, evaluate, features

DAY = date(2022, 3, 1)
SIGNED = {"signed_date": DAY}


@table(
    {"method": "CD", "amount_pen_cents": 90, "limit_pen_cents": 100, "grown_pen_cents": 100},
    (CLEAR, {"grown_pen_cents": 99}),
    (OUT, {"amount_pen_cents": 100}),
    (OUT, {"method": "AS"}),
    (OUT, {"limit_pen_cents": None}),
    (MISSING, {"grown_pen_cents": None}),
    (MISSING, {"amount_pen_cents": None}),
)
def test_exe_14_grew_past_the_line(expected, row):
    assert outcome("EXE-14", row) == expected


@table(
    {"method": "AS", "amount_pen_cents": 1, "contract_over_award": 0.4999},
    (CLEAR, {"contract_over_award": 0.5}),
    (CLEAR, {"contract_over_award": 1.5}),
    (RAISED, {"contract_over_award": 1.5001}),
    (OUT, {"method": "CONV"}),
    (OUT, {"amount_pen_cents": 0}),
    (MISSING, {"contract_over_award": None}),
)
def test_exe_15_contract_far_from_award(expected, row):
    assert outcome("EXE-15", row) == expected


@table(
    {**SIGNED, "n_changes": 3}, (CLEAR, {"n_changes": 2}), (OUT, {"signed_date": None}), (MISSING, {"n_changes": None})
)
def test_exe_16_changed_often(expected, row):
    assert outcome("EXE-16", row) == expected


@table(
    {"law_reduction_max": 0.25, "reduction_ratio": 0.2501},
    (CLEAR, {"reduction_ratio": 0.25}),
    (OUT, {"law_reduction_max": None}),
    (MISSING, {"reduction_ratio": None}),
)
def test_exe_17_reduced_above_limit(expected, row):
    assert outcome("EXE-17", row) == expected


@table(
    {**SIGNED, "growth_ratio": 0.2001},
    (CLEAR, {"growth_ratio": 0.2}),
    (CLEAR, {"growth_ratio": -0.3}),
    (OUT, {"signed_date": None}),
    (MISSING, {"growth_ratio": None}),
)
def test_exe_18_grew(expected, row):
    assert outcome("EXE-18", row) == expected


@table(
    {"law_complementary_max": 0.3, "complementary_ratio": 0.3001},
    (CLEAR, {"complementary_ratio": 0.3}),
    (OUT, {"law_complementary_max": None}),
    (MISSING, {"complementary_ratio": None}),
)
def test_exe_19_complementary_above_limit(expected, row):
    assert outcome("EXE-19", row) == expected


@table(
    {"law_complementary_max": 0.3, "n_complementary": 1, "complementary_days": 93},
    (CLEAR, {"complementary_days": 92}),
    (OUT, {"n_complementary": 0}),
    (OUT, {"law_complementary_max": None}),
    (MISSING, {"n_complementary": None}),
    (MISSING, {"complementary_days": None}),
)
def test_exe_20_complementary_late(expected, row):
    assert outcome("EXE-20", row) == expected


@table(
    {**SIGNED, "n_changes": 1, "change_days": 30},
    (CLEAR, {"change_days": 31}),
    (OUT, {"n_changes": 0}),
    (OUT, {"signed_date": None}),
    (MISSING, {"change_days": None}),
    (MISSING, {"n_changes": None}),
)
def test_exe_21_changed_soon(expected, row):
    assert outcome("EXE-21", row) == expected


@table(
    {**SIGNED, "n_extensions": 1, "extension_late_days": 1},
    (CLEAR, {"extension_late_days": 0}),
    (OUT, {"n_extensions": 0}),
    (OUT, {"signed_date": None}),
    (MISSING, {"extension_late_days": None}),
)
def test_exe_22_extended_after_its_end(expected, row):
    assert outcome("EXE-22", row) == expected


@table(
    {**SIGNED, "n_extensions": 3},
    (CLEAR, {"n_extensions": 2}),
    (OUT, {"signed_date": None}),
    (MISSING, {"n_extensions": None}),
)
def test_exe_23_extended_often(expected, row):
    assert outcome("EXE-23", row) == expected


@table(
    {**SIGNED, "object": "works", "n_kinds": 3},
    (CLEAR, {"n_kinds": 2}),
    (OUT, {"object": "goods"}),
    (OUT, {"signed_date": None}),
    (MISSING, {"n_kinds": None}),
)
def test_exe_24_works_redesigned(expected, row):
    assert outcome("EXE-24", row) == expected


@table(
    {"object": "works", "law_additional_without_cgr_max": 0.15, "additional_net_ratio": 0.1501},
    (CLEAR, {"additional_net_ratio": 0.15}),
    (OUT, {"object": "goods"}),
    (OUT, {"law_additional_without_cgr_max": None}),
    (MISSING, {"additional_net_ratio": None}),
)
def test_exe_25_additional_needs_comptroller(expected, row):
    assert outcome("EXE-25", row) == expected


@table(
    {**SIGNED, "n_raises": 2, "raise_gap_days": 90},
    (CLEAR, {"raise_gap_days": 91}),
    (OUT, {"n_raises": 1}),
    (OUT, {"signed_date": None}),
    (MISSING, {"raise_gap_days": None}),
    (MISSING, {"n_raises": None}),
)
def test_exe_26_raised_twice(expected, row):
    assert outcome("EXE-26", row) == expected


def contract(id_="C1", **columns):
    plain = {
        "process_id": "1",
        "contract_id": id_,
        "signed_date": DAY,
        "end_date": date(2022, 4, 30),
        "currency": "PEN",
    }
    return {**plain, "amount_cents": 1_000_00, "amount_pen_cents": 1_000_00, **columns}


def change(kind="additional", id_="1", contract_id="C1", **columns):
    return {"process_id": "1", "contract_id": contract_id, "modification_id": id_, "kind": kind, **columns}


def figures(changes, contracts=None, **of_process):
    made = records(
        processes=[process("1", **of_process)],
        contracts=contracts or [contract()],
        modifications=changes,
        # two documents and two awards of the process must multiply nothing
        documents=[{"process_id": "1", "section": "contract", "document_id": str(n)} for n in (1, 2)],
        awards=[{"process_id": "1", "award_id": str(n)} for n in (1, 2)],
    )
    frame = features.build(made, AS_OF)["contracts"].sort("contract_id")
    return frame.to_dicts()


def test_amounts_of_each_kind_are_summed_once():
    row = figures(
        [
            change(amount_cents=200_00),
            change(id_="2", amount_cents=50_00),
            change("reduction", "3", amount_cents=30_00),
            change("complementary", "4", amount_cents=10_00),
            change("extension", "5", amount_cents=5_00),
            change("amendment", "6", amount_cents=999_00),
        ]
    )[0]
    assert (row["additional_cents"], row["reduction_cents"], row["complementary_cents"]) == (250_00, 30_00, 10_00)
    assert row["growth_cents"] == 235_00
    assert (row["n_changes"], row["n_extensions"], row["n_raises"], row["n_kinds"]) == (6, 1, 4, 3)
    assert row["additional_net_ratio"] == pytest.approx(0.22)


def test_works_count_additions_less_reductions_all_else_without():
    changes = [change(amount_cents=250_00), change("reduction", "2", amount_cents=30_00)]
    assert figures(changes, object="works")[0]["additional_law_ratio"] == pytest.approx(0.22)
    assert figures(changes, object="goods")[0]["additional_law_ratio"] == pytest.approx(0.25)
    doubt = [change(amount_cents=250_00), change("reduction", "2", amount_cents=None)]
    assert figures(doubt, object="works")[0]["additional_law_ratio"] is None
    assert figures(doubt, object="goods")[0]["additional_law_ratio"] == pytest.approx(0.25)


def test_a_contract_without_changes_has_none_only_where_changes_are_published():
    other = contract("C2")
    rows = figures([change(amount_cents=1)], [contract(), other])
    assert (rows[1]["n_changes"], rows[1]["additional_cents"], rows[1]["growth_cents"]) == (0, 0, 0)
    silent = figures([])[0]
    assert (silent["n_changes"], silent["additional_cents"], silent["growth_ratio"]) == (None, None, None)


def test_a_change_without_its_amount_makes_the_sum_unknown():
    row = figures([change(amount_cents=None), change(id_="2", amount_cents=50_00)])[0]
    assert row["additional_cents"] is None
    assert row["growth_cents"] is None
    assert row["reduction_cents"] == 0


def test_days_of_changes():
    row = figures(
        [
            change(amount_cents=1, date=date(2022, 3, 21)),
            change(id_="2", amount_cents=1, date=date(2022, 3, 21)),
            change(id_="3", amount_cents=1, date=date(2022, 6, 1)),
            change("extension", "4", date=date(2022, 5, 3)),
            change("complementary", "5", amount_cents=0, date=date(2022, 8, 1)),
        ]
    )[0]
    assert (row["change_days"], row["extension_late_days"], row["complementary_days"]) == (20, 3, 93)
    assert row["raise_gap_days"] == 72


def test_grown_amount_is_in_soles_and_the_limit_follows_the_method():
    dollars = contract(currency="USD", amount_pen_cents=4_000_00)
    row = figures([change(amount_cents=100_00)], [dollars], method="CPRE")[0]
    assert (row["additional_cents"], row["grown_pen_cents"]) == (400_00, 4_400_00)  # at the contract's own rate
    assert row["additional_ratio"] == pytest.approx(0.1)
    assert row["limit_pen_cents"] == 69_000_00
    no_rate = figures([change(amount_cents=100_00)], [contract(currency="USD", amount_pen_cents=None)])[0]
    assert (no_rate["additional_cents"], no_rate["grown_pen_cents"]) == (None, None)
    assert no_rate["additional_ratio"] == pytest.approx(0.1)
    soles = figures([change(amount_cents=1)], method="CD")[0]
    assert soles["grown_pen_cents"] == 1_000_01
    assert soles["limit_pen_cents"] == 400_000_00
    assert figures([change(amount_cents=1)], method="AS")[0]["limit_pen_cents"] is None


def test_changes_without_days_measure_no_days():
    row = figures([change(amount_cents=1), change("extension", "2")])[0]
    assert row["change_days"] is None
    assert row["extension_late_days"] is None
    assert pl.Series([row["raise_gap_days"]]).null_count() == 1


SWOLLEN = {
    "signed_date": date(2022, 3, 1), "method": "AS", "price_ratio": 0.95, "swelling_ratio": 0.1, "extension_ratio": 0.25,
    "alike_n": 1, "alike_share": 0.5,
}  # fmt: skip


@table(
    SWOLLEN,
    (CLEAR, {"price_ratio": 0.951}),
    (CLEAR, {"swelling_ratio": 0.099}),
    (CLEAR, {"extension_ratio": 0.249}),
    (CLEAR, {"alike_n": 2, "alike_share": 0.1}),
    (RAISED, {"alike_n": 2, "alike_share": 0.09}),
    (RAISED, {"alike_n": 0, "alike_share": None}),
    (OUT, {"signed_date": None}),
    (OUT, {"method": "CD"}),
    (MISSING, {"extension_ratio": None}),
    (MISSING, {"price_ratio": None}),
)
def test_exe_50_won_low_and_grew(expected, row):
    assert outcome("EXE-50", row) == expected


def grown(*added, region="08"):
    """States of EXE-50 on contracts of S/ 900 won at 90 % of the reference, signed in one month, by what was added to each."""
    names = [str(n) for n in range(len(added))]
    made = records(
        processes=[process(n, region_code=region, object="works", value_pen_cents=100_000) for n in names],
        awards=[{"process_id": n, "award_id": "a", "amount_pen_cents": 90_000} for n in names],
        contracts=[
            {"process_id": n, "contract_id": n, "award_id": "a", "signed_date": date(2022, 3, 1 + int(n)),
             "start_date": date(2022, 4, 1), "end_date": date(2022, 4, 11), "currency": "PEN", "amount_cents": 90_000,
             "end_date_updated": date(2022, 4, 11 + (5 if a else 0)), "amount_pen_cents": 90_000}
            for n, a in zip(names, added, strict=True)
        ],
        modifications=[
            {"process_id": n, "contract_id": n, "modification_id": f"{n}-{k}", "kind": "additional", "amount_cents": x // 2}
            for n, x in zip(names, added, strict=True) if x for k in (1, 2)
        ],
    )  # fmt: skip
    return evaluate.judge(features.build(made, AS_OF), [INDICATORS["EXE-50"]], {}).states["EXE-50"].to_list()


def test_two_additions_count_as_their_sum():
    assert grown(9_000, 0, 0) == [True, False, False]
    assert grown(8_998, 0, 0) == [False, False, False]


def test_a_market_that_rises_is_no_sign_of_any_contract():
    assert grown(18_000, 18_000, 18_000, 0) == [False] * 4
