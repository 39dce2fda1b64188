"""The indicators on bids a second time, row by row; see `twins` and `bids_world`."""

from collections import Counter, defaultdict
from itertools import combinations, pairwise

from tests.indicators.bids_world import Bids, contested
from tests.indicators.twins import alone, cmp, either, enough, every, twin, when, worst


def bids(w):
    if not hasattr(w, "bids_read"):
        w.bids_read = Bids(w)
        w.bids_told = {}
    return w.bids_read


def once(w, name, make):
    b = bids(w)
    if name not in w.bids_told:
        w.bids_told[name] = make(b)
    return w.bids_told[name]


def contests(w, p):
    return bids(w).of_process.get(p["process_id"], [])


def awarded(p):
    return None if p["n_awards"] is None else p["n_awards"] > 0


def over(w, p, one):
    """The worst of the process's contests."""
    return worst(one(c) for c in contests(w, p))


def fence_of(w, c):
    return bids(w).margins.get((c["p"]["method"], c["p"]["object"]), (0, None, None))


def margin_scope(c):
    return every(
        contested(c["p"]),
        cmp(c["n_winners"], "==", 1),
        cmp(c["n_valid_bidders"], ">=", 2),
        cmp(c["margin"], ">=", 0),
        None if c["by_rule"] is None else not c["by_rule"],
    )


@twin("SEL-25")
def sel_25(w, p):
    def one(c):
        n, low, _ = fence_of(w, c)
        peers = n >= 30 and low is not None and low > 0
        return when(margin_scope(c), enough(peers, cmp(c["margin"], "<=", low)))

    return over(w, p, one)


@twin("SEL-26")
def sel_26(w, p):
    def one(c):
        n, _, high = fence_of(w, c)
        peers = n >= 30 and high is not None and high > 0
        return when(margin_scope(c), enough(peers, cmp(c["margin"], ">=", high)))

    return over(w, p, one)


@twin("SEL-27")
def sel_27(w, p):
    def one(c):
        scope = every(contested(p), awarded(p), c["n_offers"] >= 2, cmp(c["n_valid"], ">=", 1))
        return when(scope, c["lowest_refused"])

    return over(w, p, one)


@twin("SEL-28")
def sel_28(w, p):
    def one(c):
        scope = every(contested(p), cmp(c["n_winners"], "==", 1), c["n_bidders"] >= 2)
        left = every(cmp(c["n_valid_bidders"], "==", 1), c["winner_valid"])
        return when(scope, every(left, cmp(c["other_refused"], ">=", 1)))

    return over(w, p, one)


@twin("SEL-29")
def sel_29(w, p):
    found, (peers, _, high) = once(w, "buyers", lambda b: b.buyers())
    n, share = found.get(p["buyer_id"], (0, None))
    fit = n >= 10 and peers >= 10 and high is not None and high > 0
    return alone(when(contested(p), enough(fit, cmp(share, ">=", high))))


@twin("SEL-30")
def sel_30(w, p):
    b = bids(w)
    peers, _, high = b.refused_fence

    def one(firm):
        h = b.firms[firm]
        fit = h["bids"] >= 5 and peers >= 30 and high is not None and high > 0
        return when(contested(p), enough(fit, cmp(h["refused_share"], ">=", high)))

    return worst(one(f) for f in b.bidders(p["process_id"]))


@twin("SEL-31")
def sel_31(w, p):
    b = bids(w)
    peers, low, _ = b.win_fence

    def one(firm):
        h = b.firms[firm]
        rare = h["tries"] >= 5 and h["tries"] >= b.many and low > 0 and h["share"] <= low if h["tries"] else None
        never = h["tries"] >= 10 and h["wins"] == 0
        return when(every(contested(p), h["tries"] > 0), enough(peers >= 30, either(rare, never)))

    return worst(one(f) for f in b.bidders(p["process_id"]))


@twin("SEL-32")
def sel_32(w, p):
    return over(w, p, lambda c: when(every(contested(p), c["n_bidders"] >= 2), cmp(c["same"], ">=", 2)))


@twin("SEL-33")
def sel_33(w, p):
    return over(w, p, lambda c: when(every(contested(p), cmp(c["n_winners"], "==", 1)), cmp(c["late"], ">", 0)))


@twin("SEL-34")
def sel_34(w, p):
    def one(c):
        return when(every(contested(p), cmp(c["n_valid_bidders"], ">=", 2)), cmp(c["spread"], ">", 0.3))

    return over(w, p, one)


@twin("SEL-35")
def sel_35(w, p):
    def one(c):
        return when(every(contested(p), cmp(c["steps"], ">=", 3)), cmp(c["step_spread"], "<=", 0.0005))

    return over(w, p, one)


