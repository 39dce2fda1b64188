"""Sanctions by infraction before and after an award: each indicator at its limits, and the figures on made-up records."""

from datetime import date

import polars as pl
import pytest
from tests.indicators.made import ABSENT, AS_OF, CLEAR, MISSING, OUT, RAISED, outcome, process, records, table

from procrisk.indicators import features
from procrisk.indicators.features_sanctions import full_months, motives
from procrisk.records.vocabulary import fold


@table(
    {"method": "AS", "false_documents_n": 1, "false_documents_months": 60},
    (CLEAR, {"false_documents_months": 61}),
    (CLEAR, {"false_documents_n": 0, "false_documents_months": None}),
    (OUT, {"method": "CONV"}),
    (MISSING, {"false_documents_n": None, "false_documents_months": None}),
)
def test_cro_09_sanctioned_false_documents(expected, row):
    assert outcome("CRO-09", row) == expected


def test_a_register_that_is_absent_is_no_clean_record():
    row = {"method": "AS", "false_documents_n": None, "false_documents_months": None}
    assert outcome("CRO-09", row, absent=("false_documents_n", "false_documents_months")) == ABSENT


@table(
    {"method": "CD", "inaccurate_n": 2, "inaccurate_months": 0},
    (RAISED, {"inaccurate_months": 60}),
    (CLEAR, {"inaccurate_months": 61}),
    (CLEAR, {"inaccurate_n": 0, "inaccurate_months": None}),
    (OUT, {"method": "INT"}),
    (MISSING, {"inaccurate_n": None, "inaccurate_months": None}),
)
def test_cro_10_sanctioned_inaccurate(expected, row):
    assert outcome("CRO-10", row) == expected


@table(
    {"method": "CD", "unsigned_n": 2, "unsigned_months": 0},
    (RAISED, {"unsigned_months": 60}),
    (CLEAR, {"unsigned_months": 61}),
    (CLEAR, {"unsigned_n": 0, "unsigned_months": None}),
    (OUT, {"method": "INT"}),
    (MISSING, {"unsigned_n": None, "unsigned_months": None}),
)
def test_cro_11_sanctioned_unsigned(expected, row):
    assert outcome("CRO-11", row) == expected


@table(
    {"method": "CD", "withdrawn_n": 2, "withdrawn_months": 0},
    (RAISED, {"withdrawn_months": 60}),
    (CLEAR, {"withdrawn_months": 61}),
    (CLEAR, {"withdrawn_n": 0, "withdrawn_months": None}),
    (OUT, {"method": "INT"}),
    (MISSING, {"withdrawn_n": None, "withdrawn_months": None}),
)
def test_cro_12_sanctioned_withdrawn(expected, row):
    assert outcome("CRO-12", row) == expected


@table(
    {"method": "CD", "terminated_n": 2, "terminated_months": 0},
    (RAISED, {"terminated_months": 60}),
    (CLEAR, {"terminated_months": 61}),
    (CLEAR, {"terminated_n": 0, "terminated_months": None}),
    (OUT, {"method": "INT"}),
    (MISSING, {"terminated_n": None, "terminated_months": None}),
)
def test_cro_13_sanctioned_terminated(expected, row):
    assert outcome("CRO-13", row) == expected


@table(
    {"method": "CD", "barred_n": 2, "barred_months": 0},
    (RAISED, {"barred_months": 60}),
    (CLEAR, {"barred_months": 61}),
    (CLEAR, {"barred_n": 0, "barred_months": None}),
    (OUT, {"method": "INT"}),
    (MISSING, {"barred_n": None, "barred_months": None}),
)
def test_cro_14_sanctioned_barred(expected, row):
    assert outcome("CRO-14", row) == expected


@table(
    {"method": "CD", "unregistered_n": 2, "unregistered_months": 0},
    (RAISED, {"unregistered_months": 60}),
    (CLEAR, {"unregistered_months": 61}),
    (CLEAR, {"unregistered_n": 0, "unregistered_months": None}),
    (OUT, {"method": "INT"}),
    (MISSING, {"unregistered_n": None, "unregistered_months": None}),
)
def test_cro_15_sanctioned_unregistered(expected, row):
    assert outcome("CRO-15", row) == expected


@table(
    {"method": "CD", "subcontracted_n": 2, "subcontracted_months": 0},
    (RAISED, {"subcontracted_months": 60}),
    (CLEAR, {"subcontracted_months": 61}),
    (CLEAR, {"subcontracted_n": 0, "subcontracted_months": None}),
    (OUT, {"method": "INT"}),
    (MISSING, {"subcontracted_n": None, "subcontracted_months": None}),
)
def test_cro_16_sanctioned_subcontracted(expected, row):
    assert outcome("CRO-16", row) == expected


@table(
    {"method": "CD", "defects_n": 2, "defects_months": 0},
    (RAISED, {"defects_months": 60}),
    (CLEAR, {"defects_months": 61}),
    (CLEAR, {"defects_n": 0, "defects_months": None}),
    (OUT, {"method": "INT"}),
    (MISSING, {"defects_n": None, "defects_months": None}),
)
def test_cro_17_sanctioned_defects(expected, row):
    assert outcome("CRO-17", row) == expected


@table(
    {"method": "CD", "appeals_n": 2, "appeals_months": 0},
    (RAISED, {"appeals_months": 60}),
    (CLEAR, {"appeals_months": 61}),
    (CLEAR, {"appeals_n": 0, "appeals_months": None}),
    (OUT, {"method": "INT"}),
    (MISSING, {"appeals_n": None, "appeals_months": None}),
)
def test_cro_18_sanctioned_appeals(expected, row):
    assert outcome("CRO-18", row) == expected


