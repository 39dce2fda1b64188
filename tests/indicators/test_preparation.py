"""Each indicator of preparation below, at and above its limit, without a value, out of its scope."""

import polars as pl
import pytest
from tests.indicators.made import ABSENT, AS_OF, CLEAR, MISSING, OUT, PEERS, outcome, process, records, table

from procrisk.indicators.evaluate import evaluate
from procrisk.settings import Settings

SOLES = 100
LINE = 400_000 * SOLES


@table(
    {"method": "CD", "has_cause": False},
    (CLEAR, {"has_cause": True}),
    (OUT, {"method": "AS"}),
    (MISSING, {"has_cause": None}),
)
def test_pre_01_direct_without_cause(expected, row):
    assert outcome("PRE-01", row) == expected


def test_pre_01_a_source_that_never_says_the_cause():
    assert outcome("PRE-01", {"method": "CD", "has_cause": None}, absent=("has_cause",)) == ABSENT


@table(
    {"method": "CD", "has_cause": True, "weak_cause": True},
    (CLEAR, {"weak_cause": False}),
    (OUT, {"has_cause": False, "weak_cause": None}),
    (OUT, {"method": "SIE"}),
    (MISSING, {"has_cause": None, "weak_cause": None}),
)
def test_pre_02_direct_with_weak_cause(expected, row):
    assert outcome("PRE-02", row) == expected


@table(
    {
        "method": "CD",
        "buyer_n": 10,
        "buyer_direct_n": 3,
        "buyer_direct_share": 0.31,
        "peer_direct_n": 10,
        "peer_direct_limit": 0.3,
    },
    (CLEAR, {"buyer_direct_share": 0.3}),
    (CLEAR, {"buyer_direct_n": 2}),
    (PEERS, {"buyer_n": 9}),
    (PEERS, {"peer_direct_n": 9}),
    (OUT, {"method": "AS"}),
    (MISSING, {"method": None}),
)
def test_pre_03_buyer_awards_directly(expected, row):
    assert outcome("PRE-03", row) == expected


@pytest.mark.parametrize(("direct", "raised"), [(4, set()), (12, {"B0"})])
def test_pre_03_equal_buyers_do_not_pass_their_own_mean(direct, raised):
    """Eleven buyers with 4 of 12: a third each. One of them with more stands out, the others never."""
    made = records(
        processes=[
            process(f"{b}-{n}", buyer_id=f"B{b}", method="CD" if n < (4 if b else direct) else "AS")
            for b in range(11)
            for n in range(12)
        ]
    )
    flags = evaluate(made, AS_OF, Settings()).flags.filter(pl.col("indicator") == "PRE-03")
    assert set(flags["subject_id"]) == raised


@table(
    {
        "method": "AS",
        "object": "goods",
        "object_inferred": False,
        "value_pen_cents": LINE,
        "law_lp_threshold_cents": LINE,
    },
    (CLEAR, {"value_pen_cents": LINE - 1}),
    (OUT, {"call_number": 2}),
    (OUT, {"special_regime": "homologación"}),
    (OUT, {"method": "LP"}),
    (MISSING, {"object_inferred": True}),
    (CLEAR, {"object_inferred": True, "value_pen_cents": LINE - 1}),
    (MISSING, {"object_inferred": True, "object": "works", "value_pen_cents": LINE - 1}),
    (MISSING, {"value_pen_cents": None}),
    (MISSING, {"law_lp_threshold_cents": None}),
)
def test_pre_04_simplified_above_the_line(expected, row):
    assert outcome("PRE-04", row) == expected


@table(
    {"method": "CPRE", "value_pen_cents": 69_000 * SOLES + 1, "law_cprec_max_cents": 69_000 * SOLES},
    (CLEAR, {"value_pen_cents": 69_000 * SOLES}),
    (OUT, {"method": "AS"}),
    (MISSING, {"law_cprec_max_cents": None}),
    (MISSING, {"value_pen_cents": None}),
)
def test_pre_05_quotes_above_the_limit(expected, row):
    assert outcome("PRE-05", row) == expected


@table(
    {"method": "LP", "bid_days": 20, "law_min_bid_days": 22},
    (CLEAR, {"bid_days": 21}),
    (CLEAR, {"bid_days": 22}),
    (OUT, {"law_min_bid_days": None}),
    (OUT, {"method": "CPRE"}),
    (MISSING, {"bid_days": None}),
    (MISSING, {"bid_days": -1}),
)
def test_pre_06_bid_term_too_short(expected, row):
    assert outcome("PRE-06", row) == expected


@table(
    {"method": "LP", "enquiry_days": 8, "law_enquiry_days": 10},
    (CLEAR, {"enquiry_days": 9}),
    (OUT, {"law_enquiry_days": None}),
    (OUT, {"method": "CD"}),
    (MISSING, {"enquiry_days": None}),
    (MISSING, {"enquiry_days": -1}),
)
def test_pre_07_enquiry_term_too_short(expected, row):
    assert outcome("PRE-07", row) == expected


@table(
    {"method": "AS", "value_pen_cents": 100_000 * SOLES},
    (CLEAR, {"value_pen_cents": 100_000 * SOLES + 1}),
    (CLEAR, {"value_pen_cents": 110_000 * SOLES}),
    (OUT, {"value_pen_cents": 99_999 * SOLES}),
    (OUT, {"method": "CD"}),
    (MISSING, {"value_pen_cents": None}),
)
def test_pre_08_round_reference_value(expected, row):
    assert outcome("PRE-08", row) == expected


@table(
    {"method": "AS", "n_bidding_documents": 0},
    (CLEAR, {"n_bidding_documents": 1}),
    (OUT, {"method": "CD"}),
    (MISSING, {"n_bidding_documents": None}),
)
def test_pre_09_no_bidding_documents(expected, row):
    assert outcome("PRE-09", row) == expected


@table(
    {"method": "LP", "integration_days": 5, "law_integration_days": 7},
    (CLEAR, {"integration_days": 6}),
    (OUT, {"law_integration_days": None}),
    (MISSING, {"integration_days": None}),
    (MISSING, {"integration_days": -1}),
)
def test_pre_10_integrated_terms_too_late(expected, row):
    assert outcome("PRE-10", row) == expected


@pytest.mark.parametrize(
    ("cause", "weak"),
    [
        ("Situación emergencia", False),
        ("Desabastecimiento", True),
        ("Proveedor único", True),
        ("PROVEEDOR ¿NICO DE BIENES QUE NO ADMITEN SUSTITUTOS", True),
        ("Servicios personalísimos", True),
        ("Contratación entre entidades", False),
        ("Adquisición y arrendamiento de bienes inmuebles", False),
    ],
)
def test_pre_02_words_of_the_cause(cause, weak):
    from procrisk.indicators.features_process import WEAK_CAUSES
    from procrisk.records.vocabulary import fold

    assert pl.DataFrame({"c": [cause]}).select(fold(pl.col("c")).str.contains(WEAK_CAUSES)).item() is weak
