"""OCP Cardinal's worked examples, read and evaluated by this library's own indicators: where the definitions coincide, the same are
raised with the same figures; where these go beyond, the difference is shown."""

import json
from datetime import date
from types import SimpleNamespace

import polars as pl
import pytest

from procrisk.indicators import evaluate
from procrisk.records.ingest import ingest

FEW = {
    "SEL-25": {"min_peers": 5},
    "SEL-26": {"min_peers": 5},
    "SEL-30": {"min_bids": 1, "min_peers": 1},
    "SEL-31": {"min_tries": 1, "min_peers": 6},
}
"""The examples have a handful of processes: as many peers as that have to do."""


@pytest.fixture
def run(tmp_path):
    def run(lines):
        source = tmp_path / "releases.jsonl"
        source.write_text("".join(json.dumps(x) + "\n" for x in lines), encoding="utf-8")
        got = ingest([source], [], None)
        return evaluate.evaluate(got.dataset, date(2022, 1, 1), SimpleNamespace(thresholds=FEW, common={}))

    return run


def example(shared_data, number):
    folder = shared_data / "peers" / "cardinal" / "docs_examples" / "R"
    lines = [json.loads(x) for x in (folder / f"{number}.jsonl").read_text(encoding="utf-8").splitlines() if x.strip()]
    meta = json.loads((folder / f"{number}.with_meta_and_map.json").read_text(encoding="utf-8"))
    return lines, meta


def raised(found, id_):
    flags = found.flags.filter(pl.col("indicator") == id_)
    return dict(flags.select("process_id", "value").rows())


@pytest.mark.parametrize(
    ("number", "id_"), [("024", "SEL-25"), ("028", "SEL-32"), ("030", "SEL-33"), ("035", "SEL-28"), ("058", "SEL-26")]
)
def test_the_same_processes_are_raised(run, shared_data, number, id_):
    lines, meta = example(shared_data, number)
    theirs = {k: v[f"R{number}"] for k, v in meta["OCID"].items() if f"R{number}" in v}
    assert theirs
    ours = raised(run(lines), id_)
    assert set(ours) == set(theirs)
    if id_ in ("SEL-25", "SEL-26"):
        assert ours == pytest.approx(theirs)


@pytest.mark.parametrize(
    ("number", "id_", "fence"), [("024", "SEL-25", "lower_fence"), ("058", "SEL-26", "upper_fence")]
)
def test_the_fences_are_the_same(run, shared_data, number, id_, fence):
    lines, meta = example(shared_data, number)
    limit = run(lines).flags.filter(pl.col("indicator") == id_)["threshold"].item()
    assert limit == pytest.approx(meta["Meta"][f"R{number}"][fence], abs=1e-4)


def test_the_same_firms_bid_without_winning(run, shared_data):
    lines, meta = example(shared_data, "025")
    flags = run(lines).flags.filter(pl.col("indicator") == "SEL-31")
    theirs = {k: v["R025"] for k, v in meta["Tenderer"].items() if "R025" in v}
    assert dict(flags.select("subject_id", "value").rows()) == pytest.approx(theirs)
    assert flags["threshold"].unique().item() == pytest.approx(meta["Meta"]["R025"]["lower_fence"], abs=1e-4)


def test_the_lowest_bid_disqualified(run, shared_data):
    lines, meta = example(shared_data, "036")
    assert "R036" in meta["OCID"]["F"]
    for n, bid in enumerate(lines[0]["bids"]["details"]):  # bids of nobody are one row of a table of bids: name them
        bid["id"] = f"b{n}"
    assert "F" in raised(run(lines), "SEL-27")


def of(ocid, bids, awards, **more):
    """A compiled release. bids: (id, tenderer, amount, status, lot); awards: (supplier, lot or None, relatedBid or None)."""
    details = [
        {
            "id": b,
            "status": s,
            "tenderers": [{"id": t}],
            "value": {"amount": a, "currency": "USD"},
            **({"relatedLots": [x]} if x else {}),
        }
        for b, t, a, s, x in bids
    ]
    made = [
        {
            "id": str(n),
            "status": "active",
            "suppliers": [{"id": s}],
            **({"relatedLots": [x], "items": [{"id": x, "relatedLot": x}]} if x else {}),
            **({"relatedBid": b} if b else {}),
        }
        for n, (s, x, b) in enumerate(awards)
    ]
    return {"ocid": ocid, "bids": {"details": details}, "awards": made, **more}


def test_two_awards_of_two_lots_are_judged_each(run):
    """Cardinal passes over a process with two active awards; here each lot stands for itself."""
    lots = {"tender": {"lots": [{"id": "1"}, {"id": "2"}], "items": [{"id": x, "relatedLot": x} for x in "12"]}}
    bids = [
        ("a", "V", 10, "valid", "1"),
        ("b", "D", 9, "disqualified", "1"),
        ("c", "V", 7, "valid", "2"),
        ("d", "W", 5, "valid", "2"),
    ]
    found = run([of("F", bids, [("V", "1", None), ("W", "2", None)], **lots)])
    flags = found.flags.filter(pl.col("indicator") == "SEL-28")
    assert flags.select("process_id", "subject_id").rows() == [("F", "1")]


def test_the_bid_that_the_award_names_is_the_one_that_won(run):
    """Cardinal takes the winner's lowest bid; where the award names another, that one is compared."""
    bids = [("a", "W", 5, "valid", None), ("b", "W", 9, "valid", None), ("c", "L", 10, "valid", None)]
    more = [
        of(str(n), [("a", "W", 1, "valid", None), ("c", "L", 100, "valid", None)], [("W", None, None)])
        for n in range(4)
    ]
    lowest = run([of("F", bids, [("W", None, None)]), *more])
    named = run([of("F", bids, [("W", None, "b")]), *more])
    assert raised(lowest, "SEL-25") == {"F": pytest.approx(1.0)}
    assert raised(named, "SEL-25") == {"F": pytest.approx(1 / 9)}


def test_without_bids_nothing_is_clear(run):
    found = run([{"ocid": "F", "awards": [{"id": "1", "status": "active", "suppliers": [{"id": "W"}]}]}])
    ours = [f"SEL-{n}" for n in range(25, 49)]
    assert found.states.select(ours).row(0) == (None,) * len(ours)
