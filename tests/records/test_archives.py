"""Archives: what is inside comes out whole, or the file is refused with its reason."""

import gzip
import io
import random
import stat
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procrisk.records import archives
from procrisk.records.archives import ArchiveRefused, units
from procrisk.records.batch import Reason

TEXT = "".join(f'{{"ocid":"x-{n}","v":{n * 7919 % 104729}}}\n' for n in range(2000)).encode()


def contents(path: Path) -> dict[str, bytes]:
    found = {}
    for unit in units(path):
        with unit.open() as stream:
            found[unit.name] = stream.read()
    return found


def refusal(path: Path) -> ArchiveRefused:
    with pytest.raises(ArchiveRefused) as caught:
        contents(path)
    assert path.name in caught.value.detail
    return caught.value


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def zipped(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_a_plain_file_is_one_unit(tmp_path):
    assert contents(write(tmp_path / "a.json", TEXT)) == {"a.json": TEXT}


def test_gzip_is_told_by_its_content_and_keeps_its_name(tmp_path):
    assert contents(write(tmp_path / "a.jsonl", gzip.compress(TEXT))) == {"a.jsonl": TEXT}


def test_concatenated_gzip_members_are_one_file(tmp_path):
    assert contents(write(tmp_path / "a.gz", gzip.compress(TEXT) + gzip.compress(b"end"))) == {"a.gz": TEXT + b"end"}


def test_zip_members_come_in_order_named_after_their_archive(tmp_path):
    path = zipped(tmp_path / "m.csv", {"b/2.json": TEXT, "1.json": b"{}", "empty/": b""})
    assert list(contents(path).items()) == [("m.csv/b/2.json", TEXT), ("m.csv/1.json", b"{}")]


def test_archives_inside_archives(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x.jsonl.gz", gzip.compress(TEXT))
    assert contents(zipped(tmp_path / "o.zip", {"i.zip": inner.getvalue()})) == {"o.zip/i.zip/x.jsonl.gz": TEXT}
    packed = write(tmp_path / "o.zip.gz", gzip.compress((tmp_path / "o.zip").read_bytes()))
    assert list(contents(packed).values()) == [TEXT]


def test_a_workbook_is_not_taken_apart(tmp_path):
    path = zipped(tmp_path / "book.bin", {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"})
    assert contents(path) == {"book.bin": path.read_bytes()}


def test_units_can_be_opened_twice(tmp_path):
    unit = next(units(zipped(tmp_path / "a.zip", {"x": TEXT})))
    for _ in range(2):
        with unit.open() as stream:
            assert stream.read() == TEXT


@settings(max_examples=40, deadline=None)
@given(cut=st.integers(1, len(gzip.compress(TEXT)) - 1))
def test_gzip_cut_anywhere_is_refused(tmp_path_factory, cut):
    path = tmp_path_factory.getbasetemp() / "cut.gz"
    path.write_bytes(gzip.compress(TEXT, mtime=0)[:cut])
    if cut >= 2:
        assert refusal(path).reason in (Reason.GZIP_TRUNCATED, Reason.GZIP_CORRUPT)


@pytest.mark.parametrize("where", [-1, -6, 40, 200])
def test_gzip_with_a_wrong_byte_is_refused(tmp_path, where):
    packed = bytearray(gzip.compress(TEXT))
    packed[where] ^= 0x55
    assert refusal(write(tmp_path / "a.gz", bytes(packed))).reason in (Reason.GZIP_CORRUPT, Reason.GZIP_TRUNCATED)


def test_gzip_with_rubbish_behind_is_refused(tmp_path):
    path = write(tmp_path / "a.gz", gzip.compress(TEXT) + b"rubbish, not a header")
    assert refusal(path).reason is Reason.GZIP_CORRUPT


@pytest.mark.parametrize(
    "name", ["../up.json", "/abs.json", "a/../../b.json", "C:\\x.json", "..\\x.json", "\\\\host\\x"]
)
def test_names_that_point_outside_are_refused(tmp_path, name):
    assert refusal(zipped(tmp_path / "a.zip", {"good.json": TEXT, name: b"{}"})).reason is Reason.ZIP_UNSAFE_PATH


def test_symbolic_links_are_refused(tmp_path):
    link = zipfile.ZipInfo("link")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert refusal(tmp_path / "a.zip").reason is Reason.ZIP_UNSAFE_PATH


def test_damaged_zips_are_refused(tmp_path):
    packed = bytearray(zipped(tmp_path / "a.zip", {"x.json": TEXT}, zipfile.ZIP_STORED).read_bytes())
    packed[500] ^= 1
    assert refusal(write(tmp_path / "b.zip", bytes(packed))).reason is Reason.ZIP_CORRUPT
    assert refusal(write(tmp_path / "c.zip", bytes(packed[:-40]))).reason is Reason.ZIP_CORRUPT
    deflated = bytearray(zipped(tmp_path / "d.zip", {"x.json": TEXT}).read_bytes())
    deflated[200] ^= 0xFF
    assert refusal(write(tmp_path / "d.zip", bytes(deflated))).reason is Reason.ZIP_CORRUPT


def test_an_encrypted_member_is_refused(tmp_path):
    packed = bytearray(zipped(tmp_path / "a.zip", {"x.json": TEXT}).read_bytes())
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(write(tmp_path / "a.zip", bytes(packed))).reason is Reason.ZIP_CORRUPT


def test_bombs_are_refused_quickly_and_in_little_memory(tmp_path):
    zeros = bytes(200 * 2**20)
    paths = [
        write(tmp_path / "bomb.gz", gzip.compress(zeros, 9)),
        zipped(tmp_path / "bomb.zip", {"z": zeros}),
        zipped(tmp_path / "nested.zip", {"bomb.gz": gzip.compress(zeros, 9)}),
    ]
    started = time.process_time()
    for path in paths:
        assert refusal(path).reason is Reason.ARCHIVE_TOO_LARGE
    assert time.process_time() - started < 10


def test_a_zip_that_lies_about_its_size_is_caught_when_read(tmp_path):
    packed = bytearray(zipped(tmp_path / "a.zip", {"z": bytes(50 * 2**20)}).read_bytes())
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = packed.index(mark) + at
        packed[start : start + 4] = (1000).to_bytes(4, "little")
    assert refusal(write(tmp_path / "a.zip", bytes(packed))).reason in (Reason.ZIP_CORRUPT, Reason.ARCHIVE_TOO_LARGE)


def test_too_many_files_and_too_many_levels_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_FILES", 3)
    monkeypatch.setattr(archives._Budget.__init__, "__defaults__", (archives.MAX_BYTES, 3))
    assert refusal(zipped(tmp_path / "a.zip", {str(n): b"x" for n in range(4)})).reason is Reason.ARCHIVE_TOO_LARGE
    data = TEXT
    for _ in range(archives.MAX_NESTING + 2):
        data = gzip.compress(data)
    assert refusal(write(tmp_path / "deep.gz", data)).reason is Reason.ARCHIVE_TOO_LARGE


def test_repetitive_but_small_files_are_read(tmp_path):
    assert contents(write(tmp_path / "a.gz", gzip.compress(bytes(10**6)))) == {"a.gz": bytes(10**6)}


def test_large_incompressible_members_are_read_in_pieces(tmp_path):
    data = random.Random(1).randbytes(3 * 2**20)
    unit = next(units(zipped(tmp_path / "a.zip", {"x": data})))
    with unit.open() as stream:
        pieces = list(iter(lambda: stream.read(70_001), b""))
    assert b"".join(pieces) == data


def test_an_empty_file_and_a_missing_one(tmp_path):
    assert contents(write(tmp_path / "empty", b"")) == {"empty": b""}
    with pytest.raises(FileNotFoundError):
        list(units(tmp_path / "none"))
