"""The canonical tables: one definition per column, with its unit and meaning.

Readers fill these tables, the lake stores them, assembly merges them, everything to the right reads them.
Money is int64 cents (of the currency in the `currency` column beside it; `*_pen_cents` is in soles).
Dates are calendar days in Lima. Every row that a reader makes also carries `record`, see `batch.py`.
"""

import polars as pl

from procrisk.records.process_tables import (
    AWARD_BIDS,
    AWARD_LINES,
    AWARD_SUPPLIERS,
    AWARDS,
    BIDS,
    CHALLENGES,
    COMMITTEE,
    CONTRACTS,
    DOCUMENTS,
    ENQUIRIES,
    LOTS,
    MILESTONES,
    MODIFICATIONS,
    PARTIES,
    PROCESSES,
    RECORDS,
    SUBCONTRACTORS,
    TENDERERS,
    TRANSACTIONS,
)
from procrisk.records.register_tables import (
    ANSWERS,
    CERTIFICATIONS,
    CONSORTIA,
    CONTROL,
    DECISIONS,
    DECLARATIONS,
    ENTITIES,
    HOLIDAYS,
    LISTED_ITEMS,
    OFFICES,
    OUTCOMES,
    OWNERS,
    PENALTIES,
    PLAN,
    PURCHASE_ORDERS,
    SANCTIONS,
    SUPPLIERS,
    TAXPAYERS,
    TIES,
    WORKS,
)
from procrisk.records.table import CENTS, COUNT, DAY, Column, Table

__all__ = [
    "CENTS",
    "COUNT",
    "DAY",
    "PERU_PREFIX",
    "PROCESSES",
    "PROCESS_TABLES",
    "RECORD",
    "REGISTER_TABLES",
    "TABLES",
    "Column",
    "Table",
    "empty",
]


PROCESS_TABLES = (
    PROCESSES,
    LOTS,
    TENDERERS,
    BIDS,
    AWARDS,
    AWARD_LINES,
    AWARD_SUPPLIERS,
    CONTRACTS,
    MODIFICATIONS,
    DOCUMENTS,
    PARTIES,
    COMMITTEE,
    AWARD_BIDS,
    ENQUIRIES,
    CHALLENGES,
    MILESTONES,
    TRANSACTIONS,
    SUBCONTRACTORS,
)
REGISTER_TABLES = (
    ENTITIES,
    SUPPLIERS,
    SANCTIONS,
    CONSORTIA,
    PENALTIES,
    PLAN,
    PURCHASE_ORDERS,
    HOLIDAYS,
    OWNERS,
    TAXPAYERS,
    OFFICES,
    TIES,
    DECLARATIONS,
    CERTIFICATIONS,
    LISTED_ITEMS,
    WORKS,
    CONTROL,
    ANSWERS,
    OUTCOMES,
    DECISIONS,
)
TABLES: dict[str, Table] = {t.name: t for t in (RECORDS, *PROCESS_TABLES, *REGISTER_TABLES)}

PERU_PREFIX = "ocds-dgv273"
"""How OECE's open contracting ids begin. Only there is tender.id the CODIGOCONVOCATORIA, unique in the country."""

RECORD = "record"
"""Column of every row that a reader makes: which record of the batch (later: of the lake) it comes from; UInt32."""


def empty(table: Table) -> pl.DataFrame:
    """A frame of `table` without rows, `record` included."""
    return pl.DataFrame(schema={RECORD: pl.UInt32, **table.schema})
