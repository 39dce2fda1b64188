"""What became of contracts a second time, row by row."""

import statistics
from collections import defaultdict
from datetime import date

from tests.indicators.twins import (
    COMPETITIVE,
    OPEN_OR_DIRECT,
    alone,
    awards_of,
    cmp,
    enough,
    every,
    inside,
    of_contracts,
    positive,
    signed,
    twin,
    when,
    worst,
)
from tests.indicators.twins_execution_changes import apart, growth, kinds_of_source, over, total
from tests.indicators.world import group, limit


def by(w, name, *keys):
    """Rows of a table by keys, grouped once."""
    at = f"_rows_{name}_{'_'.join(keys)}"
    if not hasattr(w, at):
        setattr(w, at, group(w.rows[name], *keys))
    return getattr(w, at)


def of(w, c, name):
    return by(w, name, "process_id", "contract_id").get((c["process_id"], c["contract_id"]), [])


def sources_that(w, name, tells):
    """Sets of sources in which a contract exists of which `tells` is true."""
    at = f"_sources_{name}"
    if not hasattr(w, at):
        found = {kinds_of_source(w.of[pid]) for pid, cs in w.contracts.items() for c in cs if tells(c)}
        setattr(w, at, found)
    return getattr(w, at)


def told(w, c, name, tells):
    return kinds_of_source(w.of[c["process_id"]]) in sources_that(w, name, tells)


def any_of(values):
    values = list(values)
    if True in values:
        return True
    return None if None in values else False


@twin("EXE-27")
def exe_27(w, p):
    if not hasattr(w, "contracts_of_pair"):
        pairs = [{**c, "buyer": c["p"]["buyer_id"]} for cs in w.contracts.values() for c in cs]
        w.contracts_of_pair = group(pairs, "buyer", "supplier_id")

    def again(c):
        if None in (p["buyer_id"], c["supplier_id"], c["signed_date"]):
            return None
        mine = w.contracts_of_pair[p["buyer_id"], c["supplier_id"]]
        gaps = [(x["signed_date"] - c["signed_date"]).days for x in mine if x["signed_date"]]
        return any(0 < g <= 365 for g in gaps)

    return of_contracts(w, p, lambda c: every(signed(c), c["has_resolution"]), again)


def challenges(w, c):
    found = by(w, "challenges", "process_id").get((c["process_id"],), [])
    told_of = told(w, c, "challenges", lambda x: by(w, "challenges", "process_id").get((x["process_id"],)))
    return found if found or told_of else None


@twin("EXE-28")
def exe_28(w, p):
    def pending(c):
        found = challenges(w, c)
        if found is None:
            return None
        signature = c["signed_date"]
        return any_of(
            every(
                cmp(x["kind"], "==", "appeal"),
                cmp(x["date"], "<=", signature),
                True if x["resolved_date"] is None else cmp(x["resolved_date"], ">", signature),
            )
            for x in found
        )

    return of_contracts(w, p, signed, pending)


@twin("EXE-29")
def exe_29(w, p):
    def void(c):
        found = challenges(w, c)
        if found is None:
            return None
        days = [(x["outcome"] == "nullity", x["resolved_date"] or x["date"]) for x in found]
        return any_of(every(nullity, cmp(day, ">", c["signed_date"])) for nullity, day in days)

    return of_contracts(w, p, signed, void)


def deliveries(w, c):
    return [m for m in of(w, c, "milestones") if m["kind"] == "delivery"]


def has_deliveries(w, c):
    return every(signed(c), True if deliveries(w, c) else None)


@twin("EXE-30")
def exe_30(w, p):
    def wait(c):
        paid = [t["date"] for t in of(w, c, "transactions")]
        met = [m["met_date"] for m in deliveries(w, c) if m["met_date"] and m["met_date"] <= w.as_of]
        if not paid or None in paid or not met:
            return None
        return max((min((d for d in paid if d >= m), default=w.as_of) - m).days for m in met)

    return of_contracts(w, p, lambda c: has_deliveries(w, c), lambda c: cmp(wait(c), ">", 30))


