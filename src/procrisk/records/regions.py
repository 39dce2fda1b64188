"""The 26 regions and the three levels of government.

A region is a department, but Lima is two: `15` the nine provinces that the Gobierno Regional de Lima governs, `1501`
Lima Metropolitana (the province of Lima), where the Municipalidad Metropolitana exercises a region's competences.
Codes are INEI's ubigeo (first two digits, four for Lima Metropolitana).
"""

import polars as pl

from procrisk.records.vocabulary import fold

LIMA_PROVINCES = "15"
LIMA_METROPOLITAN = "1501"

REGIONS: dict[str, str] = {
    "01": "Amazonas",
    "02": "Áncash",
    "03": "Apurímac",
    "04": "Arequipa",
    "05": "Ayacucho",
    "06": "Cajamarca",
    "07": "Callao",
    "08": "Cusco",
    "09": "Huancavelica",
    "10": "Huánuco",
    "11": "Ica",
    "12": "Junín",
    "13": "La Libertad",
    "14": "Lambayeque",
    "15": "Lima (provincias)",
    "1501": "Lima Metropolitana",
    "16": "Loreto",
    "17": "Madre de Dios",
    "18": "Moquegua",
    "19": "Pasco",
    "20": "Piura",
    "21": "Puno",
    "22": "San Martín",
    "23": "Tacna",
    "24": "Tumbes",
    "25": "Ucayali",
}
"""Code -> name in Spanish, in the order of the codes as text."""

# The department as a bare key (letters only, folded): "P . C. DEL CALLAO" and "PROV. CONST. DEL CALLAO" fall together.
_PREFIXES = r"^(DEPARTAMENTO|DPTO|REGION|GOBIERNOREGIONAL|PROVCONSTITUCIONAL|PROVINCIACONSTITUCIONAL|PROVCONST|PCONST|PC)(DEL|DE)?"
_BY_KEY: dict[str, str] = {
    "AMAZONAS": "01",
    "ANCASH": "02",
    "APURIMAC": "03",
    "AREQUIPA": "04",
    "AYACUCHO": "05",
    "CAJAMARCA": "06",
    "CALLAO": "07",
    "CUSCO": "08",
    "CUZCO": "08",
    "HUANCAVELICA": "09",
    "HUANUCO": "10",
    "ICA": "11",
    "JUNIN": "12",
    "LALIBERTAD": "13",
    "LIBERTAD": "13",
    "LAMBAYEQUE": "14",
    "LORETO": "16",
    "MADREDEDIOS": "17",
    "MOQUEGUA": "18",
    "PASCO": "19",
    "PIURA": "20",
    "PUNO": "21",
    "SANMARTIN": "22",
    "TACNA": "23",
    "TUMBES": "24",
    "UCAYALI": "25",
    "LIMAPROVINCIAS": LIMA_PROVINCES,
    "LIMAREGION": LIMA_PROVINCES,
    "LIMAMETROPOLITANA": LIMA_METROPOLITAN,
    "MUNICIPALIDADMETROPOLITANADELIMA": LIMA_METROPOLITAN,
}
# Letters that were lost in publishing (CA¿ETE, JUN�N) leave the key without them.
_LOST = {"NCASH": "02", "APURMAC": "03", "HUNUCO": "10", "JUNN": "12", "SANMARTN": "22"}
_IN_LIMA = "LIMA"
_IN_CALLAO = "CALLAO"


def _key(name: pl.Expr) -> pl.Expr:
    letters = fold(name).str.replace_all(r"[^A-Z]", "")
    return letters.str.replace(_PREFIXES, "")


def region_of(department: pl.Expr, province: pl.Expr) -> pl.Expr:
    """Region code from names as published; null where the department is unknown or several (MULTIDEPARTAMENTAL).

    A place in the department of Lima whose province is not published has no region: it may be in either.
    """
    dep, prov = _key(department), _key(province)
    code = dep.replace_strict({**_BY_KEY, **_LOST}, default=None, return_dtype=pl.String)
    lima = (
        pl.when(prov.is_in([_IN_LIMA, "LIMAMETROPOLITANA"]))
        .then(pl.lit(LIMA_METROPOLITAN))
        .when(prov.str.len_bytes() > 0)
        .then(pl.lit(LIMA_PROVINCES))
    )
    # "Región Lima" without prefix is the department; its key is LIMA as well.
    return pl.when(dep == _IN_LIMA).then(lima).otherwise(code)


