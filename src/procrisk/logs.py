"""Structured logs on standard error, each line with the run's id."""

import logging
import sys
import uuid
from typing import Any


def configure(*, as_json: bool = False) -> str:
    """Send log lines to standard error and bind a run id to each; JSON for machines, key=value for people.

    Returns:
        the run id. It names this execution in the logs alone; a version's id is the hash of its content.
    """
    import structlog  # noqa: PLC0415 - 0.4 s of CPU that `procrisk --help` must not pay

    run = uuid.uuid4().hex[:12]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    structlog.contextvars.bind_contextvars(run=run)
    return run


def get() -> Any:
    """The logger; without `configure` (procrisk as a library) it is silent."""
    import structlog  # noqa: PLC0415 - see configure

    if not structlog.is_configured():
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    return structlog.get_logger()
