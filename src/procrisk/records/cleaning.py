r"""Published cells turned into values: text, money, days, numbers, codes. Vectorised Polars expressions, no state.

A cell is text as published, trimmed, null where it is empty (`cell`). Every parser gives null for a cell that it
cannot read; `*_fault` says why, so that a cell that holds something unreadable is never taken for an empty one.

The publisher's artefacts and what is done about them (`text`):

- literal `\n`, `\r`, `\t`, doubled and non-breaking spaces become one space; the ends are trimmed;
- HTML entities (`WENDY&#39;S`) become the character;
- `Â` is the first byte of a UTF-8 pair read as latin-1 (`NÂ°`): it goes; `Ã³` and its kin become the letter;
- `¿` stands for a typographic quote, a dash or a lost accented letter. A pair around words, or a lone one at the
  edge of a word, becomes `"`; alone between spaces, `-`; after N and before a figure, `°`; in the endings -CIÓN,
  -SIÓN, -XIÓN, -GIÓN and in the few words of `_LOST` the letter is certain and is put back. Elsewhere inside a word
  the letter cannot be known and `¿` stays; in a text that also holds `?` it may open a question and stays too.
"""

from collections.abc import Callable
from datetime import date

import polars as pl

from procrisk.records.batch import Reason
from procrisk.records.checks import MAX_CENTS
from procrisk.records.vocabulary import fold

MAX_SOLES = MAX_CENTS / 100
"""No published amount reaches it: beyond, it is a slip of the keyboard."""

SENTINELS = (
    date(1, 1, 1),
    date(1753, 1, 1),
    date(1899, 12, 30),
    date(1899, 12, 31),
    date(1900, 1, 1),
    date(9999, 12, 31),
)
"""Days that databases write for "no date"."""

_FIRST_YEAR, _LAST_YEAR = 1950, 2200
_EMPTY = ("", "NULL", "null", "None", "NaN", "nan", "#N/A", "\\N")

_MOJIBAKE = {
    "Ã¡": "á", "Ã©": "é", "Ã­": "í", "Ã³": "ó", "Ãº": "ú", "Ã±": "ñ", "Ã¼": "ü",
    "Ã\x81": "Á", "Ã‰": "É", "Ã\x89": "É", "Ã\x8d": "Í", "Ã“": "Ó", "Ã\x93": "Ó", "Ãš": "Ú", "Ã\x9a": "Ú",
    "Ã‘": "Ñ", "Ã\x91": "Ñ", "Ãœ": "Ü", "Â": "",
}  # fmt: skip
_ENTITIES = {"&#39;": "'", "&#34;": '"', "&quot;": '"', "&apos;": "'", "&lt;": "<", "&gt;": ">", "&amp;": "&"}
_LOST = {
    r"([CSXG])I¿N\b": "${1}IÓN",
    r"([csxg])i¿n\b": "${1}ión",
    r"\bGESTI¿N\b": "GESTIÓN",
    r"\bPER¿(\s|$)": "PERÚ${1}",
    r"\B¿(REAS?\b|MBITO\b|NCASH\b)": "Á${1}",
    r"\B¿(RGANOS?\b|PTIC[AO]S?\b)": "Ó${1}",
    r"\B¿(NIC[AO]S?\b|TIL(?:ES)?\b)": "Ú${1}",
    r"\bN¿\s*:?\s*(\d)": "N° ${1}",
}


def cell(raw: pl.Expr) -> pl.Expr:
    """A cell as published, trimmed; null where it holds nothing or a database's word for nothing."""
    trimmed = raw.str.strip_chars(" \t\r\n\u00a0\u200b\ufeff")
    return pl.when(~trimmed.is_in(_EMPTY)).then(trimmed)


def text(raw: pl.Expr) -> pl.Expr:
    """Text for people, without the publisher's artefacts (see the module); null when nothing is left."""
    return _spaced(unartefact(_spaced(raw)))


def _spaced(raw: pl.Expr) -> pl.Expr:
    single = raw.str.replace_all(r"(?:\\[nrt]|[\s\u00a0])+", " ").str.strip_chars(" ")
    return pl.when(single != "").then(single)


