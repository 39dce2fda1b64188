"""No natural person's RUC or DNI leaves the house, and nothing else is lost."""

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procrisk.publication import masking
from procrisk.records import tabular

FOUND = re.compile(r"(?<!\d)10\d{9}(?!\d)")
"""What whoever checks a page looks for."""


def series(expr: pl.Expr, values: list[str | None]) -> list[str | None]:
    return pl.DataFrame({"x": values}, schema={"x": pl.String}).select(expr)["x"].to_list()


def test_ruc_of_natural_persons_alone_are_masked() -> None:
    given_ = ["10123456789", "20123456789", "15123456789", " 10123456789 ", "1012345678", "101234567890", None, ""]
    assert series(masking.mask_ruc(pl.col("x")), given_) == [
        "10*******89",
        "20123456789",
        "15123456789",
        "10*******89",
        "1012345678",
        "101234567890",
        None,
        "",
    ]


def test_names_keep_their_initials() -> None:
    frame = pl.DataFrame(
        {
            "name": ["PEREZ GÓMEZ, JUAN", "O'BRIEN SMITH-LÓPEZ ANA", "ACME S.A.C.", "Ñahui Q.", None],
            "n": [True, True, False, True, None],
        }
    )
    assert frame.select(masking.mask_name(pl.col("name"), pl.col("n")))["name"].to_list() == [
        "P*** G***, J***",
        "O*** S*** A***",
        "ACME S.A.C.",
        "Ñ*** Q***.",
        None,
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("adjudicó a 10123456789 y 10987654321", "adjudicó a 10*******89 y 10*******21"),
        ("10123456789 10987654321 10111111155", "10*******89 10*******21 10*******55"),
        ("10123456789,10987654321;10111111155", "10*******89,10*******21;10*******55"),
        ("PE-RUC-10123456789", "PE-RUC-10*******89"),
        ("RUC10123456789x", "RUC10*******89x"),
        ('{"id":"10123456789"}', '{"id":"10*******89"}'),
        ("1184427-10123456789", "1184427-10*******89"),
        ("9101234567890", "9101234567890"),
        ("101234567891", "101234567891"),
        ("20100123456", "20100123456"),
        ("DNI 12345678", "DNI ******78"),
        ("D.N.I. N° 12345678, vecino", "D.N.I. N° ******78, vecino"),
        ("DNI:12345678", "DNI:******78"),
        ("expediente 12345678", "expediente 12345678"),
        ("dniprueba 12345678", "dniprueba 12345678"),
        ("", ""),
    ],
)
def test_free_text(text: str, expected: str) -> None:
    assert series(masking.mask_text(pl.col("x")), [text]) == [expected]
    assert masking.text(text) == expected


pieces = st.one_of(
    st.from_regex(r"10[0-9]{9}", fullmatch=True),
    st.from_regex(r"[0-9]{1,14}", fullmatch=True),
    st.sampled_from(list(" ,;-_xñ\n\"'/")),
    st.text(max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, max_size=8).map("".join))
def test_no_ruc_survives_and_both_ways_agree(text: str) -> None:
    (masked,) = series(masking.mask_text(pl.col("x")), [text])
    assert masked is not None
    assert not FOUND.search(masked)
    assert masking.text(text) == masked
    assert series(masking.mask_text(pl.col("x")), [masked]) == [masked], "masking twice changes nothing"
    if not re.search(r"10\d{9}", text) and not re.search(r"(?i)d.{0,2}n", text):
        assert masked == text


def test_raw_records_of_natural_persons_lose_their_names() -> None:
    masked = series(
        masking.mask_raw(pl.col("x")),
        [
            '{"supplier":{"id":"PE-RUC-10123456789","name":"PEREZ GOMEZ JUAN"},"value":NaN}',
            "123,10123456789,PEREZ GOMEZ JUAN,MARIA DE LOS ANGELES,45.00\n",
            '"10123456789"|"Núñez Peña, Rosa"|x',
            "123,20123456789,CONSTRUCTORA DEL SUR,45.00",
        ],
    )
    for raw in masked[:3]:
        assert raw is not None
        assert not FOUND.search(raw)
        assert not re.search("PEREZ|GOMEZ|JUAN|MARIA|ANGELES|Núñez", raw)
    assert masked[0] is not None
    assert '"value":NaN' in masked[0], "what was wrong with the record stays readable"
    assert masked[3] == "123,20123456789,CONSTRUCTORA DEL SUR,45.00"


