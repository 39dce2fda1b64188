"""The dictionary says every column once, in both languages, and refuses what it does not say."""

import polars as pl
import pytest
from tests.benchmark import made

from procrisk.benchmark.dictionary import TABLES
from procrisk.benchmark.fields import conform
from procrisk.benchmark.package import TYPES, dictionary
from procrisk.errors import GateError, GateFailedError


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_explained_in_both_languages(name):
    table = TABLES[name]
    assert set(table.key) <= set(table.fields)
    assert table.title_es
    assert table.title_en
    for column, f in table.fields.items():
        assert f.es, column
        assert f.en, column
        assert f.es != f.en
        assert f.type.base_type() in TYPES


def test_the_printed_dictionary_has_every_column_of_every_table():
    text = dictionary()
    for name, table in TABLES.items():
        part = text.split(f"## {name}\n")[1].split("\n## ")[0]
        assert [line.split("`")[1] for line in part.splitlines() if line.startswith("| `")] == list(table.fields)


def test_columns_that_nobody_explained_are_left_out_and_missing_ones_are_an_error():
    of = made.tables()["scores"]
    assert conform("scores", of.with_columns(secret=pl.lit(1)), TABLES["scores"]).columns == of.columns
    with pytest.raises(GateError, match="scores of the benchmark lacks score_low"):
        conform("scores", of.drop("score_low"), TABLES["scores"])


@pytest.mark.parametrize(("column", "value"), [("score", 100.5), ("scope", "everything"), ("share_evaluable", -0.1)])
def test_a_value_that_the_dictionary_forbids_is_an_error(column, value):
    of = made.tables()["scores"]
    wrong = of.with_columns(pl.when(pl.int_range(pl.len()) == 3).then(pl.lit(value)).otherwise(column).alias(column))
    with pytest.raises(GateFailedError, match=rf"column {column}: {value!r} is not"):
        conform("scores", wrong, TABLES["scores"])
