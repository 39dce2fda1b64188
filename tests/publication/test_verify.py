"""Damage of any kind is found, by name; an honest history is not suspected."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.publication.making import publish, shown

from procrisk import fsio
from procrisk.errors import InputMissingError, PublicationIOError, UsageError
from procrisk.publication import log, store, versions
from procrisk.publication.rollback import rollback
from procrisk.publication.verify import verify


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Versions 1, 2 and 3 became current; the log has three lines."""
    for n in (1, 2, 3):
        publish(tmp_path, n)
    assert verify(tmp_path) == []
    return tmp_path


@pytest.mark.parametrize("name", ["processes.bin", "regions.csv", "quality.json"])
def test_one_corrupted_byte_is_found_by_file_name(out: Path, name: str) -> None:
    path = (out / "current").resolve() / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    found = verify(out)
    assert len(found) == 1
    assert f"versions/{store.current(out)}/{name}: is not what the manifest says" in found[0]


def test_damage_in_an_older_version_is_found_unless_only_the_current_one_is_asked_for(out: Path) -> None:
    old = next(p for p in (out / "versions").iterdir() if p.name != store.current(out))
    (old / "regions.csv").unlink()
    assert verify(out) == [f"versions/{old.name}/regions.csv: cannot be read: No such file or directory"]
    assert verify(out, every=False) == []


def _edit(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"n": 3', '"n": 4'))


def _extra(folder: Path) -> None:
    (folder / "more.csv").write_text("x")


def _outside(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"regions.csv"', '"../regions.csv"'))


def _link(folder: Path) -> None:
    path = folder / "regions.csv"
    kept = folder.parent.parent / "elsewhere"
    path.rename(kept)
    path.symlink_to(kept)


def _counts(folder: Path) -> None:
    path = folder / "manifest.json"
    document = json.loads(path.read_bytes())
    document["inputs"][0]["counts"]["duplicate"] += 1
    path.write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (_edit, "not the version's id"),
        (_extra, "more.csv: is not in the manifest"),
        (_outside, "../regions.csv: not a plain file"),
        (_link, "regions.csv: not a plain file"),
        (_counts, "the counts of input 3.jsonl do not add up"),
        (lambda f: (f / "manifest.json").unlink(), "manifest.json: cannot be read"),
        (lambda f: (f / "manifest.json").write_text("[]"), "manifest.json: is not a manifest"),
    ],
)
def test_damage_to_a_version_is_told(out: Path, damage: Callable[[Path], object], expected: str) -> None:
    damage((out / "current").resolve())
    found = verify(out)
    assert any(expected in f for f in found), found
    assert any(expected in f for f in verify(out / "current")), "also when the version's own folder is asked about"


@pytest.mark.parametrize(
    ("target", "expected"),
    [("versions/0123456789abcdef", "is not there"), ("../elsewhere", "not to versions/<id>"), (None, "missing")],
)
def test_a_pointer_that_leads_elsewhere_is_told(out: Path, target: str | None, expected: str) -> None:
    (out / "current").unlink()
    if target:
        (out / "current").symlink_to(target)
    assert any(expected in f for f in verify(out))


def test_a_pointer_moved_by_hand_is_told_and_mended_by_the_next_run(out: Path) -> None:
    old = next(p for p in (out / "versions").iterdir() if p.name != store.current(out))
    fsio.point(out / "current", f"versions/{old.name}")
    assert any("the log says" in f for f in verify(out))
    publish(out, 3)
    assert shown(out) == 3
    assert verify(out) == []


def test_nothing_there_is_an_error_and_not_a_clean_bill(tmp_path: Path) -> None:
    with pytest.raises(InputMissingError, match="holds no publication"):
        verify(tmp_path)


def lines(out: Path) -> list[bytes]:
    return (out / "log.jsonl").read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda x: [x[0], x[1].replace(b'"run"', b'"ran"'), x[2]], "line 2: was edited"),
        (lambda x: [x[1], x[2]], "line 1: does not follow"),
        (lambda x: [x[0], x[2]], "line 2: does not follow"),
        (lambda x: [x[0], x[1]], "removed from its end"),
        (lambda x: [x[0]], "removed from its end"),
        (lambda _: [], "removed from its end"),
        (lambda x: [x[1], x[0], x[2]], "line 1: does not follow"),
        (lambda x: [x[0], x[1], x[1], x[2]], "line 3: does not follow"),
        (lambda x: [x[0], b"\n", x[1], x[2]], "line 2: not a JSON object"),
        (lambda x: [x[0], x[1], x[2][:40]], "cut off"),
    ],
)
def test_a_log_that_was_changed_is_told(out: Path, change: Callable[[list[bytes]], list[bytes]], expected: str) -> None:
    (out / "log.jsonl").write_bytes(b"".join(change(lines(out))))
    assert any(expected in f for f in verify(out)), verify(out)
    version = publish(out, 4)
    assert shown(out) == 4
    assert (log.read(out).last or {}).get("version") == version, "the new line can be read"
    assert any(f.startswith("log.jsonl") for f in verify(out)), "publishing goes on, and does not hide what was done"


