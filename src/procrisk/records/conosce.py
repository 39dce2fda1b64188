"""CONOSCE's and SEACE's published tables of procedures: one `Spec` each.

Headers and meanings: CONOSCE's data dictionary (30 November 2021) and the files themselves. Rows repeat what stands
above them (a procedure on each of its items, an item on each member of a consortium); amounts therefore go only to the
table whose key they belong to, and equal rows of a table are one row after assembly: nothing multiplies.
"""

import polars as pl

from procrisk.records.spec import Spec

c = pl.col

_IN_SOLES = c("currency") == "PEN"


def _own(original: str, soles: str) -> pl.Expr:
    """Amount in the published currency; files of 2026 give soles alone, the same where the currency is soles."""
    return pl.coalesce(c(original), pl.when(_IN_SOLES).then(c(soles)))


def _soles(original: str, soles: str) -> pl.Expr:
    return pl.coalesce(c(soles), pl.when(_IN_SOLES).then(c(original)))


def _award_id(supplier: str = "supplier_id") -> pl.Expr:
    return c("process_id") + "-" + c(supplier)


_ENTITY = {
    "CODIGOENTIDAD": ("buyer_consucode", "numeral"),
    "ENTIDADRUC": ("buyer_ruc", "code"),
    "RUCENTIDAD": ("buyer_ruc", "code"),
    "ENTIDAD": ("buyer_name", "text"),
    "ENTIDADDEPARTAMENTO": ("buyer_department", "text"),
    "DEPARTAMENTOENTIDAD": ("buyer_department", "text"),
    "ENTIDADPROVINCIA": ("buyer_province", "text"),
    "TIPOENTIDAD": ("buyer_type", "upper"),
    "TIPOENTIDADOEE": ("buyer_type", "upper"),
}
_CALL = {
    "CODIGOCONVOCATORIA": ("process_id", "numeral"),
    "PROCESO": ("title", "text"),
    "DESCRIPCIONPROCESO": ("description", "text"),
    "TIPOPROCESOSELECCION": ("method_details", "text"),
    "TIPOPROCESO": ("method_details", "text"),
    "OBJETOCONTRACTUAL": ("object", "category"),
    "FECHACONVOCATORIA": ("call_date", "day"),
    "FECHAINTEGRACIONBASES": ("integration_date", "day"),
    "FECHAPRESENTACIONPROPUESTA": ("bid_deadline", "day"),
    "CAUSALEXORCONTDIRECTA": ("cause", "text"),
    "CAUSAL": ("cause", "text"),
    "URLFICHAPROCESO": ("source_url", "code"),
    "MONEDA": ("currency", "currency"),
}
_ITEM = {
    "NITEM": ("lot_id", "numeral"),
    "NUMEROITEM": ("lot_id", "numeral"),
    "NUMITEM": ("lot_id", "numeral"),
    "DESCRIPCIONITEM": ("lot_description", "text"),
    "ITEMCONVOCADESCRIPCION": ("lot_description", "text"),
    "UNIDADMEDIDA": ("unit", "text"),
    "ITEMCONVOCAUNIDADMEDIDA": ("unit", "text"),
    "ESTADOITEM": ("lot_status", "upper"),
    "ESTADOITEMCONVOCA": ("lot_status", "upper"),
    "CODIGOITEM": ("classification", "code"),
    "DEPARTAMENTOITEM": ("department", "text"),
    "ITEMDEPARTAMENTO": ("department", "text"),
    "PROVINCIAITEM": ("province", "text"),
    "ITEMPROVINCIA": ("province", "text"),
    "DISTRITOITEM": ("district", "text"),
    "ITEMDISTRITO": ("district", "text"),
    "MONTOREFERENCIALITEM": ("lot_value", "value"),
    "MONTOREFERENCIALITEMSOLES": ("lot_value_soles", "value"),
}
_AWARD = {
    "CANTIDADADJUDICADOITEM": ("awarded_quantity", "number"),
    "CANTIDADADJUDICADA": ("awarded_quantity", "number"),
    "MONTOADJUDICADOITEM": ("awarded", "money"),
    "MONTOADJUDICADOITEMSOLES": ("awarded_soles", "money"),
    "RUCPROVEEDOR": ("supplier_id", "code"),
    "PROVEEDOR": ("supplier_name", "text"),
    "TIPOPROVEEDOR": ("supplier_kind", "supplier_kind"),
    "FECHABUENAPRO": ("award_date", "day"),
    "FECHACONSENTIMIENTOBP": ("consent_date", "day"),
}

