"""What the law said on the day of the call."""

import csv
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procrisk import law
from procrisk.errors import UsageError
from procrisk.legal_parameters import METHODS, OBJECTS, PARAMETERS, legal_parameters, read
from procrisk.resources import data_dir
from tests.law_cases import CASES, EIGHT_UIT, FIFTEEN_UIT, UIT

PATH = data_dir("risk_catalogue") / "legal_parameters.csv"


def calls(*rows):
    """Processes from tuples (day, object, method, value in soles)."""
    records = [
        (f"p{n}", date.fromisoformat(d) if d else None, o, m, None if v is None else v * 100)
        for n, (d, o, m, v) in enumerate(rows)
    ]
    schema = {
        "process_id": pl.String,
        "call_date": pl.Date,
        "object": pl.String,
        "method": pl.String,
        "value_pen_cents": pl.Int64,
    }
    return pl.DataFrame(records, schema=schema, orient="row")


def attached(day, obj, method, value=None):
    return law.attach(calls((day, obj, method, value))).row(0, named=True)


@pytest.mark.parametrize(("parameter", "on", "obj", "method", "value", "unit", "confidence"), CASES)
def test_values_typed_by_hand(parameter, on, obj, method, value, unit, confidence):
    found = law.value(parameter, on, object_=obj, method=method)
    assert found is not None
    assert (found.value, found.unit, found.confidence) == (value, unit, confidence)


def test_every_row_is_met_by_a_case_typed_by_hand():
    met = {
        n
        for n, row in enumerate(legal_parameters())
        for parameter, on, obj, method, *_ in CASES
        if row.parameter == parameter
        and row.covers(on)
        and (not row.objects or not obj or obj in row.objects)
        and (not row.methods or not method or method in row.methods)
    }
    assert [row for n, row in enumerate(legal_parameters()) if n not in met] == []


def test_every_parameter_is_used_and_every_row_cites_its_norm():
    assert {r.parameter for r in legal_parameters()} == set(PARAMETERS)
    for r in legal_parameters():
        assert len(r.norm) >= 8, r
        assert (r.kind == "methodology") == r.parameter.startswith("oscebid_") == ("OSCE-BID" in r.norm), r
        # only a text that was read says which article; general knowledge never gets an A
        assert r.confidence != "A" or "art" in r.norm, r


CHANGES = {
    *(f"{year}-01-01" for year in range(2012, 2028)),  # UIT, budget laws
    "2016-01-09",  # Ley 30225
    "2017-04-03",  # D.L. 1341
    "2019-01-30",  # D.S. 344-2018-EF
    "2019-12-15",  # D.S. 377-2019-EF
    "2020-07-01",  # D.S. 168-2020-EF
    "2021-07-12",  # D.S. 162-2021-EF: ten business days from Saturday 26 June 2021
    "2022-10-28",  # D.S. 234-2022-EF: fifteen from Friday 7 October 2022
    "2025-04-22",  # Ley 32069
}


def test_the_law_changes_on_known_days_alone():
    begun = {r.start for r in legal_parameters()} | {r.end + timedelta(days=1) for r in legal_parameters() if r.end}
    assert {d.isoformat() for d in begun} <= CHANGES


def test_days_in_force_of_the_amending_decrees():
    days = pl.DataFrame(
        {"published": [date(2021, 6, 26), date(2022, 10, 7)], "in_force": [date(2021, 7, 12), date(2022, 10, 28)]}
    )
    assert days.select(n=law.business_days(pl.col("published"), pl.col("in_force")))["n"].to_list() == [10, 15]


def test_no_value_lapses_between_two_periods():
    """What follows on a row for the same calls begins on the day after it."""
    for row in legal_parameters():
        later = [r.start for r in legal_parameters() if r.start > row.start and _same_calls(r, row)]
        if later:
            assert row.end is not None
            assert min(later) == row.end + timedelta(days=1), row


def _same_calls(a, b):
    return a.parameter == b.parameter and a.objects == b.objects and a.methods == b.methods


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2009-01-31", None),
        ("2009-02-01", "DL1017"),
        ("2016-01-08", "DL1017"),
        ("2016-01-09", "L30225"),
        ("2019-01-29", "L30225"),
        ("2025-04-21", "L30225"),
        ("2025-04-22", "L32069"),
        ("2026-11-23", "L32069"),
        (None, None),
    ],
)
def test_regime(day, expected):
    frame = calls((day, "goods", "LP", 1))
    assert frame.select(law.regime(pl.col("call_date"))).item() == expected


