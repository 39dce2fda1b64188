"""What moved between two versions is told, row by row, and in both languages."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from procrisk.errors import PublicationIOError, UsageError
from procrisk.publication import exports, store
from procrisk.publication.diff import Diff, diff, text

PROCESSES = {"process_id": ["1", "2", "3"], "score": [10.0, 20.0, None], "band": ["low", "low", None]}
REGIONS = {
    "region_code": ["08", None],
    "scope": ["s", "s"],
    "period": ["2022", "2022"],
    "score": [1.0, 2.0],
    "rank_low": [1, 2],
}
FLAGS = {"process_id": ["1", "1"], "indicator": ["A", "B"], "subject_type": ["p", "p"], "subject_id": ["1", None]}


def publish(out: Path, manifest: dict[str, Any], **tables: dict[str, list[Any]]) -> str:
    keys = {
        "processes": ["process_id"],
        "regions": ["region_code", "scope", "period"],
        "flags": ["process_id", "indicator", "subject_id"],
    }
    with store.lock(out):
        staged = store.stage(out)
        for name, data in ({"processes": PROCESSES, "regions": REGIONS, "flags": FLAGS} | tables).items():
            exports.write_parquet(pl.DataFrame(data), staged / f"{name}.parquet", keys[name])
        version = store.seal(staged, manifest)
        store.commit(out, staged, version, command="run")
    return version


MANIFEST = {
    "inputs": [{"name": "a", "sha256": "1" * 64, "counts": {"read": 2}}],
    "code": {"polars": "2.1.0"},
    "settings": "x",
}


@pytest.fixture
def found(tmp_path: Path) -> Diff:
    a = publish(tmp_path, MANIFEST)
    b = publish(
        tmp_path,
        {
            "inputs": [{"name": "a", "sha256": "2" * 64, "counts": {"read": 3}}],
            "code": {"polars": "2.2.0"},
            "settings": "x",
        },
        processes={"process_id": ["1", "3", "4"], "score": [10.0, 30.0, 5.0], "band": ["low", "medium", "low"]},
        regions=REGIONS | {"rank_low": [2, 2]},
        flags={"process_id": ["1", "4"], "indicator": ["A", "A"], "subject_type": ["p", "p"], "subject_id": ["1", "9"]},
    )
    return diff(tmp_path, a, b)


def test_processes_move_appear_and_vanish(found: Diff) -> None:
    assert found.processes.select("process_id", "change", "score_before", "score_after", "band_after").rows() == [
        ("2", "vanished", 20.0, None, None),
        ("3", "moved", None, 30.0, "medium"),
        ("4", "appeared", None, 5.0, "low"),
    ]


def test_regions_that_change_rank_alone_have_moved(found: Diff) -> None:
    assert found.regions.select("region_code", "change", "rank_low_before", "rank_low_after").rows() == [
        ("08", "moved", 1, 2)
    ]


def test_flags_appear_and_vanish(found: Diff) -> None:
    assert found.flags.rows() == [("1", "B", "p", None, "vanished", 1), ("4", "A", "p", "9", "appeared", 1)]


def test_what_differs_at_the_source(found: Diff) -> None:
    assert found.manifest.rows() == [
        ("code/polars", '"2.1.0"', '"2.2.0"'),
        ("inputs/a (111111111111)", '{"read": 2}', None),
        ("inputs/a (222222222222)", None, '{"read": 3}'),
    ]


def test_text_says_it_in_spanish_first(found: Diff) -> None:
    lines = text(found).splitlines()
    assert lines[0] == f"{found.before} → {found.after}"
    assert "Procedimientos / processes: 3" in lines
    assert "  2: desaparece / vanished; score 20.00 → —, band low → —" in lines
    assert "  08 · s · 2022: cambia / moved; rank_low 1 → 2" in lines
    assert "  1 · B · p: desaparece / vanished" in lines
    assert "  … 2 más / more" in text(found, rows=1).splitlines()


def test_a_version_does_not_differ_from_itself(found: Diff, tmp_path: Path) -> None:
    same = diff(tmp_path, "current", found.after)
    assert same.is_empty
    assert "Sin diferencias" in text(same)


def test_unknown_and_damaged_versions_are_errors(found: Diff, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no version"):
        diff(tmp_path, "nope", "current")
    (tmp_path / "current" / "flags.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(PublicationIOError, match="procrisk verify"):
        diff(tmp_path, found.before, found.after)
    (tmp_path / "current" / "flags.parquet").unlink()
    with pytest.raises(PublicationIOError):
        diff(tmp_path, found.before, found.after)
