"""Fit the components of the Corruption Risk Index: which of their values go with single bids."""
