"""Tables recognised by their header and read: forms, places, refusals, conservation, known rows."""

import csv
import io
from datetime import date

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from procrisk.records import rows, tabular
from procrisk.records.batch import Reason
from procrisk.records.tables import TABLES

HEADER = [
    "CODIGOENTIDAD", "ENTIDAD_RUC", "CODIGOCONVOCATORIA", "PROCESO", "N_ITEM", "DESCRIPCION_ITEM", "ESTADO_ITEM",
    "CANTIDAD_ADJUDICADO_ITEM", "MONTO_REFERENCIAL_ITEM", "MONTO_ADJUDICADO_ITEM", "MONEDA", "UNIDAD_MEDIDA",
    "RUC_PROVEEDOR", "PROVEEDOR", "TIPO_PROVEEDOR", "FECHA_CONVOCATORIA", "FECHA_BUENAPRO", "FECHA_CONSENTIMIENTO_BP",
]  # fmt: skip
ROWS = [
    ["001877", "20171714371", "774029", "AS-SM-7-2022-MPA-CS-1", "1", "SUPERVISIÓN, TRAMO 2", "Consentido", "1",
     "88345", "82300", "Soles", "Servicio", "490097", "CONSORCIO ATALAYA", "Consorcio", "18/01/2022", "10/02/2022",
     "17/02/2022"],
    ["200244", "20449347448", "773814", "DIRECTA-PROC-3-2022-OEC/UNAM-1", "1", 'Tubo "3 pulgadas"', "Adjudicado", "2.5",
     "61000.55", "61000.55", "Dólar Norteamericano", "Unidad", "20516809524", "MEDIO AMBIENTE S.A.C.",
     "Persona Juridica", "13/01/2022", "17/01/2022", "01/01/1900"],
    ["000027", "20449347448", "773814", "DIRECTA-PROC-3-2022-OEC/UNAM-1", "2", "Señales", "Adjudicado", "1",
     "100", "100", "Soles", "Unidad", "L0600552522", "CORTEVA LLC", "Persona No Domiciliada", "13/01/2022",
     "17/01/2022", ""],
]  # fmt: skip
NUMERIC = {"CODIGOENTIDAD", "ENTIDAD_RUC", "CODIGOCONVOCATORIA", "N_ITEM", "CANTIDAD_ADJUDICADO_ITEM",
           "MONTO_REFERENCIAL_ITEM", "MONTO_ADJUDICADO_ITEM", "RUC_PROVEEDOR"}  # fmt: skip


def as_csv(table=ROWS, header=HEADER, delimiter=",", encoding="utf-8-sig", newline="\r\n", above=()):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline)
    writer.writerow(header)
    writer.writerows(table)
    return ("".join(f"{line}{newline}" for line in above) + out.getvalue()).encode(encoding)


def as_day(text):
    day, month, year = map(int, text.split("/"))
    return date(year, month, day)


def as_xlsx(table=ROWS, header=HEADER, header_row=2, dates="cells"):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("CONOSCE")
    form = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(header_row - 1, 0, header)
    for r, row in enumerate(table, header_row):
        for c, (name, value) in enumerate(zip(header, row, strict=True)):
            if name in NUMERIC and value.replace(".", "").isdigit():
                sheet.write_number(r, c, float(value))  # leading zeros are lost here
            elif name.startswith("FECHA") and value and dates == "cells" and value != "01/01/1900":
                sheet.write_datetime(r, c, as_day(value), form)
            elif name.startswith("FECHA") and value and dates == "serials" and value != "01/01/1900":
                sheet.write_number(r, c, (as_day(value) - date(1899, 12, 30)).days)
            elif value:
                sheet.write_string(r, c, value)
    book.close()
    return out.getvalue()


def read(data, known=frozenset()):
    kind = tabular.recognise(data)
    assert kind is not None
    return list(tabular.read(data, kind, known))


def tables(chunks):
    names = {n for c in chunks for n in c.tables}
    return {n: pl.concat([c.tables[n] for c in chunks if n in c.tables]) for n in names}


def counts(chunks):
    return sum(len(c.keys) for c in chunks), sum(len(c.refusals) for c in chunks), sum(c.n_blank for c in chunks)


