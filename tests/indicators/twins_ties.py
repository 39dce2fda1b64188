"""Twins of the indicators on sanctions, ties, firms and challenges. See `twins`."""

import re
from datetime import date

from tests.indicators.twins import OPEN_OR_DIRECT, every, inside, twin, when, worst
from tests.indicators.world import COMPETITIVE, fold, group


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


# --- people


def people_of(w, ruc):
    """Documents of who controls the firm; None where no register knows the firm."""

    def make():
        by_firm = group([o for o in w.rows["owners"] if o["ruc"]], "ruc")
        out = {}
        for (firm,), rows in by_firm.items():
            big = [o for o in rows if o["kind"] not in (None, "shareholder") or (o["share"] or 0) > 0.30]
            out[firm] = {o["person_id"] for o in big if o["person_id"]}
        return out

    if ruc is None:
        return None
    known = once(w, "_people", make).get(ruc)
    if re.fullmatch(r"10\d{9}", ruc):
        return (known or set()) | {ruc[2:10]}
    return known


def offices_of(w, buyer):
    """Offices of a buyer; None where the register has none of it."""
    return once(w, "_offices", lambda: group([o for o in w.rows["offices"] if o["buyer_ruc"]], "buyer_ruc")).get(
        (buyer,)
    )


def began(w, p, day):
    rows = offices_of(w, p["buyer_ruc"]) or []
    return [o for o in rows if o["person_id"] and o["start_date"] and o["start_date"] <= day]


def since(o, day):
    return max((day - o["end_date"]).days, 0) if o["end_date"] else 0


def days_since_office(w, p, s, kinds):
    """person -> days since the last of these offices ended, of who controls the winner."""
    people, out = people_of(w, s["ruc"]), {}
    for o in began(w, p, s["event"]):
        if o["kind"] in kinds and o["person_id"] in people:
            d = since(o, s["event"])
            out[o["person_id"]] = min(d, out.get(o["person_id"], d))
    return out


def tied(id_, test, needs=("firm", "buyer")):
    """Declare a twin: `test(w, p, s)` on every winner of whom the registers can speak."""

    def one(w, p, s):
        if (s["ruc"] is None and "firm" in needs) or s["event"] is None:
            return None
        if "firm" in needs and people_of(w, s["ruc"]) is None:
            return None
        if "buyer" in needs and offices_of(w, p["buyer_ruc"]) is None:
            return None
        kinds = once(w, "_tie_kinds", lambda: {t["kind"] for t in w.rows["ties"]})
        if any(not kinds & n for n in needs if isinstance(n, frozenset)):
            return None
        return test(w, p, s)

    twin(id_)(lambda w, p: worst(when(inside(p["method"], OPEN_OR_DIRECT), one(w, p, s)) for s in winners(w, p)))


RULERS, DRAFTERS = ("elected", "official"), ("evaluator", "user_area")
tied("CRO-22", lambda w, p, s: 0 in days_since_office(w, p, s, RULERS).values())


def _left(w, p, s):
    gone = [d for d in days_since_office(w, p, s, RULERS).values() if d > 0]
    return bool(gone) and min(gone) <= 365


tied("CRO-23", _left)
tied("CRO-24", lambda w, p, s: any(d <= 365 for d in days_since_office(w, p, s, DRAFTERS).values()))


def _kin(w, p, s):
    pairs = once(
        w,
        "_kin",
        lambda: [
            (t["person_id"], t["related_id"], t["degree"])
            for t in w.rows["ties"]
            if t["kind"] == "kinship" and None not in (t["person_id"], t["related_id"], t["degree"])
        ],
    )
    people = people_of(w, s["ruc"])
    serving = {o["person_id"] for o in began(w, p, s["event"]) if o["kind"] in RULERS and since(o, s["event"]) == 0}
    return any(d <= 2 and ((a in serving and b in people) or (b in serving and a in people)) for a, b, d in pairs)


tied("CRO-25", _kin, ("firm", "buyer", frozenset({"kinship"})))


