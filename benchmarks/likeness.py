"""How well two descriptions are told to name the same object: `python -m benchmarks.likeness`.

`likeness_pairs.csv` holds pairs of published descriptions of lots of one buyer (CONOSCE, awards of January and February 2022 and
the emergency purchases of 2020), drawn at random by band of likeness and judged by eye: same 1 where one purchase could have
asked for both.
"""

from pathlib import Path

import numpy as np
import polars as pl

from procrisk.indicators import common
from procrisk.indicators.likeness import heads


def likenesses(pairs: pl.DataFrame) -> pl.Series:
    """Likeness of the texts `one` and `other` of each row; 0 where it is below the least that `heads` was asked for."""
    each = pairs.with_row_index("buyer").select(
        "buyer", pl.concat_list("one", "other").alias("text"), n=pl.concat_list(pl.lit(2), pl.lit(1))
    )
    found = heads(each.explode("text", "n"), least=0.01).with_columns(same=pl.col("head").n_unique().over("buyer") == 1)
    lowest = found.group_by("buyer", maintain_order=True).agg(pl.col("likeness").min(), pl.col("same").first())
    return lowest.select(pl.when("same").then("likeness").otherwise(0.0)).to_series()


def main() -> None:
    pairs = pl.read_csv(Path(__file__).parent / "likeness_pairs.csv")
    like, same = likenesses(pairs).to_numpy(), pairs["same"].to_numpy() == 1
    print(f"{pairs.height} pairs, {same.sum()} of the same object; the product takes {common.share('like_text')}")
    for least in np.arange(0.5, 0.91, 0.05).round(2):
        told = like >= least
        right, wrong = int((told & same).sum()), int((told & ~same).sum())
        precision = right / max(right + wrong, 1)
        print(
            f"{least:.2f}  right {right:3}  wrong {wrong:3}  precision {precision:.2f}  recall {right / same.sum():.2f}"
        )


if __name__ == "__main__":
    main()
