"""The red flags of OSCE and the IDB (2021) a second time, row by row. See `twins`."""

import re
import statistics
from collections import defaultdict
from datetime import date
from functools import cache
from math import floor

from tests.indicators.twins import OPEN_OR_DIRECT, alone, cmp, enough, every, inside, twin, when, worst
from tests.indicators.world import COMPETITIVE, fold, group, months_before

LEAST_DAYS = {"LP": 22, "CP": 22, "SCI": 5, "AS": 3}
LEAST_CONSENT = {"LP": 9, "CP": 9, "AS": 6, "SCI": 6, "SIE": 6, "CPRE": 6}
BANDS = {"goods": (0.23, 0.25), "services": (0.23, 0.25), "works": (0.47, 0.50)}
PLANNED = {
    "ADJUDICACION SIMPLIFICADA": "AS",
    "CONTRATACION DIRECTA": "CD",
    "LICITACION PUBLICA": "LP",
    "CONCURSO PUBLICO": "CP",
    "SUBASTA INVERSA ELECTRONICA": "SIE",
    "COMPARACION DE PRECIOS": "CPRE",
}


def studied(p):
    """The method's numbers are of the years under Ley 30225 that it was written for."""
    return p["call_date"] is not None and date(2018, 1, 1) <= p["call_date"] <= date(2025, 4, 21)


def distances(figures, groups):
    """Key -> standard deviations from the mean of its group, None among fewer than six."""
    members = defaultdict(list)
    for k, x in figures.items():
        if x is not None and None not in groups[k]:
            members[groups[k]].append(x)
    out = {}
    for k, x in figures.items():
        them = members.get(groups[k], [])
        if x is None or len(them) < 6:
            out[k] = None
            continue
        spread = statistics.stdev(them)
        out[k] = 0.0 if spread < 1e-9 else (x - statistics.mean(them)) / spread
    return out


def apart(scope, figure, z, op, limit):
    return alone(when(scope, enough(z is not None or figure is None, None if figure is None else cmp(z, op, limit))))


def code(lot):
    own = lot["classification"]
    return own if own is not None and re.fullmatch(r"\d{8,}", own) else lot["unspsc"]


# --- planning and the call


@cache
def plan_distances(w):
    totals = defaultdict(int)
    for p in w.processes:
        if p["buyer_id"] is not None and p["year"] is not None:
            totals[p["year"], p["buyer_id"]] += p["amount_pen_cents"] or 0
    fifth = {}
    for year in {y for y, _ in totals}:
        ranked = sorted((v, b) for (y, b), v in totals.items() if y == year)
        for n, (_, b) in enumerate(ranked):
            fifth[year, b] = n * 5 // len(ranked) + 1
    versions = {p["process_id"]: w.plan_versions[p["process_id"]][0] for p in w.processes}
    groups = {p["process_id"]: (p["year"], fifth.get((p["year"], p["buyer_id"]))) for p in w.processes}
    return versions, distances(versions, groups)


@twin("BID-01")
def bid_01(w, p):
    versions, z = plan_distances(w)
    k = p["process_id"]
    return apart(p["buyer_id"] is not None, versions[k], z[k], ">", 2)


@cache
def item_shares(w):
    """(buyer, year, item) -> share direct; the same -> distance; (year, item) -> share direct of all."""
    calls, market = defaultdict(list), defaultdict(list)
    for p in w.processes:
        items = {code(x) for x in w.lots[(p["process_id"],)]} - {None}
        if p["buyer_id"] is None or p["year"] is None or p["method"] is None:
            continue
        for item in items:
            calls[p["buyer_id"], p["year"], item].append(p["method"] == "CD")
            market[p["year"], item].append(p["method"] == "CD")
    shares = {k: sum(v) / len(v) for k, v in calls.items()}
    return shares, distances(shares, {k: k[1:] for k in shares}), {k: sum(v) / len(v) for k, v in market.items()}


