"""Made-up processes with indicators in the three states, as evaluate() gives them."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from procrisk.scoring.process import CATEGORIES, PHASES


@dataclass(frozen=True)
class Made:
    id: str
    severity: int
    phase: str
    category: str
    risks: tuple[str, ...]
    role: str = "score"
    breach: str = ""


def indicators(m: int) -> dict[str, Made]:
    return {
        f"I-{j:02d}": Made(
            f"I-{j:02d}", 1 + j % 5, PHASES[j % 5], CATEGORIES[j % 3], (f"R{1 + j * 2 // 3:02d}", f"R{70 + j % 9}")
        )
        for j in range(m)
    }


CODES = [f"{i:02d}" for i in range(1, 26)] + ["1501"]


def processes(n: int, seed: int = 1, months: int = 26, buyers: int = 400) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    buyer = rng.integers(0, buyers, n)
    region = np.array(CODES)[(buyer * 7919 % 97) % 26]
    level = np.array(["regional", "local", "local", "local", "national"])[buyer % 5]
    day = rng.integers(0, int(months * 30.4), n)
    dates = [date(2020, 1, 1) + timedelta(days=int(d)) for d in day]
    delivery = np.where(rng.random(n) < 0.5, np.array(CODES)[rng.integers(0, 26, n)], None)
    return pl.DataFrame(
        {
            "process_id": [f"{i:07d}" for i in rng.permutation(n)],
            "ocid": [f"ocds-dgv273-seacev3-{i}" for i in range(n)],
            "region_code": region,
            "delivery_region_code": pl.Series(delivery.tolist(), dtype=pl.String),
            "buyer_level": level,
            "buyer_name": [f"MUNICIPALIDAD {b}" for b in buyer],
            "buyer_id": [f"20{b:09d}" for b in buyer],
            "title": [f"AS-SM-{i}" for i in range(n)],
            "description": ["OBRA"] * n,
            "source_url": pl.Series([None] * n, dtype=pl.String),
            "method": np.array(["LP", "AS", "CD", "SIE"])[rng.integers(0, 4, n)],
            "object": np.array(["goods", "services", "works"])[rng.integers(0, 3, n)],
            "year": pl.Series([d.year for d in dates], dtype=pl.Int16),
            "call_date": dates,
            "reference_date": dates,
            "amount_pen_cents": rng.integers(1_000_00, 5_000_000_00, n),
        }
    )


def states(frame: pl.DataFrame, m: int, seed: int = 2) -> tuple[pl.DataFrame, pl.DataFrame]:
    rng = np.random.default_rng(seed)
    out, why = {"process_id": frame["process_id"]}, {"process_id": frame["process_id"]}
    for j in range(m):
        code = rng.choice(5, frame.height, p=[0.6, 0.2, 0.1, 0.06, 0.04]).astype(np.uint8)
        state = rng.random(frame.height) < 0.4 / (1 + j)
        out[f"I-{j:02d}"] = pl.Series(
            [bool(s) if c == 0 else None for s, c in zip(state, code, strict=True)], dtype=pl.Boolean
        )
        why[f"I-{j:02d}"] = pl.Series(code, dtype=pl.UInt8)
    return pl.DataFrame(out), pl.DataFrame(why)
