"""Tables for the benchmark: parts and weightings, funnel, pairs, association, drivers, words."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from tests.scoring import made

from procrisk.records.regions import REGIONS
from procrisk.scoring import association, regional
from procrisk.scoring.association import SCHEMA as ASSOCIATION
from procrisk.scoring.association import spearman
from procrisk.scoring.drivers import SCHEMA as DRIVERS
from procrisk.scoring.region import score_regions
from procrisk.settings import Scores

AS_OF = date(2022, 2, 28)
QUICK = Scores(replicates=60)
M = 12
YEAR = ["2021"]


@pytest.fixture(scope="module")
def world():
    processes, states = made.scored()
    return processes, states, made.indicators(M)


@pytest.fixture(scope="module")
def scores(world):
    processes, states, known = world
    return regional.scores(processes, QUICK, AS_OF, states=states, indicators=known, only_periods=YEAR)


def test_every_part_and_weighting_has_every_region(scores, world):
    assert dict(scores.schema) == regional.SCORES
    wanted = {"all", *regional.parts(world[2])}
    assert {p.split(":")[0] for p in wanted} == {"all", "phase", "category", "risk"}
    assert set(scores["part"]) == wanted
    assert set(scores.group_by("part", "weighting", "scope", "period").len()["len"]) == {26}
    assert scores.select("part", "weighting", "scope", "period", "region_code").is_unique().all()
    risks = pl.col("part").str.starts_with("risk:")
    assert scores.filter(risks)["rank_low"].null_count() == scores.filter(risks).height
    assert (
        scores.filter(~risks, pl.col("scope") != "national", pl.col("score").is_not_null())["rank_low"].null_count()
        == 0
    )


def test_the_whole_by_count_is_the_nightly_table(scores, world):
    nightly = score_regions(world[0], QUICK, AS_OF).filter(period="2021")
    whole = scores.filter(part="all", weighting="count")
    shared = [c for c in nightly.columns if c in whole.columns]
    assert whole.select(shared).equals(nightly.sort("scope", "period", "region_code").select(shared))
    by_soles = scores.filter(part="all", weighting="soles")
    assert by_soles["score"].equals(nightly.sort("scope", "region_code")["score_soles"].alias("score"))


def test_by_soles_is_the_mean_weighted_by_thousands_of_soles(scores, world):
    year = (
        world[0]
        .filter(pl.col("reference_date").dt.year() == 2021, pl.col("scope") == "local_government")
        .drop_nulls("score")
    )
    got = dict(
        scores.filter(part="all", weighting="soles", scope="local_government")
        .select("region_code", "crude")
        .iter_rows()
    )
    for code, group in year.group_by("region_code"):
        w = [max(1, (c + 50_000) // 100_000) for c in group["amount_pen_cents"]]
        want = sum(a * b for a, b in zip(w, group["score"], strict=True)) / sum(w)
        assert got[code[0]] == pytest.approx(want, abs=0.001)


def test_a_risk_is_the_share_of_processes_on_which_it_is_raised(scores, world):
    processes, states, known = world
    ids = [i for i in known if "R01" in known[i].risks]
    joined = processes.join(states, on="process_id").filter(
        pl.col("reference_date").dt.year() == 2021, pl.col("scope") == "local_government"
    )
    for code, group in joined.group_by("region_code"):
        rows = [[r[i] for i in ids if r[i] is not None] for r in group.iter_rows(named=True)]
        told = [any(r) for r in rows if r]
        got = scores.row(
            by_predicate=(pl.col("part") == "risk:R01")
            & (pl.col("weighting") == "count")
            & (pl.col("scope") == "local_government")
            & (pl.col("region_code") == code[0]),
            named=True,
        )
        assert got["n_scored"] == len(told)
        assert got["crude"] == pytest.approx(100 * sum(told) / len(told), abs=0.001)


def test_a_phase_is_the_mean_of_its_own_score(scores, world):
    year = world[0].filter(pl.col("reference_date").dt.year() == 2021, pl.col("scope") == "local_government")
    got = dict(
        scores.filter(part="phase:planning", weighting="count", scope="local_government")
        .select("region_code", "crude")
        .iter_rows()
    )
    for code, group in year.group_by("region_code"):
        assert got[code[0]] == pytest.approx(group["score_planning"].drop_nulls().mean(), abs=0.001)


def test_without_states_risks_are_left_out(world):
    got = regional.scores(
        world[0],
        QUICK,
        AS_OF,
        indicators=world[2],
        only_periods=YEAR,
        only_parts=["all", "phase:planning", "risk:R01"],
        weightings=["count"],
    )
    assert set(got["part"]) == {"all", "phase:planning"}


def test_the_funnel_narrows_with_what_is_known(world):
    got = regional.funnel(world[0], QUICK, AS_OF, YEAR).filter(scope="local_government").sort("n")
    assert dict(got.schema) == regional.FUNNEL
    width = (got["high_95"] - got["low_95"]).to_numpy()
    assert (np.diff(width) <= 0.0021).all()
    assert (got["low_998"] < got["low_95"]).all()
    assert got["reference"].n_unique() == 1
    half = 1.959964 * np.sqrt((got["high_998"] - got["low_998"]).to_numpy() ** 2 / (4 * 3.090232**2))
    assert np.allclose(got["reference"].to_numpy() - half, got["low_95"].to_numpy(), atol=0.002)


def test_a_region_far_out_lies_outside_the_funnel():
    rows = [(f"{r}{i}", r, 8.0 + (i * 7 + j * 3) % 9) for j, r in enumerate(REGIONS) for i in range(80)]
    rows = [(b, r, s + (40 if r == "20" else 0)) for b, r, s in rows]
    got = regional.funnel(made.simple(rows), QUICK, AS_OF, ["2022"]).filter(scope="local_government")
    assert got.filter("outside")["region_code"].to_list() == ["20"]


def test_overdispersion_widens_the_funnel():
    rng = np.random.default_rng(1)
    s2 = np.full((26, 1), 4.0)
    assert regional.overdispersion(rng.normal(0, 2, (26, 1)) * 0.5, s2)[0] == 0
    found = [regional.overdispersion(rng.normal(0, np.sqrt(4 + 25), (26, 1)), s2)[0] for _ in range(200)]
    assert 12 < np.mean(found) < 25  # 25 less what winsorising takes


def test_pairs_that_can_be_told_apart_are_those_of_the_simultaneous_ranks(world):
    rows = [(f"{r}{i}", r, 10.0 + 12 * (j // 9) + (i * 7 + j) % 9) for j, r in enumerate(REGIONS) for i in range(40)]
    frame = made.simple(rows)
    pairs = regional.separable(frame, QUICK, AS_OF, ["2022"]).filter(scope="local_government")
    regions = score_regions(frame, QUICK, AS_OF).filter(scope="local_government", period="2022")
    assert pairs.height == 26 * 25 // 2
    assert 0 < pairs["apart"].sum() < pairs.height
    for r in regions.iter_rows(named=True):
        own = pairs.filter("apart").with_columns(
            above=((pl.col("region_code") == r["region_code"]) & (pl.col("difference") < 0))
            | ((pl.col("other_code") == r["region_code"]) & (pl.col("difference") > 0))
        )
        assert r["rank_low_all"] == 1 + own["above"].sum()
    assert pairs.filter(~pl.col("apart"), (pl.col("low") > 0) | (pl.col("high") < 0)).is_empty()


def test_words_say_who_cannot_be_told_apart():
    alike = pl.DataFrame({"region": ["Áncash", "Cusco", "Puno"], "rank_low_all": [1, 1, 1], "rank_high_all": [3, 3, 3]})
    (one,) = regional.sentences(alike)
    assert one.es.startswith("Entre estas 3 regiones no se puede decir cuál tiene más riesgo")
    assert one.en.startswith("Among these 3 regions it cannot be said which has more risk")
    apart = pl.DataFrame({"region": ["Cusco", "Áncash", "Puno"], "rank_low_all": [1, 2, 2], "rank_high_all": [1, 3, 3]})
    first, last = regional.sentences(apart)
    assert first.es == "Cusco tiene el mayor riesgo."
    assert last.es == "Entre estas 2 regiones no se puede decir cuál tiene menos riesgo: todas menos Cusco."
    five = pl.DataFrame({"region": list("ABCDE"), "rank_low_all": [1, 1, 2, 3, 3], "rank_high_all": [3, 4, 5, 5, 5]})
    first, last = regional.sentences(five)
    assert first.es == "Entre estas 2 regiones no se puede decir cuál tiene más riesgo: A, B."
    assert last.en == "Among these 3 regions it cannot be said which has less risk: all but A, B."
    assert regional.sentences(apart.head(1)) == []


def test_association_is_spearman_with_ties():
    assert spearman(np.array([1.0, 2, 3, 4]), np.array([10.0, 20, 30, 40])) == 1
    assert spearman(np.array([1.0, 2, 3]), np.array([5.0, 5, 5])) is None
    assert spearman(np.array([1.0, 2]), np.array([5.0, 6])) is None
    # by hand: ranks 1, 2.5, 2.5, 4 against 1, 3, 2, 4
    assert spearman(np.array([1.0, 2, 2, 3]), np.array([1.0, 3, 2, 4])) == pytest.approx(0.9487, abs=1e-4)


def test_association_with_missing_data_and_thin_markets(world):
    processes = world[0]
    regions = score_regions(processes, QUICK, AS_OF).filter(period="2021")
    suppliers = processes.select(
        "process_id", ruc=pl.lit("20") + (pl.int_range(pl.len()) % 50).cast(pl.String), name=pl.lit("x")
    )
    got = regional.association(regions, processes, suppliers)
    assert dict(got.schema) == ASSOCIATION
    assert set(got["what"]) == {"missingness", "market thinness"}
    assert got["note_es"].str.len_chars().min() > 20
    made_up = regions.with_columns(share_evaluable=1 - pl.col("score") / 100)
    assert set(regional.association(made_up).filter(pl.col("n") > 2)["rho"]) == {1.0}


def test_drivers_add_up_to_nothing_over_the_regions(world):
    processes, states, _ = world
    got = regional.drivers(processes, states, AS_OF, YEAR)
    assert dict(got.schema) == DRIVERS
    local = got.filter(pl.col("scope") == "local_government")
    year = processes.join(states, on="process_id").filter(
        pl.col("reference_date").dt.year() == 2021, pl.col("scope") == "local_government"
    )
    one = local.filter(indicator="I-03").sort("region_code")
    want = year.drop_nulls("I-03").group_by("region_code").agg(r=pl.col("I-03").sum(), n=pl.len()).sort("region_code")
    assert one["raised"].to_list() == want["r"].to_list()
    assert one["evaluated"].to_list() == want["n"].to_list()
    # what is expected of the subnational processes of a year is nearly what they show
    home = got.filter(scope="subnational", indicator="I-03")
    assert home["expected"].sum() == pytest.approx(home["raised"].sum(), rel=0.05)
    first = local.filter(rank=1)
    assert (
        first.join(local.group_by("region_code").agg(top=pl.col("excess").max()), on="region_code")
        .select((pl.col("excess") == pl.col("top")).all())
        .item()
    )


@pytest.mark.parametrize(
    ("rho", "n", "chance"), [(0.3, 26, "±0.39"), (0.38, 26, "±0.39"), (0.5, 26, None), (0.1, 26, None)]
)
def test_a_correlation_that_chance_alone_reaches_says_so(rho, n, chance):
    es, en = association._note("missingness", rho, n)
    assert (chance in es and chance in en) if chance else "azar" not in es
