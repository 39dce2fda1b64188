"""What is known of the real months, from outside this code: reference facts that the frames have to show."""

from datetime import date

import polars as pl
import pytest

from procrisk.indicators import INDICATORS, evaluate, features
from procrisk.records.ingest import ingest


@pytest.fixture(scope="module")
def frames(shared_data):
    got = ingest(
        [shared_data / "conosce", shared_data / "emergency_2020"],
        [shared_data / "entities", shared_data / "sanctions"],
        None,
    )
    return features.build(got.dataset, date(2022, 4, 30))


@pytest.fixture(scope="module")
def calls(frames):
    """Calls of January and February 2022."""
    return frames["processes"].filter(pl.col("call_date").dt.year() == 2022)


def test_price_comparisons_lie_above_8_and_up_to_15_uit(calls):
    quotes = calls.filter(pl.col("method") == "CPRE")
    assert quotes.height > 300
    assert (quotes["value_pen_cents"] <= quotes["law_15uit_cents"]).all()
    assert (quotes["value_pen_cents"] > quotes["law_8uit_cents"]).all()
    assert quotes["law_15uit_cents"].unique().to_list() == [6_900_000]


def test_simplified_awards_bunch_under_the_line(calls):
    soles = calls.filter(pl.col("method") == "AS")["value_pen_cents"] / 100
    under, over = soles.is_between(380_000, 400_000, "left").sum(), soles.is_between(400_000, 420_000, "left").sum()
    assert under > 4 * over
    assert over > 0, "above the line and legal: works, second calls, special laws"


@pytest.mark.parametrize(
    ("methods", "least", "median"), [(["AS"], 9, 14), (["SIE"], 8, 11), (["LP", "CP"], 31, None), (["CD"], None, 1)]
)
def test_days_from_call_to_award(calls, methods, least, median):
    days = calls.filter(pl.col("method").is_in(methods)).select(
        (pl.col("award_date") - pl.col("call_date")).dt.total_days()
    )
    days = days.to_series().drop_nulls()
    if least is not None:
        assert days.min() == least
    if median is not None:
        assert abs(days.median() - median) <= 1


@pytest.mark.parametrize(
    ("method", "share"), [("CD", 0.93), ("CPRE", 0.93), ("AS", 0.28), ("LP", 0.24), ("CP", 0.19), ("SIE", 0.06)]
)
def test_awarded_at_exactly_the_reference(frames, method, share):
    lots = frames["lots"].filter(pl.col("call_date").dt.year() == 2022, pl.col("method") == method)
    equal = lots["equals_reference"].drop_nulls()
    # the reference shares are those of the whole quarter: three standard errors of what is at hand
    error = (share * (1 - share) / equal.len()) ** 0.5
    assert equal.mean() == pytest.approx(share, abs=max(0.03, 3 * error))


def test_direct_awards_are_never_held_to_equality(frames):
    direct = frames["lots"].filter(pl.col("method") == "CD")
    assert direct["equals_reference"].mean() > 0.9


def test_median_ratio_of_award_to_reference(frames):
    ratio = frames["lots"].filter(pl.col("call_date").dt.year() == 2022)["award_ratio"].drop_nulls()
    assert ratio.median() == pytest.approx(0.999, abs=0.01)
    assert ratio.max() <= 10.0


def test_few_awards_fell_in_a_debarment(frames):
    hits = frames["suppliers"].filter(pl.col("debarred"), pl.col("year") == 2022)
    assert hits.height <= 3, "in the first quarter of 2022 only 3 of 309 pairs overlapped in time"


def test_amounts_are_counted_once(frames):
    """Items times suppliers times documents would multiply them."""
    lots, awards, processes = frames["lots"], frames["awards"], frames["processes"]
    assert lots["awarded_cents"].sum() == awards["amount_pen_cents"].sum() == processes["awarded_pen_cents"].sum()
    keys = {"processes": ["process_id"], "lots": ["process_id", "lot_id"], "awards": ["process_id", "award_id"]}
    keys |= {"suppliers": ["process_id", "party_id"], "contracts": ["process_id", "contract_id"]}
    for name, key in keys.items():
        assert frames[name].select(key).is_duplicated().sum() == 0, name


def test_no_bidder_is_told_from_registered_participants(calls):
    assert calls["n_bidders"].null_count() == calls.height


def test_national_buyers_of_lima_are_compared_among_themselves(frames):
    limits = frames["processes"].filter(pl.col("year") == 2022).drop_nulls("peer_direct_limit")
    by_level = limits.group_by("buyer_level").agg(pl.col("peer_direct_limit").n_unique())
    assert (by_level["peer_direct_limit"] == 1).all()
    assert limits["peer_direct_limit"].n_unique() > 1


def test_simplified_awards_above_the_line_are_never_flagged_on_a_guess(frames):
    """Looked at one by one: works whose text says goods, awards after a tender without bids. Nobody published the object."""
    above = frames["processes"].filter(
        pl.col("method") == "AS",
        pl.col("call_date").dt.year() == 2022,
        pl.col("value_pen_cents") >= pl.col("law_lp_threshold_cents"),
    )
    found = evaluate.judge(frames, [INDICATORS["PRE-04"]], {})
    reasons = above.join(found.why, on="process_id").with_columns(
        reason=pl.col("PRE-04").replace_strict(evaluate.WHY, default=None)
    )
    special, later = pl.col("special_regime").is_not_null(), pl.col("call_number") > 1
    assert set(reasons.filter(special)["special_regime"]) == {"Ley 31125"}
    assert set(reasons.filter(special | later)["reason"]) == {"out_of_scope"}
    assert set(reasons.filter(~(special | later))["reason"]) == {"value_missing"}
    assert reasons.filter(special | later).height >= 10
    assert reasons.filter(~(special | later)).height >= 80
