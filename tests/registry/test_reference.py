"""Image references, read as Docker reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fargate_instrument.registry.reference import Reference, parse, shown
from fargate_instrument.registry.trouble import RegistryTrouble

DIGEST = "sha256:" + "0123456789abcdef" * 4
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"

EXAMPLES = [
    ("nginx", "docker.io/library/nginx:latest"),
    ("nginx:1.27", "docker.io/library/nginx:1.27"),
    ("team/app", "docker.io/team/app:latest"),
    ("a/b/c:1", "docker.io/a/b/c:1"),
    ("docker.io/nginx", "docker.io/library/nginx:latest"),
    ("index.docker.io/team/app", "docker.io/team/app:latest"),
    ("registry-1.docker.io/nginx", "docker.io/library/nginx:latest"),
    ("localhost/app", "localhost/app:latest"),
    ("localhost:5000/app:2", "localhost:5000/app:2"),
    ("127.0.0.1:5000/a/b", "127.0.0.1:5000/a/b:latest"),
    ("[::1]:5000/app", "[::1]:5000/app:latest"),
    ("[2001:db8::1]/app", "[2001:db8::1]/app:latest"),
    ("Registry/app", "Registry/app:latest"),
    ("quay.io/team/app:v1", "quay.io/team/app:v1"),
    ("ghcr.io/team/app_x__y-z---w.v", "ghcr.io/team/app_x__y-z---w.v:latest"),
    (f"{ECR}/app:1", f"{ECR}/app:1"),
    (f"nginx@{DIGEST}", f"docker.io/library/nginx@{DIGEST}"),
    (f"nginx:1.27@{DIGEST}", f"docker.io/library/nginx:1.27@{DIGEST}"),
    (f"localhost:5000/a:1@{DIGEST}", f"localhost:5000/a:1@{DIGEST}"),
    ("host:5000", "docker.io/library/host:5000"),
]

WRONG = [
    "",
    ":1",
    "/app",
    "app/",
    "a//b",
    "App",
    "team/App",
    "app:",
    "app:a b",
    "app:é",
    "app:" + "x" * 129,
    "app@",
    "app@sha256:abc",
    f"app@{DIGEST.upper()}",
    f"app@md5:{'0' * 32}",
    f"@{DIGEST}",
    "a" * 64,
    "a" * 256,
    "quay.io/" + "a" * 250,
    "quay.io/",
    "-a.b/app",
    "a.b:0/app",
    "a.b:65536/app",
    "a.b:x/app",
    "[::1/app",
    "[:]/app",
    "app\n",
    "app ",
    " app",
    "a_/b",
    "a..b",
    "https://quay.io/app",
    "${image}",
    "app:1:2",
]


def canonical_of(reference: Reference) -> str:
    """Write every default out."""
    tag = f":{reference.tag}" if reference.tag else ""
    digest = f"@{reference.digest}" if reference.digest else ""
    return f"{reference.registry}/{reference.path}{tag}{digest}"


@pytest.mark.parametrize(("text", "canonical"), EXAMPLES)
def test_defaults(text: str, canonical: str) -> None:
    reference = parse(text)
    assert canonical_of(reference) == canonical
    assert reference.written == text
    assert canonical_of(parse(canonical)) == canonical


@pytest.mark.parametrize("text", WRONG)
def test_not_a_reference(text: str) -> None:
    with pytest.raises(RegistryTrouble, match="is not an image reference"):
        parse(text)


def test_a_name_alone_is_a_repository_even_with_a_dot() -> None:
    assert canonical_of(parse("quay.io")) == "docker.io/library/quay.io:latest"


def test_the_digest_wins_over_the_tag() -> None:
    assert parse(f"app:1@{DIGEST}").wanted == DIGEST
    assert parse("app:1").wanted == "1"


def test_a_password_in_a_wrong_reference_is_not_shown() -> None:
    text = "https://carla:hunter2@quay.io/app\x1b[31m"
    with pytest.raises(RegistryTrouble) as caught:
        parse(text)
    assert "hunter2" not in caught.value.message
    assert caught.value.message.isprintable()
    assert shown("a" * 1000) == "a" * 300


LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
COMPONENTS = st.from_regex(
    r"[a-z0-9]{1,6}((\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}", fullmatch=True
)
HOSTS = st.one_of(
    st.lists(LABELS, min_size=2, max_size=4).map(".".join),
    st.just("localhost"),
    st.just("127.0.0.1"),
)
REGISTRIES = st.one_of(
    HOSTS,
    st.tuples(HOSTS, st.integers(1, 65535)).map(lambda pair: f"{pair[0]}:{pair[1]}"),
)
PATHS = st.lists(COMPONENTS, min_size=1, max_size=4).map("/".join)
TAGS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", fullmatch=True)
DIGESTS = st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True)


@given(REGISTRIES, PATHS, st.none() | TAGS, st.none() | DIGESTS)
def test_the_parts_are_found_again(
    registry: str, path: str, tag: str | None, digest: str | None
) -> None:
    text = f"{registry}/{path}"
    text += f":{tag}" if tag else ""
    text += f"@{digest}" if digest else ""
    reference = parse(text)
    assert (reference.registry, reference.path) == (registry, path)
    assert reference.digest == (digest or "")
    assert reference.tag == (tag or ("" if digest else "latest"))


@given(PATHS, TAGS)
def test_docker_hub_is_the_default(path: str, tag: str) -> None:
    first = path.partition("/")[0]
    if "/" in path and ("." in first or first == "localhost"):
        return
    reference = parse(f"{path}:{tag}")
    assert reference.registry == "docker.io"
    assert reference.path == (path if "/" in path else f"library/{path}") or (
        len(path) == 64
    )


@given(st.text() | st.text("aA0./:@-_[]é\n "))
def test_any_text_is_a_reference_or_is_refused(text: str) -> None:
    try:
        canonical = canonical_of(parse(text))
    except RegistryTrouble as trouble:
        said = trouble
    else:
        assert canonical_of(parse(canonical)) == canonical
        return
    assert said.message.isprintable()
    assert said.fixes
