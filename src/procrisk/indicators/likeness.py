"""Which descriptions name the same object: the character n-grams they share, inside a buyer.

A description is the set of the n-grams (`LOW` to `HIGH` characters) of its first telling words, those before "para", "meta" or "proyecto": what is
bought stands first, what for (a work, a programme, a village) is shared by different objects. The likeness of two is the cosine
of the two sets, shared / sqrt(size * size). Sets make it a ratio of whole numbers, the same on every machine. Its errors
are measured in docs/minor_purchases.md.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from procrisk.indicators import common
from procrisk.indicators.features_text import telling

LOW, HIGH = 4, 5
"""Characters of an n-gram; words are framed by a blank on each side, n-grams do not pass from one to the next."""
WORDS = 3
"""Telling words read of a description."""
QUALIFIERS = "BOLSAS?|CAJAS?|COLOR|DESCARTABLES?|DIFERENTES?|DISTINT[OA]S?|ESTERIL(?:ES)?|MARCA|MEDIDAS?|PAQUETES?|TALLAS?|UNIDAD(?:ES)?"
"""Words that tell a size, a pack or a quality and not the object; passed over."""
CELLS = 4_000_000
"""Pairs of descriptions compared at once: bounds the memory, about 12 bytes a pair that shares any n-gram."""


def heads(texts: pl.DataFrame, least: float | None = None) -> pl.DataFrame:
    """Group the descriptions of each buyer by the object they name.

    Args:
        texts: buyer, text and n (how often the buyer wrote it); one row a buyer and text.
        least: least likeness; None for the shared figure `like_text`.

    Returns:
        the rows with `words` (those that name the object), `head`, the words, sorted and joined, that the buyer uses most of
        those like these (of equals the first in alphabetical order; they may be its own), and `likeness` of the two. Texts
        with one head name the same object: every one is like the head itself, so that no chain of small steps leads from one
        object to another. Head and likeness are null where no telling word is left.
    """
    told = texts.select("text").unique().with_columns(words=named(pl.col("text")))
    told = told.with_columns(
        _key=pl.when(pl.col("words").list.len() > 0).then(pl.col("words").list.unique().list.sort().list.join(" "))
    )
    keyed = texts.join(told, on="text", how="left", maintain_order="left")
    known = keyed.drop_nulls("_key").group_by("buyer", "_key").agg(pl.col("n").sum())
    known = known.sort(["buyer", "n", "_key"], descending=[False, True, False])
    if known.is_empty():
        return keyed.drop("_key").with_columns(head=pl.lit(None, pl.String), likeness=pl.lit(None, pl.Float64))
    place, likeness = _first_like(
        _grams(known["_key"]), known["buyer"], common.share("like_text") if least is None else least
    )
    found = known.select("buyer", "_key", head=known["_key"].gather(place), likeness=pl.Series(likeness))
    return keyed.join(found, on=["buyer", "_key"], how="left", maintain_order="left").drop("_key")


def named(text: pl.Expr) -> pl.Expr:
    """List of the words that name what is bought: the first telling ones, before "para" and the like if there are any."""
    before = _telling(text.str.replace(r"(?is)\b(para|meta|proyecto)\b.*", ""))
    return pl.when(before.list.len() > 0).then(before).otherwise(_telling(text)).list.head(WORDS)


def _telling(text: pl.Expr) -> pl.Expr:
    return telling(text).list.eval(pl.element().filter(~pl.element().str.contains(f"^(?:{QUALIFIERS})$")))


def _grams(keys: pl.Series) -> Any:
    """Sparse matrix of keys by n-grams, 1 where a key has the n-gram. Each distinct word is cut once."""
    from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415 - seconds that only orders should pay

    words = keys.str.split(" ").explode().unique().sort().to_list()
    cut = CountVectorizer(analyzer="char_wb", ngram_range=(LOW, HIGH), lowercase=False, binary=True, dtype=np.int32)
    has = CountVectorizer(analyzer=str.split, vocabulary=words, binary=True, dtype=np.int32).transform(keys.to_list())
    grams = (has @ cut.fit_transform(words)).tocsr()
    grams.data[:] = 1
    return grams


def _first_like(grams: Any, buyers: pl.Series, least: float) -> tuple[Any, Any]:
    """For each row the first row of the same buyer that is like it (itself at the latest), and their likeness."""
    place = np.empty(grams.shape[0], np.int64)
    likeness = np.empty(grams.shape[0])
    size = np.asarray(grams.sum(axis=1)).ravel().astype(np.int64)
    for first, last, start, stop in _blocks(buyers):
        shared = (grams[start:stop] @ grams[first:last].T).tocoo()
        row, column = shared.row + start, shared.col + first
        cosine = shared.data / np.sqrt(size[row] * size[column])
        like = cosine >= least
        row, column, cosine = row[like], column[like], cosine[like]
        order = np.lexsort((column, row))
        rows, at = np.unique(row[order], return_index=True)
        place[rows], likeness[rows] = column[order][at], cosine[order][at]
    return place, likeness


def _blocks(buyers: pl.Series) -> Iterator[tuple[int, int, int, int]]:
    """Of each buyer, its first and last row, and so many of its rows at a time that they make at most CELLS pairs."""
    ends = np.cumsum(buyers.rle().struct.field("len").to_numpy())
    for first, last in zip(np.concatenate([[0], ends[:-1]]), ends, strict=True):
        step = max(CELLS // int(last - first), 1)
        for start in range(int(first), int(last), step):
            yield int(first), int(last), start, min(start + step, int(last))
