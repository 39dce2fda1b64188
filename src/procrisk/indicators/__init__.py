"""The indicators: importing this package declares them all."""

from procrisk.indicators import crosscutting, execution, planning, preparation, selection
from procrisk.indicators.registry import INDICATORS

__all__ = ["INDICATORS", "crosscutting", "execution", "planning", "preparation", "selection"]
