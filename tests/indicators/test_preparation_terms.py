"""What the terms say and how they were published: features on made-up records, and each indicator at its limits."""

from datetime import date, timedelta

import polars as pl
import pytest
from tests.indicators.made import ABSENT, AS_OF, CLEAR, MISSING, OUT, PEERS, outcome, process, records, table

from procrisk.indicators import features, features_terms

CALL = date(2022, 2, 1)
SOLES = 100


def frame(*processes, **tables):
    made = records(processes=list(processes), **tables)
    return {r["process_id"]: r for r in features.build(made, AS_OF)["processes"].to_dicts()}


def lot(**columns):
    return {"process_id": "1", "lot_id": "1", **columns}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("REPUESTOS PARA MOTONIVELADORA MARCA CAT, MODELO 140K", True),
        ("Respirador, marca: 3M", True),
        ("FILTROS Y ACEITES (ORIGINALES)", True),
        ("SOPORTE DEL EQUIPO DE LA MARCA IMPERVA O EQUIVALENTE", False),
        ("DIESEL PARA LA MUNICIPALIDAD DISTRITAL DE PILLCO MARCA", False),
        ("LECHE PARA EL DISTRITO DE MARCARA", False),
        ("COPIA DE LOS PLANOS ORIGINALES", False),
        ("CEMENTO PORTLAND", False),
    ],
)
def test_brands(text, named):
    assert frame(process("1"), lots=[lot(description=text)])["1"]["names_brand"] is named
    assert frame(process("1", description=text))["1"]["names_brand"] is named


def test_no_description_says_nothing_of_brands():
    assert frame(process("1"))["1"]["names_brand"] is None


def test_families_are_counted_by_package():
    texts = ["CEMENTO PORTLAND", "PAPEL BOND", "ARROZ", "LECHE"]
    lots = [lot(lot_id=str(n), description=t, package="1" if n < 3 else "2") for n, t in enumerate(texts)]
    assert frame(process("1"), lots=lots)["1"]["package_families"] == 3
    assert frame(process("1"), lots=[{**x, "package": None} for x in lots])["1"]["package_families"] is None


LISTED = {"classification": "43211503", "list": "catalogue", "valid_from": date(2022, 2, 1), "valid_to": None}


@pytest.mark.parametrize(
    ("code", "change", "n"),
    [
        ("4321150300012345", {}, 1),
        ("4321150400012345", {}, 0),
        ("4321150300012345", {"valid_from": date(2022, 2, 2)}, 0),
        ("4321150300012345", {"valid_to": date(2022, 2, 1)}, 1),
        ("4321150300012345", {"valid_to": date(2022, 1, 31)}, 0),
        ("4321150300012345", {"valid_from": None}, 1),
        ("4321150300012345", {"list": "homologated"}, None),
        (None, {}, None),
    ],
)
def test_lots_on_a_list(code, change, n):
    got = frame(process("1"), lots=[lot(classification=code)], listed_items=[{**LISTED, **change}])["1"]
    assert got["catalogue_lots"] == n
    assert got["sheet_lots"] is None


def test_a_lot_listed_twice_counts_once():
    twice = [LISTED, {**LISTED, "classification": "4321150300012345"}]
    got = frame(process("1"), lots=[lot(classification="4321150300012345")], listed_items=twice)
    assert got["1"]["catalogue_lots"] == 1


def test_questions():
    asked = [
        {"process_id": "1", "enquiry_id": str(n), "answered": a, "answered_date": d}
        for n, (a, d) in enumerate([(True, None), (False, None), (False, CALL), (None, None)])
    ]
    got = frame(process("1"), process("2"), enquiries=asked)
    assert (got["1"]["n_enquiries"], got["1"]["n_unanswered"]) == (4, 1)
    assert got["2"]["n_enquiries"] is None
    silent = frame(process("1"), enquiries=[{**e, "answered": None} for e in asked])
    assert silent["1"]["n_unanswered"] is None


def test_documents():
    def document(p, section, day, kind="biddingDocuments"):
        return {
            "process_id": p,
            "section": section,
            "document_id": f"{section}{day}",
            "document_type": kind,
            "date": CALL + timedelta(days=day),
        }

    papers = [document(p, "planning", 0, "other") for p in "234"] + [document("1", "tender", d) for d in (3, 9)]
    got = frame(*(process(p) for p in "12345"), documents=papers)
    one = got["1"]
    assert (one["n_planning_documents"], one["peer_planning_n"], one["peer_planning_share"]) == (0, 3, 1.0)
    assert got["2"]["peer_planning_share"] == 2 / 3
    assert one["document_days"] == 3
    assert got["5"]["n_planning_documents"] is None


