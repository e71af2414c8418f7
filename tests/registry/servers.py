"""Servers on loopback: Debian's registry, a scripted one, a TLS front, a proxy."""

from __future__ import annotations

import contextlib
import http.server
import json
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.registry import images

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

START_SECONDS = 300.0  # against a hang; nothing waits for it


def missing_programs() -> list[str]:
    """Name the Debian programs that the real registry needs and that are not here."""
    names = ("docker-registry", "skopeo", "htpasswd")
    return [name for name in names if shutil.which(name) is None]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class RealRegistry:
    """Debian's docker-registry, running."""

    host: str
    user: str = ""
    password: str = ""

    def push(self, image: images.Image, name: str, tag: str) -> str:
        """Push every platform of an image with skopeo: its reference."""
        reference = f"{self.host}/{name}:{tag}"
        login = [f"--dest-creds={self.user}:{self.password}"] if self.user else []
        with tempfile.TemporaryDirectory() as folder:
            layout = Path(folder, "layout")
            images.write_layout(image, layout, tag)
            subprocess.run(
                [
                    "skopeo",
                    "--insecure-policy",
                    "copy",
                    "--quiet",
                    "--all",
                    "--dest-tls-verify=false",
                    *login,
                    f"oci:{layout}:{tag}",
                    f"docker://{reference}",
                ],
                check=True,
                timeout=START_SECONDS,
                env={"PATH": "/usr/bin:/bin", "HOME": folder, "TMPDIR": folder},
            )
        return reference


@contextlib.contextmanager
def real_registry(
    folder: Path, user: str = "", password: str = "", auth: str = ""
) -> Iterator[RealRegistry]:
    """Run docker-registry on a free port.

    ``auth``: that part of its configuration; htpasswd where only a user is given.
    """
    port = free_port()
    if user and not auth:
        file = folder / "htpasswd"
        subprocess.run(
            ["htpasswd", "-Bbc", str(file), user, password],
            check=True,
            capture_output=True,
        )
        auth = f"auth: {{htpasswd: {{realm: tests, path: '{file}'}}}}\n"
    config = folder / "config.yml"
    config.write_text(
        "version: 0.1\nlog: {level: error}\n"
        f"storage: {{filesystem: {{rootdirectory: '{folder / 'data'}'}}}}\n"
        f"http: {{addr: '127.0.0.1:{port}'}}\n{auth}"
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["docker-registry", "serve", str(config)], stdout=log, stderr=log
        )
    try:
        _wait_for(port, process)
        yield RealRegistry(f"127.0.0.1:{port}", user, password)
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/", timeout=5).close()
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("docker-registry did not start")


@dataclass(frozen=True)
class Answer:
    """What the scripted registry says once.

    ``promise``: the Content-Length, where it is a lie; -1 to give none. ``pause``:
    seconds between pieces of ``piece`` bytes. ``head_pause``: seconds before
    anything at all.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    promise: int | None = None
    pause: float = 0.0
    piece: int = 0
    head_pause: float = 0.0


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Scripted:
    """A registry that does as it is told, path by path, the last answer for ever.

    ``finished`` holds the paths whose answer was given whole.
    """

    def __init__(self) -> None:
        self.script: dict[str, list[Answer]] = {}
        self.gates: list[Callable[[Seen], Answer | None]] = []
        self.seen: list[Seen] = []
        self.finished: list[str] = []
        self._turn: dict[str, int] = defaultdict(int)
        self.server = _server(self)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"

    def say(self, path: str, *answers: Answer) -> None:
        self.script[path] = list(answers)

    def hold(self, image: images.Image, name: str, tag: str) -> str:
        """Serve an image properly; a later ``say`` spoils a path of it."""
        manifests = {images.digest(image.index): (image.index, images.INDEX)}
        for key, body in image.manifests.items():
            manifests[key] = (body, images.MANIFEST)
        manifests[tag] = (image.index, images.INDEX)
        for key, (body, media) in manifests.items():
            said = {
                "Content-Type": media,
                "Docker-Content-Digest": images.digest(body),
            }
            self.say(f"/v2/{name}/manifests/{key}", Answer(200, body, said))
        for key, body in image.blobs.items():
            self.say(f"/v2/{name}/blobs/{key}", Answer(200, body))
        return f"{self.host}/{name}:{tag}"

    def answer(self, seen: Seen) -> Answer:
        self.seen.append(seen)
        for gate in self.gates:
            barred = gate(seen)
            if barred is not None:
                return barred
        path = seen.path.partition("?")[0]
        answers = self.script.get(path)
        if answers is None:
            error = {"errors": [{"code": "MANIFEST_UNKNOWN"}]}
            return Answer(404, json.dumps(error).encode())
        turn = self._turn[path]
        self._turn[path] += 1
        return answers[min(turn, len(answers) - 1)]

    def paths(self) -> list[str]:
        return [seen.path for seen in self.seen]


@contextlib.contextmanager
def scripted() -> Iterator[Scripted]:
    registry = Scripted()
    thread = threading.Thread(
        target=registry.server.serve_forever, kwargs={"poll_interval": 0.02}
    )
    thread.start()
    try:
        yield registry
    finally:
        registry.server.shutdown()
        registry.server.server_close()
        thread.join()


class _Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that go away are what these tests are about."""


def _server(registry: Scripted) -> _Quiet:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            size = int(self.headers.get("content-length", "0"))
            headers = {key.lower(): value for key, value in self.headers.items()}
            seen = Seen(self.command, self.path, headers, self.rfile.read(size))
            answer = registry.answer(seen)
            time.sleep(answer.head_pause)
            self.send_response(answer.status)
            promise = len(answer.body) if answer.promise is None else answer.promise
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if promise >= 0:
                self.send_header("Content-Length", str(promise))
            self.end_headers()
            step = answer.piece or len(answer.body) or 1
            for start in range(0, len(answer.body), step):
                self.wfile.write(answer.body[start : start + step])
                time.sleep(answer.pause)
            registry.finished.append(seen.path)
            if promise != len(answer.body):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return _Quiet(("127.0.0.1", 0), Handler)


class _Front(socketserver.ThreadingTCPServer):
    """Passes bytes on: behind TLS, or where a CONNECT asks, to one fixed port."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True


@contextlib.contextmanager
def tls_front(context: ssl.SSLContext, target: int) -> Iterator[int]:
    """Speak TLS before a plain server: the port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with (
                contextlib.suppress(OSError),
                context.wrap_socket(self.request, server_side=True) as client,
            ):
                _pipe_to(client, target)

    with _running(_Front(("127.0.0.1", 0), Handler)) as port:
        yield port


@contextlib.contextmanager
def connect_proxy(targets: dict[str, int], asked: list[str]) -> Iterator[int]:
    """Run an HTTP proxy that leads ``host:port`` to ports of this machine."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = self.request.recv(4096)
                    if not piece:
                        return
                    head += piece
                asked.append(head.decode("latin-1"))
                host = head.split()[1].decode()
                if host not in targets:
                    self.request.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
                    return
                self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                _pipe_to(self.request, targets[host])

    with _running(_Front(("127.0.0.1", 0), Handler)) as port:
        yield port


@contextlib.contextmanager
def _running(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}
    )
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _pipe_to(client: socket.socket, target: int) -> None:
    with socket.create_connection(("127.0.0.1", target)) as server:
        back = threading.Thread(target=_copy, args=(server, client), daemon=True)
        back.start()
        _copy(client, server)
        back.join(timeout=5)


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
