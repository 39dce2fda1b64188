from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from tests.scoring import made

from procrisk.records.regions import REGIONS
from procrisk.scoring import uncertainty
from procrisk.scoring.process import score_processes
from procrisk.scoring.region import SCHEMA, SCOPES, SHRINKAGE, score_regions
from procrisk.scoring.uncertainty import Sums, buyer_weights, components, estimate, normal_draws
from procrisk.settings import Scores

AS_OF = date(2022, 2, 28)
QUICK = Scores(replicates=60)


@pytest.fixture(scope="module")
def scored():
    frame = made.processes(6000)
    states, why = made.states(frame, 12)
    return score_processes(frame, states, why, None, made.indicators(12))


@pytest.fixture(scope="module")
def regions(scored):
    return score_regions(scored, QUICK, AS_OF)


def simple(rows):
    """Scored processes from (buyer, region, score, day) rows of local governments."""
    return pl.DataFrame(
        {
            "region_code": pl.Series([r[1] for r in rows], dtype=pl.String),
            "delivery_region_code": pl.Series([None] * len(rows), dtype=pl.String),
            "scope": ["local_government"] * len(rows),
            "buyer": [r[0] for r in rows],
            "buyer_id": [r[0] for r in rows],
            "call_date": pl.Series([r[3] if len(r) > 3 else date(2022, 1, 5) for r in rows], dtype=pl.Date),
            "reference_date": pl.Series([r[3] if len(r) > 3 else date(2022, 1, 5) for r in rows], dtype=pl.Date),
            "amount_pen_cents": [100] * len(rows),
            "score": pl.Series([r[2] for r in rows], dtype=pl.Float64),
            "n_raised": [1] * len(rows),
            "n_clear": [2] * len(rows),
            "n_not_evaluable": [1] * len(rows),
        }
    )


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


def test_the_score_is_the_shrunk_mean(scored, regions):
    year = scored.filter(pl.col("call_date").dt.year() == 2021, pl.col("scope") == "local_government").drop_nulls(
        "score"
    )
    mean = year["score"].mean()
    for code, n, total in year.group_by("region_code").agg(pl.len(), pl.col("score").sum()).iter_rows():
        want = (total + SHRINKAGE * mean) / (n + SHRINKAGE)
        assert one(regions, code, "2021")["score"] == pytest.approx(want, abs=0.001)


def test_row_order_does_not_matter(scored, regions):
    mixed = score_regions(scored.sample(fraction=1, shuffle=True, seed=3), QUICK, AS_OF)
    assert_frame_equal(regions, mixed, check_exact=True)


def test_a_region_without_data_has_no_score_and_is_not_ranked():
    got = score_regions(simple([("a", "01", 50.0), ("b", "02", 10.0)]), QUICK, AS_OF)
    empty = one(got, "03")
    assert [empty[c] for c in ("score", "score_low", "score_high", "rank_low", "rank_high", "share_evaluable")] == [
        None
    ] * 6
    assert (empty["n_processes"], empty["n_buyers"], empty["amount_pen"]) == (0, 0, 0.0)
    assert one(got, "01")["rank_high"] <= 2


def test_processes_that_could_not_be_scored_count_but_do_not_pull():
    got = score_regions(simple([("a", "01", 50.0), ("a", "01", None), ("b", "02", None)]), QUICK, AS_OF)
    assert (one(got)["score"], one(got)["n_processes"], one(got)["n_scored"]) == (50.0, 2, 1)
    assert (one(got, "02")["score"], one(got, "02")["n_processes"]) == (None, 1)


def test_nothing_at_all_gives_an_empty_frame():
    got = score_regions(simple([("a", "01", 50.0)]).clear(), QUICK, AS_OF)
    assert got.height == 0
    assert dict(got.schema) == SCHEMA


@pytest.mark.parametrize("n", [1, 5, 50, 400])
def test_a_single_buyer_never_gives_a_sure_region(n):
    rows = [("a", "01", 40.0)] * n
    rows += [(f"b{j}", "02", float(20 + (j * 37 + i * 13) % 40)) for j in range(40) for i in range(5)]
    got = one(score_regions(simple(rows), Scores(replicates=300), AS_OF))
    many = one(score_regions(simple(rows), Scores(replicates=300), AS_OF), "02")
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


def test_the_bootstrap_is_the_naive_loop_with_the_same_weights(monkeypatch):
    monkeypatch.setattr(uncertainty, "LEAST_BETWEEN", 0.0)
    rng = np.random.default_rng(4)
    n = rng.integers(0, 6, (9, 3)).astype(float)
    s = np.rint(rng.uniform(0, 100_000, (9, 3)) * n)
    slices = [slice(0, 4), slice(4, 5), slice(5, 9)]
    sums = Sums(s, n, (s**2).sum(axis=0), slices)
    w = buyer_weights([f"b{i}" for i in range(9)], 40, 1)
    found = estimate(sums, w, np.zeros((40, 3)), SHRINKAGE)  # without the normal part, the bootstrap alone is left
    for p in range(3):
        mean = s[:, p].sum() / n[:, p].sum()
        for k in range(40):
            drawn_s = sum(w[k, i] * s[i, p] for i in range(9))
            drawn_n = sum(w[k, i] * n[i, p] for i in range(9))
            for r, rows in enumerate(range(*x.indices(9)) for x in slices):
                own_s, own_n = sum(s[i, p] for i in rows), sum(n[i, p] for i in rows)
                if own_n == 0:
                    assert np.isnan(found.replicates[r, p, k])
                    continue
                region_s, region_n = sum(w[k, i] * s[i, p] for i in rows), sum(w[k, i] * n[i, p] for i in rows)
                moved = region_s / region_n - own_s / own_n if region_n else 0.0
                pull = SHRINKAGE / (own_n + SHRINKAGE)
                score = (own_s + SHRINKAGE * mean) / (own_n + SHRINKAGE)
                want = score + (1 - pull) * moved + pull * (drawn_s / drawn_n - mean)
                assert found.replicates[r, p, k] == pytest.approx(want)


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
    return Sums(np.array(s)[:, None], np.array(n, dtype=float)[:, None], np.array([squares]), slices), truth


def test_variance_components_find_what_was_put_in():
    rng = np.random.default_rng(6)
    found = [components(world(rng, [30] * 10, 5000, 12_000, 4000)[0]) for _ in range(20)]
    assert np.sqrt(np.mean([f[0] for f in found])) == pytest.approx(12_000, rel=0.05)
    assert np.sqrt(np.mean([f[1] for f in found])) == pytest.approx(5000, rel=0.1)


def test_intervals_hold_the_true_mean_as_often_as_they_say():
    rng = np.random.default_rng(9)
    sizes = [1, 1, 2, 3, 5, 8, 15, 30, 60]
    hits, rounds = np.zeros(len(sizes)), 120
    for i in range(rounds):
        sums, truth = world(rng, sizes, 6000, 12_000, 4000)
        w = buyer_weights([f"{i}:{b}" for b in range(len(sums.n))], 300, 1)
        found = estimate(sums, w, normal_draws([f"{i}:{r}" for r in range(len(sizes))], 300, 1), SHRINKAGE)
        low, high = np.quantile(found.replicates[:, 0, :], [0.025, 0.975], axis=1)
        hits += (low <= truth) & (truth <= high)
    share = hits / rounds
    assert share.mean() >= 0.93
    assert share.min() >= 0.88  # 120 rounds: 0.95 less three standard errors and a half


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
    frame = simple(rows)
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
