"""The registers that stand beside procedures: one `Spec` each.

Here: entities, consortia, suppliers, sanctions, penalties, annual plans, purchase orders, holidays; `SPECS` has those of
`registers_people` and `registers_control` too. Most rows speak of no process and carry no year of their own.
"""

import polars as pl

from procrisk.records import (
    contraloria_works,
    registers_assessment,
    registers_control,
    registers_decisions,
    registers_people,
)
from procrisk.records.spec import Spec

c = pl.col

ENTIDADES = Spec(
    "conosce:entidades",
    needs=("RUC", "CODCONSUCODE", "NOMBREDEENTIDAD|ENTIDAD"),
    columns={
        "RUC": ("ruc", "code"),
        "NOMBREDEENTIDAD": ("name", "text"),
        "ENTIDAD": ("name", "text"),
        "DEPARTAMENTO": ("department", "text"),
        "PROVINCIA": ("province", "text"),
        "DISTRITO": ("district", "text"),
        "CODIGOSIAF": ("siaf", "numeral"),
        "CODCONSUCODE": ("consucode", "numeral"),
        "ESTADO": ("active", "yes"),
    },
    tables={
        "entities": {n: n for n in ["ruc", "consucode", "name", "department", "province", "district", "siaf", "active"]}
    },
    required=("name",),
)

CONSORCIOS = Spec(
    "conosce:consorcios",
    needs=("RUCCONSORCIO", "RUCMIEMBRO"),
    columns={
        "ANO": ("year", "whole"),
        "RUCCONSORCIO": ("consortium_id", "code"),
        "CONSORCIO": ("name", "text"),
        "RUCMIEMBRO": ("member_ruc", "code"),
        "MIEMBRO": ("member_name", "text"),
    },
    tables={"consortia": {n: n for n in ["consortium_id", "name", "member_ruc", "member_name", "year"]}},
    required=("consortium_id", "member_ruc"),
    year=c("year"),
)

PROVEEDORES = Spec(
    "conosce:proveedores",
    needs=("RUCPROVEEDOR", "REGISTRO", "DFECINICIOVIGENCIA"),
    columns={
        "RUCPROVEEDOR": ("ruc", "code"),
        "PROVEEDOR": ("name", "text"),
        "ORIGEN": ("origin", "text"),
        "DEPARTAMENTO": ("department", "text"),
        "PROVINCIA": ("province", "text"),
        "DISTRITO": ("district", "text"),
        "REGISTRO": ("category", "text"),
        "DFECINICIOVIGENCIA": ("valid_from", "day"),
        "DFECFINVIGENCIA": ("valid_to", "day"),
    },
    tables={
        "suppliers": {
            n: n
            for n in [
                "ruc",
                "name",
                "origin",
                "department",
                "province",
                "district",
                "category",
                "valid_from",
                "valid_to",
            ]
        }
    },
    required=("ruc",),
)

_SANCTION = {
    "FECHACORTE": ("cut_date", "day"),
    "RUC": ("ruc", "code"),
    "RUCDNI": ("ruc", "code"),
    "NOMBRERAZONODENOMINACIONSOCIAL": ("name", "text"),
    "FECHAINICIO": ("start_date", "day"),
    "FECHAFIN": ("end_date", "day"),
    "NUMERORESOLUCION": ("resolution", "text"),
    "DEMOTIVOINFRACCION": ("motive", "text"),
    "ORGANOJURISDICCIONAL": ("motive", "text"),
    "MONTO": ("amount_cents", "money"),
}


def _sanctions(
    kind: str, needs: tuple[str, ...], sanction: str, lacks: tuple[str, ...] = (), *, personal: bool = False
) -> Spec:
    names = ["ruc", "name", "start_date", "end_date", "resolution", "motive", "amount_cents", "cut_date"]
    return Spec(
        kind,
        needs=needs,
        lacks=lacks,
        columns=_SANCTION,
        tables={"sanctions": {**{n: n for n in names}, "kind": pl.lit(sanction)}},
        required=("ruc",),
        personal=personal,
    )


JUDICIAL = _sanctions("conosce:judicial", ("FECHACORTE", "RUCDNI", "ORGANOJURISDICCIONAL"), "judicial", personal=True)
MULTAS = _sanctions("conosce:multas", ("FECHACORTE", "RUC", "NUMERORESOLUCION", "MONTO"), "fine")
SANCIONADOS = _sanctions(
    "conosce:sancionados", ("FECHACORTE", "RUC", "NUMERORESOLUCION", "FECHAINICIO"), "debarment", lacks=("MONTO",)
)

PENALIDADES = Spec(
    "conosce:penalidades",
    needs=("IDCONTRATO", "RUCCONTRATISTA", "TIPOPENALIDAD"),
    columns={
        "IDCONTRATO": ("contract_id", "numeral"),
        "RUCCONTRATISTA": ("supplier_ruc", "code"),
        "TIPOPENALIDAD": ("kind", "penalty"),
        "OBJETOCONTRATO": ("object", "category"),
        "ENTIDADCONTRATANTE": ("buyer_name", "text"),
        "FECHAPENALIDAD": ("date", "day"),
        "DESCRIPCIONMOTIVO": ("reason", "text"),
        "MONTO": ("amount_cents", "money"),
    },
    tables={
        "penalties": {
            n: n
            for n in ["contract_id", "supplier_ruc", "kind", "object", "buyer_name", "date", "reason", "amount_cents"]
        }
    },
    required=("contract_id", "supplier_ruc"),
    year=c("date").dt.year(),
)

