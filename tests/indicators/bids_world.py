"""Bids as plain Python rows: what each contest and each bidder comes to, told one row at a time."""

import re
from collections import Counter, defaultdict
from itertools import pairwise
from math import floor, log10

from tests.indicators.world import fold

MAX_RIVALS, MAX_PER_CONTACT = 40, 5


def contested(p):
    return p["method"] not in ("CD", "CONV")


def quantile(values, share):
    """Type 8 of Hyndman and Fan: the order statistic at (n + 1/3) share + 1/3."""
    xs = sorted(values)
    if not xs:
        return None
    at = min(max((len(xs) + 1 / 3) * share + 1 / 3, 1), len(xs))
    k = floor(at)
    below, above = xs[k - 1], xs[min(k, len(xs) - 1)]
    return below + (at - k) * (above - below)


def fences(values):
    """(n, lower, upper), None where there is nothing."""
    q1, q3 = quantile(values, 0.25), quantile(values, 0.75)
    if q1 is None:
        return 0, None, None
    return len(values), q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)


def state(status):
    if status is None:
        return None
    text = status.lower()
    if re.search("disqualif|descalif|no admitid|rechazad|rejected", text):
        return "disqualified"
    if re.search("withdraw|retirad|desisti", text):
        return "withdrawn"
    return "valid" if re.match("valid|admitida|calificada|v.lida", text) else None


def any_of(answers):
    answers = list(answers)
    return True if True in answers else (None if None in answers else False)


