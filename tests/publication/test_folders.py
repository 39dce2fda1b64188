"""A version with folders in it is sealed, verified and suspected like a flat one."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from procrisk import fsio
from procrisk.publication import store
from procrisk.publication.verify import verify


@pytest.fixture
def version(tmp_path: Path) -> Path:
    with store.lock(tmp_path):
        staged = store.stage(tmp_path)
        for name in ("data/regions.csv", "hojas/pdf/01.pdf", "read.md"):
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            fsio.write_file(staged / name, b"a\n1\n")
        store.commit(tmp_path, staged, store.seal(staged, {}), command="test")
    assert verify(tmp_path) == []
    return (tmp_path / "current").resolve()


def test_outputs_are_named_by_their_path_with_their_rows(version: Path) -> None:
    outputs = json.loads((version / "manifest.json").read_bytes())["outputs"]
    assert [(o["name"], o["rows"]) for o in outputs] == [
        ("data/regions.csv", 1),
        ("hojas/pdf/01.pdf", None),
        ("read.md", None),
    ]


def _changed(v: Path) -> None:
    (v / "hojas" / "pdf" / "01.pdf").write_bytes(b"else")


def _more(v: Path) -> None:
    (v / "hojas" / "more.pdf").write_bytes(b"else")


def _empty(v: Path) -> None:
    (v / "hojas" / "more").mkdir()


def _gone(v: Path) -> None:
    (v / "data" / "regions.csv").unlink()


def _linked(v: Path) -> None:
    """The right bytes, but not the version's own: they may change at any time."""
    (v / "data").rename(v.parent / "elsewhere")
    (v / "data").symlink_to("../elsewhere")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_changed, "hojas/pdf/01.pdf: is not what the manifest says"),
        (_more, "hojas/more.pdf: is not in the manifest"),
        (_empty, "hojas/more: is not in the manifest"),
        (_gone, "data/regions.csv: cannot be read"),
        (_linked, "data/regions.csv: not a plain file of the version"),
    ],
)
def test_damage_in_a_folder_is_found_by_name(version: Path, damage: Callable[[Path], None], said: str) -> None:
    damage(version)
    assert any(said in problem for problem in verify(version))
