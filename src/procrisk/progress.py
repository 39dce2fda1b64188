"""How far long work has come. The library reports; only the command line draws, and only on a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str, int, int | None], None]
"""Told what is being done, how much is done and how much there is (None: unknown)."""

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def report(what: str, done: int, total: int | None = None) -> None:
    """Say how far `what` has come; nobody may be listening."""
    listener = _listener.get()
    if listener is not None:
        listener(what, done, total)


@contextmanager
def shown() -> Iterator[None]:
    """Draw a bar for each kind of work on standard error while inside; nothing where that is no terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # noqa: PLC0415 - only where a bar is drawn
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks = {}

        def draw(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        token = _listener.set(draw)
        try:
            yield
        finally:
            _listener.reset(token)
