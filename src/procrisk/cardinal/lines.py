"""The lines of a file of JSON Lines, one at a time, and the account of those that were skipped."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from procrisk.errors import InputMissingError

T = TypeVar("T")
Warn = Callable[[str], None]
_TOLD = 20
_PACKED = (b"\x1f\x8b", b"PK")
_BLANK = b" \t\n\r\x0c"


@dataclass(slots=True)
class Account:
    """How many lines there were, and how many told nothing."""

    read: int = 0
    blank: int = 0
    invalid: int = 0

    def said(self) -> str:
        """The account in a sentence."""
        return f"{self.read} lines read, {self.blank} blank and {self.invalid} invalid ones skipped"


def tell(message: str) -> None:
    """Warn on standard error."""
    sys.stderr.write(f"procrisk: {message}\n")


def decoded(
    stream: BinaryIO, decode: Callable[[bytes], T], account: Account, warn: Warn = tell
) -> Iterator[tuple[int, T]]:
    """Each line's number, from 1, and what `decode` makes of it.

    A line that `decode` refuses with a ValueError is skipped with a warning (the first 20 are named) and counted; a blank
    one is skipped and counted.
    """
    number = 0
    for number, line in enumerate(stream, start=1):
        try:
            value = decode(line)
        except ValueError as error:
            if not line.strip(_BLANK):
                account.blank += 1
                continue
            account.invalid += 1
            if account.invalid <= _TOLD:
                warn(f"line {number} is not JSON in UTF-8, skipping it: {error}")
            continue
        yield number, value
    account.read += number


@contextmanager
def opened(path: Path) -> Iterator[Iterator[BinaryIO]]:
    """The streams of a file: itself, what a .gz holds, the members of a .zip; "-" is standard input.

    Raises:
        InputMissingError: there is no such file, it is a folder, or it is a damaged archive.
    """
    if str(path) == "-":
        yield iter([sys.stdin.buffer])
        return
    if not path.is_file():
        raise InputMissingError(f"{path}: no such file; give a file of compiled releases, one JSON text a line")
    with path.open("rb") as stream:
        packed = stream.read(2) in _PACKED
    if not packed:
        yield iter([path.open("rb", buffering=1 << 20)])
        return
    from procrisk.records.archives import ArchiveRefused, units  # noqa: PLC0415 (imports polars: longer than most files take)

    try:
        yield (unit.open() for unit in units(path))
    except ArchiveRefused as error:
        raise InputMissingError(f"{path}: {error.detail}") from None