@twin("BID-02")
def bid_02(w, p):
    shares, z, market = item_shares(w)
    items = {code(x) for x in w.lots[(p["process_id"],)]} - {None}
    keys = [(p["buyer_id"], p["year"], i) for i in items]
    known = [k for k in keys if k in shares]
    compared = [k for k in known if market[k[1:]] <= 0.9]
    scope = every(inside(p["method"], {"CD"}), bool(compared) if known else None)
    if scope is not True:
        return None
    found = [z[k] for k in compared if z[k] is not None]
    return max(found) > 2 if found else None


@twin("BID-03")
def bid_03(w, p):
    least = LEAST_DAYS.get(p["method"]) if studied(p) else None
    scope = every(inside(p["method"], COMPETITIVE), least is not None)
    days = w.business_days(p["call_date"], p["bid_deadline"])
    return alone(when(scope, cmp(None if (days or 0) < 0 else days, "<", least)))


def of_kind(w, figures):
    return distances(figures, {p["process_id"]: (p["method"], p["year"]) for p in w.processes})


@cache
def terms(w):
    days = {
        p["process_id"]: (p["bid_deadline"] - p["call_date"]).days if p["bid_deadline"] and p["call_date"] else None
        for p in w.processes
    }
    return days, of_kind(w, days)


@twin("BID-03a")
def bid_03a(w, p):
    days, z = terms(w)
    return apart(inside(p["method"], OPEN_OR_DIRECT), days[p["process_id"]], z[p["process_id"]], ">", 2)


# --- bidders


@cache
def months_with_bids(w):
    found = defaultdict(list)
    for p in w.processes:
        if (p["n_awards"] or 0) > 0 and p["call_date"] and p["method"]:
            found[p["call_date"].replace(day=1), p["method"]].append(p["n_bidders"] is not None)
    return {k: sum(v) / len(v) for k, v in found.items()}


@twin("BID-04")
def bid_04(w, p):
    share = months_with_bids(w).get((p["call_date"].replace(day=1), p["method"]), 0) if p["call_date"] else 0
    missing = False if p["n_bidders"] is not None else (True if share > 0 else None)
    scope = every(inside(p["method"], OPEN_OR_DIRECT), cmp(p["n_awards"], ">", 0))
    return alone(when(scope, enough(share >= 0.5 or missing is None, missing)))


@cache
def rates(w):
    listed = group(w.rows["tenderers"], "process_id")
    out = {}
    for p in w.processes:
        n = p["n_registered"]
        if n is None:
            n = len({t["party_id"] for t in listed.get((p["process_id"],), [])}) or None
        out[p["process_id"]] = p["n_bidders"] / n if n and p["n_bidders"] is not None else None
    return out, of_kind(w, out)


@twin("BID-04a")
def bid_04a(w, p):
    rate, z = rates(w)
    return apart(inside(p["method"], OPEN_OR_DIRECT), rate[p["process_id"]], z[p["process_id"]], "<", -2)


@cache
def held(w):
    """(party, process, day) of each contract since 2018."""
    members = group([s for s in w.winners if s["consortium_id"]], "process_id", "consortium_id")
    out = set()
    for c in w.rows["contracts"]:
        day = c["signed_date"]
        if day is None or day < date(2018, 1, 1):
            continue
        firms = {c["supplier_id"], c["payee_id"]} - {None}
        firms |= {s["party_id"] for s in members.get((c["process_id"], c["supplier_id"]), [])}
        out |= {(f, c["process_id"], day) for f in firms}
    return out


@cache
def first_contracts(w):
    """Party -> first day; (party, group of items) -> first day; first day of all."""
    firms, groups = {}, {}
    for party, process, day in held(w):
        firms[party] = min(day, firms.get(party, day))
        for g in {code(x)[:2] for x in w.lots.get((process,), []) if code(x)}:
            groups[party, g] = min(day, groups.get((party, g), day))
    return firms, groups, min(firms.values(), default=None)