_PROCESS = {
    name: name
    for name in [
        "process_id",
        "title",
        "description",
        "buyer_ruc",
        "buyer_consucode",
        "buyer_name",
        "buyer_type",
        "buyer_department",
        "buyer_province",
        "method_details",
        "object",
        "cause",
        "call_date",
        "integration_date",
        "bid_deadline",
        "source_url",
    ]
}
_LOT: dict[str, str | pl.Expr] = {
    "process_id": "process_id",
    "lot_id": "lot_id",
    "description": "lot_description",
    "classification": "classification",
    "classification_scheme": pl.when(c("classification").is_not_null()).then(pl.lit("CUBSO")),
    # a CUBSO code of 16 digits begins with the UNSPSC code of 8
    "unspsc": pl.when(c("classification").str.contains(r"^\d{16}$")).then(c("classification").str.head(8)),
    "unit": "unit",
    "value_cents": _own("lot_value", "lot_value_soles"),
    "value_pen_cents": _soles("lot_value", "lot_value_soles"),
    "currency": "currency",
    "status": "lot_status",
    "department": "department",
    "province": "province",
    "district": "district",
}
_AWARD_TABLES: dict[str, dict[str, str | pl.Expr]] = {
    "processes": {**_PROCESS},
    "lots": _LOT,
    # the row's amount is of one lot: the award's own stays null until assembly adds its lines
    "awards": {
        "process_id": "process_id",
        "award_id": _award_id(),
        "date": "award_date",
        "consent_date": "consent_date",
        "currency": "currency",
    },
    "award_lines": {
        "process_id": "process_id",
        "award_id": _award_id(),
        "lot_id": "lot_id",
        "quantity": "awarded_quantity",
        "amount_cents": _own("awarded", "awarded_soles"),
        "amount_pen_cents": _soles("awarded", "awarded_soles"),
        "currency": "currency",
    },
    "award_suppliers": {
        "process_id": "process_id",
        "award_id": _award_id(),
        "party_id": "supplier_id",
        "name": "supplier_name",
        "kind": "supplier_kind",
    },
}
# PAQUETE says NO, or nothing, of an item that stands alone
_PACKAGE = {"package": pl.when(~c("package").str.contains(r"^(?:NO?|0|-)$")).then(c("package"))}
_HAS_LOT = c("lot_id").is_not_null()
_HAS_AWARD = c("supplier_id").is_not_null()
_AWARD_KEEP = {
    "lots": _HAS_LOT,
    "awards": _HAS_AWARD,
    "award_lines": _HAS_AWARD & _HAS_LOT,
    "award_suppliers": _HAS_AWARD,
}
# where a file gives amounts in soles alone and no currency, the currency is soles
_CURRENCY_KNOWN = {
    "currency": pl.coalesce(
        c("currency"), pl.when(c("awarded_soles").is_not_null() & c("awarded").is_null()).then(pl.lit("PEN"))
    )
}

ADJUDICACIONES = Spec(
    "conosce:adjudicaciones",
    needs=("CODIGOCONVOCATORIA", "NITEM", "RUCPROVEEDOR", "MONTOADJUDICADOITEM|MONTOADJUDICADOITEMSOLES"),
    columns=_ENTITY | _CALL | _ITEM | _AWARD,
    derived=_CURRENCY_KNOWN,
    tables=_AWARD_TABLES,
    keep=_AWARD_KEEP,
    required=("process_id",),
    process="process_id",
    year=c("call_date").dt.year(),
)

