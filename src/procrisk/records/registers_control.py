"""Registers of what is bought, built and controlled: listed items, works, adverse situations, challenges, subcontracts.

Challenges and subcontractors speak of a process by its CODIGOCONVOCATORIA. A process of which no other source speaks is not
made of them: the rows are accepted and counted, and take no part.
"""

import polars as pl

from procrisk.records.registers_people import same
from procrisk.records.spec import Spec

c = pl.col

FICHAS = Spec(
    "registro:fichas",
    needs=("CLASIFICACION", "LISTA", "DESDE"),
    columns={
        "CLASIFICACION": ("classification", "code"),
        "LISTA": ("list", "list"),
        "NOMBRE": ("name", "text"),
        "DESDE": ("valid_from", "day"),
        "HASTA": ("valid_to", "day"),
    },
    tables={"listed_items": same("classification", "list", "name", "valid_from", "valid_to")},
    required=("classification", "list", "valid_from"),
)

_WORK = same(
    "work_id",
    "project_id",
    "state",
    "start_date",
    "planned_end",
    "actual_end",
    "reception_date",
    "physical_share",
    "financial_share",
    "cut_date",
)

INFOBRAS = Spec(
    # the Contraloría's data set "Obras Públicas": it names neither the entity's RUC nor the process, and people only by name
    "contraloria:infobras",
    # in latin-1 a header is recognised before its accents can be read
    needs=("CODIGOINFOBRAS|CDIGOINFOBRAS", "ESTADODEEJECUCION|ESTADODEEJECUCIN"),
    columns={
        "CODIGOINFOBRAS": ("work_id", "numeral"),
        "CODIGOUNICODEINVERSION": ("project_id", "numeral"),
        "ESTADODEEJECUCION": ("state", "stated"),
        "FECHADEINICIODEOBRA": ("start_date", "day"),
        # an end that was moved by agreement is the agreed one
        "FECHAFINALIZACIONREPROGRAMADADEOBRA": ("planned_end", "day"),
        "FECHAFINALIZACIONPROGRAMADADEOBRA": ("planned_end", "day"),
        "FECHADEFINALIZACIONREAL": ("actual_end", "day"),
        "FECHADERECEPCION": ("reception_date", "day"),
        "AVANCEFISICOREALACUMULADO": ("physical_share", "progress"),
        "PORCENTAJEDEEJECUCIONFINANCIERA": ("financial_share", "progress"),
        "FECHADEREGISTRODEAVANCE": ("cut_date", "day"),
    },
    tables={"works": _WORK},
    required=("work_id",),
    personal=True,
)

OBRAS = Spec(
    "registro:obras",
    needs=("CODIGOOBRA", "ESTADOOBRA", "AVANCEFISICO", "FECHACORTE"),
    columns={
        "CODIGOOBRA": ("work_id", "numeral"),
        "CODIGOCONVOCATORIA": ("process_id", "numeral"),
        "CODIGOCONTRATO": ("contract_id", "numeral"),
        "CUI": ("project_id", "numeral"),
        "RUCENTIDAD": ("buyer_ruc", "code"),
        "ESTADOOBRA": ("state", "stated"),
        "FECHAINICIO": ("start_date", "day"),
        "FECHAFINPREVISTA": ("planned_end", "day"),
        "FECHAFINREAL": ("actual_end", "day"),
        "FECHARECEPCION": ("reception_date", "day"),
        "RESIDENTE": ("resident_id", "document"),
        "SUPERVISOR": ("supervisor_id", "document"),
        "AVANCEFISICO": ("physical_share", "progress"),
        "AVANCEFINANCIERO": ("financial_share", "progress"),
        "FECHACORTE": ("cut_date", "day"),
    },
    tables={"works": _WORK | same("process_id", "contract_id", "buyer_ruc", "resident_id", "supervisor_id")},
    required=("work_id",),
    personal=True,
)

SITUACIONES = Spec(
    "registro:situaciones_control",
    needs=("NUMEROINFORME", "NUMEROSITUACION"),
    columns={
        "NUMEROINFORME": ("report_id", "text"),
        "NUMEROSITUACION": ("situation_id", "numeral"),
        "RUCENTIDAD": ("buyer_ruc", "code"),
        "CODIGOCONVOCATORIA": ("process_id", "numeral"),
        "FECHA": ("date", "day"),
        "FECHACORRECCION": ("corrected_date", "day"),
        "DESCRIPCION": ("description", "text"),
    },
    tables={
        "control": same("report_id", "situation_id", "buyer_ruc", "process_id", "date", "corrected_date", "description")
    },
    required=("report_id", "situation_id", "buyer_ruc"),
)

IMPUGNACIONES = Spec(
    "registro:impugnaciones",
    needs=("CODIGOCONVOCATORIA", "NUMEROIMPUGNACION", "TIPOIMPUGNACION"),
    columns={
        "CODIGOCONVOCATORIA": ("process_id", "numeral"),
        "NUMEROIMPUGNACION": ("challenge_id", "text"),
        "TIPOIMPUGNACION": ("kind", "challenge_kind"),
        "FECHA": ("date", "day"),
        "FECHARESOLUCION": ("resolved_date", "day"),
        "RESULTADO": ("outcome", "outcome"),
        "RUCIMPUGNANTE": ("challenger_id", "code"),
    },
    tables={
        "challenges": same("process_id", "challenge_id", "kind", "date", "resolved_date", "outcome", "challenger_id")
    },
    required=("process_id", "challenge_id", "kind"),
    process="process_id",
    attached=True,
)

SUBCONTRATISTAS = Spec(
    "registro:subcontratistas",
    needs=("CODIGOCONVOCATORIA", "RUCSUBCONTRATISTA"),
    columns={
        "CODIGOCONVOCATORIA": ("process_id", "numeral"),
        "CODIGOCONTRATO": ("contract_id", "numeral"),
        "RUCSUBCONTRATISTA": ("party_id", "code"),
        "NOMBRE": ("name", "text"),
        "PORCENTAJE": ("share", "part"),
    },
    tables={
        "subcontractors": same("process_id", "party_id", "name", "share")
        | {"contract_id": c("contract_id").fill_null("")}
    },
    required=("process_id", "party_id"),
    process="process_id",
    attached=True,
)

SPECS = (FICHAS, INFOBRAS, OBRAS, SITUACIONES, IMPUGNACIONES, SUBCONTRATISTAS)
