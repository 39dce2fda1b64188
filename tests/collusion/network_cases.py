"""Made-up processes and bids for the tests of the network."""

from datetime import date, timedelta

import numpy as np
from tests.indicators.made import records


def tables(bids, winners=(), consortia=(), **more):
    """Records of processes given as {process: [firm, ...]}; a firm may be (firm, bid_id).

    winners: {process: firm or list}. more: table=[row, ...].
    """
    winners = dict(winners)
    names = sorted(bids, key=lambda p: (len(p), p))
    first = date(2022, 1, 3)
    processes = [
        {"process_id": p, "description": "EJECUCION DE OBRA", "object": "works", "region_code": "08", "year": 2022,
         "method": "AS", "call_date": first + timedelta(days=i)}
        for i, p in enumerate(names)
    ]  # fmt: skip
    rows = {
        "bids": [
            {"process_id": p, "lot_id": "", "party_id": f if isinstance(f, str) else f[0],
             "bid_id": "" if isinstance(f, str) else f[1], "name": f"FIRMA {f}"}
            for p in names for f in bids[p]
        ],
        "awards": [{"process_id": p, "award_id": "1"} for p in winners],
        "award_suppliers": [
            {"process_id": p, "award_id": "1", "party_id": w}
            for p, ws in winners.items() for w in ([ws] if isinstance(ws, str) else ws)
        ],
        "consortia": [{"consortium_id": c, "member_ruc": m, "member_name": f"FIRMA {m}"} for c, m in consortia],
        **more,
    }  # fmt: skip
    return records(processes=processes, **rows)


def market(n, size, firms, seed=3):
    """Contests M0.. of firms drawn alike, the winner too: a market in which nobody agrees."""
    rng = np.random.default_rng(seed)
    bids = {f"M{i}": [f"2090000{f:04d}" for f in rng.choice(firms, size, replace=False)] for i in range(n)}
    return bids, {p: who[int(rng.integers(size))] for p, who in bids.items()}


def ring(n, members, prefix="R"):
    """Contests in which the members meet and win by turns."""
    bids = {f"{prefix}{i}": list(members) for i in range(n)}
    return bids, {f"{prefix}{i}": members[i % len(members)] for i in range(n)}