def test_a_doubtful_holiday_only_shortens_the_wait_for_a_document():
    """Friday 29 April to Tuesday 3 May 2022 over Monday 2, decreed non-working as far as is known: one business day."""
    paper = {"process_id": "1", "section": "tender", "document_id": "1", "document_type": "biddingDocuments"}
    got = frame(process("1", call_date=date(2022, 4, 29)), documents=[{**paper, "date": date(2022, 5, 3)}])
    assert got["1"]["document_days"] == 1


def test_terms_outside_peru_only():
    day = {"bid_deadline": CALL + timedelta(days=14)}
    assert frame(process("1", **day))["1"]["general_days"] is None
    assert frame(process("1", regime=None, **day))["1"]["general_days"] == 14
    opened = {"bid_opening": CALL + timedelta(days=10)}
    assert frame(process("1", regime=None, **opened))["1"]["general_days"] == 10


@pytest.mark.parametrize(
    ("first", "n"),
    [
        ({"call_date": CALL - timedelta(days=60), "award_date": CALL + timedelta(days=1)}, 1),
        ({"call_date": CALL - timedelta(days=61), "award_date": CALL + timedelta(days=1)}, 0),
        ({"call_date": CALL - timedelta(days=9), "award_date": CALL}, 0),
        ({"call_date": CALL - timedelta(days=9), "award_date": None}, 0),
        ({"call_date": CALL, "award_date": CALL + timedelta(days=1)}, 0),
        ({"call_date": CALL - timedelta(days=9), "award_date": CALL + timedelta(days=1), "buyer_id": "2"}, 0),
    ],
)
def test_like_calls_that_run_side_by_side(first, n):
    what = {"description": "CEMENTO PORTLAND"}
    got = frame(process("1", **what), process("0", **{**what, **first}))
    assert got["1"]["parallel_n"] == n


OPEN = {"method": "AS"}


@table(
    {"regime": None, "method": "LP", "general_days": 14},
    (CLEAR, {"general_days": 15}),
    (MISSING, {"general_days": None}),
    (OUT, {"regime": "L30225"}),
    (OUT, {"method": "CD"}),
)
def test_pre_11_short_term_outside_peru(expected, row):
    assert outcome("PRE-11", row) == expected


@table(
    {**OPEN, "fee_share": 0.0051},
    (CLEAR, {"fee_share": 0.005}),
    (MISSING, {"fee_share": None}),
    (OUT, {"method": "CD"}),
)
def test_pre_12_costly_to_take_part(expected, row):
    assert outcome("PRE-12", row) == expected


@table(
    {
        **OPEN,
        "object": "goods",
        "value_pen_cents": 1,
        "peer_value_n": 12,
        "peer_value_z": 3.6,
        "value_over_typical": 5.0,
    },
    (CLEAR, {"peer_value_z": 3.5}),
    (CLEAR, {"value_over_typical": 4.9}),
    (PEERS, {"peer_value_n": 11}),
    (OUT, {"object": "works"}),
    (OUT, {"value_pen_cents": 0}),
    (MISSING, {"value_pen_cents": None}),
)
def test_pre_13_value_unlike_its_class(expected, row):
    assert outcome("PRE-13", row) == expected


@table(
    {
        "award_criteria": "ratedCriteria",
        "buyer_criteria_n": 5,
        "buyer_rated_share": 0.9,
        "peer_rated_limit": 0.8,
        "peer_rated_n": 10,
    },
    (CLEAR, {"buyer_rated_share": 0.8}),
    (PEERS, {"buyer_criteria_n": 4}),
    (PEERS, {"peer_rated_n": 9}),
    (OUT, {"award_criteria": "priceOnly"}),
    (MISSING, {"award_criteria": None}),
)
def test_pre_14_buyer_weighs_more_than_price(expected, row):
    assert outcome("PRE-14", row) == expected


@table(
    {**OPEN, "n_unanswered": 1},
    (CLEAR, {"n_unanswered": 0}),
    (MISSING, {"n_unanswered": None}),
    (OUT, {"method": "CD"}),
)
def test_pre_15_questions_without_answer(expected, row):
    assert outcome("PRE-15", row) == expected


@table(
    {**OPEN, "peer_enquiries_n": 30, "peer_enquiries_z": 3.6},
    (CLEAR, {"peer_enquiries_z": 3.5}),
    (PEERS, {"peer_enquiries_n": 29}),
    (OUT, {"method": "CD"}),
    (MISSING, {"peer_enquiries_z": None}),
)
def test_pre_16_many_questions(expected, row):
    assert outcome("PRE-16", row) == expected


