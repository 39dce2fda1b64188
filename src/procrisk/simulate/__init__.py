"""Simulated procurement records, plainly marked, with planted schemes and their truth.

It imports nothing of the indicators, the law or the scores, so that no threshold is shared with what it tests.
"""

from procrisk.simulate.simulation import SimulationSummary, simulate

__all__ = ["SimulationSummary", "simulate"]
