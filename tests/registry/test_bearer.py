"""The token flow: realm, service, scope; with a password, an identity token, nobody."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fargate_instrument.registry import transport
from tests.registry import images
from tests.registry.conftest import PASSWORD, USER, Outcome
from tests.registry.servers import Answer, Scripted, Seen, scripted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Lock = Callable[..., Outcome]

TOKEN = "let.me-in_1"  # noqa: S105  (made for these tests)
SCOPE = "repository:team/app:pull"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "FIRST_PAUSE", 0.01)


@pytest.fixture
def tokens() -> Iterator[Scripted]:
    with scripted() as running:
        running.say("/token", Answer(200, json.dumps({"token": TOKEN}).encode()))
        yield running


@pytest.fixture
def reference(registry: Scripted, tokens: Scripted) -> str:
    registry.gates.append(challenging(f"http://{tokens.host}/token"))
    return registry.hold(images.two_platforms(), "team/app", "1")


def challenging(realm: str, more: str = f',scope="{SCOPE}"') -> Any:
    said = f'Bearer realm="{realm}",service="tests, and \\"more\\""{more}'

    def gate(seen: Seen) -> Answer | None:
        if seen.headers.get("authorization") == f"Bearer {TOKEN}":
            return None
        return Answer(401, headers={"WWW-Authenticate": said})

    return gate


def docker_config(home: Path, host: str, entry: dict[str, str]) -> None:
    (home / ".docker").mkdir()
    file = home / ".docker" / "config.json"
    file.write_text(json.dumps({"auths": {host: entry}}))


def test_anonymous(
    registry: Scripted, tokens: Scripted, reference: str, lock: Lock
) -> None:
    assert lock(reference).err == ""
    (asked,) = tokens.seen
    assert "authorization" not in asked.headers
    assert parse_qs(urlsplit(asked.path).query) == {
        "service": ['tests, and "more"'],
        "scope": [SCOPE],
    }
    assert len(registry.seen) == 4  # one refused, then three with the token


def test_with_a_password(
    registry: Scripted, tokens: Scripted, reference: str, lock: Lock
) -> None:
    stdin = f"{PASSWORD}\r\nmore".encode()
    done = lock(reference, "--username", USER, "--password-stdin", stdin=stdin)
    assert done.err == ""
    pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    assert tokens.seen[0].headers["authorization"] == f"Basic {pair}"
    assert all(pair not in str(seen.headers) for seen in registry.seen)


def test_with_an_identity_token(
    tokens: Scripted, reference: str, lock: Lock, tmp_path: Path
) -> None:
    host = urlsplit(f"//{reference}").netloc
    docker_config(tmp_path / "home", host, {"identitytoken": "refresh+me"})
    answer = {"access_token": TOKEN, "expires_in": 60}
    tokens.say("/token", Answer(200, json.dumps(answer).encode()))
    assert lock(reference).err == ""
    (asked,) = tokens.seen
    assert asked.method == "POST"
    assert parse_qs(asked.body.decode()) == {
        "grant_type": ["refresh_token"],
        "client_id": ["fargate-instrument"],
        "refresh_token": ["refresh+me"],
        "service": ['tests, and "more"'],
        "scope": [SCOPE],
    }


def test_with_a_registry_token(
    tokens: Scripted, reference: str, lock: Lock, tmp_path: Path
) -> None:
    host = urlsplit(f"//{reference}").netloc
    docker_config(tmp_path / "home", host, {"registrytoken": TOKEN})
    assert lock(reference).err == ""
    assert tokens.seen == []


def test_the_scope_is_made_where_none_is_given(
    registry: Scripted, tokens: Scripted, lock: Lock
) -> None:
    registry.gates.append(challenging(f"http://{tokens.host}/token?a=b", ""))
    reference = registry.hold(images.two_platforms(), "team/app", "1")
    assert lock(reference).err == ""
    query = parse_qs(urlsplit(tokens.seen[0].path).query)
    assert query["scope"] == [SCOPE]
    assert query["a"] == ["b"]


@pytest.mark.parametrize("status", [401, 403])
def test_wrong_password(
    tokens: Scripted, reference: str, lock: Lock, status: int
) -> None:
    tokens.say("/token", Answer(status, b'{"details":"incorrect hunter2"}'))
    done = lock(
        reference, "--username", USER, "--password-stdin", stdin=b"hunter2-wrong\n"
    )
    assert f"refuses the credentials from the command line as '{USER}'" in done.err
    assert f"HTTP {status}" in done.err
    assert "hunter2" not in done.err


def test_a_token_that_does_not_help(
    registry: Scripted, tokens: Scripted, reference: str, lock: Lock
) -> None:
    tokens.say("/token", Answer(200, b'{"token":"other"}'))
    done = lock(reference)
    assert "no credentials for it were found (HTTP 401)" in done.err
    assert len(registry.seen) == 2
    assert len(tokens.seen) == 1


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{}", "answers without a token"),
        (b'{"token": "a b"}', "answers without a token"),
        (b'{"token": "a\\r\\nX: y"}', "answers without a token"),
        (b'{"token": 1}', "answers without a token"),
        (b"no", "the token answer of 127.0.0.1 is not a JSON object"),
    ],
)
def test_an_answer_without_a_token(
    tokens: Scripted, reference: str, lock: Lock, body: bytes, says: str
) -> None:
    tokens.say("/token", Answer(200, body))
    assert says in lock(reference).err


@pytest.mark.parametrize(
    ("realm", "says"),
    [
        ("http://auth.example/token", "auth.example without TLS is refused"),
        ("", "no host without TLS is refused"),
        ("/token", "no host without TLS is refused"),
        ("http://[", "no host without TLS is refused"),
    ],
)
def test_a_realm_that_is_not_safe(
    registry: Scripted, lock: Lock, realm: str, says: str
) -> None:
    registry.gates.append(challenging(realm))
    reference = registry.hold(images.two_platforms(), "team/app", "1")
    stdin = f"{PASSWORD}\n".encode()
    done = lock(reference, "--username", USER, "--password-stdin", stdin=stdin)
    assert says in done.err


def test_a_token_request_with_a_secret_in_it_is_not_redirected(
    tokens: Scripted, reference: str, lock: Lock, tmp_path: Path
) -> None:
    host = urlsplit(f"//{reference}").netloc
    docker_config(tmp_path / "home", host, {"identitytoken": "refresh-me"})
    tokens.say("/token", Answer(307, headers={"Location": "/other"}))
    done = lock(reference)
    assert "redirects a request for a token" in done.err
    assert "refresh-me" not in done.err


@pytest.mark.parametrize("said", ["", "Negotiate", "Basic", "garbage=,,"])
def test_a_challenge_that_cannot_be_met(
    registry: Scripted, lock: Lock, said: str
) -> None:
    registry.gates.append(lambda _: Answer(401, headers={"WWW-Authenticate": said}))
    done = lock(f"{registry.host}/team/app:1")
    assert "no credentials for it were found (HTTP 401)" in done.err
    assert len(registry.seen) == 1
