"""Every indicator a second time, row by row in plain Python: the state of one process, true, false or None.

Written from what each indicator claims, with the table's default parameters. `test_twins.py` holds them against the product.
"""

from tests.indicators.world import COMPETITIVE, OUT, SIMPLIFIED, TENDER, World, family, limit, matches_weak_cause  # noqa: F401

TWINS = {}
OPEN_OR_DIRECT = COMPETITIVE | {"CD"}


def twin(id_):
    def keep(f):
        assert id_ not in TWINS
        TWINS[id_] = f
        return f

    return keep


def inside(method, methods):
    """Whether the method is one of these; None where nobody says which it is."""
    return None if method is None else method in methods


def every(*conditions):
    """And, with None for unknown."""
    if any(c is False for c in conditions):
        return False
    return None if any(c is None for c in conditions) else True


def either(*conditions):
    """Or, with None for unknown."""
    if any(c is True for c in conditions):
        return True
    return None if any(c is None for c in conditions) else False


def cmp(a, op, b):
    if a is None or b is None:
        return None
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b}[op]


def when(scope, test):
    """OUT, true, false or None."""
    if scope is False:
        return OUT
    return None if scope is None else test


def enough(peers, test):
    return test if peers is True else None


def worst(found):
    """Of several subjects: raised if any is, else unknown if any is, else clear if any was looked at."""
    found = list(found)
    if True in [f for f in found if f is not OUT]:
        return True
    if None in found:
        return None
    return False if False in found else None


def alone(result):
    return None if result is OUT else result


def first_call(p):
    return (p["call_number"] if p["call_number"] is not None else 1) <= 1


def positive(x):
    return cmp(x, ">", 0)


@twin("PLA-01")
def pla_01(w: World, p):
    value, line = p["value_pen_cents"], p["law_lp_threshold_cents"]
    scope = every(
        inside(p["method"], SIMPLIFIED | {"CPRE"}),
        inside(p["object"], {"goods", "services"}),
        first_call(p),
        p["special_regime"] is None,
        positive(value),
        cmp(value, "<", line),
    )
    n, total = w.split.get(p["process_id"], (None, None))
    return alone(when(scope, every(cmp(n, ">=", 2), cmp(total, ">=", line))))


@twin("PLA-02")
def pla_02(w, p):
    n, total = w.quotes.get(p["process_id"], (None, None))
    scope = every(inside(p["method"], {"CPRE"}), first_call(p), positive(p["value_pen_cents"]))
    return alone(when(scope, every(cmp(n, ">=", 3), cmp(total, ">", p["law_cprec_max_cents"]))))


@twin("PLA-03")
def pla_03(w, p):
    at = p["over_line"]
    scope = every(inside(p["method"], SIMPLIFIED), first_call(p), positive(p["value_pen_cents"]), cmp(at, "<", 1))
    return alone(when(scope, cmp(at, ">=", 0.95)))


@twin("PLA-04")
def pla_04(w, p):
    at, b = p["over_line"], w.buyer(p)
    peers, most = w.buyer_limit("near", p)
    scope = every(inside(p["method"], SIMPLIFIED), cmp(at, ">=", 0.95), cmp(at, "<", 1))
    return alone(when(scope, enough(b["low_n"] >= 5 and peers >= 10, cmp(b["near"], ">", most))))


@twin("PLA-05")
def pla_05(w, p):
    b = w.buyer(p)
    scope = None if p["call_date"] is None else p["call_date"].month == 12
    return alone(when(scope, enough(b["n"] >= 20 and b["months"] >= 10, cmp(b["december"], ">=", 0.25))))


@twin("PLA-06")
def pla_06(w, p):
    versions, peers, most = w.plan_versions[p["process_id"]]
    return alone(when(p["buyer_id"] is not None, enough(cmp(peers, ">=", 10), cmp(versions, ">", most))))


@twin("PLA-07")
def pla_07(w, p):
    n, split = w.orders.get((p["buyer_ruc"], p["year"]), (None, None))
    share = None if n is None else split / n
    return alone(when(p["buyer_id"] is not None, enough((50 if n is None else n) >= 50, cmp(share, ">=", 0.2))))


def says_cause(w, p):
    if p["cause"] is not None:
        return True
    return False if set(p["sources"] or []) & w.says_cause else None


@twin("PRE-01")
def pre_01(w, p):
    told = says_cause(w, p)
    return alone(when(inside(p["method"], {"CD"}), None if told is None else not told))


@twin("PRE-02")
def pre_02(w, p):
    return alone(when(every(inside(p["method"], {"CD"}), says_cause(w, p)), matches_weak_cause(p["cause"])))


