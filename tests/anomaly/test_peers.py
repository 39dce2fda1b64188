import polars as pl
import pytest
from tests.anomaly import made

from procrisk.anomaly.peers import LEVELS, assign, band


@pytest.mark.parametrize(
    ("cents", "label"),
    [
        (None, "?"),
        (0, "0-10k"),
        (999_999, "0-10k"),
        (1_000_000, "10-30k"),
        (6_900_000, "30-100k"),
        (9_999_999_99, "3000-10000k"),
        (1_000_000_000, "10000-100000k"),
        (10_000_000_000, ">100000k"),
    ],
)
def test_value_bands(cents, label):
    frame = pl.DataFrame({"c": pl.Series([cents], dtype=pl.Int64)})
    assert frame.select(band(pl.col("c"))).item() == label


def oracle(frame, minimum):
    """Finest level at which enough processes share the keys, and who they are."""
    rows = frame.with_columns(band=band(pl.col("amount_pen_cents"))).to_dicts()
    for own in rows:
        for level, keys in enumerate(LEVELS):
            peers = [at for at, r in enumerate(rows) if all(r[k] == own[k] for k in keys)]
            if len(peers) >= minimum or level == len(LEVELS) - 1:
                yield level, peers
                break


@pytest.mark.parametrize(("n", "minimum"), [(400, 30), (400, 5), (12, 30), (60, 10)])
def test_groups_are_the_finest_with_enough_members(n, minimum):
    frame = made.records(n).tables["processes"].sort("process_id")
    peers = assign(frame, minimum)
    groups = {r["group"]: r for r in peers.groups.to_dicts()}
    members = {g[0]: rows["row"].to_list() for g, rows in peers.members.group_by("group")}
    assert len(peers.own) == n
    for group, (level, expected) in zip(peers.own, oracle(frame, minimum), strict=True):
        assert groups[group]["level"] == level
        assert sorted(members[group]) == expected
        assert groups[group]["n_peers"] == len(expected)


def test_unknown_object_or_amount_is_a_group_of_its_own():
    frame = made.records(200).tables["processes"].sort("process_id")
    unknown = frame.with_columns(
        pl.lit(None, dtype=pl.String).alias("method"), pl.lit(None, dtype=pl.Int64).alias("amount_pen_cents")
    )
    both = pl.concat([frame, unknown])
    peers = assign(both)
    labels = peers.groups["label"].gather(peers.own)
    assert labels[200:].str.contains("?", literal=True).all()
    assert not labels[:200].str.contains("?", literal=True).any()
