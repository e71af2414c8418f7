"""Manifests, indexes and image configurations as values; no network in this room.

Sources: the OCI image and distribution specifications, Docker's image manifest
version 2 schema 2.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from fargate_instrument.core import jsontext
from fargate_instrument.registry.trouble import RegistryTrouble

INDEX_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFEST_TYPES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
CONFIG_TYPES = (
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
)
_UNTOLD = ("", "application/octet-stream", "application/json", "text/html")
"""What old clients wrote as a configuration's type; Docker reads them too."""
ACCEPT = ", ".join(INDEX_TYPES + MANIFEST_TYPES)
MAX_MANIFEST = 4 * 1024 * 1024
MAX_CONFIG = 8 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9_]{1,40}")
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_VARIANTS = {"arm64": ("v8", ""), "amd64": ("", "v1")}
_ALGORITHMS = {"sha256": 64, "sha512": 128}
_WITHIN_CONFIG = ("Entrypoint", "Cmd", "Env", "User", "WorkingDir")
ENTRY_MEMBERS = (*_WITHIN_CONFIG, "Architecture", "Digest")

Entry = dict[str, Any]
"""A lock file's entry: the members of ENTRY_MEMBERS, null where the image has none."""


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A pointer to a manifest or a configuration: its digest, and its size or -1."""

    digest: str
    size: int = -1


@dataclass(frozen=True, slots=True)
class Platform:
    """What the image must run on, in the registries' words: ``linux/arm64``."""

    os: str
    architecture: str

    def __str__(self) -> str:
        return f"{self.os}/{self.architecture}"


PLATFORMS = {
    "linux/amd64": Platform("linux", "amd64"),
    "linux/arm64": Platform("linux", "arm64"),
}


def digest_of(body: bytes, algorithm: str = "sha256") -> str:
    """Compute the digest of what came: ``sha256:`` and its hexadecimal digits."""
    return f"{algorithm}:{hashlib.new(algorithm, body).hexdigest()}"


_MISTRUST = "ask the owner of the registry, or of the proxy before it"


def verify(body: bytes, wanted: Descriptor, what: str) -> None:
    """Refuse bytes that are not what the digest and the size promise."""
    if wanted.size not in (-1, len(body)):
        raise RegistryTrouble(
            f"{what} has {len(body)} bytes where {wanted.size} were promised",
            _MISTRUST,
        )
    algorithm = wanted.digest.partition(":")[0]
    if digest_of(body, algorithm) != wanted.digest:
        raise RegistryTrouble(
            f"{what} is not what its digest {wanted.digest} promises", _MISTRUST
        )


def parse_json(body: bytes, what: str) -> dict[str, Any]:
    """Read a JSON object, or say that ``what`` is none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise RegistryTrouble(
            f"{what} is not a JSON object",
            "check that the name before the first / is a registry's",
        )
    return value


def manifest_kind(document: dict[str, Any], content_type: str) -> str:
    """Say what a registry's answer is: ``index`` or ``manifest``.

    The Content-Type says so, else the document's own ``mediaType``, else its members.
    A document that could be read both ways is refused.
    """
    if "manifests" in document and ("config" in document or "layers" in document):
        raise RegistryTrouble(
            "the manifest can be read both as an index and as an image",
            "push the image again with a current tool",
        )
    for said in (content_type.partition(";")[0].strip(), document.get("mediaType")):
        if said in INDEX_TYPES:
            return "index"
        if said in MANIFEST_TYPES:
            return "manifest"
    if isinstance(document.get("manifests"), list):
        return "index"
    if isinstance(document.get("config"), dict):
        return "manifest"
    raise RegistryTrouble(
        "the manifest is neither an image nor an index (or in Docker's old schema 1)",
        "push the image again with a current tool",
    )


def choose(index: dict[str, Any], platform: Platform) -> Descriptor:
    """Pick the manifest for a platform out of an index."""
    entries = index.get("manifests")
    fitting: list[tuple[int, int, dict[str, Any]]] = []
    offered: set[str] = set()
    for place, entry in enumerate(entries if isinstance(entries, list) else []):
        said = _platform_of(entry)
        if said is None:
            continue
        offered.add(str(said))
        if said == platform:
            fitting.append((_variant_rank(entry, platform), place, entry))
    if not fitting:
        raise _no_platform(platform, sorted(offered))
    return descriptor(min(fitting, key=lambda one: one[:2])[2], "the index's entry")


def _platform_of(entry: object) -> Platform | None:
    """Read an entry's platform; attestations say ``unknown`` and are no platform."""
    said = entry.get("platform") if isinstance(entry, dict) else None
    if not isinstance(said, dict):
        return None
    names = (said.get("os"), said.get("architecture"))
    if not all(_is_word(name) and name != "unknown" for name in names):
        return None
    return Platform(str(names[0]), _architecture(str(names[1])))


