"""Download a range of months, or check them again, and publish what they say."""

from pathlib import Path

from prefect import flow

from flows import _tasks
from flows.nightly import nightly
from procrisk.records.fetch import fetch_oece


@flow(name="procrisk-backfill", on_failure=[_tasks.tell], persist_result=False)
def backfill(
    first: str, last: str, into: str, out: str, context: list[str] | None = None, accept_drift: str | None = None
) -> str:
    """Fetch the months `first` to `last` (YYYY-MM) into a folder and run the nightly flow over the whole folder.

    Old months keep changing at the publisher: those whose published sha moved are downloaded again.
    """
    _tasks.stage("fetch", fetch_oece, first, last, Path(into), retries=2)
    version: str = nightly([into], out, context, accept_drift=accept_drift)
    return version
