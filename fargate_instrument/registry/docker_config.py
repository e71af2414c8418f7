"""Docker's config.json as a source of credentials: auths, helpers, stores.

It reads the file and runs the credential helpers it names; it never writes either.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fargate_instrument.registry.credentials import Credential, SourceTrouble
from fargate_instrument.registry.reference import DOCKER_HUB, HUB_ALIASES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fargate_instrument.registry.credentials import Source
    from fargate_instrument.registry.reference import Reference

HUB_KEY = "https://index.docker.io/v1/"
HELPER_SECONDS = 30
MAX_BYTES = 1024 * 1024
_TOKEN_USER = "<token>"  # noqa: S105  (a name by which helpers mark identity tokens)
_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_BEARER = re.compile(r"[\x21-\x7e]+")
_NOT_FOUND = "credentials not found"


def docker_config(environ: Mapping[str, str]) -> Source:
    """Make the source; the file is read when it is first needed."""

    def source(reference: Reference) -> Credential | None:
        path = config_path(environ)
        return _look_up(_read(path), path, reference, environ) if path else None

    return source


def config_path(environ: Mapping[str, str]) -> Path | None:
    """Find config.json: in DOCKER_CONFIG, else in the home directory's .docker."""
    if environ.get("DOCKER_CONFIG"):
        folder = Path(environ["DOCKER_CONFIG"])
    elif environ.get("HOME"):
        folder = Path(environ["HOME"], ".docker")
    else:
        return None
    path = folder / "config.json"
    try:
        return path if path.is_file() else None
    except OSError as error:
        raise SourceTrouble(f"{path} cannot be read: {error.strerror}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            value = json.loads(file.read(MAX_BYTES))
    except OSError as error:
        raise SourceTrouble(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise SourceTrouble(f"{path} is not a JSON object")
    return value


def _look_up(
    config: dict[str, Any], path: Path, reference: Reference, environ: Mapping[str, str]
) -> Credential | None:
    server = HUB_KEY if reference.registry == DOCKER_HUB else reference.registry
    for name in _helpers(config, reference):
        credential = _from_helper(name, server, environ)
        if credential is not None:
            return credential
    return _from_auths(_table(config, "auths"), path, reference)


def _table(config: dict[str, Any], member: str) -> dict[str, Any]:
    value = config.get(member)
    return value if isinstance(value, dict) else {}


def _helpers(config: dict[str, Any], reference: Reference) -> list[str]:
    """Name the registry's own helper, then the store of all registries."""
    own = _best(_table(config, "credHelpers"), reference)
    names = (own, config.get("credsStore"))
    return [name for name in names if isinstance(name, str) and name]


def _best(table: dict[str, Any], reference: Reference) -> object:
    """Pick the value whose key fits: the longest path within the registry first."""
    fitting = {_scope(key): value for key, value in table.items()}
    parts = reference.path.split("/")
    for length in range(len(parts), -1, -1):
        scope = "/".join([reference.registry.lower(), *parts[:length]])
        if scope in fitting:
            return fitting[scope]
    return None


def _scope(key: str) -> str:
    """Reduce a key to registry, or registry and path: URLs lose scheme and path."""
    scheme, separator, rest = key.partition("://")
    if not separator:
        rest = scheme
    host, _, path = rest.partition("/")
    host = DOCKER_HUB if host.lower() in HUB_ALIASES else host.lower()
    path = "" if separator or path.strip("/") in {"v1", "v2"} else path.strip("/")
    return f"{host}/{path}" if path else host


def _from_auths(
    auths: dict[str, Any], path: Path, reference: Reference
) -> Credential | None:
    entry = _best(auths, reference)
    if not isinstance(entry, dict):
        return None
    username, password = _text(entry, "username"), _text(entry, "password")
    if _text(entry, "auth"):
        username, password = _decoded(_text(entry, "auth"), path)
    identity, bearer = _text(entry, "identitytoken"), _text(entry, "registrytoken")
    if not (username or identity or bearer):
        return None
    if bearer and not _BEARER.fullmatch(bearer):
        raise SourceTrouble(f"{path} has a registrytoken that cannot be sent")
    return Credential(str(path), username, password, identity, bearer)


def _text(entry: dict[str, Any], member: str) -> str:
    value = entry.get(member)
    return value if isinstance(value, str) else ""


def _decoded(auth: str, path: Path) -> tuple[str, str]:
    try:
        username, colon, password = (
            base64.b64decode(auth, validate=True).decode().partition(":")
        )
    except (binascii.Error, ValueError):
        colon = ""
    if not colon:
        raise SourceTrouble(f"{path} has an auth that is not base64 of user:password")
    return username, password.rstrip("\0")


def _from_helper(
    name: str, server: str, environ: Mapping[str, str]
) -> Credential | None:
    """Run ``docker-credential-NAME get`` as Docker does."""
    program = f"docker-credential-{name}"
    found = shutil.which(program, path=environ.get("PATH"))
    if not _HELPER.fullmatch(name) or found is None:
        raise SourceTrouble(f"the credential helper {program!a} is not on PATH")
    try:
        done = subprocess.run(  # noqa: S603  (the user's own config names it)
            [found, "get"],
            input=server.encode(),
            capture_output=True,
            timeout=HELPER_SECONDS,
            env=dict(environ),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SourceTrouble(f"{program} took over {HELPER_SECONDS} seconds") from None
    except OSError as error:
        raise SourceTrouble(f"{program} cannot be run: {error.strerror}") from None
    if done.returncode:
        if _NOT_FOUND in done.stdout.decode(errors="replace").lower():
            return None
        raise SourceTrouble(f"{program} failed with exit status {done.returncode}")
    return _from_answer(done.stdout, program)


def _from_answer(answer: bytes, program: str) -> Credential | None:
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise SourceTrouble(f"{program} did not answer with a JSON object")
    username, secret = _text(value, "Username"), _text(value, "Secret")
    if not secret:
        return None
    if username == _TOKEN_USER:
        return Credential(program, identity_token=secret)
    return Credential(program, username, secret)
