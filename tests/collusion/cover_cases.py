"""Made-up contests with prices for the tests of cover: {process: [(firm, price over the reference), ...]}, the winner first."""

from datetime import date, timedelta

import numpy as np
from tests.indicators.made import records

REFERENCE = 10_000_000


def tables(contests, reference=REFERENCE, **process):
    """Records of the contests, called day by day in the order of their names."""
    names = sorted(contests, key=lambda p: (len(p), p))
    about = {"object": "goods", "region_code": "08", "year": 2022, "method": "AS", "description": "ADQUISICION", "currency": "PEN"}  # fmt: skip
    processes = [
        {"process_id": p, **about, "call_date": date(2022, 1, 3) + timedelta(days=i % 300), "value_cents": reference,
         "value_pen_cents": reference, **process}
        for i, p in enumerate(names)
    ]  # fmt: skip
    bids = [
        {"process_id": p, "lot_id": "", "party_id": f, "bid_id": "", "name": f"FIRMA {f}", "currency": "PEN", "status": "Valid",
         "amount_cents": round(reference * x)}
        for p in names for f, x in contests[p]
    ]  # fmt: skip
    awards = [{"process_id": p, "award_id": "1"} for p in names]
    winners = [{"process_id": p, "award_id": "1", "party_id": contests[p][0][0]} for p in names]
    return records(processes=processes, bids=bids, awards=awards, award_suppliers=winners)


def honest(rng, firms):
    """Each its own price; the cheapest wins."""
    price = np.sort(0.97 - rng.gamma(1.2, 0.04, len(firms)))
    return list(zip(rng.permutation(firms).tolist(), price.tolist(), strict=True))


def covered(rng, firms, turn):
    """One wins just under the reference, the others stay 2 % to 10 % above it."""
    price = rng.uniform(0.95, 0.99)
    winner = firms[turn % len(firms)]
    return [(winner, price), *((f, price * (1 + rng.uniform(0.02, 0.10))) for f in firms if f != winner)]


def market(n, size=4, firms=60, seed=3):
    """Contests M0.. in which nobody agrees."""
    rng = np.random.default_rng(seed)
    return {f"M{i}": honest(rng, [f"2090000{f:04d}" for f in rng.choice(firms, size, replace=False)]) for i in range(n)}


def same_rivals(n, firms, cover, seed=5, prefix="R"):
    """Contests R0.. of the same firms, of which the share `cover` is covered and the others are honest."""
    rng = np.random.default_rng(seed)
    return {f"{prefix}{i}": covered(rng, firms, i) if rng.random() < cover else honest(rng, firms) for i in range(n)}
