"""Staging, sealing, swapping: what a reader sees, which id comes out, who may write."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from tests.publication.making import leftovers, publish, shown

from procrisk.errors import LockedError
from procrisk.publication import exports, store
from procrisk.publication.verify import verify

ROOT = Path(__file__).resolve().parents[2]
HOLD = (
    "import sys, time; from pathlib import Path; from procrisk.publication import store\n"
    "with store.lock(Path(sys.argv[1])): store.stage(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
)


def test_id_is_the_same_in_an_empty_folder_and_over_an_old_publication(tmp_path: Path) -> None:
    alone = publish(tmp_path / "empty", 2)
    publish(tmp_path / "used", 1)
    assert publish(tmp_path / "used", 2) == alone
    assert publish(tmp_path / "used", 1) != alone


def test_current_is_a_relative_symlink_to_a_version_named_by_its_manifest(tmp_path: Path) -> None:
    version = publish(tmp_path, 1)
    assert (tmp_path / "current").is_symlink()
    assert str((tmp_path / "current").readlink()) == f"versions/{version}"
    moved = tmp_path.rename(tmp_path.with_name("moved"))
    assert shown(moved) == 1
    assert verify(moved) == []


def test_manifest_lists_each_output_with_hash_and_rows_and_no_clock(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    manifest = json.loads((tmp_path / "current" / "manifest.json").read_bytes())
    assert [o["name"] for o in manifest["outputs"]] == ["processes.bin", "quality.json", "regions.csv"]
    assert {o["name"]: o["rows"] for o in manifest["outputs"]} == {
        "processes.bin": None,
        "quality.json": None,
        "regions.csv": 25,
    }
    assert set(manifest) == {"inputs", "settings", "outputs"}


def test_second_time_nothing_is_new(tmp_path: Path) -> None:
    version = publish(tmp_path, 1)
    files = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file() and p.name != ".lock"}
    assert publish(tmp_path, 1) == version
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file() and p.name != ".lock"} == files


def test_rows_of_parquet_and_of_csv_with_line_breaks_are_counted(tmp_path: Path) -> None:
    with store.lock(tmp_path):
        staged = store.stage(tmp_path)
        frame = pl.DataFrame({"k": [1, 2, 3], "t": ["a\nb", 'c "quoted"', None]})
        exports.write_parquet(frame, staged / "a.parquet", ["k"])
        exports.write_csv(frame, staged / "a.csv", ["k"])
        store.seal(staged, {}, rows={"other": 9})
        outputs = json.loads((staged / "manifest.json").read_bytes())["outputs"]
    assert {o["name"]: o["rows"] for o in outputs} == {"a.parquet": 3, "a.csv": 3}


@pytest.mark.parametrize("kind", ["folder", "symlink"])
def test_a_version_holds_plain_files_alone(tmp_path: Path, kind: str) -> None:
    with store.lock(tmp_path):
        staged = store.stage(tmp_path)
        (staged / "x").mkdir() if kind == "folder" else (staged / "x").symlink_to("/etc/hostname")
        with pytest.raises(ValueError, match="plain files"):
            store.seal(staged, {})


def test_a_damaged_version_of_the_same_id_is_replaced(tmp_path: Path) -> None:
    version = publish(tmp_path, 1)
    publish(tmp_path, 2)
    (tmp_path / "versions" / version / "quality.json").write_text("{}")
    assert verify(tmp_path) != []
    assert publish(tmp_path, 1) == version
    assert verify(tmp_path) == []
    assert leftovers(tmp_path) == []


def test_a_whole_version_of_the_same_id_is_kept(tmp_path: Path) -> None:
    version = publish(tmp_path, 1)
    inode = (tmp_path / "versions" / version).stat().st_ino
    publish(tmp_path, 2)
    publish(tmp_path, 1)
    assert (tmp_path / "versions" / version).stat().st_ino == inode


def test_failure_between_stage_and_commit_leaves_nothing(tmp_path: Path) -> None:
    publish(tmp_path, 1)

    def half() -> None:
        with store.lock(tmp_path):
            (store.stage(tmp_path) / "half").write_bytes(b"x")
            raise RuntimeError("an indicator broke")

    with pytest.raises(RuntimeError, match="indicator"):
        half()
    assert leftovers(tmp_path) == []
    assert verify(tmp_path) == []


def test_second_run_is_turned_away_at_once_and_changes_nothing(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    with store.lock(tmp_path):
        staged = store.stage(tmp_path)
        before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
        with pytest.raises(LockedError, match=f"process {os.getpid()}") as caught:
            publish(tmp_path, 2)
        assert caught.value.exit_code == 75
        assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == before
        assert staged.is_dir()
    publish(tmp_path, 2)


def test_kill_releases_the_lock_and_the_next_run_sweeps(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LockedError):
            publish(tmp_path, 2)
        assert leftovers(tmp_path) != []
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    publish(tmp_path, 2)
    assert leftovers(tmp_path) == []
    assert shown(tmp_path) == 2


def test_readers_never_see_a_mix(tmp_path: Path) -> None:
    publish(tmp_path, 0)
    seen, looks = set(), 0
    command = [sys.executable, "-m", "tests.publication.making", str(tmp_path), "1", "30"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as writer:
        while writer.poll() is None:
            seen.add(shown(tmp_path))
            assert verify(tmp_path, every=looks % 5 == 0) == []
            looks += 1
    assert writer.returncode == 0
    assert shown(tmp_path) == 30
    assert looks >= 10, "too few looks to say anything"
    assert len(seen) >= 3


PUBLISH_FRAMES = """
import os, sys, random
os.umask(int(sys.argv[3], 8))
from datetime import datetime, timedelta, UTC
from pathlib import Path
import polars as pl
from procrisk.publication import exports, store
out, n = Path(sys.argv[1]), 70_000
order = list(range(n)); random.Random(int(sys.argv[2])).shuffle(order)
f = pl.DataFrame({"process_id": [str(i) for i in order], "cents": [i * 7 for i in order], "score": [i / 3 for i in order],
  "method": pl.Series([("AS", "LP", "CP")[i % 3] for i in order], dtype=pl.Categorical), "reasons": [[f"SEL-{i % 9}", "É=1"][: i % 3] for i in order]})
