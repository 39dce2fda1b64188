"""The registers that stand beside procurement. See `tables`."""

import polars as pl

from procrisk.records.table import CENTS, COUNT, DAY, SHARE, TEXT, YES, table

ENTITIES = table(
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

SUPPLIERS = table(
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
    ("capacity_cents", CENTS, "most that it may have contracted at a time (executors of works), soles"),
)

SANCTIONS = table(
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

CONSORTIA = table(
    "consortia",
    "consortium_id member_ruc",
    "a consortium and one member",
    ("consortium_id", TEXT, "SEACE's code"),
    ("name", TEXT, "consortium as published"),
    ("member_ruc", TEXT, "RUC of the member"),
    ("member_name", TEXT, "as published"),
    ("year", pl.Int16, "year of the file"),
)

PENALTIES = table(
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

PLAN = table(
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

PURCHASE_ORDERS = table(
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

HOLIDAYS = table(
    "holidays",
    "date region",
    "a day that is not a working day beyond the national holidays",
    ("date", DAY, "day"),
    ("region", TEXT, "region in which it is none, as published; empty: everywhere"),
    ("name", TEXT, "why"),
)

OWNERS = table(
    "owners",
    "ruc person_id kind",
    "a shareholder, beneficial owner, representative or director of a firm",
    ("ruc", TEXT, "the firm's RUC, or its id where the source has no RUC"),
    ("firm_name", TEXT, "as published"),
    ("person_id", TEXT, "DNI or other document, or RUC of an owning firm"),
    ("name", TEXT, "as published; natural persons are masked in everything public"),
    ("kind", TEXT, "shareholder, beneficial_owner, representative or director"),
    ("share", SHARE, "shareholding, 0 to 1"),
    ("valid_from", DAY, "since when"),
)

TAXPAYERS = table(
    "taxpayers",
    "ruc",
    "a taxpayer of the tax register (SUNAT, padrón reducido)",
    ("ruc", TEXT, "RUC"),
    ("name", TEXT, "as published"),
    ("state", TEXT, "ACTIVO, BAJA DEFINITIVA, SUSPENSION TEMPORAL, ... upper case"),
    ("condition", TEXT, "HABIDO, NO HABIDO, NO HALLADO, ... upper case"),
    ("ubigeo", TEXT, "INEI code of 6 digits"),
    ("address", TEXT, "street and number, upper case"),
    ("started", DAY, "start of activities, where published"),
)

OFFICES = table(
    "offices",
    "person_id buyer_ruc kind start_date",
    "a person in a public office or function",
    ("person_id", TEXT, "DNI"),
    ("name", TEXT, "as published"),
    ("buyer_ruc", TEXT, "entity in which it is held"),
    ("kind", TEXT, "elected, official, evaluator or user_area (who asked for or drew up the purchase)"),
    ("office", TEXT, "as published"),
    ("organisation", TEXT, "political organisation that put the person forward; null if none"),
    ("start_date", DAY, "first day"),
    ("end_date", DAY, "last day; null = still held"),
)

TIES = table(
    "ties",
    "person_id related_id kind",
    "a tie of a person: kin, declared interest or political organisation",
    ("person_id", TEXT, "DNI or RUC"),
    ("related_id", TEXT, "DNI of the relative, RUC of the firm, or the political organisation's name"),
    ("kind", TEXT, "kinship, interest (declared), membership or donation (of a political organisation)"),
    ("degree", COUNT, "degree of kinship, 1 to 4"),
    ("start_date", DAY, "since when"),
    ("end_date", DAY, "until when; null = still"),
    ("source", TEXT, "where it was declared or published"),
)

DECLARATIONS = table(
    "declarations",
    "person_id buyer_ruc date",
    "a sworn declaration of interests (DJI) that a person owed to an entity",
    ("person_id", TEXT, "DNI"),
    ("buyer_ruc", TEXT, "entity"),
    ("date", DAY, "when it was due or filed"),
    ("filed", YES, "it was filed"),
)

CERTIFICATIONS = table(
    "certifications",
    "name valid_from",
    "a certification of a public buyer (SICAN)",
    ("name", TEXT, "as published"),
    ("person_id", TEXT, "DNI, where published"),
    ("level", TEXT, "as published"),
    ("valid_from", DAY, "first day"),
    ("valid_to", DAY, "last day; null = no end published"),
)

LISTED_ITEMS = table(
    "listed_items",
    "classification list valid_from",
    "an item that has to be bought in a given way while it is on a list",
    ("classification", TEXT, "CUBSO code of 16 digits, or a prefix of it"),
    ("list", TEXT, "catalogue (electronic catalogue), technical_sheet (ficha técnica) or homologated"),
    ("name", TEXT, "as published"),
    ("valid_from", DAY, "first day"),
    ("valid_to", DAY, "last day; null = still"),
)

WORKS = table(
    "works",
    "work_id",
    "a public work of the works register (INFOBRAS)",
    ("work_id", TEXT, "INFOBRAS code"),
    ("process_id", TEXT, "process, where the register says it"),
    ("contract_id", TEXT, "contract, likewise"),
    ("project_id", TEXT, "investment project (CUI)"),
    ("buyer_ruc", TEXT, "entity"),
    ("state", TEXT, "EN EJECUCION, PARALIZADA, FINALIZADA, RECEPCIONADA, ... upper case"),
    ("start_date", DAY, "first day"),
    ("planned_end", DAY, "agreed last day"),
    ("actual_end", DAY, "day on which it was finished"),
    ("reception_date", DAY, "day on which it was received"),
    ("resident_id", TEXT, "professional number or DNI of the resident engineer"),
    ("supervisor_id", TEXT, "the same of the supervisor or inspector"),
    ("physical_share", SHARE, "physical progress, 0 to 1 or more"),
    ("financial_share", SHARE, "paid over contracted, 0 to 1 or more"),
    ("cut_date", DAY, "day as of which the row is true"),
)

CONTROL = table(
    "control",
    "report_id situation_id",
    "an adverse situation that the Contraloría told an entity of",
    ("report_id", TEXT, "number of the report"),
    ("situation_id", TEXT, "number of the situation in it"),
    ("buyer_ruc", TEXT, "entity"),
    ("process_id", TEXT, "process, where the report names it"),
    ("date", DAY, "when the entity was told"),
    ("corrected_date", DAY, "when it was put right; null while pending"),
    ("description", TEXT, "as published"),
)

ANSWERS = table(
    "answers",
    "region_code question date",
    "an answer of a regional government's integrity function to a question of the structured assessment",
    ("region_code", TEXT, "region (regions.REGIONS)"),
    ("question", TEXT, "id of the question (assessment.csv)"),
    ("answer", TEXT, "yes, partial, no, no_evidence or not_applicable (assessment.ANSWERS)"),
    ("evidence", TEXT, "link or number of the document that backs it"),
    ("evidence_date", DAY, "date of that document"),
    ("answered_by", TEXT, "function that answered, never a person's name"),
    ("date", DAY, "day of the answer"),
)

OUTCOMES = table(
    "outcomes",
    "process_id work_id project_id kind source",
    "what is known to have become of a process, a work or a project: a label to learn from and to be measured against",
    ("process_id", TEXT, "process, where the source says it"),
    ("work_id", TEXT, "work, likewise"),
    ("project_id", TEXT, "investment project (CUI), likewise"),
    ("kind", TEXT, "works_risk, sanction, audit or decision"),
    ("level", COUNT, "grade in the source's own scale, where it has one; works_risk: 0 (none) to 4 (extreme)"),
    ("positive", YES, "it speaks of a risk that was found; works_risk: level 3 or 4"),
    ("date", DAY, "when it became known, where published"),
    ("source", TEXT, "who says so"),
)

DECISIONS = table(
    "decisions",
    "process_id indicator date reviewer",
    "what a reviewer found when looking at a flag",
    ("process_id", TEXT, "process"),
    ("indicator", TEXT, "id of the indicator whose flag was looked at"),
    (
        "decision",
        TEXT,
        "confirmed, not_confirmed (looked at, nothing found) or unrelated (the flag rests on something else)",
    ),
    ("reason", TEXT, "in the reviewer's words; never published"),
    ("date", DAY, "day of the decision"),
    ("reviewer", TEXT, "function that decided, never a name: integrity, control, contracting or analyst"),
)
