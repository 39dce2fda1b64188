"""The command line that others script against."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"polars", "prefect", "great_expectations", "sklearn", "pandas", "numpy", "structlog", "rich"}


def procrisk(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "procrisk", *map(str, arguments)], capture_output=True, text=True, **options
    )


def test_help_imports_nothing_heavy():
    code = "import sys; from procrisk import cli; cli.parser().format_help(); print(sorted(m for m in sys.modules if '.' not in m))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not HEAVY & set(eval(out))


@pytest.mark.parametrize(
    "command", ["run", "fetch", "simulate", "explain", "verify", "rollback", "versions", "diff", "catalogue"]
)
def test_every_command_has_help(command):
    made = procrisk(command, "--help")
    assert made.returncode == 0
    assert len(made.stdout.splitlines()) > 3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 2),
        (["publish"], 2),
        (["run"], 2),
        (["run", "x", "--out", "o", "--as-of", "31/12/2022"], 2),
        (["run", "no-such-folder", "--out", "o"], 5),
        (["run", "x.txt", "--out", "o", "--settings", "none.toml"], 5),
        (["run", "x.txt", "--out", "o"], 5),
        (["explain", "1", "--out", "o"], 5),
        (["simulate", "--out", "s", "--processes", "0", "--seed", "1"], 2),
    ],
)
def test_exit_codes(tmp_path, arguments, code):
    (tmp_path / "x.txt").write_text("this is no procurement record\n")
    made = procrisk(*arguments, cwd=tmp_path)
    assert made.returncode == code, made.stderr
    assert made.stderr
    assert "Traceback" not in made.stderr


def test_a_second_run_is_told_to_wait(tmp_path):
    from procrisk.publication import store

    (tmp_path / "a.jsonl").write_text(json.dumps({"ocid": "ocds-1", "tender": {"id": "1"}}) + "\n")
    with store.lock(tmp_path / "out"):
        made = procrisk("run", tmp_path / "a.jsonl", "--out", tmp_path / "out")
    assert made.returncode == 75
    assert not Path(tmp_path / "out" / "current").exists()
