"""The columns that make processes comparable across regions: what of each could be seen, and what was expected of it."""

from collections.abc import Mapping

import polars as pl

from procrisk.scoring.strata import expected
from procrisk.scoring.visibility import visibility
from procrisk.scoring.weights import Rated

COLUMNS = (
    "stratum",
    "stratum_free",
    "opportunity",
    "visibility",
    "score_expected",
    "score_expected_free",
    "score_if_clear",
    "score_if_raised",
)


def standardise(
    processes: pl.DataFrame,
    scored: pl.DataFrame,
    states: pl.DataFrame,
    why: pl.DataFrame,
    indicators: Mapping[str, Rated] | None = None,
    changed: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Add COLUMNS to the scored processes.

    Args:
        processes: as assembled: process_id, method, object, year.
        scored: from score_processes.
        states: process_id and a Boolean per indicator.
        why: process_id and a UInt8 per indicator.
        indicators: what is known of each; the registry when None.
        changed: weights of layers that depart from the table's.

    Returns:
        `scored` and the columns of strata.py and visibility.py after its own.
    """
    seen = scored.join(
        visibility(processes, scored, states, why, indicators, changed),
        on="process_id",
        how="left",
        maintain_order="left",
    )
    full = seen.join(expected(seen), on="process_id", how="left", maintain_order="left", validate="1:1")
    return full.select(*scored.columns, *COLUMNS)