FORMS = {
    "utf-8 with BOM": as_csv(),
    "utf-8": as_csv(encoding="utf-8", newline="\n"),
    "latin-1, pipes": as_csv(delimiter="|", encoding="latin-1"),
    "cp1252, semicolons": as_csv(delimiter=";", encoding="cp1252"),
    "tabs": as_csv(delimiter="\t"),
    "header on row 2": as_csv(above=[""]),
    "a title above": as_csv(above=["ADJUDICACIONES, 2022", ""], encoding="utf-8"),
    "no newline at the end": as_csv().rstrip(),
    "columns shuffled": as_csv([r[::-1] for r in ROWS], HEADER[::-1]),
    "headers in lower case": as_csv(header=[h.lower() for h in HEADER]),
    "workbook, header on row 1": as_xlsx(header_row=1),
    "workbook, header on row 2": as_xlsx(header_row=2),
    "workbook, dates as serials": as_xlsx(dates="serials"),
    "workbook, dates as text": as_xlsx(dates="text"),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_table_in_every_form_gives_the_same_rows(form):
    expected = tables(read(FORMS["utf-8 with BOM"]))
    chunks = read(FORMS[form])
    got = tables(chunks)
    assert counts(chunks) == (3, 0, 0)
    assert got.keys() == expected.keys()
    for name in expected:
        assert got[name].equals(expected[name]), name


def test_values_of_the_table():
    got = tables(read(FORMS["utf-8 with BOM"]))
    process = got["processes"].row(0, named=True)
    assert process["buyer_consucode"] == "1877"
    assert process["buyer_ruc"] == "20171714371"
    assert process["call_date"] == date(2022, 1, 18)
    assert process["value_cents"] is None
    lot = got["lots"].row(1, named=True)
    assert (lot["value_cents"], lot["value_pen_cents"], lot["currency"]) == (6100055, None, "USD")
    assert lot["description"] == 'Tubo "3 pulgadas"'
    assert got["awards"]["amount_cents"].is_null().all()
    assert got["awards"]["award_id"].to_list() == ["774029-490097", "773814-20516809524", "773814-L0600552522"]
    assert got["awards"]["consent_date"].to_list() == [date(2022, 2, 17), None, None]
    assert got["award_lines"]["amount_pen_cents"].to_list() == [8230000, None, 10000]
    assert got["award_suppliers"]["kind"].to_list() == ["consortium", "legal", "foreign"]
    assert got["records"].to_dict(as_series=False) == {
        "record": [0, 1, 2],
        "kind": ["conosce:adjudicaciones"] * 3,
        "process_id": ["774029", "773814", "773814"],
        "ocid": [None] * 3,
        "version_date": [None] * 3,
        "year": [2022] * 3,
    }


def test_every_table_has_the_canonical_columns_in_order():
    for name, table in tables(read(FORMS["utf-8"])).items():
        schema = TABLES[name].schema
        wanted = dict(schema) if "record" in schema else {"record": pl.UInt32, **schema}
        assert dict(table.schema) == wanted


@pytest.mark.parametrize("form", ["utf-8 with BOM", "latin-1, pipes", "header on row 2", "no newline at the end"])
def test_lines_and_offsets_point_at_the_row(form):
    data = FORMS[form]
    for chunk in read(data):
        for line, offset, wanted in zip(chunk.lines, chunk.offsets, ROWS, strict=True):
            assert data[offset:].startswith(wanted[0].encode())
            assert data[:offset].count(b"\n") == line - 1


def test_offsets_of_a_workbook_are_unknown_and_lines_are_its_rows():
    (chunk,) = read(as_xlsx(header_row=2))
    assert chunk.offsets == [-1, -1, -1]
    assert chunk.lines == [3, 4, 5]


BAD = {
    "too few cells": (["1", "2"], Reason.ROW_RAGGED),
    "too many cells": ([*ROWS[0], "x"], Reason.ROW_RAGGED),
    "amount": ([*ROWS[0][:9], "12x", *ROWS[0][10:]], Reason.AMOUNT_INVALID),
    "negative": ([*ROWS[0][:9], "-1", *ROWS[0][10:]], Reason.AMOUNT_NEGATIVE),
    "absurd": ([*ROWS[0][:9], "1e15", *ROWS[0][10:]], Reason.AMOUNT_TOO_LARGE),
    "quantity": ([*ROWS[0][:7], "-3", *ROWS[0][8:]], Reason.AMOUNT_NEGATIVE),
    "day": ([*ROWS[0][:15], "31/02/2022", *ROWS[0][16:]], Reason.DATE_INVALID),
    "key": ([*ROWS[0][:2], "", *ROWS[0][3:]], Reason.ID_MISSING),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("where", [0, 1, 3])
def test_a_bad_row_is_refused_with_its_place_and_the_others_stand(case, where):
    bad, reason = BAD[case]
    table = [*ROWS[:where], bad, *ROWS[where:]]
    data = as_csv(table)
    chunks = read(data)
    assert counts(chunks) == (3, 1, 0)
    (refusal,) = [r for c in chunks for r in c.refusals]
    assert refusal.reason is reason
    assert refusal.line == where + 2
    assert data[refusal.offset :].startswith(refusal.raw)
    assert refusal.raw.decode() == as_csv([bad]).decode("utf-8-sig").split("\r\n")[1]
    got, expected = tables(chunks), tables(read(FORMS["utf-8 with BOM"]))
    for name in expected:
        assert got[name].equals(expected[name]), name


def test_a_bad_row_of_a_workbook_is_refused():
    table = [ROWS[0], BAD["day"][0], BAD["key"][0]]
    chunks = read(as_xlsx(table, dates="text"))
    assert counts(chunks) == (1, 2, 0)
    refusals = [r for c in chunks for r in c.refusals]
    assert [(r.line, r.offset, r.reason) for r in refusals] == [
        (4, -1, Reason.DATE_INVALID),
        (5, -1, Reason.ID_MISSING),
    ]
    assert b"31/02/2022" in refusals[0].raw
    assert "FECHA_CONVOCATORIA" in refusals[0].detail


def test_an_unclosed_quote_costs_one_row():
    lines = as_csv(encoding="utf-8", newline="\n").split(b"\n")
    broken = lines[1].replace(b'"SUPERVISI', b"SUPERVISI").replace(b"CONSORCIO ATALAYA", b'"CONSORCIO ATALAYA')
    chunks = read(b"\n".join([lines[0], broken, *lines[2:]]))
    assert counts(chunks) == (2, 1, 0)


def test_a_quote_inside_a_bare_cell_is_text():
    lines = as_csv(encoding="utf-8", newline="\n").split(b"\n")
    lines[3] = lines[3].replace("Señales".encode(), b'Tubo 3" galv')
    chunks = read(b"\n".join(lines))
    assert counts(chunks) == (3, 0, 0)
    assert tables(chunks)["lots"]["description"].to_list()[-1] == 'Tubo 3" galv'


def test_a_cell_may_run_over_lines():
    table = [r.copy() for r in ROWS]
    table[1][5] = "dos\nlíneas"
    data = as_csv(table)
    (chunk,) = read(data)
    assert chunk.lines == [2, 3, 4]
    assert data[chunk.offsets[2] :].startswith(b"000027")
    assert chunk.tables["lots"]["description"][1] == "dos líneas"


def test_a_row_that_is_not_text_is_refused_where_the_file_is_utf8():
    data = as_csv().replace("Señales".encode(), b"Se\xf1ales")
    chunks = read(data)
    assert counts(chunks) == (2, 1, 0)
    (refusal,) = [r for c in chunks for r in c.refusals]
    assert refusal.reason is Reason.ENCODING_INVALID
    assert refusal.line == 4


@pytest.mark.parametrize("blank", ["", "   ", ",,,,,,,,,,,,,,,,,"])
def test_blank_rows_are_counted_wherever_they_stand(blank):
    lines = as_csv(encoding="utf-8", newline="\n").decode().split("\n")
    data = "\n".join([lines[0], lines[1], blank, lines[2], lines[3], blank, blank, ""]).encode()
    chunks = read(data)
    assert counts(chunks) == (3, 0, 3)
    assert [line for c in chunks for line in c.lines] == [2, 4, 5]


def test_known_rows_are_not_parsed_and_records_point_at_the_new():
    (whole,) = read(FORMS["utf-8"])
    (again,) = read(FORMS["utf-8"], frozenset(whole.keys[:2]))
    assert again.keys == whole.keys
    assert {name: t["record"].to_list() for name, t in again.tables.items()} == {name: [2] for name in whole.tables}
    (none,) = read(FORMS["utf-8"], frozenset(whole.keys))
    assert all(t.is_empty() for t in none.tables.values())


def test_known_rows_and_a_refusal_keep_the_records_in_step():
    (whole,) = read(FORMS["utf-8"])
    data = as_csv([ROWS[0], BAD["day"][0], ROWS[1], ROWS[2]], encoding="utf-8", newline="\n")
    chunk = read(data, frozenset(whole.keys[:1]))[-1]
    assert chunk.keys == whole.keys
    assert chunk.tables["records"]["record"].to_list() == [1, 2]
    assert chunk.tables["records"]["process_id"].to_list() == ["773814", "773814"]


def test_keys_do_not_depend_on_the_order_or_presence_of_empty_columns():
    (plain,) = read(FORMS["utf-8"])
    (shuffled,) = read(FORMS["columns shuffled"])
    (wider,) = read(as_csv([[*r, ""] for r in ROWS], [*HEADER, "NUEVA"]))
    assert plain.keys == shuffled.keys == wider.keys
    (other,) = read(as_csv([[*r, "x"] for r in ROWS], [*HEADER, "NUEVA"]))
    assert not set(plain.keys) & set(other.keys)


def test_equal_rows_have_one_key_and_a_record_each():
    (chunk,) = read(as_csv([ROWS[0], ROWS[0]]))
    assert chunk.keys[0] == chunk.keys[1]
    assert chunk.tables["records"].height == 2


def test_chunks_are_bounded_and_whole(monkeypatch):
    monkeypatch.setattr(tabular, "CHUNK_ROWS", 2)
    chunks = read(FORMS["utf-8"])
    assert [len(c.keys) for c in chunks] == [2, 1]
    assert [c.tables["records"]["record"].to_list() for c in chunks] == [[0, 1], [0]]
    assert [c.lines for c in chunks] == [[2, 3], [4]]


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\n\n",
        b"a,b,c\n1,2,3\n",
        b'{"ocid": "x", "tender": {}}',
        b"PK\x03\x04 no zip",
        b"\x00\x01\x02,\x00",
        b"PK\x03\x04",
    ],
)
def test_what_is_no_table_is_not_recognised(head):
    assert tabular.recognise(head) is None


