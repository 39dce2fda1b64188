"""The indicators: importing this package declares them all."""

from procrisk.indicators import (
    crosscutting,
    execution,
    planning,
    preparation,
    selection,
    selection_bids,
    selection_rivals,
)
from procrisk.indicators.registry import INDICATORS

__all__ = [
    "INDICATORS",
    "crosscutting",
    "execution",
    "planning",
    "preparation",
    "selection",
    "selection_bids",
    "selection_rivals",
]
