"""Capacity x risk: probabilities by hand, no label across a cut, and what is recommended where."""

import copy
import tomllib

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procrisk.errors import UsageError
from procrisk.indices import facts, incremental
from procrisk.indices.capacity import CAPACITY, capacity_of
from procrisk.indices.incremental import CELLS, approach, build
from procrisk.indices.matrix import (
    P_COLUMNS,
    SCHEMA,
    Z_975,
    capacity_shares,
    level,
    matrix,
    risk_shares,
)
from procrisk.indices.scores import ITEMS, score
from tests.indices.made import items

CUTS = (7.5, 12.5)


def risk(*rows):
    """Rows of region, score, low, high; with a region of 10 that carries the mean of the scope."""
    schema = ["region_code", "score", "score_low", "score_high", "n_scored"]
    return pl.DataFrame([(*r, 0) for r in rows] + [("25", 10.0, 9.0, 11.0, 100)], schema=schema, orient="row")


def capacity(region, low, high, value=None, measure="rifi", simulated=False):
    value = low if value is None else value
    return pl.DataFrame([(region, value, low, high, measure, "prueba", simulated)], schema=CAPACITY, orient="row")


def one(risk_, capacity_, region="08", **more):
    return matrix(risk_, capacity_, **more).row(by_predicate=pl.col("region_code") == region, named=True)


# --- probabilities -------------------------------------------------------------------------------------------------


def test_the_interval_is_read_so_that_its_own_quantiles_come_back():
    """Cuts at the lower end and at the score: 2.5 %, 47.5 % and the half above."""
    assert risk_shares(10, 4, 12, (4, 10)) == pytest.approx([0.025, 0.475, 0.5], abs=1e-9)
    assert risk_shares(10, 4, 12, (10, 12)) == pytest.approx([0.5, 0.475, 0.025], abs=1e-9)


def test_the_normal_tail_by_hand():
    """Score 10, upper half-width Z_975 (one standard deviation a point): above 11 lies 1 - Phi(1) = 15.866 %."""
    assert risk_shares(10, 10 - Z_975, 10 + Z_975, (1, 11))[2] == pytest.approx(0.158655, abs=1e-6)


def test_replicates_speak_where_they_are():
    replicates = np.array([5.0, 7.5, 8.0, 12.5])
    assert risk_shares(10, 0, 99, CUTS, replicates) == pytest.approx([0.25, 0.5, 0.25])


def test_a_score_without_spread_is_where_it_is():
    assert risk_shares(7.5, 7.5, 7.5, CUTS) == pytest.approx([0, 1, 0])
    assert capacity_shares(33.3, 33.3, (33.3, 66.7)) == pytest.approx([0, 1, 0])


def test_what_is_unknown_of_capacity_is_anywhere_between_its_bounds():
    assert capacity_shares(20, 60, (30, 50)) == pytest.approx([0.25, 0.5, 0.25])


@pytest.mark.parametrize(("value", "found"), [(7.49, 1), (7.5, 2), (12.49, 2), (12.5, 3)])
def test_a_value_at_a_cut_belongs_to_the_upper_level(value, found):
    assert level(value, CUTS) == found


@given(
    st.floats(0, 50), st.floats(0, 20), st.floats(0, 20), st.floats(0, 100), st.floats(0, 50), st.booleans()
)  # fmt: skip
def test_probabilities_sum_to_one(value, down, up, low, width, drawn):
    replicates = np.linspace(value - down, value + up, 17) if drawn else None
    c = capacity_shares(low, low + width, approach().rifi)
    r = risk_shares(value, value - down, value + up, CUTS, replicates)
    assert (c >= 0).all()
    assert (r >= -1e-12).all()
    assert np.outer(c, r).sum() == pytest.approx(1)


# --- the matrix ----------------------------------------------------------------------------------------------------


def test_a_region_inside_a_cell_gets_its_label():
    found = one(risk(("08", 20.0, 15.0, 25.0)), capacity("08", 20, 25))
    assert (found["category"], found["capacity_level"], found["risk_level"]) == ("C1R3", 1, 3)
    assert found["p_1_3"] == found["p_category"] > 0.95
    assert found["sentence_es"] == "Categoría C1R3: capacidad inicial, riesgo mayor que el promedio."
    assert found["cuts_are_ours"]


