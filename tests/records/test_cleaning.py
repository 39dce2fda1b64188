"""Cells turned into values: tables of cases, oracles and properties."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.pe import ruc as stdnum_ruc

from procrisk.records import cleaning

X = pl.col("x")


def one(value, parser):
    return pl.DataFrame({"x": [value]}, schema={"x": pl.String}).select(parser(X))[0, 0]


@pytest.mark.parametrize(
    ("raw", "cents", "fault"),
    [
        ("88345", 8834500, None),
        ("82300.5", 8230050, None),
        (".5", 50, None),
        ("0", 0, None),
        ("437375.99999999994", 43737600, None),
        ("150000000.099999994", 15000000010, None),
        ("1,234.50", 123450, None),
        ("150,120.00", 15012000, None),
        ("1,234", 123400, None),
        ("1.234,50", 123450, None),
        ("1.234.567", 123456700, None),
        ("1.234.567,8", 123456780, None),
        ("12,5", 1250, None),
        ("S/ 1,234.50", 123450, None),
        ("S/.99", 9900, None),
        ("US$ 10", 1000, None),
        ("1.5E7", 1500000000, None),
        ("100000000000", 10**13, None),
        ("100000000000.01", None, "amount_too_large"),
        ("1e15", None, "amount_too_large"),
        ("-0.01", None, "amount_negative"),
        ("NaN soles", None, "amount_invalid"),
        ("NaN", None, "amount_invalid"),
        ("inf", None, "amount_invalid"),
        ("1e999", None, "amount_invalid"),
        ("1,23,4", None, "amount_invalid"),
        ("12.5.6", None, "amount_invalid"),
        ("RESERVADO", None, "amount_invalid"),
        (None, None, None),
    ],
)
def test_money(raw, cents, fault):
    assert one(raw, cleaning.money) == cents
    assert one(raw, cleaning.money_fault) == fault


@given(st.integers(0, 10**13), st.sampled_from(["plain", "grouped", "continental", "soles"]))
@settings(max_examples=60, deadline=None)
def test_money_reads_every_way_of_writing_an_amount(cents, way):
    soles, rest = divmod(cents, 100)
    written = {
        "plain": f"{soles}.{rest:02}",
        "grouped": f"{soles:,}.{rest:02}",
        "continental": f"{soles:,}".replace(",", ".") + f",{rest:02}",
        "soles": f"S/ {soles:,}.{rest:02}",
    }[way]
    assert one(written, cleaning.money) == cents


@given(st.text(max_size=12))
@settings(max_examples=80, deadline=None)
def test_money_value_and_fault_exclude_each_other(raw):
    kept = one(raw, cleaning.cell)
    value, fault = one(kept, cleaning.money), one(kept, cleaning.money_fault)
    assert (kept is None) == (value is None and fault is None)
    assert value is None or fault is None


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("18/01/2022", date(2022, 1, 18)),
        ("6/08/1998", date(1998, 8, 6)),
        ("1/1/2020", date(2020, 1, 1)),
        ("19/10/17", date(2017, 10, 19)),
        ("19/10/98", date(1998, 10, 19)),
        ("18-01-2022", date(2022, 1, 18)),
        ("18/01/2022 13:05:00", date(2022, 1, 18)),
        ("20220430", date(2022, 4, 30)),
        ("2022-01-18", date(2022, 1, 18)),
        ("2020-03-16 00:00:00", date(2020, 3, 16)),
        ("2026-09-23T10:17:08.917590-05:00", date(2026, 9, 23)),
        ("2026-09-02T23:59:00-05:00", date(2026, 9, 2)),
        ("2026-09-02T03:00:00Z", date(2026, 9, 1)),
        ("2026-09-02T23:00:00-07:00", date(2026, 9, 3)),
        ("2026-09-02T01:00:00+02:00", date(2026, 9, 1)),
        ("44579", date(2022, 1, 18)),
        ("44579.75", date(2022, 1, 18)),
        ("06/06/2079", date(2079, 6, 6)),
        ("29/02/2020", date(2020, 2, 29)),
    ],
)
def test_day(raw, day):
    assert one(raw, cleaning.day) == day
    assert one(raw, cleaning.day_fault) is None


@pytest.mark.parametrize("raw", [None, "01/01/1900", "1900-01-01 00:00:00", "1", "0001-01-01", "31/12/9999"])
def test_day_that_means_no_day_is_null_and_no_fault(raw):
    assert one(raw, cleaning.day) is None
    assert one(raw, cleaning.day_fault) is None


@pytest.mark.parametrize(
    "raw",
    ["31/02/2022", "29/02/2021", "13/13/2022", "2022-02-31", "abc", "02/01/0202", "31/12/2999", "2022", "0/1/2022"],
)
def test_day_that_is_none_is_a_fault(raw):
    assert one(raw, cleaning.day) is None
    assert one(raw, cleaning.day_fault) == "date_invalid"


@given(st.dates(date(1950, 1, 1), date(2200, 12, 31)), st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%Y%m%d", "serial"]))
@settings(max_examples=60, deadline=None)
def test_day_round_trip(day, form):
    serial = (day - date(1899, 12, 30)).days
    if form == "serial" and not 20000 <= serial < 70000:
        return
    raw = str(serial) if form == "serial" else day.strftime(form)
    assert one(raw, cleaning.day) == day


@given(st.datetimes(), st.integers(-14 * 4, 14 * 4))
@settings(max_examples=60, deadline=None)
def test_day_of_any_offset_is_the_day_in_lima(moment, quarters):
    if not 1951 < moment.year < 2199:
        return
    sign, minutes = "-" if quarters < 0 else "+", abs(quarters) * 15
    raw = moment.strftime("%Y-%m-%dT%H:%M:%S") + f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    assert one(raw, cleaning.day) == (moment - timedelta(minutes=quarters * 15 + 300)).date()


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  a   b ", "a b"),
        ("a\\nb", "a b"),
        ("a\r\n\tb", "a b"),
        ("a\u00a0b", "a b"),
        ("", None),
        (" \\n ", None),
        ("ADQUISICI¿N DE CEBO EN LA REGI¿N", "ADQUISICIÓN DE CEBO EN LA REGIÓN"),
        ("adquisici¿n", "adquisición"),
        ("GESTI¿N", "GESTIÓN"),
        ("SEBASTI¿N", "SEBASTI¿N"),
        ("DI¿SEL", "DI¿SEL"),
        ("BAJAS ¿REAS", "BAJAS ÁREAS"),
        ("LA CONVENCION ¿ CUSCO.", "LA CONVENCION - CUSCO."),
        ("OBRA ¿RENOVACION DE X¿ CUI N¿ 270", 'OBRA "RENOVACION DE X" CUI N° 270'),
        ("OBRA ¿RENOVACION, truncated", 'OBRA "RENOVACION, truncated'),
        ("¿A¿, (¿B C¿)", '"A", ("B C")'),
        ("¿Qué es?", "¿Qué es?"),
        ("NÂ° 3", "N° 3"),
        ("educaciÃ³n", "educación"),
        ("PERÃš", "PERÚ"),
        ("EN EL PER¿", "EN EL PERÚ"),
    ],
)
def test_text(raw, clean):
    assert one(raw, cleaning.text) == clean


@given(st.lists(st.one_of(st.none(), st.text(alphabet=' abcINCÓN¿?Âô°\\n\t\u00a0,.()"', max_size=20)), max_size=8))
@settings(max_examples=100, deadline=None)
def test_clean_text_is_text_and_leaves_its_input(values):
    raw = pl.Series("x", values, dtype=pl.String)
    slow = raw.to_frame().select(cleaning.text(X))["x"]
    assert cleaning.clean_text(raw).to_list() == slow.to_list()
    assert raw.to_list() == values
    assert cleaning.clean_text(slow).to_list() == slow.to_list() or any("¿" in v for v in slow if v)


@given(st.one_of(st.from_regex(r"\A(10|15|16|17|20)\d{9}\Z"), st.from_regex(r"\A\d{0,12}\Z"), st.text(max_size=11)))
@settings(max_examples=150, deadline=None)
def test_ruc_valid_agrees_with_stdnum(raw):
    expected = raw.isascii() and " " not in raw and stdnum_ruc.is_valid(raw)
    assert one(raw, cleaning.ruc_valid) is expected


@given(st.sampled_from(["10", "15", "17", "20"]), st.integers(0, 10**8 - 1))
@settings(max_examples=60, deadline=None)
def test_ruc_with_its_check_digit_is_valid_and_with_another_is_not(prefix, middle):
    body = f"{prefix}{middle:08}"
    digit = int(stdnum_ruc.calc_check_digit(body))
    assert one(f"{body}{digit}", cleaning.ruc_valid)
    assert not one(f"{body}{(digit + 1) % 10}", cleaning.ruc_valid)


def test_ruc_valid_of_null_is_false():
    assert one(None, cleaning.ruc_valid) is False
    assert one("PE-RUC-20512333797", cleaning.ruc) == "20512333797"
    assert one("20512333797.0", cleaning.ruc) == "20512333797"
    assert one("20512333798", cleaning.ruc) is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [("001877", "1877"), ("1877", "1877"), ("1877.0", "1877"), ("PE-CONSUCODE-27", "27"), ("0", "0"), ("00A", "00A")],
)
def test_consucode(raw, value):
    assert one(raw, cleaning.consucode) == value


@pytest.mark.parametrize(
    ("parser", "cases"),
    [
        (
            cleaning.currency,
            {
                "Soles": "PEN",
                "Nuevos Soles": "PEN",
                "Nuevo Sol": "PEN",
                "Dólar Norteamericano": "USD",
                "D¿lar Norteamericano": "USD",
                "DOLARES": "USD",
                "Euro": "EUR",
                "Libra Esterlina": "GBP",
                "pen": "PEN",
                "CLP": "CLP",
                "conchas": None,
                None: None,
            },
        ),
        (
            cleaning.category,
            {
                "Bien": "goods",
                "BIENES": "goods",
                "goods": "goods",
                "Servicio": "services",
                "SERVICIOS": "services",
                "Obra": "works",
                "works": "works",
                "Consultoría de Obra": "consultancy",
                "CONSULTORIAS OBRAS": "consultancy",
                "Consultor¿a de Obras": "consultancy",
                "otro": None,
                None: None,
            },
        ),
        (
            cleaning.supplier_kind,
            {
                "Persona Juridica": "legal",
                "Persona Natural": "natural",
                "Consorcio": "consortium",
                "Persona No Domiciliada": "foreign",
                "?": None,
            },
        ),
        (
            cleaning.yes,
            {"SI": True, "Sí": True, "1": True, "Activo": True, "No": False, "0": False, "False": False, None: None},
        ),
        (cleaning.whole, {"7": 7, "7.0": 7, "007": 7, "x": None}),
    ],
)
def test_words(parser, cases):
    for raw, value in cases.items():
        assert one(raw, parser) == value, raw


@pytest.mark.parametrize("raw", ["", "  ", "NULL", "null", "\u00a0", "\\N", "#N/A"])
def test_cell_that_holds_nothing_is_null(raw):
    assert one(raw, cleaning.cell) is None


@pytest.mark.parametrize(
    ("raw", "put"),
    [("WENDY&#39;S", "WENDY'S"), ("A &amp; B S.A.C.", "A & B S.A.C."), ("S & V", "S & V"), ("R&D; UNO", "R&D; UNO")],
)
def test_html_entities_become_characters(raw, put):
    assert cleaning.clean_text(pl.Series([raw])).item() == put