@pytest.mark.parametrize("year", sorted(UIT))
def test_uit_changes_on_the_first_of_january(year):
    assert attached(f"{year}-01-01", None, None)["law_uit_cents"] == UIT[year] * 100
    assert attached(f"{year}-12-31", None, None)["law_uit_cents"] == UIT[year] * 100


@pytest.mark.parametrize("year", sorted(EIGHT_UIT))
def test_multiples_are_the_printed_amounts(year):
    row = attached(f"{year}-06-15", "goods", "CPRE")
    assert row["law_8uit_cents"] == EIGHT_UIT[year] * 100
    assert row["law_procedure_min_cents"] == EIGHT_UIT[year] * 100
    if year in FIFTEEN_UIT:
        assert row["law_15uit_cents"] == FIFTEEN_UIT[year] * 100


def test_no_year_without_a_value_is_guessed():
    row = attached("2027-03-01", "goods", "LP")
    assert row["law_uit_cents"] is None
    assert row["law_8uit_cents"] is None
    assert row["law_procedure_min_cents"] is None
    assert row["law_lp_threshold_cents"] is None
    assert row["law_min_bid_days"] == 22  # a term of the regulation holds until it is changed


@pytest.mark.parametrize(
    ("day", "obj", "method", "column", "expected"),
    [
        # 2016-01-08/09: DL 1017 to Ley 30225
        ("2016-01-08", "goods", "CPRE", "law_procedure_min_cents", None),  # 3 UIT, confidence C
        ("2016-01-09", "goods", "CPRE", "law_procedure_min_cents", 31_600_00),
        ("2016-01-09", "goods", "LP", "law_min_bid_days", None),  # C
        # 2017-04-03: D.L. 1341 brings the price band
        ("2017-04-02", "works", "AS", "law_price_floor", None),
        ("2017-04-03", "works", "AS", "law_price_floor", 0.9),
        # 2019-01-30: D.S. 344-2018-EF
        ("2019-01-29", "goods", "LP", "law_consent_days", None),
        ("2019-01-30", "goods", "LP", "law_consent_days", 8),
        ("2019-01-29", "goods", "CPRE", "law_cprec_max_cents", None),
        ("2019-01-30", "goods", "CPRE", "law_cprec_max_cents", 63_000_00),
        ("2019-01-29", "works", "LP", "law_additional_max", None),
        ("2019-01-30", "works", "LP", "law_additional_max", 0.5),
        # 2021-07-12: D.S. 162-2021-EF
        ("2021-07-11", "goods", "AS", "law_guarantee_exempt_cents", None),
        ("2021-07-12", "goods", "AS", "law_guarantee_exempt_cents", 200_000_00),
        # years: thresholds
        ("2017-12-31", "goods", "LP", "law_lp_threshold_cents", None),  # C
        ("2018-01-01", "goods", "LP", "law_lp_threshold_cents", 400_000_00),
        ("2021-12-31", "works", "LP", "law_lp_threshold_cents", 1_800_000_00),
        ("2022-01-01", "works", "LP", "law_lp_threshold_cents", 2_800_000_00),
        ("2022-12-31", "services", "CP", "law_lp_threshold_cents", 400_000_00),
        ("2023-01-01", "services", "CP", "law_lp_threshold_cents", 480_000_00),
        ("2024-12-31", "consultancy", "CP", "law_lp_threshold_cents", 480_000_00),
        ("2025-01-01", "consultancy", "CP", "law_lp_threshold_cents", 485_000_00),
        ("2024-12-31", "works", "LP", "law_lp_threshold_cents", 2_800_000_00),
        ("2025-01-01", "works", "LP", "law_lp_threshold_cents", 5_000_000_00),
        # 2025-04-21/22: Ley 30225 to Ley 32069
        ("2025-04-21", "goods", "CPRE", "law_cprec_max_cents", 80_250_00),
        ("2025-04-22", "goods", "CPRE", "law_cprec_max_cents", 100_000_00),
        ("2025-04-21", "goods", "SIE", "law_min_bid_days", None),  # directive not read
        ("2025-04-22", "goods", "SIE", "law_min_bid_days", 6),
        ("2025-04-21", "goods", "LP", "law_enquiry_days", 10),
        ("2025-04-22", "goods", "LP", "law_enquiry_days", 7),
        ("2025-04-21", "goods", "LP", "law_sign_days", 16),
        ("2025-04-22", "goods", "LP", "law_sign_days", 18),
        ("2025-04-21", "works", "LP", "law_price_floor", 0.9),
        ("2025-04-22", "works", "LP", "law_price_floor", 0.95),
        ("2025-04-21", "works", "LP", "law_additional_without_cgr_max", 0.15),
        ("2025-04-22", "works", "LP", "law_additional_without_cgr_max", 0.3),
        ("2025-04-21", "goods", "LP", "law_penalty_max", 0.2),
        ("2025-04-22", "goods", "LP", "law_penalty_max", 0.1),
        ("2025-04-21", "goods", "AS", "law_consent_days", 5),
        (
            "2025-04-22",
            "goods",
            "AS",
            "law_consent_days",
            None,
        ),  # no such procedure any more: nothing to hold it against
        ("2025-04-22", "goods", "LPA", "law_consent_days", 5),
        ("2025-04-21", "goods", "LPA", "law_consent_days", None),
        ("2025-04-22", "goods", "LP", "law_guarantee_exempt_cents", 267_500_00),  # 50 UIT of 2025
        # by object and method
        ("2022-06-01", "goods", "AS", "law_min_bid_days", 5),
        ("2022-06-01", "works", "AS", "law_min_bid_days", 6),
        ("2022-06-01", None, "AS", "law_min_bid_days", None),
        ("2022-06-01", None, "LP", "law_consent_days", 8),
        ("2022-06-01", "goods", None, "law_consent_days", None),
        ("2022-06-01", "goods", "CD", "law_consent_days", None),
        ("2022-06-01", "goods", "CD", "law_publish_days", 10),
        ("2022-06-01", "goods", "SIE", "law_auction_min_bids", 2),
        ("2019-01-29", "goods", "SIE", "law_auction_min_bids", None),
        ("2022-06-01", "goods", "AS", "law_auction_min_bids", None),
        ("2022-06-01", "goods", "AS", "law_price_floor", None),
        ("2022-06-01", "consultancy", "AS", "law_price_ceiling", 1.1),
        ("2022-06-01", "works", "AS", "law_complementary_max", None),
        (None, "works", "AS", "law_uit_cents", None),
    ],
)
def test_attached_on_both_sides_of_each_change(day, obj, method, column, expected):
    assert attached(day, obj, method)[column] == expected