def test_a_region_across_a_cut_gets_probabilities_and_words_and_no_label():
    found = one(risk(("08", 13.0, 9.0, 17.0)), capacity("08", 20, 25))
    assert found["category"] is None
    assert (found["most_likely"], found["risk_level"]) == ("C1R3", 3)
    assert found["p_1_2"] + found["p_1_3"] == pytest.approx(1, abs=0.01)
    assert "no está decidida" in found["sentence_es"]
    assert f"({100 * found['p_1_3']:.0f} %)" in found["sentence_es"]
    assert f"({100 * found['p_1_2']:.0f} %)" in found["sentence_en"]


def test_capacity_across_a_cut_takes_the_label_away_too():
    found = one(risk(("08", 20.0, 15.0, 25.0)), capacity("08", 30, 40))
    assert found["category"] is None
    assert found["p_1_3"] + found["p_2_3"] == pytest.approx(1, abs=0.01)


def test_functions_that_all_probable_categories_share_come_first():
    found = one(risk(("08", 13.0, 9.0, 17.0)), capacity("08", 20, 25))
    how = approach()
    shared = set(how.cells["C1R3"]) & set(how.cells["C1R2"])
    first = [how.functions[f]["es"] for f in how.cells["C1R3"] if f in shared]
    assert found["functions_es"][: len(first)] == first
    assert sorted(found["functions_es"]) == sorted(how.functions[f]["es"] for f in how.cells["C1R3"])


@pytest.mark.parametrize(
    ("risk_", "capacity_", "told"),
    [
        (risk(("08", 10.0, 9.0, 11.0)), pl.DataFrame(schema=CAPACITY), "Sin datos de capacidad"),
        (risk(), capacity("08", 20, 25), "Sin datos de riesgo"),
        (risk(("08", 10.0, None, None)), capacity("08", 20, 25), "Sin datos de intervalo"),
    ],
)
def test_without_capacity_or_risk_there_is_no_guess(risk_, capacity_, told):
    found = one(risk_, capacity_)
    assert told in found["sentence_es"]
    assert found["category"] is found["p_category"] is found["setup_es"] is found["capacity_level"] is None


def test_all_26_regions_stand_in_it_once():
    found = matrix(risk(), pl.DataFrame(schema=CAPACITY))
    assert found.columns == list(SCHEMA)
    assert found.height == 26
    assert len(P_COLUMNS) == 9


def test_risk_is_held_against_the_mean_of_the_scope_or_a_fixed_one():
    frame, held = risk(("08", 12.0, 11.0, 12.4)), capacity("08", 20, 25)
    assert one(frame, held)["risk_level"] == 2  # the mean is 10, cuts at 7.5 and 12.5
    assert one(frame, held, reference=5.0)["risk_level"] == 3
    assert one(frame, held, reference=20.0)["risk_level"] == 1


def test_a_region_twice_is_refused():
    with pytest.raises(UsageError, match="twice"):
        matrix(risk(("25", 1.0, 0.0, 2.0)), pl.DataFrame(schema=CAPACITY))


def test_where_nobody_has_a_score_no_region_has_a_risk():
    nobody = risk().with_columns(score=pl.lit(None, pl.Float64))
    assert "Sin datos de riesgo" in one(nobody, capacity("08", 20, 25))["sentence_es"]


def test_peers_are_the_others_of_the_same_most_probable_category():
    three = pl.concat([capacity(code, 20, 25) for code in ("08", "07", "06")])
    frame = risk(("08", 20.0, 15.0, 25.0), ("07", 21.0, 15.0, 25.0), ("06", 10.0, 9.0, 11.0))
    assert one(frame, three)["peers"] == ["07"]
    assert one(frame, three, region="06")["peers"] == []
    assert one(frame, three, region="01")["peers"] is None


def test_made_up_answers_are_said_to_be_so():
    found = one(risk(("08", 20.0, 15.0, 25.0)), capacity("08", 20, 25, simulated=True))
    assert found["simulated"]
    assert found["sentence_es"].startswith("[SIMULADO]")


# --- where capacity comes from ---------------------------------------------------------------------------------------

NOBODY = score(pl.DataFrame(schema=ITEMS))
TOP_FIVE = facts.of("icp_stage1")