def unartefact(raw: pl.Expr) -> pl.Expr:
    """`¿`, `Â`, `Ã` and HTML entities put right, as far as that can be known."""
    plain = _MOJIBAKE | _ENTITIES
    out = raw.str.replace_many(list(plain), list(plain.values()))
    for pattern, put in _LOST.items():
        out = out.str.replace_all(pattern, put)
    question = out.str.contains("?", literal=True)
    quoted = (
        out.str.replace_all(r"(^|[\s(\[,;:-])¿([^¿]*[^¿\s])¿($|[\s)\],.;:-])", '${1}"${2}"${3}')
        .str.replace_all(r"(^|\s)¿(\s|$)", "${1}-${2}")
        .str.replace_all(r"(^|[\s(\[,;:-])¿(\S)", '${1}"${2}')
        .str.replace_all(r"(\S)¿($|[\s)\],.;:-])", '${1}"${2}')
    )
    return pl.when(question).then(out).otherwise(quoted)


def clean_text(raw: pl.Series) -> pl.Series:
    """`text` of a whole column; the costly steps run on the rows that need them. Same result."""
    spaced = _mend(raw, r"\\[nrt]|[^\S ]|  |^ | $|^$", _spaced)
    return _mend(spaced, "[¿ÂÃ]|&#?[a-z0-9]+;", lambda x: _spaced(unartefact(x)))


