"""``lock`` against Debian's docker-registry, with images pushed by skopeo."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.registry import images
from tests.registry.conftest import PASSWORD, USER, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.registry.servers import RealRegistry

    Lock = Callable[..., Outcome]
    Locked = Callable[[], dict[str, Any]]


def docker_login(home: Path, host: str, password: str = PASSWORD) -> None:
    auth = base64.b64encode(f"{USER}:{password}".encode()).decode()
    (home / ".docker").mkdir()
    (home / ".docker" / "config.json").write_text(
        json.dumps({"auths": {host: {"auth": auth}}})
    )


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_anonymous_index_gives_the_platform_asked_for(
    open_registry: RealRegistry, lock: Lock, locked: Locked, architecture: str
) -> None:
    image = images.two_platforms()
    reference = open_registry.push(image, "team/app", "1")
    done = lock(reference, "--platform", f"linux/{architecture}")
    assert (done.status, done.err) == (0, "")
    assert locked() == {reference: images.expected(image, architecture)}


def test_reference_by_digest(
    open_registry: RealRegistry, lock: Lock, locked: Locked
) -> None:
    image = images.two_platforms()
    open_registry.push(image, "team/app", "1")
    name = f"{open_registry.host}/team/app"
    index = f"{name}@{images.digest(image.index)}"
    own = f"{name}:gone@{next(iter(image.manifests))}"
    assert lock(index, own).err == ""
    amd64 = images.expected(image, "amd64")
    single = {**amd64, "Digest": next(iter(image.manifests))}
    assert locked() == {index: amd64, own: single}


def test_single_platform_of_the_wrong_architecture(
    open_registry: RealRegistry, lock: Lock, tmp_path: Path
) -> None:
    image = images.two_platforms()
    open_registry.push(image, "team/app", "1")
    arm = list(image.manifests)[1]
    done = lock(f"{open_registry.host}/team/app@{arm}")
    assert done.status == 1
    assert "not built for linux/amd64, only for linux/arm64" in done.err
    assert not (tmp_path / "image-configs.lock.json").exists()


def test_authenticated_by_docker_config(
    closed_registry: RealRegistry, lock: Lock, locked: Locked, tmp_path: Path
) -> None:
    image = images.two_platforms()
    reference = closed_registry.push(image, "team/app", "1")
    docker_login(tmp_path / "home", closed_registry.host)
    assert lock(reference).err == ""
    assert locked() == {reference: images.expected(image, "amd64")}


def test_authenticated_by_options(
    closed_registry: RealRegistry, lock: Lock, locked: Locked
) -> None:
    image = images.two_platforms()
    reference = closed_registry.push(image, "team/app", "1")
    stdin = f"{PASSWORD}\n".encode()
    done = lock(reference, "--username", USER, "--password-stdin", stdin=stdin)
    assert done.err == ""
    assert locked() == {reference: images.expected(image, "amd64")}


def test_without_credentials(closed_registry: RealRegistry, lock: Lock) -> None:
    reference = closed_registry.push(images.two_platforms(), "team/app", "1")
    done = lock(reference)
    assert done.status == 1
    assert done.problems[0].address == f'image "{reference}"'
    assert "no credentials for it were found (HTTP 401 UNAUTHORIZED)" in done.err
    assert f"docker login {closed_registry.host}" in done.err


def test_wrong_password(
    closed_registry: RealRegistry, lock: Lock, tmp_path: Path
) -> None:
    reference = closed_registry.push(images.two_platforms(), "team/app", "1")
    docker_login(tmp_path / "home", closed_registry.host, "hunter2-wrong")
    done = lock(reference)
    assert done.status == 1
    assert f"refuses the credentials from {tmp_path}" in done.err
    assert f"as '{USER}'" in done.err
    assert "hunter2" not in done.err
    assert base64.b64encode(b"carla:hunter2").decode()[:16] not in done.err


@pytest.mark.parametrize("name", ["team/app:nine", "team/none:nine"])
def test_missing_image(open_registry: RealRegistry, lock: Lock, name: str) -> None:
    open_registry.push(images.two_platforms(), "team/app", "1")
    done = lock(f"{open_registry.host}/{name}")
    assert done.status == 1
    path = name.partition(":")[0]
    assert f"has no tag nine in {path} (HTTP 404 MANIFEST_UNKNOWN)" in done.err


def test_moved_tag(open_registry: RealRegistry, lock: Lock, locked: Locked) -> None:
    first, second = images.two_platforms("one"), images.two_platforms("two")
    reference = open_registry.push(first, "team/moving", "1")
    assert lock(reference).status == 0
    assert lock("--check").status == 0
    open_registry.push(second, "team/moving", "1")
    for arguments in (("--check",), ("--check", reference), (reference,)):
        done = lock(*arguments)
        assert done.status == 1
        assert "has moved since it was locked" in done.err
        assert images.digest(first.index) in done.err
        assert images.digest(second.index) in done.err
        assert "(Cmd changed)" in done.err
        assert locked() == {reference: images.expected(first, "amd64", "one")}
    assert lock("--update").status == 0
    assert locked() == {reference: images.expected(second, "amd64", "two")}
    assert lock("--check").status == 0


def test_every_unreachable_image_is_told(
    open_registry: RealRegistry, lock: Lock
) -> None:
    names = [f"{open_registry.host}/none/{number}:1" for number in range(6)]
    done = lock(*names)
    assert [problem.address for problem in done.problems] == [
        f'image "{name}"' for name in names
    ]