def rifi(period, simulated=False, version="2018", **changed):
    said = dict.fromkeys(("A1", "A2", "A3", "A4", "A5", "A6", "C1", "C5", "E1", "E2", "E3"), 1)
    said |= dict.fromkeys(("C2", "C3", "C4", "D1", "D2", "D3"), 0.5) | {f"B{c}_1": 0.5 for c in range(1, 10)}
    return items("RIFI", version, period, simulated=simulated, **(said | changed))


def source(scores, official, period, region="08"):
    found = capacity_of(scores, official, period).filter(pl.col("region_code") == region)
    return found["source"].item() if found.height else None


def test_the_published_icp_is_a_range_and_stays_one():
    found = capacity_of(NOBODY, TOP_FIVE, "2022")
    assert found["region_code"].to_list() == ["06", "08", "10", "14", "20"]
    assert set(found.select("capacity", "low", "high").rows()) == {(None, 54.0, 83.0)}
    placed = one(risk(("08", 20.0, 15.0, 25.0)), found)
    assert (placed["category"], placed["capacity"]) == ("C2R3", None)


def test_rifi_comes_before_the_icp_the_newest_first_real_before_made_up():
    both = score(pl.concat([rifi("2021"), rifi("2022"), rifi("2022", simulated=True, version="DS148-2024")]))
    assert source(both, TOP_FIVE, "2022") == "RIFI 2022, marco 2018"
    assert source(score(rifi("2022", simulated=True)), TOP_FIVE.head(0), "2022") == "RIFI 2022, marco 2018"


def test_the_icp_that_a_form_quotes_counts_where_there_is_no_rifi():
    quoted = score(items("RIFI", period="2022", ICP1=0.95))
    found = capacity_of(quoted, TOP_FIVE.head(0), "2022")
    assert found.select("capacity", "low", "high", "measure").row(0) == (95.0, 95.0, 95.0, "icp_stage1")
    placed = one(risk(("08", 20.0, 15.0, 25.0)), found)
    assert placed["category"] == "C3R3"
    assert source(score(rifi("2022", ICP1=0.95)), TOP_FIVE.head(0), "2022") == "RIFI 2022, marco 2018"


def test_made_up_answers_never_stand_before_a_published_fact():
    assert source(score(rifi("2022", simulated=True)), TOP_FIVE, "2022").startswith("ICP 2022")


@pytest.mark.parametrize(
    ("answered", "period", "found"),
    [
        (["2021", "2022", "2023"], "2022", "2022"),
        (["2021", "2023"], "2022", "2021"),  # what was known then before what came after
        (["2023"], "2022", "2023"),
        (["2020"], "2022", "2020"),
        (["2019"], "2022", None),
        (["2025"], "2022", None),
        (["2021", "2022"], "2021-03..2022-02", "2021"),
        (["2022"], "2022-02", "2022"),
    ],
)
def test_capacity_is_that_of_then(answered, period, found):
    told = source(score(pl.concat([rifi(p) for p in answered])), TOP_FIVE.head(0), period)
    assert told == (None if found is None else f"RIFI {found}, marco 2018")


# --- the approach as data ----------------------------------------------------------------------------------------------


def test_every_category_has_a_set_up_and_functions_in_both_languages():
    how = approach()
    assert how.ours
    for cell in CELLS:
        assert 4 <= len(how.cells[cell]) == len(set(how.cells[cell]))
        for tongue in ("es", "en"):
            assert how.setup(cell, tongue)
            assert how.name(cell, tongue)
    assert {f for c in how.cells.values() for f in c} == set(how.functions)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d["risk"].update(ratio=[1.25, 0.75]), "should rise"),
        (lambda d: d["cells"].pop("C1R1"), "should be C1R1"),
        (lambda d: d["cells"].update(C1R1=["F99"]), "F99 is no function"),
        (lambda d: d.pop("setup"), "setup"),
    ],
)
def test_a_matrix_that_does_not_hold_together_is_refused(change, told):
    document = copy.deepcopy(tomllib.loads((incremental.FOLDER / "matrix.toml").read_text(encoding="utf-8")))
    change(document)
    with pytest.raises(UsageError, match=told):
        build(document)
