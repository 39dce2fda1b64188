"""The example in docs/indices.md is worked by the code to the same decimals."""

import re

import polars as pl

from procrisk.indices import answers
from procrisk.indices.scores import score
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "indices.md").read_text(encoding="utf-8")


def test_the_example_by_hand_is_what_the_code_says(tmp_path):
    (block,) = re.findall(r"```csv\n(.*?)```", PAGE, flags=re.DOTALL)
    (tmp_path / "f.csv").write_text(block, encoding="utf-8")
    read = answers.read([tmp_path / "f.csv"])
    assert read.quarantine.is_empty()
    told = re.findall(r"^\| (A|B|C|D|E|all) \|[^|]*\| ([^|]+) \| ([\d.]+) \| ([\d.]+) \|$", PAGE, flags=re.MULTILINE)
    assert len(told) == 6
    found = score(read.items)
    for pillar, value, low, high in told:
        row = found.row(by_predicate=pl.col("pillar") == pillar, named=True)
        assert value == ("sin datos" if row["score"] is None else f"{row['score']:.1f}")
        assert (low, high) == (f"{row['score_low']:.1f}", f"{row['score_high']:.1f}")


def test_the_counts_of_items_and_weights_are_those_of_the_frameworks():
    from procrisk.indices.frameworks import INDICES, load

    for index in INDICES:
        framework = load(index, "DS148-2024")
        table = PAGE.split(f"| {index} | peso")[1].split("\n\n")[0]
        said = re.findall(r"^\| ([A-E]) [^|]*\| (\d+) \| (\d+)", table, flags=re.MULTILINE)
        assert said == [
            (p.id, f"{p.weight:g}", str(len(framework.asked("2025", p.id)))) for p in framework.pillars.values()
        ]