def region_name(code: pl.Expr) -> pl.Expr:
    """Spanish name of a region code."""
    return code.replace_strict(REGIONS, default=None, return_dtype=pl.String)


REGIONAL, LOCAL, NATIONAL = "regional", "local", "national"
METROPOLITAN_RUC = "20131380951"
"""Municipalidad Metropolitana de Lima: a local government by type, and by Ley 27867 (art. 65) a regional one by
competence. Counted as the regional government of `1501`, which otherwise would have none."""

# First match wins. Bodies of the national government whose names sound regional come first.
_LEVELS = (
    (
        r"^INPE\b|POLIC.A NACIONAL|\bPNP\b|ZONA REGISTRAL|SUNARP|CORTE SUPERIOR|PODER JUDICIAL|MINISTERIO|UNIVERSIDAD"
        r"|ESSALUD|SEGURO SOCIAL|REDES INTEGRADAS DE SALUD|^(MINAG|MTC|MINEDU|MINSA)\b"
        # schools in Lima Metropolitana are the ministry's; electricity companies are FONAFE's
        r"|DIRECCI.N REGIONAL DE EDUCACI.N DE LIMA METROPOLITANA|\bDRELM\b|\bUGEL (N.? ?)?0[1-7]\b"
        r"|EMPRESA REGIONAL DE SERVICIOS? P.BLICOS?",
        NATIONAL,
    ),
    (
        r"GOBIERNO REGIONAL|\bGOB\.? ?REG|\bGORE\b|GERENCIA (SUB ?)?REGIONAL|DIRECCI.N (SUB ?)?REGIONAL|HOSPITAL REGIONAL"
        r"|UNIDAD DE GESTI.N EDUCATIVA|\bUGEL\b|\bDIRESA\b|\bGERESA\b|MANCOMUNIDAD REGIONAL|AUTORIDAD REGIONAL|ARCHIVO REGIONAL",
        REGIONAL,
    ),
    (
        r"MUNICIPALIDAD|GOBIERNO LOCAL|\bMUNICIPAL(ES)?\b|INSTITUTO (VIAL|DE VIALIDAD)|BENEFICENCIA|CONSEJO (DISTRITAL|PROVINCIAL)|CENTRO POBLADO"
        r"|(EMPRESA|INSTITUTO|SISTEMA|FONDO|CAJA) METROPOLITAN|HOSPITALES CHALACOS|CAJA MUNICIPAL"
        r"|PRESTADORA DE SERVICIOS?|SERVICIOS? DE SANEAMIENTO|AGUA POTABLE Y ALCANTARILLADO|\bEPS\b|\bE\.P\.S|\bEMAPA|\bSEDA"
        r"|SERVICIO DE ADMINISTRACI.N TRIBUTARIA|SERVICIO DE GESTI.N AMBIENTAL|SERVICIO DE PARQUES",
        LOCAL,
    ),
)
# SEDAPAL is owned by FONAFE, not by municipalities; OTASS is a ministry's agency.
_NOT_LOCAL = r"POTABLE Y ALCANTARILLADO DE LIMA|SEDAPAL|ORGANISMO T.CNICO"


def level_from_type(published: pl.Expr) -> pl.Expr:
    """Level of government from the publisher's type (TIPOENTIDAD): regional, local, national; null for OTROS."""
    kind = fold(published)
    return (
        pl.when(kind.str.contains(r"GOBIERNOS? LOCAL"))
        .then(pl.lit(LOCAL))
        .when(kind.str.contains(r"GOBIERNOS? REGIONAL"))
        .then(pl.lit(REGIONAL))
        .when(kind.str.contains(r"GOBIERNOS? (NACIONAL|CENTRAL)|FONAFE|PODER|ORGANISMO"))
        .then(pl.lit(NATIONAL))
    )


def level_from_name(name: pl.Expr) -> pl.Expr:
    """Level of government told from an entity's name; whatever says neither region nor municipality is national.

    Water companies (EPS), road institutes, municipal banks and charities (beneficencias) are local: municipalities
    own or oversee them, and SEACE types them GOBIERNO LOCAL.
    """
    text = fold(name)
    out = pl.when(text.is_null()).then(None).otherwise(pl.lit(NATIONAL))
    for pattern, level in reversed(_LEVELS):
        found = text.str.contains(pattern)
        if level == LOCAL:
            found = found & ~text.str.contains(_NOT_LOCAL)
        out = pl.when(found).then(pl.lit(level)).otherwise(out)
    return out
