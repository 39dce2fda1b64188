"""Plan, budget and terms of the call a second time, process by process."""

import re
from collections import defaultdict
from datetime import timedelta
from math import exp, log
from statistics import median

from tests.indicators.twins import alone, cmp, enough, every, first_call, inside, twin, when
from tests.indicators.world import COMPETITIVE, TENDER, family, fold, limit

from procrisk.indicators.features_terms import BRAND, NO_BRAND

GOODS = {"goods", "services"}
PLANNED = COMPETITIVE | {"CD"}
NAMES = dict(
    zip(
        [
            "ENERO",
            "FEBRERO",
            "MARZO",
            "ABRIL",
            "MAYO",
            "JUNIO",
            "JULIO",
            "AGOSTO",
            "SETIEMBRE",
            "OCTUBRE",
            "NOVIEMBRE",
            "DICIEMBRE",
        ],
        range(1, 13),
        strict=True,
    )
)


def kept(w, name, make):
    """A figure of all the records, made once."""
    if not hasattr(w, name):
        setattr(w, name, make())
    return getattr(w, name)


def contested(p):
    return p["method"] not in ("CD", "CONV")


# --- plan


def month_of(text):
    if text is None:
        return None
    text = text.strip()
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text) if 1 <= int(text) <= 12 else None
    return NAMES.get(fold(text).replace("SEPTIEMBRE", "SETIEMBRE"))


def plan_lines(w):
    def make():
        lines = defaultdict(list)
        for r in w.rows["plan"]:
            if None not in (r["year"], r["buyer_consucode"], r["reference"]):
                lines[r["year"], r["buyer_consucode"].lstrip("0"), r["reference"]].append(r)
        return lines, {k[:2] for k in lines}

    return kept(w, "plan_lines", make)


def line_of(w, p):
    """(in the plan, rows of its line, year of the plan)."""
    lines, buyers = plan_lines(w)
    said = re.search(r"-(\d{4})-(\d+)-(\d+)$", p["ocid"] or "")
    key = (int(said[1]), said[2].lstrip("0"), said[3]) if said else None
    if key in lines:
        return True, lines[key], key[0]
    own = None if p["buyer_consucode"] is None else (p["year"], p["buyer_consucode"].lstrip("0"))
    return (False if said and own in buyers else None), [], None


def planned(w, p, test):
    return alone(when(every(inside(p["method"], PLANNED), first_call(p)), test))


@twin("PLA-13")
def pla_13(w, p):
    found = line_of(w, p)[0]
    return planned(w, p, None if found is None else not found)


@twin("PLA-14")
def pla_14(w, p):
    days = [r["published_date"] for r in line_of(w, p)[1] if r["published_date"]]
    lead = (p["call_date"] - min(days)).days if days and p["call_date"] else None
    return planned(w, p, cmp(lead, "<", 7))


@twin("PLA-15")
def pla_15(w, p):
    _, rows, year = line_of(w, p)
    rows = sorted(rows, key=lambda r: (r["version"] or -1, r["lot_id"] or ""))
    months = [m for m in (month_of(r["month"]) for r in rows) if m]
    gap = None
    if months and p["call_date"]:
        gap = abs((p["call_date"].year - year) * 12 + p["call_date"].month - months[-1])
    return planned(w, p, cmp(gap, ">", 3))


@twin("PLA-16")
def pla_16(w, p):
    some = p["planned_cents"] is not None and p["planned_cents"] > 0 and p["value_cents"] is not None
    over = p["value_cents"] / p["planned_cents"] if some else None
    ours = p["method"] is None or p["method"] in TENDER | {"CD"}
    return alone(when(ours, cmp(over, ">", 1.1)))


# --- terms


def far(w, name, value, keys, floor):
    """process_id -> (peers, median, z)."""

    def make():
        groups = defaultdict(dict)
        for p in w.processes:
            x = value(p)
            if x is not None:
                groups[tuple(p[k] for k in keys)][p["process_id"]] = x
        out = {}
        for found in groups.values():
            middle = median(found.values())
            spread = max(median(abs(x - middle) for x in found.values()) * 1.4826, floor)
            out |= {k: (len(found), middle, (x - middle) / spread) for k, x in found.items()}
        return out

    return kept(w, f"far_{name}", make)