CONTRATACION_DIRECTA = Spec(
    # one row per item, supplier and member of the supplier if it is a consortium
    "conosce:contratacion_directa",
    needs=("CODIGOCONVOCATORIA", "NUMEROITEM", "RUCPROVEEDOR", "MONTOADJUDICADO|MONTOADJUDICADOSOLES"),
    columns=_ENTITY | _CALL | _ITEM | _AWARD | {
        "MONTOREFERENCIAL": ("lot_value", "value"),
        "MONTOREFERENCIALSOLES": ("lot_value_soles", "value"),
        "MONTOADJUDICADO": ("awarded", "money"),
        "MONTOADJUDICADOSOLES": ("awarded_soles", "money"),
        "RUCDETALLEPROVEEDOR": ("member_ruc", "code"),
        "DETALLEPROVEEDOR": ("member_name", "text"),
    },
    derived=_CURRENCY_KNOWN,
    tables=_AWARD_TABLES | {
        "consortia": {
            "consortium_id": "supplier_id",
            "name": "supplier_name",
            "member_ruc": "member_ruc",
            "member_name": "member_name",
            "year": c("call_date").dt.year(),
        }
    },
    keep=_AWARD_KEEP | {"consortia": c("member_ruc").is_not_null() & _HAS_AWARD},
    required=("process_id",),
    process="process_id",
    year=c("call_date").dt.year(),
)  # fmt: skip

CONVOCATORIAS = Spec(
    # also the files of null and deserted procedures, which have a subset of these columns
    "conosce:convocatorias",
    needs=("CODIGOCONVOCATORIA", "PROCESO", "FECHACONVOCATORIA"),
    lacks=("RUCPROVEEDOR", "RUCCODIGOPOSTOR", "NCODCONTRATO"),
    columns=_ENTITY | _CALL | _ITEM | {
        "SECTORNIVELDEGOBIERNO": ("sector", "upper"),
        "MONTOREFERENCIAL": ("value", "value"),
        "MONTOREFERENCIALSOLES": ("value_soles", "value"),
        "PAQUETE": ("package", "upper"),
        "ESTADOPROCESO": ("status", "upper"),
        "ESTADO": ("status", "upper"),
    },
    tables={
        "processes": _PROCESS | {
            "value_cents": _own("value", "value_soles"),
            "value_pen_cents": _soles("value", "value_soles"),
            "currency": pl.when(pl.coalesce("value", "value_soles").is_not_null()).then(c("currency")),
            "status": "status",
        },
        "lots": _LOT | _PACKAGE,
    },
    keep={"lots": _HAS_LOT},
    required=("process_id",),
    process="process_id",
    year=c("call_date").dt.year(),
)  # fmt: skip

_CHANGES = {"additional": "MONTOADICIONAL", "reduction": "MONTOREDUCCION", "extension": "MONTOPRORROGA",
            "complementary": "MONTOCOMPLEMENTARIO"}  # fmt: skip

