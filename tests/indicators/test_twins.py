"""A naive row-by-row reading of the records agrees with every vectorised indicator, process by process."""

import random
from dataclasses import dataclass, field
from datetime import date

import polars as pl
import pytest
from tests.indicators.made import Records
from tests.indicators.shaken import shaken
from tests.indicators.twins import TWINS
from tests.indicators.world import World

from procrisk.indicators import INDICATORS, evaluate
from procrisk.indicators.features import build
from procrisk.records.ingest import ingest
from procrisk.simulate import simulate

pytestmark = pytest.mark.xdist_group("twins")
REAL_AS_OF, MADE_AS_OF = date(2022, 4, 30), date(2023, 3, 31)


@dataclass
class Both:
    """The states that the product gives, and the records for the twin."""

    states: pl.DataFrame
    world: World
    raised: set = field(default_factory=set)


def both(tables, as_of) -> Both:
    judged = evaluate.judge(build(Records(tables), as_of), list(INDICATORS.values()), {})
    return Both(judged.states, World(tables, as_of))


def disagreements(found: Both, id_: str) -> list:
    product = dict(found.states.select("process_id", id_).iter_rows())
    twin = {p["process_id"]: TWINS[id_](found.world, p) for p in found.world.processes}
    assert set(product) == set(twin) | found.world.copies
    assert all(product.pop(copy) is None for copy in found.world.copies)
    return [(k, v, twin[k]) for k, v in product.items() if v is not twin[k]]


@pytest.fixture(scope="module")
def real(shared_data):
    got = ingest(
        [shared_data / "conosce", shared_data / "emergency_2020"],
        [shared_data / "entities", shared_data / "sanctions"],
        None,
    )
    return both(got.dataset.tables, REAL_AS_OF)


@pytest.fixture(scope="module")
def simulated_tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    simulate(folder, 700, 11)
    return ingest([folder / "ocds", folder / "conosce"], [folder / "context"], None).dataset.tables


@pytest.fixture(scope="module")
def simulated(simulated_tables):
    return both(simulated_tables, MADE_AS_OF)


@pytest.fixture(scope="module")
def holed(simulated_tables):
    """The same records with a tenth of the cells lost: what is not known must stay not known in both readings."""
    keys = {"process_id", "award_id", "lot_id", "party_id", "contract_id", "sources", "natural"}
    rng = random.Random(5)
    made = {}
    for name, frame in simulated_tables.items():
        lost = [
            pl.when(pl.Series([rng.random() > 0.1 for _ in range(frame.height)], dtype=pl.Boolean))
            .then(pl.col(c))
            .alias(c)
            for c in frame.columns
            if c not in keys and name not in ("provenance", "sources")
        ]
        made[name] = frame.with_columns(lost)
    return both(made, MADE_AS_OF)


@pytest.fixture(scope="module")
def moved(simulated_tables):
    return both(shaken(simulated_tables, 3), MADE_AS_OF)


@pytest.mark.parametrize("id_", sorted(INDICATORS))
def test_twin_agrees_on_real_records(real, id_):
    assert disagreements(real, id_) == []


@pytest.mark.parametrize("id_", sorted(INDICATORS))
def test_twin_agrees_on_simulated_records(simulated, id_):
    assert disagreements(simulated, id_) == []


@pytest.mark.parametrize("id_", sorted(INDICATORS))
def test_twin_agrees_where_cells_are_lost(holed, id_):
    assert disagreements(holed, id_) == []


@pytest.mark.parametrize("id_", sorted(INDICATORS))
def test_twin_agrees_on_records_moved_about(moved, id_):
    assert disagreements(moved, id_) == []


def test_real_records_raise_many_of_them(real):
    raised = [i for i in INDICATORS if real.states[i].any()]
    assert len(raised) >= 22, raised


def test_the_comparison_sees_every_state(simulated, real, moved):
    """Nearly all are raised and cleared somewhere; a comparison of nulls alone would prove nothing."""
    seen = {i: {s for f in (simulated, real, moved) for s in f.states[i].unique()} for i in INDICATORS}
    poor = sorted(i for i, s in seen.items() if not {True, False} <= s)
    assert len(poor) <= 3, poor
