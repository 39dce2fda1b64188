"""The canonical tables: one definition per column, with its unit and meaning.

Readers fill these tables, the lake stores them, assembly merges them, everything to the right reads them.
Money is int64 cents (of the currency in the `currency` column beside it; `*_pen_cents` is in soles).
Dates are calendar days in Lima. Every row that a reader makes also carries `record`, see `batch.py`.
"""

from dataclasses import dataclass

import polars as pl

CENTS = pl.Int64
TEXT = pl.String
DAY = pl.Date
COUNT = pl.Int32
YES = pl.Boolean


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, Polars type, and what it means (with the unit)."""

    name: str
    dtype: type[pl.DataType]
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table: its grain (`key` names one row) and its columns."""

    name: str
    key: tuple[str, ...]
    grain: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> dict[str, type[pl.DataType]]:
        """Column name to Polars type, in order."""
        return {c.name: c.dtype for c in self.columns}


def _table(name: str, key: str, grain: str, *columns: tuple[str, type[pl.DataType], str]) -> Table:
    return Table(name, tuple(key.split()), grain, tuple(Column(*c) for c in columns))


RECORDS = _table(
    "records",
    "record",
    "a source record: one OCDS release or record, one row of a published table",
    ("kind", TEXT, "what it is: ocds, or the name of the published table, such as conosce:adjudicaciones"),
    ("process_id", TEXT, "process it speaks of; null for registers"),
    ("ocid", TEXT, "open contracting id, where there is one"),
    ("version_date", TEXT, "ISO date-time on which the publisher compiled it; the latest wins"),
    ("year", pl.Int16, "year of the call (or of the record itself); the lake's partition; 0 when unknown"),
)

PROCESSES = _table(
    "processes",
    "process_id",
    "a procurement procedure",
    ("process_id", TEXT, "CODIGOCONVOCATORIA (= OCDS tender.id), else the ocid"),
    ("ocid", TEXT, "open contracting id"),
    ("title", TEXT, "nomenclature as published, AS-SM-57-2024-MDASA-CS-1"),
    ("description", TEXT, "object of the call, cleaned of publishing artefacts"),
    ("buyer_ruc", TEXT, "RUC of the contracting entity, 11 digits"),
    ("buyer_consucode", TEXT, "CONSUCODE of the entity without leading zeros"),
    ("buyer_name", TEXT, "entity as published"),
    (
        "buyer_type",
        TEXT,
        "level of government as published: GOBIERNO LOCAL, GOBIERNO REGIONAL, GOBIERNO NACIONAL, FONAFE",
    ),
    ("buyer_department", TEXT, "department in which the entity sits, as published"),
    ("buyer_province", TEXT, "province in which the entity sits, as published"),
    ("method_details", TEXT, "kind of procedure in the publisher's words"),
    ("method_ocds", TEXT, "OCDS procurementMethod: open, selective, limited, direct; often null"),
    ("object", TEXT, "goods, services, works or consultancy, when published"),
    ("cause", TEXT, "ground for a direct award, as published"),
    ("value_cents", CENTS, "estimated or reference value of the call, in `currency`; null when reserved"),
    ("value_pen_cents", CENTS, "the same in soles, when published in soles or with its rate"),
    ("currency", TEXT, "ISO code of value_cents: PEN, USD, EUR, GBP"),
    ("value_reserved", YES, "the value is withheld by law until the award (published as 0)"),
    ("planned_cents", CENTS, "amount in the annual plan or budget, in `currency`"),
    ("project_id", TEXT, "investment project (CUI)"),
    ("call_date", DAY, "date of the call (convocatoria)"),
    ("published_date", DAY, "date on which the call was published or re-published"),
    ("enquiry_start", DAY, "first day for questions"),
    ("enquiry_end", DAY, "last day for questions"),
    ("integration_date", DAY, "integrated bidding terms (bases integradas)"),
    (
        "bid_deadline",
        DAY,
        "day on which bids are presented; never OCDS tenderPeriod, which repeats the call date in Peru",
    ),
    ("n_registered", COUNT, "registered participants (OCDS numberOfTenderers); not bidders"),
    ("status", TEXT, "state of the procedure in the publisher's words: CONVOCADO, ADJUDICADO, DESIERTO, NULO, ..."),
    ("source_url", TEXT, "the process's own public page"),
)

