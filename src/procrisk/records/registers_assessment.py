"""The form of answers to the structured assessment, see `procrisk.assessment` and docs/assessment.md."""

from procrisk.records.registers_people import same
from procrisk.records.spec import Spec

RESPUESTAS = Spec(
    "registro:respuestas",
    needs=("REGION", "PREGUNTA", "RESPUESTA", "EVIDENCIA"),
    columns={
        "REGION": ("region_code", "region"),
        "PREGUNTA": ("question", "question"),
        "RESPUESTA": ("answer", "answer"),
        "EVIDENCIA": ("evidence", "text"),
        "FECHAEVIDENCIA": ("evidence_date", "day"),
        "RESPONDIDOPOR": ("answered_by", "text"),
        "FECHARESPUESTA": ("date", "day"),
    },
    tables={
        "answers": same("region_code", "question", "answer", "evidence", "evidence_date", "answered_by", "date"),
    },
    required=("region_code", "question", "answer", "date"),
)
SPECS = (RESPUESTAS,)
