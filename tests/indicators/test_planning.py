"""Each indicator of planning below, at and above its limit, without a value, out of its scope."""

from datetime import date, timedelta

from tests.indicators.made import AS_OF, CLEAR, MISSING, OUT, PEERS, RAISED, outcome, process, records, table

from procrisk.indicators import INDICATORS, evaluate, features

SOLES = 100
LINE = 400_000 * SOLES
PART = {
    "method": "AS",
    "object": "goods",
    "value_pen_cents": 250_000 * SOLES,
    "law_lp_threshold_cents": LINE,
    "split_n": 2,
    "split_total_cents": LINE,
}


@table(
    PART,
    (CLEAR, {"split_total_cents": LINE - 1}),
    (CLEAR, {"split_n": 1}),
    (OUT, {"value_pen_cents": LINE}),
    (OUT, {"value_pen_cents": 0}),
    (OUT, {"object": "works"}),
    (OUT, {"method": "SIE"}),
    (OUT, {"call_number": 2}),
    (OUT, {"special_regime": "Ley 31125"}),
    (MISSING, {"value_pen_cents": None}),
    (MISSING, {"law_lp_threshold_cents": None}),
    (MISSING, {"split_n": None, "split_total_cents": None}),
)
def test_pla_01_split_below_the_line(expected, row):
    assert outcome("PLA-01", row) == expected


QUOTE = {
    "method": "CPRE",
    "value_pen_cents": 40_000 * SOLES,
    "quote_n": 3,
    "quote_total_cents": 69_000 * SOLES + 1,
    "law_cprec_max_cents": 69_000 * SOLES,
}


@table(
    QUOTE,
    (CLEAR, {"quote_total_cents": 69_000 * SOLES}),
    (CLEAR, {"quote_n": 2}),
    (OUT, {"method": "AS"}),
    (OUT, {"call_number": 3}),
    (MISSING, {"law_cprec_max_cents": None}),
    (MISSING, {"quote_n": None, "quote_total_cents": None}),
)
def test_pla_02_split_into_quotes(expected, row):
    assert outcome("PLA-02", row) == expected


@table(
    {"method": "AS", "value_pen_cents": 1, "value_over_line": 0.95},
    (CLEAR, {"value_over_line": 0.9499}),
    (OUT, {"value_over_line": 1.0}),
    (OUT, {"method": "LP"}),
    (OUT, {"call_number": 2}),
    (MISSING, {"value_pen_cents": None, "value_over_line": None}),
)
def test_pla_03_just_below_the_line(expected, row):
    assert outcome("PLA-03", row) == expected


def test_pla_03_other_share():
    row = {"method": "AS", "value_pen_cents": 1, "value_over_line": 0.92}
    assert outcome("PLA-03", row, from_share=0.9) != outcome("PLA-03", row)


@table(
    {
        "method": "AS",
        "value_over_line": 0.96,
        "buyer_low_n": 5,
        "buyer_near_share": 0.61,
        "peer_near_n": 10,
        "peer_near_limit": 0.6,
    },
    (CLEAR, {"buyer_near_share": 0.6}),
    (PEERS, {"buyer_low_n": 4}),
    (PEERS, {"peer_near_n": 9}),
    (OUT, {"value_over_line": 0.94}),
    (OUT, {"value_over_line": 1.0}),
    (MISSING, {"value_over_line": None}),
)
def test_pla_04_buyer_bunches(expected, row):
    assert outcome("PLA-04", row) == expected


@table(
    {"call_date": date(2022, 12, 5), "buyer_n": 20, "buyer_months": 10, "buyer_december_share": 0.25},
    (CLEAR, {"buyer_december_share": 0.249}),
    (PEERS, {"buyer_n": 19}),
    (PEERS, {"buyer_months": 9}),
    (OUT, {"call_date": date(2022, 11, 30)}),
    (MISSING, {"call_date": None}),
)
def test_pla_05_december_rush(expected, row):
    assert outcome("PLA-05", row) == expected