@table(
    {**OPEN, "object": "goods", "names_brand": True},
    (CLEAR, {"names_brand": False}),
    (MISSING, {"names_brand": None}),
    (OUT, {"method": "CD"}),
    (OUT, {"object": "works"}),
)
def test_pre_17_names_a_brand(expected, row):
    assert outcome("PRE-17", row) == expected


@table(
    {**OPEN, "package_families": 3},
    (CLEAR, {"package_families": 2}),
    (MISSING, {"package_families": None}),
    (OUT, {"method": "CD"}),
)
def test_pre_18_package_of_unlike_items(expected, row):
    assert outcome("PRE-18", row) == expected


@table(
    {**OPEN, "catalogue_lots": 1},
    (CLEAR, {"catalogue_lots": 0}),
    (MISSING, {"catalogue_lots": None}),
    (OUT, {"method": "CD"}),
)
def test_pre_19_catalogue_passed_over(expected, row):
    assert outcome("PRE-19", row) == expected


@table(
    {**OPEN, "sheet_lots": 1},
    (CLEAR, {"sheet_lots": 0}),
    (MISSING, {"sheet_lots": None}),
    (OUT, {"method": "SIE"}),
)
def test_pre_20_technical_sheet_passed_over(expected, row):
    assert outcome("PRE-20", row) == expected


@table(
    {**OPEN, "peer_criteria_n": 12, "criteria_over_mean": 520.0},
    (CLEAR, {"criteria_over_mean": 519.9}),
    (PEERS, {"peer_criteria_n": 11}),
    (MISSING, {"criteria_over_mean": None}),
    (OUT, {"method": "CD"}),
)
def test_pre_21_criteria_longer_than_usual(expected, row):
    assert outcome("PRE-21", row) == expected


@table(
    {**OPEN, "n_planning_documents": 0, "peer_planning_n": 5, "peer_planning_share": 0.5},
    (CLEAR, {"n_planning_documents": 1}),
    (PEERS, {"peer_planning_n": 4}),
    (PEERS, {"peer_planning_share": 0.4}),
    (MISSING, {"n_planning_documents": None}),
    (OUT, {"method": "CD"}),
)
def test_pre_22_planning_documents_absent(expected, row):
    assert outcome("PRE-22", row) == expected


@table(
    {**OPEN, "document_days": 2},
    (CLEAR, {"document_days": 1}),
    (CLEAR, {"document_days": -3}),
    (MISSING, {"document_days": None}),
    (OUT, {"method": "CPRE"}),
)
def test_pre_23_bidding_documents_late(expected, row):
    assert outcome("PRE-23", row) == expected


@table(
    {**OPEN, "peer_opening_n": 30, "peer_opening_z": 3.6},
    (CLEAR, {"peer_opening_z": 3.5}),
    (PEERS, {"peer_opening_n": 29}),
    (MISSING, {"peer_opening_z": None}),
    (OUT, {"method": "CD"}),
)
def test_pre_24_bids_wait_for_evaluation(expected, row):
    assert outcome("PRE-24", row) == expected


@table(
    {**OPEN, "object": "goods", "parallel_n": 1},
    (CLEAR, {"parallel_n": 0}),
    (MISSING, {"parallel_n": None}),
    (OUT, {"call_number": 2}),
    (OUT, {"object": "works"}),
)
def test_pre_25_like_call_still_open(expected, row):
    assert outcome("PRE-25", row) == expected


@pytest.mark.parametrize(("id_", "column"), [("PRE-19", "catalogue_lots"), ("PRE-20", "sheet_lots")])
def test_no_list_is_never_clear(id_, column):
    assert outcome(id_, {"method": "AS"}, absent=(column,)) == ABSENT


def test_a_buyer_with_very_many_like_calls_is_counted_without_pairing_them():
    """A hundred calls a day, each awarded two days later: 200 open beside each call from the third day on."""
    n = 20_000
    calls = pl.DataFrame({"_at": range(n)}).select(
        process_id=pl.col("_at").cast(pl.String).str.zfill(6),
        buyer_id=pl.lit("1"),
        object=pl.lit("goods"),
        item_class=pl.lit("CEMENTO"),
        method=pl.lit("AS"),
        call_number=pl.lit(1),
        call_date=pl.lit(CALL) + pl.duration(days=pl.col("_at") // 100),
        award_date=pl.lit(CALL) + pl.duration(days=pl.col("_at") // 100 + 3),
    )
    got = features_terms._parallel(calls)["parallel_n"]
    assert got.to_list()[::100][:5] == [0, 100, 200, 200, 200]
    assert got.max() == 200
