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
MINOR = "Contrataciones hasta 8 UIT (LEY 30225)"


def registers(tables: dict[str, pl.DataFrame], seed: int) -> dict[str, pl.DataFrame]:
    """Tables in the place of those of the same name."""
    rng = random.Random(seed)
    return {"purchase_orders": _table("purchase_orders", [_order(rng, n) for n in range(6000)])}


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
