"""Three axes side by side, none added to another."""

import polars as pl

from procrisk.indices.axes import axes, nearest
from procrisk.indices.scores import score
from tests.indices.made import items

WHOLE = dict.fromkeys(
    ("A1", "A2", "A3", "A4", "B1", "B2", "B3", "C1", "C2", "C3", "C4", "D1", "D2", "E1", "E2", "E3"), 1
)
RISK = pl.DataFrame(
    {"region_code": ["08", "07"], "score": [9.0, 5.0], "score_low": [7.0, 4.0], "score_high": [11.0, 6.0]}
)


def test_each_axis_stands_alone_and_what_is_missing_stays_empty():
    found = axes(RISK, score(items(period="2025", **WHOLE)), "2025")
    assert found.height == 26
    cusco = found.row(by_predicate=pl.col("region_code") == "08", named=True)
    assert (cusco["risk"], cusco["crapi"], cusco["crapi_period"], cusco["rifi"]) == (9.0, 100.0, "2025", None)
    callao = found.row(by_predicate=pl.col("region_code") == "07", named=True)
    assert (callao["risk"], callao["crapi"], callao["crapi_low"]) == (5.0, None, None)
    assert not [c for c in found.columns if "total" in c or "overall" in c]


def test_an_index_without_data_shows_its_bounds():
    some = {k: v for k, v in WHOLE.items() if not k.startswith("E")}
    cusco = axes(RISK, score(items(period="2025", **some)), "2025").row(
        by_predicate=pl.col("region_code") == "08", named=True
    )
    assert cusco["crapi"] is None
    assert 0 < cusco["crapi_low"] < cusco["crapi_high"] == 100


def test_the_nearest_real_index_is_shown_what_was_known_then_before_what_came_after():
    several = [
        items(period=p, simulated=s, **WHOLE)
        for p, s in (("2023", False), ("2024", False), ("2025", True), ("2026", False))
    ]
    scores = score(pl.concat(several))
    assert nearest(scores, "2025")["period"].to_list() == ["2024"]
    assert nearest(scores, "2024-03..2025-02")["period"].to_list() == ["2024"]
    assert nearest(scores, "2022")["period"].to_list() == ["2023"]
    assert nearest(scores, "2020-11").is_empty()
    assert nearest(scores, "2021-12")["period"].to_list() == ["2023"]
