"""Indicators on the record itself, on suppliers and on markets."""

from procrisk.indicators.idiom import Rule, col, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import COMPETITIVE, DIRECT


@indicator(
    "CRO-01",
    risks=["R42"],
    subject="process",
    evidence=["call_date", "published_date", "registration_days"],
    value="registration_days",
    threshold="max_days",
)
def published_late(max_days: int) -> Rule:
    """The procedure was published, or published again, long after its call."""
    return when(COMPETITIVE | DIRECT).then(col("registration_days") > max_days)


@indicator("CRO-02", risks=["R42"], subject="award", evidence=["call_date", "date", "consent_date"])
def dates_out_of_order() -> Rule:
    """The record says that a step came before the one it depends on."""
    early_award, early_consent = col("date") < col("call_date"), col("consent_date") < col("date")
    return when(COMPETITIVE | DIRECT).then(early_award | early_consent.fill_null(value=False))


@indicator(
    "CRO-03",
    risks=["R41"],
    ocp="R046",
    subject="supplier",
    evidence=["supplier", "event_date", "debarred_from", "debarred_to", "debarred_by"],
)
def debarred_at_award() -> Rule:
    """The winner was debarred on the day of the award."""
    return when(COMPETITIVE | DIRECT).then(col("debarred"))


@indicator(
    "CRO-04",
    risks=["R02", "R53"],
    ocp="R048",
    subject="supplier",
    evidence=["supplier", "firm_families", "firm_known_n", "peer_families_limit"],
    value="firm_families",
    threshold="peer_families_limit",
)
def heterogeneous_supplier(min_families: int, min_processes: int, min_peers: int) -> Rule:
    """A supplier sells far more kinds of things than others that win as often."""
    enough = (col("firm_known_n") >= min_processes) & (col("peer_families_n") >= min_peers)
    return (
        when(COMPETITIVE | DIRECT)
        .enough(enough)
        .then((col("firm_families") >= min_families) & (col("firm_families") > col("peer_families_limit")))
    )


@indicator(
    "CRO-05",
    risks=["R44", "R02"],
    subject="pair",
    evidence=["supplier", "firm_open_n", "firm_buyers"],
    value="firm_open_n",
    threshold="min_processes",
)
def captive_supplier(min_processes: int) -> Rule:
    """A supplier wins often in competition, and only with one buyer."""
    return when(COMPETITIVE).enough(col("firm_open_n") >= min_processes).then(col("firm_buyers") == 1)


@indicator(
    "CRO-06",
    risks=["R76"],
    ocp="R051",
    subject="market",
    evidence=[
        "family",
        "region_code",
        "market_hhi",
        "market_awards_n",
        "market_holders_n",
        "market_buyers_n",
        "market_top_share",
        "market_top_shown",
    ],
    value="market_hhi",
    threshold="max_hhi",
)
def market_concentrated(max_hhi: float, min_awards: int, min_buyers: int) -> Rule:
    """One kind of purchase in one region goes to very few suppliers, whoever buys."""
    enough = (col("market_awards_n") >= min_awards) & (col("market_buyers_n") >= min_buyers)
    return when(COMPETITIVE, col("market_id").is_not_null()).enough(enough).then(col("market_hhi") > max_hhi)


@indicator(
    "CRO-07",
    risks=["R31", "R49"],
    subject="supplier",
    evidence=["supplier", "penalties_n", "penalties_cents", "penalty_last"],
    value="penalties_n",
    threshold="min_penalties",
)
def penalised_supplier(min_penalties: int) -> Rule:
    """The winner had been penalised repeatedly in the two years before the award."""
    return when(COMPETITIVE | DIRECT).then(col("penalties_n") >= min_penalties)


@indicator(
    "CRO-08",
    risks=["R15"],
    ocp="R017",
    subject="lot",
    evidence=["item", "unit", "unit_price", "peer_price_typical", "price_over_typical", "peer_price_n"],
    value="price_over_typical",
    threshold="min_ratio",
)
def unit_price_outlier(deviations: float, min_ratio: float, min_peers: int) -> Rule:
    """A unit price far above what others paid for the same item in the same unit."""
    # a quantity of one is a package under one price, not an item
    priced = (col("object") == "goods") & (col("awarded_quantity") > 1)
    return (
        when(COMPETITIVE | DIRECT, priced)
        .enough(col("peer_price_n") >= min_peers)
        .then((col("peer_price_z") > deviations) & (col("price_over_typical") >= min_ratio))
    )