@twin("PRE-03")
def pre_03(w, p):
    b = w.buyer(p)
    peers, most = w.buyer_limit("direct", p)
    test = every(b["direct_n"] >= 3, cmp(b["direct"], ">", most))
    return alone(when(inside(p["method"], {"CD"}), enough(b["n"] >= 10 and peers >= 10, test)))


@twin("PRE-04")
def pre_04(w, p):
    value = p["value_pen_cents"]
    above = cmp(value, ">=", p["law_lp_threshold_cents"])
    scope = every(inside(p["method"], {"AS"}), first_call(p), p["special_regime"] is None, positive(value))
    doubtful = every(p["object_inferred"], either(above, cmp(p["object"], "==", "works")))
    return alone(when(scope, above if doubtful is False else None))


@twin("PRE-05")
def pre_05(w, p):
    scope = every(inside(p["method"], {"CPRE"}), positive(p["value_pen_cents"]))
    return alone(when(scope, cmp(p["value_pen_cents"], ">", p["law_cprec_max_cents"])))


def short_term(p, days, least):
    scope = every(inside(p["method"], TENDER), least is not None)
    if days is not None and days < 0:
        return alone(when(scope, None))
    return alone(when(scope, cmp(days, "<", None if least is None else least - 1)))


@twin("PRE-06")
def pre_06(w, p):
    return short_term(p, w.business_days(p["call_date"], p["bid_deadline"]), p["law_min_bid_days"])


@twin("PRE-07")
def pre_07(w, p):
    from datetime import timedelta

    start = p["enquiry_start"] and p["enquiry_start"] - timedelta(days=1)
    return short_term(p, w.business_days(start, p["enquiry_end"]), p["law_enquiry_days"])


@twin("PRE-08")
def pre_08(w, p):
    value = p["value_pen_cents"]
    scope = every(inside(p["method"], TENDER), cmp(value, ">=", 10_000_000))
    return alone(when(scope, None if value is None else value % 10_000_000 == 0))


@twin("PRE-09")
def pre_09(w, p):
    types = [d["document_type"] for d in w.rows["documents"] if d["process_id"] == p["process_id"]]
    return alone(when(inside(p["method"], TENDER), "biddingDocuments" not in types if types else None))


@twin("PRE-10")
def pre_10(w, p):
    return short_term(p, w.business_days(p["integration_date"], p["bid_deadline"]), p["law_integration_days"])


@twin("SEL-01")
def sel_01(w, p):
    return alone(when(every(inside(p["method"], COMPETITIVE), positive(p["n_awards"])), cmp(p["n_bidders"], "<=", 1)))


@twin("SEL-02")
def sel_02(w, p):
    least = p["law_auction_min_bids"]
    scope = every(inside(p["method"], {"SIE"}), least is not None, positive(p["n_awards"]))
    return alone(when(scope, cmp(p["n_bidders"], "<", least)))


@twin("SEL-03")
def sel_03(w, p):
    def one(lot):
        rare = either(cmp(lot["equal_share"], "<=", 0.25), lot["equal_n"] < 30)
        scope = every(inside(p["method"], COMPETITIVE), positive(lot["value"]), rare)
        return when(scope, enough(lot["equal_n"] >= 30, lot["equal"]))

    return worst(one(lot) for lot in w.awarded[p["process_id"]])


@twin("SEL-04")
def sel_04(w, p):
    scope = inside(p["method"], OPEN_OR_DIRECT)
    return worst(
        when(every(scope, positive(x["value"])), cmp(x["ratio"], ">", 1.1)) for x in w.awarded[p["process_id"]]
    )


@twin("SEL-05")
def sel_05(w, p):
    scope = every(inside(p["method"], COMPETITIVE), inside(p["object"], {"goods", "services"}))
    return worst(
        when(every(scope, positive(x["value"])), cmp(x["ratio"], "<", 0.6)) for x in w.awarded[p["process_id"]]
    )


@twin("SEL-06")
def sel_06(w, p):
    low, high = p["law_price_floor"], p["law_price_ceiling"]
    banded = low is not None and high is not None
    scope = every(inside(p["method"], TENDER), inside(p["object"], {"works", "consultancy"}), banded)

    def one(lot):
        told = p["object_inferred"] is False and banded
        test = either(cmp(lot["ratio"], "<", low - 0.001), cmp(lot["ratio"], ">", high + 0.001)) if told else None
        return when(every(scope, positive(lot["value"])), test)

    return worst(one(lot) for lot in w.awarded[p["process_id"]])