@twin("SEL-36")
def sel_36(w, p):
    n, mad, chi2 = once(w, "digits", lambda b: b.digits()).get(p["buyer_id"], (0, None, None))
    return alone(when(contested(p), enough(n >= 300, every(cmp(mad, ">", 0.015), cmp(chi2, ">", 20.09)))))


@twin("SEL-37")
def sel_37(w, p):
    def one(c):
        limit = c["winner"]["at_limit"] if c["winner"] else None
        scope = every(
            contested(p), c["n_bidders"] == 1, cmp(c["n_winners"], "==", 1), None if limit is None else not limit
        )
        return when(scope, cmp(c["over_ref"], ">=", 0.95))

    return over(w, p, one)


def class_means(b):
    """(buyer, family) -> (contests, mean bidders); family -> means of buyers with five contests."""
    seen = defaultdict(list)
    for c in b.contests.values():
        q = c["p"]
        if contested(q) and q["buyer_id"] is not None and q["family"] is not None:
            seen[q["buyer_id"], q["family"]].append(c["n_bidders"])
    own = {k: (len(v), sum(v) / len(v)) for k, v in seen.items()}
    peers = defaultdict(list)
    for (_, family), (n, mean) in own.items():
        if n >= 5:
            peers[family].append(mean)
    return own, peers


@twin("SEL-38")
def sel_38(w, p):
    from statistics import median

    own, peers = once(w, "means", class_means)
    n, mean = own.get((p["buyer_id"], p["family"]), (0, None))
    among = peers.get(p["family"], [])
    typical = median(among) if among else None

    def one(_):
        few = None if mean is None or typical is None else mean <= 0.5 * typical
        return when(contested(p), enough(n >= 5 and len(among) >= 10, few))

    return over(w, p, one)


def pairs(b):
    """(firm, firm) -> procedures in which they met -> whether the one or the other won."""
    met = defaultdict(lambda: defaultdict(lambda: [False, False]))
    for c in b.contests.values():
        if not (contested(c["p"]) and c["n_winners"] and len(c["offers"]) <= 40):
            continue
        for x, y in combinations(c["offers"], 2):
            for f in x["firms"]:
                for g in y["firms"]:
                    if f != g:
                        key = (f, g) if f < g else (g, f)
                        a, z = (x, y) if f < g else (y, x)
                        met[key][c["p"]["process_id"]][0] |= a["won"]
                        met[key][c["p"]["process_id"]][1] |= z["won"]
    out = {}
    for key, seen in met.items():
        a, z = (sum(s[i] for s in seen.values()) for i in (0, 1))
        out[key] = max(a, z) if min(a, z) == 0 and max(a, z) >= 0.8 * len(seen) else 0
    return out


@twin("SEL-39")
def sel_39(w, p):
    found = once(w, "pairs", pairs)

    def one(c):
        most = None
        if c["n_winners"] and len(c["offers"]) <= 40:
            here = (
                found.get((min(f, g), max(f, g)), 0)
                for x, y in combinations(c["offers"], 2)
                for f in x["firms"]
                for g in y["firms"]
                if f != g
            )
            most = max(here, default=0)
        scope = every(contested(p), c["n_bidders"] >= 2, cmp(c["n_winners"], ">", 0))
        return when(scope, cmp(most, ">=", 5))

    return over(w, p, one)


def turns(b):
    """process -> (procedures compared, winners, share of changes, gap of wins, least presence)."""
    lines = defaultdict(list)
    for pid, cs in b.of_process.items():
        p = cs[0]["p"]
        told = contested(p) and None not in (p["buyer_id"], p["family"], p["call_date"])
        won = [c for c in cs if c["winner"] and c["winner"]["bidder"]]
        winners = {c["winner"]["bidder"] for c in won}
        if told and len(winners) == 1 and max(c["n_bidders"] for c in won) >= 2:
            sat = {o["who"] for c in won for o in c["offers"]}
            lines[p["buyer_id"], p["family"]].append((p["call_date"], pid, winners.pop(), sat))
    out = {}
    for line in lines.values():
        line.sort(key=lambda x: x[:2])
        winners = [x[2] for x in line]
        wins = Counter(winners)
        steps = [a != b for a, b in pairwise(winners)]
        presence = min(sum(f in x[3] for x in line) for f in wins) / len(line)
        told = (
            len(line),
            len(wins),
            sum(steps) / len(steps) if steps else None,
            max(wins.values()) - min(wins.values()),
            presence,
        )
        out |= {pid: told for _, pid, _, _ in line}
    return out


@twin("SEL-40")
def sel_40(w, p):
    n, winners, changes, gap, presence = once(w, "turns", turns).get(p["process_id"], (0, None, None, None, None))
    test = every(cmp(changes, ">=", 0.9), cmp(gap, "<=", 1), cmp(winners, ">=", 2), cmp(presence, ">=", 0.8))
    return over(w, p, lambda c: when(every(contested(p), c["n_bidders"] >= 2), enough(n >= 6, test)))


