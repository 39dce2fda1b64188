"""The 11 rules once more, told plainly over parsed JSON, with exact fractions; to hold `procrisk.cardinal` against."""

import json
from collections import defaultdict
from datetime import datetime
from fractions import Fraction
from math import floor

HALF = Fraction(3, 2)


def sub(x, *names):
    """The member under some names, None where there is none."""
    for name in names:
        x = x.get(name) if isinstance(x, dict) else None
    return x


def text(x, *names):
    found = sub(x, *names)
    return found if isinstance(found, str) else None


def array(x, *names):
    found = sub(x, *names)
    return found if isinstance(found, list) else None


def amount(bid):
    """Amount and currency of a bid with both."""
    number, currency = sub(bid, "value", "amount"), text(bid, "value", "currency")
    if isinstance(number, bool) or not isinstance(number, int | float) or currency is None:
        return None
    return float(number), currency


def all_ids(parts):
    return [text(p, "id") for p in parts or [] if text(p, "id") is not None]


def only_id(parts):
    return text(parts[0], "id") if parts is not None and len(parts) == 1 else None


def type8(values, tau):
    """Hyndman and Fan's sixth formula, exactly."""
    x = sorted(map(Fraction, values))
    h = (len(x) + Fraction(1, 3)) * tau + Fraction(1, 3)
    k = floor(h)
    if k < 1:
        return x[0]
    if k >= len(x):
        return x[-1]
    return x[k - 1] + (h - k) * (x[k] - x[k - 1])


