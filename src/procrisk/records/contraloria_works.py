"""The Contraloría's sample of works (2022): calls, every bidder with its price, committees, firms, and the risk level of each work.

Its tables name a work by CUI-n-call-contract-work (IDENTIFICADOR_OBRA): the third part is the CODIGOCONVOCATORIA. They carry no
date and no entity. A firm that bids in a consortium has a row of its own in which the bidder's name is the consortium's: those
rows are one bid. A row is repeated for each firm of the winning consortium and for each work of the contract.
"""

import polars as pl

from procrisk.records.registers_people import same
from procrisk.records.spec import Spec, Value
from procrisk.records.vocabulary import fold

c = pl.col

HIGH_RISK = 3
"""From which level the Contraloría's words are "altamente" and "extremadamente riesgosa"; below it "medianamente", "bajamente", "sin riesgo"."""

_CALL = pl.coalesce(
    c("work").str.extract(r"^\d+-\d+-(\d+)-\d+-\d+$"),
    c("work").str.extract(r"^(\d+)-\d+$"),
)
_OWN_SEAT = fold(c("buyer_type")).str.contains(r"GOBIERNO (LOCAL|REGIONAL)")
_BIDDER = fold(c("bidder_name")).str.replace_all(r"[^A-Z0-9]+", " ").str.strip_chars()
_IN_CONSORTIUM = _BIDDER.str.starts_with("CONSORC") & c("bidder").str.contains(r"^(10|15|17|20)\d{9}$")

_WORK = {
    "CODIGOUNICO": ("project_id", "numeral"),
    "IDENTIFICADOROBRA": ("work", "code"),
    "CODIGOOBRA": ("work_id", "numeral"),
    "DEPARTAMENTO": ("department", "text"),
    "NIVELGOBIERNO": ("buyer_type", "upper"),
}
_CALLED = _WORK | {
    "NOMBREOBRA": ("description", "text"),
    "METODOCONTRATACION": ("method_details", "text"),
    "OBJETOPROCESO": ("object", "category"),
}
_CONTRACT = {
    "CODIGOCONTRATO": ("contract_id", "numeral"),
    "NUMEROCONTRATO": ("number", "text"),
    "CODIGORUCGANADOR": ("winner", "code"),
    "RUCGANADOR": ("winner", "code"),
    "NOMBREEMPRESAGANADORA": ("winner_name", "text"),
    "CODIGORUCPARTICIPANTE": ("bidder", "code"),
    "RUCPARTICIPANTE": ("bidder", "code"),
    "NOMBREPARTICIPANTE": ("bidder_name", "text"),
    "NOMBREEMPRESAPARTICIPANTE": ("bidder_name", "text"),
    "MONTOOFERTADO": ("amount", "money"),
}
# where the work lies is where a local or regional government sits; of national ones it says nothing
_PROCESS = same("process_id", "project_id", "description", "method_details", "object", "buyer_type") | {
    "buyer_department": pl.when(_OWN_SEAT).then(c("department"))
}
_AWARD = c("process_id") + "-" + c("contract_id")
_BIDS_OF_CONTRACT: dict[str, dict[str, Value]] = {
    "bids": {
        "process_id": "process_id",
        "lot_id": pl.lit(""),
        "party_id": "bidder",
        "bid_id": pl.when(_IN_CONSORTIUM).then(_BIDDER).otherwise(pl.lit("")),
        "name": "bidder_name",
        "amount_cents": "amount",
        "currency": pl.when(c("amount").is_not_null()).then(pl.lit("PEN")),
    },
    "awards": {"process_id": "process_id", "award_id": _AWARD},
    "award_suppliers": {"process_id": "process_id", "award_id": _AWARD, "party_id": "winner", "name": "winner_name"},
    "contracts": {"process_id": "process_id", "contract_id": "contract_id", "award_id": _AWARD, "number": "number"},
}
_KEEP = {"awards": c("winner").is_not_null(), "award_suppliers": c("winner").is_not_null()}