CONTRATOS = Spec(
    "conosce:contratos",
    needs=("CODIGOCONVOCATORIA", "NCODCONTRATO"),
    columns={
        "CODIGOCONVOCATORIA": ("process_id", "numeral"),
        "NCODCONTRATO": ("contract_id", "numeral"),
        "DESCRIPCIONPROCESO": ("description", "text"),
        "CODIGOENTIDAD": ("buyer_consucode", "numeral"),
        "FECHAPUBLICACIONCONTRATO": ("published_date", "day"),
        "FECHASUSCRIPCIONCONTRATO": ("signed_date", "day"),
        "FECHAVIGENCIAINICIAL": ("start_date", "day"),
        "FECHAVIGENCIAFINAL": ("end_date", "day"),
        "FECHAVIGENCIAFINACTUALIZADA": ("end_date_updated", "day"),
        "NUMCONTRATO": ("number", "text"),
        "MONTOCONTRATADOTOTAL": ("amount", "money"),
        "MONEDA": ("currency", "currency"),
        "RUCCONTRATISTA": ("supplier_id", "code"),
        "RUCDESTINATARIOPAGO": ("payee_id", "code"),
        "TIENERESOLUCION": ("has_resolution", "yes"),
        **{header: (kind, "change") for kind, header in _CHANGES.items()},
    },
    tables={
        "processes": {"process_id": "process_id", "description": "description", "buyer_consucode": "buyer_consucode"},
        "contracts": {
            name: name
            for name in ["process_id", "contract_id", "number", "supplier_id", "payee_id", "signed_date", "published_date", "start_date", "end_date", "end_date_updated", "currency", "has_resolution"]
        } | {
            "award_id": _award_id(),
            "amount_cents": "amount",
            "amount_pen_cents": pl.when(_IN_SOLES).then(c("amount")),
        },
        # the amounts of change have no item of their own in the dictionary: they are the contract's
        **{
            f"modifications#{kind}": {
                "process_id": "process_id",
                "contract_id": "contract_id",
                "modification_id": pl.lit(kind),
                "kind": pl.lit(kind),
                "amount_cents": kind,
            }
            for kind in _CHANGES
        },
    },
    keep={f"modifications#{kind}": c(kind) > 0 for kind in _CHANGES},
    required=("process_id", "contract_id"),
    process="process_id",
    year=pl.coalesce("signed_date", "published_date", "start_date").dt.year(),
)  # fmt: skip

_OFFERED = ("MONTOOFERTADO", "MONTOOFERTA", "MONTOPROPUESTA", "MONTOPROPUESTO", "MONTOOFERTADOITEM")
_OFFER_STATE = ("ESTADOPROPUESTA", "ESTADOOFERTA", "ESTADOPOSTOR")

POSTOR = Spec(
    "conosce:postor",
    needs=("CODIGOCONVOCATORIA", "RUCCODIGOPOSTOR"),
    columns={
        "CODIGOCONVOCATORIA": ("process_id", "numeral"),
        "FECHACONVOCATORIA": ("call_date", "day"),
        "NITEM": ("lot_id", "numeral"),
        "RUCCODIGOPOSTOR": ("party_id", "code"),
        "POSTOR": ("name", "text"),
        "FECHAPRESENTACIONPROPUESTA": ("date", "day"),
        # CONOSCE's file has neither price nor state; extracts of SEACE's records of opening, evaluation and award add them
        **dict.fromkeys(_OFFERED, ("amount", "money")),
        **dict.fromkeys(_OFFER_STATE, ("status", "text")),
        "MONEDA": ("currency", "currency"),
    },
    # the price without a currency is in soles
    derived={"currency": pl.when(c("amount").is_not_null()).then(c("currency").fill_null("PEN"))},
    tables={
        "processes": {"process_id": "process_id", "call_date": "call_date"},
        "bids": {
            "process_id": "process_id",
            "lot_id": c("lot_id").fill_null(""),
            "party_id": "party_id",
            "bid_id": pl.lit(""),
            "name": "name",
            "date": "date",
            "amount_cents": "amount",
            "currency": "currency",
            "status": "status",
        },
    },
    required=("process_id", "party_id"),
    process="process_id",
    year=c("call_date").dt.year(),
)

COMITE = Spec(
    "conosce:comite",
    needs=("CODIGOCONVOCATORIA", "MIEMBROCOMITE"),
    columns={"CODIGOCONVOCATORIA": ("process_id", "numeral"), "MIEMBROCOMITE": ("member", "text")},
    tables={"committee": {"process_id": "process_id", "member": "member"}},
    required=("process_id", "member"),
    process="process_id",
    personal=True,
)

SPECS = (CONTRATACION_DIRECTA, ADJUDICACIONES, CONTRATOS, POSTOR, COMITE, CONVOCATORIAS)
"""In the order in which a header is held against them."""
