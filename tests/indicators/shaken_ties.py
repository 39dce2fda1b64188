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
    buyers = sorted({b for b in tables["processes"]["buyer_ruc"].to_list() if b})
    persons = [f"4{n:07d}" for n in range(60)] + [f[2:10] for f in firms if f.startswith("10")][:20]
    return {
        "sanctions": made("sanctions", [_sanction(rng, firms, n) for n in range(600)]),
        "owners": made(
            "owners",
            [_owner(rng, firms[: len(firms) * 3 // 4], persons) for _ in range(900)] + _rivals(rng, tables["bids"]),
        ),
        "offices": made("offices", [_office(rng, buyers[:-2], persons) for _ in range(150)]),
        "ties": made("ties", [_tie(rng, firms, persons) for _ in range(250)]),
        "taxpayers": made("taxpayers", [_taxpayer(rng, f) for f in firms[::2]]),
        "declarations": made("declarations", [_declaration(rng, buyers, persons) for _ in range(400)]),
        "certifications": made("certifications", [_certification(rng, n) for n in range(40)]),
        "committee": made("committee", _committee(rng, tables["processes"])),
        "challenges": made("challenges", _challenges(rng, tables)),
    }


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


def _owner(rng, firms, persons):
    kind = rng.choice(["shareholder", "shareholder", "representative", "director", "beneficial_owner"])
    share = rng.choice([0.1, 0.3, 0.31, 0.9, None])
    person = rng.choice(persons)
    name = f"APELLIDO{person[-2:]} NOMBRE"
    return {"ruc": rng.choice(firms), "person_id": person, "name": name, "kind": kind, "share": share}


def _office(rng, buyers, persons):
    start = date(2018, 1, 1) + timedelta(days=rng.randrange(1800))
    return {
        "person_id": rng.choice(persons),
        "buyer_ruc": rng.choice(buyers),
        "kind": rng.choice(["elected", "official", "evaluator", "user_area"]),
        "organisation": rng.choice([None, "Acción Ejemplo", "FRENTE EJEMPLO"]),
        "start_date": start,
        "end_date": rng.choice([None, start + timedelta(days=rng.randrange(60, 1500))]),
    }


def _tie(rng, firms, persons):
    kind = rng.choice(["kinship", "kinship", "interest", "membership", "donation"])
    related = {"kinship": persons, "interest": firms}.get(kind, ["ACCION EJEMPLO", "Frente  Ejemplo"])
    who = firms if kind == "donation" and rng.random() < 0.3 else persons
    return {
        "person_id": rng.choice(who),
        "related_id": rng.choice(related),
        "kind": kind,
        "degree": rng.randint(1, 4) if kind == "kinship" else None,
    }


def _taxpayer(rng, firm):
    return {"ruc": firm, "started": rng.choice([None, date(2021, 1, 1) + timedelta(days=rng.randrange(720))])}


def _declaration(rng, buyers, persons):
    day = date(2020, 1, 1) + timedelta(days=rng.randrange(1000))
    filed = rng.choice([True, True, False, None])
    return {"person_id": rng.choice(persons), "buyer_ruc": rng.choice(buyers), "date": day, "filed": filed}


def _certification(rng, n):
    start = date(2020, 1, 1) + timedelta(days=rng.randrange(900))
    return {"name": f"Nombre Apellido{n:02d}", "valid_from": start, "valid_to": rng.choice([None, date(2022, 3, 1)])}


def _committee(rng, processes):
    return [
        {"process_id": p, "member": f"Nombre  Apellido{rng.randrange(70):02d}"}
        for p in processes["process_id"].to_list()
        if rng.random() < 0.6
        for _ in range(3)
    ]


def _challenges(rng, tables):
    days = dict(tables["processes"].select("process_id", "call_date").iter_rows())
    signed = dict(tables["contracts"].select("process_id", "signed_date").iter_rows())
    rows = []
    for p, called in days.items():
        day = rng.choice([called, signed.get(p)])
        if day is None or rng.random() < 0.7:
            continue
        lodged = day + timedelta(days=rng.randint(-10, 10))
        kind = rng.choice(["appeal", "appeal", "complaint", "ruling"])
        decided = rng.choice([None, lodged + timedelta(days=20), day])
        rows.append({"process_id": p, "challenge_id": "1", "kind": kind, "date": lodged, "resolved_date": decided})
    return rows


def _rivals(rng, bids):
    """Firms that bid, most of them with people of their own and some with people in common."""
    firms = sorted({f for f in bids["party_id"].to_list() if f})
    people = [rng.choice([f"5{n:07d}", f"5{n // 8:07d}"]) for n in range(len(firms))]
    kinds = ["beneficial_owner", "director"]
    return [{"ruc": f, "person_id": p, "kind": k} for f, p in zip(firms, people, strict=True) for k in kinds]
