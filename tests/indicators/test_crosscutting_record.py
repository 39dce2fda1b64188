"""How procedures are registered: limits of each indicator, figures on made-up rows."""

from datetime import date

from tests.indicators.made import AS_OF, CLEAR, MISSING, OUT, PEERS, outcome, process, records, table

from procrisk.indicators import features


@table(
    {"method": "AS", "same_title_n": 2},
    (CLEAR, {"same_title_n": 1}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"same_title_n": None}),
)
def test_cro_41_registered_twice(expected, row):
    assert outcome("CRO-41", row) == expected


@table(
    {"method": "CD", "buyer_calls_n": 20, "buyer_day_n": 7},
    (CLEAR, {"buyer_day_n": 6}),
    (PEERS, {"buyer_calls_n": 19}),
    (OUT, {"method": "INT"}),
    (PEERS, {"buyer_calls_n": None, "buyer_day_n": None}),
)
def test_cro_45_calls_on_one_day(expected, row):
    assert outcome("CRO-45", row) == expected


def test_one_nomenclature_one_buyer_one_day():
    rows = [
        process("1", title="AS-SM-1-2022-X-1"),
        process("2", title="AS-SM-1-2022-X-1", value_cents=7),
        process("3", title="AS-SM-1-2022-X-1", call_date=date(2022, 2, 2)),
        process("4", title="AS-SM-1-2022-X-1", buyer_id="20100000002"),
        process("5"),
        process("6", title="AS-SM-1-2022-X-1", call_date=None),
    ]
    frame = features.build(records(processes=rows), AS_OF)["processes"].sort("process_id")
    assert frame["same_title_n"].to_list() == [2, 2, 1, 1, None, None]
    assert frame["buyer_day_n"].to_list() == [3, 3, 1, 1, 3, None]
    assert frame["buyer_calls_n"].to_list() == [4, 4, 4, 1, 4, None]
