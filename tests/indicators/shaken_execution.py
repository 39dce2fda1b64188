"""What became of contracts, made up at random: changes of every kind, deliveries, payments, appeals, works, control."""

from datetime import date, timedelta

import polars as pl

from procrisk.records import tables as canonical

KINDS = ("additional", "reduction", "extension", "complementary", "amendment")


def executed(tables, rng):
    """The tables with more of what happens after signature."""
    firms = tables["award_suppliers"]["party_id"].drop_nulls().unique().sort().to_list()[:60]
    contracts = _contracts(tables["contracts"], firms, rng)
    rows = contracts.drop_nulls(["signed_date", "start_date", "end_date", "amount_cents"]).to_dicts()
    ids = tables["processes"]["process_id"].to_list()
    parties = tables["tenderers"].filter(pl.col("party_id").is_not_null())["party_id"].to_list() or ["20100000009"]
    made = {
        "challenges": [_challenge(c, n, rng) for n, c in enumerate(rows) if rng.random() < 0.5],
        "milestones": [_delivery(c, n, rng) for c in rows for n in range(rng.choice([0, 1, 2]))],
        "transactions": [_payment(c, n, rng) for c in rows for n in range(rng.choice([0, 1, 1, 3]))],
        "subcontractors": [_subcontractor(c, parties, rng) for c in rows if rng.random() < 0.4],
        "works": [_work(n, rng.choice(rows), rng) for n in range(300)],
        "control": [_situation(n, rng.choice(ids), rng) for n in range(200)],
        "documents": [_paper(c, n) for n, c in enumerate(rows) if rng.random() < 0.3],
    }
    more = {name: pl.concat([tables[name], table(name, r)], how="diagonal") for name, r in made.items()}
    changes = _modifications(tables["modifications"], contracts, firms[:2], rng)
    return {**tables, **more, "contracts": contracts, "modifications": changes, "awards": _awards(tables, rng)}


def _awards(tables, rng):
    buyer = dict(tables["processes"].select("process_id", "buyer_id").iter_rows())
    rows = tables["awards"].to_dicts()
    for r in rows:
        often = 0.95 if (buyer.get(r["process_id"]) or "").endswith("01") else 0.1
        r["has_subcontracting"] = rng.random() < often if rng.random() < 0.9 else None
        r["subcontract_share"] = rng.choice([0.2, 0.5]) if r["has_subcontracting"] and rng.random() < 0.5 else None
    return pl.DataFrame(rows, schema=tables["awards"].schema, orient="row")


def _near(day, rng, low, high):
    return day + timedelta(days=rng.randint(low, high)) if rng.random() < 0.9 else None


def _key(c):
    return {"process_id": c["process_id"], "contract_id": c["contract_id"]}


def _challenge(c, n, rng):
    kind, outcome = rng.choice(["appeal", "ruling", "complaint"]), rng.choice(["nullity", "rejected", None])
    lodged = _near(c["signed_date"], rng, -30, 10)
    decided = lodged and _near(lodged, rng, 0, 60)
    what = {"challenge_id": f"x{n}", "kind": kind, "date": lodged, "resolved_date": decided, "outcome": outcome}
    return {"process_id": c["process_id"], **what}


def _delivery(c, n, rng):
    due = _near(c["end_date"], rng, -20, 0)
    met = _near(c["end_date"], rng, -20, 40) if rng.random() < 0.8 else None
    status = rng.choice(["met", "scheduled", None])
    kind = rng.choice(["delivery", "delivery", "payment"])
    return {**_key(c), "milestone_id": str(n), "kind": kind, "due_date": due, "met_date": met, "status": status}


def _payment(c, n, rng):
    amount = int(c["amount_cents"] * rng.choice([0.2, 0.31, 0.5, 1])) if rng.random() < 0.95 else None
    currency = rng.choice([c["currency"], c["currency"], None, "EUR" if rng.random() < 0.1 else c["currency"]])
    day = _near(c["end_date"], rng, -60, 60)
    return {**_key(c), "transaction_id": f"x{n}", "date": day, "amount_cents": amount, "currency": currency}


