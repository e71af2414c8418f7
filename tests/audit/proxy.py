"""A proxy in front of the emulator with the manners of the real ECS API. Not AWS.

It cuts lists into pages, refuses some calls as throttled, breaks some connections,
and answers some with half of their text; each trouble ends after a number of calls.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

import urllib3

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTS = {
    "ListClusters": "clusterArns",
    "ListServices": "serviceArns",
    "ListTaskDefinitions": "taskDefinitionArns",
}
PAGE = {"ListClusters": 3, "ListServices": 10, "ListTaskDefinitions": 100}


class Manners:
    """What the proxy is to do, and what it saw.

    ``trouble``: operation -> kinds of trouble, one for each call until none is left.
    ``denied``: a text in a call's body that makes it refused for good.
    """

    def __init__(self, target: str) -> None:
        self.target = target
        self.trouble: dict[str, list[str]] = {}
        self.denied = ""
        self.asked: Counter[str] = Counter()
        self.bodies: list[tuple[str, dict[str, Any]]] = []
        self.lock = threading.Lock()

    def next_trouble(self, operation: str, body: dict[str, Any]) -> str:
        """Take the next trouble for a call, or the empty string."""
        with self.lock:
            self.asked[operation] += 1
            self.bodies.append((operation, body))
            if self.denied and self.denied in json.dumps(body):
                return "denied"
            waiting = self.trouble.get(operation)
            return waiting.pop(0) if waiting else ""


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    manners: ClassVar[Manners]
    upstream: ClassVar[urllib3.PoolManager]

    def do_POST(self) -> None:
        """Answer a call, well or badly."""
        length = int(self.headers.get("Content-Length", 0))
        raw = self.rfile.read(length)
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        body = json.loads(raw) if operation else {}
        trouble = self.manners.next_trouble(operation, body)
        if trouble == "throttle":
            self._refuse(400, "ThrottlingException", "Rate exceeded")
        elif trouble == "unavailable":
            self._refuse(503, "ServiceUnavailableException", "try later")
        elif trouble == "denied":
            self._refuse(400, "AccessDeniedException", "you may not")
        elif trouble == "break":
            self.close_connection = True
        else:
            status, answer = self._forwarded(raw, operation, body)
            self._send(status, answer, cut=trouble == "cut")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _forwarded(
        self, raw: bytes, operation: str, body: dict[str, Any]
    ) -> tuple[int, bytes]:
        if operation in LISTS:
            asked = {k: v for k, v in body.items() if k != "nextToken"}
            raw = json.dumps(asked).encode()
        headers = {
            name: self.headers[name]
            for name in ("Authorization", "X-Amz-Target", "Content-Type", "X-Amz-Date")
            if name in self.headers
        }
        answer = self.upstream.request(
            "POST", self.manners.target + self.path, body=raw, headers=headers
        )
        if operation not in LISTS or answer.status != 200:
            return answer.status, answer.data
        whole = json.loads(answer.data)
        items = whole[LISTS[operation]]
        start = int(body.get("nextToken", "0"))
        end = start + PAGE[operation]
        page = {LISTS[operation]: items[start:end]}
        if end < len(items):
            page["nextToken"] = str(end)
        return 200, json.dumps(page).encode()

    def _refuse(self, status: int, kind: str, message: str) -> None:
        self._send(status, json.dumps({"__type": kind, "message": message}).encode())

    def _send(self, status: int, data: bytes, *, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut else data)
        if cut:
            self.close_connection = True


@contextlib.contextmanager
def running(target: str) -> Iterator[tuple[str, Manners]]:
    """Run a proxy for the length of a with block; give its address and manners."""
    manners = Manners(target)
    pool = urllib3.PoolManager(maxsize=32, retries=False)
    handler = type("Bound", (Handler,), {"manners": manners, "upstream": pool})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", manners
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        pool.clear()
