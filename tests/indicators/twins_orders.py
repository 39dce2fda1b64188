"""Minor orders a second time: likeness from sets of n-grams, windows and runs order by order."""

import re
from collections import defaultdict
from datetime import date
from math import sqrt

from tests.indicators.twins import alone, cmp, enough, every, twin, when
from tests.indicators.world import _EMPTY, group, letters, limit

from procrisk import law
from procrisk.indicators.likeness import QUALIFIERS


def words_of(text):
    if text is None:
        return None
    for part in (re.sub(r"(?is)\b(para|meta|proyecto)\b.*", "", text[:10_000], count=1), text):
        told = re.sub(rf"\b({_EMPTY})\b", " ", letters(part))
        words = re.findall("[A-Z]+", re.sub(r"\b[A-Z]{1,2}\b", " ", told))
        words = [w for w in words if not re.fullmatch(QUALIFIERS, w)][:3]
        if words:
            return tuple(sorted(set(words)))
    return None


def grams(words):
    found = set()
    for word in words:
        framed = f" {word} "
        for n in (4, 5):
            found |= {framed[i : i + n] for i in range(max(len(framed) - n + 1, 1))}
    return found


def most(year):
    uit, times = (law.value(p, date(year, 12, 31)) for p in ("uit", "minor_purchase_max"))
    known = uit and times and {uit.confidence, times.confidence} <= {"A", "B"}
    return int(uit.value * times.value * 100) if known else None


def minor(w):
    for o in w.rows["purchase_orders"]:
        said = re.search(r"(?i)HASTA ([89]) UIT", o["hiring_type"] or "")
        if not said or o["currency"] != "PEN" or not o["date"] or not o["buyer_ruc"] or not o["supplier_id"]:
            continue
        cap = most(o["date"].year)
        if cap and "HASTA 9 UIT" in o["hiring_type"].upper():
            cap = cap // 8 * 9
        if cap and o["amount_cents"] is not None and 1 <= o["amount_cents"] <= cap:
            yield {**o, "cap": cap, "year": o["date"].year}


def with_heads(orders):
    """Each order with the words most used by the buyer of those that are like its own."""
    used = defaultdict(int)
    for o in orders:
        o["key"] = words_of(o["description"])
        if o["key"]:
            used[o["key"]] += 1
    ranked = sorted(used, key=lambda k: (-used[k], " ".join(k)))
    sets = {k: grams(k) for k in ranked}
    head = {}
    for k in ranked:
        near = lambda j: len(sets[k] & sets[j]) / sqrt(len(sets[k]) * len(sets[j])) >= 0.7  # noqa: E731, B023
        head[k] = next(j for j in ranked if near(j))
    for o in orders:
        o["head"] = head.get(o["key"])


def windowed(orders, suppliers=1):
    """Orders in some 30 days in which two or more pass the most together."""
    inside = set()
    for last in orders:
        near = [(i, o) for i, o in enumerate(orders) if 0 <= (last["date"] - o["date"]).days < 30]
        total = sum(o["amount_cents"] for _, o in near)
        passes = len(near) >= 2 and total > max(o["cap"] for _, o in near)
        if passes and len({o["supplier_id"] for _, o in near}) >= suppliers:
            inside |= {i for i, _ in near}
    return len(inside)


def repeated(orders):
    months = {o["date"].month for o in orders}
    n = 0
    for first in months:
        if first - 1 in months:
            continue
        last = first
        while last + 1 in months:
            last += 1
        run = [o for o in orders if first <= o["date"].month <= last]
        if last - first >= 2 and sum(o["amount_cents"] for o in run) > max(o["cap"] for o in run):
            n += len(run)
    return n


def of_buyers(w):
    """(buyer RUC, year) -> what its orders come to."""
    if hasattr(w, "minor_orders"):
        return w.minor_orders
    w.minor_orders = {}
    for key, orders in group(minor(w), "buyer_ruc", "year").items():
        person = lambda o: o["supplier_id"].startswith("10") and o["object"] in ("services", None)  # noqa: E731
        ours = [o for o in orders if not person(o)]
        with_heads(ours)
        known = [o for o in ours if o["head"]]
        days = [
            os
            for os in group(ours, "supplier_id", "date").values()
            if len(os) >= 2 and sum(o["amount_cents"] for o in os) > max(o["cap"] for o in os)
        ]
        low = [o for o in orders if o["amount_cents"] < o["cap"] and o["amount_cents"] * 100 >= o["cap"] * 85]
        w.minor_orders[key] = {
            "n": len(orders),
            "one": sum(windowed(os) for os in group(known, "head", "supplier_id").values()) / len(orders),
            "many": sum(windowed(os, 2) for os in group(known, "head").values()) / len(orders),
            "repeat": sum(repeated(os) for os in group(known, "head").values()) / len(orders),
            "days": len(days),
            "low_n": len(low),
            "near": round(sum(o["amount_cents"] * 100 >= o["cap"] * 95 for o in low) / len(low), 6) if low else None,
        }
    return w.minor_orders


def practice(w, p, what, least):
    b = of_buyers(w).get((p["buyer_ruc"], p["year"]), {})
    return alone(when(p["buyer_id"] is not None, enough(b.get("n", 50) >= 50, cmp(b.get(what), ">=", least))))


@twin("PLA-08")
def pla_08(w, p):
    return practice(w, p, "one", 0.1)


@twin("PLA-09")
def pla_09(w, p):
    return practice(w, p, "many", 0.2)


@twin("PLA-10")
def pla_10(w, p):
    return practice(w, p, "repeat", 0.2)


@twin("PLA-11")
def pla_11(w, p):
    if not hasattr(w, "near_peers"):
        w.near_peers = defaultdict(dict)
        for q in w.processes:
            b = of_buyers(w).get((q["buyer_ruc"], q["year"]))
            if b and b["low_n"] >= 10:
                w.near_peers[q["buyer_level"], q["year"]].setdefault(q["buyer_id"], b["near"])
    peers = w.near_peers[p["buyer_level"], p["year"]]
    b = of_buyers(w).get((p["buyer_ruc"], p["year"]), {})
    many = every(b.get("low_n", 10) >= 10, len(peers) >= 10)
    return alone(when(p["buyer_id"] is not None, enough(many, cmp(b.get("near"), ">", limit(peers.values())))))


@twin("PLA-12")
def pla_12(w, p):
    b = of_buyers(w).get((p["buyer_ruc"], p["year"]), {})
    return alone(when(p["buyer_id"] is not None, cmp(b.get("days"), ">=", 2)))