OBRAS_1A = Spec(
    "contraloria:obras",
    needs=("IDENTIFICADOROBRA", "METODOCONTRATACION", "OBJETOPROCESO"),
    lacks=("CODIGORUCPARTICIPANTE",),
    columns=_CALLED,
    derived={"process_id": _CALL},
    tables={"processes": _PROCESS},
    required=("work", "process_id"),
    process="process_id",
)

PARTICIPANTES_3B = Spec(
    "contraloria:participantes",
    needs=("IDENTIFICADOROBRA", "CODIGORUCGANADOR", "CODIGORUCPARTICIPANTE", "CODIGOCONTRATO"),
    columns=_CALLED | _CONTRACT,
    derived={"process_id": _CALL},
    tables={"processes": _PROCESS} | _BIDS_OF_CONTRACT,
    keep=_KEEP,
    required=("work", "process_id", "contract_id", "bidder"),
    process="process_id",
)

OFERTAS_3C = Spec(
    "contraloria:ofertas",
    needs=("IDENTIFICADOROBRA", "RUCGANADOR", "RUCPARTICIPANTE", "MONTOOFERTADO"),
    columns=_WORK | _CONTRACT,
    derived={"process_id": _CALL},
    tables={"processes": same("process_id")} | _BIDS_OF_CONTRACT,
    keep=_KEEP,
    required=("work", "process_id", "contract_id", "bidder"),
    process="process_id",
)

COMITE_2B = Spec(
    "contraloria:comite",
    needs=("IDENTIFICADOROBRA", "CONVOCATORIA", "NOMBREMIEMBROCOMITE"),
    columns={"CONVOCATORIA": ("process_id", "numeral"), "NOMBREMIEMBROCOMITE": ("member", "text")},
    tables={"committee": same("process_id", "member")},
    required=("process_id", "member"),
    process="process_id",
    personal=True,
)

RIESGO_4B = Spec(
    "contraloria:riesgo_obra",
    needs=("IDENTIFICADOROBRA", "CODIGOOBRA", "RIESGOOBRA"),
    columns=_WORK | {"RIESGOOBRA": ("level", "whole")},
    derived={"process_id": _CALL},
    tables={
        "outcomes": same("process_id", "work_id", "project_id", "level")
        | {
            "kind": pl.lit("works_risk"),
            "positive": c("level") >= HIGH_RISK,
            "source": pl.lit("contraloria:riesgo_obra"),
        }
    },
    required=("work_id", "process_id"),
)

RIESGO_PROYECTO = Spec(
    "contraloria:riesgo_proyecto",
    needs=("CODUNICO", "PROYECTORIESGO"),
    columns={"CODUNICO": ("project_id", "numeral"), "PROYECTORIESGO": ("level", "whole")},
    tables={
        "outcomes": same("project_id", "level")
        | {
            "kind": pl.lit("works_risk"),
            "positive": c("level") >= HIGH_RISK,
            "source": pl.lit("contraloria:riesgo_proyecto"),
        }
    },
    required=("project_id",),
)

EMPRESAS_2A = Spec(
    "contraloria:empresas",
    needs=("CODIGORUC", "NOMBREEMPRESA", "CAPACIDADMAXIMACONTRATACION"),
    columns={
        "CODIGORUC": ("ruc", "code"),
        "NOMBREEMPRESA": ("name", "text"),
        "CAPACIDADMAXIMACONTRATACION": ("capacity_cents", "value"),
    },
    tables={"suppliers": same("ruc", "name", "capacity_cents")},
    required=("ruc",),
)

PROCESS_SPECS = (PARTICIPANTES_3B, OFERTAS_3C, OBRAS_1A, COMITE_2B)
REGISTER_SPECS = (RIESGO_4B, RIESGO_PROYECTO, EMPRESAS_2A)
