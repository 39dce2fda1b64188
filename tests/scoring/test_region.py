from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from tests.scoring import made

from procrisk.records.regions import REGIONS
from procrisk.scoring.estimates import SCOPES
from procrisk.scoring.region import LEAST_RANKED, SCHEMA, score_regions
from procrisk.scoring.uncertainty import Sums, buyer_weights, components, normal_draws, sample
from procrisk.settings import Scores

AS_OF = date(2022, 2, 28)
QUICK = Scores(replicates=60)


@pytest.fixture(scope="module")
def scored():
    return made.scored()[0]


@pytest.fixture(scope="module")
def regions(scored):
    return score_regions(scored, QUICK, AS_OF)


def one(frame, region="01", period="2022-01", scope="local_government"):
    where = (pl.col("region_code") == region) & (pl.col("period") == period) & (pl.col("scope") == scope)
    return frame.row(by_predicate=where, named=True)


def test_every_scope_and_period_with_data_has_all_26_regions(scored, regions):
    assert dict(regions.schema) == SCHEMA
    counts = regions.group_by("scope", "period").agg(n=pl.len(), processes=pl.col("n_processes").sum())
    assert set(counts["n"]) == {26}
    assert counts["processes"].min() > 0
    assert set(counts["scope"]) == set(SCOPES)
    assert {"2020-01", "2020-Q1", "2021", "2021-03..2022-02"} <= set(counts["period"])


def test_scores_intervals_and_ranks_hang_together(regions):
    some = regions.filter(pl.col("score").is_not_null())
    assert some.filter(~pl.col("score").is_between("score_low", "score_high")).is_empty()
    assert some.filter(~pl.col("score_low").is_between(0, 100) | ~pl.col("score_high").is_between(0, 100)).is_empty()
    assert some.filter(pl.col("score_low") == pl.col("score_high")).is_empty()
    ranked = some.filter(pl.col("scope") != "national")
    units = pl.len().over("scope", "period")
    assert ranked.filter(~((pl.col("rank_low") >= 1) & (pl.col("rank_low") <= pl.col("rank_high")))).is_empty()
    assert ranked.filter(pl.col("rank_high") > units).is_empty()
    assert (
        some.filter(pl.col("scope") == "national")["rank_low"].null_count()
        == some.filter(pl.col("scope") == "national").height
    )


def test_counts_and_amounts_are_those_of_the_processes(scored, regions):
    year = scored.filter(pl.col("call_date").dt.year() == 2021)
    for scope, chosen in (
        ("subnational", year.filter(pl.col("scope") != "national")),
        ("national", year.filter(pl.col("scope") == "national")),
        ("delivered_in_region", year.with_columns(region_code="delivery_region_code").drop_nulls("region_code")),
    ):
        want = chosen.group_by("region_code").agg(
            n=pl.len(), b=pl.col("buyer_id").n_unique(), a=pl.col("amount_pen_cents").sum()
        )
        got = regions.filter(pl.col("scope") == scope, pl.col("period") == "2021", pl.col("n_processes") > 0)
        both = got.join(want, on="region_code", how="full")
        assert both.height == want.height == got.height
        assert both.select(((pl.col("n") == pl.col("n_processes")) & (pl.col("b") == pl.col("n_buyers"))).all()).item()
        assert both["amount_pen"].to_list() == [cents / 100 for cents in both["a"]]


def test_crude_is_the_mean_and_the_rest_adds_up_to_it(scored, regions):
    year = scored.filter(pl.col("call_date").dt.year() == 2021, pl.col("scope") == "local_government").drop_nulls(
        "score"
    )
    mean = round(year["score"].mean(), 3)
    e, v = year["score_expected"].sum(), year["visibility"].sum()
    level = (year["score"].sum() - e) / v
    for code, n, s, own_e, own_v in (
        year.group_by("region_code")
        .agg(pl.len(), pl.col("score").sum(), pl.col("score_expected").sum(), pl.col("visibility").sum())
        .iter_rows()
    ):
        got = one(regions, code, "2021")
        assert got["crude"] == pytest.approx(s / n, abs=0.001)
        assert got["standardised"] == pytest.approx(mean + (s - own_e) / own_v - level, abs=0.002)
        assert got["visibility"] == pytest.approx(own_v / n, abs=1e-5)