class Twin:
    """All rules on a list of lines. `doubtful` where rounding could decide."""

    def __init__(self, lines, settings):
        self.settings, self.doubtful = settings, False
        self.results = defaultdict(lambda: defaultdict(dict))
        self.currency = settings.get("currency")
        self.releases = []
        for line in lines:
            release = json.loads(line)
            excluded = settings.get("excluded", [])
            if (
                text(release, "ocid") is not None
                and text(release, "tender", "status") != "cancelled"
                and text(release, "tender", "procurementMethodDetails") not in excluded
            ):
                self.releases.append(release)
        self.prices()
        for rule in (self.r003, self.r018, self.r028, self.r030, self.r035):
            for release in self.releases:
                rule(release, release["ocid"])
        for rule in (self.r024, self.r058, self.r025, self.r038, self.r048):
            rule()

    def flag(self, code, group, key, value):
        if code in self.settings["on"]:
            self.results[group][key][code] = value

    def out(self):
        return {g: {k: dict(v) for k, v in found.items()} for g, found in self.results.items()}

    # --- what several rules share ---

    def bids(self, release):
        return array(release, "bids", "details") or []

    def submitted(self, release):
        return [b for b in self.bids(release) if text(b, "status") not in (None, "invited", "withdrawn")]

    def active(self, release):
        return [a for a in array(release, "awards") or [] if text(a, "status") == "active"]

    def final(self, release):
        statuses = [text(a, "status") for a in array(release, "awards") or []]
        return array(release, "bids", "details") is not None and all(
            s in (None, "active", "cancelled", "unsuccessful") for s in statuses
        )

    def winner(self, release):
        active = self.active(release)
        return only_id(array(active[0], "suppliers")) if self.final(release) and len(active) == 1 else None

    def price_decides(self, release):
        details = text(release, "tender", "procurementMethodDetails")
        allow, deny = self.settings.get("allow", []), self.settings.get("deny", [])
        return details in allow if allow else details not in deny

    def main(self, currency):
        self.currency = self.currency or currency
        return currency == self.currency

    def prices(self):
        """The rules that compare prices, in the order of the file: the first currency seen is the main one."""
        self.ratios = {}
        for release in self.releases:
            if "R024" in self.settings["on"] or "R058" in self.settings["on"]:
                self.ratio(release)
            if "R036" in self.settings["on"]:
                self.r036(release)

    def ratio(self, release):
        winner = self.winner(release)
        if winner is None or not self.price_decides(release):
            return
        own, others = [], []
        for bid in self.bids(release):
            who, price = only_id(array(bid, "tenderers")), amount(bid)
            if text(bid, "status") == "valid" and who is not None and price is not None and self.main(price[1]):
                (own if who == winner else others).append((price[0], who))
        if own and others:
            mine, theirs = min(p for p, _ in own), min(others, key=lambda o: o[0])
            if theirs[0] >= mine > 0:
                self.ratios[release["ocid"]] = ((theirs[0] - mine) / mine, winner, theirs[1])
            elif theirs[0] >= mine:
                self.doubtful = True  # a share of nothing

    def fences(self, values):
        q1, q3 = (type8(values, Fraction(t, 4)) for t in (1, 3))
        low, high = q1 - HALF * (q3 - q1), q3 + HALF * (q3 - q1)
        near = [v for v in values for f in (low, high) if f != v and abs(Fraction(v) - f) < Fraction(1, 10**9)]
        on = q1 != q3 and any(Fraction(v) in (low, high) for v in values)
        self.doubtful = self.doubtful or bool(near) or on or (q1 != q3 and 0 in (low, high))
        return q1, low, high

    # --- the rules ---

    def r003(self, release, ocid):
        start, end = (text(release, "tender", "tenderPeriod", k) for k in ("startDate", "endDate"))
        try:
            first, last = (datetime.strptime(t.replace("Z", "+00:00"), "%Y-%m-%dT%H:%M:%S%z") for t in (start, end))
        except (ValueError, AttributeError):
            return
        details = text(release, "tender", "procurementMethodDetails")
        limit = self.settings.get("days", {}).get(details, 15)
        if int((last - first).total_seconds() / 86_400) < limit:
            self.flag("R003", "OCID", ocid, 1.0)

    def r018(self, release, ocid):
        n = sub(release, "tender", "numberOfTenderers")
        if type(n) is int and n == 1 and text(release, "tender", "procurementMethod") in ("open", "selective"):
            self.flag("R018", "OCID", ocid, 1.0)

    def r024(self):
        if not self.ratios or "R024" not in self.settings["on"]:
            return
        q1, low, _ = self.fences([r for r, _, _ in self.ratios.values()])
        for ocid, (ratio, winner, loser) in self.ratios.items():
            if q1 > 0 and low > 0 and Fraction(ratio) <= low:
                self.flag("R024", "OCID", ocid, ratio)
                self.flag("R024", "Tenderer", winner, 0.0)
                self.flag("R024", "Tenderer", loser, 0.0)

    def r058(self):
        if not self.ratios or "R058" not in self.settings["on"]:
            return
        _, _, high = self.fences([r for r, _, _ in self.ratios.values()])
        for ocid, (ratio, winner, _) in self.ratios.items():
            if high > 0 and Fraction(ratio) >= high:
                self.flag("R058", "OCID", ocid, ratio)
                self.flag("R058", "Tenderer", winner, 0.0)

    def r025(self):
        bids, wins = defaultdict(int), defaultdict(int)
        for release in self.releases:
            winner = self.winner(release)
            valid = {only_id(array(b, "tenderers")) for b in self.bids(release) if text(b, "status") == "valid"}
            for who in valid - {None} if winner is not None else ():
                bids[who] += 1
                wins[who] += who == winner
        if not bids or "R025" not in self.settings["on"]:
            return
        many = type8(bids.values(), Fraction(3, 4))
        q1, low, _ = self.fences([wins[w] / bids[w] for w in bids])
        for who, n in bids.items():
            if q1 > 0 and low > 0 and n >= many and Fraction(wins[who] / n) <= low:
                self.flag("R025", "Tenderer", who, wins[who] / n)

    def r028(self, release, ocid):
        if not self.price_decides(release):
            return
        priced = [(amount(b), set(all_ids(array(b, "tenderers")))) for b in self.submitted(release)]
        priced = [(p, who) for p, who in priced if p is not None and who]
        for i, (price, who) in enumerate(priced):
            earlier = [w for p, w in priced[:i] if p == price]
            if earlier and earlier[-1] != who:
                self.flag("R028", "OCID", ocid, 1.0)
                for key in who | earlier[-1]:
                    self.flag("R028", "Tenderer", key, 1.0)

    def r030(self, release, ocid):
        end = text(release, "tender", "tenderPeriod", "endDate")
        suppliers = {s for a in self.active(release) for s in all_ids(array(a, "suppliers"))}
        for bid in self.bids(release):
            date = text(bid, "date")
            if end is not None and date is not None and text(bid, "status") == "valid" and date > end:
                for key in set(all_ids(array(bid, "tenderers"))) & suppliers:
                    self.flag("R030", "OCID", ocid, 1.0)
                    self.flag("R030", "Tenderer", key, 1.0)

    def r035(self, release, ocid):
        def of(status):
            return {
                k for b in self.bids(release) if text(b, "status") == status for k in all_ids(array(b, "tenderers"))
            }

        valid, out = of("valid"), of("disqualified")
        suppliers = {s for a in self.active(release) for s in all_ids(array(a, "suppliers"))}
        if self.final(release) and len(valid) == 1 and valid == suppliers and out - valid:
            self.flag("R035", "OCID", ocid, float(len(out - valid)))
            self.flag("R035", "Tenderer", next(iter(valid)), 0.0)

    def r036(self, release):
        if not self.price_decides(release) or not self.active(release):
            return
        priced = [
            (price[0], text(b, "status"))
            for b in self.submitted(release)
            if (price := amount(b)) is not None and self.main(price[1])
        ]
        if any(s == "valid" for _, s in priced) and min(priced, key=lambda p: p[0])[1] == "disqualified":
            self.flag("R036", "OCID", release["ocid"], 1.0)

    def r038(self):
        tally = {g: defaultdict(lambda: [0, 0]) for g in ("Buyer", "ProcuringEntity", "Tenderer")}
        for release in self.releases:
            bids = [(text(b, "status") == "disqualified", b) for b in self.submitted(release)]
            for out, bid in bids:
                for key in all_ids(array(bid, "tenderers")):
                    tally["Tenderer"][key][0] += out
                    tally["Tenderer"][key][1] += 1
            for group, path in (("Buyer", ("buyer",)), ("ProcuringEntity", ("tender", "procuringEntity"))):
                key = text(release, *path, "id")
                if key is not None and bids:
                    tally[group][key][0] += sum(out for out, _ in bids)
                    tally[group][key][1] += len(bids)
        for group, found in tally.items():
            ratios = {k: n / d for k, (n, d) in found.items() if d >= 2}
            if not ratios or "R038" not in self.settings["on"]:
                continue
            _, _, high = self.fences(list(ratios.values()))
            for key, ratio in ratios.items():
                if high > 0 and Fraction(ratio) >= high:
                    self.flag("R038", group, key, ratio)

    def r048(self):
        processes, kinds = defaultdict(set), defaultdict(set)
        for i, release in enumerate(self.releases):
            for award in self.active(release):
                who = only_id(array(award, "suppliers"))
                for item in array(award, "items") or []:
                    code = text(item, "classification", "id")
                    if who is not None and code is not None:
                        processes[who].add(i)
                        kinds[who].add(code[:2])
        counts = {w: len(kinds[w]) for w in kinds if len(processes[w]) >= self.settings.get("minimum", 20)}
        if not counts or "R048" not in self.settings["on"]:
            return
        _, _, high = self.fences(list(counts.values()))
        for who, n in counts.items():
            if n >= high:
                self.flag("R048", "Tenderer", who, float(n))
