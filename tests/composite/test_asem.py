"""The peer's case is reproduced at every stage."""

import numpy as np
import polars as pl
import pytest
from tests.composite import asem

from procrisk.composite.build import build, fix, rank
from procrisk.composite.files import read_data, read_framework


def distance(ours, theirs):
    """Largest difference over all units and columns; what is unknown has to be so in both."""
    theirs = theirs.sort("UnitCode")
    assert ours["unit"].to_list() == theirs["UnitCode"].to_list()
    columns = [c for c in ours.columns if c not in ("unit", "name")]
    a, b = (f.select(pl.col(columns).cast(pl.Float64)).to_numpy() for f in (ours, theirs))
    assert np.array_equal(np.isnan(a), np.isnan(b))
    return np.nanmax(np.abs(a - b)), len(columns)


@pytest.mark.parametrize(
    ("name", "within", "columns"),
    [
        ("Raw", 0, 49),
        ("Denominated", 0, 49),
        ("Imputed", 3e-16, 49),
        ("Treated", 0, 49),
        ("Normalised", 1e-9, 49),
        ("Aggregated", 1e-9, 60),
    ],
)
def test_every_stage(shared_data, peer, name, within, columns):
    theirs = asem.stage(shared_data, f"Data_{name}")
    found, n = distance(getattr(peer, name.lower()), theirs)
    assert n == columns
    if name in ("Imputed", "Treated"):  # filled by means: the last digit is that of the order of summing, on any scale
        a, b = (
            f.select(peer.framework.ids).to_numpy().astype(float)
            for f in (getattr(peer, name.lower()), theirs.sort("UnitCode"))
        )
        assert np.allclose(a, b, rtol=1e-14, atol=0)
    else:
        assert found <= within


def test_the_table_of_treatment(shared_data, peer):
    theirs = asem.stage(shared_data, "TreatSummary")
    ours = peer.treatment
    assert ours["indicator"].to_list() == theirs["IndCode"].to_list()
    assert ours["low"].to_list() == theirs["Low"].cast(pl.Int64).to_list()
    assert ours["high"].to_list() == theirs["High"].cast(pl.Int64).to_list()
    said = [f"Winsorised {a + b} points" if a + b else "None" for a, b in ours.select("low", "high").iter_rows()]
    assert said == theirs["Treatment"].to_list()
    assert (ours["done"] != "none").sum() == 15


def test_ranks_and_scores_of_every_group(shared_data, peer):
    ranks, scores = (asem.stage(shared_data, f"Results_Aggregates{x}").sort("UnitCode") for x in ("Rank", "Score"))
    apart = set()
    for group in peer.framework.groups:
        ours = peer.aggregated[group.id].to_numpy()
        assert rank(ours, 2).tolist() == ranks[group.id].to_list()  # the peer ranks scores as it prints them
        apart |= {
            (group.id, u) for u, a, b in zip(peer.units, peer.ranks[group.id], ranks[group.id], strict=True) if a != b
        }
        assert np.abs(ours - scores[group.id].to_numpy()).max() <= 0.005 + 1e-9
    assert apart == {("ConEcFin", "RUS"), ("Instit", "PRT")}  # 6.616 after 6.619, 77.566 after 77.575
    top = peer.aggregated.sort("Index", descending=True).head(5)
    assert dict(zip(top["unit"], top["Index"].round(2), strict=True)) == {
        "CHE": 68.38, "NLD": 64.82, "DNK": 64.80, "NOR": 64.47, "BEL": 63.54,
    }  # fmt: skip


def test_both_tables_of_the_peer_tell_the_same_framework(shared_data, peer):
    folder = shared_data / asem.FOLDER
    framework, method = read_framework(folder / "ASEM_iMeta.csv")
    assert {(x.id, x.parent, x.weight, x.level) for x in framework.by_id.values()} == {
        (x.id, x.parent, x.weight, x.level) for x in peer.framework.by_id.values()
    }
    data = read_data(folder / "ASEM_iData.csv", framework)
    again = build(framework, data, method.__class__(impute="mean", impute_group="EurAsia_group"))
    assert again.ranks["Index"].to_list() == peer.ranks["Index"].to_list()
    assert np.abs(again.aggregated["Index"].to_numpy() - peer.aggregated["Index"].to_numpy()).max() < 1e-6


def test_the_order_of_units_leaves_no_trace(peer):
    other = build(peer.framework, peer.data.sample(fraction=1, shuffle=True, seed=5), peer.method)
    for stage in ("imputed", "treated", "normalised", "aggregated", "ranks", "treatment", "known"):
        assert getattr(other, stage).equals(getattr(peer, stage), null_equal=True), stage


def test_its_own_goalposts_give_its_own_scores(peer):
    """Winsorised points lie at or beyond the fixed ends, so a framework fixed on this year reproduces it."""
    again = build(fix(peer), peer.data, peer.method)
    assert set(again.treatment["done"]) == {"goalposts"}
    assert np.abs(again.scores("Index") - peer.scores("Index")).max() < 1e-9