@twin("BID-05")
def bid_05(w, p):
    firms, _, start = first_contracts(w)
    call = p["call_date"]
    known = call is not None and start is not None

    def one(s):
        first = firms.get(s["party_id"])
        new = not (first is not None and first < call) if known else None
        return when(inside(p["method"], {"CD"}), enough(new is None or (call - start).days >= 365, new))

    return worst(one(s) for s in w.suppliers[p["process_id"]])


@cache
def offers(w):
    """process -> (bid, lot) where the lot is known."""
    out = defaultdict(list)
    for b in w.rows["bids"]:
        for lot in w.lots.get((b["process_id"],), []):
            if b["lot_id"] in ("", lot["lot_id"]):
                out[b["process_id"]].append((b, lot))
    return out


@twin("BID-05a")
def bid_05a(w, p):
    _, groups, start = first_contracts(w)
    call = p["call_date"]
    tried = {(b["party_id"], code(lot)[:2]) for b, lot in offers(w)[p["process_id"]] if code(lot)}
    if call is None or start is None or not tried:
        new = None
    else:
        new = any(not (k in groups and groups[k] < call) for k in tried)
    test = enough(new is None or (call - start).days >= 365, new)
    return alone(when(inside(p["method"], OPEN_OR_DIRECT), test))


@twin("BID-08")
def bid_08(w, p):
    rulings = [c for c in w.rows["challenges"] if c["kind"] == "ruling" and c["date"]]
    against = [
        c["date"] for c in rulings if c["process_id"] == p["process_id"] and c["outcome"] in ("nullity", "upheld")
    ]
    consent = p["consent_date"]
    if against:
        despite = cmp(min(against), "<", consent)
    else:
        days = [c["date"] for c in rulings]
        despite = False if days and consent and min(days) <= consent <= max(days) else None
    scope = every(inside(p["method"], OPEN_OR_DIRECT), cmp(p["n_awards"], ">", 0))
    return alone(when(scope, despite))


@twin("BID-13")
def bid_13(w, p):
    told = {t["ruc"]: t["condition"] for t in w.rows["taxpayers"]}

    def one(s):
        condition = told.get(s["ruc"]) if s["ruc"] else None
        lost = None if condition is None else condition in ("NO HABIDO", "NO HALLADO")
        return when(inside(p["method"], OPEN_OR_DIRECT), lost)

    return worst(one(s) for s in w.suppliers[p["process_id"]])


@twin("BID-15")
def bid_15(w, p):
    lots = w.lots[(p["process_id"],)]
    found = []
    for b, lot in offers(w)[p["process_id"]]:
        live = lot["status"] in ("CONTRATADO", "CONVOCADO", "CONSENTIDO", "ADJUDICADO")
        alike = b["currency"] is not None and b["currency"] == lot["currency"]
        named = b["lot_id"] != "" or len(lots) == 1
        if live and alike and named and b["amount_cents"] is not None and (lot["value_cents"] or 0) > 0:
            found.append(abs(b["amount_cents"] - lot["value_cents"]) / lot["value_cents"])
    scope = every(
        inside(p["method"], COMPETITIVE), inside(p["object"], {"goods", "services"}), cmp(p["n_bidders"], "==", 1)
    )
    return alone(when(scope, min(found) <= 0.05 if found else None))


@cache
def tries(w):
    """(buyer, party, family) -> process -> won; process -> its combinations."""
    won = {(s["process_id"], s["party_id"]) for s in w.winners}
    won |= {(s["process_id"], s["consortium_id"]) for s in w.winners if s["consortium_id"]}
    combos, mine = defaultdict(dict), defaultdict(set)
    for process, found in offers(w).items():
        p = w.of.get(process)
        if p is None or p["buyer_id"] is None or p["year"] is None:
            continue
        for b, lot in found:
            if code(lot):
                key = (p["buyer_id"], b["party_id"], code(lot)[:4])
                combos[key][process] = (p["year"], (process, b["party_id"]) in won)
                mine[process].add(key)
    return combos, mine


