"""The sentences, read as a governor reads them: never more sure than the numbers."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.benchmark import made

from procrisk.benchmark import words
from procrisk.benchmark.material import months_of


def row(period, score, low, high):
    return {"period": period, "score": score, "score_low": low, "score_high": high}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("2022-01", "enero de 2022"),
        ("2022-Q3", "tercer trimestre de 2022"),
        ("2022", "2022"),
        ("2021-03..2022-02", "marzo de 2021 a febrero de 2022"),
    ],
)
def test_periods(name, said):
    assert words.period(name) == said


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["Cusco"], "Cusco"),
        (["Cusco", "Ica"], "Cusco e Ica"),
        (["Ica", "Puno", "Tacna"], "Ica, Puno y Tacna"),
    ],
)
def test_lists(names, said):
    assert words.listed(names) == said


@pytest.mark.parametrize(
    ("share", "said"), [(None, "–"), (0.0, "0 %"), (0.004, "<1 %"), (0.125, "12 %"), (0.996, ">99 %"), (1.0, "100 %")]
)
def test_a_share_never_looks_like_nothing_or_all_when_it_is_not(share, said):
    assert words.percent(share) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (None, None, "No entra en el orden"),
        (1, 26, "no se puede precisar: puede ser cualquiera entre el 1.º y el 26.º"),
        (4, 4, "es el 4.º de 26"),
        (3, 17, "está entre el 3.º y el 17.º de 26"),
    ],
)
def test_a_rank_is_a_range(low, high, said):
    assert said in words.standing({"rank_low": low, "rank_high": high}, 26)


def pairs(**apart):
    rows = [{"other_code": c, "difference": d, "apart": a} for c, (d, a) in apart.items()]
    return pl.DataFrame(rows)


def test_who_cannot_be_told_apart_is_said_first_and_plainly():
    none = pairs(**{"01": (3.0, False), "02": (-2.0, False)})
    assert words.apart(none) == "No se distingue de ninguna de las otras 2 regiones con puntaje."
    assert words.apart(pairs(**{"01": (3.0, False)})) == "No se distingue de la otra región con puntaje."
    some = pairs(**{"01": (9.0, True), "02": (-9.0, True), "03": (1.0, False)})
    assert words.apart(some) == (
        "Su puntaje es claramente más alto que el de Amazonas y es claramente más bajo que el de Áncash. De la otra región no se distingue."
    )


def test_a_change_is_told_only_where_intervals_do_not_meet():
    before = row("2022-01", 10.0, 8.0, 12.0)
    assert "Subió más" in words.change([before, row("2022-02", 15.0, 12.1, 18.0)])
    assert "Bajó más" in words.change([before, row("2022-02", 5.0, 4.0, 7.9)])
    assert "no se puede afirmar" in words.change([before, row("2022-02", 13.0, 12.0, 18.0)])


def test_a_change_needs_two_periods_in_a_row():
    nothing = row("2022-02", None, None, None)
    for history in ([], [row("2022-01", 1.0, 0.0, 2.0)], [row("2022-01", 1.0, 0.0, 2.0), nothing]):
        assert "no se puede decir qué cambió" in words.change(history)


def test_a_driver_says_how_many_of_how_many_against_how_many():
    told = words.driver({"raised": 12, "evaluated": 80, "rate": 0.15, "expected": 4.08})
    assert told == "12 de 80 procesos evaluados (15 %); por lo que compra se esperaban 4.1."
    one = words.driver({"raised": 1, "evaluated": 1, "rate": 1.0, "expected": 0.0})
    assert one.startswith("1 de 1 proceso evaluado (100 %)")


def test_names_of_others_numbering_are_left_out():
    assert words.plain("Único postor con oferta casi igual al valor referencial (OSCE-BID 15)").endswith("referencial")


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100))
def test_no_sentence_has_more_than_one_decimal(a, b, c):
    low, middle, high = sorted((a, b, c))
    said = words.change([row("2022-01", middle, low, high), row("2022-02", middle, low, high)])
    assert all(
        len(n.split(".")[1]) == 1
        for n in said.replace("(", " ").replace(")", " ").split()
        if n[0].isdigit() and "." in n.strip(".,;")
    )


@pytest.mark.parametrize(
    ("months", "said"),
    [
        ([], ""),
        (["2022-02"], "febrero de 2022"),
        (["2022-01", "2022-02", "2022-03"], "enero a marzo de 2022"),
        (["2021-12", "2022-01", "2022-03"], "diciembre de 2021 a enero de 2022 y marzo de 2022"),
    ],
)
def test_months_in_a_row_are_said_as_one(months, said):
    assert words.spans(months) == said


@pytest.mark.parametrize(
    ("period", "first", "last", "n"),
    [
        ("2022", "2022-01", "2022-12", 12),
        ("2022-Q2", "2022-04", "2022-06", 3),
        ("2021-03..2022-02", "2021-03", "2022-02", 12),
        ("2022-05", "2022-05", "2022-05", 1),
    ],
)
def test_months_of_a_period(period, first, last, n):
    months = months_of(period)
    assert (months[0], months[-1], len(months)) == (first, last, n)


def test_quarters_are_compared_only_where_two_are_complete():
    """One complete quarter and two months of the next: months are compared."""
    m = made.material()
    assert m.trend() == ["2021-11", "2021-12", "2022-01", "2022-02"]
    of = m.tables["scores"]
    month = of.filter(pl.col("period") == "2022-02")
    more = [month.with_columns(period=pl.lit(p)) for p in ("2021-10", "2022-03", "2022-Q1")]
    whole = type(m)(
        **{f: getattr(m, f) for f in m.__slots__} | {"tables": {**m.tables, "scores": pl.concat([of, *more])}}
    )
    assert whole.trend() == ["2021-Q4", "2022-Q1"]


@pytest.mark.parametrize(
    ("seen", "said"), [(0, "ninguno se pudo"), (1, "1 se pudo evaluar"), (29, "29 se pudieron evaluar")]
)
def test_how_many_risks_could_be_evaluated(seen, said):
    assert said in words.covered(seen, 81)


@pytest.mark.parametrize(
    ("name", "said"), [("2022-Q4", "IV trim. 2022"), ("2022-01", "enero de 2022"), ("2022", "2022")]
)
def test_a_period_below_an_axis_is_short(name, said):
    assert words.tick(name) == said


def test_a_mean_below_the_scale_is_not_shown_as_a_negative_score():
    told = words.way({"crude": 0.0, "standardised": -0.4, "shrinkage": 0.9, "score": 11.3})
    assert "se pudo ver, por debajo de 0; según" in told
    assert "-0" not in told
