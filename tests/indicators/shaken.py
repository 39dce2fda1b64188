"""Simulated records moved about at random, so that what seldom happens does: few buyers, odd dates, wrong amounts, orders."""

import random
from datetime import date, timedelta

import polars as pl
from tests.indicators import shaken_bids, shaken_osce_bid, shaken_planning, shaken_ties
from tests.indicators.shaken_execution import executed

from procrisk.records import tables as canonical

BUYERS = 24


def shaken(tables: dict[str, pl.DataFrame], seed: int) -> dict[str, pl.DataFrame]:
    """The same processes with other buyers, values, dates, contracts and registers."""
    rng = random.Random(seed)
    out = dict(tables)
    out["processes"] = _processes(tables["processes"], rng)
    out["lots"] = _changed(
        tables["lots"], rng, status=lambda r: rng.choice([r["status"], r["status"], "DESIERTO", "NULO"])
    )
    out["documents"] = tables["documents"].filter(
        pl.Series([rng.random() < 0.4 for _ in range(tables["documents"].height)], dtype=pl.Boolean)
    )
    out["contracts"] = _contracts(tables, rng)
    out["modifications"] = _modifications(out["contracts"], rng)
    out["award_lines"] = _changed(
        tables["award_lines"], rng, amount_pen_cents=lambda r: _scaled(r["amount_pen_cents"], rng)
    )
    out["penalties"] = _penalties(out["contracts"], rng)
    out["plan"] = _table("plan", [_plan(rng, b, y, r) for b in range(BUYERS) for y in (2021, 2022) for r in range(3)])
    out["purchase_orders"] = _table("purchase_orders", [_order(rng, n) for n in range(4000)])
    out.update(shaken_planning.registers(out, seed))
    out = shaken_bids.with_bids(out, seed)
    out.update(shaken_ties.registers(out, rng))
    return executed(shaken_osce_bid.more(out, seed), random.Random(seed + 1))


def _changed(frame, rng, **columns):
    rows = frame.to_dicts()
    for r in rows:
        r.update({c: f(r) for c, f in columns.items()})
    return pl.DataFrame(rows, schema=frame.schema, orient="row")


def _processes(frame, rng):
    def moved(r):
        day = r["call_date"]
        if day is None or rng.random() < 0.7:
            return day
        return date(day.year, 12, 1 + rng.randrange(31))

    rows = frame.to_dicts()
    for r in rows:
        n = min(int(rng.expovariate(0.2)), BUYERS - 1)
        r["buyer_id"] = r["buyer_ruc"] = f"201000000{n:02d}"
        r["buyer_consucode"], r["buyer_level"] = str(n), "local"
        r["call_date"] = moved(r)
        if rng.random() < 0.3:
            r["method"] = rng.choice(["AS", "LPA", "CPA", "CPRE", "CD", "SIE"])
        if r["method"] in ("AS", "LPA", "CPA") and rng.random() < 0.6:
            skew = 0.9 if n == 0 else 0.2
            r["value_pen_cents"] = int((40_000_000 if rng.random() < skew else 30_000_000) * rng.uniform(0.95, 1.01))
        if r["method"] == "CPRE":
            r["value_pen_cents"] = int(rng.uniform(3_000_000, 8_000_000))
        if r["method"] == "CD" and rng.random() < 0.4:
            r["cause"] = None
        if rng.random() < 0.05:
            r["value_pen_cents"] = 10_000_000 * rng.randrange(4)
    return pl.DataFrame(rows, schema=frame.schema, orient="row")


def _contracts(tables, rng):
    parties = tables["award_suppliers"]["party_id"].to_list()

    def later(day, low, high):
        return day and day + timedelta(days=rng.randint(low, high))

    return _changed(
        tables["contracts"],
        rng,
        signed_date=lambda r: later(r["signed_date"], -40, 10),
        published_date=lambda r: later(r["signed_date"], 0, 90),
        amount_pen_cents=lambda r: r["amount_pen_cents"] and int(r["amount_pen_cents"] * rng.choice([1, 1, 1.01, 1.5])),
        final_cents=lambda r: r["amount_cents"] and int(r["amount_cents"] * rng.choice([1, 1.25, 1.3])),
        payee_id=lambda r: rng.choice([r["payee_id"], r["supplier_id"], rng.choice(parties), None]),
    )


def _scaled(cents, rng):
    return None if cents is None else int(cents * rng.choice([1, 1, 0.85, 1.15]))


def _modifications(contracts, rng):
    rows = [
        {
            "process_id": c["process_id"],
            "contract_id": c["contract_id"],
            "modification_id": "1",
            "kind": rng.choice(["additional", "additional", "reduction"]),
            "amount_cents": int(c["amount_cents"] * rng.choice([0.1, 0.24, 0.26, 0.48])),
        }
        for c in contracts.to_dicts()
        if c["amount_cents"] and rng.random() < 0.4
    ]
    return _table("modifications", rows)


def _penalties(contracts, rng):
    rows = []
    for c in contracts.to_dicts():
        for _ in range(rng.choice([0, 0, 1, 2])):
            amount = int((c["amount_pen_cents"] or 100_000) * rng.choice([0.01, 0.1, 0.195]))
            day = date(2021, 1, 1) + timedelta(days=rng.randrange(700))
            rows.append(
                {"contract_id": c["contract_id"], "supplier_ruc": c["supplier_id"], "date": day, "amount_cents": amount}
            )
    return _table("penalties", rows)


def _plan(rng, buyer, year, reference):
    most = 30 if buyer == 3 else 4
    return {"year": year, "buyer_consucode": str(buyer), "reference": str(reference), "version": rng.randint(1, most)}


def _order(rng, n):
    day = date(2021, 1, 1) + timedelta(days=rng.randrange(720))
    return {
        "buyer_ruc": f"201000000{n % 7:02d}",
        "order_number": str(n),
        "date": day,
        "amount_cents": rng.randint(0, 4_000_000),
        "currency": rng.choice(["PEN", "PEN", "USD"]),
        "hiring_type": rng.choice(["Contrataciones hasta 8 UIT (LEY 30225)", "Deviene de Procesos de Selección", None]),
        "supplier_id": f"206{rng.randrange(1 + 400 * (n % 7)):08d}",
    }


def _table(name, rows):
    schema = canonical.TABLES[name].schema
    return pl.DataFrame([{c: r.get(c) for c in schema} for r in rows], schema=schema, orient="row")
