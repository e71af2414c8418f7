"""One HTTP exchange with a registry: TLS, time, size, retries, redirects.

It knows nothing of images. What it promises: no plain HTTP except on loopback, no
credential to another host than the one it is for, no answer larger than the limit,
no waiting beyond the deadline.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import urllib3
from urllib3 import exceptions

from fargate_instrument.registry.origin import (
    new_pool,
    origin,
    proxy_for,
    require_safe,
)
from fargate_instrument.registry.trouble import RegistryTrouble
from fargate_instrument.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
TRIES = 5
FIRST_PAUSE = 0.5
MAX_REDIRECTS = 5
CHUNK = 65536
TOO_MANY = 429
TRANSIENT = frozenset({TOO_MANY, 500, 502, 503, 504})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PROXY_FIX = "behind a proxy, set HTTPS_PROXY and NO_PROXY"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whole: who gave it in the end, status, headers, body.

    The case of ``headers`` does not matter.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask for. ``authorization`` goes to this URL's own origin alone."""

    url: str
    limit: int
    accept: str = "application/json"
    authorization: str = ""
    form: bytes | None = None


class _TransientTrouble(RegistryTrouble):
    """Worth another try."""


_WORDS = (
    (
        exceptions.ProxyError,
        RegistryTrouble,
        "the proxy before {host} did not let the request through",
        "check HTTPS_PROXY and NO_PROXY in the environment",
    ),
    (
        exceptions.SSLError,
        RegistryTrouble,
        "{host} speaks no TLS, or shows a certificate that is not trusted here",
        "for a private authority, set SSL_CERT_FILE to its certificate",
    ),
    (
        exceptions.NameResolutionError,
        RegistryTrouble,
        "the host name {host} does not resolve",
        "check the registry in the image reference",
        PROXY_FIX,
    ),
    (
        (exceptions.NewConnectionError, exceptions.ConnectTimeoutError),
        RegistryTrouble,
        "{host} cannot be reached",
        "check that the registry is up",
        PROXY_FIX,
    ),
    (
        exceptions.ReadTimeoutError,
        _TransientTrouble,
        f"{{host}} is too slow: no more bytes for {READ_SECONDS:g} seconds",
        "try again, or allow more time: --timeout SECONDS",
    ),
    (
        exceptions.LocationValueError,
        RegistryTrouble,
        "{host} sends us to an address that is none",
    ),
)
"""urllib3's errors -> worth another try or not, message, fixes. Subclasses first."""


