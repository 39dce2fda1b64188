"""The library's gate: each check is seen to fail, and a broken check is not a failed one."""

from datetime import date

import polars as pl
import pytest

from procrisk import quality
from procrisk.settings import Gate

COUNTS = {"read": 10, "accepted": 10, "quarantined": 0, "duplicate": 0, "blank": 0}


def staged(**changes):
    processes = pl.DataFrame(
        {
            "process_id": ["1", "2"],
            "ocid": [None, "ocds-dgv273-seacev3-2"],
            "score": [10.0, None],
            "buyer_id": ["a", "b"],
            "method": ["AS", "LP"],
            "call_date": [date(2022, 1, 1)] * 2,
            "reference_date": [date(2022, 1, 1)] * 2,
            "region_code": ["08", "08"],
            "amount_pen": [1.0, 2.0],
        },
    )
    regions = pl.DataFrame(
        {
            "region_code": ["08"],
            "scope": ["subnational"],
            "period": ["2022"],
            "score": [10.0],
            "score_low": [5.0],
            "score_high": [20.0],
            "crude": [12.0],
            "standardised": [10.5],
            "mix": [1.5],
        }
    )
    flags = pl.DataFrame(
        {
            "process_id": ["1"],
            "sentence_es": ["Hubo un solo postor en la licitación."],
            "sentence_en": ["There was a single bidder in the tender."],
        }
    )
    coverage = pl.DataFrame(
        {
            "risk": ["R01"],
            "region_code": ["08"],
            "applicable": [2],
            "evaluated": [1],
            "not_evaluable": [1],
            "raised": [1],
        }
    )
    base = {
        "processes": processes,
        "regions": regions,
        "flags": flags,
        "coverage": coverage,
        "inputs": [{"name": "a", "counts": COUNTS}],
        "awards": pl.DataFrame({"process_id": ["1"] * 20, "currency": ["PEN"] * 20}),
    }
    return quality.Staged(**{**base, **changes})


def failed(look, gate=None):
    """Names of the checks that do not pass; a handful of rows is enough to be judged here."""
    return {c.name for c in quality.check(look, gate or Gate(shares_min=1)) if c.status != "passed"}


def test_a_sound_version_passes():
    assert failed(staged()) == set()
    assert quality.document(quality.check(staged(), Gate()))["status"] == "passed"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"inputs": [{"name": "a", "counts": {**COUNTS, "read": 11}}]}, "conservation"),
        (
            {"inputs": [{"name": "a", "counts": {**COUNTS, "read": 1000, "accepted": 900, "quarantined": 100}}]},
            "quarantined_share",
        ),
        ({"awards": pl.DataFrame({"process_id": ["1", "1"], "currency": ["USD", "PEN"]})}, "foreign_currency_share"),
        ({"processes": staged().processes.with_columns(process_id=pl.lit("1"))}, "process_id_unique"),
        ({"processes": staged().processes.with_columns(score=pl.lit(101.0))}, "process_scores_in_range"),
        ({"processes": staged().processes.with_columns(method=pl.lit(None, pl.String))}, "null_rate:method"),
        ({"regions": staged().regions.with_columns(score_low=pl.lit(11.0))}, "region_scores_in_interval"),
        ({"regions": staged().regions.with_columns(score=pl.lit(float("nan")))}, "region_scores_in_range"),
        ({"regions": staged().regions.with_columns(mix=pl.lit(1.499))}, "region_scores_add_up"),
        ({"coverage": staged().coverage.with_columns(evaluated=pl.lit(2))}, "coverage_adds_up"),
        ({"flags": staged().flags.with_columns(sentence_en=pl.lit(None, pl.String))}, "flags_have_sentences"),
        ({"flags": staged().flags.with_columns(process_id=pl.lit("9"))}, "flags_on_listed_processes"),
    ],
)
def test_each_check_fails_on_its_defect(changes, name):
    assert name in failed(staged(**changes))


def test_a_check_that_breaks_is_errored_not_failed():
    checks = quality.check(staged(regions=staged().regions.drop("score_low")), Gate())
    assert {c.status for c in checks if c.name == "ranges"} == {"errored"}
    assert quality.status(checks) == "errored"


@pytest.mark.parametrize(
    ("before", "now", "held"),
    [(100, 80, 0), (100, 79, 1), (100, 150, 0), (100, 151, 1), (29, 10, 0), (0, 40, 1), (40, 0, 1)],
)
def test_volume_by_region_against_the_last_publication(before, now, held):
    def frame(n):
        return pl.DataFrame({"region_code": ["08"] * n}, schema={"region_code": pl.String})

    measured, checks = quality.drift(frame(now), frame(before), Gate())
    assert len(checks) == held
    assert measured["processes_by_region"] == {"08": [before, now]}
    assert all(c.acceptable for c in checks)


def test_a_handful_of_bad_records_does_not_hold_the_rest():
    few = [{"name": "a", "counts": {**COUNTS, "accepted": 5, "quarantined": 5}}]
    assert failed(staged(inputs=few)) == set()
    nameless = staged().processes.with_columns(method=pl.lit(None, pl.String))
    assert failed(staged(processes=nameless), Gate()) == set()


def test_other_publishers_are_not_held_to_peru():
    foreign = staged().processes.with_columns(ocid=pl.lit("ocds-213czf-1"), region_code=pl.lit(None, pl.String))
    dollars = pl.DataFrame({"process_id": ["1"], "currency": ["USD"]})
    assert failed(staged(processes=foreign, awards=dollars)) == set()