def _interest(w, p, s):
    serving = {o["person_id"] for o in began(w, p, s["event"]) if since(o, s["event"]) == 0}
    return any(
        t["kind"] == "interest" and t["person_id"] in serving and t["related_id"] and t["related_id"] == s["ruc"]
        for t in w.rows["ties"]
    )


tied("CRO-26", _interest, ("buyer", frozenset({"interest"})))


def _politics(w, p, s):
    rulers = [o for o in began(w, p, s["event"]) if o["kind"] == "elected" and since(o, s["event"]) == 0]
    people = people_of(w, s["ruc"])
    theirs = (people or set()) | ({s["ruc"]} - {None})
    given = {
        fold(t["related_id"])
        for t in w.rows["ties"]
        if t["kind"] in ("membership", "donation") and t["person_id"] in theirs and t["related_id"]
    }
    # a firm that gave is tied, whoever owns it; one whose owners nobody knows is never clear
    found = any(o["organisation"] and fold(o["organisation"]) in given for o in rulers)
    return found or (None if people is None else False)


tied("CRO-27", _politics, ("buyer", frozenset({"membership", "donation"})))


@twin("CRO-21")
def cro_21(w, p):
    barring = once(
        w,
        "_barring",
        lambda: [
            s for s in w.rows["sanctions"] if s["kind"] in ("debarment", "judicial") and s["ruc"] and s["start_date"]
        ],
    )
    until = once(w, "_barring_until", lambda: max((s["cut_date"] for s in barring if s["cut_date"]), default=None))

    def one(s):
        people = people_of(w, s["ruc"])
        if people is None or s["event"] is None:
            return None
        for x in barring if w.rows["owners"] else []:
            in_force = x["start_date"] <= s["event"] <= (x["end_date"] or date.max)
            if in_force and x["ruc"] != s["ruc"] and people & (people_of(w, x["ruc"]) or set()):
                return True
        return False if barring and w.rows["owners"] and not (until and s["event"] > until) else None

    return worst(when(inside(p["method"], OPEN_OR_DIRECT), one(s)) for s in winners(w, p))


# --- committees, rivals, declarations, young firms, challenges


def words(name):
    return None if name is None else tuple(sorted(fold(name).split(" ")))


def bidders(w, p):
    """Firms that bid or, where no bid is known, registered; and who won alone."""

    def make():
        return {t: group(w.rows[t], "process_id") for t in ("bids", "tenderers")}, group(w.winners, "process_id")

    tables, won = once(w, "_bidders", make)
    key = (p["process_id"],)
    came = tables["bids"].get(key) or tables["tenderers"].get(key, [])
    found = {r["party_id"] for r in came} | {s["party_id"] for s in won.get(key, []) if s["consortium_id"] is None}
    return {f for f in found if f and re.fullmatch(r"\d{11}", f)}


def owners_of(w, firm):
    return once(w, "_owners", lambda: group(w.rows["owners"], "ruc")).get((firm,), [])


def committee(w, p):
    rows = once(w, "_committee", lambda: group(w.rows["committee"], "process_id")).get((p["process_id"],), [])
    return {words(r["member"]) for r in rows} - {None}


def controls(o):
    return o["kind"] in ("representative", "director", "beneficial_owner") or (o["share"] or 0) > 0.30


@twin("CRO-28")
def cro_28(w, p):
    members = committee(w, p)
    rows = [o for f in bidders(w, p) for o in owners_of(w, f)]
    test = any(controls(o) and words(o["name"]) in members for o in rows) if members and rows else None
    return worst([when(inside(p["method"], OPEN_OR_DIRECT), test)])


@twin("CRO-29")
def cro_29(w, p):
    register = once(w, "_certified", lambda: [(words(c["name"]), c) for c in w.rows["certifications"] if c["name"]])
    members, day = committee(w, p), p["call_date"]
    test = None
    if members and day and register:
        valid = [n for n, c in register if c["valid_from"] and c["valid_from"] <= day <= (c["valid_to"] or date.max)]
        test = not members & set(valid)
    return worst([when(every(inside(p["method"], COMPETITIVE), True if members else None), test)])


