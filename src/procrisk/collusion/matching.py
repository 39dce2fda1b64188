"""Names and addresses that are nearly the same: compared inside blocks, each match with its score out of 100.

A match says that two texts are alike, not that two firms are one: the score is part of the evidence. Natural persons are
not compared by name: surnames are shared by families, and that is nobody's risk.
"""

import polars as pl

from procrisk.records.vocabulary import fold

NAME_SCORE = 90
"""Likeness of two names from which they are shown as alike (criterio propio: one short word or a typing error apart)."""
ADDRESS_SCORE = 85
"""The same of two addresses of one place with the same numbers: street names are abbreviated in many ways."""
MAX_BLOCK = 40
"""Firms of a block beyond which its word is too common to compare all of them."""
MIN_LETTERS = 6
"""Letters of a text from which likeness says anything."""

_FORMS = (
    r"\b(S ?A ?C|S ?A|S ?R ?L|S ?R ?LTDA|E ?I ?R ?L|S ?C ?R ?L|SOCIEDAD|ANONIMA|CERRADA|COMERCIAL|DE|RESPONSABILIDAD|LIMITADA|"
    r"EMPRESA|INDIVIDUAL|SUCURSAL|DEL|LA|LAS|LOS|EL|Y|E|PERU|LTDA|CIA|COMPANIA|ASOCIADOS|CONSTRUCTORA|CONSTRUCCIONES|"
    r"CONTRATISTAS?|SERVICIOS?|GENERALES|INVERSIONES|GRUPO|CORPORACION|INGENIEROS|INGENIERIA|CONSULTORES|CONSULTORIA|"
    r"COMERCIALIZADORA|DISTRIBUIDORA|IMPORTACIONES|REPRESENTACIONES|NEGOCIOS|MULTISERVICIOS|TRANSPORTES|PROYECTOS)\b"
)
_STREETS = r"\b(AV|AVENIDA|JR|JIRON|CAL|CALLE|PSJE?|PASAJE|URB|URBANIZACION|NRO|NUM|NUMERO|N|INT|INTERIOR|MZA?|MANZANA|LTE?|LOTE|DPTO|OFICINA|OF)\b"
_NATURAL = r"^10\d{9}$"
_SCHEMA = {"firm": pl.String, "firm_b": pl.String, "score": pl.Int64}


def names(firms: pl.DataFrame) -> pl.DataFrame:
    """Firms whose names are alike once legal forms and words of trade are left out.

    Args:
        firms: firm (RUC or code) and name; several names a firm are each compared.

    Returns:
        firm, firm_b (firm < firm_b), score (NAME_SCORE to 100, the best of their names), sorted. Numbers in names have to agree.
    """
    legal = firms.drop_nulls(["firm", "name"]).filter(~pl.col("firm").str.contains(_NATURAL))
    words = _words(pl.col("name")).str.replace_all(_FORMS, " ")
    read = _read(legal.select("firm", text=words))
    blocks = read.with_columns(block=pl.col("text").str.split(" ")).explode(
        "block", keep_nulls=False, empty_as_null=False
    )
    return _alike(blocks.filter(pl.col("block").str.len_chars() > 2).unique(), NAME_SCORE)


def addresses(places: pl.DataFrame) -> pl.DataFrame:
    """Firms of one place whose addresses are alike.

    Args:
        places: firm, address and place (district or its code).

    Returns:
        as `names`, ADDRESS_SCORE to 100. Addresses without a number are not compared; their numbers have to agree. Places with
        more than MAX_BLOCK firms at the same numbers are left out.
    """
    words = _words(pl.col("address")).str.replace_all(_STREETS, " ")
    told = places.drop_nulls(["firm", "address", "place"]).select("firm", text=words, place=fold(pl.col("place")))
    read = _read(told).filter(pl.col("numbers") != "")
    return _alike(read.with_columns(block=pl.concat_str("place", "numbers", separator="|")), ADDRESS_SCORE)


def _words(text: pl.Expr) -> pl.Expr:
    return fold(text).str.replace_all(r"[^A-Z0-9]+", " ")


def _read(texts: pl.DataFrame) -> pl.DataFrame:
    """Letters apart from numbers; texts with too few letters are left out."""
    text = pl.col("text")
    letters = text.str.replace_all(r"\d+", " ").str.replace_all(r" +", " ").str.strip_chars()
    apart = texts.with_columns(text=letters, numbers=text.str.extract_all(r"\d+").list.sort().list.join(" "))
    return apart.filter(text.str.len_chars() >= MIN_LETTERS).unique()


def _alike(blocks: pl.DataFrame, least: int) -> pl.DataFrame:
    """Pairs of firms of one block, with the same numbers, whose texts reach `least`."""
    key = ["block", "numbers"]
    small = blocks.filter(pl.col("firm").n_unique().over(key).is_between(2, MAX_BLOCK)).select(*key, "firm", "text")
    both = small.join(small, on=key, suffix="_b").filter(pl.col("firm") < pl.col("firm_b"))
    texts = both.select("firm", "firm_b", "text", "text_b").unique().sort(pl.all())
    if texts.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - costs more to import than most runs need

    score = process.cpdist(texts["text"].to_list(), texts["text_b"].to_list(), scorer=fuzz.token_sort_ratio, workers=1)
    found = texts.select("firm", "firm_b", score=pl.Series(score).floor().cast(pl.Int64))
    return (
        found.filter(pl.col("score") >= least)
        .group_by("firm", "firm_b")
        .agg(pl.col("score").max())
        .sort("firm", "firm_b")
    )