def far_of(w, p, least, *args):
    n, _, z = far(w, *args).get(p["process_id"], (0, None, None))
    return alone(when(contested(p), enough(n >= least, cmp(z, ">", 3.5))))


@twin("PRE-11")
def pre_11(w, p):
    due = p["bid_deadline"] or p["bid_opening"]
    days = (due - p["call_date"]).days if due and p["call_date"] and p["regime"] is None else None
    return alone(when(p["regime"] is None and contested(p), cmp(days, "<", 15)))


@twin("PRE-12")
def pre_12(w, p):
    known = p["value_cents"] is not None and p["value_cents"] > 0 and p["fee_cents"] is not None
    return alone(when(contested(p), cmp(p["fee_cents"] / p["value_cents"] if known else None, ">", 0.005)))


def log_value(p):
    value = p["value_pen_cents"]
    return log(value / 100) if value and value > 0 and p["item_class"] else None


@twin("PRE-13")
def pre_13(w, p):
    n, middle, z = far(w, "value", log_value, ("item_class", "object", "method"), 0.3).get(
        p["process_id"], (0, None, None)
    )
    over = None if z is None else exp(log_value(p) - middle)
    scope = every(inside(p["method"], COMPETITIVE), inside(p["object"], GOODS), cmp(p["value_pen_cents"], ">", 0))
    return alone(when(scope, enough(n >= 12, every(cmp(z, ">", 3.5), cmp(over, ">=", 5.0)))))


@twin("PRE-14")
def pre_14(w, p):
    def make():
        buyers = defaultdict(list)
        for q in w.processes:
            if q["award_criteria"] is not None:
                rated = q["award_criteria"] in ("ratedCriteria", "qualityOnly")
                buyers[q["buyer_id"], q["buyer_level"], q["year"]].append(rated)
        peers = defaultdict(list)
        for (_, level, year), found in buyers.items():
            if len(found) >= 5:
                peers[level, year].append(sum(found) / len(found))
        return buyers, peers

    buyers, peers = kept(w, "criteria_of_buyers", make)
    own = buyers.get((p["buyer_id"], p["buyer_level"], p["year"]), [])
    others = peers.get((p["buyer_level"], p["year"]), [])
    share = sum(own) / len(own) if own else None
    scope = inside(p["award_criteria"], {"ratedCriteria", "qualityOnly"})
    return alone(
        when(scope, enough(len(own) >= 5 and len(others) >= 10, cmp(share and round(share, 6), ">", limit(others))))
    )


def questions(w, p):
    def make():
        out = defaultdict(list)
        for q in w.rows["enquiries"]:
            out[q["process_id"]].append(q)
        return out

    return kept(w, "questions_of", make).get(p["process_id"], [])


@twin("PRE-15")
def pre_15(w, p):
    asked = questions(w, p)
    open_ = sum(q["answered"] is False and q["answered_date"] is None for q in asked)
    told = any(q["answered"] is not None for q in asked)
    return alone(when(contested(p), cmp(open_ if told else None, ">=", 1)))


@twin("PRE-16")
def pre_16(w, p):
    return far_of(w, p, 30, "questions", lambda q: len(questions(w, q)) or None, ("method", "object"), 1.0)


@twin("PRE-17")
def pre_17(w, p):
    texts = [
        fold(t) for t in (p["description"], *(x["description"] for x in w.lots[(p["process_id"],)])) if t is not None
    ]
    named = any(re.search(BRAND, t) and not re.search(NO_BRAND, t) for t in texts) if texts else None
    return alone(when(every(inside(p["method"], COMPETITIVE), inside(p["object"], GOODS)), named))


