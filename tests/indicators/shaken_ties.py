"""Made-up registers for records moved about: sanctions, owners, offices, ties, taxpayers, challenges."""

from datetime import date, timedelta

import polars as pl

from procrisk.records import tables as canonical

MOTIVES = [
    "Presentar documentos falsos o adulterados a las Entidades",
    "Presentar información inexacta a las Entidades",
    "Incumplir con su obligación de perfeccionar el contrato",
    "Desistirse o retirar injustificadamente su propuesta",
    "Ocasionar que la Entidad resuelva el contrato",
    "Contratar con el Estado estando impedido conforme a Ley",
    "Suscribir contratos sin contar con inscripción vigente en el RNP",
    "Subcontratar prestaciones sin autorización de la Entidad",
    "No proceder al saneamiento de los vicios ocultos",
    "Presentar recursos maliciosos o manifiestamente infundados",
    "NO DEFINIDO",
]


def registers(tables, rng):
    """Registers about the firms that won and the buyers of these tables."""
    firms = sorted({r for r in tables["award_suppliers"]["ruc"].to_list() if r})
    return {"sanctions": made("sanctions", [_sanction(rng, firms, n) for n in range(600)])}


def made(name, rows):
    schema = canonical.TABLES[name].schema
    return pl.DataFrame([{c: r.get(c) for c in schema} for r in rows], schema=schema, orient="row")


def _sanction(rng, firms, n):
    start = date(2014, 1, 1) + timedelta(days=rng.randrange(3400))
    return {
        "ruc": rng.choice(firms),
        "kind": rng.choice(["debarment", "debarment", "fine", "judicial"]),
        "start_date": start,
        "end_date": rng.choice([None, start + timedelta(days=rng.randrange(90, 1100))]),
        "resolution": f"{n:04d}-TCE",
        "motive": "*".join(rng.sample(MOTIVES, rng.choice([1, 1, 2]))),
        "amount_cents": rng.randrange(100_000, 5_000_000),
        "cut_date": date(2023, 3, 1),
    }