@pytest.mark.parametrize(("value", "days"), [(None, 5), (399_999, 5), (400_000, 8), (900_000, 8)])
def test_an_auction_of_the_size_of_a_tender_has_the_longer_term(value, days):
    row = attached("2022-06-01", "goods", "SIE", value)
    assert row["law_consent_days"] == row["law_appeal_days"] == days
    assert attached("2022-06-01", "goods", "AS", value)["law_consent_days"] == 5


def test_values_of_confidence_c_are_known_but_never_attached():
    assert law.value("cprec_max", date(2018, 6, 1)).confidence == "C"
    assert attached("2018-06-01", "goods", "CPRE")["law_cprec_max_cents"] is None


def test_value_asks_for_what_it_depends_on():
    with pytest.raises(UsageError, match="depends on the object or the method"):
        law.value("lp_cp_threshold", date(2022, 6, 1))
    assert law.value("lp_cp_threshold", date(1999, 6, 1), object_="works") is None


def test_citation():
    assert (
        law.citation("sign_total_days", date(2023, 6, 1)) == "Reglamento de la Ley 30225 (D.S. 344-2018-EF), art. 141.1"
    )
    assert law.citation("lp_cp_threshold", date(2026, 6, 1), object_="goods").startswith("Ley 32513, art. 14")
    assert law.citation("bid_days_min", date(2023, 6, 1)).count("; ") == 4  # LP, CP, AS, SCI, SIE
    assert law.citation("uit", date(1999, 1, 1)) == ""
    with pytest.raises(UsageError, match="no legal parameter is called 'uti'"):
        law.citation("uti", date(2022, 1, 1))