@twin("SEL-41")
def sel_41(w, p):
    found = once(w, "contacts", lambda b: b.contacts())

    def one(c):
        by_contact = defaultdict(set)
        for o in c["offers"]:
            for f in o["firms"]:
                for contact in found.get((p["process_id"], f), ()):
                    by_contact[contact].add((o["offer"], f))
        shared = any(len({x for x, _ in them}) >= 2 and len({f for _, f in them}) >= 2 for them in by_contact.values())
        told = all(any((p["process_id"], f) in found for f in o["firms"]) for o in c["offers"])
        return when(every(contested(p), c["n_bidders"] >= 2), shared or (False if told else None))

    return over(w, p, one)


@twin("SEL-42")
def sel_42(w, p):
    classes = once(w, "classes", lambda b: b.by_class())
    b, here = bids(w), classes.get((p["buyer_id"], p["family"]), [])
    key = ("usual", p["buyer_id"], p["family"])
    if key not in w.bids_told:
        often = Counter(f for pid in here for f in b.bidders(pid))
        w.bids_told[key] = {f for f, n in often.items() if n > 1 and n >= 0.6 * len(here)}
    usual = w.bids_told[key]
    missing = len(usual - b.bidders(p["process_id"])) if here else None
    return over(w, p, lambda _: when(contested(p), enough(len(here) >= 6 and len(usual) >= 2, cmp(missing, ">=", 2))))


def orders(b):
    """process -> (its set of bidders, their order), where three or more came on as many days."""
    out = {}
    for pid, cs in b.of_process.items():
        days = defaultdict(list)
        for c in cs:
            for o in c["offers"]:
                for f in o["firms"]:
                    days[f].append(o["date"])
        if len(days) < 3 or any(None in ds for ds in days.values()):
            continue
        first = {f: min(ds) for f, ds in days.items()}
        if len(set(first.values())) == len(first):
            out[pid] = (frozenset(first), tuple(sorted(first, key=first.get)))
    return out


@twin("SEL-43")
def sel_43(w, p):
    found = once(w, "orders", orders)
    mine = found.get(p["process_id"])
    n = sum(x[0] == mine[0] for x in found.values()) if mine else 0
    same = sum(x == mine for x in found.values()) if mine else None
    test = None if mine is None else same == n
    return over(w, p, lambda c: when(every(contested(p), c["n_bidders"] >= 3), enough(n >= 3, test)))


@twin("SEL-44")
def sel_44(w, p):
    def one(c):
        return when(every(contested(p), awarded(p), c["n_bidders"] >= 2), cmp(c["n_valid_bidders"], "<=", 1))

    return over(w, p, one)


@twin("SEL-45")
def sel_45(w, p):
    b, pid = bids(w), p["process_id"]
    standing = {a["award_id"]: a["parties"] for a in b.awards[pid]}
    lots = {x["lot_id"] for x in b.lines[pid] if x["award_id"] in standing}
    holders = {s["consortium_id"] or s["party_id"] for ss in standing.values() for s in ss}
    held = bool(contests(w, p)) and bool(holders)
    scope = every(contested(p), cmp(p["n_lots"], ">=", 5), cmp(p["n_bidders"], ">=", 2), awarded(p))
    test = every(len(holders) == 1 if held else None, cmp(len(lots) if lots else None, ">=", p["n_lots"]))
    return alone(when(scope, test))


@twin("SEL-46")
def sel_46(w, p):
    def one(c):
        return when(every(contested(p), awarded(p), c["n_bidders"] >= 2), cmp(c["n_refused"], ">=", 3))

    return over(w, p, one)


@twin("SEL-47")
def sel_47(w, p):
    def one(c):
        scope = every(contested(p), cmp(c["n_winners"], ">=", 1), c["n_offers"] >= 2)
        return when(scope, every(cmp(c["n_gone"], ">=", 1), c["lowest_gone"]))

    return over(w, p, one)


def lone(b):
    out = {}
    for pid, cs in b.of_process.items():
        who = {o["who"] for c in cs for o in c["offers"]}
        if contested(cs[0]["p"]) and len(who) == 1 and cs[0]["p"]["buyer_id"] is not None:
            out[pid] = (cs[0]["p"]["buyer_id"], who.pop())
    counts = Counter(out.values())
    return {pid: counts[k] for pid, k in out.items()}


@twin("SEL-48")
def sel_48(w, p):
    n = once(w, "lone", lone).get(p["process_id"])
    return over(w, p, lambda c: when(every(contested(p), c["n_bidders"] == 1), cmp(n, ">=", 5)))