def test_crude_less_the_mean_is_mix_plus_rate_to_the_last_digit(regions):
    """In thousandths, and with one mean for all regions of a scope and period."""
    some = regions.drop_nulls("score")
    milli = {c: (some[c] * 1000).round().cast(pl.Int64) for c in ("crude", "mix", "rate", "standardised")}
    mean = milli["crude"] - milli["mix"] - milli["rate"]
    assert (milli["standardised"] - milli["rate"] == mean).all()
    assert some.select("scope", "period", mean=mean).unique().height == some.select("scope", "period").unique().height


def test_what_a_region_buys_is_not_held_against_it():
    """Two kinds of purchase, one riskier everywhere: regions that differ in nothing but their mix come out alike."""
    rows = [
        (f"{r}{i}", r, 40.0 + i % 3, date(2022, 1, 5), 90_000_00) for r, k in (("01", 60), ("02", 30)) for i in range(k)
    ]
    rows += [
        (f"{r}{i}", r, 10.0 + i % 3, date(2022, 1, 5), 900_000_00)
        for r, k in (("01", 30), ("02", 60))
        for i in range(k)
    ]
    got = score_regions(made.simple(rows), QUICK, AS_OF)
    a, b = one(got, "01"), one(got, "02")
    assert a["crude"] - b["crude"] == pytest.approx(10, abs=0.01)
    assert (a["mix"], b["mix"]) == (pytest.approx(5, abs=0.01), pytest.approx(-5, abs=0.01))
    assert a["standardised"] == pytest.approx(b["standardised"], abs=0.01)
    assert (a["rank_low"], a["rank_high"]) == (b["rank_low"], b["rank_high"]) == (1, 2)


def test_by_soles_a_giant_contract_is_still_one_contract():
    """Its weighted mean is near 90; it is drawn far towards the others, with a wide interval, and the count hardly moves."""
    regions = list(REGIONS)[:20]
    rows = [(f"{r}{i}", r, 8.0 + i % 5, date(2022, 1, 5), 50_000_00) for r in regions for i in range(30)]
    giant = [*rows, ("020", "02", 90.0, date(2022, 1, 5), 900_000_000_00)]
    before, after = (one(score_regions(made.simple(r), QUICK, AS_OF), "02") for r in (rows, giant))
    assert before["score_soles"] + 2 < after["score_soles"] < 30
    assert after["score_soles_high"] - after["score_soles_low"] > 2 * (
        before["score_soles_high"] - before["score_soles_low"]
    )
    assert after["score"] == pytest.approx(before["score"], abs=1)


def test_a_handful_of_processes_is_told_apart_from_nothing():
    rows = [(f"{r}{i}", r, 5.0 + i % 3) for r in list(REGIONS)[1:] for i in range(40)]
    few = [(f"x{i}", "01", 85.0) for i in range(LEAST_RANKED - 1)]
    got = one(score_regions(made.simple([*rows, *few]), QUICK, AS_OF), "01")
    assert (got["rank_low"], got["rank_high"], got["rank_low_all"], got["rank_high_all"]) == (1, 26, 1, 26)
    more = one(score_regions(made.simple([*rows, *few, ("x9", "01", 85.0)]), QUICK, AS_OF), "01")
    assert (more["rank_low"], more["rank_high"]) == (1, 1)


def test_row_order_does_not_matter(scored, regions):
    mixed = score_regions(scored.sample(fraction=1, shuffle=True, seed=3), QUICK, AS_OF)
    assert_frame_equal(regions, mixed, check_exact=True)


def test_a_region_without_data_has_no_score_and_is_not_ranked():
    got = score_regions(made.simple([("a", "01", 50.0), ("b", "02", 10.0)]), QUICK, AS_OF)
    empty = one(got, "03")
    assert [empty[c] for c in ("score", "score_low", "score_high", "rank_low", "rank_high", "share_evaluable")] == [
        None
    ] * 6
    assert (empty["n_processes"], empty["n_buyers"], empty["amount_pen"]) == (0, 0, 0.0)
    assert one(got, "01")["rank_high"] <= 2


