"""Bids made up at random for shaken records: prices, states, days, lots, consortia, contacts, so that what seldom happens does."""

import random
from datetime import timedelta

import polars as pl
from tests.indicators.world import family

POOL = [f"20888{n:06d}" for n in range(40)]
"""Firms that come again and again, the first dozen most of all."""
REFUSED, TURNS, TRIO, LONE, OTHERS = POOL[5], POOL[30:32], POOL[32:35], POOL[35], POOL[36:39]
"""Who is refused nearly always; who take turns at one buyer; who come in one order to another, alone to a third, in any to a fourth."""
STATES = ["valid"] * 15 + ["disqualified"] * 4 + ["withdrawn"] * 2


def with_bids(tables: dict[str, pl.DataFrame], seed: int) -> dict[str, pl.DataFrame]:
    """The tables with bids for most processes that have a lot, the awarded firms among the bidders."""
    rng = random.Random(seed)
    held, lines = {}, {}
    for s in tables["award_suppliers"].to_dicts():
        held.setdefault(s["process_id"], {}).setdefault(s["award_id"], s["consortium_id"] or s["party_id"])
    for x in tables["award_lines"].to_dicts():
        lines.setdefault((x["process_id"], x["lot_id"]), set()).add(x["award_id"])
    lots = {}
    for x in tables["lots"].to_dicts():
        lots.setdefault(x["process_id"], []).append(x)
    bids, said, parties, more_lines = [], [], [], []
    processes = tables["processes"].to_dicts()
    turn = _turns([p for p in processes if len(held.get(p["process_id"], {})) == 1], lots)
    for p in processes:
        pid = p["process_id"]
        if rng.random() < 0.05 and pid not in turn:
            continue
        awards = held.get(pid, {})
        p["bid_deadline"] = p["call_date"] and p["call_date"] + timedelta(days=20)
        if len(awards) == 1 and rng.random() < 0.1:
            p["n_lots"] = 5
            kept = 5 if rng.random() < 0.7 else 3
            more_lines += [{"process_id": pid, "award_id": next(iter(awards)), "lot_id": f"+{n}"} for n in range(kept)]
        mine = []
        for lot in lots.get(pid, [None]):
            number = lot["lot_id"] if lot else ""
            winners = [awards[a] for a in sorted(lines.get((pid, number), awards)) if a in awards]
            mine += _lot(rng, p, lot, winners)
        if _buyer(p) > 2 and rng.random() < 0.6:
            for n in range(5):
                mine += _lot(rng, p, {"lot_id": f"x{n}", "value_cents": 5_000_000}, [])
        if pid in turn:
            mine = [b for b in _plain(p, TURNS) if rng.random() < 0.97 or b["party_id"] == TURNS[turn[pid]]]
            said.append({"process_id": pid, "award_id": next(iter(awards)), "bid_id": f"p{turn[pid]}"})
        elif len(awards) == 1 and p["method"] == "SIE" and next(iter(awards.values())) != POOL[0]:
            mine = _plain(p, [*awards.values(), POOL[0]])
            mine[1]["amount_cents"] = int(1_000_000 * rng.choice([1.001, 1.9, *(1.2 + n / 1000 for n in range(12))]))
        elif _buyer(p) == 5:
            mine = _plain(p, TRIO)
        elif _buyer(p) == 7:
            mine = _plain(p, rng.sample(OTHERS, 3))
        elif _buyer(p) == 6:
            mine = _plain(p, [LONE])
        said += [
            {"process_id": pid, "award_id": a, "bid_id": b["bid_id"]}
            for a, who in awards.items()
            for b in mine
            if b["party_id"] == who and b["bid_id"] and rng.random() < 0.4
        ]
        parties += _contacts(rng, pid, {b["party_id"] for b in mine})
        bids += mine
        p["n_bidders"] = len({b["party_id"] for b in mine}) or None
    out = dict(tables)
    out["bids"] = _table(bids, tables["bids"].schema)
    out["award_bids"] = _table(said, tables["award_bids"].schema)
    out["parties"] = pl.concat([tables["parties"], _table(parties, tables["parties"].schema)])
    out["processes"] = _table(processes, tables["processes"].schema)
    out["award_lines"] = pl.concat([tables["award_lines"], _table(more_lines, tables["award_lines"].schema)])
    return out


def _buyer(p):
    return int((p["buyer_ruc"] or "0")[-2:])