def test_a_header_alone_is_a_table_without_rows():
    data = as_csv([])
    assert tabular.recognise(data) == "conosce:adjudicaciones"
    assert counts(read(data)) == (0, 0, 0)


def test_a_truncated_workbook_is_refused_not_raised():
    data = as_xlsx()
    (chunk,) = tabular.read(data[: len(data) // 2], "conosce:adjudicaciones", frozenset())
    assert [r.reason for r in chunk.refusals] == [Reason.ZIP_CORRUPT]


def test_a_table_that_lost_its_header_is_refused_not_raised():
    (chunk,) = tabular.read(b"x,y\n1,2\n", "conosce:postor", frozenset())
    assert [r.reason for r in chunk.refusals] == [Reason.TYPE_MISMATCH]


CELLS = st.text(alphabet='ab1",;\n¿ñ ', max_size=6)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6), st.sampled_from(",;|\t"))
@settings(max_examples=120, deadline=None)
def test_rows_written_by_csv_are_read_back(table, delimiter):
    data = as_csv(table, ["CODIGOCONVOCATORIA", "MIEMBROCOMITE", "OTRO"], delimiter, "utf-8", "\n")
    found = next(rows.read(data, lambda h: "MIEMBROCOMITE" in h))
    expected = [[c.strip() or None for c in row] for row in table if any(c.strip() for c in row)]
    assert [list(r) for r in found.cells.rows()] == expected
    assert len(table) == found.cells.height + len(found.refusals) + found.n_blank


@given(st.binary(max_size=120))
@settings(max_examples=150, deadline=None)
def test_whatever_follows_the_header_every_row_is_accounted_for(junk):
    data = b"CODIGOCONVOCATORIA,MIEMBROCOMITE\n" + junk
    chunks = read(data)
    keys, refused, blank = counts(chunks)
    seen = [line for c in chunks for line in c.lines] + [r.line for c in chunks for r in c.refusals]
    assert len(seen) == len(set(seen)) == keys + refused
    assert max(seen, default=1) <= 1 + keys + refused + blank
    for chunk in chunks:
        assert chunk.tables.get("records", pl.DataFrame()).height in {0, len(chunk.keys)}
