"""What a unit holds, told by its content: never by its name alone."""

import re

from procrisk.records import tabular
from procrisk.records.archives import Unit

HEAD = 256 * 1024
"""Bytes looked at: a package may begin with long metadata."""

OCDS = "ocds"

_BOM = b"\xef\xbb\xbf"
_SIGN = re.compile(rb'"(?:ocid|compiledRelease)"\s*:')
_PACKAGE = re.compile(rb'"(?:releases|records)"\s*:\s*\[')
_PACKAGED = re.compile(rb'"(?:publishedDate|publisher|packages|version)"\s*:')


def recognise(unit: Unit) -> str | None:
    """The kind of a unit: "ocds", or that of a published table (as `tabular.KINDS`); None for nothing we read."""
    with unit.open() as stream:
        head = stream.read(HEAD)
        if _is_ocds(head):
            return OCDS
        if tabular.is_workbook(head):
            head += stream.read()
    return tabular.recognise(head)


def _is_ocds(head: bytes) -> bool:
    """Whether this is JSON with OCDS's own field names. A first line that is damaged does not hide the others."""
    if _SIGN.search(head):
        return True
    is_json = head.removeprefix(_BOM).lstrip()[:1] in (b"{", b"[")
    return is_json and bool(_PACKAGE.search(head)) and bool(_PACKAGED.search(head))
