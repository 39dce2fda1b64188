"""A table's bytes cut into rows of cells: delimiter, encoding, header row, CSV or XLSX; ragged rows refused.

Two ways that give the same rows. The fast one counts delimiters outside quotes with NumPy and, when every row has as
many cells as the header, hands the bytes to Polars. The slow one, for a file with a row that is not so, walks it line
by line with `csv`, refuses what does not fit and picks up again at the next line.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from procrisk.records import cleaning
from procrisk.records.batch import RAW_KEPT, Reason, Refusal

HEADER_WITHIN = 15
"""The header is looked for in the first so many rows: CONOSCE leaves row 1 blank in some years."""

_DELIMITERS = ",;|\t"
_BOM = b"\xef\xbb\xbf"
_ZIP = b"PK\x03\x04"
_SPAN = 200  # a quoted cell runs over at most so many lines: an unclosed quote must not swallow the file
_MAX_XLSX_BYTES = 2 * 2**30
_MAX_RATIO = 200

Accepts = Callable[[list[str]], bool]
"""Whether a row of cells is the header of a table that is looked for."""


@dataclass(slots=True)
class Rows:
    """The rows of one table. `cells`: String columns "0", "1", ... in the header's order, trimmed, null where empty.

    `lines` and `offsets` run parallel to `cells`: 1-based row of the file (rows above and blank rows counted), and
    byte of the file on which it begins (-1 in a workbook). `raw(i)` gives the bytes of the i-th row.
    """

    header: list[str]
    cells: pl.DataFrame
    lines: list[int]
    offsets: list[int]
    refusals: list[Refusal] = field(default_factory=list)
    n_blank: int = 0
    data: bytes = b""

    def raw(self, i: int) -> bytes:
        """First RAW_KEPT bytes of row i as they stand in the file; in a workbook its cells joined by tabs."""
        if self.offsets[i] < 0:
            return "\t".join(v or "" for v in self.cells.row(i)).encode()[:RAW_KEPT]
        end = self.offsets[i + 1] if i + 1 < len(self.offsets) else len(self.data)
        return self.data[self.offsets[i] : end].rstrip(b"\r\n")[:RAW_KEPT]


def is_workbook(head: bytes) -> bool:
    """Whether the bytes begin like an XLSX (a zip)."""
    return head.startswith(_ZIP)


def headers(head: bytes) -> Iterator[list[str]]:
    """The rows among which a header may stand; a workbook's only when `head` holds the whole file."""
    if is_workbook(head):
        try:
            for sheet in _sheets(head, HEADER_WITHIN):
                yield from ([v or "" for v in row] for row in sheet.rows())
        except ValueError:
            pass
        return
    body = head.removeprefix(_BOM)
    text = body.decode("utf-8", errors="replace")
    lines = text.split("\n")[:HEADER_WITHIN]
    for line in lines:
        for delimiter in _DELIMITERS:
            if delimiter in line and "\0" not in line:
                with suppress(csv.Error):  # a stray carriage return, a cell beyond csv's limit: no header
                    yield [c.strip() for c in next(csv.reader([line], delimiter=delimiter), [])]


def read(data: bytes, accepts: Accepts) -> Iterator[Rows]:
    """Each table in `data` whose header `accepts`; a workbook may hold several. Nothing when there is none.

    Raises ValueError when a workbook cannot be opened or is a decompression bomb.
    """
    if is_workbook(data):
        yield from _workbook(data, accepts)
    else:
        found = _text(data, accepts)
        if found is not None:
            yield found


# --- delimited text ----------------------------------------------------------------------------------------------


def _find_header(data: bytes, begin: int, accepts: Accepts) -> tuple[str, int, int, list[str]] | None:
    """Delimiter, number of lines above, byte after the header row, header."""
    start = begin
    for above in range(HEADER_WITHIN):
        end = data.find(b"\n", start)
        line = data[start : end if end >= 0 else len(data)].decode("utf-8", errors="replace").rstrip("\r")
        for delimiter in _DELIMITERS:
            if delimiter not in line:
                continue
            cells = [c.strip() for c in next(csv.reader([line], delimiter=delimiter), [])]
            if accepts(cells):
                return delimiter, above, end + 1 if end >= 0 else len(data), cells
        if end < 0:
            return None
        start = end + 1
    return None


def _text(data: bytes, accepts: Accepts) -> Rows | None:
    begin = len(_BOM) if data.startswith(_BOM) else 0
    found = _find_header(data, begin, accepts)
    if found is None:
        return None
    delimiter, above, start, raw_header = found
    header = raw_header
    encoding = _encoding(data, begin)
    if encoding != "utf-8":
        end = data.rfind(b"\n", 0, start - 1) + 1
        line = data[max(end, begin) : start].decode(encoding).rstrip("\r\n")
        header = [c.strip() for c in next(csv.reader([line], delimiter=delimiter))]
    fast = _fast(data, start, above + 2, delimiter, header, encoding)
    return fast if fast is not None else _slow(data, start, above + 2, delimiter, header, encoding)


