"""What moved between two versions is told, row by row, and in both languages."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from procrisk.errors import PublicationIOError, UsageError
from procrisk.publication import exports, store
from procrisk.publication.diff import Diff, diff
from procrisk.publication.diff_text import text


def processes(
    ids: list[str], score: list[float | None], band: list[str | None], reasons: list[list[str]]
) -> pl.DataFrame:
    n = len(ids)
    schema = {
        "process_id": pl.String,
        "score": pl.Float64,
        "band": pl.String,
        "reasons": pl.List(pl.String),
        "region_code": pl.String,
        "delivery_region_code": pl.String,
        "scope": pl.String,
        "reference_date": pl.Date,
    }
    where = (["08"] * n, [None] * n, ["local_government"] * n, [date(2022, 1, 5)] * n)
    return pl.DataFrame(dict(zip(schema, (ids, score, band, reasons, *where), strict=True)), schema)


PROCESSES = processes(["1", "2", "3"], [10.0, 20.0, None], ["low", "low", None], [["A", "B"], [], []])
REGIONS = {
    "region_code": ["08", None],
    "scope": ["subnational", "s"],
    "period": ["2022", "2022"],
    "score": [1.0, 2.0],
    "rank_low": [1, 2],
}
SOURCES = {"process_id": ["1", "2", "3"], "kind": ["ocds"] * 3, "key": ["a", "b", "c"]}
FLAGS = {"process_id": ["1", "1"], "indicator": ["A", "B"], "subject_type": ["p", "p"], "subject_id": ["1", None]}


def publish(out: Path, manifest: dict[str, Any], **tables: Any) -> str:
    keys = {
        "processes": ["process_id"],
        "regions": ["region_code", "scope", "period"],
        "flags": ["process_id", "indicator", "subject_id"],
        "sources": ["process_id", "kind", "key"],
    }
    usual = {"processes": PROCESSES, "regions": REGIONS, "flags": FLAGS, "sources": SOURCES}
    with store.lock(out):
        staged = store.stage(out)
        for name, data in (usual | tables).items():
            exports.write_parquet(
                pl.DataFrame(data) if isinstance(data, dict) else data, staged / f"{name}.parquet", keys[name]
            )
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
        processes=processes(["1", "3", "4"], [10.0, 30.0, 5.0], ["low", "medium", "low"], [["A"], [], ["A"]]),
        sources={"process_id": ["1", "3", "4"], "kind": ["ocds"] * 3, "key": ["a", "changed", "d"]},
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
    assert found.flags.rows() == [
        ("1", "B", "p", None, "vanished", 1, ["code", "peers"]),
        ("4", "A", "p", "9", "appeared", 1, ["new"]),
    ]


def test_what_differs_at_the_source(found: Diff) -> None:
    assert found.manifest.rows() == [
        ("code/polars", '"2.1.0"', '"2.2.0"'),
        ("inputs/a (111111111111)", '{"read": 2}', None),
        ("inputs/a (222222222222)", None, '{"read": 3}'),
    ]


def test_text_says_it_in_spanish_first(found: Diff) -> None:
    lines = text(found).splitlines()
    assert lines[0] == f"{found.before} → {found.after}"
    assert "Procedimientos que ganan o pierden señales / processes that gain or lose flags: 1" in lines
    assert "Otros procedimientos que cambian / other processes that move: 2" in lines
    assert (
        "  2: desaparece / vanished; score 20.00 → —, band low → —; por / by: registro retirado / removed record"
        in lines
    )
    moved = "  08 · subnational · 2022: cambia / moved; rank_low 1 → 2, 3 procesos / processes (A); por / by: "
    assert any(line.startswith(moved) for line in lines)
    assert (
        "  1 · B · p: desaparece / vanished; por / by: código / code + registros de otros procesos / records of other processes"
        in lines
    )
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


def test_records_are_told_by_their_content(found: Diff) -> None:
    assert found.records.rows() == [("2", "removed"), ("3", "revised"), ("4", "new")]
    assert dict(found.processes.select("process_id", "cause").rows()) == {
        "2": ["removed"],
        "3": ["revised"],
        "4": ["new"],
    }


def changed(tmp_path: Path, settings_after: dict[str, Any], **rest: Any) -> Diff:
    """Version a flags process 1 with B, version b no longer; nothing else differs but what is given."""
    a = publish(tmp_path, MANIFEST | {"changed_settings": {}})
    lost = processes(["1", "2", "3"], [5.0, 21.0, None], ["low", "low", None], [["A"], [], []])
    flags = {"process_id": ["1"], "indicator": ["A"], "subject_type": ["p"], "subject_id": ["1"]}
    regions = REGIONS | {"score": [0.9, 2.1]}
    b = publish(
        tmp_path,
        MANIFEST | {"settings": "y", "changed_settings": settings_after} | rest,
        processes=lost,
        flags=flags,
        regions=regions,
    )
    return diff(tmp_path, a, b)


def test_a_changed_setting_is_named_with_the_flags_and_processes_that_it_moves(tmp_path: Path) -> None:
    found = changed(tmp_path, {"indicators.B.limit": {"value": 3, "default": 2}})
    assert found.settings.rows() == [("indicators.B.limit", "2", "3")]
    assert found.flags.select("process_id", "indicator", "change", "cause").rows() == [
        ("1", "B", "vanished", ["settings"])
    ]
    assert found.processes.select("process_id", "gained", "lost", "cause").rows() == [
        ("1", [], ["B"], ["settings"]),
        ("2", [], [], ["base_rates"]),
    ]
    by_region = found.regions.select("region_code", "n_moved", "indicators", "cause").rows()
    assert sorted(by_region, key=str) == [("08", 2, ["B"], ["own"]), (None, 0, [], ["others"])]
    lines = text(found).splitlines()
    assert "  indicators.B.limit: 2 → 3" in lines
    assert not any(line.startswith("  settings:") for line in lines), "the hash says nothing once the setting is named"


def test_settings_of_both_sides_are_held_against_the_default_of_the_other(tmp_path: Path) -> None:
    a = publish(tmp_path, MANIFEST | {"changed_settings": {"indicators.B.limit": {"value": 5, "default": 2}}})
    other = {"common.split_days": {"value": 30, "default": 60}}
    b = publish(tmp_path, MANIFEST | {"settings": "y", "changed_settings": other})
    assert diff(tmp_path, a, b).settings.rows() == [("common.split_days", "60", "30"), ("indicators.B.limit", "5", "2")]


@pytest.mark.parametrize(
    ("rest", "flag", "process"),
    [
        ({"law": "other"}, ["law"], ["base_rates"]),
        ({"catalogue": "other"}, ["catalogue"], ["catalogue", "base_rates"]),
        ({"roles": "other"}, ["unknown"], ["roles", "base_rates"]),
        ({"model": "other"}, ["unknown"], ["model", "base_rates"]),
        ({"as_of": "2022-03-01"}, ["as_of"], ["base_rates"]),
    ],
)
def test_other_causes_are_told_apart(tmp_path: Path, rest: dict[str, str], flag: list[str], process: list[str]) -> None:
    found = changed(tmp_path, {}, **rest)
    assert found.flags["cause"].to_list() == [flag]
    assert found.processes.filter(pl.col("process_id") == "2")["cause"].to_list() == [process]
