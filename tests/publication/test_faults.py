"""Every step that touches the disk is made to fail, and runs are killed: the publication stays whole and the next run converges."""

import errno
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.publication.making import leftovers, publish, shown

from procrisk import fsio
from procrisk.errors import PublicationIOError
from procrisk.publication import exports, log, store
from procrisk.publication.rollback import rollback
from procrisk.publication.verify import verify

ROOT = Path(__file__).resolve().parents[2]
STEPS = ("open", "write", "fsync", "rename", "replace", "symlink", "mkdir", "truncate")


class FaultyOs:
    """`os`, whose n-th step fails, once. A failing write leaves half of its bytes behind."""

    def __init__(self, nth: int, code: int) -> None:
        self.left, self.code, self.failed = nth, code, ""

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        return self._counted(name, real) if name in STEPS else real

    def _counted(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                self.failed = name
                if name == "write":
                    real(args[0], bytes(args[1])[: len(args[1]) // 2])
                raise OSError(self.code, os.strerror(self.code))
            return real(*args)

        return step


def fail_each_step(
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    prepare: Callable[[Path], None],
    act: Callable[[Path], object],
    tmp_path: Path,
) -> Iterator[tuple[Path, str]]:
    """Run `act` on a fresh publication for n = 1, 2, ... until no step fails; yields each publication after its failure."""
    for n in range(1, 500):
        out = tmp_path / f"{n}" / "out"
        out.parent.mkdir()
        prepare(out)
        faulty = FaultyOs(n, code)
        with monkeypatch.context() as patch:
            patch.setattr(fsio, "os", faulty)
            error = failure_of(act, out)
        if error is not None:
            assert error.exit_code == 6
            assert os.strerror(code) in str(error)
            assert str(out.parent) in str(error)
        if not faulty.failed:
            return
        yield out, faulty.failed
    pytest.fail("steps without end")


def failure_of(act: Callable[[Path], object], out: Path) -> PublicationIOError | None:
    try:
        act(out)
    except PublicationIOError as e:
        return e
    return None


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_nth_step_fails_over_an_old_publication(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    expected = publish(tmp_path / "reference", 2)
    kinds = set()

    def prepare(out: Path) -> None:
        publish(out, 1)

    for out, kind in fail_each_step(monkeypatch, code, prepare, lambda out: publish(out, 2), tmp_path):
        kinds.add(kind)
        assert verify(out) == []
        assert leftovers(out) == []
        assert shown(out) in {1, 2}
        assert publish(out, 2) == expected
        assert shown(out) == 2
        assert verify(out) == []
        history = log.read(out).entries
        assert [e["version"] for e in history if e] == [*{e["version"]: 0 for e in history if e}], "a swap logged twice"
        assert len(history) == 2
    assert kinds >= {"open", "write", "fsync", "rename", "replace", "symlink", "mkdir"}


def test_nth_step_fails_in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = publish(tmp_path / "reference", 1)
    for out, _ in fail_each_step(monkeypatch, errno.ENOSPC, lambda _: None, lambda out: publish(out, 1), tmp_path):
        assert leftovers(out) == []
        if (out / "current").is_symlink():
            assert verify(out) == []
        assert publish(out, 1) == expected
        assert verify(out) == []
        assert len(log.read(out).entries) == 1


def test_nth_step_of_a_rollback_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = publish(tmp_path / "reference", 1)

    def prepare(out: Path) -> None:
        publish(out, 1)
        publish(out, 2)

    for out, _ in fail_each_step(monkeypatch, errno.EIO, prepare, lambda out: rollback(out, first), tmp_path):
        assert verify(out) == []
        rollback(out, first)
        assert shown(out) == 1
        assert verify(out) == []
        assert [e["command"] for e in log.read(out).entries if e] == ["run", "run", "rollback"]


def test_failure_after_a_crash_is_settled_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run that tidies up after a crash fails itself: the one after it converges all the same."""

    def prepare(out: Path) -> None:
        publish(out, 1)
        with monkeypatch.context() as patch:  # the log's line is torn in its middle

            def torn(path: Path, data: bytes) -> None:
                path.open("ab").write(data[: len(data) // 2])
                raise PublicationIOError("killed")

            patch.setattr(fsio, "append", torn)
            with pytest.raises(PublicationIOError, match="killed"):
                publish(out, 2)
        assert verify(out) == [], "an announced line, torn, of the version that is current, is no damage"

    kinds = set()
    for out, kind in fail_each_step(monkeypatch, errno.EIO, prepare, lambda out: publish(out, 3), tmp_path):
        kinds.add(kind)
        assert verify(out) == []
        publish(out, 3)
        assert verify(out) == []
        assert [e["drift"] for e in log.read(out).entries if e] == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert "truncate" in kinds


def test_failure_inside_a_library_that_writes_is_told_as_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pl.DataFrame({"k": range(200_000)})
    for write in (exports.write_parquet, exports.write_csv):
        faulty = FaultyOs(3, errno.ENOSPC)
        with monkeypatch.context() as patch:
            patch.setattr(fsio, "os", faulty)
            with pytest.raises(PublicationIOError, match="No space left on device; the disk is full"):
                write(frame, tmp_path / write.__name__, ["k"])
        assert faulty.failed == "write"


def test_a_replacement_that_fails_leaves_the_old_file_and_nothing_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.json"
    fsio.replace_file(path, b"old")
    for n in range(1, 5):
        with monkeypatch.context() as patch:
            patch.setattr(fsio, "os", FaultyOs(n, errno.EIO))
            with pytest.raises(PublicationIOError, match=r"Input/output error; the device reported an error"):
                fsio.replace_file(path, b"new")
        assert path.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_stays_full_leaves_the_old_version_whole(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1024) as disk:
        out = disk / "out"
        publish(out, 1)
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_bsize
        for kilobytes in (0, 4, 8, 16, 40, 60, 80, 100, 120, 200):
            filler = disk / "filler"
            filler.write_bytes(b"x" * (free - kilobytes * 1024))
            with pytest.raises(PublicationIOError, match="the disk is full"):
                publish(out, 2, size=250_000)
            assert verify(out) == []
            assert leftovers(out) == []
            assert shown(out) == 1
            filler.unlink()
        assert publish(out, 2, size=250_000) == publish(tmp_path / "reference", 2, size=250_000)
        assert verify(out) == []


@contextmanager
def small_disk(place: Path, kilobytes: int) -> Iterator[Path]:
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place)], capture_output=True
    )
    if made.returncode:
        pytest.skip(
            "mounting a small tmpfs takes privileges that this user lacks; the file size limit is tested instead"
        )
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_file_size_limit_is_a_failure_like_a_full_disk(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    done = subprocess.run(
        [sys.executable, "-m", "tests.publication.making", str(tmp_path), "2", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000)),
    )
    assert "PublicationIOError" in done.stderr
    assert "ulimit -f" in done.stderr
    assert verify(tmp_path) == []
    assert leftovers(tmp_path) == []
    publish(tmp_path, 2)
    assert verify(tmp_path) == []


def kill_at_random(tmp_path: Path, kills: int, seed: int) -> int:
    """Kill a publisher `kills` times at random moments; returns how often the pointer had moved."""
    rng, moved = random.Random(seed), 0
    reference, out = tmp_path / "reference", tmp_path / "out"
    publish(out, 0)
    for n in range(1, kills + 1):
        before = shown(out)
        command = [sys.executable, "-m", "tests.publication.making", str(out), str(n * 1000), "400"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            time.sleep(rng.uniform(0, 0.12))
            child.kill()
        assert child.returncode == -9, "it was over before it was killed"
        assert verify(out) == [], f"kill {n}"
        reached = shown(out)
        moved += reached != before
        following = reached + 1 if reached >= n * 1000 else n * 1000
        assert publish(out, following) == publish(reference, following)
        assert verify(out) == [], f"after kill {n}"
        assert leftovers(out) == []
        for folder in list((out / "versions").iterdir()):  # keeps the test's own reading short
            if folder.name != store.current(out):
                fsio.remove(folder)
    return moved


def test_kill_at_25_random_moments(tmp_path: Path) -> None:
    assert kill_at_random(tmp_path, 25, seed=1) > 0


@pytest.mark.campaign
def test_kill_at_200_random_moments(tmp_path: Path) -> None:
    assert kill_at_random(tmp_path, 200, seed=2) > 20
