"""Twins of the joint signs: the need cut for one winner, the firm just registered, the share that grows, the contract that swells. See `twins`."""

import math
import re
from math import exp, log

from tests.indicators.twins import (
    cmp,
    either,
    every,
    first_call,
    inside,
    of_contracts,
    positive,
    signed,
    twin,
    when,
    worst,
)
from tests.indicators.twins_execution_changes import growth, over
from tests.indicators.twins_growth import own
from tests.indicators.twins_ties import once, winners
from tests.indicators.world import COMPETITIVE, SIMPLIFIED, fold, group


@twin("PLA-17")
def pla_17(w, p):
    def plain(q):
        return every(inside(q["object"], {"goods", "services"}), first_call(q), q["special_regime"] is None)

    def small(q):
        return cmp(q["value_pen_cents"], "<=", q["law_procedure_min_cents"]) is True

    def cut(q, *, any_method=False):
        value, line = q["value_pen_cents"], q["law_lp_threshold_cents"]
        method = True if any_method and small(q) else inside(q["method"], SIMPLIFIED | {"CPRE"})
        return every(method, plain(q), positive(value), cmp(value, "<", line))

    def make():
        holders = {}
        for pid, awards in group(w.awards, "process_id").items():
            names = {a["holder"] for a in awards}
            holders[pid[0]] = names.pop() if len(names) == 1 else None
        for q in w.processes:
            q["winner"] = holders.get(q["process_id"])
        known = [q for q in w.processes if q["call_date"] and q["winner"] is not None]
        keys = ("buyer_id", "object", "item_class", "winner")
        return group([q for q in known if None not in (q[k] for k in keys)], *keys)

    like = once(w, "_one_winner", make)
    members = like.get((p["buyer_id"], p["object"], p["item_class"], p["winner"]), [])
    near = [q for q in members if p["call_date"] and abs((q["call_date"] - p["call_date"]).days) <= 60]
    parts = [q for q in near if cut(q) is True]
    minor = [q for q in near if small(q) and plain(q) is True and q["value_pen_cents"] > 0]
    n, passes = None, False
    if p in parts:
        n, total = len(parts), sum(q["value_pen_cents"] for q in parts)
        quotes = p["method"] == "CPRE" and cmp(total, ">", p["law_cprec_max_cents"]) is True
        passes = quotes or total >= p["law_lp_threshold_cents"]
    if p in minor and not passes:
        total = sum(q["value_pen_cents"] for q in minor)
        if total > p["law_procedure_min_cents"]:
            n, passes = len(minor), True
    if p not in parts and p not in minor:
        passes = None
    part = cut(p, any_method=True)
    result = when(part, every(cmp(n, ">=", 3), passes))
    return worst([result])


def reference(w, pid, award):
    """The reference value of the lots of an award, else of the process that made no other."""
    lines = once(w, "_award_lines", lambda: group([x for xs in w.lines.values() for x in xs], "process_id", "award_id"))
    mine = lines.get((pid, award))
    if not mine:
        alone = once(w, "_awards_of", lambda: group(w.awards, "process_id"))
        return w.of[pid]["value_pen_cents"] if len(alone.get((pid,), [])) == 1 else None
    values = {x["lot_id"]: x["value_pen_cents"] for x in w.lots[(pid,)]}
    found = [values.get(lot) for lot in {x["lot_id"] for x in mine}]
    return None if None in found else sum(found)


def quantile8(values, p):
    x = sorted(values)
    at = min(max((len(x) + 1 / 3) * p + 1 / 3, 1), len(x))
    low = int(at)
    return x[low - 1] + (at - low) * (x[min(low, len(x) - 1)] - x[low - 1])


def contacts(w):
    """Firm to the number of other firms with which it has most in common."""
    known = set()
    for x in w.rows["parties"]:
        digits = re.sub("[^0-9]", "", x["telephone"] or "")
        if len(digits) >= 6 and len(set(digits)) > 1:
            known.add((x["party_id"], "t", digits))
        mail = (x["email"] or "").strip(" \t\n\r").lower()
        if "@" in mail:
            known.add((x["party_id"], "m", mail))
        street = re.sub("[^A-Z0-9]+", " ", fold(x["address"]) or "").strip()
        if len(street) >= 10:
            known.add((x["party_id"], "a", f"{street}, {fold(x['district'] or '')}"))
    for x in w.rows["taxpayers"]:
        if x["address"] is not None and x["ubigeo"] is not None:
            street = re.sub("[^A-Z0-9]+", " ", fold(x["address"])).strip()
            known.add((x["ruc"], "h", f"{street}, {x['ubigeo']}"))
    known |= {(x["ruc"], "p", x["person_id"]) for x in w.rows["owners"] if x["ruc"] and x["person_id"]}
    at = {}
    for firm, kind, what in known:
        at.setdefault((kind, what), set()).add(firm)
    out = {}
    for firms in at.values():
        for firm in firms:
            out[firm] = max(out.get(firm, 0), len(firms) - 1 if len(firms) <= 5 else 0)
    return out


