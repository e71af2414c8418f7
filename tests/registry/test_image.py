"""Manifests, indexes and configurations as documents."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fargate_instrument.core import jsontext
from fargate_instrument.registry import image
from fargate_instrument.registry.trouble import RegistryTrouble
from tests.registry import images

AMD64, ARM64 = image.PLATFORMS["linux/amd64"], image.PLATFORMS["linux/arm64"]
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"


def digest(letter: str) -> str:
    return f"sha256:{letter * 64}"


def entry(letter: str, os: str, architecture: str, variant: str = "") -> dict[str, Any]:
    platform = {"os": os, "architecture": architecture}
    if variant:
        platform["variant"] = variant
    return {"digest": digest(letter), "size": 7, "platform": platform}


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/json"])
@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"mediaType": images.INDEX}, "index"),
        ({"mediaType": images.MANIFEST}, "manifest"),
        ({"mediaType": DOCKER_LIST}, "index"),
        ({"mediaType": DOCKER_MANIFEST}, "manifest"),
        ({"manifests": []}, "index"),
        ({"config": {}}, "manifest"),
    ],
)
def test_kind_without_a_telling_content_type(
    document: dict[str, Any], kind: str, content_type: str
) -> None:
    assert image.manifest_kind(document, content_type) == kind


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        (images.INDEX, "index"),
        (f"{images.INDEX}; charset=utf-8", "index"),
        (DOCKER_LIST, "index"),
        (images.MANIFEST, "manifest"),
        (DOCKER_MANIFEST, "manifest"),
    ],
)
def test_kind_by_content_type(content_type: str, kind: str) -> None:
    assert image.manifest_kind({}, content_type) == kind


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"schemaVersion": 1, "fsLayers": []},
        {"mediaType": []},
        {"manifests": {}, "x": 1},
    ],
)
def test_another_kind_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(RegistryTrouble, match="neither an image nor an index"):
        image.manifest_kind(document, "")


def test_a_document_of_two_kinds_is_refused() -> None:
    for other in ("config", "layers"):
        with pytest.raises(RegistryTrouble, match="both as an index and as an image"):
            image.manifest_kind({"manifests": [], other: {}}, images.INDEX)


def test_platform_choice() -> None:
    index = {
        "manifests": [
            entry("9", "unknown", "unknown"),
            entry("8", "windows", "amd64"),
            entry("7", "linux", "arm64", "v9"),
            entry("6", "linux", "arm64", "v8"),
            entry("5", "linux", "arm", "v7"),
            entry("4", "linux", "amd64", "v3"),
            entry("3", "linux", "amd64"),
            entry("2", "linux", "amd64"),
        ]
    }
    assert image.choose(index, AMD64) == image.Descriptor(digest("3"), 7)
    assert image.choose(index, ARM64) == image.Descriptor(digest("6"), 7)


def test_a_variant_is_taken_where_there_is_no_other() -> None:
    index = {"manifests": [entry("4", "linux", "x86_64", "v3")]}
    assert image.choose(index, AMD64).digest == digest("4")


def test_a_platform_that_is_not_built() -> None:
    index = {
        "manifests": [
            entry("1", "linux", "arm64"),
            entry("2", "linux", "arm64"),
            entry("3", "unknown", "unknown"),
            entry("4", "linux\x1b[31m", "amd64"),
            {"digest": digest("5")},
            "no entry",
        ]
    }
    with pytest.raises(RegistryTrouble) as caught:
        image.choose(index, AMD64)
    assert caught.value.message == (
        "the image is not built for linux/amd64, only for linux/arm64"
    )
    nothing: list[dict[str, Any]] = [{"manifests": []}, {"manifests": 1}, {}]
    for empty in nothing:
        with pytest.raises(RegistryTrouble, match="only for no platform at all"):
            image.choose(empty, AMD64)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"digest": None},
        {"digest": "sha256:abc"},
        {"digest": "md5:" + "0" * 32},
        {"digest": digest("G")},
        {"digest": digest("A")},
        {"digest": digest("a") + "/../x"},
        {"digest": digest("a"), "size": "7"},
        {"digest": digest("a"), "size": True},
        {"digest": digest("a"), "size": -2},
    ],
)
def test_a_descriptor_that_is_not_sound(value: dict[str, Any]) -> None:
    with pytest.raises(RegistryTrouble, match="no sound digest and size"):
        image.descriptor(value, "it")


def test_sha512_is_verified_too() -> None:
    right = image.Descriptor(f"sha512:{hashlib.sha512(b'x').hexdigest()}")
    image.verify(b"x", right, "it")
    with pytest.raises(RegistryTrouble, match="is not what its digest"):
        image.verify(b"y", right, "it")


def test_only_image_configurations_are_read() -> None:
    pointer = {"digest": digest("a"), "size": 2}
    for media in (images.CONFIG, DOCKER_CONFIG, "application/octet-stream", ""):
        manifest = {"config": {"mediaType": media, **pointer}}
        assert image.config_descriptor(manifest) == image.Descriptor(digest("a"), 2)
    untold = {"config": pointer}
    assert image.config_descriptor(untold) == image.Descriptor(digest("a"), 2)
    helm = "application/vnd.cncf.helm.config.v1+json"
    with pytest.raises(RegistryTrouble, match="some other artifact"):
        image.config_descriptor({"config": {"mediaType": helm, **pointer}})
    with pytest.raises(RegistryTrouble, match="names no configuration"):
        image.config_descriptor({"layers": []})


def config(inner: object = None, **more: object) -> dict[str, Any]:
    return {"os": "linux", "architecture": "amd64", "config": inner, **more}


@pytest.mark.parametrize("inner", [None, {}, {"Cmd": None, "User": "", "Env": []}])
def test_what_an_image_has_not_is_null(inner: object) -> None:
    assert image.entry_of(config(inner), AMD64, digest("a")) == {
        "Entrypoint": None,
        "Cmd": None,
        "Env": None,
        "User": None,
        "WorkingDir": None,
        "Architecture": "amd64",
        "Digest": digest("a"),
    }


def test_a_command_in_one_string_is_one_word() -> None:
    made = image.entry_of(config({"Entrypoint": "/run me"}), AMD64, digest("a"))
    assert made["Entrypoint"] == ["/run me"]


@pytest.mark.parametrize(
    ("inner", "says"),
    [
        ({"Entrypoint": [1]}, "Entrypoint is not a list of strings"),
        ({"Cmd": {}}, "Cmd is not a list of strings"),
        ({"Env": ["A=\ud800"]}, "Env is not a list of strings"),
        ({"User": 0}, "User is not a string"),
        ({"WorkingDir": []}, "WorkingDir is not a string"),
        ([1], "config is not an object"),
    ],
)
def test_a_configuration_of_wrong_types(inner: object, says: str) -> None:
    with pytest.raises(RegistryTrouble, match=says):
        image.entry_of(config(inner), AMD64, digest("a"))


@pytest.mark.parametrize(
    ("more", "offered"),
    [
        ({"architecture": "arm64"}, "linux/arm64"),
        ({"os": "windows"}, "windows/amd64"),
        ({"architecture": None}, "no platform at all"),
        ({"architecture": 7}, "no platform at all"),
    ],
)
def test_a_configuration_of_another_platform(
    more: dict[str, Any], offered: str
) -> None:
    with pytest.raises(RegistryTrouble, match=f"only for {offered}"):
        image.entry_of(config({}, **more), AMD64, digest("a"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ["config", "os", "architecture", "Entrypoint", "Cmd", "Env", "User", "WorkingDir"]
)
DOCUMENTS = st.dictionaries(KEYS, JSON | st.dictionaries(KEYS, JSON))


@given(DOCUMENTS)
def test_any_configuration_is_an_entry_or_is_refused(document: dict[str, Any]) -> None:
    document = {**document, "os": "linux", "architecture": "amd64"}
    try:
        made = image.entry_of(document, AMD64, digest("a"))
    except RegistryTrouble:
        return
    text = json.dumps(made)
    assert jsontext.parse(text, "entry") == made
    assert set(made) == set(image.ENTRY_MEMBERS)


@given(st.dictionaries(st.sampled_from(["manifests", "mediaType", "config"]), JSON))
def test_any_document_is_of_a_kind_or_is_refused(document: dict[str, Any]) -> None:
    try:
        if image.manifest_kind(document, "") == "index":
            image.choose(document, AMD64)
        else:
            image.config_descriptor(document)
    except RegistryTrouble as trouble:
        assert trouble.message  # noqa: PT017  (both ends are right)
