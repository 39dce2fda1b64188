"""What analysts found when they looked at a flag: the form of decisions, see docs/decisions.md."""

from procrisk.records.registers_people import same
from procrisk.records.spec import Spec

DECISIONES = Spec(
    "registro:decisiones",
    needs=("CODIGOCONVOCATORIA", "INDICADOR", "DECISION", "REVISOR"),
    columns={
        "CODIGOCONVOCATORIA": ("process_id", "numeral"),
        "INDICADOR": ("indicator", "upper"),
        "DECISION": ("decision", "decision"),
        "MOTIVO": ("reason", "text"),
        "FECHA": ("date", "day"),
        "REVISOR": ("reviewer", "reviewer"),
    },
    tables={"decisions": same("process_id", "indicator", "decision", "reason", "date", "reviewer")},
    required=("process_id", "indicator", "decision", "date", "reviewer"),
    # a reason is written freely and may name people
    personal=True,
)
SPECS = (DECISIONES,)
