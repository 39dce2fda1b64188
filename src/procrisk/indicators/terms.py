"""Words that many indicators share, each defined once."""

from procrisk.indicators.idiom import col, one_of

COMPETITIVE = one_of("method", "LP", "CP", "AS", "SIE", "CPRE", "SCI", "LPA", "CPA", "ADP", "ADS", "AMC")
"""Procedures open to more than one bidder under the general law. Agreements, international and special regimes are not
held to its rules and stay out."""
TENDER = one_of("method", "LP", "CP", "AS", "SIE", "LPA", "CPA", "ADP", "ADS", "AMC")
"""Competitive procedures with published terms and a term for bids; a price comparison is a matter of three quotes."""
DIRECT = col("method") == "CD"
SIMPLIFIED = one_of("method", "AS", "LPA", "CPA")
"""Procedures that exist only below the line of LP and CP."""
GOODS_SERVICES = one_of("object", "goods", "services")
WORKS = one_of("object", "works", "consultancy")
FIRST_CALL = col("call_number").fill_null(1) <= 1
"""The first call of a procedure; a missing number counts as first (nomenclatures without one are not repetitions)."""
ORDINARY = col("special_regime").is_null()
"""No special regime in nomenclature or method: homologation, Ley 31125, DL 1355, reconstruction, urgency decrees."""
HAS_VALUE = col("value_pen_cents") > 0
CONTESTED = one_of("method", "CD", "CONV").not_().fill_null(value=True)
"""Anything but direct awards and agreements. Bids that are known compete, whatever their publisher calls the procedure, so a
method that nobody names is in."""