@twin("CRO-31")
def cro_31(w, p):
    due = once(w, "_due", lambda: group(w.rows["declarations"], "buyer_ruc"))
    day, test = p["call_date"], None
    if day and p["buyer_ruc"]:
        rows = offices_of(w, p["buyer_ruc"]) or []
        serving = {
            o["person_id"]
            for o in rows
            if o["person_id"] and o["start_date"] and o["start_date"] <= day <= (o["end_date"] or date.max)
        }
        last = {}
        for d in due.get((p["buyer_ruc"],), []):
            if d["person_id"] in serving and d["date"] and d["date"] <= day and d["filed"] is not None:
                last[d["person_id"]] = max(last.get(d["person_id"], (date.min, False)), (d["date"], d["filed"]))
        test = any(not filed for _, filed in last.values()) if last else None
    return worst([when(inside(p["method"], OPEN_OR_DIRECT), test)])


def shared(w, p, which, register):
    known, firms = 0, {}
    for f in bidders(w, p):
        rows = [o for o in owners_of(w, f) if o["person_id"] and o["kind"]]
        known += bool(rows)
        for o in rows:
            if which(o):
                firms.setdefault(o["person_id"], set()).add(f)
    if any(len(x) > 1 for x in firms.values()):
        return True
    return False if known > 1 and register else None


def beneficial(o):
    return o["kind"] == "beneficial_owner"


@twin("CRO-32")
def cro_32(w, p):
    register = once(
        w, "_beneficial", lambda: any(beneficial(o) for o in w.rows["owners"] if o["ruc"] and o["person_id"])
    )
    return worst([when(inside(p["method"], COMPETITIVE), shared(w, p, beneficial, register))])


@twin("CRO-33")
def cro_33(w, p):
    test = shared(w, p, lambda o: controls(o) and not beneficial(o), register=True)
    return worst([when(inside(p["method"], COMPETITIVE), test)])


def started(w, ruc):
    rows = once(w, "_taxpayers", lambda: group([t for t in w.rows["taxpayers"] if t["started"]], "ruc"))
    return min((t["started"] for t in rows.get((ruc,), [])), default=None) if ruc else None


def young(w, p, day_of, most):
    def one(s):
        start, day = started(w, s["ruc"]), day_of(s)
        return None if start is None or day is None else (day - start).days < most

    return worst(when(inside(p["method"], OPEN_OR_DIRECT), one(s)) for s in winners(w, p))


twin("CRO-38")(lambda w, p: young(w, p, lambda s: s["event"], 365))
twin("CRO-39")(lambda w, p: young(w, p, lambda s: p["call_date"], 30))


def lodged(w, p, *kinds):
    """Challenges of these kinds; None where the process's sources publish none of any process."""

    def make():
        told = [c for c in w.rows["challenges"] if c["kind"] in ("complaint", "appeal") and c["process_id"] in w.of]
        return group(told, "process_id"), {tuple(sorted(set(w.of[c["process_id"]]["sources"] or []))) for c in told}

    by_process, told = once(w, "_challenges", make)
    if tuple(sorted(set(p["sources"] or []))) not in told:
        return None
    return [c for c in by_process.get((p["process_id"],), []) if c["kind"] in kinds]


@twin("SEL-50")
def sel_50(w, p):
    found = lodged(w, p, "complaint", "appeal")
    return worst([when(inside(p["method"], COMPETITIVE), None if found is None else bool(found))])


@twin("SEL-51")
def sel_51(w, p):
    appeals = lodged(w, p, "appeal")
    rows = once(w, "_signed", lambda: group([c for c in w.rows["contracts"] if c["signed_date"]], "process_id"))
    days = [c["signed_date"] for c in rows.get((p["process_id"],), [])]
    dated = [c for c in appeals or [] if c["date"]]
    pending = any(c["date"] <= d < (c["resolved_date"] or date.max) for c in dated for d in days)
    scope = every(inside(p["method"], COMPETITIVE), None if appeals is None else bool(appeals))
    return worst([when(scope, pending if dated and days else None)])
