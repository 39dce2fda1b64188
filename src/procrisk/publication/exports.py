"""Deterministic files: same frame, same bytes, whatever the time zone, locale, number of threads or order of its rows.

Everything written here is masked (`masking.public`). Text that a spreadsheet would run as a formula is made harmless.
"""

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from procrisk import fsio
from procrisk.publication import masking

ZSTD_LEVEL = 3
ROW_GROUP = 1 << 16
"""Rows of a Parquet row group."""

_FORMULA = r"""^(?:[\t\r\n]|[\s\p{C}"'`]*[=+\-@＝＋－＠﹦﹢﹣﹫−])"""
"""What a spreadsheet may take for a formula, after spaces, quotes or invisible characters too (CWE-1236)."""


def ordered(frame: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """`frame` sorted by `key`, which must tell its rows apart: only then is the order of rows a fact and not chance.

    Raises:
        ValueError: two rows have one key, or a column of the key is missing.
    """
    if lack := [c for c in key if c not in frame.columns]:
        raise ValueError(f"the key {list(key)} needs columns that the frame lacks: {lack}")
    twice = frame.select(key).is_duplicated()
    if twice.any():
        example = frame.filter(twice).select(key).row(0, named=True)
        raise ValueError(
            f"the key {list(key)} does not tell rows apart: {int(twice.sum())} rows repeat, e.g. {example}"
        )
    return frame.sort(key, nulls_last=False, maintain_order=True)


def write_parquet(frame: pl.DataFrame, path: Path, key: Sequence[str], *, raw: Collection[str] = ()) -> None:
    """Write `frame`, sorted and masked, as Parquet (zstd, row groups of 65,536, statistics).

    Args:
        frame: rows told apart by `key` before masking; two masked natural persons may look the same afterwards.
        path: a new file.
        key: columns to sort by.
        raw: columns of raw records.

    Raises:
        ValueError: `key` is not unique.
        PublicationIOError: writing failed.
    """
    body = masking.public(ordered(frame, key), raw=raw)
    # whoever reads it gets text, not numbers of categories in the order in which they were met
    body = body.with_columns(pl.col(pl.Categorical).cast(pl.String))
    with fsio.writing(path) as f:
        body.write_parquet(
            f, compression="zstd", compression_level=ZSTD_LEVEL, row_group_size=ROW_GROUP, statistics=True
        )


def write_csv(frame: pl.DataFrame, path: Path, key: Sequence[str], *, raw: Collection[str] = ()) -> None:
    """Write `frame`, sorted and masked, as UTF-8 CSV: lists joined with `;`, formulas made harmless, numbers as numbers.

    Raises:
        ValueError: `key` is not unique.
        PublicationIOError: writing failed.
    """
    body = for_spreadsheet(masking.public(ordered(frame, key), raw=raw))
    with fsio.writing(path) as f:
        body.write_csv(
            f, line_terminator="\n", null_value="", date_format="%Y-%m-%d", datetime_format="%Y-%m-%dT%H:%M:%S"
        )


def write_json(document: Any, path: Path) -> None:
    """Write `document` as JSON with sorted keys, its strings masked; NaN is an error.

    Raises:
        PublicationIOError: writing failed.
    """
    data = json.dumps(_masked(document), sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)
    with fsio.writing(path) as f:
        f.write(data.encode() + b"\n")


def write_bytes(data: bytes, path: Path) -> None:
    """Write a file made elsewhere (page, workbook), which has masked its own text.

    Raises:
        PublicationIOError: writing failed.
    """
    with fsio.writing(path) as f:
        f.write(data)


def for_spreadsheet(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists joined with `;` and text that no spreadsheet runs: for CSV and for the workbook alike. Numbers stay numbers."""
    lists = [c for c, t in frame.schema.items() if isinstance(t, pl.List)]
    flat = frame.with_columns(pl.col(lists).cast(pl.List(pl.String)).list.join(";", ignore_nulls=True))
    flat = flat.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
    return flat.with_columns(harmless(pl.col(pl.String)))


def harmless(text: pl.Expr) -> pl.Expr:
    """Text with `'` before what a spreadsheet would take for a formula, and without NUL characters.

    A source may have escaped already; one more `'` is harmless, a formula is not.
    """
    clean = text.str.replace_all("\x00", "", literal=True)
    return pl.when(clean.str.contains(_FORMULA)).then(clean.str.replace("^", "'")).otherwise(clean)


def _masked(document: Any) -> Any:
    if isinstance(document, str):
        return masking.text(document)
    if isinstance(document, dict):
        return {k: v if k in masking.KEPT else _masked(v) for k, v in document.items()}
    if isinstance(document, (list, tuple)):
        return [_masked(v) for v in document]
    return document