@twin("SEL-07")
def sel_07(w, p):
    least = p["law_min_bid_days"]
    scope = every(inside(p["method"], TENDER), least is not None, positive(p["n_awards"]))
    known = p["award_days"] if (p["award_days"] or 0) >= 0 else None
    return alone(when(scope, cmp(known, "<", None if least is None else least - 1)))


def decision(w, p, methods, verdict):
    scope = every(inside(p["method"], methods), positive(p["n_awards"]), cmp(p["award_days"], ">=", 0))
    n, _, z = w.day_scores.get(id(p), (0, None, None))
    return alone(when(scope, enough(n >= 30, None if z is None else verdict(z))))


@twin("SEL-08")
def sel_08(w, p):
    return decision(w, p, TENDER, lambda z: z <= -2.5)


@twin("SEL-09")
def sel_09(w, p):
    return decision(w, p, COMPETITIVE, lambda z: z >= 3.0)


@twin("SEL-10")
def sel_10(w, p):
    least, bidders = p["law_consent_days"], p["n_bidders"]

    def one(a):
        known = a["consent_date"] is not None
        scope = every(inside(p["method"], COMPETITIVE), least is not None, known, bidders is None or bidders >= 2)
        days = w.business_days(a["date"], a["consent_date"])
        judged = days is not None and days >= (0 if bidders is not None else 2)
        return when(scope, cmp(days, "<", least) if judged else None)

    return worst(one(a) for a in awards_of(w, p))


def awards_of(w, p):
    if not hasattr(w, "awards_by_process"):
        w.awards_by_process = {}
        for a in w.awards:
            w.awards_by_process.setdefault(a["process_id"], []).append(a)
    return w.awards_by_process.get(p["process_id"], [])


@twin("SEL-11")
def sel_11(w, p):
    def one(s):
        share = s["pair_open_n"] / s["buyer_open_n"] if s["buyer_open_n"] else None
        return enough(s["buyer_open_n"] >= 5, every(s["pair_open_n"] >= 3, cmp(share, ">", 0.3)))

    return worst(when(inside(p["method"], COMPETITIVE), one(s)) for s in w.suppliers[p["process_id"]])


@twin("SEL-12")
def sel_12(w, p):
    n, _, index = w.buyer_hhi.get((p["buyer_id"], p["year"]), (0, 0, None))
    return alone(when(inside(p["method"], COMPETITIVE), enough(n >= 10, cmp(index, ">", 2500))))


@twin("SEL-13")
def sel_13(w, p):
    def one(s):
        return enough((3 if s["bids_n"] is None else s["bids_n"]) >= 3, cmp(s["win_ratio"], ">", 0.9))

    return worst(when(inside(p["method"], COMPETITIVE), one(s)) for s in w.suppliers[p["process_id"]])


def days_between(a, b):
    return (b - a).days if a is not None and b is not None else None


@twin("SEL-14")
def sel_14(w, p):
    def one(s):
        days = days_between(s["from"], p["call_date"])
        return every(cmp(days, ">=", 0), cmp(days, "<=", 30))

    return worst(when(inside(p["method"], OPEN_OR_DIRECT), one(s)) for s in w.suppliers[p["process_id"]])


@twin("SEL-15")
def sel_15(w, p):
    return worst(
        when(inside(p["method"], COMPETITIVE), cmp(days_between(s["award_date"], s["from"]), ">=", 1))
        for s in w.suppliers[p["process_id"]]
    )


@twin("SEL-16")
def sel_16(w, p):
    def one(s):
        return None if p["object_inferred"] is not False or s["right"] is None else not s["right"]

    return worst(when(inside(p["method"], OPEN_OR_DIRECT), one(s)) for s in w.suppliers[p["process_id"]])


@twin("SEL-17")
def sel_17(w, p):
    from tests.indicators.world import months_before

    call = p["call_date"]
    seen = 0
    if call is not None:
        _ = w.suppliers
        seen = sum(months_before(call, -24) <= m < call.replace(day=1) for m in w.months)
    return worst(
        when(inside(p["method"], {"CD"}), enough(seen >= 12, cmp(s["first_event"], ">=", call)))
        for s in w.suppliers[p["process_id"]]
    )


@twin("SEL-18")
def sel_18(w, p):
    if not hasattr(w, "win_alone"):
        w.win_alone = {
            (s["ruc"], w.of[s["process_id"]]["object"], w.of[s["process_id"]]["family"])
            for s in w.winners
            if s["consortium_id"] is None and s["ruc"] and s["process_id"] in w.of
        }

    def one(a):
        together = [s for s in a["parties"] if s["consortium_id"] is not None]
        members = {s["ruc"] for s in together if s["ruc"]}
        scope = every(inside(p["method"], COMPETITIVE), bool(together), len(members) >= 2)
        if p["family"] is None or p["object"] is None:
            return when(scope, None)
        solo = {s["ruc"] for s in together if (s["ruc"], p["object"], p["family"]) in w.win_alone}
        return when(scope, len(solo) >= 2)

    return worst(one(a) for a in awards_of(w, p))