def payments(w, c):
    """The payments in the contract's currency; None where one is unknown or none is told of."""
    rows = of(w, c, "transactions")
    if not rows:
        return [] if told(w, c, "transactions", lambda x: of(w, x, "transactions")) else None
    for t in rows:
        if t["amount_cents"] is None or (t["currency"] is not None and t["currency"] != c["currency"]):
            return None
    return rows


@twin("EXE-31")
def exe_31(w, p):
    def early(c):
        rows, met = payments(w, c), [m["met_date"] for m in deliveries(w, c) if m["met_date"]]
        if rows is None or (met and any(t["date"] is None for t in rows)):
            return None
        before = sum(t["amount_cents"] for t in rows if not met or t["date"] < min(met))
        return over(before, c["amount_cents"])

    return of_contracts(w, p, lambda c: has_deliveries(w, c), lambda c: cmp(early(c), ">", 0.3))


@twin("EXE-32")
def exe_32(w, p):
    def excess(c):
        rows = payments(w, c)
        paid = over(None if rows is None else sum(t["amount_cents"] for t in rows), c["amount_cents"])
        return None if paid is None else paid - 1 - max(over(growth(w, c), c["amount_cents"]) or 0, 0)

    return of_contracts(
        w, p, lambda c: every(signed(c), positive(c["amount_cents"])), lambda c: cmp(excess(c), ">", 0.01)
    )


@twin("EXE-33")
def exe_33(w, p):
    def late(c):
        days = [
            apart(m["due_date"], m["met_date"] or w.as_of)
            for m in deliveries(w, c)
            if m["met_date"] or m["status"] != "met"
        ]
        return max((d for d in days if d is not None), default=None)

    return of_contracts(w, p, lambda c: has_deliveries(w, c), lambda c: cmp(late(c), ">", 0))


def ended_late(c):
    return apart(c["end_date_updated"] or c["end_date"], c["end_date_actual"])


def fined(w, c):
    rows = by(w, "penalties", "contract_id").get((c["contract_id"],), [])
    paid = sum(x["amount_cents"] or 0 for x in rows)
    days = [x["date"] for x in w.rows["penalties"] if x["date"]] if not hasattr(w, "fine_span") else []
    if not hasattr(w, "fine_span"):
        w.fine_span = (min(days), max(days)) if days else None
    if paid > 0:
        return paid
    end = c["end_date_actual"]
    return 0 if w.fine_span and end and w.fine_span[0] <= end <= w.fine_span[1] else None


@twin("EXE-34")
def exe_34(w, p):
    return of_contracts(
        w, p, lambda c: every(signed(c), cmp(ended_late(c), ">=", 5)), lambda c: cmp(fined(w, c), "==", 0)
    )


@twin("EXE-35")
def exe_35(w, p):
    def least(c):
        late, term = ended_late(c), apart(c["start_date"], c["end_date_updated"] or c["end_date"])
        if late is None or term is None or late <= 0 or term <= 0 or c["amount_pen_cents"] is None:
            return None
        f = p["law_penalty_f_60" if term <= 60 else "law_penalty_f_120" if term <= 120 else "law_penalty_f_over"]
        return None if f is None else 0.9 * round(c["amount_pen_cents"] * min(0.10 * late / (f * term), 0.10))

    return of_contracts(
        w,
        p,
        lambda c: every(
            signed(c), p["law_penalty_f_60"] is not None, cmp(ended_late(c), ">", 0), cmp(fined(w, c), ">", 0)
        ),
        lambda c: cmp(fined(w, c), "<", least(c)),
    )


def closed(c):
    return c["end_date_actual"] is not None or c["final_cents"] is not None


def past(w, c, days):
    return every(signed(c), cmp(apart(c["end_date"], w.as_of), ">", days))


@twin("EXE-36")
def exe_36(w, p):
    return of_contracts(
        w, p, lambda c: past(w, c, 180), lambda c: not closed(c) if told(w, c, "ends", closed) else None
    )


@twin("EXE-37")
def exe_37(w, p):
    def papers(c):
        found = by(w, "documents", "process_id").get((c["process_id"],), [])
        return [d for d in found if d["section"] == "implementation"]

    return of_contracts(
        w, p, lambda c: past(w, c, 90), lambda c: not papers(c) if told(w, c, "papers", papers) else None
    )