LOTS = _table(
    "lots",
    "process_id lot_id",
    "an item (ítem) of a call",
    ("process_id", TEXT, "process"),
    ("lot_id", TEXT, "number of the item within the call (N_ITEM, OCDS items.position), else the item's id"),
    ("description", TEXT, "what is bought"),
    ("classification", TEXT, "CUBSO (16 digits) or the publisher's main classification id"),
    ("classification_scheme", TEXT, "CUBSO, UNSPSC, CPV, ..."),
    ("unspsc", TEXT, "UNSPSC of 8 digits, where published beside the CUBSO"),
    ("quantity", pl.Float64, "how many `unit`"),
    ("unit", TEXT, "unit of measure"),
    ("value_cents", CENTS, "reference value of the lot, in `currency`; null when reserved"),
    ("value_pen_cents", CENTS, "the same in soles"),
    ("currency", TEXT, "ISO code"),
    ("status", TEXT, "CONVOCADO, ADJUDICADO, CONSENTIDO, CONTRATADO, DESIERTO, NULO, CANCELADO, ... upper case"),
    ("department", TEXT, "department of delivery as published"),
    ("province", TEXT, "province of delivery as published"),
    ("district", TEXT, "district of delivery as published"),
)

TENDERERS = _table(
    "tenderers",
    "process_id party_id",
    "a firm registered as participant in a process; not yet a bidder",
    ("process_id", TEXT, "process"),
    ("party_id", TEXT, "RUC, consortium code or foreign code, without scheme prefix"),
    ("name", TEXT, "as published"),
)

BIDS = _table(
    "bids",
    "process_id lot_id party_id bid_id",
    "an offer for a lot",
    ("process_id", TEXT, "process"),
    ("lot_id", TEXT, "lot; empty when the source does not say"),
    ("party_id", TEXT, "bidder: RUC, consortium code or foreign code"),
    ("bid_id", TEXT, "bid's id where published, else empty"),
    ("name", TEXT, "bidder as published"),
    ("date", DAY, "day of presentation"),
    ("amount_cents", CENTS, "price offered, in `currency`"),
    ("currency", TEXT, "ISO code"),
    ("status", TEXT, "as published: valid, disqualified, ..."),
)

AWARDS = _table(
    "awards",
    "process_id award_id",
    "what one supplier (or consortium) won in a process",
    ("process_id", TEXT, "process"),
    ("award_id", TEXT, "<process_id>-<supplier code>, as OECE makes it, or the publisher's id"),
    ("date", DAY, "buena pro"),
    ("consent_date", DAY, "buena pro consentida"),
    (
        "amount_cents",
        CENTS,
        "awarded, in `currency`; null until assembly sums the lines where the source gives lines alone",
    ),
    ("amount_pen_cents", CENTS, "the same in soles"),
    ("currency", TEXT, "ISO code"),
    ("status", TEXT, "as published"),
)

AWARD_LINES = _table(
    "award_lines",
    "process_id award_id lot_id",
    "the part of an award that falls on one lot",
    ("process_id", TEXT, "process"),
    ("award_id", TEXT, "award"),
    ("lot_id", TEXT, "lot"),
    ("quantity", pl.Float64, "awarded quantity, in the lot's unit"),
    ("amount_cents", CENTS, "awarded for the lot, in `currency`"),
    ("amount_pen_cents", CENTS, "the same in soles"),
    ("currency", TEXT, "ISO code"),
)

AWARD_SUPPLIERS = _table(
    "award_suppliers",
    "process_id award_id party_id",
    "a supplier named on an award; a consortium by its code (assembly adds its members)",
    ("process_id", TEXT, "process"),
    ("award_id", TEXT, "award"),
    ("party_id", TEXT, "RUC, consortium code or foreign code, without scheme prefix"),
    ("name", TEXT, "as published"),
    ("kind", TEXT, "legal, natural, consortium or foreign, when published"),
    (
        "consortium_id",
        TEXT,
        "code of the consortium through which this party holds the award; null when it holds it itself",
    ),
)

