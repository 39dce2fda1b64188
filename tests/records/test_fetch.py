"""Downloads against a server that misbehaves in every way a server can."""

import io
import json
import random
import socket
import struct
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from procrisk.errors import InputMissingError, PublicationIOError, UsageError
from procrisk.records import download
from procrisk.records.download import Client, Patience
from procrisk.records.fetch import fetch_oece, months

Handler = BaseHTTPRequestHandler
Fault = Callable[[Handler, bytes], None]


def zipped(text: bytes, name: str = "2026-07_seace_v3.json") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(name), text)
    return made.getvalue()


def document(month: str, edition: int = 1) -> bytes:
    """300 kB that do not compress, so that a transfer takes many pieces."""
    return json.dumps(
        {"month": month, "edition": edition, "records": random.Random(edition).randbytes(150_000).hex()}
    ).encode()


@dataclass
class Publisher:
    """What the server gives. `faults` are used up, first to last, by requests whose path contains their key."""

    months: dict[str, bytes] = field(default_factory=dict)
    shas: dict[str, str] = field(default_factory=dict)
    faults: list[tuple[str, Fault]] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def put(self, month: str, edition: int = 1) -> bytes:
        text = document(month, edition)
        self.months[month] = zipped(text)
        self.shas[month] = sha256(text).hexdigest()
        return self.months[month]

    def asked(self, part: str) -> list[dict[str, str]]:
        return [headers for path, headers in self.requests if part in path]

    def answer(self, handler: Handler) -> None:
        path = handler.path
        self.requests.append((path, dict(handler.headers)))
        body = self._body(path)
        for number, (part, fault) in enumerate(self.faults):
            if part in path:
                del self.faults[number]
                fault(handler, body or b"")
                return
        if body is None:
            reply(handler, 404, b"no")
            return
        send_range(handler, body)

    def _body(self, path: str) -> bytes | None:
        if path.startswith("/api/v1/files"):
            page = int(path.split("page=")[1].split("&", maxsplit=1)[0])
            rows = [
                f"https://contratacionesabiertas.osce.gob.pe/api/v1/file/seace_v3/json/{m.replace('-', '/')}"
                for m in self.months
            ]
            rows = rows[page * 2 - 2 : page * 2]
            pages = {"num_pages": (len(self.months) + 1) // 2}
            return json.dumps(
                {"results": [{"files": {"json": r, "csv": ""}} for r in rows], "pagination": pages}
            ).encode()
        month = "-".join(path.split("?", maxsplit=1)[0].split("/")[-2:])
        if "/sha/" in path:
            return self.shas[month].encode() if month in self.shas else None
        return self.months.get(month)


def reply(handler: Handler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def send_range(handler: Handler, body: bytes, upto: int | None = None) -> None:
    wanted = handler.headers.get("Range")
    start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
    if wanted and start >= len(body):
        reply(handler, 416, b"", Content_Range=f"bytes */{len(body)}")
        return
    handler.send_response(206 if wanted else 200)
    if wanted:
        handler.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
    handler.send_header("Content-Length", str(len(body) - start))
    handler.end_headers()
    handler.wfile.write(body[start:upto])


def status(code: int, **headers: str) -> Fault:
    return lambda handler, _: reply(handler, code, b"busy", **headers)


def redirect(where: str) -> Fault:
    return lambda handler, _: reply(handler, 302, b"", Location=where)


def cut(upto: int) -> Fault:
    """The connection ends in the middle: fewer bytes than the length said."""
    return lambda handler, body: send_range(handler, body, upto)


def reset(handler: Handler, body: bytes) -> None:
    send_range(handler, body, 100_000)
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def hang(handler: Handler, _: bytes) -> None:
    time.sleep(1.5)


def drip(handler: Handler, body: bytes) -> None:
    """Never silent, never done: some bytes at a time."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    try:
        for start in range(0, 400, 4):
            handler.wfile.write(body[start : start + 4])
            time.sleep(0.05)
    except OSError:
        pass


def ignore_range(handler: Handler, body: bytes) -> None:
    reply(handler, 200, body)


def another_range(handler: Handler, body: bytes) -> None:
    reply(handler, 206, body[7:], Content_Range=f"bytes 7-{len(body) - 1}/{len(body)}")


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    state = Publisher()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                state.answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        state.url = f"http://127.0.0.1:{server.server_port}"
        state.put("2026-07")
        yield state
        server.shutdown()
        thread.join()


@dataclass
class Fetching:
    """`fetch_oece` with a client that notes its pauses instead of making them."""

    publisher: Publisher
    into: Path
    pauses: list[float] = field(default_factory=list)

    def __call__(self, first: str = "2026-07", last: str = "2026-07", **settings: Any) -> list[Path]:
        patience = Patience(**{"silence": 0.5, "attempts": 4, **settings})
        client = Client(
            self.publisher.url,
            hosts={"mirror.example"},
            patience=patience,
            sleep=self.pauses.append,
            now=lambda: datetime(2026, 11, 23, 12, tzinfo=UTC),
            rng=random.Random(1),
        )
        return fetch_oece(first, last, self.into, client=client)


@pytest.fixture
def fetch(publisher: Publisher, tmp_path: Path) -> Fetching:
    return Fetching(publisher, tmp_path / "into")


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_months_are_downloaded_and_named(publisher: Publisher, fetch: Fetching) -> None:
    for month in ("2025-12", "2026-01", "2026-02"):
        publisher.put(month)
    found = fetch("2025-12", "2026-02")
    assert [p.name for p in found] == [f"{m}_seace_v3_json.zip" for m in ("2025-12", "2026-01", "2026-02")]
    assert [p.read_bytes() for p in found] == [publisher.months[m] for m in ("2025-12", "2026-01", "2026-02")]
    assert names(fetch.into) == [".fetch.json", *(p.name for p in found)]
    assert all("Mozilla/5.0" in headers["User-Agent"] for _, headers in publisher.requests)


def test_a_second_time_only_the_sha_is_asked_for(publisher: Publisher, fetch: Fetching) -> None:
    first = fetch()
    publisher.requests.clear()
    assert fetch() == first
    assert [path.split("?")[0] for path, _ in publisher.requests] == [
        "/api/v1/files",
        "/api/v1/file/seace_v3/sha/2026/07",
    ]


def test_an_old_month_that_was_compiled_anew_is_downloaded_again(publisher: Publisher, fetch: Fetching) -> None:
    fetch()
    new = publisher.put("2026-07", edition=2)
    assert fetch()[0].read_bytes() == new
    assert names(fetch.into) == [".fetch.json", "2026-07_seace_v3_json.zip"]


@pytest.mark.parametrize("harm", [lambda p: p.unlink(), lambda p: p.write_bytes(b"PK damaged")])
def test_a_file_lost_or_damaged_here_is_downloaded_again(
    publisher: Publisher, fetch: Fetching, harm: Callable[[Path], object]
) -> None:
    harm(fetch()[0])
    assert fetch()[0].read_bytes() == publisher.months["2026-07"]


def test_a_state_file_that_cannot_be_read_costs_a_download(publisher: Publisher, fetch: Fetching) -> None:
    fetch()
    (fetch.into / ".fetch.json").write_text("{")
    assert fetch()[0].read_bytes() == publisher.months["2026-07"]


@pytest.mark.parametrize(
    "fault",
    [
        status(500),
        status(502),
        status(503),
        status(504),
        status(429),
        status(408),
        cut(-1),
        cut(0),
        reset,
        hang,
        drip,
    ],
    ids=["500", "502", "503", "504", "429", "408", "wrong-length", "no-body", "reset", "timeout", "slow-loris"],
)
@pytest.mark.parametrize("what", ["/json/", "/sha/", "/files"])
def test_what_passes_is_tried_again(publisher: Publisher, fetch: Fetching, what: str, fault: Fault) -> None:
    publisher.faults = [(what, fault), (what, fault)]
    assert fetch()[0].read_bytes() == publisher.months["2026-07"]
    small = what != "/json/"
    assert len(fetch.pauses) == 2 or (small and fault is reset), "a reset after a whole small answer goes unnoticed"


def test_pauses_grow_are_jittered_and_bounded(publisher: Publisher, fetch: Fetching) -> None:
    publisher.faults = [("/sha/", status(503))] * 10
    with pytest.raises(PublicationIOError, match="answers 503; tried 10 times") as caught:
        fetch(attempts=10, pause=1.0, longest=20.0)
    assert caught.value.exit_code == 6
    assert len(fetch.pauses) == 9
    assert all(0 <= p <= min(2.0**n, 20.0) for n, p in enumerate(fetch.pauses))
    assert len(set(fetch.pauses)) == 9
    assert max(fetch.pauses) > 3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("7", 7.0),
        ("Mon, 23 Nov 2026 12:00:09 GMT", 9.0),
        ("999999", 120.0),
        ("Mon, 23 Nov 2020 12:00:00 GMT", 0.0),
        ("soon", 0.0),
    ],
)
def test_retry_after_is_obeyed(publisher: Publisher, fetch: Fetching, value: str, expected: float) -> None:
    publisher.faults = [("/json/", status(429, Retry_After=value))]
    fetch()
    assert expected <= fetch.pauses[0] <= max(expected, 1.0)


def test_a_broken_transfer_goes_on_where_it_stopped(publisher: Publisher, fetch: Fetching) -> None:
    publisher.faults = [("/json/", cut(100_000)), ("/json/", cut(200_000))]
    assert fetch()[0].read_bytes() == publisher.months["2026-07"]
    ranges = [h.get("Range") for h in publisher.asked("/json/")]
    assert ranges[0] is None
    assert all(r is not None and r.startswith("bytes=") for r in ranges[1:])
    assert len(ranges) == 3


def test_a_transfer_that_moves_on_is_not_given_up(publisher: Publisher, fetch: Fetching) -> None:
    publisher.faults = [("/json/", cut(-(200_000 - 40_000 * n))) for n in range(5)]
    assert fetch(attempts=2)[0].read_bytes() == publisher.months["2026-07"]
    assert len(fetch.pauses) == 5


def test_the_next_run_goes_on_where_this_one_gave_up(publisher: Publisher, fetch: Fetching) -> None:
    publisher.faults = [("/json/", cut(100_000)), *[("/json/", status(500))] * 9]
    with pytest.raises(PublicationIOError, match="run again later"):
        fetch()
    assert [n for n in names(fetch.into) if n.endswith(".part")] == [
        f"2026-07_seace_v3_json.{publisher.shas['2026-07'][:12]}.part"
    ]
    publisher.faults, publisher.requests = [], []
    assert fetch()[0].read_bytes() == publisher.months["2026-07"]
    assert publisher.asked("/json/")[0]["Range"] == "bytes=100000-"


@pytest.mark.parametrize("fault", [ignore_range, another_range])
def test_a_server_that_does_not_keep_to_ranges(publisher: Publisher, fetch: Fetching, fault: Fault) -> None:
    publisher.faults = [("/json/", cut(100_000)), ("/json/", fault)]
    assert fetch()[0].read_bytes() == publisher.months["2026-07"]


def test_a_part_of_another_edition_is_not_continued(publisher: Publisher, fetch: Fetching) -> None:
    publisher.faults = [("/json/", cut(100_000)), *[("/json/", status(500))] * 9]
    with pytest.raises(PublicationIOError):
        fetch()
    publisher.faults, publisher.requests = [], []
    new = publisher.put("2026-07", edition=2)
    assert fetch()[0].read_bytes() == new
    assert "Range" not in publisher.asked("/json/")[0]
    assert names(fetch.into) == [".fetch.json", "2026-07_seace_v3_json.zip"]


def test_a_part_that_was_complete_or_too_long(publisher: Publisher, fetch: Fetching) -> None:
    fetch.into.mkdir()
    part = fetch.into / f"2026-07_seace_v3_json.{publisher.shas['2026-07'][:12]}.part"
    for body in (publisher.months["2026-07"], publisher.months["2026-07"] + b"more"):
        part.write_bytes(body)
        assert fetch()[0].read_bytes() == publisher.months["2026-07"]
        (fetch.into / ".fetch.json").unlink()


def test_a_part_damaged_here_is_thrown_away_and_fetched_whole(publisher: Publisher, fetch: Fetching) -> None:
    fetch.into.mkdir()
    part = fetch.into / f"2026-07_seace_v3_json.{publisher.shas['2026-07'][:12]}.part"
    part.write_bytes(bytes(50_000))
    assert fetch()[0].read_bytes() == publisher.months["2026-07"]


def test_a_wrong_sha_is_an_error_and_the_file_is_kept_apart(publisher: Publisher, fetch: Fetching) -> None:
    publisher.put("2026-08")
    publisher.shas["2026-07"] = "0" * 64
    with pytest.raises(PublicationIOError, match=r"2026-07: its SHA-256 is .* the publisher says 0000") as caught:
        fetch("2026-07", "2026-08")
    assert caught.value.exit_code == 6
    assert names(fetch.into) == [".fetch.json", "2026-07_seace_v3_json.wrong-sha", "2026-08_seace_v3_json.zip"]
    assert len(publisher.asked("/json/2026/07")) == 2, "one more try, then no more"


def test_a_wrong_sha_does_not_touch_the_month_at_hand(publisher: Publisher, fetch: Fetching) -> None:
    good = fetch()[0].read_bytes()
    publisher.shas["2026-07"] = "0" * 64
    with pytest.raises(PublicationIOError):
        fetch()
    assert (fetch.into / "2026-07_seace_v3_json.zip").read_bytes() == good


def test_a_month_compiled_while_it_is_fetched_is_accepted(publisher: Publisher, fetch: Fetching) -> None:
    old = publisher.shas["2026-07"]
    new = publisher.put("2026-07", edition=2)
    publisher.faults = [("/sha/", lambda handler, _: reply(handler, 200, old.encode()))]
    assert fetch()[0].read_bytes() == new
    assert json.loads((fetch.into / ".fetch.json").read_bytes())["2026-07 json"]["sha"] == publisher.shas["2026-07"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html>mantenimiento</html>", "neither a zip nor json"),
        (b"", "neither a zip nor json"),
        (zipped(b"{}", "readme.txt"), "0 JSON files inside"),
        (zipped(document("x"))[:-3000], "neither a zip nor json"),
    ],
)
def test_what_is_no_month_is_refused(publisher: Publisher, fetch: Fetching, body: bytes, why: str) -> None:
    publisher.months["2026-07"] = body
    with pytest.raises(PublicationIOError, match=why):
        fetch()
    assert "2026-07_seace_v3_json.zip" not in names(fetch.into)


def test_a_bomb_is_not_inflated(publisher: Publisher, fetch: Fetching) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", bytes(50_000_000))
    publisher.months["2026-07"] = made.getvalue()
    with pytest.raises(PublicationIOError, match="not an honest archive"):
        fetch()


def test_json_and_csv_are_named_by_their_content(publisher: Publisher, tmp_path: Path) -> None:
    text = document("2026-07")
    publisher.months["2026-07"] = text
    assert fetch_oece("2026-07", "2026-07", tmp_path, base_url=publisher.url)[0].name == "2026-07_seace_v3_json.json"
    for body, name in (
        (b"ocid,a\n1,2\n", "2026-07_seace_v3_csv.csv"),
        (zipped(b"ocid\n", "records.csv"), "2026-07_seace_v3_csv.zip"),
    ):
        publisher.months["2026-07"], publisher.shas["2026-07"] = body, sha256(body).hexdigest()
        (found,) = fetch_oece("2026-07", "2026-07", tmp_path, base_url=publisher.url, kind="csv")
        assert (found.name, found.read_bytes()) == (name, body)


@pytest.mark.parametrize(
    "where",
    [
        "file:///etc/passwd",
        "ftp://mirror.example/x",
        "gopher://127.0.0.1/x",
        "http://127.0.0.1:1/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/x",
        "http://10.0.0.1/x",
        "http://localhost/x",
        "http://2130706433/x",
        "http://evil.example/x",
        "http://user:word@mirror.example/x",
        "http://mirror.example:22/x",
        "//10.0.0.1/x",
        "",
    ],
)
def test_redirects_into_private_places_are_refused(publisher: Publisher, fetch: Fetching, where: str) -> None:
    publisher.faults = [("/json/", redirect(where))]
    with pytest.raises(PublicationIOError, match="not followed"):
        fetch()
    assert fetch.pauses == [], "refused at once, not tried again"


@pytest.mark.parametrize(
    ("address", "refused"), [("10.0.0.7", True), ("::1", True), ("fd00::1", True), ("93.184.215.14", False)]
)
def test_an_allowed_name_that_leads_to_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str, refused: bool
) -> None:
    monkeypatch.setattr(download.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (address, 443))])
    with Client("https://publisher.example", hosts={"mirror.example"}) as client:
        why = client._forbidden(httpx.URL("https://publisher.example/a"), httpx.URL("https://mirror.example/b"))
    assert why == (f"{address} is a private address" if refused else "")


def test_redirects_on_the_same_host_are_followed_a_few_times(publisher: Publisher, fetch: Fetching) -> None:
    place = "/api/v1/file/seace_v3/json/2026/07"
    publisher.faults = [("/json/", redirect(f"{place}?again")), ("/json/", redirect(f"{publisher.url}{place}?more"))]
    assert fetch()[0].read_bytes() == publisher.months["2026-07"]
    publisher.put("2026-07", edition=2)
    publisher.faults = [("/json/", redirect(place))] * 20
    with pytest.raises(PublicationIOError, match="redirects more than 5 times"):
        fetch()


def test_an_encrypted_connection_is_not_left() -> None:
    with Client("https://publisher.example") as client:
        why = client._forbidden(httpx.URL("https://publisher.example/a"), httpx.URL("http://publisher.example/a"))
    assert "no longer encrypted" in why


@pytest.mark.parametrize(
    ("code", "why"), [(403, "may refuse this address"), (418, "may refuse this address"), (400, "answers 400")]
)
def test_a_refusal_is_not_tried_again(publisher: Publisher, fetch: Fetching, code: int, why: str) -> None:
    publisher.faults = [("/files", status(code))]
    with pytest.raises(PublicationIOError, match=why):
        fetch()
    assert fetch.pauses == []


def test_months_that_are_not_published(publisher: Publisher, fetch: Fetching) -> None:
    assert [p.name for p in fetch("2026-06", "2026-09")] == ["2026-07_seace_v3_json.zip"]
    with pytest.raises(InputMissingError, match="none of the months from 2030-01 to 2030-02") as caught:
        fetch("2030-01", "2030-02")
    assert caught.value.exit_code == 5


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"[]", b'{"results": 1, "pagination": {}}', b'{"results": [{}], "pagination": {"num_pages": 1}}'],
)
def test_an_index_of_another_form_is_told(publisher: Publisher, fetch: Fetching, body: bytes) -> None:
    publisher.faults = [("/files", lambda handler, _: reply(handler, 200, body))]
    with pytest.raises(PublicationIOError, match="another form than expected"):
        fetch()


@pytest.mark.parametrize("body", [b"<html>", b"", b"0" * 63])
def test_a_sha_that_is_none_is_told(publisher: Publisher, fetch: Fetching, body: bytes) -> None:
    publisher.faults = [("/sha/", lambda handler, _: reply(handler, 200, body))]
    with pytest.raises(PublicationIOError, match="should give a SHA-256"):
        fetch()


def test_documents_and_files_without_end_are_not_swallowed(publisher: Publisher, fetch: Fetching) -> None:
    publisher.faults = [("/sha/", lambda handler, _: reply(handler, 200, bytes(9 << 20)))]
    with pytest.raises(PublicationIOError, match="not what was asked for"):
        fetch()
    with pytest.raises(PublicationIOError, match="more than 100000 bytes"):
        fetch(largest=100_000)


def test_nobody_there(tmp_path: Path) -> None:
    pauses: list[float] = []
    client = Client("http://127.0.0.1:9", patience=Patience(attempts=3), sleep=pauses.append)
    with pytest.raises(PublicationIOError, match="tried 3 times"):
        fetch_oece("2026-07", "2026-07", tmp_path, client=client)
    assert len(pauses) == 2


def test_months_across_years() -> None:
    assert months("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert months("2026-07", "2026-07") == ["2026-07"]


@pytest.mark.parametrize(
    ("first", "last"), [("2026-13", "2026-13"), ("2026-7", "2026-08"), ("../x", "2026-01"), ("2026-02", "2026-01")]
)
def test_what_is_no_month_is_a_usage_error(first: str, last: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        fetch_oece(first, last, tmp_path / "into")
    assert caught.value.exit_code == 2
    assert not (tmp_path / "into").exists()
