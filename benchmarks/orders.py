"""Time and memory of minor orders: `python -m benchmarks.orders [ORDERS]`.

Orders are made up: descriptions built from words, buyers of unequal size (log-normal, the largest with some 2 % of all). The floor is what scikit-learn takes to cut the
same descriptions into n-grams, one by one, with nothing compared.
"""

import resource
import sys
import time
from datetime import date, timedelta

import numpy as np
import polars as pl

from procrisk.indicators.features_orders import with_orders
from procrisk.indicators.likeness import HIGH, LOW
from procrisk.records.tables import TABLES

WHAT = "CEMENTO PAPEL TONER COMBUSTIBLE ALQUILER LIMPIEZA REFRIGERIO REPUESTO UNIFORME LADRILLO IMPRESION TRANSPORTE"
KIND = "PORTLAND BOND ORIGINAL DIESEL VOLQUETE OFICINA REUNION CAMIONETA VERANO HUECO AFICHE MATERIAL LASER MIXTO"


def orders(n: int, seed: int = 1) -> pl.DataFrame:
    """A month of n minor orders of 2,500 buyers."""
    rng = np.random.default_rng(seed)
    sizes = rng.lognormal(0, 1.2, 2_500)
    what, kind = WHAT.split(), KIND.split()
    made = pl.DataFrame(
        {
            "buyer": rng.choice(2_500, n, p=sizes / sizes.sum()),
            "day": rng.integers(0, 31, n),
            "amount_cents": rng.lognormal(12.8, 1.2, n).astype(np.int64).clip(1_000, 3_680_000),
            "supplier": rng.integers(0, 20_000, n),
            "a": rng.choice(what, n),
            "b": rng.choice(kind, n),
            "c": rng.integers(0, 3_000, n),
        }
    )
    letters = [chr(65 + i % 26) + chr(65 + i // 26 % 26) + chr(65 + i // 676 % 26) + "A" for i in range(3_000)]
    columns = {
        "buyer_ruc": pl.format("20{}", pl.col("buyer").cast(pl.String).str.zfill(9)),
        "order_number": pl.int_range(pl.len()).cast(pl.String),
        "date": pl.lit(date(2022, 3, 1)) + pl.col("day") * pl.lit(timedelta(days=1)),
        "description": pl.format("ADQUISICION DE {} {} {}", "a", "b", pl.Series(letters).gather(made["c"])),
        "currency": pl.lit("PEN"),
        "object": pl.lit("goods"),
        "hiring_type": pl.lit("Contrataciones hasta 8 UIT (LEY 30225)"),
        "supplier_id": pl.format("20{}", pl.col("supplier").cast(pl.String).str.zfill(9)),
    }
    table = TABLES["purchase_orders"]
    full = made.with_columns(**columns)
    return full.select(
        pl.col(c) if c in full.columns else pl.lit(None, dtype).alias(c) for c, dtype in table.schema.items()
    )


def main() -> None:
    from sklearn.feature_extraction.text import HashingVectorizer

    made = orders(int(sys.argv[1]) if len(sys.argv) > 1 else 300_000)
    ruc = made["buyer_ruc"].unique().sort()
    frame = pl.DataFrame({"buyer_id": ruc, "buyer_ruc": ruc, "buyer_level": "local", "year": 2022}).with_columns(
        pl.col("year").cast(pl.Int16)
    )
    start = time.process_time()
    HashingVectorizer(analyzer="char_wb", ngram_range=(LOW, HIGH), lowercase=False).transform(made["description"])
    floor = time.process_time() - start
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.process_time()
    found = with_orders(frame, made)
    spent = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{made.height:,} orders of {ruc.len():,} buyers: {spent:.1f} s of CPU, {spent / floor:.2f}x the floor ({floor:.1f} s)"
    )
    print(f"memory {peak:,.0f} MB, of which {before:,.0f} before; groups {found['like_one_groups_n'].sum():,}")


if __name__ == "__main__":
    main()