PAC = Spec(
    "conosce:pac",
    needs=("NREFERENCIA", "MESPREVISTO", "CODIGOENTIDAD|RUCENTIDAD"),
    columns={
        "ANO": ("year", "whole"),
        "CODIGOENTIDAD": ("buyer_consucode", "numeral"),
        "RUCENTIDAD": ("buyer_ruc", "code"),
        "VERSION": ("version", "whole"),
        "NREFERENCIA": ("reference", "numeral"),
        "FECHAPUBLICACION": ("published_date", "day"),
        "MESPREVISTO": ("month", "code"),
        "DESCRIPCIONPROCESO": ("description", "text"),
        "TIPOPROCESOSELECCION": ("method_details", "text"),
        "OBJETOCONTRACTUAL": ("object", "category"),
        "DESCRIPCIONITEM": ("lot_description", "text"),
        "NITEM": ("lot_id", "numeral"),
        "CANTIDAD": ("quantity", "number"),
    },
    tables={
        "plan": {
            name: name
            for name in [
                "year",
                "buyer_ruc",
                "buyer_consucode",
                "version",
                "reference",
                "published_date",
                "month",
                "description",
                "method_details",
                "object",
                "lot_id",
                "lot_description",
                "quantity",
            ]
        }
    },
    required=("reference",),
    year=c("year"),
)

ORDENES = Spec(
    "conosce:ordenes",
    needs=("RUCENTIDAD", "NRODEORDEN", "TIPOORDEN"),
    columns={
        "ENTIDAD": ("buyer_name", "text"),
        "RUCENTIDAD": ("buyer_ruc", "code"),
        "DEPARTAMENTOENTIDAD": ("buyer_department", "upper"),
        "FECHAREGISTRO": ("registered_date", "day"),
        "FECHADEEMISION": ("date", "day"),
        "FECHACOMPROMISOPRESUPUESTAL": ("committed_date", "day"),
        "FECHADENOTIFICACION": ("notified_date", "day"),
        "TIPOORDEN": ("order_type", "text"),
        "NRODEORDEN": ("order_number", "text"),
        "DESCRIPCIONORDEN": ("description", "text"),
        "MONEDA": ("currency", "currency"),
        "MONTOTOTALORDENORIGINAL": ("amount_cents", "money"),
        "OBJETOCONTRACTUAL": ("object", "category"),
        "ESTADOCONTRATACION": ("status", "text"),
        "TIPODECONTRATACION": ("hiring_type", "text"),
        "RUCCONTRATISTA": ("supplier_id", "code"),
        "NOMBRERAZONCONTRATISTA": ("supplier_name", "text"),
    },
    tables={
        "purchase_orders": {
            name: name
            for name in [
                "buyer_name",
                "buyer_ruc",
                "buyer_department",
                "registered_date",
                "date",
                "committed_date",
                "notified_date",
                "order_type",
                "order_number",
                "description",
                "currency",
                "amount_cents",
                "object",
                "status",
                "hiring_type",
                "supplier_id",
                "supplier_name",
            ]
        }
    },
    required=("buyer_ruc", "order_number"),
    year=pl.coalesce("date", "registered_date").dt.year(),
)

HOLIDAYS = Spec(
    "holidays",
    needs=("FECHA|DATE", "FERIADO|MOTIVO|NOMBRE|NAME|DESCRIPCION|HOLIDAY"),
    lacks=("RUC", "CODIGOCONVOCATORIA", "MONTO"),
    columns={
        "FECHA": ("date", "day"),
        "DATE": ("date", "day"),
        **dict.fromkeys(("REGION", "DEPARTAMENTO"), ("region", "text")),
        **dict.fromkeys(("FERIADO", "MOTIVO", "NOMBRE", "NAME", "DESCRIPCION", "HOLIDAY"), ("name", "text")),
    },
    tables={"holidays": {"date": "date", "region": c("region").fill_null(""), "name": "name"}},
    required=("date",),
    year=c("date").dt.year(),
)

MAX_HOLIDAY_COLUMNS = 4
"""A list of days has a date, a name and little else; a wider table with such headers is something else."""

_OTHERS = (
    *registers_people.SPECS,
    *registers_control.SPECS,
    *contraloria_works.REGISTER_SPECS,
    *registers_assessment.SPECS,
    *registers_decisions.SPECS,
)
SPECS = (
    PAC,
    ORDENES,
    ENTIDADES,
    CONSORCIOS,
    PROVEEDORES,
    JUDICIAL,
    MULTAS,
    SANCIONADOS,
    PENALIDADES,
    *_OTHERS,
    HOLIDAYS,
)
"""In the order in which a header is held against them."""

ATTACHED = frozenset(spec.kind for spec in SPECS if spec.attached)
"""Kinds that say more of processes which other sources make known."""