class Deadline:
    """The moment by which everything must be done."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def remaining(self) -> float:
        """Count the seconds that are left, at least none."""
        return max(0.0, self._end - self._clock())

    def passed(self, host: str) -> RegistryTrouble:
        """Word the failure to meet it."""
        return RegistryTrouble(
            f"{host} gave no complete answer within {self.seconds:g} seconds",
            "try again, or allow more time: --timeout SECONDS",
            PROXY_FIX,
        )


class Transport:
    """Asks, waits, asks again, until an answer, a refusal or the deadline."""

    def __init__(
        self,
        deadline: Deadline,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.deadline = deadline
        self._sleep = sleep
        self._pools: dict[str, urllib3.PoolManager] = {}

    def close(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            pool.clear()

    def send(self, request: Request) -> Response:
        """Send a request, with retries and redirects; any final status is an answer."""
        for turn in range(MAX_REDIRECTS + 1):
            response = self._with_retries(request)
            if response.status not in REDIRECTS or "location" not in response.headers:
                return response
            if turn < MAX_REDIRECTS:
                request = _redirected(request, response.headers["location"])
        raise RegistryTrouble(
            f"{_host(request.url)} redirects more than {MAX_REDIRECTS} times"
        )

    def _with_retries(self, request: Request) -> Response:
        require_safe(request.url)
        for turn in range(1, TRIES + 1):
            pause = FIRST_PAUSE * 2 ** (turn - 1)
            try:
                response = self._once(request)
            except _TransientTrouble as trouble:
                if turn == TRIES or pause >= self.deadline.remaining():
                    raise _plain(trouble) from None
            else:
                if response.status not in TRANSIENT:
                    return response
                pause = max(pause, _retry_after(response.headers))
                if turn == TRIES or pause >= self.deadline.remaining():
                    raise _gave_up(request, response, turn, pause)
            self._sleep(pause)
        raise AssertionError  # pragma: no cover  (the last turn returns or raises)

    def _once(self, request: Request) -> Response:
        host = _host(request.url)
        remaining = self.deadline.remaining()
        if not remaining:
            raise self.deadline.passed(host)
        try:
            return self._exchange(request, remaining)
        except exceptions.HTTPError as error:
            if not self.deadline.remaining():
                raise self.deadline.passed(host) from None
            raise _translated(error, host) from None

    def _exchange(self, request: Request, remaining: float) -> Response:
        headers = {
            "Accept": request.accept,
            "Accept-Encoding": "identity",
            "User-Agent": f"fargate-instrument/{__version__}",
        }
        if request.authorization:
            headers["Authorization"] = request.authorization
        if request.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self._pool(request.url).request(
            "GET" if request.form is None else "POST",
            request.url,
            body=request.form,
            headers=headers,
            timeout=urllib3.Timeout(
                connect=min(CONNECT_SECONDS, remaining),
                read=min(READ_SECONDS, remaining),
            ),
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )
        try:
            body = self._body(answer, request)
        finally:
            answer.close()
        return Response(request.url, answer.status, answer.headers, body)

    def _body(self, answer: urllib3.BaseHTTPResponse, request: Request) -> bytes:
        host = _host(request.url)
        said = answer.headers.get("content-length", "")
        if said.isdigit() and len(said) < len("9" * 18) and int(said) > request.limit:
            raise _too_large(host, request.limit)
        body = bytearray()
        while chunk := answer.read1(CHUNK):
            body += chunk
            if len(body) > request.limit:
                raise _too_large(host, request.limit)
            if not self.deadline.remaining():
                raise self.deadline.passed(host)
        return bytes(body)

    def _pool(self, url: str) -> urllib3.PoolManager:
        proxy = proxy_for(url)
        if proxy not in self._pools:
            self._pools[proxy] = new_pool(proxy)
        return self._pools[proxy]


def _redirected(request: Request, location: str) -> Request:
    try:
        url = urljoin(request.url, location)
    except ValueError:
        url = ""
    was, now = origin(request.url), origin(url)
    if now[0] != "https" and was[0] == "https":
        raise RegistryTrouble(
            f"{was[1]} redirects to an address without TLS; that is refused",
            "serve the registry and its storage over https",
        )
    if request.form is not None:
        raise RegistryTrouble(
            f"{was[1]} redirects a request for a token; that is refused",
            "set the token service's final address in the registry",
        )
    authorization = request.authorization if now == was else ""
    return Request(url, request.limit, request.accept, authorization)


def _host(url: str) -> str:
    return origin(url)[1] or "the registry"


def _retry_after(headers: Mapping[str, str]) -> float:
    """Read Retry-After: seconds, or a date; what cannot be read asks for nothing."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0


def _gave_up(
    request: Request, response: Response, turns: int, pause: float
) -> RegistryTrouble:
    host = _host(request.url)
    tries = "once" if turns == 1 else f"{turns} times"
    if response.status != TOO_MANY:
        return RegistryTrouble(
            f"{host} failed {tries}, last with HTTP {response.status}",
            "try again later",
        )
    return RegistryTrouble(
        f"{host} has too many requests of ours (HTTP 429, asked {tries}"
        f", next allowed in {pause:.0f} seconds)",
        "try again later, or allow more time: --timeout SECONDS",
        "log in to the registry: many allow more to those they know",
    )


def _too_large(host: str, limit: int) -> RegistryTrouble:
    return RegistryTrouble(
        f"{host} answers with more than the {limit} bytes allowed",
        "check that the reference names a registry and an image",
    )


def _translated(error: Exception, host: str) -> RegistryTrouble:
    """Word urllib3's error; whether it is worth another try goes with it."""
    for kinds, trouble, message, *fixes in _WORDS:
        if isinstance(error, kinds):
            return trouble(message.format(host=host), *fixes)
    return _TransientTrouble(
        f"{host} broke off its answer", "try again; check the registry's log"
    )


def _plain(trouble: RegistryTrouble) -> RegistryTrouble:
    return RegistryTrouble(trouble.message, *trouble.fixes)
