"""How often each field of a file of JSON Lines is filled in: OCP Cardinal's `coverage`.

Empty are "", [], {}, null and what holds only empty values. The path "" is a line, a path that ends with / an object, one
that ends with [] an element of an array, any other a member of an object.
"""

import json
from pathlib import Path

from procrisk.cardinal.lines import Account, Warn, decoded, opened, tell
from procrisk.cardinal.release import value

Counts = dict[str, int]


def count(node: object, counts: Counts, path: str = "") -> bool:
    """Add a JSON value to the counts; whether it is filled in."""
    filled = False
    if isinstance(node, dict):
        inside = path + "/"
        for key, member in node.items():
            filled |= count(member, counts, inside + key)
        if filled:
            counts[inside] = counts.get(inside, 0) + 1
    elif isinstance(node, list):
        inside = path + "[]"
        for element in node:
            filled |= count(element, counts, inside)
    elif isinstance(node, str):
        filled = node != ""
    else:  # a number (as it was written, a `msgspec.Raw`) or a boolean
        filled = node is not None
    if filled:
        counts[path] = counts.get(path, 0) + 1
    return filled


def coverage(path: Path, warn: Warn = tell) -> Counts:
    """The counts of a file, paths in the order in which they are first found complete.

    Raises:
        InputMissingError: the file cannot be read.
    """
    account, counts = Account(), Counts()
    with opened(path) as streams:
        for stream in streams:
            with stream:
                for _, node in decoded(stream, value, account, warn):
                    count(node, counts)
    return counts


def text(counts: Counts) -> str:
    """The counts as Cardinal prints them."""
    return json.dumps(counts, ensure_ascii=False)