CONTRACTS = _table(
    "contracts",
    "process_id contract_id",
    "a signed contract",
    ("process_id", TEXT, "process"),
    ("contract_id", TEXT, "N_COD_CONTRATO (= OCDS contracts.id)"),
    ("award_id", TEXT, "award that it implements, where published"),
    ("number", TEXT, "contract number in the entity's words"),
    ("supplier_id", TEXT, "contractor: RUC or consortium code"),
    ("payee_id", TEXT, "RUC to which it is paid (RUC_DESTINATARIO_PAGO)"),
    ("signed_date", DAY, "signature"),
    ("published_date", DAY, "publication in SEACE"),
    ("start_date", DAY, "planned start"),
    ("end_date", DAY, "planned end"),
    ("end_date_updated", DAY, "end after extensions"),
    ("end_date_actual", DAY, "end as implemented (OCDS implementation.endDate)"),
    ("amount_cents", CENTS, "contracted, in `currency`"),
    ("amount_pen_cents", CENTS, "the same in soles"),
    ("final_cents", CENTS, "final value (OCDS implementation.finalValue), in `currency`"),
    ("currency", TEXT, "ISO code"),
    ("status", TEXT, "as published"),
    ("has_resolution", YES, "a resolution of the contract is published (TIENERESOLUCION)"),
)

MODIFICATIONS = _table(
    "modifications",
    "process_id contract_id modification_id",
    "a change of a signed contract",
    ("process_id", TEXT, "process"),
    ("contract_id", TEXT, "contract"),
    ("modification_id", TEXT, "publisher's id, else the kind"),
    ("kind", TEXT, "additional, reduction, extension, complementary or amendment"),
    ("date", DAY, "when, where published"),
    ("amount_cents", CENTS, "by how much, in the contract's currency; positive"),
    ("description", TEXT, "in the publisher's words"),
)

DOCUMENTS = _table(
    "documents",
    "process_id section document_id",
    "a published document",
    ("process_id", TEXT, "process"),
    ("section", TEXT, "planning, tender, award or contract"),
    ("document_id", TEXT, "publisher's id"),
    ("document_type", TEXT, "OCDS documentType: biddingDocuments, evaluationReports, awardNotice, contractSigned, ..."),
    ("date", DAY, "datePublished"),
)

PARTIES = _table(
    "parties",
    "process_id party_id",
    "an organisation with more known of it than its name",
    ("process_id", TEXT, "process in which it is described"),
    ("party_id", TEXT, "RUC, CONSUCODE-<n>, consortium code or foreign code"),
    ("name", TEXT, "as published"),
    ("ruc", TEXT, "RUC, 11 digits"),
    ("roles", TEXT, "roles joined by ;"),
    ("department", TEXT, "as published"),
    ("province", TEXT, "as published (OECE: address.region)"),
    ("district", TEXT, "as published (OECE: address.locality)"),
    ("address", TEXT, "street"),
    ("telephone", TEXT, "contact"),
    ("email", TEXT, "contact"),
)

COMMITTEE = _table(
    "committee",
    "process_id member",
    "a member of the selection committee; always a natural person",
    ("process_id", TEXT, "process"),
    ("member", TEXT, "as published; masked in everything public"),
)

ENTITIES = _table(
    "entities",
    "consucode ruc",
    "a contracting entity of the official register",
    ("ruc", TEXT, "RUC"),
    ("consucode", TEXT, "CONSUCODE without leading zeros"),
    ("name", TEXT, "as published"),
    ("department", TEXT, "as published"),
    ("province", TEXT, "as published"),
    ("district", TEXT, "as published"),
    ("siaf", TEXT, "CODIGO_SIAF"),
    ("active", YES, "ESTADO is Activo"),
)

SUPPLIERS = _table(
    "suppliers",
    "ruc category",
    "a registration in the national register of suppliers (RNP)",
    ("ruc", TEXT, "RUC"),
    ("name", TEXT, "as published"),
    ("origin", TEXT, "country"),
    ("department", TEXT, "as published"),
    ("province", TEXT, "as published"),
    ("district", TEXT, "as published"),
    ("category", TEXT, "Proveedor de Bienes, de Servicios, Ejecutor de Obra, Consultor de Obra"),
    ("valid_from", DAY, "D_FEC_INICIOVIGENCIA"),
    ("valid_to", DAY, "D_FEC_FINVIGENCIA"),
)

SANCTIONS = _table(
    "sanctions",
    "ruc resolution start_date kind",
    "a debarment, fine or judicial order",
    ("ruc", TEXT, "RUC (or DNI in judicial orders)"),
    ("name", TEXT, "as published"),
    ("kind", TEXT, "debarment, fine or judicial"),
    ("start_date", DAY, "first day of effect"),
    ("end_date", DAY, "last day; null = indefinite"),
    ("resolution", TEXT, "number"),
    ("motive", TEXT, "DE_MOTIVO_INFRACCION"),
    ("amount_cents", CENTS, "fine, soles"),
    ("cut_date", DAY, "FECHA_CORTE: the register is known up to this day"),
)