@twin("EXE-38")
def exe_38(w, p):
    works = None if p["object"] is None else p["object"] == "works"
    return of_contracts(
        w, p, lambda c: every(works, signed(c)), lambda c: cmp(apart(c["start_date"], c["end_date"]), "<", 60)
    )


@twin("EXE-40")
def exe_40(w, p):
    mine = w.contracts[p["process_id"]]
    n = len(mine) if set(p["sources"] or []) & w.says_contracts else None
    amounts = [c["amount_pen_cents"] for c in mine]
    whole = None if None in amounts or not amounts else sum(amounts)
    scope = every(inside(p["method"], OPEN_OR_DIRECT), cmp(n, ">", 0), positive(p["awarded_pen_cents"]))
    return alone(when(scope, cmp(over(whole, p["awarded_pen_cents"]), ">", 1.01)))


def subcontractors(w, c):
    """Those of the contract and those of the whole process; None where no source of its kind tells of any."""

    def mine(x):
        found = by(w, "subcontractors", "process_id").get((x["process_id"],), [])
        return [s for s in found if (s["contract_id"] or "") in ("", x["contract_id"])]

    found = mine(c)
    return found if found or told(w, c, "subcontractors", mine) else None


@twin("EXE-41")
def exe_41(w, p):
    parts = [*by(w, "bids", "process_id").get((p["process_id"],), [])]
    parts += by(w, "tenderers", "process_id").get((p["process_id"],), [])
    won = {s["party_id"] for s in w.winners if s["process_id"] == p["process_id"]} if parts else set()
    lost = {x["party_id"] for x in parts} - won

    def losing(c):
        subs = subcontractors(w, c)
        if not subs:
            return None if subs is None else 0
        return sum(s["party_id"] in lost for s in subs) if parts else None

    scope = inside(p["method"], COMPETITIVE)
    return of_contracts(w, p, lambda c: every(scope, signed(c)), lambda c: cmp(losing(c), ">=", 1))


@twin("EXE-42")
def exe_42(w, p):
    most = p["law_subcontract_max"]
    awards = {a["award_id"]: a for a in awards_of(w, p)}

    def share(c):
        parts = [s["share"] for s in subcontractors(w, c) or []]
        if parts and None not in parts:
            return sum(parts)
        award = awards.get(c["award_id"])
        if award is None or award["subcontract_share"] is not None:
            return award and award["subcontract_share"]
        return 0.0 if award["has_subcontracting"] is False else None

    return of_contracts(w, p, lambda c: every(signed(c), most is not None), lambda c: cmp(share(c), ">", most))


@twin("EXE-43")
def exe_43(w, p):
    if not hasattr(w, "buyer_subcontracts"):
        found = defaultdict(list)
        for a in w.awards:
            if a["has_subcontracting"] is not None:
                q = a["p"]
                found[q["buyer_id"], q["buyer_level"], q["year"]].append(a["has_subcontracting"])
        w.buyer_subcontracts = {k: (len(v), sum(v) / len(v)) for k, v in found.items()}
        shares = defaultdict(list)
        for (_, level, year), (n, share) in w.buyer_subcontracts.items():
            if n >= 10:
                shares[level, year].append(share)
        w.subcontract_limits = {k: (len(v), limit(v)) for k, v in shares.items()}
    n, share = w.buyer_subcontracts.get((p["buyer_id"], p["buyer_level"], p["year"]), (0, None))
    peers, most = w.subcontract_limits.get((p["buyer_level"], p["year"]), (0, None))
    return alone(when(p["buyer_id"] is not None, enough(n >= 10 and peers >= 10, cmp(share, ">", most))))


