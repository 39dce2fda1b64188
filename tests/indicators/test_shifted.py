"""A tenth more or less: what that means for a whole number, a ratio near 1 and any other figure."""

import pytest

from procrisk.indicators import INDICATORS, registry, shifted


@pytest.mark.parametrize(
    ("value", "less", "more"),
    [(5, 5, 5), (10, 9, 11), (20, 18, 22), (1, 1, 1), (2500, 2250, 2750), (1.1, 1.09, 1.11), (0.95, 0.955, 0.945),
     (0.3, 0.27, 0.33), (3.5, 3.15, 3.85), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)],
)  # fmt: skip
def test_no_threshold_moves_further_than_a_tenth(value, less, more):
    assert shifted._moved(value, 0.9) == pytest.approx(less)
    assert shifted._moved(value, 1.1) == pytest.approx(more)
    assert type(shifted._moved(value, 0.9)) is type(value)


def test_the_settings_take_them():
    moved = shifted.thresholds(0.9)
    registry.check_thresholds(moved)
    assert set(moved) == {i.id for i in INDICATORS.values() if i.params}
    assert sum(moved[i] != dict(INDICATORS[i].params) for i in moved) > 100
