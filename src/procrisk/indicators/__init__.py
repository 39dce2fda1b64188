"""The indicators: importing this package declares them all."""

from procrisk.indicators import (
    crosscutting,
    crosscutting_people,
    crosscutting_sanctions,
    crosscutting_ties,
    execution,
    execution_changes,
    osce_bid,
    planning,
    planning_orders,
    planning_plan,
    preparation,
    preparation_terms,
    selection,
    selection_bids,
    selection_challenges,
    selection_rivals,
)
from procrisk.indicators.registry import INDICATORS

__all__ = [
    "INDICATORS",
    "crosscutting",
    "crosscutting_people",
    "crosscutting_sanctions",
    "crosscutting_ties",
    "execution",
    "execution_changes",
    "osce_bid",
    "planning",
    "planning_orders",
    "planning_plan",
    "preparation",
    "preparation_terms",
    "selection",
    "selection_bids",
    "selection_challenges",
    "selection_rivals",
]
