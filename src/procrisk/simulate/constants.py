"""What the simulated country looks like: regions, law in round numbers, kinds of procedure, families of goods.

Rounded from the public aggregates of SEACE and OECE. These numbers are the simulator's own and approximate on purpose:
no indicator reads them and none of them is read from the indicators' tables, so that a planted scheme is never
planted exactly where a rule looks.
"""

from dataclasses import dataclass
from typing import Final

LOCAL, REGIONAL, NATIONAL = 0, 1, 2
LEVEL_NAMES: Final = ("GOBIERNO LOCAL", "GOBIERNO REGIONAL", "GOBIERNO NACIONAL")

GOODS, SERVICES, WORKS, CONSULTANCY = 0, 1, 2, 3
OBJECT_NAMES: Final = ("Bien", "Servicio", "Obra", "Consultoría de Obra")
OBJECT_OCDS: Final = ("goods", "services", "works", "services")


@dataclass(frozen=True, slots=True)
class Region:
    """One of the 26 regions: Lima is two, its provinces and the metropolis."""

    code: str
    name: str
    department: str
    provinces: tuple[str, ...]
    weight: float
    """Share of all processes, percent."""
    buyers: int
    """How many contracting entities sit there."""
    direct: float
    """How much more (or less) its subnational entities buy directly than the country does."""


def _r(code: str, name: str, provinces: str, weight: float, buyers: int, direct: float) -> Region:
    department = "LIMA" if code.startswith("15") else name
    return Region(code, name, department, tuple(provinces.split(",")), weight, buyers, direct)


REGIONS: Final = (
    _r("01", "AMAZONAS", "CHACHAPOYAS,BAGUA,UTCUBAMBA", 1.4, 120, 1.7),
    _r("02", "ANCASH", "HUARAZ,SANTA,HUARI,YUNGAY", 5.9, 245, 0.8),
    _r("03", "APURIMAC", "ABANCAY,ANDAHUAYLAS,COTABAMBAS", 6.0, 128, 0.5),
    _r("04", "AREQUIPA", "AREQUIPA,CAMANA,CAYLLOMA", 4.2, 170, 0.8),
    _r("05", "AYACUCHO", "HUAMANGA,HUANTA,LUCANAS", 3.5, 175, 0.8),
    _r("06", "CAJAMARCA", "CAJAMARCA,JAEN,CHOTA", 4.2, 195, 0.9),
    _r("07", "CALLAO", "CALLAO", 1.1, 33, 1.2),
    _r("08", "CUSCO", "CUSCO,LA CONVENCION,CANCHIS,ESPINAR", 11.0, 183, 0.25),
    _r("09", "HUANCAVELICA", "HUANCAVELICA,TAYACAJA,ACOBAMBA", 2.4, 143, 0.8),
    _r("10", "HUANUCO", "HUANUCO,LEONCIO PRADO,YAROWILCA", 2.4, 131, 0.9),
    _r("11", "ICA", "ICA,CHINCHA,PISCO", 2.3, 78, 1.0),
    _r("12", "JUNIN", "HUANCAYO,SATIPO,TARMA", 3.9, 190, 0.8),
    _r("13", "LA LIBERTAD", "TRUJILLO,PATAZ,OTUZCO", 3.4, 149, 0.9),
    _r("14", "LAMBAYEQUE", "CHICLAYO,LAMBAYEQUE,FERREÑAFE", 1.5, 73, 1.0),
    _r("15", "LIMA PROVINCIAS", "HUAURA,CAÑETE,HUAROCHIRI,BARRANCA", 3.2, 150, 0.9),
    _r("1501", "LIMA METROPOLITANA", "LIMA", 26.8, 420, 1.0),
    _r("16", "LORETO", "MAYNAS,ALTO AMAZONAS,DATEM DEL MARAÑON", 2.8, 90, 1.4),
    _r("17", "MADRE DE DIOS", "TAMBOPATA,MANU,TAHUAMANU", 0.7, 24, 1.0),
    _r("18", "MOQUEGUA", "MARISCAL NIETO,ILO,GENERAL SANCHEZ CERRO", 1.9, 43, 0.7),
    _r("19", "PASCO", "PASCO,OXAPAMPA,DANIEL ALCIDES CARRION", 1.3, 48, 1.7),
    _r("20", "PIURA", "PIURA,SULLANA,MORROPON", 3.0, 113, 1.0),
    _r("21", "PUNO", "PUNO,SAN ROMAN,AZANGARO,SANDIA", 5.0, 179, 0.7),
    _r("22", "SAN MARTIN", "MOYOBAMBA,SAN MARTIN,RIOJA", 2.4, 125, 2.2),
    _r("23", "TACNA", "TACNA,TARATA,JORGE BASADRE", 1.7, 48, 0.8),
    _r("24", "TUMBES", "TUMBES,ZARUMILLA", 0.6, 31, 1.0),
    _r("25", "UCAYALI", "CORONEL PORTILLO,ATALAYA,PADRE ABAD", 2.1, 51, 1.0),
)
LEVELS: Final = {"1501": (0.14, 0.01, 0.85), "15": (0.80, 0.13, 0.07), "07": (0.45, 0.30, 0.25)}
"""Share of processes by level of government, where it is not LEVELS_ELSEWHERE."""
LEVELS_ELSEWHERE: Final = (0.73, 0.20, 0.07)

