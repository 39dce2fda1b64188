"""Registers of people and firms: who owns, runs, holds office, is tied to, declares, is certified; taxpayers.

A published layout is named after its publisher; a layout of our own, for what nobody publishes, `registro:*`.
docs/registers.md has the columns of each with an example.
"""

import polars as pl

from procrisk.records.spec import Spec, Value

c = pl.col


def same(*names: str) -> dict[str, Value]:
    """Columns that take the value of their own name."""
    return {n: n for n in names}


CONFORMACION = Spec(
    # the RNP's shareholders, representatives and boards of the firms registered in it
    "conosce:conformacion_juridica",
    needs=("RUC", "NUMERODOCUMENTO", "TIPOCONFJURIDICA"),
    columns={
        "RUC": ("ruc", "code"),
        "NUMERODOCUMENTO": ("person_id", "person"),
        "NOMBRERAZONODENOMINACIONSOCIAL": ("name", "text"),
        "NOMBRE": ("name", "text"),
        "TIPOCONFJURIDICA": ("kind", "owner_kind"),
        "FECHAINICIOVIGENCIA": ("valid_from", "day"),
    },
    tables={"owners": same("ruc", "person_id", "name", "kind", "valid_from")},
    required=("ruc", "person_id", "kind"),
    personal=True,
)

SOCIOS = Spec(
    "registro:socios",
    needs=("RUC", "DOCUMENTO", "TIPOPARTICIPACION"),
    columns={
        "RUC": ("ruc", "code"),
        "EMPRESA": ("firm_name", "text"),
        "DOCUMENTO": ("person_id", "person"),
        "NOMBRE": ("name", "text"),
        "TIPOPARTICIPACION": ("kind", "owner_kind"),
        "PORCENTAJE": ("share", "part"),
        "DESDE": ("valid_from", "day"),
    },
    tables={"owners": same("ruc", "firm_name", "person_id", "name", "kind", "share", "valid_from")},
    required=("ruc", "person_id", "kind"),
    personal=True,
)

# label and value of the parts of an address, in the order in which SUNAT shows them; the zone's kind stands in CODIGO
_STREET = (
    ("", "street_kind"),
    ("", "street"),
    ("NRO. ", "number"),
    ("INT. ", "inside"),
    ("DPTO. ", "flat"),
    ("MZ. ", "block"),
    ("LT. ", "plot"),
    ("KM. ", "km"),
    ("", "zone_kind"),
    ("", "zone"),
)
_ADDRESS = pl.concat_str([pl.lit(label) + c(part) for label, part in _STREET], separator=" ", ignore_nulls=True)

PADRON = Spec(
    "sunat:padron_reducido",
    needs=("RUC", "ESTADODELCONTRIBUYENTE", "UBIGEO"),
    columns={
        "RUC": ("ruc", "code"),
        "NOMBREORAZONSOCIAL": ("name", "text"),
        "ESTADODELCONTRIBUYENTE": ("state", "stated"),
        "CONDICIONDEDOMICILIO": ("condition", "stated"),
        "UBIGEO": ("ubigeo", "stated"),
        "TIPODEVIA": ("street_kind", "stated"),
        "NOMBREDEVIA": ("street", "stated"),
        "CODIGODEZONA": ("zone_kind", "stated"),
        "TIPODEZONA": ("zone", "stated"),
        "NUMERO": ("number", "stated"),
        "INTERIOR": ("inside", "stated"),
        "LOTE": ("plot", "stated"),
        "DEPARTAMENTO": ("flat", "stated"),
        "MANZANA": ("block", "stated"),
        "KILOMETRO": ("km", "stated"),
        "INICIODEACTIVIDADES": ("started", "day"),
    },
    derived={"address": pl.when(_ADDRESS != "").then(_ADDRESS)},
    tables={"taxpayers": same("ruc", "name", "state", "condition", "ubigeo", "address", "started")},
    required=("ruc",),
    personal=True,
)

CARGOS = Spec(
    "registro:cargos",
    needs=("DOCUMENTO", "RUCENTIDAD", "TIPOCARGO"),
    columns={
        "DOCUMENTO": ("person_id", "person"),
        "NOMBRE": ("name", "text"),
        "RUCENTIDAD": ("buyer_ruc", "code"),
        "TIPOCARGO": ("kind", "office_kind"),
        "CARGO": ("office", "text"),
        "ORGANIZACIONPOLITICA": ("organisation", "upper"),
        "DESDE": ("start_date", "day"),
        "HASTA": ("end_date", "day"),
    },
    tables={
        "offices": same("person_id", "name", "buyer_ruc", "kind", "office", "organisation", "start_date", "end_date")
    },
    required=("person_id", "buyer_ruc", "kind"),
    personal=True,
)

VINCULOS = Spec(
    "registro:vinculos",
    needs=("DOCUMENTO", "VINCULADO", "TIPOVINCULO"),
    columns={
        "DOCUMENTO": ("person_id", "person"),
        "VINCULADO": ("related_id", "related"),
        "TIPOVINCULO": ("kind", "tie_kind"),
        "GRADO": ("degree", "whole"),
        "DESDE": ("start_date", "day"),
        "HASTA": ("end_date", "day"),
        "FUENTE": ("source", "text"),
    },
    tables={"ties": same("person_id", "related_id", "kind", "degree", "start_date", "end_date", "source")},
    required=("person_id", "related_id", "kind"),
    personal=True,
)

DECLARACIONES = Spec(
    "registro:declaraciones",
    needs=("DOCUMENTO", "RUCENTIDAD", "PRESENTADA"),
    columns={
        "DOCUMENTO": ("person_id", "person"),
        "RUCENTIDAD": ("buyer_ruc", "code"),
        "FECHA": ("date", "day"),
        "PRESENTADA": ("filed", "yes"),
    },
    tables={"declarations": same("person_id", "buyer_ruc", "date", "filed")},
    required=("person_id", "buyer_ruc", "date", "filed"),
    personal=True,
)

CERTIFICACIONES = Spec(
    "registro:certificaciones",
    needs=("NOMBRE", "NIVELCERTIFICACION", "DESDE"),
    columns={
        "NOMBRE": ("name", "text"),
        "DOCUMENTO": ("person_id", "person"),
        "NIVELCERTIFICACION": ("level", "upper"),
        "DESDE": ("valid_from", "day"),
        "HASTA": ("valid_to", "day"),
    },
    tables={"certifications": same("name", "person_id", "level", "valid_from", "valid_to")},
    required=("name", "valid_from"),
    personal=True,
)

SPECS = (CONFORMACION, SOCIOS, PADRON, CARGOS, VINCULOS, DECLARACIONES, CERTIFICACIONES)