def age(s):
    call = s["p"]["call_date"]
    return (call - s["from"]).days if call and s["from"] else None


@twin("SEL-61")
def sel_61(w, p):
    def make():
        every_ = [x for found in w.suppliers.values() for x in found]
        first, sums = {}, {}
        for x in every_:
            days, cents = age(x), own(w, x)
            if days is not None and days >= 0:
                first[x["party_id"]] = min(days, first.get(x["party_id"], days))
            if days is not None and 0 <= days <= 365 and (cents or 0) > 0:
                sums.setdefault(x["p"]["object"], []).append(log(cents))
        fence = {}
        for kind, logs in sums.items():
            q1, q3 = quantile8(logs, 0.25), quantile8(logs, 0.75)
            fence[kind] = (len(logs), round(exp(q3 + 1.5 * (q3 - q1))))
        able = {}
        for x in w.rows["suppliers"]:
            if x["capacity_cents"] is not None:
                able[x["ruc"]] = max(able.get(x["ruc"], 0), x["capacity_cents"])
        return first, fence, able, contacts(w)

    first, fence, able, shared = once(w, "_newcomers", make)
    held = once(w, "_held", lambda: group(w.winners, "process_id", "party_id"))
    amounts = once(w, "_amounts", lambda: {(a["process_id"], a["award_id"]): a["amount_pen_cents"] for a in w.awards})

    def one(s):
        days, cents = age(s), own(w, s)
        if days is None:
            return when(inside(p["method"], COMPETITIVE), None)
        begun = first.get(s["party_id"])
        young = every(cmp(begun, "<=", 90), 0 <= days <= 730)
        mine = {x["award_id"] for x in held[s["process_id"], s["party_id"]]}
        paid = [amounts.get((s["process_id"], a)) for a in mine]
        asked = [reference(w, s["process_id"], a) for a in mine if (s["process_id"], a) in amounts]
        known = None not in paid and None not in asked and sum(asked) > 0
        price = sum(paid) / sum(asked) if known else None
        n, most = fence.get(p["object"], (0, None))
        more = [
            n >= 30 and cmp(cents, ">", most) is True,
            cmp(cents, ">=", 0.8 * able[s["ruc"]] if s["ruc"] in able else None) is True,
            shared.get(s["party_id"], 0) > 0,
        ]
        joint = either(every(cmp(p["n_bidders"], "<=", 2), cmp(price, ">=", 0.95)), *more)
        return when(inside(p["method"], COMPETITIVE), every(young, joint))

    return worst(one(s) for s in winners(w, p))


def course(days, mine):
    """n, late ones, late wins, early wins, z, the late half and the span of a sequence."""
    last = max(days.values())
    days = {i: d for i, d in days.items() if (last - d).days < 730}
    n = len(days)
    rank = {
        i: sum(e < d for e in days.values()) + (sum(e == d for e in days.values()) + 1) / 2 for i, d in days.items()
    }
    kept = mine & set(days)
    late = {i for i in days if 2 * rank[i] > n + 1}
    k, z = len(kept), None
    if 0 < k < n:
        z = (sum(rank[i] for i in kept) - k * (n + 1) / 2) / (k * (n - k) * (n + 1) / 12) ** 0.5
    return n, len(late), len(kept & late), k - len(kept & late), z, late, (last - min(days.values())).days


@twin("SEL-62")
def sel_62(w, p):
    def make():
        open_ = {q["process_id"]: q for q in w.processes if q["method"] in COMPETITIVE}
        open_ = {k: q for k, q in open_.items() if None not in (q["buyer_id"], q["object"], q["call_date"])}
        won = {(x["process_id"], x["party_id"]) for x in w.winners if x["process_id"] in open_}
        bid = {(x["process_id"], x["party_id"]) for x in w.rows["bids"] if x["process_id"] in open_}
        told = {x["process_id"] for x in w.rows["bids"]}
        awarded = {x["process_id"] for x in w.winners}
        silent = group([q for k, q in open_.items() if k in awarded and k not in told], "buyer_id", "object")
        granted = group([q for k, q in open_.items() if k in awarded], "buyer_id", "object")
        wins, tries = {}, {}
        for target, rows in ((wins, won), (tries, bid)):
            for pid, firm in rows:
                q = open_[pid]
                target.setdefault((q["buyer_id"], q["object"], firm), set()).add(pid)
        out = {}
        for key, mine in wins.items():
            if len(mine) < 3:
                continue
            of_bids = mine | tries.get(key, set()) | {q["process_id"] for q in silent.get(key[:2], [])}
            of_all = {q["process_id"] for q in granted[key[:2]]}
            found = [course({i: open_[i]["call_date"] for i in ids}, mine) for ids in (of_bids, of_all)]
            least = [-math.inf if x[4] is None else x[4] for x in found]
            chosen = found[1] if least[0] < 0.8 and least[1] >= 2.0 else found[0]
            if chosen[0] >= 10 and chosen[6] >= 365:
                out[key] = chosen[:6]
        spans = {}
        for q in open_.values():
            spans.setdefault((q["buyer_id"], q["object"]), []).append(q["call_date"])
        long = {k for k, days in spans.items() if (max(days) - min(days)).days >= 365}
        return out, {key for key, mine in wins.items() if len(mine) < 3 and key[:2] in long}

    courses, few = once(w, "_courses", make)

    def one(s):
        key = (p["buyer_id"], p["object"], s["party_id"])
        found = courses.get(key)
        scope = inside(p["method"], COMPETITIVE)
        if key in few:
            return when(scope, False)
        if found is None or p["call_date"] is None:
            return when(scope, None)
        n, halves, ours, before, z, late = found
        grew = ours * (n - halves) >= 1.4 * before * halves
        return when(
            scope,
            p["process_id"] in late
            and z is not None
            and z >= 0.8
            and ours >= 3
            and before <= 0.4 * (n - halves)
            and ours / halves >= 0.25
            and grew,
        )

    return worst(one(s) for s in winners(w, p))


