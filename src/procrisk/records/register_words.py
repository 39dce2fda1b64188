"""Cells of registers turned into values: documents of people, percentages, and publishers' words into a few codes.

Vectorised Polars expressions, as in `cleaning`; every parser gives null for a cell that it cannot read, and `*_fault`
says why. `fold` leaves `¿` where a publisher lost an accent, so patterns hold `.` there.
"""

from collections.abc import Callable, Sequence

import polars as pl

from procrisk.records import cleaning
from procrisk.records.batch import Reason
from procrisk.records.vocabulary import fold

Exp = Callable[[pl.Expr], pl.Expr]
Codes = Sequence[tuple[str, str]]
"""Pattern and code; the first pattern that is found wins."""

OWNER_KINDS: Codes = (
    (r"BENEFICIARI", "beneficial_owner"),
    (r"SOCI[OA]|ACCIONISTA|TITULAR|PARTICIPACIONISTA|PROPIETARI", "shareholder"),
    (r"REPRESENTANTE|APODERAD|GERENTE", "representative"),
    (r".RGANO|ADMINISTRA|DIRECTOR|CONSEJO|INTEGRANTE|MIEMBRO|PRESIDENT|VOCAL", "director"),
)
"""TIPO_CONF_JURIDICA, and our own words."""
OFFICE_KINDS: Codes = (
    (r".REA USUARIA|USUARI", "user_area"),
    (r"EVALUADOR|COMIT.|JURADO", "evaluator"),
    (r"ELECT[OA]|ALCALDE|REGIDOR|GOBERNADOR|CONSEJER|CONGRESISTA", "elected"),
    (r"FUNCIONARI|SERVIDOR|DIRECTIV|TITULAR", "official"),
)
TIE_KINDS: Codes = (
    (r"PARENTESCO|FAMILIA|PARIENTE|C.NYUGE|CONVIV", "kinship"),
    (r"INTER.S", "interest"),
    (r"AFILIA|MILITAN|MIEMBRO|MEMBRES", "membership"),
    (r"APORT|DONA", "donation"),
)
LISTS: Codes = ((r"CAT.LOGO", "catalogue"), (r"HOMOLOG", "homologated"), (r"FICHA|T.CNICA", "technical_sheet"))
CHALLENGE_KINDS: Codes = (
    (r"PRONUNCIAMIENTO", "pronouncement"),
    (r"APELACI.N|RECURSO", "appeal"),
    (r"RESOLUCI.N", "ruling"),
    (r"QUEJA|RECLAMO|DENUNCIA", "complaint"),
)
DECISIONS: Codes = (
    (r"^NO RELACION|^AJEN[OA]|^OTR[OA]", "unrelated"),
    (r"^NO CONFIRM", "not_confirmed"),
    (r"^CONFIRM", "confirmed"),
)
REVIEWERS: Codes = (
    (r"INTEGRIDAD", "integrity"),
    (r"CONTROL|OCI\b|CONTRALOR", "control"),
    (r"CONTRATACION|LOG.STICA|ABASTECIMIENTO|OEC\b", "contracting"),
    (r"ANALISTA", "analyst"),
)
"""Functions, never names: a word that is none of them is refused."""
_PENDING = r"^(PENDIENTE|EN TR.MITE)"
_OUTCOMES: Codes = (
    (r"NULIDAD|NUL[OA]\b", "nullity"),
    (r"INFUNDAD|IMPROCEDENTE|INADMISIBLE|RECHAZ|DESESTIM|NO ACOG|NO ADMIT", "rejected"),
    (r"FUNDAD|ACOG", "upheld"),
)

MAX_PERCENT = 100


def coded(codes: Codes) -> tuple[Exp, Exp]:
    """Parser and fault of a column whose words stand for the codes of `codes`; any other word is CODE_UNKNOWN."""

    def value(raw: pl.Expr) -> pl.Expr:
        return _first(fold(raw), codes)

    def fault(raw: pl.Expr) -> pl.Expr:
        return pl.when(raw.is_not_null() & value(raw).is_null()).then(pl.lit(Reason.CODE_UNKNOWN.value))

    return value, fault


def _first(text: pl.Expr, codes: Codes) -> pl.Expr:
    return pl.coalesce(pl.when(text.str.contains(pattern)).then(pl.lit(code)) for pattern, code in codes)


def outcome(raw: pl.Expr) -> pl.Expr:
    """upheld, rejected, nullity or, of any other word, other; null while pending."""
    words = fold(raw)
    decided = pl.when(~words.str.contains(_PENDING))
    return decided.then(pl.coalesce(_first(words, _OUTCOMES), pl.when(words.is_not_null()).then(pl.lit("other"))))


def document(raw: pl.Expr) -> pl.Expr:
    """A DNI, a RUC or another document; six or seven digits are a DNI whose zeros a spreadsheet ate; zeros alone are none."""
    bare = cleaning.code(raw).str.to_uppercase()
    padded = pl.when(bare.str.contains(r"^\d{6,7}$")).then(bare.str.zfill(8)).otherwise(bare)
    return pl.when(~padded.str.contains(r"^[0.\-]*$")).then(padded)


def person(raw: pl.Expr) -> pl.Expr:
    """As `document`, the RUC of a natural person (10, DNI, check digit) turned into the DNI: one person has one id."""
    found = document(raw)
    return pl.coalesce(found.str.extract(r"^10(\d{8})\d$"), found)


def related(raw: pl.Expr) -> pl.Expr:
    """The other side of a tie: a document, or the name of an organisation in upper case."""
    return pl.when(raw.str.contains(r"^[\d\s.]+$")).then(document(raw)).otherwise(cleaning.upper(raw))


def stated(raw: pl.Expr) -> pl.Expr:
    """Upper case; null where dashes stand for nothing."""
    return pl.when(~raw.str.contains(r"^[-\s]*$")).then(cleaning.upper(raw))


def _percent(raw: pl.Expr) -> pl.Expr:
    # INFOBRAS writes 27 78 for 27.78
    bare = raw.str.replace(r"\s*%$", "").str.replace(r"^(\d+) (\d{1,2})$", "${1}.${2}")
    return cleaning.number(bare)


def progress(raw: pl.Expr) -> pl.Expr:
    """A percentage as a share; beyond 1 where more was done or paid than agreed."""
    # Polars may divide by a constant through its reciprocal, which leaves a hair: 101.5 % would be 1.0150000000000001
    return (_percent(raw) / 100).round(6)


def progress_fault(raw: pl.Expr) -> pl.Expr:
    """AMOUNT_INVALID or AMOUNT_NEGATIVE of a percentage."""
    return cleaning.number_fault(raw, _percent(raw))


def part_fault(raw: pl.Expr) -> pl.Expr:
    """As `progress_fault`; more than the whole is AMOUNT_TOO_LARGE."""
    too_much = pl.when(_percent(raw) > MAX_PERCENT).then(pl.lit(Reason.AMOUNT_TOO_LARGE.value))
    return pl.coalesce(too_much, progress_fault(raw))
