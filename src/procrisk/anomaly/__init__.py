"""How unusual a process is among comparable ones, in the directions that mean risk. A signal to look, never a finding."""

from procrisk.anomaly.training import Parameters, train

__all__ = ["Parameters", "train"]
