"""Placeholders turned into text for people, and natural persons out of it."""

import json
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procrisk.indicators import INDICATORS
from procrisk.indicators.sentences import evidence, fill, slots, supplier_shown


def said(template, language="es", **values):
    frame = pl.DataFrame({k: [v] for k, v in values.items()} or {"_": [0]})
    return frame.select(fill(template, {k: pl.col(k) for k in values}, language)).item()


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("money", 123_456_789, "S/ 1,234,567.89"),
        ("money", 0, "S/ 0.00"),
        ("money", 5, "S/ 0.05"),
        ("money", 100_000, "S/ 1,000.00"),
        ("money", 99_999, "S/ 999.99"),
        ("money", -123_400, "S/ -1,234.00"),
        ("date", date(2022, 3, 7), "07/03/2022"),
        ("pct", 0.976, "97.6 %"),
        ("pct", 1.0, "100.0 %"),
        ("pct", -0.0004, "0.0 %"),
        ("pct", -0.05, "-5.0 %"),
        ("pct", 12.5, "1,250.0 %"),
        ("int", 1234567, "1,234,567"),
        ("int", 0, "0"),
        ("int", 2499.6, "2,500"),
        ("num", 3.25, "3.3"),
        ("ratio", 0.125, "0.13"),
        ("ratio", 1234.5, "1,234.50"),
        ("text", "GRIFO", "GRIFO"),
        ("text", "10123456789", "10*******89"),
        ("text", "20123456789", "20123456789"),
        ("text", "10123456789; 10987654321", "10*******89; 10*******21"),
    ],
)
def test_kinds(kind, value, text):
    assert said(f"vale {{x:{kind}}}.", x=value) == f"vale {text}."


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("int", 1, "Hay 1 día."),
        ("int", 0, "Hay 0 días hábiles."),
        ("int", 2, "Hay 2 días hábiles."),
        ("int", 1001, "Hay 1,001 días hábiles."),
        ("num", 1.02, "Hay 1.0 día."),
        ("num", 1.2, "Hay 1.2 días hábiles."),
        ("int", None, "Hay sin dato."),
    ],
)
def test_noun_agrees_with_the_number(kind, value, text):
    frame = pl.DataFrame({"x": [value]}, schema={"x": pl.Float64})
    template = f"Hay {{x:{kind}:día|días hábiles}}."
    assert slots(template) == [("x", kind)]
    assert frame.select(fill(template, {"x": pl.col("x")}, "es")).item() == text


@pytest.mark.parametrize(("language", "text"), [("es", "sin dato"), ("en", "no data")])
@pytest.mark.parametrize("kind", ["money", "int", "pct", "text", "num"])
def test_null(kind, language, text):
    frame = pl.DataFrame({"x": [None]}, schema={"x": pl.String if kind == "text" else pl.Int64})
    assert frame.select(fill(f"a {{x:{kind}}} b", {"x": pl.col("x")}, language)).item() == f"a {text} b"


@settings(deadline=None, max_examples=40)
@given(st.integers(-(10**15), 10**15))
def test_money_as_python_writes_it(cents):
    sign = "-" if cents < 0 else ""
    assert said("{x:money}", x=cents) == f"S/ {sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


@pytest.mark.parametrize("bad", ["{x}", "{x:colour}", "a { b", "{x:int}}", "{x:int:día}", "{x:colour:día|días}"])
def test_template_at_fault(bad):
    with pytest.raises(ValueError, match=r"unknown kind|no placeholder"):
        slots(bad)


@pytest.mark.parametrize("i", INDICATORS.values(), ids=list(INDICATORS))
def test_every_template_is_sound(i):
    es, en = (
        sorted((name.removesuffix(f"_{g}"), kind) for name, kind in slots(said))
        for g, said in (("es", i.sentence_es), ("en", i.sentence_en))
    )
    assert es == en, "both languages tell the same figures"
    assert i.sentence_es.endswith(".")
    assert i.sentence_en.endswith(".")


def test_supplier_shown():
    frame = pl.DataFrame(
        {
            "ruc": ["20100000001", "10123456789", "490024", None],
            "name": ["GRIFO SAC ", "PEREZ JUAN", None, "X"],
        }
    )
    shown = frame.select(supplier_shown(pl.col("ruc"), pl.col("name"))).to_series().to_list()
    assert shown == ["GRIFO SAC (20100000001)", "10*******89", "490024", None]


def test_evidence():
    frame = pl.DataFrame(
        {
            "day": [date(2022, 3, 7)],
            "amount_cents": [12_345],
            "ruc": ["10123456789"],
            "n": [3],
            "none": pl.Series([None], dtype=pl.Date),
        }
    )
    got = json.loads(frame.select(evidence(dict(frame.schema))).item())
    assert got == {"day": "2022-03-07", "amount": 123.45, "ruc": "10*******89", "n": 3, "none": None}
    assert frame.select(evidence({})).item() == "{}"