UIT: Final = {
    2015: 3850,
    2016: 3950,
    2017: 4050,
    2018: 4150,
    2019: 4200,
    2020: 4300,
    2021: 4400,
    2022: 4600,
    2023: 4950,
    2024: 5150,
    2025: 5350,
    2026: 5500,
}


def tax_unit(year: int) -> int:
    """UIT in soles, near enough before 2015 and after 2026."""
    return UIT[min(max(year, 2015), 2026)]


def large_purchase(year: int) -> int:
    """Soles from which goods and services go to the long procedure."""
    return 400_000 if year < 2023 else 480_000 if year < 2025 else 485_000


def large_works(year: int) -> int:
    """Soles from which works go to the long procedure."""
    return 1_800_000 if year < 2022 else 2_800_000 if year < 2025 else 5_000_000


NEW_LAW: Final = "2025-04-22"
"""First day of calls under Ley 32069."""
LAW_30225: Final = "2016-01-09"


@dataclass(frozen=True, slots=True)
class Method:
    """A kind of procedure: how it is named, how long it takes, how its awards stand to the reference value."""

    code: str
    prefix: str
    details: str
    ocds: str | None
    days: tuple[int, int]
    """Fewest and median calendar days from the call to the award."""
    equal: float
    """Share of awards at exactly the reference value."""
    consent: int
    """Working days until the award stands, with two or more bids."""
    competitive: bool


METHODS: Final = (
    Method("AS", "AS-SM", "Adjudicación Simplificada", "open", (9, 15), 0.28, 5, True),
    Method("LP", "LP-SM", "Licitación Pública", "open", (31, 36), 0.24, 8, True),
    Method("CP", "CP-SM", "Concurso Público", "open", (31, 37), 0.19, 8, True),
    Method("SIE", "SIE-SIE", "Subasta Inversa Electrónica", "open", (8, 11), 0.06, 5, True),
    Method("CPREC", "COMPRE-SM", "Comparación de Precios", "selective", (1, 4), 0.93, 5, True),
    Method("CD", "DIRECTA-PROC", "Contratación Directa", "direct", (0, 1), 0.93, 0, False),
    Method("RES", "RES-PROC", "Regímen Especial", "open", (1, 12), 0.80, 1, False),
    Method("INT", "INTER-PROC", "Contratación Internacional", None, (5, 20), 0.95, 1, False),
    Method("CONV", "CONV-PROC", "Convenio", None, (3, 20), 0.60, 1, False),
    Method("LPA", "LP-ABR", "Licitación Pública Abreviada", None, (11, 17), 0.28, 5, True),
    Method("CPA", "CP-ABR", "Concurso Público Abreviado", None, (11, 17), 0.28, 5, True),
    Method("CPS", "CP SER-SM", "Concurso Público de Servicios", None, (31, 37), 0.19, 8, True),
    Method("CPC", "CP-SM", "Concurso Público para Consultoría", None, (31, 37), 0.19, 8, True),
    Method("ADP", "ADP-CLASICO", "Adjudicación Directa Pública", "open", (14, 19), 0.28, 5, True),
    Method("ADS", "ADS-CLASICO", "Adjudicación Directa Selectiva", "selective", (10, 14), 0.28, 5, True),
    Method("AMC", "AMC-CLASICO", "Adjudicación de Menor Cuantía", "selective", (4, 8), 0.40, 5, True),
)
CODE: Final = {m.code: i for i, m in enumerate(METHODS)}


@dataclass(frozen=True, slots=True)
class Family:
    """A market: what is bought, from whom, how much of it at a time."""

    object: int
    cubso: str
    noun: str
    unspsc_name: str
    unit: tuple[str, str]
    weight: float
    """Share of the processes of its object."""
    median: float
    """Median reference value, soles."""
    spread: float
    """Standard deviation of the logarithm of the value."""
    auction: float
    """Share bought by reverse auction."""


