"""Registers and tables of planning and preparation made up at random beside shaken processes: orders of like objects."""

import random
from datetime import date, timedelta

import polars as pl

from procrisk.records import tables as canonical

OBJECTS = (
    "CEMENTO PORTLAND TIPO I",
    "CEMENTO PORTLAN",
    "ADQUISICION DE CEMENTO PORTLAND PUZOLANICO",
    "PAPEL BOND A4",
    "PAPEL BOND 80 GR",
    "TONER PARA IMPRESORA",
    "ALQUILER DE VOLQUETE",
    "ALQUILER DE VOLQUETES",
    "SERVICIO DE LIMPIEZA",
    "SERVICIO DE LIMPIEZA DE LOCALES",
    "COMBUSTIBLE DIESEL B5",
    "UTILES DE ESCRITORIO",
    "DE LA",
    None,
)
BRANDS = ("MARCA CAT", "MARCA CAT O EQUIVALENTE", "PILLCO MARCA", "DE MARCARA")
CODES = (None, "30102403", "43102403", "3010240300750001", "4310240300750000", "99")
MINOR = "Contrataciones hasta 8 UIT (LEY 30225)"


def registers(tables: dict[str, pl.DataFrame], seed: int) -> dict[str, pl.DataFrame]:
    """Tables in the place of those of the same name."""
    rng = random.Random(seed)
    orders = _table("purchase_orders", [_order(rng, n) for n in range(6000)])
    processes = tables["processes"].to_dicts()
    for p in processes:
        p.update(_terms(rng, p))
    lots = tables["lots"].to_dicts()
    for x in lots:
        x["package"] = rng.choice([None, "1", "1", "2"])
        if rng.random() < 0.2:
            x["description"] = f"{rng.choice(OBJECTS)} {rng.choice(BRANDS)}"
    ids = [p["process_id"] for p in processes]
    kinds = ("CEMENTO PORTLAND", "PAPEL BOND", "ARROZ EXTRA", "ARENA GRUESA")
    lots += [
        {**dict.fromkeys(tables["lots"].columns), "process_id": i, "lot_id": f"made {n}", "package": "3"}
        | {"description": rng.choice(kinds)}
        for i in ids[::5]
        for n in range(4)
    ]
    return {
        "purchase_orders": orders,
        "processes": _as(tables["processes"], processes),
        "lots": _as(tables["lots"], lots),
        "plan": pl.concat([tables["plan"], _table("plan", [_line(rng, n) for n in range(400)])]),
        "enquiries": _table("enquiries", [q for i in ids for q in _questions(rng, i)]),
        "documents": pl.concat([tables["documents"], _table("documents", [d for i in ids for d in _papers(rng, i)])]),
        "listed_items": _table("listed_items", [_item(rng, n) for n in range(12)]),
    }


def _day(rng, p, low, high):
    return p["call_date"] and p["call_date"] + timedelta(days=rng.randint(low, high))


def _terms(rng, p):
    shown = p["value_cents"]
    rated = 0.9 if p["buyer_consucode"] == "1" else 0.2
    ref = f"ocds-dgv273-seacev3-2022-{p['buyer_consucode']}-{rng.randrange(30)}"
    return {
        "ocid": rng.choice([p["ocid"], ref, ref]),
        "regime": rng.choice([p["regime"]] * 5 + [None]),
        "bid_opening": _day(rng, p, 5, 40),
        "evaluation_start": _day(rng, p, 30, 45) if rng.random() < 0.9 else _day(rng, p, 60, 200),
        "fee_cents": rng.choice([None, 0, 5_000, 500_000]),
        "planned_cents": shown and int(shown * rng.choice([0.7, 1, 1, 1.2])),
        "criteria_length": rng.choice([None, 500, 600, 700, 2_000]),
        "award_criteria": rng.choice(["ratedCriteria", "qualityOnly"]) if rng.random() < rated else "priceOnly",
        "value_pen_cents": p["value_pen_cents"] and p["value_pen_cents"] * rng.choice([1] * 40 + [90]),
        "description": rng.choice([p["description"]] + ["CEMENTO PORTLAND", "PAPEL BOND"] * 2),
    }


def _line(rng, n):
    month = rng.choice(["1", "6", "12", "MARZO", "setiembre", "x", None])
    day = date(2022, 1, 1) + timedelta(days=rng.randrange(360))
    version = rng.choice([1, 2, None])
    key = {"year": 2022, "buyer_consucode": str(n % 20), "reference": str(n % 27), "lot_id": str(n), "version": version}
    return {**key, "month": month, "published_date": day}


def _questions(rng, process_id):
    n = rng.choice([0, 0, 2, 3, 4, 4, 40 if rng.random() < 0.1 else 3])
    each = {"process_id": process_id, "date": date(2022, 3, 1)}
    return [
        {**each, "enquiry_id": str(i), "answered": rng.choice([True] * 9 + [False, None]), "answered_date": None}
        for i in range(n)
    ]


def _papers(rng, process_id):
    section = rng.choice(["planning", "planning", "tender"])
    day = date(2022, 1, 1) + timedelta(days=rng.randrange(360))
    return [
        {
            "process_id": process_id,
            "section": section,
            "document_id": "made",
            "document_type": "biddingDocuments",
            "date": day,
        }
    ]


def _item(rng, n):
    code = rng.choice(CODES[1:])
    start = rng.choice([None, date(2021, 6, 1), date(2022, 9, 1)])
    return {
        "classification": code,
        "list": ("catalogue", "technical_sheet", "homologated")[n % 3],
        "valid_from": start,
        "valid_to": rng.choice([None, date(2022, 6, 1)]),
    }


def _as(frame, rows):
    return pl.DataFrame(rows, schema=frame.schema, orient="row")


def _order(rng, n):
    buyer = n % 16
    most = 4_600_00 * 8 if buyer % 2 else 4_400_00 * 8
    low = 0.95 if buyer == 0 and rng.random() < 0.9 else 0.84
    person = "10" if buyer in (2, 3) else "20"
    wide = buyer in (5, 6, 7)
    return {
        "buyer_ruc": f"201000000{buyer:02d}",
        "order_number": str(n),
        "order_type": rng.choice(["compra", "servicio"]),
        "date": date(2021, 1, 1) + timedelta(days=rng.randrange(720)),
        "amount_cents": int(most * rng.uniform(low, 1.01)) if rng.random() < 0.3 else rng.randint(0, 2_000_000),
        "currency": rng.choice(["PEN"] * 9 + ["USD"]),
        "hiring_type": rng.choice([MINOR] * 6 + [MINOR.replace("8", "9"), "Deviene de Procesos de Selección", None]),
        "description": f"OBJETO {chr(65 + rng.randrange(26)) * 4}" if wide else rng.choice(OBJECTS),
        "object": rng.choice(["goods", "services", None]),
        "supplier_id": f"{person}6{rng.randrange(400 if wide else 4):08d}",
        "supplier_name": "ACME",
    }


def _table(name, rows):
    schema = canonical.TABLES[name].schema
    return pl.DataFrame([{c: r.get(c) for c in schema} for r in rows], schema=schema, orient="row")
