"""Scores: of processes, of regions, and how much of the catalogue the records could decide."""