def _encoding(data: bytes, begin: int) -> str:
    """utf-8, cp1252 or latin-1. With a BOM, or more good UTF-8 lines than bad, bad lines are damage, not latin-1."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    if begin:
        return "utf-8"
    good = bad = 0
    for line in data.split(b"\n"):
        if not line.isascii():
            try:
                line.decode("utf-8")
                good += 1
            except UnicodeDecodeError:
                bad += 1
    if good > bad:
        return "utf-8"
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def _fast(data: bytes, start: int, line: int, delimiter: str, header: list[str], encoding: str) -> Rows | None:
    """All rows at once; None when a row is blank, ragged or not text, which the slow way tells apart."""
    stop = len(data.rstrip(b"\r\n \t"))
    body = data[start:stop]
    if not body:
        blank = data[start:].count(b"\n")
        return Rows(header, _empty_cells(len(header)), [], [], [], blank, data)
    offsets = _regular(body, ord(delimiter), len(header))
    if offsets is None:
        return None
    try:
        text = body if encoding == "utf-8" else body.decode(encoding).encode()
        cells = pl.read_csv(
            text,
            has_header=False,
            schema={str(i): pl.String for i in range(len(header))},
            separator=delimiter,
            infer_schema=False,
        )
    except (pl.exceptions.PolarsError, UnicodeDecodeError):
        return None
    if cells.height != len(offsets):
        return None
    tail = data[stop:].count(b"\n")
    trailing = max(0, tail - 1)
    rows = Rows(
        header,
        cells,
        np.arange(line, line + len(offsets)).tolist(),
        (offsets + start).tolist(),
        n_blank=trailing,
        data=data,
    )
    return _without_blank(rows)


def _regular(body: bytes, delimiter: int, width: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]] | None":
    """Byte on which each row begins, if every row has `width` cells; else None."""
    octets = np.frombuffer(body, np.uint8)
    if (octets == 0).any():
        return None
    ends, delimiters = np.flatnonzero(octets == 10), np.flatnonzero(octets == delimiter)
    quotes = np.flatnonzero(octets == 34)
    if quotes.size % 2:
        return None
    if quotes.size:
        # Polars and this count take every quote as opening or closing; csv takes one inside a bare cell as text.
        # Where a quote stands elsewhere than at the edge of a cell or doubled, the two could differ: the slow way.
        if not _quotes_at_edges(octets, quotes, delimiter):
            return None
        ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
        delimiters = delimiters[np.searchsorted(quotes, delimiters) % 2 == 0]
    edges = np.append(ends, octets.size)
    counts = np.diff(np.searchsorted(delimiters, edges), prepend=0)
    if (counts != width - 1).any():
        return None
    return np.append(np.zeros(1, np.int64), ends + 1)


def _quotes_at_edges(
    octets: "np.ndarray[tuple[int], np.dtype[np.uint8]]",
    quotes: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    delimiter: int,
) -> bool:
    """Whether every opening quote follows a delimiter, a line end or a closing quote, and every closing one precedes one."""
    opening, closing = quotes[::2], quotes[1::2]
    before = octets[np.maximum(opening - 1, 0)]
    after = octets[np.minimum(closing + 1, octets.size - 1)]
    fits_before = (opening == 0) | np.isin(before, (delimiter, 10, 34))
    fits_after = (closing == octets.size - 1) | np.isin(after, (delimiter, 10, 13, 34))
    return bool(fits_before.all() and fits_after.all())


def _slow(data: bytes, start: int, line: int, delimiter: str, header: list[str], encoding: str) -> Rows:
    """Row by row: blank rows counted, ragged rows and rows that are not text refused."""
    rows = Rows(header, _empty_cells(len(header)), [], [], [], 0, data)
    good: list[list[str]] = []
    raw_lines = data[start:].split(b"\n")
    if raw_lines and not raw_lines[-1].strip():
        raw_lines.pop()
    offsets = (start + np.cumsum([0, *(len(r) + 1 for r in raw_lines)])).tolist()
    at = 0
    while at < len(raw_lines):
        cells, used, fault = _take(raw_lines, at, delimiter, encoding, len(header))
        if fault is not None:
            reason, detail = fault
            raw = raw_lines[at].rstrip(b"\r")[:RAW_KEPT]
            rows.refusals.append(Refusal(line, offsets[at], reason, detail, raw))
        elif cells is None:
            rows.n_blank += 1
        else:
            good.append(cells)
            rows.lines.append(line)
            rows.offsets.append(offsets[at])
        at += used
        line += 1
    if good:
        columns = zip(*good, strict=True)
        rows.cells = pl.DataFrame(
            {str(i): list(c) for i, c in enumerate(columns)}, schema={str(i): pl.String for i in range(len(header))}
        ).select(cleaning.cell(pl.all()))
    return rows


def _take(
    lines: list[bytes], at: int, delimiter: str, encoding: str, width: int
) -> tuple[list[str] | None, int, tuple[Reason, str] | None]:
    """Cells of the row at line `at` (None: blank), how many lines it took, and what is wrong with it."""
    if b"\0" in lines[at]:
        return None, 1, (Reason.ENCODING_INVALID, "the row holds a NUL byte")
    try:
        first = lines[at].decode(encoding)
    except UnicodeDecodeError as error:
        return None, 1, (Reason.ENCODING_INVALID, f"the row is not {encoding} text: {error.reason}")
    reader = csv.reader(_decoded(lines, at, encoding), delimiter=delimiter)
    try:
        cells = next(reader, [])
        if len(cells) == width:
            return cells if any(c.strip() for c in cells) else None, reader.line_num, None
        if reader.line_num > 1:  # an unclosed quote ran on: this line alone is refused
            cells = next(csv.reader([first], delimiter=delimiter))
    except csv.Error as error:
        return None, 1, (Reason.ROW_RAGGED, f"the row cannot be cut into cells: {error}")
    if not any(c.strip() for c in cells):
        return None, 1, None
    return None, 1, (Reason.ROW_RAGGED, f"{len(cells)} cells where the header has {width}")


def _decoded(lines: list[bytes], at: int, encoding: str) -> Iterator[str]:
    """Lines from `at` on, as long as they are text and at most _SPAN of them: csv asks for more inside quotes."""
    for i in range(at, min(at + _SPAN, len(lines))):
        try:
            yield lines[i].decode(encoding) + "\n"
        except UnicodeDecodeError:
            return


# --- workbooks ---------------------------------------------------------------------------------------------------


def _sheets(data: bytes, n_rows: int | None = None) -> Iterator[pl.DataFrame]:
    """The sheets as text, row 1 of the sheet being row 0 of the frame."""
    import fastexcel  # noqa: PLC0415  (only workbooks need it)

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise ValueError(f"the workbook is damaged: {error}") from error
    total = sum(i.file_size for i in members)
    if not any(i.filename.startswith("xl/") for i in members):
        raise ValueError("a zip, but no workbook")
    if total > _MAX_XLSX_BYTES or total > _MAX_RATIO * max(len(data), 1):
        raise ValueError(f"the workbook unpacks to {total} bytes, {total // max(len(data), 1)} times its size")
    try:
        reader = fastexcel.read_excel(data)
        for name in reader.sheet_names:
            sheet = reader.load_sheet(name, header_row=None, skip_rows=0, n_rows=n_rows, dtypes="string")
            yield sheet.to_polars() if sheet.width else pl.DataFrame()
    except fastexcel.FastExcelError as error:
        raise ValueError(f"the workbook cannot be read: {error}") from error


def _workbook(data: bytes, accepts: Accepts) -> Iterator[Rows]:
    for sheet in _sheets(data):
        for above, row in enumerate(sheet.head(HEADER_WITHIN).rows()):
            header = [(v or "").strip() for v in row]
            while header and not header[-1]:
                header.pop()
            if accepts(header):
                yield _sheet(sheet, above, header)
                break


def _sheet(sheet: pl.DataFrame, above: int, header: list[str]) -> Rows:
    width = len(header)
    frame = sheet.slice(above + 1)
    frame = frame.rename({old: str(i) for i, old in enumerate(frame.columns)}).select(cleaning.cell(pl.all()))
    rows = Rows(header, frame, list(range(above + 2, above + 2 + frame.height)), [-1] * frame.height)
    if frame.width > width:
        over = frame.select(pl.any_horizontal(pl.col(frame.columns[width:]).is_not_null()))[:, 0]
        for i in over.arg_true().to_list():
            detail = f"a cell stands right of the header's {width} columns"
            rows.refusals.append(Refusal(rows.lines[i], -1, Reason.ROW_RAGGED, detail, rows.raw(i)))
        rows = _kept(rows, ~over)
        rows.cells = rows.cells[:, :width]
    return _without_blank(rows)


def _empty_cells(width: int) -> pl.DataFrame:
    return pl.DataFrame(schema={str(i): pl.String for i in range(width)})


def _kept(rows: Rows, keep: pl.Series) -> Rows:
    if keep.all():
        return rows
    at = keep.arg_true().to_list()
    rows.cells = rows.cells.filter(keep)
    rows.lines, rows.offsets = [rows.lines[i] for i in at], [rows.offsets[i] for i in at]
    return rows


def _without_blank(rows: Rows) -> Rows:
    rows.cells = rows.cells.select(cleaning.cell(pl.all()))
    blank = rows.cells.select(pl.all_horizontal(pl.all().is_null()))[:, 0]
    rows.n_blank += int(blank.sum())
    return _kept(rows, ~blank)