@twin("SEL-63")
def sel_63(w, p):
    def hints(q):
        length = q["criteria_length"]
        peers = once(w, "_lengths", lambda: lengths(w)).get((q["family"], q["object"]), [])
        days = w.business_days(q["call_date"], q["bid_deadline"])
        over_mean = length - sum(peers) / len(peers) if peers and length is not None else None
        return cmp(q["n_bidders"], "<=", 1), cmp(days, "<", q["law_min_bid_days"]), cmp(over_mean, ">=", 520)

    def make():
        pairs = {}
        for pid, firm in {(x["process_id"], x["party_id"]) for x in w.winners}:
            q = w.of[pid]
            if q["method"] in COMPETITIVE and q["buyer_id"] is not None:
                pairs.setdefault((q["buyer_id"], firm), []).append(q)
        out = {}
        for key, won in pairs.items():
            days = [q["call_date"] for q in won if q["call_date"]]
            near = [q for q in won if q["call_date"] and (max(days) - q["call_date"]).days < 730]
            told = [hints(q) for q in near]
            kinds = sum(any(t[k] is not None for t in told) for k in range(3))
            out[key] = ({q["process_id"] for q in near}, kinds, sum(h is True for t in told for h in t))
        return out

    pairs = once(w, "_tailored", make)

    def one(s):
        near, kinds, signs = pairs.get((p["buyer_id"], s["party_id"]), (set(), 0, 0))
        known = p["process_id"] in near and kinds >= 2
        return when(
            inside(p["method"], COMPETITIVE),
            len(near) >= 3 and signs / len(near) >= 1.1 if known else None,
        )

    return worst(one(s) for s in winners(w, p))


def lengths(w):
    out = {}
    for q in w.processes:
        if q["criteria_length"] is not None:
            out.setdefault((q["family"], q["object"]), []).append(q["criteria_length"])
    return out


@twin("EXE-50")
def exe_50(w, p):
    def swollen(c):
        """What the contract grew by, over its amount: what was added, or what it came to."""
        found = [over(growth(w, c), c["amount_cents"])]
        final = over(c["final_cents"], c["amount_cents"])
        found.append(None if final is None else final - 1)
        return max((x for x in found if x is not None), default=None)

    def longer(c):
        if not (c["start_date"] and c["end_date"]) or c["end_date"] <= c["start_date"]:
            return None
        ends = c["end_date_actual"] or c["end_date_updated"]
        return (ends - c["end_date"]).days / (c["end_date"] - c["start_date"]).days if ends else None

    def make():
        alike = [c for cs in w.contracts.values() for c in cs if c["signed_date"]]
        rows = []
        for c in alike:
            q = w.of[c["process_id"]]
            if q["region_code"] is not None and q["object"] is not None:
                swells = every(cmp(swollen(c), ">=", 0.05), cmp(longer(c), ">=", 0.1)) is True
                rows.append({"id": c["contract_id"], "pid": c["process_id"], "day": c["signed_date"], "swells": swells,
                             "region": q["region_code"], "object": q["object"]})  # fmt: skip
        return group(rows, "region", "object")

    around = once(w, "_swelling", make)

    def one(c):
        near = around.get((p["region_code"], p["object"]), [])
        near = [x for x in near if c["signed_date"] and abs((x["day"] - c["signed_date"]).days) <= 60]
        others = [x for x in near if (x["pid"], x["id"]) != (c["process_id"], c["contract_id"])]
        n = sum(x["swells"] for x in others)
        shock = n >= 2 and n / len(others) >= 0.1
        known = once(w, "_award_keys", lambda: {(a["process_id"], a["award_id"]) for a in w.awards})
        key = (c["process_id"], c["award_id"])
        asked = reference(w, *key) if key in known else None
        price = c["award"] / asked if c["award"] is not None and asked and asked > 0 else None
        grew = every(cmp(swollen(c), ">=", 0.1), cmp(longer(c), ">=", 0.25))
        return every(cmp(price, "<=", 0.95), grew, not shock)

    return of_contracts(w, p, lambda c: every(signed(c), inside(p["method"], COMPETITIVE)), one)
