"""The Great Expectations gate: suites in code over small pandas frames of the staged version, before the swap.

An expectation that fails (exit 3) and one that could not be evaluated (exit 4) are told apart: the library reports both as
`success = False`, and only `exception_info` says which it was. Data Docs stand beside the versions, in DIR/data_docs/<id>/.
"""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from procrisk.errors import GateError, GateFailedError
from procrisk.profile import profile

SCOPES = ["regional_government", "local_government", "subnational", "delivered_in_region", "national"]
PERIOD = r"^(\d{4}|\d{4}-\d{2}|\d{4}-Q[1-4]|\d{4}-\d{2}\.\.\d{4}-\d{2})$"
STALE_DAYS = 62
"""The newest call of the newest source is at most two months old: the publisher refreshes every month."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One expectation on one frame."""

    frame: str
    expectation: str
    status: str
    """passed, failed or errored."""
    detail: str


def suites() -> dict[str, list[Any]]:
    """The expectations by frame."""
    import great_expectations.expectations as gxe  # noqa: PLC0415 - several seconds and 250 MB

    return {
        "profile": [
            gxe.ExpectTableRowCountToBeBetween(min_value=1),
            gxe.ExpectTableColumnsToMatchSet(
                column_set=["source", "region_code", "year", "n_processes", "n_flags", "age_days"]
            ),
            gxe.ExpectCompoundColumnsToBeUnique(column_list=["source", "region_code", "year"]),
            gxe.ExpectColumnValuesToNotBeNull(column="source"),
            gxe.ExpectColumnValuesToBeBetween(column="n_processes", min_value=1),
            gxe.ExpectColumnMinToBeBetween(column="age_days", max_value=STALE_DAYS),
        ],
        "processes": [
            gxe.ExpectColumnValuesToBeUnique(column="process_id"),
            gxe.ExpectColumnValuesToNotBeNull(column="process_id"),
            gxe.ExpectColumnValuesToBeBetween(column="score", min_value=0, max_value=100),
            gxe.ExpectColumnValuesToBeBetween(column="amount_pen", min_value=0),
            gxe.ExpectColumnValuesToBeInSet(column="scope", value_set=SCOPES),
            gxe.ExpectColumnValuesToMatchRegex(column="region_code", regex=r"^(\d{2}|1501)$", mostly=0.95),
        ],
        "regions": [
            gxe.ExpectCompoundColumnsToBeUnique(column_list=["region_code", "scope", "period"]),
            gxe.ExpectColumnDistinctValuesToBeInSet(column="scope", value_set=SCOPES),
            gxe.ExpectColumnUniqueValueCountToBeBetween(column="region_code", min_value=26, max_value=26),
            gxe.ExpectColumnValuesToMatchRegex(column="period", regex=PERIOD),
            gxe.ExpectColumnValuesToBeBetween(column="score", min_value=0, max_value=100),
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A="score", column_B="score_low", or_equal=True, ignore_row_if="either_value_is_missing"
            ),
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A="score_high", column_B="score", or_equal=True, ignore_row_if="either_value_is_missing"
            ),
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A="rank_high", column_B="rank_low", or_equal=True, ignore_row_if="either_value_is_missing"
            ),
            gxe.ExpectColumnValuesToBeBetween(column="share_evaluable", min_value=0, max_value=1),
        ],
    }


def frames(staged: Path, as_of: Any) -> dict[str, pl.DataFrame]:
    """The small frames that are checked."""
    processes = pl.read_parquet(
        staged / "processes.parquet", columns=["process_id", "score", "amount_pen", "scope", "region_code"]
    )
    return {
        "profile": profile(staged, as_of),
        "processes": processes,
        "regions": pl.read_parquet(staged / "regions.parquet"),
    }


def validate(
    looked_at: dict[str, pl.DataFrame], expected: dict[str, list[Any]], docs: Path | None = None
) -> list[Outcome]:
    """Hold each frame against its suite; where `docs` is named, build the Data Docs there."""
    import great_expectations as gx  # noqa: PLC0415 - several seconds and 250 MB
    from great_expectations.checkpoint import UpdateDataDocsAction  # noqa: PLC0415

    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = gx.get_context(mode="file", project_root_dir=folder)
        context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
        source = context.data_sources.add_pandas("staged")
        for name, frame in looked_at.items():
            batch = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe(name)
            suite = context.suites.add(gx.ExpectationSuite(name=name, expectations=expected[name]))
            definition = context.validation_definitions.add(gx.ValidationDefinition(name=name, data=batch, suite=suite))
            actions: list[Any] = [UpdateDataDocsAction(name="docs")] if docs else []
            checkpoint = context.checkpoints.add(
                gx.Checkpoint(name=name, validation_definitions=[definition], actions=actions, result_format="SUMMARY")
            )
            result = checkpoint.run(batch_parameters={"dataframe": frame.to_pandas()})
            for run in result.run_results.values():
                outcomes += [_outcome(name, r) for r in run.results]
        if docs:
            built = Path(folder) / "gx" / "uncommitted" / "data_docs" / "local_site"
            shutil.rmtree(docs, ignore_errors=True)
            shutil.copytree(built, docs)
    return outcomes


def _outcome(frame: str, result: Any) -> Outcome:
    config = result.expectation_config
    columns = {k: v for k, v in config.kwargs.items() if k.startswith("column")}
    raised = [e.get("exception_message") for e in _exceptions(result.exception_info) if e.get("raised_exception")]
    if raised:
        return Outcome(frame, config.type, "errored", f"{columns}: {raised[0]}")
    seen = {
        k: v
        for k, v in (result.result or {}).items()
        if k in ("observed_value", "unexpected_count", "partial_unexpected_list")
    }
    return Outcome(frame, config.type, "passed" if result.success else "failed", f"{columns}: {seen}")


def _exceptions(info: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """`exception_info` is either one record or one for each metric."""
    if not info:
        return
    if "raised_exception" in info:
        yield info
    else:
        yield from (e for e in info.values() if isinstance(e, dict))


def gate(staged: Path, as_of: Any, docs: Path) -> list[Outcome]:
    """Check the staged version.

    Raises:
        GateError: an expectation could not be evaluated (exit 4).
        GateFailedError: an expectation failed (exit 3).
    """
    outcomes = validate(frames(staged, as_of), suites(), docs)
    for status, error in (("errored", GateError), ("failed", GateFailedError)):
        found = [f"  {o.frame}: {o.expectation} {o.detail}" for o in outcomes if o.status == status]
        if found:
            raise error(f"expectations {status}; the last publication stays as it was:\n" + "\n".join(found))
    return outcomes