UNIT: Final = ("40", "Unidad")
SERVICE: Final = ("36", "Servicio")
FAMILIES: Final = (
    Family(
        GOODS, "15101505", "COMBUSTIBLE DIESEL B5 S-50", "Combustible diesel", ("18", "Galon"), 0.13, 140e3, 0.9, 0.95
    ),
    Family(GOODS, "30111601", "CEMENTO PORTLAND TIPO I", "Cemento", ("4", "Bolsa"), 0.12, 115e3, 0.9, 0.88),
    Family(
        GOODS,
        "50192110",
        "INSUMOS PARA EL PROGRAMA DEL VASO DE LECHE",
        "Hojuelas",
        ("24", "Kilogramo"),
        0.12,
        105e3,
        0.9,
        0.8,
    ),
    Family(GOODS, "42142601", "MATERIAL MEDICO DESCARTABLE", "Jeringas", UNIT, 0.10, 130e3, 1.2, 0.55),
    Family(GOODS, "51102706", "PRODUCTOS FARMACEUTICOS", "Antisépticos", UNIT, 0.08, 120e3, 1.2, 0.7),
    Family(GOODS, "30102403", "FIERRO CORRUGADO", "Varillas de acero", UNIT, 0.08, 95e3, 0.9, 0.65),
    Family(GOODS, "43211503", "EQUIPOS DE COMPUTO", "Computadores portátiles", UNIT, 0.09, 90e3, 1.0, 0.05),
    Family(GOODS, "11111611", "AGREGADOS PARA LA OBRA", "Piedra", ("31", "M3"), 0.12, 85e3, 0.8, 0.0),
    Family(GOODS, "22101526", "MAQUINARIA PESADA", "Excavadoras", UNIT, 0.06, 420e3, 0.9, 0.0),
    Family(GOODS, "53102710", "UNIFORMES INSTITUCIONALES", "Uniformes corporativos", UNIT, 0.10, 75e3, 0.8, 0.1),
    Family(
        SERVICES,
        "92121504",
        "SERVICIO DE SEGURIDAD Y VIGILANCIA",
        "Servicios de guardas",
        SERVICE,
        0.16,
        230e3,
        1.1,
        0.3,
    ),
    Family(SERVICES, "76111501", "SERVICIO DE LIMPIEZA", "Limpieza de edificios", SERVICE, 0.16, 190e3, 1.1, 0.0),
    Family(
        SERVICES,
        "72141103",
        "SERVICIO DE MANTENIMIENTO VIAL",
        "Mantenimiento de carreteras",
        SERVICE,
        0.24,
        165e3,
        1.0,
        0.0,
    ),
    Family(
        SERVICES,
        "78101803",
        "SERVICIO DE TRANSPORTE DE CARGA",
        "Transporte por carretera",
        SERVICE,
        0.16,
        95e3,
        0.9,
        0.0,
    ),
    Family(
        SERVICES, "81112105", "SERVICIO DE ACCESO A INTERNET", "Servicios de internet", SERVICE, 0.12, 120e3, 1.0, 0.0
    ),
    Family(
        SERVICES,
        "73171507",
        "SERVICIO DE ALQUILER DE MAQUINARIA",
        "Alquiler de maquinaria",
        SERVICE,
        0.16,
        90e3,
        0.8,
        0.0,
    ),
    Family(WORKS, "72141001", "PAVIMENTACION DE VIAS", "Construcción de vías", SERVICE, 0.36, 1.1e6, 1.2, 0.0),
    Family(
        WORKS, "72141120", "SISTEMA DE AGUA POTABLE Y SANEAMIENTO", "Obras sanitarias", SERVICE, 0.26, 1.4e6, 1.2, 0.0
    ),
    Family(WORKS, "72121406", "INFRAESTRUCTURA EDUCATIVA", "Construcción de colegios", SERVICE, 0.22, 1.3e6, 1.3, 0.0),
    Family(WORKS, "72141508", "DEFENSA RIBEREÑA Y CANAL DE RIEGO", "Obras hidráulicas", SERVICE, 0.16, 0.9e6, 1.2, 0.0),
    Family(CONSULTANCY, "81101508", "SUPERVISION DE LA OBRA", "Ingeniería civil", SERVICE, 0.60, 120e3, 0.9, 0.0),
    Family(
        CONSULTANCY,
        "80101601",
        "ELABORACION DEL EXPEDIENTE TECNICO",
        "Estudios de factibilidad",
        SERVICE,
        0.40,
        90e3,
        0.9,
        0.0,
    ),
)
OBJECT_SHARES: Final = (0.44, 0.31, 0.16, 0.09)
MONTHS: Final = (0.035, 0.075, 0.09, 0.085, 0.09, 0.09, 0.085, 0.09, 0.095, 0.095, 0.095, 0.075)
CAUSES: Final = (
    ("Proveedor único de bienes y servicios que no admiten sustitutos", 0.34),
    ("Situación emergencia", 0.30),
    ("Situación de desabastecimiento", 0.16),
    ("Contratos con otras Entidades Públicas", 0.12),
    ("Adquisición y arrendamiento de bienes inmuebles", 0.08),
)
HOLIDAYS: Final = tuple(
    f"{year}-{day}"
    for year in range(2013, 2032)
    for day in ("01-01", "05-01", "06-29", "07-28", "07-29", "08-30", "10-08", "11-01", "12-08", "12-25")
)
