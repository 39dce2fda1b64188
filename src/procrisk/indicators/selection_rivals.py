"""Indicators on bidders over many contests: who is refused, who never wins, who meets whom, who is missing."""

from procrisk.indicators.idiom import Rule, col, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import CONTESTED

_RIVALS = col("n_bidders") >= 2


@indicator(
    "SEL-29",
    risks=["R23", "R20"],
    ocp="R038",
    subject="buyer",
    evidence=["buyer_bids_n", "buyer_refused_n", "buyer_refused_share", "peer_buyer_refused_n"],
    value="buyer_refused_share",
    threshold="peer_buyer_refused_high",
)
def buyer_refuses_many(min_bids: int, min_peers: int) -> Rule:
    """The buyer disqualifies a larger share of bids than others: at or above Q3 + 1.5 IQR, quartiles of type 8."""
    fence = col("peer_buyer_refused_high")
    enough = (col("buyer_bids_n") >= min_bids) & (col("peer_buyer_refused_n") >= min_peers) & (fence > 0)
    return when(CONTESTED).enough(enough).then(col("buyer_refused_share") >= fence)


@indicator(
    "SEL-30",
    risks=["R76", "R51"],
    ocp="R038",
    subject="bidder",
    evidence=["firm_shown", "bids_n", "refused_n", "refused_share", "peer_refused_n"],
    value="refused_share",
    threshold="peer_refused_high",
)
def bidder_refused_often(min_bids: int, min_peers: int) -> Rule:
    """The bids of a firm are disqualified more often than those of others: at or above Q3 + 1.5 IQR, quartiles of type 8."""
    fence = col("peer_refused_high")
    enough = (col("bids_n") >= min_bids) & (col("peer_refused_n") >= min_peers) & (fence > 0)
    return when(CONTESTED).enough(enough).then(col("refused_share") >= fence)


@indicator(
    "SEL-31",
    risks=["R76"],
    ocp="R025",
    subject="bidder",
    evidence=["firm_shown", "tries_n", "wins_n", "win_share", "peer_win_low", "peer_tries_q3", "peer_win_n"],
    value="win_share",
    threshold="peer_win_limit",
)
def bids_without_winning(min_tries: int, many_tries: int, min_peers: int) -> Rule:
    """A firm bids much and wins far less often than others, or never.

    Bids at or above the 75th percentile and wins over bids at or below Q1 - 1.5 IQR of all firms, quartiles of type 8, where that
    fence is above zero; or many bids and no win.
    """
    tries, fence = col("tries_n"), col("peer_win_low")
    rare = (tries >= col("peer_tries_q3")) & (tries >= min_tries) & (fence > 0) & (col("win_share") <= fence)
    never = (tries >= many_tries) & (col("wins_n") == 0)
    return when(CONTESTED, tries > 0).enough(col("peer_win_n") >= min_peers).then(rare | never)


@indicator(
    "SEL-36",
    risks=["R76", "R15"],
    ocp="R029",
    subject="buyer",
    evidence=["benford_n", "benford_mad", "benford_chi2"],
    value="benford_mad",
    threshold="max_mad",
)
def digits_off_benford(min_prices: int, max_mad: float, max_chi2: float) -> Rule:
    """The first digits of the prices bid to a buyer stray from Benford's law."""
    return (
        when(CONTESTED)
        .enough(col("benford_n") >= min_prices)
        .then((col("benford_mad") > max_mad) & (col("benford_chi2") > max_chi2))
    )


@indicator(
    "SEL-38",
    risks=["R14", "R02"],
    ocp="R019",
    subject="contest",
    evidence=["class_n", "class_bidders", "peer_class_median", "peer_class_n", "family"],
    value="class_bidders",
    threshold="peer_class_median",
)
def few_bidders_for_item(max_share: float, min_contests: int, min_peers: int) -> Rule:
    """In what it buys of a family, the buyer draws far fewer bidders than other buyers do."""
    return (
        when(CONTESTED)
        .enough((col("class_n") >= min_contests) & (col("peer_class_n") >= min_peers))
        .then(col("class_bidders") <= max_share * col("peer_class_median"))
    )