def test_attach_keeps_rows_order_and_types():
    frame = calls(
        ("2022-06-01", "works", "LP", 1),
        (None, None, None, None),
        ("2022-06-01", "works", "LP", 2),
        ("2016-01-01", "goods", "ADP", 3),
    )
    out = law.attach(frame)
    assert out.select(frame.columns).equals(frame)
    expected = {
        **frame.schema,
        **{a.column: a.dtype() for a in law.ATTACHED},
        "law_8uit_cents": pl.Int64(),
        "law_15uit_cents": pl.Int64(),
    }
    assert dict(out.schema) == expected
    assert law.attach(frame.clear()).schema == out.schema
    assert law.attach(frame.drop("value_pen_cents")).height == 4


DAYS = st.one_of(st.none(), st.dates(date(2008, 1, 1), date(2028, 12, 31)))
ROWS = st.tuples(
    DAYS,
    st.sampled_from([None, *OBJECTS]),
    st.sampled_from([None, *METHODS]),
    st.one_of(st.none(), st.integers(0, 10**7)),
)


def _naive(parameter, day, obj, method):
    """The row in force for one call, by looking at each; None where it depends on what is not known."""
    for r in legal_parameters():
        in_force = r.parameter == parameter and r.confidence != "C" and day is not None and r.covers(day)
        if in_force and (not r.objects or obj in r.objects) and (not r.methods or method in r.methods):
            return r
    return None


@settings(deadline=None, max_examples=30)
@given(st.lists(ROWS, min_size=1, max_size=25))
def test_attach_agrees_with_a_row_by_row_twin(rows):
    frame = calls(*((d and d.isoformat(), o, m, v) for d, o, m, v in rows))
    out = law.attach(frame)
    for (day, obj, method, value), row in zip(rows, out.iter_rows(named=True), strict=True):
        for a in law.ATTACHED:
            parameter = a.parameter
            threshold = _naive("lp_cp_threshold", day, obj, method)
            if (
                a.column in ("law_consent_days", "law_appeal_days")
                and method == "SIE"
                and value is not None
                and threshold
            ):
                parameter = "consent_days_large" if value >= threshold.value else parameter
                parameter = parameter if _naive(parameter, day, obj, method) else a.parameter
            held = _naive(parameter, day, obj, method)
            uit = _naive("uit", day, obj, method)
            expected = None
            if held is not None:
                expected = held.value
                if a.dtype == pl.Int64:
                    factor = uit.value if held.unit == "uit" and uit else 1
                    expected = None if held.unit == "uit" and not uit else round(held.value * factor * 100)
            assert row[a.column] == expected, (a.column, day, obj, method, value)