def test_the_end_cut_off_is_missed_even_where_the_pointer_fits(out: Path) -> None:
    first = versions.versions(out)[0].id
    rollback(out, first)
    publish(out, 2)
    rollback(out, first)
    (out / "log.jsonl").write_bytes(b"".join(lines(out)[:4]))  # its last version is the first one: current fits
    assert any("removed from its end" in f for f in verify(out))


def test_a_run_that_publishes_while_one_verifies_is_no_damage(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, further = log.read, [4, 5]

    def read_late(folder: Path) -> log.History:
        history = read(folder)
        monkeypatch.setattr(log, "read", read)  # the publishing below reads the log as it is
        if further:
            publish(folder, further.pop())
        if further:
            monkeypatch.setattr(log, "read", read_late)
        return history

    monkeypatch.setattr(log, "read", read_late)
    assert verify(out) == []
    assert further == []


def test_the_log_holds_who_what_when_and_why(tmp_path: Path) -> None:
    with store.lock(tmp_path):
        staged = store.stage(tmp_path)
        version = store.seal(staged, {})
        when = datetime(2026, 11, 23, 7, tzinfo=UTC)
        drift = {"08": [1, 2]}
        store.commit(tmp_path, staged, version, command="run a", drift=drift, accepted="año nuevo", clock=lambda: when)
    (line,) = lines(tmp_path)
    entry = json.loads(line)
    assert {k: v for k, v in entry.items() if k != "hash"} == {
        "seq": 1,
        "time": "2026-11-23T07:00:00+00:00",
        "version": version,
        "previous": None,
        "command": "run a",
        "drift": drift,
        "accepted_reason": "año nuevo",
        "prev_hash": "0" * 64,
    }


def test_a_clock_that_goes_back_does_not_disturb_the_order(tmp_path: Path) -> None:
    for n, year in ((1, 2030), (2, 2020), (3, 2026)):
        with store.lock(tmp_path):
            staged = store.stage(tmp_path)
            version = store.seal(staged, {"n": n})
            store.commit(
                tmp_path, staged, version, command="run", clock=lambda year=year: datetime(year, 1, 1, tzinfo=UTC)
            )
    assert [e["seq"] for e in log.read(tmp_path).entries if e] == [1, 2, 3]
    assert [v.is_current for v in versions.versions(tmp_path)] == [False, False, True]
    assert verify(tmp_path) == []


def test_rollback_is_atomic_logged_and_can_be_undone(out: Path) -> None:
    first, second, third = (v.id for v in versions.versions(out))
    assert rollback(out, first[:6])
    assert shown(out) == 1
    assert not rollback(out, first), "already current: nothing to do, nothing logged"
    assert [(e["command"], e["version"], e["previous"]) for e in log.read(out).entries if e][2:] == [
        ("run", third, second),
        ("rollback", first, third),
    ]
    assert rollback(out, third)
    assert shown(out) == 3
    assert verify(out) == []


def test_rollback_refuses_what_is_damaged_or_unknown(out: Path) -> None:
    first = versions.versions(out)[0].id
    (out / "versions" / first / "quality.json").write_text("{}")
    with pytest.raises(PublicationIOError, match=r"quality\.json"):
        rollback(out, first)
    with pytest.raises(UsageError, match=f"versions: {first}"):
        rollback(out, "zzz")
    with pytest.raises(UsageError, match="more than one"):
        rollback(out, "")
    assert shown(out) == 3


def test_versions_are_listed_in_the_order_in_which_they_became_current(out: Path) -> None:
    first, second, third = versions.versions(out)
    assert [v.is_current for v in (first, second, third)] == [False, False, True]
    assert third.rows == {"regions.csv": 25}
    rollback(out, first.id)
    assert [v.id for v in versions.versions(out)] == [second.id, third.id, first.id]
    assert versions.text(out).splitlines()[-1].startswith(f"* {first.id}  2")
    assert versions.resolve(out, "current") == first.id
    (out / "versions" / second.id / "manifest.json").write_text("broken")
    assert versions.versions(out)[0].rows == {}


def test_retention_keeps_the_current_the_last_and_what_may_be_open(out: Path) -> None:
    publish(out, 4)
    first, second, third, fourth = (v.id for v in versions.versions(out))
    rollback(out, second)
    with store.lock(out):
        assert versions.retain(out, 2) == [], "all were current within the hour"
        tomorrow = lambda: datetime(2999, 1, 1, tzinfo=UTC)  # noqa: E731
        assert versions.retain(out, 2, clock=tomorrow) == [first, third]
        with pytest.raises(UsageError, match="at least 2"):
            versions.retain(out, 1)
    assert [v.id for v in versions.versions(out)] == [fourth, second]
    assert verify(out) == []
