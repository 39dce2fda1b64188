"""The lake keeps what was decoded, survives a run that dies, and starts afresh rather than guess."""

import json

import numpy as np
import polars as pl
import pytest

from procrisk.records import lake as lake_module
from procrisk.records.batch import Chunk, Reason, Refusal, content_key
from procrisk.records.lake import Lake, Positions, UnitResult

UNIT = UnitResult("", "f" * 64, 10, "ocds", 0)


def chunk(*texts, known=(), year=2022, refusals=()):
    """A chunk as a reader gives it: rows for the keys that are not known."""
    keys = [content_key(t.encode()) for t in texts]
    new = [i for i, k in enumerate(keys) if k not in known]
    at = pl.Series("record", new, dtype=pl.UInt32)
    records = pl.DataFrame(
        {"record": at, "kind": "ocds", "process_id": [texts[i] for i in new], "ocid": None, "version_date": None, "year": year},
        schema={"record": pl.UInt32, "kind": pl.String, "process_id": pl.String, "ocid": pl.String, "version_date": pl.String, "year": pl.Int16},
    )  # fmt: skip
    lots = pl.DataFrame(
        {"record": at, "process_id": [texts[i] for i in new], "lot_id": "1"}, schema_overrides={"record": pl.UInt32}
    )
    n = len(texts)
    return Chunk(
        list(range(1, n + 1)), list(range(0, n * 10, 10)), keys, {"records": records, "lots": lots}, list(refusals)
    )


def titles(lake):
    return sorted(lake.read("lots")["process_id"])


def test_what_is_committed_is_read_back_and_not_decoded_again(tmp_path):
    lake = Lake(tmp_path)
    assert lake.add(chunk("a", "b")).tolist() == [0, 1]
    lake.commit()
    again = Lake(tmp_path)
    assert content_key(b"a") in again.known
    assert again.add(chunk("b", "c", known=again.known)).tolist() == [1, 2]
    again.commit()
    assert titles(Lake(tmp_path)) == ["a", "b", "c"]
    assert Lake(tmp_path).next_record == 3


def test_the_same_record_twice_in_a_chunk_gives_its_rows_once(tmp_path):
    lake = Lake(tmp_path)
    assert lake.add(chunk("a", "a", "b")).tolist() == [0, 0, 1]
    lake.commit()
    assert titles(lake) == ["a", "b"]


def test_rows_lie_by_table_and_year(tmp_path):
    lake = Lake(tmp_path)
    lake.add(chunk("a", year=2021))
    lake.add(chunk("b", year=2022))
    lake.add(chunk("c", year=None))
    lake.commit()
    assert sorted(p.name for p in (tmp_path / "lots").iterdir()) == ["year=0000", "year=2021", "year=2022"]
    part = next((tmp_path / "lots" / "year=2021").iterdir())
    assert pl.read_parquet(part)["process_id"].to_list() == ["a"]


def test_what_was_not_committed_never_counted(tmp_path):
    lake = Lake(tmp_path)
    lake.add(chunk("a"))
    lake.commit()
    lake.add(chunk("b"))
    lake.remember("0" * 64, Positions().result([UNIT]))
    lake._flush()  # parts are on disk, the pointer is not
    assert len(list(tmp_path.rglob("lots/*/*.parquet"))) == 2
    again = Lake(tmp_path)
    assert titles(again) == ["a"]
    assert again.units("0" * 64) is None
    assert len(list(tmp_path.rglob("lots/*/*.parquet"))) == 1, "the orphan is swept"
    assert not list(tmp_path.glob("files/*"))
    again.add(chunk("b", known=again.known))
    again.commit()
    assert titles(Lake(tmp_path)) == ["a", "b"]


def test_a_file_keeps_its_lines_records_and_refusals(tmp_path):
    lake = Lake(tmp_path)
    refusal = Refusal(3, 20, Reason.DATE_INVALID, "31 February", b"\xff\x00raw", "77")
    c = chunk("a", "b", refusals=[refusal])
    found = Positions()
    found.add(0, c, lake.add(c))
    lake.remember("1" * 64, found.result([UNIT]))
    lake.commit()
    back = Lake(tmp_path).file("1" * 64)
    assert back.units == [UNIT]
    assert back.positions.rows() == [(0, 1, 0, 0), (0, 2, 10, 1)]
    assert back.refusals.rows() == [(0, 3, 20, "date_invalid", "31 February", "77", b"\xff\x00raw")]


@pytest.mark.parametrize("harm", ["version", "cut", "gone", "garbage"])
def test_a_lake_that_is_not_as_written_starts_afresh(tmp_path, harm):
    lake = Lake(tmp_path)
    lake.add(chunk("a"))
    lake.commit()
    part = next(tmp_path.rglob("lots/*/*.parquet"))
    pointer = tmp_path / "lake.json"
    if harm == "version":
        pointer.write_text(json.dumps({**json.loads(pointer.read_text()), "version": "older"}))
    elif harm == "cut":
        part.write_bytes(part.read_bytes()[:-5])
    elif harm == "gone":
        part.unlink()
    else:
        pointer.write_text("{half a poin")
    again = Lake(tmp_path)
    assert again.next_record == 0
    assert titles(again) == []
    assert not list(tmp_path.rglob("*.parquet"))
    again.add(chunk("a", known=again.known))
    again.commit()
    assert titles(Lake(tmp_path)) == ["a"]


def test_changed_readers_change_the_version(monkeypatch):
    before = lake_module.schema_version()
    monkeypatch.setattr(lake_module, "readers_version", lambda: "other")
    assert lake_module.schema_version() != before


def test_compaction_merges_parts_and_keeps_every_row(tmp_path, monkeypatch):
    monkeypatch.setattr(lake_module, "_MANY_PARTS", 3)
    for name in "abcdef":
        lake = Lake(tmp_path)
        lake.add(chunk(name, known=lake.known))
        lake.commit()
    before = titles(lake)
    live = pl.Series(np.arange(6, dtype=np.uint32))
    assert lake.compact(live, set())
    again = Lake(tmp_path)
    assert titles(again) == before == list("abcdef")
    assert len(list(tmp_path.rglob("lots/*/*.parquet"))) == 1
    assert not again.compact(live, set())


def test_compaction_leaves_dead_rows_out_and_forgets_their_files(tmp_path, monkeypatch):
    monkeypatch.setattr(lake_module, "_DEAD_ENOUGH", 0)
    lake = Lake(tmp_path)
    for sha, names in (("1" * 64, "abcd"), ("2" * 64, "e")):
        c, found = chunk(*names), Positions()
        found.add(0, c, lake.add(c))
        lake.remember(sha, found.result([UNIT]))
    lake.commit()
    assert lake.compact(pl.Series([4], dtype=pl.UInt32), {"2" * 64})
    again = Lake(tmp_path)
    assert titles(again) == ["e"]
    assert again.units("1" * 64) is None
    assert again.units("2" * 64) == [UNIT]
    assert content_key(b"a") not in again.known
    assert again.add(chunk("a", known=again.known)).tolist() == [5], "numbers are never given twice"


def test_a_reader_that_forgets_a_record_is_caught(tmp_path):
    bad = chunk("a", "b")
    bad.tables["records"] = bad.tables["records"].head(1)
    with pytest.raises(AssertionError, match="without its row"):
        Lake(tmp_path).add(bad)