def _turns(processes, lots):
    """The buyer's processes of each family by date -> whose turn it is."""
    ours = []
    for p in processes:
        if _buyer(p) == 4 and p["call_date"] and p["method"] != "CD":
            first = min(lots.get(p["process_id"], [{"lot_id": "", "description": None}]), key=lambda x: x["lot_id"])
            ours.append((family(p["description"] or first["description"]) or "", p["call_date"], p["process_id"]))
    return {pid: n % 2 for n, (_, _, pid) in enumerate(sorted(ours))}


def _plain(p, firms):
    """One valid bid of each firm, a day after the other."""
    return [
        {
            "process_id": p["process_id"],
            "lot_id": "",
            "party_id": firm,
            "bid_id": f"p{n}",
            "name": f"FIRMA {firm}",
            "date": p["call_date"] and p["call_date"] + timedelta(days=10 + n),
            "amount_cents": 1_000_000 + 77_777 * n,
            "currency": "PEN",
            "status": "valid",
        }
        for n, firm in enumerate(firms)
    ]


def _lot(rng, p, lot, winners):
    buyer = _buyer(p)
    value = (lot or p)["value_cents"] or 10_000_000
    rivals = rng.sample(POOL[:12] if rng.random() < 0.7 else POOL[:30], rng.choice([0, 2, 3, 3, 5]))
    if rng.random() < 0.15:
        rivals = POOL[:3]
    if buyer == 1:
        rivals = POOL[6:11]
    if buyer == 2:
        rivals = rivals[:1] if rng.random() < 0.2 else []
    mode = rng.choice(["spread", "same", "ratio", "step", "floor", "near"])
    if p["method"] == "CPRE":
        mode = "tight"
    told, priced = rng.random() < 0.9, rng.random() < 0.9
    base, out = int(value * rng.choice([0.6, 0.9, 0.95, 1.0])), []
    if buyer == 0 and rng.random() < 0.6:
        base = 5_000_000 + rng.randrange(900_000)
    gap = 0.001 if rng.random() < 0.1 else rng.uniform(0.19, 0.21)
    for n, party in enumerate(dict.fromkeys(x for x in [*winners, *rivals] if x)):
        price = {
            "spread": int(base * rng.uniform(0.7, 1.6)),
            "same": base,
            "ratio": round(base * 1.05**n),
            "step": base + n * 100_000,
            "floor": round(value * 0.9) + (n > 1) * 777,
            "near": int(base * (1 + 0.002 * n)),
            "tight": int(base * (1 + gap * n)),
        }[mode]
        if buyer == 1:
            price = int(10 ** rng.uniform(5, 8))
        named = rng.random() < 0.7
        row = {
            "process_id": p["process_id"],
            "lot_id": "" if lot is None or rng.random() < 0.1 else lot["lot_id"],
            "party_id": party,
            "bid_id": f"b{lot and lot['lot_id']}-{n}" if named else "",
            "name": f"FIRMA {party}",
            "date": p["bid_deadline"] and p["bid_deadline"] + timedelta(days=rng.choice([-n, -n, -1, 0, 1])),
            "amount_cents": price if priced or n else None,
            "currency": rng.choice(["PEN"] * 12 + ["USD"]),
            "status": rng.choice(STATES) if told or n else rng.choice([None, "pending"]),
        }
        if rng.random() < (0.9 if party == REFUSED else 0.85 * (buyer == 3)):
            row["status"] = "disqualified"
        if party in winners and rng.random() < 0.9:
            row["status"] = "valid" if row["status"] else None
        if mode == "tight":
            row |= {"status": "valid", "amount_cents": price, "currency": "PEN"}
        out.append(row)
        if named and rng.random() < 0.1:
            out.append({**row, "party_id": rng.choice(POOL)})
        elif rng.random() < 0.05:
            out.append({**row, "bid_id": "again", "amount_cents": price - 1000})
    return out


def _contacts(rng, process_id, who):
    if rng.random() < 0.3:
        return []
    shared = rng.random() < 0.3
    return [
        {
            "process_id": process_id,
            "party_id": x,
            "telephone": "084 222333" if shared and n < 2 and rng.random() < 0.3 else f"9{x[-8:]}",
            "email": f"ventas@{process_id if shared and n < 2 else x}.pe",
            "address": "Jr. Comercio N° 100" if rng.random() < 0.2 else f"Av. {x}",
            "district": "Wanchaq",
        }
        for n, x in enumerate(sorted(who))
        if x and rng.random() < 0.97
    ]


def _table(rows, schema):
    return pl.DataFrame([{c: r.get(c) for c in schema} for r in rows], schema=schema, orient="row")
