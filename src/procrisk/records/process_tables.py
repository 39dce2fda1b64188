"""The tables of procurement: what the sources say of processes. See `tables`."""

import polars as pl

from procrisk.records.table import CENTS, COUNT, DAY, SHARE, TEXT, YES, table

RECORDS = table(
    "records",
    "record",
    "a source record: one OCDS release or record, one row of a published table",
    ("kind", TEXT, "what it is: ocds, or the name of the published table, such as conosce:adjudicaciones"),
    ("process_id", TEXT, "process it speaks of; null for registers"),
    ("ocid", TEXT, "open contracting id, where there is one"),
    ("version_date", TEXT, "ISO date-time on which the publisher compiled it; the latest wins"),
    ("year", pl.Int16, "year of the call (or of the record itself); the lake's partition; 0 when unknown"),
)

PROCESSES = table(
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
    ("award_criteria", TEXT, "OCDS awardCriteria: priceOnly, costOnly, qualityOnly, ratedCriteria, singleBidOnly"),
    ("bid_opening", DAY, "opening of bids (OCDS bidOpening.date)"),
    ("evaluation_start", DAY, "first day of the evaluation of bids (OCDS awardPeriod.startDate)"),
    ("fee_cents", CENTS, "price of taking part or of the documents, the highest, in `currency`"),
    ("criteria_length", COUNT, "characters of the eligibility and selection criteria"),
    ("source_url", TEXT, "the process's own public page"),
)

LOTS = table(
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
    (
        "package",
        TEXT,
        "name or number of the package in which the item is sold with others (PAQUETE); null when it stands alone",
    ),
    ("status", TEXT, "CONVOCADO, ADJUDICADO, CONSENTIDO, CONTRATADO, DESIERTO, NULO, CANCELADO, ... upper case"),
    ("department", TEXT, "department of delivery as published"),
    ("province", TEXT, "province of delivery as published"),
    ("district", TEXT, "district of delivery as published"),
)

TENDERERS = table(
    "tenderers",
    "process_id party_id",
    "a firm registered as participant in a process; not yet a bidder",
    ("process_id", TEXT, "process"),
    ("party_id", TEXT, "RUC, consortium code or foreign code, without scheme prefix"),
    ("name", TEXT, "as published"),
)

BIDS = table(
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

AWARDS = table(
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
    ("has_subcontracting", YES, "part of it is to be subcontracted (OCDS hasSubcontracting)"),
    ("subcontract_share", SHARE, "least share to be subcontracted, 0 to 1 (OCDS subcontracting.minimumPercentage)"),
)

AWARD_LINES = table(
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

AWARD_SUPPLIERS = table(
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

CONTRACTS = table(
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

MODIFICATIONS = table(
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

DOCUMENTS = table(
    "documents",
    "process_id section document_id",
    "a published document",
    ("process_id", TEXT, "process"),
    ("section", TEXT, "planning, tender, award, contract or implementation"),
    ("document_id", TEXT, "publisher's id"),
    ("document_type", TEXT, "OCDS documentType: biddingDocuments, evaluationReports, awardNotice, contractSigned, ..."),
    ("date", DAY, "datePublished"),
)

PARTIES = table(
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

COMMITTEE = table(
    "committee",
    "process_id member",
    "a member of the selection committee; always a natural person",
    ("process_id", TEXT, "process"),
    ("member", TEXT, "as published; masked in everything public"),
)

AWARD_BIDS = table(
    "award_bids",
    "process_id award_id bid_id",
    "a bid that won an award, where the source says which (OCDS relatedBid)",
    ("process_id", TEXT, "process"),
    ("award_id", TEXT, "award"),
    ("bid_id", TEXT, "bid"),
)

ENQUIRIES = table(
    "enquiries",
    "process_id enquiry_id",
    "a question or observation on the terms of a call",
    ("process_id", TEXT, "process"),
    ("enquiry_id", TEXT, "publisher's id"),
    ("date", DAY, "when it was put"),
    ("answered_date", DAY, "when it was answered"),
    ("answered", YES, "an answer is published"),
)

CHALLENGES = table(
    "challenges",
    "process_id challenge_id",
    "a complaint, an appeal, a ruling or a pronouncement on a process",
    ("process_id", TEXT, "process"),
    ("challenge_id", TEXT, "publisher's id or number of the resolution"),
    ("kind", TEXT, "complaint, appeal, ruling or pronouncement"),
    ("date", DAY, "when it was lodged or, for a ruling, issued"),
    ("resolved_date", DAY, "when it was decided; null while pending"),
    ("outcome", TEXT, "upheld, rejected, nullity or other; null while pending"),
    ("challenger_id", TEXT, "RUC of who lodged it"),
)

MILESTONES = table(
    "milestones",
    "process_id contract_id milestone_id",
    "a milestone of a contract",
    ("process_id", TEXT, "process"),
    ("contract_id", TEXT, "contract"),
    ("milestone_id", TEXT, "publisher's id"),
    ("kind", TEXT, "OCDS type: delivery, payment, assessment, ..."),
    ("due_date", DAY, "agreed day"),
    ("met_date", DAY, "day on which it was met"),
    ("status", TEXT, "OCDS: scheduled, met, notMet, partiallyMet"),
)

TRANSACTIONS = table(
    "transactions",
    "process_id contract_id transaction_id",
    "a payment under a contract",
    ("process_id", TEXT, "process"),
    ("contract_id", TEXT, "contract"),
    ("transaction_id", TEXT, "publisher's id"),
    ("date", DAY, "when"),
    ("amount_cents", CENTS, "paid, in `currency`"),
    ("currency", TEXT, "ISO code"),
    ("payee_id", TEXT, "who was paid"),
)

SUBCONTRACTORS = table(
    "subcontractors",
    "process_id contract_id party_id",
    "a firm to which part of a contract was passed on",
    ("process_id", TEXT, "process"),
    ("contract_id", TEXT, "contract; empty when only the award or the process is told"),
    ("party_id", TEXT, "subcontractor: RUC"),
    ("name", TEXT, "as published"),
    ("share", SHARE, "share of the contract, 0 to 1"),
)