def _subcontractor(c, parties, rng):
    who = rng.choice([rng.choice(parties), f"2060000{rng.randrange(10000):04d}"])
    contract = rng.choice([c["contract_id"], ""])
    return {**_key(c), "contract_id": contract, "party_id": who, "share": rng.choice([0.1, 0.6, None])}


def _work(n, c, rng):
    start = _near(c["start_date"], rng, 0, 200)
    end = start and _near(start, rng, 20, 200)
    actual = end and rng.random() < 0.6 and _near(end, rng, -5, 30)
    return {
        "work_id": f"W{n}",
        "process_id": rng.choice([c["process_id"], None]),
        "contract_id": rng.choice([c["contract_id"], None]),
        "state": rng.choice(["EN EJECUCION", "PARALIZADA", "FINALIZADA", None]),
        "start_date": start,
        "planned_end": end,
        "actual_end": actual or None,
        "reception_date": _near(actual, rng, 0, 120) if actual and rng.random() < 0.6 else None,
        "resident_id": rng.choice([f"CIP{rng.randrange(60)}", None]),
        "supervisor_id": rng.choice([f"CIP{rng.randrange(60)}", "CIP1", None]),
        "physical_share": rng.choice([0.1, 0.5, 0.9, None]),
        "financial_share": rng.choice([0.1, 0.5, 0.9, None]),
        "cut_date": date(2023, 3, 1) if rng.random() < 0.9 else None,
    }


def _situation(n, process_id, rng):
    day = _near(date(2022, 9, 1), rng, -300, 240)
    corrected = _near(date(2023, 1, 1), rng, 0, 60) if rng.random() < 0.5 else None
    key = {"report_id": f"R{n}", "situation_id": "1", "process_id": process_id}
    return {**key, "date": day, "corrected_date": corrected}


def _paper(c, n):
    return {"process_id": c["process_id"], "section": "implementation", "document_id": f"x{n}"}


def _contracts(frame, firms, rng):
    rows = frame.to_dicts()
    for r in rows:
        if rng.random() < 0.6:
            r["supplier_id"] = rng.choice(firms)
        if r["signed_date"] is None:
            continue
        r["start_date"] = r["signed_date"] + timedelta(days=rng.randint(0, 5))
        r["end_date"] = r["start_date"] + timedelta(days=rng.choice([30, 59, 60, 90, 150, 400]))
        late = rng.choice([None, None, -5, 0, 3, 40])
        r["end_date_actual"] = late if late is None else r["end_date"] + timedelta(days=late)
        if r["amount_pen_cents"] and rng.random() < 0.1:
            r["amount_pen_cents"] = int(r["amount_pen_cents"] * rng.choice([0.3, 2]))
        if rng.random() < 0.1:
            r["currency"] = "USD"
    return pl.DataFrame(rows, schema=frame.schema, orient="row")


def _modifications(frame, contracts, favoured, rng):
    rows = [_change(c, n, rng) for c in contracts.to_dicts() for n in range(rng.choice([0, 0, 1, 2, 4, 8]))]
    theirs = contracts.filter(pl.col("supplier_id").is_in(favoured)).drop_nulls("amount_cents").to_dicts()
    rows += [
        {**_key(c), "modification_id": "y", "kind": "additional", "amount_cents": c["amount_cents"]} for c in theirs
    ]
    return pl.concat([frame, table("modifications", rows)])


def _change(c, n, rng):
    start = c["start_date"] or date(2022, 1, 1)
    amount = int((c["amount_cents"] or 1_000_00) * rng.choice([0, 0.05, 0.2, 0.31]))
    return {
        "process_id": c["process_id"],
        "contract_id": c["contract_id"],
        "modification_id": f"x{n}",
        "kind": rng.choice(KINDS),
        "date": start + timedelta(days=rng.randrange(250)) if rng.random() < 0.9 else None,
        "amount_cents": amount if rng.random() < 0.95 else None,
    }


def table(name, rows):
    schema = canonical.TABLES[name].schema
    return pl.DataFrame([{c: r.get(c) for c in schema} for r in rows], schema=schema, orient="row")
