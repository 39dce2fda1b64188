"""The regional benchmark for those who compare, quote and defend it: tidy tables, a data package, pictures, a sheet a region."""
