"""A profile tells what the tables hold, in both languages, and calls nothing a strength that was not measured."""

import numpy as np
import polars as pl
import pytest
from tests.composite import small

from procrisk.composite.build import build
from procrisk.composite.method import Method
from procrisk.composite.profile import profile
from procrisk.composite.uncertainty import uncertainty
from procrisk.errors import UsageError


@pytest.fixture
def built():
    values = np.random.default_rng(3).normal(50, 10, (12, 5))
    values[4] = [99, 1, 50, 50, np.nan]
    return build(small.framework(), small.data(values), Method(outliers="none", impute="worst"))


def test_the_table_agrees_with_scores_and_ranks(built):
    told = profile(built, "u04", ["u01", "u02", "u03"])
    for row in told.parts.iter_rows(named=True):
        scores = built.scores(row["part"])
        assert row["score"] == scores[4]
        assert row["median"] == pytest.approx(np.median(scores))
        assert row["peers_median"] == np.median(scores[1:4])
        assert row["of"] == 12
        if row["part"] in built.ranks.columns:
            assert row["rank"] == built.ranks[row["part"]][4]
        if row["distance"] is not None and row["known"]:
            assert row["role"] == (
                "" if abs(row["distance"]) < 0.5 else "strength" if row["distance"] > 0 else "weakness"
            )
    assert told.parts["part"][0] == "top"
    assert told.parts["level"].is_sorted(descending=True)


def test_sentences_in_both_languages(built):
    told = profile(built, "u04", ["u01", "u02"], uncertainty(built, 50))
    es, en = "\n".join(told.sentences_es), "\n".join(told.sentences_en)
    rank, score = built.ranks["top"][4], built.scores("top")[4]
    assert f"u04: {score:.1f} puntos, puesto {rank} de 12" in es
    assert f"u04: {score:.1f} points, rank {rank} of 12" in en
    assert "Con otras decisiones igual de defendibles su puesto va de" in es
    assert "Sus pares (u01, u02)" in es
    assert "Fortalezas: indicador 0 (puesto 1 de 12)" in es or "Fortalezas: indicador 1 (puesto 1 de 12)" in es
    assert len(told.sentences_es) == len(told.sentences_en)


def test_what_was_filled_is_neither_strength_nor_weakness(built):
    told = profile(built, "u04")
    row = told.parts.filter(pl.col("part") == "i4").row(0, named=True)
    assert (row["known"], row["role"]) == (False, "")
    assert row["distance"] < -0.5  # it would be told as a weakness, were it known
    assert told.sentences_es[-1] == "No se conoce: indicador 4."
    assert told.sentences_en[-1] == "Not known: indicator 4."


def test_peers_are_the_most_similar_unless_named(built):
    parts = np.column_stack([built.scores(p) for p in ("p0", "p1")])
    away = np.linalg.norm(parts - parts[4], axis=1)
    nearest = [built.units[k] for k in np.argsort(away) if k != 4][:5]
    assert profile(built, "u04").peers == tuple(sorted(nearest))


def test_a_unit_without_a_score_is_said_to_have_none():
    values = np.random.default_rng(3).normal(50, 10, (8, 5))
    values[2, 1:] = np.nan
    built = build(small.framework(), small.data(values), Method(least_known_unit=0.5))
    told = profile(built, "u02")
    assert told.sentences_es == ("u02 no tiene puntaje: se conoce 20% de sus indicadores, menos de lo que se pide.",)
    assert told.peers == ()
    assert set(told.parts["role"]) == {""}


@pytest.mark.parametrize(
    ("unit", "peers", "says"),
    [("zz", [], "'zz' is no unit"), ("u01", ["u99"], "'u99' is no unit"), ("u01", ["u01"], "own peer")],
)
def test_units_have_to_be_known(built, unit, peers, says):
    with pytest.raises(UsageError, match=says):
        profile(built, unit, peers)


def test_the_peers_case(peer):
    told = profile(peer, "CHE")
    assert told.sentences_en[0] == "Switzerland: 68.4 points, rank 1 of 51 (median 54.0)."
