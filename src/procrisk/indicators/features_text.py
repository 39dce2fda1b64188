"""What is bought, told from words: a narrow class for "the same need", a broad family for "the same market"."""

from collections.abc import Mapping

import polars as pl

from procrisk.records.vocabulary import fold

LENGTH = 160
"""Characters read of a description; the object stands at its beginning."""

_EMPTY = (
    "A|AL|CON|DE|DEL|E|EL|EN|LA|LAS|LO|LOS|O|PARA|POR|QUE|SEGUN|SU|SUS|UN|UNA|Y|"
    "ADQUISICION|CONTRATACION|COMPRA|SUMINISTRO|PROVISION|SERVICIOS?|BIENES|BIEN|DIRECTA|PROCESO|ITEM|PAQUETE|"
    "META|PROYECTO|DENOMINAD[OA]|INCLUYE|CORRESPONDIENTE|DIVERSOS?|DIVERSAS?|VARIOS|TIPO"
)
_WORDS = 2
"""Words that make a class: CEMENTO PORTLAND, ALQUILER VOLQUETE."""

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "consultancy": ("CONSULTOR", "SUPERVISI", "EXPEDIENTE TECNICO", "ESTUDIO DEFINITIVO"),
    "construction": (
        "EJECUCION DE LA OBRA",
        "EJECUCION DE OBRA",
        "MEJORAMIENTO",
        "CONSTRUCCION",
        "REHABILITACION",
        "AMPLIACION DEL",
        "CREACION DEL",
    ),
    "building_materials": (
        "CEMENTO",
        "AGREGADO",
        "LADRILLO",
        "ACERO",
        "FIERRO",
        "MADERA",
        "TUBERIA",
        "CONCRETO",
        "ARENA",
        "PIEDRA",
        "PINTURA",
        "ASFALT",
        "FERRETERIA",
        "CALAMINA",
    ),
    "machinery_hire": (
        "ALQUILER",
        "EXCAVADORA",
        "VOLQUETE",
        "TRACTOR",
        "RETROEXCAVADORA",
        "MAQUINARIA",
        "MOTONIVELADORA",
    ),
    "fuel": ("DIESEL", "GASOHOL", "GASOLINA", "PETROLEO", "COMBUSTIBLE", "GLP", "LUBRICANTE"),
    "food": (
        "ALIMENTO",
        "LECHE",
        "ARROZ",
        "AVENA",
        "CARNE",
        "POLLO",
        "VASO DE LECHE",
        "CANASTA",
        "VIVERES",
        "HOJUELA",
        "AZUCAR",
        "PAN ",
        "RACION",
    ),
    "medicines": (
        "MEDICAMENTO",
        "TABLETA",
        "AMPOLLA",
        "INYECTABLE",
        "FARMAC",
        "VACUNA",
        "SUERO",
        " MG ",
        "CLORURO DE SODIO",
    ),
    "medical_supplies": (
        "MASCARILLA",
        "GUANTE",
        "MANDIL",
        "MAMELUCO",
        "DISPOSITIVO MEDICO",
        "MATERIAL MEDICO",
        "JERINGA",
        "REACTIVO",
        "PRUEBA RAPIDA",
        "PROTECCION PERSONAL",
        "EPP",
        "HISOPO",
        "GORRO",
        "PROTECTOR FACIAL",
        "LENTES",
    ),
    "medical_equipment": (
        "VENTILADOR",
        "MONITOR",
        "OXIGENO",
        "EQUIPO MEDICO",
        "EQUIPO BIOMEDICO",
        "ECOGRAFO",
        "RAYOS X",
        "CAMA",
        "CAMILLA",
        "TERMOMETRO",
        "OXIMETRO",
    ),
    "cleaning_supplies": (
        "ALCOHOL",
        "LEJIA",
        "HIPOCLORITO",
        "JABON",
        "DETERGENTE",
        "PAPEL HIGIENICO",
        "ASEO",
        "DESINFECTANTE",
        "BOLSA",
    ),
    "cleaning": ("LIMPIEZA", "FUMIGACION", "DESINFECCION", "RESIDUOS"),
    "security": ("SEGURIDAD Y VIGILANCIA", "VIGILANCIA", "CUSTODIA"),
    "computing": (
        "COMPUTADORA",
        "LAPTOP",
        "SOFTWARE",
        "LICENCIA",
        "SERVIDOR",
        "IMPRESORA",
        "INFORMATIC",
        "TABLET",
        "SWITCH",
        "TONER",
        "ESCANER",
    ),
    "telecoms": ("INTERNET", "TELEFONIA", "TELECOMUNICACION", "FIBRA OPTICA", "ENLACE", "RADIO"),
    "vehicles": (
        "CAMIONETA",
        "VEHICULO",
        "AMBULANCIA",
        "MOTOCICLETA",
        "NEUMATICO",
        "LLANTA",
        "REPUESTO",
        "OMNIBUS",
        "CAMION",
    ),
    "transport": ("TRANSPORTE", "PASAJE", "MENSAJERIA", "FLETE", "COURIER"),
    "furniture": ("MOBILIARIO", "MUEBLE", "SILLA", "ESCRITORIO", "CARPETA"),
    "clothing": ("UNIFORME", "VESTUARIO", "CALZADO", "ROPA", "CAMISA", "ZAPATO", "BOTA"),
    "printing": ("IMPRESION", "IMPRENTA", "PUBLICIDAD", "UTILES", "PAPELERIA", "PAPEL BOND"),
    "insurance": ("SEGURO", "POLIZA", "SOAT"),
    "maintenance": ("MANTENIMIENTO", "REPARACION"),
    "farming": ("SEMILLA", "FERTILIZANTE", "UREA", "GUANO", "GANADO", "PLANTON", "ABONO"),
    "lodging": ("HOSPEDAJE", "ALOJAMIENTO", "HOTEL", "CATERING"),
    "electricity": ("CABLE", "LUMINARIA", "TRANSFORMADOR", "ELECTRIC", "POSTE", "GRUPO ELECTROGENO"),
    "water": ("AGUA POTABLE", "BOMBA", "CISTERNA", "SULFATO DE ALUMINIO", "CLORO"),
}
"""Family of goods, services or works to words that tell it; the word that stands first in the text decides."""


