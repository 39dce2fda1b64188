"""The records as plain Python rows, and figures told from them one row at a time: nothing of the product's frames is used.

The law of each process is taken from `law.attach`, which has tests of its own.
"""

import re
import statistics
from collections import defaultdict
from datetime import date, timedelta
from functools import cached_property
from math import floor, log, log1p, sqrt

import polars as pl

from procrisk import law
from procrisk.indicators.features_process import WEAK_CAUSES
from procrisk.indicators.features_text import _EMPTY, FAMILIES
from procrisk.records import regions
from procrisk.records.tables import PROCESS_TABLES

COMPETITIVE = {"LP", "CP", "AS", "SIE", "CPRE", "SCI", "LPA", "CPA", "ADP", "ADS", "AMC"}
TENDER = {"LP", "CP", "AS", "SIE", "LPA", "CPA", "ADP", "ADS", "AMC"}
SIMPLIFIED = {"AS", "LPA", "CPA"}
ACCENTS = str.maketrans("ÁÀÂÄÉÈÊËÍÌÎÏÓÒÔÖÚÙÛÜÑ", "AAAAEEEEIIIIOOOOUUUUN")
FAILED = ("DESIERTO", "NULO", "CANCELADO")
OUT = "out of scope"


def fold(text):
    return None if text is None else re.sub(r"\s+", " ", text.upper().translate(ACCENTS)).strip()


def letters(text):
    if text is None:
        return None
    return re.sub(" +", " ", re.sub("[^A-Z ]", " ", fold(text[:160]))).strip()


def item_class(text):
    if text is None:
        return None
    told = re.sub(rf"\b({_EMPTY})\b", " ", letters(text))
    words = re.findall("[A-Z]+", re.sub(r"\b[A-Z]{1,2}\b", " ", told))[:2]
    return " ".join(words) or None


def family(text):
    if text is None:
        return None
    framed = f" {fold(text[:160])} "
    found = [(framed.find(w), at, f) for at, (w, f) in enumerate((w, f) for f, ws in FAMILIES.items() for w in ws)]
    found = [x for x in found if x[0] >= 0]
    return min(found)[2] if found else None