CONSORTIA = _table(
    "consortia",
    "consortium_id member_ruc",
    "a consortium and one member",
    ("consortium_id", TEXT, "SEACE's code"),
    ("name", TEXT, "consortium as published"),
    ("member_ruc", TEXT, "RUC of the member"),
    ("member_name", TEXT, "as published"),
    ("year", pl.Int16, "year of the file"),
)

PENALTIES = _table(
    "penalties",
    "contract_id supplier_ruc date kind amount_cents",
    "a penalty applied to a contractor",
    ("contract_id", TEXT, "ID CONTRATO (= contract_id)"),
    ("supplier_ruc", TEXT, "RUC or consortium code"),
    ("kind", TEXT, "late (por mora) or other"),
    ("object", TEXT, "goods, services, works or consultancy"),
    ("buyer_name", TEXT, "as published"),
    ("date", DAY, "when"),
    ("reason", TEXT, "as published"),
    ("amount_cents", CENTS, "soles"),
)

PLAN = _table(
    "plan",
    "buyer_consucode year reference version lot_id",
    "an item of an annual procurement plan (PAC)",
    ("year", pl.Int16, "plan year"),
    ("buyer_ruc", TEXT, "entity"),
    ("buyer_consucode", TEXT, "entity"),
    ("version", COUNT, "version of the plan"),
    ("reference", TEXT, "N_REFERENCIA"),
    ("published_date", DAY, "FECHA_PUBLICACION"),
    ("month", TEXT, "month foreseen"),
    ("description", TEXT, "process"),
    ("method_details", TEXT, "kind of procedure foreseen"),
    ("object", TEXT, "goods, services, works or consultancy"),
    ("lot_id", TEXT, "N_ITEM"),
    ("lot_description", TEXT, "item"),
    ("quantity", pl.Float64, "quantity"),
)

PURCHASE_ORDERS = _table(
    "purchase_orders",
    "buyer_ruc order_number order_type date supplier_id",
    "a purchase or service order, most of them of up to 8 UIT and without procedure",
    ("buyer_ruc", TEXT, "entity"),
    ("buyer_name", TEXT, "entity"),
    ("buyer_department", TEXT, "as published"),
    ("order_type", TEXT, "compra or servicio, as published"),
    ("order_number", TEXT, "NRO_DE_ORDEN"),
    ("registered_date", DAY, "FECHA_REGISTRO"),
    ("date", DAY, "FECHA_DE_EMISION"),
    ("committed_date", DAY, "FECHA_COMPROMISO_PRESUPUESTAL"),
    ("notified_date", DAY, "FECHA_DE_NOTIFICACION"),
    ("description", TEXT, "DESCRIPCION_ORDEN"),
    ("amount_cents", CENTS, "in `currency`"),
    ("currency", TEXT, "ISO code"),
    ("object", TEXT, "goods, services, works or consultancy"),
    ("status", TEXT, "ESTADOCONTRATACION"),
    ("hiring_type", TEXT, "TIPODECONTRATACION as published"),
    ("supplier_id", TEXT, "RUC"),
    ("supplier_name", TEXT, "as published"),
)

HOLIDAYS = _table(
    "holidays",
    "date",
    "a day that is not a working day beyond the national holidays",
    ("date", DAY, "day"),
    ("name", TEXT, "why"),
)

PROCESS_TABLES = (
    PROCESSES,
    LOTS,
    TENDERERS,
    BIDS,
    AWARDS,
    AWARD_LINES,
    AWARD_SUPPLIERS,
    CONTRACTS,
    MODIFICATIONS,
    DOCUMENTS,
    PARTIES,
    COMMITTEE,
)
REGISTER_TABLES = (ENTITIES, SUPPLIERS, SANCTIONS, CONSORTIA, PENALTIES, PLAN, PURCHASE_ORDERS, HOLIDAYS)
TABLES: dict[str, Table] = {t.name: t for t in (RECORDS, *PROCESS_TABLES, *REGISTER_TABLES)}

PERU_PREFIX = "ocds-dgv273"
"""How OECE's open contracting ids begin. Only there is tender.id the CODIGOCONVOCATORIA, unique in the country."""

RECORD = "record"
"""Column of every row that a reader makes: which record of the batch (later: of the lake) it comes from; UInt32."""


def empty(table: Table) -> pl.DataFrame:
    """A frame of `table` without rows, `record` included."""
    return pl.DataFrame(schema={RECORD: pl.UInt32, **table.schema})
