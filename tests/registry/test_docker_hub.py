"""Docker Hub's three hosts, stood in for behind TLS and a proxy of the environment."""

from __future__ import annotations

import base64
import json
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.registry import certificates, images, servers
from tests.registry.conftest import PASSWORD, USER, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Lock = Callable[..., Outcome]
    Locked = Callable[[], dict[str, Any]]

HUB, AUTH, STORAGE = "registry-1.docker.io", "auth.docker.io", "storage.example"
TOKEN = "hub-token"  # noqa: S105  (made for these tests)


@dataclass
class Hub:
    registry: servers.Scripted
    auth: servers.Scripted
    storage: servers.Scripted


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    context, trusted = certificates.server_for([HUB, AUTH, STORAGE], tmp_path)
    with ExitStack() as stack:
        made = [stack.enter_context(servers.scripted()) for _ in range(3)]
        ports = {
            f"{host}:443": stack.enter_context(
                servers.tls_front(context, int(one.host.partition(":")[2]))
            )
            for host, one in zip((HUB, AUTH, STORAGE), made, strict=True)
        }
        proxy = stack.enter_context(servers.connect_proxy(ports, []))
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy}")
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        standing = Hub(*made)
        standing.registry.gates.append(challenge)
        body = json.dumps({"token": TOKEN, "access_token": TOKEN}).encode()
        standing.auth.say("/token", servers.Answer(200, body))
        yield standing


def challenge(seen: servers.Seen) -> servers.Answer | None:
    if seen.headers.get("authorization") == f"Bearer {TOKEN}":
        return None
    path = seen.path.removeprefix("/v2/").partition("/manifests/")[0]
    said = (
        f'Bearer realm="https://{AUTH}/token",service="registry.docker.io",'
        f'scope="repository:{path}:pull"'
    )
    return servers.Answer(401, headers={"www-authenticate": said})


@pytest.mark.parametrize("logged_in", [False, True])
def test_an_official_image(
    hub: Hub, lock: Lock, locked: Locked, tmp_path: Path, logged_in: bool
) -> None:
    image = images.two_platforms()
    hub.registry.hold(image, "library/nginx", "1.27")
    config = image.configs["amd64"]
    moved = {"Location": f"https://{STORAGE}/blob?verify=signature"}
    hub.registry.say(
        f"/v2/library/nginx/blobs/{config}", servers.Answer(307, headers=moved)
    )
    hub.storage.say("/blob", servers.Answer(200, image.blobs[config]))
    pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    if logged_in:
        (tmp_path / "home" / ".docker").mkdir()
        (tmp_path / "home" / ".docker" / "config.json").write_text(
            json.dumps({"auths": {"https://index.docker.io/v1/": {"auth": pair}}})
        )
    assert lock("nginx:1.27").err == ""
    assert locked() == {"nginx:1.27": images.expected(image, "amd64")}
    (asked,) = hub.auth.seen
    query = parse_qs(urlsplit(asked.path).query)
    assert query == {
        "service": ["registry.docker.io"],
        "scope": ["repository:library/nginx:pull"],
    }
    assert asked.headers.get("authorization") == (
        f"Basic {pair}" if logged_in else None
    )
    assert all(seen.headers["host"] == HUB for seen in hub.registry.seen)
    (stored,) = hub.storage.seen
    assert "authorization" not in stored.headers


def test_a_private_or_missing_repository(hub: Hub, lock: Lock) -> None:
    hub.registry.gates.append(lambda _: servers.Answer(401, b'{"errors":[]}'))
    done = lock("team/private:1")
    assert (
        "docker.io does not let everybody read team/private (or it does not exist)"
    ) in done.err
    assert "docker login docker.io" in done.err


def test_the_limit_of_pulls(hub: Hub, lock: Lock) -> None:
    limit = {"Retry-After": "21600", "ratelimit-limit": "100;w=21600"}
    error = b'{"errors":[{"code":"TOOMANYREQUESTS"}]}'
    hub.registry.gates.append(lambda _: servers.Answer(429, error, limit))
    done = lock("nginx:1.27")
    assert "next allowed in 21600 seconds" in done.err
    assert "log in to the registry" in done.err