@twin("BID-16")
def bid_16(w, p):
    combos, mine = tries(w)
    n_most, ratios = None, []
    for key in mine.get(p["process_id"], ()):
        window = [won for year, won in combos[key].values() if p["year"] - 3 < year <= p["year"]]
        n_most = max(n_most or 0, len(window))
        if len(window) > 1:
            ratios.append(sum(window) / len(window))
    test = max(ratios) > 0.9 if ratios else None
    return alone(when(inside(p["method"], OPEN_OR_DIRECT), enough(n_most is None or n_most > 1, test)))


# --- awards and contracts


@twin("BID-17")
def bid_17(w, p):
    least = LEAST_CONSENT.get(p["method"]) if studied(p) else None
    scope = every(inside(p["method"], COMPETITIVE), least is not None, cmp(p["n_bidders"], ">", 1))
    ours = [a for a in w.awards if a["process_id"] == p["process_id"]]
    return worst(when(scope, cmp(w.business_days(a["date"], a["consent_date"]), "<", least)) for a in ours)


def percentile_95(values):
    ordered = sorted(values)
    at = (len(ordered) - 1) * 0.95
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def priced(w, p):
    """The lots of the call of which all award lines say the amount, with the price of a unit or None."""
    for lot in w.lots[(p["process_id"],)]:
        lines = w.lines.get((p["process_id"], lot["lot_id"]), [])
        if not lines or any(x["amount_pen_cents"] is None for x in lines):
            continue
        amount = sum(x["amount_pen_cents"] for x in lines)
        whole = all(x["quantity"] is not None for x in lines)
        quantity = sum(floor(x["quantity"] * 10_000 + 0.5) for x in lines) / 10_000 if whole else 0
        yield lot, amount / quantity / 100 if amount > 0 and quantity > 0 else None


@cache
def paid(w):
    """(item, unit, method) -> (day of the call, unit price) of lots of goods awarded in soles."""
    out = defaultdict(list)
    for p in w.processes:
        for lot, price in priced(w, p):
            whole = price and code(lot) and lot["unit"] and p["method"] and p["call_date"] and p["object"] == "goods"
            if whole and lot["status"] in ("CONTRATADO", "ADJUDICADO") and lot["currency"] == "PEN":
                out[code(lot), fold(lot["unit"]), p["method"]].append((p["call_date"], price))
    return out


@twin("BID-19")
def bid_19(w, p):
    call = p["call_date"]

    def one(lot, unit_price):
        price = unit_price if code(lot) else None
        z = None
        if price is not None and call is not None and lot["unit"] and p["method"]:
            seen = paid(w).get((code(lot), fold(lot["unit"]), p["method"]), [])
            before = [x for day, x in seen if months_before(call, -2) <= day < call]
            kept = [x for x in before if x <= percentile_95(before)]
            if len(kept) > 1 and statistics.stdev(kept) > statistics.mean(kept) * 1e-9:
                z = (price - statistics.mean(kept)) / statistics.stdev(kept)
        scope = every(inside(p["method"], OPEN_OR_DIRECT), cmp(p["object"], "==", "goods"))
        return when(scope, enough(z is not None or price is None, None if price is None else cmp(z, ">", 2)))

    return worst(one(lot, price) for lot, price in priced(w, p))


@twin("BID-21")
def bid_21(w, p):
    planned = None
    named = re.search(r"-(\d{4})-(\d+)-(\d+)$", p["ocid"] or "")
    if named:
        year, buyer, reference = int(named[1]), named[2].lstrip("0"), named[3]
        lines = [
            r
            for r in w.rows["plan"]
            if (r["year"], r["buyer_consucode"], r["reference"]) == (year, buyer, reference) and r["method_details"]
        ]
        if lines:
            last = max(lines, key=lambda r: (r["version"] is not None, r["version"] or 0, r["lot_id"] or ""))
            planned = next((c for words, c in PLANNED.items() if words in fold(last["method_details"])), "OTHER")
    other = None if planned is None or p["method"] is None else planned != p["method"]
    return alone(when(inside(p["method"], OPEN_OR_DIRECT), other))