def months_before(day, months):
    if day is None:
        return None
    at = day.year * 12 + day.month - 1 + months
    for last in (day.day, 30, 29, 28):
        try:
            return date(at // 12, at % 12 + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError(day)


def group(rows, *keys):
    made = defaultdict(list)
    for r in rows:
        made[tuple(r[k] for k in keys)].append(r)
    return made


def z_scores(rows, value, keys, floor):
    """Row identity -> (n, median, z) among the rows that agree in keys."""
    out = {}
    for members in group([r for r in rows if r[value] is not None], *keys).values():
        values = [r[value] for r in members]
        median = statistics.median(values)
        mad = statistics.median(abs(v - median) for v in values)
        scale = max(mad * 1.4826, floor)
        for r in members:
            out[id(r)] = (len(values), median, (r[value] - median) / scale)
    return out


def limit(shares):
    """Mean plus two standard deviations of shares told in millionths; None with fewer than two."""
    ppm = [round(s * 1_000_000) for s in shares if s is not None]
    if len(ppm) < 2:
        return None
    mean = sum(ppm) / len(ppm)
    variance = max((sum(x * x for x in ppm) - sum(ppm) * mean) / (len(ppm) - 1), 0)
    return (mean + 2 * sqrt(variance)) / 1_000_000


def part(n, of):
    """A share in millionths, as its limit is told; None of nothing."""
    return round(n / of * 1_000_000) / 1_000_000 if of else None


def hhi(awards):
    """(awards, holders, index) of awards with a positive amount."""
    held = defaultdict(int)
    n = 0
    for a in awards:
        if a["amount_pen_cents"] is not None and a["amount_pen_cents"] > 0 and a["holder"] is not None:
            held[a["holder"]] += a["amount_pen_cents"]
            n += 1
    total = sum(held.values())
    ppm = [min(x * 1000 // max(total // 1000, 1), 1_000_000) for x in held.values()]
    return n, len(held), sum(p * p for p in ppm) / 100_000_000


class World:
    """Rows by process, with what a reader of the records would write beside each of them."""

    def __init__(self, tables, as_of):
        self.tables, self.as_of = tables, as_of
        self.rows = {name: t.to_dicts() for name, t in tables.items() if name not in ("provenance", "sources")}
        self._drop_copies()
        self.holidays = set(law.holiday_list(tables["holidays"]))
        self.lenient = set(law.holiday_list(tables["holidays"], lenient=True))
        self.days = {}
        attached = law.attach(tables["processes"]).to_dicts()
        self.processes = [p for p in attached if p["process_id"] not in self.copies]
        self.of = {p["process_id"]: p for p in self.processes}
        void = {
            (a["process_id"], a["award_id"])
            for a in self.rows["awards"]
            if re.search(r"(?i)cancel|unsuccessful|nulo|anulad|desiert", a["status"] or "")
        }
        stands = lambda r: (r["process_id"], r["award_id"]) not in void  # noqa: E731
        self.awards = [a for a in self.rows["awards"] if stands(a) and a["process_id"] in self.of]
        self.lines = group([x for x in self.rows["award_lines"] if stands(x)], "process_id", "lot_id")
        self.winners = [s for s in self.rows["award_suppliers"] if stands(s)]
        self.lots = group(self.rows["lots"], "process_id")
        self._describe()
        self._hold()

    def business_days(self, start, end, lenient=False):
        if start is None or end is None or min(start, end).year < 1990 or max(start, end).year > 2035:
            return None
        if (start, end, lenient) not in self.days:
            first, last = min(start, end), max(start, end)
            steps = (first + timedelta(days=i + 1) for i in range((last - first).days))
            closed = self.lenient if lenient else self.holidays
            n = sum(d.weekday() < 5 and d not in closed for d in steps)
            self.days[start, end, lenient] = n if start <= end else -n
        return self.days[start, end, lenient]

    def _drop_copies(self):
        """Of processes with one buyer, nomenclature, day, values and award the first by id stands for all."""
        same = ("buyer_id", "title", "call_date")
        alike = (*same, "object", "currency", "value_cents", "awarded_pen_cents", "award_date")
        known = [p for p in self.rows["processes"] if None not in (p[k] for k in same)]
        self.titles = {k: len(ps) for k, ps in group(known, *same).items()}
        self.copies = set()
        for members in group(known, *alike).values():
            ids = sorted(p["process_id"] for p in members)
            self.copies |= set(ids[1:])
        of_process = [t.name for t in PROCESS_TABLES]
        for name in of_process:
            self.rows[name] = [r for r in self.rows[name] if r["process_id"] not in self.copies]

    def _describe(self):
        said = {}
        for p in self.processes:
            call = p["call_date"]
            award, due = p["award_date"], p["bid_deadline"]
            p["mistaken"] = bool(call and any(d and d < call for d in (award, due)))
            p["mistaken"] |= bool(award and due and award < due and p["method"] not in (None, "CD"))
            if p["mistaken"]:
                p["bid_deadline"] = p["bid_opening"] = None
            lots = sorted(self.lots[(p["process_id"],)], key=lambda x: x["lot_id"])
            what = p["description"] if p["description"] is not None else (lots[0]["description"] if lots else None)
            if what not in said:
                said[what] = (item_class(what), family(what))
            p["item_class"], p["family"] = said[what]
            p["award_days"] = self.business_days(p["call_date"], p["award_date"])
            if p["award_days"] is not None and (p["award_days"] < 0 or p["mistaken"]):
                p["award_days"] = None
            p["log_days"] = None if p["award_days"] is None else log1p(p["award_days"])
            both = p["region_code"] is not None and p["family"] is not None
            p["market"] = (p["region_code"], p["family"]) if both else None
            line, value = p["law_lp_threshold_cents"], p["value_pen_cents"]
            p["over_line"] = value / line if line and value is not None else None

    def _hold(self):
        by_award = group(self.winners, "process_id", "award_id")
        for a in self.awards:
            p = self.of[a["process_id"]]
            parties = sorted(by_award[(a["process_id"], a["award_id"])], key=lambda s: s["party_id"])
            a["parties"], a["p"] = parties, p
            a["buyer_id"], a["year"], a["market"] = p["buyer_id"], p["year"], p["market"]
            first = parties[0] if parties else None
            a["holder"] = (first["consortium_id"] or first["party_id"]) if first else None

    # --- who publishes what

    def says(self, rows, column=None):
        """Kinds of source behind which a column (or any row at all) is found."""
        alone, among = defaultdict(bool), defaultdict(bool)
        exists = set()
        for p in self.processes:
            kinds = tuple(sorted(set(p["sources"] or [])))
            if len(kinds) == 1:
                exists.add(kinds[0])
        for r in rows:
            p = self.of.get(r["process_id"])
            if p is None or (column is not None and r[column] is None):
                continue
            kinds = tuple(sorted(set(p["sources"] or [])))
            for k in kinds:
                among[k] = True
            if len(kinds) == 1:
                alone[kinds[0]] = True
        return {k for k in set(alone) | set(among) if (alone[k] if k in exists else among[k])}

    @cached_property
    def says_cause(self):
        return self.says(self.processes, "cause")

    @cached_property
    def says_failures(self):
        lots = [x for p in self.processes for x in self.lots[(p["process_id"],)]]
        return self.says([x for x in lots if x["status"] in FAILED])

    @cached_property
    def says_contracts(self):
        return self.says(self.rows["contracts"])

    # --- processes of one buyer

    def alike(self, which):
        """process_id -> (n, total) of like purchases of the buyer within 60 days."""
        keys = ("buyer_id", "object", "item_class")
        parts = [
            p
            for p in self.processes
            if which(p) and (p["value_pen_cents"] or 0) > 0 and p["call_date"] and all(p[k] is not None for k in keys)
        ]
        out = {}
        for members in group(parts, *keys).values():
            for p in members:
                near = [q for q in members if abs((q["call_date"] - p["call_date"]).days) <= 60]
                out[p["process_id"]] = (len(near), sum(q["value_pen_cents"] for q in near))
        return out

    @cached_property
    def split(self):
        def part(p):
            line = p["law_lp_threshold_cents"]
            return (
                p["method"] in SIMPLIFIED | {"CPRE"}
                and p["object"] in ("goods", "services")
                and (p["call_number"] or 1) <= 1
                and p["special_regime"] is None
                and p["value_pen_cents"] is not None
                and line is not None
                and p["value_pen_cents"] < line
            )

        return self.alike(part)

    @cached_property
    def quotes(self):
        return self.alike(lambda p: p["method"] == "CPRE" and (p["call_number"] or 1) <= 1)

    @cached_property
    def day_scores(self):
        return z_scores(self.processes, "log_days", ("method", "object"), 0.1)

    @cached_property
    def buyers(self):
        """(buyer, level, year) -> shares of its processes."""
        out = {}
        for key, ps in group(self.processes, "buyer_id", "buyer_level", "year").items():
            low = [
                p for p in ps if p["method"] in SIMPLIFIED and p["over_line"] is not None and 0.5 <= p["over_line"] < 1
            ]
            telling = [p for p in ps if self.says_failures & set(p["sources"] or [])]
            lots = [x for p in telling for x in self.lots[(p["process_id"],)] if x["status"] is not None]
            failed = [x for x in lots if x["status"] in FAILED]
            known = [p for p in ps if p["method"] is not None]
            direct = [p for p in known if p["method"] == "CD"]
            calls = [p["call_date"] for p in ps]
            december = [p for p in known if p["call_date"] is not None and p["call_date"].month == 12]
            out[key] = {
                "n": len(known),
                "direct_n": len(direct),
                "direct": part(len(direct), len(known)),
                "low_n": len(low),
                "near": part(sum(p["over_line"] >= 0.95 for p in low), len(low)),
                "lots_n": len(lots),
                "failed": part(len(failed), len(lots)),
                "december": part(len(december), len(known)),
                "months": len({d.month for d in calls if d}),
            }
        return out

    @cached_property
    def buyer_limits(self):
        """(what, level, year) -> (peers, limit)."""
        out = {}
        for what, of, least in (("direct", "n", 10), ("near", "low_n", 5), ("failed", "lots_n", 10)):
            shares = defaultdict(list)
            for (_, level, year), b in self.buyers.items():
                if b[of] >= least and b[what] is not None:
                    shares[level, year].append(b[what])
            for (level, year), found in shares.items():
                out[what, level, year] = (len(found), limit(found))
        return out

    def buyer(self, p):
        return self.buyers[p["buyer_id"], p["buyer_level"], p["year"]]

    def buyer_limit(self, what, p):
        return self.buyer_limits.get((what, p["buyer_level"], p["year"]), (0, None))

    @cached_property
    def buyer_hhi(self):
        of = group([a for a in self.awards if a["p"]["method"] in COMPETITIVE and a["buyer_id"]], "buyer_id", "year")
        return {k: hhi(v) for k, v in of.items() if k[1] is not None}

    @cached_property
    def market_hhi(self):
        of = group([a for a in self.awards if a["p"]["method"] in COMPETITIVE and a["market"]], "market")
        return {k[0]: (*hhi(v), len({a["buyer_id"] for a in v})) for k, v in of.items()}

    @cached_property
    def plan_versions(self):
        """process_id -> (versions, peers, limit)."""
        most = {}
        for r in self.rows["plan"]:
            if None not in (r["buyer_consucode"], r["year"], r["version"]):
                key = (r["buyer_consucode"], r["year"])
                most[key] = max(most.get(key, 0), r["version"])
        buyers = {}
        for p in self.processes:
            v = most.get((p["buyer_consucode"], p["year"]))
            if v is not None:
                key = (p["buyer_id"], p["buyer_level"], p["year"])
                buyers[key] = max(buyers.get(key, 0), v)
        shares = defaultdict(list)
        for (_, level, year), v in buyers.items():
            shares[level, year].append(v / 100)
        out = {}
        for p in self.processes:
            key = (p["buyer_id"], p["buyer_level"], p["year"])
            peers = shares.get(key[1:], []) if key in buyers else []
            found = limit(peers)
            versions = most.get((p["buyer_consucode"], p["year"]))
            out[p["process_id"]] = (versions, len(peers) or None, None if found is None else round(found * 100, 6))
        return out

    @cached_property
    def orders(self):
        """(buyer RUC, year) -> (minor orders, orders in groups that pass 8 UIT)."""
        uit = {y: law.value("uit", date(y, 12, 31)) for y in (2020, 2021, 2022, 2023)}
        uit8 = {y: int(v.value * 800) for y, v in uit.items()}
        minor = []
        for o in self.rows["purchase_orders"]:
            named = re.search(r"(?i)HASTA ([89]) UIT", o["hiring_type"] or "") and o["currency"] == "PEN"
            whole = o["date"] and o["buyer_ruc"] and o["supplier_id"] and o["amount_cents"] is not None
            if named and whole:
                most = uit8.get(o["date"].year, 0) * (9 if "hasta 9" in o["hiring_type"] else 8) // 8
                if 1 <= o["amount_cents"] <= most:
                    minor.append({**o, "year": o["date"].year, "most": most})
        out = {}
        for key, os in group(minor, "buyer_ruc", "year").items():
            split = 0
            for by_supplier in group(os, "supplier_id").values():
                first = min(o["date"] for o in by_supplier)
                months = defaultdict(list)
                for o in by_supplier:
                    months[(o["date"] - first).days // 30].append(o)
                for m in months.values():
                    total = sum(o["amount_cents"] for o in m)
                    split += len(m) if len(m) >= 2 and total > max(o["most"] for o in m) else 0
            out[key] = (len(os), split)
        return out

    # --- lots

    @cached_property
    def awarded(self):
        """process_id -> lots that were awarded, with ratio, peers and price."""
        every = []
        for p in self.processes:
            for lot in self.lots[(p["process_id"],)]:
                lines = self.lines.get((p["process_id"], lot["lot_id"]), [])
                if not lines or any(x["amount_pen_cents"] is None for x in lines):
                    continue
                amount, value = sum(x["amount_pen_cents"] for x in lines), lot["value_pen_cents"]
                quantity = None
                if all(x["quantity"] is not None for x in lines):
                    quantity = sum(floor(x["quantity"] * 10_000 + 0.5) for x in lines) / 10_000
                known = value is not None and value > 0
                name = letters(lot["description"])
                item = lot["classification"] or ((name[:60] or None) if name is not None else None)
                price = amount / quantity / 100 if quantity and quantity > 0 and amount > 0 else None
                told = p["object"] == "goods" and item and lot["unit"] is not None and price is not None
                row = {"p": p, "value": value, "quantity": quantity, "item": item, "unit": fold(lot["unit"])}
                row |= {"ratio": amount / value if known else None, "equal": amount == value if known else None}
                row |= {"method": p["method"], "object": p["object"], "log_price": log(price) if told else None}
                every.append(row)
        for members in group(every, "method", "object").values():
            equal = [r["equal"] for r in members if r["equal"] is not None]
            for r in members:
                r["equal_n"], r["equal_share"] = len(equal), sum(equal) / len(equal) if equal else None
        prices = z_scores(every, "log_price", ("item", "unit"), 0.2)
        counts = defaultdict(int)
        for r in every:
            counts[r["item"], r["unit"]] += r["log_price"] is not None
        out = defaultdict(list)
        for r in every:
            r["price_n"], r["price_median"], r["price_z"] = prices.get(
                id(r), (counts[r["item"], r["unit"]], None, None)
            )
            out[r["p"]["process_id"]].append(r)
        return out

    # --- suppliers

    @cached_property
    def suppliers(self):
        """process_id -> winners, each with what is known of it."""
        dates = {(a["process_id"], a["award_id"]): a for a in self.awards}
        every = []
        for (pid, party), ss in group(self.winners, "process_id", "party_id").items():
            if pid not in self.of:
                continue
            p = self.of[pid]
            won = [dates[pid, s["award_id"]] for s in ss if (pid, s["award_id"]) in dates]
            days = [a["date"] for a in won if a["date"]]
            known = [s["ruc"] for s in sorted(ss, key=lambda s: s["award_id"]) if s["ruc"]]
            row = {"p": p, "party_id": party, "process_id": pid, "ruc": known[0] if known else None}
            row["award_date"] = max(days) if days else None
            row["event"] = row["award_date"] or p["call_date"]
            amounts = [dates.get((pid, s["award_id"]), {}).get("amount_pen_cents") for s in ss]
            row["amount"] = None if None in amounts else sum(amounts)
            row |= {"buyer_id": p["buyer_id"], "year": p["year"], "method": p["method"], "family": p["family"]}
            every.append(row)
        self._count(every)
        self._look_up(every)
        out = defaultdict(list)
        for r in every:
            out[r["process_id"]].append(r)
        return out

    def _count(self, every):
        for members in group(every, "buyer_id", "year").values():
            opened = len({r["process_id"] for r in members if r["method"] in COMPETITIVE})
            for pair in group(members, "party_id").values():
                for r in pair:
                    r["buyer_open_n"] = opened
                    r["pair_open_n"] = sum(x["method"] in COMPETITIVE for x in pair)
                    r["pair_direct_n"] = sum(x["method"] == "CD" for x in pair)
        for key, members in group(every, "party_id", "buyer_id", "award_date").items():
            for r in members:
                r["same_day_n"] = len(members) if key[2] and key[1] is not None else None
        self.firm_families = []
        for members in group(every, "party_id").values():
            known = [r["family"] for r in members if r["family"]]
            if len(known) >= 5:
                self.firm_families.append(len(set(known)))
            for r in members:
                r["firm_n"], r["firm_buyers"] = len(members), len({x["buyer_id"] for x in members})
                r["firm_open_n"] = sum(x["method"] in COMPETITIVE for x in members)
                r["firm_known"], r["firm_families"] = len(known), len(set(known))
                r["first_event"] = min((x["event"] for x in members if x["event"]), default=None)
        self.months = {r["event"].replace(day=1) for r in every if r["event"]}
        competitive = {p["process_id"] for p in self.processes if p["method"] in COMPETITIVE}
        bids = {(b["process_id"], b["party_id"]) for b in self.rows["bids"] if b["process_id"] in competitive}
        wins = {(r["process_id"], r["party_id"]) for r in every}
        tried = group([{"k": b, "party": b[1], "buyer": self.of[b[0]]["buyer_id"]} for b in bids], "party", "buyer")
        for r in every:
            found = tried.get((r["party_id"], r["buyer_id"])) if r["buyer_id"] is not None else None
            r["bids_n"] = len(found) if found else None
            r["win_ratio"] = sum(b["k"] in wins for b in found) / len(found) if found else None

    def _look_up(self, every):
        sanctions, penalties = group(self.rows["sanctions"], "ruc"), group(self.rows["penalties"], "supplier_ruc")
        register = group(self.rows["suppliers"], "ruc")
        places = self.tables["suppliers"].select("department", "province").unique()
        places = places.with_columns(r=regions.region_of(pl.col("department"), pl.col("province"))).rows()
        region = {(d, v): r for d, v, r in places}
        barring = [s for s in self.rows["sanctions"] if s["kind"] in ("debarment", "judicial") and s["start_date"]]
        until = max((s["cut_date"] for s in barring if s["cut_date"]), default=None)
        fined = [x["date"] for x in self.rows["penalties"] if x["date"]]
        for r in every:
            day, ruc, p = r["event"], r["ruc"], r["p"]
            mine = [s for s in sanctions.get((ruc,), []) if s in barring] if ruc else []
            hit = any(s["start_date"] <= day <= (s["end_date"] or date.max) for s in mine) if day else False
            known = barring and ruc and day and not (until and day > until)
            r["debarred"] = True if hit else (False if known else None)
            r["penalties"] = None
            if ruc and day:
                found = [
                    x for x in penalties.get((ruc,), []) if x["date"] and months_before(day, -24) <= x["date"] < day
                ]
                reached = fined and min(fined) <= day <= months_before(max(fined), 24)
                r["penalties"] = len(found) or (0 if reached else None)
            entries = register.get((ruc,), []) if ruc else []
            starts = [e["valid_from"] for e in entries if e["valid_from"]]
            r["from"] = min(starts) if starts else None
            words = ";".join(sorted({e["category"].upper() for e in entries if e["category"]}))
            need = {"goods": "BIENES", "services": "SERVICIOS", "works": "EJECUTOR", "consultancy": "CONSULTOR"}
            r["right"] = need[p["object"]] in words if words and p["object"] in need else None
            there = sorted(filter(None, (region[e["department"], e["province"]] for e in entries)))
            r["region"] = there[0] if there else None

    # --- contracts

    @cached_property
    def contracts(self):
        by_process = group([c for c in self.rows["contracts"] if c["process_id"] in self.of], "process_id")
        awards = {(a["process_id"], a["award_id"]): a for a in self.awards}
        added = group(self.rows["modifications"], "process_id", "contract_id")
        fined = group(self.rows["penalties"], "contract_id")
        fine_days = [x["date"] for x in self.rows["penalties"] if x["date"]]
        members = {(s["process_id"], s["party_id"]) for s in self.winners}
        listed = {(c["consortium_id"], c["member_ruc"]) for c in self.rows["consortia"]}
        papers = group(self.rows["documents"], "process_id")
        changing = {
            tuple(sorted(set(self.of[c["process_id"]]["sources"] or [])))
            for cs in by_process.values()
            for c in cs
            if (c["process_id"], c["contract_id"]) in added
        }
        out = defaultdict(list)
        for (pid,), cs in by_process.items():
            p = self.of[pid]
            for c in cs:
                own, only = awards.get((pid, c["award_id"])), len(cs) == 1 and p["n_awards"] == 1
                pick = lambda a, b: own[a] if own and own[a] is not None else (p[b] if only else None)  # noqa: E731, B023
                consent, award = pick("consent_date", "consent_date"), pick("amount_pen_cents", "awarded_pen_cents")
                changes = added.get((pid, c["contract_id"]))
                kinds = ("additional", "reduction") if p["object"] == "works" else ("additional",)
                parts = [(m["kind"], m["amount_cents"]) for m in changes or [] if m["kind"] in kinds]
                extra = None
                if changes and all(cents is not None for _, cents in parts):
                    extra = sum(cents if kind == "additional" else -cents for kind, cents in parts)
                if not changes and tuple(sorted(set(p["sources"] or []))) in changing:
                    extra = 0
                fines = fined.get((c["contract_id"],))
                covered = fine_days and c["signed_date"] and min(fine_days) <= c["signed_date"] <= max(fine_days)
                paid = sum(f["amount_cents"] or 0 for f in fines) if fines else (0 if covered else None)
                end, start = c["end_date"], c["start_date"]
                length = (end - start).days if end and start else None
                later = c["end_date_actual"] or c["end_date_updated"]
                payee, holder = c["payee_id"], c["supplier_id"]
                ours = (pid, payee) in members or (holder, payee) in listed
                ratio = lambda x, of: x / of if x is not None and of is not None and of > 0 else None  # noqa: E731
                docs = papers.get((pid,))
                row = {
                    **c,
                    "p": p,
                    "sign_days": self.business_days(consent, c["signed_date"], lenient=True),
                    "publish_days": self.business_days(c["signed_date"], c["published_date"], lenient=True),
                    "before": (consent - c["signed_date"]).days if consent and c["signed_date"] else None,
                    "award": award,
                    "over_award": ratio(c["amount_pen_cents"], award),
                    "final": ratio(c["final_cents"], c["amount_cents"]),
                    "added": ratio(extra, c["amount_cents"]),
                    "fined": ratio(paid, c["amount_pen_cents"]),
                    "extended": (later - end).days / length if later and length and length > 0 else None,
                    "elsewhere": None if payee is None else not (ours or payee == holder),
                    "texts": sum(d["document_type"] in ("contractSigned", "contractText") for d in docs)
                    if docs
                    else None,
                }
                if payee is not None and holder is None and not ours:
                    row["elsewhere"] = None
                out[pid].append(row)
        return out


def matches_weak_cause(cause):
    return None if cause is None else bool(re.search(WEAK_CAUSES, fold(cause)))
