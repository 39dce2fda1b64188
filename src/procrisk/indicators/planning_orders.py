"""Indicators on purchases of up to 8 UIT: like orders that pass it together, repeats, amounts just below it."""

from procrisk.indicators.idiom import Rule, When, col, when
from procrisk.indicators.registry import indicator

_ORDERS = col("buyer_orders_n")


def _with_orders(min_orders: int) -> When:
    """Buyers with enough orders; one of whom no order is known has no value, not too few."""
    return when(col("buyer_id").is_not_null()).enough(_ORDERS.fill_null(min_orders) >= min_orders)


@indicator(
    "PLA-08",
    risks=["R22", "R01"],
    ocp="R011",
    subject="buyer",
    evidence=[
        "like_one_n",
        "like_one_groups_n",
        "like_one_cents",
        "like_one_likeness",
        "like_one_largest",
        "buyer_orders_n",
    ],
    value="like_one_share",
    threshold="max_share",
)
def like_orders_to_one_supplier(max_share: float, min_orders: int) -> Rule:
    """Many of a buyer's minor orders are of one object, to one supplier, within 30 days, and pass 8 UIT together."""
    return _with_orders(min_orders).then(col("like_one_share") >= max_share)


@indicator(
    "PLA-09",
    risks=["R01", "R22"],
    ocp="R011",
    subject="buyer",
    evidence=[
        "like_many_n",
        "like_many_groups_n",
        "like_many_cents",
        "like_many_likeness",
        "like_many_largest",
        "buyer_orders_n",
    ],
    value="like_many_share",
    threshold="max_share",
)
def like_orders_to_several_suppliers(max_share: float, min_orders: int) -> Rule:
    """Many of a buyer's minor orders are of one object, to several suppliers, within 30 days, and pass 8 UIT together."""
    return _with_orders(min_orders).then(col("like_many_share") >= max_share)


@indicator(
    "PLA-10",
    risks=["R22", "R09", "R01"],
    subject="buyer",
    evidence=["repeat_n", "repeat_groups_n", "repeat_cents", "repeat_likeness", "repeat_largest", "buyer_orders_n"],
    value="repeat_share",
    threshold="max_share",
)
def same_object_month_after_month(max_share: float, min_orders: int) -> Rule:
    """A buyer buys the same objects three months in a row by minor orders that pass 8 UIT together."""
    return _with_orders(min_orders).then(col("repeat_share") >= max_share)


@indicator(
    "PLA-11",
    risks=["R22", "R01"],
    ocp="R002",
    subject="buyer",
    evidence=["order_near_n", "order_low_n", "order_near_share", "peer_orders_limit", "peer_orders_n"],
    value="order_near_share",
    threshold="peer_orders_limit",
)
def orders_just_below_the_most(min_orders: int, min_peers: int) -> Rule:
    """A buyer's minor orders lie in the last 5 % below 8 UIT far more often than those of comparable buyers."""
    enough = (col("order_low_n").fill_null(min_orders) >= min_orders) & (col("peer_orders_n") >= min_peers)
    return when(col("buyer_id").is_not_null()).enough(enough).then(col("order_near_share") > col("peer_orders_limit"))


@indicator(
    "PLA-12",
    risks=["R01", "R22"],
    subject="buyer",
    evidence=["day_n", "day_groups_n", "day_cents", "day_largest", "buyer_orders_n"],
    value="day_groups_n",
    threshold="min_days",
)
def orders_of_one_day(min_days: int) -> Rule:
    """A buyer gives one supplier several minor orders on one day that pass 8 UIT together, and not once only."""
    return when(col("buyer_id").is_not_null()).then(col("day_groups_n") >= min_days)