def refusals(*rows: tuple[str, int, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["kind", "offset", "detail", "raw"], orient="row")


@pytest.mark.parametrize(
    "row",
    [
        ("registro:cargos", 80, "DESDE: '31/02/2022'", "12345678,PEREZ SOTO ANA,20171714371,electo,Alcaldesa,,31/02/2022,"),
        ("registro:socios", 80, "PORCENTAJE: '12345678'", "20100994128,ACME,,PEREZ SOTO ANA,socio,12345678,"),
        ("registro:vinculos", 80, 'TIPO_VINCULO: "PEREZ O\'HARA ANA"', '12345678,87654321,"PEREZ O\'HARA ANA",,,,'),
        ("conosce:comite", 80, "1 cells where the header has 2", "PEREZ SOTO ANA"),
        ("conosce:judicial", 80, "FECHA_FIN: 'PÉREZ'", "20220430,12345678,PÉREZ SOTO,JUZGADO,1,,"),
        ("conosce:adjudicaciones", -1, "FECHA: 'PEREZ SOTO ANA'", "12345678\tPEREZ SOTO ANA"),  # a sheet of a workbook
    ],
)  # fmt: skip
def test_no_row_of_a_register_of_people_is_shown_raw(row: tuple[str, int, str, str]) -> None:
    shown = masking.public(masking.refused(refusals(row), tabular.PERSONAL), raw=["raw"]).row(0, named=True)
    assert not re.search("12345678|87654321|PEREZ|PÉREZ|SOTO|ANA", shown["raw"] + shown["detail"])
    assert shown["raw"] == masking.WITHHELD
    assert shown["detail"].split(":")[0] == row[2].split(":")[0], "what was wrong stays readable"


def test_rows_of_procurement_stay_readable_and_dates_too() -> None:
    rows = [
        ("conosce:adjudicaciones", 80, "FECHA: 'ayer'", "1,20123456789,ACME S.A.,ayer"),
        ("registro:cargos", 80, "DESDE: '31/02/2022'", "x"),
        ("registro:socios", 80, "PORCENTAJE: '133.5'", "x"),
    ]
    shown = masking.refused(refusals(*rows), tabular.PERSONAL)
    assert shown["raw"].to_list()[0] == rows[0][3]
    assert shown["detail"].to_list() == [r[2] for r in rows]


def test_escaped_letters_hide_no_name() -> None:
    raw = r'{"id":"PE-RUC-10123456789","name":"N\u00da\u00d1EZ PE\u00d1A ROSA","title":"20"}'
    (masked,) = series(masking.mask_raw(pl.col("x")), [raw])
    assert masked == '{"id":"PE-RUC-10*******89","name":"***","title":"20"}'


def test_public_masks_every_text_column_lists_and_categories_but_not_keys() -> None:
    frame = pl.DataFrame(
        {
            "process_id": ["10123456789"],
            "sha256": ["ab10123456789cd"],
            "key": ["ab10123456789cd"],
            "subject_id": ["10123456789"],
            "reasons": [["con 10123456789", "otro"]],
            "kind": pl.Series(["10123456789"], dtype=pl.Categorical),
            "raw": ["1,10123456789,PEREZ GOMEZ JUAN"],
            "score": [10123456789.0],
            "clean": ["nada"],
        }
    )
    masked = masking.public(frame, raw=["raw"]).row(0, named=True)
    assert masked == {
        "process_id": "10123456789",
        "sha256": "ab10123456789cd",
        "key": "ab10123456789cd",
        "subject_id": "10*******89",
        "reasons": ["con 10*******89", "otro"],
        "kind": "10*******89",
        "raw": "1,10*******89,***",
        "score": 10123456789.0,
        "clean": "nada",
    }


@pytest.mark.parametrize(
    "values", [pl.Series([b"10123456789"]), pl.Series([{"a": "10123456789"}])], ids=["bytes", "struct"]
)
def test_what_cannot_be_masked_is_not_published(values: pl.Series) -> None:
    with pytest.raises(TypeError, match="make it text"):
        masking.public(pl.DataFrame({"raw": values}))


def test_frames_without_rows_or_text_pass() -> None:
    for frame in (
        pl.DataFrame(),
        pl.DataFrame(schema={"a": pl.String, "b": pl.List(pl.String)}),
        pl.DataFrame({"a": [None]}),
    ):
        assert masking.public(frame).equals(frame)