@twin("SEL-19")
def sel_19(w, p):
    return alone(when(inside(p["method"], TENDER), cmp(p["call_number"], ">=", 3)))


@twin("SEL-20")
def sel_20(w, p):
    b = w.buyer(p)
    peers, most = w.buyer_limit("failed", p)
    test = enough(b["lots_n"] >= 10 and peers >= 10, cmp(b["failed"], ">", most))
    return alone(when(inside(p["method"], COMPETITIVE), test))


@twin("SEL-21")
def sel_21(w, p):
    scope = inside(p["method"], {"AS", "CPRE", "CD", "LPA", "CPA"})
    return worst(when(scope, cmp(s["same_day_n"], ">=", 3)) for s in w.suppliers[p["process_id"]])


@twin("SEL-22")
def sel_22(w, p):
    return worst(when(inside(p["method"], {"CD"}), s["pair_direct_n"] >= 3) for s in w.suppliers[p["process_id"]])


@twin("SEL-23")
def sel_23(w, p):
    if not hasattr(w, "same_amounts"):
        w.same_amounts = {}
        for a in w.awards:
            w.same_amounts.setdefault((a["buyer_id"], a["amount_pen_cents"]), set()).add(a["process_id"])

    def one(a):
        amount = a["amount_pen_cents"]
        odd = None if amount is None else amount % 100_000 != 0
        scope = every(inside(p["method"], OPEN_OR_DIRECT), positive(amount), odd)
        known = amount is not None and a["buyer_id"] is not None
        return when(scope, len(w.same_amounts[a["buyer_id"], amount]) >= 2 if known else None)

    return worst(one(a) for a in awards_of(w, p))


@twin("SEL-24")
def sel_24(w, p):
    local = every(
        inside(p["method"], OPEN_OR_DIRECT),
        inside(p["buyer_level"], {"local", "regional"}),
        inside(p["object"], {"goods", "services"}),
    )

    def one(s):
        here, there = p["region_code"], s["region"]
        elsewhere = None if here is None or there is None else here != there
        capital = None if there is None else there not in ("1501", "07")
        return when(every(local, cmp(s["amount"], "<=", p["law_15uit_cents"])), every(elsewhere, capital))

    return worst(one(s) for s in w.suppliers[p["process_id"]])


def of_contracts(w, p, scope, test):
    return worst(when(scope(c), test(c)) for c in w.contracts[p["process_id"]])


def signed(c):
    return c["signed_date"] is not None


@twin("EXE-01")
def exe_01(w, p):
    most = p["law_sign_days"]
    scope = every(inside(p["method"], COMPETITIVE), most is not None)
    return of_contracts(
        w, p, lambda c: every(scope, signed(c)), lambda c: cmp(c["sign_days"], ">", None if most is None else most + 2)
    )


@twin("EXE-02")
def exe_02(w, p):
    scope = inside(p["method"], OPEN_OR_DIRECT)
    return of_contracts(
        w, p, lambda c: every(scope, positive(c["amount_pen_cents"])), lambda c: cmp(c["over_award"], ">", 1.01)
    )


@twin("EXE-03")
def exe_03(w, p):
    most = p["law_additional_max"]
    return of_contracts(w, p, lambda c: most is not None, lambda c: cmp(c["added"], ">", most))


@twin("EXE-04")
def exe_04(w, p):
    most = p["law_additional_max"]
    near = None if most is None else most * 0.92
    return of_contracts(
        w, p, lambda c: most is not None, lambda c: every(cmp(c["added"], ">=", near), cmp(c["added"], "<=", most))
    )


@twin("EXE-05")
def exe_05(w, p):
    return of_contracts(w, p, signed, lambda c: cmp(c["extended"], ">", 0.5))


@twin("EXE-06")
def exe_06(w, p):
    return of_contracts(w, p, signed, lambda c: cmp(c["publish_days"], ">", 30))


@twin("EXE-07")
def exe_07(w, p):
    return of_contracts(w, p, signed, lambda c: cmp(c["texts"], "==", 0))


@twin("EXE-08")
def exe_08(w, p):
    return of_contracts(w, p, signed, lambda c: c["has_resolution"])


@twin("EXE-09")
def exe_09(w, p):
    most = p["law_penalty_max"]
    return of_contracts(
        w,
        p,
        lambda c: every(signed(c), most is not None),
        lambda c: cmp(c["fined"], ">=", None if most is None else most - 0.005),
    )