@table(
    {"method": "AS", "later_n": 1, "later_months": 24, "later_known_months": 24},
    (RAISED, {"later_known_months": 25}),
    (CLEAR, {"later_months": 25, "later_known_months": 30}),
    (CLEAR, {"later_n": 0, "later_months": None}),
    (MISSING, {"later_n": 0, "later_months": None, "later_known_months": 23}),
    (OUT, {"method": "CONV"}),
)
def test_cro_19_sanctioned_afterwards(expected, row):
    assert outcome("CRO-19", row) == expected


@table(
    {"method": "AS", "fines_n": 1, "fines_months": 24},
    (CLEAR, {"fines_months": 25}),
    (CLEAR, {"fines_n": 0, "fines_months": None}),
    (OUT, {"method": "RES"}),
    (MISSING, {"fines_n": None, "fines_months": None}),
)
def test_cro_20_fined_before(expected, row):
    assert outcome("CRO-20", row) == expected


FIRM, OTHER = "20500000001", "20500000002"


def suppliers(*sanctions, day=date(2022, 2, 15), rucs=(FIRM,)):
    """The frame of suppliers of one award to these firms."""
    found = records(
        processes=[process("1")],
        awards=[{"process_id": "1", "award_id": "a", "date": day, "amount_pen_cents": 100}],
        award_suppliers=[{"process_id": "1", "award_id": "a", "party_id": r, "ruc": r} for r in rucs],
        sanctions=[{"ruc": FIRM, "kind": "debarment", "cut_date": date(2022, 4, 30), **s} for s in sanctions],
    )
    return features.build(found, AS_OF)["suppliers"].sort("party_id")


FALSE = {"motive": "j) Presentar documentos falsos o adulterados"}


def test_the_last_sanction_before_the_award_counts():
    first = {"start_date": date(2018, 1, 1), "resolution": "1", **FALSE}
    last = {"start_date": date(2021, 12, 16), "resolution": "2", **FALSE}
    after = {"start_date": date(2022, 2, 16), "resolution": "3", **FALSE}
    row = suppliers(first, after, last).row(0, named=True)
    assert (row["false_documents_n"], row["false_documents_months"]) == (2, 1)
    assert (row["false_documents_resolution"], row["false_documents_date"]) == ("2", date(2021, 12, 16))
    assert (row["later_n"], row["later_months"], row["later_resolution"]) == (1, 0, "3")


def test_a_sanction_that_begins_on_the_day_is_before_it():
    row = suppliers({"start_date": date(2022, 2, 15), **FALSE}).row(0, named=True)
    assert (row["false_documents_n"], row["false_documents_months"], row["later_n"]) == (1, 0, 0)


def test_two_motives_of_one_sanction_count_each():
    both = "Presentar documentos falsos o adulterados*Presentar información inexacta a las Entidades"
    row = suppliers({"start_date": date(2021, 1, 1), "motive": both}).row(0, named=True)
    assert (row["false_documents_n"], row["inaccurate_n"], row["terminated_n"]) == (1, 1, 0)


def test_every_member_of_a_consortium_is_looked_up():
    frame = suppliers({"start_date": date(2021, 1, 1), **FALSE}, rucs=(FIRM, OTHER))
    assert frame["false_documents_n"].to_list() == [1, 0]


def test_beyond_the_cut_of_the_register_nobody_is_clean():
    frame = suppliers({"start_date": date(2021, 1, 1), **FALSE}, day=date(2022, 5, 1), rucs=(FIRM, OTHER))
    assert frame["false_documents_n"].to_list() == [1, None]


def test_without_a_register_nothing_is_known():
    row = suppliers().row(0, named=True)
    assert row["false_documents_n"] is row["fines_n"] is row["later_n"] is row["later_known_months"] is None


def test_debarments_alone_say_nothing_of_fines():
    row = suppliers({"start_date": date(2021, 1, 1), **FALSE}).row(0, named=True)
    assert row["fines_n"] is None
    row = suppliers({"start_date": date(2021, 1, 1), "kind": "fine", "amount_cents": 700}).row(0, named=True)
    assert (row["fines_n"], row["fines_months"], row["fines_cents"]) == (1, 13, 700)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [("2022-01-31", "2022-02-28", 0), ("2022-01-31", "2022-03-31", 2), ("2021-12-15", "2022-02-15", 2)],
)
def test_full_months(start, end, months):
    days = pl.DataFrame({"a": [date.fromisoformat(start)], "b": [date.fromisoformat(end)]})
    assert days.select(full_months(pl.col("a"), pl.col("b"))).item() == months


@pytest.mark.parametrize(
    ("text", "motive"),
    [
        ("Presentación de documentación falsa y/o inexacta a las entidades/Tribunal/OSCE", "false_documents"),
        ("DECLARACION JURADA CON INFORMACION INEXACTA", "inaccurate"),
        ("Den lugar a la resolución del contrato o de servicios por causal atribuible a su parte", "terminated"),
        ("Perfeccionar el contrato, luego de notificada en el SEACE la suspensión", None),
        ("No mantener oferta/no suscripción injustificada del contrato", "unsigned"),
        (
            "Subcontratar prestaciones sin autorización o cuando el subcontratista no cuente con inscripción vigente",
            "subcontracted",
        ),
        ("Registrarse como participante-presentar propuestas sin contar con RNP vigente", "unregistered"),
        ("Interponer recursos impugnativos contra actos inimpugnables", "appeals"),
    ],
)
def test_words_of_the_register_tell_the_infraction(text, motive):
    said = pl.DataFrame({"t": [text]}).select(fold(pl.col("t"))).item()
    found = [m.id for m in motives() if pl.Series([said]).str.contains(m.pattern)[0]]
    assert (found[0] if found else None) == motive
