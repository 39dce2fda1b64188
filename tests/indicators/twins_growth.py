"""Twins of the indicators on growth, shares of a market and days of calls. See `twins`."""

from tests.indicators.twins import OPEN_OR_DIRECT, alone, cmp, enough, every, inside, twin, when, worst
from tests.indicators.twins_ties import once, winners
from tests.indicators.world import COMPETITIVE, group


@twin("CRO-41")
def cro_41(w, p):
    test = cmp(w.titles.get((p["buyer_id"], p["title"], p["call_date"])), ">=", 2)
    return alone(when(inside(p["method"], OPEN_OR_DIRECT), test))


@twin("CRO-45")
def cro_45(w, p):
    calls = once(w, "_calls", lambda: group([q for q in w.processes if q["call_date"] and q["buyer_id"]], "buyer_id"))
    day = p["call_date"]
    year = [q for q in calls.get((p["buyer_id"],), []) if day and q["call_date"].year == day.year]
    today = sum(q["call_date"] == day for q in year)
    test = enough(len(year) >= 20, today > 0.3 * len(year)) if year else None
    return alone(when(inside(p["method"], OPEN_OR_DIRECT), test))


@twin("SEL-52")
def sel_52(w, p):
    def make():
        paid = [a for a in w.awards if a["p"]["method"] in COMPETITIVE and (a["amount_pen_cents"] or 0) > 0]
        return group([a for a in paid if a["market"] and a["year"] is not None and a["holder"]], "market", "year")

    market = once(w, "_markets", make).get((p["market"], p["year"]), [])
    total = sum(a["amount_pen_cents"] for a in market)
    scope = every(inside(p["method"], COMPETITIVE), p["market"] is not None)

    def one(a):
        held = sum(x["amount_pen_cents"] for x in market if x["holder"] == a["holder"])
        return enough(len(market) >= 10, held / total > 0.3 if held else None)

    mine = once(w, "_awards_of", lambda: group(w.awards, "process_id")).get((p["process_id"],), [])
    return worst(when(scope, one(a)) for a in mine)


def own(w, s):
    """What the firm won by itself in the process; None if not at all, or where an amount is unknown."""

    def make():
        alone_ = [x for x in w.winners if x["consortium_id"] is None]
        return group(alone_, "process_id", "party_id"), {(a["process_id"], a["award_id"]): a for a in w.awards}

    held, awards = once(w, "_own", make)
    mine = [awards.get((x["process_id"], x["award_id"])) for x in held.get((s["process_id"], s["party_id"]), [])]
    amounts = [a["amount_pen_cents"] for a in mine if a]
    return None if not amounts or None in amounts else sum(amounts)


def before(w, s, pair):
    """Earlier purchases, of the firm or of the firm with this buyer: (day, amount), by day."""

    def make():
        rows = [{**x, "own": own(w, x)} for found in w.suppliers.values() for x in found]
        return group([x for x in rows if (x["own"] or 0) > 0 and x["event"]], "party_id")

    rows = once(w, "_history", make).get((s["party_id"],), [])
    ours = [x for x in rows if not pair or x["buyer_id"] == s["buyer_id"]]
    return sorted((x["event"], x["own"]) for x in ours if s["event"] and x["event"] < s["event"])


@twin("SEL-53")
def sel_53(w, p):
    def one(s):
        mine = own(w, s)
        found = before(w, s, pair=False)
        test = enough(len(found) >= 2, mine >= 10 * max((x for _, x in found), default=0)) if mine else None
        return when(every(inside(p["method"], OPEN_OR_DIRECT), cmp(mine, ">", 0)), test)

    return worst(one(s) for s in winners(w, p))


@twin("SEL-54")
def sel_54(w, p):
    def one(s):
        mine = own(w, s)
        found = before(w, s, pair=True) if s["buyer_id"] is not None else []
        first = sum(x for day, x in found if day == found[0][0])
        test = enough(len(found) >= 1, mine >= 10 * first) if mine else None
        return when(every(inside(p["method"], OPEN_OR_DIRECT), cmp(mine, ">", 0)), test)

    return worst(one(s) for s in winners(w, p))