@twin("EXE-10")
def exe_10(w, p):
    since = None if p["consent_date"] is None else (w.as_of - p["consent_date"]).days
    scope = every(inside(p["method"], COMPETITIVE), p["consent_date"] is not None, cmp(since, ">", 60))
    told = bool(set(p["sources"] or []) & w.says_contracts)
    return alone(when(scope, not w.contracts[p["process_id"]] if told else None))


@twin("EXE-11")
def exe_11(w, p):
    return of_contracts(
        w, p, lambda c: every(signed(c), positive(c["amount_cents"])), lambda c: cmp(c["final"], ">", 1.25)
    )


@twin("EXE-12")
def exe_12(w, p):
    return of_contracts(w, p, signed, lambda c: c["elsewhere"])


@twin("EXE-13")
def exe_13(w, p):
    scope = inside(p["method"], COMPETITIVE)
    return of_contracts(w, p, lambda c: every(scope, signed(c)), lambda c: cmp(c["before"], ">=", 1))


@twin("CRO-01")
def cro_01(w, p):
    late = cmp(days_between(p["call_date"], p["published_date"]), ">", 90)
    return alone(when(inside(p["method"], OPEN_OR_DIRECT), late))


@twin("CRO-02")
def cro_02(w, p):
    def one(a):
        early = cmp(a["consent_date"], "<", a["date"])
        return either(cmp(a["date"], "<", p["call_date"]), bool(early))

    return worst(when(inside(p["method"], OPEN_OR_DIRECT), one(a)) for a in awards_of(w, p))


@twin("CRO-03")
def cro_03(w, p):
    return worst(when(inside(p["method"], OPEN_OR_DIRECT), s["debarred"]) for s in w.suppliers[p["process_id"]])


@twin("CRO-04")
def cro_04(w, p):
    import statistics

    winners = w.suppliers[p["process_id"]]
    firms = w.firm_families
    fence = None
    if len(firms) > 1:
        q1, _, q3 = statistics.quantiles(firms, n=4, method="inclusive")
        fence = q3 + 1.5 * (q3 - q1)

    def one(s):
        test = every(s["firm_families"] >= 4, cmp(s["firm_families"], ">", fence))
        return enough(s["firm_known"] >= 5 and len(firms) >= 30, test)

    return worst(when(inside(p["method"], OPEN_OR_DIRECT), one(s)) for s in winners)


@twin("CRO-05")
def cro_05(w, p):
    return worst(
        when(inside(p["method"], COMPETITIVE), enough(s["firm_open_n"] >= 5, s["firm_buyers"] == 1))
        for s in w.suppliers[p["process_id"]]
    )


@twin("CRO-06")
def cro_06(w, p):
    n, _, index, buyers = w.market_hhi.get(p["market"], (0, 0, None, 0))
    scope = every(inside(p["method"], COMPETITIVE), p["market"] is not None)
    return alone(when(scope, enough(n >= 10 and buyers >= 3, cmp(index, ">", 2500))))


@twin("CRO-07")
def cro_07(w, p):
    scope = inside(p["method"], OPEN_OR_DIRECT)
    return worst(when(scope, cmp(s["penalties"], ">=", 3)) for s in w.suppliers[p["process_id"]])


@twin("CRO-08")
def cro_08(w, p):
    import math

    def one(lot):
        goods = cmp(p["object"], "==", "goods")
        scope = every(inside(p["method"], OPEN_OR_DIRECT), goods, cmp(lot["quantity"], ">", 1))
        z = lot["price_z"]
        over = None if z is None else math.exp(lot["log_price"] - lot["price_median"])
        return when(scope, enough(lot["price_n"] >= 8, every(cmp(z, ">", 3.5), cmp(over, ">=", 2.0))))

    return worst(one(lot) for lot in w.awarded[p["process_id"]])


from tests.indicators import (  # noqa: E402 (they read what stands above)
    twins_bids,  # noqa: F401 (declares its twins)
    twins_call,  # noqa: F401 (declares its twins)
    twins_execution_changes,  # noqa: F401 (declares its twins)
    twins_execution_delivery,  # noqa: F401 (declares its twins)
    twins_growth,  # noqa: F401 (declares its twins)
    twins_joint,  # noqa: F401 (declares its twins)
    twins_orders,  # noqa: F401 (declares its twins)
    twins_osce_bid,  # noqa: F401 (declares its twins)
    twins_terms,  # noqa: F401 (declares its twins)
    twins_ties,  # noqa: F401 (declares its twins)
)