def contracts(w, p, one):
    return worst(one(c) for c in w.contracts[p["process_id"]])


@twin("BID-22")
def bid_22(w, p):
    def one(c):
        return when(every(inside(p["method"], COMPETITIVE), c["signed_date"] is not None), cmp(c["sign_days"], ">", 16))

    return contracts(w, p, one)


@cache
def changes(w):
    return group(w.rows["modifications"], "process_id", "contract_id")


@cache
def sources_of_changes(w):
    """Sets of sources behind a contract with changes: there, none means zero."""
    return {
        tuple(sorted(set(w.of[c["process_id"]]["sources"] or [])))
        for c in w.rows["contracts"]
        if c["process_id"] in w.of and (c["process_id"], c["contract_id"]) in changes(w)
    }


@twin("BID-23a")
def bid_23a(w, p):
    band = BANDS.get(p["object"]) if studied(p) else None

    def one(c):
        near, amount = None, c["amount_cents"]
        rows = changes(w).get((c["process_id"], c["contract_id"]), [])
        told = rows or tuple(sorted(set(p["sources"] or []))) in sources_of_changes(w)
        if told and band and amount is not None and amount > 0:
            complementary = p["method"] != "CD" or p["object"] == "works"
            sums = {}
            for kind in ("additional", "reduction", "complementary"):
                parts = [r["amount_cents"] for r in rows if r["kind"] == kind]
                sums[kind] = None if None in parts else sum(parts) / amount
            looked = [s for k, s in sums.items() if k != "complementary" or complementary]
            found = any(s is not None and band[0] <= s <= band[1] for s in looked)
            near = True if found else (None if None in sums.values() else False)
        return when(every(inside(p["method"], OPEN_OR_DIRECT), band is not None), near)

    return contracts(w, p, one)


@cache
def lots_of_awards(w):
    out = defaultdict(set)
    for process, lot in w.lines:
        for x in w.lines[process, lot]:
            out[process, x["award_id"]].add(lot)
    return out


@cache
def bids_by_lot(w):
    return group(w.rows["bids"], "process_id", "lot_id")


@twin("BID-27")
def bid_27(w, p):
    def offered(c):
        total = 0
        for lot in lots_of_awards(w).get((c["process_id"], c["award_id"]), ()):
            found = [
                b["amount_cents"]
                for b in bids_by_lot(w).get((c["process_id"], lot), [])
                if b["party_id"] in (c["supplier_id"], c["payee_id"])
                and b["amount_cents"] is not None
                and b["currency"] is not None
                and b["currency"] == c["currency"]
            ]
            if not found:
                return None
            total += min(found)
        return total or None

    def one(c):
        scope = every(inside(p["method"], OPEN_OR_DIRECT), cmp(c["amount_cents"], ">", 0))
        return when(scope, cmp(offered(c), ">", c["amount_cents"]))

    return contracts(w, p, one)


@twin("BID-29")
def bid_29(w, p):
    value = {x["lot_id"]: x["value_pen_cents"] for x in w.lots[(p["process_id"],)]}

    def one(c):
        lots = lots_of_awards(w).get((c["process_id"], c["award_id"]), ())
        known = lots and all(value.get(x) is not None for x in lots)
        reference = sum(value[x] for x in lots) if known else None
        amount = c["amount_pen_cents"]
        scope = every(
            inside(p["method"], OPEN_OR_DIRECT), inside(p["object"], {"goods", "services"}), cmp(amount, ">", 0)
        )
        return when(scope, amount / reference > 1.3 if reference and amount is not None else None)

    return contracts(w, p, one)
