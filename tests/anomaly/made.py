"""Made-up records with the columns that the anomaly model reads."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import polars as pl


@dataclass
class Records:
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)


def records(n: int, seed: int = 1, buyers: int = 50) -> Records:
    rng = np.random.default_rng(seed)
    buyer = rng.integers(0, buyers, n)
    reference = np.exp(rng.normal(12, 1.2, n)).round(2)
    ratio = np.clip(rng.normal(0.95, 0.05, n), 0.3, 1.1)
    call = [date(2022, 1, 1) + timedelta(days=int(d)) for d in rng.integers(0, 300, n)]
    decision = rng.gamma(8, 3, n).astype(int)
    award = [c + timedelta(days=int(d)) for c, d in zip(call, decision, strict=True)]
    cents = (reference * ratio * 100).astype(np.int64)
    ids = [f"{i:07d}" for i in rng.permutation(n)]
    processes = pl.DataFrame(
        {
            "process_id": ids,
            "buyer_id": [f"20{b:09d}" for b in buyer],
            "method": np.array(["LP", "AS", "CD", "SIE"])[rng.integers(0, 4, n)],
            "object": np.array(["goods", "services", "works"])[rng.integers(0, 3, n)],
            "year": pl.Series([c.year for c in call], dtype=pl.Int16),
            "call_date": call,
            "award_date": award,
            "consent_date": [
                a + timedelta(days=int(d)) if d else None for a, d in zip(award, rng.integers(0, 15, n), strict=True)
            ],
            "title": pl.Series([None] * n, dtype=pl.String),
            "currency": "PEN",
            "value_cents": (reference * 100).astype(np.int64),
            "value_pen_cents": (reference * 100).astype(np.int64),
            "awarded_pen_cents": cents,
            "amount_pen_cents": cents,
            "bid_deadline": [c + timedelta(days=int(d) // 2) for c, d in zip(call, decision, strict=True)],
            "regime": "L30225",
            "region_code": [f"{b % 5:02d}" for b in buyer],
            "n_registered": pl.Series(rng.integers(1, 12, n), dtype=pl.Int32),
            "n_lots": pl.Series(rng.integers(1, 5, n), dtype=pl.Int32),
            "n_bidders": pl.Series([int(b) if b else None for b in rng.integers(0, 6, n)], dtype=pl.Int32),
        }
    )
    suppliers = pl.DataFrame(
        {
            "process_id": ids,
            "award_id": [f"{i}-1" for i in ids],
            "party_id": [f"20{s:09d}" for s in rng.integers(500, 500 + max(n // 3, 1), n)],
        }
    )
    awards = suppliers.select("process_id", "award_id").with_columns(
        amount_pen_cents=pl.Series(cents), date=pl.Series(award)
    )
    register = suppliers.select(ruc="party_id").unique().sort("ruc")
    since = [date(2010, 1, 1) + timedelta(days=int(d)) for d in rng.integers(0, 4000, register.height)]
    contracts = suppliers.select("process_id", contract_id="award_id").with_columns(
        amount_cents=pl.Series(cents),
        start_date=pl.Series(award),
        end_date=pl.Series([a + timedelta(days=90) for a in award]),
        end_date_updated=pl.Series(
            [a + timedelta(days=90 + int(d)) for a, d in zip(award, rng.integers(0, 60, n), strict=True)]
        ),
        end_date_actual=pl.lit(None, pl.Date),
    )
    more = pl.Series(rng.random(n) < 0.2)
    modifications = contracts.filter(more).select(
        "process_id", "contract_id", kind=pl.lit("additional"), amount_cents=pl.col("amount_cents") // 20
    )
    return Records(
        {
            "processes": processes,
            "awards": awards,
            "award_suppliers": suppliers,
            "suppliers": register.with_columns(valid_from=pl.Series(since)),
            "contracts": contracts,
            "modifications": modifications,
        }
    )