def _is_word(name: object) -> bool:
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


def _variant_rank(entry: dict[str, Any], platform: Platform) -> int:
    variant = entry["platform"].get("variant") or ""
    known = _VARIANTS.get(platform.architecture, ("",))
    return known.index(variant) if variant in known else len(known)


def _architecture(name: str) -> str:
    return _ARCHITECTURES.get(name, name)


def _no_platform(platform: Platform, offered: list[str]) -> RegistryTrouble:
    return RegistryTrouble(
        f"the image is not built for {platform}, only for "
        + (", ".join(offered) or "no platform at all"),
        f"build and push the image for {platform}",
        "or ask for the platform the task runs on: --platform, or the task"
        " definition's runtimePlatform",
    )


def config_descriptor(manifest: dict[str, Any]) -> Descriptor:
    """Point at a manifest's image configuration."""
    config = manifest.get("config")
    if not isinstance(config, dict):
        raise RegistryTrouble("the manifest names no configuration")
    if config.get("mediaType", "") not in CONFIG_TYPES + _UNTOLD:
        raise RegistryTrouble(
            "this is not a container image but some other artifact",
            "check the reference: charts and signatures live in registries too",
        )
    return descriptor(config, "the manifest's configuration")


def descriptor(value: dict[str, Any], what: str) -> Descriptor:
    """Read a descriptor, with a digest of a kind that can be verified."""
    digest, size = value.get("digest"), value.get("size", -1)
    algorithm, _, hexadecimal = str(digest).partition(":")
    sound = (
        isinstance(digest, str)
        and len(hexadecimal) == _ALGORITHMS.get(algorithm)
        and set(hexadecimal) <= set("0123456789abcdef")
    )
    if not sound or not isinstance(size, int) or isinstance(size, bool) or size < -1:
        raise RegistryTrouble(f"{what} has no sound digest and size")
    return Descriptor(str(digest), size)


def entry_of(config: dict[str, Any], platform: Platform, digest: str) -> Entry:
    """Make the lock file's entry of an image configuration."""
    said = _platform_of({"platform": config})
    if said != platform:
        raise _no_platform(platform, [] if said is None else [str(said)])
    inner = config.get("config") or {}
    if not isinstance(inner, dict):
        raise RegistryTrouble("the image configuration's config is not an object")
    entry: Entry = {
        "Entrypoint": _words(inner, "Entrypoint"),
        "Cmd": _words(inner, "Cmd"),
        "Env": _words(inner, "Env"),
        "User": _word(inner, "User"),
        "WorkingDir": _word(inner, "WorkingDir"),
        "Architecture": platform.architecture,
        "Digest": digest,
    }
    return entry


def _words(inner: dict[str, Any], member: str) -> list[str] | None:
    """Read a list of strings; one string is a list of one, as Docker reads it."""
    value = inner.get(member)
    if isinstance(value, str):
        value = [value] if value else []
    if value is not None and not (isinstance(value, list) and all(map(_text, value))):
        raise RegistryTrouble(
            f"the image configuration's {member} is not a list of strings"
        )
    return value or None


def _word(inner: dict[str, Any], member: str) -> str | None:
    value = inner.get(member)
    if value is not None and not _text(value):
        raise RegistryTrouble(f"the image configuration's {member} is not a string")
    return value or None


def _text(value: object) -> bool:
    """Tell text from all else; half a surrogate pair is none, as it has no bytes."""
    return isinstance(value, str) and not jsontext.has_lone_surrogate(value)
