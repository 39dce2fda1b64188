"""Twins of the indicators on sanctions, ties, firms and challenges. See `twins`."""

from tests.indicators.twins import OPEN_OR_DIRECT, inside, twin, when, worst
from tests.indicators.world import fold, group


def winners(w, p):
    return w.suppliers[p["process_id"]]


def once(w, name, make):
    """A figure of the whole world, made at its first use."""
    if name not in w.__dict__:
        w.__dict__[name] = make()
    return w.__dict__[name]


def full_months(start, end):
    n = 0
    year, month = start.year, start.month
    while True:
        month += 1
        if month > 12:
            year, month = year + 1, 1
        if (year, month, start.day) > (end.year, end.month, end.day):
            return n
        n += 1


def infraction(text):
    """The law's letter of one motive, told by its words."""
    said = fold(text)
    for letter, words in (
        ("j", ["DOCUMENTOS FALS", "DOCUMENTACION FALS"]),
        ("i", ["INEXACT"]),
        ("d", ["SUBCONTRATAR"]),
        ("c", ["ESTANDO IMPEDIDO", "SUPUESTOS DE IMPEDIMENTO", "ESTAR INHABILITADO"]),
        ("k", ["SIN CONTAR CON INSCRIPCION", "SIN CONTAR CON RNP", "NO SE ENCUENTRA INSCRITO", "MAYORES A CAPACIDAD"]),
        ("k", ["MAYORES A SU CAPACIDAD"]),
        ("g", ["VICIOS OCULTOS"]),
        ("n", ["CUESTIONAMIENTOS MALICIOSOS", "RECURSOS MALICIOSOS", "RECURSO MALICIOSOS", "RECURSOS IMPUGNATIVOS"]),
        ("a", ["RETIRAR INJUSTIFICADAMENTE"]),
        ("b", ["OBLIGACION DE PERFECCIONAR", "NO SUSCRIPCION", "NO MANTENER OFERTA"]),
        ("f", ["RESOLUCION DE CONTRATO", "RESOLUCION DEL CONTRATO", "RESUELVA EL CONTRATO", "RESCISION"]),
        ("f", ["INCUMPLIMIENTO DE CONTRATO", "INCUMPLIMIENTO DEL CONTRATO", "INCUMPLIMIENTO DE OBLIGACIONES"]),
        ("f", ["OBLIGACIONES DERIVADAS DEL CONTRATO", "OBLIGACIONES CONTRACTUALES"]),
    ):
        if any(x in said for x in words):
            return letter
    return None


def sanctions(w):
    """Rows of the registers of sanctions, with their letters."""

    def make():
        rows = [s for s in w.rows["sanctions"] if s["ruc"] and s["start_date"]]
        for s in rows:
            s["letters"] = {infraction(t) for t in s["motive"].split("*")} if s["motive"] else set()
        return rows

    return once(w, "_sanctions", make)


def sanctioned(w, p, key, which, months):
    """Whether the last sanction of a kind (`which` is None for rows of another register) is recent."""

    def make():
        register = [s for s in sanctions(w) if which(s) is not None]
        until = max((s["cut_date"] for s in register if s["cut_date"]), default=None)
        return bool(register), until, group([s for s in register if which(s)], "ruc")

    known, until, by_ruc = once(w, f"_sanctioned_{key}", make)

    def one(s):
        if s["ruc"] is None or s["event"] is None:
            return None
        found = [x["start_date"] for x in by_ruc.get((s["ruc"],), []) if x["start_date"] <= s["event"]]
        if found:
            return full_months(max(found), s["event"]) <= months
        return False if known and not (until and s["event"] > until) else None

    return worst(when(inside(p["method"], OPEN_OR_DIRECT), one(s)) for s in winners(w, p))


def _motive(id_, letter):
    def which(s):
        return None if s["kind"] is None or s["kind"] == "judicial" else letter in s["letters"]

    twin(id_)(lambda w, p: sanctioned(w, p, letter, which, 60))


for _id, _letter in zip((f"CRO-{n:02d}" for n in range(9, 19)), "jibafckdgn", strict=True):
    _motive(_id, _letter)


@twin("CRO-20")
def cro_20(w, p):
    return sanctioned(w, p, "fine", lambda s: True if s["kind"] == "fine" else None, 24)


@twin("CRO-19")
def cro_19(w, p):
    def make():
        told = [s for s in sanctions(w) if s["kind"] is not None and s["kind"] != "judicial"]
        cut = max((s["cut_date"] for s in told if s["cut_date"]), default=None)
        return cut, group([s for s in told if s["letters"] & {"i", "j"}], "ruc")

    cut, by_ruc = once(w, "_later", make)

    def one(s):
        if s["ruc"] is None or s["event"] is None or cut is None:
            return None
        after = [x["start_date"] for x in by_ruc.get((s["ruc"],), []) if x["start_date"] > s["event"]]
        if after and full_months(s["event"], min(after)) <= 24:
            return True
        return False if cut >= s["event"] and full_months(s["event"], cut) >= 24 else None

    return worst(when(inside(p["method"], OPEN_OR_DIRECT), one(s)) for s in winners(w, p))
