"""Lead DIR/current back to an earlier version. The swap is the same atomic one, and the log says so."""

from pathlib import Path

from procrisk.errors import PublicationIOError
from procrisk.publication import log, store, versions
from procrisk.publication.verify import VERSIONS, verify_version


def rollback(out: Path, version: str, *, command: str = "rollback", clock: log.Clock = log.utc_now) -> bool:
    """Make `version` (an id, or a beginning that only one id has) the current one.

    Returns:
        False where it was current already.

    Raises:
        InputMissingError: `out` holds no publication.
        UsageError: it has no such version.
        PublicationIOError: that version is damaged; the pointer stays where it is.
        LockedError: a run is under way.
    """
    target = versions.resolve(out, version)
    with store.lock(out):
        if damage := verify_version(out / VERSIONS / target):
            raise PublicationIOError(f"version {target} is damaged, current stays as it is: {'; '.join(damage)}")
        return store.point(out, target, command=command, clock=clock)
