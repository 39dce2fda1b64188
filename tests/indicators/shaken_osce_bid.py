"""What the red flags of OSCE and the IDB read, moved about: plans, items, prices offered, rulings, the tax register."""

import random
from datetime import timedelta

import polars as pl

from procrisk.records import tables as canonical

CODES = [f"{g}1024030075{n:04d}" for g in (30, 43) for n in range(3)]
PLANNED = ["Adjudicación Simplificada", "Contratación Directa", "Licitación Pública", "Comparación de Precios"]


def more(out: dict[str, pl.DataFrame], seed: int) -> dict[str, pl.DataFrame]:
    """The same records with other lots, bids, plans and registers."""
    rng = random.Random(seed)
    processes = out["processes"].to_dicts()
    for p in processes:
        if rng.random() < 0.5:
            p["ocid"] = f"ocds-dgv273-seacev3-{p['year']}-{p['buyer_consucode']}-{rng.randrange(3)}"
        if rng.random() < 0.3:
            p["n_bidders"] = 1
    lots = out["lots"].to_dicts()
    for lot in lots:
        lot.update(classification=rng.choice(CODES), unspsc=None, unit="Unidad")
        if rng.random() < 0.1:
            lot.update(classification=None)
    value = {(x["process_id"], x["lot_id"]): x["value_cents"] for x in lots}
    bids = out["bids"].to_dicts()
    for b in bids:
        v = value.get((b["process_id"], b["lot_id"]))
        if v and rng.random() < 0.9:
            b.update(amount_cents=int(v * rng.choice([0.8, 0.94, 0.95, 1, 1.05, 1.06])), currency="PEN")
    plan = out["plan"].to_dicts()
    for r in plan:
        r["method_details"] = r["method_details"] or rng.choice(PLANNED)
    rucs = sorted(set(out["award_suppliers"]["ruc"].drop_nulls()))
    conditions = ["HABIDO", "HABIDO", "NO HABIDO", "NO HALLADO", None]
    taxpayers = [{"ruc": r, "condition": rng.choice(conditions)} for r in rucs if rng.random() < 0.8]
    rulings = [
        {
            "process_id": p["process_id"],
            "challenge_id": str(n),
            "kind": rng.choice(["ruling", "ruling", "appeal"]),
            "date": p["consent_date"] + timedelta(days=rng.randint(-30, 30)),
            "outcome": rng.choice(["nullity", "upheld", "rejected", None]),
        }
        for p in processes
        for n in range(2)
        if p["consent_date"] and rng.random() < 0.1
    ]
    changes = out["modifications"].to_dicts()
    for m in changes:
        if rng.random() < 0.3:
            m["kind"] = "complementary"
    made = {"processes": processes, "lots": lots, "bids": bids, "plan": plan, "modifications": changes}
    registers = {"taxpayers": taxpayers, "challenges": rulings}
    return {
        **out,
        **{k: pl.DataFrame(v, schema=out[k].schema, orient="row") for k, v in made.items()},
        **{k: _table(k, v) for k, v in registers.items() if out[k].is_empty()},
    }


def _table(name, rows):
    schema = canonical.TABLES[name].schema
    return pl.DataFrame([{c: r.get(c) for c in schema} for r in rows], schema=schema, orient="row")
