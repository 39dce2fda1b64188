"""The day, the fee and the kind of a call, and the winner's share of the spend, a second time, process by process."""

import csv
import re
from collections import defaultdict
from datetime import date, timedelta
from statistics import median

from tests.conftest import ROOT
from tests.indicators.twins import alone, cmp, either, enough, every, inside, twin, when
from tests.indicators.twins_terms import contested, kept
from tests.indicators.world import COMPETITIVE, TENDER, fold

YEARS = (1990, 2035)


def fitted(component):
    """Bins of single bids in real records: (words, objects, n, low)."""
    with (ROOT / "risk_catalogue" / "cri_bins.csv").open(encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    return [
        (r["word"].split(";"), r["objects"].split(";"), int(r["n"]), float(r["ci_low"]))
        for r in rows
        if (r["component"], r["outcome"], r["records"]) == (component, "single_bid", "real") and r["bin"] != "missing"
    ]


@twin("PRE-26")
def pre_26(w, p):
    bins = kept(w, "procedure_bins", lambda: fitted("procedure_type"))
    if p["method"] is None:
        return None
    ours = [b for b in bins if p["method"] in b[0] and p["object"] in b[1]]
    return alone(when(contested(p), enough(any(b[2] >= 10 for b in ours), any(b[3] > 1 for b in ours))))


@twin("PRE-27")
def pre_27(w, p):
    def make():
        out = defaultdict(list)
        for q in w.processes:
            if None not in (q["buyer_id"], q["currency"], q["call_date"], q["fee_cents"]) and q["fee_cents"] > 0:
                out[q["buyer_id"], q["currency"]].append((q["call_date"], q["fee_cents"]))
        return out

    if not contested(p):
        return alone(when(False, None))
    if None in (p["buyer_id"], p["currency"], p["call_date"], p["fee_cents"]):
        return None
    day = p["call_date"]
    said = kept(w, "fees_of", make)[p["buyer_id"], p["currency"]]
    earlier = [fee for d, fee in said if day - timedelta(1095) <= d < day]
    return alone(enough(len(earlier) >= 3, bool(earlier) and p["fee_cents"] >= 2 * median(earlier)))


def regularised(w):
    def make():
        with (ROOT / "risk_catalogue" / "direct_causes.csv").open(encoding="utf-8") as f:
            return [r["pattern"] for r in csv.DictReader(f) if r["regularise"] == "yes"]

    return kept(w, "regularised", make)


@twin("PRE-28")
def pre_28(w, p):
    cause = fold(p["cause"])
    may = None if cause is None else any(re.search(x, cause) for x in regularised(w))
    scope = every(inside(p["method"], {"CD"}), None if may is None else not may)
    return alone(when(scope, cmp(p["award_days"], "<", 2)))


def pause(w, day, step):
    """Calendar days to the next business day in a direction."""
    if day is None or not date(YEARS[0], 2, 1) <= day <= date(YEARS[1], 11, 30):
        return None
    n = 1
    while (day + timedelta(step * n)).weekday() > 4 or day + timedelta(step * n) in w.holidays:
        n += 1
    return n


@twin("PRE-29")
def pre_29(w, p):
    call = p["call_date"]
    least = p["law_min_bid_days"]
    long = [n for n in (pause(w, call, 1), pause(w, p["bid_deadline"], -1)) if n is not None]
    left = w.business_days(call, date(call.year, 12, 31)) if call else None
    quiet = either(cmp(max(long, default=None), ">=", 4), cmp(left, "<", 3))
    scope = every(inside(p["method"], TENDER), least is not None)
    term = w.business_days(call, p["bid_deadline"])
    return alone(when(scope, None if term is None else every(cmp(term, "<=", least), quiet)))


@twin("PRE-30")
def pre_30(w, p):
    codes = [r for r in w.rows["listed_items"] if r["list"] == "homologated" and r["classification"]]
    lots = [x for x in w.lots[(p["process_id"],)] if x["classification"] is not None]
    named = p["special_regime"] == "homologación"

    def on(x):
        day = p["call_date"]
        return any(
            x["classification"].startswith(r["classification"])
            and (day is None or r["valid_from"] is None or r["valid_from"] <= day)
            and (day is None or r["valid_to"] is None or day <= r["valid_to"])
            for r in codes
        )

    n = sum(on(x) for x in lots) if codes and lots else None
    test = every(cmp(n, ">", 0), cmp(n, ">=", p["n_lots"]))
    return alone(when(every(inside(p["method"], COMPETITIVE), not named), test))


@twin("SEL-60")
def sel_60(w, p):
    def make():
        out, of = defaultdict(list), defaultdict(list)
        for a in w.awards:
            if None in (a["amount_pen_cents"], a["holder"], a["date"]) or a["amount_pen_cents"] <= 0:
                continue
            buyer = w.of[a["process_id"]]["buyer_id"]
            if buyer is not None:
                out[buyer].append(a)
                of[a["process_id"]].append(a)
        return out, of

    awards, of = kept(w, "awards_of_buyers", make)
    most, share = 0, None
    for a in of[p["process_id"]]:
        year = [b for b in awards[p["buyer_id"]] if a["date"] - timedelta(365) < b["date"] <= a["date"]]
        most = max(most, len(year))
        if len(year) >= 5:
            own = sum(b["amount_pen_cents"] for b in year if b["holder"] == a["holder"])
            share = max(share or 0, own / sum(b["amount_pen_cents"] for b in year))
    return alone(when(inside(p["method"], COMPETITIVE), enough(most >= 10, cmp(share, ">", 0.3))))
