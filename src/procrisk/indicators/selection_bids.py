"""Indicators on what is bid for a lot: prices, refusals, withdrawals."""

from procrisk.indicators.idiom import Rule, col, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import CONTESTED

_ONE_WINNER = col("n_winners") == 1
_RIVALS = col("n_bidders") >= 2
_MARGIN = ["winner_shown", "win_price", "next_shown", "next_price", "margin", "peer_margin_n"]


@indicator(
    "SEL-25",
    risks=["R76", "R19"],
    ocp="R024",
    subject="contest",
    evidence=[*_MARGIN, "peer_margin_q1", "peer_margin_low"],
    value="margin",
    threshold="peer_margin_low",
)
def next_bid_close(min_peers: int) -> Rule:
    """The next valid bid is far nearer to the winning one than is usual.

    (next - winner) / winner <= Q1 - 1.5 IQR of the contests of the same method and object, quartiles of type 8. A fence of zero or
    less sets no limit: nothing can lie below it.
    """
    fence = col("peer_margin_low")
    return (
        when(CONTESTED, _ONE_WINNER, col("n_valid_bidders") >= 2, col("margin") >= 0, ~col("by_rule"))
        .enough((col("peer_margin_n") >= min_peers) & (fence > 0))
        .then(col("margin") <= fence)
    )


@indicator(
    "SEL-26",
    risks=["R76", "R02"],
    ocp="R058",
    subject="contest",
    evidence=[*_MARGIN, "peer_margin_q3", "peer_margin_high"],
    value="margin",
    threshold="peer_margin_high",
)
def heavily_discounted(min_peers: int) -> Rule:
    """The winning bid is further below the next valid one than is usual.

    (next - winner) / winner >= Q3 + 1.5 IQR of the contests of the same method and object, quartiles of type 8.
    """
    fence = col("peer_margin_high")
    return (
        when(CONTESTED, _ONE_WINNER, col("n_valid_bidders") >= 2, col("margin") >= 0, ~col("by_rule"))
        .enough((col("peer_margin_n") >= min_peers) & (fence > 0))
        .then(col("margin") >= fence)
    )


@indicator(
    "SEL-27",
    risks=["R23", "R02"],
    ocp="R036",
    subject="contest",
    evidence=["refused_shown", "refused_price", "winner_shown", "win_price", "n_offers"],
    value="refused_over_win",
)
def lowest_bid_refused(min_valid: int) -> Rule:
    """The lowest bid was disqualified and the lot awarded to a dearer one.

    Bids under the floor of the law are refused by rule and do not count as the lowest.
    """
    return when(CONTESTED, col("n_awards") > 0, _RIVALS | (col("n_offers") >= 2), col("n_valid") >= min_valid).then(
        col("refused_cents") > 0
    )


@indicator(
    "SEL-28",
    risks=["R23", "R66"],
    ocp="R035",
    subject="contest",
    evidence=["n_bidders", "n_other_disqualified", "winner_shown"],
    value="n_other_disqualified",
    threshold="min_refused",
)
def all_but_winner_refused(min_refused: int) -> Rule:
    """Every bidder but the winner was disqualified."""
    alone = (col("n_valid_bidders") == 1) & col("winner_valid")
    return when(CONTESTED, _ONE_WINNER, _RIVALS).then(alone & (col("n_other_disqualified") >= min_refused))


@indicator(
    "SEL-32",
    risks=["R76"],
    ocp="R028",
    subject="contest",
    evidence=["n_same", "same_price", "same_shown"],
    value="n_same",
    threshold="min_same",
)
def identical_prices(min_same: int) -> Rule:
    """Different bidders offered the very same price for a lot, one that the law does not dictate."""
    return when(CONTESTED, _RIVALS).then(col("n_same") >= min_same)


@indicator(
    "SEL-33",
    risks=["R23", "R19"],
    ocp="R030",
    subject="contest",
    evidence=["winner_shown", "win_date", "bid_deadline", "late_days"],
    value="late_days",
    threshold="max_days",
)
def late_bid_won(max_days: int) -> Rule:
    """The winning bid was presented after the deadline."""
    return when(CONTESTED, _ONE_WINNER).then(col("late_days") > max_days)


@indicator(
    "SEL-34",
    risks=["R76", "R15"],
    ocp="R022",
    subject="contest",
    evidence=["n_valid_bidders", "low_price", "high_price", "spread"],
    value="spread",
    threshold="max_spread",
)
def wide_disparity(max_spread: float) -> Rule:
    """Between the lowest and the highest valid bid lies a wide gap: (highest - lowest) / lowest."""
    return when(CONTESTED, col("n_valid_bidders") >= 2).then(col("spread") > max_spread)


@indicator(
    "SEL-35",
    risks=["R76"],
    ocp="R023",
    subject="contest",
    evidence=["n_steps", "low_price", "high_price", "step_ratio", "step_spread"],
    value="step_spread",
    threshold="tolerance",
)
def fixed_multiples(min_prices: int, tolerance: float) -> Rule:
    """The bids go up by one fixed ratio or one fixed amount.

    Of three bidders' prices or more, sorted: the ratios of neighbours, or their differences over the lowest, are all the same.
    """
    return when(CONTESTED, col("n_steps") >= min_prices).then(col("step_spread") <= tolerance)


@indicator(
    "SEL-37",
    risks=["R66", "R19"],
    ocp="R031",
    subject="contest",
    evidence=["winner_shown", "win_price", "win_over_ref"],
    value="win_over_ref",
    threshold="min_ratio",
)
def lone_bid_at_estimate(min_ratio: float) -> Rule:
    """The only bid is close to the estimate or above it, where the law does not dictate it."""
    return when(CONTESTED, col("n_bidders") == 1, _ONE_WINNER, ~col("win_at_limit")).then(
        col("win_over_ref") >= min_ratio
    )


@indicator(
    "SEL-44",
    risks=["R66", "R23"],
    cri="single bid (valid)",
    subject="contest",
    evidence=["n_bidders", "n_valid_bidders", "winner_shown"],
    value="n_valid_bidders",
    threshold="max_valid",
)
def single_valid_bid(max_valid: int) -> Rule:
    """Several firms bid and a single valid bid was left."""
    return when(CONTESTED, col("n_awards") > 0, _RIVALS).then(col("n_valid_bidders") <= max_valid)


@indicator(
    "SEL-46",
    risks=["R23", "R20"],
    subject="contest",
    evidence=["n_offers", "n_disqualified"],
    value="n_disqualified",
    threshold="min_refused",
)
def many_refused(min_refused: int) -> Rule:
    """Several bids for one lot were disqualified."""
    return when(CONTESTED, col("n_awards") > 0, _RIVALS).then(col("n_disqualified") >= min_refused)


@indicator(
    "SEL-47",
    risks=["R45", "R76"],
    subject="contest",
    evidence=["withdrawn_shown", "withdrawn_price", "winner_shown", "win_price"],
    value="withdrawn_over_win",
)
def lowest_bid_withdrawn(min_withdrawn: int) -> Rule:
    """The lowest bid was withdrawn and a dearer one won."""
    gone = (col("n_withdrawn") >= min_withdrawn) & (col("withdrawn_cents") > 0)
    return when(CONTESTED, col("n_winners") >= 1, col("n_offers") >= 2).then(gone)
