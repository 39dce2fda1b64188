"""What the forms that people fill in have in common: a workbook without a clock, cells that wrap, choices in a list."""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

LIST_LIMIT = 255
"""Characters of a list that a cell's validation holds in place; a longer one is read from a sheet."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def workbook(path: Path | BytesIO) -> tuple[Any, Any, Any]:
    """A new XLSX workbook to write a form into, with the formats of titles and of text that wraps."""
    import xlsxwriter  # noqa: PLC0415 - only where a workbook is made

    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    # the day in the file's properties would make two forms of one bank differ
    book.set_properties({"created": _EPOCH})
    head = book.add_format({"bold": True, "bg_color": "#e8eef4", "text_wrap": True})
    return book, head, book.add_format({"text_wrap": True, "valign": "top"})


def offer(sheet: Any, rows: tuple[int, int], column: int, words: Sequence[str], *, strict: bool = True) -> None:
    """Let cells of a column be chosen from a list: in place if it is short, else from column A of the sheet `listas`.

    rows: first and last, counted from 0. strict: nothing else may be written.
    """
    source: Any = list(words)
    if sum(map(len, words)) + len(words) >= LIST_LIMIT:
        source = f"=listas!$A$1:$A${len(words)}"
    how = {"validate": "list", "source": source, "show_error": strict}
    sheet.data_validation(rows[0], column, rows[1], column, how)