@table(
    {"buyer_id": "20100000001", "buyer_plan_versions": 9, "peer_versions_n": 10, "peer_versions_limit": 8.9},
    (CLEAR, {"buyer_plan_versions": 8}),
    (PEERS, {"peer_versions_n": 9}),
    (OUT, {"buyer_id": None}),
    (MISSING, {"buyer_plan_versions": None}),
)
def test_pla_06_plan_changed_often(expected, row):
    assert outcome("PLA-06", row) == expected


@table(
    {"buyer_id": "20100000001", "buyer_orders_n": 50, "buyer_split_share": 0.2},
    (CLEAR, {"buyer_split_share": 0.199}),
    (PEERS, {"buyer_orders_n": 49}),
    (MISSING, {"buyer_orders_n": None, "buyer_split_share": None}),
)
def test_pla_07_minor_orders_split(expected, row):
    assert outcome("PLA-07", row) == expected


@table(
    {"method": "AS", "object": "goods", "value_pen_cents": 100, "law_lp_threshold_cents": 300, "one_n": 3, "one_passes": True},
    (CLEAR, {"one_passes": False}),
    (CLEAR, {"one_n": 2}),
    (RAISED, {"method": "CPRE"}),
    (OUT, {"object": "works"}),
    (OUT, {"value_pen_cents": 300}),
    (MISSING, {"one_passes": None}),
)  # fmt: skip
def test_pla_17_split_to_one_winner(expected, row):
    assert outcome("PLA-17", row) == expected


def cut(*winners, texts=("CEMENTO PORTLAND",) * 4, cents=(16_000_000,) * 4, method=None):
    """Purchases of 40 % of the line each, one a week, and who won them."""
    more = {} if method is None else {"method": method}
    days = [date(2022, 2, 1) + timedelta(days=7 * n) for n in range(len(winners))]
    rows = [
        process(str(n), call_date=d, description=texts[n], value_pen_cents=cents[n], **more) for n, d in enumerate(days)
    ]
    held = [{"process_id": str(n), "award_id": "a", "party_id": w, "ruc": w} for n, w in enumerate(winners)]
    awards = [{"process_id": str(n), "award_id": "a"} for n in range(len(winners))]
    built = features.build(records(processes=rows, awards=awards, award_suppliers=held), AS_OF)
    return evaluate.judge(built, [INDICATORS["PLA-17"]], {}).states["PLA-17"].to_list()


ONE, TWO = "20500000001", "20500000002"


def test_pieces_of_one_need_that_one_firm_wins():
    assert cut(ONE, ONE, ONE) == [True, True, True]


def test_like_purchases_from_different_firms_are_no_split_for_one():
    assert cut(ONE, TWO, ONE, TWO) == [False] * 4


def test_different_needs_from_one_firm_are_no_split():
    assert cut(ONE, ONE, ONE, texts=["CEMENTO PORTLAND", "PAPEL BOND", "COMBUSTIBLE DIESEL"]) == [False] * 3


def test_pieces_that_each_needed_no_procedure():
    """8 UIT of 2022 are S/ 36,800: three purchases below it that one firm wins pass it, three of a third of it do not."""
    assert cut(ONE, ONE, ONE, cents=[3_500_000] * 3) == [True] * 3
    assert cut(ONE, ONE, ONE, cents=[1_226_666] * 3) == [False] * 3
    assert cut(ONE, TWO, ONE, cents=[3_500_000] * 3) == [False] * 3
    assert cut(ONE, ONE, ONE, cents=[3_680_000] * 3) == [True] * 3, "8 UIT itself needs no procedure"


def test_a_purchase_that_needed_a_procedure_is_no_piece_of_the_minor_ones():
    assert cut(ONE, ONE, ONE, cents=[3_500_000, 3_500_000, 3_680_001]) == [False] * 3
    assert cut(ONE, ONE, ONE, ONE, cents=[3_500_000] * 3 + [10_000_000]) == [True, True, True, False]


def test_the_procedure_of_a_minor_piece_does_not_matter():
    assert cut(ONE, ONE, ONE, cents=[3_500_000] * 3, method="SIE") == [True] * 3
    assert cut(ONE, ONE, ONE, cents=[1_000_000] * 3, method="SIE") == [False] * 3
    assert cut(ONE, ONE, ONE, cents=[10_000_000] * 3, method="SIE") == [None] * 3, "out of scope"
