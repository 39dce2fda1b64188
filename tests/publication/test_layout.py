"""The files that the writers of this package make pass the layout checker, and the checker does find what is off."""

from pathlib import Path

import polars as pl
import pytest
from tests.publication.layout import check_layout
from tests.publication.making import source

from procrisk.publication import exports, store
from procrisk.publication.verify import verify

REGION = {
    "region_code": "08", "region": "Cusco", "scope": "subnational", "period": "2022-Q1", "score": 40.0, "score_low": 30.0,
    "score_high": 50.0, "rank_low": 1, "rank_high": 2, "n_processes": 1, "amount_pen": 10.5, "share_evaluable": 0.5,
}  # fmt: skip
PROCESS = {
    "process_id": "1", "ocid": None, "region_code": "08", "scope": "local_government", "buyer": "M", "method": "AS",
    "amount_pen": 10.5, "score": 40.0, "band": "medium", "n_raised": 1, "n_clear": 2, "n_not_evaluable": 3, "reasons": ["SEL-04"],
}  # fmt: skip
FLAG = {
    "process_id": "1", "subject_type": "supplier", "subject_id": "10123456789", "indicator": "SEL-04", "risks": ["R52"],
    "value": 1.0, "threshold": 1.0, "evidence": "{}", "sentence_es": "Se presentó un solo postor: 10123456789.",
    "sentence_en": "A single bidder took part: 10123456789.",
}  # fmt: skip
COVERAGE = {
    "risk": "R52", "region_code": "08", "applicable": 3, "evaluated": 2, "raised": 1, "not_evaluable": 1, "why": ["value_missing"],
}  # fmt: skip


def publish(out: Path, score: float) -> None:
    with store.lock(out):
        staged = store.stage(out)
        tables = {
            "regions": (REGION | {"score": score}, ["region_code", "scope", "period"]),
            "processes": (PROCESS, ["process_id"]),
            "flags": (FLAG, ["process_id", "indicator", "subject_id"]),
            "coverage": (COVERAGE, ["risk", "region_code"]),
            "quarantine": ({"source": "a", "line": 1, "raw": "10123456789"}, ["source", "line"]),
        }
        for name, (row, key) in tables.items():
            frame = pl.DataFrame([row])
            exports.write_parquet(frame, staged / f"{name}.parquet", key, raw=["raw"])
            if name in {"regions", "coverage"}:
                exports.write_csv(frame, staged / f"{name}.csv", key)
        exports.write_json({"status": "passed"}, staged / "quality.json")
        exports.write_bytes(b"<html></html>", staged / "report.html")
        exports.write_bytes(b"PK", staged / "working_group.xlsx")
        store.commit(out, staged, store.seal(staged, {"inputs": [source(3)]}), command="run")


def test_a_publication_made_with_these_writers_has_the_fixed_layout(tmp_path: Path) -> None:
    publish(tmp_path, 40.0)
    assert verify(tmp_path) == []
    assert check_layout(tmp_path) == "1 processes, 1 flags of 1 indicators, 1 region rows, 1 risks in coverage"


def test_the_checker_sees_a_score_outside_its_interval(tmp_path: Path) -> None:
    publish(tmp_path, 60.0)
    with pytest.raises(AssertionError, match="score outside its interval"):
        check_layout(tmp_path)


def test_no_natural_person_is_in_any_file(tmp_path: Path) -> None:
    publish(tmp_path, 40.0)
    for path in (tmp_path / "current").glob("*.parquet"):
        assert "10123456789" not in str(pl.read_parquet(path).to_dicts()), path.name
