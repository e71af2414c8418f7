"""The Bearer flow against Debian's docker-registry, which verifies what we bring."""

from __future__ import annotations

import base64
import datetime as dt
import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.registry import images, servers
from tests.registry.conftest import PASSWORD, USER, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Lock = Callable[..., Outcome]
    Locked = Callable[[], dict[str, Any]]

ISSUER, SERVICE = "tests-issuer", "tests registry"
LOGIN = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


class TokenService:
    """Signs what the asker may do: everything for a login, pulling ``open/`` else."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, ISSUER)])
        now = dt.datetime.now(dt.timezone.utc)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .sign(self.key, hashes.SHA256())
        )

    def bundle(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def answer(self, seen: servers.Seen) -> servers.Answer:
        said = seen.headers.get("authorization", "")
        if said not in ("", f"Basic {LOGIN}"):
            return servers.Answer(401, b'{"details":"incorrect username or password"}')
        query = parse_qs(urlsplit(seen.path).query)
        access = []
        for scope in query.get("scope", []):
            kind, name, actions = scope.split(":")
            granted = actions.split(",") if said else ["pull"]
            if said or name.startswith("open/"):
                access.append({"type": kind, "name": name, "actions": granted})
        token = self.sign({"aud": query["service"][0], "access": access})
        return servers.Answer(200, json.dumps({"token": token}).encode())

    def sign(self, claims: dict[str, Any]) -> str:
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        chain = [base64.b64encode(der).decode()]
        header = {"typ": "JWT", "alg": "RS256", "x5c": chain}
        now = int(time.time())
        times = {"iss": ISSUER, "nbf": now - 60, "iat": now, "exp": now + 300}
        text = f"{part(header)}.{part({**claims, **times})}"
        signature = self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{urlsafe(signature)}"


def part(value: dict[str, Any]) -> str:
    return urlsafe(json.dumps(value).encode())


def urlsafe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.fixture(scope="module")
def token_registry(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[servers.RealRegistry]:
    missing = servers.missing_programs()
    if missing:
        pytest.skip(f"the real registry needs {', '.join(missing)}")
    folder: Path = tmp_path_factory.mktemp("token")
    service = TokenService()
    bundle = folder / "bundle.pem"
    bundle.write_bytes(service.bundle())
    with servers.scripted() as tokens:
        tokens.gates.append(service.answer)
        auth = (
            f"auth: {{token: {{realm: 'http://{tokens.host}/token',"
            f" service: '{SERVICE}', issuer: {ISSUER}, rootcertbundle: '{bundle}'}}}}\n"
        )
        with servers.real_registry(folder, USER, PASSWORD, auth) as running:
            yield running


def test_anonymous_may_pull_what_is_open(
    token_registry: servers.RealRegistry, lock: Lock, locked: Locked
) -> None:
    image = images.two_platforms()
    reference = token_registry.push(image, "open/app", "1")
    assert lock(reference).err == ""
    assert locked() == {reference: images.expected(image, "amd64")}


def test_with_a_login(
    token_registry: servers.RealRegistry, lock: Lock, locked: Locked
) -> None:
    image = images.two_platforms()
    reference = token_registry.push(image, "team/app", "1")
    refused = lock(reference)
    assert refused.status == 1
    assert "no credentials for it were found (HTTP 401 UNAUTHORIZED)" in refused.err
    stdin = f"{PASSWORD}\n".encode()
    done = lock(reference, "--username", USER, "--password-stdin", stdin=stdin)
    assert done.err == ""
    assert locked() == {reference: images.expected(image, "amd64")}


def test_with_a_wrong_password(
    token_registry: servers.RealRegistry, lock: Lock
) -> None:
    reference = token_registry.push(images.two_platforms(), "open/app", "1")
    stdin = b"hunter2-wrong\n"
    done = lock(reference, "--username", USER, "--password-stdin", stdin=stdin)
    assert done.status == 1
    assert "refuses the credentials from the command line as 'carla'" in done.err
    assert "hunter2" not in done.err
