"""Figures that indicators share: declared once, replaced for a run, never by a typing error."""

from datetime import date, timedelta

import polars as pl
import pytest

from procrisk.documentation.examples import records
from procrisk.errors import UsageError
from procrisk.indicators import common
from procrisk.indicators.evaluate import evaluate
from procrisk.settings import Settings


def flagged(settings):
    """Whether two like purchases 45 days apart are flagged as split (PLA-01)."""
    first = date(2022, 2, 1)
    like = {"description": "ADQUISICION DE CEMENTO PORTLAND", "value_pen_cents": 30_000_000}
    calls = [{"process_id": str(n), "call_date": first + timedelta(days=45 * n), **like} for n in (0, 1)]
    found = evaluate(records({"processes": calls}), date(2022, 6, 30), settings)
    return found.states["PLA-01"].to_list(), found.flags.filter(pl.col("indicator") == "PLA-01")[
        "sentence_es"
    ].to_list()


def test_a_window_of_the_settings_replaces_that_of_the_table():
    states, sentences = flagged(Settings())
    assert states == [True, True]
    assert "60 días antes y 60 días después" in sentences[0]
    assert flagged(Settings(common={"split_days": 44})) == ([False, False], [])
    assert "45 días antes y 45 días después" in flagged(Settings(common={"split_days": 45}))[1][0]
    assert flagged(Settings())[0] == [True, True], "what one run replaced does not stay"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"split_day": 30}, "no figure 'split_day'; known: .*split_days"),
        ({"split_days": 30.5}, "whole number"),
        ({"split_days": "30"}, "whole number"),
        ({"split_days": True}, "whole number"),
        ({"like_text": -0.1}, "0 or more"),
    ],
)
def test_refuses_what_is_no_figure(given, said):
    with pytest.raises(UsageError, match=said), common.using(given):
        pass


def test_figures_come_back_after_an_error():
    def broken():
        with common.using({"like_text": 0.5}):
            raise ZeroDivisionError(common.share("like_text"))

    with pytest.raises(ZeroDivisionError, match=r"0\.5"):
        broken()
    assert common.share("like_text") == common.figures()["like_text"].value
