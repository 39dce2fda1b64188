"""A patient and careful HTTP client for public files: retries, resumption, and no way into a private network.

Retried, a bounded number of times and with growing, jittered pauses: connections that fail, hang or break off, answers
408, 425, 429 and 5xx. `Retry-After` is obeyed. A transfer that moved on starts its count afresh. Redirects are followed
only over http(s), to the host asked or to hosts that are allowed by name, and never to a private address.
"""

import ipaddress
import random
import re
import socket
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from procrisk import fsio
from procrisk.errors import InputMissingError, PublicationIOError

USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
"""The publisher answers 418 or 403 to clients that do not look like a browser."""

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SMALL = 8 << 20
"""Bytes that an index page or a checksum may have at most."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to try. Seconds and bytes."""

    attempts: int = 6
    """Tries without progress before giving up."""
    pause: float = 1.0
    """Upper bound of the first pause; it doubles with each failure, and each pause is drawn below its bound."""
    longest: float = 120.0
    """No pause is longer, whatever `Retry-After` says."""
    silence: float = 30.0
    """Without a byte for so long the connection is given up."""
    slowest: float = 2048.0
    """Bytes a second, on average, below which a transfer is given up once it has run for `silence`."""
    largest: int = 4 << 30
    """No file is larger."""
    redirects: int = 5


