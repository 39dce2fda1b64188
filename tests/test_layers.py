"""Data flows one way: a stage imports only what stands before it."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

GROUND = {"errors", "resources", "settings", "logs", "fsio", "progress"}
BEFORE = {
    "assessment": set(),
    "records": {"assessment"},
    "workdays": set(),
    "catalogue": set(),
    "legal_parameters": set(),
    "law": {"records", "workdays", "legal_parameters"},
    "indicators": {"records", "law", "workdays", "catalogue"},
    "catalogue_check": {"catalogue", "indicators"},
    "collusion": {"records", "law", "indicators"},
    "composite": set(),
    "cri": {"records", "indicators", "simulate"},
    "anomaly": {"records", "law", "workdays", "simulate"},
    "scoring": {"records", "indicators", "anomaly", "catalogue", "assessment"},
    "learning": {"records", "indicators", "scoring"},
    "quality": {"records", "scoring"},
    "profile": set(),
    "fingerprint": {"records"},
    "publication": {
        "assessment",
        "records",
        "law",
        "catalogue",
        "indicators",
        "collusion",
        "scoring",
        "quality",
        "fingerprint",
    },
    "indices": {"assessment", "records", "indicators", "composite", "publication"},
    "documentation": {"assessment", "records", "law", "legal_parameters", "catalogue", "indicators", "scoring"},
    "simulate": set(),
    "pipeline": {
        "records",
        "indicators",
        "anomaly",
        "collusion",
        "learning",
        "scoring",
        "quality",
        "fingerprint",
        "publication",
    },
    "proving": {"records", "indicators", "pipeline", "scoring", "simulate"},
    "robustness": {"records", "indicators", "pipeline", "scoring"},
    "cardinal": {"records"},
    "benchmark": {
        "catalogue",
        "fingerprint",
        "indicators",
        "indices",
        "pipeline",
        "publication",
        "quality",
        "records",
        "scoring",
    },
    "cli": {
        "benchmark",
        "catalogue_check",
        "cardinal",
        "pipeline",
        "publication",
        "records",
        "simulate",
        "catalogue",
        "indicators",
        "proving",
    },
    "errors": set(),
    "resources": set(),
    "settings": set(),
    "logs": set(),
    "fsio": set(),
    "progress": set(),
}
SOURCES = sorted((ROOT / "src" / "procrisk").rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Full names of the modules that a file imports, inside functions too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{a.name}" for a in node.names}
    return names


def room(path: Path) -> str:
    inside = path.relative_to(ROOT / "src" / "procrisk").parts
    return inside[0].removesuffix(".py")


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT / "src")))
def test_imports_what_stands_before(path):
    here = room(path)
    if here in ("__init__", "__main__"):
        return
    own = {n.split(".")[1] for n in imported(path) if n.startswith("procrisk.")}
    allowed = BEFORE[here] | GROUND | {here}
    modules = {p.stem for p in (ROOT / "src" / "procrisk").iterdir()}
    assert (own & modules) - allowed == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT / "src")))
def test_library_knows_no_orchestrator(path):
    assert not {n.split(".")[0] for n in imported(path)} & {"prefect", "great_expectations", "flows", "pandas"}


@pytest.mark.parametrize("path", sorted((ROOT / "flows").glob("*.py")), ids=lambda p: p.name)
def test_flows_hold_no_data_frame_logic(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    methods = [n.func for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    called = {m.attr for m in methods if not isinstance(m.value, ast.Constant)}  # "".join is no join
    assert not called & {"group_by", "join", "with_columns", "agg", "over", "unpivot", "pivot"}
    assert len(path.read_text(encoding="utf-8").splitlines()) < 200


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT / "src")))
def test_modules_stay_readable(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