def _mend(raw: pl.Series, where: str, how: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """`raw` with `how` applied where the pattern is found; texts that repeat are mended once."""
    at = raw.str.contains(where).fill_null(value=False).arg_true()
    if at.is_empty():
        return raw
    frame = raw.gather(at).to_frame("x")
    # lazily, so that steps shared by several branches are computed once
    mended = frame.unique(maintain_order=True).lazy().with_columns(how(pl.col("x")).alias("y")).collect()
    return raw.clone().scatter(at, frame.join(mended, on="x", how="left", maintain_order="left")["y"])


def upper(raw: pl.Expr) -> pl.Expr:
    """A state or status, upper case."""
    return text(raw).str.to_uppercase()


# --- numbers and money -------------------------------------------------------------------------------------------


def number(raw: pl.Expr) -> pl.Expr:
    """A number, f64: 1234.5, 1,234.50, 1.234,50, 12,5, S/ 99, 1.5E7; null where it is none or not finite.

    A comma before exactly three figures parts thousands (Peru writes 1,234.50), a point never does unless it
    repeats or a comma follows.
    """
    bare = raw.str.replace(r"^(?i:S/\.?|US\$|\$|€|PEN|USD|EUR)\s*", "").str.replace_all(r"[\s\u00a0']", "")
    plain = pl.when(bare.str.contains(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$")).then(bare)
    grouped = pl.when(bare.str.contains(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$")).then(bare.str.replace_all(",", ""))
    continental = pl.when(
        bare.str.contains(r"^[+-]?(?:\d{1,3}(?:\.\d{3})+,\d+|\d+,\d{1,2}|\d{1,3}(?:\.\d{3}){2,})$")
    ).then(bare.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
    value = pl.coalesce(plain, grouped, continental).cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value)


def number_fault(raw: pl.Expr, value: pl.Expr) -> pl.Expr:
    """AMOUNT_INVALID where the cell holds something that is no number, AMOUNT_NEGATIVE below zero."""
    return (
        pl.when(raw.is_not_null() & value.is_null())
        .then(pl.lit(Reason.AMOUNT_INVALID.value))
        .when(value < 0)
        .then(pl.lit(Reason.AMOUNT_NEGATIVE.value))
    )


def cents(value: pl.Expr) -> pl.Expr:
    """Soles (or other units), f64, to int64 cents, to the nearest; null outside 0..MAX_SOLES.

    Published amounts carry float noise (437375.99999999994): rounding to the cent removes it.
    """
    return pl.when(value.is_between(0, MAX_SOLES)).then((value * 100).round(0)).cast(pl.Int64, strict=False)


def money(raw: pl.Expr) -> pl.Expr:
    """A published amount in int64 cents; null where `money_fault` finds fault."""
    return cents(number(raw))


def money_fault(raw: pl.Expr) -> pl.Expr:
    """Why an amount is refused: AMOUNT_INVALID, AMOUNT_NEGATIVE or AMOUNT_TOO_LARGE."""
    value = number(raw)
    return pl.when(value > MAX_SOLES).then(pl.lit(Reason.AMOUNT_TOO_LARGE.value)).otherwise(number_fault(raw, value))


# --- days --------------------------------------------------------------------------------------------------------


def _day(raw: pl.Expr) -> pl.Expr:
    iso = raw.str.extract(r"^(\d{4}-\d{2}-\d{2})(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?(?: ?-05:?00)?$")
    dmy = raw.str.extract_groups(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:[T ]+\d{1,2}:\d{2}.*)?$")
    year = dmy.struct.field("3")
    century = pl.when(year.str.len_bytes() == 4).then(year).when(year < "70").then("20" + year).otherwise("19" + year)
    from_dmy = century + "-" + dmy.struct.field("2").str.zfill(2) + "-" + dmy.struct.field("1").str.zfill(2)
    ymd = raw.str.extract_groups(r"^(\d{4})[/.]?(\d{2})[/.]?(\d{2})$")
    from_ymd = ymd.struct.field("1") + "-" + ymd.struct.field("2") + "-" + ymd.struct.field("3")
    serial = raw.str.extract(r"^([2-6]\d{4}|1)(?:\.\d+)?$").cast(pl.Int32, strict=False)
    return pl.coalesce(
        pl.coalesce(iso, from_dmy, from_ymd).str.to_date("%Y-%m-%d", strict=False),
        pl.lit(date(1899, 12, 30)) + pl.duration(days=serial),
        _zoned_day(raw),
    )


def _zoned_day(raw: pl.Expr) -> pl.Expr:
    """The day in Lima (UTC-5 all year) of a date-time with another offset."""
    parts = raw.str.extract_groups(
        r"^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::\d{2}(?:[.,]\d+)?)? ?(?:(Z)|([+-])(\d{2}):?(\d{2}))$"
    )
    local = (parts.struct.field("1") + "T" + parts.struct.field("2")).str.to_datetime("%Y-%m-%dT%H:%M", strict=False)
    ahead = parts.struct.field("5").cast(pl.Int32) * 60 + parts.struct.field("6").cast(pl.Int32)
    signed = pl.when(parts.struct.field("4") == "-").then(-ahead).otherwise(ahead)
    minutes = pl.when(parts.struct.field("3") == "Z").then(0).otherwise(signed)
    return (local - pl.duration(minutes=minutes + 300)).dt.date()


def day(raw: pl.Expr) -> pl.Expr:
    """A calendar day in Lima, from dd/mm/yyyy, d/mm/yy, yyyymmdd, ISO (with time and offset) or an Excel serial.

    Two-figure years below 70 are 20yy. SENTINELS become null; so does what `day_fault` refuses.
    """
    found = _day(raw)
    return pl.when(found.dt.year().is_between(_FIRST_YEAR, _LAST_YEAR)).then(found)


def day_fault(raw: pl.Expr) -> pl.Expr:
    """DATE_INVALID where the cell holds something that is no day, or one outside 1950-2200 that is no sentinel."""
    bad = raw.is_not_null() & day(raw).is_null() & ~_day(raw).is_in(SENTINELS).fill_null(value=False)
    return pl.when(bad).then(pl.lit(Reason.DATE_INVALID.value))


# --- codes and words ---------------------------------------------------------------------------------------------


def code(raw: pl.Expr) -> pl.Expr:
    """An identifier: scheme prefix (PE-RUC-, PE-CONSUCODE-), inner spaces and a spreadsheet's `.0` removed."""
    bare = (
        raw.str.replace_all(r"[\s\u00a0]", "")
        .str.replace(r"^PE-(?:RUC|CONSUCODE)-", "")
        .str.replace(r"^(\d+)\.0+$", "${1}")
    )
    return pl.when(bare != "").then(bare)


def numeral(raw: pl.Expr) -> pl.Expr:
    """An identifier that is a number, so that text and number agree: `001` and `1` are 1; others stay."""
    bare = code(raw)
    return pl.when(bare.str.contains(r"^\d+$")).then(bare.str.replace(r"^0+(\d)", "${1}")).otherwise(bare)


consucode = numeral
"""CONSUCODE without leading zeros: published as text (001877), as a number (1877) and as PE-CONSUCODE-1877."""


def ruc(raw: pl.Expr) -> pl.Expr:
    """The 11 digits of a valid RUC, else null."""
    digits = code(raw)
    return pl.when(ruc_valid(digits)).then(digits)


def ruc_valid(raw: pl.Expr) -> pl.Expr:
    """Whether `raw` is a RUC: 11 digits, prefix 10, 15, 17 or 20, SUNAT's check digit. As `stdnum.pe.ruc`; null is False."""
    shaped = raw.str.contains(r"^(?:1[057]|20)\d{9}$").fill_null(value=False)
    whole = pl.when(shaped).then(raw).cast(pl.Int64, strict=False)
    total = pl.lit(0, dtype=pl.Int64)
    for place, weight in enumerate((5, 4, 3, 2, 7, 6, 5, 4, 3, 2)):
        total = total + (whole // 10 ** (10 - place) % 10) * weight
    return (shaped & ((11 - total % 11) % 10 == whole % 10)).fill_null(value=False)


_CURRENCIES = {
    "PEN": ("SOLES", "SOL", "NUEVOS SOLES", "NUEVO SOL", "S/", "S/.", "PEN"),
    "USD": ("DOLAR", "DOLARES", "DOLAR NORTEAMERICANO", "DOLARES NORTEAMERICANOS", "DOLAR AMERICANO",
            "DOLARES AMERICANOS", "DOLAR DE LOS ESTADOS UNIDOS", "US$", "$", "USD"),
    "EUR": ("EURO", "EUROS", "€", "EUR"),
    "GBP": ("LIBRA ESTERLINA", "LIBRAS ESTERLINAS", "LIBRA", "GBP"),
    "JPY": ("YEN", "YENES", "YEN JAPONES", "JPY"),
    "CHF": ("FRANCO SUIZO", "FRANCOS SUIZOS", "CHF"),
}  # fmt: skip
_CURRENCY = {name: iso for iso, names in _CURRENCIES.items() for name in names}


def currency(raw: pl.Expr) -> pl.Expr:
    """ISO code of a currency's name; another three-letter code stays; null for a name nobody knows."""
    name = fold(raw).str.replace_all("D¿LAR", "DOLAR", literal=True)
    iso = name.replace_strict(_CURRENCY, default=None, return_dtype=pl.String)
    return pl.coalesce(iso, pl.when(name.str.contains(r"^[A-Z]{3}$")).then(name))


def category(raw: pl.Expr) -> pl.Expr:
    """goods, services, works or consultancy, from Bien(es), Servicio(s), Obra(s), Consultoría(s) de Obra(s), OCDS."""
    name = fold(raw)
    return (
        pl.when(name.str.contains(r"^CONSULT.*OBRA|^CONSULTANCY|^CONSULTOR"))
        .then(pl.lit("consultancy"))
        .when(name.str.contains(r"^BIEN|^GOODS"))
        .then(pl.lit("goods"))
        .when(name.str.contains(r"^SERVI|^CONSULT"))
        .then(pl.lit("services"))
        .when(name.str.contains(r"^OBRA|^WORKS"))
        .then(pl.lit("works"))
    )


def supplier_kind(raw: pl.Expr) -> pl.Expr:
    """legal, natural, consortium or foreign, from TIPO_PROVEEDOR."""
    name = fold(raw)
    return (
        pl.when(name.str.contains("NO DOMICILIAD"))
        .then(pl.lit("foreign"))
        .when(name.str.contains("^CONSORCI"))
        .then(pl.lit("consortium"))
        .when(name.str.contains("NATURAL"))
        .then(pl.lit("natural"))
        .when(name.str.contains("JUR.DICA"))
        .then(pl.lit("legal"))
    )


def yes(raw: pl.Expr) -> pl.Expr:
    """True for SI, S, 1, TRUE, ACTIVO; False for NO, N, 0, FALSE and any other word; null for nothing."""
    return fold(code(raw)).is_in(["SI", "SÍ", "S", "1", "TRUE", "VERDADERO", "ACTIVO", "ACTIVA"])


def whole(raw: pl.Expr) -> pl.Expr:
    """A count or a year, Int32; null where it is none."""
    return code(raw).cast(pl.Float64, strict=False).cast(pl.Int32, strict=False)