@twin("EXE-44")
def exe_44(w, p):
    if not hasattr(w, "firm_additions"):
        found = defaultdict(list)
        for cs in w.contracts.values():
            for c in cs:
                extra, soles, amount = total(w, c, "additional"), c["amount_pen_cents"], c["amount_cents"]
                if extra is None or c["supplier_id"] is None or soles is None or soles <= 0:
                    continue
                if c["currency"] != "PEN":
                    if amount is None or amount <= 0:
                        continue
                    extra = round(extra * soles / amount)
                found[c["supplier_id"]].append((extra, soles))
        w.firm_additions = {k: (len(v), sum(e for e, _ in v) / sum(s for _, s in v)) for k, v in found.items()}
        many = [r for n, r in w.firm_additions.values() if n >= 3]
        w.additions_fence = (len(many), None)
        if len(many) > 1:
            q1, _, q3 = statistics.quantiles(many, n=4, method="inclusive")
            w.additions_fence = (len(many), q3 + 1.5 * (q3 - q1))
    peers, fence = w.additions_fence

    def one(s):
        n, ratio = w.firm_additions.get(s["party_id"], (0, None))
        return enough(n >= 3 and peers >= 30, every(cmp(ratio, ">=", 0.05), cmp(ratio, ">", fence)))

    return worst(when(inside(p["method"], OPEN_OR_DIRECT), one(s)) for s in w.suppliers[p["process_id"]])


# --- works and control


def works_of(w, p):
    """The works that stand under the process: by its number, else by their contract, else by their project."""
    if not hasattr(w, "works_by_process"):
        contracts = defaultdict(set)
        for c in w.rows["contracts"]:
            contracts[c["contract_id"]].add(c["process_id"])
        projects = defaultdict(list)
        for q in w.processes:
            if q["object"] == "works" and q["project_id"] is not None:
                projects[q["project_id"]].append(q["process_id"])
        w.works_by_process = defaultdict(list)
        for x in w.rows["works"]:
            by_contract, by_project = contracts.get(x["contract_id"], ()), projects.get(x["project_id"], [])
            only = next(iter(by_contract)) if len(by_contract) == 1 else None
            found = x["process_id"] or only or (by_project[0] if len(by_project) == 1 else None)
            w.works_by_process[found].append(x)
    return w.works_by_process.get(p["process_id"], [])


def overlap(w, x, who):
    """Most days that another work with the same person runs beside this one."""
    last = lambda y: y["actual_end"] or y["planned_end"]  # noqa: E731
    known = lambda y: None not in (y["work_id"], y["start_date"], last(y))  # noqa: E731
    if x[who] is None or not known(x):
        return None
    others = [y for y in by(w, "works", who)[x[who],] if y["work_id"] != x["work_id"] and known(y)]
    days = [(min(last(x), last(y)) - max(x["start_date"], y["start_date"])).days + 1 for y in others]
    return max([0, *days])


def of_works(w, p, scope, test):
    return worst(when(scope(x), test(x)) for x in works_of(w, p))


def started(x):
    return x["start_date"] is not None


@twin("EXE-39")
def exe_39(w, p):
    return of_works(w, p, started, lambda x: None if x["state"] is None else "PARALIZ" in x["state"])


@twin("EXE-45")
def exe_45(w, p):
    return of_works(w, p, started, lambda x: cmp(overlap(w, x, "resident_id"), ">", 15))


@twin("EXE-46")
def exe_46(w, p):
    def shared(x):
        return any_of([cmp(overlap(w, x, "supervisor_id"), ">", 15), cmp(x["resident_id"], "==", x["supervisor_id"])])

    return of_works(w, p, started, shared)


@twin("EXE-47")
def exe_47(w, p):
    def waited(x):
        return apart(x["actual_end"], x["reception_date"] or min(x["cut_date"] or date.max, w.as_of))

    return of_works(w, p, lambda x: x["actual_end"] is not None, lambda x: cmp(waited(x), ">", 60))


@twin("EXE-48")
def exe_48(w, p):
    def gap(x):
        known = x["financial_share"] is not None and x["physical_share"] is not None
        return x["financial_share"] - x["physical_share"] if known else None

    return of_works(w, p, started, lambda x: cmp(gap(x), ">", 0.2))


@twin("EXE-49")
def exe_49(w, p):
    rows = by(w, "control", "process_id").get((p["process_id"],), []) if w.rows["control"] else None
    mine = None if rows is None else [x for x in rows if x["date"] is None or x["date"] <= w.as_of]
    still = [x for x in mine or [] if x["corrected_date"] is None]
    first = min((x["date"] for x in still if x["date"]), default=None)
    n = None if mine is None else len(mine)
    return alone(when(cmp(n, ">", 0), every(bool(still), cmp(apart(first, w.as_of), ">", 90))))
