"""What became of contracts, made up at random: changes of every kind, deliveries, payments, appeals, works, control."""

from datetime import date, timedelta

import polars as pl

from procrisk.records import tables as canonical

KINDS = ("additional", "reduction", "extension", "complementary", "amendment")


def executed(tables, rng):
    """The tables with more of what happens after signature."""
    contracts = _contracts(tables["contracts"], rng)
    out = {**tables, "contracts": contracts}
    return {**out, "modifications": _modifications(tables["modifications"], contracts, rng)}


def _contracts(frame, rng):
    rows = frame.to_dicts()
    for r in rows:
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


def _modifications(frame, contracts, rng):
    rows = [_change(c, n, rng) for c in contracts.to_dicts() for n in range(rng.choice([0, 0, 1, 2, 4]))]
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
