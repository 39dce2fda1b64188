"""What identifies a natural person is masked in everything that leaves the house: tables, sheets, pages, quarantine.

A RUC that begins with 10 is a natural person's and contains the DNI. It is shown as `10*******` and its last two digits;
names keep the first letter of each word. Companies and entities (RUC 20...) are public and stay.
"""

import re
from collections.abc import Collection

import polars as pl

KEPT = frozenset({"process_id", "ocid", "sha256", "input", "input_sha256", "key"})
"""Columns that are keys or hashes: digits in them identify nobody, and masking would break joins."""

_HOLDS = r"10\d{9}"
_RUC = r"(^|[^0-9])10\d{7}(\d{2})($|[^0-9])"
_DNI = r"(?i)(\bD\.?\s?N\.?\s?I\.?(?:\s*(?:N[°ºo.]*|:|#|-))*\s*)\d{6}(\d{2})\b"
_WORD = r"(\p{L})[\p{L}\p{M}'’`-]*"
# JSON may write Ñ as \u00d1
_NAME_LETTER = r"(?:[\p{L}\p{M}.'’-]|\\u[0-9a-fA-F]{4})"
_NAME_CELL = rf"""(^|[,;|\t"])(\s*{_NAME_LETTER}+(?:\s+{_NAME_LETTER}+)+\s*)($|[,;|\t"\r\n])"""
_MASKED_RUC, _MASKED_DNI = "10*******", "******"
_PY_RUC, _PY_DNI = re.compile(r"(?<![0-9])10\d{7}(\d{2})(?![0-9])"), re.compile(_DNI)


def is_natural(ruc: pl.Expr) -> pl.Expr:
    """Whether a text column holds a natural person's RUC: 10 and nine digits. Null stays null."""
    return ruc.str.contains(r"^\s*10\d{9}\s*$")


def mask_ruc(ruc: pl.Expr) -> pl.Expr:
    """A column of RUC: natural persons' as `10*******` and the last two digits, all others as they are."""
    return ruc.str.replace(r"^\s*10\d{7}(\d{2})\s*$", f"{_MASKED_RUC}${{1}}")


def mask_name(name: pl.Expr, natural: pl.Expr) -> pl.Expr:
    """A column of names: where `natural` is true, the first letter of each word and `***`; null is not true."""
    return pl.when(natural.fill_null(value=False)).then(name.str.replace_all(_WORD, "${1}***")).otherwise(name)


def mask_text(text: pl.Expr) -> pl.Expr:
    """Free text: every 11-digit number that begins with 10 and is no part of a longer one, and numbers said to be a DNI."""
    # two passes: neighbours share the character between them, and one match consumes it
    ruc = f"${{1}}{_MASKED_RUC}${{2}}${{3}}"
    return (
        text.str.replace_all(_RUC, ruc).str.replace_all(_RUC, ruc).str.replace_all(_DNI, f"${{1}}{_MASKED_DNI}${{2}}")
    )


def mask_raw(raw: pl.Expr) -> pl.Expr:
    """The raw text of a refused record: as `mask_text`; where it names a natural person, cells that look like names go too.

    Nobody knows which cell of a record that could not be read is whose name, so every cell or JSON string of two or more
    words without digits becomes `***` there. The record itself is found by file, line and offset.
    """
    hidden = raw.str.replace_all(_NAME_CELL, "${1}***${3}").str.replace_all(_NAME_CELL, "${1}***${3}")
    person = raw.str.contains(_RUC) | raw.str.contains(_DNI)
    return mask_text(pl.when(person).then(hidden).otherwise(raw))


WITHHELD = "*** (registro de personas: véase archivo, fila y posición / register of people: see file, line and offset)"
"""What stands for the raw text of a refused row of a register of people."""

_SHOWN_CELL = r"""(: ['"])(.*)$"""
_HARMLESS = r"""^['"](?:\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|-?\d{1,5}(?:[.,]\d+)?\s?%?)['"]$"""


def refused(quarantine: pl.DataFrame, personal: Collection[str]) -> pl.DataFrame:
    """The quarantine without the raw text, and without the values in `detail`, of rows that may name people.

    Nobody knows what stands in which cell of a row that could not be read. A document or a name may stand alone, without
    the RUC by which `mask_raw` tells a natural person, so nothing of such a row is shown; dates and short numbers stay.

    Args:
        quarantine: columns of ingest.QUARANTINE.
        personal: kinds of table that name people. A workbook may hold several tables, of which `kind` names the first:
            its rows (offset -1) are treated alike.
    """
    of_people = pl.col("kind").is_in(list(personal)) | (pl.col("offset") < 0)
    value = pl.col("detail").str.extract(r"""(['"].*)$""")
    hidden = pl.col("detail").str.replace(_SHOWN_CELL, ": ***")
    plain = value.is_null() | value.str.contains(_HARMLESS)
    return quarantine.with_columns(
        raw=pl.when(of_people).then(pl.lit(WITHHELD)).otherwise("raw"),
        detail=pl.when(of_people & ~plain).then(hidden).otherwise("detail"),
    )


def text(value: str) -> str:
    """`mask_text` for one Python string (pages, sentences, JSON)."""
    return _PY_DNI.sub(rf"\g<1>{_MASKED_DNI}\2", _PY_RUC.sub(rf"{_MASKED_RUC}\1", value))


def public(frame: pl.DataFrame, *, raw: Collection[str] = (), keep: Collection[str] = KEPT) -> pl.DataFrame:
    """`frame` with every text column, and text in lists, masked.

    Args:
        frame: any frame about to be published.
        raw: columns of raw records, masked by `mask_raw`.
        keep: columns left alone.

    Raises:
        TypeError: a column of bytes or of structs: nobody can say what is in it; make it text first.
    """
    masked = []
    for name, dtype in frame.schema.items():
        if name in keep:
            continue
        if dtype in (pl.Binary, pl.Object) or dtype.base_type() in (pl.Struct, pl.Array):
            raise TypeError(f"column {name} is {dtype}: make it text before it is published, so that it can be masked")
        named = dtype in (pl.Categorical, pl.Enum)
        column = pl.col(name).cast(pl.String) if named else pl.col(name)
        if (named or dtype == pl.String) and _any(frame, column):
            masked.append(mask_raw(column) if name in raw else mask_text(column))
        elif dtype == pl.List(pl.String) and _any(frame, column.explode(empty_as_null=True, keep_nulls=True)):
            masked.append(column.list.eval(mask_text(pl.element())))
    return frame.with_columns(masked)


def _any(frame: pl.DataFrame, column: pl.Expr) -> bool:
    """Whether there is anything to mask: most columns hold nobody, and looking is cheaper than replacing."""
    found: bool = frame.select(
        (column.str.contains(_HOLDS) | column.str.contains(_DNI)).any().fill_null(value=False)
    ).item()
    return found
