"""Registries that fail, lie, dawdle, or lead elsewhere."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from fargate_instrument.registry import client, transport
from tests.registry import images
from tests.registry.conftest import PASSWORD, USER, Outcome
from tests.registry.servers import Answer, Scripted, Seen, scripted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Lock = Callable[..., Outcome]
    Locked = Callable[[], dict[str, Any]]

MANIFEST = "/v2/app/manifests/1"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less between tries: the pauses are the program's, the order is the same."""
    monkeypatch.setattr(transport, "FIRST_PAUSE", 0.01)


@pytest.fixture
def image(registry: Scripted) -> images.Image:
    made = images.two_platforms()
    registry.hold(made, "app", "1")
    return made


@pytest.fixture
def elsewhere() -> Iterator[Scripted]:
    with scripted() as running:
        yield running


def config_path(image: images.Image) -> str:
    return f"/v2/app/blobs/{image.configs['amd64']}"


def good(image: images.Image) -> Answer:
    return Answer(200, image.index, {"Content-Type": images.INDEX})


def test_no_more_requests_than_needed(
    registry: Scripted, image: images.Image, lock: Lock, locked: Locked
) -> None:
    assert lock(f"{registry.host}/app:1").err == ""
    assert locked()[f"{registry.host}/app:1"] == images.expected(image, "amd64")
    assert registry.paths() == [
        MANIFEST,
        f"/v2/app/manifests/{next(iter(image.manifests))}",
        config_path(image),
    ]


@pytest.mark.parametrize("what", ["manifest", "config"])
def test_truncated_answer(
    registry: Scripted, image: images.Image, lock: Lock, what: str
) -> None:
    body = image.index if what == "manifest" else image.blobs[image.configs["amd64"]]
    path = MANIFEST if what == "manifest" else config_path(image)
    registry.say(path, Answer(200, body[:40], promise=len(body)))
    done = lock(f"{registry.host}/app:1")
    assert done.status == 1
    assert "127.0.0.1 broke off its answer" in done.err
    assert registry.paths().count(path) == transport.TRIES


def test_truncated_once_is_asked_again(
    registry: Scripted, image: images.Image, lock: Lock
) -> None:
    registry.say(
        MANIFEST, Answer(200, image.index[:40], promise=len(image.index)), good(image)
    )
    assert lock(f"{registry.host}/app:1").err == ""


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"x", head_pause=600),
        Answer(200, b"x" * 6000, piece=1, pause=0.1),
        Answer(200, b"x", promise=10, piece=1, pause=600),
    ],
    ids=["silent", "dripping", "stalled"],
)
def test_slow_server(registry: Scripted, lock: Lock, answer: Answer) -> None:
    registry.say(MANIFEST, answer)
    done = lock(f"{registry.host}/app:1", "--timeout", "0.5")
    assert done.status == 1
    assert "127.0.0.1 gave no complete answer within 0.5 seconds" in done.err
    assert registry.finished == [], "the server is left while it still dawdles"