FAMILY_ES: Mapping[str, str] = {
    "consultancy": "consultoría de obra",
    "construction": "construcción",
    "building_materials": "materiales de construcción",
    "machinery_hire": "alquiler de maquinaria",
    "fuel": "combustible",
    "food": "alimentos",
    "medicines": "medicamentos",
    "medical_supplies": "insumos médicos",
    "medical_equipment": "equipos médicos",
    "cleaning_supplies": "artículos de limpieza",
    "cleaning": "limpieza",
    "security": "vigilancia",
    "computing": "cómputo",
    "telecoms": "telecomunicaciones",
    "vehicles": "vehículos",
    "transport": "transporte",
    "furniture": "mobiliario",
    "clothing": "vestuario",
    "printing": "impresiones",
    "insurance": "seguros",
    "maintenance": "mantenimiento",
    "farming": "insumos agropecuarios",
    "lodging": "hospedaje",
    "electricity": "electricidad",
    "water": "agua",
}
"""Families as they are shown to people in Spanish; in English by their key."""


def family_es(name: pl.Expr) -> pl.Expr:
    """A family as it is shown to people in Spanish."""
    return name.replace_strict(FAMILY_ES, default=None, return_dtype=pl.String)


def family_en(name: pl.Expr) -> pl.Expr:
    """A family as it is shown to people in English."""
    return name.str.replace_all("_", " ", literal=True)


def letters(text: pl.Expr) -> pl.Expr:
    """The text's words alone: folded, without digits, signs or letters lost in publishing."""
    kept = fold(text.str.slice(0, LENGTH)).str.replace_all(r"[^A-Z ]", " ")
    return kept.str.replace_all(r" +", " ").str.strip_chars()


def telling(text: pl.Expr) -> pl.Expr:
    """List of the words that mean something, in their order: of three letters or more, none of the empty ones."""
    told = letters(text).str.replace_all(rf"\b({_EMPTY})\b", " ").str.replace_all(r"\b[A-Z]{1,2}\b", " ")
    return told.str.extract_all(r"[A-Z]+")


def item_class(text: pl.Expr) -> pl.Expr:
    """First two words that mean something, such as CEMENTO PORTLAND; null where none is left."""
    words = telling(text).list.head(_WORDS)
    return pl.when(words.list.len() > 0).then(words.list.join(" "))


def family(text: pl.Expr) -> pl.Expr:
    """Broad family of what is bought; null where no word tells it."""
    words = {w: f for f, ws in FAMILIES.items() for w in ws}
    # the text is framed by blanks so that words bounded by one are found at its ends too
    framed = pl.concat_str(pl.lit(" "), fold(text.str.slice(0, LENGTH)), pl.lit(" "))
    first = framed.str.extract_many(list(words), leftmost=True).list.first()
    return first.replace_strict(words, default=None, return_dtype=pl.String)


def classified(frame: pl.DataFrame, text: str = "description") -> pl.DataFrame:
    """Add item_class and family of a text column; each distinct text is read once."""
    told = frame.select(text).unique().with_columns(item_class=item_class(pl.col(text)), family=family(pl.col(text)))
    return frame.join(told, on=text, how="left", nulls_equal=True, maintain_order="left")
