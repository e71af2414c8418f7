"""The name of an image, as Docker reads it; not where the registry answers.

The grammar is the distribution project's: an optional registry (a first path
component with a dot, a colon or a capital letter in it, or ``localhost``), a path,
an optional tag and an optional digest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address

from fargate_instrument.registry.trouble import RegistryTrouble

DOCKER_HUB = "docker.io"
HUB_ALIASES = frozenset({DOCKER_HUB, "index.docker.io", "registry-1.docker.io"})
DEFAULT_TAG = "latest"
MAX_NAME = 255
MAX_PORT = 65535

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_REGISTRY = re.compile(
    rf"(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?::(?P<port>[0-9]{{1,5}}))?"
)
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_PATH = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_BARE_ID = re.compile(r"[0-9a-f]{64}")
_USERINFO = re.compile(r"//[^/]*@")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


@dataclass(frozen=True, slots=True)
class Reference:
    """One image at one registry.

    ``written``: the text in the task definition, the key of the lock file.
    ``registry``: the registry's name, ``docker.io`` for Docker Hub, with its port.
    ``path``: the repository within the registry, ``library/nginx``.
    ``tag``: the tag, ``""`` where only a digest was given.
    ``digest``: ``sha256:…`` or ``""``. It wins over the tag.
    """

    written: str
    registry: str
    path: str
    tag: str
    digest: str

    @property
    def wanted(self) -> str:
        """What to ask the registry for: the digest, or else the tag."""
        return self.digest or self.tag


def parse(text: str) -> Reference:
    """Read an image reference.

    :raises RegistryTrouble: the text is no reference; the message says which part.
    """
    rest, digest = _split_digest(text)
    rest, tag = _split_tag(rest, text)
    registry, path = _split_registry(rest, text)
    if not tag and not digest:
        tag = DEFAULT_TAG
    return Reference(text, registry, path, tag, digest)


def registry_name(text: str) -> str:
    """Read a registry's host and port as they stand in a reference, in lower case.

    :raises RegistryTrouble: the text is none.
    """
    return _registry(text, text).lower()


def shown(text: str) -> str:
    """Make any text safe to print: without a user and password, control characters."""
    return _UNPRINTABLE.sub("?", _USERINFO.sub("//***@", text))[:300]


def _split_digest(text: str) -> tuple[str, str]:
    rest, at, digest = text.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        raise _wrong(text, "what follows @ is not sha256: and 64 hexadecimal digits")
    return rest, digest


def _split_tag(rest: str, text: str) -> tuple[str, str]:
    head, slash, last = rest.rpartition("/")
    name, colon, tag = last.partition(":")
    if not colon:
        return rest, ""
    if not _TAG.fullmatch(tag):
        raise _wrong(text, "the tag is not one to 128 of letters, digits, _ . and -")
    return f"{head}{slash}{name}", tag


def _split_registry(rest: str, text: str) -> tuple[str, str]:
    first, slash, path = rest.partition("/")
    if not slash or not _names_a_registry(first):
        registry, path = DOCKER_HUB, rest
    else:
        registry = _registry(first, text)
    _check_path(path, text)
    if registry == DOCKER_HUB and "/" not in path:
        path = f"library/{path}"
    if len(registry) + 1 + len(path) > MAX_NAME:
        raise _wrong(text, f"the name is longer than {MAX_NAME} characters")
    return registry, path


def _names_a_registry(first: str) -> bool:
    special = any(mark in first for mark in ".:[")
    return special or first == "localhost" or first != first.lower()


def _registry(first: str, text: str) -> str:
    match = _REGISTRY.fullmatch(first)
    if match is None or not _is_host(match["host"]):
        raise _wrong(text, "its first part is not a registry's host name and port")
    if match["port"] is not None and not 0 < int(match["port"]) <= MAX_PORT:
        raise _wrong(text, f"the registry's port is not within 1 and {MAX_PORT}")
    return DOCKER_HUB if first.lower() in HUB_ALIASES else first


def _is_host(host: str) -> bool:
    """Tell an IPv6 address in brackets from what only looks like one."""
    if not host.startswith("["):
        return True
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _check_path(path: str, text: str) -> None:
    if not path:
        raise _wrong(text, "it has no repository name")
    if _BARE_ID.fullmatch(path):
        raise _wrong(text, "64 hexadecimal digits are an image id, not a name")
    if not _PATH.fullmatch(path):
        raise _wrong(
            text,
            "a repository name is lower case letters and digits, "
            "with single . _ or - between them, parts divided by /",
        )


def _wrong(text: str, why: str) -> RegistryTrouble:
    return RegistryTrouble(
        f'"{shown(text)}" is not an image reference: {why}',
        "write it as [registry[:port]/]repository[:tag][@sha256:digest]",
    )
