"""P-values against counting by hand and against permutations; nothing is found where there is nothing."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import polars as pl
import pytest

from procrisk.learning import multiplicity as m

N = 600


@dataclass
class Rated:
    id: str
    risks: tuple[str, ...]
    role: str = "sign"
    severity: int = 3
    phase: str = "selection"
    category: str = "integrity"
    breach: str = ""


def frame(x):
    return pl.DataFrame(
        {"process_id": [f"{i:05}" for i in range(len(x))], **{f"f{j}": x[:, j] for j in range(x.shape[1])}}
    )


def strata(n, **of):
    return pl.DataFrame({"method": ["AS"] * n, "object": ["goods"] * n, "year": [2022] * n} | of)


@pytest.fixture(scope="module")
def independent():
    rng = np.random.default_rng(11)
    return frame(rng.random((N, 12)) < np.linspace(0.02, 0.3, 12))


def test_the_p_value_is_the_tail_of_all_combinations():
    x = np.zeros((100, 3), dtype=bool)
    x[:50, 0], x[:10, 1], x[5:10, 2] = True, True, True
    told = m.p_values(strata(100), frame(x))
    rate = np.array([0.5, 0.1, 0.05])
    step = np.maximum(1, np.rint(-np.log(rate) / m.GRID))
    for row in (0, 7, 30, 99):
        total = x[row] @ step
        by_hand = sum(
            np.prod(np.where(c, rate, 1 - rate)) for c in product([0, 1], repeat=3) if np.array(c) @ step >= total
        )
        assert told["p"][row] == pytest.approx(by_hand)
    assert told["p"][99] == pytest.approx(1.0)


def test_it_is_what_many_permutations_say(independent):
    told = m.p_values(strata(N), independent)
    row = int(told["p"].arg_min())
    other = int(np.argsort(told["p"].to_numpy())[60])
    seen = np.zeros(2)
    for k in range(400):
        drawn = m.p_values(strata(N), m.shuffled(strata(N), independent, k))["surprise"].to_numpy()
        seen += [(drawn >= told["surprise"][r] - 1e-9).mean() for r in (row, other)]
    assert seen / 400 == pytest.approx([told["p"][row], told["p"][other]], rel=0.15, abs=1e-4)


def test_what_is_not_evaluable_is_no_trial():
    x = frame(np.random.default_rng(2).random((100, 3)) < 0.2).with_columns(
        f2=pl.when(pl.int_range(100) < 50).then(pl.col("f2"))
    )
    x = x.with_columns(pl.when(pl.int_range(100) == 99).then(None).otherwise(pl.col("f0", "f1")).name.keep())
    told = m.p_values(strata(100), x)
    assert told["p"].null_count() == 1
    assert told["p"][99] is None


def test_small_strata_have_no_p_value(independent):
    few = strata(N, year=[2021] * (m.MIN_STRATUM - 1) + [2022] * (N - m.MIN_STRATUM + 1))
    assert m.p_values(few, independent)["p"].null_count() == m.MIN_STRATUM - 1


def test_a_common_flag_is_no_surprise_and_a_planted_coincidence_is():
    rng = np.random.default_rng(5)
    x = rng.random((N, 12)) < 0.03
    x[:, 0] = rng.random(N) < 0.95
    x[0, 1:7] = True
    told = m.p_values(strata(N), frame(x))
    found = m.rejected(told["p"].to_numpy())
    assert found[0]
    assert found.sum() <= 3


def test_shuffles_reject_nothing_and_are_uniform(independent):
    told = m.calibration(strata(N), independent)
    assert (told["rejected"] > 0).mean() <= m.Q + 0.15  # 20 shuffles: two or three at most by chance, five never
    assert (told["ks"] <= told["ks_limit"] * 1.3).mean() >= 0.9
    assert told.equals(m.calibration(strata(N), independent))


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        ([0.001, 0.02, 0.5, 0.9], [1, 1, 0, 0]),
        ([0.05, 0.06, 0.07, 0.09], [1, 1, 1, 1]),  # step-up: the last one carries the others
        ([0.2, 0.3, float("nan"), 0.9], [0, 0, 0, 0]),
        ([0.05, float("nan")], [1, 0]),
    ],
)
def test_benjamini_hochberg(p, expected):
    assert m.rejected(np.array(p), 0.10).tolist() == [bool(e) for e in expected]


def test_indicators_of_one_risk_are_one_piece_of_evidence():
    known = {i: Rated(i, (r,)) for i, r in [("A", "r1"), ("B", "r1"), ("C", "r2")]} | {
        "I": Rated("I", ("r3",), "information")
    }
    states = pl.DataFrame(
        {
            "process_id": ["1", "2", "3"],
            "A": [True, False, None],
            "B": [True, None, None],
            "C": [None, False, True],
            "I": [True, True, True],
        },
        schema_overrides=dict.fromkeys("ABCI", pl.Boolean),
    )
    made = m.by_family(states, known)
    assert made.columns == ["process_id", "r1", "r2"]
    assert made["r1"].to_list() == [True, False, None]
    assert made["r2"].to_list() == [None, False, True]