class Bids:
    """Contests of the records of a World: (process, lot) -> dict."""

    def __init__(self, w):
        self.w = w
        self.members = defaultdict(set)
        for c in w.rows["consortia"]:
            if c["consortium_id"] and c["member_ruc"]:
                self.members[c["consortium_id"]].add(c["member_ruc"])
        self.lines, self.awards, self.said = defaultdict(list), defaultdict(list), defaultdict(set)
        for x in w.rows["award_lines"]:
            self.lines[x["process_id"]].append(x)
        for a in w.awards:
            self.awards[a["process_id"]].append(a)
        for x in w.rows["award_bids"]:
            self.said[x["process_id"], x["award_id"]].add(x["bid_id"])
        self.contests = {}
        for key, offers in self._offers().items():
            self.contests[key] = {"p": w.of[key[0]], "lot": key[1], "offers": offers}
        self.of_process = defaultdict(list)
        for key, c in self.contests.items():
            self.of_process[key[0]].append(c)
        for key, c in self.contests.items():
            self._price(key, c)
            self._win(key, c)
            self._judge(c)
        near = defaultdict(list)
        for c in self.contests.values():
            if c["margin"] is not None and c["margin"] >= 0 and c["by_rule"] is False and c["n_winners"] == 1:
                near[c["p"]["method"], c["p"]["object"]].append(c["margin"])
        self.margins = {k: fences(v) for k, v in near.items()}
        self.firms = self._histories()

    def _offers(self):
        rows = defaultdict(lambda: defaultdict(list))
        for b in self.w.rows["bids"]:
            if b["process_id"] not in self.w.of or (b["status"] or "").lower().startswith("invited"):
                continue
            lots = self.w.lots[(b["process_id"],)]
            lot = b["lot_id"] or (lots[0]["lot_id"] if len(lots) == 1 else "")
            rows[b["process_id"], lot][b["bid_id"] or b["party_id"] or ""].append(b)
        out = {}
        for key, by_offer in rows.items():
            out[key] = []
            for offer, bs in sorted(by_offer.items()):
                bs.sort(key=lambda b: (not b["party_id"], b["party_id"] or ""))
                first = lambda c, bs=bs: next((b[c] for b in bs if b[c] is not None), None)  # noqa: E731
                parties = sorted({b["party_id"] for b in bs if b["party_id"]})
                days = [b["date"] for b in bs if b["date"]]
                out[key].append(
                    {
                        "offer": offer,
                        "parties": parties,
                        "bidder": "+".join(parties) or None,
                        "who": "+".join(parties) or offer,
                        "firms": {f for x in parties for f in (self.members.get(x) or {x})},
                        "date": min(days) if days else None,
                        "state": state(first("status")),
                        "amount": first("amount_cents"),
                        "currency": first("currency"),
                    }
                )
        return out

    def _price(self, key, c):
        p, offers = c["p"], c["offers"]
        currencies = {o["currency"] for o in offers} - {None}
        unit = next(iter(currencies), None) if len(currencies) <= 1 else "PEN"
        lot = [x for x in self.w.lots[(key[0],)] if x["lot_id"] == key[1]]
        own = lot[0] if lot else (p if key[1] == "" else None)
        ref = None
        if own and unit is not None:
            ref = own["value_cents"] if own["currency"] == unit else (own["value_pen_cents"] if unit == "PEN" else None)
        ref = ref if ref and ref > 0 else None
        fixed = 1.0 if p["regime"] == "L32069" and p["object"] == "works" else None
        for o in offers:
            a, price = o["amount"], None
            if a and a > 0 and o["currency"] is not None:
                if len(currencies) <= 1 or o["currency"] == "PEN":
                    price = a
                elif (
                    o["currency"] == p["currency"] and (p["value_cents"] or 0) > 0 and p["value_pen_cents"] is not None
                ):
                    price = round(a * (p["value_pen_cents"] / p["value_cents"]))
            o["price"] = price

            def stands(d, price=price):
                if d is None:
                    return False
                return None if price is None or ref is None else abs(price - ref * d) <= 0.0001 * ref

            low = p["law_price_floor"]
            o["at_limit"] = any_of(stands(d) for d in (low, p["law_price_ceiling"], fixed))
            o["under"] = False if low is None else (None if not (price and ref) else price < ref * (low - 0.0001))
        c["ref"] = ref

    def _win(self, key, c):
        pid, lot = key
        lines = defaultdict(set)
        for x in self.lines[pid]:
            lines[x["award_id"]].add(x["lot_id"])
        won, best, known = set(), set(), False
        for a in self.awards[pid]:
            if not a["parties"]:
                continue
            mine = lines.get(a["award_id"])
            if not (lot == "" or (mine and lot in mine) or (not mine and len(self.of_process[pid]) == 1)):
                continue
            known = True
            held = {s["consortium_id"] or s["party_id"] for s in a["parties"]}
            theirs = [o for o in c["offers"] if held & set(o["parties"])]
            theirs = theirs or [o for o in c["offers"] if any(held & self.members.get(x, set()) for x in o["parties"])]
            told = [o for o in c["offers"] if o["offer"] in self.said[pid, a["award_id"]]]
            won |= {o["offer"] for o in theirs + told}
            left = [o for o in theirs if o["state"] not in ("disqualified", "withdrawn")]
            left.sort(key=lambda o: (o["price"] is None, o["price"] or 0, o["offer"]))
            best |= {o["offer"] for o in (told or left[:1])}
        for o in c["offers"]:
            o["won"] = (o["offer"] in won) if known else None
            o["best"] = (o["offer"] in best) if known else None

    def _judge(self, c):
        offers = c["offers"]
        told = all(o["state"] for o in offers)
        valid = [o for o in offers if o["state"] == "valid"]
        refused = [o for o in offers if o["state"] == "disqualified"]
        gone = [o for o in offers if o["state"] == "withdrawn"]
        known = offers[0]["won"] is not None
        c["n_offers"], c["n_bidders"] = len(offers), len({o["who"] for o in offers})
        c["n_valid"] = len(valid) if told else None
        c["n_refused"] = len(refused) if told else None
        c["n_gone"] = len(gone) if told else None
        c["n_valid_bidders"] = len({o["who"] for o in valid}) if told else None
        c["n_winners"] = len({o["who"] for o in offers if o["won"]}) if known else None
        c["other_refused"] = len({o["who"] for o in refused if not o["won"]}) if told and known else None
        one = c["n_winners"] == 1
        best = sorted((o for o in offers if o["best"]), key=lambda o: o["offer"]) if one else []
        winner = best[0] if best else None
        states = [o["state"] for o in offers if o["won"]] if one else []
        c["winner_valid"] = any_of(None if s is None else s == "valid" for s in states) if one else None
        c["winner"] = winner
        c["alone"] = offers[0]["bidder"] if c["n_bidders"] == 1 else None
        rest = [o for o in offers if o["won"] is False]
        priced = told and all(o["price"] is not None for o in valid)
        c["spread"] = None
        if priced and valid:
            low, high = min(o["price"] for o in valid), max(o["price"] for o in valid)
            c["spread"] = (high - low) / low
        nxt = None
        rest_valid = sorted((o for o in rest if o["state"] == "valid"), key=lambda o: (o["price"] or 0, o["offer"]))
        if rest_valid and all(o["state"] for o in rest) and all(o["price"] is not None for o in rest_valid):
            nxt = rest_valid[0]
        win = winner["price"] if winner else None
        c["margin"] = (nxt["price"] - win) / win if nxt and win else None
        c["by_rule"] = any_of([winner["at_limit"] if winner else None, nxt["at_limit"] if nxt else None])
        c["over_ref"] = win / c["ref"] if win and c["ref"] else None
        deadline = c["p"]["bid_deadline"]
        c["late"] = (winner["date"] - deadline).days if winner and winner["date"] and deadline else None
        self._same(c)
        self._steps(c, valid)
        seen = [o for o in offers if o["under"] is not True]
        c["lowest_refused"] = self._lowest(seen, "disqualified")
        c["lowest_gone"] = self._lowest(seen, "withdrawn")

    def _same(self, c):
        there = [o for o in c["offers"] if o["state"] != "withdrawn"]
        levels = defaultdict(set)
        for o in there:
            if o["at_limit"] is False and o["price"] is not None:
                levels[o["price"]].add(o["who"])
        most = max((len(x) for x in levels.values()), default=0)
        known = all(o["price"] is not None and o["at_limit"] is not None for o in there)
        c["same"] = None if not there else (most if known or most >= 2 else None)

    def _steps(self, c, valid):
        prices = {}
        c["steps"] = c["step_spread"] = None
        for o in valid:
            if o["at_limit"] is False and o["price"] is not None and o["bidder"]:
                prices[o["bidder"]] = min(o["price"], prices.get(o["bidder"], o["price"]))
        xs = sorted(set(prices.values()))
        if xs:
            c["steps"] = len(xs)
        if len(xs) >= 3:
            ratios = [b / a for a, b in pairwise(xs)]
            gaps = [b - a for a, b in pairwise(xs)]
            c["step_spread"] = min(max(ratios) - min(ratios), (max(gaps) - min(gaps)) / xs[0])

    def _lowest(self, seen, what):
        """Whether the lowest bid is one of those, of the ones that the law does not refuse by itself."""
        if not seen or any(o["price"] is None or o["state"] is None or o["under"] is None for o in seen):
            return None
        mine = [o["price"] for o in seen if o["state"] == what]
        rest = [o["price"] for o in seen if o["state"] == "valid"]
        return bool(mine and rest and min(mine) < min(rest))

    # --- firms

    def _histories(self):
        out = defaultdict(lambda: {"tries": 0, "wins": 0, "bids": 0, "refused": 0})
        for c in self.contests.values():
            for f in {f for o in c["offers"] for f in o["firms"]}:
                h = out[f]
                if not contested(c["p"]):
                    continue
                mine = [o for o in c["offers"] if f in o["firms"]]
                stood = any(o["state"] not in ("disqualified", "withdrawn") for o in mine)
                if stood and mine[0]["won"] is not None:
                    h["tries"] += 1
                    h["wins"] += any(o["won"] for o in mine)
                h["bids"] += sum(o["state"] in ("valid", "disqualified") for o in mine)
                h["refused"] += sum(o["state"] == "disqualified" for o in mine)
        for h in out.values():
            h["share"] = h["wins"] / h["tries"] if h["tries"] else None
            h["refused_share"] = h["refused"] / h["bids"] if h["bids"] else None
        self.win_fence = fences([h["share"] for h in out.values() if h["tries"]])
        self.many = quantile([h["tries"] for h in out.values() if h["tries"]], 0.75)
        self.refused_fence = fences([h["refused_share"] for h in out.values() if h["bids"] >= 2])
        return out

    def bidders(self, pid):
        return {f for c in self.of_process.get(pid, []) for o in c["offers"] for f in o["firms"]}

    def by_class(self):
        """(buyer, family) -> its contested processes with bids."""
        out = defaultdict(list)
        for pid, cs in self.of_process.items():
            p = cs[0]["p"]
            if contested(p) and p["buyer_id"] is not None and p["family"] is not None:
                out[p["buyer_id"], p["family"]].append(pid)
        return out

    def buyers(self):
        """buyer -> (bids, share refused), and their fence."""
        counts = defaultdict(Counter)
        for c in self.contests.values():
            if contested(c["p"]) and c["p"]["buyer_id"] is not None:
                for o in c["offers"]:
                    counts[c["p"]["buyer_id"]][o["state"]] += 1
        found = {}
        for b, n in counts.items():
            total = n["valid"] + n["disqualified"]
            if total:
                found[b] = (total, n["disqualified"] / total)
        return found, fences([s for n, s in found.values() if n >= 2])

    def digits(self):
        """buyer -> (prices, mean absolute deviation, chi-squared) of first digits against Benford's law."""
        seen = defaultdict(list)
        for c in self.contests.values():
            if contested(c["p"]) and c["p"]["buyer_id"] is not None:
                for o in c["offers"]:
                    if o["amount"] and o["amount"] > 0 and o["at_limit"] is False:
                        seen[c["p"]["buyer_id"]].append(int(str(o["amount"])[0]))
        out = {}
        for b, ds in seen.items():
            gaps = {d: ds.count(d) / len(ds) - log10(1 + 1 / d) for d in range(1, 10)}
            chi2 = len(ds) * sum(g * g / log10(1 + 1 / d) for d, g in gaps.items())
            out[b] = (len(ds), sum(map(abs, gaps.values())) / 9, chi2)
        return out

    def contacts(self):
        """(process, firm) -> contacts, each None where too many firms have it."""
        found = defaultdict(set)
        for r in self.w.rows["parties"]:
            key = (r["process_id"], r["party_id"])
            phone = re.sub("[^0-9]", "", r["telephone"] or "")
            if len(phone) >= 6 and len(set(phone)) > 1:
                found[key].add(("telephone", phone))
            if "@" in (r["email"] or ""):
                found[key].add(("e-mail", r["email"].strip().lower()))
            street = re.sub("[^A-Z0-9]+", " ", fold(r["address"]) or "").strip()
            if len(street) >= 10:
                found[key].add(("address", street + ", " + fold(r["district"] or "")))
        firms = defaultdict(set)
        for (_, firm), cs in found.items():
            for contact in cs:
                firms[contact].add(firm)
        return {k: {c for c in cs if len(firms[c]) <= MAX_PER_CONTACT} for k, cs in found.items()}
