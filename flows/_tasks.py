"""What the flows share: a stage as a Prefect task, artifacts, the failure hook."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from prefect import Task, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.logging import get_logger

from procrisk.errors import PublicationIOError
from procrisk.publication.summary import headline


def _is_io(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether trying again can help: reading or writing failed; a record or a gate would fail the same way."""
    try:
        state.result()
    except (OSError, PublicationIOError):
        return True
    except Exception:  # noqa: BLE001 - whatever else it was, it is not I/O
        return False
    return False


def stage(name: str, work: Callable[..., Any], *arguments: Any, retries: int = 0) -> Any:
    """Run one stage as a task: coarse, uncached (the lake is the cache), tried again on I/O errors alone."""
    made: Any = task(
        name=name,
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=retries,
        retry_delay_seconds=5,
        retry_condition_fn=_is_io,
    )(work)
    return made(*arguments)


def show_regions(out: Path) -> None:
    """The region scores as a table artifact of the run."""
    regions = pl.read_parquet(out / "current" / "regions.parquet")
    scope, period = headline(regions)
    shown = regions.filter((pl.col("scope") == scope) & (pl.col("period") == period)).sort(
        "rank_low", "region_code", nulls_last=True
    )
    create_table_artifact(
        key="region-scores", table=shown.to_dicts(), description=f"{scope}, {period}: 0 a 100, más es más riesgo"
    )


def show_quality(lines: list[str]) -> None:
    """The outcome of every check as a markdown artifact of the run."""
    create_markdown_artifact(
        key="quality", markdown="\n".join(["| check | status | detail |", "|---|---|---|", *lines])
    )


def tell(flow: Any, flow_run: Any, state: State[Any]) -> None:
    """Failure hook: one loud line for whoever watches the logs. The last publication is as it was."""
    get_logger("procrisk").critical(
        "%s, run %s, failed; the last publication stays as it was: %s", flow.name, flow_run.name, state.message
    )