@twin("PRE-18")
def pre_18(w, p):
    packages = defaultdict(set)
    for x in w.lots[(p["process_id"],)]:
        if x["package"] is not None and family(x["description"]):
            packages[x["package"]].add(family(x["description"]))
    most = max((len(f) for f in packages.values()), default=None)
    return alone(when(inside(p["method"], COMPETITIVE), cmp(most, ">=", 3)))


def listed(w, p, name):
    codes = [r for r in w.rows["listed_items"] if r["list"] == name]
    lots = [x for x in w.lots[(p["process_id"],)] if x["classification"] is not None]
    if not codes or not lots:
        return None

    def on(lot, r):
        day, start, end = p["call_date"], r["valid_from"], r["valid_to"]
        begun = start is None or day is None or day >= start
        return (
            r["classification"] is not None
            and lot["classification"].startswith(r["classification"])
            and begun
            and (end is None or day is None or day <= end)
        )

    return any(on(x, r) for x in lots for r in codes)


@twin("PRE-19")
def pre_19(w, p):
    return alone(when(inside(p["method"], COMPETITIVE), listed(w, p, "catalogue")))


@twin("PRE-20")
def pre_20(w, p):
    return alone(when(inside(p["method"], {"LP", "AS", "LPA", "CPRE"}), listed(w, p, "technical_sheet")))


@twin("PRE-21")
def pre_21(w, p):
    def make():
        out = defaultdict(list)
        for q in w.processes:
            if q["criteria_length"] is not None:
                out[q["family"], q["object"]].append(q["criteria_length"])
        return out

    peers = kept(w, "criteria_lengths", make).get((p["family"], p["object"]), [])
    over = p["criteria_length"] - sum(peers) / len(peers) if peers and p["criteria_length"] is not None else None
    return alone(when(contested(p), enough(len(peers) >= 12, cmp(over, ">=", 520))))


def documents(w, p):
    def make():
        out = defaultdict(list)
        for d in w.rows["documents"]:
            out[d["process_id"]].append(d)
        return out

    return kept(w, "documents_of", make).get(p["process_id"], [])


@twin("PRE-22")
def pre_22(w, p):
    def make():
        out = defaultdict(list)
        for q in w.processes:
            if documents(w, q):
                out[q["buyer_id"]].append((q["process_id"], any(d["section"] == "planning" for d in documents(w, q))))
        return out

    ours = documents(w, p)
    others = [has for pid, has in kept(w, "planning_of", make)[p["buyer_id"]] if pid != p["process_id"]]
    custom = len(others) >= 5 and sum(others) / len(others) >= 0.5
    none = not any(d["section"] == "planning" for d in ours) if ours else None
    return alone(when(contested(p), enough(custom, none)))


@twin("PRE-23")
def pre_23(w, p):
    days = [d["date"] for d in documents(w, p) if d["document_type"] == "biddingDocuments" and d["date"]]
    late = w.business_days(p["call_date"], min(days), lenient=True) if days else None
    return alone(when(inside(p["method"], TENDER), cmp(late, ">", 1)))


@twin("PRE-24")
def pre_24(w, p):
    def waited(q):
        both = q["evaluation_start"] and q["bid_opening"]
        return (q["evaluation_start"] - q["bid_opening"]).days if both else None

    return far_of(w, p, 30, "opening", waited, ("method", "object"), 1.0)


@twin("PRE-25")
def pre_25(w, p):
    def ours(q):
        return every(inside(q["method"], COMPETITIVE), inside(q["object"], GOODS), first_call(q))

    def make():
        out = defaultdict(list)
        for q in w.processes:
            if ours(q) and q["call_date"]:
                out[q["buyer_id"], q["object"], q["item_class"]].append(q)
        return out

    whole = None not in (p["buyer_id"], p["object"], p["item_class"], p["call_date"])
    near = [
        q
        for q in kept(w, "calls_of", make)[p["buyer_id"], p["object"], p["item_class"]]
        if whole
        and timedelta(1) <= p["call_date"] - q["call_date"] <= timedelta(60)
        and q["award_date"]
        and q["award_date"] > p["call_date"]
    ]
    return alone(when(ours(p), bool(near) if whole else None))