@indicator(
    "SEL-39",
    risks=["R76"],
    ocp="R053",
    subject="contest",
    evidence=["pair_winner_shown", "pair_loser_shown", "pair_n", "pair_wins"],
    value="pair_wins",
    threshold="min_wins",
)
def same_rival_always_wins(min_wins: int) -> Rule:
    """Two bidders meet again and again, and it is always the same one who wins."""
    return when(CONTESTED, _RIVALS, col("n_winners") > 0).then(col("pair_wins") >= min_wins)


@indicator(
    "SEL-40",
    risks=["R76"],
    ocp="R057",
    subject="contest",
    evidence=["rota_n", "rota_winners", "rota_changes", "rota_gap", "rota_presence", "family"],
    value="rota_changes",
    threshold="min_changes",
)
def bid_rotation(min_processes: int, min_changes: float, max_gap: int, min_presence: float) -> Rule:
    """The same bidders take turns in winning what a buyer buys of a family."""
    turns = (col("rota_changes") >= min_changes) & (col("rota_gap") <= max_gap)
    same = (col("rota_winners") >= 2) & (col("rota_presence") >= min_presence)
    return when(CONTESTED, _RIVALS).enough(col("rota_n") >= min_processes).then(turns & same)


@indicator(
    "SEL-41",
    risks=["R76", "R77"],
    ocp="R044",
    subject="contest",
    evidence=["sharing_n", "sharing_kind", "sharing_shown"],
    value="sharing_n",
    threshold="min_sharing",
)
def bidders_share_contact(min_sharing: int) -> Rule:
    """Rival bidders for a lot share a telephone, an e-mail or an address."""
    return when(CONTESTED, _RIVALS).then(col("sharing_n") >= min_sharing)


@indicator(
    "SEL-42",
    risks=["R76", "R02"],
    ocp="R027",
    subject="contest",
    evidence=["class_processes_n", "usual_n", "usual_missing_n", "usual_shown", "family"],
    value="usual_missing_n",
    threshold="min_missing",
)
def usual_bidders_missing(min_processes: int, min_usual: int, min_missing: int) -> Rule:
    """Firms that usually bid for what the buyer buys of a family stayed away."""
    return (
        when(CONTESTED)
        .enough((col("class_processes_n") >= min_processes) & (col("usual_n") >= min_usual))
        .then(col("usual_missing_n") >= min_missing)
    )


@indicator(
    "SEL-43",
    risks=["R76"],
    ocp="R034",
    subject="contest",
    evidence=["n_bidders", "order_n", "order_same_n"],
    value="order_same_n",
    threshold="order_n",
)
def same_order(min_processes: int) -> Rule:
    """The same bidders present their bids in the same order every time."""
    return (
        when(CONTESTED, col("n_bidders") >= 3)
        .enough(col("order_n") >= min_processes)
        .then(col("order_same_n") == col("order_n"))
    )


@indicator(
    "SEL-45",
    risks=["R76", "R11"],
    subject="process",
    evidence=["n_lots", "n_lots_held", "n_lot_holders", "n_bidders"],
    value="n_lots_held",
    threshold="min_lots",
)
def one_wins_all_lots(min_lots: int) -> Rule:
    """A single bidder won every lot of a call of many, against others."""
    return when(CONTESTED, col("n_lots") >= min_lots, _RIVALS, col("n_awards") > 0).then(
        (col("n_lot_holders") == 1) & (col("n_lots_held") >= col("n_lots"))
    )


@indicator(
    "SEL-48",
    risks=["R66", "R02"],
    subject="contest",
    evidence=["lone_n", "bidder_alone"],
    value="lone_n",
    threshold="min_times",
)
def alone_again(min_times: int) -> Rule:
    """The same bidder comes alone to the buyer's procedures time and again."""
    return when(CONTESTED, col("n_bidders") == 1).then(col("lone_n") >= min_times)