def _edited(tmp_path, edit):
    with PATH.open(encoding="utf-8", newline="") as f:
        rows = list(csv.reader(f))
    edit(rows)
    with (tmp_path / "mine.csv").open("w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows(rows)
    return tmp_path / "mine.csv"


def _set(row, column, value):
    def edit(rows):
        rows[row][rows[0].index(column)] = value

    return edit


def _repeat(**changes):
    """The first row once more at the end, changed."""

    def edit(rows):
        rows.append(list(rows[1]))
        for column, value in changes.items():
            rows[-1][rows[0].index(column)] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (_set(1, "parameter", "uti"), r"mine\.csv, line 2, column parameter: should be one of uit,"),
        (_set(1, "kind", "custom"), "line 2, column kind"),
        (_set(1, "regime", "L999"), "line 2, column regime"),
        (_set(1, "object", "goods;cars"), "column object: cars is unknown"),
        (_set(1, "method", "LP;LP"), "column method: names the same twice"),
        (_set(1, "unit", "ratio"), "column unit: should be one of soles"),
        (_set(1, "norm", ""), "column norm: is empty"),
        (_set(1, "confidence", "D"), "column confidence"),
        (_set(1, "value", "nan"), "column value"),
        (_set(1, "value", "-3"), "column value"),
        (_set(1, "value", "3,650"), "column value"),
        (_set(1, "valid_from", "01/01/2012"), "column valid_from: should be a day"),
        (_set(1, "valid_from", ""), "column valid_from: should be a day"),
        (_set(1, "valid_to", "2011-12-31"), "column valid_to: ends before it begins"),
        (_set(1, "valid_to", "2013-01-01"), "line 3, column valid_from: uit of line 2 holds"),
        (_set(1, "valid_to", ""), "line 3, column valid_from: uit of line 2 holds"),
        (_set(1, "regime", "L30225"), "leaves L30225, which governs calls from 2016-01-09 to 2025-04-21"),
        (_repeat(valid_from="2012-12-31", valid_to="2012-12-31"), "holds on some of these days too"),
        (_repeat(object="works"), "holds on some of these days too"),
        (_repeat(method="LP", object="works"), "holds on some of these days too"),
        (lambda rows: rows[0].__setitem__(0, "name"), r"missing: \['parameter'\]; unknown: \['name'\]"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path, edit, message):
    with pytest.raises(UsageError, match=message):
        read(_edited(tmp_path, edit))


def test_two_rows_that_no_call_shares_are_fine(tmp_path):
    def edit(rows):
        rows.append([*rows[1]])
        rows[-1][rows[0].index("valid_from")] = "2011-01-01"
        rows[-1][rows[0].index("valid_to")] = "2011-12-31"

    assert len(read(_edited(tmp_path, edit))) == len(legal_parameters()) + 1


def test_real_comparisons_of_prices_lie_between_8_and_15_uit(shared_data):
    """Three hundred real procedures confirm the UIT of 2022, both multiples and the kind of amount that the law compares."""
    path = next(iter(sorted((shared_data / "conosce").glob("*ADJUDICACIONES2022_ene_feb.csv"))), None)
    if path is None:
        pytest.skip("the real awards of January and February 2022 are absent")
    rows = pl.read_csv(path, infer_schema=False, truncate_ragged_lines=True).filter(
        pl.col("PROCESO").str.starts_with("COMPRE-")
    )
    cents = pl.col("MONTO_REFERENCIAL_ITEM").str.replace_all(",", "").cast(pl.Float64) * 100
    processes = (
        rows.unique(["CODIGOCONVOCATORIA", "N_ITEM"])
        .group_by(process_id="CODIGOCONVOCATORIA")
        .agg(
            call_date=pl.col("FECHA_CONVOCATORIA").first().str.slice(0, 10).str.to_date("%d/%m/%Y"),
            value_pen_cents=cents.round(0).cast(pl.Int64).sum(),
        )
        .with_columns(object=pl.lit(None, pl.String), method=pl.lit("CPRE"))
    )
    out = law.attach(processes)
    assert out.height > 300
    assert (out["value_pen_cents"] <= out["law_cprec_max_cents"]).all()
    assert (out["value_pen_cents"] > out["law_procedure_min_cents"]).all()


def test_a_code_outside_the_vocabulary_falls_under_what_holds_for_all():
    row = attached("2022-06-01", "spaceships", "XYZ")
    assert row["law_uit_cents"] == 460_000
    assert row["law_reduction_max"] == 0.25
    assert row["law_lp_threshold_cents"] is None
    assert row["law_consent_days"] is None


def test_norms_of_a_frame_are_the_citations():
    rows = pl.DataFrame(
        {
            "call_date": [date(2022, 2, 1), date(2026, 2, 1), None, date(2016, 6, 1), date(2022, 2, 1)],
            "object": ["goods", "works", "goods", "goods", None],
            "method": ["LP", "LP", "LP", "LP", "LP"],
        }
    )
    found = law.norms(rows, "lp_cp_threshold").to_list()
    assert found[0] == law.citation("lp_cp_threshold", date(2022, 2, 1), object_="goods")
    assert found[1] == law.citation("lp_cp_threshold", date(2026, 2, 1), object_="works")
    assert found[2:] == [None, None, None]  # no date; known with confidence C alone; depends on the object
    assert law.norms(rows.select("call_date"), "uit").to_list()[0].startswith("D.S. 398-2021-EF")


def test_no_indicator_is_decided_by_a_value_of_confidence_c():
    """Were every value doubtful, no column of the law that an indicator reads would hold anything."""
    from dataclasses import replace

    from procrisk.indicators import INDICATORS

    read_by_some = {c for i in INDICATORS.values() for c in i.rule().inputs if c.startswith("law_")}
    attached_columns = {*(a.column for a in law.ATTACHED), "law_8uit_cents", "law_15uit_cents"}
    assert read_by_some <= attached_columns
    frame = calls(*((f"{y}-06-15", o, m, 10**6) for y in range(2010, 2027) for o in OBJECTS for m in METHODS))
    known = law.attach(frame)
    doubtful = law.attach(frame, [replace(r, confidence="C") for r in legal_parameters()])
    assert all(known[c].count() > 0 for c in read_by_some)
    assert all(doubtful[c].count() == 0 for c in attached_columns)