def test_processes_that_could_not_be_scored_count_but_do_not_pull():
    got = score_regions(made.simple([("a", "01", 50.0), ("a", "01", None), ("b", "02", None)]), QUICK, AS_OF)
    assert (one(got)["score"], one(got)["n_processes"], one(got)["n_scored"]) == (50.0, 2, 1)
    assert (one(got, "02")["score"], one(got, "02")["n_processes"]) == (None, 1)


def test_nothing_at_all_gives_an_empty_frame():
    got = score_regions(made.simple([("a", "01", 50.0)]).clear(), QUICK, AS_OF)
    assert got.height == 0
    assert dict(got.schema) == SCHEMA


@pytest.mark.parametrize("n", [1, 5, 50, 400])
def test_a_single_buyer_never_gives_a_sure_region(n):
    rows = [("a", "01", 40.0)] * n
    rows += [(f"b{j}", "02", float(20 + (j * 37 + i * 13) % 40)) for j in range(40) for i in range(5)]
    got = one(score_regions(made.simple(rows), Scores(replicates=300), AS_OF))
    many = one(score_regions(made.simple(rows), Scores(replicates=300), AS_OF), "02")
    assert got["score_high"] - got["score_low"] > 3
    assert got["score_high"] - got["score_low"] > many["score_high"] - many["score_low"]


def test_a_buyers_weights_do_not_depend_on_who_else_is_there():
    alone, among = buyer_weights(["b"], 50, 1), buyer_weights(["a", "b", "c"], 50, 1)
    assert np.array_equal(alone[:, 0], among[:, 1])
    assert not np.array_equal(among[:, 0], among[:, 1])
    assert not np.array_equal(alone, buyer_weights(["b"], 50, 2))


def test_weights_are_poisson_and_draws_are_normal():
    w = buyer_weights([f"b{i}" for i in range(400)], 500, 7)
    assert abs(w.mean() - 1) < 0.01
    assert abs(w.var() - 1) < 0.02
    assert (w == w.round()).all()
    assert abs(np.corrcoef(w[:, 0], w[:, 1])[0, 1]) < 0.15
    z = normal_draws([f"r{i}" for i in range(26)], 500, 7)
    assert np.allclose(z.mean(axis=0), 0)
    assert np.allclose(z.std(axis=0), 1)
    assert abs((np.abs(z) < 1.96).mean() - 0.95) < 0.01


def sums_of(s, n, slices, squares=None):
    """Unweighted sums, everything seen in full."""
    return Sums(s, n * 1000.0, n, n, s, (s**2).sum(axis=0) if squares is None else squares, slices)


def test_the_bootstrap_is_the_naive_loop_with_the_same_weights():
    rng = np.random.default_rng(4)
    n = rng.integers(0, 6, (9, 3)).astype(float)
    s = np.rint(rng.uniform(-50_000, 50_000, (9, 3)) * n)
    slices = [slice(0, 4), slice(4, 5), slice(5, 9)]
    w = buyer_weights([f"b{i}" for i in range(9)], 40, 1)
    found = sample(sums_of(s, n, slices), w, np.zeros((40, 3)))  # without the normal part, the bootstrap alone is left
    for p in range(3):
        for r, rows in enumerate(range(*x.indices(9)) for x in slices):
            own_s, own_n = sum(s[i, p] for i in rows), sum(n[i, p] for i in rows)
            if own_n == 0:
                assert np.isnan(found.deviations[r, p]).all()
                continue
            assert found.excess[r, p] == pytest.approx(own_s / own_n)
            moves = []
            for k in range(40):
                drawn_s, drawn_n = sum(w[k, i] * s[i, p] for i in rows), sum(w[k, i] * n[i, p] for i in rows)
                moves.append(drawn_s / drawn_n - own_s / own_n if drawn_n else 0.0)
            seen = sum(m * m for m in moves) / 40
            within, between = (c[p] for c in components(sums_of(s, n, slices)))
            equal, own_n2 = own_n**2 / sum(n[i, p] ** 2 for i in rows), sum(n[i, p] ** 2 for i in rows)
            modelled = between * own_n2 / own_n**2 + within / own_n
            target = (equal * seen + 10 * modelled) / (equal + 9)
            assert found.variance[r, p] == pytest.approx(target)
            scale = min(1.0, (target / seen) ** 0.5) if seen else 1.0
            assert found.deviations[r, p] == pytest.approx([m * scale for m in moves])


