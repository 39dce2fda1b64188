"""One sentence a flag, in Spanish and in English, and its evidence as JSON; natural persons masked in both.

Templates hold placeholders `{name:kind}`. A name is a column of the subject's frame, a parameter of the indicator,
`value`, `threshold` or, where the table names a legal parameter, `norm`: the norm behind the first of them on the day
of the call. Kinds: money (céntimos -> S/ 1,234,567.89), date (dd/mm/yyyy), pct (0.123 -> 12.3 %), int, num (one
decimal), ratio (two decimals), text. A noun that follows the number is written `{n:int:orden|órdenes}` and agrees with it:
"1 orden", "2 órdenes", "1.0 vez".
"""

import re
from collections.abc import Callable, Mapping

import polars as pl

_SLOT = re.compile(r"\{(\w+):(\w+)(?::([^{}|:]+)\|([^{}|:]+))?\}")
_ONE = ("1", "1.0", "1.00")
_UNKNOWN = {"es": "sin dato", "en": "no data"}


def mask_ruc(ruc: pl.Expr) -> pl.Expr:
    """A natural person's RUC (10 and nine digits) as 10*******NN; any other text as it is."""
    return ruc.str.replace_all(r"(^|[^0-9])10\d{7}(\d{2})($|[^0-9])", "${1}10*******${2}${3}")


def supplier_shown(ruc: pl.Expr, name: pl.Expr) -> pl.Expr:
    """How a supplier is named to people: "NAME (RUC)"; a natural person by the masked RUC alone."""
    person = ruc.str.contains(r"^10\d{9}$").fill_null(value=False)
    named = pl.concat_str(name.fill_null("?").str.strip_chars(), pl.lit(" ("), ruc, pl.lit(")"))
    return pl.when(person).then(mask_ruc(ruc)).when(name.is_null()).then(ruc).otherwise(named)


def money(cents: pl.Expr) -> pl.Expr:
    """Céntimos as soles for people: 123456789 -> S/ 1,234,567.89."""
    whole = cents.abs().cast(pl.Int64)
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    cent = (whole % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str(pl.lit("S/ "), sign, _thousands(whole // 100), pl.lit("."), cent)


def _thousands(number: pl.Expr) -> pl.Expr:
    grouped = number.cast(pl.String).str.reverse().str.replace_all(r"(\d{3})", "${1},")
    return grouped.str.strip_chars_end(",").str.reverse()


def _decimals(x: pl.Expr, n: int) -> pl.Expr:
    """Rounded, half away from zero, with exactly n decimals."""
    scaled = (x.cast(pl.Float64).abs() * 10**n + 0.5 + 1e-9).floor().cast(pl.Int64)
    sign = pl.when((x < 0) & (scaled > 0)).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(sign, _thousands(scaled // 10**n), pl.lit("."), (scaled % 10**n).cast(pl.String).str.zfill(n))


_KINDS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "money": money,
    "date": lambda x: x.dt.strftime("%d/%m/%Y"),
    "pct": lambda x: pl.concat_str(_decimals(x * 100, 1), pl.lit(" %")),
    "int": lambda x: _thousands(x.round(0).cast(pl.Int64)),
    "num": lambda x: _decimals(x, 1),
    "ratio": lambda x: _decimals(x, 2),
    "text": lambda x: mask_ruc(x.cast(pl.String)),
}


def slots(template: str) -> list[tuple[str, str]]:
    """Names and kinds of the placeholders of a template.

    Raises:
        ValueError: a brace that is no placeholder, or an unknown kind.
    """
    found = [(m[1], m[2]) for m in _SLOT.finditer(template)]
    if unknown := [k for _, k in found if k not in _KINDS]:
        raise ValueError(f"unknown kind {', '.join(unknown)} in {template!r}; known: {', '.join(_KINDS)}")
    if re.search(r"[{}]", _SLOT.sub("", template)):
        raise ValueError(f"a brace that is no placeholder {{name:kind}} in {template!r}")
    return found


def fill(template: str, names: Mapping[str, pl.Expr], language: str) -> pl.Expr:
    """The template with every placeholder replaced, row by row; what is null reads "sin dato" or "no data".

    Args:
        template: text with placeholders.
        names: what each name stands for.
        language: es or en.
    """
    parts: list[pl.Expr] = []
    end = 0
    for match in _SLOT.finditer(template):
        parts.append(pl.lit(template[end : match.start()]))
        name, kind, one, many = match.groups()
        said = _KINDS[kind](names[name])
        if one:
            said = pl.concat_str(said, pl.when(said.is_in(_ONE)).then(pl.lit(f" {one}")).otherwise(pl.lit(f" {many}")))
        parts.append(said.fill_null(_UNKNOWN[language]))
        end = match.end()
    parts.append(pl.lit(template[end:]))
    return pl.concat_str(parts)


def evidence(columns: Mapping[str, pl.DataType]) -> pl.Expr:
    """The columns as one JSON object a row: dates ISO, money in soles under its name without `_cents`, RUC masked."""
    if not columns:
        return pl.lit("{}")
    fields = []
    for name, dtype in columns.items():
        x = pl.col(name)
        if name.endswith("_cents"):
            fields.append((x / 100).alias(name.removesuffix("_cents")))
        elif dtype == pl.Date:
            fields.append(x.dt.strftime("%Y-%m-%d").alias(name))
        elif dtype == pl.String:
            fields.append(mask_ruc(x).alias(name))
        else:
            fields.append(x.alias(name))
    return pl.struct(fields).struct.json_encode()
