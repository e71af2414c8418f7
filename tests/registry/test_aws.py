"""ECR tokens and repositoryCredentials secrets, from an AWS API on loopback."""

from __future__ import annotations

import base64
import json
import sys
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from fargate_instrument.registry import aws
from fargate_instrument.registry.credentials import SourceTrouble
from fargate_instrument.registry.reference import parse
from tests.registry import certificates, images, servers
from tests.registry.conftest import PASSWORD, USER, Outcome

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Lock = Callable[..., Outcome]
    Locked = Callable[[], dict[str, Any]]

REGION = "eu-west-1"
ECR = f"123456789012.dkr.ecr.{REGION}.amazonaws.com"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def account(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the environment as a user with AWS credentials has it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tests-only")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


@pytest.fixture
def secret(account: None) -> str:
    del account
    client: Any = boto3.client("secretsmanager", region_name="us-west-2")
    text = json.dumps({"username": USER, "password": PASSWORD})
    name = f"registry-{len(client.list_secrets()['SecretList'])}"
    arn: str = client.create_secret(Name=name, SecretString=text)["ARN"]
    return arn


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Make ECR's certificate, signed by an authority that is trusted here alone."""
    context, trusted = certificates.server_for([ECR], tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    return context


@pytest.mark.usefixtures("account")
def test_ecr_end_to_end(
    authority: ssl.SSLContext,
    lock: Lock,
    locked: Locked,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A private ECR image: token from the API, TLS and proxy from the environment."""
    missing = servers.missing_programs()
    if missing:
        pytest.skip(f"the real registry needs {', '.join(missing)}")
    credential = aws.ecr_token(parse(f"{ECR}/team/app:1"))
    assert credential is not None
    assert credential.username == "AWS"
    assert credential.password not in repr(credential)
    image, asked = images.two_platforms(), list[str]()
    folder = tmp_path / "registry"
    folder.mkdir()
    with servers.real_registry(folder, "AWS", credential.password) as registry:
        registry.push(image, "team/app", "1")
        port = int(registry.host.partition(":")[2])
        with (
            servers.tls_front(authority, port) as front,
            servers.connect_proxy({f"{ECR}:443": front}, asked) as proxy,
        ):
            monkeypatch.setenv("HTTPS_PROXY", f"http://me:my%3Aself@127.0.0.1:{proxy}")
            done = lock(f"{ECR}/team/app:1")
    assert done.err == ""
    assert locked() == {f"{ECR}/team/app:1": images.expected(image, "amd64")}
    basic = base64.b64encode(b"me:my:self").decode()
    assert f"proxy-authorization: Basic {basic}" in asked[0]


def test_ecr_without_aws_credentials(
    authority: ssl.SSLContext,
    registry: servers.Scripted,
    lock: Lock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registry.gates.append(
        lambda _: servers.Answer(401, headers={"WWW-Authenticate": "Basic realm=x"})
    )
    port = int(registry.host.partition(":")[2])
    with (
        servers.tls_front(authority, port) as front,
        servers.connect_proxy({f"{ECR}:443": front}, []) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{proxy}")
        done = lock(f"{ECR}/team/app:1")
    assert "no credentials for it were found (HTTP 401)" in done.err
    assert "an ECR token cannot be had: no AWS credentials were found" in done.err
    assert "give AWS credentials that may pull from it" in done.err
    assert "docker login" not in done.err


def test_a_distant_registry_may_not_send_us_to_this_machine(
    authority: ssl.SSLContext,
    registry: servers.Scripted,
    lock: Lock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither for a token nor by a redirect."""
    with servers.scripted() as inside:
        realm = {"WWW-Authenticate": f'Bearer realm="http://{inside.host}/token"'}
        place = {"Location": f"http://{inside.host}/secret"}
        registry.say("/v2/a/manifests/1", servers.Answer(401, headers=realm))
        registry.say("/v2/b/manifests/1", servers.Answer(307, headers=place))
        port = int(registry.host.partition(":")[2])
        with (
            servers.tls_front(authority, port) as front,
            servers.connect_proxy({f"{ECR}:443": front}, []) as proxy,
        ):
            monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{proxy}")
            done = lock(f"{ECR}/a:1", f"{ECR}/b:1")
        assert "sends us to this machine for a token" in done.problems[0].message
        assert "an address without TLS; that is refused" in done.problems[1].message
        assert inside.seen == []


def test_a_certificate_nobody_trusts(
    authority: ssl.SSLContext,
    registry: servers.Scripted,
    lock: Lock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = int(registry.host.partition(":")[2])
    monkeypatch.delenv("SSL_CERT_FILE")
    with (
        servers.tls_front(authority, port) as front,
        servers.connect_proxy({f"{ECR}:443": front}, []) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{proxy}")
        done = lock(f"{ECR}/team/app:1")
    assert "shows a certificate that is not trusted here" in done.err
    assert "set SSL_CERT_FILE" in done.err
    assert registry.seen == []


def test_a_proxy_that_refuses(lock: Lock, monkeypatch: pytest.MonkeyPatch) -> None:
    with servers.connect_proxy({}, []) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:hunter2@127.0.0.1:{proxy}")
        done = lock(f"{ECR}/team/app:1")
    assert "did not let the request through" in done.err
    assert "hunter2" not in done.err
    monkeypatch.setenv("HTTPS_PROXY", "socks5://me:hunter2@127.0.0.1:1")
    done = lock(f"{ECR}/team/app:1")
    assert "is not an http or https URL" in done.err
    assert "hunter2" not in done.err


@pytest.mark.usefixtures("account")
def test_public_ecr(
    registry: servers.Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = base64.b64encode(b"AWS:public-token").decode()
    body = json.dumps({"authorizationData": {"authorizationToken": token}}).encode()
    registry.say("/", servers.Answer(200, body))
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{registry.host}")
    credential = aws.ecr_token(parse("public.ecr.aws/docker/library/nginx:1"))
    assert credential is not None
    assert (credential.username, credential.password) == ("AWS", "public-token")
    (asked,) = registry.seen
    assert asked.headers["x-amz-target"].endswith(".GetAuthorizationToken")
    assert "/us-east-1/ecr-public/" in asked.headers["authorization"]


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("token", ["", "!", base64.b64encode(b"AWS").decode()])
def test_a_token_that_is_none(
    registry: servers.Scripted, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    body = json.dumps({"authorizationData": {"authorizationToken": token}}).encode()
    registry.say("/", servers.Answer(200, body))
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{registry.host}")
    with pytest.raises(SourceTrouble, match="is not base64 of user:password"):
        aws.ecr_token(parse("public.ecr.aws/app"))


@pytest.fixture
def private(registry: servers.Scripted, secret: str, tmp_path: Path) -> str:
    """Give the image of web.json, whose registry wants what the secret holds."""
    pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    def gate(seen: servers.Seen) -> servers.Answer | None:
        if seen.headers.get("authorization") == f"Basic {pair}":
            return None
        return servers.Answer(401, headers={"WWW-Authenticate": "Basic realm=x"})

    registry.gates.append(gate)
    reference = registry.hold(images.two_platforms(), "team/app", "1")
    container = {
        "Name": "web",
        "Image": reference,
        "RepositoryCredentials": {"CredentialsParameter": secret},
    }
    other = {"name": "first", "image": reference}
    (tmp_path / "web.json").write_text(json.dumps([other, container]))
    return reference


@pytest.mark.parametrize("released", ["--use-repository-credentials", "--registry"])
def test_the_secret_of_a_container(
    registry: servers.Scripted, private: str, lock: Lock, locked: Locked, released: str
) -> None:
    host = [registry.host.upper()] if released == "--registry" else []
    done = lock("web.json", released, *host)
    assert done.err == ""
    assert locked() == {private: images.expected(images.two_platforms(), "amd64")}


@pytest.mark.usefixtures("private")
@pytest.mark.parametrize("released", [[], ["--registry", "quay.io"]])
def test_a_document_alone_sends_no_secret_anywhere(
    registry: servers.Scripted,
    lock: Lock,
    released: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(aws, "repository_secret", asked.append)
    done = lock("web.json", *released)
    assert done.status == 1
    assert asked == []
    assert registry.seen
    assert [seen for seen in registry.seen if "authorization" in seen.headers] == []
    assert "the repositoryCredentials secret was not read" in done.err
    assert f"--registry {registry.host}" in done.err


@pytest.mark.parametrize("host", ["", "https://quay.io", "a/b", "x:0"])
def test_a_registry_that_is_none(lock: Lock, host: str) -> None:
    done = lock("a", "--registry", host)
    assert done.status == 2
    assert "argument --registry: a registry's host name is needed" in done.usage


@pytest.mark.usefixtures("account")
def test_a_secret_that_is_not_there(
    registry: servers.Scripted, lock: Lock, tmp_path: Path
) -> None:
    registry.gates.append(
        lambda _: servers.Answer(401, headers={"WWW-Authenticate": "Basic realm=x"})
    )
    container = {
        "name": "web",
        "image": f"{registry.host}/team/app",
        "repositoryCredentials": {"credentialsParameter": "no-such-secret"},
    }
    (tmp_path / "web.json").write_text(json.dumps([container]))
    done = lock("web.json", "--use-repository-credentials")
    assert done.problems[0].address == "web.json: container_definitions[0].image"
    assert 'container "web"' in done.err
    assert (
        "the repositoryCredentials secret cannot be had: AWS says"
        " ResourceNotFoundException"
    ) in done.err
    assert "or write entryPoint and command" in done.err


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("text", ["hunter2", "[]", '{"username": "hunter2"}'])
def test_a_secret_of_another_form_is_not_shown(text: str) -> None:
    client: Any = boto3.client("secretsmanager")
    name = f"odd-{len(client.list_secrets()['SecretList'])}"
    client.create_secret(Name=name, SecretString=text)
    with pytest.raises(SourceTrouble, match="not JSON with username") as caught:
        aws.repository_secret(name)(parse("quay.io/app"))
    assert "hunter2" not in str(caught.value)


def test_without_a_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tests-only")
    with pytest.raises(SourceTrouble, match="no AWS region is set"):
        aws.repository_secret("name")(parse("quay.io/app"))


def test_without_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(SourceTrouble, match=r"pip install 'fargate-instrument\[aws\]'"):
        aws.ecr_token(parse(f"{ECR}/app"))


@pytest.mark.parametrize(
    ("host", "private"),
    [
        (ECR, True),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", True),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", True),
        ("123456789012.dkr-ecr.eu-west-1.on.aws", True),
        ("12345.dkr.ecr.eu-west-1.amazonaws.com", False),
        (f"{ECR}.evil.example", False),
        (f"evil-{ECR}", False),
        ("quay.io", False),
        ("x.dkr.ecr.eu-west-1.amazonaws.com", False),
    ],
)
def test_which_hosts_get_a_token(host: str, private: bool) -> None:
    """Without AWS credentials, only a host of ECR's is a trouble."""
    if private:
        with pytest.raises(SourceTrouble, match="no AWS credentials were found"):
            aws.ecr_token(parse(f"{host}/app"))
    else:
        assert aws.ecr_token(parse(f"{host}/app")) is None
