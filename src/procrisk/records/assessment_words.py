"""Cells of the form of the structured assessment turned into codes, see `procrisk.assessment`."""

from collections.abc import Callable

import polars as pl

from procrisk import assessment
from procrisk.records import regions
from procrisk.records.batch import Reason
from procrisk.records.vocabulary import fold

Exp = Callable[[pl.Expr], pl.Expr]
_WORDS = {"SI": "yes", "PARCIAL": "partial", "NO": "no", "SIN EVIDENCIA": "no_evidence", "NO APLICA": "not_applicable"}


def region(raw: pl.Expr) -> pl.Expr:
    """Code of a region from its code (with or without the leading zero) or its name."""
    code = raw.str.strip_chars().str.zfill(2)
    given = pl.when(code.is_in(list(regions.REGIONS))).then(code)
    return pl.coalesce(given, regions.region_of(raw, pl.lit(None, pl.String)))


def question(raw: pl.Expr) -> pl.Expr:
    """Id of a question of the bank, whatever its case."""
    id_ = raw.str.strip_chars().str.to_uppercase()
    return pl.when(id_.is_in(assessment.questions()["id"].to_list())).then(id_)


def answer(raw: pl.Expr) -> pl.Expr:
    """Code of an answer from the word of the form."""
    return fold(raw).str.strip_chars().replace_strict(_WORDS, default=None, return_dtype=pl.String)


def fault(value: Exp) -> Exp:
    """CODE_UNKNOWN where a cell says something that the parser `value` cannot read."""

    def of(raw: pl.Expr) -> pl.Expr:
        return pl.when(raw.is_not_null() & value(raw).is_null()).then(pl.lit(Reason.CODE_UNKNOWN.value))

    return of
