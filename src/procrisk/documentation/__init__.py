"""The documents that are made from the catalogue, the code and the records: `python -m procrisk.documentation`."""