def world(rng, sizes, between, within, spread):
    """Score sums by buyer for regions with `sizes` buyers each, and the true means of the regions."""
    truth = 30_000 + rng.normal(0, spread, len(sizes))
    n, s, squares, slices = [], [], 0.0, []
    for region, buyers in enumerate(sizes):
        slices.append(slice(len(n), len(n) + buyers))
        for _ in range(buyers):
            count = int(rng.integers(1, 15))
            scores = np.rint(truth[region] + rng.normal(0, between) + rng.normal(0, within, count))
            n.append(count)
            s.append(scores.sum())
            squares += (scores**2).sum()
    return sums_of(np.array(s)[:, None], np.array(n, dtype=float)[:, None], slices, np.array([squares])), truth


def test_variance_components_find_what_was_put_in():
    rng = np.random.default_rng(6)
    found = [components(world(rng, [30] * 10, 5000, 12_000, 4000)[0]) for _ in range(20)]
    assert np.sqrt(np.mean([f[0] for f in found])) == pytest.approx(12_000, rel=0.05)
    assert np.sqrt(np.mean([f[1] for f in found])) == pytest.approx(5000, rel=0.1)


cells = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "d"]),
        st.sampled_from(["01", "15", "1501", "25", "99", None]),
        st.one_of(st.none(), st.sampled_from([0.0, 100.0]), st.floats(0, 100)),
        st.sampled_from(
            [date(2021, 12, 31), date(2022, 1, 1), date(2022, 2, 28), date(2022, 3, 1), date(2023, 1, 1), None]
        ),
    ),
    min_size=1,
    max_size=12,
)


@given(cells)
@settings(deadline=None, max_examples=40)
def test_any_records_give_rows_that_hang_together(rows):
    rows = [(b, r, None if s is None else round(s, 3), d) for b, r, s, d in rows]
    frame = made.simple(rows)
    got = score_regions(frame, Scores(replicates=20), AS_OF)
    expected = {r for _, r, _, d in rows if r in REGIONS and d is not None and d <= AS_OF}
    assert set(got.filter(pl.col("n_processes") > 0)["region_code"]) == expected
    assert got.height % 26 == 0
    some = got.filter(pl.col("score").is_not_null())
    assert some.filter(~pl.col("score").is_between("score_low", "score_high")).is_empty()
    assert some.filter(~pl.col("score_low").is_between(0, 100) | ~pl.col("score_high").is_between(0, 100)).is_empty()
    assert some.filter(pl.col("rank_low") > pl.col("rank_high")).is_empty()
    assert got.filter(pl.col("score").is_null() != (pl.col("n_scored") == 0)).is_empty()
    assert got.filter(pl.col("score").is_null() != pl.col("rank_low").is_null()).is_empty()
    milli = {c: (pl.col(c) * 1000).round().cast(pl.Int64) for c in ("crude", "standardised", "mix", "rate")}
    assert some.filter(milli["crude"] != milli["standardised"] + milli["mix"]).is_empty()
    mean = some.select("scope", "period", mean=milli["standardised"] - milli["rate"])
    assert mean.unique().height == mean.select("scope", "period").unique().height
    assert some.filter(
        pl.col("rank_low_all") > pl.col("rank_low"), pl.col("rank_high_all") < pl.col("rank_high")
    ).is_empty()
    assert some.filter(~pl.col("shrinkage").is_between(0, 1)).is_empty()
