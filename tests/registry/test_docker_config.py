"""Docker's config.json: auths, credential helpers, credential stores."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from fargate_instrument.registry import credentials
from fargate_instrument.registry.docker_config import docker_config
from fargate_instrument.registry.reference import parse

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "hunter2"  # noqa: S105  (made for these tests)


def auth(username: str, password: str = SECRET) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{username}:{password}".encode()).decode()}


def find(home: Path, image: str, **environ: str) -> credentials.Found:
    source = docker_config({"HOME": str(home), **environ})
    return credentials.find([source], parse(image))


def user_for(home: Path, image: str, config: Any) -> str | None:
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker" / "config.json").write_text(json.dumps(config))
    found = find(home, image)
    assert found.notes == ()
    return found.credential.username if found.credential else None


def helper(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    file = folder / f"docker-credential-{name}"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


@pytest.mark.parametrize(
    ("key", "image"),
    [
        ("https://index.docker.io/v1/", "nginx"),
        ("docker.io", "docker.io/team/app"),
        ("index.docker.io", "nginx"),
        ("registry-1.docker.io", "nginx"),
        ("quay.io", "quay.io/team/app"),
        ("https://quay.io", "quay.io/team/app"),
        ("https://quay.io/v2/", "quay.io/team/app"),
        ("quay.io/v1", "quay.io/team/app"),
        ("Quay.IO", "quay.io/team/app"),
        ("quay.io", "Quay.IO/team/app"),
        ("quay.io/team", "quay.io/team/app"),
        ("localhost:5000", "localhost:5000/app"),
    ],
)
def test_whose_key_it_is(tmp_path: Path, key: str, image: str) -> None:
    config = {"auths": {"other.example": auth("x"), key: auth("carla")}}
    assert user_for(tmp_path, image, config) == "carla"


@pytest.mark.parametrize(
    ("key", "image"),
    [
        ("quay.io", "nginx"),
        ("quay.io:443", "quay.io/app"),
        ("localhost:5000", "localhost:5001/app"),
        ("quay.io/team", "quay.io/teams/app"),
        ("quay.io/team", "quay.io/other"),
        ("io", "quay.io/app"),
    ],
)
def test_whose_key_it_is_not(tmp_path: Path, key: str, image: str) -> None:
    assert user_for(tmp_path, image, {"auths": {key: auth("carla")}}) is None


def test_the_longest_path_wins(tmp_path: Path) -> None:
    auths = {
        "quay.io": auth("all"),
        "quay.io/team": auth("team"),
        "quay.io/team/app": auth("app"),
    }
    for image, user in [("team/app", "app"), ("team/web", "team"), ("x", "all")]:
        assert user_for(tmp_path, f"quay.io/{image}", {"auths": auths}) == user


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"auths": {}},
        {"auths": {"quay.io": {}}},
        {"auths": {"quay.io": {"auth": ""}}},
        {"auths": {"quay.io": None}},
        {"auths": None, "credHelpers": [], "credsStore": ""},
    ],
)
def test_nobody(tmp_path: Path, config: object) -> None:
    assert user_for(tmp_path, "quay.io/app", config) is None


def test_a_password_with_a_colon_and_no_ascii(tmp_path: Path) -> None:
    config = {"auths": {"quay.io": auth("carla", "a:b:é")}}
    assert user_for(tmp_path, "quay.io/app", config) == "carla"
    found = find(tmp_path, "quay.io/app").credential
    assert found is not None
    assert found.password == "a:b:é"  # noqa: S105  (made for these tests)
    assert "a:b" not in repr(found)
    expected = base64.b64encode("carla:a:b:é".encode()).decode()
    assert found.basic() == f"Basic {expected}"


def test_half_a_character_does_no_harm(tmp_path: Path) -> None:
    entry = {"username": "carla\ud800", "password": SECRET}
    assert user_for(tmp_path, "quay.io/app", {"auths": {"quay.io": entry}})
    found = find(tmp_path, "quay.io/app").credential
    assert found is not None
    assert found.basic() == f"Basic {base64.b64encode(b'carla?:hunter2').decode()}"


def test_username_and_password_in_plain(tmp_path: Path) -> None:
    entry = {"username": "carla", "password": SECRET}
    assert user_for(tmp_path, "quay.io/app", {"auths": {"quay.io": entry}}) == "carla"


def test_docker_config_variable_goes_first(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    config = {"auths": {"quay.io": auth("carla")}}
    (folder / "config.json").write_text(json.dumps(config))
    found = find(tmp_path, "quay.io/app", DOCKER_CONFIG=str(folder))
    assert found.credential is not None
    assert found.credential.source == str(folder / "config.json")


def test_without_a_home_or_a_file(tmp_path: Path) -> None:
    assert find(tmp_path, "quay.io/app") == credentials.Found(None)
    assert docker_config({})(parse("quay.io/app")) is None


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("", "is not a JSON object"),
        ("[]", "is not a JSON object"),
        ("{" + SECRET, "is not a JSON object"),
        ('{"auths": {"quay.io": {"auth": "hunter2"}}}', "is not base64 of"),
        ('{"auths": {"quay.io": {"auth": "aHVudGVyMg=="}}}', "is not base64 of"),
        ('{"auths": {"quay.io": {"registrytoken": "hunter2\\n"}}}', "cannot be sent"),
    ],
)
def test_a_config_that_cannot_be_read_is_noted(
    tmp_path: Path, text: str, note: str
) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text(text)
    found = find(tmp_path, "quay.io/app")
    assert found.credential is None
    assert note in found.notes[0]
    assert SECRET not in found.notes[0]


def test_a_config_that_cannot_be_opened_is_noted(tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    file = tmp_path / ".docker" / "config.json"
    file.symlink_to("/proc/self/mem")
    found = find(tmp_path, "quay.io/app")
    assert found.credential is None
    assert "cannot be read" in found.notes[0]


ANSWER = '{"ServerURL":"x","Username":"from-helper","Secret":"hunter2"}'


@pytest.mark.parametrize("config", [{"credHelpers": {"quay.io": "own"}}, None])
def test_helper_and_store(tmp_path: Path, config: dict[str, Any] | None) -> None:
    helper(tmp_path / "bin", "own", f"cat > {tmp_path}/asked; echo '{ANSWER}'")
    config = config or {"credsStore": "own", "auths": {"quay.io": {}}}
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text(json.dumps(config))
    found = find(tmp_path, "quay.io/app", PATH=f"{tmp_path}/bin:/usr/bin:/bin")
    assert found.credential is not None
    assert found.credential.username == "from-helper"
    assert found.credential.password == SECRET
    assert found.credential.source == "docker-credential-own"
    assert (tmp_path / "asked").read_text() == "quay.io"


def with_store(tmp_path: Path, script: str, **config: object) -> credentials.Found:
    helper(tmp_path / "bin", "own", script)
    (tmp_path / ".docker").mkdir()
    whole = {"credsStore": "own", **config}
    (tmp_path / ".docker" / "config.json").write_text(json.dumps(whole))
    return find(tmp_path, "nginx", PATH=f"{tmp_path}/bin:/usr/bin:/bin")


def test_docker_hub_has_its_own_name_for_helpers(tmp_path: Path) -> None:
    found = with_store(tmp_path, f"cat > {tmp_path}/asked; echo '{ANSWER}'")
    assert found.credential is not None
    assert (tmp_path / "asked").read_text() == "https://index.docker.io/v1/"


def test_an_identity_token_from_a_helper(tmp_path: Path) -> None:
    found = with_store(tmp_path, 'echo \'{"Username":"<token>","Secret":"t"}\'')
    assert found.credential is not None
    assert found.credential.identity_token == "t"  # noqa: S105  (made for tests)
    assert found.credential.username == ""


@pytest.mark.parametrize(
    "script",
    [
        "echo credentials not found in native keychain; exit 1",
        'echo \'{"Username":"","Secret":""}\'',
    ],
)
def test_a_store_that_does_not_know_leads_on_to_auths(
    tmp_path: Path, script: str
) -> None:
    found = with_store(tmp_path, script, auths={"docker.io": auth("carla")})
    assert found.credential is not None
    assert found.credential.username == "carla"
    assert found.notes == ()


@pytest.mark.parametrize(
    ("script", "note"),
    [
        ("echo hunter2 leaked; exit 3", "docker-credential-own failed with exit"),
        ("echo hunter2", "did not answer with a JSON object"),
        ("echo '[\"hunter2\"]'", "did not answer with a JSON object"),
    ],
)
def test_a_helper_that_fails_is_noted_without_its_words(
    tmp_path: Path, script: str, note: str
) -> None:
    found = with_store(tmp_path, script)
    assert found.credential is None
    assert note in found.notes[0]
    assert SECRET not in found.notes[0]


@pytest.mark.parametrize("name", ["none-here", "../own", "a b", "x;y"])
def test_a_helper_that_is_not_installed_is_noted(tmp_path: Path, name: str) -> None:
    helper(tmp_path / "bin", "own", f"echo '{ANSWER}'")
    helper(tmp_path / "bin", "a b", f"echo '{ANSWER}'")
    helper(tmp_path / "bin", "x;y", f"echo '{ANSWER}'")
    (tmp_path / ".docker").mkdir()
    file = tmp_path / ".docker" / "config.json"
    file.write_text(json.dumps({"credsStore": name}))
    found = find(tmp_path, "nginx", PATH=str(tmp_path / "bin"))
    assert found.credential is None
    assert "is not on PATH" in found.notes[0]


def test_a_helper_that_is_no_program_is_noted(tmp_path: Path) -> None:
    helper(tmp_path / "bin", "own", "")
    (tmp_path / "bin" / "docker-credential-own").write_bytes(b"\x7fELF no more")
    (tmp_path / ".docker").mkdir()
    file = tmp_path / ".docker" / "config.json"
    file.write_text(json.dumps({"credsStore": "own"}))
    found = find(tmp_path, "nginx", PATH=str(tmp_path / "bin"))
    assert "docker-credential-own cannot be run: Exec format error" in found.notes[0]


def test_a_helper_that_hangs_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fargate_instrument.registry.docker_config.HELPER_SECONDS", 0.2)
    found = with_store(tmp_path, "exec sleep 20")
    assert "took over 0.2 seconds" in found.notes[0]


def test_the_order_of_sources() -> None:
    reference = parse("quay.io/app")
    first = credentials.explicit("quay.io", "first", SECRET)
    other = credentials.explicit("other.example", "other", SECRET)
    second = credentials.explicit("quay.io", "second", SECRET)

    def broken(_: object) -> None:
        raise credentials.SourceTrouble("broken")

    found = credentials.find([other, broken, first, second], reference)
    assert found.credential is not None
    assert found.credential.username == "first"
    assert found.notes == ("broken",)
