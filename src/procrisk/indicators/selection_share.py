"""The winner's share of what a buyer spends, a component of the Corruption Risk Index."""

from procrisk.indicators.idiom import Rule, col, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import COMPETITIVE


@indicator(
    "SEL-60",
    risks=["R02"],
    cri="winner_share",
    subject="process",
    evidence=["winner_share", "peer_share_n", "award_date"],
    value="winner_share",
    threshold="max_share",
)
def winner_holds_much_of_the_spend(max_share: float, min_awards: int) -> Rule:
    """One winner holds much of all that the buyer awarded in the year up to this award."""
    return when(COMPETITIVE).enough(col("peer_share_n") >= min_awards).then(col("winner_share") > max_share)
