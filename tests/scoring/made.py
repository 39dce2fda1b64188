"""Made-up processes with indicators in the three states, as evaluate() gives them."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from procrisk.scoring.process import CATEGORIES, PHASES, score_processes
from procrisk.scoring.standard import standardise
from procrisk.scoring.strata import expected


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


def scored(n: int = 6000, m: int = 12, seed: int = 1) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Made-up processes as published, and the states behind them."""
    frame = processes(n, seed)
    flags, why = states(frame, m)
    known = indicators(m)
    return standardise(frame, score_processes(frame, flags, why, None, known), flags, why, known), flags


def simple(rows: list[tuple]) -> pl.DataFrame:
    """Scored processes of one kind from (buyer, region, score, day, cents) rows of local governments, all seen alike."""
    filled = [(*r, *(date(2022, 1, 5), 100_00)[len(r) - 3 :]) for r in rows]
    buyers, regions, scores, days, cents = ([r[i] for r in filled] for i in range(5))
    frame = pl.DataFrame(
        {
            "process_id": [f"{i:05d}" for i in range(len(rows))],
            "region_code": pl.Series(regions, dtype=pl.String),
            "delivery_region_code": pl.Series([None] * len(rows), dtype=pl.String),
            "scope": pl.Series(["local_government"] * len(rows), dtype=pl.String),
            "buyer": pl.Series(buyers, dtype=pl.String),
            "buyer_id": pl.Series(buyers, dtype=pl.String),
            "object": pl.Series(["goods"] * len(rows), dtype=pl.String),
            "method": pl.Series(["AS"] * len(rows), dtype=pl.String),
            "reference_date": pl.Series(days, dtype=pl.Date),
            "amount_pen_cents": pl.Series(cents, dtype=pl.Int64),
            "score": pl.Series(scores, dtype=pl.Float64),
            "opportunity": pl.Series([1.0] * len(rows), dtype=pl.Float64),
            "score_if_clear": pl.Series(scores, dtype=pl.Float64),
            "score_if_raised": pl.Series(scores, dtype=pl.Float64),
            "n_raised": pl.Series([1] * len(rows), dtype=pl.Int32),
            "n_clear": pl.Series([2] * len(rows), dtype=pl.Int32),
            "n_not_evaluable": pl.Series([1] * len(rows), dtype=pl.Int32),
        }
    )
    return frame.join(expected(frame), on="process_id", how="left", maintain_order="left")