class _TransientError(Exception):
    """Worth another try."""

    def __init__(self, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.wait = wait


class Client:
    """Fetches from one host (`base_url`) and the hosts that it may redirect to."""

    def __init__(
        self,
        base_url: str,
        *,
        hosts: Collection[str] = (),
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        rng: random.Random | None = None,
    ) -> None:
        """`hosts`: names that redirects may lead to; `sleep`, `clock`, `now`, `rng`: for tests."""
        self._base = httpx.URL(base_url)
        self._hosts = frozenset(hosts)
        self._patience = patience or Patience()
        self._sleep, self._clock, self._now = sleep, clock, now
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not a secret
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Language": "es-PE,es;q=0.9,en;q=0.8"}
        # identity: ranges and lengths count the bytes of the file, not of a compression on the way
        headers["Accept-Encoding"] = "identity"
        self._http = httpx.Client(headers=headers, timeout=self._patience.silence, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, where: TracebackType | None) -> None:
        self._http.close()

    def get(self, path: str) -> bytes:
        """A small document.

        Raises:
            InputMissingError: the host says that there is no such thing (404, 410).
            PublicationIOError: it could not be had, after all tries, or the host refuses.
        """
        body = b""

        def attempt() -> None:
            nonlocal body
            body = b""
            with self._open(path, {}) as response:
                for piece in self._pieces(response):
                    body += piece
                    if len(body) > _SMALL:
                        raise PublicationIOError(
                            f"{response.url} gives more than {_SMALL} bytes: not what was asked for"
                        )

        self._try(path, attempt, lambda: 0)
        return body

    def download(self, path: str, part: Path) -> bool:
        """Fill `part` with a file, from where an earlier try left it.

        Returns:
            whether an earlier part was continued: then the whole may be of two editions, and must be checked.

        Raises:
            InputMissingError, PublicationIOError: as `get`; what has come so far stays in `part`.
        """
        started = _size(part)

        def attempt() -> None:
            have = _size(part)
            with self._open(path, {"Range": f"bytes={have}-"} if have else {}) as response:
                if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                    if _total(response) == have:
                        return  # it was complete already
                    part.unlink(missing_ok=True)
                    raise _TransientError("the part at hand is longer than the file")
                goes_on = response.status_code == httpx.codes.PARTIAL_CONTENT and _start(response) == have
                if response.status_code == httpx.codes.PARTIAL_CONTENT and not goes_on:
                    part.unlink(missing_ok=True)
                    raise _TransientError("another range came than was asked for")
                self._fill(part, response, have if goes_on else 0)

        self._try(path, attempt, lambda: _size(part))
        return started > 0

    def _fill(self, part: Path, response: httpx.Response, have: int) -> None:
        with fsio.reporting("write", part), part.open("ab" if have else "wb") as f:
            for piece in self._pieces(response):
                have += len(piece)
                if have > self._patience.largest:
                    raise PublicationIOError(f"{response.url} gives more than {self._patience.largest} bytes")
                f.write(piece)

    def _pieces(self, response: httpx.Response) -> Iterator[bytes]:
        began, total = self._clock(), 0
        for piece in response.iter_raw():  # as they come: collected into larger ones, a slow host would go unnoticed
            total += len(piece)
            ran = self._clock() - began
            yield piece
            if ran > self._patience.silence and total < ran * self._patience.slowest:
                raise _TransientError(f"only {total} bytes in {ran:.0f} s")

    def _try(self, path: str, attempt: Callable[[], None], progress: Callable[[], int]) -> None:
        failures, reached = 0, progress()
        while True:
            try:
                attempt()
            except (httpx.TransportError, _TransientError) as e:
                if progress() > reached:
                    failures, reached = 0, progress()
                failures += 1
                if failures >= self._patience.attempts:
                    why = str(e) or type(e).__name__
                    raise PublicationIOError(
                        f"cannot fetch {self._base.join(path)}: {why}; tried {failures} times, run again later to go on from here"
                    ) from e
                bound = min(self._patience.pause * 2 ** (failures - 1), self._patience.longest)
                wait = max(self._rng.uniform(0, bound), getattr(e, "wait", 0.0))
                self._sleep(min(wait, self._patience.longest))
            else:
                return

    @contextmanager
    def _open(self, path: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        url = self._base.join(path)
        for _ in range(self._patience.redirects + 1):
            with self._http.stream("GET", url, headers=headers) as response:
                if response.status_code not in _REDIRECTS:
                    self._judge(response)
                    yield response
                    return
                url = self._follow(url, response.headers.get("Location", ""))
        raise PublicationIOError(f"{self._base.join(path)} redirects more than {self._patience.redirects} times")

    def _judge(self, response: httpx.Response) -> None:
        status, url = response.status_code, response.url
        if status in (200, 206, 416):
            return
        if status in _AGAIN:
            raise _TransientError(
                f"the host answers {status}", self._retry_after(response.headers.get("Retry-After", ""))
            )
        if status in (404, 410):
            raise InputMissingError(f"{url} does not exist ({status})")
        advice = "it may refuse this address or client; try from another network" if status in (401, 403, 418) else ""
        raise PublicationIOError(f"cannot fetch {url}: the host answers {status}{'; ' if advice else ''}{advice}")

    def _retry_after(self, value: str) -> float:
        if value.strip().isascii() and value.strip().isdigit():
            return float(value)
        try:
            then = parsedate_to_datetime(value)
        except ValueError:
            return 0.0
        return max((then.replace(tzinfo=then.tzinfo or UTC) - self._now()).total_seconds(), 0.0)

    def _follow(self, url: httpx.URL, location: str) -> httpx.URL:
        """Where a redirect leads, if it is allowed to."""
        try:
            target = url.join(location)
        except (httpx.InvalidURL, ValueError) as e:
            raise PublicationIOError(f"{url} redirects to {location!r}, which is no address") from e
        why = self._forbidden(url, target)
        if not location or why:
            raise PublicationIOError(f"{url} redirects to {location!r}: {why or 'nowhere'}; not followed")
        return target

    def _forbidden(self, url: httpx.URL, target: httpx.URL) -> str:
        if target.scheme not in ("http", "https") or (url.scheme, target.scheme) == ("https", "http"):
            return "not http(s), or no longer encrypted"
        if target.userinfo:
            return "it carries a password"
        if (target.host, target.port) == (self._base.host, self._base.port):
            return ""
        if target.host not in self._hosts or target.port is not None:
            return f"only {', '.join(sorted({self._base.host, *self._hosts}))} are allowed"
        private = _private_addresses(target)
        return f"{private[0]} is a private address" if private else ""


def _private_addresses(url: httpx.URL) -> list[str]:
    """Addresses of a host that are not of the public internet."""
    try:
        found = socket.getaddrinfo(url.host, url.scheme, type=socket.SOCK_STREAM)
    except OSError:
        return []  # the connection itself will fail, or a proxy knows the name
    addresses = [str(a[4][0]).split("%")[0] for a in found]
    return [a for a in addresses if not ipaddress.ip_address(a).is_global]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _start(response: httpx.Response) -> int | None:
    match = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(match.group(1)) if match else None


def _total(response: httpx.Response) -> int | None:
    match = re.fullmatch(r"bytes \*/(\d+)", response.headers.get("Content-Range", ""))
    return int(match.group(1)) if match else None
