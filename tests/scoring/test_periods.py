from datetime import date

import numpy as np
import pytest

from procrisk.scoring.periods import last_full_month, membership, month_index, periods


def months(*named):
    return [month_index(date(int(n[:4]), int(n[5:]), 1)) for n in named]


@pytest.mark.parametrize(
    ("as_of", "full"),
    [
        (date(2022, 2, 28), "2022-02"),
        (date(2022, 2, 27), "2022-01"),
        (date(2024, 2, 28), "2024-01"),
        (date(2024, 2, 29), "2024-02"),
        (date(2021, 12, 31), "2021-12"),
        (date(2022, 1, 1), "2021-12"),
    ],
)
def test_last_full_month(as_of, full):
    assert [last_full_month(as_of)] == months(full)


def test_periods_of_the_real_months():
    known = months("2020-03", "2020-04", "2022-01", "2022-02")
    assert [p.name for p in periods(known, date(2022, 4, 20))] == [
        "2020-03",
        "2020-04",
        "2022-01",
        "2022-02",
        "2020-Q1",
        "2020-Q2",
        "2022-Q1",
        "2020",
        "2022",
        "2021-03..2022-02",
    ]


def test_rolling_twelve_months_end_with_a_month_that_is_over():
    known = months("2022-01", "2022-02", "2022-03")
    assert periods(known, date(2022, 3, 15))[-1].name == "2021-03..2022-02"
    assert periods(known, date(2022, 3, 31))[-1].name == "2021-04..2022-03"
    assert periods(months("2022-03"), date(2022, 3, 15))[-1].name == "2022"


def test_months_after_the_day_of_reading_are_mistakes():
    assert {p.name[:4] for p in periods(months("2022-01", "2099-01"), date(2022, 1, 31))} == {"2022", "2021"}
    assert periods([], date(2022, 1, 31)) == []


def test_membership_is_one_inside_and_nothing_outside():
    known = months("2021-12", "2022-01", "2022-02")
    spans = periods(known, date(2022, 2, 28))
    inside = membership(known, spans)
    assert inside.shape == (3, len(spans))
    for column, span in enumerate(spans):
        assert inside[:, column].tolist() == [float(span.first <= m <= span.last) for m in known]
    assert np.array_equal(inside[:, -1], [1, 1, 1])
