"""Indicators on what is bought together, and when: splitting, amounts just under a line, the end of the year."""

from procrisk.indicators.idiom import Rule, col, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import FIRST_CALL, GOODS_SERVICES, HAS_VALUE, ORDINARY, SIMPLIFIED

_QUOTES = col("method") == "CPRE"
_LINE = col("law_lp_threshold_cents")


@indicator(
    "PLA-01",
    risks=["R01", "R59"],
    ocp="R011",
    subject="process",
    evidence=["item_class", "split_n", "split_total_cents", "value_pen_cents"],
    value="split_total_cents",
    threshold="law_lp_threshold_cents",
)
def split_below_the_line(min_processes: int) -> Rule:
    """Like purchases of one buyer within weeks, each below the line of LP and CP, pass it together."""
    part = when(SIMPLIFIED | _QUOTES, GOODS_SERVICES, FIRST_CALL, ORDINARY, HAS_VALUE, col("value_pen_cents") < _LINE)
    return part.then((col("split_n") >= min_processes) & (col("split_total_cents") >= _LINE))


@indicator(
    "PLA-02",
    risks=["R01"],
    ocp="R011",
    subject="process",
    evidence=["item_class", "quote_n", "quote_total_cents", "value_pen_cents"],
    value="quote_total_cents",
    threshold="law_cprec_max_cents",
)
def split_into_quotes(min_processes: int) -> Rule:
    """Like price comparisons of one buyer within weeks pass together the most that one may be worth."""
    limit = col("law_cprec_max_cents")
    return when(_QUOTES, FIRST_CALL, HAS_VALUE).then(
        (col("quote_n") >= min_processes) & (col("quote_total_cents") > limit)
    )


@indicator(
    "PLA-03",
    risks=["R01"],
    ocp="R002",
    subject="process",
    evidence=["value_pen_cents", "law_lp_threshold_cents"],
    value="value_over_line",
    threshold="from_share",
)
def just_below_the_line(from_share: float) -> Rule:
    """A simplified procedure is worth only just less than the line of LP and CP."""
    ratio = col("value_over_line")
    return when(SIMPLIFIED, FIRST_CALL, HAS_VALUE, ratio < 1.0).then(ratio >= from_share)


@indicator(
    "PLA-04",
    risks=["R01"],
    ocp="R002",
    subject="buyer",
    evidence=["buyer_near_n", "buyer_low_n", "buyer_near_share", "peer_near_limit", "peer_near_n"],
    value="buyer_near_share",
    threshold="peer_near_limit",
)
def buyer_bunches_below_the_line(min_processes: int, min_peers: int) -> Rule:
    """A buyer has far more procedures just under the line than comparable buyers."""
    enough = (col("buyer_low_n") >= min_processes) & (col("peer_near_n") >= min_peers)
    ours = when(SIMPLIFIED, col("value_over_line").is_between(0.95, 1.0, closed="left"))
    return ours.enough(enough).then(col("buyer_near_share") > col("peer_near_limit"))


@indicator(
    "PLA-05",
    risks=["R81"],
    subject="buyer",
    evidence=["buyer_december_n", "buyer_n", "buyer_months"],
    value="buyer_december_share",
    threshold="max_share",
)
def december_rush(max_share: float, min_processes: int, min_months: int) -> Rule:
    """A buyer calls too much of its year in December."""
    enough = (col("buyer_n") >= min_processes) & (col("buyer_months") >= min_months)
    return when(col("call_date").dt.month() == 12).enough(enough).then(col("buyer_december_share") >= max_share)


@indicator(
    "PLA-06",
    risks=["R04", "R81"],
    subject="buyer",
    evidence=["buyer_plan_versions", "peer_versions_limit", "peer_versions_n"],
    value="buyer_plan_versions",
    threshold="peer_versions_limit",
)
def plan_changed_often(min_peers: int) -> Rule:
    """A buyer changed its annual plan far more often than comparable buyers."""
    known = col("buyer_id").is_not_null()
    return (
        when(known)
        .enough(col("peer_versions_n") >= min_peers)
        .then(col("buyer_plan_versions") > col("peer_versions_limit"))
    )


@indicator(
    "PLA-07",
    risks=["R22", "R01"],
    ocp="R055",
    subject="buyer",
    evidence=["buyer_split_groups_n", "buyer_split_orders_n", "buyer_split_orders_cents", "buyer_orders_n"],
    value="buyer_split_share",
    threshold="max_share",
)
def minor_orders_split(max_share: float, min_orders: int) -> Rule:
    """Much of a buyer's minor orders come in groups to one supplier that together pass 8 UIT."""
    known = col("buyer_id").is_not_null()
    return (
        when(known)
        .enough(col("buyer_orders_n").fill_null(min_orders) >= min_orders)
        .then(col("buyer_split_share") >= max_share)
    )


@indicator(
    "PLA-17",
    risks=["R01", "R02"],
    ocp="R011",
    subject="process",
    evidence=["item_class", "one_shown", "one_n", "one_total_cents", "value_pen_cents"],
    value="one_n",
    threshold="min_processes",
)
def split_to_one_winner(min_processes: int) -> Rule:
    """Like purchases within weeks, each below a line that they pass together, went to one winner."""
    value = col("value_pen_cents")
    minor = (value <= col("law_procedure_min_cents")).fill_null(value=False)
    part = when(SIMPLIFIED | _QUOTES | minor, GOODS_SERVICES, FIRST_CALL, ORDINARY, HAS_VALUE, value < _LINE)
    return part.then((col("one_n") >= min_processes) & col("one_passes"))
