"""The publisher's words turned into a few codes: method, object, call number, special regime, law in force.

All functions take and return Polars expressions; nothing is evaluated here. Text is compared folded: upper case,
without accents. CONOSCE publishes lost accents as `¿` (EJECUCI¿N), so patterns hold `.` where an accent may stand.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

import polars as pl

from procrisk.resources import Row, data_dir, read_rows

METHODS: dict[str, tuple[str, str]] = {
    "LP": ("Licitación Pública", "Public tender"),
    "LPA": ("Licitación Pública Abreviada", "Abbreviated public tender"),
    "CP": ("Concurso Público", "Public competition"),
    "CPA": ("Concurso Público Abreviado", "Abbreviated public competition"),
    "AS": ("Adjudicación Simplificada", "Simplified award"),
    "SIE": ("Subasta Inversa Electrónica", "Electronic reverse auction"),
    "CPRE": ("Comparación de Precios", "Price comparison"),
    "SCI": ("Selección de Consultores Individuales", "Selection of individual consultants"),
    "CD": ("Contratación Directa", "Direct award"),
    "RES": ("Régimen Especial", "Special regime"),
    "CONV": ("Convenio", "Agreement"),
    "INT": ("Contratación Internacional", "International contracting"),
    "PEC": ("Procedimiento Especial de Contratación", "Special procurement procedure"),
    "ABR": ("Adjudicación Abreviada", "Abbreviated award (state companies' own rules)"),
    "ADP": ("Adjudicación Directa Pública", "Direct public award (until 2016)"),
    "ADS": ("Adjudicación Directa Selectiva", "Direct selective award (until 2016)"),
    "AMC": ("Adjudicación de Menor Cuantía", "Low-value award (until 2016)"),
    "OTHER": ("Otro procedimiento", "Other procedure"),
}
"""Code of `method` -> its name in Spanish and English."""

OBJECTS: dict[str, tuple[str, str]] = {
    "goods": ("Bienes", "Goods"),
    "services": ("Servicios", "Services"),
    "works": ("Obras", "Works"),
    "consultancy": ("Consultoría de obra", "Works consultancy"),
}

# Order matters: the first pattern that is found wins.
_DETAILS = (
    (r"COMPARACI.N DE PRECIOS", "CPRE"),
    (r"SUBASTA INVERSA", "SIE"),
    (r"CONSULTORES INDIVIDUALES", "SCI"),
    (r"LICITACI.N P.BLICA ABREVIADA", "LPA"),
    (r"LICITACI.N P.BLICA", "LP"),
    (r"CONCURSO P.BLICO ABREVIADO", "CPA"),
    (r"CONCURSO P.BLICO", "CP"),
    (r"ADJUDICACI.N SIMPLIFICADA", "AS"),
    (r"ADJUDICACI.N ABREVIADA", "ABR"),
    (r"DIRECTA SELECTIVA", "ADS"),
    (r"DIRECTA P.BLICA", "ADP"),
    (r"MENOR CUANT.A", "AMC"),
    (r"CONTRATACI.N DIRECTA|EXONERA", "CD"),
    (r"R.GIMEN ESPECIAL", "RES"),
    (r"CONTRATACI.N INTERNACIONAL", "INT"),
    (r"PROCEDIMIENTO ESPECIAL", "PEC"),
    (r"CONVENIO", "CONV"),
)
_PREFIXES = (
    (r"^LP\b.*\bABR", "LPA"),
    (r"^LP\b", "LP"),
    (r"^CP\b.*\bABR", "CPA"),
    (r"^CP\b", "CP"),
    (r"^AS\b", "AS"),
    (r"^SIE\b", "SIE"),
    (r"^(COMPRE|CPRE)\b", "CPRE"),
    (r"^SCI\b", "SCI"),
    (r"^(DIRECTA|CD|EXO|EXONERACI.N)\b", "CD"),
    (r"^RES\b", "RES"),
    (r"^CONV\b", "CONV"),
    (r"^INTER\b", "INT"),
    (r"^PEC\b", "PEC"),
    (r"^ABR\b", "ABR"),
    (r"^ADP\b", "ADP"),
    (r"^ADS\b", "ADS"),
    (r"^(AMC|MC)\b", "AMC"),
    (r"^SEL\b", "OTHER"),
)
SPECIAL_FILE = "special_regimes.csv"
_SPECIAL_COLUMNS = ("name", "pattern", "valid_from", "valid_to", "exempts", "norm", "confidence", "note")

_ACCENTS = dict(zip("ÁÀÂÄÉÈÊËÍÌÎÏÓÒÔÖÚÙÛÜÑ", "AAAAEEEEIIIIOOOOUUUUN", strict=True))


def fold(text: pl.Expr) -> pl.Expr:
    """`text` for comparison: upper case, no accents, single spaces, trimmed. `¿` (a lost letter) stays."""
    upper = text.str.to_uppercase().str.replace_many(list(_ACCENTS), list(_ACCENTS.values()))
    return upper.str.replace_all(r"\s+", " ").str.strip_chars()


def _first_match(text: pl.Expr, patterns: tuple[tuple[str, str], ...]) -> pl.Expr:
    out: pl.Expr = pl.lit(None, dtype=pl.String)
    for pattern, code in reversed(patterns):
        out = pl.when(text.str.contains(pattern)).then(pl.lit(code)).otherwise(out)
    return out


def nomenclature_head(title: pl.Expr) -> pl.Expr:
    """What stands before number and year in a nomenclature: AS-SM of AS-SM-57-2024-MDASA-CS-1; null if it is none."""
    return title.str.to_uppercase().str.strip_chars().str.extract(r"^([A-Z][^\n]*?)\s*-\s*\d+\s*-\s*(?:19|20)\d{2}\b")


def method(details: pl.Expr, title: pl.Expr, ocds: pl.Expr) -> pl.Expr:
    """Code of the method: from the publisher's words, else the nomenclature, else OCDS `direct`.

    OTHER where something is published that is none of the known; null where nothing is published.
    """
    head = nomenclature_head(title)
    known = pl.coalesce(_first_match(fold(details), _DETAILS), _first_match(head, _PREFIXES))
    direct = pl.when(ocds == "direct").then(pl.lit("CD"))
    something = pl.when(details.is_not_null() | head.is_not_null()).then(pl.lit("OTHER"))
    return pl.coalesce(known, direct, something)


def call_number(title: pl.Expr) -> pl.Expr:
    """Which call of the procedure it is: the last number of the nomenclature (2 = first repetition); Int16 or null."""
    number = title.str.strip_chars().str.extract(r"-\s*(\d{1,2})$").cast(pl.Int16)
    return pl.when(nomenclature_head(title).is_not_null()).then(number)


def special_regime(title: pl.Expr, details: pl.Expr, call_date: pl.Expr) -> pl.Expr:
    """Special rules that the nomenclature or the method's words name and that were in force on the day of the call; else null.

    Such are Ley 31125, DL 1355 or homologación. Where the day is not known, any that is named counts.
    """
    both = pl.concat_str(nomenclature_head(title).fill_null(""), pl.lit(" "), fold(details).fill_null(""))
    out: pl.Expr = pl.lit(None, dtype=pl.String)
    for rule in reversed(special_regimes()):
        held = call_date.is_between(rule.start, rule.end).fill_null(value=True)
        out = pl.when(both.str.contains(rule.pattern) & held).then(pl.lit(rule.name)).otherwise(out)
    return out


@dataclass(frozen=True, slots=True)
class SpecialRegime:
    """Special rules, the words that name them (a pattern on folded text) and the calls for which they held."""

    name: str
    pattern: str
    start: date
    end: date


@cache
def special_regimes() -> tuple[SpecialRegime, ...]:
    """The rows of `risk_catalogue/special_regimes.csv`, in file order: the first found wins; no day means no limit.

    Raises:
        UsageError: the file is not as it should be; says line and column.
    """
    rows = read_rows(data_dir("risk_catalogue") / SPECIAL_FILE, _SPECIAL_COLUMNS)
    return tuple(SpecialRegime(r["name"], r["pattern"], _day(r, "valid_from"), _day(r, "valid_to")) for r in rows)


def _day(row: Row, column: str) -> date:
    if not row[column]:
        return date.min if column == "valid_from" else date.max
    try:
        return date.fromisoformat(row[column])
    except ValueError as e:
        raise row.refuse(column, "should be a day, YYYY-MM-DD, or empty") from e


# Laws by first day on which a call falls under them.
_REGIMES = (
    (date(2009, 2, 1), "DL1017"),
    (date(2016, 1, 9), "L30225"),
    (date(2025, 4, 22), "L32069"),
)


def regime(call_date: pl.Expr) -> pl.Expr:
    """Law in force on the day of the call; null before DL 1017 (1 February 2009) or without a date.

    Ley 30225 applies from 9 January 2016, Ley 32069 from 22 April 2025.
    """
    out: pl.Expr = pl.lit(None, dtype=pl.String)
    for start, law in _REGIMES:
        out = pl.when(call_date >= pl.lit(start)).then(pl.lit(law)).otherwise(out)
    return out


# Works consultancy is told first: its texts name the work that is designed or supervised.
_CONSULTANCY = (
    r"^.{0,80}(CONSULTOR.{1,2}A (DE|PARA).{0,40}(OBRA|SUPERVISI|EXPEDIENTE)"
    r"|SUPERVISI.N (Y LIQUIDACI.N )?(EXTERNA )?(DE|A|PARA) ?(LA |LAS )?(EJECUCI.N|OBRA|PROYECTO|IOARR)"
    r"|SUPERVISI.N DE |SUPERVISOR DE (LA )?OBRA|INSPECTOR DE OBRA"
    r"|(ELABORACI.N|FORMULACI.N|REFORMULACI.N|ACTUALIZACI.N) (DEL?|Y|PARA)? ?.{0,30}(EXPEDIENTES? T.CNICO|ESTUDIO DEFINITIVO"
    r"|ESTUDIO DE PRE ?-?INVERSI.N|FICHA T.CNICA|PERFIL))"
)
_TURNKEY = r"EXPEDIENTES? T.CNICOS?,? ?(Y|E)?,? ?(LA )?EJECUCI.N"
_WORKS_SAID = (
    r"^.{0,24}EJE?CUCI.N ?(F.SICA )?(DEL?|PARA)? ?(LA |EL )?(LAS )?(OBRA|SALDO|IOARR|PROYECTO)"
    r"|^.{0,12}\bOBRAS?\b ?[:\-]"
)
_WORKS_DONE = (
    r"^\W*(SALDO DE OBRA\W*)?(IOARR\W*)?(CREACI.N|CONSTRUCCI.N|RECONSTRUCCI.N|MEJORAMIENTO|AMPLIACI.N|REHABILITACI.N|REMODELACI.N"
    r"|RENOVACI.N|REPARACI.N|INSTALACI.N|RECUPERACI.N)\b.{0,60}"
    r"(SERVICIO|V.A|CAMINO|CARRETERA|PUENTE|PISTA|VEREDA|MURO|AULA|LOCAL|SISTEMA|AGUA|ALCANTARILLADO|RED|PARQUE|INFRAESTRUCTURA"
    r"|AMBIENTE|L.NEA|CANAL|TALUD|I\.?E\.?|TRANSITABILIDAD|PLAZA|COLEGIO|CENTRO|ELECTRIFICACI.N|DEFENSA|LOSA|TROCHA|JR\b|JIR.N|AV\b|AVENIDA|CALLE)"
)
_GOODS_SAID = r"^.{0,40}(ADQUI?SICI.N|COMPRA|SUMINISTRO|PROVISI.N)\b"
_SERVICES_SAID = (
    r"^.{0,50}(\bSERVICIOS?\b|ALQUILER|ARRENDAMIENTO|MANTENIMIENTO|P.LIZA|SEGUROS?\b|CONSULTOR.{1,2}A|TRANSPORTE|HOSPEDAJE"
    r"|ALOJAMIENTO|FUMIGACI.N|VIGILANCIA|IMPRESI.N|CAPACITACI.N|LOCACI.N)"
)
_COUNTED = "UNIDAD"


def infer_object(description: pl.Expr, unit: pl.Expr, method_code: pl.Expr) -> pl.Expr:
    """What is bought, told from the text, the unit of measure and the method, where nobody published it.

    Works never go through reverse auctions or price comparisons. Null where there is no text.
    """
    text, units = fold(description), fold(unit)
    no_works = method_code.is_in(["SIE", "CPRE"]).fill_null(value=False)
    service_unit = (units == "SERVICIO").fill_null(value=False)
    measured = units.is_not_null() & ~units.is_in(["SERVICIO", _COUNTED])
    goods_said = text.str.contains(_GOODS_SAID)
    works_said = text.str.contains(_WORKS_SAID)
    told = (
        pl.when(~no_works & text.str.contains(_TURNKEY))
        .then(pl.lit("works"))
        .when(~no_works & ~measured & ~goods_said & text.str.contains(_CONSULTANCY))
        .then(pl.lit("consultancy"))
        .when(~no_works & (works_said | (~goods_said & ~measured & text.str.contains(_WORKS_DONE))))
        .then(pl.lit("works"))
        .when(service_unit | (~goods_said & text.str.contains(_SERVICES_SAID)))
        .then(pl.lit("services"))
        .otherwise(pl.lit("goods"))
    )
    # By law a licitación buys goods or works, and a concurso services or consultancy.
    return (
        pl.when(text.is_null())
        .then(None)
        .when(method_code.is_in(["LP", "LPA"]) & (told == "services"))
        .then(pl.lit("works"))
        .when(method_code.is_in(["CP", "CPA"]) & (told == "goods"))
        .then(pl.lit("services"))
        .otherwise(told)
    )
