"""Indicators on what changed a contract after its signature: amounts, terms, additional work."""

from procrisk.indicators.idiom import Rule, col, one_of, when
from procrisk.indicators.registry import indicator
from procrisk.indicators.terms import COMPETITIVE, DIRECT

_SIGNED = col("signed_date").is_not_null()
_WORKS = col("object") == "works"
_ADDED_NET = col("additional_net_ratio")
_OWN_LIMIT = col("law_additional_without_cgr_max")


@indicator(
    "EXE-14",
    risks=["R32", "R57"],
    ocp="R054",
    subject="contract",
    evidence=["amount_pen_cents", "growth_cents", "grown_pen_cents", "limit_pen_cents"],
    value="grown_pen_cents",
    threshold="limit_pen_cents",
)
def grew_past_the_line(min_ratio: float) -> Rule:
    """A contract awarded without open competition grew past the amount that would have required it."""
    limit = col("limit_pen_cents")
    below = col("amount_pen_cents") < limit
    return when(one_of("method", "CD", "CPRE"), limit.is_not_null(), below).then(
        col("grown_pen_cents") >= limit * min_ratio
    )


@indicator(
    "EXE-15",
    risks=["R32", "R42"],
    ocp="R059",
    subject="contract",
    evidence=["amount_pen_cents", "award_amount_cents", "contract_over_award"],
    value="contract_over_award",
    threshold="min_ratio",
)
def contract_far_from_award(min_ratio: float, max_ratio: float) -> Rule:
    """The contract is worth less than half, or more than one and a half times, what was awarded."""
    over = col("contract_over_award")
    return when(COMPETITIVE | DIRECT, col("amount_pen_cents") > 0).then((over < min_ratio) | (over > max_ratio))


@indicator(
    "EXE-16",
    risks=["R32"],
    ocp="R064",
    cri="contract_modified",
    subject="contract",
    evidence=["n_changes", "first_change", "growth_cents"],
    value="n_changes",
    threshold="min_changes",
)
def changed_often(min_changes: int) -> Rule:
    """The contract was changed many times."""
    return when(_SIGNED).then(col("n_changes") >= min_changes)


@indicator(
    "EXE-17",
    risks=["R32", "R54"],
    ocp="R065",
    subject="contract",
    evidence=["reduction_cents", "amount_pen_cents", "reduction_ratio", "law_reduction_max"],
    value="reduction_ratio",
    threshold="law_reduction_max",
)
def reduced_above_limit() -> Rule:
    """Reductions pass the most that the law allows."""
    most = col("law_reduction_max")
    return when(most.is_not_null()).then(col("reduction_ratio") > most)


@indicator(
    "EXE-18",
    risks=["R32", "R33"],
    ocp="R066",
    subject="contract",
    evidence=["growth_cents", "amount_pen_cents", "growth_ratio"],
    value="growth_ratio",
    threshold="max_ratio",
)
def grew(max_ratio: float) -> Rule:
    """Changes raised the contract's amount by much."""
    return when(_SIGNED).then(col("growth_ratio") > max_ratio)


@indicator(
    "EXE-19",
    risks=["R33", "R32"],
    subject="contract",
    evidence=["complementary_cents", "amount_pen_cents", "complementary_ratio", "law_complementary_max"],
    value="complementary_ratio",
    threshold="law_complementary_max",
)
def complementary_above_limit() -> Rule:
    """The complementary contract passes the share of the original that the law allows."""
    most = col("law_complementary_max")
    return when(most.is_not_null()).then(col("complementary_ratio") > most)


@indicator(
    "EXE-20",
    risks=["R33", "R69"],
    subject="contract",
    evidence=["end_date", "complementary_date", "complementary_days"],
    value="complementary_days",
    threshold="max_days",
)
def complementary_late(max_days: int) -> Rule:
    """The complementary contract came later after the end of the original than the law allows."""
    has = col("n_complementary") > 0
    return when(col("law_complementary_max").is_not_null(), has).then(col("complementary_days") > max_days)


@indicator(
    "EXE-21",
    risks=["R54", "R32"],
    subject="contract",
    evidence=["signed_date", "first_change", "change_days"],
    value="change_days",
    threshold="max_days",
)
def changed_soon(max_days: int) -> Rule:
    """The contract was changed shortly after it was signed."""
    return when(_SIGNED, col("n_changes") > 0).then(col("change_days") <= max_days)


@indicator(
    "EXE-22",
    risks=["R34", "R69"],
    subject="contract",
    evidence=["end_date", "first_extension", "extension_late_days"],
    value="extension_late_days",
    threshold="max_days",
)
def extended_after_its_end(max_days: int) -> Rule:
    """The first extension is of a day on which the contract's term had run out."""
    return when(_SIGNED, col("n_extensions") > 0).then(col("extension_late_days") > max_days)


@indicator(
    "EXE-23",
    risks=["R34", "R39"],
    subject="contract",
    evidence=["n_extensions", "end_date", "end_date_updated"],
    value="n_extensions",
    threshold="min_extensions",
)
def extended_often(min_extensions: int) -> Rule:
    """The contract's term was extended several times."""
    return when(_SIGNED).then(col("n_extensions") >= min_extensions)


@indicator(
    "EXE-24",
    risks=["R54", "R33"],
    subject="contract",
    evidence=["additional_cents", "reduction_cents", "n_extensions"],
    value="n_kinds",
    threshold="min_kinds",
)
def works_redesigned(min_kinds: int) -> Rule:
    """A works contract was added to, reduced and extended: its technical file did not hold."""
    return when(_WORKS, _SIGNED).then(col("n_kinds") >= min_kinds)


@indicator(
    "EXE-25",
    risks=["R33"],
    subject="contract",
    evidence=["additional_cents", "reduction_cents", "amount_pen_cents", "additional_net_ratio"],
    value="additional_net_ratio",
    threshold="law_additional_without_cgr_max",
)
def additional_needs_comptroller() -> Rule:
    """Additional works, less reductions, pass what the entity may approve without the Comptroller General."""
    return when(_WORKS, _OWN_LIMIT.is_not_null()).then(_ADDED_NET > _OWN_LIMIT)


@indicator(
    "EXE-26",
    risks=["R32"],
    ocp="R069",
    subject="contract",
    evidence=["n_raises", "growth_cents", "raise_gap_days"],
    value="raise_gap_days",
    threshold="max_days",
)
def raised_twice(max_days: int, min_raises: int) -> Rule:
    """The contract was raised twice within a few months."""
    return when(_SIGNED, col("n_raises") >= min_raises).then(col("raise_gap_days") <= max_days)


@indicator(
    "EXE-50",
    risks=["R32", "R33", "R34"],
    subject="contract",
    evidence=["award_amount_cents", "reference_cents", "price_ratio", "swelling_ratio", "extension_ratio", "alike_n"],
    value="swelling_ratio",
    threshold="min_growth",
)
def won_low_and_grew(
    max_price: float, min_growth: float, min_extension: float, min_alike: int, max_alike: float
) -> Rule:
    """A contract won below the reference grew in amount and in term, and those around it did not."""
    grew = (col("swelling_ratio") >= min_growth) & (col("extension_ratio") >= min_extension)
    # where a market rises, several contracts of one place and time grow: that is no sign of any of them
    shock = (col("alike_n") >= min_alike) & (col("alike_share") >= max_alike)
    return when(_SIGNED, COMPETITIVE).then(
        (col("price_ratio") <= max_price) & grew & shock.fill_null(value=False).not_()
    )