with store.lock(out):
    s = store.stage(out)
    exports.write_parquet(f, s / "processes.parquet", ["process_id"])
    g = f.group_by("method").agg(pl.col("cents").sum(), pl.len())
    exports.write_csv(g, s / "regions.csv", ["method"])
    exports.write_json({"ñ": list({"b", "a", "c"} & {"a"}), "by": {k: 1 for k in set(f["method"].to_list())}}, s / "quality.json")
    v = store.seal(s, {"inputs": []})
    store.commit(out, s, v, command="run", clock=lambda: datetime.now(UTC) + timedelta(days=int(sys.argv[2]) * 365 - 700))
print(v)
"""


def test_same_bytes_whatever_the_surroundings(tmp_path: Path) -> None:
    ids = set()
    script = tmp_path / "publish.py"
    script.write_text(PUBLISH_FRAMES, encoding="utf-8")
    surroundings = [
        ("022", {"PYTHONHASHSEED": "1", "TZ": "America/Lima", "LANG": "C", "POLARS_MAX_THREADS": "1"}),
        ("077", {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "POLARS_MAX_THREADS": "2"}),
        ("000", {"PYTHONHASHSEED": "3", "TZ": "UTC", "LC_ALL": "es_PE.UTF-8", "PYTHONUTF8": "0"}),
    ]
    for number, (umask, env) in enumerate(surroundings):
        cwd = tmp_path / str(number)
        cwd.mkdir()
        arguments = [sys.executable, str(script), "out", str(number), umask]
        done = subprocess.run(arguments, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=True)
        ids.add(done.stdout.strip())
        assert verify(cwd / "out") == []
    assert len(ids) == 1