def test_headers_that_never_end_are_left_behind(lock: Lock) -> None:
    import socket  # noqa: PLC0415  (this test alone speaks raw)
    import threading  # noqa: PLC0415

    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def drip() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(65536)
                peer.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while not stop.wait(0.05):
                    peer.sendall(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        done = lock(f"127.0.0.1:{server.getsockname()[1]}/app:1", "--timeout", "0.3")
        stop.set()  # until here it drips: who waits for its end never comes here
        thread.join()
    assert "gave no complete answer within 0.3 seconds" in done.err


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note how long the program would pause, in seconds, and pause not at all."""
    taken: list[float] = []
    monkeypatch.setattr(transport.Transport.__init__, "__defaults__", (taken.append,))
    return taken


def test_429_then_success(
    registry: Scripted, image: images.Image, lock: Lock, naps: list[float]
) -> None:
    registry.say(
        MANIFEST,
        Answer(429, headers={"Retry-After": "1"}),
        Answer(503),
        good(image),
    )
    assert lock(f"{registry.host}/app:1").err == ""
    assert naps == [1.0, 2 * transport.FIRST_PAUSE]
    assert registry.paths().count(MANIFEST) == 3


def test_429_for_ever(registry: Scripted, image: images.Image, lock: Lock) -> None:
    del image
    registry.say(MANIFEST, Answer(429))
    done = lock(f"{registry.host}/app:1")
    assert done.status == 1
    assert "too many requests of ours (HTTP 429, asked 5 times" in done.err
    assert registry.paths().count(MANIFEST) == transport.TRIES


@pytest.mark.parametrize(
    "after", ["3600", "999999999999", "Fri, 31 Dec 2999 23:59:59 GMT"]
)
def test_a_wait_beyond_the_budget_is_not_waited(
    registry: Scripted, lock: Lock, naps: list[float], after: str
) -> None:
    registry.say(MANIFEST, Answer(429, headers={"Retry-After": after}))
    done = lock(f"{registry.host}/app:1", "--timeout", "3")
    assert "HTTP 429, asked once" in done.err
    assert "allow more time" in done.err
    assert naps == []


@pytest.mark.parametrize("after", ["-1", "soon", "", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_an_unreadable_or_past_retry_after_asks_for_nothing(
    registry: Scripted, image: images.Image, lock: Lock, after: str
) -> None:
    registry.say(MANIFEST, Answer(429, headers={"Retry-After": after}), good(image))
    assert lock(f"{registry.host}/app:1").err == ""


def test_5xx_for_ever(registry: Scripted, lock: Lock) -> None:
    registry.say(MANIFEST, Answer(502))
    done = lock(f"{registry.host}/app:1")
    assert "failed 5 times, last with HTTP 502" in done.err


@pytest.mark.parametrize(
    ("path", "says"),
    [("index", "the manifest"), ("config", "the image configuration")],
)
def test_wrong_digest(
    registry: Scripted, image: images.Image, lock: Lock, path: str, says: str
) -> None:
    if path == "index":
        spoiled = Answer(
            200,
            image.index.replace(b"linux", b"LINUX"),
            {
                "Content-Type": images.INDEX,
                "Docker-Content-Digest": images.digest(image.index),
            },
        )
        registry.say(MANIFEST, spoiled)
    else:
        body = image.blobs[image.configs["amd64"]]
        registry.say(config_path(image), Answer(200, body.replace(b"tini", b"evil")))
    done = lock(f"{registry.host}/app:1")
    assert done.status == 1
    assert f"{says} is not what its digest sha256:" in done.err


def test_wrong_size(registry: Scripted, image: images.Image, lock: Lock) -> None:
    body = image.blobs[image.configs["amd64"]]
    registry.say(config_path(image), Answer(200, body + b" "))
    done = lock(f"{registry.host}/app:1")
    assert f"has {len(body) + 1} bytes where {len(body)} were promised" in done.err


def test_an_index_in_an_index(
    registry: Scripted, image: images.Image, lock: Lock
) -> None:
    inner = image.index
    outer = images.two_platforms()
    entry = {"digest": images.digest(inner), "size": len(inner)}
    platform = {"os": "linux", "architecture": "amd64"}
    outer.index = json.dumps({"manifests": [{**entry, "platform": platform}]}).encode()
    headers = {"Content-Type": images.INDEX}
    registry.say(MANIFEST, Answer(200, outer.index, headers))
    done = lock(f"{registry.host}/app:1")
    assert "the index leads to another index, not to an image" in done.err


def test_a_configuration_that_is_too_large_is_not_asked_for(
    registry: Scripted, lock: Lock
) -> None:
    config = {"mediaType": images.CONFIG, "digest": images.digest(b""), "size": 1 << 30}
    registry.say(MANIFEST, Answer(200, json.dumps({"config": config}).encode()))
    done = lock(f"{registry.host}/app:1")
    assert "the image configuration is larger than 8388608 bytes" in done.err
    assert registry.paths() == [MANIFEST]


def test_a_digest_reference_is_held_to_its_digest(
    registry: Scripted, image: images.Image, lock: Lock
) -> None:
    other = images.two_platforms("other")
    digest = images.digest(image.index)
    answer = Answer(200, other.index, {"Content-Type": images.INDEX})
    registry.say(f"/v2/app/manifests/{digest}", answer)
    done = lock(f"{registry.host}/app@{digest}")
    assert f"is not what its digest {digest} promises" in done.err


@pytest.mark.parametrize(
    "promise", [None, 99_000_000, -1], ids=["sent", "announced", "unannounced"]
)
def test_oversize(
    registry: Scripted, image: images.Image, lock: Lock, promise: int | None
) -> None:
    del image
    size = 10 if promise == 99_000_000 else 5_000_000
    registry.say(MANIFEST, Answer(200, b" " * size, promise=promise))
    done = lock(f"{registry.host}/app:1")
    assert "answers with more than the 4194304 bytes allowed" in done.err


def test_a_compressed_answer_is_not_unpacked(
    registry: Scripted, image: images.Image, lock: Lock
) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    headers = {"Content-Encoding": "gzip", "Content-Type": images.INDEX}
    registry.say(MANIFEST, Answer(200, bomb, headers))
    del image
    assert "the manifest is not a JSON object" in lock(f"{registry.host}/app:1").err


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"\xff", b"[" * 100_000, b'{"a":' * 100_000, b"1" * 9999],
    ids=["empty", "html", "list", "bytes", "deep list", "deep object", "number"],
)
def test_no_json(registry: Scripted, lock: Lock, body: bytes) -> None:
    registry.say(MANIFEST, Answer(200, body))
    done = lock(f"{registry.host}/app:1")
    assert "the manifest is not a JSON object" in done.err


def test_redirect_to_another_host_takes_no_credentials(
    registry: Scripted,
    elsewhere: Scripted,
    image: images.Image,
    lock: Lock,
    locked: Locked,
) -> None:
    registry.gates.append(_basic_wanted)
    body = image.blobs[image.configs["amd64"]]
    elsewhere.say("/store/config", Answer(200, body))
    storage = f"http://{elsewhere.host}/store/config?signature=x"
    registry.say(config_path(image), Answer(307, headers={"Location": storage}))
    stdin = f"{PASSWORD}\n".encode()
    done = lock(
        f"{registry.host}/app:1", "--username", USER, "--password-stdin", stdin=stdin
    )
    assert done.err == ""
    assert locked()[f"{registry.host}/app:1"] == images.expected(image, "amd64")
    assert "authorization" in registry.seen[-1].headers
    assert [seen.path for seen in elsewhere.seen] == ["/store/config?signature=x"]
    assert "authorization" not in elsewhere.seen[0].headers


def test_a_challenge_from_where_it_redirects_is_not_answered(
    registry: Scripted, elsewhere: Scripted, image: images.Image, lock: Lock
) -> None:
    """Storage that asks for a login, and names its own token service."""
    registry.gates.append(_basic_wanted)
    realm = f'Bearer realm="http://{elsewhere.host}/token"'
    elsewhere.say("/x", Answer(401, headers={"WWW-Authenticate": realm}))
    location = f"http://{elsewhere.host}/x"
    registry.say(config_path(image), Answer(307, headers={"Location": location}))
    stdin = f"{PASSWORD}\n".encode()
    done = lock(
        f"{registry.host}/app:1", "--username", USER, "--password-stdin", stdin=stdin
    )
    assert "redirects to 127.0.0.1, which answers with HTTP 401" in done.err
    assert elsewhere.paths() == ["/x"]
    assert "authorization" not in elsewhere.seen[0].headers


def test_redirect_within_the_host_keeps_them(
    registry: Scripted, image: images.Image, lock: Lock
) -> None:
    registry.gates.append(_basic_wanted)
    body = image.blobs[image.configs["amd64"]]
    registry.say(config_path(image), Answer(302, headers={"Location": "/moved"}))
    registry.say("/moved", Answer(200, body))
    stdin = f"{PASSWORD}\n".encode()
    done = lock(
        f"{registry.host}/app:1", "--username", USER, "--password-stdin", stdin=stdin
    )
    assert done.err == ""
    assert registry.seen[-1].path == "/moved"


@pytest.mark.parametrize(
    ("location", "says"),
    [
        (MANIFEST, "redirects more than 5 times"),
        ("http://storage.example/x", "storage.example without TLS is refused"),
        ("ftp://127.0.0.1/x", "127.0.0.1 without TLS is refused"),
        ("file:///etc/passwd", "no host without TLS is refused"),
        ("http://[::1", "no host without TLS is refused"),
        ("http://127.0.0.1:99999/x", "no host without TLS is refused"),
    ],
)
def test_redirect_to_nowhere_good(
    registry: Scripted, lock: Lock, location: str, says: str
) -> None:
    registry.say(MANIFEST, Answer(301, headers={"Location": location}))
    assert says in lock(f"{registry.host}/app:1").err


def test_from_tls_there_is_no_way_down() -> None:
    from fargate_instrument.registry.trouble import RegistryTrouble  # noqa: PLC0415

    request = transport.Request("https://registry.example/v2/", 1)
    with pytest.raises(RegistryTrouble, match="without TLS"):
        transport._redirected(request, "http://127.0.0.1/secret")  # noqa: SLF001


def test_no_proxy_stands_before_loopback(
    registry: Scripted,
    image: images.Image,
    lock: Lock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del image
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert lock(f"{registry.host}/app:1").err == ""


def test_nobody_listens(lock: Lock) -> None:
    done = lock("127.0.0.1:1/app:1")
    assert "127.0.0.1 cannot be reached" in done.err


def test_a_reference_to_another_machine_is_asked_over_tls() -> None:
    assert client.base_url("registry.example:5000") == "https://registry.example:5000"
    assert client.base_url("docker.io") == "https://registry-1.docker.io"
    assert client.base_url("[2001:db8::1]:5000") == "https://[2001:db8::1]:5000"
    for local in ("localhost", "localhost:5000", "127.8.8.8", "[::1]:5000"):
        assert client.base_url(local) == f"http://{local}"


def test_error_words_of_the_registry_are_not_trusted(
    registry: Scripted, lock: Lock
) -> None:
    errors = {"errors": [{"code": "\x1b[31mDENIED", "message": "\x1b[31mred"}]}
    registry.say(MANIFEST, Answer(403, json.dumps(errors).encode()))
    done = lock(f"{registry.host}/app:1")
    assert "HTTP 403" in done.err
    assert "\x1b" not in done.err


def test_a_status_that_is_no_answer(registry: Scripted, lock: Lock) -> None:
    registry.say(MANIFEST, Answer(418))
    assert "answers with HTTP 418" in lock(f"{registry.host}/app:1").err


def _basic_wanted(seen: Seen) -> Answer | None:
    if seen.headers.get("authorization", "").startswith("Basic "):
        return None
    return Answer(401, headers={"WWW-Authenticate": 'Basic realm="tests"'})
