"""Compiled releases with bids, made up, for measuring `procrisk indicators`: about 2 kB each."""

import random
from pathlib import Path

import msgspec

METHODS = ("open", "open", "selective", "limited", "direct")
STATUSES = ("valid", "valid", "valid", "disqualified", "withdrawn", "pending")


def write(out: Path, n: int, seed: int = 1) -> None:
    """Write `n` releases, one a line, of one buyer in 300 and one supplier in 30 processes."""
    draw = random.Random(seed)
    buyers, suppliers = max(n // 300, 5), max(n // 30, 20)
    words = [f"palabra{i}" for i in range(400)]
    encode = msgspec.json.Encoder().encode
    with out.open("wb") as stream:
        for i in range(n):
            stream.write(encode(_release(draw, i, buyers, suppliers, words)) + b"\n")


def _release(draw: random.Random, i: int, buyers: int, suppliers: int, words: list[str]) -> dict[str, object]:
    price = draw.randint(10_000, 5_000_000) / 100
    who = draw.sample(range(suppliers), draw.randint(1, 6))
    bids = [
        {
            "id": str(k),
            "status": draw.choice(STATUSES),
            "date": f"2022-03-{draw.randint(1, 28):02}T12:00:00-05:00",
            "tenderers": [{"id": f"PE-RUC-20{t:09}", "name": " ".join(draw.sample(words, 3))}],
            "value": {"amount": round(price * (1 + draw.random() / 3), 2), "currency": "PEN"},
        }
        for k, t in enumerate(who)
    ]
    buyer = {"id": f"PE-CONSUCODE-{draw.randrange(buyers)}", "name": " ".join(draw.sample(words, 4))}
    items = [
        {"id": str(k), "classification": {"id": str(draw.randint(10, 99) * 10**6)}} for k in range(draw.randint(1, 3))
    ]
    return {
        "ocid": f"ocds-000000-{i}",
        "id": f"ocds-000000-{i}-2022",
        "date": "2022-05-01T00:00:00-05:00",
        "tag": ["compiled"],
        "buyer": buyer,
        "tender": {
            "id": str(i),
            "title": " ".join(draw.sample(words, 12)),
            "description": " ".join(draw.sample(words, 40)),
            "status": "complete",
            "procuringEntity": buyer,
            "procurementMethod": draw.choice(METHODS),
            "procurementMethodDetails": "Subasta Inversa" if i % 7 else "Comparación de Precios",
            "numberOfTenderers": len(bids),
            "tenderPeriod": {
                "startDate": "2022-03-01T00:00:00-05:00",
                "endDate": f"2022-03-{10 + i % 18}T00:00:00-05:00",
            },
            "items": items,
        },
        "bids": {"details": bids},
        "awards": [
            {
                "id": str(i),
                "status": "active" if i % 11 else "cancelled",
                "suppliers": bids[0]["tenderers"],
                "value": bids[0]["value"],
                "items": items,
            }
        ],
    }
